/* Addresses with ports and as values: endpoints, the forms of text, options, order. */
#include "weir/address.h"

#include "conformance/clause.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

typedef struct row {
  const char *text;
  weir_err err;
  const char *written; /* By weir_address_format_endpoint(); NULL: as it was read. */
  const char *zone;    /* The name in it; NULL: none. */
} row;

static const row rows[] = {
    {"1.2.3.4:80", WEIR_OK, NULL, NULL},
    {"0.0.0.0:0", WEIR_OK, NULL, NULL},
    {"255.255.255.255:65535", WEIR_OK, NULL, NULL},
    {"[::1]:80", WEIR_OK, NULL, NULL},
    {"[2001:DB8::1]:1", WEIR_OK, "[2001:db8::1]:1", NULL},
    {"[::ffff:1.2.3.4]:9", WEIR_OK, NULL, NULL},
    {"[fe80::1%7]:80", WEIR_OK, NULL, NULL},
    {"[fe80::1%4294967295]:80", WEIR_OK, NULL, NULL},
    {"[fe80::1%eth0]:80", WEIR_OK, "[fe80::1]:80", "eth0"},
    {"[::%a:1.2-B]:65535", WEIR_OK, "[::]:65535", "a:1.2-B"},
    {"[fe80::1%4294967296]:80", WEIR_OK, "[fe80::1]:80", "4294967296"},
    {"[fe80::1%]:80", WEIR_ERR_INVALID_ADDRESS, NULL, NULL},
    {"[fe80::1%a_b]:80", WEIR_ERR_INVALID_ADDRESS, NULL, NULL},
    {"1.2.3.4%1:80", WEIR_ERR_INVALID_ADDRESS, NULL, NULL},
    {"::1:80", WEIR_ERR_INVALID_ADDRESS, NULL, NULL},
    {"::1", WEIR_ERR_INVALID_ADDRESS, NULL, NULL},
    {"[1.2.3.4]:80", WEIR_ERR_INVALID_ADDRESS, NULL, NULL},
    {"[::1", WEIR_ERR_INVALID_ADDRESS, NULL, NULL},
    {"[]:80", WEIR_ERR_INVALID_ADDRESS, NULL, NULL},
    {"[[::1]]:80", WEIR_ERR_INVALID_ADDRESS, NULL, NULL},
    {":80", WEIR_ERR_INVALID_ADDRESS, NULL, NULL},
    {"", WEIR_ERR_INVALID_ADDRESS, NULL, NULL},
    {"[", WEIR_ERR_INVALID_ADDRESS, NULL, NULL},
    {"localhost:80", WEIR_ERR_INVALID_ADDRESS, NULL, NULL},
    {" 1.2.3.4:80", WEIR_ERR_INVALID_ADDRESS, NULL, NULL},
    {"1.2.3.4", WEIR_ERR_SOCKET_BAD_PORT, NULL, NULL},
    {"1.2.3.4:", WEIR_ERR_SOCKET_BAD_PORT, NULL, NULL},
    {"1.2.3.4:65536", WEIR_ERR_SOCKET_BAD_PORT, NULL, NULL},
    {"1.2.3.4:99999999999999999999", WEIR_ERR_SOCKET_BAD_PORT, NULL, NULL},
    {"1.2.3.4:080", WEIR_ERR_SOCKET_BAD_PORT, NULL, NULL},
    {"1.2.3.4:00", WEIR_ERR_SOCKET_BAD_PORT, NULL, NULL},
    {"1.2.3.4:+80", WEIR_ERR_SOCKET_BAD_PORT, NULL, NULL},
    {"1.2.3.4:-1", WEIR_ERR_SOCKET_BAD_PORT, NULL, NULL},
    {"1.2.3.4:80 ", WEIR_ERR_SOCKET_BAD_PORT, NULL, NULL},
    {"1.2.3.4:0x50", WEIR_ERR_SOCKET_BAD_PORT, NULL, NULL},
    {"1.2.3.4:80:80", WEIR_ERR_SOCKET_BAD_PORT, NULL, NULL},
    {"[::1]", WEIR_ERR_SOCKET_BAD_PORT, NULL, NULL},
    {"[::1]80", WEIR_ERR_SOCKET_BAD_PORT, NULL, NULL},
    {"[::1]:", WEIR_ERR_SOCKET_BAD_PORT, NULL, NULL},
    {"[::1]]:80", WEIR_ERR_SOCKET_BAD_PORT, NULL, NULL},
};

