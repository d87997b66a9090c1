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

void weirc_socket_drop_pieces(weir_socket *socket) {
  while (weirc_socket_keeps(socket))
    weirc_piece_free(socket->object.loop, weirc_socket_take_piece(socket));
}
