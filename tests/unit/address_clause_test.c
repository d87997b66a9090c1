/* What the specification says of isIP() and of SocketAddress, where generated texts and values show
 * more than a table: each shape, each byte, each number at the borders. */
#include "weir/address.h"

#include "conformance/clause.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

enum { LONG = 4096, IPV6_GROUPS = 8 };

static void is(weir_family family, const char *text, size_t length) {
  if (weir_is_ip(text, length) != family) fail_msg("\"%.*s\"", (int)length, text);
  assert_int_equal(weir_is_ipv4(text, length), family == WEIR_FAMILY_IPV4);
  assert_int_equal(weir_is_ipv6(text, length), family == WEIR_FAMILY_IPV6);
}

static void is_text(weir_family family, const char *text) {
  is(family, text, strlen(text));
}

/* 1.1.1.1 with another part at `place`; or in the last groups of IPv6. */
static void part_is(bool good, int place, const char *part) {
  char text[64] = "::";
  for (int i = 0; i < 4; i++) {
    if (i > 0) strcat(text, ".");
    strcat(text, i == place ? part : "1");
  }
  is_text(good ? WEIR_FAMILY_IPV4 : WEIR_FAMILY_NONE, text + 2);
  is_text(good ? WEIR_FAMILY_IPV6 : WEIR_FAMILY_NONE, text);
}

static void every_number_is_a_part_of_ipv4_up_to_255(void **state) {
  (void)state;
  CLAUSES("IP-02", "IP-05", "IP-07") {
    for (int place = 0; place < 4; place++)
      for (unsigned value = 0; value <= 1100; value++) {
        char part[16];
        (void)snprintf(part, sizeof part, "%u", value);
        part_is(value <= 255, place, part);
        (void)snprintf(part, sizeof part, "0%u", value);
        part_is(false, place, part);
      }
  }
}

static void other_notations_are_no_part_of_ipv4(void **state) {
  (void)state;
  static const char *const parts[] = {"",   "+1", "-1", "0x1", "1e1", " 1",   "1 ",        "00",
                                      "a",  ".",  "1.", ".1",  "1/1", "1\n",  "1.1",       "1,",
                                      "01", "0b", "1f", "::",  "1:",  "\xb2", "4294967297"};
  static const char *const counts[] = {"1", "1.1", "1.1.1", "1.1.1.1.1", "1.1.1.1.", ".1.1.1.1"};
  CLAUSES("IP-02", "IP-05") {
    for (int place = 0; place < 4; place++)
      for (size_t i = 0; i < COUNT_OF(parts); i++) part_is(false, place, parts[i]);
    for (size_t i = 0; i < COUNT_OF(counts); i++) is_text(WEIR_FAMILY_NONE, counts[i]);
    is_text(WEIR_FAMILY_IPV4, "1.1.1.1");
  }
}

/* So many groups and the tail behind them; "::" stands wherever a bit of `gaps` is set. */
static void spell(char *text, int groups, unsigned gaps, const char *tail) {
  int pieces = groups + (*tail ? 1 : 0);
  text[0] = '\0';
  for (int i = 0; i <= pieces; i++) {
    if (gaps >> i & 1)
      strcat(text, "::");
    else if (i > 0 && i < pieces)
      strcat(text, ":");
    if (i < pieces) strcat(text, i < groups ? "2a" : tail);
  }
}

/* Every number of groups with every set of "::". */
static void shapes_are_as_counted(const char *tail) {
  int width_of_tail = *tail ? 2 : 0;
  for (int groups = 0; groups <= 10; groups++)
    for (unsigned gaps = 0; gaps < 2U << (groups + (*tail ? 1 : 0)); gaps++) {
      char text[96];
      int width = groups + width_of_tail;
      bool one_gap = gaps != 0 && (gaps & (gaps - 1)) == 0;
      bool ends_in_tail = !*tail || gaps <= 1U << groups;
      bool good = gaps == 0 ? width == IPV6_GROUPS : one_gap && width < IPV6_GROUPS && ends_in_tail;
      if (width == width_of_tail && gaps == 0) continue; /* Nothing, or IPv4. */
      spell(text, groups, gaps, tail);
      is_text(good ? WEIR_FAMILY_IPV6 : WEIR_FAMILY_NONE, text);
    }
}

static void ipv6_has_eight_groups_or_one_gap(void **state) {
  (void)state;
  CLAUSES("IP-03", "IP-06") {
    shapes_are_as_counted("");
  }
}

static void ipv4_counts_as_the_last_two_groups(void **state) {
  (void)state;
  CLAUSES("IP-07") {
    shapes_are_as_counted("1.2.3.4");
  }
}

