/**
 * @file
 * @brief Names, listening and accepting.
 */
#ifndef WEIRB_READY_LISTENER_H
#define WEIRB_READY_LISTENER_H

#include "backends/ready/state.h"

/** bind() of the SPI. */
weir_err weirb_ready_bind(weir_backend *backend, weir_handle *handle, weir_endpoint *local,
                          unsigned flags);

/** listen() of the SPI. */
weir_err weirb_ready_listen(weir_backend *backend, weir_handle *handle, int backlog);

/** release_name() of the SPI. */
void weirb_ready_release_name(weir_backend *backend, weir_handle *handle);

/** Takes an ACCEPT. */
void weirb_ready_accept_submit(weir_backend *backend, weirb_ready_handle *handle, weir_op *op);

/** The system says that connections wait. */
void weirb_ready_listener_event(weir_backend *backend, weirb_ready_handle *handle,
                                weir_completions *done);

/** Looks for one more connection without having been told. */
void weirb_ready_accept_again(weir_backend *backend, weirb_ready_handle *handle,
                              weir_completions *done);

/** Frees what a listener has; its descriptor is about to be closed. */
void weirb_ready_listener_free(weir_backend *backend, weirb_ready_handle *handle);

#endif
