/**
 * @file
 * @brief Encodings: how bytes stand for text, and a decoder that takes them in pieces.
 *
 * Text is UTF-8 throughout. Where it is broken, each maximal broken part counts as one U+FFFD, as
 * in Node. Everything here works on values alone and may be called on any thread.
 */
#ifndef WEIR_ENCODING_H
#define WEIR_ENCODING_H

#include "weir/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/** How bytes stand for text. @source STR-41 */
typedef enum weir_encoding {
  WEIR_ENCODING_NONE = 0, /**< Bytes are bytes. */
  WEIR_ENCODING_UTF8,     /**< What comes in broken is mended with U+FFFD; a mark is kept. */
  WEIR_ENCODING_UTF16LE,  /**< Also called ucs2. A lone surrogate is read as U+FFFD. */
  WEIR_ENCODING_LATIN1,   /**< Also called binary: the low byte of each UTF-16 unit. */
  WEIR_ENCODING_ASCII,    /**< Written as latin1; read without the top bit. */
  WEIR_ENCODING_HEX,      /**< Two digits a byte. */
  WEIR_ENCODING_BASE64,   /**< Read with padding, written with or without, in either alphabet. */
  WEIR_ENCODING_BASE64URL /**< The same with - and _, and read without padding. */
} weir_encoding;

/**
 * The encoding of a name, in any case: utf8, utf-8, ucs2, ucs-2, utf16le, utf-16le, latin1, binary,
 * ascii, hex, base64, base64url.
 * @param name the text
 * @param length bytes of it
 * @param out_encoding not touched on failure
 * @return WEIR_OK; WEIR_ERR_INVALID_ARG_TYPE: NULL; WEIR_ERR_UNKNOWN_ENCODING
 * @source STR-18, STR-41
 */
WEIR_API weir_err weir_encoding_parse(const char *name, size_t length, weir_encoding *out_encoding);

/** The name of an encoding as Node spells it, e.g. "utf16le"; NULL for WEIR_ENCODING_NONE and what
 * is no encoding. */
WEIR_API const char *weir_encoding_name(weir_encoding encoding);

/**
 * Writes the bytes that stand for a text: Node's Buffer.from(text, encoding).
 *
 * hex stops at the first pair that is none and drops an odd digit; base64 skips what is not in an
 * alphabet and ends at its padding. As in Node, characters count there by the low byte of their
 * UTF-16 units.
 * @param encoding WEIR_ENCODING_NONE copies the text as it is
 * @param text UTF-8; may be NULL when length is 0
 * @param length bytes of it
 * @param buffer may be NULL when capacity is 0
 * @param capacity bytes that fit; what is beyond is cut
 * @return the bytes of the whole, whatever fits; 0: none, or no encoding
 * @source STR-42
 */
WEIR_API size_t weir_encoding_encode(weir_encoding encoding, const char *text, size_t length,
                                     uint8_t *buffer, size_t capacity);

/**
 * Turns pieces of bytes into UTF-8 text, whole characters at a time: Node's StringDecoder. A value:
 * copy it, forget it; the members are the decoder's own.
 * @source STR-39
 */
typedef struct weir_decoder {
  weir_encoding encoding; /**< What the bytes are. */
  uint8_t held[4];        /**< The beginning of what is not complete. */
  uint8_t held_length;    /**< Bytes of it. */
  uint8_t reserved[3];    /**< Zero. */
} weir_decoder;

/** Bytes that hold the text of so many bytes in any encoding, and of weir_decoder_end(). */
#define WEIR_DECODER_TEXT_SIZE(length) (((length) + 4) * 3)

/**
 * Makes a decoder new.
 * @return WEIR_OK; WEIR_ERR_INVALID_ARG_TYPE: NULL; WEIR_ERR_UNKNOWN_ENCODING: WEIR_ENCODING_NONE,
 * or no encoding
 * @source STR-38
 */
WEIR_API weir_err weir_decoder_init(weir_decoder *decoder, weir_encoding encoding);

/**
 * Takes a piece. What is not complete at its end is held back and comes with the next piece: part
 * of a character of utf8, an odd byte and half of a pair of utf16le, what is beyond a multiple of
 * three bytes for base64.
 * @param decoder was made by weir_decoder_init()
 * @param data the bytes; may be NULL when length is 0
 * @param length how many
 * @param buffer for the text, which has no NUL behind it
 * @param capacity WEIR_DECODER_TEXT_SIZE(length) or more
 * @param out_length bytes of the text; often 0
 * @return WEIR_OK; else nothing has changed: WEIR_ERR_INVALID_ARG_TYPE: NULL; WEIR_ENOBUFS:
 * capacity is too small; WEIR_ERR_UNKNOWN_ENCODING: the decoder was never made
 * @source STR-39, STR-40, STR-44
 */
WEIR_API weir_err weir_decoder_write(weir_decoder *decoder, const void *data, size_t length,
                                     char *buffer, size_t capacity, size_t *out_length);

/**
 * What is still held back, at the end of input: one U+FFFD for a character that was cut, the rest
 * of base64; an odd byte of utf16le is dropped. The decoder is new again.
 * @param decoder was made by weir_decoder_init()
 * @param buffer for the text, which has no NUL behind it
 * @param capacity WEIR_DECODER_TEXT_SIZE(0) or more
 * @param out_length bytes of the text; often 0
 * @return as weir_decoder_write()
 * @source STR-40
 */
WEIR_API weir_err weir_decoder_end(weir_decoder *decoder, char *buffer, size_t capacity,
                                   size_t *out_length);

#ifdef __cplusplus
}
#endif
#endif
