/* Decides what becomes of descriptors that come with bytes until somebody takes them. */
#include "backends/ready/passing.h"

#include "backends/ready/gather.h"
#include "platform/posix/descriptor.h"
#include "platform/posix/passing.h"

#include <errno.h>
#include <string.h>

/* They are few and soon taken, so a list of all handles' will do. */
struct weirb_ready_passed {
  const weirb_ready_handle *handle;
  int fd;
};

ptrdiff_t weirb_ready_try_send_fd(weir_backend *backend, weir_handle *base, intptr_t fd,
                                  const weir_slice *slice) {
  (void)backend;
  const weirb_ready_handle *handle = weirb_ready_handle_of(base);
  ptrdiff_t n = weirp_passing_send(handle->fd, (int)fd, slice->data, slice->length);
  return n >= 0 ? n : weirb_ready_gather_refused();
}

void weirb_ready_keep_fds(weir_backend *backend, weir_handle *base, bool keep) {
  weirb_ready_handle *handle = weirb_ready_handle_of(base);
  weirb_ready_passing_forget(backend, handle);
  if (keep && !(handle->flags & WEIRB_READY_PIPE))
    weirb_ready_set(handle, WEIRB_READY_PASSES);
  else
    weirb_ready_clear(handle, WEIRB_READY_PASSES);
}

/* Room for all that one read can bring, made before it. */
static bool make_room(weir_backend *backend) {
  size_t needed = backend->passed_count + WEIRP_PASSING_MAX;
  if (needed <= backend->passed_capacity) return true;
  size_t capacity = needed + WEIRP_PASSING_MAX;
  weirb_ready_passed *list =
      backend->allocator.allocate(capacity * sizeof *list, backend->allocator.user);
  if (list == NULL) return false;
  if (backend->passed_count > 0)
    memcpy(list, backend->passed, backend->passed_count * sizeof *list);
  if (backend->passed != NULL) backend->allocator.release(backend->passed, backend->allocator.user);
  backend->passed = list;
  backend->passed_capacity = capacity;
  return true;
}

ssize_t weirb_ready_passing_read(weir_backend *backend, weirb_ready_handle *handle, void *data,
                                 size_t room) {
  int fds[WEIRP_PASSING_MAX];
  size_t count;
  if (!make_room(backend)) {
    errno = ENOMEM;
    return -1;
  }
  ssize_t n = weirp_passing_receive(handle->fd, data, room, fds, &count);
  for (size_t i = 0; i < count; i++)
    backend->passed[backend->passed_count++] = (weirb_ready_passed){handle, fds[i]};
  /* A read ends where the next descriptor is. */
  if (n > 0) weirb_ready_set(handle, WEIRB_READY_DRAIN | WEIRB_READY_READABLE);
  return n;
}

intptr_t weirb_ready_take_fd(weir_backend *backend, weir_handle *base) {
  const weirb_ready_handle *handle = weirb_ready_handle_of(base);
  for (size_t i = 0; i < backend->passed_count; i++) {
    weirb_ready_passed *at = &backend->passed[i];
    if (at->handle != handle) continue;
    int fd = at->fd;
    backend->passed_count--;
    memmove(at, at + 1, (backend->passed_count - i) * sizeof *at);
    return fd;
  }
  return -1;
}

weir_err weirb_ready_duplicate_fd(weir_backend *backend, const weir_handle *base, intptr_t fd,
                                  intptr_t *out_fd) {
  const weirb_ready_handle *handle = (const weirb_ready_handle *)(const void *)base;
  int duplicate;
  (void)backend;
  if (handle->flags & WEIRB_READY_PIPE) return WEIR_ERR_INVALID_HANDLE_TYPE;
  weir_err err = weirp_passing_duplicate(fd, &duplicate);
  if (err == WEIR_OK) *out_fd = duplicate;
  return err;
}

void weirb_ready_close_fd(weir_backend *backend, intptr_t fd) {
  (void)backend;
  weirp_descriptor_close((int)fd);
}

void weirb_ready_passing_forget(weir_backend *backend, const weirb_ready_handle *handle) {
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
