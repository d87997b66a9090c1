/*
 * What comes in and is not just handed on: keeping it while nobody takes it, and its end. The
 * common case is in socket_message.c.
 */
#include "core/socket.h"

#include <assert.h>
#include <string.h>

struct weirc_piece {
  struct weirc_piece *next;
  size_t length;
  uint8_t bytes[];
};

/* Pieces about as long as a backend's buffer are what a fast sender fills: their blocks are kept.
 */
enum { POOLED_FROM = 49152, POOLED_TO = WEIRC_LARGE_CHUNK_BYTES - sizeof(weirc_piece) };

static bool is_pooled(size_t length) {
  return length >= POOLED_FROM && length <= POOLED_TO;
}

static bool pieces_waiting(const weir_socket *socket) {
  return socket->extra && socket->extra->pieces;
}

/* Flowing sockets always want more, others up to the mark; whoever keeps nothing at least hears of
 * the end. */
static bool wants_more(const weir_socket *socket) {
  if (!socket->reading || socket->input_ended) return false;
  if (socket->state.transport != WEIRC_TRANSPORT_OPEN) return false;
  size_t kept = weir_socket_readable_length(socket);
  return socket->flow == WEIR_FLOW_FLOWING || kept == 0 || kept < socket->read_mark;
}

static void submit(weir_socket *socket) {
  weir_loop *loop = socket->object.loop;
  assert(socket->receiving && !socket->input_ended);
  socket->receive.error = WEIR_OK;
  socket->receive.data = NULL;
  socket->receive.length = 0;
  loop->ops->submit(loop->backend, &socket->receive);
}

void weirc_socket_read_more(weir_socket *socket) {
  if (socket->receiving || !wants_more(socket)) return;
  socket->receiving = true;
  submit(socket);
}

void weirc_socket_start_reading(weir_socket *socket) {
  socket->reading = true;
  weirc_socket_refresh(socket);
  weirc_socket_read_more(socket);
}

static weirc_piece *piece_create(weir_loop *loop, size_t length) {
  if (is_pooled(length)) return weirc_pool_take(&loop->large_chunks, &loop->allocator);
  return weirc_allocate(&loop->allocator, sizeof(weirc_piece) + length);
}

static void piece_free(weir_loop *loop, weirc_piece *piece) {
  if (is_pooled(piece->length))
    weirc_pool_give(&loop->large_chunks, &loop->allocator, piece);
  else
    weirc_release(&loop->allocator, piece);
}

bool weirc_socket_keep(weir_socket *socket, const void *data, size_t length) {
  weirc_socket_extra *extra = weirc_socket_extra_of(socket);
  weirc_piece *piece = extra ? piece_create(socket->object.loop, length) : NULL;
  if (!piece) return false;
  piece->next = NULL;
  piece->length = length;
  memcpy(piece->bytes, data, length);
  *extra->pieces_end = piece;
  extra->pieces_end = &piece->next;
  extra->pieces_length += length;
  weirc_socket_refresh(socket);
  return true;
}

static void free_pieces(weir_loop *loop, weirc_piece *first) {
  while (first) {
    weirc_piece *next = first->next;
    piece_free(loop, first);
    first = next;
  }
}

static void forget_pieces(weirc_socket_extra *extra) {
  extra->pieces = NULL;
  extra->pieces_end = &extra->pieces;
  extra->pieces_length = 0;
}

static weirc_piece *take_piece(weirc_socket_extra *extra) {
  assert(extra->pieces && extra->pieces_length >= extra->pieces->length);
  weirc_piece *piece = extra->pieces;
  extra->pieces = piece->next;
  if (!extra->pieces) extra->pieces_end = &extra->pieces;
  extra->pieces_length -= piece->length;
  return piece;
}

void weirc_socket_drop_pieces(weir_socket *socket) {
  if (!socket->extra) return;
  free_pieces(socket->object.loop, socket->extra->pieces);
  forget_pieces(socket->extra);
  socket->extra->decoder.held_length = 0;
}

/* 'end' waits until everything was taken. */
static void end_if_drained(weir_socket *socket) {
  if (socket->input_ended && !pieces_waiting(socket) && !socket->state.read_ended &&
      socket->state.transport == WEIRC_TRANSPORT_OPEN)
    weirc_step_queue_kind(&socket->object, WEIRC_STEP_END);
}

/* What flows to nobody is lost, what does not flow is kept. */
bool weirc_socket_take(weir_socket *socket, const void *data, size_t length) {
  if (socket->flow != WEIR_FLOW_FLOWING || pieces_waiting(socket))
    return weirc_socket_keep(socket, data, length);
  if (socket->handlers->on_data) socket->handlers->on_data(socket, data, length, socket->user);
  return true;
}

static void take_bytes(weir_socket *socket, const weir_op *op) {
  bool (*take)(weir_socket *, const void *, size_t) =
      weirc_socket_has_encoding(socket) ? weirc_socket_take_text : weirc_socket_take;
  socket->bytes_read += op->length;
  weirc_trace(socket->object.loop, socket->object.id, WEIR_TRACE_RECEIVE, op->length,
              socket->bytes_read);
  if (!take(socket, op->data, op->length)) weirc_socket_destroy_with(socket, WEIR_ENOMEM, "read");
}

