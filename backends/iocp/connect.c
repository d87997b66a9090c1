/* Decides how a connection begins and when it is there. A pipe is there at once or not at all; if
 * all its instances are taken it is tried again. Does not decide which addresses are tried, nor for
 * how long. */
#include "backends/iocp/connect.h"

#include "backends/iocp/stream.h"
#include "platform/address.h"
#include "platform/clock.h"
#include "platform/error.h"
#include "platform/win32/ipc.h"

#include <assert.h>
#include <string.h>

/* Headers leave it out for the oldest system that is meant. */
#ifndef SIO_TCP_INITIAL_RTO
#define SIO_TCP_INITIAL_RTO _WSAIOW(IOC_VENDOR, 17)
#endif

/* What Linux makes of "any" as a destination, and Windows refuses. */
static void aim_at_loopback(struct sockaddr_storage *address) {
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
  if (address->ss_family == AF_INET) {
    memcpy(&v4, address, sizeof v4);
    if (v4.sin_addr.s_addr == htonl(INADDR_ANY)) v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    memcpy(address, &v4, sizeof v4);
  } else {
    memcpy(&v6, address, sizeof v6);
    if (memcmp(&v6.sin6_addr, &in6addr_any, sizeof in6addr_any) == 0)
      v6.sin6_addr = in6addr_loopback;
    memcpy(address, &v6, sizeof v6);
  }
}

static bool is_loopback(const struct sockaddr_storage *address) {
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
  memcpy(&v4, address, sizeof v4);
  memcpy(&v6, address, sizeof v6);
  if (address->ss_family == AF_INET) return ntohl(v4.sin_addr.s_addr) >> 24 == 127;
  return memcmp(&v6.sin6_addr, &in6addr_loopback, sizeof in6addr_loopback) == 0;
}

/* How often a connection is asked for: TCP_INITIAL_RTO_PARAMETERS. */
typedef struct asking {
  USHORT round_trip;    /* All bits: as it is. */
  UCHAR more_questions; /* 0xFE: none. */
} asking;

/* A refusal of this machine's own is final, but Windows asks three times, for two seconds. Where it
 * knows of no such setting nothing else is lost. */
static void ask_once(SOCKET socket) {
  asking once = {0xFFFF, 0xFE};
  DWORD bytes = 0;
  (void)WSAIoctl(socket, SIO_TCP_INITIAL_RTO, &once, (DWORD)sizeof once, NULL, 0, &bytes, NULL,
                 NULL);
}

static weir_err find_connect_ex(weir_backend *backend, SOCKET socket) {
  weirp_descriptor_extensions extensions;
  if (backend->connect_ex != NULL) return WEIR_OK;
  weir_err err = weirp_descriptor_extensions_of(socket, &extensions);
  if (err == WEIR_OK) backend->connect_ex = extensions.connect;
  return err;
}

static weir_err connect_tcp(weir_backend *backend, weirb_iocp_stream *stream,
                            const weir_connect_op *op) {
  struct sockaddr_storage remote;
  SOCKET socket = weirb_iocp_socket(stream);
  int length = weirp_address_to_system(&op->remote.address, &remote);
  if (length == 0) return WEIR_EAFNOSUPPORT;
  weir_err err = find_connect_ex(backend, socket);
  if (err == WEIR_OK && !(stream->flags & WEIRB_IOCP_BOUND))
    err = weirp_descriptor_bind_any(socket, remote.ss_family);
  if (err != WEIR_OK) return err;
  weirb_iocp_set(stream, WEIRB_IOCP_BOUND);
  aim_at_loopback(&remote);
  if (is_loopback(&remote)) ask_once(socket);
  memset(&stream->in, 0, sizeof stream->in);
  stream->in.kind = WEIRB_IOCP_CONNECT;
  if (!backend->connect_ex(socket, (const struct sockaddr *)&remote, length, NULL, 0, NULL,
                           &stream->in.overlapped) &&
      WSAGetLastError() != WSA_IO_PENDING) {
    return weirp_error_last();
  }
  weirb_iocp_set(stream, WEIRB_IOCP_CONNECTING);
  return WEIR_EALREADY;
}

