/* Block lists: what each call takes, refuses and leaves behind. */
#include "conformance/clause.h"
#include "tests/unit/block_support.h"

static void a_new_list_blocks_nothing(void **state) {
  (void)state;
  weir_block_list *list = block_list_new(false);
  CLAUSES("BLK-01") {
    assert_int_equal(weir_block_list_size(list), 0);
    assert_false(block_check(list, "127.0.0.1"));
    assert_false(block_check(list, "::1"));
    assert_false(block_check(list, "0.0.0.0"));
    assert_false(block_check(list, "::"));
    assert_false(block_check(list, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
    block_assert_rules(list, "");
  }
  weir_block_list_free(list);
  weir_block_list_free(NULL);
}

static void options_say_their_size(void **state) {
  (void)state;
  weir_block_list_options options = WEIR_BLOCK_LIST_OPTIONS_INIT;
  weir_block_list *list = (weir_block_list *)(void *)&options;
  options.size = 0;
  assert_int_equal(weir_block_list_create(&options, &list), WEIR_ERR_INVALID_ARG_VALUE);
  assert_null(list);
  assert_int_equal(weir_block_list_create(NULL, NULL), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_block_list_create(NULL, &list), WEIR_OK);
  weir_block_list_free(list);
}

static void null_is_refused_or_answers_nothing(void **state) {
  (void)state;
  weir_block_list *list = block_list_new(false);
  weir_block_list *clone = list;
  weir_block_filter *filter = (weir_block_filter *)(void *)list;
  weir_address address = block_address("1.1.1.1");
  char text[8] = "before";
  assert_int_equal(weir_block_list_add_address(NULL, &address), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_block_list_add_address(list, NULL), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_block_list_add_range(list, &address, NULL), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_block_list_add_range(list, NULL, &address), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_block_list_add_range(NULL, &address, &address), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_block_list_add_subnet(list, NULL, 8), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_block_list_add_subnet(NULL, &address, 8), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_block_list_add_cidr(list, NULL, 0), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_block_list_add_cidr(NULL, "1.0.0.0/8", 9), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_block_list_add_rule(list, NULL, 0), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_block_list_remove_rule(NULL, "::", 2), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_block_list_from_text(list, NULL, 0, NULL), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_block_list_from_text(NULL, "::", 2, NULL), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_block_list_clone(list, NULL), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_block_list_clone(NULL, &clone), WEIR_ERR_INVALID_ARG_TYPE);
  assert_null(clone);
  assert_int_equal(weir_block_list_snapshot(NULL, &filter), WEIR_ERR_INVALID_ARG_TYPE);
  assert_null(filter);
  assert_int_equal(weir_block_list_snapshot(list, NULL), WEIR_ERR_INVALID_ARG_TYPE);
  assert_false(weir_block_list_check(NULL, &address));
  assert_false(weir_block_list_check(list, NULL));
  assert_false(weir_block_list_check_text(list, NULL, 0));
  assert_false(weir_block_list_check_text(NULL, "1.1.1.1", 7));
  assert_false(weir_block_filter_check(NULL, NULL));
  assert_false(weir_block_filter_check(NULL, &address));
  assert_null(weir_block_filter_retain(NULL));
  weir_block_filter_release(NULL);
  weir_block_list_clear(NULL);
  assert_int_equal(weir_block_list_size(NULL), 0);
  assert_int_equal(weir_block_list_rule(NULL, 0, text, sizeof text), 0);
  assert_string_equal(text, "");
  assert_int_equal(weir_block_list_size(list), 0);
  weir_block_list_free(list);
}

/* Adding it is an error, checking it is none. */
static void an_address_without_family_is_refused(void **state) {
  (void)state;
  weir_block_list *list = block_list_new(false);
  weir_address none = {0};
  weir_address one = block_address("1.1.1.1");
  CLAUSES("BLK-20", "BLK-21") {
    assert_int_equal(weir_block_list_add_address(list, &none), WEIR_ERR_INVALID_ADDRESS);
    assert_int_equal(weir_block_list_add_range(list, &none, &one), WEIR_ERR_INVALID_ADDRESS);
    assert_int_equal(weir_block_list_add_range(list, &one, &none), WEIR_ERR_INVALID_ADDRESS);
    assert_int_equal(weir_block_list_add_subnet(list, &none, 0), WEIR_ERR_INVALID_ADDRESS);
    assert_int_equal(block_add(list, "::/0"), WEIR_OK);
    assert_false(weir_block_list_check(list, &none));
    assert_int_equal(weir_block_list_size(list), 1);
  }
  weir_block_list_free(list);
}

/* The port, the flow label and the scope are no part of a rule. */
static void only_the_bytes_of_an_address_count(void **state) {
  (void)state;
  weir_block_list *list = block_list_new(false);
  weir_address address = block_address("fe80::1%3");
  address.port = 80;
  address.flow_label = 7;
  CLAUSES("BLK-05", "BLK-22") {
    assert_int_equal(weir_block_list_add_address(list, &address), WEIR_OK);
    block_assert_rules(list, "Address: IPv6 fe80::1\n");
    assert_true(weir_block_list_check(list, &address));
    assert_true(block_check(list, "fe80::1"));
    assert_true(block_check(list, "fe80::1%2"));
    assert_true(block_check(list, "fe80::1%eth0"));
    assert_false(block_check(list, "fe80::1%"));
    assert_false(block_check(list, "1.1.1.1%1"));
  }
  address.scope_id = address.port = 0;
  assert_int_equal(weir_block_list_remove_address(list, &address), WEIR_OK);
  weir_block_list_free(list);
}

static void ranges_are_in_order_and_of_one_family(void **state) {
  (void)state;
  static const struct {
    const char *start, *end;
    weir_err err;
  } rows[] = {
      {"10.0.0.2", "10.0.0.4", WEIR_OK},
      {"10.0.0.4", "10.0.0.2", WEIR_ERR_INVALID_ARG_VALUE},
      {"10.0.0.4", "10.0.0.4", WEIR_OK},
      {"::2", "::1", WEIR_ERR_INVALID_ARG_VALUE},
      {"::1", "::2", WEIR_OK},
      {"1.1.1.1", "::2", WEIR_ERR_INVALID_ARG_VALUE},
      {"1.1.1.1", "2001::5", WEIR_ERR_INVALID_ARG_VALUE},
      {"::1", "1.1.1.1", WEIR_ERR_INVALID_ARG_VALUE},
      {"1.1.1.1", "::ffff:1.1.1.9", WEIR_OK},
      {"::ffff:1.1.1.1", "1.1.1.9", WEIR_OK},
      {"::ffff:1.1.1.9", "1.1.1.1", WEIR_ERR_INVALID_ARG_VALUE},
      {"::ffff:1.1.1.9", "2001::", WEIR_OK},
      {"1.0.0.255", "1.0.1.0", WEIR_OK},
      {"1.0.1.0", "1.0.0.255", WEIR_ERR_INVALID_ARG_VALUE},
      {"::1:0", "::ffff", WEIR_ERR_INVALID_ARG_VALUE},
      {"0.0.0.0", "255.255.255.255", WEIR_OK},
      {"::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", WEIR_OK},
  };
  for (size_t i = 0; i < COUNT_OF(rows); i++) {
    weir_block_list *list = block_list_new(false);
    weir_address start = block_address(rows[i].start);
    weir_address end = block_address(rows[i].end);
    CLAUSES("BLK-17", "BLK-19") {
      assert_int_equal(weir_block_list_add_range(list, &start, &end), rows[i].err);
      assert_int_equal(weir_block_list_size(list), rows[i].err == WEIR_OK);
      assert_int_equal(weir_block_list_check(list, &start), rows[i].err == WEIR_OK);
      assert_int_equal(weir_block_list_check(list, &end), rows[i].err == WEIR_OK);
    }
    weir_block_list_free(list);
  }
}

static void prefixes_are_in_range(void **state) {
  (void)state;
  static const int32_t bad_ipv4[] = {INT32_MIN, -1, 33, 128, INT32_MAX};
  static const int32_t bad_ipv6[] = {INT32_MIN, -1, 129, 256, INT32_MAX};
  weir_block_list *list = block_list_new(false);
  weir_address ipv4 = block_address("1.0.0.0");
  weir_address ipv6 = block_address("::ffff:1.0.0.0");
  CLAUSES("BLK-07", "BLK-08") {
    for (size_t i = 0; i < COUNT_OF(bad_ipv4); i++) {
      assert_int_equal(weir_block_list_add_subnet(list, &ipv4, bad_ipv4[i]), WEIR_ERR_OUT_OF_RANGE);
      assert_int_equal(weir_block_list_add_subnet(list, &ipv6, bad_ipv6[i]), WEIR_ERR_OUT_OF_RANGE);
    }
    assert_int_equal(weir_block_list_size(list), 0);
  }
  weir_block_list_free(list);
}

/* Text that is taken, and the rule as Node writes it. */
static const struct {
  const char *text, *rule;
} written[] = {
    {"1.1.1.1", "Address: IPv4 1.1.1.1"},
    {"::FFFF:1.2.3.4", "Address: IPv6 ::ffff:1.2.3.4"},
    {"2001:0DB8:0:0:0:0:0:1", "Address: IPv6 2001:db8::1"},
    {"fe80::1%eth0", "Address: IPv6 fe80::1"},
    {"192.168.0.1/16", "Subnet: IPv4 192.168.0.1/16"},
    {"10.1.2.3/0", "Subnet: IPv4 10.1.2.3/0"},
    {"::ffff:3.3.0.0/112", "Subnet: IPv6 ::ffff:3.3.0.0/112"},
    {"::ffff:3.3.0.0/95", "Subnet: IPv6 ::ffff:3.3.0.0/95"},
    {"fe80::1%1/10", "Subnet: IPv6 fe80::1/10"},
    {"::/0", "Subnet: IPv6 ::/0"},
    {"::1/128", "Subnet: IPv6 ::1/128"},
    {"10.0.0.0-10.0.0.255", "Range: IPv4 10.0.0.0-10.0.0.255"},
    {"1.1.1.1-::ffff:1.1.1.9", "Range: IPv4 1.1.1.1-::ffff:1.1.1.9"},
    {"::ffff:1.1.1.1-1.1.1.9", "Range: IPv6 ::ffff:1.1.1.1-1.1.1.9"},
    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff0-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
     "Range: IPv6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff0-ffff:ffff:ffff:ffff:ffff:ffff:ffff:"
     "ffff"},
};

static void assert_rule(const weir_block_list *list, size_t index, const char *rule) {
  char text[WEIR_BLOCK_LIST_RULE_SIZE];
  assert_int_equal(weir_block_list_rule(list, index, text, sizeof text), strlen(rule));
  assert_string_equal(text, rule);
}

/* Also when the text is what Node writes; the newest comes first. */
static void rules_are_read_and_written(void **state) {
  (void)state;
  weir_block_list *list = block_list_new(false);
  CLAUSES("BLK-23", "BLK-24", "BLK-25", "BLK-26", "BLK-27") {
    for (size_t i = 0; i < COUNT_OF(written); i++) {
      assert_int_equal(block_add(list, written[i].text), WEIR_OK);
      assert_rule(list, 0, written[i].rule);
      assert_int_equal(block_add(list, written[i].rule), WEIR_OK);
      assert_rule(list, 0, written[i].rule);
      assert_rule(list, 1, written[i].rule);
      assert_int_equal(block_remove(list, written[i].text), WEIR_OK);
      assert_int_equal(weir_block_list_size(list), i + 1);
      for (size_t k = 0; k <= i; k++) assert_rule(list, k, written[i - k].rule);
    }
  }
  weir_block_list_free(list);
}

static void what_does_not_fit_of_a_rule_is_cut(void **state) {
  (void)state;
  static const char rule[] = "Address: IPv4 1.1.1.1";
  weir_block_list *list = block_list_new(false);
  char text[WEIR_BLOCK_LIST_RULE_SIZE];
  assert_int_equal(block_add(list, rule), WEIR_OK);
  assert_int_equal(weir_block_list_rule(list, 0, text, 5), strlen(rule));
  assert_string_equal(text, "Addr");
  assert_int_equal(weir_block_list_rule(list, 1, text, sizeof text), 0);
  assert_int_equal(weir_block_list_rule(list, 0, NULL, 0), strlen(rule));
  weir_block_list_free(list);
}

static void text_that_is_no_rule_is_refused(void **state) {
  (void)state;
  static const struct {
    const char *text;
    weir_err err;
  } rows[] = {
      {"", WEIR_ERR_INVALID_ADDRESS},
      {"x", WEIR_ERR_INVALID_ADDRESS},
      {"010.0.0.1", WEIR_ERR_INVALID_ADDRESS},
      {" 1.1.1.1", WEIR_ERR_INVALID_ADDRESS},
      {"1.1.1.1 ", WEIR_ERR_INVALID_ADDRESS},
      {"1.1.1.1%1", WEIR_ERR_INVALID_ADDRESS},
      {"::1%", WEIR_ERR_INVALID_ADDRESS},
      {"::1%a%b", WEIR_ERR_INVALID_ADDRESS},
      {"1.1.1.1/", WEIR_ERR_INVALID_ADDRESS},
      {"1.1.1.1/08", WEIR_ERR_INVALID_ADDRESS},
      {"1.1.1.1/+8", WEIR_ERR_INVALID_ADDRESS},
      {"1.1.1.1/-1", WEIR_ERR_INVALID_ADDRESS},
      {"1.1.1.1/8 ", WEIR_ERR_INVALID_ADDRESS},
      {"1.1.1.1/255.0.0.0", WEIR_ERR_INVALID_ADDRESS},
      {"1.1.1.1/33", WEIR_ERR_OUT_OF_RANGE},
      {"::/129", WEIR_ERR_OUT_OF_RANGE},
      {"::/4294967296", WEIR_ERR_OUT_OF_RANGE},
      {"::/99999999999999999999999999", WEIR_ERR_OUT_OF_RANGE},
      {"1.1.1.2-1.1.1.1", WEIR_ERR_INVALID_ARG_VALUE},
      {"1.1.1.2-::3", WEIR_ERR_INVALID_ARG_VALUE},
      {"1.1.1.1-", WEIR_ERR_INVALID_ADDRESS},
      {"-1.1.1.1", WEIR_ERR_INVALID_ADDRESS},
      {"1.1.1.1-1.1.1.2-1.1.1.3", WEIR_ERR_INVALID_ADDRESS},
      {"1.1.1.0/24-1.1.2.0", WEIR_ERR_INVALID_ADDRESS},
      {"Address: 1.1.1.1", WEIR_ERR_INVALID_ADDRESS},
      {"Address: IPv4 ::1", WEIR_ERR_INVALID_ADDRESS},
      {"Address: IPv6 1.1.1.1", WEIR_ERR_INVALID_ADDRESS},
      {"Address: IPv4 1.1.1.0/24", WEIR_ERR_INVALID_ADDRESS},
      {"Address: IPv5 1.1.1.1", WEIR_ERR_INVALID_ADDRESS},
      {"Subnet: IPv4 1.1.1.1", WEIR_ERR_INVALID_ADDRESS},
      {"Subnet: IPv4 1.1.1.1/33", WEIR_ERR_OUT_OF_RANGE},
      {"Range: IPv4 1.1.1.1", WEIR_ERR_INVALID_ADDRESS},
      {"Range: IPv6 1.1.1.1-1.1.1.2", WEIR_ERR_INVALID_ADDRESS},
      {"Range:", WEIR_ERR_INVALID_ADDRESS},
  };
  weir_block_list *list = block_list_new(false);
  CLAUSES("BLK-20") {
    for (size_t i = 0; i < COUNT_OF(rows); i++)
      if (block_add(list, rows[i].text) != rows[i].err) fail_msg("\"%s\"", rows[i].text);
    assert_int_equal(weir_block_list_add_rule(list, "1.1.1.1\0", 8), WEIR_ERR_INVALID_ADDRESS);
    assert_int_equal(weir_block_list_add_rule(list, "::1%a\0b", 7), WEIR_ERR_INVALID_ADDRESS);
    assert_int_equal(weir_block_list_add_cidr(list, "1.1.1.1", 7), WEIR_ERR_INVALID_ADDRESS);
    assert_int_equal(weir_block_list_add_cidr(list, "1.1.1.1/33", 10), WEIR_ERR_OUT_OF_RANGE);
    assert_int_equal(weir_block_list_size(list), 0);
  }
  assert_int_equal(weir_block_list_add_cidr(list, "1.1.1.1/24", 10), WEIR_OK);
  block_assert_rules(list, "Subnet: IPv4 1.1.1.1/24\n");
  assert_int_equal(weir_block_list_remove_cidr(list, "1.1.1.1/24", 10), WEIR_OK);
  weir_block_list_free(list);
}

/* Removing takes the newest rule with the same text; the others go on. */
static void removing_takes_the_newest_of_the_same(void **state) {
  (void)state;
  weir_block_list *list = block_list_new(false);
  static const char *const rules[] = {"1.1.1.1",        "::5",     "1.1.1.1/32",     "1.1.1.1",
                                      "::ffff:1.1.1.1", "::5/127", "1.1.1.1-1.1.1.1"};
  for (size_t i = 0; i < COUNT_OF(rules); i++) assert_int_equal(block_add(list, rules[i]), WEIR_OK);
  assert_int_equal(block_remove(list, "1.1.1.2"), WEIR_ENOENT);
  assert_int_equal(block_remove(list, "::6"), WEIR_ENOENT);
  assert_int_equal(block_remove(list, "1.1.1.1"), WEIR_OK);
  block_assert_rules(list, "Range: IPv4 1.1.1.1-1.1.1.1\nSubnet: IPv6 ::5/127\n"
                           "Address: IPv6 ::ffff:1.1.1.1\nSubnet: IPv4 1.1.1.1/32\n"
                           "Address: IPv6 ::5\nAddress: IPv4 1.1.1.1\n");
  weir_address one = block_address("1.1.1.1");
  assert_int_equal(weir_block_list_remove_subnet(list, &one, 32), WEIR_OK);
  assert_int_equal(weir_block_list_remove_range(list, &one, &one), WEIR_OK);
  assert_int_equal(weir_block_list_remove_address(list, &one), WEIR_OK);
  assert_int_equal(weir_block_list_remove_address(list, &one), WEIR_ENOENT);
  assert_true(block_check(list, "1.1.1.1"));
  assert_int_equal(block_remove(list, "::ffff:1.1.1.1"), WEIR_OK);
  assert_false(block_check(list, "1.1.1.1"));
  assert_int_equal(block_remove(list, "::5"), WEIR_OK);
  assert_true(block_check(list, "::4"));
  weir_block_list_clear(list);
  assert_false(block_check(list, "::4"));
  assert_int_equal(weir_block_list_size(list), 0);
  weir_block_list_free(list);
}

/* Neither sees what is done to the other, in both directions; the options go along. */
static void a_clone_goes_its_own_way(void **state) {
  (void)state;
  weir_block_list *list = block_list_new(true);
  weir_block_list *clone;
  weir_block_filter *compiled;
  assert_int_equal(block_add(list, "1.1.1.1"), WEIR_OK);
  assert_int_equal(weir_block_list_snapshot(list, &compiled), WEIR_OK);
  weir_block_filter_release(compiled);
  CLAUSES("BLK-29") {
    assert_int_equal(weir_block_list_clone(list, &clone), WEIR_OK);
    block_assert_rules(clone, "Address: IPv4 1.1.1.1\n");
    assert_true(block_check(clone, "1.1.1.1"));
    assert_int_equal(block_add(clone, "::1"), WEIR_OK);
    assert_int_equal(block_add(list, "2.2.2.2"), WEIR_OK);
    block_assert_rules(clone, "Address: IPv6 ::1\nAddress: IPv4 1.1.1.1\n");
    block_assert_rules(list, "Address: IPv4 2.2.2.2\nAddress: IPv4 1.1.1.1\n");
    assert_false(block_check(list, "::1"));
    assert_false(block_check(clone, "2.2.2.2"));
    weir_block_list_free(list);
    assert_true(block_check(clone, "::1"));
    assert_true(block_check(clone, "2002:101:101::"));
  }
  weir_block_list_free(clone);
}

static void a_snapshot_never_changes(void **state) {
  (void)state;
  weir_block_list *list = block_list_new(true);
  weir_block_filter *empty, *first, *again, *second;
  weir_address one = block_address("1.1.1.1");
  weir_address hidden = block_address("2002:101:101::");
  CLAUSES("BLK-29") {
    assert_int_equal(weir_block_list_snapshot(list, &empty), WEIR_OK);
    assert_int_equal(weir_block_list_add_address(list, &one), WEIR_OK);
    assert_int_equal(weir_block_list_snapshot(list, &first), WEIR_OK);
    assert_int_equal(weir_block_list_snapshot(list, &again), WEIR_OK);
    assert_ptr_equal(first, again);
    weir_block_filter_release(again);
    weir_block_list_clear(list);
    assert_false(weir_block_list_check(list, &one));
    assert_int_equal(weir_block_list_snapshot(list, &second), WEIR_OK);
    weir_block_list_free(list);
    assert_false(weir_block_filter_check(empty, &one));
    assert_true(weir_block_filter_check(first, &one));
    assert_true(weir_block_filter_check(first, &hidden));
    assert_false(weir_block_filter_check(second, &one));
  }
  assert_ptr_equal(weir_block_filter_retain(first), first);
  weir_block_filter_release(first);
  assert_true(weir_block_filter_check(first, &one));
  weir_block_filter_release(first);
  weir_block_filter_release(second);
  weir_block_filter_release(empty);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_new_list_blocks_nothing),
      cmocka_unit_test(options_say_their_size),
      cmocka_unit_test(null_is_refused_or_answers_nothing),
      cmocka_unit_test(an_address_without_family_is_refused),
      cmocka_unit_test(only_the_bytes_of_an_address_count),
      cmocka_unit_test(ranges_are_in_order_and_of_one_family),
      cmocka_unit_test(prefixes_are_in_range),
      cmocka_unit_test(rules_are_read_and_written),
      cmocka_unit_test(what_does_not_fit_of_a_rule_is_cut),
      cmocka_unit_test(text_that_is_no_rule_is_refused),
      cmocka_unit_test(removing_takes_the_newest_of_the_same),
      cmocka_unit_test(a_clone_goes_its_own_way),
      cmocka_unit_test(a_snapshot_never_changes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
