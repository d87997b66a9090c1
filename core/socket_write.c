/*
 * What goes out and is not just sent: queued and gathered, held back, refused, ended. The common
 * case is in socket_message.c, who is told when in socket_told.c; when the FIN leaves is decided by
 * the state machine.
 */
#include "core/error.h"
#include "core/socket_write.h"

#include <assert.h>
#include <string.h>

/* The writer, made if need be; NULL: no memory. */
static weirc_writer *writer_of(weir_socket *socket) {
  if (!socket->writer)
    socket->writer = weirc_writer_create(socket->object.loop, weirc_handle(&socket->object));
  return socket->writer;
}

void weirc_socket_drop_idle_writer(weir_socket *socket) {
  const weirc_writer *writer = socket->writer;
  if (!writer || writer->queue.first || writer->done.first || writer->ends.first) return;
  if (writer->sending || writer->corked > 0 || socket->state.fin_out) return;
  if (socket->state.write == WEIRC_WRITE_ENDING && !weir_socket_destroyed(socket)) return;
  weirc_pool_give(&socket->object.loop->writers, &socket->object.loop->allocator, socket->writer);
  socket->writer = NULL;
}

weirc_chunk *weirc_socket_record(weir_socket *socket, size_t room, size_t length,
                                 weir_socket_callback callback, void *user) {
  if (!writer_of(socket)) return NULL;
  weirc_chunk *chunk = weirc_chunk_create(socket->object.loop, room);
  if (!chunk) return NULL;
  chunk->length = length;
  chunk->callback = callback;
  chunk->user = user;
  return chunk;
}

void weirc_socket_owe(weir_socket *socket, weirc_chunk *chunk, weir_err err, const char *message) {
  assert(socket->writer && chunk->callback);
  chunk->error = (uint16_t)err;
  chunk->message = message;
  weirc_chunks_append(&socket->writer->done, chunk);
  weirc_step_queue_kind(&socket->object, WEIRC_STEP_WRITE_DONE);
}

void weirc_socket_fail_later(weir_socket *socket, weir_err err) {
  socket->write_failed = true;
  socket->error_code = (uint16_t)err;
  weirc_socket_refresh(socket);
  weirc_step_queue_kind(&socket->object, WEIRC_STEP_WRITE_DONE);
}

static void submit_send(weir_socket *socket) {
  weir_loop *loop = socket->object.loop;
  assert(!socket->writer->sending && socket->writer->send.count > 0);
  socket->writer->sending = true;
  socket->writer->send.op.error = WEIR_OK;
  socket->writer->send.op.length = 0;
  loop->ops->submit(loop->backend, &socket->writer->send.op);
}

static ptrdiff_t try_send(weir_loop *loop, const weirc_writer *writer) {
  const weir_send_op *send = &writer->send;
  return send->fd >= 0
             ? loop->ops->try_send_fd(loop->backend, send->op.handle, send->fd, writer->slices)
             : loop->ops->try_send(loop->backend, send->op.handle, writer->slices, send->count);
}

weir_err weirc_socket_send_batch(weir_socket *socket) {
  weirc_writer *writer = socket->writer;
  weir_loop *loop = socket->object.loop;
  size_t total;
  assert(!writer->sending && writer->batch_last);
  while ((total = weirc_writer_gather(writer)) > 0) {
    ptrdiff_t taken = try_send(loop, writer);
    if (taken < 0) return (weir_err)-taken;
    weirc_writer_consume(writer, (size_t)taken);
    weirc_trace(loop, socket->object.id, WEIR_TRACE_SENT, (size_t)taken, writer->length);
    if ((size_t)taken == total) continue;
    (void)weirc_writer_gather(writer);
    submit_send(socket);
    return WEIR_OK;
  }
  weirc_writer_complete_batch(loop, writer);
  return WEIR_OK;
}

void weirc_socket_note_flushed(weir_socket *socket) {
  if (!socket->writer->queue.first && socket->state.queued)
    weirc_socket_event_now(socket, WEIRC_SOCKET_FLUSHED);
}

void weirc_socket_flush(weir_socket *socket) {
  weirc_writer *writer = socket->writer;
  if (!writer || !writer->queue.first || writer->sending || writer->corked > 0) return;
  if (socket->state.transport != WEIRC_TRANSPORT_OPEN || socket->write_failed) return;
  weirc_writer_start_batch(writer);
  weirc_socket_refresh_timeout(socket);
  weir_err err = weirc_socket_send_batch(socket);
  if (err != WEIR_OK) {
    weirc_socket_fail_later(socket, err);
    return;
  }
  if (writer->done.first || (socket->need_drain && writer->length == 0))
    weirc_step_queue_kind(&socket->object, WEIRC_STEP_WRITE_DONE);
  weirc_socket_note_flushed(socket);
}

