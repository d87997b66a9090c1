/**
 * @file
 * @brief Connecting.
 */
#ifndef WEIRB_UV_CONNECT_H
#define WEIRB_UV_CONNECT_H

#include "backends/uv/state.h"

/** Takes a CONNECT. */
void weirb_uv_connect_submit(weir_backend *backend, weirb_uv_handle *handle, weir_op *op);

/** A CONNECT that waits to be tried again does so no more. */
void weirb_uv_connect_forget(weirb_uv_handle *handle);

#endif