static void groups_have_one_to_four_hex_digits(void **state) {
  (void)state;
  static const char *const groups[] = {"0", "0a", "0aF", "0aF9", "0aF9b", "0aF9b1"};
  CLAUSES("IP-06") {
    for (int place = 0; place < IPV6_GROUPS; place++)
      for (size_t digits = 0; digits < COUNT_OF(groups); digits++) {
        char text[64] = "";
        for (int i = 0; i < IPV6_GROUPS; i++) {
          if (i > 0) strcat(text, ":");
          strcat(text, i == place ? groups[digits] : "c");
        }
        is_text(digits < 4 ? WEIR_FAMILY_IPV6 : WEIR_FAMILY_NONE, text);
      }
    for (int byte = 0; byte < 256; byte++) {
      char text[] = "1:2:3:4:5:6:a_b:8";
      text[13] = (char)byte;
      bool good = byte != 0 && strchr("0123456789abcdefABCDEF", byte) != NULL;
      is(good ? WEIR_FAMILY_IPV6 : WEIR_FAMILY_NONE, text, sizeof text - 1);
    }
  }
}

static void zones_are_of_letters_digits_and_three_signs(void **state) {
  (void)state;
  static char text[LONG] = "fe80::1%";
  CLAUSES("IP-08") {
    is(WEIR_FAMILY_NONE, text, 8);
    for (int byte = 0; byte < 256; byte++) {
      bool good = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
                  (byte >= 'A' && byte <= 'Z') || byte == '-' || byte == '.' || byte == ':';
      for (size_t place = 8; place < 11; place++) {
        memcpy(text + 8, "en0", 3);
        text[place] = (char)byte;
        is(good ? WEIR_FAMILY_IPV6 : WEIR_FAMILY_NONE, text, 11);
      }
    }
    memset(text + 8, 'z', sizeof text - 8);
    for (size_t length = 9; length <= sizeof text; length++) is(WEIR_FAMILY_IPV6, text, length);
    is_text(WEIR_FAMILY_NONE, "1.2.3.4%en0");
    is_text(WEIR_FAMILY_NONE, "1.2.3.4%1");
  }
}

static void a_byte_too_many_makes_it_no_address(void **state) {
  (void)state;
  /* Nothing fits in front of these or behind them: each part is full. */
  static const char *const full[] = {"100.200.100.200", "1111:2222:3333:4444:5555:6666:7777:8888"};
  CLAUSES("IP-09") {
    for (size_t i = 0; i < COUNT_OF(full); i++)
      for (int byte = 0; byte < 256; byte++) {
        char text[64] = "";
        size_t length = strlen(full[i]);
        memcpy(text + 1, full[i], length);
        text[0] = text[length + 1] = (char)byte;
        is(i == 0 ? WEIR_FAMILY_IPV4 : WEIR_FAMILY_IPV6, text + 1, length);
        is(WEIR_FAMILY_NONE, text, length + 1);
        is(WEIR_FAMILY_NONE, text + 1, length + 1);
      }
    is_text(WEIR_FAMILY_NONE, "[::1]");
    is_text(WEIR_FAMILY_NONE, "[::1]:80");
    is_text(WEIR_FAMILY_NONE, "1.2.3.4:80");
    is_text(WEIR_FAMILY_NONE, "1.2.3.4/8");
    is_text(WEIR_FAMILY_NONE, "::1/128");
    is_text(WEIR_FAMILY_NONE, "1.2.3.4\r\n");
  }
}

/* Also where a C string would end. */
static void a_nul_anywhere_makes_it_no_address(void **state) {
  (void)state;
  static const char *const texts[] = {"1.2.3.4", "::1", "1:2:3:4:5:6:7:8", "fe80::1%en0"};
  CLAUSES("IP-09") {
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
      size_t length = strlen(texts[i]);
      for (size_t place = 0; place <= length; place++) {
        char text[32] = "";
        memcpy(text, texts[i], place);
        memcpy(text + place + 1, texts[i] + place, length - place);
        is(WEIR_FAMILY_NONE, text, length + 1);
      }
      is_text(strchr(texts[i], ':') ? WEIR_FAMILY_IPV6 : WEIR_FAMILY_IPV4, texts[i]);
    }
  }
}

