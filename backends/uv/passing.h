/**
 * @file
 * @brief Descriptors that are sent and received with bytes.
 */
#ifndef WEIRB_UV_PASSING_H
#define WEIRB_UV_PASSING_H

#include "backends/uv/state.h"

/** try_send_fd() of the SPI. */
ptrdiff_t weirb_uv_try_send_fd(weir_backend *backend, weir_handle *handle, intptr_t fd,
                               const weir_slice *slice);

/** keep_fds() of the SPI. */
void weirb_uv_keep_fds(weir_backend *backend, weir_handle *handle, bool keep);

/** take_fd() of the SPI. */
intptr_t weirb_uv_take_fd(weir_backend *backend, weir_handle *handle);

/** duplicate_fd() of the SPI. */
weir_err weirb_uv_duplicate_fd(weir_backend *backend, const weir_handle *handle, intptr_t fd,
                               intptr_t *out_fd);

/** close_fd() of the SPI. */
void weirb_uv_close_fd(weir_backend *backend, intptr_t fd);

/** As uv_write(), with a descriptor that goes with the first byte and stays the caller's. For a
 * stream whose extra part is there; weirb_uv_passed() follows when the request has ended. */
int weirb_uv_write_fd(weirb_uv_stream *stream, intptr_t fd, const uv_buf_t *pieces, unsigned count,
                      uv_write_cb on_written);

/** The request has ended. */
void weirb_uv_passed(weirb_uv_stream *stream);

#endif
