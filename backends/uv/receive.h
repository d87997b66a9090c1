/**
 * @file
 * @brief Receiving.
 */
#ifndef WEIRB_UV_RECEIVE_H
#define WEIRB_UV_RECEIVE_H

#include "backends/uv/state.h"

/** Takes a RECEIVE. */
void weirb_uv_receive_submit(weir_backend *backend, weirb_uv_handle *handle, weir_op *op);

/** Nothing is read any more. */
void weirb_uv_receive_stop(weirb_uv_stream *stream);

#endif
