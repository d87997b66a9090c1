/* Tells whether a text is an address without reading its value: IPv4, and which of the two. How
 * IPv6 is looked at is decided in address_scan_ipv6.c. */
#include "core/address_parse.h"

#include "core/address_text.h"

enum {
  LENGTH_MIN = 7,    /* 0.0.0.0 */
  LENGTH_MAX = 15,   /* 255.255.255.255 */
  TWO_PARTS_MIN = 3, /* 0.0 */
  PART_MAX = 4       /* three digits and a dot */
};

static inline bool is_one(char text) {
  return (uint32_t)(unsigned char)text - '0' <= 9;
}

static inline bool are_two(const char *at) {
  uint16_t text = weirc_load_two(at);
  return weirc_two_digits[weirc_sum_two(text)] == text;
}

/* Three digits and a dot. */
static inline bool are_three(uint32_t text) {
  return weirc_three_digits[weirc_sum_three(text)] == text;
}

/* All that is left, with a dot before it and none behind. */
static inline bool is_last(const char *at, size_t left) {
  if (left == 3) return are_three(weirc_load_four(at - 1) >> 8 | (uint32_t)'.' << 24);
  if (left == 2) return are_two(at);
  return left == 1 && is_one(at[0]);
}

/*
 * A part of one to three digits and its dot, out of four characters at least, and what comes behind
 * it. The paths of parts of different lengths do not meet again: going on at a place that is known
 * and without a jump there is what makes it fast, which takes a compiler that puts all of it into
 * its one caller.
 */
static inline bool are_last_two(const char *at, size_t left) {
  if (left < PART_MAX)
    return left == TWO_PARTS_MIN && is_one(at[0]) && at[1] == '.' && is_one(at[2]);
  if (at[1] == '.') return is_one(at[0]) && is_last(at + 2, left - 2);
  if (at[2] == '.') return are_two(at) && is_last(at + 3, left - 3);
  return are_three(weirc_load_four(at)) && is_last(at + 4, left - 4);
}

static inline bool are_last_three(const char *at, size_t left) {
  if (at[1] == '.') return is_one(at[0]) && are_last_two(at + 2, left - 2);
  if (at[2] == '.') return are_two(at) && are_last_two(at + 3, left - 3);
  return are_three(weirc_load_four(at)) && are_last_two(at + 4, left - 4);
}

static inline bool are_all(const char *at, size_t left) {
  if (at[1] == '.') return is_one(at[0]) && are_last_three(at + 2, left - 2);
  if (at[2] == '.') return are_two(at) && are_last_three(at + 3, left - 3);
  return are_three(weirc_load_four(at)) && are_last_three(at + 4, left - 4);
}

/* Four single digits, which have too few characters to be looked at like the others. */
static inline bool is_shortest(const char *text) {
  bool dots = text[1] == '.' && text[3] == '.' && text[5] == '.';
  return dots && is_one(text[0]) && is_one(text[2]) && is_one(text[4]) && is_one(text[6]);
}

weir_family weir_is_ip(const char *text, size_t length) {
  if (!text) return WEIR_FAMILY_NONE;
  if (length - (LENGTH_MIN + 1) <= LENGTH_MAX - (LENGTH_MIN + 1)) {
    if (are_all(text, length)) return WEIR_FAMILY_IPV4;
  } else if (length == LENGTH_MIN && is_shortest(text)) {
    return WEIR_FAMILY_IPV4;
  }
  return weirc_ipv6_family(text, length);
}

/* By reading it: a second copy of what is above would be slower, as compilers share it. */
bool weir_is_ipv4(const char *text, size_t length) {
  uint8_t ignored[4];
  return text && weirc_ipv4_read(text, length, ignored);
}
