/* Decides how names are bound and connections taken. libuv accepts before it tells, so one
 * connection may wait in it for an ACCEPT; the others wait in the system. */
#include "backends/uv/listener.h"

#include "backends/uv/handle.h"
#include "platform/posix/descriptor.h"

#include <assert.h>
#include <string.h>

static weir_err bind_path(weirb_uv_stream *stream, weir_endpoint *local, unsigned flags) {
  weirp_ipc_address address;
  weir_err err = weirp_ipc_address_make(local->path, local->path_length,
                                        (flags & WEIR_BIND_PATH_REFUSE) != 0, &address);
  if (err == WEIR_OK) err = weirb_uv_extend(stream);
  if (err == WEIR_OK)
    err = weirp_ipc_bind(weirb_uv_fd(stream), &address, flags, &stream->extra->name);
  if (err == WEIR_OK) local->path_length = address.length;
  return err;
}

weir_err weirb_uv_bind(weir_backend *backend, weir_handle *base, weir_endpoint *local,
                       unsigned flags) {
  weirb_uv_stream *stream = weirb_uv_handle_of(base)->stream;
  (void)backend;
  if (local->transport == WEIR_TRANSPORT_IPC) return bind_path(stream, local, flags);
  return weirp_descriptor_bind(weirb_uv_fd(stream), &local->address, flags);
}

void weirb_uv_release_name(weir_backend *backend, weir_handle *base) {
  weirb_uv_stream *stream = weirb_uv_handle_of(base)->stream;
  (void)backend;
  if (stream != NULL && stream->extra != NULL) weirp_ipc_release(&stream->extra->name);
}

static weir_err accept_into(weir_backend *backend, weirb_uv_stream *listener, weir_accept_op *op) {
  weirb_uv_handle *accepted = weirb_uv_handle_of(op->accepted);
  memset(&op->remote, 0, sizeof op->remote);
  weir_err err = weirb_uv_init(backend, accepted, listener->ipc);
  if (err != WEIR_OK) return err;
  listener->waiting = false;
  err = weirb_uv_error(uv_accept(&listener->uv.stream, &accepted->stream->uv.stream));
  if (err != WEIR_OK) {
    weirb_uv_drop(accepted);
    return err;
  }
  accepted->stream->open = true;
  /* A peer that is gone has no address any more. */
  if (!listener->ipc) (void)weirp_descriptor_remote(weirb_uv_fd(accepted->stream), &op->remote);
  return WEIR_OK;
}

static void on_connection(uv_stream_t *uv_stream, int status) {
  weirb_uv_stream *listener = weirb_uv_stream_of(uv_stream);
  if (status == 0) listener->waiting = true;
  weirb_uv_handle *handle = listener->owner;
  if (handle == NULL || handle->in == NULL) return;
  weir_accept_op *op = (weir_accept_op *)(void *)handle->in;
  weir_err err =
      status == 0 ? accept_into(listener->backend, listener, op) : weirb_uv_error(status);
  handle->in = NULL;
  weirb_uv_tell(listener->backend, &op->op, err);
}

weir_err weirb_uv_listen(weir_backend *backend, weir_handle *base, int backlog) {
  weirb_uv_stream *stream = weirb_uv_handle_of(base)->stream;
  (void)backend;
  assert(stream != NULL && stream->open);
  weir_err err = weirp_descriptor_listen(weirb_uv_fd(stream), backlog);
  if (stream->extra != NULL) weirp_ipc_unlock(&stream->extra->name);
  if (err == WEIR_OK) err = weirb_uv_error(uv_listen(&stream->uv.stream, backlog, on_connection));
  return err;
}

void weirb_uv_accept_submit(weir_backend *backend, weirb_uv_handle *handle, weir_op *op) {
  assert(handle->in == NULL);
  if (!handle->stream->waiting) {
    handle->in = op;
    return;
  }
  weirb_uv_finish(backend, op, accept_into(backend, handle->stream, (weir_accept_op *)(void *)op));
}
