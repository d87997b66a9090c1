/* Names of encodings, and text made into bytes. How bytes become text is in decoder.c. */
#include "weir/encoding.h"

#include "core/base64.h"
#include "core/utf8.h"

#include <string.h>

/* The first name of each encoding is the one Node shows. */
static const struct {
  const char *name;
  weir_encoding encoding;
} names[] = {{"utf8", WEIR_ENCODING_UTF8},       {"utf-8", WEIR_ENCODING_UTF8},
             {"utf16le", WEIR_ENCODING_UTF16LE}, {"utf-16le", WEIR_ENCODING_UTF16LE},
             {"ucs2", WEIR_ENCODING_UTF16LE},    {"ucs-2", WEIR_ENCODING_UTF16LE},
             {"latin1", WEIR_ENCODING_LATIN1},   {"binary", WEIR_ENCODING_LATIN1},
             {"ascii", WEIR_ENCODING_ASCII},     {"hex", WEIR_ENCODING_HEX},
             {"base64", WEIR_ENCODING_BASE64},   {"base64url", WEIR_ENCODING_BASE64URL}};

enum { NAME_COUNT = sizeof names / sizeof *names };

static bool is_name(const char *name, const char *given, size_t length) {
  if (strlen(name) != length) return false;
  for (size_t i = 0; i < length; i++) {
    char c = given[i];
    if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
    if (c != name[i]) return false;
  }
  return true;
}

weir_err weir_encoding_parse(const char *name, size_t length, weir_encoding *out_encoding) {
  if (!name || !out_encoding) return WEIR_ERR_INVALID_ARG_TYPE;
  for (size_t i = 0; i < NAME_COUNT; i++)
    if (is_name(names[i].name, name, length)) {
      *out_encoding = names[i].encoding;
      return WEIR_OK;
    }
  return WEIR_ERR_UNKNOWN_ENCODING;
}

const char *weir_encoding_name(weir_encoding encoding) {
  for (size_t i = 0; i < NAME_COUNT; i++)
    if (names[i].encoding == encoding) return names[i].name;
  return NULL;
}

/* Where bytes go: counted whether they fit or not. */
typedef struct sink {
  uint8_t *buffer;
  size_t capacity;
  size_t length;
} sink;

static void put(sink *out, uint8_t byte) {
  if (out->length < out->capacity) out->buffer[out->length] = byte;
  out->length++;
}

static void put_bytes(sink *out, const char *bytes, size_t length) {
  size_t room = out->capacity - (out->length < out->capacity ? out->length : out->capacity);
  size_t fits = length < room ? length : room;
  if (fits > 0) memcpy(out->buffer + out->length, bytes, fits);
  out->length += length;
}

/* A text as the UTF-16 units that Node sees. */
typedef struct units {
  const uint8_t *at;
  const uint8_t *end;
  uint16_t low; /* The second half of a pair; 0: none. */
} units;

static bool take_unit(units *text, uint16_t *out_unit) {
  *out_unit = text->low;
  text->low = 0;
  if (*out_unit) return true;
  if (text->at == text->end) return false;
  uint32_t point = weirc_utf8_take(&text->at, text->end);
  *out_unit = (uint16_t)point;
  if (point < 0x10000) return true;
  *out_unit = (uint16_t)(0xD7C0 + (point >> 10));
  text->low = (uint16_t)(0xDC00 | (point & 0x3FF));
  return true;
}

static void encode_utf8(units *text, sink *out) {
  char bytes[4];
  while (text->at < text->end) {
    size_t valid = weirc_utf8_valid_length(text->at, (size_t)(text->end - text->at));
    put_bytes(out, (const char *)text->at, valid);
    text->at += valid;
    if (text->at < text->end)
      put_bytes(out, bytes, weirc_utf8_put(weirc_utf8_take(&text->at, text->end), bytes));
  }
}

static void encode_utf16le(units *text, sink *out) {
  uint16_t unit;
  while (take_unit(text, &unit)) {
    put(out, (uint8_t)unit);
    put(out, (uint8_t)(unit >> 8));
  }
}

static void encode_latin1(units *text, sink *out) {
  uint16_t unit;
  while (take_unit(text, &unit)) put(out, (uint8_t)unit);
}

/* Of the low byte, as in Node. */
static int hex_digit(uint16_t unit) {
  uint8_t c = (uint8_t)unit;
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static void encode_hex(units *text, sink *out) {
  uint16_t high;
  uint16_t low;
  while (take_unit(text, &high) && take_unit(text, &low)) {
    if (hex_digit(high) < 0 || hex_digit(low) < 0) return;
    put(out, (uint8_t)(hex_digit(high) << 4 | hex_digit(low)));
  }
}

static void encode_base64(units *text, sink *out) {
  uint32_t bits = 0;
  unsigned count = 0;
  uint16_t unit;
  while (take_unit(text, &unit)) {
    unsigned value = weirc_base64_value((uint8_t)unit);
    if (value == WEIRC_BASE64_END) return;
    if (value == WEIRC_BASE64_FOREIGN) continue;
    bits = bits << 6 | value;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    put(out, (uint8_t)(bits >> count));
  }
}

size_t weir_encoding_encode(weir_encoding encoding, const char *text, size_t length,
                            uint8_t *buffer, size_t capacity) {
  sink out = {buffer, buffer ? capacity : 0, 0};
  if (!text || length == 0) return 0;
  units all = {(const uint8_t *)text, (const uint8_t *)text + length, 0};
  switch (encoding) {
  case WEIR_ENCODING_NONE: put_bytes(&out, text, length); break;
  case WEIR_ENCODING_UTF8: encode_utf8(&all, &out); break;
  case WEIR_ENCODING_UTF16LE: encode_utf16le(&all, &out); break;
  case WEIR_ENCODING_LATIN1:
  case WEIR_ENCODING_ASCII: encode_latin1(&all, &out); break;
  case WEIR_ENCODING_HEX: encode_hex(&all, &out); break;
  case WEIR_ENCODING_BASE64:
  case WEIR_ENCODING_BASE64URL: encode_base64(&all, &out); break;
  }
  return out.length;
}
