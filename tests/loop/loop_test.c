/* The loop: making it, how long it runs, when it is alive, what it refuses. */
#include "tests/support/connection.h"
#include "tests/support/journal.h"
#include "tests/support/loop_fixture.h"
#include "weir/backend.h"

#include <stdio.h>
#include <string.h>

static journal seen;

static int setup(void **state) {
  seen = (journal){.length = 0};
  return loop_fixture_setup(state);
}

static void note(weir_timer *timer, void *user) {
  (void)timer;
  journal_note(&seen, "%s", (const char *)user);
}

static void note_later(weir_loop *loop, weir_err status, void *user) {
  (void)loop;
  (void)status;
  journal_note(&seen, "%s", (const char *)user);
}

static weir_timer *started(const loop_fixture *f, uint64_t ms, uint64_t repeat_ms,
                           const char *name) {
  weir_timer *timer = NULL;
  assert_int_equal(weir_timer_create(f->loop, note, (void *)(uintptr_t)name, &timer), WEIR_OK);
  weir_timer_start(timer, ms, repeat_ms);
  return timer;
}

static void an_empty_loop_ends_at_once(void **state) {
  loop_fixture *f = *state;
  assert_false(weir_loop_alive(f->loop));
  assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_DEFAULT), WEIR_OK);
  assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_ONCE), WEIR_OK);
  assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_NOWAIT), WEIR_OK);
  assert_int_equal(weir_loop_timeout(f->loop), -1);
}

static void default_runs_until_nothing_is_left(void **state) {
  loop_fixture *f = *state;
  /* So far apart that a busy machine does not pass from one call to the next. */
  started(f, 200, 0, "b");
  started(f, 1, 0, "a");
  loop_fixture_run(f);
  assert_string_equal(seen.text, "a b");
  assert_false(weir_loop_alive(f->loop));
}

static void once_waits_for_one_turn(void **state) {
  loop_fixture *f = *state;
  started(f, 2, 0, "a");
  started(f, 100000, 0, "b");
  assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_ONCE), WEIR_OK);
  assert_string_equal(seen.text, "a");
  assert_true(weir_loop_alive(f->loop));
}

static void once_does_not_wait_behind_a_timer_that_was_due(void **state) {
  loop_fixture *f = *state;
  weir_time due = weir_loop_now(f->loop) + 5 * WEIR_TIME_MS;
  started(f, 2, 0, "a");
  started(f, 100000, 0, "b");
  while (!loop_fixture_is_sim(f) && weir_loop_now(f->loop) < due) continue;
  assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_ONCE), WEIR_OK);
  assert_string_equal(seen.text, "a");
}

/* While it waited, who waits for what has happened would not get to see it. */
static void once_does_not_wait_when_something_has_run(void **state) {
  loop_fixture *f = *state;
  weir_timer *watchdog = started(f, 100000, 0, "late");
  weir_time before = weir_loop_now(f->loop);
  started(f, 0, 0, "timer");
  assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_ONCE), WEIR_OK);
  assert_string_equal(seen.text, "timer");
  assert_int_equal(weir_loop_next_step(f->loop, note_later, (void *)(uintptr_t) "step"), WEIR_OK);
  assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_ONCE), WEIR_OK);
  assert_string_equal(seen.text, "timer step");
  assert_true(weir_loop_now(f->loop) - before < 100000 * WEIR_TIME_MS);
  weir_timer_free(watchdog);
}

static void nowait_does_not_wait(void **state) {
  loop_fixture *f = *state;
  started(f, 100000, 0, "b");
  weir_time before = weir_loop_now(f->loop);
  assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_NOWAIT), WEIR_OK);
  assert_true(weir_loop_now(f->loop) - before < 100000 * WEIR_TIME_MS);
  assert_string_equal(seen.text, "");
  assert_int_equal(weir_loop_next_step(f->loop, note_later, (void *)(uintptr_t) "a"), WEIR_OK);
  assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_NOWAIT), WEIR_OK);
  assert_string_equal(seen.text, "a");
}

