/* Family selection on the simulator, exactly: which addresses are tried, when, and what comes of
 * it; then random lists of addresses beside a model that knows the rules only. */
#include "tests/support/counting_allocator.h"
#include "tests/support/journal.h"
#include "tests/support/loop_fixture.h"
#include "tests/support/random.h"
#include "tests/support/test.h"

#include "conformance/clause.h"
#include "weir/weir.h"

#include <stdlib.h>
#include <string.h>

enum { PORT = 5000, MOST = 8, CASES = 100000, GOOD = 3, REFUSED = 3, HANGING = 3 };

/* Where servers listen; where nobody does; where nothing is ever answered. */
static const char *const good[GOOD] = {"127.0.0.1", "::1", "127.0.0.2"};
static const char *const refused[REFUSED] = {"127.0.0.9", "127.0.0.8", "127.0.0.7"};
static const char *const hanging[HANGING] = {"192.0.2.1", "2001:db8::1", "198.51.100.1"};

typedef struct fixture {
  counting_allocator memory;
  weir_loop *loop;
  weir_server *servers[GOOD];
  weir_address answer[MOST];
  size_t count;
  journal told;
  weir_err error;
  weir_address remote;
  weir_address attempted[MOST];
  size_t attempted_count;
  bool open;
} fixture;

static weir_address at(const char *text) {
  weir_address address = {0};
  assert_int_equal(weir_address_parse(text, strlen(text), PORT, &address), WEIR_OK);
  return address;
}

static unsigned ms_of(fixture *f) {
  return (unsigned)(weir_loop_now(f->loop) / WEIR_TIME_MS) - 1000;
}

static void note(fixture *f, const char *what, const weir_address *address) {
  char text[WEIR_ADDRESS_TEXT_SIZE];
  (void)weir_address_format(address, text, sizeof text);
  journal_note(&f->told, "%s(%s)@%u", what, text, ms_of(f));
}

static void on_connect(weir_socket *socket, void *user) {
  fixture *f = user;
  f->attempted_count =
      weir_socket_auto_select_family_attempted_addresses(socket, f->attempted, MOST);
  assert_int_equal(weir_socket_remote_address(socket, &f->remote), WEIR_OK);
  note(f, "connect", &f->remote);
  weir_socket_destroy(socket, NULL);
}

static void on_error(weir_socket *socket, const weir_error *error, void *user) {
  fixture *f = user;
  f->attempted_count =
      weir_socket_auto_select_family_attempted_addresses(socket, f->attempted, MOST);
  f->error = error->code;
  journal_note(&f->told, "error(%s:%u)@%u", weir_err_name(error->code),
               (unsigned)error->error_count, ms_of(f));
}

static void on_close(weir_socket *socket, bool had_error, void *user) {
  fixture *f = user;
  (void)socket;
  journal_note(&f->told, "close(%d)", had_error);
  f->open = false;
}

static void on_attempt(weir_socket *socket, const weir_address *address, void *user) {
  (void)socket;
  note(user, "attempt", address);
}

static void on_failed(weir_socket *socket, const weir_address *address, const weir_error *error,
                      void *user) {
  (void)socket;
  (void)error;
  note(user, "failed", address);
}

static void on_slow(weir_socket *socket, const weir_address *address, void *user) {
  (void)socket;
  note(user, "timeout", address);
}

static const weir_socket_handlers handlers = {.size = sizeof(weir_socket_handlers),
                                              .on_connect = on_connect,
                                              .on_error = on_error,
                                              .on_close = on_close,
                                              .on_connection_attempt = on_attempt,
                                              .on_connection_attempt_failed = on_failed,
                                              .on_connection_attempt_timeout = on_slow};
static const weir_socket_handlers quiet = {.size = sizeof(weir_socket_handlers),
                                           .on_connect = on_connect,
                                           .on_error = on_error,
                                           .on_close = on_close};

static void on_connection(weir_server *server, weir_socket *socket, void *user) {
  (void)server;
  (void)user;
  weir_socket_destroy(socket, NULL);
}

static void answer(weir_lookup *lookup, const char *host, const weir_lookup_options *options,
                   void *user) {
  fixture *f = user;
  (void)host;
  assert_true(options->all);
  (void)weir_lookup_answer(lookup, NULL, f->answer, f->count);
}

