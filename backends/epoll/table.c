/* Decides how an event finds its handle. An event carries the number of the descriptor and not the
 * handle's address: if a forked process shares a descriptor, events go on after it was closed here,
 * and they must not lead to memory that is gone. Does not decide what an event means. */
#include "backends/epoll/table.h"

#include "platform/posix/error.h"

#include <assert.h>
#include <string.h>

weir_err weirb_epoll_table_reserve(weir_backend *backend, int fd) {
  size_t needed = (size_t)fd + 1;
  if (needed <= backend->table_size) return WEIR_OK;
  size_t size = backend->table_size < 32 ? 64 : backend->table_size * 2;
  if (size < needed) size = needed;
  weirb_epoll_handle **table =
      backend->allocator.reallocate(backend->table, size * sizeof *table, backend->allocator.user);
  if (table == NULL) return WEIR_ENOMEM;
  memset(table + backend->table_size, 0, (size - backend->table_size) * sizeof *table);
  backend->table = table;
  backend->table_size = size;
  return WEIR_OK;
}

static weir_err control(weir_backend *backend, weirb_epoll_handle *handle, int action,
                        uint32_t events) {
  struct epoll_event event;
  memset(&event, 0, sizeof event);
  event.events = events;
  event.data.u64 = (uint64_t)handle->generation << 32 | (uint32_t)handle->fd;
  return epoll_ctl(backend->epoll_fd, action, handle->fd, &event) < 0 ? weirp_error_last()
                                                                      : WEIR_OK;
}

weir_err weirb_epoll_watch(weir_backend *backend, weirb_epoll_handle *handle, uint32_t events) {
  assert(!(handle->flags & WEIRB_EPOLL_WATCHED));
  weir_err err = weirb_epoll_table_reserve(backend, handle->fd);
  if (err != WEIR_OK) return err;
  handle->generation = ++backend->generation;
  err = control(backend, handle, EPOLL_CTL_ADD, events);
  if (err != WEIR_OK) return err;
  backend->table[handle->fd] = handle;
  weirb_epoll_set(handle, WEIRB_EPOLL_WATCHED | (events & EPOLLOUT ? WEIRB_EPOLL_WATCH_OUT : 0u));
  return WEIR_OK;
}

weir_err weirb_epoll_watch_out(weir_backend *backend, weirb_epoll_handle *handle) {
  if (!(handle->flags & WEIRB_EPOLL_WATCHED)) {
    return weirb_epoll_watch(backend, handle, WEIRB_EPOLL_IN_EVENTS | EPOLLOUT);
  }
  weir_err err = control(backend, handle, EPOLL_CTL_MOD, WEIRB_EPOLL_IN_EVENTS | EPOLLOUT);
  if (err == WEIR_OK) weirb_epoll_set(handle, WEIRB_EPOLL_WATCH_OUT);
  return err;
}

void weirb_epoll_unwatch(weir_backend *backend, weirb_epoll_handle *handle) {
  if (!(handle->flags & WEIRB_EPOLL_WATCHED)) return;
  (void)control(backend, handle, EPOLL_CTL_DEL, 0);
  weirb_epoll_forget(backend, handle);
}

void weirb_epoll_forget(weir_backend *backend, weirb_epoll_handle *handle) {
  if (!(handle->flags & WEIRB_EPOLL_WATCHED)) return;
  assert(backend->table[handle->fd] == handle);
  backend->table[handle->fd] = NULL;
  weirb_epoll_clear(handle, WEIRB_EPOLL_WATCHED | WEIRB_EPOLL_WATCH_OUT);
}
