/* Decides which file takes an operation, and how a handle ends. Does not decide what operations
 * do. */
#include "backends/ready/handle.h"

#include "backends/ready/connect.h"
#include "backends/ready/listener.h"
#include "backends/ready/passing.h"
#include "backends/ready/resolve.h"
#include "backends/ready/send.h"
#include "backends/ready/table.h"
#include "platform/address.h"
#include "platform/posix/credentials.h"
#include "platform/posix/descriptor.h"
#include "platform/posix/option.h"

#include <assert.h>
#include <string.h>
#include <sys/socket.h>

weir_err weirb_ready_create(weir_backend *backend, weir_handle *base, weir_transport transport,
                            weir_family family) {
  weirb_ready_handle *handle = weirb_ready_handle_of(base);
  bool ipc = transport == WEIR_TRANSPORT_IPC;
  int domain = ipc ? AF_UNIX : weirp_address_domain(family);
  assert(!(handle->flags & WEIRB_READY_OPEN));
  if (domain == AF_UNSPEC) return WEIR_EAFNOSUPPORT;
  int fd;
  weir_err err = weirp_descriptor_socket(domain, &fd);
  if (err != WEIR_OK) return err;
  err = weirb_ready_enter(backend, handle, fd);
  if (err != WEIR_OK)
    weirp_descriptor_close(fd);
  else if (ipc)
    weirb_ready_set(handle, WEIRB_READY_IPC);
  return err;
}

weir_err weirb_ready_address(weir_backend *backend, weir_handle *base, weir_end end,
                             weir_address *out_address) {
  (void)backend;
  weirb_ready_handle *handle = weirb_ready_handle_of(base);
  if (!(handle->flags & WEIRB_READY_OPEN)) return WEIR_EBADF;
  if (handle->flags & (WEIRB_READY_IPC | WEIRB_READY_PIPE)) {
    memset(out_address, 0, sizeof *out_address);
    return WEIR_OK;
  }
  return end == WEIR_END_LOCAL ? weirp_descriptor_local(handle->fd, out_address)
                               : weirp_descriptor_remote(handle->fd, out_address);
}

weir_err weirb_ready_set_no_delay(weir_backend *backend, weir_handle *base, bool no_delay) {
  (void)backend;
  const weirb_ready_handle *handle = weirb_ready_handle_of(base);
  if (!(handle->flags & WEIRB_READY_OPEN)) return WEIR_EBADF;
  return weirp_option_no_delay(handle->fd, no_delay);
}

weir_err weirb_ready_set_keep_alive(weir_backend *backend, weir_handle *base, bool keep_alive,
                                    uint32_t delay_s, uint32_t interval_s, uint32_t count) {
  (void)backend;
  const weirb_ready_handle *handle = weirb_ready_handle_of(base);
  if (!(handle->flags & WEIRB_READY_OPEN)) return WEIR_EBADF;
  return weirp_option_keep_alive(handle->fd, keep_alive, delay_s, interval_s, count);
}

weir_err weirb_ready_set_type_of_service(weir_backend *backend, weir_handle *base, int tos) {
  (void)backend;
  const weirb_ready_handle *handle = weirb_ready_handle_of(base);
  if (!(handle->flags & WEIRB_READY_OPEN)) return WEIR_EBADF;
  return weirp_option_type_of_service(handle->fd, tos);
}

weir_err weirb_ready_peer_credentials(const weir_backend *backend, const weir_handle *base,
                                      weir_peer_credentials *out_credentials) {
  (void)backend;
  const weirb_ready_handle *handle = (const weirb_ready_handle *)(const void *)base;
  if (!(handle->flags & WEIRB_READY_OPEN)) return WEIR_EBADF;
  if (handle->flags & WEIRB_READY_PIPE) return WEIR_ENOTSUP;
  return weirp_credentials_of_peer(handle->fd, out_credentials);
}

static void submit_rare(weir_backend *backend, weirb_ready_handle *handle, weir_op *op) {
  switch (op->kind) {
  case WEIR_OP_SEND: weirb_ready_send_submit(backend, handle, op); break;
  case WEIR_OP_SHUTDOWN: weirb_ready_shutdown_submit(backend, handle, op); break;
  case WEIR_OP_ACCEPT: weirb_ready_accept_submit(backend, handle, op); break;
  case WEIR_OP_CONNECT: weirb_ready_connect_submit(backend, handle, op); break;
  case WEIR_OP_RESOLVE: weirb_ready_resolve_submit(backend, op); break;
  case WEIR_OP_RECEIVE: break; /* The caller's. */
  }
}