static void open_loop(fixture *f, weir_time latency_max_ns) {
  static const weir_server_handlers taking = {.size = sizeof(weir_server_handlers),
                                              .on_connection = on_connection};
  weir_sim_options sim = WEIR_SIM_OPTIONS_INIT;
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  counting_allocator_init(&f->memory);
  sim.latency_min_ns = latency_max_ns > 1000000 ? 0 : latency_max_ns;
  sim.latency_max_ns = latency_max_ns;
  options.backend = "sim";
  options.backend_options = &sim;
  options.allocator = &f->memory.allocator;
  options.lookup = answer;
  options.lookup_user = f;
  assert_int_equal(weir_loop_create(&options, &f->loop), WEIR_OK);
  for (size_t i = 0; i < GOOD; i++) {
    weir_listen_options where = WEIR_LISTEN_OPTIONS_INIT;
    where.port = PORT;
    where.host = good[i];
    assert_int_equal(weir_create_server(f->loop, NULL, &taking, NULL, &f->servers[i]), WEIR_OK);
    assert_int_equal(weir_server_listen(f->servers[i], &where, NULL, NULL), WEIR_OK);
    weir_server_unref(f->servers[i]);
  }
}

static void close_loop(fixture *f) {
  assert_int_equal(loop_fixture_free(f->loop), WEIR_OK);
  assert_int_equal(f->memory.bytes, 0);
}

static void race(fixture *f, const weir_socket_handlers *table, uint32_t timeout_ms, bool overlap) {
  weir_connect_options options = WEIR_CONNECT_OPTIONS_INIT;
  weir_socket *socket;
  options.port = PORT;
  options.host = "many.test";
  options.auto_select_family_attempt_timeout_ms = timeout_ms;
  options.overlap_attempts = overlap;
  f->told = (journal){.length = 0};
  f->error = WEIR_OK;
  f->attempted_count = 0;
  f->open = true;
  assert_int_equal(weir_connect(f->loop, NULL, &options, table, f, &socket), WEIR_OK);
  while (f->open) assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_ONCE), WEIR_OK);
}

static void give(fixture *f, size_t count, const char *const *texts) {
  f->count = count;
  for (size_t i = 0; i < count; i++) f->answer[i] = at(texts[i]);
}

/* 1 ms there and 1 ms back. */
static void one_after_the_other(void **state) {
  static const char *const list[] = {"192.0.2.1", "198.51.100.1", "2001:db8::1", "127.0.0.9",
                                     "::1"};
  fixture f = {.count = 0};
  (void)state;
  open_loop(&f, WEIR_TIME_MS);
  give(&f, 5, list);
  CLAUSES("HE-03", "HE-04", "HE-13", "HE-21", "HE-23") {
    race(&f, &handlers, 100, false);
    assert_string_equal(f.told.text,
                        "attempt(192.0.2.1)@0 timeout(192.0.2.1)@100 attempt(2001:db8::1)@100 "
                        "timeout(2001:db8::1)@200 attempt(198.51.100.1)@200 "
                        "timeout(198.51.100.1)@300 attempt(::1)@300 connect(::1)@302 close(0)");
    assert_int_equal(f.attempted_count, 4);
  }
  close_loop(&f);
}

static void all_fail(void **state) {
  static const char *const list[] = {"127.0.0.9", "127.0.0.8"};
  fixture f = {.count = 0};
  (void)state;
  open_loop(&f, WEIR_TIME_MS);
  give(&f, 2, list);
  CLAUSES("HE-07", "HE-08", "HE-13") {
    race(&f, &handlers, 0, false);
    assert_string_equal(f.told.text, "attempt(127.0.0.9)@0 failed(127.0.0.9)@2 "
                                     "attempt(127.0.0.8)@2 failed(127.0.0.8)@4 "
                                     "error(ECONNREFUSED:2)@4 close(1)");
  }
  close_loop(&f);
}

/* The default of 250 ms; the last address gets as long as the system takes. */
static void the_last_one_has_no_timeout(void **state) {
  static const char *const list[] = {"192.0.2.1", "198.51.100.1"};
  fixture f = {.count = 0};
  (void)state;
  open_loop(&f, WEIR_TIME_MS);
  give(&f, 2, list);
  CLAUSES("HE-10", "HE-12", "HE-29", "DEF-04") {
    race(&f, &handlers, 0, false);
    assert_string_equal(f.told.text,
                        "attempt(192.0.2.1)@0 timeout(192.0.2.1)@250 attempt(198.51.100.1)@250 "
                        "failed(198.51.100.1)@127250 error(ETIMEDOUT:2)@127250 close(1)");
  }
  close_loop(&f);
}

/* A slow attempt goes on when the next one begins, and wins if it is first. */
static void attempts_that_overlap(void **state) {
  static const char *const list[] = {"192.0.2.1", "127.0.0.9", "127.0.0.1", "::1"};
  fixture f = {.count = 0};
  (void)state;
  open_loop(&f, WEIR_TIME_MS);
  give(&f, 4, list);
  race(&f, &handlers, 100, true);
  assert_string_equal(f.told.text, "attempt(192.0.2.1)@0 attempt(::1)@100 connect(::1)@102 "
                                   "close(0)");
  give(&f, 3, list);
  race(&f, &handlers, 50, true);
  assert_string_equal(f.told.text,
                      "attempt(192.0.2.1)@102 attempt(127.0.0.9)@152 failed(127.0.0.9)@154 "
                      "attempt(127.0.0.1)@154 connect(127.0.0.1)@156 close(0)");
  close_loop(&f);
}

