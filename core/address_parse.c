/* Reads IPv4 addresses, a part at a time and not a character at a time, and takes the texts of both
 * families apart. How IPv6 is read is decided in address_parse_ipv6.c. */
#include "core/address_parse.h"

#include "core/address_text.h"

#include <string.h>

enum {
  IPV4_LENGTH_MIN = 7, /* 0.0.0.0 */
  IPV4_LENGTH_MAX = 15 /* 255.255.255.255 */
};

/* Four characters, the first one in the lowest eight bits. */
static inline uint32_t load_four(const char *at) {
  const unsigned char *bytes = (const unsigned char *)at;
  return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
         (uint32_t)bytes[3] << 24;
}

/* Eight characters, the first one in the lowest eight bits. */
static inline uint64_t load_eight(const char *at) {
  const unsigned char *bytes = (const unsigned char *)at;
  return (uint64_t)bytes[0] | (uint64_t)bytes[1] << 8 | (uint64_t)bytes[2] << 16 |
         (uint64_t)bytes[3] << 24 | (uint64_t)bytes[4] << 32 | (uint64_t)bytes[5] << 40 |
         (uint64_t)bytes[6] << 48 | (uint64_t)bytes[7] << 56;
}

/*
 * Takes a part of one to three digits and its dot off the front of some characters. A digit has bit
 * 4 set and a dot has not, which tells the number of digits. The product sums the digits by their
 * weights in one byte, plus a constant that comes from '0' being 48. Whether these were digits,
 * without a leading zero, up to 255 and with a dot behind is then one comparison with the text of
 * that value.
 * @return false: there is no such part; otherwise *taken has grown by the characters taken
 */
static inline bool take_octet(uint64_t *window, uint32_t *address, size_t *taken) {
  enum { SECOND_DIGIT = 0x1000, THIRD_DIGIT = 0x100000, TWO_OFFSET = 16, THREE_OFFSET = 210 };
  uint32_t text = (uint32_t)*window;
  if (!(text & SECOND_DIGIT)) {
    uint32_t value = (text & 0xffff) - ('0' | '.' << 8);
    if (value > 9) return false;
    *address = *address << 8 | value;
    *window >>= 16;
    *taken += 2;
    return true;
  }
  if (!(text & THIRD_DIGIT)) {
    text &= 0xffffff;
    uint32_t sum = text * 0xa01 >> 8 & 0xff;
    if (weirc_octet_texts[sum + WEIRC_OCTET_ZERO - TWO_OFFSET] != text) return false;
    *address = (*address << 8) + sum - TWO_OFFSET;
    *window >>= 24;
    *taken += 3;
    return true;
  }
  uint32_t sum = (text * 0x640a01 >> 16 & 0xff) + 256;
  if (weirc_octet_texts[sum + WEIRC_OCTET_ZERO - THREE_OFFSET] != text) return false;
  *address = (*address << 8) + sum - THREE_OFFSET;
  *window >>= 32;
  *taken += 4;
  return true;
}

/*
 * The whole text must be an address, whose first byte goes to the highest bits. Two parts are
 * within the first eight characters, the other two within the last seven; with a dot behind the
 * last one all four look the same, and nothing is left when they are taken.
 */
static inline bool read_ipv4(const char *text, size_t length, uint32_t *out) {
  uint64_t first;
  uint64_t last;
  uint32_t address = 0;
  size_t surplus = length - IPV4_LENGTH_MIN;
  if (surplus > IPV4_LENGTH_MAX - IPV4_LENGTH_MIN) return false;
  if (surplus > 0) {
    first = load_eight(text);
    last = load_eight(text + surplus - 1) >> 8;
  } else {
    first = load_four(text) | (uint64_t)load_four(text + 3) << 24;
    last = first;
  }
  /* How many of the last seven characters are taken; three must be left. */
  size_t taken = 0 - surplus;
  if (!take_octet(&first, &address, &taken) || !take_octet(&first, &address, &taken)) return false;
  if (taken > 4) return false;
  last = (last | (uint64_t)'.' << 56) >> 8 * taken;
  if (!take_octet(&last, &address, &taken) || !take_octet(&last, &address, &taken)) return false;
  *out = address;
  return last == 0;
}

static inline void put_ipv4(uint8_t *bytes, uint32_t address) {
  bytes[0] = (uint8_t)(address >> 24);
  bytes[1] = (uint8_t)(address >> 16 & 0xff);
  bytes[2] = (uint8_t)(address >> 8 & 0xff);
  bytes[3] = (uint8_t)(address & 0xff);
}

bool weirc_ipv4_read(const char *text, size_t length, uint32_t *out) {
  return read_ipv4(text, length, out);
}

bool weir_is_ipv4(const char *text, size_t length) {
  uint32_t ignored;
  return text && read_ipv4(text, length, &ignored);
}

weir_family weir_is_ip(const char *text, size_t length) {
  uint32_t ignored;
  if (!text) return WEIR_FAMILY_NONE;
  if (read_ipv4(text, length, &ignored)) return WEIR_FAMILY_IPV4;
  return weir_is_ipv6(text, length) ? WEIR_FAMILY_IPV6 : WEIR_FAMILY_NONE;
}

weir_err weir_address_parse(const char *text, size_t length, uint16_t port,
                            weir_address *out_address) {
  uint32_t ipv4;
  if (!text || !out_address) return WEIR_ERR_INVALID_ARG_TYPE;
  if (!read_ipv4(text, length, &ipv4))
    return weirc_ipv6_parse(text, length, port, out_address, NULL);
  *out_address = (weir_address){WEIR_FAMILY_IPV4, port, 0, 0, {0}};
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
  if (ipv6)
    err = weirc_ipv6_parse(host, (size_t)(end - host), 0, &address, out_zone ? &zone : NULL);
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
