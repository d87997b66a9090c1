/**
 * @file
 * @brief Receiving.
 */
#ifndef WEIRB_EPOLL_RECEIVE_H
#define WEIRB_EPOLL_RECEIVE_H

#include "backends/epoll/state.h"

/**
 * Reads once for the RECEIVE that is out, which is handed out if anything came of it.
 * @return true if it was handed out with bytes in the backend's buffer: poll() must return
 */
bool weirb_epoll_receive(weir_backend *backend, weirb_epoll_handle *handle, weir_completions *done);

#endif
