/* Refreshing a hundred thousand timers: one store each. The heap of the loop is looked at from the
 * inside. */
#include "core/loop.h"

#include "tests/support/loop_fixture.h"
#include "tests/support/manual_clock.h"

#include <stdlib.h>
#include <string.h>

enum { TIMERS = 100000, EVENTS = 10, TIMEOUT_MS = 1000 };

static weir_timer *timers[TIMERS];
static unsigned char fired[TIMERS];
static size_t fired_count;

static int setup(void **state) {
  loop_fixture *f = malloc(sizeof *f);
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  options.custom_backend = manual_clock_backend(loop_fixture_backend_name());
  memset(fired, 0, sizeof fired);
  fired_count = 0;
  *state = f;
  return f && loop_fixture_open(f, &options) == WEIR_OK ? 0 : -1;
}

static void note(weir_timer *timer, void *user) {
  (void)timer;
  fired[(size_t)(uintptr_t)user]++;
  fired_count++;
}

/* Deadlines a microsecond apart would all be one millisecond; so they are a few apart. */
static void start_all(const loop_fixture *f) {
  for (size_t i = 0; i < TIMERS; i++) {
    assert_int_equal(weir_timer_create(f->loop, note, (void *)(uintptr_t)i, &timers[i]), WEIR_OK);
    weir_timer_start(timers[i], TIMEOUT_MS + i % 1000, 0);
  }
}

/* The members of the heap in their places, and their keys. */
typedef struct picture {
  weirc_heap_node *nodes[TIMERS];
  weir_time keys[TIMERS];
} picture;

static picture *picture_of(const weirc_heap *heap) {
  picture *p = malloc(sizeof *p);
  assert_non_null(p);
  assert_int_equal(heap->count, TIMERS);
  memcpy(p->nodes, heap->nodes, sizeof p->nodes);
  for (size_t i = 0; i < TIMERS; i++) p->keys[i] = heap->nodes[i]->key;
  return p;
}

static void refreshing_touches_neither_heap(void **state) {
  loop_fixture *f = *state;
  start_all(f);
  picture *before = picture_of(&f->loop->timers);
  size_t allocations = loop_fixture_allocations(f);
  for (int event = 0; event < EVENTS; event++) {
    manual_clock_advance_ms(10);
    for (size_t i = 0; i < TIMERS; i++) weir_timer_refresh(timers[i]);
    assert_int_equal(weir_loop_dispatch(f->loop), WEIR_OK);
  }
  picture *after = picture_of(&f->loop->timers);
  bool same = memcmp(before, after, sizeof *before) == 0;
  free(before);
  free(after);
  assert_true(same);
  assert_int_equal(loop_fixture_allocations(f), allocations);
  assert_int_equal(fired_count, 0);
}

/* What came due early is armed anew, without memory, and fires at its full time. */
static void each_fires_once_at_its_full_time(void **state) {
  loop_fixture *f = *state;
  start_all(f);
  manual_clock_advance_ms(900);
  for (size_t i = 0; i < TIMERS; i++) weir_timer_refresh(timers[i]);
  size_t allocations = loop_fixture_allocations(f);
  manual_clock_advance_ms(TIMEOUT_MS - 1);
  assert_int_equal(weir_loop_dispatch(f->loop), WEIR_OK);
  assert_int_equal(fired_count, 0);
  for (size_t ms = 0; ms < 1000; ms++) {
    manual_clock_advance_ms(1);
    assert_int_equal(weir_loop_dispatch(f->loop), WEIR_OK);
    assert_int_equal(fired_count, (ms + 1) * (TIMERS / 1000));
  }
  for (size_t i = 0; i < TIMERS; i++) assert_int_equal(fired[i], 1);
  assert_int_equal(loop_fixture_allocations(f), allocations);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, loop_fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(refreshing_touches_neither_heap),
      TEST(each_fires_once_at_its_full_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
