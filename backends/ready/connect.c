/* Decides how a connection begins, when it is there, and when a Unix socket tries again whose
 * listener had no room. Does not decide which addresses are tried, nor for how long. */
#include "backends/ready/connect.h"

#include "backends/ready/receive.h"
#include "backends/ready/table.h"
#include "platform/address.h"
#include "platform/clock.h"
#include "platform/error.h"
#include "platform/posix/descriptor.h"
#include "platform/posix/ipc.h"

#include <assert.h>
#include <errno.h>

/* The longest pause between two tries, in milliseconds; the first is 1, each doubles. */
#define DELAY_MAX 50u

/* Begins a connection. WEIR_OK: it is there; WEIR_EALREADY: under way. */
static weir_err begin(weirb_ready_handle *handle, const weir_connect_op *op) {
  const weir_endpoint *remote = &op->remote;
  if (remote->transport == WEIR_TRANSPORT_IPC)
    return weirp_ipc_connect(handle->fd, remote->path, remote->path_length, op->flags);
  struct sockaddr_storage system;
  socklen_t length = weirp_address_to_system(&remote->address, &system);
  if (length == 0) return WEIR_EAFNOSUPPORT;
  int result = connect(handle->fd, (struct sockaddr *)&system, length);
  if (result == 0) return WEIR_OK;
  /* An interrupted connect goes on by itself and must not be repeated. */
  return errno == EINPROGRESS || errno == EINTR ? WEIR_EALREADY : weirp_error_last();
}

/* Notes when a handle is due. The operation has no other use for its length, and 32 bits of
 * milliseconds suffice for differences. */
static void wait_until(weir_backend *backend, weirb_ready_handle *handle, weir_time now,
                       uint32_t delay) {
  handle->in->length = (uint32_t)(now / WEIR_TIME_MS) + delay;
  if (now + delay * WEIR_TIME_MS < backend->retry_at) {
    backend->retry_at = now + delay * WEIR_TIME_MS;
  }
}

static void put_on_list(weir_backend *backend, weirb_ready_handle *handle) {
  /* A handle that is still in some list is met there, and comes here then. */
  if (handle->flags & WEIRB_READY_QUEUED) return;
  weirb_ready_set(handle, WEIRB_READY_QUEUED);
  handle->base.next = backend->retrying;
  backend->retrying = &handle->base;
}

static void try_once(weir_backend *backend, weirb_ready_handle *handle, weir_time now) {
  weir_connect_op *op = (weir_connect_op *)(void *)handle->in;
  weir_err err = begin(handle, op);
  if (err == WEIR_EAGAIN && op->remote.transport == WEIR_TRANSPORT_IPC) {
    if (now == 0) now = weirp_clock_now();
    uintptr_t delay = handle->out.delay == 0 ? 1 : handle->out.delay * 2;
    handle->out.delay = delay < DELAY_MAX ? delay : DELAY_MAX;
    wait_until(backend, handle, now, (uint32_t)handle->out.delay);
    put_on_list(backend, handle);
    return;
  }
  if (err == WEIR_EALREADY) {
    err = weirb_ready_watch(backend, handle, weirb_ready_interest_connecting(backend));
    if (err == WEIR_OK) {
      weirb_ready_set(handle, WEIRB_READY_CONNECTING);
      return;
    }
  } else if (err == WEIR_OK) {
    err = weirb_ready_watch(backend, handle, WEIRB_READY_TO_RECEIVE);
  }
  weirb_ready_connect_take(backend, handle);
  weirb_ready_finish(backend, &op->op, err);
}

void weirb_ready_connect_submit(weir_backend *backend, weirb_ready_handle *handle, weir_op *op) {
  assert((handle->flags & WEIRB_READY_OPEN) && handle->in == NULL && handle->out.send == NULL);
  handle->in = op;
  handle->out.delay = 0;
  try_once(backend, handle, 0);
}

void weirb_ready_connect_event(weir_backend *backend, weirb_ready_handle *handle, uint32_t events,
                               weir_completions *done) {
  weir_op *op = handle->in;
  weirb_ready_clear(handle, WEIRB_READY_CONNECTING);
  weir_err err = weirp_descriptor_error(handle->fd);
  if (err == WEIR_OK) err = weirb_ready_lost_error(backend, handle, WEIR_OK);
  if (err == WEIR_OK) {
    weirb_ready_note_readable(handle, events);
    err = weirb_ready_watch_connected(backend, handle);
  }
  weirb_ready_connect_take(backend, handle);
  op->error = err;
  weir_completions_add(done, op);
}

void weirb_ready_connect_take(weir_backend *backend, weirb_ready_handle *handle) {
  handle->in = NULL;
  handle->out.send = NULL;
  weirb_ready_clear(handle, WEIRB_READY_CONNECTING);
  /* The list is gone through soon, so that it lets go of the handle. */
  if (handle->flags & WEIRB_READY_QUEUED) backend->retry_at = 0;
}

static void retry_one(weir_backend *backend, weirb_ready_handle *handle, weir_time now) {
  if (handle->flags & WEIRB_READY_CLOSED) {
    weir_completions_add_closed(&backend->pending, &handle->base);
    return;
  }
  if (handle->in == NULL || handle->in->kind != WEIR_OP_CONNECT) {
    if (handle->in != NULL || handle->out.send != NULL) weirb_ready_queue_handle(backend, handle);
    return;
  }
  int32_t rest = (int32_t)((uint32_t)handle->in->length - (uint32_t)(now / WEIR_TIME_MS));
  if (rest <= 0) {
    try_once(backend, handle, now);
  } else {
    wait_until(backend, handle, now, (uint32_t)rest);
    put_on_list(backend, handle);
  }
}

void weirb_ready_connect_retry(weir_backend *backend, weir_time now) {
  weir_handle *next = backend->retrying;
  backend->retrying = NULL;
  backend->retry_at = WEIR_TIME_NEVER;
  while (next != NULL) {
    weirb_ready_handle *handle = weirb_ready_handle_of(next);
    next = next->next;
    weirb_ready_clear(handle, WEIRB_READY_QUEUED);
    retry_one(backend, handle, now);
  }
}
