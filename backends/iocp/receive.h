/**
 * @file
 * @brief Receiving: the system tells that there is something, then it is read.
 */
#ifndef WEIRB_IOCP_RECEIVE_H
#define WEIRB_IOCP_RECEIVE_H

#include "backends/iocp/state.h"

/** Takes a RECEIVE. */
void weirb_iocp_receive_submit(weir_backend *backend, weirb_iocp_handle *handle, weir_op *op);

/** The port tells that there is something to read, or never will be. */
void weirb_iocp_receive_event(weir_backend *backend, weirb_iocp_stream *stream,
                              weir_completions *done);

/** Reads for the RECEIVE that is out, if there is one. */
void weirb_iocp_receive_serve(weir_backend *backend, weirb_iocp_stream *stream,
                              weir_completions *done);

#endif