weir_err weirc_socket_queue(weir_socket *socket, weirc_chunk *chunk, bool send) {
  weirc_writer *writer = socket->writer;
  assert(!send || (!writer->queue.first && !writer->sending));
  weirc_chunks_append(&writer->queue, chunk);
  writer->length += chunk->length;
  weirc_socket_event_now(socket, WEIRC_SOCKET_QUEUED);
  if (send) {
    weirc_writer_start_batch(writer);
    (void)weirc_writer_gather(writer);
    submit_send(socket);
  }
  if (writer->length < socket->write_mark) return WEIR_OK;
  socket->need_drain = true;
  return WEIR_WAIT_DRAIN;
}

weir_err weirc_socket_left_whole(weir_socket *socket) {
  if (socket->write_mark > 0) return WEIR_OK;
  socket->need_drain = true;
  weirc_step_queue_kind(&socket->object, WEIRC_STEP_WRITE_DONE);
  return WEIR_WAIT_DRAIN;
}

/* A write that may not be: its callback is told in a step. */
static weir_err refuse(weir_socket *socket, weir_err err, const char *message,
                       weir_socket_callback callback, void *user) {
  if (!callback) return err;
  weirc_chunk *chunk = weirc_socket_record(socket, 0, 0, callback, user);
  if (!chunk) return WEIR_ENOMEM;
  weirc_socket_owe(socket, chunk, err, message);
  return err;
}

static weir_err refuse_ended(weir_socket *socket, bool by_peer, weir_socket_callback callback,
                             void *user) {
  weir_error error = weirc_error_of(socket->object.loop, WEIR_ERR_STREAM_WRITE_AFTER_END, NULL);
  if (by_peer) {
    error.code = WEIR_EPIPE;
    error.message = "This socket has been ended by the other party";
  }
  weir_err err = refuse(socket, error.code, error.message, callback, user);
  weirc_socket_destroy(socket, &error, WEIR_CLOSE_PLAIN);
  return err;
}

static weir_err refuse_fresh(weir_socket *socket, weir_socket_callback callback, void *user) {
  weir_err err = refuse(socket, WEIR_ERR_SOCKET_CLOSED, NULL, callback, user);
  if (err != WEIR_ENOMEM) weirc_socket_fail_later(socket, err);
  return err;
}

/*
 * Nothing can hold what the system did not take. If it took a part the stream has a hole, so it
 * ends; otherwise the write has not happened.
 */
static weir_err lose(weir_socket *socket, size_t taken, weirc_chunk *told) {
  if (taken == 0) {
    if (told) weirc_chunk_free(socket->object.loop, told);
    return WEIR_ENOMEM;
  }
  if (told) weirc_socket_owe(socket, told, WEIR_ENOMEM, NULL);
  weirc_socket_destroy_with(socket, WEIR_ENOMEM, "write");
  return WEIR_ENOMEM;
}

/* Copies all but the first bytes of some slices behind each other. */
static void copy_rest(uint8_t *to, const weirc_slices *all, size_t skip) {
  for (size_t i = 0; i < all->count; i++) {
    const weir_slice *slice = &all->slices[i];
    size_t part = slice->length > skip ? slice->length - skip : 0;
    if (part > 0) memcpy(to, (const uint8_t *)slice->data + skip, part);
    skip -= slice->length - part;
    to += part;
  }
}

/* What the system did not take is copied, and gets the callback. */
static weir_err queue_rest(weir_socket *socket, const weirc_slices *all, size_t taken,
                           weirc_chunk *told) {
  size_t left = all->length - taken;
  weirc_chunk *chunk = weirc_socket_record(socket, left, all->length, NULL, NULL);
  if (!chunk) return lose(socket, taken, told);
  copy_rest(weirc_chunk_room(chunk, left), all, taken);
  if (told) {
    chunk->callback = told->callback;
    chunk->user = told->user;
    weirc_chunk_free(socket->object.loop, told);
  }
  socket->bytes_written += all->length;
  weirc_trace(socket->object.loop, socket->object.id, WEIR_TRACE_SENT, taken, left);
  return weirc_socket_queue(socket, chunk, true);
}

bool weirc_socket_exceeds(const weir_socket *socket, size_t length) {
  if (!socket->extra || !socket->extra->limited || length == 0) return false;
  size_t queued = weir_socket_writable_length(socket);
  size_t limit = socket->extra->max_buffered;
  return queued > limit || length > limit - queued;
}

