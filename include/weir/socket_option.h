/**
 * @file
 * @brief What the system is told of a socket, and what it tells of the peer.
 *
 * Settings are remembered before there is a connection, told to the system when the socket
 * connects, and kept when it connects again. They may be changed at any time; what is set so
 * already costs nothing.
 */
#ifndef WEIR_SOCKET_OPTION_H
#define WEIR_SOCKET_OPTION_H

#include "weir/socket.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Small writes leave at once (Nagle's algorithm is off), or are gathered. Remembered before there
 * is a connection; does nothing on Unix sockets.
 * @return WEIR_OK, also where there is nothing to set or the system refuses;
 * WEIR_ERR_INVALID_ARG_TYPE: NULL
 * @cost a system call if it changes something
 * @source OPT-01, OPT-03, OPT-08, OPT-10, OPT-11
 */
WEIR_API weir_err weir_socket_set_no_delay(weir_socket *socket, bool no_delay);

/**
 * The system looks whether the peer of an idle connection is still there, or does not. Remembered
 * before there is a connection; does nothing on Unix sockets.
 * @param socket which
 * @param keep_alive whether
 * @param initial_delay_ms of idleness before the first look, in whole seconds, rounded down; 0: the
 * system's, or what was set before. Looks follow each second, and the tenth without answer ends the
 * connection, unless weir_socket_set_keep_alive_probes() has said otherwise.
 * @return WEIR_OK, also where there is nothing to set or the system refuses;
 * WEIR_ERR_INVALID_ARG_TYPE: NULL; WEIR_ENOMEM: nothing has changed
 * @cost one system call, or four to switch it on, if it changes something
 * @source OPT-04, OPT-05, OPT-06, OPT-07, OPT-08, OPT-09, OPT-10, OPT-11
 */
WEIR_API weir_err weir_socket_set_keep_alive(weir_socket *socket, bool keep_alive,
                                             uint32_t initial_delay_ms);

/**
 * How often the system looks for a silent peer once weir_socket_set_keep_alive() is on and its
 * delay is over. Remembered before there is a connection and while keep-alive is off, and kept when
 * the socket connects again; does nothing on Unix sockets.
 * @param socket which
 * @param interval_ms between two looks that got no answer, in whole seconds, rounded down; 0, and
 * so all below 1000: one second, as in Node
 * @param count how many looks without answer end the connection with WEIR_ETIMEDOUT; 0: ten, as in
 * Node
 * @return WEIR_OK, also where there is nothing to set or the system refuses (Linux takes up to
 * 32767 seconds and 127 looks); WEIR_ERR_INVALID_ARG_TYPE: NULL; WEIR_ENOMEM: nothing has changed
 * @cost as weir_socket_set_keep_alive(), if keep-alive is on and it changes something
 */
WEIR_API weir_err weir_socket_set_keep_alive_probes(weir_socket *socket, uint32_t interval_ms,
                                                    uint32_t count);

/**
 * The type of service of every packet, which is IPv6's traffic class: the byte whose upper six bits
 * are the DSCP. Later Node's setTypeOfService(). Remembered before there is a connection and kept
 * when the socket connects again: then each transport has it before it connects, so that the first
 * packet does. What is set while connecting is told when the connection is there. Does nothing on
 * Unix sockets.
 * @param socket which
 * @param tos 0..255. Linux leaves the two lowest bits as they are, which are TCP's own (ECN). A
 * connection to an IPv4-mapped address has it in both forms where the system allows that.
 * @return WEIR_OK, also where there is nothing to set, and before the connection is there whatever
 * the system says then; otherwise nothing has changed: WEIR_ERR_INVALID_ARG_TYPE: NULL;
 * WEIR_ERR_OUT_OF_RANGE; WEIR_ENOMEM; WEIR_ENOTSUP: the backend or the system has no way; what the
 * system says
 * @cost a system call if it changes something, two for IPv6
 */
WEIR_API weir_err weir_socket_set_type_of_service(weir_socket *socket, int32_t tos);

/** What weir_socket_set_type_of_service() or the option said, kept after close; -1: neither did.
 * The system is not asked. Later Node's getTypeOfService(). */
WEIR_API int32_t weir_socket_type_of_service(const weir_socket *socket);

/** Who is at the other end of a Unix socket or a named pipe. Start from
 * WEIR_PEER_CREDENTIALS_INIT. */
typedef struct weir_peer_credentials {
  size_t size;        /**< Set by WEIR_PEER_CREDENTIALS_INIT. */
  int64_t process_id; /**< -1: the system does not tell, or cannot see the process from here. */
  uint32_t user_id;   /**< The effective one. UINT32_MAX, which is nobody: named pipes. */
  uint32_t group_id;  /**< The same. */
} weir_peer_credentials;

/** Nobody yet. */
#define WEIR_PEER_CREDENTIALS_INIT                                                                 \
  { sizeof(weir_peer_credentials), -1, 0, 0 }

/**
 * Asks the system which process the peer of a Unix socket is and whose. It is what was true when
 * the connection was made: at the accepting end of the process that connected, at the other of the
 * one that listened, also when they have passed the descriptor on since. A process number may have
 * become another's meanwhile; the user and the group are what to decide by.
 *
 * Of a named pipe Windows tells the process only, as users are no numbers there. Whoever has an end
 * may have passed it on, or be gone, so that is for logs; who may connect is what listening says.
 * @param socket an open one
 * @param out_credentials written on success only
 * @return WEIR_OK; WEIR_ENOTCONN: no connection, yet or any more; WEIR_ENOTSUP: TCP, an
 * anonymous pipe on POSIX systems, or a backend that does not know, such as the simulator;
 * WEIR_ERR_INVALID_ARG_TYPE: NULL; WEIR_ERR_INVALID_ARG_VALUE: the struct's size is not known; what
 * the system says
 * @cost a system call, or two
 */
WEIR_API weir_err weir_socket_peer_credentials(const weir_socket *socket,
                                               weir_peer_credentials *out_credentials);

#ifdef __cplusplus
}
#endif
#endif