static void stop_here(weir_loop *loop, weir_err status, void *user) {
  note_later(loop, status, user);
  weir_loop_stop(loop);
}

static void stop_ends_the_run_after_the_turn(void **state) {
  loop_fixture *f = *state;
  started(f, 0, 1, "t");
  assert_int_equal(weir_loop_post(f->loop, stop_here, (void *)(uintptr_t) "stop"), WEIR_OK);
  assert_int_equal(weir_loop_post(f->loop, note_later, (void *)(uintptr_t) "same-turn"), WEIR_OK);
  assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_DEFAULT), WEIR_OK);
  assert_non_null(strstr(seen.text, "stop same-turn"));
  assert_true(weir_loop_alive(f->loop));
  /* It was for that run only. */
  assert_int_equal(weir_loop_post(f->loop, stop_here, (void *)(uintptr_t) "again"), WEIR_OK);
  assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_DEFAULT), WEIR_OK);
  assert_non_null(strstr(seen.text, "again"));
  weir_loop_stop(NULL);
}

static void unreferenced_timers_do_not_hold_the_loop(void **state) {
  loop_fixture *f = *state;
  weir_timer *timer = started(f, 100000, 0, "a");
  assert_true(weir_loop_alive(f->loop));
  assert_true(weir_timer_has_ref(timer));
  weir_timer_unref(timer);
  weir_timer_unref(timer);
  assert_false(weir_loop_alive(f->loop));
  assert_false(weir_timer_has_ref(timer) || weir_timer_has_ref(NULL));
  loop_fixture_run(f);
  assert_string_equal(seen.text, "");
  weir_timer_ref(timer);
  assert_true(weir_timer_has_ref(timer));
  assert_true(weir_loop_alive(f->loop));
  weir_timer_stop(timer);
  assert_false(weir_loop_alive(f->loop));
  weir_timer_unref(timer);
  weir_timer_start(timer, 1, 0);
  assert_false(weir_loop_alive(f->loop));
  weir_timer_ref(timer);
  loop_fixture_run(f);
  assert_string_equal(seen.text, "a");
}

static void an_unreferenced_timer_fires_while_others_hold_the_loop(void **state) {
  loop_fixture *f = *state;
  weir_timer_unref(started(f, 1, 0, "unref"));
  started(f, 3, 0, "ref");
  loop_fixture_run(f);
  assert_string_equal(seen.text, "unref ref");
}

typedef struct refusals {
  weir_err run;
  weir_err dispatch;
  weir_err free;
} refusals;

static void call_loop(weir_loop *loop, refusals *out) {
  out->run = weir_loop_run(loop, WEIR_RUN_DEFAULT);
  out->dispatch = weir_loop_dispatch(loop);
  out->free = weir_loop_free(loop);
}

static void call_from_post(weir_loop *loop, weir_err status, void *user) {
  (void)status;
  call_loop(loop, user);
}

static weir_loop *timers_loop;

static void call_from_timer(weir_timer *timer, void *user) {
  call_loop(timers_loop, user);
  weir_timer_free(timer);
}

static void call_from_close(weir_socket *socket, bool had_error, void *user) {
  (void)had_error;
  call_loop(weir_socket_loop(socket), user);
}

static void assert_busy(const refusals *seen_there) {
  assert_int_equal(seen_there->run, WEIR_EBUSY);
  assert_int_equal(seen_there->dispatch, WEIR_EBUSY);
  assert_int_equal(seen_there->free, WEIR_EBUSY);
}

