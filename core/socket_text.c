/*
 * Received bytes as text, and text that is written as bytes. What is held back between two pieces
 * is decided by the decoder, what is kept until somebody takes it in socket_read.c.
 */
#include "core/socket_pieces.h"
#include "core/utf8.h"

#include <assert.h>

/* Text that is written encoded on the stack if it is as short as this. */
enum { SHORT_TEXT = 256 };

static bool is_pooled(size_t length) {
  return length <= WEIRC_RECEIVE_BYTES;
}

char *weirc_text_room(weir_loop *loop, size_t length) {
  assert(length <= SIZE_MAX / 3 - 4);
  if (is_pooled(length)) return weirc_pool_take(&loop->texts, &loop->allocator);
  return weirc_allocate(&loop->allocator, WEIR_DECODER_TEXT_SIZE(length));
}

void weirc_text_release(weir_loop *loop, char *room, size_t length) {
  if (is_pooled(length))
    weirc_pool_give(&loop->texts, &loop->allocator, room);
  else
    weirc_release(&loop->allocator, room);
}

/*
 * Bytes that are their own text: UTF-8 without fault, but for a last character that is not
 * complete, which the decoder takes.
 */
static bool is_text_already(weir_decoder *decoder, const uint8_t *data, size_t length,
                            size_t *out_length) {
  enum { CHARACTER = 4 };
  char text[WEIR_DECODER_TEXT_SIZE(CHARACTER)];
  weir_decoder after = *decoder;
  size_t made = 0;
  if (decoder->encoding != WEIR_ENCODING_UTF8 || decoder->held_length > 0) return false;
  *out_length = weirc_utf8_valid_length(data, length);
  if (length - *out_length >= CHARACTER) return false;
  (void)weir_decoder_write(&after, data + *out_length, length - *out_length, text, sizeof text,
                           &made);
  if (made > 0) return false;
  *decoder = after;
  return true;
}

static bool take_decoded(weir_socket *socket, const void *data, size_t length) {
  weir_loop *loop = socket->object.loop;
  size_t made = 0;
  char *text = weirc_text_room(loop, length);
  if (!text) return false;
  (void)weir_decoder_write(&socket->extra->decoder, data, length, text,
                           WEIR_DECODER_TEXT_SIZE(length), &made);
  bool taken = made == 0 || weirc_socket_take(socket, text, made);
  weirc_text_release(loop, text, length);
  return taken;
}

bool weirc_socket_take_text(weir_socket *socket, const void *data, size_t length) {
  size_t whole;
  assert(weirc_socket_has_encoding(socket));
  if (!is_text_already(&socket->extra->decoder, data, length, &whole))
    return take_decoded(socket, data, length);
  return whole == 0 || weirc_socket_take(socket, data, whole);
}

bool weirc_socket_take_last_text(weir_socket *socket) {
  char text[WEIR_DECODER_TEXT_SIZE(0)];
  size_t length = 0;
  if (!weirc_socket_has_encoding(socket)) return true;
  (void)weir_decoder_end(&socket->extra->decoder, text, sizeof text, &length);
  return length == 0 || weirc_socket_take(socket, text, length);
}

/* What waited for the rest of its character is bytes again. */
static weir_err stop_decoding(weir_socket *socket) {
  weir_decoder *decoder = &socket->extra->decoder;
  if (decoder->held_length > 0) {
    if (!weirc_socket_keep(socket, decoder->held, decoder->held_length)) return WEIR_ENOMEM;
    weirc_step_queue_kind(&socket->object, WEIRC_STEP_RESUME);
  }
  *decoder = (weir_decoder){.encoding = WEIR_ENCODING_NONE};
  weirc_socket_refresh(socket);
  return WEIR_OK;
}

weir_err weir_socket_set_encoding(weir_socket *socket, weir_encoding encoding) {
  weir_decoder decoder;
  if (!socket) return WEIR_ERR_INVALID_ARG_TYPE;
  if (weirc_elsewhere(&socket->object)) return WEIR_ERR_WRONG_THREAD;
  bool is_text = weirc_socket_has_encoding(socket);
  if (encoding == WEIR_ENCODING_NONE) return is_text ? stop_decoding(socket) : WEIR_OK;
  weir_err err = weir_decoder_init(&decoder, encoding);
  if (err != WEIR_OK) return err;
  if (!weirc_socket_extra_of(socket)) return WEIR_ENOMEM;
  if (!is_text && !weirc_socket_convert_pieces(socket, &decoder)) return WEIR_ENOMEM;
  socket->extra->decoder = decoder;
  weirc_socket_refresh(socket);
  return WEIR_OK;
}

weir_encoding weir_socket_encoding(const weir_socket *socket) {
  return socket && socket->extra ? socket->extra->decoder.encoding : WEIR_ENCODING_NONE;
}

/* A text as the bytes that are sent. */
typedef struct encoded {
  const void *data;
  size_t length;
  void *memory; /* To be given back; NULL: none. */
  uint8_t room[SHORT_TEXT];
} encoded;

/* UTF-8 that is not broken is sent as it is. */
static bool is_sent_as_it_is(weir_encoding encoding, const char *text, size_t length) {
  return length == 0 || encoding == WEIR_ENCODING_NONE ||
         (encoding == WEIR_ENCODING_UTF8 &&
          weirc_utf8_valid_length((const uint8_t *)text, length) == length);
}

static weir_err encode(const weir_socket *socket, const char *text, size_t length,
                       weir_encoding encoding, encoded *out) {
  out->memory = NULL;
  out->data = text;
  out->length = length;
  if (!socket || (!text && length > 0)) return WEIR_ERR_INVALID_ARG_TYPE;
  if (weirc_elsewhere(&socket->object)) return WEIR_ERR_WRONG_THREAD;
  if (encoding != WEIR_ENCODING_NONE && !weir_encoding_name(encoding))
    return WEIR_ERR_UNKNOWN_ENCODING;
  if (is_sent_as_it_is(encoding, text, length)) return WEIR_OK;
  uint8_t *bytes = out->room;
  out->length = weir_encoding_encode(encoding, text, length, out->room, sizeof out->room);
  if (out->length > sizeof out->room) {
    bytes = out->memory = weirc_allocate(&socket->object.loop->allocator, out->length);
    if (!bytes) return WEIR_ENOMEM;
    (void)weir_encoding_encode(encoding, text, length, bytes, out->length);
  }
  out->data = bytes;
  return WEIR_OK;
}

weir_err weir_socket_write_text(weir_socket *socket, const char *text, size_t length,
                                weir_encoding encoding, weir_socket_callback callback, void *user) {
  encoded bytes;
  weir_err err = encode(socket, text, length, encoding, &bytes);
  if (err != WEIR_OK) return err;
  err = weir_socket_write(socket, bytes.data, bytes.length, callback, user);
  weirc_release(&socket->object.loop->allocator, bytes.memory);
  return err;
}

weir_err weir_socket_end_text(weir_socket *socket, const char *text, size_t length,
                              weir_encoding encoding, weir_socket_callback callback, void *user) {
  encoded bytes;
  weir_err err = encode(socket, text, length, encoding, &bytes);
  if (err != WEIR_OK) return err;
  err = weir_socket_end(socket, bytes.data, bytes.length, callback, user);
  weirc_release(&socket->object.loop->allocator, bytes.memory);
  return err;
}
