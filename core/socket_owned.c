/*
 * Writing memory that the program gives away for as long as it takes. Its record is made before
 * anything is sent, so that nothing can be half done for lack of memory.
 */
#include "core/socket_write.h"

/* The memory goes back at once; the callback is told in a step. */
static weir_err settle(weir_socket *socket, weirc_chunk *chunk, weir_err err) {
  weirc_chunk_disown(chunk);
  if (chunk->callback) {
    weirc_socket_owe(socket, chunk, err, NULL);
  } else {
    weirc_chunk_free(socket->object.loop, chunk);
    weirc_socket_drop_idle_writer(socket);
  }
  return err;
}

static weir_err send(weir_socket *socket, weirc_chunk *chunk) {
  weir_loop *loop = socket->object.loop;
  weir_slice all = {chunk->data, chunk->left};
  ptrdiff_t taken = 0;
  weirc_socket_refresh_timeout(socket);
  if (all.length > 0)
    taken = loop->ops->try_send(loop->backend, weirc_handle(&socket->object), &all, 1);
  if (taken < 0) {
    weirc_socket_fail_later(socket, (weir_err)-taken);
    return settle(socket, chunk, (weir_err)-taken);
  }
  if (taken == 0 && weirc_socket_exceeds(socket, all.length))
    return settle(socket, chunk, WEIR_ENOBUFS);
  chunk->data += taken;
  chunk->left -= (size_t)taken;
  socket->bytes_written += all.length;
  weirc_trace(loop, socket->object.id, WEIR_TRACE_SENT, (size_t)taken, chunk->left);
  return chunk->left > 0 ? weirc_socket_queue(socket, chunk, true) : settle(socket, chunk, WEIR_OK);
}

weir_err weir_socket_write_owned(weir_socket *socket, void *data, size_t length,
                                 weir_bytes_release release, weir_socket_callback callback,
                                 void *user) {
  weirc_owned owned = {data, length, release, user};
  if (!socket || (!data && length > 0)) return WEIR_ERR_INVALID_ARG_TYPE;
  weir_err err = weirc_socket_admit(socket, length, callback, user);
  if (err == WEIR_ENOMEM || err == WEIR_ERR_WRONG_THREAD) return err;
  if (err != WEIR_OK) {
    if (release) release(data, length, user);
    return err;
  }
  weirc_chunk *chunk = weirc_socket_record(socket, sizeof owned, length, callback, user);
  if (!chunk) {
    weirc_socket_drop_idle_writer(socket);
    return WEIR_ENOMEM;
  }
  weirc_chunk_own(chunk, &owned);
  if (weirc_socket_may_write_through(socket)) return send(socket, chunk);
  socket->bytes_written += length;
  return weirc_socket_queue(socket, chunk, false);
}
