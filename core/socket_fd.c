/* Descriptors that go to another process, and come from one, with the bytes of a local connection.
 */
#include "core/socket.h"
#include "core/socket_write.h"

#include <string.h>

bool weirc_socket_takes_fds(const weir_socket *socket) {
  return socket->transport == WEIR_TRANSPORT_IPC && weirc_handler(socket, on_fd);
}

void weirc_socket_watch_fds(weir_socket *socket) {
  const weir_loop *loop = socket->object.loop;
  bool takes = weirc_socket_takes_fds(socket);
  if (takes == socket->keeps_fds || !loop->ops->keep_fds) return;
  if (socket->state.transport != WEIRC_TRANSPORT_OPEN) return;
  socket->keeps_fds = takes;
  loop->ops->keep_fds(loop->backend, weirc_handle(&socket->object), takes);
}

/* The handler may take itself away, or the connection. */
void weirc_socket_tell_fds(weir_socket *socket) {
  weir_loop *loop = socket->object.loop;
  while (socket->keeps_fds && socket->state.transport == WEIRC_TRANSPORT_OPEN) {
    intptr_t fd = loop->ops->take_fd(loop->backend, weirc_handle(&socket->object));
    if (fd < 0) return;
    weirc_trace(loop, socket->object.id, WEIR_TRACE_FD, (uint64_t)fd, 0);
    socket->handlers->on_fd(socket, fd, socket->user);
  }
}

static weir_err queue(weir_socket *socket, intptr_t fd, const void *data, size_t length,
                      weir_socket_callback callback, void *user) {
  weir_loop *loop = socket->object.loop;
  weirc_chunk *chunk = weirc_socket_record(socket, length, length, callback, user);
  if (!chunk) return WEIR_ENOMEM;
  memcpy(weirc_chunk_room(chunk, length), data, length);
  weir_err err =
      loop->ops->duplicate_fd(loop->backend, weirc_handle(&socket->object), fd, &chunk->fd);
  if (err != WEIR_OK) {
    weirc_chunk_free(loop, chunk);
    weirc_socket_drop_idle_writer(socket);
    return err;
  }
  socket->bytes_written += length;
  err = weirc_socket_queue(socket, chunk, false);
  weirc_socket_flush(socket);
  return err;
}

weir_err weir_socket_write_fd(weir_socket *socket, intptr_t fd, const void *data, size_t length,
                              weir_socket_callback callback, void *user) {
  if (!socket || !data || length == 0) return WEIR_ERR_INVALID_ARG_TYPE;
  if (!socket->object.loop->ops->try_send_fd) return WEIR_ENOTSUP;
  if (socket->transport != WEIR_TRANSPORT_IPC) return WEIR_ERR_INVALID_HANDLE_TYPE;
  weir_err err = weirc_socket_admit(socket, length, callback, user);
  return err == WEIR_OK ? queue(socket, fd, data, length, callback, user) : err;
}
