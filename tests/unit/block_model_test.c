/* Block lists beside a model that compares bit by bit and keeps no order, index or compiled form.
 */
#include "conformance/clause.h"
#include "tests/support/random.h"
#include "tests/unit/block_support.h"

#include <stdlib.h>

enum { OPERATIONS = 240000, MODEL_MAX = 48, MANY = 12000 };

/* An address as 128 bits, IPv4 mapped. */
typedef struct bits {
  uint8_t byte[16];
} bits;

typedef struct model_rule {
  weir_address start, end;
  int32_t prefix_bits; /* -1: a range, -2: an address */
} model_rule;

static bits bits_of(const weir_address *address) {
  bits b = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0}};
  if (address->family == WEIR_FAMILY_IPV4)
    memcpy(b.byte + 12, address->bytes, 4);
  else
    memcpy(b.byte, address->bytes, 16);
  return b;
}

static int bit(const bits *b, int i) {
  return b->byte[i / 8] >> (7 - i % 8) & 1;
}

static int compare(const bits *a, const bits *b, int count) {
  for (int i = 0; i < count; i++)
    if (bit(a, i) != bit(b, i)) return bit(a, i) - bit(b, i);
  return 0;
}

static bool model_matches(const model_rule *rule, const weir_address *address) {
  bits wanted = bits_of(address);
  bits start = bits_of(&rule->start);
  bits end = bits_of(&rule->end);
  if (rule->prefix_bits == -2) return compare(&start, &wanted, 128) == 0;
  if (rule->prefix_bits == -1)
    return compare(&start, &wanted, 128) <= 0 && compare(&wanted, &end, 128) <= 0;
  int offset = rule->start.family == WEIR_FAMILY_IPV4 ? 96 : 0;
  return compare(&start, &wanted, rule->prefix_bits + offset) == 0;
}

static bool model_check(const model_rule *rules, size_t count, const weir_address *address) {
  for (size_t i = 0; i < count; i++)
    if (model_matches(&rules[i], address)) return true;
  return false;
}

/* One up or down; wraps around. */
static weir_address step(weir_address address, bool up) {
  int last = address.family == WEIR_FAMILY_IPV4 ? 3 : 15;
  for (int i = last; i >= 0; i--) {
    address.bytes[i] = (uint8_t)(address.bytes[i] + (up ? 1 : -1));
    if (address.bytes[i] != (up ? 0 : 0xff)) break;
  }
  return address;
}

/* Edges, their neighbours, and what is near to them. */
static weir_address random_address(test_random *random) {
  static const char *const edges[] = {"0.0.0.0",
                                      "255.255.255.255",
                                      "127.0.0.1",
                                      "127.255.255.255",
                                      "128.0.0.0",
                                      "10.0.0.0",
                                      "::",
                                      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                                      "::ffff:0:0",
                                      "::ffff:ffff:ffff",
                                      "::ffff:10.0.0.0",
                                      "::ffff:127.0.0.1",
                                      "::1:0:0:0",
                                      "2001:db8::",
                                      "2001:db8:0:0:ffff:ffff:ffff:ffff",
                                      "8000::",
                                      "::1.2.3.4"};
  weir_address address = block_address(edges[test_random_below(random, COUNT_OF(edges))]);
  uint64_t turn = test_random_below(random, 8);
  size_t length = address.family == WEIR_FAMILY_IPV4 ? 4 : 16;
  if (turn < 2) return step(address, turn == 0);
  if (turn == 2) address.bytes[test_random_below(random, length)] ^= (uint8_t)(1 << (turn + 3));
  if (turn == 3) address.bytes[length - 1] = (uint8_t)test_random_next(random);
  return address;
}

static model_rule random_rule(test_random *random) {
  model_rule rule = {random_address(random), {0}, -2};
  rule.end = rule.start;
  uint64_t turn = test_random_below(random, 3);
  if (turn == 0) return rule;
  if (turn == 1) {
    rule.prefix_bits = -1;
    rule.end = random_address(random);
    return rule;
  }
  int32_t width = rule.start.family == WEIR_FAMILY_IPV4 ? 32 : 128;
  bool narrow = test_random_below(random, 3) > 0; /* Wide ones block too much to be of use. */
  int32_t least = narrow ? width - 12 : 0;
  rule.prefix_bits = least + (int32_t)test_random_below(random, (uint64_t)(width - least + 1));
  return rule;
}

static weir_err add(weir_block_list *list, const model_rule *rule) {
  if (rule->prefix_bits == -2) return weir_block_list_add_address(list, &rule->start);
  if (rule->prefix_bits == -1) return weir_block_list_add_range(list, &rule->start, &rule->end);
  return weir_block_list_add_subnet(list, &rule->start, rule->prefix_bits);
}

