/**
 * @file
 * @brief Which descriptor belongs to which handle, and what epoll watches of it.
 */
#ifndef WEIRB_EPOLL_TABLE_H
#define WEIRB_EPOLL_TABLE_H

#include "backends/epoll/state.h"

/** What a connection is watched for until a send is refused. */
#define WEIRB_EPOLL_IN_EVENTS ((uint32_t)EPOLLIN | EPOLLRDHUP | EPOLLPRI | (uint32_t)EPOLLET)

/** Makes room for a descriptor in the table. @return WEIR_OK, WEIR_ENOMEM */
weir_err weirb_epoll_table_reserve(weir_backend *backend, int fd);

/** Has epoll watch a handle's descriptor. @return WEIR_OK, WEIR_ENOMEM, WEIR_ENOSPC, ... */
weir_err weirb_epoll_watch(weir_backend *backend, weirb_epoll_handle *handle, uint32_t events);

/** Also watches for room to send. @return WEIR_OK, or what the system says */
weir_err weirb_epoll_watch_out(weir_backend *backend, weirb_epoll_handle *handle);

/** Ends the watching before the descriptor is closed. */
void weirb_epoll_unwatch(weir_backend *backend, weirb_epoll_handle *handle);

/** Forgets a handle whose descriptor is about to be closed, which is what ends the watching. */
void weirb_epoll_forget(weir_backend *backend, weirb_epoll_handle *handle);

#endif
