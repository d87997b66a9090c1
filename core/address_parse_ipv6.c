/* Reads IPv6 addresses and their zones, a group at a time and not a character at a time. What
 * number the name of an interface stands for is not known here. */
#include "core/address_parse.h"
#include "core/address_text.h"

#include <string.h>

enum {
  IPV6_BYTES = 16,
  GROUP_BYTES = 2,
  GROUPS = 8,
  IPV4_GROUPS = 2,
  LENGTH_MIN = 2,  /* :: */
  LENGTH_MAX = 45, /* eight groups, the last two of them dotted */
  PIECE = 16,
  PADDING = 8,
  /* So many groups may be read before they are counted: each takes a digit and a colon. */
  READ_MAX = (LENGTH_MAX + 1) / 2 + 1,
  /* How much a "::" adds to the number of the next group: so the number tells that there was one,
   * and there is room for an address of zeros behind the first groups and before the last ones. */
  BEHIND = 32
};

/* Copies 2 to 15 bytes in two pieces of a fixed size, which may overlap, so that no call is made.
 */
static inline void copy_short(char *to, const char *from, size_t length) {
  if (length >= 8) {
    memcpy(to, from, 8);
    memcpy(to + length - 8, from + length - 8, 8);
  } else if (length >= 4) {
    memcpy(to, from, 4);
    memcpy(to + length - 4, from + length - 4, 4);
  } else {
    memcpy(to, from, 2);
    memcpy(to + length - 2, from + length - 2, 2);
  }
}

/* Puts a colon behind the text, to end its last group as the others, and zeros to look at. */
static inline void copy_padded(char *to, const char *from, size_t length) {
  if (length < PIECE) {
    copy_short(to, from, length);
  } else {
    memcpy(to, from, PIECE);
    if (length > 2 * PIECE) memcpy(to + PIECE, from + PIECE, PIECE);
    memcpy(to + length - PIECE, from + length - PIECE, PIECE);
  }
  memcpy(to + length, ":\0\0\0\0\0\0", PADDING);
}

/* What a digit so many places from the last one puts into a group as it is stored; negative if it
 * is none. */
static inline int32_t digit(char c, int place) {
  return weirc_hex_values[place][(unsigned char)c];
}

static inline int32_t two_digits(const char *at) {
  return digit(at[0], 1) | digit(at[1], 0);
}

static inline int32_t three_digits(const char *at) {
  return digit(at[0], 2) | digit(at[1], 1) | digit(at[2], 0);
}

static inline int32_t four_digits(const char *at) {
  return digit(at[0], 3) | digit(at[1], 2) | digit(at[2], 1) | digit(at[3], 0);
}

static inline void put_group(uint8_t *to, int32_t group) {
  to[0] = (uint8_t)(group & 0xff);
  to[1] = (uint8_t)(group >> 8 & 0xff);
}

/*
 * Reads a text without a zone; one with a zone is refused. It is copied, so that looking at the
 * next five characters needs no care. What is no digit makes `all` negative, which is seen to once.
 * The last group ends with the colon of the copy; what no colon ends must be IPv4.
 * @param bytes undefined if it is no address
 */
