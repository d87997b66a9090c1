/* Steps: one queue for the program and all objects, first come first served. */
#include "tests/support/connection.h"
#include "tests/support/journal.h"
#include "tests/support/loop_fixture.h"

static journal seen;

/* What a step of the program is given: a letter. */
static void note_letter(weir_loop *loop, weir_err status, void *user) {
  (void)loop;
  journal_note(&seen, status == WEIR_OK ? "%s" : "%s:canceled", (const char *)user);
}

static void note_error(weir_socket *socket, const weir_error *error, void *user) {
  (void)socket;
  (void)error;
  journal_note(&seen, "error-%s", (const char *)user);
}

static void note_close(weir_socket *socket, bool had_error, void *user) {
  (void)socket;
  (void)had_error;
  journal_note(&seen, "close-%s", (const char *)user);
}

static void note_write(weir_socket *socket, const weir_error *error, void *user) {
  (void)socket;
  (void)user;
  journal_note(&seen, "write-%s:%s", (const char *)weir_socket_user(socket),
               error ? weir_err_name(error->code) : "ok");
}

static const weir_socket_handlers handlers = {
    .size = sizeof handlers, .on_error = note_error, .on_close = note_close};

static int setup(void **state) {
  seen = (journal){.length = 0};
  return loop_fixture_setup(state);
}

static weir_socket *fresh(const loop_fixture *f, const char *name) {
  weir_socket *socket;
  assert_int_equal(weir_socket_create(f->loop, NULL, &handlers, (void *)(uintptr_t)name, &socket),
                   WEIR_OK);
  return socket;
}

static void step(weir_loop *loop, const char *letter) {
  (void)weir_loop_next_step(loop, note_letter, (void *)(uintptr_t)letter);
}

static void steps_run_in_the_order_they_were_queued(void **state) {
  loop_fixture *f = *state;
  step(f->loop, "a");
  step(f->loop, "b");
  step(f->loop, "c");
  assert_string_equal(seen.text, "");
  assert_true(weir_loop_alive(f->loop));
  loop_fixture_run(f);
  assert_string_equal(seen.text, "a b c");
  assert_false(weir_loop_alive(f->loop));
}

static void queue_two(weir_loop *loop, weir_err status, void *user) {
  (void)status;
  note_letter(loop, status, user);
  step(loop, "x");
  step(loop, "y");
}

static void a_step_of_a_step_runs_behind_those_that_wait(void **state) {
  loop_fixture *f = *state;
  assert_int_equal(weir_loop_next_step(f->loop, queue_two, (void *)(uintptr_t) "a"), WEIR_OK);
  step(f->loop, "b");
  loop_fixture_run(f);
  assert_string_equal(seen.text, "a b x y");
}

static void steps_run_before_the_next_handler(void **state) {
  loop_fixture *f = *state;
  assert_int_equal(weir_loop_post(f->loop, queue_two, (void *)(uintptr_t) "post1"), WEIR_OK);
  assert_int_equal(weir_loop_post(f->loop, queue_two, (void *)(uintptr_t) "post2"), WEIR_OK);
  loop_fixture_run(f);
  assert_string_equal(seen.text, "post1 x y post2 x y");
}

static void fire(weir_timer *timer, void *user) {
  queue_two(user, WEIR_OK, (void *)(uintptr_t) "timer");
  weir_timer_free(timer);
}

static void steps_run_between_two_timers_that_are_due(void **state) {
  loop_fixture *f = *state;
  for (int i = 0; i < 2; i++) {
    weir_timer *timer;
    assert_int_equal(weir_timer_create(f->loop, fire, f->loop, &timer), WEIR_OK);
    weir_timer_start(timer, 0, 0);
  }
  loop_fixture_run(f);
  assert_string_equal(seen.text, "timer x y timer x y");
}

static void events_of_sockets_stand_in_the_same_queue(void **state) {
  loop_fixture *f = *state;
  weir_error error = WEIR_ERROR_INIT;
  error.code = WEIR_EPROTO;
  weir_socket *one = fresh(f, "1");
  weir_socket *two = fresh(f, "2");
  step(f->loop, "a");
  weir_socket_destroy(one, &error);
  step(f->loop, "b");
  weir_socket_destroy(two, NULL);
  step(f->loop, "c");
  loop_fixture_run(f);
  assert_string_equal(seen.text, "a error-1 close-1 b close-2 c");
}

