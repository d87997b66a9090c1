/**
 * @file
 * @brief Names, listening and accepting.
 */
#ifndef WEIRB_IOCP_LISTENER_H
#define WEIRB_IOCP_LISTENER_H

#include "backends/iocp/state.h"

/** bind() of the SPI. */
weir_err weirb_iocp_bind(weir_backend *backend, weir_handle *handle, weir_endpoint *local,
                         unsigned flags);

/** listen() of the SPI. */
weir_err weirb_iocp_listen(weir_backend *backend, weir_handle *handle, int backlog);

/** Takes an ACCEPT. */
void weirb_iocp_accept_submit(weir_backend *backend, weirb_iocp_handle *handle, weir_op *op);

/** The port tells that somebody has connected, or nobody will. */
void weirb_iocp_listener_event(weir_backend *backend, weirb_iocp_request *request,
                               weir_completions *done);

/** Takes a connection that waits for the ACCEPT that is out. */
void weirb_iocp_listener_serve(weir_backend *backend, weirb_iocp_stream *stream,
                               weir_completions *done);

/** Ends the taking of connections; those that wait are closed. */
void weirb_iocp_listener_close(weir_backend *backend, weirb_iocp_stream *stream);

#endif
