/**
 * @file
 * @brief Sockets and pipes that the program has.
 */
#ifndef WEIRB_IOCP_ADOPT_H
#define WEIRB_IOCP_ADOPT_H

#include "backends/iocp/state.h"

/** adopt() of the SPI. What is for calls that wait, or in another completion port, is
 * WEIR_EINVAL. */
weir_err weirb_iocp_adopt(weir_backend *backend, weir_handle *handle, intptr_t fd,
                          weir_transport *out_transport);

#endif
