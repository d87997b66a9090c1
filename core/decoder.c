/* Bytes made into text, piece by piece: what is held back and what comes out when. Characters
 * themselves are read in utf8.c and written there. */
#include "core/base64.h"
#include "core/utf8.h"
#include "weir/encoding.h"

#include <assert.h>
#include <string.h>

weir_err weir_decoder_init(weir_decoder *decoder, weir_encoding encoding) {
  if (!decoder) return WEIR_ERR_INVALID_ARG_TYPE;
  if (!weir_encoding_name(encoding)) return WEIR_ERR_UNKNOWN_ENCODING;
  *decoder = (weir_decoder){.encoding = encoding};
  return WEIR_OK;
}

static bool goes_on(uint8_t byte) {
  return (byte & 0xC0) == 0x80;
}

/* Text of bytes that are looked at for the last time. */
static char *decode_utf8(const uint8_t *at, size_t length, char *out) {
  const uint8_t *end = at + length;
  while (at < end) {
    size_t valid = weirc_utf8_valid_length(at, (size_t)(end - at));
    memcpy(out, at, valid);
    out += valid;
    at += valid;
    if (at < end) out += weirc_utf8_put(weirc_utf8_take(&at, end), out);
  }
  return out;
}

/*
 * Bytes at the end that may become a character, by the promise of their first one. Whether it can
 * be kept is looked at when all are there, as in Node, so a broken character comes out in one
 * piece.
 */
static size_t unfinished(const uint8_t *data, size_t length) {
  for (size_t back = 1; back < 4 && back <= length; back++) {
    uint8_t byte = data[length - back];
    if (goes_on(byte)) continue;
    return back < weirc_utf8_promised(byte) ? back : 0;
  }
  return 0;
}

static char *write_utf8(weir_decoder *decoder, const uint8_t *data, size_t length, char *out) {
  if (decoder->held_length > 0) {
    size_t promised = weirc_utf8_promised(decoder->held[0]);
    for (; length > 0 && decoder->held_length < promised && goes_on(*data); length--)
      decoder->held[decoder->held_length++] = *data++;
    if (length == 0 && decoder->held_length < promised) return out;
    out = decode_utf8(decoder->held, decoder->held_length, out);
    decoder->held_length = 0;
  }
  if (length == 0) return out;
  size_t rest = unfinished(data, length);
  out = decode_utf8(data, length - rest, out);
  memcpy(decoder->held, data + length - rest, rest);
  decoder->held_length = (uint8_t)rest;
  return out;
}

static uint32_t unit_at(const weir_decoder *decoder, size_t index) {
  return decoder->held[index] | (uint32_t)decoder->held[index + 1] << 8;
}

static bool is_high(uint32_t unit) {
  return unit >= 0xD800 && unit <= 0xDBFF;
}

static bool is_low(uint32_t unit) {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

/* The first unit held, unless it waits for its other half. */
static char *settle_unit(weir_decoder *decoder, char *out) {
  uint32_t unit = unit_at(decoder, 0);
  if (is_high(unit)) return out;
  decoder->held_length = 0;
  return out + weirc_utf8_put(is_low(unit) ? WEIRC_REPLACEMENT : unit, out);
}

/* Two units are held, of which the first is the first half of a pair. */
static char *settle_pair(weir_decoder *decoder, char *out) {
  uint32_t high = unit_at(decoder, 0);
  uint32_t low = unit_at(decoder, 2);
  if (is_low(low)) {
    decoder->held_length = 0;
    return out + weirc_utf8_put(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00), out);
  }
  out += weirc_utf8_put(WEIRC_REPLACEMENT, out);
  memmove(decoder->held, decoder->held + 2, 2);
  decoder->held_length = 2;
  return settle_unit(decoder, out);
}

static char *write_utf16le(weir_decoder *decoder, const uint8_t *data, size_t length, char *out) {
  for (size_t i = 0; i < length; i++) {
    assert(decoder->held_length < sizeof decoder->held);
    decoder->held[decoder->held_length++] = data[i];
    if (decoder->held_length == 2)
      out = settle_unit(decoder, out);
    else if (decoder->held_length == 4)
      out = settle_pair(decoder, out);
  }
  return out;
}

