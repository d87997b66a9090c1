/* Writes addresses, in Node's normal form, a part at a time. */
#include "weir/address.h"

#include "core/address_text.h"

#include <string.h>

enum { IPV4_BYTES = 4, IPV6_BYTES = 16, GROUPS = 8, IPV4_TEXT_SIZE = 16 };

static char *put_text(char *at, const char *text) {
  size_t length = strlen(text);
  memcpy(at, text, length);
  return at + length;
}

static char *put_number(char *at, uint32_t value) {
  char reversed[10];
  int count = 0;
  do {
    reversed[count++] = (char)('0' + value % 10);
    value /= 10;
  } while (value > 0);
  while (count > 0) *at++ = reversed[--count];
  return at;
}

/* Writes four bytes, the part and its dot among them; returns where the next part begins. */
static inline char *put_octet(char *at, uint8_t value) {
  uint32_t text = weirc_octet_texts[value];
  at[0] = (char)(text & 0xff);
  at[1] = (char)(text >> 8 & 0xff);
  at[2] = (char)(text >> 16 & 0xff);
  at[3] = (char)(text >> 24);
  return at + 2 + (value > 9) + (value > 99);
}

/* Writes up to 16 bytes. */
static inline char *put_ipv4(char *at, const uint8_t *bytes) {
  for (int i = 0; i < IPV4_BYTES; i++) at = put_octet(at, bytes[i]);
  return at - 1;
}

/* A byte without leading zero. */
static inline char *put_short_byte(char *at, uint8_t value) {
  if (value < 16) {
    *at = weirc_hex_pairs[value][1];
    return at + 1;
  }
  memcpy(at, weirc_hex_pairs[value], 2);
  return at + 2;
}

static inline char *put_group(char *at, const uint8_t *bytes) {
  if (bytes[0] == 0) return put_short_byte(at, bytes[1]);
  at = put_short_byte(at, bytes[0]);
  memcpy(at, weirc_hex_pairs[bytes[1]], 2);
  return at + 2;
}

/* Bit i is set if group i is zero. */
static inline unsigned zero_groups(const uint8_t *bytes) {
  unsigned zeros = 0;
  for (unsigned i = 0; i < GROUPS; i++)
    zeros |= (unsigned)((bytes[2 * i] | bytes[2 * i + 1]) == 0) << i;
  return zeros;
}

/*
 * The longest run of two or more zero groups, the first of equals; 8 if there is none. Each step
 * takes one from every run, until the next one would leave nothing: then a bit is where a longest
 * run begins.
 */
static inline unsigned longest_zero_run(const uint8_t *bytes, unsigned *out_length) {
  unsigned runs = zero_groups(bytes);
  unsigned length = 1;
  unsigned start = 0;
  unsigned shorter;
  while ((shorter = runs & runs >> 1) != 0) {
    runs = shorter;
    length++;
  }
  *out_length = length;
  if (length == 1) return GROUPS;
  while (!(runs >> start & 1)) start++;
  return start;
}

/* ::a.b.c.d and ::ffff:a.b.c.d end in the dotted form, as inet_ntop() writes them. */
static inline bool ends_dotted(const uint8_t *bytes, unsigned run, unsigned length) {
  return run == 0 && (length == 6 || (length == 5 && bytes[10] == 0xff && bytes[11] == 0xff));
}

static inline char *put_ipv6(char *at, const uint8_t *bytes) {
  unsigned length;
  unsigned run = longest_zero_run(bytes, &length);
  if (ends_dotted(bytes, run, length)) {
    at = put_text(at, length == 6 ? "::" : "::ffff:");
    return put_ipv4(at, bytes + IPV6_BYTES - IPV4_BYTES);
  }
  /* Each group brings the colon behind it. The last one has none. */
  for (unsigned i = 0; i < run; i++) {
    at = put_group(at, bytes + 2 * i);
    *at++ = ':';
  }
  if (run == GROUPS) return at - 1;
  if (run == 0) *at++ = ':';
  *at++ = ':';
  if (run + length == GROUPS) return at;
  for (unsigned i = run + length; i < GROUPS; i++) {
    at = put_group(at, bytes + 2 * i);
    *at++ = ':';
  }
  return at - 1;
}

/* The address alone; up to WEIR_ADDRESS_TEXT_SIZE bytes are touched. */
static inline char *put_address(char *at, const weir_address *address) {
  if (address->family == WEIR_FAMILY_IPV4) return put_ipv4(at, address->bytes);
  at = put_ipv6(at, address->bytes);
  if (address->scope_id == 0) return at;
  *at++ = '%';
  return put_number(at, address->scope_id);
}

static inline bool has_text(const weir_address *address) {
  return address && (address->family == WEIR_FAMILY_IPV4 || address->family == WEIR_FAMILY_IPV6);
}

/* Hands out what fits of a text. */
static size_t give(const char *text, const char *end, char *buffer, size_t capacity) {
  size_t length = (size_t)(end - text);
  if (!buffer || capacity == 0) return length;
  size_t fitting = length < capacity ? length : capacity - 1;
  memcpy(buffer, text, fitting);
  buffer[fitting] = '\0';
  return length;
}

/* The text of no address. */
static size_t give_nothing(char *buffer, size_t capacity) {
  if (buffer && capacity > 0) *buffer = '\0';
  return 0;
}

size_t weir_address_format(const weir_address *address, char *buffer, size_t capacity) {
  char text[WEIR_ADDRESS_TEXT_SIZE];
  if (!has_text(address)) return give_nothing(buffer, capacity);
  size_t needed = address->family == WEIR_FAMILY_IPV4 ? IPV4_TEXT_SIZE : WEIR_ADDRESS_TEXT_SIZE;
  if (!buffer || capacity < needed) return give(text, put_address(text, address), buffer, capacity);
  char *end = put_address(buffer, address);
  *end = '\0';
  return (size_t)(end - buffer);
}

size_t weir_address_format_with_port(const weir_address *address, char *buffer, size_t capacity) {
  char text[WEIR_ADDRESS_TEXT_SIZE];
  if (!has_text(address)) return give_nothing(buffer, capacity);
  char *at = put_address(text, address);
  if (address->port != 0) {
    *at++ = ':';
    at = put_number(at, address->port);
  }
  return give(text, at, buffer, capacity);
}

size_t weir_address_format_endpoint(const weir_address *address, char *buffer, size_t capacity) {
  char text[WEIR_ADDRESS_TEXT_SIZE];
  char *at = text;
  if (!has_text(address)) return give_nothing(buffer, capacity);
  bool ipv6 = address->family == WEIR_FAMILY_IPV6;
  if (ipv6) *at++ = '[';
  at = put_address(at, address);
  if (ipv6) *at++ = ']';
  *at++ = ':';
  at = put_number(at, address->port);
  return give(text, at, buffer, capacity);
}

size_t weir_address_format_json(const weir_address *address, char *buffer, size_t capacity) {
  char text[WEIR_ADDRESS_JSON_SIZE];
  if (!has_text(address)) return give_nothing(buffer, capacity);
  bool ipv6 = address->family == WEIR_FAMILY_IPV6;
  char *at = put_text(text, "{\"address\":\"");
  at = put_address(at, address);
  at = put_text(at, "\",\"port\":");
  at = put_number(at, address->port);
  at = put_text(at, ipv6 ? ",\"family\":\"ipv6\"" : ",\"family\":\"ipv4\"");
  at = put_text(at, ",\"flowlabel\":");
  at = put_number(at, ipv6 ? address->flow_label : 0);
  *at++ = '}';
  return give(text, at, buffer, capacity);
}
