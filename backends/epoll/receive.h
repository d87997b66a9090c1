/**
 * @file
 * @brief Receiving.
 */
#ifndef WEIRB_EPOLL_RECEIVE_H
#define WEIRB_EPOLL_RECEIVE_H

#include "backends/epoll/passing.h"
#include "backends/epoll/state.h"

#include <sys/socket.h>
#include <unistd.h>

/** What to do when a read gave `n`, which is not the number of bytes; errno is the read's. */
void weirb_epoll_receive_nothing(weir_backend *backend, weirb_epoll_handle *handle, ssize_t n,
                                 weir_completions *done);

/** A read from a readable handle was short: that was all, unless something may hide behind it. */
void weirb_epoll_receive_short(weirb_epoll_handle *handle);

/** Reads once into the core's memory for the RECEIVE that is out, and hands it out. */
void weirb_epoll_receive_into(weir_backend *backend, weirb_epoll_handle *handle,
                              weir_completions *done);

/** Bytes came: hands the RECEIVE out. A short read has emptied the socket: what comes later makes a
 * new event. `flags`: the handle's before the read. */
static inline void weirb_epoll_received(weirb_epoll_handle *handle, unsigned flags, void *data,
                                        size_t length, size_t room, weir_completions *done) {
  weir_op *op = handle->in;
  if (length == room)
    weirb_epoll_set(handle, WEIRB_EPOLL_READABLE);
  else if (flags & WEIRB_EPOLL_READABLE)
    weirb_epoll_receive_short(handle);
  op->data = data;
  op->length = length;
  handle->in = NULL;
  weir_completions_add(done, op);
}

/** Reads once from either kind of socket; of one that keeps descriptors they would be lost. @return
 * as read() */
static inline ssize_t weirb_epoll_read(weir_backend *backend, weirb_epoll_handle *handle,
                                       unsigned flags, void *data, size_t room) {
  if (!(flags & WEIRB_EPOLL_IPC)) return read(handle->fd, data, room);
  backend->piece.iov_base = data;
  backend->piece.iov_len = room;
  ssize_t n = recvmsg(handle->fd, &backend->message, 0);
  /* There is no room for descriptors, so the system closes them and says that it has cut. */
  if (backend->message.msg_flags & MSG_CTRUNC)
    weirb_epoll_set(handle, WEIRB_EPOLL_DRAIN | WEIRB_EPOLL_READABLE);
  return n;
}

/** As weirb_epoll_receive(), for a handle that keeps descriptors or, what is known where it is
 * compiled, not. */
static inline bool weirb_epoll_receive_either(weir_backend *backend, weirb_epoll_handle *handle,
                                              unsigned flags, bool passes, weir_completions *done) {
  if (handle->in->data) {
    weirb_epoll_receive_into(backend, handle, done);
    return false;
  }
  unsigned used = backend->used;
  unsigned char *data = backend->buffer + used;
  size_t room = WEIRB_EPOLL_BUFFER_SIZE - used;
  ssize_t n = passes ? weirb_epoll_passing_read(backend, handle, data, room)
                     : weirb_epoll_read(backend, handle, flags, data, room);
  if (n <= 0) {
    weirb_epoll_receive_nothing(backend, handle, n, done);
    return false;
  }
  weirb_epoll_received(handle, flags, data, (size_t)n, room, done);
  backend->used = used + (unsigned)n;
  return backend->used > WEIRB_EPOLL_BUFFER_SIZE - WEIRB_EPOLL_ROOM;
}

/**
 * Reads once for the RECEIVE that is out, which is handed out if anything came of it. Inline, as
 * every message comes this way. `flags`: the handle's, just read; it keeps no descriptors.
 * @return true if the backend's buffer is full enough: poll() must return
 */
static inline bool weirb_epoll_receive(weir_backend *backend, weirb_epoll_handle *handle,
                                       unsigned flags, weir_completions *done) {
  return weirb_epoll_receive_either(backend, handle, flags, false, done);
}

/** The same for a handle that keeps descriptors. */
bool weirb_epoll_receive_passing(weir_backend *backend, weirb_epoll_handle *handle,
                                 weir_completions *done);

#endif