static weir_err take_away(weir_block_list *list, const model_rule *rule) {
  if (rule->prefix_bits == -2) return weir_block_list_remove_address(list, &rule->start);
  if (rule->prefix_bits == -1) return weir_block_list_remove_range(list, &rule->start, &rule->end);
  return weir_block_list_remove_subnet(list, &rule->start, rule->prefix_bits);
}

static bool range_fits(const model_rule *rule) {
  bits start = bits_of(&rule->start);
  bits end = bits_of(&rule->end);
  bits mapped = bits_of(&(weir_address){.family = WEIR_FAMILY_IPV4});
  bool one_family = rule->start.family == rule->end.family ||
                    (compare(&start, &mapped, 96) == 0 && compare(&end, &mapped, 96) == 0);
  return one_family && compare(&start, &end, 128) <= 0;
}

static bool same(const model_rule *a, const model_rule *b) {
  return a->prefix_bits == b->prefix_bits && weir_address_equal(&a->start, &b->start) &&
         weir_address_equal(&a->end, &b->end);
}

/* One list and its model; the oldest rule first. */
typedef struct pair {
  weir_block_list *list;
  model_rule rules[MODEL_MAX];
  size_t count;
} pair;

static void random_add(pair *p, test_random *random) {
  model_rule rule = random_rule(random);
  if (p->count == MODEL_MAX) return;
  bool fits = rule.prefix_bits != -1 || range_fits(&rule);
  assert_int_equal(add(p->list, &rule), fits ? WEIR_OK : WEIR_ERR_INVALID_ARG_VALUE);
  if (fits) p->rules[p->count++] = rule;
}

static void random_remove(pair *p, test_random *random) {
  if (p->count == 0) return;
  model_rule rule = p->rules[test_random_below(random, p->count)];
  size_t newest = p->count - 1;
  while (!same(&p->rules[newest], &rule)) newest--;
  assert_int_equal(take_away(p->list, &rule), WEIR_OK);
  memmove(&p->rules[newest], &p->rules[newest + 1], (--p->count - newest) * sizeof rule);
}

static void check(pair *p, test_random *random) {
  weir_address address = random_address(random);
  bool expected = model_check(p->rules, p->count, &address);
  if (weir_block_list_check(p->list, &address) != expected) {
    char text[WEIR_ADDRESS_TEXT_SIZE];
    (void)weir_address_format(&address, text, sizeof text);
    fail_msg("%s: model %d, %zu rules", text, expected, p->count);
  }
}

static void check_snapshot(pair *p, test_random *random) {
  weir_block_filter *filter;
  assert_int_equal(weir_block_list_snapshot(p->list, &filter), WEIR_OK);
  for (int i = 0; i < 4; i++) {
    weir_address address = random_address(random);
    assert_int_equal(weir_block_filter_check(filter, &address),
                     model_check(p->rules, p->count, &address));
  }
  weir_block_filter_release(filter);
}

/* The text of the oldest and the newest rule stays with it. */
static void check_rules(pair *p) {
  char text[WEIR_BLOCK_LIST_RULE_SIZE];
  assert_int_equal(weir_block_list_size(p->list), p->count);
  for (size_t i = 0; i < p->count; i++) {
    (void)weir_block_list_rule(p->list, i, text, sizeof text);
    pair one = {block_list_new(false), {p->rules[p->count - 1 - i]}, 1};
    char expected[WEIR_BLOCK_LIST_RULE_SIZE];
    assert_int_equal(add(one.list, &one.rules[0]), WEIR_OK);
    (void)weir_block_list_rule(one.list, 0, expected, sizeof expected);
    assert_string_equal(text, expected);
    weir_block_list_free(one.list);
  }
}

static void random_operation(pair *p, test_random *random) {
  uint64_t turn = test_random_below(random, 100);
  if (turn < 12)
    random_add(p, random);
  else if (turn < 22)
    random_remove(p, random);
  else if (turn < 24)
    check_snapshot(p, random);
  else
    check(p, random);
}

static void random_programs_do_what_the_model_does(void **state) {
  (void)state;
  test_random random = test_random_start();
  pair p = {block_list_new(false), {{{0}, {0}, 0}}, 0};
  CLAUSES("BLK-11", "BLK-12", "BLK-13", "BLK-15", "BLK-16") {
    for (int i = 0; i < OPERATIONS; i++) {
      random_operation(&p, &random);
      if (i % 5000 == 0) check_rules(&p);
      if (i % 7001 == 0) {
        weir_block_list_clear(p.list);
        p.count = 0;
      }
    }
  }
  weir_block_list_free(p.list);
}

