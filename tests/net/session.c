/* Plays sessions and keeps the account; which actions there are is the test's matter. */
#include "tests/net/session.h"
#include "tests/support/system.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILLERS = 4, SOME = 1000000, PATIENCE_MS = 10000 };
enum { SHORT_MS = 2, SLOW_MS = 10, SETTLE_MS = 4, SIM_SETTLE_MS = 300 };

static const char *const event_names[] = {"on_connect",
                                          "on_ready",
                                          "on_data",
                                          "on_readable",
                                          "on_end",
                                          "on_drain",
                                          "on_finish",
                                          "on_error",
                                          "on_close",
                                          "on_timeout",
                                          "on_lookup",
                                          "on_connection_attempt",
                                          "on_connection_attempt_failed",
                                          "on_connection_attempt_timeout",
                                          "connect()'s callback",
                                          "write()'s callback",
                                          "write_owned()'s callback",
                                          "end()'s callback",
                                          "set_timeout()'s callback",
                                          "onread's provider",
                                          "onread's callback",
                                          "a resolver's cancel function"};

static uint8_t bytes[SESSION_MUCH];

void session_wrong(session *s, const char *what, event e) {
  if (s->wrong[0] == '\0')
    (void)snprintf(s->wrong, sizeof s->wrong, "%s: %s", e < NOWHERE ? event_names[e] : "", what);
}

bool session_has_socket(const session *s) {
  return s->socket && (s->closes < s->lives || s->kept > 0);
}

static void called(weir_socket *socket, const weir_error *error, void *user);

static operation *begin(session *s, event told_as) {
  static operation none;
  if (s->operation_count == SESSION_OPERATIONS) {
    session_wrong(s, "too many operations", told_as);
    return &none;
  }
  operation *o = &s->operations[s->operation_count++];
  *o = (operation){.of = s, .told_as = told_as, .expected = 1, .closes = s->closes};
  return o;
}

static void give_back(void *data, size_t length, void *user) {
  operation *o = user;
  (void)data;
  (void)length;
  o->of->given_back++;
}

void session_write(session *s, size_t length) {
  (void)weir_socket_write(s->socket, bytes, length, called, begin(s, WRITE_CALLED));
}

void session_write_owned(session *s, size_t length) {
  s->given++;
  (void)weir_socket_write_owned(s->socket, bytes, length, give_back, called,
                                begin(s, OWNED_CALLED));
}

void session_end(session *s) {
  (void)weir_socket_end(s->socket, NULL, 0, called, begin(s, END_CALLED));
}

void session_timeout(session *s, int64_t timeout_ms) {
  operation *o = begin(s, TIMEOUT_CALLED);
  if (weir_socket_set_timeout(s->socket, timeout_ms, called, o) != WEIR_OK) o->expected = 0;
}

/* What connect() says on a socket that has been one before. */
static weir_err expected_of_connect(const session *s) {
  if (s->closes == s->lives) return WEIR_OK;
  if (weir_socket_destroyed(s->socket)) return WEIR_ERR_STREAM_DESTROYED;
  return weir_socket_connecting(s->socket) ? WEIR_EALREADY : WEIR_EISCONN;
}

void session_connect(session *s) {
  weir_err expected = expected_of_connect(s);
  operation *o = begin(s, CONNECT_CALLED);
  weir_err err = weir_socket_connect(s->socket, &s->there, called, o);
  if (err != expected) session_wrong(s, weir_err_name(err), CONNECT_CALLED);
  if (err == WEIR_OK)
    s->lives++;
  else
    o->expected = 0;
}

/* ---- What is told. ---- */

static bool is_alive(const session *s) {
  return session_has_socket(s) && !weir_socket_destroyed(s->socket);
}

/* How the session goes on behind an event, in its first life. */
static void go_on(session *s, event e) {
  bool late = s->course == LATE || s->course == LATE_KEPT;
  if (s->lives > 1) return;
  if (e == ON_DATA || e == ON_READABLE || e == ONREAD_CALLED)
    if (is_alive(s) && weir_socket_writable(s->socket)) session_end(s);
  if (e == ON_READY && is_alive(s) && s->course == STUCK) {
    session_write(s, SESSION_MUCH);
    session_write_owned(s, SOME);
    session_end(s);
    session_timeout(s, SHORT_MS);
  }
  if (e == ON_READY && late) weir_socket_destroy(s->socket, NULL);
  if (e == ON_TIMEOUT && s->course == STUCK) {
    if (is_alive(s)) session_timeout(s, SESSION_LONG_MS);
    weir_socket_destroy(s->socket, NULL);
  }
  if (e == ON_CLOSE && late) session_write(s, 10);
}

