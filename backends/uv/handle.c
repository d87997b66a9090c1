/* Decides how a transport comes to a handle of the core and leaves it, and which file takes an
 * operation. A stream is made on a descriptor of weir's own, so that what can be asked of it is
 * asked of the system, as elsewhere. */
#include "backends/uv/handle.h"

#include "backends/uv/connect.h"
#include "backends/uv/listener.h"
#include "backends/uv/receive.h"
#include "backends/uv/send.h"
#include "platform/address.h"
#include "platform/posix/credentials.h"
#include "platform/posix/descriptor.h"
#include "platform/posix/option.h"
#include "platform/posix/passing.h"

#include <assert.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

int weirb_uv_fd(const weirb_uv_stream *stream) {
  uv_os_fd_t fd;
  if (stream == NULL || !stream->open) return -1;
  return uv_fileno(&stream->uv.handle, &fd) == 0 ? fd : -1;
}

static int fd_of(const weir_handle *base) {
  return weirb_uv_fd(((const weirb_uv_handle *)(const void *)base)->stream);
}

weir_err weirb_uv_extend(weirb_uv_stream *stream) {
  const weir_allocator *allocator = &stream->backend->allocator;
  if (stream->extra != NULL) return WEIR_OK;
  stream->extra = allocator->allocate(sizeof *stream->extra, allocator->user);
  if (stream->extra == NULL) return WEIR_ENOMEM;
  memset(stream->extra, 0, sizeof *stream->extra);
  weirc_list_init(&stream->extra->resuming);
  return WEIR_OK;
}

weir_err weirb_uv_init(weir_backend *backend, weirb_uv_handle *handle, bool ipc) {
  assert(handle->stream == NULL);
  weirb_uv_stream *stream = backend->allocator.allocate(sizeof *stream, backend->allocator.user);
  if (stream == NULL) return WEIR_ENOMEM;
  memset(stream, 0, sizeof *stream);
  if (ipc)
    (void)uv_pipe_init(backend->loop, &stream->uv.pipe, 0);
  else
    (void)uv_tcp_init(backend->loop, &stream->uv.tcp);
  /* The core tells what holds the loop. */
  uv_unref(&stream->uv.handle);
  stream->backend = backend;
  stream->owner = handle;
  stream->ipc = ipc;
  backend->streams++;
  handle->stream = stream;
  return WEIR_OK;
}

weir_err weirb_uv_open(weir_backend *backend, weirb_uv_handle *handle, int fd, bool ipc) {
  weir_err err = weirb_uv_init(backend, handle, ipc);
  if (err != WEIR_OK) return err;
  weirb_uv_stream *stream = handle->stream;
  err = weirb_uv_error(ipc ? uv_pipe_open(&stream->uv.pipe, fd) : uv_tcp_open(&stream->uv.tcp, fd));
  stream->open = err == WEIR_OK;
  if (err != WEIR_OK) weirb_uv_drop(handle);
  return err;
}

static void on_closed(uv_handle_t *uv_handle) {
  weirb_uv_stream *stream = weirb_uv_stream_of(uv_handle);
  weir_backend *backend = stream->backend;
  weir_handle *closed = stream->uv.handle.data;
  backend->streams--;
  if (stream->extra != NULL) backend->allocator.release(stream->extra, backend->allocator.user);
  backend->allocator.release(stream, backend->allocator.user);
  if (closed != NULL) weir_completions_add_closed(&backend->told, closed);
  weirb_uv_run_core(backend);
}

void weirb_uv_drop(weirb_uv_handle *handle) {
  weirb_uv_stream *stream = handle->stream;
  handle->stream = NULL;
  stream->owner = NULL;
  weirb_uv_send_forget(stream);
  uv_close(&stream->uv.handle, on_closed);
}

weir_err weirb_uv_create(weir_backend *backend, weir_handle *base, weir_transport transport,
                         weir_family family) {
  bool ipc = transport == WEIR_TRANSPORT_IPC;
  int domain = ipc ? AF_UNIX : weirp_address_domain(family);
  if (domain == AF_UNSPEC) return WEIR_EAFNOSUPPORT;
  int fd;
  weir_err err = weirp_descriptor_socket(domain, &fd);
  if (err != WEIR_OK) return err;
  err = weirb_uv_open(backend, weirb_uv_handle_of(base), fd, ipc);
  if (err != WEIR_OK) weirp_descriptor_close(fd);
  return err;
}

