/**
 * @file
 * @brief Readiness made into operations: what epoll, kqueue and poll have in common.
 */
#ifndef WEIRB_READY_READY_H
#define WEIRB_READY_READY_H

#include "backends/ready/adopt.h"
#include "backends/ready/handle.h"
#include "backends/ready/listener.h"
#include "backends/ready/passing.h"
#include "backends/ready/poller.h"
#include "backends/ready/send.h"
#include "backends/ready/turn.h"
#include "platform/error.h"
#include "platform/scope.h"

/** open() of the SPI, for a poller. */
weir_err weirb_ready_open(const weirb_ready_poller *poller, const weir_backend_options *options,
                          weir_backend **out_backend);

/** free() of the SPI. */
void weirb_ready_free(weir_backend *backend);

/** poll() of the SPI. */
weir_err weirb_ready_poll(weir_backend *backend, weir_time deadline, weir_completions *done);

/** wake() of the SPI. */
void weirb_ready_wake(weir_backend *backend);

/** now() of the SPI. */
weir_time weirb_ready_now(weir_backend *backend);

/** fd() of the SPI. */
intptr_t weirb_ready_fd(const weir_backend *backend);

/** The functions of a backend, all but its open() and perhaps its try_send() the same. */
#define WEIRB_READY_OPS(its_name, its_open, its_try_send)                                          \
  {                                                                                                \
    .size = sizeof(weir_backend_ops), .name = its_name, .handle_size = sizeof(weirb_ready_handle), \
    .open = its_open, .free = weirb_ready_free, .poll = weirb_ready_poll,                          \
    .wake = weirb_ready_wake, .now = weirb_ready_now, .fd = weirb_ready_fd,                        \
    .create = weirb_ready_create, .bind = weirb_ready_bind, .listen = weirb_ready_listen,          \
    .address = weirb_ready_address, .release_name = weirb_ready_release_name,                      \
    .try_send = its_try_send, .submit = weirb_ready_submit, .cancel = weirb_ready_cancel,          \
    .close = weirb_ready_close, .due = weirb_ready_turn_due, .move = weirb_ready_move,             \
    .scope_id = weirp_scope_id, .system_code = weirp_error_number,                                 \
    .set_no_delay = weirb_ready_set_no_delay, .set_keep_alive = weirb_ready_set_keep_alive,        \
    .set_type_of_service = weirb_ready_set_type_of_service,                                        \
    .peer_credentials = weirb_ready_peer_credentials,                                              \
    .adopt_listener = weirb_ready_adopt_listener, .try_send_fd = weirb_ready_try_send_fd,          \
    .keep_fds = weirb_ready_keep_fds, .take_fd = weirb_ready_take_fd,                              \
    .duplicate_fd = weirb_ready_duplicate_fd, .close_fd = weirb_ready_close_fd,                    \
    .adopt = weirb_ready_adopt, .release = weirb_ready_release,                                    \
    .handle_fd = weirb_ready_handle_fd,                                                            \
  }

#endif
