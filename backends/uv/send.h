/**
 * @file
 * @brief Sending, and ending the stream behind what was sent.
 */
#ifndef WEIRB_UV_SEND_H
#define WEIRB_UV_SEND_H

#include "backends/uv/state.h"

/** try_send() of the SPI. */
ptrdiff_t weirb_uv_try_send(weir_backend *backend, weir_handle *handle, const weir_slice *slices,
                            size_t count);

/** Takes a SEND. */
void weirb_uv_send_submit(weir_backend *backend, weirb_uv_handle *handle, weir_op *op);

/** Goes on with what waits until libuv has read. Does not run the core. */
void weirb_uv_send_resume(weir_backend *backend);

/** What waits for that does not any more: the handle is being closed. */
void weirb_uv_send_forget(weirb_uv_stream *stream);

/** Takes a SHUTDOWN. */
void weirb_uv_shutdown_submit(weir_backend *backend, weirb_uv_handle *handle, weir_op *op);

#endif
