/* Decides which descriptors of the program become handles, and how a handle lets go of its own.
 * Does not decide what they are: the platform knows. */
#include "backends/ready/adopt.h"

#include "backends/ready/passing.h"
#include "backends/ready/table.h"
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
static void reset(weir_backend *backend, weirb_ready_handle *handle) {
  weirb_ready_leave(backend, handle, false);
  handle->flags = handle->flags & WEIRB_READY_QUEUED;
  handle->fd = 0;
}

/* Nothing of the descriptor is changed if this fails. */
static weir_err take(weir_backend *backend, weirb_ready_handle *handle, intptr_t fd, kind_of ask,
                     weirp_descriptor_kind *out_kind) {
  weir_err err = look_at(backend, fd, ask, out_kind);
  if (err == WEIR_OK) err = weirb_ready_enter(backend, handle, (int)fd);
  if (err != WEIR_OK) return err;
  if (*out_kind == WEIRP_DESCRIPTOR_LOCAL) weirb_ready_set(handle, WEIRB_READY_IPC);
  if (*out_kind == WEIRP_DESCRIPTOR_PIPE) weirb_ready_set(handle, WEIRB_READY_PIPE);
  if (ask == weirp_descriptor_kind_of)
    err = weirb_ready_watch(backend, handle, WEIRB_READY_TO_RECEIVE);
  if (err == WEIR_OK) err = weirp_descriptor_prepare(handle->fd);
  if (err != WEIR_OK) reset(backend, handle);
  return err;
}

static weir_transport transport_of(weirp_descriptor_kind kind) {
  return kind == WEIRP_DESCRIPTOR_IP ? WEIR_TRANSPORT_TCP : WEIR_TRANSPORT_IPC;
}

weir_err weirb_ready_adopt(weir_backend *backend, weir_handle *base, intptr_t fd,
                           weir_transport *out_transport) {
  weirb_ready_handle *handle = weirb_ready_handle_of(base);
  weirp_descriptor_kind kind;
  weir_err err = take(backend, handle, fd, weirp_descriptor_kind_of, &kind);
  if (err != WEIR_OK) return err;
  /* Nobody knows what came before, so the first RECEIVE looks; pipes are read as TCP is. */
  weirb_ready_set(handle, WEIRB_READY_READABLE | WEIRB_READY_DRAIN);
  *out_transport = transport_of(kind);
  return WEIR_OK;
}

/* It is watched from listen() on. */
weir_err weirb_ready_adopt_listener(weir_backend *backend, weir_handle *base, intptr_t fd,
                                    weir_transport *out_transport) {
  weirp_descriptor_kind kind;
  weir_err err = take(backend, weirb_ready_handle_of(base), fd, weirp_descriptor_bound_kind, &kind);
  if (err == WEIR_OK) *out_transport = transport_of(kind);
  return err;
}

weir_err weirb_ready_release(weir_backend *backend, weir_handle *base, intptr_t *out_fd) {
  weirb_ready_handle *handle = weirb_ready_handle_of(base);
  assert(handle->in == NULL && handle->out.send == NULL);
  if (!(handle->flags & WEIRB_READY_OPEN)) return WEIR_EBADF;
  if (handle->flags & WEIRB_READY_PASSES) weirb_ready_passing_forget(backend, handle);
  *out_fd = handle->fd;
  reset(backend, handle);
  return WEIR_OK;
}

intptr_t weirb_ready_handle_fd(const weir_backend *backend, const weir_handle *base) {
  const weirb_ready_handle *handle = (const weirb_ready_handle *)(const void *)base;
  (void)backend;
  return handle->flags & WEIRB_READY_OPEN ? handle->fd : -1;
}
