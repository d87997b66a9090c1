/* Reads IPv6 addresses and their zones, a group at a time and not a character at a time. What
 * number the name of an interface stands for is not known here. */
#include "core/address_parse.h"
#include "core/address_text.h"

#include <string.h>

enum {
  IPV4_LENGTH_MAX = 15, /* 255.255.255.255 */
  IPV6_BYTES = 16,
  IPV6_LENGTH_MIN = 2,  /* :: */
  IPV6_LENGTH_MAX = 45, /* eight groups, the last two of them dotted */
  /* One more byte shows whether a zone follows. */
  READ_LENGTH_MAX = IPV6_LENGTH_MAX + 1,
  /* A text is read up to so many bytes behind its end. */
  PADDING = 8,
  GROUP_MAX = 0xffff
};

/* A text in memory that may be read beyond its end, and how long it is. */
typedef struct padded_text {
  char bytes[READ_LENGTH_MAX + PADDING];
  size_t length;
} padded_text;

/* Copies 4 or more bytes in two pieces of a fixed size, which may overlap, so that no call is made.
 */
static inline void copy_in_two(char *to, const char *from, size_t length, size_t piece) {
  memcpy(to, from, piece);
  memcpy(to + length - piece, from + length - piece, piece);
}

/* Takes a text of 2 bytes or more over, with a colon and zeros behind it. */
static inline void pad(padded_text *padded, const char *text, size_t length) {
  if (length >= 32) memcpy(padded->bytes + 16, text + 16, 16);
  if (length >= 16) {
    copy_in_two(padded->bytes, text, length, 16);
  } else if (length >= 8) {
    copy_in_two(padded->bytes, text, length, 8);
  } else if (length >= 4) {
    copy_in_two(padded->bytes, text, length, 4);
  } else {
    copy_in_two(padded->bytes, text, length, 2);
  }
  memcpy(padded->bytes + length, ":\0\0\0\0\0\0", PADDING);
  padded->length = length;
}

/* The value of a digit so many places from the last one; above GROUP_MAX if it is none. */
static inline uint32_t digit(char c, int place) {
  return weirc_hex_values[place][(unsigned char)c];
}

static inline uint32_t two_digits(const char *at) {
  return digit(at[0], 1) | digit(at[1], 0);
}

static inline uint32_t three_digits(const char *at) {
  return digit(at[0], 2) | digit(at[1], 1) | digit(at[2], 0);
}

static inline uint32_t four_digits(const char *at) {
  return digit(at[0], 3) | digit(at[1], 2) | digit(at[2], 1) | digit(at[3], 0);
}

static inline uint8_t *put_group(uint8_t *out, uint32_t value) {
  out[0] = (uint8_t)(value >> 8);
  out[1] = (uint8_t)(value & 0xff);
  return out + 2;
}

/* The last two groups as IPv4, up to what is no digit and no dot. */
static const char *take_dotted(const char *at, uint8_t **out) {
  uint32_t address;
  size_t length = 0;
  while (length <= IPV4_LENGTH_MAX &&
         (at[length] == '.' || (at[length] >= '0' && at[length] <= '9')))
    length++;
  if (!weirc_ipv4_read(at, length, &address)) return NULL;
  *out = put_group(put_group(*out, address >> 16), address & 0xffff);
  return at + length;
}

/* What has no colon behind it: the group in front of a zone, IPv4, or nothing that can be. */
static const char *take_last(const char *at, uint8_t **out) {
  const char *start = at;
  uint32_t value = digit(*at++, 0);
  if (value > GROUP_MAX) return NULL;
  for (int i = 0; i < 3; i++) {
    uint32_t next = digit(*at, 0);
    if (next > GROUP_MAX) break;
    value = value << 4 | next;
    at++;
  }
  if (*at == '.') return take_dotted(start, out);
  *out = put_group(*out, value);
  return at;
}

/*
 * Takes a group and the colon behind it; looks for the colon first, in the places that need least.
 * @return what is above GROUP_MAX if there is no such group: the colon may be one of the zone
 */
static inline uint32_t take_group(const char **at) {
  const char *start = *at;
  uint32_t value;
  if (start[1] == ':') {
    *at = start + 2;
    return digit(start[0], 0);
  }
  if (start[4] == ':' && (value = four_digits(start)) <= GROUP_MAX) {
    *at = start + 5;
    return value;
  }
  if (start[2] == ':') {
    *at = start + 3;
    return two_digits(start);
  }
  if (start[3] != ':') return GROUP_MAX + 1;
  *at = start + 4;
  return three_digits(start);
}

