/* weir on somebody else's loop: the host calls weir, and knows of it what the backend is told. */
#include "tests/support/connection.h"
#include "tests/support/journal.h"
#include "tests/support/loop_fixture.h"
#include "toy_host.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { LARGE = 1 << 20 };

static journal seen;
static char large[LARGE];
static size_t echoed;

static int setup(void **state) {
  loop_fixture *f = malloc(sizeof *f);
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  options.custom_backend = toy_host_backend(loop_fixture_backend_name());
  seen = (journal){.length = 0};
  echoed = 0;
  *state = f;
  return f && loop_fixture_open(f, &options) == WEIR_OK ? 0 : -1;
}

static void *text(const char *constant) {
  return (void *)(uintptr_t)constant;
}

static void note_timer(weir_timer *timer, void *user) {
  (void)timer;
  journal_note(&seen, "%s", (const char *)user);
}

static void note_later(weir_loop *loop, weir_err status, void *user) {
  (void)loop;
  (void)status;
  journal_note(&seen, "%s", (const char *)user);
}

static void note_close(weir_socket *socket, bool had_error, void *user) {
  (void)socket;
  (void)user;
  journal_note(&seen, "close:%d", had_error);
}

static void note_write(weir_socket *socket, const weir_error *error, void *user) {
  (void)socket;
  journal_note(&seen, "%s:%s", (const char *)user, error ? weir_err_name(error->code) : "ok");
}

static const weir_socket_handlers close_handlers = {.size = sizeof close_handlers,
                                                    .on_close = note_close};

static weir_timer *make_timer(const loop_fixture *f, weir_timer_callback callback, void *user) {
  weir_timer *timer = NULL;
  assert_int_equal(weir_timer_create(f->loop, callback, user, &timer), WEIR_OK);
  return timer;
}

static void running_is_the_hosts_business(void **state) {
  loop_fixture *f = *state;
  assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_DEFAULT), WEIR_ENOTSUP);
  assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_ONCE), WEIR_ENOTSUP);
  assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_NOWAIT), WEIR_ENOTSUP);
  assert_string_equal(weir_loop_backend_name(f->loop), "guest");
  assert_false(host.alive);
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

static void an_echo_runs_on_the_host_and_the_host_ends(void **state) {
  loop_fixture *f = *state;
  static const weir_socket_handlers client = {
      .size = sizeof client, .on_connect = send_all, .on_data = count, .on_close = note_close};
  static const weir_socket_handlers peer = {
      .size = sizeof peer, .on_data = echo, .on_close = note_close};
  connection c = {0};
  for (size_t i = 0; i < sizeof large; i++) large[i] = (char)(i * 13 + i / 251);
  assert_int_equal(connection_start(&c, f->loop, &client, &peer, NULL), WEIR_OK);
  assert_true(host.alive);
  assert_true(toy_host_run());
  assert_int_equal(echoed, sizeof large);
  assert_string_equal(seen.text, "close:0 close:0");
  assert_false(weir_loop_alive(f->loop));
  assert_false(host.reentered);
}

static void deadlines_are_told_and_honoured(void **state) {
  loop_fixture *f = *state;
  weir_time before = weir_loop_now(f->loop);
  weir_timer_start(make_timer(f, note_timer, text("c")), 6, 0);
  weir_timer_start(make_timer(f, note_timer, text("a")), 1, 0);
  assert_true(host.deadline >= before + WEIR_TIME_MS);
  assert_true(host.deadline < before + 6 * WEIR_TIME_MS + 10000 * WEIR_TIME_MS);
  weir_timer_start(make_timer(f, note_timer, text("b")), 3, 0);
  assert_true(toy_host_run());
  assert_string_equal(seen.text, "a b c");
  assert_true(weir_loop_now(f->loop) - before >= 6 * WEIR_TIME_MS);
  assert_true(host.wakeups <= 6);
  assert_true(host.deadline == WEIR_TIME_NEVER);
}

static void stopping_takes_the_deadline_back(void **state) {
  loop_fixture *f = *state;
  weir_timer *timer = make_timer(f, note_timer, text("a"));
  weir_timer_start(timer, 1000, 0);
  assert_true(host.deadline != WEIR_TIME_NEVER);
  weir_timer_stop(timer);
  assert_true(host.deadline == WEIR_TIME_NEVER);
  assert_false(host.alive);
  weir_timer_start(timer, 1000, 0);
  weir_timer_free(timer);
  assert_true(host.deadline == WEIR_TIME_NEVER);
  assert_false(host.alive);
}

static size_t repeats;

static void three_times(weir_timer *timer, void *user) {
  (void)user;
  if (++repeats == 3) weir_timer_stop(timer);
}

static void a_repeating_timer_is_told_each_time(void **state) {
  loop_fixture *f = *state;
  repeats = 0;
  weir_timer_start(make_timer(f, three_times, NULL), 1, 1);
  assert_true(toy_host_run());
  assert_int_equal(repeats, 3);
}

static void a_refreshed_timer_is_told_anew_when_it_was_looked_at(void **state) {
  loop_fixture *f = *state;
  weir_timer *timer = make_timer(f, note_timer, text("a"));
  weir_time before = weir_loop_now(f->loop);
  weir_timer_start(timer, 4, 0);
  while (weir_loop_now(f->loop) < before + 2 * WEIR_TIME_MS) {
  }
  weir_timer_refresh(timer);
  assert_true(toy_host_run());
  assert_string_equal(seen.text, "a");
  assert_true(weir_loop_now(f->loop) - before >= 6 * WEIR_TIME_MS);
}

