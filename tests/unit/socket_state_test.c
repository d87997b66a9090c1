/* The state machine of a socket: every state that can be reached, with every event that can come in
 * it. The test stands for the rest of the core, which does at once or owes what the machine asks
 * for. */
#include "core/socket_state.h"

#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

enum { EVENTS = WEIRC_SOCKET_RESET + 1, KEY_BITS = 21 };

/* The machine and what is on its way to it. */
typedef struct place {
  weirc_socket_state state;
  bool ready_owed;  /* 'connect' is being told */
  bool finish_owed; /* a step waits */
  bool finish_told; /* 'finish' is being told */
  bool end_told;    /* 'end' is being told */
  bool auto_owed;   /* a step waits */
  bool fin_done;    /* the FIN has left once */
  bool finished;    /* 'finish' was told once */
  bool ended;       /* 'end' was told once */
} place;

static const char *const event_names[EVENTS] = {
    "CONNECT",  "CONNECTED", "READY",   "QUEUED",       "FLUSHED",
    "END",      "FIN_SENT",  "FINISH",  "FINISH_TOLD",  "PEER_END",
    "END_TOLD", "AUTO_END",  "DESTROY", "DESTROY_SOON", "RESET"};

/* How each place was first reached, for the message of a failure. */
typedef struct step_back {
  uint32_t from;
  uint8_t event;
} step_back;

static place places[1 << 16];
static size_t place_count;
static uint32_t index_of_key[1 << KEY_BITS]; /* index + 1 */
static step_back back[1 << 16];
static size_t cells;
static unsigned effects_seen;

static uint32_t key_of(const place *p) {
  const weirc_socket_state *s = &p->state;
  const bool bits[] = {s->read_ended,    s->queued,       s->fin_out,     s->allow_half_open,
                       s->ended_by_peer, s->destroy_soon, s->reset_soon,  s->was_open,
                       p->ready_owed,    p->finish_owed,  p->finish_told, p->end_told,
                       p->auto_owed,     p->fin_done,     p->finished,    p->ended,
                       s->never_read};
  uint32_t key = (uint32_t)s->transport | (uint32_t)s->write << 2;
  for (size_t i = 0; i < COUNT_OF(bits); i++) key |= (uint32_t)bits[i] << (4 + i);
  return key;
}

static bool destroyed(const place *p) {
  return p->state.transport == WEIRC_TRANSPORT_DESTROYED;
}

static bool untouched(const place *p) {
  weirc_socket_state s = p->state;
  return s.transport == WEIRC_TRANSPORT_NONE && s.write == WEIRC_WRITE_OPEN && !s.destroy_soon;
}

/* What the rest of the core may tell the machine here. */
static bool can_come(const place *p, unsigned event) {
  const weirc_socket_state *s = &p->state;
  bool open = s->transport == WEIRC_TRANSPORT_OPEN;
  switch ((weirc_socket_event)event) {
  case WEIRC_SOCKET_CONNECT: return s->transport == WEIRC_TRANSPORT_NONE;
  case WEIRC_SOCKET_CONNECTED: return s->transport == WEIRC_TRANSPORT_CONNECTING || untouched(p);
  case WEIRC_SOCKET_READY: return p->ready_owed;
  case WEIRC_SOCKET_QUEUED:
    return s->write == WEIRC_WRITE_OPEN && (open || s->transport == WEIRC_TRANSPORT_CONNECTING);
  case WEIRC_SOCKET_FLUSHED: return s->queued && open;
  case WEIRC_SOCKET_END: return !destroyed(p) && s->write != WEIRC_WRITE_FINISHED;
  case WEIRC_SOCKET_FIN_SENT: return s->fin_out;
  case WEIRC_SOCKET_FINISH: return p->finish_owed && !destroyed(p);
  case WEIRC_SOCKET_FINISH_TOLD: return p->finish_told;
  case WEIRC_SOCKET_PEER_END: return open && !s->read_ended;
  case WEIRC_SOCKET_END_TOLD: return p->end_told;
  case WEIRC_SOCKET_AUTO_END: return p->auto_owed;
  case WEIRC_SOCKET_DESTROY:
  case WEIRC_SOCKET_DESTROY_SOON:
  case WEIRC_SOCKET_RESET: return true;
  }
  return false;
}

