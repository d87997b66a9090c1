/* What the specification says of block lists, where the neighbours of an address, every number of a
 * prefix or every order of the rules show more than a table. */
#include "conformance/clause.h"
#include "tests/unit/block_support.h"

/* What a list answers that has compiled nothing yet, and its compiled form as well. */
static bool finds(const weir_block_list *list, weir_address address) {
  weir_block_list *fresh;
  weir_block_filter *filter;
  assert_int_equal(weir_block_list_clone(list, &fresh), WEIR_OK);
  bool found = weir_block_list_check(fresh, &address);
  assert_int_equal(weir_block_list_snapshot(fresh, &filter), WEIR_OK);
  assert_int_equal(weir_block_filter_check(filter, &address), found);
  weir_block_filter_release(filter);
  weir_block_list_free(fresh);
  return found;
}

static bool finds_text(const weir_block_list *list, const char *text) {
  return finds(list, block_address(text));
}

static weir_address with_bit_flipped(weir_address address, int bit) {
  address.bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
  return address;
}

static int bits_of(const weir_address *address) {
  return address->family == WEIR_FAMILY_IPV4 ? 32 : 128;
}

/* One up or down; wraps around. */
static weir_address step(weir_address address, bool up) {
  for (int i = bits_of(&address) / 8 - 1; i >= 0; i--) {
    address.bytes[i] = (uint8_t)(address.bytes[i] + (up ? 1 : -1));
    if (address.bytes[i] != (up ? 0 : 0xff)) break;
  }
  return address;
}

/* The list finds this address and none that differs in one bit or by one. */
static void assert_finds_only(weir_block_list *list, const weir_address *address) {
  assert_true(finds(list, *address));
  for (int bit = 0; bit < bits_of(address); bit++)
    assert_false(finds(list, with_bit_flipped(*address, bit)));
  assert_false(finds(list, step(*address, true)));
  assert_false(finds(list, step(*address, false)));
}

static const char *const lone_addresses[] = {"10.1.2.3", "0.0.0.0",         "255.255.255.255",
                                             "::",       "2001:db8::ff:1",  "fe80::1%3",
                                             "::ffff:1", "ffff::ffff:ffff", "::ffff:1.2.3.4"};

static void an_address_rule_is_for_one_address(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT_OF(lone_addresses); i++) {
    weir_block_list *list = block_list_new(false);
    weir_address address = block_address(lone_addresses[i]);
    CLAUSES("BLK-02") {
      assert_int_equal(weir_block_list_add_address(list, &address), WEIR_OK);
      assert_int_equal(weir_block_list_size(list), 1);
      assert_finds_only(list, &address);
    }
    weir_block_list_free(list);
  }
}

static void a_range_of_one_address_and_a_subnet_of_all_bits_are_for_one(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT_OF(lone_addresses); i++) {
    weir_block_list *list = block_list_new(false);
    weir_address address = block_address(lone_addresses[i]);
    CLAUSES("BLK-18") {
      assert_int_equal(weir_block_list_add_range(list, &address, &address), WEIR_OK);
      assert_finds_only(list, &address);
    }
    weir_block_list_clear(list);
    CLAUSES("BLK-09") {
      assert_int_equal(weir_block_list_add_subnet(list, &address, bits_of(&address)), WEIR_OK);
      assert_finds_only(list, &address);
    }
    weir_block_list_free(list);
  }
}

static void a_range_holds_all_from_its_start_to_its_end(void **state) {
  (void)state;
  static const char *const ranges[][2] = {{"10.0.0.254", "10.0.2.1"},
                                          {"0.0.0.0", "0.0.0.9"},
                                          {"255.255.255.250", "255.255.255.255"},
                                          {"127.255.255.255", "128.0.0.0"},
                                          {"::fffe", "::1:2"},
                                          {"7fff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", "8000::1"},
                                          {"::ffff:9.9.9.9", "::ffff:9.9.10.1"}};
  for (size_t i = 0; i < COUNT_OF(ranges); i++) {
    weir_block_list *list = block_list_new(false);
    weir_address start = block_address(ranges[i][0]);
    weir_address end = block_address(ranges[i][1]);
    CLAUSES("BLK-03") {
      assert_int_equal(weir_block_list_add_range(list, &start, &end), WEIR_OK);
      for (weir_address at = start; !weir_address_equal(&at, &end); at = step(at, true))
        assert_true(finds(list, at));
      assert_true(finds(list, end));
      assert_false(finds(list, step(start, false)));
      assert_false(finds(list, step(end, true)));
    }
    weir_block_list_free(list);
  }
}

