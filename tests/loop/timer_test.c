/* Timers, to the nanosecond: on a clock that the test moves. */
#include "tests/support/journal.h"
#include "tests/support/loop_fixture.h"
#include "tests/support/manual_clock.h"

#include <stdlib.h>

static journal seen;

static int setup(void **state) {
  loop_fixture *f = malloc(sizeof *f);
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  options.custom_backend = manual_clock_backend(loop_fixture_backend_name());
  seen = (journal){.length = 0};
  *state = f;
  return f && loop_fixture_open(f, &options) == WEIR_OK ? 0 : -1;
}

static void note(weir_timer *timer, void *user) {
  (void)timer;
  journal_note(&seen, "%s", (const char *)user);
}

static weir_timer *make(loop_fixture *f, weir_timer_callback callback, const char *user) {
  weir_timer *timer = NULL;
  assert_int_equal(weir_timer_create(f->loop, callback, (void *)(uintptr_t)user, &timer), WEIR_OK);
  assert_false(weir_timer_active(timer));
  return timer;
}

/* Lets time go by, a millisecond a turn, and notes where it stands whenever something fired. */
static void pass(const loop_fixture *f, int ms) {
  for (int i = 1; i <= ms; i++) {
    size_t before = seen.length;
    manual_clock_advance_ms(1);
    assert_int_equal(weir_loop_dispatch(f->loop), WEIR_OK);
    if (seen.length != before) journal_note(&seen, "@%d", i);
  }
}

static void timers_fire_in_the_order_of_their_deadlines(void **state) {
  loop_fixture *f = *state;
  weir_timer_start(make(f, note, "c"), 30, 0);
  weir_timer_start(make(f, note, "a"), 10, 0);
  weir_timer_start(make(f, note, "b"), 20, 0);
  manual_clock_advance_ms(30);
  assert_int_equal(weir_loop_dispatch(f->loop), WEIR_OK);
  assert_string_equal(seen.text, "a b c");
}

static void a_timer_fires_once_and_not_early(void **state) {
  loop_fixture *f = *state;
  weir_timer *timer = make(f, note, "a");
  weir_timer_start(timer, 10, 0);
  assert_true(weir_timer_active(timer));
  pass(f, 30);
  assert_string_equal(seen.text, "a @10");
  assert_false(weir_timer_active(timer));
  assert_false(weir_loop_alive(f->loop));
}

static void a_timer_of_no_time_waits_for_the_loop(void **state) {
  loop_fixture *f = *state;
  weir_timer_start(make(f, note, "a"), 0, 0);
  assert_string_equal(seen.text, "");
  assert_int_equal(weir_loop_timeout(f->loop), 0);
  assert_int_equal(weir_loop_dispatch(f->loop), WEIR_OK);
  assert_string_equal(seen.text, "a");
}

static void starting_anew_replaces_the_deadline(void **state) {
  loop_fixture *f = *state;
  weir_timer *timer = make(f, note, "a");
  weir_timer_start(timer, 10, 0);
  pass(f, 5);
  weir_timer_start(timer, 3, 0);
  pass(f, 20);
  assert_string_equal(seen.text, "a @3");
}

static void periods_do_not_drift(void **state) {
  loop_fixture *f = *state;
  weir_timer *timer = make(f, note, "a");
  weir_timer_start(timer, 10, 7);
  pass(f, 32);
  assert_string_equal(seen.text, "a @10 a @17 a @24 a @31");
  assert_true(weir_timer_active(timer));
  weir_timer_stop(timer);
  pass(f, 20);
  assert_string_equal(seen.text, "a @10 a @17 a @24 a @31");
}

static void a_late_turn_does_not_move_the_next_period(void **state) {
  loop_fixture *f = *state;
  weir_timer_start(make(f, note, "a"), 10, 10);
  manual_clock_advance_ms(13);
  assert_int_equal(weir_loop_dispatch(f->loop), WEIR_OK);
  pass(f, 10);
  assert_string_equal(seen.text, "a a @7");
}

static void periods_that_are_past_are_not_made_up_for(void **state) {
  loop_fixture *f = *state;
  weir_timer_start(make(f, note, "a"), 10, 10);
  manual_clock_advance_ms(1035);
  assert_int_equal(weir_loop_dispatch(f->loop), WEIR_OK);
  assert_int_equal(weir_loop_dispatch(f->loop), WEIR_OK);
  pass(f, 6);
  assert_string_equal(seen.text, "a a @5");
}

static void refreshing_puts_the_deadline_off(void **state) {
  loop_fixture *f = *state;
  weir_timer *timer = make(f, note, "a");
  weir_timer_start(timer, 10, 0);
  for (int i = 0; i < 5; i++) {
    pass(f, 9);
    weir_timer_refresh(timer);
  }
  assert_string_equal(seen.text, "");
  pass(f, 20);
  assert_string_equal(seen.text, "a @10");
  weir_timer_refresh(timer);
  assert_false(weir_timer_active(timer));
  pass(f, 20);
  assert_string_equal(seen.text, "a @10");
}

static void stop_it(weir_timer *timer, void *user) {
  note(timer, user);
  weir_timer_stop(timer);
  weir_timer_stop(timer);
}

static void free_it(weir_timer *timer, void *user) {
  note(timer, user);
  weir_timer_free(timer);
}

static void restart_it(weir_timer *timer, void *user) {
  note(timer, user);
  weir_timer_start(timer, 3, 0);
}

static void refresh_it(weir_timer *timer, void *user) {
  note(timer, user);
  weir_timer_refresh(timer);
}

