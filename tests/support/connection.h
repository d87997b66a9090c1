/**
 * @file
 * @brief Two sockets that talk to each other: what many tests begin with.
 */
#ifndef WEIR_TESTS_CONNECTION_H
#define WEIR_TESTS_CONNECTION_H

#include "weir/weir.h"

/** A client, and the socket that the server has for it. */
typedef struct connection {
  weir_server *server;
  weir_socket *client;
  weir_socket *peer;                         /**< NULL until it was accepted. */
  const weir_socket_handlers *peer_handlers; /**< What it gets then. */
  void *user;                                /**< Of both sockets. */
  bool keep_server;                          /**< Otherwise it closes after the first one. */
} connection;

/**
 * Listens on a free port of 127.0.0.1 and connects to it. Both are there when the loop has run.
 * @param c filled but for keep_server
 * @return WEIR_OK, or what failed first
 */
weir_err connection_start(connection *c, weir_loop *loop, const weir_socket_handlers *client,
                          const weir_socket_handlers *peer, void *user);

#endif