static void explain(uint32_t index, unsigned event, const char *what) {
  const char *path[64];
  size_t count = 0;
  char text[1024] = "";
  for (; index != 0 && count < COUNT_OF(path); index = back[index].from)
    path[count++] = event_names[back[index].event];
  for (size_t length = 0; count > 0 && length + 32 < sizeof text; length = strlen(text))
    snprintf(text + length, sizeof text - length, "%s ", path[--count]);
  fail_msg("%s: after %sthen %s", what, text, event_names[event]);
}

/* Names what is wrong with a transition, or NULL. */
static const char *judge(const place *from, const place *to, unsigned effects) {
  const weirc_socket_state *a = &from->state;
  const weirc_socket_state *b = &to->state;
  if (destroyed(from) && effects != 0) return "a destroyed socket does something";
  if (destroyed(from) && !destroyed(to)) return "a destroyed socket lives";
  if (b->write < a->write) return "the writing side opens again";
  if (b->read_ended < a->read_ended || b->was_open < a->was_open) return "the past changes";
  if (effects & WEIRC_DO_SEND_FIN) {
    if (from->fin_done || a->fin_out) return "the FIN leaves twice";
    if (b->transport != WEIRC_TRANSPORT_OPEN) return "a FIN without transport";
    if (b->queued) return "the FIN overtakes bytes";
    if (!b->fin_out) return "the FIN is not remembered";
  }
  if (b->never_read && !b->destroy_soon && (effects & WEIRC_DO_FINISH) && !from->fin_done)
    return "a close with unread bytes sends no end";
  if ((effects & WEIRC_DO_FINISH) && from->finished) return "'finish' comes twice";
  if ((effects & WEIRC_DO_AUTO_END) && b->allow_half_open) return "auto-end though half-open";
  bool closing = (effects & (WEIRC_DO_CLOSE | WEIRC_DO_CLOSE_TRANSPORT)) != 0;
  if (closing != (!destroyed(from) && destroyed(to))) return "'close' without destroy, or not";
  if ((effects & WEIRC_DO_CLOSE) && a->transport != WEIRC_TRANSPORT_NONE)
    return "the transport is forgotten";
  if ((effects & WEIRC_DO_CLOSE_TRANSPORT) && a->transport == WEIRC_TRANSPORT_NONE)
    return "there is no transport to close";
  return NULL;
}

/* Names what will never happen although it has to, or NULL. */
static const char *forgotten(const place *p) {
  const weirc_socket_state *s = &p->state;
  if (destroyed(p)) return NULL;
  bool telling = p->finish_told || p->end_told;
  bool open = s->transport == WEIRC_TRANSPORT_OPEN;
  if (s->write == WEIRC_WRITE_FINISHED && s->read_ended && !telling) return "both sides ended";
  if (s->write == WEIRC_WRITE_FINISHED && s->destroy_soon && !telling) return "destroySoon()";
  if (open && s->reset_soon && !p->ready_owed) return "the reset";
  if (s->write == WEIRC_WRITE_ENDING && open && !s->queued && !p->ready_owed && !s->fin_out &&
      !p->finish_owed)
    return "the end";
  if (s->read_ended && s->write == WEIRC_WRITE_OPEN && s->ended_by_peer && !s->allow_half_open &&
      !p->end_told && !p->auto_owed && !p->ended)
    return "the automatic end";
  return NULL;
}

