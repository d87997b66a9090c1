/* A scripted session whose memory runs out at each place in turn: nothing breaks, leaks, or is told
 * too often or not at all. */
#include "tests/net/ledger.h"
#include "tests/support/local_name.h"

#include <stdlib.h>
#include <string.h>

enum { BIG = 300000, MOST_ALLOCATIONS = 3000, SEEDS = 300, PATIENCE_MS = 10000 };

/* One run of the script. */
typedef struct session {
  counting_allocator memory;
  ledger book;
  bool path; /* Over a local name, not TCP. */
  local_name name;
  weir_timer *watchdog;
  bool timed_out, closing;
  ledger_end *ending, *resetting, *refused;
} session;

static void bark(weir_timer *timer, void *user) {
  session *s = user;
  (void)timer;
  s->timed_out = true;
  weir_loop_stop(s->book.loop);
}

/* The server answers all it gets, and reads late. */
static void serve(ledger_end *end, ledger_event event) {
  if (event == LEDGER_TOLD_ACCEPTED) weir_socket_pause(end->socket);
  if (event == LEDGER_TOLD_ACCEPTED && ledger_write(end, 10) == WEIR_ENOMEM)
    weir_socket_resume(end->socket);
  if (event == LEDGER_TOLD_DATA && end->told[LEDGER_TOLD_DATA] == 1) (void)ledger_write(end, BIG);
  if (event == LEDGER_TOLD_CALLBACK) weir_socket_resume(end->socket);
}

static void request(session *s, ledger_end *end, ledger_event event) {
  if (end == s->ending && event == LEDGER_TOLD_READY) {
    (void)ledger_timeout(end, 1);
    ledger_no_timeout(end);
    weir_socket_cork(end->socket);
    (void)ledger_write(end, 100);
    (void)ledger_write(end, 0);
    weir_socket_uncork(end->socket);
    (void)ledger_write(end, BIG);
    if (ledger_finish(end, 50) == WEIR_ENOMEM) ledger_destroy(end);
  }
  if (end == s->resetting && event == LEDGER_TOLD_READY) (void)ledger_write(end, BIG);
  if (end == s->resetting && event == LEDGER_TOLD_DATA) {
    if (s->path)
      ledger_destroy(end);
    else
      ledger_reset(end);
  }
}

static void hook(ledger *book, ledger_end *end, ledger_event event) {
  session *s = book->user;
  if (end->accepted)
    serve(end, event);
  else
    request(s, end, event);
  if (event != LEDGER_TOLD_CLOSE || book->open > 0 || s->closing) return;
  s->closing = true;
  /* Without memory for the callback the server is freed instead. */
  if (ledger_close(book) == WEIR_ENOMEM) weir_server_free(book->server);
}

static weir_connect_options target(session *s) {
  weir_connect_options options = WEIR_CONNECT_OPTIONS_INIT;
  weir_address address = {0};
  if (s->path) {
    options.path = s->name.text;
    options.pipe_half_close = true;
    return options;
  }
  (void)weir_server_address(s->book.server, &address);
  options.port = address.port == 0 ? 1 : address.port;
  return options;
}

static void perform(session *s) {
  ledger *book = &s->book;
  weir_listen_options listen = WEIR_LISTEN_OPTIONS_INIT;
  weir_connect_options nowhere = WEIR_CONNECT_OPTIONS_INIT;
  weir_server_options server = WEIR_SERVER_OPTIONS_INIT;
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  weir_socket *lost = NULL;
  book->hook = hook;
  book->user = s;
  nowhere.path = "/nonexistent/socket";
  listen.host = "127.0.0.1";
  listen.port = s->path ? -1 : 0;
  listen.path = s->name.text;
  listen.pipe_half_close = true; /* The script goes on behind an end. */
  server.no_delay = server.keep_alive = true;
  server.keep_alive_initial_delay_ms = 1000;
  options.keep_alive = true;
  options.keep_alive_initial_delay_ms = 2000;
  options.timeout_ms = 1;
  if (!ledger_serve(book, &server)) return;
  (void)ledger_listen(book, &listen);
  weir_connect_options there = target(s);
  if ((s->ending = ledger_connect(book, &there, NULL)) && s->ending->socket) {
    (void)ledger_timeout(s->ending, 1);
    (void)ledger_write(s->ending, 20);
    (void)ledger_write(s->ending, 2000);
  }
  s->resetting = ledger_connect(book, &there, &options);
  s->refused = ledger_connect(book, &nowhere, NULL);
  if (s->refused) (void)ledger_write(s->refused, 30);
  if (s->refused) (void)ledger_finish(s->refused, 0);
  if (weir_connect(book->loop, NULL, &nowhere, NULL, NULL, &lost) == WEIR_OK)
    weir_socket_destroy(lost, NULL);
  if (book->open == 0) weir_server_free(book->server);
}

