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

static void try_once(weir_backend *backend, weirb_ready_handle *handle) {
  weir_connect_op *op = (weir_connect_op *)(void *)handle->in;
  weir_err err = begin(handle, op);
  if (err == WEIR_EAGAIN && op->remote.transport == WEIR_TRANSPORT_IPC) {
    weirb_retries_add(&backend->retries, &op->op, weirp_clock_now());
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
  handle->in = NULL;
  weirb_ready_finish(backend, &op->op, err);
}

void weirb_ready_connect_submit(weir_backend *backend, weirb_ready_handle *handle, weir_op *op) {
  assert((handle->flags & WEIRB_READY_OPEN) && handle->in == NULL && handle->out.send == NULL);
  handle->in = op;
  weirb_retries_begin(op);
  try_once(backend, handle);
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
  handle->in = NULL;
  op->error = err;
  weir_completions_add(done, op);
}

void weirb_ready_connect_forget(weir_backend *backend, weirb_ready_handle *handle) {
  (void)weirb_retries_remove(&backend->retries, handle->in);
  weirb_ready_clear(handle, WEIRB_READY_CONNECTING);
}

void weirb_ready_connect_retry(weir_backend *backend, weir_time now) {
  weir_op *due = weirb_retries_take_due(&backend->retries, now);
  while (due != NULL) {
    weir_op *op = due;
    due = op->next;
    try_once(backend, weirb_ready_handle_of(op->handle));
  }
}
