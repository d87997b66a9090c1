/**
 * @file
 * @brief What can be asked of every handle: making, naming, giving back, and taking operations.
 */
#ifndef WEIRB_UV_HANDLE_H
#define WEIRB_UV_HANDLE_H

#include "backends/uv/state.h"

struct weir_peer_credentials;

/** Makes a stream of a descriptor, which is its own from success on. @return WEIR_OK; WEIR_ENOMEM;
 * what libuv says */
weir_err weirb_uv_open(weir_backend *backend, weirb_uv_handle *handle, int fd, bool ipc);

/** Makes a stream that has no descriptor yet. @return WEIR_OK, WEIR_ENOMEM */
weir_err weirb_uv_init(weir_backend *backend, weirb_uv_handle *handle, bool ipc);

/** Lets go of a stream that nobody hears of any more. */
void weirb_uv_drop(weirb_uv_handle *handle);

/** create() of the SPI. */
weir_err weirb_uv_create(weir_backend *backend, weir_handle *handle, weir_transport transport,
                         weir_family family);

/** address() of the SPI. */
weir_err weirb_uv_address(weir_backend *backend, weir_handle *handle, weir_end end,
                          weir_address *out_address);

/** set_no_delay() of the SPI. */
weir_err weirb_uv_set_no_delay(weir_backend *backend, weir_handle *handle, bool no_delay);

/** set_keep_alive() of the SPI. */
weir_err weirb_uv_set_keep_alive(weir_backend *backend, weir_handle *handle, bool keep_alive,
                                 uint32_t delay_s, uint32_t interval_s, uint32_t count);

/** set_type_of_service() of the SPI. */
weir_err weirb_uv_set_type_of_service(weir_backend *backend, weir_handle *handle, int tos);

/** peer_credentials() of the SPI. */
weir_err weirb_uv_peer_credentials(const weir_backend *backend, const weir_handle *handle,
                                   struct weir_peer_credentials *out_credentials);

/** adopt() of the SPI. */
weir_err weirb_uv_adopt(weir_backend *backend, weir_handle *handle, intptr_t fd,
                        weir_transport *out_transport);

/** adopt_listener() of the SPI. */
weir_err weirb_uv_adopt_listener(weir_backend *backend, weir_handle *handle, intptr_t fd,
                                 weir_transport *out_transport);

/** release() of the SPI. */
weir_err weirb_uv_release(weir_backend *backend, weir_handle *handle, intptr_t *out_fd);

/** handle_fd() of the SPI. */
intptr_t weirb_uv_handle_fd(const weir_backend *backend, const weir_handle *handle);

/** move() of the SPI. */
void weirb_uv_move(weir_backend *backend, weir_handle *from, weir_handle *to);

/** submit() of the SPI. */
void weirb_uv_submit(weir_backend *backend, weir_op *op);

/** cancel() of the SPI. */
void weirb_uv_cancel(weir_backend *backend, weir_op *op);

/** close() of the SPI. */
void weirb_uv_close(weir_backend *backend, weir_handle *handle, weir_close_how how);

#endif