static void judge(const row *r) {
  char text[WEIR_ADDRESS_TEXT_SIZE];
  weir_address address = {0};
  const weir_address before = address;
  weir_slice zone = {r, 1};
  weir_err err = weir_address_parse_endpoint(r->text, strlen(r->text), &address, &zone);
  if (err != r->err) fail_msg("%s: %d", r->text, (int)err);
  if (err != WEIR_OK) {
    assert_memory_equal(&address, &before, sizeof address);
    assert_ptr_equal(zone.data, r);
    return;
  }
  (void)weir_address_format_endpoint(&address, text, sizeof text);
  assert_string_equal(text, r->written ? r->written : r->text);
  assert_int_equal(zone.length, r->zone ? strlen(r->zone) : 0);
  if (r->zone) assert_ptr_equal(zone.data, strchr(r->text, '%') + 1);
  if (r->zone) assert_memory_equal(zone.data, r->zone, zone.length);
  err = weir_address_parse_endpoint(r->text, strlen(r->text), &address, NULL);
  assert_int_equal(err, r->zone ? WEIR_ERR_INVALID_ADDRESS : WEIR_OK);
}

static void endpoints_are_read_and_written(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT_OF(rows); i++) judge(&rows[i]);
}

/* D14: a zone is a number, which goes into the address, or a name, which is handed out; where
 * nothing could be handed out, only the number is taken. */
static void a_zone_is_handed_out_as_a_name_or_a_number(void **state) {
  (void)state;
  static const char by_name[] = "[fe80::1%eth0.7]:80", by_number[] = "[fe80::1%7]:80";
  weir_address address;
  weir_slice zone;
  CLAUSES("IP-08") {
    assert_int_equal(weir_address_parse_endpoint(by_name, strlen(by_name), &address, &zone),
                     WEIR_OK);
    assert_int_equal(address.scope_id, 0);
    assert_int_equal(zone.length, 6);
    assert_memory_equal(zone.data, "eth0.7", 6);
    assert_int_equal(weir_address_parse_endpoint(by_number, strlen(by_number), &address, &zone),
                     WEIR_OK);
    assert_int_equal(address.scope_id, 7);
    assert_int_equal(zone.length, 0);
    assert_int_equal(weir_address_parse(by_number + 1, 9, 0, &address), WEIR_OK);
    assert_int_equal(address.scope_id, 7);
    assert_int_equal(weir_is_ip(by_name + 1, 14), WEIR_FAMILY_IPV6);
    assert_int_equal(weir_address_parse(by_name + 1, 14, 0, &address), WEIR_ERR_INVALID_ADDRESS);
  }
}

static void every_port_comes_back(void **state) {
  (void)state;
  for (unsigned port = 0; port <= 70000; port++) {
    char text[32];
    weir_address address;
    (void)snprintf(text, sizeof text, "[::1]:%u", port);
    weir_err err = weir_address_parse_endpoint(text, strlen(text), &address, NULL);
    assert_int_equal(err, port <= 65535 ? WEIR_OK : WEIR_ERR_SOCKET_BAD_PORT);
    if (err == WEIR_OK) assert_int_equal(address.port, port);
  }
}