static void tell(session *s, event e) {
  if (s->closes == s->lives && e < CONNECT_CALLED && e != ON_CLOSE)
    session_wrong(s, "behind 'close'", e);
  if (s->at == e && !s->acted) {
    s->acted = true;
    s->act(s);
  }
  if (session_has_socket(s) || e == ON_CLOSE) go_on(s, e);
}

static void called(weir_socket *socket, const weir_error *error, void *user) {
  operation *o = user;
  session *s = o->of;
  (void)socket;
  (void)error;
  if (++o->calls > 1) session_wrong(s, "again", o->told_as);
  if (s->closes != o->closes && !s->unheard) session_wrong(s, "behind 'close'", o->told_as);
  tell(s, o->told_as);
}

static void on_connect(weir_socket *socket, void *user) {
  (void)socket;
  tell(user, ON_CONNECT);
}

static void on_ready(weir_socket *socket, void *user) {
  (void)socket;
  tell(user, ON_READY);
}

static void on_data(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  (void)socket;
  (void)data;
  (void)length;
  tell(user, ON_DATA);
}

static void on_readable(weir_socket *socket, void *user) {
  uint8_t byte;
  size_t length;
  tell(user, ON_READABLE);
  /* It is told in a step of its own, so it is there in any case. */
  while (weir_socket_read(socket, &byte, 1, &length) == WEIR_OK && length > 0) {
  }
}

static void on_end(weir_socket *socket, void *user) {
  (void)socket;
  tell(user, ON_END);
}

static void on_drain(weir_socket *socket, void *user) {
  (void)socket;
  tell(user, ON_DRAIN);
}

static void on_finish(weir_socket *socket, void *user) {
  (void)socket;
  tell(user, ON_FINISH);
}

static void on_error(weir_socket *socket, const weir_error *error, void *user) {
  session *s = user;
  (void)socket;
  if (++s->errors > s->lives) session_wrong(s, "again", ON_ERROR);
  tell(s, ON_ERROR);
  /* It is good until the handler returns, whatever that has done. */
  if (error->code == WEIR_OK) session_wrong(s, "no code", ON_ERROR);
}

static void on_close(weir_socket *socket, bool had_error, void *user) {
  session *s = user;
  (void)socket;
  (void)had_error;
  if (++s->closes > s->lives) session_wrong(s, "again", ON_CLOSE);
  tell(s, ON_CLOSE);
}

static void on_timeout(weir_socket *socket, void *user) {
  (void)socket;
  tell(user, ON_TIMEOUT);
}

static void on_lookup(weir_socket *socket, const weir_error *error, const weir_address *address,
                      const char *host, void *user) {
  session *s = user;
  (void)socket;
  tell(s, ON_LOOKUP);
  if (error || address->family == WEIR_FAMILY_NONE || strcmp(host, "x.test") != 0)
    session_wrong(s, "not what was asked for", ON_LOOKUP);
}

static void on_attempt(weir_socket *socket, const weir_address *address, void *user) {
  (void)socket;
  tell(user, ON_ATTEMPT);
  if (address->family == WEIR_FAMILY_NONE) session_wrong(user, "no address", ON_ATTEMPT);
}

static void on_attempt_failed(weir_socket *socket, const weir_address *address,
                              const weir_error *error, void *user) {
  (void)socket;
  tell(user, ON_ATTEMPT_FAILED);
  if (address->family == WEIR_FAMILY_NONE || error->code == WEIR_OK)
    session_wrong(user, "no error", ON_ATTEMPT_FAILED);
}

static void on_attempt_timeout(weir_socket *socket, const weir_address *address, void *user) {
  (void)socket;
  tell(user, ON_ATTEMPT_TIMEOUT);
  if (address->family == WEIR_FAMILY_NONE) session_wrong(user, "no address", ON_ATTEMPT_TIMEOUT);
}

#define ALL_BUT_READING                                                                            \
  .size = sizeof(weir_socket_handlers), .on_connect = on_connect, .on_ready = on_ready,            \
  .on_end = on_end, .on_drain = on_drain, .on_finish = on_finish, .on_error = on_error,            \
  .on_close = on_close, .on_timeout = on_timeout, .on_lookup = on_lookup,                          \
  .on_connection_attempt = on_attempt, .on_connection_attempt_failed = on_attempt_failed,          \
  .on_connection_attempt_timeout = on_attempt_timeout

const weir_socket_handlers session_flowing = {ALL_BUT_READING, .on_data = on_data};
const weir_socket_handlers session_asking = {ALL_BUT_READING, .on_readable = on_readable};

static void *provide(weir_socket *socket, size_t *out_length, void *user) {
  session *s = user;
  (void)socket;
  tell(s, ONREAD_PROVIDES);
  *out_length = sizeof s->room;
  return s->room;
}

