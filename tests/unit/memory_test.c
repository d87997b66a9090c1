/* Memory through an allocator, and pools of blocks. */
#include "core/memory.h"

#include "tests/support/counting_allocator.h"
#include "tests/support/test.h"

#include <string.h>

enum { BLOCK = 40, KEEP = 4, BLOCKS = 10 };

static int setup(void **state) {
  static counting_allocator memory;
  counting_allocator_init(&memory);
  *state = &memory;
  return 0;
}

static int teardown(void **state) {
  const counting_allocator *memory = *state;
  return memory->bytes == 0 && memory->blocks == 0 ? 0 : -1;
}

static void refuse_next(counting_allocator *memory) {
  memory->fail_in = 1;
  memory->fail_count = 1;
}

static void zeroed_memory_is_zero(void **state) {
  counting_allocator *memory = *state;
  static const unsigned char zero[BLOCK];
  void *dirty = weirc_allocate(&memory->allocator, BLOCK);
  memset(dirty, 0xff, BLOCK);
  weirc_release(&memory->allocator, dirty);
  void *block = weirc_allocate_zeroed(&memory->allocator, BLOCK);
  assert_memory_equal(block, zero, BLOCK);
  weirc_release(&memory->allocator, block);
  refuse_next(memory);
  assert_null(weirc_allocate_zeroed(&memory->allocator, BLOCK));
}

static void reallocation_keeps_the_bytes_and_on_failure_the_block(void **state) {
  counting_allocator *memory = *state;
  char *block = weirc_allocate(&memory->allocator, 4);
  memcpy(block, "weir", 4);
  block = weirc_reallocate(&memory->allocator, block, 4000);
  assert_memory_equal(block, "weir", 4);
  refuse_next(memory);
  assert_null(weirc_reallocate(&memory->allocator, block, 8000));
  assert_memory_equal(block, "weir", 4);
  weirc_release(&memory->allocator, block);
  weirc_release(&memory->allocator, NULL);
}

static void a_copied_text_has_its_length_and_a_nul(void **state) {
  counting_allocator *memory = *state;
  char *copy = weirc_copy_text(&memory->allocator, "a\0bc", 3);
  assert_memory_equal(copy, "a\0b\0", 4);
  assert_int_equal(memory->bytes, 4);
  weirc_release(&memory->allocator, copy);
  copy = weirc_copy_text(&memory->allocator, NULL, 0);
  assert_string_equal(copy, "");
  weirc_release(&memory->allocator, copy);
  refuse_next(memory);
  assert_null(weirc_copy_text(&memory->allocator, "x", 1));
}

static void the_default_allocator_is_the_systems(void **state) {
  (void)state;
  char *block = weirc_allocate(&weirc_default_allocator, 3);
  assert_non_null(block);
  memcpy(block, "ab", 3);
  block = weirc_reallocate(&weirc_default_allocator, block, 300);
  assert_string_equal(block, "ab");
  weirc_release(&weirc_default_allocator, block);
}

static void a_pool_keeps_so_many_blocks_and_no_more(void **state) {
  counting_allocator *memory = *state;
  weirc_pool pool = {.block_size = BLOCK, .keep = KEEP};
  void *blocks[BLOCKS];
  for (int i = 0; i < BLOCKS; i++) {
    blocks[i] = weirc_pool_take(&pool, &memory->allocator);
    memset(blocks[i], i, BLOCK);
  }
  assert_int_equal(memory->blocks, BLOCKS);
  for (int i = 0; i < BLOCKS; i++) weirc_pool_give(&pool, &memory->allocator, blocks[i]);
  assert_int_equal(memory->blocks, KEEP);
  assert_int_equal(pool.kept, KEEP);
  weirc_pool_free(&pool, &memory->allocator);
  assert_int_equal(memory->blocks, 0);
}

static void kept_blocks_are_taken_before_new_ones(void **state) {
  counting_allocator *memory = *state;
  weirc_pool pool = {.block_size = BLOCK, .keep = KEEP};
  void *blocks[KEEP];
  for (int i = 0; i < KEEP; i++) blocks[i] = weirc_pool_take(&pool, &memory->allocator);
  for (int i = 0; i < KEEP; i++) weirc_pool_give(&pool, &memory->allocator, blocks[i]);
  size_t before = memory->allocations;
  for (int i = 0; i < KEEP; i++) {
    blocks[i] = weirc_pool_take(&pool, &memory->allocator);
    memset(blocks[i], 0xee, BLOCK);
    for (int j = 0; j < i; j++) assert_ptr_not_equal(blocks[j], blocks[i]);
  }
  assert_int_equal(memory->allocations, before);
  refuse_next(memory);
  assert_null(weirc_pool_take(&pool, &memory->allocator));
  for (int i = 0; i < KEEP; i++) weirc_pool_give(&pool, &memory->allocator, blocks[i]);
  weirc_pool_free(&pool, &memory->allocator);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(zeroed_memory_is_zero),
      TEST(reallocation_keeps_the_bytes_and_on_failure_the_block),
      TEST(a_copied_text_has_its_length_and_a_nul),
      TEST(the_default_allocator_is_the_systems),
      TEST(a_pool_keeps_so_many_blocks_and_no_more),
      TEST(kept_blocks_are_taken_before_new_ones),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
