/* The system's threads, locks and conditions, and the clock by which a wait is measured. */
#include "platform/clock.h"
#include "platform/thread.h"
#include "tests/support/test.h"

enum { THREADS = 4, ROUNDS = 10000 };

static weirp_mutex lock = WEIRP_MUTEX_INIT;
static weirp_condition changed = WEIRP_CONDITION_INIT;
static weirp_once once = WEIRP_ONCE_INIT;
static unsigned count;
static unsigned done;
static unsigned times;

static void note(void) {
  times++;
}

static void count_up(void *user) {
  unsigned *mine = user;
  weirp_once_run(&once, note);
  for (unsigned i = 0; i < ROUNDS; i++) {
    weirp_mutex_lock(&lock);
    count++;
    weirp_mutex_unlock(&lock);
    (*mine)++;
  }
  weirp_mutex_lock(&lock);
  done++;
  weirp_condition_broadcast(&changed);
  weirp_mutex_unlock(&lock);
}

static void a_lock_is_had_by_one(void **state) {
  weirp_thread threads[THREADS];
  unsigned own[THREADS] = {0};
  (void)state;
  count = done = 0;
  for (size_t i = 0; i < THREADS; i++)
    assert_true(weirp_thread_start(&threads[i], count_up, &own[i]));
  for (size_t i = 0; i < THREADS; i++) weirp_thread_join(&threads[i]);
  assert_int_equal(count, THREADS * ROUNDS);
  for (size_t i = 0; i < THREADS; i++) assert_int_equal(own[i], ROUNDS);
  assert_int_equal(times, 1);
}

static void a_detached_thread_is_waited_for_by_a_condition(void **state) {
  weirp_thread thread;
  unsigned own = 0;
  (void)state;
  count = done = 0;
  assert_true(weirp_thread_start(&thread, count_up, &own));
  weirp_thread_detach(&thread);
  weirp_mutex_lock(&lock);
  while (done == 0) weirp_condition_wait(&changed, &lock);
  weirp_mutex_unlock(&lock);
  assert_int_equal(own, ROUNDS);
}

/* Whoever waits may be woken by nobody; the time is up all the same. Half of it allows for a system
 * that counts it in ticks. */
static void waiting_ends(void **state) {
  (void)state;
  weirp_mutex_lock(&lock);
  weir_time begin = weirp_clock_now();
  while (weirp_condition_wait_for(&changed, &lock, 50)) begin = weirp_clock_now();
  assert_true(weirp_clock_now() - begin >= 25 * WEIR_TIME_MS);
  weirp_mutex_unlock(&lock);
}

static void signal_soon(void *user) {
  (void)user;
  weirp_mutex_lock(&lock);
  done++;
  weirp_condition_signal(&changed);
  weirp_mutex_unlock(&lock);
}

static void a_signal_comes_in_time(void **state) {
  weirp_thread thread;
  (void)state;
  done = 0;
  weirp_mutex_lock(&lock);
  assert_true(weirp_thread_start(&thread, signal_soon, NULL));
  while (done == 0) assert_true(weirp_condition_wait_for(&changed, &lock, UINT32_MAX));
  weirp_mutex_unlock(&lock);
  weirp_thread_join(&thread);
}

static void the_clock_goes_forward(void **state) {
  weir_time begin = weirp_clock_now();
  weir_time last = begin;
  (void)state;
  for (size_t i = 0; i < 1000 || last == begin; i++) {
    weir_time now = weirp_clock_now();
    assert_true(now >= last && now > 0);
    last = now;
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_lock_is_had_by_one),
      cmocka_unit_test(a_detached_thread_is_waited_for_by_a_condition),
      cmocka_unit_test(waiting_ends),
      cmocka_unit_test(a_signal_comes_in_time),
      cmocka_unit_test(the_clock_goes_forward),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
