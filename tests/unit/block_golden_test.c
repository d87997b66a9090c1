/* The golden trace of Node's BlockList, line by line. What weir answers in another way, or C cannot
 * ask, is declared here with the number it has in docs/divergences.md; a line that is neither
 * replayed nor declared fails. */
#include "conformance/clause.h"
#include "tests/unit/block_support.h"

#include <stdio.h>
#include <stdlib.h>

enum { LINE = 1024, LINES_MAX = 256, REPLAYED = 125, DECLARED = 17 };

/* A line that is not replayed as it stands. */
typedef struct declaration {
  const char *begin; /* Of the line. */
  const char *why;
} declaration;

#define TYPED_TEXT   "D11: text is text"
#define TYPED_PREFIX "D11: a prefix is an int32_t"
#define TYPED_FAMILY "D12: the family is part of the address"
#define MIXED_RANGE  "D13: refused"

static const declaration declarations[] = {
    {"add: v4..v6 -> undefined", MIXED_RANGE},
    {"add: v6..v4 -> undefined", MIXED_RANGE},
    {"rules: [\"Range: IPv6 ::ffff:1.1.1.1-1.1.1.9\",\"Range: IPv4 1.1.1.1-::ffff:1.1.1.9\","
     "\"Range: IPv6 ::1-1.1.1.1\",\"Range: IPv4 1.1.1.1-::2\"]",
     MIXED_RANGE},
    {"add: v4 /1.5 -> throws", TYPED_PREFIX},
    {"add: v4 /null -> throws", TYPED_PREFIX},
    {"add: v4 /\"24\" -> throws", TYPED_PREFIX},
    {"add: v4 /undefined -> throws", TYPED_PREFIX},
    {"check: 5 -> throws", TYPED_TEXT},
    {"check: \"1.1.1.1\",4 -> throws", TYPED_FAMILY},
    {"check:  -> throws", TYPED_TEXT},
    {"check: null -> throws", TYPED_TEXT},
    {"add: addAddress(5) -> throws", TYPED_TEXT},
    {"add: addAddress(\"1.1.1.1\", 4) -> throws", TYPED_FAMILY},
    {"add: addRange(5, ...) -> throws", TYPED_TEXT},
    {"add: addRange(..., 5) -> throws", TYPED_TEXT},
    {"add: addSubnet(5, 8) -> throws", TYPED_TEXT},
    {"add: addSubnet(\"1.0.0.0\") -> throws", TYPED_PREFIX},
};

/* What became of a line. */
typedef enum verdict { PASSED_OVER, IS_REPLAYED, IS_DECLARED } verdict;

