/**
 * @file
 * @brief What can be asked of every handle: making, naming, giving back, and taking operations.
 */
#ifndef WEIRB_READY_HANDLE_H
#define WEIRB_READY_HANDLE_H

#include "backends/ready/state.h"
#include "weir/socket_option.h"

/** create() of the SPI. */
weir_err weirb_ready_create(weir_backend *backend, weir_handle *handle, weir_transport transport,
                            weir_family family);

/** address() of the SPI. */
weir_err weirb_ready_address(weir_backend *backend, weir_handle *handle, weir_end end,
                             weir_address *out_address);

/** set_no_delay() of the SPI. */
weir_err weirb_ready_set_no_delay(weir_backend *backend, weir_handle *handle, bool no_delay);

/** set_keep_alive() of the SPI. */
weir_err weirb_ready_set_keep_alive(weir_backend *backend, weir_handle *handle, bool keep_alive,
                                    uint32_t delay_s, uint32_t interval_s, uint32_t count);

/** set_type_of_service() of the SPI. */
weir_err weirb_ready_set_type_of_service(weir_backend *backend, weir_handle *handle, int tos);

/** peer_credentials() of the SPI. */
weir_err weirb_ready_peer_credentials(const weir_backend *backend, const weir_handle *handle,
                                      weir_peer_credentials *out_credentials);

/** submit() of the SPI. */
void weirb_ready_submit(weir_backend *backend, weir_op *op);

/** cancel() of the SPI. */
void weirb_ready_cancel(weir_backend *backend, weir_op *op);

/** move() of the SPI. */
void weirb_ready_move(weir_backend *backend, weir_handle *from, weir_handle *to);

/** close() of the SPI. */
void weirb_ready_close(weir_backend *backend, weir_handle *handle, weir_close_how how);

#endif
