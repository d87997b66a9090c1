/**
 * @file
 * @brief Descriptors that come from the program and go back to it.
 */
#ifndef WEIRB_READY_ADOPT_H
#define WEIRB_READY_ADOPT_H

#include "backends/ready/state.h"

/** adopt() of the SPI. */
weir_err weirb_ready_adopt(weir_backend *backend, weir_handle *handle, intptr_t fd,
                           weir_transport *out_transport);

/** adopt_listener() of the SPI. */
weir_err weirb_ready_adopt_listener(weir_backend *backend, weir_handle *handle, intptr_t fd,
                                    weir_transport *out_transport);

/** release() of the SPI. */
weir_err weirb_ready_release(weir_backend *backend, weir_handle *handle, intptr_t *out_fd);

/** handle_fd() of the SPI. */
intptr_t weirb_ready_handle_fd(const weir_backend *backend, const weir_handle *handle);

#endif