static weir_err make_loop(session *s, const char *backend, const weir_sim_options *world) {
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  weir_loop *loop;
  options.backend = backend;
  options.backend_options = world;
  options.allocator = &s->memory.allocator;
  weir_err err = weir_loop_create(&options, &loop);
  if (err == WEIR_OK) ledger_init(&s->book, loop);
  if (err == WEIR_OK) err = weir_timer_create(loop, bark, s, &s->watchdog);
  if (err != WEIR_OK && s->book.loop) (void)weir_loop_free(loop);
  return err;
}

/* Runs the script once. @return what was not right, or NULL */
static const char *run(session *s, const char *backend, const weir_sim_options *world) {
  if (make_loop(s, backend, world) == WEIR_OK) {
    weir_timer_unref(s->watchdog);
    weir_timer_start(s->watchdog, PATIENCE_MS, 0);
    perform(s);
    weir_err err = weir_loop_run(s->book.loop, WEIR_RUN_DEFAULT);
    if (loop_fixture_free(s->book.loop) != WEIR_OK) return "the loop could not be freed";
    if (err != WEIR_OK) return weir_err_name(err);
    const char *wrong = ledger_audit(&s->book);
    if (wrong) return wrong;
  }
  if (s->memory.bytes > 0 || s->memory.blocks > 0) return "memory was kept";
  return NULL;
}

static session *new_session(bool path) {
  session *s = calloc(1, sizeof *s);
  assert_non_null(s);
  counting_allocator_init(&s->memory);
  s->path = path;
  assert_true(local_name_make(&s->name));
  return s;
}

static void free_session(session *s) {
  local_name_remove(&s->name);
  free(s);
}

/* Whether a run in which nothing failed did what the script says. */
static void assert_complete(const session *s) {
  const ledger *book = &s->book;
  assert_false(s->timed_out);
  assert_int_equal(book->end_count, 5);
  assert_int_equal(book->server_closes, 1);
  assert_int_equal(s->ending->received, BIG + 10);
  assert_int_equal(s->refused->told[LEDGER_TOLD_ERROR], 1);
  assert_true(book->operation_count > 15);
}

/* Fails the n-th allocation, or all from it on, until the script passes untouched. */
static void torture(bool path, bool from, uint64_t seed) {
  weir_sim_options world = WEIR_SIM_OPTIONS_INIT;
  const char *backend = loop_fixture_backend_name();
  bool sim = strcmp(backend, "sim") == 0;
  world.seed = seed;
  for (size_t n = 1; n <= MOST_ALLOCATIONS; n++) {
    session *s = new_session(path);
    s->memory.fail_in = n;
    s->memory.fail_count = from ? SIZE_MAX : 1;
    const char *wrong = run(s, backend, sim ? &world : NULL);
    if (wrong)
      fail_msg("allocation %zu%s, seed %u: %s", n, from ? " and all behind it" : "", (unsigned)seed,
               wrong);
    if (s->timed_out && !from) fail_msg("allocation %zu, seed %u: time was up", n, (unsigned)seed);
    bool untouched = s->memory.refused == 0;
    if (untouched) assert_complete(s);
    free_session(s);
    if (untouched) return;
  }
  fail_msg("The script never passed untouched");
}

/* GEN-06, SOC-20, STR-05, STR-53: each failed allocation is survived and everything is told once.
 */
static void each_allocation_may_fail_over_tcp(void **state) {
  (void)state;
  torture(false, false, 1);
}

/* GEN-06, SOC-20, STR-05, STR-53: the same over a local name. */
static void each_allocation_may_fail_over_a_path(void **state) {
  (void)state;
  torture(true, false, 1);
}

/* GEN-06, SOC-20, STR-53: memory that ran out for good. Virtual time only: the server waits. */
static void memory_may_run_out_for_good(void **state) {
  (void)state;
  if (strcmp(loop_fixture_backend_name(), "sim") != 0) {
    print_message("SKIPPED: the server's waiting takes virtual time\n");
    skip();
  }
  torture(false, true, 1);
  torture(true, true, 1);
}

/* SOC-20, STR-05, STR-53: the script under other schedules; on a real system, again and again. */
static void the_script_holds_for_every_seed(void **state) {
  (void)state;
  const char *backend = loop_fixture_backend_name();
  bool sim = strcmp(backend, "sim") == 0;
  for (uint64_t seed = 1; seed <= (sim ? SEEDS : SEEDS / 10); seed++) {
    weir_sim_options world = WEIR_SIM_OPTIONS_INIT;
    session *s = new_session(seed % 2 == 0);
    world.seed = seed;
    const char *wrong = run(s, backend, sim ? &world : NULL);
    if (wrong) fail_msg("seed %u: %s", (unsigned)seed, wrong);
    assert_complete(s);
    free_session(s);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_script_holds_for_every_seed),
      cmocka_unit_test(each_allocation_may_fail_over_tcp),
      cmocka_unit_test(each_allocation_may_fail_over_a_path),
      cmocka_unit_test(memory_may_run_out_for_good),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
