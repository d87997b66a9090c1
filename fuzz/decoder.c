/* Bytes in pieces: wherever they are cut, the text is that of one piece and always valid UTF-8; and
 * what was encoded comes back. The first byte picks the encoding, the second how the rest is cut.
 */
#include "fuzz/fuzz.h"
#include "weir/encoding.h"

#include <string.h>

enum { ENCODINGS = 7 };

/* A text that grows; its memory is as much as the pieces may need. */
typedef struct text {
  char *bytes;
  size_t length;
} text;

static text text_for(size_t size) {
  /* Each byte may be a piece of its own. */
  text t = {malloc((size + 2) * WEIR_DECODER_TEXT_SIZE(1)), 0};
  FUZZ_CHECK(t.bytes != NULL);
  return t;
}

static void take(weir_decoder *decoder, const uint8_t *data, size_t length, text *t) {
  size_t made = SIZE_MAX;
  char *piece = fuzz_copy(data, length);
  FUZZ_CHECK(weir_decoder_write(decoder, piece, length, t->bytes + t->length,
                                WEIR_DECODER_TEXT_SIZE(length), &made) == WEIR_OK);
  FUZZ_CHECK(made <= WEIR_DECODER_TEXT_SIZE(length));
  t->length += made;
  free(piece);
}

static void finish(weir_decoder *decoder, text *t) {
  size_t made = SIZE_MAX;
  FUZZ_CHECK(weir_decoder_end(decoder, t->bytes + t->length, WEIR_DECODER_TEXT_SIZE(0), &made) ==
             WEIR_OK);
  t->length += made;
}

/* Pieces of 0 to 6 bytes, by a generator that the second byte of the input starts. */
static text decode(weir_encoding encoding, const uint8_t *data, size_t size, uint32_t cuts) {
  weir_decoder decoder;
  text t = text_for(size);
  FUZZ_CHECK(weir_decoder_init(&decoder, encoding) == WEIR_OK);
  while (cuts != 0 && size > 0) {
    cuts = cuts * 1664525u + 1013904223u;
    size_t piece = cuts >> 16 & 7;
    if (piece > size) piece = size;
    if (piece == 7) piece = 1;
    take(&decoder, data, piece, &t);
    data += piece;
    size -= piece;
  }
  take(&decoder, data, size, &t);
  finish(&decoder, &t);
  return t;
}

/* The size of a character that must be one: by the point it makes, which is another way than
 * weir's. */
static size_t character(const uint8_t *at, size_t left) {
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  if (at[0] < 0x80) return 1;
  size_t size = at[0] >= 0xF0 ? 4 : at[0] >= 0xE0 ? 3 : 2;
  FUZZ_CHECK(at[0] >= 0xC0 && at[0] < 0xF8 && size <= left);
  uint32_t point = at[0] & (0x7Fu >> size);
  for (size_t i = 1; i < size; i++) {
    FUZZ_CHECK(at[i] >> 6 == 2);
    point = point << 6 | (at[i] & 0x3Fu);
  }
  FUZZ_CHECK(point >= least[size] && point <= 0x10FFFF && point >> 11 != 0x1B);
  return size;
}

static void check_valid(const text *t) {
  for (size_t at = 0; at < t->length;)
    at += character((const uint8_t *)t->bytes + at, t->length - at);
}

static uint8_t *encode(weir_encoding encoding, const text *t, size_t *out_length) {
  *out_length = weir_encoding_encode(encoding, t->bytes, t->length, NULL, 0);
  uint8_t *bytes = malloc(*out_length + 1);
  FUZZ_CHECK(bytes != NULL);
  FUZZ_CHECK(weir_encoding_encode(encoding, t->bytes, t->length, bytes, *out_length) ==
             *out_length);
  return bytes;
}

/* Bytes that have a text of their own give themselves back, others give the same text again. */
static void check_round_trip(weir_encoding encoding, const uint8_t *data, size_t size,
                             const text *t) {
  size_t length;
  uint8_t *bytes = encode(encoding, t, &length);
  if (encoding >= WEIR_ENCODING_HEX || encoding == WEIR_ENCODING_LATIN1)
    FUZZ_CHECK(length == size && memcmp(bytes, data, size) == 0);
  text again = decode(encoding, bytes, length, 0);
  FUZZ_CHECK(again.length == t->length && memcmp(again.bytes, t->bytes, t->length) == 0);
  free(again.bytes);
  free(bytes);
}

/* The same bytes as a text, broken or not: what any encoding makes of it is decodable. */
static void check_any_text(weir_encoding encoding, uint8_t *data, size_t size) {
  text t = {(char *)data, size};
  size_t length;
  uint8_t *bytes = encode(encoding, &t, &length);
  text back = decode(encoding, bytes, length, 0);
  check_valid(&back);
  if (encoding == WEIR_ENCODING_UTF8 || encoding == WEIR_ENCODING_UTF16LE) {
    text mended = decode(WEIR_ENCODING_UTF8, data, size, 0);
    FUZZ_CHECK(mended.length == back.length);
    FUZZ_CHECK(memcmp(mended.bytes, back.bytes, back.length) == 0);
    free(mended.bytes);
  }
  free(back.bytes);
  free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2) return 0;
  weir_encoding encoding = (weir_encoding)(WEIR_ENCODING_UTF8 + data[0] % ENCODINGS);
  uint32_t cuts = data[1] + 1u;
  uint8_t *rest = (uint8_t *)fuzz_copy(data + 2, size - 2);
  text whole = decode(encoding, rest, size - 2, 0);
  text pieces = decode(encoding, rest, size - 2, cuts);
  FUZZ_CHECK(whole.length == pieces.length);
  FUZZ_CHECK(memcmp(whole.bytes, pieces.bytes, whole.length) == 0);
  check_valid(&whole);
  check_round_trip(encoding, rest, size - 2, &whole);
  check_any_text(encoding, rest, size - 2);
  free(whole.bytes);
  free(pieces.bytes);
  free(rest);
  return 0;
}
