/**
 * @file
 * @brief What the system is told of a socket, and what it tells of the peer.
 *
 * Settings are remembered before there is a connection, told to the system when there is one, and
 * kept when the socket connects again. They are the program's to change at any time; what is set so
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

#ifdef __cplusplus
}
#endif
#endif
