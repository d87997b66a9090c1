/* The state table of a socket. It calls nobody and keeps nothing but the state it is given. */
#include "core/socket_state.h"

#include <assert.h>

static void assert_invariants(const weirc_socket_state *state) {
  assert(state->write <= WEIRC_WRITE_FINISHED);
  assert(!state->fin_out || (state->was_open && !state->fin_sent));
  assert(!state->ended_by_peer || state->read_ended);
  assert(state->transport != WEIRC_TRANSPORT_OPEN || state->was_open);
  (void)state;
}

/*
 * The end of the stream leaves when everything before it has left. If the socket goes as soon as
 * 'finish' is told, closing the transport sends the FIN: after the end of the peer it leaves
 * nothing unread, and with destroySoon() it is told to send the end first.
 */
static unsigned end_if_flushed(weirc_socket_state *state) {
  if (state->write != WEIRC_WRITE_ENDING || state->queued) return 0;
  if (state->fin_out || state->fin_sent) return 0;
  if (state->transport != WEIRC_TRANSPORT_OPEN) return 0;
  if ((state->read_ended && !state->never_read) || state->destroy_soon) return WEIRC_DO_FINISH;
  state->fin_out = 1;
  return WEIRC_DO_SEND_FIN;
}

static unsigned end(weirc_socket_state *state) {
  if (state->transport == WEIRC_TRANSPORT_DESTROYED) return 0;
  if (state->write == WEIRC_WRITE_OPEN) state->write = WEIRC_WRITE_ENDING;
  return end_if_flushed(state);
}

static unsigned end_told(weirc_socket_state *state) {
  if (state->transport == WEIRC_TRANSPORT_DESTROYED) return 0;
  if (state->write == WEIRC_WRITE_FINISHED) return WEIRC_DO_DESTROY;
  if (state->write == WEIRC_WRITE_OPEN && !state->allow_half_open) return WEIRC_DO_AUTO_END;
  return 0;
}

static unsigned finish_told(const weirc_socket_state *state) {
  if (state->transport == WEIRC_TRANSPORT_DESTROYED) return 0;
  return state->read_ended || state->destroy_soon ? WEIRC_DO_DESTROY : 0;
}

static unsigned destroy(weirc_socket_state *state) {
  unsigned transport = state->transport;
  if (transport == WEIRC_TRANSPORT_DESTROYED) return 0;
  state->transport = WEIRC_TRANSPORT_DESTROYED;
  return transport == WEIRC_TRANSPORT_NONE ? WEIRC_DO_CLOSE : WEIRC_DO_CLOSE_TRANSPORT;
}

static unsigned destroy_soon(weirc_socket_state *state) {
  if (state->transport == WEIRC_TRANSPORT_DESTROYED) return 0;
  if (state->write == WEIRC_WRITE_FINISHED) return WEIRC_DO_DESTROY;
  state->destroy_soon = 1;
  /* Without a transport there is nothing to wait for. */
  if (state->transport == WEIRC_TRANSPORT_NONE) {
    state->write = WEIRC_WRITE_ENDING;
    return WEIRC_DO_FINISH;
  }
  return end(state);
}

static unsigned reset(weirc_socket_state *state) {
  switch ((weirc_transport_state)state->transport) {
  case WEIRC_TRANSPORT_NONE: return WEIRC_DO_REFUSE;
  case WEIRC_TRANSPORT_CONNECTING: state->reset_soon = 1; return 0;
  case WEIRC_TRANSPORT_OPEN: return WEIRC_DO_RESET;
  case WEIRC_TRANSPORT_DESTROYED: break;
  }
  return 0;
}

static unsigned ready(weirc_socket_state *state) {
  if (state->transport != WEIRC_TRANSPORT_OPEN) return 0;
  return state->reset_soon ? WEIRC_DO_RESET : end_if_flushed(state);
}

static unsigned step(weirc_socket_state *state, weirc_socket_event event) {
  switch (event) {
  case WEIRC_SOCKET_CONNECT:
    assert(state->transport == WEIRC_TRANSPORT_NONE);
    state->transport = WEIRC_TRANSPORT_CONNECTING;
    return 0;
  case WEIRC_SOCKET_CONNECTED:
    assert(state->transport != WEIRC_TRANSPORT_OPEN);
    assert(state->transport != WEIRC_TRANSPORT_DESTROYED);
    state->transport = WEIRC_TRANSPORT_OPEN;
    state->was_open = 1;
    return 0;
  case WEIRC_SOCKET_READY: return ready(state);
  case WEIRC_SOCKET_QUEUED: state->queued = 1; return 0;
  case WEIRC_SOCKET_FLUSHED: state->queued = 0; return end_if_flushed(state);
  case WEIRC_SOCKET_END: return end(state);
  case WEIRC_SOCKET_FIN_SENT:
    state->fin_out = 0;
    state->fin_sent = 1;
    return state->transport == WEIRC_TRANSPORT_OPEN ? WEIRC_DO_FINISH : 0;
  case WEIRC_SOCKET_FINISH: state->write = WEIRC_WRITE_FINISHED; return 0;
  case WEIRC_SOCKET_FINISH_TOLD: return finish_told(state);
  case WEIRC_SOCKET_PEER_END:
    state->read_ended = 1;
    state->ended_by_peer = !state->allow_half_open;
    return 0;
  case WEIRC_SOCKET_END_TOLD: return end_told(state);
  case WEIRC_SOCKET_AUTO_END: return state->write == WEIRC_WRITE_OPEN ? end(state) : 0;
  case WEIRC_SOCKET_DESTROY: return destroy(state);
  case WEIRC_SOCKET_DESTROY_SOON: return destroy_soon(state);
  case WEIRC_SOCKET_RESET: return reset(state);
  }
  return 0;
}

unsigned weirc_socket_step(weirc_socket_state *state, weirc_socket_event event) {
  assert_invariants(state);
  unsigned effects = step(state, event);
  assert_invariants(state);
  return effects;
}
