/* Decides when a handle has to wait for room, and when the end of its stream is sent. Does not
 * decide how slices become calls. */
#include "backends/ready/send.h"

#include "backends/ready/gather.h"
#include "backends/ready/passing.h"
#include "backends/ready/table.h"
#include "platform/error.h"
#include "platform/posix/descriptor.h"

#include <assert.h>
#include <errno.h>
#include <sys/socket.h>

weir_err weirb_ready_send_refused(weir_backend *backend, const weirb_ready_handle *handle,
                                  weir_err err) {
  bool gone = err == WEIR_EPIPE && !(handle->flags & WEIRB_READY_IPC);
  return gone ? weirb_ready_lost_error(backend, handle, err) : err;
}

/* One slice, taken whole, is what nearly every send is. A send that never waits is never
 * interrupted. */
ptrdiff_t weirb_ready_try_send(weir_backend *backend, weir_handle *base, const weir_slice *slices,
                               size_t count) {
  (void)backend;
  const weirb_ready_handle *handle = weirb_ready_handle_of(base);
  if (count != 1) return weirb_ready_gather_try(handle->fd, slices, count);
  if (handle->flags & WEIRB_READY_PIPE) return weirb_ready_gather_try(handle->fd, slices, 1);
  ssize_t n = send(handle->fd, slices->data, slices->length, WEIRP_SEND_FLAGS);
  return n >= 0 ? n : weirb_ready_gather_refused();
}

void weirb_ready_send_submit(weir_backend *backend, weirb_ready_handle *handle, weir_op *op) {
  assert(handle->out.send == NULL);
  op->length = 0;
  op->next = NULL;
  handle->out.send = op;
  /* The core has just been refused, so there is an event to come. */
  weirb_ready_set(handle, WEIRB_READY_BLOCKED);
  if (handle->flags & WEIRB_READY_WATCH_OUT) return;
  weir_err err = weirb_ready_watch_out(backend, handle);
  if (err != WEIR_OK) weirb_ready_send_end(backend, handle, err, &backend->pending);
}

/* A refused send means an event when there is room again, but only if somebody watches. */
static weir_err wait_for_room(weir_backend *backend, weirb_ready_handle *handle) {
  weirb_ready_set(handle, WEIRB_READY_BLOCKED);
  return handle->flags & WEIRB_READY_WATCH_OUT ? WEIR_OK : weirb_ready_watch_out(backend, handle);
}

/* Only the first bytes go with a descriptor. */
static weir_err send_fd_first(weir_backend *backend, weirb_ready_handle *handle,
                              weir_send_op *send) {
  if (send->fd < 0 || send->op.length > 0) return WEIR_OK;
  ptrdiff_t n = weirb_ready_try_send_fd(backend, &handle->base, send->fd, send->slices);
  if (n < 0) return (weir_err)-n;
  send->op.length = (size_t)n;
  return n > 0 ? WEIR_OK : WEIR_EAGAIN;
}

void weirb_ready_send(weir_backend *backend, weirb_ready_handle *handle, weir_completions *done) {
  weir_send_op *send = (weir_send_op *)(void *)handle->out.send;
  bool more = true;
  weir_err err = send_fd_first(backend, handle, send);
  if (err == WEIR_OK)
    err = weirb_ready_gather_go_on(handle->fd, send->slices, send->count, &send->op.length, &more);
  err = weirb_ready_send_refused(backend, handle, err);
  if (more) {
    if (err == WEIR_OK) {
      weirb_ready_queue_handle(backend, handle);
      return;
    }
    if (err == WEIR_EAGAIN) err = wait_for_room(backend, handle);
    if (err == WEIR_OK) return;
  }
  weirb_ready_send_end(backend, handle, err, done);
}

static void begin_shutdown(weir_backend *backend, weirb_ready_handle *handle, weir_op *op) {
  weir_err err = WEIR_OK;
  /* A connection that is gone has ended, which is all that was wanted; a pipe ends by being closed.
   */
  if (shutdown(handle->fd, SHUT_WR) < 0 && errno != ENOTCONN && errno != ENOTSOCK)
    err = weirp_error_last();
  weirb_ready_finish(backend, op, err);
}

void weirb_ready_send_end(weir_backend *backend, weirb_ready_handle *handle, weir_err error,
                          weir_completions *done) {
  weir_op *op = handle->out.send;
  weir_op *behind = op->next;
  handle->out.send = NULL;
  weirb_ready_hush_out(backend, handle);
  op->error = error;
  weir_completions_add(done, op);
  if (behind != NULL) begin_shutdown(backend, handle, behind);
}

void weirb_ready_shutdown_submit(weir_backend *backend, weirb_ready_handle *handle, weir_op *op) {
  if (handle->out.send != NULL) {
    op->next = NULL;
    handle->out.send->next = op;
  } else {
    begin_shutdown(backend, handle, op);
  }
}