static inline bool read_address(const char *text, size_t length, uint8_t *bytes) {
  uint8_t groups[GROUP_BYTES * (BEHIND + READ_MAX)];
  char copy[LENGTH_MAX + PADDING];
  const char *at = copy;
  size_t count = 0;
  int32_t all = 0;
  if (length < LENGTH_MIN || length > LENGTH_MAX) return false;
  const char *end = copy + length;
  copy_padded(copy, text, length);
  /* At the very front the "::" has no group before it whose colon would be its first. */
  if (*at == ':' && *++at != ':') return false;
  for (;;) {
    int32_t group;
    if (at[0] == ':') {
      if (count >= BEHIND || at == end) break;
      memset(groups + GROUP_BYTES * count, 0, IPV6_BYTES);
      memset(groups + GROUP_BYTES * (count + BEHIND - GROUPS), 0, IPV6_BYTES);
      count += BEHIND;
      at++;
      continue;
    }
    if (at[1] == ':') {
      group = digit(at[0], 0);
      at += 2;
    } else if (at[2] == ':') {
      group = two_digits(at);
      at += 3;
    } else if (at[3] == ':') {
      group = three_digits(at);
      at += 4;
    } else if (at[4] == ':') {
      group = four_digits(at);
      at += 5;
    } else {
      break;
    }
    all |= group;
    put_group(groups + GROUP_BYTES * count, group);
    count++;
  }
  if (all < 0) return false;
  /* The colon put behind the text was taken by its last group, if it does not end in "::". */
  if (at <= end && !(at == end && at[-2] == ':')) {
    if (!weirc_ipv4_read(at, (size_t)(end - at), groups + GROUP_BYTES * count)) return false;
    count += IPV4_GROUPS;
  }
  /* The "::" stands for one group or more. */
  if (count < BEHIND ? count != GROUPS : count >= BEHIND + GROUPS) return false;
  /* Without it the last eight groups are the first eight as well. */
  const uint8_t *tail = groups + GROUP_BYTES * (count - GROUPS);
  for (size_t i = 0; i < IPV6_BYTES; i++) bytes[i] = groups[i] | tail[i];
  return true;
}

static bool is_zone_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '.' || c == ':';
}

static bool is_zone(const char *zone, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (!is_zone_character(zone[i])) return false;
  return length > 0;
}

static bool is_number(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (text[i] < '0' || text[i] > '9') return false;
  return length > 0;
}

bool weirc_number_read(const char *text, size_t length, uint32_t limit, uint32_t *out) {
  uint64_t value = 0;
  if (!is_number(text, length)) return false;
  for (size_t i = 0; i < length; i++) {
    value = value * 10 + (uint64_t)(text[i] - '0');
    if (value > limit) return false;
  }
  *out = (uint32_t)value;
  return true;
}

/*
 * Cuts the zone off and reads the rest, where there is no second one. A zone that can be the number
 * of an interface is one, anything else is a name, which is refused if out_zone is NULL.
 */
static weir_err parse_with_zone(const char *text, size_t length, uint16_t port,
                                weir_address *out_address, weir_slice *out_zone) {
  weir_address address;
  size_t searched = length <= LENGTH_MAX ? length : LENGTH_MAX + 1;
  const char *percent = length > 0 ? memchr(text, '%', searched) : NULL;
  if (!percent) return WEIR_ERR_INVALID_ADDRESS;
  size_t cut = (size_t)(percent - text);
  weir_slice zone = {percent + 1, length - cut - 1};
  if (!is_zone(zone.data, zone.length)) return WEIR_ERR_INVALID_ADDRESS;
  weir_err err = weirc_ipv6_parse(text, cut, port, &address);
  if (err != WEIR_OK) return err;
  if (!weirc_number_read(zone.data, zone.length, UINT32_MAX, &address.scope_id)) {
    if (!out_zone) return WEIR_ERR_INVALID_ADDRESS;
    *out_zone = zone;
  }
  *out_address = address;
  return WEIR_OK;
}

weir_err weirc_ipv6_parse(const char *text, size_t length, uint16_t port,
                          weir_address *out_address) {
  uint8_t bytes[IPV6_BYTES];
  if (!read_address(text, length, bytes))
    return parse_with_zone(text, length, port, out_address, NULL);
  out_address->family = WEIR_FAMILY_IPV6;
  out_address->port = port;
  out_address->flow_label = 0;
  out_address->scope_id = 0;
  memcpy(out_address->bytes, bytes, IPV6_BYTES);
  return WEIR_OK;
}

weir_err weirc_ipv6_parse_zone(const char *text, size_t length, uint16_t port,
                               weir_address *out_address, weir_slice *out_zone) {
  if (weirc_ipv6_parse(text, length, port, out_address) == WEIR_OK) return WEIR_OK;
  return parse_with_zone(text, length, port, out_address, out_zone);
}

weir_family weirc_ipv6_family_read(const char *text, size_t length) {
  weir_address address;
  weir_slice zone;
  weir_err err = weirc_ipv6_parse_zone(text, length, 0, &address, &zone);
  return err == WEIR_OK ? WEIR_FAMILY_IPV6 : WEIR_FAMILY_NONE;
}
