/* Block lists when memory is refused: each call fails whole, and a check always answers. */
#include "core/block_filter.h"
#include "tests/support/counting_allocator.h"
#include "tests/unit/block_support.h"

/* Adds until it works; a refused rule must not be there. */
static void add_in_the_end(weir_block_list *list, const char *rule) {
  size_t before = weir_block_list_size(list);
  for (int attempt = 0; block_add(list, rule) != WEIR_OK; attempt++) {
    assert_int_equal(weir_block_list_size(list), before);
    assert_true(attempt < 3);
  }
  assert_int_equal(weir_block_list_size(list), before + 1);
}

static void load_in_the_end(weir_block_list *list) {
  static const char text[] = "10.0.0.0/8\n2001:db8::/32\n10.0.0.0/8\n::1\n11.0.0.0/8\n"
                             "12.0.0.0/8\n13.0.0.0/8\n14.0.0.0/8\n15.0.0.0/8\n16.0.0.0/8\n";
  size_t before = weir_block_list_size(list);
  size_t line = 0;
  while (weir_block_list_from_text(list, text, sizeof text - 1, &line) != WEIR_OK) {
    assert_in_range(line, 1, 10);
    assert_int_equal(weir_block_list_size(list), before);
  }
}

/* One run of everything that takes memory. @return false: the list could not be made */
static bool run(counting_allocator *memory) {
  weir_block_list_options options = WEIR_BLOCK_LIST_OPTIONS_INIT;
  weir_block_list *list, *clone;
  weir_block_filter *filter;
  weir_address inside = block_address("10.1.2.3");
  options.allocator = &memory->allocator;
  if (weir_block_list_create(&options, &list) != WEIR_OK) {
    assert_null(list);
    return false;
  }
  add_in_the_end(list, "127.0.0.1");
  add_in_the_end(list, "fe80::/10");
  load_in_the_end(list);
  for (int i = 0; i < 100; i++) {
    assert_true(block_check(list, "10.255.0.1"));
    assert_true(block_check(list, "::ffff:127.0.0.1"));
    assert_true(block_check(list, "2001:db8:1::"));
    assert_false(block_check(list, "9.9.9.9"));
    assert_false(block_check(list, "2001:db9::"));
  }
  while (weir_block_list_clone(list, &clone) != WEIR_OK) assert_null(clone);
  while (weir_block_list_snapshot(clone, &filter) != WEIR_OK) assert_null(filter);
  assert_true(weir_block_filter_check(filter, &inside));
  weir_block_list_free(clone);
  weir_block_list_free(list);
  weir_block_filter_release(filter);
  return true;
}

static void any_request_may_be_refused(void **state) {
  (void)state;
  size_t runs = 0;
  for (bool refused = true; refused;) {
    counting_allocator memory;
    counting_allocator_init(&memory);
    memory.fail_in = ++runs;
    memory.fail_count = 1;
    (void)run(&memory);
    assert_int_equal(memory.blocks, 0);
    refused = memory.refused > 0;
  }
  assert_true(runs > 8);
}

/* Looks at each rule, as long as there is nothing to compile with. */
static void a_check_needs_no_memory(void **state) {
  (void)state;
  counting_allocator memory;
  weir_block_list_options options = WEIR_BLOCK_LIST_OPTIONS_INIT;
  weir_block_list *list;
  weir_block_filter *filter;
  counting_allocator_init(&memory);
  options.allocator = &memory.allocator;
  options.embedded = true;
  assert_int_equal(weir_block_list_create(&options, &list), WEIR_OK);
  assert_int_equal(block_add(list, "10.0.0.0/8"), WEIR_OK);
  assert_int_equal(block_add(list, "2001:db8::/32"), WEIR_OK);
  memory.fail_in = 1;
  memory.fail_count = SIZE_MAX;
  for (int i = 0; i < 1000; i++) {
    assert_true(block_check(list, "10.1.1.1"));
    assert_true(block_check(list, "2002:a01:101::1"));
    assert_true(block_check(list, "2001:db8::1"));
    assert_false(block_check(list, "11.1.1.1"));
  }
  assert_true(memory.refused > 0);
  assert_int_equal(weir_block_list_snapshot(list, &filter), WEIR_ENOMEM);
  assert_null(filter);
  weir_block_list_free(list);
  assert_int_equal(memory.blocks, 0);
}

/* The filter is one block; without it there is none, with it nothing else is asked for. */
static void a_filter_is_one_block(void **state) {
  (void)state;
  counting_allocator memory;
  weirc_ipv4_range ipv4[4] = {{5, 9}, {1, 2}, {0, 0}, {0, 0}};
  weirc_ip_range ipv6[2] = {{{1, 0}, {2, 0}}, {{0, 0}, {0, 0}}};
  weirc_block_ranges ranges = {ipv4, 2, ipv6, 1, false};
  counting_allocator_init(&memory);
  memory.fail_in = 1;
  memory.fail_count = 1;
  assert_null(weirc_block_filter_create(&ranges, &memory.allocator));
  weir_block_filter *filter = weirc_block_filter_create(&ranges, &memory.allocator);
  assert_non_null(filter);
  assert_int_equal(memory.allocations, 2);
  assert_int_equal(memory.bytes, weirc_block_filter_bytes(filter));
  assert_true(weirc_block_filter_has(filter, weirc_ip_from_ipv4(7)));
  assert_false(weirc_block_filter_has(filter, weirc_ip_from_ipv4(4)));
  assert_true(weirc_block_filter_has(filter, (weirc_ip){1, 7}));
  weir_block_filter_release(filter);
  assert_int_equal(memory.blocks, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(any_request_may_be_refused),
      cmocka_unit_test(a_check_needs_no_memory),
      cmocka_unit_test(a_filter_is_one_block),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
