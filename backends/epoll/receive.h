/**
 * @file
 * @brief Receiving.
 */
#ifndef WEIRB_EPOLL_RECEIVE_H
#define WEIRB_EPOLL_RECEIVE_H

#include "backends/epoll/state.h"

#include <unistd.h>

/** What to do when a read gave `n`, which is not the number of bytes; errno is the read's. */
void weirb_epoll_receive_nothing(weir_backend *backend, weirb_epoll_handle *handle, ssize_t n,
                                 weir_completions *done);

/** A read from a readable handle was short: that was all, unless something may hide behind it. */
static inline void weirb_epoll_receive_short(weirb_epoll_handle *handle) {
  if (!(handle->flags & WEIRB_EPOLL_DRAIN)) weirb_epoll_clear(handle, WEIRB_EPOLL_READABLE);
}

/** Reads from a Unix socket; the handle stays readable if something may be behind it. @return as
 * read() */
ssize_t weirb_epoll_read_local(weirb_epoll_handle *handle, void *data, size_t room);

/**
 * Reads once for the RECEIVE that is out, which is handed out if anything came of it. Inline, as
 * every message comes this way.
 * @return true if the backend's buffer is full enough: poll() must return
 */
static inline bool weirb_epoll_receive(weir_backend *backend, weirb_epoll_handle *handle,
                                       weir_completions *done) {
  weir_op *op = handle->in;
  unsigned flags = handle->flags;
  bool shared = op->data == NULL;
  void *data = shared ? backend->buffer + backend->used : op->data;
  size_t room = shared ? sizeof backend->buffer - backend->used : op->length;
  ssize_t n = flags & WEIRB_EPOLL_IPC ? weirb_epoll_read_local(handle, data, room)
                                      : read(handle->fd, data, room);
  if (n <= 0) {
    weirb_epoll_receive_nothing(backend, handle, n, done);
    return false;
  }
  /* A short read has emptied the socket: what comes later makes a new event. */
  if ((size_t)n == room)
    weirb_epoll_set(handle, WEIRB_EPOLL_READABLE);
  else if (flags & WEIRB_EPOLL_READABLE)
    weirb_epoll_receive_short(handle);
  op->data = data;
  op->length = (size_t)n;
  op->error = WEIR_OK;
  handle->in = NULL;
  weir_completions_add(done, op);
  if (!shared) return false;
  backend->used += (unsigned)n;
  return backend->used > WEIRB_EPOLL_BUFFER_SIZE - WEIRB_EPOLL_ROOM;
}

#endif
