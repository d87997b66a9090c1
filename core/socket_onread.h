/**
 * @file
 * @brief Receiving straight into the program's memory: the option onread.
 */
#ifndef WEIRC_SOCKET_ONREAD_H
#define WEIRC_SOCKET_ONREAD_H

#include "core/socket.h"

/** What a socket with onread has. */
struct weirc_onread {
  weir_onread how; /**< As it was given. */
  void *memory;    /**< Where to put what comes next; NULL: nobody was asked yet. */
  size_t length;   /**< Bytes there. */
  size_t held;     /**< Bytes in it that came when nothing was wanted any more. */
  bool stopped;    /**< By pause(), or the callback. */
  bool told;       /**< The callback is running, or the provider behind it. */
  bool cancelled;  /**< The receive operation was asked to come back. */
};

/** NULL: the socket has none. */
static inline weirc_onread *weirc_onread_of(const weir_socket *socket) {
  return socket->extra ? socket->extra->onread : NULL;
}

/** Takes the option over. @return WEIR_OK; WEIR_ERR_INVALID_ARG_VALUE; WEIR_ENOMEM */
weir_err weirc_onread_take(weir_socket *socket, const weir_onread *given);

/** The transport is there: memory is asked for, unless it was given. Destroys the socket if there
 * is none. */
void weirc_onread_begin(weir_socket *socket);

/** What is left of a connection that has closed is forgotten; the option stays. */
void weirc_onread_forget(weir_socket *socket);

/** True if the next receive may be put into the memory. */
bool weirc_onread_wants(const weirc_onread *onread);

/** So many bytes have come into the memory. */
void weirc_onread_received(weir_socket *socket, size_t length);

/** Asks for memory and tells what is held, as far as it is wanted; a step. */
void weirc_onread_go_on(weir_socket *socket);

/** Nothing more is wanted; what is on its way is called back. */
void weirc_onread_stop(weir_socket *socket);

/** Bytes are wanted again. */
void weirc_onread_resume(weir_socket *socket);

#endif
