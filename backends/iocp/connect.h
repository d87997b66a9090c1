/**
 * @file
 * @brief Connecting.
 */
#ifndef WEIRB_IOCP_CONNECT_H
#define WEIRB_IOCP_CONNECT_H

#include "backends/iocp/state.h"

/** Takes a CONNECT. */
void weirb_iocp_connect_submit(weir_backend *backend, weirb_iocp_handle *handle, weir_op *op);

/** The port tells of a connection that was under way. */
void weirb_iocp_connect_event(weir_backend *backend, weirb_iocp_stream *stream,
                              weir_completions *done);

/** The CONNECT of a handle is given up. */
void weirb_iocp_connect_forget(weir_backend *backend, weirb_iocp_handle *handle);

/** Tries the pipes again that are due. */
void weirb_iocp_connect_retry(weir_backend *backend, weir_time now);

#endif