/* The trace, and the list of the scenario at hand. */
typedef struct golden {
  FILE *file;
  char line[LINE];
  size_t number; /* Of the line in the file. */
  weir_block_list *list;
  size_t compared;
  verdict verdicts[LINES_MAX];
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

static void read_line(golden *g) {
  if (!fgets(g->line, LINE, g->file)) fail_msg("the trace is at its end");
  g->line[strcspn(g->line, "\n")] = '\0';
  assert_true(++g->number < LINES_MAX);
}

/* The next line, which is going to be replayed. */
static void next_line(golden *g) {
  read_line(g);
  g->verdicts[g->number] = IS_REPLAYED;
  g->compared++;
}

/* So many lines are declared; a declaration is for one line. */
static void are_declared(golden *g, size_t count) {
  for (size_t i = 0; i < count; i++) {
    size_t found = 0;
    next_line(g);
    for (size_t k = 0; k < COUNT_OF(declarations); k++) {
      const char *begin = declarations[k].begin;
      if (strncmp(g->line, begin, strlen(begin)) == 0) found++;
    }
    if (found != 1) fail_msg("%zu declarations: %s", found, g->line);
    g->verdicts[g->number] = IS_DECLARED;
  }
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
  g->number = 0;
  do read_line(g);
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

/* The family Node's argument names, however it is written; Node's default is IPv4. */
static weir_family named_family(const char *type) {
  if (*type == ' ' || strncmp(type, "\"IPv4\"", 6) == 0) return WEIR_FAMILY_IPV4;
  bool ipv6 = strncmp(type, "\"ipv6\"", 6) == 0 || strncmp(type, "\"IPV6\"", 6) == 0;
  return ipv6 ? WEIR_FAMILY_IPV6 : (weir_family)5;
}

/* D12: text and family become an address first, which only the name of a zone needs no part of
 * (D14). What is no address of that family cannot be asked for: no rule has matched. */
static bool check(golden *g, char *text, const char *type) {
  weir_address_options options = WEIR_ADDRESS_OPTIONS_INIT;
  weir_address address;
  options.address = text;
  options.family = named_family(type);
  if (strchr(text, '%')) return block_check(g->list, text);
  return weir_address_make(&options, &address) == WEIR_OK &&
         weir_block_list_check(g->list, &address);
}

/* So many lines are checks with their arguments and what Node said. */
static void same_checks(golden *g, size_t count) {
  for (size_t i = 0; i < count; i++) {
    next_line(g);
    assert_memory_equal(g->line, "check: \"", 8);
    char text[64] = "";
    size_t length = strcspn(g->line + 8, "\"");
    assert_in_range(length, 1, sizeof text - 1);
    memcpy(text, g->line + 8, length);
    const char *type = g->line + 8 + length + 1;
    type += *type == ',';
    bool blocked = strstr(type, "-> true") != NULL;
    if (!blocked) assert_non_null(strstr(type, "-> false"));
    if (check(g, text, type) != blocked) fail_msg("%s", g->line);
  }
}

static void an_empty_list(void **state) {
  golden *g = *state;
  scenario(g, "empty list");
  CLAUSES("BLK-01") {
    same_rules(g);
    same_checks(g, 2);
  }
  ends_after(g, 3);
}

static void the_documented_example(void **state) {
  golden *g = *state;
  scenario(g, "the example of the documentation");
  ADD("123.123.123.123", "10.0.0.1-10.0.0.10", "8592:757c:efae:4e45::/64");
  CLAUSES("BLK-13", "BLK-30") {
    same_checks(g, 5);
    assert_true(block_check(g->list, "8592:757c:efae:4e45:1::9"));
    assert_false(block_check(g->list, "8592:757c:efae:4e46::"));
  }
  same_rules(g);
  ends_after(g, 6);
}

static void the_text_of_every_kind_of_rule(void **state) {
  golden *g = *state;
  scenario(g, "text of every kind of rule; newest first");
  ADD("1.1.1.1", "::1", "10.0.0.0-10.0.0.255", "::10-::20", "192.168.0.1/16", "2001:db8::5/32",
      "2001:0DB8:0:0:0:0:0:1", "::ffff:1.2.3.4", "::1.2.3.4");
  CLAUSES("BLK-24", "BLK-25", "BLK-26", "BLK-27") {
    for (size_t i = 0; i < 9; i++) {
      char rule[WEIR_BLOCK_LIST_RULE_SIZE];
      next_line(g);
      (void)weir_block_list_rule(g->list, i, rule, sizeof rule);
      assert_string_equal(g->line + strlen("rule: "), rule);
    }
  }
  ends_after(g, 9);
}

static void duplicates_are_kept(void **state) {
  golden *g = *state;
  scenario(g, "return values; duplicates are kept");
  CLAUSES("BLK-02", "BLK-23", "BLK-24") {
    told(g, add(g, "1.1.1.1"));
    told(g, add(g, "1.1.1.1"));
    told(g, add(g, "1.1.1.1-1.1.1.1"));
    told(g, add(g, "1.1.1.1/32"));
    same_rules(g);
  }
  ends_after(g, 5);
}

static void the_bounds_of_ranges(void **state) {
  golden *g = *state;
  scenario(g, "range bounds are inclusive; reversed is refused; equal is allowed");
  ADD("10.0.0.2-10.0.0.4");
  CLAUSES("BLK-03", "BLK-17", "BLK-18") {
    same_checks(g, 5);
    /* The trace has the checks first and then the calls that add. */
    static const char *const added[] = {"10.0.0.4-10.0.0.2", "::2-::1", "10.0.1.1-10.0.1.1",
                                        "1.0.0.255-1.0.1.0"};
    weir_err errs[COUNT_OF(added)];
    for (size_t i = 0; i < COUNT_OF(added); i++) errs[i] = add(g, added[i]);
    same_checks(g, 3);
    for (size_t i = 0; i < COUNT_OF(added); i++) told(g, errs[i]);
    same_rules(g);
  }
  ends_after(g, 13);
}

static void ranges_of_two_families(void **state) {
  golden *g = *state;
  scenario(g, "range with ends of different families");
  CLAUSES("BLK-19") {
    are_declared(g, 2);
    assert_int_equal(add(g, "1.1.1.1-::2"), WEIR_ERR_INVALID_ARG_VALUE);
    assert_int_equal(add(g, "::1-1.1.1.1"), WEIR_ERR_INVALID_ARG_VALUE);
    told(g, add(g, "1.1.1.1-::ffff:1.1.1.9"));
    told(g, add(g, "::ffff:1.1.1.1-1.1.1.9"));
    are_declared(g, 1);
    block_assert_rules(g->list, "Range: IPv6 ::ffff:1.1.1.1-1.1.1.9\n"
                                "Range: IPv4 1.1.1.1-::ffff:1.1.1.9\n");
    same_checks(g, 1);
  }
  ends_after(g, 6);
}

static void the_prefixes_of_subnets(void **state) {
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
  CLAUSES("BLK-04", "BLK-09", "BLK-10") {
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
  }
  ends_after(g, 33);
}

static void the_bounds_of_prefixes(void **state) {
  golden *g = *state;
  weir_address ipv4 = block_address("1.0.0.0");
  weir_address ipv6 = block_address("::");
  scenario(g, "prefix bounds");
  CLAUSES("BLK-07") {
    told(g, weir_block_list_add_subnet(g->list, &ipv4, -1));
    told(g, weir_block_list_add_subnet(g->list, &ipv4, 33));
  }
  are_declared(g, 4);
  CLAUSES("BLK-08") {
    static const int32_t prefixes[] = {-1, 129, 33, 128};
    for (size_t i = 0; i < COUNT_OF(prefixes); i++)
      told(g, weir_block_list_add_subnet(g->list, &ipv6, prefixes[i]));
    same_rules(g);
  }
  ends_after(g, 11);
}

static void ipv4_rules_and_mapped_addresses(void **state) {
  golden *g = *state;
  scenario(g, "ipv4 rules match ipv4-mapped ipv6 input");
  ADD("1.1.1.1", "2.2.2.1-2.2.2.9", "3.3.0.0/16");
  CLAUSES("BLK-13", "BLK-14") {
    same_checks(g, 10);
  }
  ends_after(g, 10);
}

static void mapped_rules_and_ipv4_addresses(void **state) {
  golden *g = *state;
  scenario(g, "ipv4-mapped ipv6 rules against ipv4 input");
  ADD("::ffff:1.1.1.1", "::ffff:2.2.2.1-::ffff:2.2.2.9");
  CLAUSES("BLK-15") {
    same_checks(g, 5);
    new_list(g);
    ADD("::ffff:3.3.0.0/112");
    same_checks(g, 3);
  }
  new_list(g);
  ADD("::/0");
  CLAUSES("BLK-09") {
    same_checks(g, 1);
  }
  ends_after(g, 9);
}

static void the_family_of_a_checked_address(void **state) {
  golden *g = *state;
  scenario(g, "the family argument: default, case, wrong, unparsable address");
  ADD("1.1.1.1", "::1");
  CLAUSES("BLK-06", "BLK-21", "BLK-22") {
    same_checks(g, 9);
  }
  are_declared(g, 4);
  ends_after(g, 13);
}

/* D12: a family that is none is seen where text becomes an address. */
static weir_err make_of_unknown_family(void) {
  weir_address_options options = WEIR_ADDRESS_OPTIONS_INIT;
  weir_address address;
  options.address = "1.1.1.1";
  options.family = (weir_family)5;
  return weir_address_make(&options, &address);
}

static void the_family_of_an_added_address(void **state) {
  golden *g = *state;
  scenario(g, "argument checks of the add calls");
  CLAUSES("BLK-06", "BLK-20", "BLK-22") {
    are_declared(g, 1);
    told(g, add(g, "x"));
    told(g, add(g, "Address: IPv6 1.1.1.1"));
    told(g, add(g, "Address: IPv4 ::1"));
    are_declared(g, 1);
    told(g, make_of_unknown_family());
    told(g, add(g, "1.1.1.1"));
    told(g, add(g, "010.0.0.1"));
    told(g, add(g, "fe80::1%lo"));
    are_declared(g, 2);
    told(g, add(g, "x-y"));
    are_declared(g, 1);
    told(g, add(g, "x/8"));
    are_declared(g, 1);
    same_rules(g);
  }
  ends_after(g, 16);
}

/* The next line is a check of a value, which Node found. */
static void same_value(golden *g, const weir_address *address) {
  next_line(g);
  assert_non_null(strstr(g->line, "-> true"));
  assert_true(weir_block_list_check(g->list, address));
}

static void addresses_as_values(void **state) {
  golden *g = *state;
  weir_address one = block_address("1.1.1.1"), net = block_address("2001:db8::");
  weir_address start = block_address("5.5.5.1"), end = block_address("5.5.5.9");
  scenario(g, "SocketAddress arguments: port and flow label are ignored, family comes from it");
  one.port = 80;
  net.flow_label = 7;
  end.port = 9;
  assert_int_equal(weir_block_list_add_address(g->list, &one), WEIR_OK);
  assert_int_equal(weir_block_list_add_subnet(g->list, &net, 32), WEIR_OK);
  assert_int_equal(weir_block_list_add_range(g->list, &start, &end), WEIR_OK);
  CLAUSES("BLK-05") {
    same_rules(g);
    one.port = 443;
    net.bytes[15] = 1;
    same_value(g, &one);
    same_value(g, &net);
    same_value(g, &end);
  }
  ends_after(g, 4);
}

static size_t lines_in(const char *text) {
  size_t lines = 0;
  for (; *text; text++) lines += *text == '\n';
  return lines;
}

static void rules_that_were_read_do_not_change(void **state) {
  golden *g = *state;
  char first[LINE], second[LINE], copy[LINE], mine[LINE];
  scenario(g, "rules is a snapshot");
  ADD("1.1.1.1");
  (void)weir_block_list_to_text(g->list, first, sizeof first);
  memcpy(copy, first, strlen(first) + 1);
  ADD("2.2.2.2");
  (void)weir_block_list_to_text(g->list, second, sizeof second);
  CLAUSES("BLK-24") {
    (void)snprintf(mine, sizeof mine, "rules: %zu then %zu; same array: %s", lines_in(first),
                   lines_in(second), strcmp(first, second) == 0 ? "true" : "false");
    next_line(g);
    assert_string_equal(mine, g->line);
    assert_string_equal(first, copy);
  }
  ends_after(g, 1);
}

static void rules_never_unblock(void **state) {
  golden *g = *state;
  scenario(g, "any matching rule is enough; rules never unblock");
  ADD("10.0.0.0/8", "10.0.0.1");
  CLAUSES("BLK-11", "BLK-12") {
    same_checks(g, 3);
  }
  ends_after(g, 3);
}

/* The last test: what the others have passed over. */
static void every_line_is_replayed_or_declared(void **state) {
  golden *g = *state;
  size_t counts[3] = {0};
  rewind(g->file);
  g->number = 0;
  while (fgets(g->line, LINE, g->file)) {
    g->number++;
    if (g->line[0] == '#' || g->line[0] == '\n') continue;
    counts[g->verdicts[g->number]]++;
    if (g->verdicts[g->number] == PASSED_OVER) fail_msg("line %zu: %s", g->number, g->line);
  }
  assert_int_equal(counts[IS_REPLAYED], REPLAYED);
  assert_int_equal(counts[IS_DECLARED], DECLARED);
  assert_int_equal(COUNT_OF(declarations), DECLARED);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_empty_list),
      cmocka_unit_test(the_documented_example),
      cmocka_unit_test(the_text_of_every_kind_of_rule),
      cmocka_unit_test(duplicates_are_kept),
      cmocka_unit_test(the_bounds_of_ranges),
      cmocka_unit_test(ranges_of_two_families),
      cmocka_unit_test(the_prefixes_of_subnets),
      cmocka_unit_test(the_bounds_of_prefixes),
      cmocka_unit_test(ipv4_rules_and_mapped_addresses),
      cmocka_unit_test(mapped_rules_and_ipv4_addresses),
      cmocka_unit_test(the_family_of_a_checked_address),
      cmocka_unit_test(the_family_of_an_added_address),
      cmocka_unit_test(addresses_as_values),
      cmocka_unit_test(rules_that_were_read_do_not_change),
      cmocka_unit_test(rules_never_unblock),
      cmocka_unit_test(every_line_is_replayed_or_declared),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
