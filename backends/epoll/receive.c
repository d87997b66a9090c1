/* Decides what it means that a read brought no bytes, or not all. The read itself is in the header.
 */
#include "backends/epoll/receive.h"

#include "platform/posix/error.h"

#include <errno.h>

void weirb_epoll_receive_short(weirb_epoll_handle *handle) {
  if (!(handle->flags & WEIRB_EPOLL_DRAIN)) weirb_epoll_clear(handle, WEIRB_EPOLL_READABLE);
}

void weirb_epoll_receive_into(weir_backend *backend, weirb_epoll_handle *handle,
                              weir_completions *done) {
  weir_op *op = handle->in;
  size_t room = op->length;
  unsigned flags = handle->flags;
  ssize_t n = flags & WEIRB_EPOLL_PASSES ? weirb_epoll_passing_read(backend, handle, op->data, room)
                                         : weirb_epoll_read(backend, handle, flags, op->data, room);
  if (n > 0)
    weirb_epoll_received(handle, flags, op->data, (size_t)n, room, done);
  else
    weirb_epoll_receive_nothing(backend, handle, n, done);
}

bool weirb_epoll_receive_passing(weir_backend *backend, weirb_epoll_handle *handle,
                                 weir_completions *done) {
  return weirb_epoll_receive_either(backend, handle, handle->flags, true, done);
}

/* Reading has met the end of what there was: a SEND that let it go first may go on. */
static void let_send_go_on(weir_backend *backend, weirb_epoll_handle *handle) {
  if (!(handle->flags & WEIRB_EPOLL_FAILED)) return;
  weirb_epoll_clear(handle, WEIRB_EPOLL_FAILED);
  if (handle->out.send != NULL) weirb_epoll_queue_handle(backend, handle);
}

void weirb_epoll_receive_nothing(weir_backend *backend, weirb_epoll_handle *handle, ssize_t n,
                                 weir_completions *done) {
  weir_op *op = handle->in;
  if (n < 0 && errno == EINTR) {
    /* Still readable; it is tried again in the next round. */
    weirb_epoll_set(handle, WEIRB_EPOLL_READABLE);
    weirb_epoll_queue_handle(backend, handle);
    return;
  }
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
    weirb_epoll_clear(handle, WEIRB_EPOLL_READABLE | WEIRB_EPOLL_DRAIN);
    let_send_go_on(backend, handle);
    return;
  }
  /* The handle is readable for ever: whoever asks again is told again. */
  weirb_epoll_set(handle, WEIRB_EPOLL_READABLE);
  /* Nobody can read from the writing end of a pipe; Node calls that so. */
  weir_err refused = n < 0 && errno == EBADF ? WEIR_ENOTCONN : weirp_error_last();
  op->error = n == 0 ? WEIR_OK : refused;
  op->length = 0;
  handle->in = NULL;
  weir_completions_add(done, op);
  let_send_go_on(backend, handle);
}
