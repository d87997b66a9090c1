/* Hosts with a queue of their own: the `schedule` option. The host of these tests runs its queue
 * whenever weir has returned to it. */
#include "tests/support/connection.h"
#include "tests/support/journal.h"
#include "tests/support/loop_fixture.h"
#include "tests/support/manual_clock.h"

#include <stdlib.h>
#include <string.h>

enum { QUEUE = 4096, TURNS = 100000 };

/* The host's queue: what was scheduled, and how much of it has run. */
static weir_step *queue[QUEUE];
static size_t queued;
static size_t ran;
static bool inside;
static bool ran_inside;
static journal seen;

static void schedule(weir_step *step, void *user) {
  if (user == &seen && queued < QUEUE) queue[queued++] = step;
}

static void run_queue(void) {
  while (ran < queued) weir_step_run(queue[ran++]);
  queued = ran = 0;
}

static int setup_with(void **state, const weir_backend_ops *backend) {
  loop_fixture *f = malloc(sizeof *f);
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  options.schedule = schedule;
  options.schedule_user = &seen;
  options.custom_backend = backend;
  queued = ran = 0;
  inside = ran_inside = false;
  seen = (journal){.length = 0};
  *state = f;
  return f && loop_fixture_open(f, &options) == WEIR_OK ? 0 : -1;
}

static int setup(void **state) {
  return setup_with(state, NULL);
}

static int setup_clock(void **state) {
  return setup_with(state, manual_clock_backend(loop_fixture_backend_name()));
}

/* The host: weir's turns and its own queue by turns. */
static void host(const loop_fixture *f) {
  int turns = 0;
  run_queue();
  while (weir_loop_alive(f->loop) && turns++ < TURNS) {
    assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_ONCE), WEIR_OK);
    run_queue();
  }
  assert_true(turns < TURNS);
}

static void note_letter(weir_loop *loop, weir_err status, void *user) {
  (void)loop;
  if (inside) ran_inside = true;
  journal_note(&seen, status == WEIR_OK ? "%s" : "%s:canceled", (const char *)user);
}

static void note_close(weir_socket *socket, bool had_error, void *user) {
  (void)socket;
  if (inside) ran_inside = true;
  journal_note(&seen, "close-%s:%d", (const char *)user, had_error);
}

static void note_write(weir_socket *socket, const weir_error *error, void *user) {
  (void)socket;
  journal_note(&seen, "write-%s:%s", (const char *)user, error ? weir_err_name(error->code) : "ok");
}

static const weir_socket_handlers close_handlers = {.size = sizeof close_handlers,
                                                    .on_close = note_close};

static void step(weir_loop *loop, const char *letter) {
  assert_int_equal(weir_loop_next_step(loop, note_letter, (void *)(uintptr_t)letter), WEIR_OK);
}

static weir_socket *fresh(const loop_fixture *f, const char *name) {
  weir_socket *socket;
  assert_int_equal(
      weir_socket_create(f->loop, NULL, &close_handlers, (void *)(uintptr_t)name, &socket),
      WEIR_OK);
  return socket;
}

/* Steps of the program and of two sockets, interleaved. */
static void queue_interleaved(const loop_fixture *f) {
  weir_socket *one = fresh(f, "1");
  weir_socket *two = fresh(f, "2");
  inside = true;
  (void)weir_socket_write(one, "x", 1, note_write, (void *)(uintptr_t) "1");
  step(f->loop, "a");
  (void)weir_socket_write(two, "x", 1, note_write, (void *)(uintptr_t) "2");
  weir_socket_destroy(one, NULL);
  step(f->loop, "b");
  weir_socket_destroy(two, NULL);
  step(f->loop, "c");
  inside = false;
}

static const char interleaved[] =
    "write-1:ERR_SOCKET_CLOSED a write-2:ERR_SOCKET_CLOSED close-1:0 b close-2:0 c";

static void a_step_is_scheduled_inside_the_call_and_not_run(void **state) {
  loop_fixture *f = *state;
  queue_interleaved(f);
  assert_int_equal(queued, 7);
  assert_string_equal(seen.text, "");
  for (size_t i = 0; i < queued; i++)
    for (size_t j = 0; j < i; j++) assert_ptr_not_equal(queue[i], queue[j]);
  assert_true(weir_loop_alive(f->loop));
  assert_int_equal(weir_loop_timeout(f->loop), 0);
  host(f);
  assert_false(ran_inside);
}

/* The loop of its own may run two things in one step; a host is given each. */
static void each_thing_that_is_told_is_a_step(void **state) {
  loop_fixture *f = *state;
  weir_error error = WEIR_ERROR_INIT;
  error.code = WEIR_EPROTO;
  weir_socket_destroy(fresh(f, "1"), &error);
  assert_int_equal(queued, 2);
  weir_step_run(queue[ran++]);
  assert_string_equal(seen.text, "");
  weir_step_run(queue[ran++]);
  assert_string_equal(seen.text, "close-1:1");
  queued = ran = 0;
}