/* Every choice of characters is replaced, as zeros could pass for a part that is not there. */
static void nuls_in_place_of_characters_make_it_no_address(void **state) {
  (void)state;
  static const char *const texts[] = {"255.255.255.255", "10.20.30.40", "1.2.3.4",
                                      "100.2.30.4",      "1.20.3.100",  "::ffff:1.2.3.4",
                                      "1:2::ab:cdef"};
  CLAUSES("IP-09") {
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
      size_t length = strlen(texts[i]);
      for (unsigned long chosen = 1; chosen < 1UL << length; chosen++) {
        char text[32] = "";
        for (size_t k = 0; k < length; k++) text[k] = chosen >> k & 1 ? '\0' : texts[i][k];
        is(WEIR_FAMILY_NONE, text, length);
      }
    }
  }
}

static void empty_and_long_texts_are_no_address(void **state) {
  (void)state;
  static const char *const begins[] = {"", "1.2.3.4", "::", "1:2:3:4:5:6:7:8", "::1.2.3.4"};
  static const char fill[] = "014f:.x ";
  static char text[LONG];
  CLAUSES("IP-10") {
    is(WEIR_FAMILY_NONE, "", 0);
    for (size_t i = 0; i < COUNT_OF(begins); i++)
      for (size_t k = 0; k < sizeof fill - 1; k++) {
        size_t begin = strlen(begins[i]);
        memset(text, fill[k], sizeof text);
        memcpy(text, begins[i], begin);
        for (size_t length = begin + 5; length <= sizeof text; length += 1 + length / 16)
          is(WEIR_FAMILY_NONE, text, length);
      }
  }
}

static void null_is_no_address(void **state) {
  (void)state;
  CLAUSES("IP-11") {
    for (size_t length = 0; length <= 7; length++) {
      assert_int_equal(weir_is_ip(NULL, length), WEIR_FAMILY_NONE);
      assert_false(weir_is_ipv4(NULL, length));
      assert_false(weir_is_ipv6(NULL, length));
    }
  }
}

static weir_address_options options_of(weir_family family, const char *text) {
  weir_address_options options = WEIR_ADDRESS_OPTIONS_INIT;
  options.family = family;
  options.address = text;
  return options;
}

static void assert_text(const weir_address *address, const char *expected) {
  char text[WEIR_ADDRESS_TEXT_SIZE];
  (void)weir_address_format(address, text, sizeof text);
  assert_string_equal(text, expected);
}

static void an_address_is_a_value_of_four_parts(void **state) {
  (void)state;
  weir_address_options options = options_of(WEIR_FAMILY_IPV6, "2001:DB8::7");
  weir_address made, copy;
  options.port = 443;
  options.flow_label = 99;
  CLAUSES("ADR-01", "ADR-12", "ADR-13", "ADR-14", "ADR-15") {
    assert_int_equal(weir_address_make(&options, &made), WEIR_OK);
    copy = made;
    memset(made.bytes, 0xff, sizeof made.bytes);
    made.port = 1;
    assert_text(&copy, "2001:db8::7");
    assert_int_equal(copy.family, WEIR_FAMILY_IPV6);
    assert_int_equal(copy.port, 443);
    assert_int_equal(copy.flow_label, 99);
    /* Numbers, not text, of just the bits they need. */
    assert_true(_Generic(copy.port, uint16_t : true, default : false));
    assert_true(_Generic(copy.flow_label, uint32_t : true, default : false));
  }
}

static void a_family_is_4_or_6_and_ipv4_unless_said(void **state) {
  (void)state;
  const weir_address_options none = WEIR_ADDRESS_OPTIONS_INIT;
  weir_address address;
  CLAUSES("ADR-02") {
    assert_int_equal(none.family, WEIR_FAMILY_IPV4);
    assert_int_equal(weir_address_make(&none, &address), WEIR_OK);
    assert_int_equal(address.family, WEIR_FAMILY_IPV4);
    for (unsigned family = 0; family < 300; family++) {
      weir_address_options options = options_of((weir_family)family, NULL);
      bool known = family == 4 || family == 6;
      weir_err err = weir_address_make(&options, &address);
      assert_int_equal(err, known ? WEIR_OK : WEIR_ERR_INVALID_ARG_VALUE);
      if (known) assert_int_equal(address.family, family);
    }
  }
}

/* The family is a number, so it has no spelling that could matter. */
static void the_default_address_is_that_of_the_family(void **state) {
  (void)state;
  weir_address address;
  weir_address_options ipv4 = options_of(WEIR_FAMILY_IPV4, NULL);
  weir_address_options ipv6 = options_of(WEIR_FAMILY_IPV6, NULL);
  CLAUSES("ADR-03", "ADR-04") {
    assert_int_equal(weir_address_make(&ipv4, &address), WEIR_OK);
    assert_text(&address, "127.0.0.1");
    assert_int_equal(weir_address_make(&ipv6, &address), WEIR_OK);
    assert_text(&address, "::");
    assert_true(_Generic(ipv4.family, weir_family : true, default : false));
  }
}