static void host_bits_are_kept_in_the_text_and_do_not_count(void **state) {
  (void)state;
  static const struct {
    const char *net, *first, *last, *text;
    int32_t prefix_bits;
  } rows[] = {
      {"192.168.77.9", "192.168.0.0", "192.168.255.255", "Subnet: IPv4 192.168.77.9/16\n", 16},
      {"10.1.2.200", "10.1.2.128", "10.1.2.255", "Subnet: IPv4 10.1.2.200/25\n", 25},
      {"2001:db8:9::5", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
       "Subnet: IPv6 2001:db8:9::5/32\n", 32},
      {"::ffff:3.3.7.7", "::ffff:3.3.0.0", "::ffff:3.3.255.255",
       "Subnet: IPv6 ::ffff:3.3.7.7/112\n", 112},
  };
  for (size_t i = 0; i < COUNT_OF(rows); i++) {
    weir_block_list *list = block_list_new(false);
    weir_address net = block_address(rows[i].net);
    weir_address first = block_address(rows[i].first), last = block_address(rows[i].last);
    assert_int_equal(weir_block_list_add_subnet(list, &net, rows[i].prefix_bits), WEIR_OK);
    CLAUSES("BLK-04", "BLK-27") {
      block_assert_rules(list, rows[i].text);
      assert_true(finds(list, net));
      assert_true(finds(list, first));
      assert_true(finds(list, last));
      assert_false(finds(list, step(first, false)));
      assert_false(finds(list, step(last, true)));
    }
    weir_block_list_free(list);
  }
}

/* An address with everything set that a rule must not look at. */
static weir_address busy_address(const char *text) {
  weir_address address = block_address(text);
  address.port = 443;
  address.flow_label = 77;
  address.scope_id = address.family == WEIR_FAMILY_IPV6 ? 3 : 0;
  return address;
}

static void values_and_texts_make_the_same_rules(void **state) {
  (void)state;
  weir_block_list *by_value = block_list_new(false);
  weir_block_list *by_text = block_list_new(false);
  weir_address one = busy_address("1.1.1.1"), net = busy_address("2001:db8::");
  weir_address start = busy_address("fe80::1"), end = busy_address("fe80::9");
  char rules[512];
  CLAUSES("BLK-05") {
    assert_int_equal(weir_block_list_add_address(by_value, &one), WEIR_OK);
    assert_int_equal(weir_block_list_add_subnet(by_value, &net, 32), WEIR_OK);
    assert_int_equal(weir_block_list_add_range(by_value, &start, &end), WEIR_OK);
    assert_int_equal(block_add(by_text, "1.1.1.1"), WEIR_OK);
    assert_int_equal(weir_block_list_add_cidr(by_text, "2001:db8::/32", 13), WEIR_OK);
    assert_int_equal(block_add(by_text, "fe80::1-fe80::9"), WEIR_OK);
    (void)weir_block_list_to_text(by_text, rules, sizeof rules);
    block_assert_rules(by_value, rules);
    assert_true(weir_block_list_check(by_text, &one));
    assert_true(weir_block_list_check(by_text, &net));
    assert_true(weir_block_list_check(by_text, &end));
    assert_true(block_check(by_value, "1.1.1.1"));
    assert_true(block_check(by_value, "2001:db8:ffff::"));
    assert_true(block_check(by_value, "fe80::5"));
  }
  weir_block_list_free(by_value);
  weir_block_list_free(by_text);
}

