/* How received bytes are kept: in pieces, each in a block of its own. When they are taken is
 * decided in socket_read.c. */
#include "core/socket_pieces.h"

#include <assert.h>
#include <string.h>

/* Pieces about as long as a backend's buffer are what a fast sender fills: their blocks are kept.
 */
enum { POOLED_FROM = 49152, POOLED_TO = WEIRC_LARGE_CHUNK_BYTES - sizeof(weirc_piece) };

static bool is_pooled(size_t length) {
  return length >= POOLED_FROM && length <= POOLED_TO;
}

static weirc_piece *piece_create(weir_loop *loop, size_t length) {
  if (is_pooled(length)) return weirc_pool_take(&loop->large_chunks, &loop->allocator);
  return weirc_allocate(&loop->allocator, sizeof(weirc_piece) + length);
}

void weirc_piece_free(weir_loop *loop, weirc_piece *piece) {
  if (is_pooled(piece->length))
    weirc_pool_give(&loop->large_chunks, &loop->allocator, piece);
  else
    weirc_release(&loop->allocator, piece);
}

bool weirc_socket_keep(weir_socket *socket, const void *data, size_t length) {
  weirc_socket_extra *extra = weirc_socket_extra_of(socket);
  weirc_piece *piece = extra ? piece_create(socket->object.loop, length) : NULL;
  if (!piece) return false;
  piece->next = NULL;
  piece->length = length;
  piece->taken = 0;
  memcpy(piece->bytes, data, length);
  *extra->pieces_end = piece;
  extra->pieces_end = &piece->next;
  extra->pieces_length += length;
  weirc_socket_refresh(socket);
  return true;
}

/* Takes the oldest piece out of the list; `extra->pieces_length` is the caller's. */
static weirc_piece *unlink_first(weirc_socket_extra *extra) {
  weirc_piece *piece = extra->pieces;
  extra->pieces = piece->next;
  if (!extra->pieces) extra->pieces_end = &extra->pieces;
  return piece;
}

weirc_piece *weirc_socket_take_piece(weir_socket *socket) {
  weirc_socket_extra *extra = socket->extra;
  assert(extra && extra->pieces);
  weirc_piece *piece = unlink_first(extra);
  assert(extra->pieces_length >= piece->length - piece->taken);
  extra->pieces_length -= piece->length - piece->taken;
  weirc_socket_refresh(socket);
  return piece;
}

void weirc_socket_take_bytes(weir_socket *socket, void *buffer, size_t length) {
  weirc_socket_extra *extra = socket->extra;
  uint8_t *to = buffer;
  assert(length <= weir_socket_readable_length(socket));
  while (length > 0) {
    weirc_piece *piece = extra->pieces;
    size_t left = piece->length - piece->taken;
    size_t part = left < length ? left : length;
    memcpy(to, piece->bytes + piece->taken, part);
    piece->taken += part;
    extra->pieces_length -= part;
    to += part;
    length -= part;
    if (part == left) weirc_piece_free(socket->object.loop, unlink_first(extra));
  }
  weirc_socket_refresh(socket);
}

static void free_list(weir_loop *loop, weirc_piece *first) {
  while (first) {
    weirc_piece *next = first->next;
    weirc_piece_free(loop, first);
    first = next;
  }
}

static void forget(weirc_socket_extra *extra) {
  extra->pieces = NULL;
  extra->pieces_end = &extra->pieces;
  extra->pieces_length = 0;
}

void weirc_socket_drop_pieces(weir_socket *socket) {
  if (!socket->extra) return;
  free_list(socket->object.loop, socket->extra->pieces);
  forget(socket->extra);
  socket->extra->decoder.held_length = 0;
}

static size_t left_in(const weirc_piece *piece) {
  return piece->length - piece->taken;
}

/* Bytes of the pieces that one receive could have brought; of the first one at least. */
static size_t run_of(const weirc_piece *first) {
  size_t length = left_in(first);
  for (const weirc_piece *piece = first->next; piece; piece = piece->next) {
    if (length + left_in(piece) > WEIRC_RECEIVE_BYTES) break;
    length += left_in(piece);
  }
  return length;
}

/* Keeps the text of a run of pieces as one; moves behind them. */
static bool convert_run(weir_socket *socket, const weirc_piece **at, weir_decoder *decoder) {
  weir_loop *loop = socket->object.loop;
  size_t left = run_of(*at);
  size_t room = left;
  size_t length = 0;
  char *text = weirc_text_room(loop, room);
  if (!text) return false;
  for (; left > 0; *at = (*at)->next) {
    size_t bytes = left_in(*at);
    size_t made = 0;
    (void)weir_decoder_write(decoder, (*at)->bytes + (*at)->taken, bytes, text + length,
                             WEIR_DECODER_TEXT_SIZE(bytes), &made);
    length += made;
    left -= bytes;
  }
  bool kept = length == 0 || weirc_socket_keep(socket, text, length);
  weirc_text_release(loop, text, room);
  return kept;
}

bool weirc_socket_convert_pieces(weir_socket *socket, weir_decoder *decoder) {
  weirc_socket_extra *extra = socket->extra;
  weirc_piece *old = extra->pieces;
  weirc_piece **old_end = extra->pieces_end;
  size_t old_length = extra->pieces_length;
  const weirc_piece *at = old;
  if (!old) return true;
  forget(extra);
  while (at)
    if (!convert_run(socket, &at, decoder)) {
      free_list(socket->object.loop, extra->pieces);
      extra->pieces = old;
      extra->pieces_end = old_end;
      extra->pieces_length = old_length;
      return false;
    }
  free_list(socket->object.loop, old);
  weirc_socket_refresh(socket);
  weirc_step_queue_kind(&socket->object, WEIRC_STEP_RESUME);
  return true;
}