void weirc_socket_stop_or_go_on(weir_socket *socket) {
  socket->receiving = false;
  weirc_socket_read_more(socket);
}

void weirc_socket_received_otherwise(weir_socket *socket) {
  const weir_op *op = &socket->receive;
  if (op->error != WEIR_ECANCELED) weirc_socket_refresh_timeout(socket);
  /* The idle timer had run out and runs again, or its message is the first of the turn. */
  if (socket->flows_timed && op->length > 0) {
    weirc_socket_received(socket);
    return;
  }
  bool open = socket->state.transport == WEIRC_TRANSPORT_OPEN;
  /* As in weirc_socket_received(): with an encoding a handler may run. */
  if (open && op->error == WEIR_OK && op->length > 0) {
    take_bytes(socket, op);
    weirc_socket_stop_or_go_on(socket);
    return;
  }
  socket->receiving = false;
  if (!open) return;
  if (op->error == WEIR_OK) {
    socket->input_ended = true;
    weirc_socket_refresh(socket);
    if (!weirc_socket_take_last_text(socket))
      weirc_socket_destroy_with(socket, WEIR_ENOMEM, "read");
    end_if_drained(socket);
  } else if (op->error == WEIR_ECANCELED) {
    /* A detach() that was refused after all. */
    weirc_socket_read_more(socket);
  } else {
    weirc_socket_destroy_with(socket, op->error, "read");
  }
}

/* Bytes of the pieces that one receive could have brought; of the first one at least. */
static size_t run_of(const weirc_piece *first) {
  size_t length = first->length;
  for (const weirc_piece *piece = first->next; piece; piece = piece->next) {
    if (length + piece->length > WEIRC_RECEIVE_BYTES) break;
    length += piece->length;
  }
  return length;
}

/* Keeps the text of a run of pieces as one; moves behind them. */
static bool convert_run(weir_socket *socket, const weirc_piece **at, weir_decoder *decoder) {
  weir_loop *loop = socket->object.loop;
  size_t left = run_of(*at);
  size_t room = left;
  size_t length = 0;
  char *text = weirc_text_room(loop, room);
  if (!text) return false;
  for (; left > 0; left -= (*at)->length, *at = (*at)->next) {
    size_t made = 0;
    (void)weir_decoder_write(decoder, (*at)->bytes, (*at)->length, text + length,
                             WEIR_DECODER_TEXT_SIZE((*at)->length), &made);
    length += made;
  }
  bool kept = length == 0 || weirc_socket_keep(socket, text, length);
  weirc_text_release(loop, text, room);
  return kept;
}

bool weirc_socket_convert_pieces(weir_socket *socket, weir_decoder *decoder) {
  weirc_socket_extra *extra = socket->extra;
  weirc_piece *old = extra->pieces;
  weirc_piece **old_end = extra->pieces_end;
  size_t old_length = extra->pieces_length;
  const weirc_piece *at = old;
  if (!old) return true;
  forget_pieces(extra);
  while (at)
    if (!convert_run(socket, &at, decoder)) {
      free_pieces(socket->object.loop, extra->pieces);
      extra->pieces = old;
      extra->pieces_end = old_end;
      extra->pieces_length = old_length;
      return false;
    }
  free_pieces(socket->object.loop, old);
  weirc_socket_refresh(socket);
  weirc_step_queue_kind(&socket->object, WEIRC_STEP_RESUME);
  return true;
}

void weirc_socket_deliver(weir_socket *socket) {
  while (socket->flow == WEIR_FLOW_FLOWING && pieces_waiting(socket)) {
    weirc_piece *piece = take_piece(socket->extra);
    weirc_socket_refresh(socket);
    if (socket->handlers->on_data)
      socket->handlers->on_data(socket, piece->bytes, piece->length, socket->user);
    piece_free(socket->object.loop, piece);
  }
  end_if_drained(socket);
  weirc_socket_read_more(socket);
}

void weirc_socket_tell_end(weir_socket *socket) {
  if (weir_socket_destroyed(socket)) return;
  assert(socket->input_ended && !pieces_waiting(socket));
  weirc_socket_event_now(socket, WEIRC_SOCKET_PEER_END);
  weirc_trace(socket->object.loop, socket->object.id, WEIR_TRACE_END, 0, 0);
  if (socket->handlers->on_end) socket->handlers->on_end(socket, socket->user);
  weirc_socket_event_now(socket, WEIRC_SOCKET_END_TOLD);
}

void weir_socket_pause(weir_socket *socket) {
  if (!socket) return;
  socket->flow = WEIR_FLOW_PAUSED;
  weirc_socket_refresh(socket);
}

/* Whoever asks for bytes before there is a connection gets them read from it even if paused since.
 */
void weir_socket_resume(weir_socket *socket) {
  if (!socket || weir_socket_destroyed(socket)) return;
  socket->flow = WEIR_FLOW_FLOWING;
  if (pieces_waiting(socket)) weirc_step_queue_kind(&socket->object, WEIRC_STEP_RESUME);
  weirc_socket_start_reading(socket);
}