static char *write_latin1(const uint8_t *data, size_t length, uint8_t mask, char *out) {
  for (size_t i = 0; i < length; i++) out += weirc_utf8_put(data[i] & mask, out);
  return out;
}

static char *write_hex(const uint8_t *data, size_t length, char *out) {
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < length; i++) {
    *out++ = digits[data[i] >> 4];
    *out++ = digits[data[i] & 15];
  }
  return out;
}

static char *write_base64(weir_decoder *decoder, const uint8_t *data, size_t length, char *out) {
  bool url = decoder->encoding == WEIR_ENCODING_BASE64URL;
  for (size_t i = 0; i < length; i++) {
    decoder->held[decoder->held_length++] = data[i];
    if (decoder->held_length < 3) continue;
    out += weirc_base64_put(decoder->held, 3, url, out);
    decoder->held_length = 0;
  }
  return out;
}

static char *write_piece(weir_decoder *decoder, const uint8_t *data, size_t length, char *out) {
  switch (decoder->encoding) {
  case WEIR_ENCODING_NONE: break;
  case WEIR_ENCODING_UTF8: return write_utf8(decoder, data, length, out);
  case WEIR_ENCODING_UTF16LE: return write_utf16le(decoder, data, length, out);
  case WEIR_ENCODING_LATIN1: return write_latin1(data, length, 0xFF, out);
  case WEIR_ENCODING_ASCII: return write_latin1(data, length, 0x7F, out);
  case WEIR_ENCODING_HEX: return write_hex(data, length, out);
  case WEIR_ENCODING_BASE64:
  case WEIR_ENCODING_BASE64URL: return write_base64(decoder, data, length, out);
  }
  return out;
}

static char *write_held(weir_decoder *decoder, char *out) {
  switch (decoder->encoding) {
  case WEIR_ENCODING_UTF8: return decode_utf8(decoder->held, decoder->held_length, out);
  case WEIR_ENCODING_UTF16LE:
    return decoder->held_length < 2 ? out : out + weirc_utf8_put(WEIRC_REPLACEMENT, out);
  case WEIR_ENCODING_BASE64:
  case WEIR_ENCODING_BASE64URL:
    return out + weirc_base64_put(decoder->held, decoder->held_length,
                                  decoder->encoding == WEIR_ENCODING_BASE64URL, out);
  default: return out;
  }
}

/* Whether the arguments of a call are such that it can be made. */
static weir_err check(const weir_decoder *decoder, size_t length, const char *buffer,
                      size_t capacity, const size_t *out_length) {
  if (!decoder || !buffer || !out_length) return WEIR_ERR_INVALID_ARG_TYPE;
  if (!weir_encoding_name(decoder->encoding)) return WEIR_ERR_UNKNOWN_ENCODING;
  if (length > SIZE_MAX / 3 - 4 || capacity < WEIR_DECODER_TEXT_SIZE(length)) return WEIR_ENOBUFS;
  return WEIR_OK;
}

weir_err weir_decoder_write(weir_decoder *decoder, const void *data, size_t length, char *buffer,
                            size_t capacity, size_t *out_length) {
  if (!data && length > 0) return WEIR_ERR_INVALID_ARG_TYPE;
  weir_err err = check(decoder, length, buffer, capacity, out_length);
  if (err != WEIR_OK) return err;
  assert(decoder->held_length < sizeof decoder->held);
  *out_length = (size_t)(write_piece(decoder, data, length, buffer) - buffer);
  assert(*out_length <= capacity);
  return WEIR_OK;
}

weir_err weir_decoder_end(weir_decoder *decoder, char *buffer, size_t capacity,
                          size_t *out_length) {
  weir_err err = check(decoder, 0, buffer, capacity, out_length);
  if (err != WEIR_OK) return err;
  const char *end = decoder->held_length > 0 ? write_held(decoder, buffer) : buffer;
  *out_length = (size_t)(end - buffer);
  decoder->held_length = 0;
  return WEIR_OK;
}
