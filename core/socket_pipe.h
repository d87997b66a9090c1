/**
 * @file
 * @brief Sockets that are piped into others: who is told what when either end moves on.
 */
#ifndef WEIRC_SOCKET_PIPE_H
#define WEIRC_SOCKET_PIPE_H

#include "core/socket.h"

/** The pipes of a socket that has, or had, any. */
struct weirc_pipes {
  weirc_link targets; /**< Those out of it, in the order of weir_socket_pipe(). */
  weirc_link sources; /**< Those into it. */
  unsigned round;     /**< Of looking at each target once. */
  unsigned removals;  /**< How many targets have gone. */
};

/** True if something is piped out of it. */
static inline bool weirc_pipes_out_of(const weir_socket *socket) {
  return socket->extra && socket->extra->pipes && !weirc_list_empty(&socket->extra->pipes->targets);
}

/** Bytes came: every target gets them. */
void weirc_pipes_write(weir_socket *from, const uint8_t *data, size_t length);

/** 'drain' was told: sources that waited for it go on. */
void weirc_pipes_drained(weir_socket *to);

/** 'end' was told: targets are ended, or left; also a step. */
void weirc_pipes_ended(weir_socket *from);

/** It takes no more: its sources leave it. */
void weirc_pipes_leave(weir_socket *to);

/** It is closed: nothing is piped out of it or into it any more. */
void weirc_pipes_closed(weir_socket *socket);

#endif