static bool receive(weir_socket *socket, uint8_t *data, size_t length, void *user) {
  (void)socket;
  (void)data;
  (void)length;
  tell(user, ONREAD_CALLED);
  return true;
}

/* ---- The other side. ---- */

static void on_peer_data(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  (void)socket;
  (void)data;
  (void)length;
  (void)user;
}

static void on_peer_close(weir_socket *socket, bool had_error, void *user) {
  peer *p = user;
  (void)socket;
  (void)had_error;
  p->closes++;
  p->socket = NULL;
}

static const weir_socket_handlers peer_handlers = {
    .size = sizeof(weir_socket_handlers), .on_data = on_peer_data, .on_close = on_peer_close};

static void on_connection(weir_server *server, weir_socket *socket, void *user) {
  session *s = user;
  (void)server;
  if (s->peer_count == SESSION_PEERS) {
    weir_socket_destroy(socket, NULL);
    return;
  }
  peer *p = &s->peers[s->peer_count++];
  p->socket = socket;
  (void)weir_socket_set_handlers(socket, &peer_handlers, p);
  (void)weir_socket_write(socket, "hello", 5, NULL, NULL);
  if (s->course == STUCK) weir_socket_pause(socket);
}

static const weir_server_handlers server_handlers = {.size = sizeof(weir_server_handlers),
                                                     .on_connection = on_connection};

/* ---- A session. ---- */

static weir_address address_of(const char *text, uint16_t port) {
  weir_address address = {0};
  assert_int_equal(weir_address_parse(text, strlen(text), port, &address), WEIR_OK);
  return address;
}

static void serve(session *s) {
  weir_listen_options listen = WEIR_LISTEN_OPTIONS_INIT;
  weir_address address;
  listen.host = "127.0.0.1";
  listen.port = 0;
  assert_int_equal(weir_create_server(s->loop, NULL, &server_handlers, s, &s->server), WEIR_OK);
  assert_int_equal(weir_server_listen(s->server, &listen, NULL, NULL), WEIR_OK);
  assert_int_equal(weir_server_address(s->server, &address), WEIR_OK);
  s->there = (weir_connect_options)WEIR_CONNECT_OPTIONS_INIT;
  s->there.host = "127.0.0.1";
  s->there.port = address.port;
}

/* An address that neither answers nor refuses: on a system, one whose backlog is full. Where there
 * is none, one that refuses. */
static const char *make_hanging(session *s) {
  weir_listen_options listen = WEIR_LISTEN_OPTIONS_INIT;
  weir_connect_options full = s->there;
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  weir_server *server;
  if (loop_fixture_is_sim(&s->base)) return "192.0.2.1";
  if (!system_full_queue_is_silent()) return "127.0.0.8";
  options.backend = s->base.backend;
  listen.host = full.host = "127.0.0.2";
  listen.port = s->there.port;
  listen.backlog = 1;
  assert_int_equal(weir_loop_create(&options, &s->stuck), WEIR_OK);
  assert_int_equal(weir_create_server(s->stuck, NULL, NULL, NULL, &server), WEIR_OK);
  assert_int_equal(weir_server_listen(server, &listen, NULL, NULL), WEIR_OK);
  for (int i = 0; i < FILLERS; i++) {
    weir_socket *filler;
    assert_int_equal(weir_connect(s->stuck, NULL, &full, NULL, NULL, &filler), WEIR_OK);
  }
  return listen.host;
}

static void answer(weir_lookup *lookup, const char *host, const weir_lookup_options *options,
                   void *user) {
  session *s = user;
  (void)host;
  (void)options;
  (void)weir_lookup_answer(lookup, NULL, s->answer, SESSION_ADDRESSES);
}

static void on_cancel(weir_lookup *lookup, void *user) {
  tell(user, LOOKUP_CANCELED);
  (void)weir_lookup_answer(lookup, NULL, NULL, 0);
}

static void hang(weir_lookup *lookup, const char *host, const weir_lookup_options *options,
                 void *user) {
  (void)host;
  (void)options;
  weir_lookup_set_cancel(lookup, on_cancel, user);
}

static void destroy_later(weir_loop *loop, weir_err status, void *user) {
  (void)loop;
  (void)status;
  weir_socket_destroy(((session *)user)->socket, NULL);
}

static weir_connect_options target(session *s) {
  weir_connect_options options = s->there;
  if (s->course == REFUSED) options.host = "127.0.0.9";
  options.lookup_user = s;
  if (s->course == HANGING) options.host = "x.test";
  if (s->course == HANGING) options.lookup = hang;
  if (s->course != BY_NAME && s->course != OVERLAPPING) return options;
  uint16_t port = (uint16_t)options.port;
  s->answer[0] = address_of(make_hanging(s), port);
  s->answer[1] = address_of("127.0.0.9", port);
  s->answer[2] = address_of("127.0.0.1", port);
  options.host = "x.test";
  options.lookup = answer;
  options.auto_select_family_attempt_timeout_ms = SLOW_MS;
  options.overlap_attempts = s->course == OVERLAPPING;
  return options;
}

