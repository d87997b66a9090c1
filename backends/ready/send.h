/**
 * @file
 * @brief Sending, and ending the stream behind what was sent.
 */
#ifndef WEIRB_READY_SEND_H
#define WEIRB_READY_SEND_H

#include "backends/ready/state.h"

/** try_send() of the SPI. */
ptrdiff_t weirb_ready_try_send(weir_backend *backend, weir_handle *base, const weir_slice *slices,
                               size_t count);

/** Why a connection takes no bytes: of a peer that is gone, a reset that the poller has told of.
 * @param err what the system says @return err, or the reset */
weir_err weirb_ready_send_refused(weir_backend *backend, const weirb_ready_handle *handle,
                                  weir_err err);

/** Takes a SEND. */
void weirb_ready_send_submit(weir_backend *backend, weirb_ready_handle *handle, weir_op *op);

/** Goes on with the SEND that is out. */
void weirb_ready_send(weir_backend *backend, weirb_ready_handle *handle, weir_completions *done);

/** Ends the SEND that is out, and lets a SHUTDOWN that waits behind it begin. `done`: where it is
 * added, the completions of poll() or those of the backend. */
void weirb_ready_send_end(weir_backend *backend, weirb_ready_handle *handle, weir_err error,
                          weir_completions *done);

/** Takes a SHUTDOWN. */
void weirb_ready_shutdown_submit(weir_backend *backend, weirb_ready_handle *handle, weir_op *op);

#endif