static void a_family_is_4_or_6_and_ipv4_unless_said(void **state) {
  (void)state;
  weir_block_list *list = block_list_new(false);
  weir_address address;
  assert_int_equal(block_add(list, "::/0"), WEIR_OK);
  CLAUSES("BLK-06") {
    assert_int_equal(weir_address_make(NULL, &address), WEIR_OK);
    assert_int_equal(address.family, WEIR_FAMILY_IPV4);
    for (unsigned family = 0; family < 256; family++) {
      bool known = family == 4 || family == 6;
      weir_err err = known ? WEIR_OK : WEIR_ERR_INVALID_ADDRESS;
      address.family = (uint8_t)family;
      assert_int_equal(weir_block_list_add_address(list, &address), err);
      assert_int_equal(weir_block_list_add_range(list, &address, &address), err);
      assert_int_equal(weir_block_list_add_subnet(list, &address, 8), err);
      assert_int_equal(finds(list, address), known);
    }
  }
  weir_block_list_free(list);
}

/* @return how many prefixes from -300 to 300 were taken */
static int prefixes_taken(const char *net, int32_t bits) {
  weir_block_list *list = block_list_new(false);
  weir_address address = block_address(net);
  int taken = 0;
  for (int32_t prefix = -300; prefix <= 300; prefix++) {
    bool good = prefix >= 0 && prefix <= bits;
    assert_int_equal(weir_block_list_add_subnet(list, &address, prefix),
                     good ? WEIR_OK : WEIR_ERR_OUT_OF_RANGE);
    taken += good;
  }
  assert_int_equal(weir_block_list_size(list), taken);
  weir_block_list_free(list);
  return taken;
}

static void a_prefix_is_a_whole_number_of_the_familys_bits(void **state) {
  (void)state;
  typedef weir_err (*takes_int32)(weir_block_list *, const weir_address *, int32_t);
  CLAUSES("BLK-07") {
    assert_int_equal(prefixes_taken("10.0.0.0", 32), 33);
    assert_int_equal(prefixes_taken("255.255.255.255", 32), 33);
    assert_true(_Generic(&weir_block_list_add_subnet, takes_int32 : true, default : false));
  }
  CLAUSES("BLK-08") {
    assert_int_equal(prefixes_taken("2001:db8::", 128), 129);
    assert_int_equal(prefixes_taken("::ffff:10.0.0.0", 128), 129);
  }
}

/* Where Node has a code for a wrong type, text that is no number is no subnet. */
static void a_prefix_in_text_is_a_whole_number(void **state) {
  (void)state;
  static const char *const rules[] = {"10.0.0.0",      "10.0.0.0/",    "10.0.0.0/1.5",
                                      "10.0.0.0/NaN",  "10.0.0.0/0x8", "10.0.0.0/\"24\"",
                                      "10.0.0.0/null", "10.0.0.0/-1",  "10.0.0.0/8/8"};
  weir_block_list *list = block_list_new(false);
  CLAUSES("BLK-07", "BLK-08") {
    for (size_t i = 0; i < COUNT_OF(rules); i++)
      assert_int_equal(weir_block_list_add_cidr(list, rules[i], strlen(rules[i])),
                       WEIR_ERR_INVALID_ADDRESS);
    assert_int_equal(weir_block_list_add_cidr(list, "10.0.0.0/33", 11), WEIR_ERR_OUT_OF_RANGE);
    assert_int_equal(weir_block_list_add_cidr(list, "::/129", 6), WEIR_ERR_OUT_OF_RANGE);
    assert_int_equal(weir_block_list_size(list), 0);
    assert_int_equal(weir_block_list_add_cidr(list, "10.0.0.0/32", 11), WEIR_OK);
    assert_int_equal(weir_block_list_add_cidr(list, "::/128", 6), WEIR_OK);
  }
  weir_block_list_free(list);
}

static const char *const ipv4_samples[] = {"0.0.0.0",   "1.2.3.4",         "127.255.255.255",
                                           "128.0.0.0", "255.255.255.255", "10.0.0.1"};
