/**
 * @file
 * @brief The bytes that a socket has received and nobody has taken yet, in pieces as they came.
 */
#ifndef WEIRC_SOCKET_PIECES_H
#define WEIRC_SOCKET_PIECES_H

#include "core/socket.h"

/** Bytes that came together. */
struct weirc_piece {
  struct weirc_piece *next; /**< What came behind it. */
  size_t length;            /**< Of the whole. */
  size_t taken;             /**< Bytes at its beginning that are gone. */
  uint8_t bytes[];          /**< All of them. */
};

/** True if bytes are kept. */
static inline bool weirc_socket_keeps(const weir_socket *socket) {
  return socket->extra && socket->extra->pieces;
}

/** Copies bytes behind those that are kept. @return false: no memory, nothing has changed */
bool weirc_socket_keep(weir_socket *socket, const void *data, size_t length);

/** Takes the oldest piece out; there is one. The caller frees it. */
weirc_piece *weirc_socket_take_piece(weir_socket *socket);

/** Frees a piece that was taken out. */
void weirc_piece_free(weir_loop *loop, weirc_piece *piece);

/** Makes text of what was kept as bytes, in as few pieces as receives could have brought. @return
 * false: no memory, nothing has changed */
bool weirc_socket_convert_pieces(weir_socket *socket, weir_decoder *decoder);

/** Takes the oldest bytes into memory of the caller's; so many are there. */
void weirc_socket_take_bytes(weir_socket *socket, void *buffer, size_t length);

#endif
