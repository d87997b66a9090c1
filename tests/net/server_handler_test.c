/* A server that is closed, freed, made to listen or changed in each of its own handlers and
 * callbacks: every event times every action. What is owed is told once, and no memory is kept. */
#include "tests/support/loop_fixture.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPERATIONS = 16, SETTLE_MS = 4, SIM_SETTLE_MS = 300, PATIENCE_MS = 10000 };

typedef enum event {
  ON_LISTENING,
  ON_CONNECTION,
  ON_CLOSE,
  ON_ERROR,
  ON_DROP,
  LISTEN_CALLED,
  REFUSED_LISTEN_CALLED,
  CANCELED_LISTEN_CALLED,
  CLOSE_CALLED,
  COUNT_CALLED,
  EVENTS
} event;

static const char *const event_names[] = {"on_listening",
                                          "on_connection",
                                          "on_close",
                                          "on_error",
                                          "on_drop",
                                          "listen()'s callback",
                                          "the callback of a listen() that fails",
                                          "the callback of a listen() that was cancelled",
                                          "close()'s callback",
                                          "get_connections()'s callback"};

typedef struct session session;

/* A call with a callback. */
typedef struct operation {
  session *of;
  event told_as;
  unsigned calls, expected;
  unsigned listenings; /* How often 'listening' had been told. */
} operation;

struct session {
  loop_fixture base;
  weir_loop *loop;
  weir_server *server;
  weir_server *occupant; /* Of the port that a failing listen() wants. */
  weir_socket *client, *accepted;
  weir_abort_signal *signal;
  operation operations[OPERATIONS];
  size_t operation_count;
  event at; /* Where the action is taken, once. */
  void (*act)(session *);
  bool acted, freed, settled, unheard;
  unsigned listenings; /* How often 'listening' was told. */
  char wrong[128];
};

static void wrong(session *s, const char *what, event e) {
  if (s->wrong[0] == '\0')
    (void)snprintf(s->wrong, sizeof s->wrong, "%s: %s", event_names[e], what);
}

static void tell(session *s, event e) {
  if (s->freed && e < LISTEN_CALLED) wrong(s, "of a server that is freed", e);
  if (s->at != e || s->acted) return;
  s->acted = true;
  s->act(s);
}

static void called(weir_server *server, const weir_error *error, void *user) {
  operation *o = user;
  event e = o->told_as;
  (void)server;
  if (++o->calls > 1) wrong(o->of, "again", e);
  if (e == LISTEN_CALLED && !error && !o->of->unheard && o->listenings == o->of->listenings)
    wrong(o->of, "before on_listening", e);
  if (e == LISTEN_CALLED && error)
    e = error->code == WEIR_ECANCELED ? CANCELED_LISTEN_CALLED : REFUSED_LISTEN_CALLED;
  tell(o->of, e);
}

static operation *begin(session *s, event told_as) {
  static operation none;
  if (s->operation_count == OPERATIONS) {
    wrong(s, "too many operations", told_as);
    return &none;
  }
  operation *o = &s->operations[s->operation_count++];
  *o = (operation){.of = s, .told_as = told_as, .expected = 1, .listenings = s->listenings};
  return o;
}

/* ---- The actions. ---- */

static void close_it(session *s) {
  operation *o = begin(s, CLOSE_CALLED);
  if (weir_server_close(s->server, called, o) == WEIR_ERR_INVALID_ARG_TYPE) o->expected = 0;
}

static void close_within(session *s) {
  operation *o = begin(s, CLOSE_CALLED);
  if (weir_server_close_within(s->server, 0, called, o) == WEIR_ERR_INVALID_ARG_TYPE)
    o->expected = 0;
}

static void counted(weir_server *server, const weir_error *error, size_t count, void *user) {
  operation *o = user;
  (void)server;
  if (error ? error->code != WEIR_ECANCELED || count != 0 : count > 1)
    wrong(o->of, "not how many there are", COUNT_CALLED);
  if (++o->calls > 1) wrong(o->of, "again", COUNT_CALLED);
  tell(o->of, COUNT_CALLED);
}

static void count(session *s) {
  operation *o = begin(s, COUNT_CALLED);
  if (weir_server_get_connections(s->server, counted, o) != WEIR_OK) o->expected = 0;
}

static void limit(session *s) {
  (void)weir_server_set_max_connections(s->server, 0);
}

static void count_and_free(session *s) {
  count(s);
  weir_server_free(s->server);
  s->freed = true;
  count(s);
}

static weir_err listen_at(session *s, int32_t port) {
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  operation *o = begin(s, LISTEN_CALLED);
  options.host = "127.0.0.1";
  options.port = port;
  options.signal = s->signal;
  weir_err err = weir_server_listen(s->server, &options, called, o);
  if (err != WEIR_OK) o->expected = 0;
  return err;
}

