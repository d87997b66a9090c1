/* Random sessions: whatever is called in whatever state, each callback runs once and 'close' comes
 * once and last. A failure names the seed that repeats it. */
#include "tests/net/ledger.h"
#include "tests/support/local_name.h"
#include "tests/support/random.h"

#include <stdlib.h>
#include <string.h>

enum {
  SIM_SESSIONS = 3000,
  OS_SESSIONS = 60,
  STEPS = 60,
  ALIVE = 8,
  TICK_MS = 1,
  PATIENCE_MS = 10000
};

typedef struct session {
  counting_allocator memory;
  ledger book;
  test_random random;
  weir_timer *tick, *watchdog;
  unsigned budget;
  bool sim, path, finishing, timed_out;
  const char *name;
} session;

static uint64_t below(session *s, uint64_t limit) {
  return test_random_below(&s->random, limit);
}

static void tick(weir_timer *timer, void *user) {
  (void)timer;
  (void)user;
}

static void bark(weir_timer *timer, void *user) {
  session *s = user;
  (void)timer;
  for (size_t i = 0; i < s->book.end_count; i++) {
    const weir_socket *socket = s->book.ends[i].socket;
    if (socket)
      print_error("socket %zu is %s, %zu bytes to write, corked %u, %zu to read\n", i,
                  weir_ready_state_name(weir_socket_ready_state(socket)),
                  weir_socket_writable_length(socket), weir_socket_writable_corked(socket),
                  weir_socket_readable_length(socket));
  }
  s->timed_out = true;
  weir_loop_stop(s->book.loop);
}

static void listen_somewhere(session *s) {
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  options.host = "127.0.0.1";
  options.port = s->path ? -1 : 0;
  options.path = s->name;
  (void)ledger_listen(&s->book, &options);
}

static void connect_somewhere(session *s) {
  weir_connect_options target = WEIR_CONNECT_OPTIONS_INIT;
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  weir_address address = {0};
  (void)weir_server_address(s->book.server, &address);
  target.path = s->path ? s->name : NULL;
  target.port = address.port;
  options.allow_half_open = below(s, 2) == 0;
  options.writable_high_water_mark_bytes = (int64_t)below(s, 3) * 5 - 1;
  options.readable_high_water_mark_bytes = (int64_t)below(s, 3) * 5 - 1;
  if (s->book.end_count < LEDGER_ENDS - ALIVE) (void)ledger_connect(&s->book, &target, &options);
}

static ledger_end *some_end(session *s) {
  for (unsigned tries = 0; tries < 8 && s->book.end_count > 0; tries++) {
    ledger_end *end = &s->book.ends[below(s, s->book.end_count)];
    if (end->socket) return end;
  }
  return NULL;
}

static size_t some_length(session *s) {
  static const size_t lengths[] = {0, 1, 7, 100, 5000, 16384, 70000, 400000};
  return lengths[below(s, COUNT_OF(lengths))];
}

static void fail_it(ledger_end *end) {
  weir_error error = WEIR_ERROR_INIT;
  error.code = WEIR_EIO;
  weir_socket_destroy(end->socket, &error);
}

static void call_socket(session *s, ledger_end *end) {
  weir_socket *socket = end->socket;
  switch (below(s, 28)) {
  case 0: ledger_destroy(end); break;
  case 1: ledger_reset(end); break;
  case 2: fail_it(end); break;
  case 3: weir_socket_destroy_soon(socket); break;
  case 4:
  case 5: (void)ledger_finish(end, 0); break;
  case 6: (void)ledger_finish(end, some_length(s)); break;
  case 7:
  case 8: weir_socket_pause(socket); break;
  case 9:
  case 10: weir_socket_resume(socket); break;
  case 11: weir_socket_cork(socket); break;
  case 12:
  case 13: weir_socket_uncork(socket); break;
  case 14: weir_socket_set_allow_half_open(socket, below(s, 2) == 0); break;
  case 15: weir_socket_unref(socket); break;
  case 16: weir_socket_ref(socket); break;
  case 17: weir_socket_release(weir_socket_retain(socket)); break;
  case 18:
  case 19: (void)ledger_timeout(end, 1 + (int64_t)below(s, 3)); break;
  case 20: ledger_no_timeout(end); break;
  case 21: (void)weir_socket_set_keep_alive(socket, below(s, 2) == 0, 1000); break;
  case 22: (void)weir_socket_set_keep_alive_probes(socket, 1000 * (uint32_t)below(s, 3), 2); break;
  case 23: (void)weir_socket_set_type_of_service(socket, (int32_t)below(s, 256)); break;
  default: (void)ledger_write(end, some_length(s)); break;
  }
}

static void act(session *s) {
  ledger_end *end;
  if (s->budget == 0) return;
  s->budget--;
  switch (below(s, 16)) {
  case 0:
  case 1:
    if (s->book.open < ALIVE) connect_somewhere(s);
    break;
  case 2:
    if (below(s, 4) == 0) (void)ledger_close(&s->book);
    break;
  case 3: listen_somewhere(s); break;
  default:
    if ((end = some_end(s)) != NULL) call_socket(s, end);
    break;
  }
}

