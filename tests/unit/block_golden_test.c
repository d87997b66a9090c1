/* The golden trace of Node's BlockList, line by line. Arguments of a wrong type cannot be
 * written in C, so their lines are passed over (D11); a range of two families is refused (D13). */
#include "tests/unit/block_support.h"

#include <stdio.h>
#include <stdlib.h>

enum { LINE = 1024 };

/* The trace, and the lists of the scenario at hand. */
typedef struct golden {
  FILE *file;
  char line[LINE];
  weir_block_list *list;
  size_t compared;
} golden;

static int setup(void **state) {
  golden *g = calloc(1, sizeof *g);
  if (!g) return -1;
  g->file = fopen(WEIR_GOLDEN_DIRECTORY "/11-blocklist.txt", "r");
  *state = g;
  return g->file ? 0 : -1;
}

static int teardown(void **state) {
  golden *g = *state;
  (void)fclose(g->file);
  weir_block_list_free(g->list);
  free(g);
  return 0;
}

static void next_line(golden *g) {
  if (!fgets(g->line, LINE, g->file)) fail_msg("the trace is at its end");
  g->line[strcspn(g->line, "\n")] = '\0';
  g->compared++;
}

static void new_list(golden *g) {
  weir_block_list_free(g->list);
  g->list = block_list_new(false);
}

/* Goes to a scenario, with a fresh list. */
static void scenario(golden *g, const char *title) {
  char wanted[LINE];
  (void)snprintf(wanted, sizeof wanted, "# %s", title);
  rewind(g->file);
  do next_line(g);
  while (strcmp(g->line, wanted) != 0);
  g->compared = 0;
  new_list(g);
}

static void ends_after(golden *g, size_t lines) {
  assert_int_equal(g->compared, lines);
  if (fgets(g->line, LINE, g->file)) assert_string_equal(g->line, "\n");
}

/* The trace tells what came of a call: nothing, or Node's code. */
static void told(golden *g, weir_err err) {
  char expected[LINE];
  next_line(g);
  assert_memory_equal(g->line, "add: ", 5);
  (void)snprintf(expected, sizeof expected, " code=%s message=", weir_err_name(err));
  if (err == WEIR_OK) (void)snprintf(expected, sizeof expected, " -> undefined");
  if (!strstr(g->line, expected)) fail_msg("%s: %s", weir_err_name(err), g->line);
}

static weir_err add(golden *g, const char *rule) {
  return block_add(g->list, rule);
}

static void all_add(golden *g, const char *const *rules, size_t count) {
  for (size_t i = 0; i < count; i++) assert_int_equal(add(g, rules[i]), WEIR_OK);
}

#define ADD(...)                                                                                   \
  all_add(g, (const char *const[]){__VA_ARGS__}, COUNT_OF(((const char *const[]){__VA_ARGS__})))

/* The next line holds the rules as a JSON list. */
static void same_rules(golden *g) {
  char text[LINE] = "rules: [";
  size_t count = weir_block_list_size(g->list);
  for (size_t i = 0; i < count; i++) {
    char rule[WEIR_BLOCK_LIST_RULE_SIZE];
    (void)weir_block_list_rule(g->list, i, rule, sizeof rule);
    (void)snprintf(text + strlen(text), LINE - strlen(text), "%s\"%s\"", i > 0 ? "," : "", rule);
  }
  (void)strcat(text, "]");
  next_line(g);
  assert_string_equal(g->line, text);
}

/* What Node checks: text of a family, IPv4 unless said; any other family is not there. */
static bool check(golden *g, const char *text, size_t length, const char *type) {
  bool wants_ipv6 = strncmp(type, "\"ipv6\"", 6) == 0 || strncmp(type, "\"IPV6\"", 6) == 0;
  bool known = wants_ipv6 || strncmp(type, "\"IPv4\"", 6) == 0 || *type == ' ';
  bool is_ipv6 = memchr(text, ':', length) != NULL;
  return known && is_ipv6 == wants_ipv6 && weir_block_list_check_text(g->list, text, length);
}

/* So many lines are checks with their arguments and what Node said. */
static void same_checks(golden *g, size_t count) {
  for (size_t i = 0; i < count; i++) {
    next_line(g);
    assert_memory_equal(g->line, "check: \"", 8);
    const char *text = g->line + 8;
    size_t length = strcspn(text, "\"");
    const char *type = text + length + 1 + (text[length + 1] == ',');
    bool blocked = strstr(type, "-> true") != NULL;
    if (!blocked) assert_non_null(strstr(type, "-> false"));
    if (check(g, text, length, type) != blocked) fail_msg("%s", g->line);
  }
}

