/* Decides how names are bound and how many connections the system may take before the core asks for
 * them. Each is a slot: a socket for AcceptEx, or an instance of the pipe. A slot whose connection
 * nobody has taken yet is not used again, so there are never more than that; and before a pipe is
 * handed out the next instance is in its place, so its name is always there. */
#include "backends/iocp/listener.h"

#include "backends/iocp/stream.h"
#include "core/containers/list.h"
#include "platform/address.h"
#include "platform/error.h"
#include "platform/win32/ipc.h"

#include <assert.h>
#include <string.h>

/* AcceptEx wants so much more than the address. */
enum { ADDRESS_BYTES = sizeof(struct sockaddr_storage) + 16, BAD_CONNECTIONS = 16 };

/* A connection to come. */
typedef struct slot {
  weirb_iocp_request request;
  weirb_iocp_listener *listener;
  HANDLE object;     /* INVALID_HANDLE_VALUE: the slot is empty. */
  struct slot *next; /* Of those that came. */
  bool out;          /* The system has it. */
  bool came;         /* It is in the list. */
  unsigned char addresses[2 * ADDRESS_BYTES];
} slot;

struct weirb_iocp_listener {
  weirb_iocp_stream *stream; /* NULL: closed. */
  slot *first;               /* Those that came, oldest first... */
  slot **end;                /* ...and where the next one is linked. */
  unsigned out;              /* Slots that the system has. */
  unsigned bind_flags;       /* WEIR_BIND_... */
  int domain;                /* Of sockets. */
  bool ipc;
  unsigned count; /* Slots. */
  weirp_ipc_name name;
  slot slots[];
};

static weirb_iocp_listener *listener_of(weir_backend *backend, weirb_iocp_stream *stream) {
  if (stream->flags & WEIRB_IOCP_LISTENER) return stream->more.listener;
  bool ipc = (stream->flags & WEIRB_IOCP_IPC) != 0;
  unsigned count = ipc ? backend->given.pending_instances : backend->given.pending_accepts;
  weirb_iocp_listener *listener =
      backend->allocator.allocate(sizeof *listener + count * sizeof(slot), backend->allocator.user);
  if (listener == NULL) return NULL;
  memset(listener, 0, sizeof *listener + count * sizeof(slot));
  listener->stream = stream;
  listener->end = &listener->first;
  listener->ipc = ipc;
  listener->count = count;
  for (unsigned i = 0; i < count; i++) {
    listener->slots[i].listener = listener;
    listener->slots[i].object = INVALID_HANDLE_VALUE;
    listener->slots[i].request.kind = WEIRB_IOCP_ACCEPT;
  }
  stream->more.listener = listener;
  weirb_iocp_set(stream, WEIRB_IOCP_LISTENER);
  backend->held++;
  return listener;
}

static void free_listener(weir_backend *backend, weirb_iocp_listener *listener) {
  if (listener->stream != NULL || listener->out > 0) return;
  backend->allocator.release(listener, backend->allocator.user);
  backend->held--;
}

static void empty(slot *s) {
  if (s->object == INVALID_HANDLE_VALUE) return;
  if (s->listener->ipc)
    (void)CloseHandle(s->object);
  else
    weirp_descriptor_close((SOCKET)s->object);
  s->object = INVALID_HANDLE_VALUE;
}

static weir_err create_instance(weir_backend *backend, slot *s, bool first) {
  weirb_iocp_listener *listener = s->listener;
  bool messages = (listener->bind_flags & WEIR_BIND_HALF_CLOSE) != 0;
  weir_err err =
      weirp_ipc_create(&listener->name, first, messages, listener->bind_flags, &s->object);
  if (err == WEIR_OK) err = weirb_iocp_stream_join(backend, s->object, true);
  if (err != WEIR_OK) empty(s);
  return err;
}

static void put_behind(slot *s) {
  weirb_iocp_listener *listener = s->listener;
  s->came = true;
  s->next = NULL;
  *listener->end = s;
  listener->end = &s->next;
}

static void await(slot *s) {
  s->out = true;
  s->listener->out++;
}

/* Somebody may have come before it was asked, and may be gone again: then his bytes are there. */
static weir_err await_client(weir_backend *backend, slot *s) {
  weir_err err = s->object == INVALID_HANDLE_VALUE ? create_instance(backend, s, false) : WEIR_OK;
  if (err != WEIR_OK) return err;
  memset(&s->request.overlapped, 0, sizeof s->request.overlapped);
  /* What is over at once the port does not tell. */
  DWORD error = ConnectNamedPipe(s->object, &s->request.overlapped) ? NO_ERROR : GetLastError();
  if (error == ERROR_IO_PENDING) {
    await(s);
  } else if (error == NO_ERROR || error == ERROR_PIPE_CONNECTED || error == ERROR_NO_DATA) {
    put_behind(s);
  } else {
    err = weirp_error((int)error);
  }
  return err;
}

