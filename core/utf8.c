/* UTF-8 as the Unicode standard and Node read it. What is done with a broken part, and what may
 * still become whole, is decided by the callers. */
#include "core/utf8.h"

#include <assert.h>
#include <string.h>

/* The bytes that may follow a first byte directly; those behind it are 80 to BF. */
typedef struct follower {
  uint8_t least;
  uint8_t most;
} follower;

static follower second_of(uint8_t first) {
  switch (first) {
  case 0xE0: return (follower){0xA0, 0xBF}; /* Below it is too long a form. */
  case 0xED: return (follower){0x80, 0x9F}; /* Above it are surrogates. */
  case 0xF0: return (follower){0x90, 0xBF};
  case 0xF4: return (follower){0x80, 0x8F}; /* Above it are no characters. */
  default: return (follower){0x80, 0xBF};
  }
}

size_t weirc_utf8_promised(uint8_t first) {
  if ((first & 0xE0) == 0xC0) return 2;
  if ((first & 0xF0) == 0xE0) return 3;
  return (first & 0xF8) == 0xF0 ? 4 : 0;
}

uint32_t weirc_utf8_take(const uint8_t **at, const uint8_t *end) {
  assert(*at < end);
  uint8_t first = *(*at)++;
  if (first < 0x80) return first;
  if (first < 0xC2 || first > 0xF4) return WEIRC_REPLACEMENT;
  size_t size = weirc_utf8_promised(first);
  follower wanted = second_of(first);
  uint32_t point = first & (0xFFu >> (size + 1));
  for (size_t i = 1; i < size; i++) {
    if (*at == end || **at < wanted.least || **at > wanted.most) return WEIRC_REPLACEMENT;
    point = point << 6 | (*(*at)++ & 0x3Fu);
    wanted = (follower){0x80, 0xBF};
  }
  return point;
}

size_t weirc_utf8_put(uint32_t point, char *out) {
  static const uint8_t marks[] = {0, 0, 0xC0, 0xE0, 0xF0};
  assert(point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF));
  if (point < 0x80) {
    out[0] = (char)point;
    return 1;
  }
  size_t size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  for (size_t i = size - 1; i > 0; i--, point >>= 6) out[i] = (char)(0x80 | (point & 0x3F));
  out[0] = (char)(marks[size] | point);
  return size;
}

/* Most text is ASCII: eight bytes are looked at at once. */
static const uint8_t *skip_ascii(const uint8_t *at, const uint8_t *end) {
  uint64_t eight;
  for (; end - at >= 8; at += 8) {
    memcpy(&eight, at, sizeof eight);
    if (eight & 0x8080808080808080u) break;
  }
  while (at < end && *at < 0x80) at++;
  return at;
}

size_t weirc_utf8_valid_length(const uint8_t *text, size_t length) {
  if (length == 0) return 0;
  const uint8_t *end = text + length;
  const uint8_t *whole = skip_ascii(text, end);
  while (whole < end) {
    const uint8_t *at = whole;
    /* U+FFFD itself is no broken part: three bytes, of which the first is EF. */
    if (weirc_utf8_take(&at, end) == WEIRC_REPLACEMENT && (at - whole != 3 || *whole != 0xEF))
      break;
    whole = skip_ascii(at, end);
  }
  return (size_t)(whole - text);
}
