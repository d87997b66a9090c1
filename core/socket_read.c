/*
 * What comes in and is not just handed on, and its end. How it is kept while nobody takes it is in
 * socket_pieces.c, the common case in socket_message.c.
 */
#include "core/socket_onread.h"
#include "core/socket_pieces.h"
#include "core/socket_pipe.h"

#include <assert.h>

/* Flowing sockets always want more, others up to the mark; whoever keeps nothing at least hears of
 * the end. */
static bool wants_more(const weir_socket *socket) {
  if (!socket->reading || socket->input_ended) return false;
  if (socket->state.transport != WEIRC_TRANSPORT_OPEN) return false;
  const weirc_onread *onread = weirc_onread_of(socket);
  if (onread) return weirc_onread_wants(onread);
  size_t kept = weir_socket_readable_length(socket);
  return socket->flow == WEIR_FLOW_FLOWING || kept == 0 || kept < socket->read_mark;
}

static void submit(weir_socket *socket) {
  weir_loop *loop = socket->object.loop;
  const weirc_onread *onread = weirc_onread_of(socket);
  assert(socket->receiving && !socket->input_ended);
  socket->receive.error = WEIR_OK;
  socket->receive.data = onread ? onread->memory : NULL;
  socket->receive.length = onread ? onread->length : 0;
  loop->ops->submit(loop->backend, &socket->receive);
}

void weirc_socket_read_more(weir_socket *socket) {
  if (socket->receiving || !wants_more(socket)) return;
  const weirc_onread *onread = weirc_onread_of(socket);
  if (onread && !onread->memory) {
    weirc_step_queue_kind(&socket->object, WEIRC_STEP_RESUME);
    return;
  }
  socket->receiving = true;
  submit(socket);
}

void weirc_socket_start_reading(weir_socket *socket) {
  socket->reading = true;
  weirc_socket_watch_fds(socket);
  weirc_socket_refresh(socket);
  weirc_socket_read_more(socket);
}

bool weirc_socket_withholds_end(const weir_socket *socket) {
  const weirc_onread *onread = weirc_onread_of(socket);
  return weirc_socket_keeps(socket) || (onread && (onread->stopped || onread->held > 0));
}

void weirc_socket_end_if_drained(weir_socket *socket) {
  if (socket->input_ended && !weirc_socket_withholds_end(socket) && !socket->state.read_ended &&
      socket->state.transport == WEIRC_TRANSPORT_OPEN)
    weirc_step_queue_kind(&socket->object, WEIRC_STEP_END);
}

void weirc_socket_hand_on(weir_socket *socket, const uint8_t *data, size_t length) {
  if (socket->handlers->on_data) socket->handlers->on_data(socket, data, length, socket->user);
  weirc_pipes_write(socket, data, length);
}

/* What flows is handed on, what does not flow is kept. */
bool weirc_socket_take(weir_socket *socket, const void *data, size_t length) {
  if (socket->flow == WEIR_FLOW_FLOWING && !weirc_socket_keeps(socket)) {
    weirc_socket_hand_on(socket, data, length);
    return true;
  }
  if (!weirc_socket_keep(socket, data, length)) return false;
  weirc_socket_note_readable(socket);
  return true;
}

static void take_bytes(weir_socket *socket, const weir_op *op) {
  socket->bytes_read += op->length;
  weirc_trace(socket->object.loop, socket->object.id, WEIR_TRACE_RECEIVE, op->length,
              socket->bytes_read);
  bool (*take)(weir_socket *, const void *, size_t) =
      weirc_socket_has_encoding(socket) ? weirc_socket_take_text : weirc_socket_take;
  if (weirc_onread_of(socket)) {
    weirc_onread_received(socket, op->length);
    return;
  }
  /* While they are handed on the connection may be taken out: nothing is left in the operation. */
  const void *data = op->data;
  socket->receive.data = NULL;
  if (!take(socket, data, op->length)) weirc_socket_destroy_with(socket, WEIR_ENOMEM, "read");
}