static weir_err await_socket(weir_backend *backend, slot *s) {
  SOCKET socket, from = weirb_iocp_socket(s->listener->stream);
  for (unsigned tries = 0;; tries++) {
    DWORD bytes = 0;
    weir_err err = weirp_descriptor_socket(s->listener->domain, &socket);
    if (err != WEIR_OK) return err;
    memset(&s->request.overlapped, 0, sizeof s->request.overlapped);
    if (backend->accept_ex(from, socket, s->addresses, 0, ADDRESS_BYTES, ADDRESS_BYTES, &bytes,
                           &s->request.overlapped) ||
        WSAGetLastError() == ERROR_IO_PENDING) {
      s->object = (HANDLE)socket;
      await(s);
      return WEIR_OK;
    }
    int error = WSAGetLastError();
    weirp_descriptor_close(socket);
    /* Who had connected is gone already. */
    if (error != WSAECONNRESET || tries == BAD_CONNECTIONS) return weirp_error(error);
  }
}

/* Has the system take connections with all slots that are free. @return WEIR_OK if there is one
 * that takes or that has come */
static weir_err await_all(weir_backend *backend, weirb_iocp_listener *listener) {
  weir_err err = WEIR_OK;
  for (unsigned i = 0; i < listener->count; i++) {
    slot *s = &listener->slots[i];
    if (s->out || s->came) continue;
    weir_err refused = listener->ipc ? await_client(backend, s) : await_socket(backend, s);
    if (refused == WEIR_OK) continue;
    err = refused;
    break;
  }
  return listener->out > 0 || listener->first != NULL ? WEIR_OK : err;
}

static weir_err bind_pipe(weir_backend *backend, weirb_iocp_stream *stream,
                          const weir_endpoint *local, unsigned flags) {
  weirp_ipc_name name;
  weir_err err = weirp_ipc_name_make(local->path, local->path_length, &name);
  if (err != WEIR_OK) return err;
  weirb_iocp_listener *listener = listener_of(backend, stream);
  if (listener == NULL) return WEIR_ENOMEM;
  listener->name = name;
  listener->bind_flags = flags;
  return create_instance(backend, &listener->slots[0], true);
}

weir_err weirb_iocp_bind(weir_backend *backend, weir_handle *base, weir_endpoint *local,
                         unsigned flags) {
  weirb_iocp_stream *stream = weirb_iocp_handle_of(base)->stream;
  assert(stream != NULL);
  if (local->transport == WEIR_TRANSPORT_IPC) return bind_pipe(backend, stream, local, flags);
  weir_err err = weirp_descriptor_bind(weirb_iocp_socket(stream), &local->address, flags);
  if (err == WEIR_OK) weirb_iocp_set(stream, WEIRB_IOCP_BOUND);
  return err;
}

static weir_err listen_socket(weir_backend *backend, weirb_iocp_stream *stream, int backlog) {
  SOCKET socket = weirb_iocp_socket(stream);
  weirp_descriptor_extensions extensions;
  weir_address local;
  weir_err err = weirp_descriptor_listen(socket, backlog);
  if (err == WEIR_OK && backend->accept_ex == NULL) {
    err = weirp_descriptor_extensions_of(socket, &extensions);
    if (err == WEIR_OK) backend->accept_ex = extensions.accept;
  }
  if (err == WEIR_OK) err = weirp_descriptor_local(socket, &local);
  if (err != WEIR_OK) return err;
  weirb_iocp_listener *listener = listener_of(backend, stream);
  if (listener == NULL) return WEIR_ENOMEM;
  listener->domain = weirp_address_domain((weir_family)local.family);
  return WEIR_OK;
}

weir_err weirb_iocp_listen(weir_backend *backend, weir_handle *base, int backlog) {
  weirb_iocp_stream *stream = weirb_iocp_handle_of(base)->stream;
  weir_err err = stream->flags & WEIRB_IOCP_IPC ? WEIR_OK : listen_socket(backend, stream, backlog);
  return err == WEIR_OK ? await_all(backend, stream->more.listener) : err;
}

void weirb_iocp_accept_submit(weir_backend *backend, weirb_iocp_handle *handle, weir_op *op) {
  weirb_iocp_stream *stream = handle->stream;
  assert((stream->flags & WEIRB_IOCP_LISTENER) && handle->in == NULL);
  handle->in = op;
  weir_err err = await_all(backend, stream->more.listener);
  if (err != WEIR_OK) {
    handle->in = NULL;
    weirb_iocp_finish(backend, op, err);
  } else if (stream->more.listener->first != NULL) {
    weirb_iocp_queue(backend, stream);
  }
}

