/**
 * @file
 * @brief Connecting.
 */
#ifndef WEIRB_READY_CONNECT_H
#define WEIRB_READY_CONNECT_H

#include "backends/ready/state.h"

/** Takes a CONNECT. */
void weirb_ready_connect_submit(weir_backend *backend, weirb_ready_handle *handle, weir_op *op);

/** The system has an answer to a connection that was under way. */
void weirb_ready_connect_event(weir_backend *backend, weirb_ready_handle *handle, uint32_t events,
                               weir_completions *done);

/** The CONNECT that is out is given up. */
void weirb_ready_connect_forget(weir_backend *backend, weirb_ready_handle *handle);

/** Tries the connections again that are due. */
void weirb_ready_connect_retry(weir_backend *backend, weir_time now);

#endif
