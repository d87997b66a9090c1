/* Decides how slices become calls and when a handle has to wait for room. Does not decide what is
 * sent, nor in which order. */
#include "backends/epoll/send.h"

#include "backends/epoll/table.h"
#include "platform/posix/descriptor.h"
#include "platform/posix/error.h"

#include <assert.h>
#include <errno.h>
#include <sys/socket.h>

/* Slices for one call: they fill a socket's buffer, and their copy lies on the stack. */
#define GATHER 64
/* Calls for one handle before others have their turn. */
#define CALLS 16

/* A place within slices. */
typedef struct cursor {
  const weir_slice *slice; /* The one to go on with. */
  const weir_slice *end;   /* Behind the last one. */
  size_t offset;           /* Bytes of `slice` that are sent. */
} cursor;

static void advance(cursor *at, size_t bytes) {
  while (at->slice < at->end && bytes >= at->slice->length - at->offset) {
    bytes -= at->slice->length - at->offset;
    at->slice++;
    at->offset = 0;
  }
  at->offset += bytes;
}

static ssize_t send_one(int fd, const cursor *at, size_t *out_wanted) {
  *out_wanted = at->slice->length - at->offset;
  return send(fd, (const char *)at->slice->data + at->offset, *out_wanted, WEIRP_SEND_FLAGS);
}

static ssize_t send_gathered(int fd, const cursor *at, size_t *out_wanted) {
  struct iovec pieces[GATHER];
  struct msghdr message = {0};
  size_t used = 0, wanted = 0, offset = at->offset;
  for (const weir_slice *s = at->slice; s < at->end && used < GATHER; s++, used++, offset = 0) {
    /* The system's struct takes no pointer to const, and only reads. */
    pieces[used].iov_base = (char *)(uintptr_t)s->data + offset;
    pieces[used].iov_len = s->length - offset;
    wanted += pieces[used].iov_len;
  }
  message.msg_iov = pieces;
  message.msg_iovlen = used;
  *out_wanted = wanted;
  return sendmsg(fd, &message, WEIRP_SEND_FLAGS);
}

/* Sends on from a place until all is sent, the system takes no more, or `calls` are made.
 * WEIR_OK: with more left only if the calls are used up; WEIR_EAGAIN: no room. */
static weir_err send_from(int fd, cursor *at, unsigned calls, size_t *sent) {
  while (at->slice < at->end && calls-- > 0) {
    size_t wanted;
    ssize_t n;
    do {
      n = at->end - at->slice == 1 ? send_one(fd, at, &wanted) : send_gathered(fd, at, &wanted);
    } while (n < 0 && errno == EINTR);
    if (n < 0) return weirp_error_last();
    *sent += (size_t)n;
    advance(at, (size_t)n);
    if ((size_t)n < wanted) return WEIR_EAGAIN;
  }
  return WEIR_OK;
}

static weir_err try_all(weirb_epoll_handle *handle, const weir_slice *slices, size_t count,
                        size_t *out_sent) {
  cursor at = {slices, slices + count, 0};
  advance(&at, 0); /* Past empty slices. */
  *out_sent = 0;
  weir_err err = send_from(handle->fd, &at, CALLS, out_sent);
  if (err != WEIR_EAGAIN) return err;
  weirb_epoll_set(handle, WEIRB_EPOLL_BLOCKED);
  return WEIR_OK;
}

/* The system took less than all of one slice: `n` bytes, or none for a reason. */
static weir_err try_was_short(weirb_epoll_handle *handle, ssize_t n, size_t *out_sent) {
  *out_sent = n < 0 ? 0 : (size_t)n;
  /* After a signal there may be room all the same: the SEND that follows will see. */
  if (n < 0 && errno == EINTR) return WEIR_OK;
  if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK) return weirp_error_last();
  weirb_epoll_set(handle, WEIRB_EPOLL_BLOCKED);
  return WEIR_OK;
}

weir_err weirb_epoll_try_send(weir_backend *backend, weir_handle *base, const weir_slice *slices,
                              size_t count, size_t *out_sent) {
  (void)backend;
  weirb_epoll_handle *handle = weirb_epoll_handle_of(base);
  assert(handle->out.send == NULL);
  if (count != 1) return try_all(handle, slices, count, out_sent);
  /* One slice, taken whole, is what nearly every send is. */
  ssize_t n = send(handle->fd, slices->data, slices->length, WEIRP_SEND_FLAGS);
  if (n < 0 || (size_t)n < slices->length) return try_was_short(handle, n, out_sent);
  *out_sent = (size_t)n;
  return WEIR_OK;
}

void weirb_epoll_send_submit(weir_backend *backend, weirb_epoll_handle *handle, weir_op *op) {
  assert(handle->out.send == NULL);
  op->length = 0;
  op->next = NULL;
  handle->out.send = op;
  if (!(handle->flags & WEIRB_EPOLL_BLOCKED)) {
    weirb_epoll_queue_handle(backend, handle);
  } else if (!(handle->flags & WEIRB_EPOLL_WATCH_OUT)) {
    weir_err err = weirb_epoll_watch_out(backend, handle);
    if (err != WEIR_OK) weirb_epoll_send_end(backend, handle, err, &backend->pending);
  }
}

/* A refused send means an event when there is room again, but only if somebody watches. */
static weir_err wait_for_room(weir_backend *backend, weirb_epoll_handle *handle) {
  weirb_epoll_set(handle, WEIRB_EPOLL_BLOCKED);
  return handle->flags & WEIRB_EPOLL_WATCH_OUT ? WEIR_OK : weirb_epoll_watch_out(backend, handle);
}

void weirb_epoll_send(weir_backend *backend, weirb_epoll_handle *handle, weir_completions *done) {
  weir_send_op *send = (weir_send_op *)(void *)handle->out.send;
  /* The place is found anew for each wake-up, which is rare beside the bytes a wake-up sends. */
  cursor at = {send->slices, send->slices + send->count, 0};
  advance(&at, send->op.length);
  weir_err err = send_from(handle->fd, &at, CALLS, &send->op.length);
  if (at.slice < at.end) {
    if (err == WEIR_OK) {
      weirb_epoll_queue_handle(backend, handle);
      return;
    }
    if (err == WEIR_EAGAIN) err = wait_for_room(backend, handle);
    if (err == WEIR_OK) return;
  }
  weirb_epoll_send_end(backend, handle, err, done);
}

static void begin_shutdown(weir_backend *backend, weirb_epoll_handle *handle, weir_op *op) {
  weir_err err = WEIR_OK;
  /* A connection that is gone has ended, which is all that was wanted. */
  if (shutdown(handle->fd, SHUT_WR) < 0 && errno != ENOTCONN) err = weirp_error_last();
  weirb_epoll_finish(backend, op, err);
}

void weirb_epoll_send_end(weir_backend *backend, weirb_epoll_handle *handle, weir_err error,
                          weir_completions *done) {
  weir_op *op = handle->out.send;
  weir_op *behind = op->next;
  handle->out.send = NULL;
  op->error = error;
  weir_completions_add(done, op);
  if (behind != NULL) begin_shutdown(backend, handle, behind);
}

void weirb_epoll_shutdown_submit(weir_backend *backend, weirb_epoll_handle *handle, weir_op *op) {
  if (handle->out.send != NULL) {
    op->next = NULL;
    handle->out.send->next = op;
  } else {
    begin_shutdown(backend, handle, op);
  }
}
