/*
 * The two paths that every message of an open connection takes, kept apart from all that can be
 * otherwise: that is a matter of instructions per message.
 */
#include "core/socket.h"

#include <assert.h>

/* Notes the time of a message for an idle timer. Whoever is the first of a turn goes the long way,
 * which reads the clock. */
static inline bool note_time(weir_socket *socket) {
  weir_time now = socket->object.loop->now;
  if (now == 0) return false;
  socket->extra->active_at = now;
  return true;
}

static inline bool goes_to_handler(weir_socket *socket) {
  return socket->flows || (socket->flows_timed && note_time(socket));
}

static inline bool goes_to_system(weir_socket *socket) {
  return socket->writes_through || (socket->writes_timed && note_time(socket));
}

/* The operation counts as out until the handler has returned. */
void weirc_socket_received(weir_socket *socket) {
  weir_op *op = &socket->receive;
  assert(weirc_socket_is_fresh(socket));
  assert(socket->receiving);
  if (!goes_to_handler(socket) || op->length == 0) {
    weirc_socket_received_otherwise(socket);
    return;
  }
  weirc_trace(socket->object.loop, socket->object.id, WEIR_TRACE_RECEIVE, op->length,
              socket->bytes_read + op->length);
  socket->bytes_read += op->length;
  /* Bytes that were handed on are not in the operation any more: detach() looks at that. */
  void *data = op->data;
  op->data = NULL;
  socket->handlers->on_data(socket, data, op->length, socket->user);
  if (!socket->flows_on) {
    weirc_socket_stop_or_go_on(socket);
    return;
  }
  weir_loop *loop = socket->object.loop;
  loop->ops->submit(loop->backend, op);
}

/* Bytes, nothing queued before them, and nobody to tell. */
weir_err weir_socket_write(weir_socket *socket, const void *data, size_t length,
                           weir_socket_callback callback, void *user) {
  if (!socket || weirc_elsewhere(&socket->object) || !goes_to_system(socket) || callback || !data)
    return weirc_socket_write_otherwise(socket, data, length, callback, user);
  weir_loop *loop = socket->object.loop;
  weir_slice slice = {data, length};
  ptrdiff_t taken = loop->ops->try_send(loop->backend, weirc_handle(&socket->object), &slice, 1);
  if ((size_t)taken != slice.length) return weirc_socket_write_rest(socket, slice, taken, NULL);
  socket->bytes_written += (size_t)taken;
  weirc_trace(socket->object.loop, socket->object.id, WEIR_TRACE_SENT, slice.length, 0);
  return WEIR_OK;
}
