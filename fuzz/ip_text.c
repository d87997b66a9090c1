/* Text of addresses: weir_is_ip() beside inet_pton(), which takes the same addresses but no zone
 * and no NUL, and what is read and written again. */
#include "fuzz/fuzz.h"
#include "weir/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* The system's view of a text without zone; its bytes are those of the address. */
static weir_family system_family(const char *text, size_t length, uint8_t bytes[16]) {
  char terminated[64];
  if (length >= sizeof terminated || memchr(text, '\0', length)) return WEIR_FAMILY_NONE;
  memcpy(terminated, text, length);
  terminated[length] = '\0';
  memset(bytes, 0, 16);
  if (inet_pton(AF_INET, terminated, bytes) == 1) return WEIR_FAMILY_IPV4;
  if (inet_pton(AF_INET6, terminated, bytes) == 1) return WEIR_FAMILY_IPV6;
  return WEIR_FAMILY_NONE;
}

/* IP-08. */
static bool is_zone(const char *zone, size_t length) {
  static const char allowed[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-.:";
  for (size_t i = 0; i < length; i++)
    if (!memchr(allowed, zone[i], sizeof allowed - 1)) return false;
  return length > 0;
}

static weir_family expected_family(const char *text, size_t length, uint8_t bytes[16]) {
  const char *percent = memchr(text, '%', length);
  if (!percent) return system_family(text, length, bytes);
  size_t before = (size_t)(percent - text);
  bool ipv6 = system_family(text, before, bytes) == WEIR_FAMILY_IPV6;
  return ipv6 && is_zone(percent + 1, length - before - 1) ? WEIR_FAMILY_IPV6 : WEIR_FAMILY_NONE;
}

/* Every capacity gets the front of the same text, and nothing behind it is touched. */
static void check_cut_text(const weir_address *address, const char *text, size_t length) {
  for (size_t capacity = 0; capacity <= length + 1; capacity++) {
    char *buffer = malloc(capacity > 0 ? capacity : 1);
    FUZZ_CHECK(buffer != NULL);
    FUZZ_CHECK(weir_address_format(address, buffer, capacity) == length);
    if (capacity > 0) {
      FUZZ_CHECK(memcmp(buffer, text, capacity - 1) == 0);
      FUZZ_CHECK(buffer[capacity - 1] == '\0');
    }
    free(buffer);
  }
}

static void check_round_trip(const weir_address *address) {
  char text[WEIR_ADDRESS_TEXT_SIZE];
  weir_address again;
  size_t length = weir_address_format(address, text, sizeof text);
  FUZZ_CHECK(length > 0 && length < sizeof text && strlen(text) == length);
  FUZZ_CHECK(weir_address_parse(text, length, address->port, &again) == WEIR_OK);
  FUZZ_CHECK(weir_address_equal(address, &again));
  FUZZ_CHECK(weir_address_compare(address, &again) == 0);
  FUZZ_CHECK((int)weir_is_ip(text, length) == address->family);
  check_cut_text(address, text, length);
}

/* What weir_address_parse() takes is what weir_is_ip() takes, but for names of interfaces. */
static void check_parse(const char *text, size_t length, weir_family family,
                        const uint8_t bytes[16]) {
  enum { PORT = 513 };
  weir_address address;
  weir_address before;
  memset(&before, 0xa5, sizeof before);
  address = before;
  if (weir_address_parse(text, length, PORT, &address) != WEIR_OK) {
    FUZZ_CHECK(memcmp(&address, &before, sizeof address) == 0);
    FUZZ_CHECK(family == WEIR_FAMILY_NONE || memchr(text, '%', length));
    return;
  }
  FUZZ_CHECK(family != WEIR_FAMILY_NONE && (int)family == address.family);
  FUZZ_CHECK(address.port == PORT && address.flow_label == 0);
  FUZZ_CHECK(address.scope_id == 0 || memchr(text, '%', length));
  FUZZ_CHECK(memcmp(address.bytes, bytes, 16) == 0);
  check_round_trip(&address);
}

/* Any bytes are an address, too. */
static void check_bytes(const uint8_t *data, size_t size) {
  weir_address address = {0};
  if (size < 5) return;
  bool ipv6 = size >= 16;
  address.family = ipv6 ? WEIR_FAMILY_IPV6 : WEIR_FAMILY_IPV4;
  address.port = data[0];
  memcpy(address.bytes, data, ipv6 ? 16 : 4);
  if (size >= 20) memcpy(&address.scope_id, data + 16, sizeof address.scope_id);
  check_round_trip(&address);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  uint8_t bytes[16] = {0};
  char *text = fuzz_copy(data, size);
  weir_family expected = expected_family(text, size, bytes);
  FUZZ_CHECK(weir_is_ip(text, size) == expected);
  FUZZ_CHECK(weir_is_ipv4(text, size) == (expected == WEIR_FAMILY_IPV4));
  FUZZ_CHECK(weir_is_ipv6(text, size) == (expected == WEIR_FAMILY_IPV6));
  check_parse(text, size, expected, bytes);
  check_bytes(data, size);
  free(text);
  return 0;
}
