/**
 * @file
 * @brief Serving a handle that has something to do.
 */
#ifndef WEIRB_READY_SERVE_H
#define WEIRB_READY_SERVE_H

#include "backends/ready/state.h"

/** Serves a handle that waited in `ready`. @return true: the shared buffer is full enough to be
 * handed out */
bool weirb_ready_serve_queued(weir_backend *backend, weirb_ready_handle *handle,
                              weir_completions *done);

/** Serves a handle of which something was told, any event but the common one. @return the same */
bool weirb_ready_serve_event(weir_backend *backend, weirb_ready_handle *handle, uint32_t events,
                             weir_completions *done);

#endif
