/* Reads IPv4 addresses, a part at a time and not a character at a time, and takes the texts of both
 * families apart. How IPv6 is read is decided in address_parse_ipv6.c. */
#include "core/address_parse.h"

#include "core/address_text.h"

#include <string.h>

enum {
  IPV4_LENGTH_MIN = 7,  /* 0.0.0.0 */
  IPV4_LENGTH_MAX = 15, /* 255.255.255.255 */
  TWO_PARTS_MIN = 3,    /* 0.0 */
  PART_MAX = 4          /* three digits and a dot */
};

static inline bool take_one(char text, uint64_t *address) {
  uint32_t value = (uint32_t)(unsigned char)text - '0';
  *address = *address << 8 | value;
  return value <= 9;
}

static inline bool take_two(const char *at, uint64_t *address) {
  uint16_t text = weirc_load_two(at);
  size_t sum = weirc_sum_two(text);
  *address = (*address << 8) + sum - WEIRC_TWO_DIGITS_SURPLUS;
  return weirc_two_digits[sum] == text;
}

/* Three digits and a dot. */
static inline bool take_three(uint32_t text, uint64_t *address) {
  size_t sum = weirc_sum_three(text);
  *address = (*address << 8) + sum + WEIRC_THREE_DIGITS_LACK;
  return weirc_three_digits[sum] == text;
}

/* Takes a part of one to three digits and its dot. @return behind the dot; NULL: there is no such
 * part */
static inline const char *take_octet(const char *at, uint64_t *address) {
  if (at[1] == '.') return take_one(at[0], address) ? at + 2 : NULL;
  if (at[2] == '.') return take_two(at, address) ? at + 3 : NULL;
  return take_three(weirc_load_four(at), address) ? at + 4 : NULL;
}

/* The same for the last part, which is all that is left; the dot stands before it. */
static inline bool take_last_octet(const char *at, size_t left, uint64_t *address) {
  if (left == 3) return take_three(weirc_load_four(at - 1) >> 8 | (uint32_t)'.' << 24, address);
  if (left == 2) return take_two(at, address);
  return left == 1 && take_one(at[0], address);
}

/* The shortest text has four single digits. */
static bool read_shortest(const char *text, uint64_t *out) {
  for (int i = 0; i < 3; i++, text += 2)
    if (text[1] != '.' || !take_octet(text, out)) return false;
  return take_last_octet(text, 1, out);
}

/*
 * The whole text must be an address, whose first byte goes to the highest bits. A part is looked at
 * with the next three characters, which the third one may not have.
 */
static inline bool read_ipv4(const char *text, size_t length, uint64_t *out) {
  if (length - (IPV4_LENGTH_MIN + 1) > IPV4_LENGTH_MAX - (IPV4_LENGTH_MIN + 1))
    return length == IPV4_LENGTH_MIN && read_shortest(text, out);
  const char *end = text + length;
  const char *at = take_octet(text, out);
  if (!at || !(at = take_octet(at, out))) return false;
  size_t left = (size_t)(end - at);
  if (left < PART_MAX && (left < TWO_PARTS_MIN || at[1] != '.')) return false;
  at = take_octet(at, out);
  return at && take_last_octet(at, (size_t)(end - at), out);
}

static inline void put_ipv4(uint8_t *bytes, uint64_t address) {
  bytes[0] = (uint8_t)(address >> 24 & 0xff);
  bytes[1] = (uint8_t)(address >> 16 & 0xff);
  bytes[2] = (uint8_t)(address >> 8 & 0xff);
  bytes[3] = (uint8_t)(address & 0xff);
}

bool weirc_ipv4_read(const char *text, size_t length, uint8_t bytes[4]) {
  uint64_t address = 0;
  if (!read_ipv4(text, length, &address)) return false;
  put_ipv4(bytes, address);
  return true;
}

weir_err weir_address_parse(const char *text, size_t length, uint16_t port,
                            weir_address *out_address) {
  uint64_t ipv4 = 0;
  if (!text || !out_address) return WEIR_ERR_INVALID_ARG_TYPE;
  if (!read_ipv4(text, length, &ipv4)) return weirc_ipv6_parse(text, length, port, out_address);
  *out_address = (weir_address){.family = WEIR_FAMILY_IPV4, .port = port};
  put_ipv4(out_address->bytes, ipv4);
  return WEIR_OK;
}

/* ":" and 0..65535, without sign and leading zeros. */
static bool read_port(const char *text, size_t length, uint32_t *out_port) {
  if (length < 2 || text[0] != ':') return false;
  if (text[1] == '0' && length > 2) return false;
  return weirc_number_read(text + 1, length - 1, UINT16_MAX, out_port);
}

weir_err weir_address_parse_endpoint(const char *text, size_t length, weir_address *out_address,
                                     weir_slice *out_zone) {
  weir_address address;
  weir_slice zone = {NULL, 0};
  uint32_t port;
  if (!text || !out_address) return WEIR_ERR_INVALID_ARG_TYPE;
  bool ipv6 = length > 0 && text[0] == '[';
  const char *host = ipv6 ? text + 1 : text;
  const char *end = length > 0 ? memchr(text, ipv6 ? ']' : ':', length) : NULL;
  if (!end && ipv6) return WEIR_ERR_INVALID_ADDRESS;
  if (!end) end = text + length;
  weir_err err = WEIR_ERR_INVALID_ADDRESS;
  if (ipv6 && out_zone)
    err = weirc_ipv6_parse_zone(host, (size_t)(end - host), 0, &address, &zone);
  else if (ipv6)
    err = weirc_ipv6_parse(host, (size_t)(end - host), 0, &address);
  else if (weir_is_ipv4(host, (size_t)(end - host)))
    err = weir_address_parse(host, (size_t)(end - host), 0, &address);
  if (err != WEIR_OK) return err;
  if (ipv6) end++;
  if (!read_port(end, (size_t)(text + length - end), &port)) return WEIR_ERR_SOCKET_BAD_PORT;
  address.port = (uint16_t)port;
  *out_address = address;
  if (out_zone) *out_zone = zone;
  return WEIR_OK;
}