/* What is owed because of an event and of what the machine asked for. */
static void note(place *p, unsigned event, unsigned effects) {
  if (event == WEIRC_SOCKET_READY) p->ready_owed = false;
  if (event == WEIRC_SOCKET_FINISH) {
    p->finish_owed = false;
    p->finish_told = p->finished = true;
  }
  if (event == WEIRC_SOCKET_FINISH_TOLD) p->finish_told = false;
  if (event == WEIRC_SOCKET_PEER_END) p->end_told = true;
  if (event == WEIRC_SOCKET_END_TOLD) {
    p->end_told = false;
    p->ended = true;
  }
  if (event == WEIRC_SOCKET_AUTO_END) p->auto_owed = false;
  if (effects & WEIRC_DO_SEND_FIN) p->fin_done = true;
  if (effects & WEIRC_DO_FINISH) p->finish_owed = true;
  if (effects & WEIRC_DO_AUTO_END) p->auto_owed = true;
}

static unsigned advance(place *p, unsigned event) {
  /* Accepted sockets are told no 'connect'. */
  if (event == WEIRC_SOCKET_CONNECTED) p->ready_owed = !untouched(p);
  unsigned effects = weirc_socket_step(&p->state, (weirc_socket_event)event);
  if (effects & (WEIRC_DO_DESTROY | WEIRC_DO_RESET | WEIRC_DO_REFUSE))
    effects |= weirc_socket_step(&p->state, WEIRC_SOCKET_DESTROY);
  note(p, event, effects);
  return effects;
}

static void visit(const place *p, uint32_t from, unsigned event) {
  uint32_t key = key_of(p);
  if (index_of_key[key] != 0) return;
  assert_true(place_count < COUNT_OF(places));
  places[place_count] = *p;
  back[place_count] = (step_back){from, (uint8_t)event};
  index_of_key[key] = (uint32_t)++place_count;
}

static void try_event(uint32_t index, unsigned event) {
  place next = places[index];
  if (!can_come(&next, event)) return;
  unsigned effects = advance(&next, event);
  const char *wrong = judge(&places[index], &next, effects);
  if (!wrong && (wrong = forgotten(&next))) print_error("forgotten: ");
  if (wrong) explain(index, event, wrong);
  effects_seen |= effects;
  cells++;
  visit(&next, index, event);
}

static void every_state_with_every_event(void **state) {
  (void)state;
  const place fresh = {{0}, false, false, false, false, false, false, false, false};
  place deaf = fresh, mute = fresh;
  deaf.state.read_ended = deaf.state.never_read = 1;
  deaf.ended = true;
  mute.state.write = WEIRC_WRITE_FINISHED;
  mute.finished = true;
  visit(&fresh, 0, 0);
  /* The options readable and writable. */
  visit(&deaf, 0, 0);
  visit(&mute, 0, 0);
  for (uint32_t i = 0; i < place_count; i++) {
    /* The option may change at any time. */
    place other = places[i];
    other.state.allow_half_open = !other.state.allow_half_open;
    if (!other.end_told || !other.state.read_ended) visit(&other, i, WEIRC_SOCKET_DESTROY);
    for (unsigned event = 0; event < EVENTS; event++) try_event(i, event);
  }
  print_message("%zu states, %zu transitions\n", place_count, cells);
  assert_int_equal(effects_seen, 255);
  assert_true(place_count > 200);
}

/* From anywhere, what is owed brings the socket to rest: nothing goes on for ever. */
static void what_is_owed_comes_to_an_end(void **state) {
  (void)state;
  static const unsigned own[] = {
      WEIRC_SOCKET_READY,    WEIRC_SOCKET_FLUSHED,  WEIRC_SOCKET_FIN_SENT,   WEIRC_SOCKET_FINISH,
      WEIRC_SOCKET_END_TOLD, WEIRC_SOCKET_AUTO_END, WEIRC_SOCKET_FINISH_TOLD};
  for (uint32_t i = 0; i < place_count; i++) {
    place p = places[i];
    int left = 20;
    for (size_t at = 0; at < COUNT_OF(own) && left > 0; at++) {
      if (!can_come(&p, own[at])) continue;
      (void)advance(&p, own[at]);
      left--;
      at = (size_t)-1;
    }
    assert_true(left > 0);
    bool both = p.state.write == WEIRC_WRITE_FINISHED && p.state.read_ended;
    if (both) assert_true(destroyed(&p));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_state_with_every_event),
      cmocka_unit_test(what_is_owed_comes_to_an_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