static const char *const ipv6_samples[] = {"::",
                                           "::1",
                                           "::1.2.3.4",
                                           "64:ff9b::1.2.3.4",
                                           "7fff::",
                                           "8000::",
                                           "::fffe:ffff:ffff",
                                           "::1:0:0:0",
                                           "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"};

static size_t found(weir_block_list *list, const char *const *texts, size_t count) {
  size_t sum = 0;
  for (size_t i = 0; i < count; i++) sum += finds_text(list, texts[i]);
  return sum;
}

static void a_prefix_of_no_bits_is_for_a_whole_family(void **state) {
  (void)state;
  weir_block_list *ipv4 = block_list_new(false);
  weir_block_list *ipv6 = block_list_new(false);
  assert_int_equal(block_add(ipv4, "10.1.2.3/0"), WEIR_OK);
  assert_int_equal(block_add(ipv6, "2001:db8::5/0"), WEIR_OK);
  CLAUSES("BLK-09") {
    assert_int_equal(found(ipv4, ipv4_samples, COUNT_OF(ipv4_samples)), COUNT_OF(ipv4_samples));
    assert_int_equal(found(ipv4, ipv6_samples, COUNT_OF(ipv6_samples)), 0);
    assert_int_equal(found(ipv6, ipv6_samples, COUNT_OF(ipv6_samples)), COUNT_OF(ipv6_samples));
    assert_int_equal(found(ipv6, ipv4_samples, COUNT_OF(ipv4_samples)), COUNT_OF(ipv4_samples));
  }
  weir_block_list_free(ipv4);
  weir_block_list_free(ipv6);
}

/* Rules of each kind, and an address that only the rule beside it finds. */
static const char *const kinds[][2] = {{"10.1.1.1", "10.1.1.1"},
                                       {"10.2.0.0-10.2.0.9", "10.2.0.9"},
                                       {"10.3.0.0/16", "10.3.255.255"},
                                       {"2001:db8::1", "2001:db8::1"},
                                       {"2001:db8:1::-2001:db8:1::9", "2001:db8:1::9"},
                                       {"2001:db8:2::/48", "2001:db8:2:ffff::"}};

static void any_rule_that_matches_is_enough(void **state) {
  (void)state;
  weir_block_list *list = block_list_new(false);
  CLAUSES("BLK-11") {
    for (size_t added = 0; added <= COUNT_OF(kinds); added++) {
      for (size_t i = 0; i < COUNT_OF(kinds); i++)
        assert_int_equal(finds_text(list, kinds[i][1]), i < added);
      assert_false(finds_text(list, "10.1.1.2"));
      assert_false(finds_text(list, "2001:db8:3::"));
      if (added < COUNT_OF(kinds)) assert_int_equal(block_add(list, kinds[added][0]), WEIR_OK);
    }
  }
  weir_block_list_free(list);
}

static const char *const nested[] = {"10.0.0.0/8", "10.1.0.0-10.1.255.255", "10.1.1.1", "10.1.1.1",
                                     "::ffff:10.1.1.0/120"};
static const char *const nested_probes[] = {"10.0.0.0", "10.1.0.0", "10.1.1.1", "10.1.1.0",
                                            "::ffff:10.255.255.255"};

/* Adds the rules that are left in some order, one order after the other; what was found once, with
 * the rules so far, must be found with every further one. */
static void add_in_every_order(const weir_block_list *before, unsigned left, unsigned seen) {
  for (unsigned i = 0; i < COUNT_OF(nested); i++) {
    weir_block_list *list;
    if (!(left >> i & 1)) continue;
    assert_int_equal(weir_block_list_clone(before, &list), WEIR_OK);
    assert_int_equal(block_add(list, nested[i]), WEIR_OK);
    unsigned now = 0;
    for (unsigned k = 0; k < COUNT_OF(nested_probes); k++)
      now |= (unsigned)finds_text(list, nested_probes[k]) << k;
    assert_int_equal(seen & ~now, 0);
    assert_false(finds_text(list, "11.0.0.0"));
    unsigned rest = left & ~(1U << i);
    if (rest == 0) assert_int_equal(now, (1U << COUNT_OF(nested_probes)) - 1);
    add_in_every_order(list, rest, now);
    weir_block_list_free(list);
  }
}