static void cut_texts_are_read_to_their_length_only(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT_OF(rows); i++) {
    for (size_t length = 0; length <= strlen(rows[i].text); length++) {
      /* Memory of just that size, so that a sanitizer sees a byte too many. */
      char *copy = test_malloc(length + 1);
      weir_address address;
      weir_slice zone;
      memcpy(copy + 1, rows[i].text, length);
      (void)weir_address_parse_endpoint(copy + 1, length, &address, &zone);
      weir_err err = weir_address_parse(copy + 1, length, 0, &address);
      weir_family family = weir_is_ip(copy + 1, length);
      if (err == WEIR_OK) assert_int_equal(address.family, family);
      assert_int_equal(weir_is_ipv4(copy + 1, length), family == WEIR_FAMILY_IPV4);
      assert_int_equal(weir_is_ipv6(copy + 1, length), family == WEIR_FAMILY_IPV6);
      test_free(copy);
    }
  }
}

static void null_is_refused(void **state) {
  (void)state;
  weir_address address;
  assert_int_equal(weir_address_parse_endpoint(NULL, 0, &address, NULL), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_address_parse_endpoint("", 0, NULL, NULL), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_address_make(NULL, NULL), WEIR_ERR_INVALID_ARG_TYPE);
}

typedef size_t (*formatter)(const weir_address *address, char *buffer, size_t capacity);

static const formatter formatters[] = {weir_address_format, weir_address_format_with_port,
                                       weir_address_format_endpoint, weir_address_format_json};

static void check_capacities(formatter format, const weir_address *address) {
  char whole[WEIR_ADDRESS_JSON_SIZE];
  size_t length = format(address, whole, sizeof whole);
  assert_int_equal(strlen(whole), length);
  assert_true(length < sizeof whole);
  assert_int_equal(format(address, NULL, 0), length);
  assert_int_equal(format(address, NULL, 64), length);
  for (size_t capacity = 0; capacity <= WEIR_ADDRESS_JSON_SIZE; capacity++) {
    char text[WEIR_ADDRESS_JSON_SIZE + 1];
    memset(text, '#', sizeof text);
    assert_int_equal(format(address, text, capacity), length);
    for (size_t i = capacity; i < sizeof text; i++) assert_int_equal(text[i], '#');
    if (capacity == 0) continue;
    assert_int_equal(strlen(text), length < capacity ? length : capacity - 1);
    assert_memory_equal(text, whole, strlen(text));
  }
}

static void every_capacity_is_kept(void **state) {
  (void)state;
  weir_address addresses[] = {{WEIR_FAMILY_NONE, 1, 2, 3, {4}},
                              {WEIR_FAMILY_IPV4, 0, 0, 0, {0}},
                              {WEIR_FAMILY_IPV4, 65535, 9, 9, {255, 255, 255, 255}},
                              {WEIR_FAMILY_IPV6, 0, 0, 0, {0}},
                              {WEIR_FAMILY_IPV6, 65535, UINT32_MAX, UINT32_MAX, {0}}};
  memset(addresses[4].bytes, 0xff, sizeof addresses[4].bytes);
  for (size_t i = 0; i < COUNT_OF(addresses); i++)
    for (size_t k = 0; k < COUNT_OF(formatters); k++)
      check_capacities(formatters[k], &addresses[i]);
  for (size_t k = 0; k < COUNT_OF(formatters); k++) check_capacities(formatters[k], NULL);
}

static void the_form_of_errors_has_no_brackets_and_no_port_of_zero(void **state) {
  (void)state;
  char text[WEIR_ADDRESS_TEXT_SIZE];
  weir_address six = {WEIR_FAMILY_IPV6, 80, 0, 0, {0}};
  (void)weir_address_format_with_port(&six, text, sizeof text);
  assert_string_equal(text, ":::80");
  six.port = 0;
  (void)weir_address_format_with_port(&six, text, sizeof text);
  assert_string_equal(text, "::");
}

