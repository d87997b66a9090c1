/* Decides how bytes are read and when a handle has none left. Does not decide whose turn it is. */
#include "backends/epoll/receive.h"

#include "platform/posix/descriptor.h"
#include "platform/posix/error.h"

#include <assert.h>
#include <errno.h>
#include <sys/socket.h>

static ssize_t read_local(weirb_epoll_handle *handle, void *data, size_t room) {
  bool cut = false;
  ssize_t n = weirp_descriptor_receive_local(handle->fd, data, room, &cut);
  if (cut) weirb_epoll_set(handle, WEIRB_EPOLL_DRAIN);
  return n;
}

/* Reading has met the end of what there was: a SEND that let it go first may go on. */
static void let_send_go_on(weir_backend *backend, weirb_epoll_handle *handle) {
  if (!(handle->flags & WEIRB_EPOLL_FAILED)) return;
  weirb_epoll_clear(handle, WEIRB_EPOLL_FAILED);
  if (handle->out.send != NULL) weirb_epoll_queue_handle(backend, handle);
}

/* No bytes came: true if that settles the operation. */
static bool read_nothing(weir_backend *backend, weirb_epoll_handle *handle, ssize_t n) {
  weir_op *op = handle->in;
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
    if (op->data == backend->buffer) op->data = NULL;
    if (errno == EINTR) {
      /* Still readable; it is tried again in the next round. */
      weirb_epoll_queue_handle(backend, handle);
      return false;
    }
    weirb_epoll_clear(handle, WEIRB_EPOLL_READABLE | WEIRB_EPOLL_DRAIN);
    let_send_go_on(backend, handle);
    return false;
  }
  /* The handle stays readable: whoever asks again is told again. */
  op->error = n == 0 ? WEIR_OK : weirp_error_last();
  op->length = 0;
  let_send_go_on(backend, handle);
  return true;
}

bool weirb_epoll_receive(weir_backend *backend, weirb_epoll_handle *handle,
                         weir_completions *done) {
  weir_op *op = handle->in;
  assert(op->kind == WEIR_OP_RECEIVE);
  if (op->data == NULL) {
    op->data = backend->buffer;
    op->length = sizeof backend->buffer;
  }
  assert(op->length > 0);
  ssize_t n = handle->flags & WEIRB_EPOLL_IPC ? read_local(handle, op->data, op->length)
                                              : recv(handle->fd, op->data, op->length, 0);
  if (n > 0) {
    /* A short read has emptied the socket: what comes later makes a new event. */
    if ((size_t)n < op->length && !(handle->flags & WEIRB_EPOLL_DRAIN)) {
      weirb_epoll_clear(handle, WEIRB_EPOLL_READABLE);
    }
    op->length = (size_t)n;
    op->error = WEIR_OK;
  } else if (!read_nothing(backend, handle, n)) {
    return false;
  }
  handle->in = NULL;
  weir_completions_add(done, op);
  return n > 0 && op->data == backend->buffer;
}
