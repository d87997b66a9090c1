/* Decides which descriptors of the program become handles, and how a handle lets go of its own.
 * Does not decide what they are: the platform knows. */
#include "backends/epoll/adopt.h"

#include "backends/epoll/passing.h"
#include "backends/epoll/table.h"
#include "platform/posix/descriptor.h"

#include <assert.h>
#include <limits.h>

typedef weir_err (*kind_of)(int descriptor, weirp_descriptor_kind *out_kind);

static weir_err look_at(weir_backend *backend, intptr_t fd, kind_of ask,
                        weirp_descriptor_kind *out_kind) {
  if (fd < 0 || fd > INT_MAX) return WEIR_EBADF;
  weir_err err = ask((int)fd, out_kind);
  if (err != WEIR_OK) return err;
  bool known = (size_t)fd < backend->table_size && backend->table[fd] != NULL;
  return known ? WEIR_EEXIST : WEIR_OK;
}

/* Puts a handle back to where it was before create(); the list that has it comes by later. */
static void reset(weirb_epoll_handle *handle) {
  handle->flags = handle->flags & WEIRB_EPOLL_QUEUED;
  handle->fd = 0;
}

weir_err weirb_epoll_adopt(weir_backend *backend, weir_handle *base, intptr_t fd,
                           weir_transport *out_transport) {
  weirb_epoll_handle *handle = weirb_epoll_handle_of(base);
  weirp_descriptor_kind kind;
  assert(!(handle->flags & WEIRB_EPOLL_OPEN));
  weir_err err = look_at(backend, fd, weirp_descriptor_kind_of, &kind);
  if (err != WEIR_OK) return err;
  handle->fd = (int)fd;
  err = weirb_epoll_watch(backend, handle, WEIRB_EPOLL_IN_EVENTS);
  if (err == WEIR_OK) err = weirp_descriptor_prepare(handle->fd);
  if (err != WEIR_OK) {
    weirb_epoll_unwatch(backend, handle);
    reset(handle);
    return err;
  }
  /* Nobody knows what came before, so the first RECEIVE looks; pipes are read as TCP is. */
  weirb_epoll_set(handle, WEIRB_EPOLL_OPEN | WEIRB_EPOLL_READABLE | WEIRB_EPOLL_DRAIN);
  if (kind == WEIRP_DESCRIPTOR_LOCAL) weirb_epoll_set(handle, WEIRB_EPOLL_IPC);
  if (kind == WEIRP_DESCRIPTOR_PIPE) weirb_epoll_set(handle, WEIRB_EPOLL_PIPE);
  *out_transport = kind == WEIRP_DESCRIPTOR_IP ? WEIR_TRANSPORT_TCP : WEIR_TRANSPORT_IPC;
  return WEIR_OK;
}

/* It is watched from listen() on. */
weir_err weirb_epoll_adopt_listener(weir_backend *backend, weir_handle *base, intptr_t fd,
                                    weir_transport *out_transport) {
  weirb_epoll_handle *handle = weirb_epoll_handle_of(base);
  weirp_descriptor_kind kind;
  assert(!(handle->flags & WEIRB_EPOLL_OPEN));
  weir_err err = look_at(backend, fd, weirp_descriptor_bound_kind, &kind);
  if (err == WEIR_OK) err = weirp_descriptor_prepare((int)fd);
  if (err != WEIR_OK) return err;
  handle->fd = (int)fd;
  weirb_epoll_set(handle, WEIRB_EPOLL_OPEN);
  if (kind == WEIRP_DESCRIPTOR_LOCAL) weirb_epoll_set(handle, WEIRB_EPOLL_IPC);
  *out_transport = kind == WEIRP_DESCRIPTOR_IP ? WEIR_TRANSPORT_TCP : WEIR_TRANSPORT_IPC;
  return WEIR_OK;
}

weir_err weirb_epoll_release(weir_backend *backend, weir_handle *base, intptr_t *out_fd) {
  weirb_epoll_handle *handle = weirb_epoll_handle_of(base);
  assert(handle->in == NULL && handle->out.send == NULL);
  if (!(handle->flags & WEIRB_EPOLL_OPEN)) return WEIR_EBADF;
  weirb_epoll_unwatch(backend, handle);
  if (handle->flags & WEIRB_EPOLL_PASSES) weirb_epoll_passing_forget(backend, handle);
  *out_fd = handle->fd;
  reset(handle);
  return WEIR_OK;
}

intptr_t weirb_epoll_handle_fd(const weir_backend *backend, const weir_handle *base) {
  const weirb_epoll_handle *handle = (const weirb_epoll_handle *)(const void *)base;
  (void)backend;
  return handle->flags & WEIRB_EPOLL_OPEN ? handle->fd : -1;
}
