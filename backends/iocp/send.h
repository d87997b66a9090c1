/**
 * @file
 * @brief Sending, and ending a direction.
 */
#ifndef WEIRB_IOCP_SEND_H
#define WEIRB_IOCP_SEND_H

#include "backends/iocp/state.h"

/** try_send() of the SPI. */
ptrdiff_t weirb_iocp_try_send(weir_backend *backend, weir_handle *handle, const weir_slice *slices,
                              size_t count);

/** Takes a SEND. */
void weirb_iocp_send_submit(weir_backend *backend, weirb_iocp_handle *handle, weir_op *op);

/** Takes a SHUTDOWN, also behind a SEND. */
void weirb_iocp_shutdown_submit(weir_backend *backend, weirb_iocp_handle *handle, weir_op *op);

/** The port tells that bytes are sent, or cannot be. */
void weirb_iocp_send_event(weir_backend *backend, weirb_iocp_request *request,
                           weir_completions *done);

/** Wants what is out back soon. */
void weirb_iocp_send_cancel(weir_backend *backend, weirb_iocp_handle *handle, const weir_op *op);

/** Whether the system has bytes of a stream, which are not to go away. */
bool weirb_iocp_send_is_out(const weirb_iocp_stream *stream);

/** Frees what sending has; nothing is out. */
void weirb_iocp_send_free(weir_backend *backend, weirb_iocp_stream *stream);

#endif