static void text_of_another_family_is_refused(void **state) {
  (void)state;
  static const char *const ipv4[] = {"1.2.3.4", "0.0.0.0", "255.255.255.255"};
  static const char *const ipv6[] = {"::", "::1.2.3.4", "::ffff:1.2.3.4", "fe80::1%1"};
  static const char *const neither[] = {"", "x", "1.2.3", "01.2.3.4", "1::2::3", "localhost"};
  CLAUSES("ADR-05") {
    for (size_t i = 0; i < COUNT_OF(ipv4) + COUNT_OF(ipv6) + COUNT_OF(neither); i++) {
      bool is_ipv4 = i < COUNT_OF(ipv4);
      bool is_ipv6 = !is_ipv4 && i < COUNT_OF(ipv4) + COUNT_OF(ipv6);
      const char *text = is_ipv4   ? ipv4[i]
                         : is_ipv6 ? ipv6[i - COUNT_OF(ipv4)]
                                   : neither[i - COUNT_OF(ipv4) - COUNT_OF(ipv6)];
      weir_address address;
      weir_address_options options = options_of(WEIR_FAMILY_IPV4, text);
      assert_int_equal(weir_address_make(&options, &address),
                       is_ipv4 ? WEIR_OK : WEIR_ERR_INVALID_ADDRESS);
      options.family = WEIR_FAMILY_IPV6;
      assert_int_equal(weir_address_make(&options, &address),
                       is_ipv6 ? WEIR_OK : WEIR_ERR_INVALID_ADDRESS);
    }
  }
}

static void a_zone_is_a_number_that_is_kept(void **state) {
  (void)state;
  static const char *const refused[] = {"::1%lo", "fe80::1%", "fe80::1%1x", "[fe80::1%1]", "::1/64",
                                        " ::1",   "::1 ",     "[::1]:80",   "1.2.3.4%1"};
  weir_address address, without;
  weir_address_options options = options_of(WEIR_FAMILY_IPV6, "fe80::1%7");
  weir_address_options plain = options_of(WEIR_FAMILY_IPV6, "fe80::1");
  CLAUSES("ADR-07") {
    assert_int_equal(weir_address_make(&options, &address), WEIR_OK);
    assert_int_equal(weir_address_make(&plain, &without), WEIR_OK);
    assert_int_equal(address.scope_id, 7);
    assert_int_equal(without.scope_id, 0);
    assert_memory_equal(address.bytes, without.bytes, sizeof address.bytes);
    assert_text(&address, "fe80::1%7");
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
      options.address = refused[i];
      assert_int_equal(weir_address_make(&options, &without), WEIR_ERR_INVALID_ADDRESS);
    }
  }
}

static void a_port_is_0_to_65535_and_0_unless_said(void **state) {
  (void)state;
  weir_address_options options = WEIR_ADDRESS_OPTIONS_INIT;
  weir_address address = {WEIR_FAMILY_NONE, 9, 0, 0, {0}};
  CLAUSES("ADR-08", "ADR-15") {
    assert_int_equal(weir_address_make(&options, &address), WEIR_OK);
    assert_int_equal(address.port, 0);
    for (options.port = -70000; options.port <= 140000; options.port++) {
      bool good = options.port >= 0 && options.port <= 65535;
      weir_err err = weir_address_make(&options, &address);
      assert_int_equal(err, good ? WEIR_OK : WEIR_ERR_SOCKET_BAD_PORT);
      if (good) assert_int_equal(address.port, options.port);
    }
  }
}

static void no_value_of_the_ports_type_ends_the_program(void **state) {
  (void)state;
  weir_address_options options = WEIR_ADDRESS_OPTIONS_INIT;
  weir_address address;
  CLAUSES("ADR-09") {
    assert_true(_Generic(options.port, int32_t : true, default : false));
    for (int bit = 0; bit < 31; bit++) {
      options.port = (int32_t)1 << bit;
      assert_int_equal(weir_address_make(&options, &address),
                       bit < 16 ? WEIR_OK : WEIR_ERR_SOCKET_BAD_PORT);
      options.port = INT32_MAX - options.port;
      assert_int_equal(weir_address_make(&options, &address), WEIR_ERR_SOCKET_BAD_PORT);
      options.port = -options.port;
      assert_int_equal(weir_address_make(&options, &address), WEIR_ERR_SOCKET_BAD_PORT);
    }
    options.port = INT32_MIN;
    assert_int_equal(weir_address_make(&options, &address), WEIR_ERR_SOCKET_BAD_PORT);
  }
}