/* So many lines are about arguments that have another type in JavaScript. */
static void not_in_c(golden *g, size_t count) {
  for (size_t i = 0; i < count; i++) {
    next_line(g);
    bool typed = strstr(g->line, "ERR_INVALID_ARG_TYPE") || strstr(g->line, "an integer") ||
                 strstr(g->line, "options.family");
    if (!typed) fail_msg("%s", g->line);
  }
}

/* BLK-01, BLK-30 */
static void examples(void **state) {
  golden *g = *state;
  scenario(g, "empty list");
  same_rules(g);
  same_checks(g, 2);
  ends_after(g, 3);
  scenario(g, "the example of the documentation");
  ADD("123.123.123.123", "10.0.0.1-10.0.0.10", "8592:757c:efae:4e45::/64");
  same_checks(g, 5);
  same_rules(g);
  ends_after(g, 6);
}

/* BLK-24, BLK-25, BLK-26, BLK-27 */
static void texts(void **state) {
  golden *g = *state;
  scenario(g, "text of every kind of rule; newest first");
  ADD("1.1.1.1", "::1", "10.0.0.0-10.0.0.255", "::10-::20", "192.168.0.1/16", "2001:db8::5/32",
      "2001:0DB8:0:0:0:0:0:1", "::ffff:1.2.3.4", "::1.2.3.4");
  for (size_t i = 0; i < 9; i++) {
    char rule[WEIR_BLOCK_LIST_RULE_SIZE];
    next_line(g);
    (void)weir_block_list_rule(g->list, i, rule, sizeof rule);
    assert_string_equal(g->line + strlen("rule: "), rule);
  }
  ends_after(g, 9);
  scenario(g, "return values; duplicates are kept");
  told(g, add(g, "1.1.1.1"));
  told(g, add(g, "1.1.1.1"));
  told(g, add(g, "1.1.1.1-1.1.1.1"));
  told(g, add(g, "1.1.1.1/32"));
  same_rules(g);
  ends_after(g, 5);
}

/* BLK-03, BLK-17, BLK-18, BLK-19 */
static void ranges(void **state) {
  golden *g = *state;
  scenario(g, "range bounds are inclusive; reversed is refused; equal is allowed");
  ADD("10.0.0.2-10.0.0.4");
  same_checks(g, 5);
  /* The trace has the checks first and then the calls that add. */
  static const char *const added[] = {"10.0.0.4-10.0.0.2", "::2-::1", "10.0.1.1-10.0.1.1",
                                      "1.0.0.255-1.0.1.0"};
  weir_err errs[COUNT_OF(added)];
  for (size_t i = 0; i < COUNT_OF(added); i++) errs[i] = add(g, added[i]);
  same_checks(g, 3);
  for (size_t i = 0; i < COUNT_OF(added); i++) told(g, errs[i]);
  same_rules(g);
  ends_after(g, 13);
  scenario(g, "range with ends of different families");
  next_line(g); /* D13: Node adds these two. */
  assert_int_equal(add(g, "1.1.1.1-::2"), WEIR_ERR_INVALID_ARG_VALUE);
  next_line(g);
  assert_int_equal(add(g, "::1-1.1.1.1"), WEIR_ERR_INVALID_ARG_VALUE);
  told(g, add(g, "1.1.1.1-::ffff:1.1.1.9"));
  told(g, add(g, "::ffff:1.1.1.1-1.1.1.9"));
  next_line(g);
  assert_string_equal(g->line, "rules: [\"Range: IPv6 ::ffff:1.1.1.1-1.1.1.9\",\"Range: IPv4 "
                               "1.1.1.1-::ffff:1.1.1.9\",\"Range: IPv6 ::1-1.1.1.1\",\"Range: IPv4 "
                               "1.1.1.1-::2\"]");
  block_assert_rules(g->list, "Range: IPv6 ::ffff:1.1.1.1-1.1.1.9\n"
                              "Range: IPv4 1.1.1.1-::ffff:1.1.1.9\n");
  same_checks(g, 1);
  ends_after(g, 6);
}