static void a_handler_cannot_run_or_free_its_loop(void **state) {
  loop_fixture *f = *state;
  static const weir_socket_handlers handlers = {.size = sizeof handlers,
                                                .on_close = call_from_close};
  refusals post = {WEIR_OK, WEIR_OK, WEIR_OK};
  refusals step = post;
  refusals timer = post;
  refusals close = post;
  weir_timer *t;
  weir_socket *socket;
  timers_loop = f->loop;
  assert_int_equal(weir_loop_post(f->loop, call_from_post, &post), WEIR_OK);
  assert_int_equal(weir_loop_next_step(f->loop, call_from_post, &step), WEIR_OK);
  assert_int_equal(weir_timer_create(f->loop, call_from_timer, &timer, &t), WEIR_OK);
  weir_timer_start(t, 0, 0);
  assert_int_equal(weir_socket_create(f->loop, NULL, &handlers, &close, &socket), WEIR_OK);
  weir_socket_destroy(socket, NULL);
  loop_fixture_run(f);
  assert_busy(&post);
  assert_busy(&step);
  assert_busy(&timer);
  assert_busy(&close);
}

static void null_is_refused_or_ignored(void **state) {
  loop_fixture *f = *state;
  assert_int_equal(weir_loop_create(NULL, NULL), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_loop_run(NULL, WEIR_RUN_DEFAULT), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_loop_dispatch(NULL), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_loop_free(NULL), WEIR_OK);
  assert_int_equal(weir_loop_post(NULL, note_later, NULL), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_loop_post(f->loop, NULL, NULL), WEIR_ERR_INVALID_ARG_TYPE);
  assert_false(weir_loop_alive(NULL));
  assert_true(weir_loop_now(NULL) == 0);
  assert_null(weir_loop_backend_name(NULL));
  assert_int_equal(weir_loop_fd(NULL), -1);
  assert_int_equal(weir_loop_timeout(NULL), -1);
}

static weir_err create_with(const weir_loop_options *options) {
  weir_loop *loop = (weir_loop *)(void *)&seen;
  weir_err err = weir_loop_create(options, &loop);
  if (err != WEIR_OK) assert_null(loop);
  if (err == WEIR_OK) assert_int_equal(loop_fixture_free(loop), WEIR_OK);
  return err;
}

/* Those that are listed, in that order. */
static void the_backends_are_named(const weir_error *error) {
  char wanted[256] = "No backend has this name; there are:";
  char text[256];
  const char *name;
  for (size_t i = 0; (name = weir_backend_name_at(i)) != NULL; i++) {
    size_t length = strlen(wanted);
    (void)snprintf(wanted + length, sizeof wanted - length, " %s", name);
  }
  (void)weir_error_message(error, text, sizeof text);
  assert_string_equal(text, wanted);
  assert_int_equal(error->code, WEIR_ERR_INVALID_ARG_VALUE);
}

static void bad_options_make_no_loop(void **state) {
  (void)state;
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  weir_error error = WEIR_ERROR_INIT;
  options.error = &error;
  options.backend = "no such backend";
  assert_int_equal(create_with(&options), WEIR_ERR_INVALID_ARG_VALUE);
  the_backends_are_named(&error);
  options.backend = "";
  assert_int_equal(create_with(&options), WEIR_ERR_INVALID_ARG_VALUE);
  options = (weir_loop_options){0};
  assert_int_equal(create_with(&options), WEIR_ERR_INVALID_ARG_VALUE);
  assert_int_equal(create_with(NULL), WEIR_OK);
}

/* A backend or a table of an older layout is not read beyond its end. */
static void structs_of_another_layout_are_refused(void **state) {
  loop_fixture *f = *state;
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  weir_backend_ops ops = *weir_backend_find(f->backend);
  weir_socket_handlers handlers = WEIR_SOCKET_HANDLERS_INIT;
  weir_server_handlers server_handlers = WEIR_SERVER_HANDLERS_INIT;
  weir_socket *socket = NULL;
  weir_server *server = NULL;
  ops.size -= sizeof(void *);
  options.custom_backend = &ops;
  assert_int_equal(create_with(&options), WEIR_ERR_INVALID_ARG_VALUE);
  handlers.size = offsetof(weir_socket_handlers, on_timeout) - 1;
  assert_int_equal(weir_socket_create(f->loop, NULL, &handlers, NULL, &socket),
                   WEIR_ERR_INVALID_ARG_VALUE);
  assert_null(socket);
  server_handlers.size = 0;
  assert_int_equal(weir_create_server(f->loop, NULL, &server_handlers, NULL, &server),
                   WEIR_ERR_INVALID_ARG_VALUE);
  assert_null(server);
}

