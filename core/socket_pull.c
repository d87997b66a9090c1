/*
 * Reading by asking: read(), and when on_readable is told. It is told in a step when something has
 * come to somebody who had too little, and once more at the end; never twice without a read()
 * between.
 */
#include "core/socket_onread.h"
#include "core/socket_pieces.h"

#include <assert.h>

/* Node raises the mark to a power of two and refuses what is beyond this one. */
#define MARK_LIMIT ((uint32_t)1 << 30)

bool weirc_socket_pulls(const weir_socket *socket) {
  return weirc_handler(socket, on_readable) != NULL;
}

void weirc_socket_note_readable(weir_socket *socket) {
  if (!socket->need_readable || !weirc_socket_pulls(socket)) return;
  socket->need_readable = false;
  if (socket->readable_told) return;
  socket->readable_told = true;
  weirc_step_queue_kind(&socket->object, WEIRC_STEP_READABLE);
}

/* Node's read(0), which resume() is as well for who reads by asking. */
void weirc_socket_note_full(weir_socket *socket) {
  size_t kept = weir_socket_readable_length(socket);
  if (kept > 0 && kept >= socket->read_mark) weirc_socket_note_readable(socket);
}

void weirc_socket_pull_begin(weir_socket *socket) {
  if (socket->state.read_ended || weir_socket_destroyed(socket)) return;
  socket->need_readable = true;
  socket->readable_told = false;
  socket->flow = WEIR_FLOW_PAUSED;
  if (weirc_socket_keeps(socket)) weirc_socket_note_readable(socket);
  weirc_socket_start_reading(socket);
}

void weirc_socket_pull_end(weir_socket *socket) {
  if (socket->flow == WEIR_FLOW_PAUSED) socket->flow = WEIR_FLOW_INITIAL;
  weirc_socket_refresh(socket);
  if (socket->handlers->on_data) weir_socket_resume(socket);
}

void weirc_socket_tell_readable(weir_socket *socket) {
  if (weir_socket_destroyed(socket) || socket->state.read_ended) return;
  if (weirc_socket_pulls(socket) && (weirc_socket_keeps(socket) || socket->input_ended)) {
    weirc_handler(socket, on_readable)(socket, socket->user);
    socket->readable_told = false;
  }
  socket->need_readable =
      !socket->input_ended && weir_socket_readable_length(socket) <= socket->read_mark;
}

/* Whoever asks for what is there has been told its length, and wants no more at a time. */
static void raise_mark(weir_socket *socket, size_t wanted) {
  uint32_t mark = 1;
  if (wanted <= socket->read_mark || wanted <= weir_socket_readable_length(socket)) return;
  while (mark < wanted) mark *= 2;
  socket->read_mark = mark;
}

/* How many of the bytes that are wanted can be had now. */
static size_t obtainable(const weir_socket *socket, size_t wanted) {
  size_t kept = weir_socket_readable_length(socket);
  if (wanted <= kept) return wanted;
  return socket->input_ended ? kept : 0;
}

/* Whether more is to be told: nothing could be had, or everything was. */
static void note_wants(weir_socket *socket, size_t taken) {
  size_t kept = weir_socket_readable_length(socket);
  if (socket->input_ended)
    socket->need_readable = false;
  else if (taken == 0)
    socket->need_readable = kept <= socket->read_mark;
  else if (kept == 0)
    socket->need_readable = true;
}

weir_err weir_socket_read(weir_socket *socket, void *buffer, size_t length, size_t *out_length) {
  if (out_length) *out_length = 0;
  if (!socket || !out_length || (!buffer && length > 0)) return WEIR_ERR_INVALID_ARG_TYPE;
  if (weirc_elsewhere(&socket->object)) return WEIR_ERR_WRONG_THREAD;
  if (length > MARK_LIMIT) return WEIR_ERR_OUT_OF_RANGE;
  raise_mark(socket, length);
  if (weir_socket_destroyed(socket)) return WEIR_ERR_STREAM_DESTROYED;
  size_t taken = obtainable(socket, length);
  if (length > 0)
    socket->readable_told = false;
  else
    weirc_socket_note_full(socket);
  if (taken > 0) weirc_socket_take_bytes(socket, buffer, taken);
  note_wants(socket, taken);
  weirc_socket_end_if_drained(socket);
  weirc_onread_resume(socket);
  weirc_socket_start_reading(socket);
  *out_length = taken;
  return taken == 0 && length > 0 && !socket->input_ended ? WEIR_EAGAIN : WEIR_OK;
}