/* BLK-04, BLK-07, BLK-08, BLK-09, BLK-10 */
static void subnets(void **state) {
  golden *g = *state;
  static const struct {
    const char *rule;
    size_t checks;
  } cases[] = {
      {"10.1.2.3/0", 2},  {"10.1.2.3/32", 2},       {"10.1.2.128/25", 3}, {"10.1.2.3/30", 3},
      {"10.1.2.3/31", 3}, {"2001:db8::/32", 2},     {"::/0", 2},          {"::1/128", 2},
      {"fe80::/10", 2},   {"2001:db8::8000/113", 2}};
  /* The trace's lines are in groups: first all rules, then all checks. */
  scenario(g, "subnets: prefix 0, full, bits inside a byte");
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    new_list(g);
    ADD(cases[i].rule);
    same_rules(g);
  }
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    new_list(g);
    ADD(cases[i].rule);
    same_checks(g, cases[i].checks);
  }
  ends_after(g, 33);
  scenario(g, "prefix bounds");
  weir_address ipv4 = block_address("1.0.0.0");
  weir_address ipv6 = block_address("::");
  told(g, weir_block_list_add_subnet(g->list, &ipv4, -1));
  told(g, weir_block_list_add_subnet(g->list, &ipv4, 33));
  not_in_c(g, 4);
  static const int32_t prefixes[] = {-1, 129, 33, 128};
  for (size_t i = 0; i < COUNT_OF(prefixes); i++)
    told(g, weir_block_list_add_subnet(g->list, &ipv6, prefixes[i]));
  same_rules(g);
  ends_after(g, 11);
}

/* BLK-13, BLK-14, BLK-15, BLK-16 */
static void mapped(void **state) {
  golden *g = *state;
  scenario(g, "ipv4 rules match ipv4-mapped ipv6 input");
  ADD("1.1.1.1", "2.2.2.1-2.2.2.9", "3.3.0.0/16");
  same_checks(g, 10);
  ends_after(g, 10);
  scenario(g, "ipv4-mapped ipv6 rules against ipv4 input");
  ADD("::ffff:1.1.1.1", "::ffff:2.2.2.1-::ffff:2.2.2.9");
  same_checks(g, 5);
  new_list(g);
  ADD("::ffff:3.3.0.0/112");
  same_checks(g, 3);
  new_list(g);
  ADD("::/0");
  same_checks(g, 1);
  ends_after(g, 9);
}

/* BLK-05, BLK-06, BLK-20, BLK-21, BLK-22: the family is the address's, so text of another family
 * than was said is text that does not parse. */
static void arguments(void **state) {
  golden *g = *state;
  scenario(g, "the family argument: default, case, wrong, unparsable address");
  ADD("1.1.1.1", "::1");
  same_checks(g, 9);
  not_in_c(g, 4);
  ends_after(g, 13);
  scenario(g, "argument checks of the add calls");
  not_in_c(g, 1);
  told(g, add(g, "x"));
  told(g, add(g, "Address: IPv6 1.1.1.1"));
  told(g, add(g, "Address: IPv4 ::1"));
  not_in_c(g, 2);
  told(g, add(g, "1.1.1.1"));
  told(g, add(g, "010.0.0.1"));
  told(g, add(g, "fe80::1%lo"));
  not_in_c(g, 2);
  told(g, add(g, "x-y"));
  not_in_c(g, 1);
  told(g, add(g, "x/8"));
  not_in_c(g, 1);
  same_rules(g);
  ends_after(g, 16);
}

/* BLK-05, BLK-12, BLK-24 */
static void values(void **state) {
  golden *g = *state;
  scenario(g, "SocketAddress arguments: port and flow label are ignored, family comes from it");
  weir_address values_of[] = {block_address("1.1.1.1"), block_address("2001:db8::"),
                              block_address("5.5.5.1"), block_address("5.5.5.9")};
  values_of[0].port = 80;
  values_of[1].flow_label = 7;
  values_of[3].port = 9;
  assert_int_equal(weir_block_list_add_address(g->list, &values_of[0]), WEIR_OK);
  assert_int_equal(weir_block_list_add_subnet(g->list, &values_of[1], 32), WEIR_OK);
  assert_int_equal(weir_block_list_add_range(g->list, &values_of[2], &values_of[3]), WEIR_OK);
  same_rules(g);
  values_of[0].port = 443;
  values_of[1].bytes[15] = 1;
  for (size_t i = 0; i < 4; i++) {
    if (i == 2) continue;
    next_line(g);
    assert_non_null(strstr(g->line, "-> true"));
    assert_true(weir_block_list_check(g->list, &values_of[i]));
  }
  ends_after(g, 4);
  scenario(g, "any matching rule is enough; rules never unblock");
  ADD("10.0.0.0/8", "10.0.0.1");
  same_checks(g, 3);
  ends_after(g, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(examples), TEST(texts),     TEST(ranges), TEST(subnets),
      TEST(mapped),   TEST(arguments), TEST(values),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