static void listen_again(session *s) {
  bool may = !weir_server_listening(s->server);
  weir_err err = listen_at(s, 0);
  if (err != (may ? WEIR_OK : WEIR_ERR_SERVER_ALREADY_LISTEN))
    wrong(s, weir_err_name(err), LISTEN_CALLED);
}

static void free_it(session *s) {
  weir_server_free(s->server);
  weir_server_free(s->server);
  s->freed = true;
}

static void close_and_free(session *s) {
  close_it(s);
  free_it(s);
  close_it(s);
}

static void listen_and_free(session *s) {
  (void)listen_at(s, 0);
  free_it(s);
}

static void close_and_listen(session *s) {
  close_it(s);
  listen_again(s);
}

static void listen_and_close(session *s) {
  (void)listen_at(s, 0);
  close_it(s);
  close_it(s);
}

static void listen_where_it_fails(session *s) {
  weir_address address;
  close_it(s);
  (void)weir_server_address(s->occupant, &address);
  (void)listen_at(s, address.port);
}

static void destroy_the_connection(session *s) {
  weir_socket_destroy(s->accepted, NULL);
}

static void destroy_and_close(session *s) {
  destroy_the_connection(s);
  close_it(s);
}

static void take_handlers_away(session *s) {
  s->unheard = true;
  (void)weir_server_set_handlers(s->server, NULL, NULL);
}

static void abort_it(session *s) {
  weir_abort(s->signal);
}

static void unreference(session *s) {
  weir_server_unref(s->server);
}

static void run_inside(session *s) {
  if (weir_loop_run(s->loop, WEIR_RUN_ONCE) != WEIR_EBUSY) wrong(s, "ran inside", s->at);
  if (weir_loop_free(s->loop) != WEIR_EBUSY) wrong(s, "freed inside", s->at);
}

typedef struct action {
  const char *name;
  void (*run)(session *s);
} action;

static const action actions[] = {{"close", close_it},
                                 {"close within no time", close_within},
                                 {"free", free_it},
                                 {"close and free", close_and_free},
                                 {"listen", listen_again},
                                 {"listen and free", listen_and_free},
                                 {"close and listen", close_and_listen},
                                 {"listen and close", listen_and_close},
                                 {"listen where it fails", listen_where_it_fails},
                                 {"destroy the connection", destroy_the_connection},
                                 {"destroy the connection and close", destroy_and_close},
                                 {"no handlers", take_handlers_away},
                                 {"abort the signal", abort_it},
                                 {"unref", unreference},
                                 {"get_connections", count},
                                 {"get_connections and free", count_and_free},
                                 {"limit connections", limit},
                                 {"run and free the loop", run_inside}};

/* ---- What is told. ---- */

static void on_listening(weir_server *server, void *user) {
  session *s = user;
  if (!weir_server_listening(server)) wrong(s, "it does not listen", ON_LISTENING);
  s->listenings++;
  tell(s, ON_LISTENING);
}

static void on_socket_close(weir_socket *socket, bool had_error, void *user) {
  weir_socket **whose = user;
  (void)had_error;
  if (*whose == socket) *whose = NULL;
}

static const weir_socket_handlers socket_handlers = {.size = sizeof(weir_socket_handlers),
                                                     .on_close = on_socket_close};

static void on_connection(weir_server *server, weir_socket *socket, void *user) {
  session *s = user;
  (void)server;
  s->accepted = socket;
  (void)weir_socket_set_handlers(socket, &socket_handlers, &s->accepted);
  tell(s, ON_CONNECTION);
}

static void on_close(weir_server *server, void *user) {
  session *s = user;
  (void)server;
  tell(s, ON_CLOSE);
}

static void on_error(weir_server *server, const weir_error *error, void *user) {
  (void)server;
  tell(user, ON_ERROR);
  /* It is good until the handler returns, whatever that has done. */
  if (error->code != WEIR_EADDRINUSE) wrong(user, weir_err_name(error->code), ON_ERROR);
}

static void on_drop(weir_server *server, const weir_drop *drop, void *user) {
  (void)server;
  tell(user, ON_DROP);
  /* It is good until the handler returns, whatever that has done. */
  if (drop->reason != WEIR_DROP_MAX_CONNECTIONS) wrong(user, "no reason", ON_DROP);
}

static const weir_server_handlers handlers = {.size = sizeof(weir_server_handlers),
                                              .on_listening = on_listening,
                                              .on_connection = on_connection,
                                              .on_close = on_close,
                                              .on_error = on_error,
                                              .on_drop = on_drop};

/* ---- A session: it listens, takes a connection, and closes; or fails to listen. ---- */

static void settled(weir_timer *timer, void *user) {
  (void)timer;
  ((session *)user)->settled = true;
}