/* Alive is told when it changes, and only then. */
static void alive_follows_what_is_referenced(void **state) {
  loop_fixture *f = *state;
  weir_timer *timer = make_timer(f, note_timer, text("a"));
  assert_int_equal(host.changes, 0);
  weir_timer_start(timer, 100000, 0);
  assert_true(host.alive);
  weir_timer_start(timer, 200000, 0);
  assert_int_equal(host.changes, 1);
  weir_timer_unref(timer);
  assert_false(host.alive);
  weir_timer_ref(timer);
  assert_true(host.alive);
  weir_timer_stop(timer);
  assert_false(host.alive);
  assert_int_equal(host.changes, 4);
}

static void a_server_holds_the_host_until_it_is_closed(void **state) {
  loop_fixture *f = *state;
  weir_server *server;
  weir_listen_options listen = WEIR_LISTEN_OPTIONS_INIT;
  listen.port = 0;
  listen.host = "127.0.0.1";
  assert_int_equal(weir_create_server(f->loop, NULL, NULL, NULL, &server), WEIR_OK);
  assert_false(host.alive);
  assert_int_equal(weir_server_listen(server, &listen, NULL, NULL), WEIR_OK);
  assert_true(host.alive);
  assert_true(toy_host_turn());
  assert_true(host.alive);
  weir_server_unref(server);
  assert_false(host.alive);
  weir_server_ref(server);
  assert_true(host.alive);
  assert_int_equal(weir_server_close(server, NULL, NULL), WEIR_OK);
  assert_true(toy_host_run());
  assert_false(weir_loop_alive(f->loop));
}

static void a_call_from_the_hosts_own_code_gets_its_steps_soon(void **state) {
  loop_fixture *f = *state;
  weir_socket *socket;
  assert_int_equal(weir_socket_create(f->loop, NULL, &close_handlers, NULL, &socket), WEIR_OK);
  (void)weir_socket_write(socket, "x", 1, note_write, text("write"));
  weir_socket_destroy(socket, NULL);
  assert_int_equal(weir_loop_next_step(f->loop, note_later, text("step")), WEIR_OK);
  assert_string_equal(seen.text, "");
  assert_true(host.alive);
  assert_true(host.deadline <= host.ops->now(host.backend));
  assert_true(toy_host_turn());
  assert_string_equal(seen.text, "write:ERR_SOCKET_CLOSED close:0 step");
  assert_false(host.alive);
  /* And once more: the same deadline as before is told again. */
  assert_int_equal(weir_loop_next_step(f->loop, note_later, text("again")), WEIR_OK);
  assert_true(toy_host_run());
  assert_non_null(strstr(seen.text, "again"));
}

static void a_write_on_an_open_connection_gets_its_callback_soon(void **state) {
  loop_fixture *f = *state;
  connection c = {.keep_server = true};
  assert_int_equal(connection_start(&c, f->loop, &close_handlers, NULL, NULL), WEIR_OK);
  while (!c.peer || weir_socket_connecting(c.client)) assert_true(toy_host_turn());
  assert_int_equal(weir_socket_write(c.client, "x", 1, note_write, text("write")), WEIR_OK);
  assert_true(host.deadline <= host.ops->now(host.backend));
  assert_true(toy_host_turn());
  assert_string_equal(seen.text, "write:ok");
  weir_server_free(c.server);
  weir_socket_destroy(c.client, NULL);
  weir_socket_destroy(c.peer, NULL);
  assert_true(toy_host_run());
  assert_string_equal(seen.text, "write:ok close:0");
}

static void let_go(weir_loop *loop, weir_err status, void *user) {
  note_later(loop, status, text("post"));
  weir_timer_stop(user);
}

static weir_loop *thread_loop;

static void *post_from_thread(void *timer) {
  (void)weir_loop_post(thread_loop, let_go, timer);
  return NULL;
}

static void a_post_wakes_the_host(void **state) {
  loop_fixture *f = *state;
  pthread_t thread;
  weir_timer *hold = make_timer(f, note_timer, text("late"));
  thread_loop = f->loop;
  weir_timer_start(hold, 3600000, 0);
  assert_int_equal(pthread_create(&thread, NULL, post_from_thread, hold), 0);
  assert_true(toy_host_run());
  assert_int_equal(pthread_join(thread, NULL), 0);
  assert_string_equal(seen.text, "post");
}

static void freeing_tells_everybody(void **state) {
  loop_fixture *f = *state;
  connection c = {.keep_server = true};
  assert_int_equal(connection_start(&c, f->loop, &close_handlers, NULL, NULL), WEIR_OK);
  assert_int_equal(weir_loop_next_step(f->loop, note_later, text("step")), WEIR_OK);
  weir_timer_start(make_timer(f, note_timer, text("never")), 0, 0);
  size_t wakeups = host.wakeups;
  assert_int_equal(weir_loop_free(f->loop), WEIR_OK);
  f->loop = NULL;
  assert_string_equal(seen.text, "step close:0");
  assert_int_equal(host.wakeups, wakeups);
  assert_int_equal(f->memory.bytes, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, loop_fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(running_is_the_hosts_business),
      TEST(an_echo_runs_on_the_host_and_the_host_ends),
      TEST(deadlines_are_told_and_honoured),
      TEST(stopping_takes_the_deadline_back),
      TEST(a_repeating_timer_is_told_each_time),
      TEST(a_refreshed_timer_is_told_anew_when_it_was_looked_at),
      TEST(alive_follows_what_is_referenced),
      TEST(a_server_holds_the_host_until_it_is_closed),
      TEST(a_call_from_the_hosts_own_code_gets_its_steps_soon),
      TEST(a_write_on_an_open_connection_gets_its_callback_soon),
      TEST(a_post_wakes_the_host),
      TEST(freeing_tells_everybody),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