weir_err weirb_uv_address(weir_backend *backend, weir_handle *base, weir_end end,
                          weir_address *out_address) {
  const weirb_uv_stream *stream = weirb_uv_handle_of(base)->stream;
  int fd = fd_of(base);
  (void)backend;
  if (fd < 0) return WEIR_EBADF;
  memset(out_address, 0, sizeof *out_address);
  if (stream->ipc) return WEIR_OK;
  return end == WEIR_END_LOCAL ? weirp_descriptor_local(fd, out_address)
                               : weirp_descriptor_remote(fd, out_address);
}

weir_err weirb_uv_set_no_delay(weir_backend *backend, weir_handle *base, bool no_delay) {
  int fd = fd_of(base);
  (void)backend;
  return fd < 0 ? WEIR_EBADF : weirp_option_no_delay(fd, no_delay);
}

weir_err weirb_uv_set_keep_alive(weir_backend *backend, weir_handle *base, bool keep_alive,
                                 uint32_t delay_s, uint32_t interval_s, uint32_t count) {
  int fd = fd_of(base);
  (void)backend;
  return fd < 0 ? WEIR_EBADF : weirp_option_keep_alive(fd, keep_alive, delay_s, interval_s, count);
}

weir_err weirb_uv_set_type_of_service(weir_backend *backend, weir_handle *base, int tos) {
  int fd = fd_of(base);
  (void)backend;
  return fd < 0 ? WEIR_EBADF : weirp_option_type_of_service(fd, tos);
}

weir_err weirb_uv_peer_credentials(const weir_backend *backend, const weir_handle *base,
                                   weir_peer_credentials *out_credentials) {
  const weirb_uv_stream *stream = ((const weirb_uv_handle *)(const void *)base)->stream;
  int fd = fd_of(base);
  (void)backend;
  if (fd < 0) return WEIR_EBADF;
  return stream->fifo ? WEIR_ENOTSUP : weirp_credentials_of_peer(fd, out_credentials);
}

typedef weir_err (*kind_of)(int descriptor, weirp_descriptor_kind *out_kind);

/* A descriptor that is looked for. */
typedef struct search {
  int fd;
  bool found;
} search;

static void compare(uv_handle_t *handle, void *user) {
  search *wanted = user;
  uv_os_fd_t fd;
  if (uv_fileno(handle, &fd) == 0 && fd == wanted->fd) wanted->found = true;
}

/* Two handles of one loop cannot have it, be the other one weir's or not. */
static bool is_known(const weir_backend *backend, int fd) {
  search wanted = {fd, false};
  uv_walk(backend->loop, compare, &wanted);
  return wanted.found;
}

static weir_err take(weir_backend *backend, weirb_uv_handle *handle, intptr_t fd, kind_of ask,
                     weir_transport *out_transport) {
  weirp_descriptor_kind kind;
  if (fd < 0 || fd > INT_MAX) return WEIR_EBADF;
  weir_err err = ask((int)fd, &kind);
  if (err == WEIR_OK && is_known(backend, (int)fd)) err = WEIR_EEXIST;
  if (err == WEIR_OK) err = weirb_uv_open(backend, handle, (int)fd, kind != WEIRP_DESCRIPTOR_IP);
  if (err != WEIR_OK) return err;
  (void)weirp_descriptor_prepare((int)fd); /* libuv has done the half of it already. */
  handle->stream->fifo = kind == WEIRP_DESCRIPTOR_PIPE;
  *out_transport = kind == WEIRP_DESCRIPTOR_IP ? WEIR_TRANSPORT_TCP : WEIR_TRANSPORT_IPC;
  return WEIR_OK;
}

weir_err weirb_uv_adopt(weir_backend *backend, weir_handle *base, intptr_t fd,
                        weir_transport *out_transport) {
  return take(backend, weirb_uv_handle_of(base), fd, weirp_descriptor_kind_of, out_transport);
}

weir_err weirb_uv_adopt_listener(weir_backend *backend, weir_handle *base, intptr_t fd,
                                 weir_transport *out_transport) {
  return take(backend, weirb_uv_handle_of(base), fd, weirp_descriptor_bound_kind, out_transport);
}