static void each_backend_that_is_listed_makes_a_loop(void **state) {
  (void)state;
  size_t count = 0;
  for (const char *name; (name = weir_backend_name_at(count)); count++) {
    weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
    options.backend = name;
    assert_int_equal(create_with(&options), WEIR_OK);
    assert_string_equal(weir_backend_find(name)->name, name);
  }
  assert_true(count > 0);
  assert_null(weir_backend_name_at(count));
  assert_null(weir_backend_name_at(SIZE_MAX));
  assert_ptr_equal(weir_backend_find(NULL), weir_backend_find(weir_backend_name_at(0)));
  assert_null(weir_backend_find("no such backend"));
}

static void a_loop_without_memory_is_not_made(void **state) {
  (void)state;
  weir_err err = WEIR_ENOMEM;
  size_t n = 0;
  while (err == WEIR_ENOMEM) {
    weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
    counting_allocator memory;
    counting_allocator_init(&memory);
    memory.fail_in = ++n;
    memory.fail_count = 1;
    options.backend = loop_fixture_backend_name();
    options.allocator = &memory.allocator;
    err = create_with(&options);
    assert_int_equal(memory.bytes, 0);
    assert_int_equal(memory.refused, err == WEIR_ENOMEM);
  }
  assert_int_equal(err, WEIR_OK);
  assert_true(n > 2);
}

static void the_clock_goes_on_and_is_never_zero(void **state) {
  loop_fixture *f = *state;
  weir_time before = weir_loop_now(f->loop);
  assert_true(before > 0);
  started(f, 2, 0, "a");
  loop_fixture_run(f);
  weir_time passed = weir_loop_now(f->loop) - before;
  assert_true(passed >= 2 * WEIR_TIME_MS);
  if (loop_fixture_is_sim(f)) assert_true(passed == 2 * WEIR_TIME_MS);
  assert_string_equal(weir_loop_backend_name(f->loop), loop_fixture_backend_name());
}

/* On the simulator a wait that cannot end is told; nothing else could find out. */
static void a_wait_without_end_is_told_by_the_simulator(void **state) {
  loop_fixture *f = *state;
  connection c = {.keep_server = true};
  assert_int_equal(connection_start(&c, f->loop, NULL, NULL, NULL), WEIR_OK);
  weir_socket_destroy(c.client, NULL);
  if (loop_fixture_is_sim(f))
    assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_DEFAULT), WEIR_EDEADLK);
  else
    assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_NOWAIT), WEIR_OK);
  assert_true(weir_loop_alive(f->loop));
  weir_server_unref(c.server);
  loop_fixture_run(f);
  assert_true(weir_server_listening(c.server));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, loop_fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(an_empty_loop_ends_at_once),
      TEST(default_runs_until_nothing_is_left),
      TEST(once_waits_for_one_turn),
      TEST(once_does_not_wait_behind_a_timer_that_was_due),
      TEST(once_does_not_wait_when_something_has_run),
      TEST(nowait_does_not_wait),
      TEST(stop_ends_the_run_after_the_turn),
      TEST(unreferenced_timers_do_not_hold_the_loop),
      TEST(an_unreferenced_timer_fires_while_others_hold_the_loop),
      TEST(a_handler_cannot_run_or_free_its_loop),
      TEST(null_is_refused_or_ignored),
      TEST(bad_options_make_no_loop),
      TEST(structs_of_another_layout_are_refused),
      TEST(each_backend_that_is_listed_makes_a_loop),
      TEST(a_loop_without_memory_is_not_made),
      TEST(the_clock_goes_on_and_is_never_zero),
      TEST(a_wait_without_end_is_told_by_the_simulator),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
