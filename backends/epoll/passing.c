/* Decides what becomes of descriptors that come with bytes until somebody takes them. */
#include "backends/epoll/passing.h"

#include "backends/epoll/gather.h"
#include "platform/posix/descriptor.h"
#include "platform/posix/passing.h"

#include <errno.h>
#include <string.h>

/* They are few and soon taken, so a list of all handles' will do. */
struct weirb_epoll_passed {
  const weirb_epoll_handle *handle;
  int fd;
};

ptrdiff_t weirb_epoll_try_send_fd(weir_backend *backend, weir_handle *base, intptr_t fd,
                                  const weir_slice *slice) {
  (void)backend;
  const weirb_epoll_handle *handle = weirb_epoll_handle_of(base);
  ptrdiff_t n = weirp_passing_send(handle->fd, (int)fd, slice->data, slice->length);
  return n >= 0 ? n : weirb_epoll_gather_refused();
}

void weirb_epoll_keep_fds(weir_backend *backend, weir_handle *base, bool keep) {
  weirb_epoll_handle *handle = weirb_epoll_handle_of(base);
  weirb_epoll_passing_forget(backend, handle);
  if (keep && !(handle->flags & WEIRB_EPOLL_PIPE))
    weirb_epoll_set(handle, WEIRB_EPOLL_PASSES);
  else
    weirb_epoll_clear(handle, WEIRB_EPOLL_PASSES);
}

/* Room for all that one read can bring, made before it. */
static bool make_room(weir_backend *backend) {
  size_t needed = backend->passed_count + WEIRP_PASSING_MAX;
  if (needed <= backend->passed_capacity) return true;
  size_t capacity = needed + WEIRP_PASSING_MAX;
  weirb_epoll_passed *list =
      backend->allocator.allocate(capacity * sizeof *list, backend->allocator.user);
  if (list == NULL) return false;
  if (backend->passed_count > 0)
    memcpy(list, backend->passed, backend->passed_count * sizeof *list);
  if (backend->passed != NULL) backend->allocator.release(backend->passed, backend->allocator.user);
  backend->passed = list;
  backend->passed_capacity = capacity;
  return true;
}

ssize_t weirb_epoll_passing_read(weir_backend *backend, weirb_epoll_handle *handle, void *data,
                                 size_t room) {
  int fds[WEIRP_PASSING_MAX];
  size_t count;
  if (!make_room(backend)) {
    errno = ENOMEM;
    return -1;
  }
  ssize_t n = weirp_passing_receive(handle->fd, data, room, fds, &count);
  for (size_t i = 0; i < count; i++)
    backend->passed[backend->passed_count++] = (weirb_epoll_passed){handle, fds[i]};
  /* A read ends where the next descriptor is. */
  if (n > 0) weirb_epoll_set(handle, WEIRB_EPOLL_DRAIN | WEIRB_EPOLL_READABLE);
  return n;
}

intptr_t weirb_epoll_take_fd(weir_backend *backend, weir_handle *base) {
  const weirb_epoll_handle *handle = weirb_epoll_handle_of(base);
  for (size_t i = 0; i < backend->passed_count; i++) {
    weirb_epoll_passed *at = &backend->passed[i];
    if (at->handle != handle) continue;
    int fd = at->fd;
    backend->passed_count--;
    memmove(at, at + 1, (backend->passed_count - i) * sizeof *at);
    return fd;
  }
  return -1;
}

weir_err weirb_epoll_duplicate_fd(weir_backend *backend, const weir_handle *base, intptr_t fd,
                                  intptr_t *out_fd) {
  const weirb_epoll_handle *handle = (const weirb_epoll_handle *)(const void *)base;
  int duplicate;
  (void)backend;
  if (handle->flags & WEIRB_EPOLL_PIPE) return WEIR_ERR_INVALID_HANDLE_TYPE;
  weir_err err = weirp_passing_duplicate(fd, &duplicate);
  if (err == WEIR_OK) *out_fd = duplicate;
  return err;
}

void weirb_epoll_close_fd(weir_backend *backend, intptr_t fd) {
  (void)backend;
  weirp_descriptor_close((int)fd);
}

void weirb_epoll_passing_forget(weir_backend *backend, const weirb_epoll_handle *handle) {
  size_t kept = 0;
  for (size_t i = 0; i < backend->passed_count; i++) {
    if (handle != NULL && backend->passed[i].handle != handle)
      backend->passed[kept++] = backend->passed[i];
    else
      weirp_descriptor_close(backend->passed[i].fd);
  }
  backend->passed_count = kept;
  if (handle != NULL || backend->passed == NULL) return;
  backend->allocator.release(backend->passed, backend->allocator.user);
  backend->passed = NULL;
}
