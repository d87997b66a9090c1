/*
 * What the writing side tells: 'drain', callbacks of writes and ends, 'finish'; also when all of
 * them fail. Nothing is sent here but what a finished send makes room for.
 */
#include "core/error.h"
#include "core/socket_pipe.h"
#include "core/writer.h"

#include <assert.h>

static void tell(weir_socket *socket, weirc_chunk *chunk, const weir_error *error) {
  weir_socket_callback callback = chunk->callback;
  void *user = chunk->user;
  weirc_chunk_free(socket->object.loop, chunk);
  if (callback) callback(socket, error, user);
}

/* Tells a chunk the outcome that was noted in it. */
static void tell_noted(weir_socket *socket, weirc_chunk *chunk) {
  weir_error error =
      weirc_error_of(socket->object.loop, (weir_err)chunk->error, chunk->message ? NULL : "write");
  error.message = chunk->message;
  tell(socket, chunk, error.code == WEIR_OK ? NULL : &error);
}

static void tell_all(weir_socket *socket, weirc_chunk_list *list, const weir_error *error) {
  weirc_chunk_list told;
  weirc_chunk *chunk;
  weirc_chunks_move(list, &told);
  while ((chunk = weirc_chunks_take(&told))) tell(socket, chunk, error);
}

static void tell_drain(weir_socket *socket) {
  if (!weir_socket_writable_need_drain(socket) || weir_socket_writable_length(socket) > 0) return;
  socket->need_drain = false;
  weirc_trace(socket->object.loop, socket->object.id, WEIR_TRACE_DRAIN, 0, 0);
  if (socket->handlers->on_drain) socket->handlers->on_drain(socket, socket->user);
  weirc_pipes_drained(socket);
}

static void tell_done(weir_socket *socket, weirc_chunk_list *done) {
  weirc_chunk *chunk;
  tell_drain(socket);
  while ((chunk = weirc_chunks_take(done))) tell_noted(socket, chunk);
}

/*
 * Empties the queue into a list. What was not even on its way does not count as written any more.
 * Returns the last chunk that was on its way.
 */
static const weirc_chunk *give_up_queue(weir_socket *socket, weirc_writer *writer,
                                        weirc_chunk_list *lost) {
  const weirc_chunk *last = writer->batch_last;
  bool leaving = last != NULL;
  writer->length = 0;
  writer->batch_last = NULL;
  weirc_chunks_move(&writer->queue, lost);
  for (const weirc_chunk *chunk = lost->first; chunk; chunk = chunk->next) {
    if (!leaving) socket->bytes_written -= chunk->length;
    if (chunk == last) leaving = false;
  }
  return last;
}

/* One failing write fails all that waits behind it, also if somebody has destroyed the socket
 * since.
 */
static void fail(weir_socket *socket, weir_err err) {
  weir_error error = weirc_error_of(socket->object.loop, err, "write");
  weirc_chunk_list lost;
  socket->write_failed = true;
  socket->error_code = (uint16_t)err;
  weirc_socket_refresh(socket);
  if (socket->writer) {
    (void)give_up_queue(socket, socket->writer, &lost);
    tell_all(socket, &lost, &error);
  }
  if (socket->writer) tell_all(socket, &socket->writer->ends, &error);
  weirc_socket_destroy(socket, &error, WEIR_CLOSE_PLAIN);
}

void weirc_socket_tell_writes(weir_socket *socket) {
  weirc_chunk_list done;
  weirc_chunks_init(&done);
  if (socket->writer) weirc_chunks_move(&socket->writer->done, &done);
  tell_done(socket, &done);
  if (socket->write_failed) fail(socket, (weir_err)socket->error_code);
  weirc_socket_drop_idle_writer(socket);
}

