/**
 * @file
 * @brief Names, listening and accepting.
 */
#ifndef WEIRB_UV_LISTENER_H
#define WEIRB_UV_LISTENER_H

#include "backends/uv/state.h"

/** bind() of the SPI. */
weir_err weirb_uv_bind(weir_backend *backend, weir_handle *handle, weir_endpoint *local,
                       unsigned flags);

/** listen() of the SPI. */
weir_err weirb_uv_listen(weir_backend *backend, weir_handle *handle, int backlog);

/** release_name() of the SPI. */
void weirb_uv_release_name(weir_backend *backend, weir_handle *handle);

/** Takes an ACCEPT. */
void weirb_uv_accept_submit(weir_backend *backend, weirb_uv_handle *handle, weir_op *op);

#endif