/*
 * Reads an address up to its end or its zone. Groups in front of the "::" and groups behind it go
 * to memories of their own; those behind it have an address of zeros in front of them, so the 16
 * bytes that end with the last of them are where they belong.
 * @return how many bytes of the text the address has; 0: it is none
 */
static inline size_t read_groups(const padded_text *text, uint8_t *bytes) {
  /* Every group takes two bytes of the text or more, so both hold whatever can come. */
  uint8_t head[IPV6_BYTES + READ_LENGTH_MAX];
  uint8_t tail[IPV6_BYTES + READ_LENGTH_MAX];
  const char *at = text->bytes;
  const char *end = at + text->length;
  uint8_t *out = head;
  uint8_t *head_end = NULL;
  memset(head, 0, IPV6_BYTES);
  memset(tail, 0, IPV6_BYTES);
  /* At the very front the "::" has no group before it whose colon would be its first. */
  if (*at == ':' && *++at != ':') return 0;
  for (;;) {
    if (*at == ':') {
      if (head_end || at == end) return 0;
      head_end = out;
      out = tail + IPV6_BYTES;
      if (++at == end || *at == '%') break;
    }
    const char *start = at;
    uint32_t value = take_group(&at);
    if (value > GROUP_MAX) {
      if (!(at = take_last(start, &out))) return 0;
      break;
    }
    out = put_group(out, value);
    if (at > end) {
      at = end;
      break;
    }
  }
  if (!head_end) {
    if (out != head + IPV6_BYTES) return 0;
    memcpy(bytes, head, IPV6_BYTES);
    return (size_t)(at - text->bytes);
  }
  /* As long as all of it or longer, the two would be eight groups and a "::" for none. */
  uint8_t *last = out - IPV6_BYTES;
  if ((head_end - head) + (last - tail) > IPV6_BYTES - 2) return 0;
  for (int i = 0; i < IPV6_BYTES; i++) bytes[i] = head[i] | last[i];
  return (size_t)(at - text->bytes);
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

/* Where the address ends: at the end of the text, or at the "%" of a good zone; 0: it is none. */
static inline size_t read_ipv6(const char *text, size_t length, uint8_t *bytes) {
  padded_text padded;
  if (length < IPV6_LENGTH_MIN) return 0;
  pad(&padded, text, length <= READ_LENGTH_MAX ? length : READ_LENGTH_MAX);
  size_t end = read_groups(&padded, bytes);
  if (end == length || end == 0) return end;
  if (end >= padded.length || text[end] != '%') return 0;
  return is_zone(text + end + 1, length - end - 1) ? end : 0;
}

bool weir_is_ipv6(const char *text, size_t length) {
  uint8_t bytes[IPV6_BYTES];
  return text && read_ipv6(text, length, bytes) != 0;
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

/* A zone of digits is the number of an interface, anything else its name. */
static weir_err take_zone(const char *zone, size_t length, uint32_t *out_scope_id,
                          weir_slice *out_name) {
  if (weirc_number_read(zone, length, UINT32_MAX, out_scope_id)) return WEIR_OK;
  if (!out_name || is_number(zone, length)) return WEIR_ERR_INVALID_ADDRESS;
  *out_name = (weir_slice){zone, length};
  return WEIR_OK;
}

weir_err weirc_ipv6_parse(const char *text, size_t length, uint16_t port, weir_address *out_address,
                          weir_slice *out_zone) {
  uint8_t bytes[IPV6_BYTES];
  uint32_t scope_id = 0;
  size_t end = read_ipv6(text, length, bytes);
  if (end == 0) return WEIR_ERR_INVALID_ADDRESS;
  if (end != length) {
    weir_err err = take_zone(text + end + 1, length - end - 1, &scope_id, out_zone);
    if (err != WEIR_OK) return err;
  }
  out_address->family = WEIR_FAMILY_IPV6;
  out_address->port = port;
  out_address->flow_label = 0;
  out_address->scope_id = scope_id;
  memcpy(out_address->bytes, bytes, IPV6_BYTES);
  return WEIR_OK;
}
