/**
 * @file
 * @brief Who is at the other end of a Unix domain socket.
 */
#ifndef WEIRP_CREDENTIALS_H
#define WEIRP_CREDENTIALS_H

#include "weir/socket_option.h"

/**
 * Asks the system for the peer's credentials.
 * @param out_credentials all but its size is written, on success only; a process that the system
 * does not name is -1
 * @return WEIR_OK; WEIR_ENOTCONN; what the system says
 */
weir_err weirp_credentials_of_peer(int descriptor, weir_peer_credentials *out_credentials);

#endif
