/* Filters checked by several threads while the list they came from changes. */
#include "conformance/clause.h"
#include "core/atomic.h"
#include "platform/thread.h"
#include "tests/unit/block_support.h"

#include <stdlib.h>

enum { THREADS = 4, ROUNDS = 300, CHECKS = 200 };

/* What goes from the list's thread to another one: a filter and what it must say. */
typedef struct box {
  weirp_thread thread;
  weirc_atomic_ptr filter; /* Each holds one reference; NULL: taken. */
  weirc_atomic_int over;
  size_t taken;
  size_t wrong;
} box;

/* In every filter: 10.0.0.0/8. In none: 11.0.0.0/8. */
static void look(box *b, weir_block_filter *filter) {
  weir_address blocked = {WEIR_FAMILY_IPV4, 0, 0, 0, {10, 1, 2, 3}};
  weir_address open = {WEIR_FAMILY_IPV4, 0, 0, 0, {11, 1, 2, 3}};
  for (int i = 0; i < CHECKS; i++) {
    blocked.bytes[2] = open.bytes[2] = (uint8_t)i;
    if (!weir_block_filter_check(filter, &blocked)) b->wrong++;
    if (weir_block_filter_check(filter, &open)) b->wrong++;
  }
}

static void check_what_comes(void *user) {
  box *b = user;
  for (;;) {
    bool over = weirc_atomic_int_load(&b->over) != 0;
    weir_block_filter *filter = weirc_atomic_ptr_exchange(&b->filter, NULL);
    if (!filter && over) return;
    if (!filter) continue;
    weir_block_filter *second = weir_block_filter_retain(filter);
    look(b, filter);
    weir_block_filter_release(filter);
    look(b, second);
    weir_block_filter_release(second);
    b->taken++;
  }
}

static void change(weir_block_list *list, int round) {
  weir_address address = {WEIR_FAMILY_IPV4, 0, 0, 0, {12, 0, (uint8_t)round, 1}};
  assert_int_equal(weir_block_list_add_address(list, &address), WEIR_OK);
  if (round % 3 == 0) assert_int_equal(weir_block_list_remove_address(list, &address), WEIR_OK);
  (void)weir_block_list_check(list, &address);
}

static void threads_check_while_the_list_changes(void **state) {
  (void)state;
  weir_block_list *list = block_list_new(false);
  box *boxes = calloc(THREADS, sizeof *boxes);
  assert_non_null(boxes);
  assert_int_equal(block_add(list, "10.0.0.0/8"), WEIR_OK);
  for (int i = 0; i < THREADS; i++)
    assert_true(weirp_thread_start(&boxes[i].thread, check_what_comes, &boxes[i]));
  for (int round = 0; round < ROUNDS; round++) {
    change(list, round);
    for (int i = 0; i < THREADS; i++) {
      weir_block_filter *filter;
      assert_int_equal(weir_block_list_snapshot(list, &filter), WEIR_OK);
      weir_block_filter_release(weirc_atomic_ptr_exchange(&boxes[i].filter, filter));
    }
  }
  weir_block_list_free(list);
  size_t taken = 0;
  CLAUSES("BLK-29") {
    for (int i = 0; i < THREADS; i++) {
      weirc_atomic_int_store(&boxes[i].over, 1);
      weirp_thread_join(&boxes[i].thread);
      assert_int_equal(boxes[i].wrong, 0);
      taken += boxes[i].taken;
    }
    assert_true(taken >= THREADS);
  }
  free(boxes);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(threads_check_while_the_list_changes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
