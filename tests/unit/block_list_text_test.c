/* List files: good ones, bad ones, and that a bad line leaves nothing behind. */
#include "conformance/clause.h"
#include "tests/unit/block_support.h"

#include <stdio.h>
#include <stdlib.h>

static void a_file_becomes_rules_in_its_order(void **state) {
  (void)state;
  static const char text[] = "\xef\xbb\xbf# a list\r\n"
                             "\r\n"
                             "1.10.16.0/20 ; SBL256894\r\n"
                             "  2001:db8::/32\t# documentation\n"
                             "10.0.0.1-10.0.0.9\n"
                             "   \n"
                             ";\n"
                             "fe80::1%eth0\n"
                             "Address: IPv4 1.1.1.1\r\n"
                             "Range: IPv6 ::1-::2\n"
                             "1.1.1.1";
  weir_block_list *list = block_list_new(false);
  size_t line = 99;
  assert_int_equal(block_add(list, "9.9.9.9"), WEIR_OK);
  assert_int_equal(weir_block_list_from_text(list, text, sizeof text - 1, &line), WEIR_OK);
  assert_int_equal(line, 0);
  CLAUSES("BLK-23", "BLK-25", "BLK-26", "BLK-27") {
    block_assert_rules(list, "Subnet: IPv4 1.10.16.0/20\nSubnet: IPv6 2001:db8::/32\n"
                             "Range: IPv4 10.0.0.1-10.0.0.9\nAddress: IPv6 fe80::1\n"
                             "Address: IPv4 1.1.1.1\nRange: IPv6 ::1-::2\nAddress: IPv4 1.1.1.1\n"
                             "Address: IPv4 9.9.9.9\n");
  }
  assert_true(block_check(list, "1.10.31.255"));
  assert_true(block_check(list, "::2"));
  assert_false(block_check(list, "::3"));
  weir_block_list_free(list);
}

static void what_was_written_is_read_again(void **state) {
  (void)state;
  weir_block_list *list = block_list_new(false);
  weir_block_list *copy = block_list_new(false);
  char text[4096], again[4096];
  for (int i = 0; i < 40; i++) {
    char rule[64];
    (void)snprintf(rule, sizeof rule, i % 3 ? "10.%d.1.2/%d" : "2001:%d::/%d", i, i % 32 + 1);
    assert_int_equal(block_add(list, rule), WEIR_OK);
  }
  size_t length = weir_block_list_to_text(list, text, sizeof text);
  assert_int_equal(weir_block_list_from_text(copy, text, length, NULL), WEIR_OK);
  assert_int_equal(weir_block_list_to_text(copy, again, sizeof again), length);
  assert_string_equal(text, again);
  for (size_t capacity = 0; capacity < length; capacity += 7) {
    memset(again, 'x', sizeof again);
    assert_int_equal(weir_block_list_to_text(list, again, capacity), length);
    if (capacity > 0) {
      assert_int_equal(strlen(again), capacity - 1);
      assert_memory_equal(again, text, capacity - 1);
    }
    assert_int_equal(again[capacity], 'x');
  }
  assert_int_equal(weir_block_list_to_text(list, NULL, 0), length);
  weir_block_list_free(list);
  weir_block_list_free(copy);
}

typedef struct bad_file {
  const char *text;
  size_t line;
  weir_err err;
} bad_file;

static void a_bad_line_is_told_and_nothing_is_added(void **state) {
  (void)state;
  static const bad_file files[] = {
      {"x", 1, WEIR_ERR_INVALID_ADDRESS},
      {"1.1.1.1\n1.1.1.1/33\n", 2, WEIR_ERR_OUT_OF_RANGE},
      {"\n# c\n\r\n1.1.1.1\n::2-::1\r\nx\n", 5, WEIR_ERR_INVALID_ARG_VALUE},
      {"1.1.1.1 2.2.2.2", 1, WEIR_ERR_INVALID_ADDRESS},
      {"1.1.1.1 - 2.2.2.2", 1, WEIR_ERR_INVALID_ADDRESS},
      {"::1\r::2\n", 1, WEIR_ERR_INVALID_ADDRESS},
      {"::1\n1.1.1.1\n::3\n0x7f.1\n", 4, WEIR_ERR_INVALID_ADDRESS},
      {"::1\n1.1.1.1-::1\n", 2, WEIR_ERR_INVALID_ARG_VALUE},
      {"::1\n\xef\xbb\xbf::1\n", 2, WEIR_ERR_INVALID_ADDRESS},
  };
  for (size_t i = 0; i < COUNT_OF(files); i++) {
    weir_block_list *list = block_list_new(false);
    size_t line = 0;
    assert_int_equal(block_add(list, "9.9.9.9"), WEIR_OK);
    assert_int_equal(block_add(list, "::9"), WEIR_OK);
    assert_int_equal(weir_block_list_from_text(list, files[i].text, strlen(files[i].text), &line),
                     files[i].err);
    assert_int_equal(line, files[i].line);
    block_assert_rules(list, "Address: IPv6 ::9\nAddress: IPv4 9.9.9.9\n");
    assert_false(block_check(list, "1.1.1.1"));
    assert_false(block_check(list, "::1"));
    assert_int_equal(block_add(list, "::8"), WEIR_OK);
    assert_int_equal(block_remove(list, "::9"), WEIR_OK);
    block_assert_rules(list, "Address: IPv6 ::8\nAddress: IPv4 9.9.9.9\n");
    weir_block_list_free(list);
  }
}

static void a_nul_belongs_to_its_line(void **state) {
  (void)state;
  weir_block_list *list = block_list_new(false);
  size_t line;
  assert_int_equal(weir_block_list_from_text(list, "::1\n::2\0\n", 9, &line),
                   WEIR_ERR_INVALID_ADDRESS);
  assert_int_equal(line, 2);
  assert_int_equal(weir_block_list_from_text(list, "", 0, &line), WEIR_OK);
  assert_int_equal(weir_block_list_size(list), 0);
  weir_block_list_free(list);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_file_becomes_rules_in_its_order),
      cmocka_unit_test(what_was_written_is_read_again),
      cmocka_unit_test(a_bad_line_is_told_and_nothing_is_added),
      cmocka_unit_test(a_nul_belongs_to_its_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