static void no_rule_unblocks_in_any_order(void **state) {
  (void)state;
  weir_block_list *list = block_list_new(false);
  CLAUSES("BLK-12") {
    add_in_every_order(list, (1U << COUNT_OF(nested)) - 1, 0);
  }
  weir_block_list_free(list);
}

/* Each IPv4 sample as itself and mapped. @return how many of the two forms are found, if that is
 * the same number; the two must not differ */
static size_t ipv4_found(weir_block_list *list) {
  size_t plain = 0, as_mapped = 0;
  for (size_t i = 0; i < COUNT_OF(ipv4_samples); i++) {
    char mapped[64] = "::ffff:";
    strcat(mapped, ipv4_samples[i]);
    plain += finds_text(list, ipv4_samples[i]);
    as_mapped += finds_text(list, mapped);
  }
  assert_int_equal(plain, as_mapped);
  return plain;
}

static void an_ipv6_rule_is_for_ipv4_through_the_mapped_block_only(void **state) {
  (void)state;
  static const struct {
    const char *rule;
    size_t found;
  } rows[] = {
      {"::1.2.3.4", 0},
      {"::/96", 0},
      {"64:ff9b::/96", 0},
      {"::fffe:0:0/96", 0},
      {"::ffff:0:0:0/96", 0},
      {"2000::/3", 0},
      {"::-::fffe:ffff:ffff", 0},
      {"::1:0:0:0-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 0},
      {"::ffff:1.2.3.4", 1},
      {"::ffff:128.0.0.0/97", 2},
      {"::-::ffff:1.2.3.4", 2},
      {"::ffff:255.255.255.255-::1:0:0:0", 1},
      {"::ffff:0:0/96", 6},
      {"::/80", 6},
      {"::/0", 6},
  };
  for (size_t i = 0; i < COUNT_OF(rows); i++) {
    weir_block_list *list = block_list_new(false);
    assert_int_equal(block_add(list, rows[i].rule), WEIR_OK);
    CLAUSES("BLK-15", "BLK-16") {
      if (ipv4_found(list) != rows[i].found) fail_msg("%s", rows[i].rule);
    }
    weir_block_list_free(list);
  }
}

static void an_ipv4_rule_is_for_the_mapped_form_and_no_other(void **state) {
  (void)state;
  static const char *const rules[] = {"123.123.123.123", "123.0.0.0-124.0.0.0", "123.123.0.0/16",
                                      "0.0.0.0/0"};
  static const char *const mapped[] = {"::ffff:7b7b:7b7b", "::ffff:123.123.123.123",
                                       "::FFFF:7B7B:7b7b", "0:0:0:0:0:ffff:7b7b:7b7b"};
  static const char *const others[] = {
      "::123.123.123.123",         "64:ff9b::123.123.123.123", "::ffff:0:123.123.123.123",
      "2002:7b7b:7b7b::",          "1::ffff:123.123.123.123",  "::fffe:123.123.123.123",
      "64:ff9b:1::123.123.123.123"};
  for (size_t i = 0; i < COUNT_OF(rules); i++) {
    weir_block_list *list = block_list_new(false);
    assert_int_equal(block_add(list, rules[i]), WEIR_OK);
    CLAUSES("BLK-13", "BLK-14") {
      assert_int_equal(found(list, mapped, COUNT_OF(mapped)), COUNT_OF(mapped));
      assert_int_equal(found(list, others, COUNT_OF(others)), 0);
    }
    weir_block_list_free(list);
  }
}

/* A list that blocks all there is says what it takes for an address. */
static void a_check_of_no_address_is_false(void **state) {
  (void)state;
  static const char *const texts[] = {"",      "nonsense", "01.1.1.1", "1.1.1",     "1.1.1.1 ",
                                      "[::1]", "::1%",     ":::",      "1.1.1.1%1", "0x1.1.1.1"};
  weir_block_list *all = block_list_new(false);
  weir_block_list *one = block_list_new(false);
  weir_address none = {0};
  assert_int_equal(block_add(all, "::/0"), WEIR_OK);
  assert_int_equal(block_add(one, "::1"), WEIR_OK);
  CLAUSES("BLK-21") {
    for (size_t i = 0; i < COUNT_OF(texts); i++) assert_false(block_check(all, texts[i]));
    assert_false(weir_block_list_check_text(all, NULL, 0));
    assert_false(weir_block_list_check_text(all, "1.1.1.1\0", 8));
    assert_false(weir_block_list_check(all, &none));
    /* The bits of a blocked address in the other family. */
    assert_true(finds_text(one, "::1"));
    assert_false(finds_text(one, "0.0.0.1"));
  }
  weir_block_list_free(all);
  weir_block_list_free(one);
}

/* Where a program that accepts a connection would look before it goes on. */
static bool is_let_in(weir_block_list *list, const char *endpoint) {
  weir_address peer;
  assert_int_equal(weir_address_parse_endpoint(endpoint, strlen(endpoint), &peer, NULL), WEIR_OK);
  return !weir_block_list_check(list, &peer);
}

/* The list as a matcher beside the network: of the peer's address when a connection comes in, also
 * as a server of both families sees IPv4, and of what a name stands for when one goes out. */
static void a_program_asks_about_peers_and_about_addresses_it_looked_up(void **state) {
  (void)state;
  weir_block_list *list = block_list_new(false);
  weir_address local_peer = {0};
  weir_address looked_up[] = {block_address("198.51.100.7"), block_address("203.0.113.80")};
  assert_int_equal(block_add(list, "203.0.113.0/24"), WEIR_OK);
  assert_int_equal(block_add(list, "2001:db8::/32"), WEIR_OK);
  CLAUSES("BLK-28") {
    assert_false(is_let_in(list, "203.0.113.9:51000"));
    assert_false(is_let_in(list, "[::ffff:203.0.113.9]:51000"));
    assert_false(is_let_in(list, "[2001:db8::5]:1"));
    assert_true(is_let_in(list, "198.51.100.7:51000"));
    assert_true(is_let_in(list, "[::ffff:198.51.100.7]:51000"));
    assert_true(is_let_in(list, "[fe80::1%3]:65535"));
    assert_false(finds(list, local_peer));
    assert_false(weir_block_list_check(list, &looked_up[0]));
    assert_true(weir_block_list_check(list, &looked_up[1]));
  }
  weir_block_list_free(list);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_address_rule_is_for_one_address),
      cmocka_unit_test(a_range_of_one_address_and_a_subnet_of_all_bits_are_for_one),
      cmocka_unit_test(a_range_holds_all_from_its_start_to_its_end),
      cmocka_unit_test(host_bits_are_kept_in_the_text_and_do_not_count),
      cmocka_unit_test(values_and_texts_make_the_same_rules),
      cmocka_unit_test(a_family_is_4_or_6_and_ipv4_unless_said),
      cmocka_unit_test(a_prefix_is_a_whole_number_of_the_familys_bits),
      cmocka_unit_test(a_prefix_in_text_is_a_whole_number),
      cmocka_unit_test(a_prefix_of_no_bits_is_for_a_whole_family),
      cmocka_unit_test(any_rule_that_matches_is_enough),
      cmocka_unit_test(no_rule_unblocks_in_any_order),
      cmocka_unit_test(an_ipv6_rule_is_for_ipv4_through_the_mapped_block_only),
      cmocka_unit_test(an_ipv4_rule_is_for_the_mapped_form_and_no_other),
      cmocka_unit_test(a_check_of_no_address_is_false),
      cmocka_unit_test(a_program_asks_about_peers_and_about_addresses_it_looked_up),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
