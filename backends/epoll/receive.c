/* Decides how bytes are read and when a handle has none left. Does not decide whose turn it is. */
#include "backends/epoll/receive.h"

#include "platform/posix/error.h"

#include <assert.h>
#include <errno.h>
#include <sys/socket.h>

/* Somebody may send descriptors along. There is no room for them, so the system closes them and
 * says that the message was cut; such a message ends a read early though bytes lie behind it. */
static ssize_t read_local(weirb_epoll_handle *handle, void *data, size_t room) {
  struct iovec piece = {data, room};
  struct msghdr message = {0};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  ssize_t n = recvmsg(handle->fd, &message, 0);
  if (n > 0 && (message.msg_flags & MSG_CTRUNC)) weirb_epoll_set(handle, WEIRB_EPOLL_DRAIN);
  return n;
}

static ssize_t read_once(weirb_epoll_handle *handle, void *data, size_t room) {
  ssize_t n;
  do {
    n = handle->flags & WEIRB_EPOLL_IPC ? read_local(handle, data, room)
                                        : recv(handle->fd, data, room, 0);
  } while (n < 0 && errno == EINTR);
  return n;
}

/* Reading has met the end of what there was: a SEND that let it go first may go on. */
static void let_send_go_on(weir_backend *backend, weirb_epoll_handle *handle) {
  if (!(handle->flags & WEIRB_EPOLL_FAILED)) return;
  weirb_epoll_clear(handle, WEIRB_EPOLL_FAILED);
  if (handle->out.send != NULL) weirb_epoll_queue_handle(backend, handle);
}

bool weirb_epoll_receive(weir_backend *backend, weirb_epoll_handle *handle,
                         weir_completions *done) {
  weir_op *op = handle->in;
  bool shared = op->data == NULL;
  void *data = shared ? backend->buffer : op->data;
  size_t room = shared ? sizeof backend->buffer : op->length;
  assert(op->kind == WEIR_OP_RECEIVE && room > 0);
  ssize_t n = read_once(handle, data, room);
  if (n > 0) {
    op->data = data;
    op->length = (size_t)n;
    op->error = WEIR_OK;
    /* A short read has emptied the socket: what comes later makes a new event. */
    if ((size_t)n < room && !(handle->flags & WEIRB_EPOLL_DRAIN)) {
      weirb_epoll_clear(handle, WEIRB_EPOLL_READABLE);
    }
  } else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
    weirb_epoll_clear(handle, WEIRB_EPOLL_READABLE | WEIRB_EPOLL_DRAIN);
    let_send_go_on(backend, handle);
    return false;
  } else {
    /* The handle stays readable: whoever asks again is told again. */
    op->error = n == 0 ? WEIR_OK : weirp_error_last();
    op->length = 0;
    let_send_go_on(backend, handle);
  }
  handle->in = NULL;
  weir_completions_add(done, op);
  return shared && n > 0;
}
