/* Decides how an event finds its handle, and what is watched for when. An event carries the number
 * of the descriptor and not the handle's address: if a forked process shares a descriptor, events
 * may go on after it was closed here, and they must not lead to memory that is gone. Does not
 * decide what an event means. */
#include "backends/ready/table.h"

#include <assert.h>
#include <string.h>

weir_err weirb_ready_reserve(weir_backend *backend, int fd) {
  size_t needed = (size_t)fd + 1;
  if (needed <= backend->table_size) return WEIR_OK;
  size_t size = backend->table_size < 32 ? 64 : backend->table_size * 2;
  if (size < needed) size = needed;
  weirb_ready_handle **table =
      backend->allocator.reallocate(backend->table, size * sizeof *table, backend->allocator.user);
  if (table == NULL) return WEIR_ENOMEM;
  memset(table + backend->table_size, 0, (size - backend->table_size) * sizeof *table);
  backend->table = table;
  backend->table_size = size;
  return WEIR_OK;
}

weir_err weirb_ready_enter(weir_backend *backend, weirb_ready_handle *handle, int fd) {
  assert(!(handle->flags & WEIRB_READY_OPEN));
  weir_err err = weirb_ready_reserve(backend, fd);
  if (err != WEIR_OK) return err;
  backend->table[fd] = handle;
  handle->fd = fd;
  handle->generation = ++backend->generation;
  weirb_ready_set(handle, WEIRB_READY_OPEN);
  return WEIR_OK;
}

static uint64_t data_of(const weirb_ready_handle *handle) {
  return (uint64_t)handle->generation << 32 | (uint32_t)handle->fd;
}

static bool wants_in(unsigned interest) {
  return (interest & ~(unsigned)WEIRB_READY_TO_SEND) != 0;
}

static unsigned interest_of(const weirb_ready_handle *handle) {
  unsigned in =
      handle->flags & WEIRB_READY_LISTENER ? WEIRB_READY_TO_ACCEPT : WEIRB_READY_TO_RECEIVE;
  return (handle->flags & WEIRB_READY_WATCH_IN ? in : 0) |
         (handle->flags & WEIRB_READY_WATCH_OUT ? WEIRB_READY_TO_SEND : 0);
}

static void unwatch(weir_backend *backend, weirb_ready_handle *handle, bool closes) {
  if (!(handle->flags & WEIRB_READY_WATCHED)) return;
  backend->poller->unwatch(backend, handle->fd, interest_of(handle), closes);
  weirb_ready_clear(handle, WEIRB_READY_WATCHED | WEIRB_READY_WATCH_IN | WEIRB_READY_WATCH_OUT);
}

void weirb_ready_leave(weir_backend *backend, weirb_ready_handle *handle, bool closes) {
  unwatch(backend, handle, closes);
  /* Unless the program has closed it itself, and the number is another one's now. */
  if (backend->table[handle->fd] == handle) backend->table[handle->fd] = NULL;
}

void weirb_ready_unwatch(weir_backend *backend, weirb_ready_handle *handle) {
  unwatch(backend, handle, false);
}

weir_err weirb_ready_watch(weir_backend *backend, weirb_ready_handle *handle, unsigned interest) {
  unsigned before = interest_of(handle);
  bool watched = (handle->flags & WEIRB_READY_WATCHED) != 0;
  if (watched && before == interest) return WEIR_OK;
  uint64_t data = data_of(handle);
  weir_err err = watched ? backend->poller->change(backend, handle->fd, data, before, interest)
                         : backend->poller->watch(backend, handle->fd, data, interest);
  if (err != WEIR_OK) return err;
  weirb_ready_clear(handle, WEIRB_READY_WATCH_IN | WEIRB_READY_WATCH_OUT);
  weirb_ready_set(handle, WEIRB_READY_WATCHED | (wants_in(interest) ? WEIRB_READY_WATCH_IN : 0u) |
                              (interest & WEIRB_READY_TO_SEND ? WEIRB_READY_WATCH_OUT : 0u));
  return WEIR_OK;
}

weir_err weirb_ready_watch_out(weir_backend *backend, weirb_ready_handle *handle) {
  unsigned before =
      handle->flags & WEIRB_READY_WATCHED ? interest_of(handle) : (unsigned)WEIRB_READY_TO_RECEIVE;
  return weirb_ready_watch(backend, handle, before | WEIRB_READY_TO_SEND);
}

/* Where it is told once both are watched from the beginning, which saves a call. Elsewhere some
 * systems say that a socket which is not connected can be received from. */
unsigned weirb_ready_interest_connecting(const weir_backend *backend) {
  unsigned both = WEIRB_READY_TO_RECEIVE | WEIRB_READY_TO_SEND;
  return backend->poller->tells_once ? both : (unsigned)WEIRB_READY_TO_SEND;
}

weir_err weirb_ready_watch_connected(weir_backend *backend, weirb_ready_handle *handle) {
  if (backend->poller->tells_once) return WEIR_OK;
  return weirb_ready_watch(backend, handle, WEIRB_READY_TO_RECEIVE);
}

/* What needs no memory does not fail. */
static void stop_or_go(weir_backend *backend, weirb_ready_handle *handle, unsigned interest) {
  if (backend->poller->tells_once || !(handle->flags & WEIRB_READY_WATCHED)) return;
  (void)weirb_ready_watch(backend, handle, interest);
}

void weirb_ready_hush_out(weir_backend *backend, weirb_ready_handle *handle) {
  stop_or_go(backend, handle, interest_of(handle) & ~(unsigned)WEIRB_READY_TO_SEND);
}

void weirb_ready_hush_in(weir_backend *backend, weirb_ready_handle *handle) {
  stop_or_go(backend, handle, interest_of(handle) & ~(unsigned)WEIRB_READY_TO_RECEIVE);
}

void weirb_ready_listen_in(weir_backend *backend, weirb_ready_handle *handle) {
  stop_or_go(backend, handle, interest_of(handle) | WEIRB_READY_TO_RECEIVE);
}
