/**
 * @file
 * @brief Descriptors that are sent and received with bytes.
 */
#ifndef WEIRB_READY_PASSING_H
#define WEIRB_READY_PASSING_H

#include "backends/ready/state.h"

#include <sys/types.h>

/** try_send_fd() of the SPI. */
ptrdiff_t weirb_ready_try_send_fd(weir_backend *backend, weir_handle *handle, intptr_t fd,
                                  const weir_slice *slice);

/** keep_fds() of the SPI. */
void weirb_ready_keep_fds(weir_backend *backend, weir_handle *handle, bool keep);

/** take_fd() of the SPI. */
intptr_t weirb_ready_take_fd(weir_backend *backend, weir_handle *handle);

/** duplicate_fd() of the SPI. */
weir_err weirb_ready_duplicate_fd(weir_backend *backend, const weir_handle *handle, intptr_t fd,
                                  intptr_t *out_fd);

/** close_fd() of the SPI. */
void weirb_ready_close_fd(weir_backend *backend, intptr_t fd);

/** Reads once from a Unix socket and keeps the descriptors that came. @return as read() */
ssize_t weirb_ready_passing_read(weir_backend *backend, weirb_ready_handle *handle, void *data,
                                 size_t room);

/** Closes what nobody has taken of a handle; NULL: of all, and frees the list. */
void weirb_ready_passing_forget(weir_backend *backend, const weirb_ready_handle *handle);

#endif