static void hung_ones_only_fail_in_the_end(void **state) {
  static const char *const list[] = {"192.0.2.1", "198.51.100.1"};
  fixture f = {.count = 0};
  (void)state;
  open_loop(&f, WEIR_TIME_MS);
  give(&f, 2, list);
  race(&f, &handlers, 100, true);
  assert_string_equal(f.told.text,
                      "attempt(192.0.2.1)@0 attempt(198.51.100.1)@100 failed(192.0.2.1)@127000 "
                      "failed(198.51.100.1)@127100 error(ETIMEDOUT:2)@127100 close(1)");
  close_loop(&f);
}

/* ---- Random lists. ---- */

static void draw(fixture *f, test_random *random) {
  f->count = 1 + (size_t)test_random_below(random, MOST);
  for (size_t i = 0; i < f->count; i++) {
    size_t kind = (size_t)test_random_below(random, 4);
    f->answer[i] = at(kind == 0   ? good[test_random_below(random, GOOD)]
                      : kind == 1 ? hanging[test_random_below(random, HANGING)]
                                  : refused[test_random_below(random, REFUSED)]);
    if (test_random_below(random, 20) == 0) f->answer[i].family = 7;
  }
}

static bool is_one_of(const weir_address *address, const char *const *texts, size_t count) {
  for (size_t i = 0; i < count; i++) {
    weir_address other = at(texts[i]);
    if (weir_address_equal(address, &other)) return true;
  }
  return false;
}

/* Node's order, written down another way: the lists are walked side by side. */
static size_t model_order(const fixture *f, weir_address *out) {
  weir_address lists[2][MOST];
  size_t counts[2] = {0, 0};
  size_t total = 0;
  uint8_t leader = 0;
  for (size_t i = 0; i < f->count; i++) {
    bool known = f->answer[i].family == 4 || f->answer[i].family == 6;
    bool twice = false;
    if (known && leader == 0) leader = f->answer[i].family;
    for (size_t j = 0; j < i; j++)
      twice = twice || weir_address_equal(&f->answer[i], &f->answer[j]);
    size_t which = f->answer[i].family == leader ? 0 : 1;
    if (known && !twice) lists[which][counts[which]++] = f->answer[i];
  }
  for (size_t i = 0; i < MOST; i++)
    for (size_t which = 0; which < 2; which++)
      if (i < counts[which]) out[total++] = lists[which][i];
  return total;
}

static void check(const fixture *f, unsigned number, bool overlap) {
  weir_address order[MOST];
  size_t count = model_order(f, order);
  size_t first_good = 0;
  while (first_good < count && !is_one_of(&order[first_good], good, GOOD)) first_good++;
  bool reachable = first_good < count;
  bool connected = f->error == WEIR_OK;
  if (connected != reachable) fail_msg("case %u: %s", number, f->told.text);
  if (count < 2) return;
  for (size_t i = 0; i < f->attempted_count; i++)
    if (!weir_address_equal(&f->attempted[i], &order[i]))
      fail_msg("case %u: attempt %zu: %s", number, i, f->told.text);
  size_t expected = reachable ? first_good + 1 : count;
  if (overlap ? f->attempted_count < expected && !reachable : f->attempted_count != expected)
    fail_msg("case %u: %zu attempts, not %zu: %s", number, f->attempted_count, expected,
             f->told.text);
}

static void random_lists(unsigned cases, weir_time latency_max_ns, bool overlap) {
  fixture f = {.count = 0};
  test_random random = test_random_start();
  open_loop(&f, latency_max_ns);
  for (unsigned i = 0; i < cases; i++) {
    draw(&f, &random);
    race(&f, &quiet, overlap ? 10 : 250, overlap);
    check(&f, i, overlap);
  }
  close_loop(&f);
}

/* Answers take up to 40 ms, so a good address is often overtaken by the next attempt. */
static void overlapping_connects_if_and_only_if_something_is_reachable(void **state) {
  (void)state;
  random_lists(test_random_cases(CASES), 40 * WEIR_TIME_MS, true);
}

static void sequences_are_tried_up_to_the_first_that_answers(void **state) {
  (void)state;
  CLAUSES("HE-03", "HE-06", "HE-14", "HE-16", "HE-21") {
    random_lists(test_random_cases(CASES / 10), 40 * WEIR_TIME_MS, false);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_after_the_other),
      cmocka_unit_test(all_fail),
      cmocka_unit_test(the_last_one_has_no_timeout),
      cmocka_unit_test(attempts_that_overlap),
      cmocka_unit_test(hung_ones_only_fail_in_the_end),
      cmocka_unit_test(overlapping_connects_if_and_only_if_something_is_reachable),
      cmocka_unit_test(sequences_are_tried_up_to_the_first_that_answers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
