/* Decides which file takes an operation, and how a handle ends. Does not decide what operations
 * do. */
#include "backends/iocp/handle.h"

#include "backends/iocp/connect.h"
#include "backends/iocp/listener.h"
#include "backends/iocp/receive.h"
#include "backends/iocp/send.h"
#include "backends/iocp/stream.h"
#include "platform/address.h"
#include "platform/error.h"
#include "platform/win32/credentials.h"
#include "platform/win32/option.h"

#include <assert.h>
#include <string.h>

/* A pipe is made when it is bound or connected. */
weir_err weirb_iocp_create(weir_backend *backend, weir_handle *base, weir_transport transport,
                           weir_family family) {
  weirb_iocp_handle *handle = weirb_iocp_handle_of(base);
  bool ipc = transport == WEIR_TRANSPORT_IPC;
  SOCKET socket = INVALID_SOCKET;
  assert(handle->stream == NULL);
  int domain = ipc ? 0 : weirp_address_domain(family);
  if (!ipc && domain == AF_UNSPEC) return WEIR_EAFNOSUPPORT;
  weirb_iocp_stream *stream = weirb_iocp_stream_create(backend, handle);
  if (stream == NULL) return WEIR_ENOMEM;
  if (ipc) {
    weirb_iocp_set(stream, WEIRB_IOCP_IPC);
    return WEIR_OK;
  }
  weir_err err = weirp_descriptor_socket(domain, &socket);
  if (err == WEIR_OK) {
    err = weirb_iocp_stream_open(backend, stream, (HANDLE)socket);
    if (err == WEIR_OK) return WEIR_OK;
    weirp_descriptor_close(socket);
  }
  handle->stream = NULL;
  stream->owner = NULL;
  weirb_iocp_stream_free(backend, stream);
  return err;
}

static const weirb_iocp_stream *stream_of(const weir_handle *base) {
  const weirb_iocp_stream *stream = ((const weirb_iocp_handle *)(const void *)base)->stream;
  return stream != NULL && stream->object != INVALID_HANDLE_VALUE ? stream : NULL;
}

weir_err weirb_iocp_address(weir_backend *backend, weir_handle *base, weir_end end,
                            weir_address *out_address) {
  const weirb_iocp_stream *stream = weirb_iocp_handle_of(base)->stream;
  (void)backend;
  if (stream == NULL) return WEIR_EBADF;
  memset(out_address, 0, sizeof *out_address);
  if (stream->flags & WEIRB_IOCP_IPC) return WEIR_OK;
  return end == WEIR_END_LOCAL ? weirp_descriptor_local(weirb_iocp_socket(stream), out_address)
                               : weirp_descriptor_remote(weirb_iocp_socket(stream), out_address);
}

/* The name of a pipe goes with its last instance. */
void weirb_iocp_release_name(weir_backend *backend, weir_handle *base) {
  (void)backend;
  (void)base;
}

intptr_t weirb_iocp_handle_fd(const weir_backend *backend, const weir_handle *base) {
  const weirb_iocp_stream *stream = stream_of(base);
  (void)backend;
  return stream != NULL ? (intptr_t)stream->object : -1;
}

/* INVALID_SOCKET: there is none. */
static SOCKET socket_of(const weir_handle *base) {
  const weirb_iocp_stream *stream = stream_of(base);
  return stream != NULL && !(stream->flags & WEIRB_IOCP_IPC) ? weirb_iocp_socket(stream)
                                                             : INVALID_SOCKET;
}

weir_err weirb_iocp_set_no_delay(weir_backend *backend, weir_handle *base, bool no_delay) {
  SOCKET socket = socket_of(base);
  (void)backend;
  return socket == INVALID_SOCKET ? WEIR_EBADF : weirp_option_no_delay(socket, no_delay);
}

weir_err weirb_iocp_set_keep_alive(weir_backend *backend, weir_handle *base, bool keep_alive,
                                   uint32_t delay_s, uint32_t interval_s, uint32_t count) {
  SOCKET socket = socket_of(base);
  (void)backend;
  if (socket == INVALID_SOCKET) return WEIR_EBADF;
  return weirp_option_keep_alive(socket, keep_alive, delay_s, interval_s, count);
}

weir_err weirb_iocp_set_type_of_service(weir_backend *backend, weir_handle *base, int tos) {
  SOCKET socket = socket_of(base);
  (void)backend;
  return socket == INVALID_SOCKET ? WEIR_EBADF : weirp_option_type_of_service(socket, tos);
}

