/* weir inside another loop: a poll() of the program's own watches weir_loop_fd() for as long as
 * weir_loop_timeout() says. */
#include "tests/support/connection.h"
#include "tests/support/journal.h"
#include "tests/support/loop_fixture.h"

#include <poll.h>
#include <string.h>

enum { ROUNDS = 100000, LARGE = 1 << 20 };

static journal seen;
static size_t echoed;
static char large[LARGE];

static int setup(void **state) {
  seen = (journal){.length = 0};
  echoed = 0;
  return loop_fixture_setup(state);
}

/* Turns the loop until it is done. @return how often it was turned */
static int host(const loop_fixture *f) {
  int turns = 0;
  while (weir_loop_alive(f->loop) && turns < ROUNDS) {
    struct pollfd watched = {(int)weir_loop_fd(f->loop), POLLIN, 0};
    int timeout = weir_loop_timeout(f->loop);
    if (watched.fd >= 0) {
      /* Nothing in these tests takes that long; a wake-up that does not come fails the test. */
      int ready = poll(&watched, 1, timeout < 0 ? 10000 : timeout);
      if (ready == 0 && timeout < 0) fail_msg("the descriptor did not become readable");
    } else if (timeout != 0) {
      /* The simulator moves its time only in a wait of its own. */
      assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_ONCE), WEIR_OK);
    }
    assert_int_equal(weir_loop_dispatch(f->loop), WEIR_OK);
    turns++;
  }
  return turns;
}

static void note_timer(weir_timer *timer, void *user) {
  (void)timer;
  journal_note(&seen, "%s", (const char *)user);
}

static void timers_are_honoured(void **state) {
  loop_fixture *f = *state;
  static const char *const names[] = {"a", "b", "c"};
  weir_time before = weir_loop_now(f->loop);
  for (int i = 2; i >= 0; i--) {
    weir_timer *timer;
    assert_int_equal(weir_timer_create(f->loop, note_timer, (void *)(uintptr_t)names[i], &timer),
                     WEIR_OK);
    /* So far apart that a busy machine does not pass from one call to the next. */
    weir_timer_start(timer, (uint64_t)i * 50, 0);
  }
  int turns = host(f);
  assert_string_equal(seen.text, "a b c");
  assert_true(weir_loop_now(f->loop) - before >= 100 * WEIR_TIME_MS);
  /* The loop slept until each deadline instead of asking again and again. */
  assert_true(turns <= 8);
}

static void note_later(weir_loop *loop, weir_err status, void *user) {
  (void)loop;
  (void)status;
  journal_note(&seen, "%s", (const char *)user);
}

static void steps_and_posts_need_no_wait(void **state) {
  loop_fixture *f = *state;
  assert_int_equal(weir_loop_next_step(f->loop, note_later, (void *)(uintptr_t) "step"), WEIR_OK);
  assert_int_equal(weir_loop_timeout(f->loop), 0);
  assert_int_equal(host(f), 1);
  assert_int_equal(weir_loop_post(f->loop, note_later, (void *)(uintptr_t) "post"), WEIR_OK);
  assert_int_equal(weir_loop_timeout(f->loop), 0);
  assert_int_equal(host(f), 1);
  assert_string_equal(seen.text, "step post");
}

static void send_all(weir_socket *socket, void *user) {
  (void)user;
  (void)weir_socket_end(socket, large, sizeof large, NULL, NULL);
}

static void count(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  (void)socket;
  (void)user;
  if (memcmp(data, large + echoed, length) == 0) echoed += length;
}

static void echo(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  (void)user;
  (void)weir_socket_write(socket, data, length, NULL, NULL);
}

static const weir_socket_handlers client_handlers = {
    .size = sizeof client_handlers, .on_connect = send_all, .on_data = count};
static const weir_socket_handlers peer_handlers = {.size = sizeof peer_handlers, .on_data = echo};

static void an_echo_runs_on_poll(void **state) {
  loop_fixture *f = *state;
  connection c = {0};
  for (size_t i = 0; i < sizeof large; i++) large[i] = (char)(i * 7 + i / 251);
  assert_int_equal(connection_start(&c, f->loop, &client_handlers, &peer_handlers, NULL), WEIR_OK);
  int turns = host(f);
  assert_true(turns > 0 && turns < ROUNDS);
  assert_int_equal(echoed, sizeof large);
  assert_false(weir_loop_alive(f->loop));
}

static void echo_unreferenced(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  weir_socket_unref(socket);
  echo(socket, data, length, user);
}

/* A host may turn it all the same, for reasons of its own. */
static void what_is_unreferenced_is_served_when_turned(void **state) {
  static const weir_socket_handlers unreferenced = {.size = sizeof unreferenced,
                                                    .on_data = echo_unreferenced};
  loop_fixture *f = *state;
  connection c = {.keep_server = true};
  for (size_t i = 0; i < sizeof large; i++) large[i] = (char)(i * 7 + i / 251);
  assert_int_equal(connection_start(&c, f->loop, &client_handlers, &unreferenced, NULL), WEIR_OK);
  weir_server_unref(c.server);
  weir_socket_unref(c.client);
  if (loop_fixture_is_sim(f)) { /* Its time moves in waits, and who waits is alive. */
    weir_timer *timer;
    assert_int_equal(weir_timer_create(f->loop, note_timer, (void *)(uintptr_t) "", &timer),
                     WEIR_OK);
    weir_timer_start(timer, 1, 1);
  }
  for (int i = 0; i < ROUNDS && echoed < sizeof large; i++) {
    if (loop_fixture_is_sim(f)) assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_ONCE), WEIR_OK);
    assert_int_equal(weir_loop_dispatch(f->loop), WEIR_OK);
  }
  assert_int_equal(echoed, sizeof large);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, loop_fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(timers_are_honoured),
      TEST(steps_and_posts_need_no_wait),
      TEST(an_echo_runs_on_poll),
      TEST(what_is_unreferenced_is_served_when_turned),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
