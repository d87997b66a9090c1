/* Endpoints as text: what weir_address_parse_endpoint() takes has one other form, that of
 * weir_address_format_endpoint(), and the parts of it are what the other functions say. */
#include "fuzz/fuzz.h"
#include "weir/address.h"

#include <string.h>

static bool is_digits(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (text[i] < '0' || text[i] > '9') return false;
  return length > 0;
}

/* True if the number these digits are is no uint32_t. */
static bool is_above_32_bits(const char *digits, size_t length) {
  static const char highest[] = "4294967295";
  size_t highest_length = sizeof highest - 1;
  while (length > 1 && digits[0] == '0') digits++, length--;
  if (length != highest_length) return length > highest_length;
  return memcmp(digits, highest, length) > 0;
}

/* The number a port's text has; -1: it is none. */
static long port_of(const char *text, size_t length) {
  long port = 0;
  if (!is_digits(text, length) || length > 5 || (length > 1 && text[0] == '0')) return -1;
  for (size_t i = 0; i < length; i++) port = port * 10 + (text[i] - '0');
  return port <= UINT16_MAX ? port : -1;
}

/* The last colon stands before the port: brackets close before it, IPv4 has none. */
static size_t last_colon(const char *text, size_t length) {
  size_t at = length;
  while (at > 0 && text[at - 1] != ':') at--;
  return at > 0 ? at - 1 : length;
}

/* The same by another way: cut at the last colon, brackets away, weir_is_ip(). */
static bool is_endpoint(const char *text, size_t length) {
  size_t colon = last_colon(text, length);
  if (colon == length || port_of(text + colon + 1, length - colon - 1) < 0) return false;
  if (colon >= 2 && text[0] == '[' && text[colon - 1] == ']')
    return weir_is_ipv6(text + 1, colon - 2);
  return weir_is_ipv4(text, colon);
}

static void check_round_trip(const weir_address *address) {
  char text[WEIR_ADDRESS_TEXT_SIZE];
  char plain[WEIR_ADDRESS_TEXT_SIZE];
  char json[WEIR_ADDRESS_JSON_SIZE];
  weir_address again;
  weir_slice zone;
  size_t length = weir_address_format_endpoint(address, text, sizeof text);
  FUZZ_CHECK(length > 0 && length < sizeof text && strlen(text) == length);
  FUZZ_CHECK(weir_address_parse_endpoint(text, length, &again, &zone) == WEIR_OK);
  FUZZ_CHECK(zone.length == 0 && weir_address_equal(address, &again));
  FUZZ_CHECK(weir_address_parse_endpoint(text, length, &again, NULL) == WEIR_OK);
  size_t plain_length = weir_address_format(address, plain, sizeof plain);
  FUZZ_CHECK(strncmp(text + (address->family == WEIR_FAMILY_IPV6), plain, plain_length) == 0);
  FUZZ_CHECK(weir_address_format_with_port(address, plain, sizeof plain) < sizeof plain);
  FUZZ_CHECK(weir_address_format_json(address, json, sizeof json) < sizeof json);
  FUZZ_CHECK(strlen(json) == weir_address_format_json(address, NULL, 0));
}

static void check_zone(const char *text, size_t length, const weir_slice *zone) {
  const char *name = zone->data;
  if (zone->length == 0) return;
  FUZZ_CHECK(name > text && name + zone->length < text + length);
  FUZZ_CHECK(name[-1] == '%' && name[zone->length] == ']');
  FUZZ_CHECK(!is_digits(name, zone->length) || is_above_32_bits(name, zone->length));
}

static void check_parts(const char *text, size_t length, const weir_address *address) {
  size_t colon = last_colon(text, length);
  FUZZ_CHECK(address->port == port_of(text + colon + 1, length - colon - 1));
  FUZZ_CHECK((address->family == WEIR_FAMILY_IPV6) == (text[0] == '['));
  FUZZ_CHECK(address->flow_label == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  weir_address address;
  weir_address before;
  weir_slice zone = {NULL, 77};
  char *text = fuzz_copy(data, size);
  memset(&before, 0xa5, sizeof before);
  address = before;
  weir_err err = weir_address_parse_endpoint(text, size, &address, &zone);
  if (err == WEIR_OK) {
    FUZZ_CHECK(is_endpoint(text, size));
    check_parts(text, size, &address);
    check_zone(text, size, &zone);
    check_round_trip(&address);
    FUZZ_CHECK((weir_address_parse_endpoint(text, size, &address, NULL) == WEIR_OK) ==
               (zone.length == 0));
  } else {
    FUZZ_CHECK(!is_endpoint(text, size));
    FUZZ_CHECK(err == WEIR_ERR_INVALID_ADDRESS || err == WEIR_ERR_SOCKET_BAD_PORT);
    FUZZ_CHECK(memcmp(&address, &before, sizeof address) == 0 && zone.length == 77);
  }
  free(text);
  return 0;
}