static weir_err connect_pipe(weir_backend *backend, weirb_iocp_stream *stream,
                             weir_connect_op *op) {
  bool messages = (op->flags & WEIR_BIND_HALF_CLOSE) != 0;
  weirp_ipc_name name;
  weirp_ipc_directions directions;
  HANDLE pipe;
  weir_err err = weirp_ipc_name_make(op->remote.path, op->remote.path_length, &name);
  /* There is nothing of that name, whatever there may be in the file system. */
  if (err == WEIR_EACCES) return WEIR_ENOENT;
  if (err == WEIR_OK) err = weirp_ipc_connect(&name, messages, &directions, &pipe);
  if (err != WEIR_OK) return err;
  err = weirb_iocp_stream_open(backend, stream, pipe);
  if (err != WEIR_OK) {
    (void)CloseHandle(pipe);
    return err;
  }
  if (messages) weirb_iocp_set(stream, WEIRB_IOCP_MESSAGES);
  if (directions == WEIRP_IPC_READ_ONLY) weirb_iocp_set(stream, WEIRB_IOCP_READ_ONLY);
  op->sends_nothing = directions == WEIRP_IPC_READ_ONLY;
  op->receives_nothing = directions == WEIRP_IPC_WRITE_ONLY;
  return WEIR_OK;
}

static const weir_connect_op *connect_of(const weir_op *op) {
  return (const weir_connect_op *)(const void *)op;
}

/* @return WEIR_EAGAIN: it is still out; otherwise it is finished with that */
static weir_err try_pipe(weir_backend *backend, weirb_iocp_handle *handle) {
  weir_op *op = handle->in;
  weir_err err = connect_pipe(backend, handle->stream, (weir_connect_op *)(void *)op);
  if (err == WEIR_EAGAIN) return err;
  handle->in = NULL;
  weirb_iocp_finish(backend, op, err);
  return err;
}

static bool same_pipe(const weir_op *one, const weir_op *other) {
  const weir_endpoint *a = &connect_of(one)->remote, *b = &connect_of(other)->remote;
  return a->path_length == b->path_length && memcmp(a->path, b->path, a->path_length) == 0;
}

void weirb_iocp_connect_submit(weir_backend *backend, weirb_iocp_handle *handle, weir_op *op) {
  const weir_connect_op *connect = (const weir_connect_op *)(const void *)op;
  assert(handle->in == NULL && handle->stream != NULL);
  handle->in = op;
  weirb_retries_begin(op);
  if (connect->remote.transport == WEIR_TRANSPORT_IPC) {
    if (try_pipe(backend, handle) == WEIR_EAGAIN)
      weirb_retries_add(&backend->retries, op, weirp_clock_now());
    return;
  }
  weir_err err = connect_tcp(backend, handle->stream, connect);
  if (err == WEIR_EALREADY) return;
  handle->in = NULL;
  weirb_iocp_finish(backend, op, err);
}

/* Where one was refused all would be; and where one has got in the next will soon. */
void weirb_iocp_connect_retry(weir_backend *backend, weir_time now) {
  weir_op *due = weirb_retries_take_due(&backend->retries, now);
  const weir_op *refused = NULL;
  bool moves = false;
  while (due != NULL) {
    weir_op *op = due;
    due = op->next;
    if (refused == NULL || !same_pipe(refused, op)) {
      if (try_pipe(backend, weirb_iocp_handle_of(op->handle)) != WEIR_EAGAIN) {
        moves = true;
        continue;
      }
      refused = op;
    }
    if (moves) weirb_retries_begin(op);
    weirb_retries_add(&backend->retries, op, weirp_clock_now());
  }
}

void weirb_iocp_connect_forget(weir_backend *backend, weirb_iocp_handle *handle) {
  weirb_iocp_stream *stream = handle->stream;
  (void)weirb_retries_remove(&backend->retries, handle->in);
  if (stream->flags & WEIRB_IOCP_CONNECTING)
    (void)CancelIoEx(stream->object, &stream->in.overlapped);
}

void weirb_iocp_connect_event(weir_backend *backend, weirb_iocp_stream *stream,
                              weir_completions *done) {
  size_t bytes;
  int error = weirb_iocp_result(&stream->in, &bytes);
  if (!(stream->flags & WEIRB_IOCP_CONNECTING)) return;
  weirb_iocp_clear(stream, WEIRB_IOCP_CONNECTING);
  if (stream->owner == NULL) {
    weirb_iocp_stream_free(backend, stream);
    return;
  }
  weir_op *op = stream->owner->in;
  if (op == NULL || op->kind != WEIR_OP_CONNECT) return; /* It was cancelled. */
  stream->owner->in = NULL;
  /* Without this the socket does not know its addresses, and cannot be shut down. */
  if (error == 0 &&
      setsockopt(weirb_iocp_socket(stream), SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, NULL, 0) != 0)
    error = WSAGetLastError();
  weirb_iocp_tell(done, op, error == 0 ? WEIR_OK : weirp_error(error));
}