static void a_flow_label_is_part_of_ipv6_only(void **state) {
  (void)state;
  weir_address_options options = options_of(WEIR_FAMILY_IPV6, "::1");
  weir_address address;
  CLAUSES("ADR-10", "ADR-14") {
    assert_int_equal(weir_address_make(&options, &address), WEIR_OK);
    assert_int_equal(address.flow_label, 0);
    options.flow_label = 77;
    assert_int_equal(weir_address_make(&options, &address), WEIR_OK);
    assert_int_equal(address.flow_label, 77);
    options.family = WEIR_FAMILY_IPV4;
    options.address = "1.2.3.4";
    assert_int_equal(weir_address_make(&options, &address), WEIR_OK);
    assert_int_equal(address.flow_label, 0);
  }
}

static void a_flow_label_has_20_bits(void **state) {
  (void)state;
  static const weir_family families[] = {WEIR_FAMILY_IPV4, WEIR_FAMILY_IPV6};
  CLAUSES("ADR-11") {
    for (size_t i = 0; i < COUNT_OF(families); i++)
      for (int bit = 0; bit <= 32; bit++) {
        /* 2^bit - 1 and 2^bit. */
        weir_address address = {WEIR_FAMILY_NONE, 0, 5, 0, {0}};
        weir_address_options options = options_of(families[i], NULL);
        options.flow_label = bit == 32 ? UINT32_MAX : ((uint32_t)1 << bit) - 1;
        assert_int_equal(weir_address_make(&options, &address),
                         bit <= 20 ? WEIR_OK : WEIR_ERR_OUT_OF_RANGE);
        if (bit <= 20) assert_int_equal(address.flow_label, i == 0 ? 0 : options.flow_label);
        options.flow_label++;
        assert_int_equal(weir_address_make(&options, &address),
                         bit < 20 || bit == 32 ? WEIR_OK : WEIR_ERR_OUT_OF_RANGE);
      }
  }
}

static void without_options_there_are_the_defaults(void **state) {
  (void)state;
  const weir_address_options defaults = WEIR_ADDRESS_OPTIONS_INIT;
  const weir_address_options unsaid = {0};
  weir_address by_null = {WEIR_FAMILY_IPV6, 1, 2, 3, {4}};
  weir_address by_defaults = {WEIR_FAMILY_IPV6, 5, 6, 7, {8}};
  CLAUSES("ADR-17") {
    assert_int_equal(weir_address_make(NULL, &by_null), WEIR_OK);
    assert_int_equal(weir_address_make(&defaults, &by_defaults), WEIR_OK);
    assert_true(weir_address_equal(&by_null, &by_defaults));
    assert_text(&by_null, "127.0.0.1");
    assert_int_equal(by_null.port, 0);
    assert_int_equal(by_null.flow_label, 0);
    assert_int_equal(by_null.scope_id, 0);
    assert_int_equal(weir_address_make(&unsaid, &by_null), WEIR_ERR_INVALID_ARG_VALUE);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_number_is_a_part_of_ipv4_up_to_255),
      cmocka_unit_test(other_notations_are_no_part_of_ipv4),
      cmocka_unit_test(ipv6_has_eight_groups_or_one_gap),
      cmocka_unit_test(ipv4_counts_as_the_last_two_groups),
      cmocka_unit_test(groups_have_one_to_four_hex_digits),
      cmocka_unit_test(zones_are_of_letters_digits_and_three_signs),
      cmocka_unit_test(a_byte_too_many_makes_it_no_address),
      cmocka_unit_test(a_nul_anywhere_makes_it_no_address),
      cmocka_unit_test(nuls_in_place_of_characters_make_it_no_address),
      cmocka_unit_test(empty_and_long_texts_are_no_address),
      cmocka_unit_test(null_is_no_address),
      cmocka_unit_test(an_address_is_a_value_of_four_parts),
      cmocka_unit_test(a_family_is_4_or_6_and_ipv4_unless_said),
      cmocka_unit_test(the_default_address_is_that_of_the_family),
      cmocka_unit_test(text_of_another_family_is_refused),
      cmocka_unit_test(a_zone_is_a_number_that_is_kept),
      cmocka_unit_test(a_port_is_0_to_65535_and_0_unless_said),
      cmocka_unit_test(no_value_of_the_ports_type_ends_the_program),
      cmocka_unit_test(a_flow_label_is_part_of_ipv6_only),
      cmocka_unit_test(a_flow_label_has_20_bits),
      cmocka_unit_test(without_options_there_are_the_defaults),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
