/**
 * @file
 * @brief Receiving.
 */
#ifndef WEIRB_READY_RECEIVE_H
#define WEIRB_READY_RECEIVE_H

#include "backends/ready/passing.h"
#include "backends/ready/state.h"

#include <sys/socket.h>
#include <unistd.h>

/** What to do when a read gave `n`, which is not the number of bytes; errno is the read's. */
void weirb_ready_receive_nothing(weir_backend *backend, weirb_ready_handle *handle, ssize_t n,
                                 weir_completions *done);

/** A read from a readable handle was short: that was all, unless something may hide behind it. */
void weirb_ready_receive_short(weir_backend *backend, weirb_ready_handle *handle);

/** An event says that there may be something to receive. */
void weirb_ready_note_readable(weirb_ready_handle *handle, uint32_t events);

/** Reads once into the core's memory for the RECEIVE that is out, and hands it out. */
void weirb_ready_receive_into(weir_backend *backend, weirb_ready_handle *handle,
                              weir_completions *done);

/** Bytes came: hands the RECEIVE out. A short read has emptied the socket: what comes later makes a
 * new event. */
static inline void weirb_ready_received(weir_backend *backend, weirb_ready_handle *handle,
                                        void *data, size_t length, size_t room,
                                        weir_completions *done) {
  weir_op *op = handle->in;
  if (length == room)
    weirb_ready_set(handle, WEIRB_READY_READABLE);
  else if (handle->flags & WEIRB_READY_READABLE)
    weirb_ready_receive_short(backend, handle);
  op->data = data;
  op->length = length;
  handle->in = NULL;
  weir_completions_add(done, op);
}

/** Reads once from either kind of socket; of one that keeps descriptors they would be lost.
 * @param message for a Unix socket: of one piece, and with no room for more @param piece the piece
 * @return as read() */
static inline ssize_t weirb_ready_read(weirb_ready_handle *handle, unsigned flags,
                                       struct msghdr *message, const struct iovec *piece) {
  if (!(flags & WEIRB_READY_IPC)) return read(handle->fd, piece->iov_base, piece->iov_len);
  ssize_t n = recvmsg(handle->fd, message, 0);
  /* There is no room for descriptors, so the system closes them and says that it has cut. */
  if (message->msg_flags & MSG_CTRUNC)
    weirb_ready_set(handle, WEIRB_READY_DRAIN | WEIRB_READY_READABLE);
  return n;
}

/** As weirb_ready_receive(), for a handle that keeps descriptors or, what is known where it is
 * compiled, not. */
static inline bool weirb_ready_receive_either(weir_backend *backend, weirb_ready_handle *handle,
                                              unsigned flags, bool passes, weir_completions *done) {
  struct iovec *free = &backend->free;
  if (handle->in->data) {
    weirb_ready_receive_into(backend, handle, done);
    return false;
  }
  ssize_t n = passes ? weirb_ready_passing_read(backend, handle, free->iov_base, free->iov_len)
                     : weirb_ready_read(handle, flags, &backend->message, free);
  if (n <= 0) {
    weirb_ready_receive_nothing(backend, handle, n, done);
    return false;
  }
  weirb_ready_received(backend, handle, free->iov_base, (size_t)n, free->iov_len, done);
  free->iov_base = (unsigned char *)free->iov_base + n;
  return (unsigned char *)free->iov_base > backend->buffer + WEIRB_READY_EARLIER;
}

/**
 * Reads once for the RECEIVE that is out, which is handed out if anything came of it. Inline, as
 * every message comes this way. `flags`: the handle's, just read; it keeps no descriptors.
 * @return true if the backend's buffer is full enough: poll() must return
 */
static inline bool weirb_ready_receive(weir_backend *backend, weirb_ready_handle *handle,
                                       unsigned flags, weir_completions *done) {
  return weirb_ready_receive_either(backend, handle, flags, false, done);
}

/** The same for a handle that keeps descriptors. */
bool weirb_ready_receive_passing(weir_backend *backend, weirb_ready_handle *handle,
                                 weir_completions *done);

#endif