/* It ends when its queue is sent, whatever it was told before. */
static void let_go(ledger_end *end) {
  weir_socket_ref(end->socket);
  weir_socket_resume(end->socket);
  weir_socket_destroy_soon(end->socket);
}

static void hook(ledger *book, ledger_end *end, ledger_event event) {
  session *s = book->user;
  if (s->finishing && event == LEDGER_TOLD_ACCEPTED) let_go(end);
  if (below(s, 4) != 0) return;
  /* Half of what is done in a handler is done to its own socket. */
  if (below(s, 2) == 0 && end->socket && s->budget > 0) {
    s->budget--;
    call_socket(s, end);
  } else {
    act(s);
  }
}

/* Everything ends in its own time, or with the loop. */
static void finish(session *s) {
  bool gently = below(s, 2) == 0;
  s->budget = 0;
  s->finishing = gently;
  (void)ledger_close(&s->book);
  weir_timer_stop(s->tick);
  for (size_t i = 0; gently && i < s->book.end_count; i++) {
    if (s->book.ends[i].socket) let_go(&s->book.ends[i]);
  }
  weir_timer_start(s->watchdog, PATIENCE_MS, 0);
  if (gently) assert_int_equal(weir_loop_run(s->book.loop, WEIR_RUN_DEFAULT), WEIR_OK);
}

static const char *run(session *s, uint64_t seed) {
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  weir_sim_options world = WEIR_SIM_OPTIONS_INIT;
  weir_server_options server = WEIR_SERVER_OPTIONS_INIT;
  weir_loop *loop;
  world.seed = seed;
  options.backend = loop_fixture_backend_name();
  options.backend_options = s->sim ? &world : NULL;
  options.allocator = &s->memory.allocator;
  assert_int_equal(weir_loop_create(&options, &loop), WEIR_OK);
  ledger_init(&s->book, loop);
  s->book.hook = hook;
  s->book.user = s;
  server.allow_half_open = below(s, 2) == 0;
  server.pause_on_connect = below(s, 4) == 0;
  assert_true(ledger_serve(&s->book, &server));
  assert_int_equal(weir_timer_create(loop, tick, s, &s->tick), WEIR_OK);
  assert_int_equal(weir_timer_create(loop, bark, s, &s->watchdog), WEIR_OK);
  weir_timer_unref(s->watchdog);
  weir_timer_start(s->tick, TICK_MS, TICK_MS);
  s->budget = 200;
  listen_somewhere(s);
  connect_somewhere(s);
  for (unsigned i = 0; i < STEPS; i++) {
    act(s);
    assert_int_equal(weir_loop_run(loop, WEIR_RUN_ONCE), WEIR_OK);
  }
  finish(s);
  assert_int_equal(loop_fixture_free(loop), WEIR_OK);
  if (s->memory.bytes > 0 || s->memory.blocks > 0) return "memory was kept";
  return s->timed_out ? "time was up" : ledger_audit(&s->book);
}

/* What all sessions together have seen, so that none of it is tested by nobody. On a system that
 * depends on who is scheduled when; the simulator's sessions are many, and always the same. */
static void assert_seen(const unsigned *told) {
  for (ledger_event event = LEDGER_TOLD_CONNECT; event <= LEDGER_TOLD_CALLBACK; event++)
    if (event != LEDGER_TOLD_CALLBACK) assert_true(told[event] > 10);
}

static void sessions(bool path) {
  unsigned told[LEDGER_TOLD_CALLBACK + 1] = {0};
  bool sim = strcmp(loop_fixture_backend_name(), "sim") == 0;
  test_random seeds = test_random_start();
  session *s = malloc(sizeof *s);
  local_name name;
  assert_non_null(s);
  assert_true(local_name_make(&name));
  unsigned count = sim ? test_random_cases(SIM_SESSIONS) : OS_SESSIONS;
  for (unsigned i = 0; i < count; i++) {
    uint64_t seed = seeds.state;
    memset(s, 0, sizeof *s);
    counting_allocator_init(&s->memory);
    s->random.state = seed;
    s->sim = sim;
    s->path = path;
    s->name = name.text;
    const char *wrong = run(s, seed);
    if (wrong) fail_msg("session %u, seed %llu: %s", i, (unsigned long long)seed, wrong);
    for (size_t end = 0; end < s->book.end_count; end++)
      for (size_t event = 0; event <= LEDGER_TOLD_CALLBACK; event++)
        told[event] += s->book.ends[end].told[event];
    (void)test_random_next(&seeds);
  }
  free(s);
  local_name_remove(&name);
  if (sim) assert_seen(told);
}

/* GEN-03, SOC-19, SOC-20, STR-05, STR-53: random calls in random states over TCP. */
static void whatever_is_called_each_callback_runs_once_over_tcp(void **state) {
  (void)state;
  sessions(false);
}

/* GEN-03, SOC-19, SOC-20, STR-05, STR-53: the same over a local name. */
static void whatever_is_called_each_callback_runs_once_over_a_path(void **state) {
  (void)state;
  sessions(true);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(whatever_is_called_each_callback_runs_once_over_tcp),
      cmocka_unit_test(whatever_is_called_each_callback_runs_once_over_a_path),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
