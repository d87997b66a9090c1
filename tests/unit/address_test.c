/* Addresses in text form: tables of what is one and what is not, normal form, equality. */
#include "weir/address.h"

#include "conformance/clause.h"
#include "tests/support/test.h"

#include <string.h>

typedef struct row {
  const char *text;
  const char *normal; /* NULL: not an address */
} row;

static const row rows[] = {
    {"0.0.0.0", "0.0.0.0"},
    {"127.0.0.1", "127.0.0.1"},
    {"255.255.255.255", "255.255.255.255"},
    {"1.2.3", NULL},
    {"1.2.3.4.5", NULL},
    {"1.2.3.", NULL},
    {".1.2.3", NULL},
    {"1..2.3", NULL},
    {"01.2.3.4", NULL},
    {"1.2.3.04", NULL},
    {"1.2.3.00", NULL},
    {"1.2.3.256", NULL},
    {"1.2.3.1000", NULL},
    {"1.2.3.99999999999999999999", NULL},
    {"1.2.3.-4", NULL},
    {"1.2.3.+4", NULL},
    {"0x1.2.3.4", NULL},
    {"1.2.3.4 ", NULL},
    {" 1.2.3.4", NULL},
    {"1.2.3.4\n", NULL},
    {"1.1.1.1%1", NULL},
    {"1.2.3.4::", NULL},
    {"", NULL},
    {"localhost", NULL},
    {"::", "::"},
    {"::1", "::1"},
    {"1::", "1::"},
    {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
    {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
    {"::1:2:3:4:5:6:7", "0:1:2:3:4:5:6:7"},
    {"0000::0001", "::1"},
    {"ABCD:EF01::", "abcd:ef01::"},
    {"1:0:0:2:0:0:0:3", "1:0:0:2::3"},
    {"1:0:0:2:3:0:0:4", "1::2:3:0:0:4"},
    {"1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"},
    {"0:0:0:0:0:0:0:0", "::"},
    {"1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"},
    {"::ffff:1.2.3.4", "::ffff:1.2.3.4"},
    {"::FFFF:102:304", "::ffff:1.2.3.4"},
    {"::1.2.3.4", "::1.2.3.4"},
    {"64:ff9b::1.2.3.4", "64:ff9b::102:304"},
    {"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
    {"1::1.2.3.4", "1::102:304"},
    {"fe80::1%1", "fe80::1%1"},
    {"fe80::1%4294967295", "fe80::1%4294967295"},
    {"fe80::1%4294967296", NULL},
    {"fe80::1%", NULL},
    {"fe80::1%eth0", NULL},
    {"fe80::1%1x", NULL},
    {"fe80::1%-1", NULL},
    {"fe80::1%1%1", NULL},
    {"%1", NULL},
    {"::%7", "::%7"},
    {":", NULL},
    {":::", NULL},
    {"1:", NULL},
    {":1", NULL},
    {"1::2::3", NULL},
    {"::00001", NULL},
    {"12345::", NULL},
    {"g::", NULL},
    {"1:2:3:4:5:6:7", NULL},
    {"1:2:3:4:5:6:7:", NULL},
    {"1:2:3:4:5:6:7:8:9", NULL},
    {"1:2:3:4::5:6:7:8", NULL},
    {"1:2:3:4:5:6:7:8::", NULL},
    {"::1:2:3:4:5:6:7:8", NULL},
    {"::01.2.3.4", NULL},
    {"::1.2.3", NULL},
    {"::1.2.3.4.5", NULL},
    {"::1.2.3.4:5", NULL},
    {"1.2.3.4:5::", NULL},
    {"1:2:3:4:5:6:7:1.2.3.4", NULL},
    {"1:2:3:4:5:1.2.3.4", NULL},
    {"::1 ", NULL},
    {"[::1]", NULL},
    {"::1\n", NULL},
};

static void judge(const row *r) {
  char text[WEIR_ADDRESS_TEXT_SIZE];
  weir_address address;
  weir_err err = weir_address_parse(r->text, strlen(r->text), 7, &address);
  if ((err == WEIR_OK) != (r->normal != NULL)) fail_msg("%s: %d", r->text, (int)err);
  if (err != WEIR_OK) {
    assert_int_equal(err, WEIR_ERR_INVALID_ADDRESS);
    return;
  }
  assert_int_equal(weir_address_format(&address, text, sizeof text), strlen(r->normal));
  assert_string_equal(text, r->normal);
  assert_int_equal(address.port, 7);
  bool ipv6 = strchr(r->text, ':') != NULL;
  assert_int_equal(address.family, ipv6 ? WEIR_FAMILY_IPV6 : WEIR_FAMILY_IPV4);
}

static void each_text_of_the_table_is_read_and_written(void **state) {
  (void)state;
  CLAUSES("IP-05", "IP-06", "IP-07", "ADR-06", "ADR-07") {
    for (size_t i = 0; i < COUNT_OF(rows); i++) judge(&rows[i]);
  }
}

static void only_so_many_bytes_are_read(void **state) {
  (void)state;
  weir_address address;
  assert_int_equal(weir_address_parse("1.2.3.45", 7, 0, &address), WEIR_OK);
  assert_int_equal(address.bytes[3], 4);
  assert_int_equal(weir_address_parse("::12", 3, 0, &address), WEIR_OK);
  assert_int_equal(address.bytes[15], 1);
  CLAUSES("IP-09") {
    assert_int_equal(weir_address_parse("1.2.3.4\0", 8, 0, &address), WEIR_ERR_INVALID_ADDRESS);
    assert_int_equal(weir_address_parse("::\0", 3, 0, &address), WEIR_ERR_INVALID_ADDRESS);
  }
}

static void a_refused_text_leaves_the_address_alone(void **state) {
  (void)state;
  weir_address address = {WEIR_FAMILY_IPV4, 1, 2, 3, {4}};
  const weir_address before = address;
  assert_int_equal(weir_address_parse("1.2.3.x", 7, 9, &address), WEIR_ERR_INVALID_ADDRESS);
  assert_memory_equal(&address, &before, sizeof address);
  assert_int_equal(weir_address_parse(NULL, 0, 0, &address), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_address_parse("::", 2, 0, NULL), WEIR_ERR_INVALID_ARG_TYPE);
}

static void the_bytes_are_in_network_order(void **state) {
  (void)state;
  static const uint8_t four[4] = {1, 2, 3, 4};
  static const uint8_t sixteen[16] = {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0xab, 0xcd, 0, 9};
  weir_address address;
  assert_int_equal(weir_address_parse("1.2.3.4", 7, 0, &address), WEIR_OK);
  assert_memory_equal(address.bytes, four, sizeof four);
  assert_int_equal(weir_address_parse("2001:db8::abcd:9", 16, 0, &address), WEIR_OK);
  assert_memory_equal(address.bytes, sixteen, sizeof sixteen);
}

static void the_longest_text_fits(void **state) {
  (void)state;
  char text[WEIR_ADDRESS_TEXT_SIZE];
  weir_address address = {WEIR_FAMILY_IPV6, 65535, 0, UINT32_MAX, {0}};
  memset(address.bytes, 0xff, sizeof address.bytes);
  size_t length = weir_address_format(&address, text, sizeof text);
  assert_string_equal(text, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295");
  assert_true(length < WEIR_ADDRESS_TEXT_SIZE);
}

static void what_does_not_fit_is_cut(void **state) {
  (void)state;
  const weir_address address = {WEIR_FAMILY_IPV4, 0, 0, 0, {1, 2, 3, 4}};
  for (size_t capacity = 0; capacity < 10; capacity++) {
    char text[10] = "##########";
    assert_int_equal(weir_address_format(&address, text, capacity), 7);
    if (capacity > 0) assert_int_equal(strlen(text), capacity < 8 ? capacity - 1 : 7);
    if (capacity > 0) assert_memory_equal(text, "1.2.3.4", strlen(text));
    for (size_t i = capacity; i < sizeof text; i++) assert_true(i >= capacity && text[i] == '#');
  }
  assert_int_equal(weir_address_format(&address, NULL, 10), 7);
}

static void no_address_has_no_text(void **state) {
  (void)state;
  char text[4] = "abc";
  const weir_address none = {0};
  assert_int_equal(weir_address_format(&none, text, sizeof text), 0);
  assert_string_equal(text, "");
  assert_int_equal(weir_address_format(NULL, text, sizeof text), 0);
  assert_null(weir_address_family_name(&none));
  assert_null(weir_address_family_name(NULL));
}

static void families_have_nodes_names(void **state) {
  (void)state;
  const weir_address four = {WEIR_FAMILY_IPV4, 0, 0, 0, {0}};
  const weir_address six = {WEIR_FAMILY_IPV6, 0, 0, 0, {0}};
  assert_string_equal(weir_address_family_name(&four), "IPv4");
  assert_string_equal(weir_address_family_name(&six), "IPv6");
}

static void equality_looks_at_family_bytes_port_and_scope(void **state) {
  (void)state;
  const weir_address six = {WEIR_FAMILY_IPV6, 80, 0, 2, {1}};
  weir_address other = six;
  assert_true(weir_address_equal(&six, &other));
  other.flow_label = 9;
  assert_true(weir_address_equal(&six, &other));
  other.port = 81;
  assert_false(weir_address_equal(&six, &other));
  other = six;
  other.scope_id = 3;
  assert_false(weir_address_equal(&six, &other));
  other = six;
  other.bytes[15] = 1;
  assert_false(weir_address_equal(&six, &other));
  other = six;
  other.family = WEIR_FAMILY_IPV4;
  assert_false(weir_address_equal(&six, &other));
  assert_false(weir_address_equal(&six, NULL));
  assert_false(weir_address_equal(NULL, &six));
}

static void equality_of_ipv4_looks_at_four_bytes(void **state) {
  (void)state;
  weir_address a = {WEIR_FAMILY_IPV4, 80, 0, 0, {1, 2, 3, 4, 5}};
  weir_address b = {WEIR_FAMILY_IPV4, 80, 0, 0, {1, 2, 3, 4, 6}};
  assert_true(weir_address_equal(&a, &b));
  b.bytes[3] = 5;
  assert_false(weir_address_equal(&a, &b));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_text_of_the_table_is_read_and_written),
      cmocka_unit_test(only_so_many_bytes_are_read),
      cmocka_unit_test(a_refused_text_leaves_the_address_alone),
      cmocka_unit_test(the_bytes_are_in_network_order),
      cmocka_unit_test(the_longest_text_fits),
      cmocka_unit_test(what_does_not_fit_is_cut),
      cmocka_unit_test(no_address_has_no_text),
      cmocka_unit_test(families_have_nodes_names),
      cmocka_unit_test(equality_looks_at_family_bytes_port_and_scope),
      cmocka_unit_test(equality_of_ipv4_looks_at_four_bytes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