void weirb_ready_submit(weir_backend *backend, weir_op *op) {
  weirb_ready_handle *handle = weirb_ready_handle_of(op->handle);
  assert(op->kind == WEIR_OP_RESOLVE || (handle->flags & WEIRB_READY_OPEN));
  if (op->kind != WEIR_OP_RECEIVE) {
    submit_rare(backend, handle, op);
    return;
  }
  assert(handle->in == NULL);
  handle->in = op;
  if (handle->flags & WEIRB_READY_READABLE) weirb_ready_queue_handle(backend, handle);
}

void weirb_ready_move(weir_backend *backend, weir_handle *base_from, weir_handle *base_to) {
  weirb_ready_handle *from = weirb_ready_handle_of(base_from);
  weirb_ready_handle *to = weirb_ready_handle_of(base_to);
  assert(from->in == NULL && from->out.send == NULL && !(from->flags & WEIRB_READY_QUEUED));
  assert(to->flags == 0);
  *to = *from;
  if (to->flags & WEIRB_READY_OPEN) backend->table[to->fd] = to;
  memset(from, 0, sizeof *from);
}

/* The SEND that is out, or NULL: what the union holds depends on the handle's use. */
static weir_op *send_of(const weirb_ready_handle *handle) {
  return handle->flags & WEIRB_READY_LISTENER ? NULL : handle->out.send;
}

static void end_in(weir_backend *backend, weirb_ready_handle *handle) {
  weir_op *op = handle->in;
  if (op == NULL) return;
  if (op->kind == WEIR_OP_CONNECT) weirb_ready_connect_forget(backend, handle);
  handle->in = NULL;
  /* Where a RECEIVE with memory of its own ends there is nothing in that memory. */
  if (op->kind == WEIR_OP_RECEIVE) op->length = 0;
  weirb_ready_finish(backend, op, WEIR_ECANCELED);
}

void weirb_ready_cancel(weir_backend *backend, weir_op *op) {
  if (op->kind == WEIR_OP_RESOLVE) {
    weirb_ready_resolve_cancel(backend, op);
    return;
  }
  weirb_ready_handle *handle = weirb_ready_handle_of(op->handle);
  weir_op *send = send_of(handle);
  /* What is not found has finished already and waits to be handed out. */
  if (handle->in == op) {
    end_in(backend, handle);
  } else if (send == op) {
    weirb_ready_send_end(backend, handle, WEIR_ECANCELED, &backend->pending);
  } else if (send != NULL && send->next == op) {
    send->next = NULL;
    weirb_ready_finish(backend, op, WEIR_ECANCELED);
  }
}

static void close_descriptor(weir_backend *backend, weirb_ready_handle *handle,
                             weir_close_how how) {
  /* A listener is told of for as long as it is ready: if a forked process shares it, its events
   * would never end. */
  if (handle->flags & WEIRB_READY_LISTENER) {
    weirb_ready_unwatch(backend, handle);
    weirb_ready_listener_free(backend, handle);
  }
  weirb_ready_leave(backend, handle, true);
  if (handle->flags & WEIRB_READY_PASSES) weirb_ready_passing_forget(backend, handle);
  if (how == WEIR_CLOSE_RESET && !(handle->flags & WEIRB_READY_IPC)) {
    weirp_descriptor_reset_on_close(handle->fd);
  }
  if (how == WEIR_CLOSE_END) (void)shutdown(handle->fd, SHUT_WR);
  weirp_descriptor_close(handle->fd);
}

void weirb_ready_close(weir_backend *backend, weir_handle *base, weir_close_how how) {
  weirb_ready_handle *handle = weirb_ready_handle_of(base);
  weir_op *send = send_of(handle);
  assert(!(handle->flags & WEIRB_READY_CLOSED));
  end_in(backend, handle);
  if (send != NULL) {
    weir_op *behind = send->next;
    handle->out.send = NULL;
    weirb_ready_finish(backend, send, WEIR_ECANCELED);
    if (behind != NULL) weirb_ready_finish(backend, behind, WEIR_ECANCELED);
  }
  if (handle->flags & WEIRB_READY_OPEN) close_descriptor(backend, handle, how);
  bool queued = (handle->flags & WEIRB_READY_QUEUED) != 0;
  handle->flags = WEIRB_READY_CLOSED;
  /* The list that has the handle hands it on when it comes by, which is cheaper than a search. */
  if (!queued) weir_completions_add_closed(&backend->pending, base);
}