/* Once a part has left, the rest has to follow, whatever the limit. */
static weir_err write_rest(weir_socket *socket, const weirc_slices *all, ptrdiff_t taken,
                           weirc_chunk *told) {
  weir_err err = taken < 0 ? (weir_err)-taken : WEIR_ENOBUFS;
  if (taken > 0 || (taken == 0 && !weirc_socket_exceeds(socket, all->length)))
    return queue_rest(socket, all, (size_t)taken, told);
  if (told) weirc_socket_owe(socket, told, err, NULL);
  if (taken < 0) weirc_socket_fail_later(socket, err);
  return err;
}

weir_err weirc_socket_write_rest(weir_socket *socket, weir_slice all, ptrdiff_t taken,
                                 weirc_chunk *told) {
  return write_rest(socket, &(weirc_slices){&all, 1, all.length}, taken, told);
}

/* Nothing is queued before this write, but somebody is to be told, or there is more to it. */
static weir_err write_through(weir_socket *socket, const weirc_slices *all,
                              weir_socket_callback callback, void *user) {
  weir_loop *loop = socket->object.loop;
  weirc_chunk *told = NULL;
  if (callback && !(told = weirc_socket_record(socket, 0, all->length, callback, user)))
    return WEIR_ENOMEM;
  weirc_socket_refresh_timeout(socket);
  /* Nothing is sent as well: who cannot send any more hears of it. */
  ptrdiff_t taken =
      loop->ops->try_send(loop->backend, weirc_handle(&socket->object), all->slices, all->count);
  if ((size_t)taken != all->length) return write_rest(socket, all, taken, told);
  socket->bytes_written += all->length;
  weirc_trace(loop, socket->object.id, WEIR_TRACE_SENT, all->length, 0);
  if (told) weirc_socket_owe(socket, told, WEIR_OK, NULL);
  return weirc_socket_left_whole(socket);
}

static weir_err write_behind(weir_socket *socket, const weirc_slices *all,
                             weir_socket_callback callback, void *user) {
  weirc_chunk *chunk = weirc_socket_record(socket, all->length, all->length, callback, user);
  if (!chunk) return WEIR_ENOMEM;
  copy_rest(weirc_chunk_room(chunk, all->length), all, 0);
  socket->bytes_written += all->length;
  return weirc_socket_queue(socket, chunk, false);
}

weir_err weirc_socket_admit(weir_socket *socket, size_t length, weir_socket_callback callback,
                            void *user) {
  if (weirc_elsewhere(&socket->object)) return WEIR_ERR_WRONG_THREAD;
  assert(weirc_socket_is_fresh(socket));
  /* An idle timer can be all that keeps a write from the short way. */
  if (weirc_socket_may_write_through(socket)) return WEIR_OK;
  if (socket->state.write != WEIRC_WRITE_OPEN)
    return refuse_ended(socket, socket->state.ended_by_peer, callback, user);
  if (weir_socket_destroyed(socket))
    return refuse(socket, WEIR_ERR_STREAM_DESTROYED, NULL, callback, user);
  if (socket->write_failed)
    return refuse(socket, (weir_err)socket->error_code, NULL, callback, user);
  /* What is held back is found out when it would leave. */
  bool corked = socket->writer && socket->writer->corked > 0;
  if (socket->state.transport == WEIRC_TRANSPORT_NONE && !corked)
    return refuse_fresh(socket, callback, user);
  if (weirc_socket_exceeds(socket, length))
    return refuse(socket, WEIR_ENOBUFS, NULL, callback, user);
  return WEIR_OK;
}

static weir_err write_slices(weir_socket *socket, const weirc_slices *all,
                             weir_socket_callback callback, void *user) {
  weir_err err = weirc_socket_admit(socket, all->length, callback, user);
  if (err != WEIR_OK) return err;
  return weirc_socket_may_write_through(socket) ? write_through(socket, all, callback, user)
                                                : write_behind(socket, all, callback, user);
}

weir_err weirc_socket_write_otherwise(weir_socket *socket, const void *data, size_t length,
                                      weir_socket_callback callback, void *user) {
  if (!socket || (!data && length > 0)) return WEIR_ERR_INVALID_ARG_TYPE;
  weir_slice slice = {data, length};
  return write_slices(socket, &(weirc_slices){&slice, 1, length}, callback, user);
}

