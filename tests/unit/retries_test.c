/* CONNECTs that wait to be tried again, over times that a test makes. */
#include "backends/retries.h"

#include "tests/support/test.h"

#include <string.h>

#define MS WEIR_TIME_MS

/* Where the milliseconds that an operation keeps begin anew. */
static const weir_time wraps = ((weir_time)1 << 26) * MS;

static weir_op fresh(void) {
  weir_op op;
  memset(&op, 0xA5, sizeof op);
  weirb_retries_begin(&op);
  return op;
}

static void pauses_double_up_to_a_limit(void **state) {
  static const unsigned pauses[] = {1, 2, 4, 8, 16, 32, 50, 50};
  const weir_time starts[] = {0, 12345 * MS, wraps - 3 * MS, 1000 * wraps - 64 * MS};
  (void)state;
  for (size_t s = 0; s < COUNT_OF(starts); s++) {
    weirb_retries retries;
    weir_op op = fresh();
    weir_time now = starts[s];
    weirb_retries_init(&retries);
    for (size_t i = 0; i < COUNT_OF(pauses); i++) {
      weirb_retries_add(&retries, &op, now);
      assert_true(retries.at == now + pauses[i] * MS);
      assert_null(weirb_retries_take_due(&retries, now + pauses[i] * MS - 1));
      now = retries.at;
      assert_ptr_equal(weirb_retries_take_due(&retries, now), &op);
      assert_null(op.next);
      assert_null(retries.first);
      assert_true(retries.at == WEIR_TIME_NEVER);
    }
  }
}

static void what_is_not_due_waits_on(void **state) {
  weirb_retries retries;
  weir_op ops[] = {fresh(), fresh(), fresh()};
  (void)state;
  weirb_retries_init(&retries);
  for (size_t i = 0; i < COUNT_OF(ops); i++) weirb_retries_add(&retries, &ops[i], i * 10 * MS);
  assert_true(retries.at == 1 * MS);
  assert_ptr_equal(weirb_retries_take_due(&retries, 1 * MS), &ops[0]);
  assert_null(ops[0].next);
  assert_true(retries.at == 11 * MS);
  weir_op *due = weirb_retries_take_due(&retries, 21 * MS);
  assert_non_null(due);
  assert_non_null(due->next);
  assert_null(due->next->next);
  assert_true(due != &ops[0] && due->next != &ops[0] && due != due->next);
  assert_null(retries.first);
}

/* A loop may stand still for longer than an operation can count. In a few of its milliseconds one
 * waits for a pause more, which is no harm. */
static void what_was_due_long_ago_is_due(void **state) {
  static const weir_time lates[] = {1, 51, 1000, (1 << 25) + 7, (1 << 26) - 51, 1 << 26};
  (void)state;
  for (size_t i = 0; i < COUNT_OF(lates); i++) {
    weirb_retries retries;
    weir_op op = fresh();
    weirb_retries_init(&retries);
    weirb_retries_add(&retries, &op, 7 * MS);
    assert_ptr_equal(weirb_retries_take_due(&retries, (8 + lates[i]) * MS), &op);
  }
}

static void each_can_be_taken_out(void **state) {
  (void)state;
  for (size_t i = 0; i < 6; i++) {
    weirb_retries retries;
    weir_op ops[] = {fresh(), fresh(), fresh()};
    weir_op *first = &ops[i / 2];
    weir_op *second = &ops[(i / 2 + 1 + i % 2) % 3];
    weir_op *third = &ops[(i / 2 + 2 - i % 2) % 3];
    weirb_retries_init(&retries);
    for (size_t each = 0; each < COUNT_OF(ops); each++) weirb_retries_add(&retries, &ops[each], 0);
    assert_true(weirb_retries_remove(&retries, first));
    assert_false(weirb_retries_remove(&retries, first));
    assert_true(weirb_retries_remove(&retries, second));
    assert_ptr_equal(retries.first, third);
    assert_null(third->next);
    assert_ptr_equal(weirb_retries_take_due(&retries, 1 * MS), third);
    /* What was taken out to be tried does not wait. */
    assert_false(weirb_retries_remove(&retries, third));
  }
}

static void one_that_never_waited_is_in_no_list(void **state) {
  weirb_retries retries;
  weir_op op = fresh(), other = fresh();
  (void)state;
  weirb_retries_init(&retries);
  assert_false(weirb_retries_remove(&retries, &op));
  weirb_retries_add(&retries, &other, 0);
  assert_false(weirb_retries_remove(&retries, &op));
  assert_true(weirb_retries_remove(&retries, &other));
  assert_null(retries.first);
  assert_true(retries.at == WEIR_TIME_NEVER);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pauses_double_up_to_a_limit),
      cmocka_unit_test(what_is_not_due_waits_on),
      cmocka_unit_test(what_was_due_long_ago_is_due),
      cmocka_unit_test(each_can_be_taken_out),
      cmocka_unit_test(one_that_never_waited_is_in_no_list),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
