/* Reads IPv4 addresses, a part at a time and not a character at a time, and takes the texts of both
 * families apart. How IPv6 is read is decided in address_parse_ipv6.c. */
#include "core/address_parse.h"

#include "core/address_text.h"

#include <string.h>

enum {
  IPV4_LENGTH_MIN = 7,  /* 0.0.0.0 */
  IPV4_LENGTH_MAX = 15, /* 255.255.255.255 */
  PART_MAX = 4,         /* three digits and a dot */
};

/* Two characters, the first one in the lowest eight bits. */
static inline uint16_t load_two(const char *at) {
  const unsigned char *bytes = (const unsigned char *)at;
  return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static inline uint32_t load_four(const char *at) {
  const unsigned char *bytes = (const unsigned char *)at;
  return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
         (uint32_t)bytes[3] << 24;
}

/*
 * Takes two digits, the first one in the lowest eight bits. The product sums them by their weights
 * in its highest byte. Whether they were digits, and no leading zero, is then one comparison with
 * the text of that value.
 */
static inline bool take_two(uint16_t text, uint64_t *address) {
  size_t sum = text * 0x0a010000U >> 24;
  *address = (*address << 8) + sum - WEIRC_TWO_DIGITS_SURPLUS;
  return weirc_two_digits[sum] == text;
}

/* Three digits and a dot in the same way, up to 255. */
static inline bool take_three(uint64_t text, uint64_t *address) {
  size_t sum = (uint32_t)text * 0x640a0100U >> 24;
  *address = (*address << 8) + sum + WEIRC_THREE_DIGITS_LACK;
  return weirc_three_digits[sum] == text;
}

/* Takes a part of one to three digits and its dot. @return behind the dot; NULL: there is no such
 * part */
static inline const char *take_octet(const char *at, uint64_t *address) {
  if (at[1] == '.') {
    uint32_t value = (uint32_t)(unsigned char)at[0] - '0';
    *address = *address << 8 | value;
    return value <= 9 ? at + 2 : NULL;
  }
  if (at[2] == '.') return take_two(load_two(at), address) ? at + 3 : NULL;
  return take_three(load_four(at), address) ? at + 4 : NULL;
}

/* The same for the last part, whose text with a dot behind it is all there is. */
static inline bool take_last_octet(uint64_t text, uint64_t *address) {
  if (text <= UINT16_MAX) {
    uint32_t value = (uint32_t)text - ('0' | '.' << 8);
    *address = *address << 8 | value;
    return value <= 9;
  }
  if (text < 1 << 24) return take_two((uint16_t)(text & 0xffff), address);
  return take_three(text, address);
}

/* The shortest text has four single digits. */
static bool read_shortest(const char *text, uint64_t *out) {
  for (int i = 0; i < 3; i++, text += 2)
    if (text[1] != '.' || !take_octet(text, out)) return false;
  return take_last_octet((unsigned char)text[0] | (uint64_t)'.' << 8, out);
}

/*
 * The whole text must be an address, whose first byte goes to the highest bits. A part is looked at
 * with the next three characters, which the third one may not have; the last one is taken out of
 * the last four characters with a dot put behind them.
 */
static inline bool read_ipv4(const char *text, size_t length, uint64_t *out) {
  uint64_t address = 0;
  if (length - (IPV4_LENGTH_MIN + 1) > IPV4_LENGTH_MAX - (IPV4_LENGTH_MIN + 1))
    return length == IPV4_LENGTH_MIN && read_shortest(text, out);
  const char *limit = text + length - PART_MAX;
  const char *at = take_octet(text, &address);
  if (!at || !(at = take_octet(at, &address))) return false;
  /* What the last two parts have more than four characters; one less is still enough. */
  size_t surplus = (size_t)(limit - at);
  if (surplus > PART_MAX - 1 && (at != limit + 1 || at[1] != '.')) return false;
  if (!(at = take_octet(at, &address))) return false;
  size_t taken = (size_t)(at - limit);
  uint64_t last = (load_four(limit) | (uint64_t)'.' << 32) >> (8 * taken & 63);
  if (!take_last_octet(last, &address)) return false;
  *out = address;
  return true;
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

bool weir_is_ipv4(const char *text, size_t length) {
  uint64_t ignored = 0;
  return text && read_ipv4(text, length, &ignored);
}

weir_family weir_is_ip(const char *text, size_t length) {
  uint64_t ignored = 0;
  if (!text) return WEIR_FAMILY_NONE;
  if (read_ipv4(text, length, &ignored)) return WEIR_FAMILY_IPV4;
  return weirc_ipv6_family(text, length);
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