static void json_has_all_parts(void **state) {
  (void)state;
  char text[WEIR_ADDRESS_JSON_SIZE];
  weir_address six = {WEIR_FAMILY_IPV6, 65535, 0xfffff, 3, {0xfe, 0x80}};
  weir_address four = {WEIR_FAMILY_IPV4, 0, 7, 0, {1, 2, 3, 4}};
  CLAUSES("ADR-10", "ADR-12", "ADR-13", "ADR-16") {
    (void)weir_address_format_json(&six, text, sizeof text);
    assert_string_equal(text, "{\"address\":\"fe80::%3\",\"port\":65535,\"family\":\"ipv6\","
                              "\"flowlabel\":1048575}");
    (void)weir_address_format_json(&four, text, sizeof text);
    assert_string_equal(text, "{\"address\":\"1.2.3.4\",\"port\":0,\"family\":\"ipv4\","
                              "\"flowlabel\":0}");
  }
}

static void options_without_size_or_family_are_refused(void **state) {
  (void)state;
  const weir_address_options none = {0};
  weir_address_options options = WEIR_ADDRESS_OPTIONS_INIT;
  weir_address address = {WEIR_FAMILY_IPV6, 1, 2, 3, {4}};
  const weir_address before = address;
  CLAUSES("ADR-02", "ADR-11") {
    assert_int_equal(weir_address_make(&none, &address), WEIR_ERR_INVALID_ARG_VALUE);
    options.family = WEIR_FAMILY_NONE;
    assert_int_equal(weir_address_make(&options, &address), WEIR_ERR_INVALID_ARG_VALUE);
    options.family = WEIR_FAMILY_IPV4;
    options.flow_label = 0x100000;
    assert_int_equal(weir_address_make(&options, &address), WEIR_ERR_OUT_OF_RANGE);
    assert_memory_equal(&address, &before, sizeof address);
  }
}

static void the_order_is_total(void **state) {
  (void)state;
  const weir_address sorted[] = {
      {WEIR_FAMILY_NONE, 0, 0, 0, {0}},          {WEIR_FAMILY_IPV4, 1, 0, 0, {1, 2, 3, 4}},
      {WEIR_FAMILY_IPV4, 2, 0, 0, {1, 2, 3, 4}}, {WEIR_FAMILY_IPV4, 1, 0, 0, {1, 2, 3, 5}},
      {WEIR_FAMILY_IPV4, 0, 0, 0, {200}},        {WEIR_FAMILY_IPV6, 9, 0, 1, {1}},
      {WEIR_FAMILY_IPV6, 1, 0, 2, {1}},          {WEIR_FAMILY_IPV6, 2, 0, 2, {1}},
      {WEIR_FAMILY_IPV6, 0, 0, 0, {255}},
  };
  for (size_t i = 0; i < COUNT_OF(sorted); i++) {
    for (size_t k = 0; k < COUNT_OF(sorted); k++) {
      weir_address other = sorted[k];
      other.flow_label = 77;
      assert_int_equal(weir_address_compare(&sorted[i], &other), (i > k) - (i < k));
      assert_int_equal(weir_address_equal(&sorted[i], &other), i == k);
    }
    assert_int_equal(weir_address_compare(NULL, &sorted[i]), -1);
    assert_int_equal(weir_address_compare(&sorted[i], NULL), 1);
  }
  assert_int_equal(weir_address_compare(NULL, NULL), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(endpoints_are_read_and_written),
      cmocka_unit_test(a_zone_is_handed_out_as_a_name_or_a_number),
      cmocka_unit_test(every_port_comes_back),
      cmocka_unit_test(cut_texts_are_read_to_their_length_only),
      cmocka_unit_test(null_is_refused),
      cmocka_unit_test(every_capacity_is_kept),
      cmocka_unit_test(the_form_of_errors_has_no_brackets_and_no_port_of_zero),
      cmocka_unit_test(json_has_all_parts),
      cmocka_unit_test(options_without_size_or_family_are_refused),
      cmocka_unit_test(the_order_is_total),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
