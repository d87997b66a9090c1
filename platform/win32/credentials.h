/**
 * @file
 * @brief Who is at the other end of a named pipe.
 */
#ifndef WEIRP_CREDENTIALS_H
#define WEIRP_CREDENTIALS_H

#include "platform/win32/system.h"
#include "weir/socket_option.h"

/**
 * Asks the system for the peer's process.
 * @param pipe one end of a connected pipe
 * @param peer_is_client the other end is the one that has connected
 * @param out_credentials all but its size is written, on success only. Users are no numbers here:
 * the user and the group are UINT32_MAX, which is nobody's anywhere
 * @return WEIR_OK; what the system says
 */
weir_err weirp_credentials_of_peer(HANDLE pipe, bool peer_is_client,
                                   weir_peer_credentials *out_credentials);

#endif
