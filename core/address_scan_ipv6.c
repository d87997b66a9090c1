/* Tells whether a text is an IPv6 address without reading its value: eight characters at a time
 * become bits, and the grammar is a few questions about them, asked without a branch. */
#include "core/address_parse.h"

enum {
  LENGTH_MIN = 2,  /* :: */
  LENGTH_MAX = 39, /* eight groups of four */
  GROUPS = 8,
  WORD = 8
};

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* What was seen of a text. */
typedef struct scan {
  uint64_t colons; /* a bit for each character, the first one in the lowest */
  uint64_t legal;  /* top bits: none if a character is neither digit nor colon */
  uint64_t any;    /* top bits: one if a character is above 127 */
} scan;

/* Eight characters, the first one in the lowest eight bits. */
static inline uint64_t load_word(const char *at) {
  const unsigned char *b = (const unsigned char *)at;
  return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
         (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 | (uint64_t)b[7] << 56;
}

/* Two to seven characters in two pieces, which may overlap, and digits behind them. */
static inline uint64_t load_short(const char *text, size_t length) {
  const unsigned char *front = (const unsigned char *)text;
  const unsigned char *back = front + length;
  uint64_t word = EACH('0') << 8 * length;
  if (length < 4) {
    word |= (uint64_t)front[0] | (uint64_t)front[1] << 8;
    return word | (uint64_t)back[-1] << 8 * (length - 1);
  }
  uint64_t low = (uint64_t)front[0] | (uint64_t)front[1] << 8 | (uint64_t)front[2] << 16 |
                 (uint64_t)front[3] << 24;
  uint64_t high = (uint64_t)back[-4] | (uint64_t)back[-3] << 8 | (uint64_t)back[-2] << 16 |
                  (uint64_t)back[-1] << 24;
  return word | low | high << 8 * (length - 4);
}

/* The top bit of each character that is `least` or above, as long as none is above 127. */
static inline uint64_t from(uint64_t word, unsigned least) {
  return word + EACH(0x80 - least);
}

/* Looks at the characters from `place` on; those that were seen before change nothing. The colon
 * stands right behind '9', so digits and colon are one range. */
static inline void look(scan *s, uint64_t word, size_t place) {
  uint64_t small = word | EACH(0x20);
  uint64_t behind_colon = from(word, ':' + 1);
  uint64_t colons = (from(word, ':') ^ behind_colon) >> 7 & EACH(1);
  s->legal &= from(word, '0') ^ behind_colon ^ from(small, 'a') ^ from(small, 'f' + 1);
  s->any |= word;
  s->colons |= colons * UINT64_C(0x0102040810204080) >> 56 << place;
}

static inline bool look_at_all(scan *s, const char *text, size_t length) {
  *s = (scan){0, EACH(0x80), 0};
  if (length < WORD) {
    look(s, load_short(text, length), 0);
  } else {
    for (size_t i = 0; i < length - WORD; i += WORD) look(s, load_word(text + i), i);
    look(s, load_word(text + length - WORD), length - WORD);
  }
  return (s->legal & ~s->any & EACH(0x80)) == EACH(0x80);
}

static inline unsigned count_bits(uint64_t bits) {
  bits -= bits >> 1 & EACH(0x55);
  bits = (bits & EACH(0x33)) + (bits >> 2 & EACH(0x33));
  return (unsigned)(((bits + (bits >> 4)) & EACH(0x0f)) * EACH(1) >> 56);
}

/* No group of five digits, one "::" at most and no third colon beside it, no other colon at an end,
 * and as many groups as there must be: a "::" stands for one or more. */
static inline bool is_grammatical(uint64_t colons, size_t length) {
  uint64_t digits = ~colons & ((UINT64_C(1) << length) - 1);
  uint64_t two = digits & digits >> 1;
  uint64_t five = two & two >> 2 & digits >> 4;
  uint64_t doubled = colons & colons >> 1;
  uint64_t lone = colons & ~(doubled | doubled << 1);
  uint64_t ends = UINT64_C(1) << (length - 1) | 1;
  unsigned groups = count_bits(digits & ~(digits << 1));
  uint64_t wrong = five | (doubled & (doubled - 1)) | (lone & ends);
  return !wrong && (doubled ? groups < GROUPS : groups == GROUPS);
}

/* What has a zone or ends in an IPv4 address, or is no address, is left to who reads it. */
weir_family weirc_ipv6_family(const char *text, size_t length) {
  scan s;
  if (length < LENGTH_MIN) return WEIR_FAMILY_NONE;
  if (length > LENGTH_MAX || !look_at_all(&s, text, length))
    return weirc_ipv6_family_read(text, length);
  return is_grammatical(s.colons, length) ? WEIR_FAMILY_IPV6 : WEIR_FAMILY_NONE;
}

bool weir_is_ipv6(const char *text, size_t length) {
  return text && weirc_ipv6_family(text, length) == WEIR_FAMILY_IPV6;
}
