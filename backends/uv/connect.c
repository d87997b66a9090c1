/* Decides how a connection begins and when it is there. A local one is there at once or not at all,
 * and libuv cuts its name and knows no abstract ones, so it is made here; when the listener has no
 * room it is tried again. */
#include "backends/uv/connect.h"

#include "backends/uv/handle.h"
#include "platform/address.h"

#include <assert.h>

static void on_connected(uv_connect_t *request, int status) {
  weirb_uv_stream *stream = weirb_uv_stream_of(request->handle);
  stream->connecting = false;
  if (stream->owner == NULL || stream->owner->in == NULL) return;
  weir_op *op = stream->owner->in;
  stream->owner->in = NULL;
  weirb_uv_tell(stream->backend, op, weirb_uv_error(status));
}

static weir_err connect_tcp(weirb_uv_stream *stream, const weir_connect_op *op) {
  struct sockaddr_storage system;
  if (weirp_address_to_system(&op->remote.address, &system) == 0) return WEIR_EAFNOSUPPORT;
  if (weirb_uv_extend(stream) != WEIR_OK) return WEIR_ENOMEM;
  int result = uv_tcp_connect(&stream->extra->request.connect, &stream->uv.tcp,
                              (const struct sockaddr *)&system, on_connected);
  stream->connecting = result == 0;
  return result == 0 ? WEIR_EALREADY : weirb_uv_error(result);
}

static weir_err connect_path(const weirb_uv_stream *stream, const weir_connect_op *op) {
  return weirp_ipc_connect(weirb_uv_fd(stream), op->remote.path, op->remote.path_length, op->flags);
}

static weirb_uv_stream *stream_of(const weir_op *op) {
  return weirb_uv_handle_of(op->handle)->stream;
}

/* Retries go by libuv's clock, as the timer does. */
static weir_time loop_time(const weir_backend *backend) {
  return uv_now(backend->loop) * WEIR_TIME_MS;
}

static void on_retry(uv_timer_t *timer);

static void arm(weir_backend *backend) {
  weir_time at = backend->retries.at, now = loop_time(backend);
  if (at == WEIR_TIME_NEVER)
    (void)uv_timer_stop(&backend->host->retry);
  else
    (void)uv_timer_start(&backend->host->retry, on_retry, at > now ? (at - now) / WEIR_TIME_MS : 0,
                         0);
}

static void on_retry(uv_timer_t *timer) {
  weir_backend *backend = ((weirb_uv_host *)timer->data)->backend;
  weir_time now = loop_time(backend);
  weir_op *next = weirb_retries_take_due(&backend->retries, now);
  while (next != NULL) {
    weir_op *op = next;
    next = op->next;
    op->error = connect_path(stream_of(op), (const weir_connect_op *)(const void *)op);
    if (op->error == WEIR_EAGAIN) {
      weirb_retries_add(&backend->retries, op, now);
      continue;
    }
    weirb_uv_handle_of(op->handle)->in = NULL;
    weir_completions_add(&backend->told, op);
  }
  arm(backend);
  if (backend->told.first != NULL) weirb_uv_run_core(backend);
}

void weirb_uv_connect_submit(weir_backend *backend, weirb_uv_handle *handle, weir_op *op) {
  const weir_connect_op *connect = (const weir_connect_op *)(const void *)op;
  assert(handle->in == NULL && handle->stream != NULL);
  bool local = connect->remote.transport == WEIR_TRANSPORT_IPC;
  handle->in = op;
  weirb_retries_begin(op);
  weir_err err =
      local ? connect_path(handle->stream, connect) : connect_tcp(handle->stream, connect);
  if (local && err == WEIR_EAGAIN) {
    weirb_retries_add(&backend->retries, op, loop_time(backend));
    arm(backend);
  } else if (local || err != WEIR_EALREADY) {
    handle->in = NULL;
    weirb_uv_finish(backend, op, err);
  }
}

void weirb_uv_connect_forget(weirb_uv_handle *handle) {
  weir_backend *backend = handle->stream->backend;
  if (weirb_retries_remove(&backend->retries, handle->in)) arm(backend);
}