static void the_hosts_queue_is_the_order(void **state) {
  loop_fixture *f = *state;
  queue_interleaved(f);
  host(f);
  assert_string_equal(seen.text, interleaved);
  assert_false(weir_loop_alive(f->loop));
}

static void the_loop_leaves_the_steps_to_the_host(void **state) {
  loop_fixture *f = *state;
  step(f->loop, "a");
  for (int i = 0; i < 3; i++) {
    assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_NOWAIT), WEIR_OK);
    assert_int_equal(weir_loop_dispatch(f->loop), WEIR_OK);
  }
  assert_string_equal(seen.text, "");
  assert_int_equal(queued, 1);
  run_queue();
  assert_string_equal(seen.text, "a");
  assert_false(weir_loop_alive(f->loop));
}

static void a_freed_loop_cancels_what_is_at_the_host(void **state) {
  loop_fixture *f = *state;
  queue_interleaved(f);
  fresh(f, "3"); /* has no step yet; those of its end are not the host's any more */
  size_t before = queued;
  assert_int_equal(loop_fixture_free(f->loop), WEIR_OK);
  f->loop = NULL;
  assert_int_equal(queued, before);
  assert_string_equal(seen.text, "write-1:ERR_SOCKET_CLOSED a:canceled write-2:ERR_SOCKET_CLOSED "
                                 "close-1:0 b:canceled close-2:0 c:canceled close-3:0");
  queued = 0;
}

static void half_the_queue_may_have_run_before_the_loop_is_freed(void **state) {
  loop_fixture *f = *state;
  queue_interleaved(f);
  while (ran < 3) weir_step_run(queue[ran++]);
  assert_int_equal(loop_fixture_free(f->loop), WEIR_OK);
  f->loop = NULL;
  assert_string_equal(seen.text, "write-1:ERR_SOCKET_CLOSED a write-2:ERR_SOCKET_CLOSED close-1:0 "
                                 "b:canceled close-2:0 c:canceled");
  queued = ran = 0;
}

static void without_memory_nothing_is_lost(void **state) {
  loop_fixture *f = *state;
  weir_socket *one = fresh(f, "1");
  (void)weir_socket_write(one, "x", 1, note_write, (void *)(uintptr_t) "1");
  step(f->loop, "a");
  loop_fixture_fail_from(f, 1);
  weir_socket_destroy(one, NULL);
  assert_true(f->memory.refused > 0);
  loop_fixture_fail_at(f, 0);
  host(f);
  assert_string_equal(seen.text, "write-1:ERR_SOCKET_CLOSED close-1:0 a");
}

static void end_with_bytes(weir_socket *socket, void *user) {
  (void)user;
  (void)weir_socket_end(socket, "hello", 5, note_write, (void *)(uintptr_t) "end");
}

static void note_finish(weir_socket *socket, void *user) {
  (void)socket;
  journal_note(&seen, "finish-%s", (const char *)user);
}

static void note_end(weir_socket *socket, void *user) {
  (void)socket;
  journal_note(&seen, "end-%s", (const char *)user);
}

static void echo(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  (void)user;
  (void)weir_socket_write(socket, data, length, NULL, NULL);
}

static void note_data(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  (void)socket;
  (void)user;
  journal_note(&seen, "%.*s", (int)length, (const char *)data);
}

static const weir_socket_handlers client_handlers = {.size = sizeof client_handlers,
                                                     .on_connect = end_with_bytes,
                                                     .on_data = note_data,
                                                     .on_end = note_end,
                                                     .on_finish = note_finish,
                                                     .on_close = note_close};
static const weir_socket_handlers peer_handlers = {.size = sizeof peer_handlers, .on_data = echo};

static void an_echo_runs_on_the_hosts_queue(void **state) {
  loop_fixture *f = *state;
  connection c = {0};
  assert_int_equal(
      connection_start(&c, f->loop, &client_handlers, &peer_handlers, (void *)(uintptr_t) "c"),
      WEIR_OK);
  host(f);
  /* A short receive on the simulator may cut the word. */
  const char *rest = strstr(seen.text, "write-end:ok finish-c");
  assert_non_null(rest);
  assert_non_null(strstr(seen.text, "end-c close-c:0"));
  assert_int_equal(queued, 0);
}

static void stop_when_ready(weir_socket *socket, void *user) {
  (void)user;
  weir_loop_stop(weir_socket_loop(socket));
}