/* Three kinds of two sockets, each between steps of the program and of the other one. */
static void queue_interleaved(const loop_fixture *f) {
  weir_socket *one = fresh(f, "1");
  weir_socket *two = fresh(f, "2");
  assert_int_equal(weir_socket_write(one, "x", 1, note_write, NULL), WEIR_ERR_SOCKET_CLOSED);
  assert_int_equal(weir_socket_write(two, "x", 1, note_write, NULL), WEIR_ERR_SOCKET_CLOSED);
  step(f->loop, "a");
  weir_socket_destroy(one, NULL);
  step(f->loop, "b");
  weir_socket_destroy(two, NULL);
  step(f->loop, "c");
}

static void kinds_of_two_objects_keep_the_order_of_queuing(void **state) {
  loop_fixture *f = *state;
  queue_interleaved(f);
  loop_fixture_run(f);
  assert_string_equal(seen.text, "write-1:ERR_SOCKET_CLOSED write-2:ERR_SOCKET_CLOSED a close-1 b "
                                 "close-2 c");
}

/* The last step of the queue belongs to the other socket. */
static void a_kind_does_not_join_the_step_of_another_object(void **state) {
  loop_fixture *f = *state;
  weir_socket *one = fresh(f, "1");
  weir_socket *two = fresh(f, "2");
  (void)weir_socket_write(one, "x", 1, note_write, NULL);
  (void)weir_socket_write(two, "x", 1, note_write, NULL);
  weir_socket_destroy(one, NULL);
  weir_socket_destroy(two, NULL);
  loop_fixture_run(f);
  assert_string_equal(seen.text,
                      "write-1:ERR_SOCKET_CLOSED write-2:ERR_SOCKET_CLOSED close-1 close-2");
}

/* What the program asks for itself may fail, what objects owe may not. */
static void without_memory_for_further_steps_nothing_is_lost(void **state) {
  loop_fixture *f = *state;
  weir_socket *sockets[3];
  static const char *const names[] = {"1", "2", "3"};
  for (int i = 0; i < 3; i++) {
    sockets[i] = fresh(f, names[i]);
    assert_int_equal(weir_socket_write(sockets[i], "x", 1, note_write, NULL),
                     WEIR_ERR_SOCKET_CLOSED);
  }
  step(f->loop, "a");
  loop_fixture_fail_from(f, 1);
  for (int i = 0; i < 3; i++) weir_socket_destroy(sockets[i], NULL);
  assert_int_equal(f->memory.refused, 3);
  loop_fixture_fail_at(f, 0);
  loop_fixture_run(f);
  assert_string_equal(seen.text, "write-1:ERR_SOCKET_CLOSED close-1 write-2:ERR_SOCKET_CLOSED "
                                 "close-2 write-3:ERR_SOCKET_CLOSED close-3 a");
}

static void used_steps_are_used_again(void **state) {
  loop_fixture *f = *state;
  queue_interleaved(f);
  loop_fixture_run(f);
  size_t bytes = loop_fixture_bytes(f);
  for (int i = 0; i < 100; i++) {
    queue_interleaved(f);
    loop_fixture_run(f);
    assert_int_equal(loop_fixture_bytes(f), bytes);
  }
}

static void a_step_without_memory_is_refused(void **state) {
  loop_fixture *f = *state;
  loop_fixture_fail_at(f, 1);
  assert_int_equal(weir_loop_next_step(f->loop, note_letter, NULL), WEIR_ENOMEM);
  assert_false(weir_loop_alive(f->loop));
  assert_int_equal(weir_loop_next_step(NULL, note_letter, NULL), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_loop_next_step(f->loop, NULL, NULL), WEIR_ERR_INVALID_ARG_TYPE);
  weir_step_run(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, loop_fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(steps_run_in_the_order_they_were_queued),
      TEST(a_step_of_a_step_runs_behind_those_that_wait),
      TEST(steps_run_before_the_next_handler),
      TEST(steps_run_between_two_timers_that_are_due),
      TEST(events_of_sockets_stand_in_the_same_queue),
      TEST(kinds_of_two_objects_keep_the_order_of_queuing),
      TEST(a_kind_does_not_join_the_step_of_another_object),
      TEST(without_memory_for_further_steps_nothing_is_lost),
      TEST(used_steps_are_used_again),
      TEST(a_step_without_memory_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