weir_err weirb_iocp_peer_credentials(const weir_backend *backend, const weir_handle *base,
                                     weir_peer_credentials *out_credentials) {
  const weirb_iocp_stream *stream = stream_of(base);
  (void)backend;
  if (stream == NULL) return WEIR_ENOTCONN; /* A pipe that was closed to end it, at the most. */
  return weirp_credentials_of_peer(stream->object, (stream->flags & WEIRB_IOCP_SERVER) != 0,
                                   out_credentials);
}

void weirb_iocp_submit(weir_backend *backend, weir_op *op) {
  weirb_iocp_handle *handle = weirb_iocp_handle_of(op->handle);
  switch (op->kind) {
  case WEIR_OP_RECEIVE: weirb_iocp_receive_submit(backend, handle, op); break;
  case WEIR_OP_SEND: weirb_iocp_send_submit(backend, handle, op); break;
  case WEIR_OP_SHUTDOWN: weirb_iocp_shutdown_submit(backend, handle, op); break;
  case WEIR_OP_ACCEPT: weirb_iocp_accept_submit(backend, handle, op); break;
  case WEIR_OP_CONNECT: weirb_iocp_connect_submit(backend, handle, op); break;
  case WEIR_OP_RESOLVE: {
    weir_err err = weirb_resolves_submit(&backend->resolves, op);
    if (err != WEIR_OK) weirb_iocp_finish(backend, op, err);
    break;
  }
  }
}

/* Given up on the spot: what the system is at it may go on with, as it has no memory of the core's.
 */
static void give_up_in(weir_backend *backend, weirb_iocp_handle *handle) {
  weir_op *op = handle->in;
  if (op == NULL) return;
  if (op->kind == WEIR_OP_CONNECT) weirb_iocp_connect_forget(backend, handle);
  if (op->kind == WEIR_OP_RECEIVE) op->length = 0;
  handle->in = NULL;
  weirb_iocp_finish(backend, op, WEIR_ECANCELED);
}

void weirb_iocp_cancel(weir_backend *backend, weir_op *op) {
  if (op->kind == WEIR_OP_RESOLVE) {
    if (weirb_resolves_cancel(&backend->resolves, op))
      weirb_iocp_finish(backend, op, WEIR_ECANCELED);
    return;
  }
  weirb_iocp_handle *handle = weirb_iocp_handle_of(op->handle);
  if (handle->in == op)
    give_up_in(backend, handle);
  else
    weirb_iocp_send_cancel(backend, handle, op);
}

void weirb_iocp_move(weir_backend *backend, weir_handle *base_from, weir_handle *base_to) {
  weirb_iocp_handle *from = weirb_iocp_handle_of(base_from);
  weirb_iocp_handle *to = weirb_iocp_handle_of(base_to);
  (void)backend;
  assert(from->in == NULL && from->out == NULL && to->stream == NULL);
  *to = *from;
  memset(from, 0, sizeof *from);
  if (to->stream != NULL) to->stream->owner = to;
}

static void close_object(weir_backend *backend, weirb_iocp_stream *stream, weir_close_how how) {
  if (stream->flags & WEIRB_IOCP_LISTENER) weirb_iocp_listener_close(backend, stream);
  if (!(stream->flags & WEIRB_IOCP_IPC)) {
    if (how == WEIR_CLOSE_RESET) weirp_descriptor_reset_on_close(weirb_iocp_socket(stream));
    if (how == WEIR_CLOSE_END) (void)shutdown(weirb_iocp_socket(stream), SD_SEND);
  }
  weirb_iocp_stream_close(stream);
}

void weirb_iocp_close(weir_backend *backend, weir_handle *base, weir_close_how how) {
  weirb_iocp_handle *handle = weirb_iocp_handle_of(base);
  weirb_iocp_stream *stream = handle->stream;
  if (stream == NULL) {
    weir_completions_add_closed(&backend->pending, base);
    return;
  }
  give_up_in(backend, handle);
  if (handle->out != NULL && handle->out->next != NULL)
    weirb_iocp_send_cancel(backend, handle, handle->out->next);
  /* Not every system takes bytes for lost because their socket is closed. */
  if (handle->out != NULL) weirb_iocp_send_cancel(backend, handle, handle->out);
  close_object(backend, stream, how);
  if (weirb_iocp_send_is_out(stream)) {
    weirb_iocp_set(stream, WEIRB_IOCP_CLOSED);
    return;
  }
  handle->stream = NULL;
  stream->owner = NULL;
  weir_completions_add_closed(&backend->pending, base);
  weirb_iocp_stream_free(backend, stream);
}
