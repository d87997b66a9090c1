/* Decides what it means that a read brought no bytes, or not all. The read itself is in the header.
 */
#include "backends/ready/receive.h"

#include "backends/ready/table.h"
#include "platform/error.h"

#include <errno.h>

static void set_unreadable(weir_backend *backend, weirb_ready_handle *handle) {
  weirb_ready_clear(handle, WEIRB_READY_READABLE | WEIRB_READY_DRAIN);
  weirb_ready_listen_in(backend, handle);
}

void weirb_ready_receive_short(weir_backend *backend, weirb_ready_handle *handle) {
  if (!(handle->flags & WEIRB_READY_DRAIN)) set_unreadable(backend, handle);
}

void weirb_ready_note_readable(weirb_ready_handle *handle, uint32_t events) {
  static const uint32_t hiding = WEIRB_READY_TELLS_END | WEIRB_READY_TELLS_HANGUP |
                                 WEIRB_READY_TELLS_ERROR | WEIRB_READY_TELLS_URGENT;
  if (events & ~(uint32_t)WEIRB_READY_TELLS_OUT) weirb_ready_set(handle, WEIRB_READY_READABLE);
  if (events & hiding) weirb_ready_set(handle, WEIRB_READY_DRAIN);
}

void weirb_ready_receive_into(weir_backend *backend, weirb_ready_handle *handle,
                              weir_completions *done) {
  weir_op *op = handle->in;
  struct iovec piece = {op->data, op->length};
  struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
  ssize_t n = handle->flags & WEIRB_READY_PASSES
                  ? weirb_ready_passing_read(backend, handle, piece.iov_base, piece.iov_len)
                  : weirb_ready_read(handle, handle->flags, &message, &piece);
  if (n > 0)
    weirb_ready_received(backend, handle, piece.iov_base, (size_t)n, piece.iov_len, done);
  else
    weirb_ready_receive_nothing(backend, handle, n, done);
}

bool weirb_ready_receive_passing(weir_backend *backend, weirb_ready_handle *handle,
                                 weir_completions *done) {
  return weirb_ready_receive_either(backend, handle, handle->flags, true, done);
}

/* Reading has met the end of what there was: a SEND that let it go first may go on. */
static void let_send_go_on(weir_backend *backend, weirb_ready_handle *handle) {
  if (!(handle->flags & WEIRB_READY_FAILED)) return;
  weirb_ready_clear(handle, WEIRB_READY_FAILED);
  if (handle->out.send != NULL) weirb_ready_queue_handle(backend, handle);
}

void weirb_ready_receive_nothing(weir_backend *backend, weirb_ready_handle *handle, ssize_t n,
                                 weir_completions *done) {
  weir_op *op = handle->in;
  if (n < 0 && errno == EINTR) {
    /* Still readable; it is tried again in the next round. */
    weirb_ready_set(handle, WEIRB_READY_READABLE);
    weirb_ready_queue_handle(backend, handle);
    return;
  }
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
    set_unreadable(backend, handle);
    let_send_go_on(backend, handle);
    return;
  }
  /* The handle is readable for ever: whoever asks again is told again. */
  weirb_ready_set(handle, WEIRB_READY_READABLE);
  /* Nobody can read from the writing end of a pipe; Node calls that so. */
  weir_err refused = n < 0 && errno == EBADF ? WEIR_ENOTCONN : weirp_error_last();
  op->error = n == 0 ? weirb_ready_lost_error(backend, handle, WEIR_OK) : refused;
  op->length = 0;
  handle->in = NULL;
  weir_completions_add(done, op);
  let_send_go_on(backend, handle);
}