weir_err weir_socket_writev(weir_socket *socket, const weir_slice *slices, size_t count,
                            weir_socket_callback callback, void *user) {
  weirc_slices all = {slices, count, 0};
  if (!socket || (!slices && count > 0)) return WEIR_ERR_INVALID_ARG_TYPE;
  for (size_t i = 0; i < count; i++) {
    if (!slices[i].data && slices[i].length > 0) return WEIR_ERR_INVALID_ARG_TYPE;
    if (slices[i].length > SIZE_MAX / 2 - all.length) return WEIR_ENOMEM;
    all.length += slices[i].length;
  }
  return write_slices(socket, &all, callback, user);
}

void weir_socket_cork(weir_socket *socket) {
  if (!weirc_socket_here(socket) || socket->state.write != WEIRC_WRITE_OPEN ||
      weir_socket_destroyed(socket))
    return;
  if (!writer_of(socket)) return;
  socket->writer->corked++;
  weirc_socket_refresh(socket);
}

void weir_socket_uncork(weir_socket *socket) {
  if (!weirc_socket_here(socket) || !socket->writer || socket->writer->corked == 0) return;
  if (--socket->writer->corked > 0) return;
  weirc_socket_refresh(socket);
  if (socket->state.transport == WEIRC_TRANSPORT_NONE && socket->writer->queue.first)
    weirc_socket_fail_later(socket, WEIR_ERR_SOCKET_CLOSED);
  weirc_socket_flush(socket);
  weirc_socket_drop_idle_writer(socket);
}

void weirc_socket_uncork_all(weir_socket *socket) {
  if (!socket->writer || socket->writer->corked == 0) return;
  socket->writer->corked = 0;
  weirc_socket_refresh(socket);
  weirc_socket_flush(socket);
}

void weirc_socket_auto_end(weir_socket *socket) {
  if (socket->state.write == WEIRC_WRITE_OPEN) weirc_socket_uncork_all(socket);
  if (!socket->write_failed) weirc_socket_event_now(socket, WEIRC_SOCKET_AUTO_END);
}

unsigned weir_socket_writable_corked(const weir_socket *socket) {
  return socket && socket->writer ? socket->writer->corked : 0;
}

size_t weir_socket_writable_length(const weir_socket *socket) {
  return socket && socket->writer ? socket->writer->length : 0;
}

/* An end() that may not be: WEIR_OK if it may. */
static weir_err refuse_end(const weir_socket *socket, const char **out_message) {
  if (socket->state.write == WEIRC_WRITE_FINISHED) return WEIR_ERR_STREAM_ALREADY_FINISHED;
  if (!weir_socket_destroyed(socket)) return WEIR_OK;
  *out_message = "Cannot call end after a stream was destroyed";
  return WEIR_ERR_STREAM_DESTROYED;
}

weir_err weir_socket_end(weir_socket *socket, const void *data, size_t length,
                         weir_socket_callback callback, void *user) {
  weirc_chunk *told = NULL;
  const char *message = NULL;
  weir_err err = WEIR_OK;
  if (!socket || (!data && length > 0)) return WEIR_ERR_INVALID_ARG_TYPE;
  if (weirc_elsewhere(&socket->object)) return WEIR_ERR_WRONG_THREAD;
  if (!writer_of(socket)) return WEIR_ENOMEM;
  if (callback && !(told = weirc_socket_record(socket, 0, 0, callback, user))) return WEIR_ENOMEM;
  /* An empty piece is one. */
  if (data && socket->state.write != WEIRC_WRITE_OPEN)
    err = refuse_ended(socket, false, NULL, NULL);
  else if (data)
    err = weir_socket_write(socket, data, length, NULL, NULL);
  if (err == WEIR_ENOMEM && weir_socket_writable(socket)) {
    if (told) weirc_chunk_free(socket->object.loop, told);
    weirc_socket_drop_idle_writer(socket);
    return err;
  }
  if (err == WEIR_OK || err == WEIR_WAIT_DRAIN) {
    err = refuse_end(socket, &message);
    if (err == WEIR_ERR_STREAM_DESTROYED && socket->error_code == 0) socket->end_called = true;
  }
  if (err != WEIR_OK) {
    if (told) weirc_socket_owe(socket, told, err, message);
    weirc_socket_drop_idle_writer(socket);
    return err;
  }
  if (told) weirc_chunks_append(&socket->writer->ends, told);
  /* What was held back may fail now: then the writing side has failed and does not end. */
  weirc_socket_uncork_all(socket);
  if (!socket->write_failed) weirc_socket_event_now(socket, WEIRC_SOCKET_END);
  return WEIR_OK;
}

void weirc_socket_send_fin(weir_socket *socket) {
  weir_loop *loop = socket->object.loop;
  assert(socket->writer && !socket->writer->queue.first && !socket->writer->sending);
  loop->ops->submit(loop->backend, &socket->writer->fin);
}
