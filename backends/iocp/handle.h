/**
 * @file
 * @brief What can be asked of every handle: making, naming, giving back, and taking operations.
 */
#ifndef WEIRB_IOCP_HANDLE_H
#define WEIRB_IOCP_HANDLE_H

#include "backends/iocp/state.h"
#include "weir/socket_option.h"

/** create() of the SPI. */
weir_err weirb_iocp_create(weir_backend *backend, weir_handle *handle, weir_transport transport,
                           weir_family family);

/** address() of the SPI. */
weir_err weirb_iocp_address(weir_backend *backend, weir_handle *handle, weir_end end,
                            weir_address *out_address);

/** release_name() of the SPI. */
void weirb_iocp_release_name(weir_backend *backend, weir_handle *handle);

/** handle_fd() of the SPI. */
intptr_t weirb_iocp_handle_fd(const weir_backend *backend, const weir_handle *handle);

/** set_no_delay() of the SPI. */
weir_err weirb_iocp_set_no_delay(weir_backend *backend, weir_handle *handle, bool no_delay);

/** set_keep_alive() of the SPI. */
weir_err weirb_iocp_set_keep_alive(weir_backend *backend, weir_handle *handle, bool keep_alive,
                                   uint32_t delay_s, uint32_t interval_s, uint32_t count);

/** set_type_of_service() of the SPI. */
weir_err weirb_iocp_set_type_of_service(weir_backend *backend, weir_handle *handle, int tos);

/** peer_credentials() of the SPI. */
weir_err weirb_iocp_peer_credentials(const weir_backend *backend, const weir_handle *handle,
                                     weir_peer_credentials *out_credentials);

/** submit() of the SPI. */
void weirb_iocp_submit(weir_backend *backend, weir_op *op);

/** cancel() of the SPI. */
void weirb_iocp_cancel(weir_backend *backend, weir_op *op);

/** move() of the SPI. */
void weirb_iocp_move(weir_backend *backend, weir_handle *from, weir_handle *to);

/** close() of the SPI. */
void weirb_iocp_close(weir_backend *backend, weir_handle *handle, weir_close_how how);

#endif