static void start(session *s, bool lets_go) {
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  weir_onread how = {sizeof how, NULL, 0, provide, receive, s};
  weir_connect_options there = target(s);
  assert_int_equal(weir_abort_signal_create(s->loop, &s->signal), WEIR_OK);
  options.signal = s->signal;
  options.writable_high_water_mark_bytes = 1;
  if (s->course == INTO_MEMORY) options.onread = &how;
  assert_int_equal(weir_socket_create(s->loop, &options,
                                      s->course == ASKING ? &session_asking : &session_flowing, s,
                                      &s->socket),
                   WEIR_OK);
  s->lives = 1;
  if (s->course == LATE_KEPT || (lets_go && s->course != LATE)) s->kept = 1;
  if (s->kept > 0) (void)weir_socket_retain(s->socket);
  operation *o = begin(s, CONNECT_CALLED);
  assert_int_equal(weir_socket_connect(s->socket, &there, called, o), WEIR_OK);
  if (s->course == STUCK || s->course == LATE || s->course == LATE_KEPT) return;
  session_timeout(s, SESSION_LONG_MS);
  session_write(s, 10);
  session_write_owned(s, 10);
  if (s->course == REFUSED) session_end(s);
  if (s->course == HANGING)
    assert_int_equal(weir_loop_next_step(s->loop, destroy_later, s), WEIR_OK);
}

static void settled(weir_timer *timer, void *user) {
  (void)timer;
  ((session *)user)->settled = true;
}

static void settle(session *s) {
  weir_timer *timer;
  assert_int_equal(weir_timer_create(s->loop, settled, s, &timer), WEIR_OK);
  weir_timer_start(timer, loop_fixture_is_sim(&s->base) ? SIM_SETTLE_MS : SETTLE_MS, 0);
  while (!s->settled) assert_int_equal(weir_loop_run(s->loop, WEIR_RUN_ONCE), WEIR_OK);
  weir_timer_free(timer);
}

void session_destroy_peers(session *s) {
  for (size_t i = 0; i < s->peer_count; i++) weir_socket_destroy(s->peers[i].socket, NULL);
}

/* Ends whoever is left, so that the loop ends. */
static void finish(session *s) {
  if (session_has_socket(s)) weir_socket_destroy(s->socket, NULL);
  session_destroy_peers(s);
  weir_server_free(s->server);
  if (weir_loop_run(s->loop, WEIR_RUN_DEFAULT) != WEIR_OK)
    session_wrong(s, "run() failed", NOWHERE);
  if (s->base.timed_out) session_wrong(s, "the loop did not end", NOWHERE);
  for (; s->kept > 0; s->kept--) weir_socket_release(s->socket);
  weir_abort_signal_release(s->signal);
  (void)weir_loop_free(s->stuck);
}

static void audit(session *s) {
  for (size_t i = 0; i < s->operation_count; i++)
    if (s->operations[i].calls != s->operations[i].expected)
      session_wrong(s, s->operations[i].calls == 0 ? "never" : "too often",
                    s->operations[i].told_as);
  for (size_t i = 0; i < s->peer_count; i++)
    if (s->peers[i].closes != 1) session_wrong(s, "a peer was not closed once", ON_CLOSE);
  if (!s->unheard && s->closes != s->lives) session_wrong(s, "never", ON_CLOSE);
  if (s->given != s->given_back) session_wrong(s, "memory did not come back", OWNED_CALLED);
}

void session_play(course c, event at, const char *name, void (*act)(session *), bool lets_go) {
  session *s = calloc(1, sizeof *s);
  assert_non_null(s);
  assert_int_equal(loop_fixture_open(&s->base, NULL), WEIR_OK);
  s->loop = s->base.loop;
  s->course = c;
  s->at = at;
  s->act = act;
  serve(s);
  start(s, lets_go);
  weir_timer_start(s->base.watchdog, loop_fixture_is_sim(&s->base) ? SESSION_LONG_MS : PATIENCE_MS,
                   0);
  while (!s->acted && !s->base.timed_out && weir_loop_alive(s->loop))
    assert_int_equal(weir_loop_run(s->loop, WEIR_RUN_ONCE), WEIR_OK);
  if (!s->acted) session_wrong(s, "never came", at);
  settle(s);
  finish(s);
  audit(s);
  bool clean = loop_fixture_close(&s->base);
  if (!clean || s->wrong[0] != '\0')
    fail_msg("%s in %s (course %d): %s", name, event_names[at], (int)c, s->wrong);
  free(s);
}