static void a_timer_may_end_itself_in_its_callback(void **state) {
  loop_fixture *f = *state;
  weir_timer_start(make(f, stop_it, "stop"), 5, 5);
  weir_timer_start(make(f, free_it, "free"), 6, 5);
  pass(f, 30);
  assert_string_equal(seen.text, "stop @5 free @6");
  assert_false(weir_loop_alive(f->loop));
}

static void a_timer_may_start_itself_in_its_callback(void **state) {
  loop_fixture *f = *state;
  weir_timer_start(make(f, restart_it, "a"), 2, 0);
  weir_timer_start(make(f, refresh_it, "b"), 6, 6);
  pass(f, 12);
  assert_string_equal(seen.text, "a @2 a @5 b @6 a @8 a @11 b @12");
}

static weir_timer *victim;

static void end_the_other(weir_timer *timer, void *user) {
  note(timer, user);
  weir_timer_free(victim);
}

static void a_timer_that_is_due_can_be_freed_by_another(void **state) {
  loop_fixture *f = *state;
  victim = make(f, note, "victim");
  weir_timer_start(make(f, end_the_other, "a"), 5, 0);
  weir_timer_start(victim, 6, 0);
  manual_clock_advance_ms(10);
  assert_int_equal(weir_loop_dispatch(f->loop), WEIR_OK);
  assert_string_equal(seen.text, "a");
}

static void again_at_once(weir_timer *timer, void *user) {
  note(timer, user);
  weir_timer_start(timer, 0, 0);
}

static void timers_of_no_time_do_not_keep_the_turn(void **state) {
  loop_fixture *f = *state;
  weir_timer_start(make(f, again_at_once, "a"), 0, 0);
  for (int i = 0; i < 3; i++) assert_int_equal(weir_loop_dispatch(f->loop), WEIR_OK);
  assert_string_equal(seen.text, "a a a");
}

static void an_endless_time_does_not_wrap(void **state) {
  loop_fixture *f = *state;
  weir_timer *timer = make(f, note, "a");
  weir_timer_start(timer, UINT64_MAX, UINT64_MAX);
  pass(f, 3);
  assert_int_equal(weir_loop_timeout(f->loop), INT32_MAX);
  weir_timer_start(timer, UINT64_MAX / 1000000, 0);
  pass(f, 3);
  assert_string_equal(seen.text, "");
}

static void the_timeout_is_rounded_up(void **state) {
  loop_fixture *f = *state;
  assert_int_equal(weir_loop_timeout(f->loop), -1);
  weir_timer_start(make(f, note, "a"), 1, 0);
  assert_int_equal(weir_loop_timeout(f->loop), 1);
  manual_clock_advance_ms(1);
  assert_int_equal(weir_loop_timeout(f->loop), 0);
}

static void creation_without_memory_fails_and_start_needs_none(void **state) {
  loop_fixture *f = *state;
  weir_timer *timers[20];
  for (size_t n = 1; n <= 2; n++) {
    weir_timer *timer = make(f, note, "-");
    loop_fixture_fail_at(f, 1);
    assert_int_equal(weir_timer_create(f->loop, note, NULL, &timers[0]), WEIR_ENOMEM);
    assert_null(timers[0]);
    weir_timer_free(timer);
  }
  for (int i = 0; i < 20; i++) timers[i] = make(f, note, "a");
  size_t before = loop_fixture_allocations(f);
  loop_fixture_fail_from(f, 1);
  for (int i = 0; i < 20; i++) weir_timer_start(timers[i], 5, 0);
  pass(f, 4);
  assert_string_equal(seen.text, "");
  pass(f, 1);
  assert_int_equal(loop_fixture_allocations(f), before);
  assert_int_equal(seen.length, 20 * 2 + 2);
}

static void null_is_refused_or_ignored(void **state) {
  loop_fixture *f = *state;
  weir_timer *timer = (weir_timer *)(void *)f;
  assert_int_equal(weir_timer_create(NULL, note, NULL, &timer), WEIR_ERR_INVALID_ARG_TYPE);
  assert_null(timer);
  assert_int_equal(weir_timer_create(f->loop, NULL, NULL, &timer), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_timer_create(f->loop, note, NULL, NULL), WEIR_ERR_INVALID_ARG_TYPE);
  weir_timer_start(NULL, 1, 1);
  weir_timer_stop(NULL);
  weir_timer_refresh(NULL);
  weir_timer_ref(NULL);
  weir_timer_unref(NULL);
  weir_timer_free(NULL);
  assert_false(weir_timer_active(NULL));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, loop_fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(timers_fire_in_the_order_of_their_deadlines),
      TEST(a_timer_fires_once_and_not_early),
      TEST(a_timer_of_no_time_waits_for_the_loop),
      TEST(starting_anew_replaces_the_deadline),
      TEST(periods_do_not_drift),
      TEST(a_late_turn_does_not_move_the_next_period),
      TEST(periods_that_are_past_are_not_made_up_for),
      TEST(refreshing_puts_the_deadline_off),
      TEST(a_timer_may_end_itself_in_its_callback),
      TEST(a_timer_may_start_itself_in_its_callback),
      TEST(a_timer_that_is_due_can_be_freed_by_another),
      TEST(timers_of_no_time_do_not_keep_the_turn),
      TEST(an_endless_time_does_not_wrap),
      TEST(the_timeout_is_rounded_up),
      TEST(creation_without_memory_fails_and_start_needs_none),
      TEST(null_is_refused_or_ignored),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