void weirc_socket_take_end(weir_socket *socket) {
  socket->input_ended = true;
  weirc_socket_refresh(socket);
  /* A last piece of text and the end are told as one. */
  if (weirc_socket_pulls(socket)) socket->need_readable = false;
  if (!weirc_socket_take_last_text(socket)) weirc_socket_destroy_with(socket, WEIR_ENOMEM, "read");
  if (weirc_socket_pulls(socket)) weirc_socket_tell_readable(socket);
  weirc_socket_end_if_drained(socket);
}

void weirc_socket_stop_or_go_on(weir_socket *socket) {
  socket->receiving = false;
  weirc_socket_read_more(socket);
}

/* The operation counts as out until its bytes are done with. */
void weirc_socket_received_otherwise(weir_socket *socket) {
  const weir_op *op = &socket->receive;
  weirc_onread *onread = weirc_onread_of(socket);
  if (op->error != WEIR_ECANCELED) weirc_socket_refresh_timeout(socket);
  /* The idle timer had run out and runs again, or its message is the first of the turn. */
  if (socket->flows_timed && op->length > 0) {
    weirc_socket_received(socket);
    return;
  }
  if (op->error == WEIR_OK && op->length > 0) weirc_socket_tell_fds(socket);
  bool open = socket->state.transport == WEIRC_TRANSPORT_OPEN;
  if (onread) onread->cancelled = false;
  if (open && op->error == WEIR_OK && op->length > 0) take_bytes(socket, op);
  socket->receiving = false;
  if (open && op->error == WEIR_OK && op->length == 0)
    weirc_socket_take_end(socket);
  else if (open && op->error != WEIR_OK && op->error != WEIR_ECANCELED)
    weirc_socket_destroy_with(socket, op->error, "read");
  weirc_socket_read_more(socket);
}

void weirc_socket_deliver(weir_socket *socket) {
  while (socket->flow == WEIR_FLOW_FLOWING && weirc_socket_keeps(socket)) {
    weirc_piece *piece = weirc_socket_take_piece(socket);
    weirc_socket_hand_on(socket, piece->bytes + piece->taken, piece->length - piece->taken);
    weirc_piece_free(socket->object.loop, piece);
  }
  weirc_socket_note_full(socket);
  if (weirc_onread_of(socket)) weirc_onread_go_on(socket);
  weirc_socket_end_if_drained(socket);
  weirc_socket_read_more(socket);
}

void weirc_socket_tell_end(weir_socket *socket) {
  if (weir_socket_destroyed(socket)) return;
  assert(socket->input_ended && !weirc_socket_keeps(socket));
  weirc_socket_event_now(socket, WEIRC_SOCKET_PEER_END);
  weirc_trace(socket->object.loop, socket->object.id, WEIR_TRACE_END, 0, 0);
  if (socket->handlers->on_end) socket->handlers->on_end(socket, socket->user);
  weirc_pipes_ended(socket);
  weirc_socket_event_now(socket, WEIRC_SOCKET_END_TOLD);
}

void weir_socket_pause(weir_socket *socket) {
  if (!weirc_socket_here(socket)) return;
  socket->flow = WEIR_FLOW_PAUSED;
  weirc_socket_refresh(socket);
  weirc_onread_stop(socket);
}

/* Whoever asks for bytes before there is a connection gets them read from it even if paused since.
 * Who reads for himself is not handed anything. */
void weir_socket_resume(weir_socket *socket) {
  if (!weirc_socket_here(socket)) return;
  bool pulls = weirc_socket_pulls(socket) && !socket->state.never_read;
  socket->flow = pulls ? WEIR_FLOW_PAUSED : WEIR_FLOW_FLOWING;
  if (weir_socket_destroyed(socket)) return;
  if (weirc_socket_keeps(socket)) weirc_step_queue_kind(&socket->object, WEIRC_STEP_RESUME);
  weirc_onread_resume(socket);
  weirc_socket_start_reading(socket);
}