void weirc_socket_sent(weir_socket *socket) {
  weirc_writer *writer = socket->writer;
  weirc_chunk_list done;
  assert(writer && writer->sending);
  writer->sending = false;
  if (weir_socket_destroyed(socket)) return;
  weir_err err = writer->send.op.error;
  if (err == WEIR_OK) {
    weirc_writer_consume(writer, writer->send.op.length);
    weirc_trace(socket->object.loop, socket->object.id, WEIR_TRACE_SENT, writer->send.op.length,
                writer->length);
    err = weirc_socket_send_batch(socket);
  }
  if (err != WEIR_OK) {
    fail(socket, err);
    return;
  }
  if (writer->sending) return;
  weirc_socket_refresh_timeout(socket);
  /* What has queued up meanwhile leaves before the callbacks of this batch are told. */
  weirc_chunks_move(&writer->done, &done);
  weirc_socket_flush(socket);
  weirc_socket_note_flushed(socket);
  tell_done(socket, &done);
  weirc_socket_drop_idle_writer(socket);
}

void weirc_socket_fin_sent(weir_socket *socket) {
  weir_err err = socket->writer->fin.error;
  weirc_socket_event_now(socket, WEIRC_SOCKET_FIN_SENT);
  if (err == WEIR_OK || weir_socket_destroyed(socket)) return;
  weirc_socket_destroy_with(socket, err, "shutdown");
}

void weirc_socket_tell_finish(weir_socket *socket) {
  if (weir_socket_destroyed(socket)) return;
  weirc_socket_event_now(socket, WEIRC_SOCKET_FINISH);
  weirc_pipes_leave(socket);
  weirc_trace(socket->object.loop, socket->object.id, WEIR_TRACE_FINISH, 0, 0);
  if (socket->writer) tell_all(socket, &socket->writer->ends, NULL);
  if (socket->handlers->on_finish && !weir_socket_destroyed(socket))
    socket->handlers->on_finish(socket, socket->user);
  weirc_socket_event_now(socket, WEIRC_SOCKET_FINISH_TOLD);
  weirc_socket_drop_idle_writer(socket);
}

/* What a write that never left is told: Node gives the first one a code of its own. */
static weir_err lost_code(const weir_socket *socket, bool first, bool leaving) {
  if (!socket->state.was_open && (first || !socket->had_error))
    return WEIR_ERR_SOCKET_CLOSED_BEFORE_CONNECTION;
  if (leaving) return WEIR_ECANCELED;
  return socket->had_error ? WEIR_OK : WEIR_ERR_STREAM_DESTROYED;
}

/* WEIR_OK stands for the error the socket was destroyed with. */
static void tell_lost(weir_socket *socket, weirc_chunk *chunk, weir_err code, const char *message) {
  weir_error error = weirc_error_of(socket->object.loop, code, "write");
  error.message = message;
  if (code == WEIR_OK) weirc_socket_destroy_error(socket, &error);
  tell(socket, chunk, &error);
}

static void fail_queue(weir_socket *socket, weirc_writer *writer) {
  weirc_chunk_list lost;
  weirc_chunk *chunk;
  const weirc_chunk *last = give_up_queue(socket, writer, &lost);
  bool leaving = last != NULL;
  bool first = true;
  while ((chunk = weirc_chunks_take(&lost))) {
    bool is_last = chunk == last;
    tell_lost(socket, chunk, lost_code(socket, first, leaving), NULL);
    first = false;
    if (is_last) leaving = false;
  }
}

static void fail_ends(weir_socket *socket, weirc_writer *writer) {
  weirc_chunk_list lost;
  weirc_chunk *chunk;
  weirc_chunks_move(&writer->ends, &lost);
  while ((chunk = weirc_chunks_take(&lost)))
    tell_lost(socket, chunk, lost_code(socket, false, false),
              socket->state.was_open ? "Cannot call end after a stream was destroyed" : NULL);
}

/* The writer is taken from the socket first: callbacks may use the socket, and any other. */
static void fail_writer(weir_socket *socket) {
  weir_loop *loop = socket->object.loop;
  weirc_writer *writer = socket->writer;
  weirc_chunk_list done;
  assert(!writer->sending && !socket->state.fin_out);
  socket->writer = NULL;
  weirc_chunks_move(&writer->done, &done);
  tell_done(socket, &done);
  fail_queue(socket, writer);
  fail_ends(socket, writer);
  weirc_pool_give(&loop->writers, &loop->allocator, writer);
}

/* Callbacks may write again and are told so before 'close', unless they never stop. */
enum { ROUNDS = 16 };

void weirc_socket_fail_writes(weir_socket *socket) {
  for (int round = 0; round < ROUNDS && socket->writer; round++) fail_writer(socket);
}