/* The end of the stream has left and 'finish' waits at the host: a second end() joins the first. */
static void an_end_before_finish_was_told_joins_the_first(void **state) {
  loop_fixture *f = *state;
  static const weir_socket_handlers client = {.size = sizeof client,
                                              .on_ready = stop_when_ready,
                                              .on_finish = note_finish,
                                              .on_close = note_close};
  connection c = {.keep_server = true};
  assert_int_equal(connection_start(&c, f->loop, &client, NULL, (void *)(uintptr_t) "c"), WEIR_OK);
  run_queue();
  weir_server_unref(c.server);
  while (weir_socket_connecting(c.client) || !c.peer) {
    assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_ONCE), WEIR_OK);
    run_queue();
  }
  weir_socket_set_allow_half_open(c.peer, true);
  assert_int_equal(weir_socket_end(c.client, NULL, 0, note_write, (void *)(uintptr_t) "1"),
                   WEIR_OK);
  /* The virtual time of the simulator moves in waits only; the wait for a step is over at once. */
  for (int i = 0; i < 5; i++) assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_NOWAIT), WEIR_OK);
  assert_true(queued >= 1);
  assert_string_equal(seen.text, "");
  assert_int_equal(weir_socket_end(c.client, NULL, 0, note_write, (void *)(uintptr_t) "2"),
                   WEIR_OK);
  for (int i = 0; i < 50; i++) {
    run_queue();
    assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_NOWAIT), WEIR_OK);
  }
  run_queue();
  assert_string_equal(seen.text, "write-1:ok write-2:ok finish-c");
}

static void note_error(weir_socket *socket, const weir_error *error, void *user) {
  (void)socket;
  journal_note(&seen, "error-%s:%s", (const char *)user, weir_err_name(error->code));
}

/* A host that lets the transport go before it runs the step of 'error': 'close' is a step behind.
 */
static void close_waits_for_the_steps_that_a_host_has(void **state) {
  loop_fixture *f = *state;
  static const weir_socket_handlers client = {
      .size = sizeof client, .on_error = note_error, .on_close = note_close};
  static const weir_socket_handlers peer = {.size = sizeof peer};
  weir_error error = WEIR_ERROR_INIT;
  connection c = {.keep_server = false};
  error.code = WEIR_EIO;
  assert_int_equal(connection_start(&c, f->loop, &client, &peer, (void *)(uintptr_t) "c"), WEIR_OK);
  for (int i = 0; i < 200 && (!c.peer || weir_socket_connecting(c.client)); i++) {
    run_queue();
    assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_ONCE), WEIR_OK);
  }
  run_queue();
  (void)weir_socket_write(c.client, "x", 1, note_write, (void *)(uintptr_t) "c");
  weir_socket_destroy(c.client, &error);
  for (int i = 0; i < 5; i++) assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_NOWAIT), WEIR_OK);
  assert_string_equal(seen.text, "");
  run_queue();
  assert_string_equal(seen.text, "write-c:ok error-c:EIO close-c:1");
  weir_socket_destroy(c.peer, NULL);
  host(f);
}

/* A handler of a host's may run the rest of its queue. */
static void run_the_rest(weir_socket *socket, const weir_error *error, void *user) {
  note_write(socket, error, user);
  run_queue();
}

static void a_step_may_run_inside_a_step(void **state) {
  loop_fixture *f = *state;
  weir_socket *socket = weir_socket_retain(fresh(f, "1"));
  weir_socket_destroy(socket, NULL);
  host(f);
  assert_string_equal(seen.text, "close-1:0");
  (void)weir_socket_write(socket, "x", 1, run_the_rest, (void *)(uintptr_t) "a");
  step(f->loop, "b");
  weir_socket_release(socket);
  host(f);
  assert_string_equal(seen.text, "close-1:0 write-a:ERR_STREAM_DESTROYED b");
}

static void note_now(weir_loop *loop, weir_err status, void *user) {
  (void)status;
  *(weir_time *)user = weir_loop_now(loop);
}

/* The host may take its time: a step that runs outside of a turn sees the time it runs at. */
static void a_step_sees_the_time_at_which_the_host_runs_it(void **state) {
  loop_fixture *f = *state;
  weir_time in_post = 0;
  weir_time in_step = 0;
  assert_int_equal(weir_loop_post(f->loop, note_now, &in_post), WEIR_OK);
  assert_int_equal(weir_loop_dispatch(f->loop), WEIR_OK);
  assert_int_equal(weir_loop_next_step(f->loop, note_now, &in_step), WEIR_OK);
  manual_clock_advance_ms(50);
  run_queue();
  assert_int_equal(in_step - in_post, 50 * WEIR_TIME_MS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, loop_fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_step_is_scheduled_inside_the_call_and_not_run),
      TEST(each_thing_that_is_told_is_a_step),
      TEST(the_hosts_queue_is_the_order),
      TEST(the_loop_leaves_the_steps_to_the_host),
      TEST(a_freed_loop_cancels_what_is_at_the_host),
      TEST(half_the_queue_may_have_run_before_the_loop_is_freed),
      TEST(without_memory_nothing_is_lost),
      TEST(an_echo_runs_on_the_hosts_queue),
      TEST(close_waits_for_the_steps_that_a_host_has),
      TEST(a_step_may_run_inside_a_step),
      TEST(an_end_before_finish_was_told_joins_the_first),
      cmocka_unit_test_setup_teardown(a_step_sees_the_time_at_which_the_host_runs_it, setup_clock,
                                      loop_fixture_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