/* Makes the connection that came that of a stream. @return what the system says; then it is gone */
static weir_err hand_over(weir_backend *backend, const weirb_iocp_listener *listener,
                          weirb_iocp_stream *stream, HANDLE object, weir_address *out_remote) {
  if (listener->ipc) {
    stream->object = object; /* The port knows it. */
    weirb_iocp_set(stream, WEIRB_IOCP_IPC | WEIRB_IOCP_SERVER);
    if (listener->bind_flags & WEIR_BIND_HALF_CLOSE) weirb_iocp_set(stream, WEIRB_IOCP_MESSAGES);
    return WEIR_OK;
  }
  weir_err err = weirb_iocp_stream_open(backend, stream, object);
  if (err != WEIR_OK) {
    weirp_descriptor_close((SOCKET)object);
    return err;
  }
  /* A peer that is gone has no address any more. */
  (void)weirp_descriptor_remote((SOCKET)object, out_remote);
  return WEIR_OK;
}

/* Takes the oldest that came out of its slot, which is used again. */
static HANDLE take_first(weir_backend *backend, weirb_iocp_listener *listener) {
  slot *s = listener->first;
  HANDLE object = s->object;
  listener->first = s->next;
  if (listener->first == NULL) listener->end = &listener->first;
  s->came = false;
  s->object = INVALID_HANDLE_VALUE;
  /* If there is no room for the next one it is tried again with the next ACCEPT. */
  (void)await_all(backend, listener);
  return object;
}

void weirb_iocp_listener_serve(weir_backend *backend, weirb_iocp_stream *stream,
                               weir_completions *done) {
  weirb_iocp_listener *listener = stream->more.listener;
  weir_accept_op *op = (weir_accept_op *)(void *)stream->owner->in;
  if (op == NULL || listener->first == NULL) return;
  weirb_iocp_handle *handle = weirb_iocp_handle_of(op->accepted);
  memset(&op->remote, 0, sizeof op->remote);
  weirb_iocp_stream *accepted = weirb_iocp_stream_create(backend, handle);
  /* Without memory the connection stays where it is. */
  weir_err err = WEIR_ENOMEM;
  if (accepted != NULL)
    err = hand_over(backend, listener, accepted, take_first(backend, listener), &op->remote);
  if (err != WEIR_OK && accepted != NULL) {
    handle->stream = NULL;
    accepted->owner = NULL;
    weirb_iocp_stream_free(backend, accepted);
  }
  stream->owner->in = NULL;
  weirb_iocp_tell(done, &op->op, err);
}

/* Makes what came a connection: without this a socket does not know its addresses, and cannot be
 * shut down. @return false: it is gone */
static bool establish(const slot *s) {
  SOCKET from = weirb_iocp_socket(s->listener->stream);
  return s->listener->ipc || setsockopt((SOCKET)s->object, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT,
                                        (const char *)&from, (int)sizeof from) == 0;
}

void weirb_iocp_listener_event(weir_backend *backend, weirb_iocp_request *request,
                               weir_completions *done) {
  slot *s = weirc_container(request, slot, request);
  weirb_iocp_listener *listener = s->listener;
  size_t bytes;
  int error = weirb_iocp_result(request, &bytes);
  s->out = false;
  listener->out--;
  if (listener->stream == NULL) {
    free_listener(backend, listener);
    return;
  }
  weirb_iocp_handle *handle = listener->stream->owner;
  weir_op *op = handle->in;
  weir_err err = WEIR_OK;
  if (error == 0 && establish(s)) {
    put_behind(s);
  } else {
    /* Who came is gone again; the others are not to wait for that. An instance is used again, as
     * the name goes with the last one. */
    if (!listener->ipc || !DisconnectNamedPipe(s->object)) empty(s);
    err = await_all(backend, listener);
  }
  if (err == WEIR_OK) {
    weirb_iocp_listener_serve(backend, listener->stream, done);
  } else if (op != NULL) {
    handle->in = NULL;
    weirb_iocp_tell(done, op, err);
  }
}

void weirb_iocp_listener_close(weir_backend *backend, weirb_iocp_stream *stream) {
  weirb_iocp_listener *listener = stream->more.listener;
  for (unsigned i = 0; i < listener->count; i++) empty(&listener->slots[i]);
  listener->stream = NULL;
  free_listener(backend, listener);
  stream->more.listener = NULL;
  weirb_iocp_clear(stream, WEIRB_IOCP_LISTENER);
}
