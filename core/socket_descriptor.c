/* Descriptors of the program's: how a socket comes by one, shows it, and loses it. Whether a
 * descriptor is any good is the backend's to say. */
#include "core/server.h"
#include "core/socket.h"

weir_err weirc_socket_adopt(weir_socket *socket, intptr_t fd) {
  weir_loop *loop = socket->object.loop;
  weir_handle *handle = weirc_handle(&socket->object);
  weir_transport transport;
  if (fd < -1) return WEIR_ERR_OUT_OF_RANGE;
  if (!loop->ops->adopt) return WEIR_ENOTSUP;
  weir_err err = loop->ops->adopt(loop->backend, handle, fd, &transport);
  if (err != WEIR_OK) return err;
  socket->transport = (uint8_t)transport;
  weirc_socket_mark_transport(socket, handle, transport);
  /* The peer of a connection that was lost already has no address any more. */
  (void)loop->ops->address(loop->backend, handle, WEIR_END_REMOTE, &socket->remote);
  weirc_socket_event_now(socket, WEIRC_SOCKET_CONNECTED);
  return WEIR_OK;
}

void weirc_socket_begin(weir_socket *socket) {
  if (socket->state.transport == WEIRC_TRANSPORT_OPEN) {
    weirc_object_activate(&socket->object);
    weirc_socket_start_reading(socket);
  }
  const weirc_socket_extra *extra = socket->extra;
  if (extra && extra->abort_listener && weir_abort_signal_aborted(extra->abort_listener->signal))
    weirc_socket_destroy_with(socket, WEIR_ABORT_ERR, NULL);
}

intptr_t weir_socket_fd(const weir_socket *socket) {
  if (!socket || weir_socket_destroyed(socket)) return -1;
  const weir_loop *loop = socket->object.loop;
  if (!loop->ops->handle_fd) return -1;
  return loop->ops->handle_fd(loop->backend, weirc_handle_of(&socket->object));
}

/* Whatever is under way would be lost, or would come from two sides. */
static bool busy(const weir_socket *socket) {
  if (weir_socket_readable_length(socket) > 0 || weir_socket_writable_length(socket) > 0)
    return true;
  if (socket->state.queued || socket->state.fin_out || socket->write_failed) return true;
  return socket->state.write == WEIRC_WRITE_ENDING && !socket->state.fin_sent;
}

static weir_err refuse(const weir_socket *socket) {
  if (weir_socket_destroyed(socket)) return WEIR_ERR_STREAM_DESTROYED;
  if (socket->state.transport != WEIRC_TRANSPORT_OPEN) return WEIR_ENOTCONN;
  if (!socket->object.loop->ops->release) return WEIR_ENOTSUP;
  return busy(socket) ? WEIR_EBUSY : WEIR_OK;
}

/*
 * Ends the receive operation. One that is back with bytes which nobody has seen yet holds them, as
 * it does not while its bytes are being handed on.
 */
static bool stop_receiving(weir_socket *socket) {
  weir_loop *loop = socket->object.loop;
  if (!socket->receiving) return true;
  loop->ops->cancel(loop->backend, &socket->receive);
  return socket->receive.error == WEIR_ECANCELED || socket->receive.data == NULL;
}

/* It ends here, and lives on elsewhere: its server goes on counting it. */
static void leave(weir_socket *socket) {
  struct weir_server *server = socket->server;
  socket->server = NULL;
  weirc_socket_destroy(socket, NULL, WEIR_CLOSE_PLAIN);
  socket->server = server;
  if (server) server->handed_over++;
}

weir_err weir_socket_detach(weir_socket *socket, intptr_t *out_fd) {
  if (!socket || !out_fd) return WEIR_ERR_INVALID_ARG_TYPE;
  if (weirc_elsewhere(&socket->object)) return WEIR_ERR_WRONG_THREAD;
  weir_err err = refuse(socket);
  if (err == WEIR_OK && !stop_receiving(socket)) err = WEIR_EBUSY;
  if (err != WEIR_OK) return err;
  weir_loop *loop = socket->object.loop;
  err = loop->ops->release(loop->backend, weirc_handle(&socket->object), out_fd);
  if (err == WEIR_OK) leave(socket);
  return err;
}