/* libuv does not give a descriptor back but closes it: the same thing gets its number again. */
weir_err weirb_uv_release(weir_backend *backend, weir_handle *base, intptr_t *out_fd) {
  weirb_uv_handle *handle = weirb_uv_handle_of(base);
  int duplicate;
  (void)backend;
  assert(handle->in == NULL && handle->send == NULL && handle->shutdown == NULL);
  int fd = fd_of(base);
  if (fd < 0) return WEIR_EBADF;
  weir_err err = weirp_passing_duplicate(fd, &duplicate);
  if (err != WEIR_OK) return err;
  weirb_uv_receive_stop(handle->stream);
  weirb_uv_drop(handle);
  *out_fd = duplicate;
  if (dup2(duplicate, fd) != fd) return WEIR_OK;
  (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
  weirp_descriptor_close(duplicate);
  *out_fd = fd;
  return WEIR_OK;
}

intptr_t weirb_uv_handle_fd(const weir_backend *backend, const weir_handle *base) {
  (void)backend;
  return fd_of(base);
}

void weirb_uv_move(weir_backend *backend, weir_handle *base_from, weir_handle *base_to) {
  weirb_uv_handle *from = weirb_uv_handle_of(base_from);
  weirb_uv_handle *to = weirb_uv_handle_of(base_to);
  (void)backend;
  assert(from->in == NULL && from->send == NULL && from->shutdown == NULL && to->stream == NULL);
  *to = *from;
  memset(from, 0, sizeof *from);
  if (to->stream != NULL) to->stream->owner = to;
}

void weirb_uv_submit(weir_backend *backend, weir_op *op) {
  weirb_uv_handle *handle = weirb_uv_handle_of(op->handle);
  switch (op->kind) {
  case WEIR_OP_RECEIVE: weirb_uv_receive_submit(backend, handle, op); break;
  case WEIR_OP_SEND: weirb_uv_send_submit(backend, handle, op); break;
  case WEIR_OP_SHUTDOWN: weirb_uv_shutdown_submit(backend, handle, op); break;
  case WEIR_OP_ACCEPT: weirb_uv_accept_submit(backend, handle, op); break;
  case WEIR_OP_CONNECT: weirb_uv_connect_submit(backend, handle, op); break;
  case WEIR_OP_RESOLVE: {
    weir_err err = weirb_resolves_submit(&backend->resolves, op);
    if (err != WEIR_OK) weirb_uv_finish(backend, op, err);
    break;
  }
  }
}

/* What libuv has it gives back when it is done, or when the handle is closed. */
void weirb_uv_cancel(weir_backend *backend, weir_op *op) {
  if (op->kind == WEIR_OP_RESOLVE) {
    if (weirb_resolves_cancel(&backend->resolves, op)) weirb_uv_finish(backend, op, WEIR_ECANCELED);
    return;
  }
  weirb_uv_handle *handle = weirb_uv_handle_of(op->handle);
  if (handle->in != op || op->kind == WEIR_OP_CONNECT) return;
  handle->in = NULL;
  if (op->kind == WEIR_OP_RECEIVE) {
    op->length = 0;
    weirb_uv_receive_stop(handle->stream);
  }
  weirb_uv_finish(backend, op, WEIR_ECANCELED);
}

static void give_up(weir_backend *backend, weir_op **op) {
  weir_op *given_up = *op;
  if (given_up == NULL) return;
  *op = NULL;
  if (given_up->kind == WEIR_OP_RECEIVE) given_up->length = 0;
  weir_op *behind = given_up->kind == WEIR_OP_SEND ? given_up->next : NULL;
  weirb_uv_finish(backend, given_up, WEIR_ECANCELED);
  if (behind != NULL) weirb_uv_finish(backend, behind, WEIR_ECANCELED);
}

void weirb_uv_close(weir_backend *backend, weir_handle *base, weir_close_how how) {
  weirb_uv_handle *handle = weirb_uv_handle_of(base);
  weirb_uv_stream *stream = handle->stream;
  if (handle->in != NULL && handle->in->kind == WEIR_OP_CONNECT) weirb_uv_connect_forget(handle);
  bool ends = handle->shutdown != NULL;
  give_up(backend, &handle->in);
  give_up(backend, &handle->send);
  give_up(backend, &handle->shutdown);
  if (stream == NULL) {
    weir_completions_add_closed(&backend->pending, base);
    weirb_uv_soon(backend);
    return;
  }
  int fd = weirb_uv_fd(stream);
  if (how == WEIR_CLOSE_RESET && !stream->ipc) weirp_descriptor_reset_on_close(fd);
  /* A reset must not overtake an end that libuv has not sent yet. */
  if (how == WEIR_CLOSE_END || ends) (void)shutdown(fd, SHUT_WR);
  if (stream->extra != NULL) weirp_ipc_unlock(&stream->extra->name);
  stream->uv.handle.data = base;
  weirb_uv_drop(handle);
}