static void check_prefix(const weir_address *net, int32_t prefix_bits) {
  weir_block_list *list = block_list_new(false);
  model_rule rule = {*net, *net, prefix_bits};
  assert_int_equal(add(list, &rule), WEIR_OK);
  for (int flipped = -1; flipped < (net->family == WEIR_FAMILY_IPV4 ? 32 : 128); flipped++) {
    weir_address probe = *net;
    if (flipped >= 0) probe.bytes[flipped / 8] ^= (uint8_t)(0x80 >> flipped % 8);
    for (int side = 0; side < 3; side++) {
      weir_address near = side == 0 ? probe : step(probe, side == 1);
      assert_int_equal(weir_block_list_check(list, &near), model_matches(&rule, &near));
    }
  }
  weir_block_list_free(list);
}

static void every_prefix_is_honoured_bit_by_bit(void **state) {
  (void)state;
  static const char *const nets[] = {"10.1.2.131",
                                     "0.0.0.0",
                                     "255.255.255.255",
                                     "2001:db8::8001",
                                     "::",
                                     "::ffff:10.1.2.3",
                                     "a5a5:5a5a:a5a5:5a5a:a5a5:5a5a:a5a5:5a5a"};
  CLAUSES("BLK-04", "BLK-09", "BLK-10") {
    for (size_t i = 0; i < COUNT_OF(nets); i++) {
      weir_address net = block_address(nets[i]);
      int32_t width = net.family == WEIR_FAMILY_IPV4 ? 32 : 128;
      for (int32_t count = 0; count <= width; count++) check_prefix(&net, count);
    }
  }
}

/* Crowds of different sizes, some of them in a single /120: what an index has to divide often. */
static weir_address crowded_address(test_random *random, bool ipv6) {
  weir_address address = {ipv6 ? WEIR_FAMILY_IPV6 : WEIR_FAMILY_IPV4, 0, 0, 0, {0}};
  size_t length = ipv6 ? 16 : 4;
  size_t fixed = (size_t)test_random_below(random, length);
  memset(address.bytes, test_random_below(random, 2) ? 0x20 : 0xfd, length);
  for (size_t i = fixed; i < length; i++) {
    address.bytes[i] = (uint8_t)test_random_next(random);
    if (test_random_below(random, 3) == 0) address.bytes[i] &= 3;
  }
  return address;
}

static int by_number(const void *a, const void *b) {
  bits first = bits_of(a), second = bits_of(b);
  return memcmp(&first, &second, sizeof first);
}

/* Sorted addresses are enough of a model here. */
static void a_large_list_finds_each_of_its_addresses(bool ipv6, uint64_t turn) {
  test_random random = {turn};
  weir_address *addresses = calloc(MANY, sizeof *addresses);
  weir_block_list *list = block_list_new(false);
  weir_block_filter *filter;
  assert_non_null(addresses);
  for (size_t i = 0; i < MANY; i++) {
    addresses[i] = crowded_address(&random, ipv6);
    assert_int_equal(weir_block_list_add_address(list, &addresses[i]), WEIR_OK);
  }
  qsort(addresses, MANY, sizeof *addresses, by_number);
  assert_int_equal(weir_block_list_snapshot(list, &filter), WEIR_OK);
  for (size_t i = 0; i < MANY; i++) {
    assert_true(weir_block_filter_check(filter, &addresses[i]));
    for (int up = 0; up < 2; up++) {
      weir_address near = step(addresses[i], up);
      bool there = bsearch(&near, addresses, MANY, sizeof near, by_number) != NULL;
      assert_int_equal(weir_block_filter_check(filter, &near), there);
    }
    weir_address far = crowded_address(&random, ipv6);
    bool there = bsearch(&far, addresses, MANY, sizeof far, by_number) != NULL;
    assert_int_equal(weir_block_filter_check(filter, &far), there);
  }
  weir_block_filter_release(filter);
  weir_block_list_free(list);
  free(addresses);
}

static void large_lists_find_each_of_their_addresses(void **state) {
  (void)state;
  for (uint64_t turn = 1; turn <= 4; turn++) {
    a_large_list_finds_each_of_its_addresses(false, turn);
    a_large_list_finds_each_of_its_addresses(true, turn);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(random_programs_do_what_the_model_does),
      cmocka_unit_test(every_prefix_is_honoured_bit_by_bit),
      cmocka_unit_test(large_lists_find_each_of_their_addresses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
