/* The heap of deadlines, against an array that is searched from end to end. */
#include "core/containers/heap.h"

#include "tests/support/counting_allocator.h"
#include "tests/support/random.h"
#include "tests/support/test.h"

#include <string.h>

enum { NODES = 300, OPERATIONS = 100000, CHECK_ALL_EACH = 64 };

typedef struct fixture {
  counting_allocator memory;
  weirc_heap heap;
  weirc_heap_node nodes[NODES];
} fixture;

static int setup(void **state) {
  static fixture f;
  memset(&f, 0, sizeof f);
  counting_allocator_init(&f.memory);
  *state = &f;
  return 0;
}

static int teardown(void **state) {
  fixture *f = *state;
  weirc_heap_free(&f->heap, &f->memory.allocator);
  return f->memory.bytes == 0 && f->heap.capacity == 0 ? 0 : -1;
}

/* Each member knows its place and no child of the four comes before its parent. */
static void check_order(const weirc_heap *heap) {
  for (size_t i = 0; i < heap->count; i++) {
    assert_int_equal(heap->nodes[i]->place, i + 1);
    if (i > 0) assert_true(heap->nodes[(i - 1) / 4]->key <= heap->nodes[i]->key);
  }
}

/* What the heap has to say, found the slow way. */
static void check_model(const fixture *f) {
  size_t count = 0;
  weir_time least = WEIR_TIME_NEVER;
  for (size_t i = 0; i < NODES; i++) {
    if (f->nodes[i].place == 0) continue;
    count++;
    if (f->nodes[i].key < least) least = f->nodes[i].key;
  }
  const weirc_heap_node *first = weirc_heap_first(&f->heap);
  assert_int_equal(f->heap.count, count);
  if (count == 0)
    assert_null(first);
  else
    assert_true(first->key == least);
}

static void an_empty_heap_has_no_first(void **state) {
  fixture *f = *state;
  assert_null(weirc_heap_first(&f->heap));
  weirc_heap_remove(&f->heap, &f->nodes[0]);
  assert_int_equal(f->heap.count, 0);
}

static void room_is_made_ahead_and_insertion_takes_none(void **state) {
  fixture *f = *state;
  assert_int_equal(weirc_heap_reserve(&f->heap, &f->memory.allocator, NODES), WEIR_OK);
  size_t before = f->memory.allocations;
  for (size_t i = 0; i < NODES; i++) {
    f->nodes[i].key = NODES - i;
    weirc_heap_insert(&f->heap, &f->nodes[i]);
  }
  assert_int_equal(f->memory.allocations, before);
  assert_int_equal(weirc_heap_reserve(&f->heap, &f->memory.allocator, NODES), WEIR_OK);
  assert_int_equal(f->memory.allocations, before);
  check_order(&f->heap);
}

static void refused_memory_leaves_the_heap_as_it_is(void **state) {
  fixture *f = *state;
  assert_int_equal(weirc_heap_reserve(&f->heap, &f->memory.allocator, 1), WEIR_OK);
  f->nodes[0].key = 5;
  weirc_heap_insert(&f->heap, &f->nodes[0]);
  f->memory.fail_in = 1;
  f->memory.fail_count = 1;
  assert_int_equal(weirc_heap_reserve(&f->heap, &f->memory.allocator, 1000), WEIR_ENOMEM);
  assert_ptr_equal(weirc_heap_first(&f->heap), &f->nodes[0]);
  assert_int_equal(weirc_heap_reserve(&f->heap, &f->memory.allocator, 1000), WEIR_OK);
  assert_ptr_equal(weirc_heap_first(&f->heap), &f->nodes[0]);
}

static void taking_the_first_gives_all_in_order(void **state) {
  fixture *f = *state;
  test_random random = test_random_start();
  assert_int_equal(weirc_heap_reserve(&f->heap, &f->memory.allocator, NODES), WEIR_OK);
  for (size_t i = 0; i < NODES; i++) {
    f->nodes[i].key = test_random_below(&random, 50);
    weirc_heap_insert(&f->heap, &f->nodes[i]);
  }
  weir_time last = 0;
  size_t taken = 0;
  for (weirc_heap_node *node; (node = weirc_heap_first(&f->heap)); taken++) {
    assert_true(node->key >= last);
    last = node->key;
    weirc_heap_remove(&f->heap, node);
    assert_int_equal(node->place, 0);
  }
  assert_int_equal(taken, NODES);
}

/* Keys of a narrow range make many equal ones, those of a wide range long ways. */
static void operate(fixture *f, test_random *random) {
  weirc_heap_node *node = &f->nodes[test_random_below(random, NODES)];
  weir_time key = test_random_below(random, test_random_below(random, 2) ? 20 : UINT64_MAX);
  switch (test_random_below(random, 12)) {
  case 0: weirc_heap_remove(&f->heap, node); break;
  case 1:
    if (weirc_heap_first(&f->heap)) weirc_heap_remove(&f->heap, weirc_heap_first(&f->heap));
    break;
  default:
    if (node->place > 0) {
      weirc_heap_update(&f->heap, node, key);
    } else {
      node->key = key;
      weirc_heap_insert(&f->heap, node);
    }
    break;
  }
}

static void random_operations_agree_with_the_model(void **state) {
  fixture *f = *state;
  test_random random = test_random_start();
  size_t most = 0;
  assert_int_equal(weirc_heap_reserve(&f->heap, &f->memory.allocator, NODES), WEIR_OK);
  for (int i = 0; i < OPERATIONS; i++) {
    operate(f, &random);
    check_model(f);
    if (i % CHECK_ALL_EACH == 0) check_order(&f->heap);
    if (f->heap.count > most) most = f->heap.count;
  }
  assert_true(most > NODES / 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(an_empty_heap_has_no_first),
      TEST(room_is_made_ahead_and_insertion_takes_none),
      TEST(refused_memory_leaves_the_heap_as_it_is),
      TEST(taking_the_first_gives_all_in_order),
      TEST(random_operations_agree_with_the_model),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