static void settle(session *s) {
  weir_timer *timer;
  s->settled = false;
  assert_int_equal(weir_timer_create(s->loop, settled, s, &timer), WEIR_OK);
  weir_timer_start(timer, loop_fixture_is_sim(&s->base) ? SIM_SETTLE_MS : SETTLE_MS, 0);
  while (!s->settled) assert_int_equal(weir_loop_run(s->loop, WEIR_RUN_ONCE), WEIR_OK);
  weir_timer_free(timer);
}

static int32_t make_occupant(session *s) {
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  weir_address address;
  options.host = "127.0.0.1";
  options.port = 0;
  assert_int_equal(weir_create_server(s->loop, NULL, NULL, NULL, &s->occupant), WEIR_OK);
  assert_int_equal(weir_server_listen(s->occupant, &options, NULL, NULL), WEIR_OK);
  assert_int_equal(weir_server_address(s->occupant, &address), WEIR_OK);
  return address.port;
}

static void open_session(session *s) {
  assert_int_equal(loop_fixture_open(&s->base, NULL), WEIR_OK);
  s->loop = s->base.loop;
  assert_int_equal(weir_abort_signal_create(s->loop, &s->signal), WEIR_OK);
  weir_server_options options = WEIR_SERVER_OPTIONS_INIT;
  if (s->at == ON_DROP) options.max_connections = 0;
  assert_int_equal(weir_create_server(s->loop, &options, &handlers, s, &s->server), WEIR_OK);
}

static void start(session *s) {
  bool fails = s->at == ON_ERROR || s->at == REFUSED_LISTEN_CALLED;
  weir_connect_options there = WEIR_CONNECT_OPTIONS_INIT;
  weir_address address = {0};
  int32_t taken = make_occupant(s);
  assert_int_equal(listen_at(s, fails ? taken : 0), WEIR_OK);
  assert_int_equal(weir_server_address(s->server, &address), WEIR_OK);
  if (s->at == CANCELED_LISTEN_CALLED) close_it(s);
  if (s->at == COUNT_CALLED) count(s);
  if (fails || s->at == CANCELED_LISTEN_CALLED) return;
  there.host = "127.0.0.1";
  there.port = address.port;
  assert_int_equal(weir_connect(s->loop, NULL, &there, &socket_handlers, &s->client, &s->client),
                   WEIR_OK);
}

static void audit(session *s) {
  for (size_t i = 0; i < s->operation_count; i++)
    if (s->operations[i].calls != s->operations[i].expected)
      wrong(s, s->operations[i].calls == 0 ? "never" : "too often", s->operations[i].told_as);
  if (!s->acted) wrong(s, "never came", s->at);
}

static void finish(session *s) {
  weir_socket_destroy(s->client, NULL);
  weir_socket_destroy(s->accepted, NULL);
  if (!s->freed) {
    close_it(s);
    settle(s);
  }
  /* Nobody has to wait for the server to be freed. */
  if (!s->freed) audit(s);
  if (!s->freed) weir_server_free(s->server);
  s->freed = true;
  weir_server_free(s->occupant);
  weir_timer_start(s->base.watchdog, PATIENCE_MS, 0);
  if (weir_loop_run(s->loop, WEIR_RUN_DEFAULT) != WEIR_OK) wrong(s, "run() failed", s->at);
  if (s->base.timed_out) wrong(s, "the loop did not end", s->at);
  weir_abort_signal_release(s->signal);
}

static void play(event at, const action *what) {
  session *s = calloc(1, sizeof *s);
  assert_non_null(s);
  s->at = at;
  s->act = what->run;
  open_session(s);
  start(s);
  settle(s);
  if (!s->acted) {
    weir_socket_destroy(s->accepted, NULL);
    close_it(s);
    settle(s);
  }
  finish(s);
  audit(s);
  bool clean = loop_fixture_close(&s->base);
  if (!clean || s->wrong[0] != '\0')
    fail_msg("%s in %s: %s", what->name, event_names[at], s->wrong);
  free(s);
}

static void every_action(event at) {
  for (size_t i = 0; i < COUNT_OF(actions); i++) play(at, &actions[i]);
}

/* SRV-13, SRV-14, SRV-18, SRV-20, SRV-22 */
static void in_its_handlers(void **state) {
  (void)state;
  every_action(ON_LISTENING);
  every_action(ON_CONNECTION);
  every_action(ON_CLOSE);
  every_action(ON_ERROR);
  every_action(ON_DROP);
}

/* LSN-07, SRV-29, SRV-36, SRV-37 */
static void in_its_callbacks(void **state) {
  (void)state;
  every_action(LISTEN_CALLED);
  every_action(REFUSED_LISTEN_CALLED);
  every_action(CANCELED_LISTEN_CALLED);
  every_action(CLOSE_CALLED);
  every_action(COUNT_CALLED);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(in_its_handlers),
      cmocka_unit_test(in_its_callbacks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
