/* Decides how slices become calls, and how a direction ends. A pipe has no write that cannot wait:
 * what is tried there is a copy, and if the system does not take that at once, it is the beginning
 * of the SEND that follows. Having no half-close, unless it is one of messages, a pipe is closed to
 * end it, behind all that was sent. */
#include "backends/iocp/send.h"

#include "backends/iocp/stream.h"
#include "core/containers/list.h"
#include "platform/error.h"

#include <assert.h>
#include <string.h>

enum {
  PIECES = 32,           /* Slices for one call. */
  TRY_BYTES = 1 << 18,   /* Bytes that are tried: the system would take any number for itself. */
  PART_BYTES = 1 << 20,  /* Bytes that the system has at a time. */
  COPY_BYTES = 1 << 16,  /* Bytes for a pipe that are copied into one write. */
  DIRECT_BYTES = 1 << 14 /* A slice for a pipe that is a write of its own. */
};

struct weirb_iocp_sender {
  weirb_iocp_request request;
  weirb_iocp_stream *stream;
  unsigned char *copy; /* COPY_BYTES that the system has; NULL: it has the core's, or none. */
  bool out;            /* The system has it. */
  bool tried;          /* By a try_send(), and no SEND goes with it yet. */
};

/* A place within slices. */
typedef struct cursor {
  const weir_slice *slice;
  const weir_slice *end;
  size_t offset; /* Bytes of `slice` that are sent. */
} cursor;

static cursor at_byte(const weir_slice *slices, size_t count, size_t sent) {
  cursor at = {slices, slices + count, sent};
  while (at.slice < at.end && at.offset >= at.slice->length) at.offset -= at.slice++->length;
  return at;
}

/* @return how many pieces */
static unsigned fill(WSABUF *pieces, cursor at, size_t most, size_t *out_bytes) {
  unsigned used = 0;
  *out_bytes = 0;
  for (; at.slice < at.end && used < PIECES && *out_bytes < most; at.slice++, at.offset = 0) {
    size_t rest = at.slice->length - at.offset, room = most - *out_bytes;
    if (rest == 0) continue;
    if (rest > room) rest = room;
    /* The system only reads. */
    pieces[used].buf = (char *)(uintptr_t)at.slice->data + at.offset;
    pieces[used++].len = (ULONG)rest;
    *out_bytes += rest;
  }
  return used;
}

/* What a peer that is gone is to who writes. */
static weir_err meaning_of(int error) {
  if (error == ERROR_BROKEN_PIPE || error == ERROR_NO_DATA || error == ERROR_PIPE_NOT_CONNECTED)
    return WEIR_EPIPE;
  weir_err err = weirp_error(error);
  return err == WEIR_ECONNABORTED ? WEIR_ECONNRESET : err;
}

static weirb_iocp_sender *sender_of(weir_backend *backend, weirb_iocp_stream *stream) {
  weirb_iocp_sender *sender = stream->more.sender;
  if (sender != NULL) return sender;
  sender = backend->allocator.allocate(sizeof *sender, backend->allocator.user);
  if (sender == NULL) return NULL;
  memset(sender, 0, sizeof *sender);
  sender->stream = stream;
  stream->more.sender = sender;
  return sender;
}

static void give_copy_back(weir_backend *backend, weirb_iocp_sender *sender) {
  if (sender->copy == NULL) return;
  if (backend->copy == NULL)
    backend->copy = sender->copy;
  else
    backend->allocator.release(sender->copy, backend->allocator.user);
  sender->copy = NULL;
}

void weirb_iocp_send_free(weir_backend *backend, weirb_iocp_stream *stream) {
  if (stream->more.sender == NULL) return;
  assert(!stream->more.sender->out);
  backend->allocator.release(stream->more.sender, backend->allocator.user);
  stream->more.sender = NULL;
}

bool weirb_iocp_send_is_out(const weirb_iocp_stream *stream) {
  return !(stream->flags & WEIRB_IOCP_LISTENER) && stream->more.sender != NULL &&
         stream->more.sender->out;
}

static weirb_iocp_request *fresh(weirb_iocp_sender *sender) {
  memset(&sender->request, 0, sizeof sender->request);
  sender->request.kind = WEIRB_IOCP_WRITE;
  return &sender->request;
}

/* What the system takes at once it does not tell of again. */
static weir_err write_pipe(weirb_iocp_sender *sender, const void *data, size_t length) {
  OVERLAPPED *overlapped = &fresh(sender)->overlapped;
  if (WriteFile(sender->stream->object, data, (DWORD)length, NULL, overlapped)) return WEIR_OK;
  DWORD error = GetLastError();
  if (error != ERROR_IO_PENDING) return meaning_of((int)error);
  sender->out = true;
  return WEIR_OK;
}

/* Writes a copy of what is to be sent. @return WEIR_OK: all of `*out_bytes`, or it is out */
static weir_err write_copy(weir_backend *backend, weirb_iocp_sender *sender, const WSABUF *pieces,
                           unsigned used, size_t *out_bytes) {
  size_t length = 0;
  if (backend->copy == NULL)
    backend->copy = backend->allocator.allocate(COPY_BYTES, backend->allocator.user);
  if (backend->copy == NULL) return WEIR_ENOMEM;
  for (unsigned i = 0; i < used && length < COPY_BYTES; i++) {
    size_t room = COPY_BYTES - length, part = pieces[i].len < room ? pieces[i].len : room;
    memcpy(backend->copy + length, pieces[i].buf, part);
    length += part;
  }
  *out_bytes = length;
  weir_err err = write_pipe(sender, backend->copy, length);
  if (!sender->out) return err;
  sender->copy = backend->copy;
  backend->copy = NULL;
  return err;
}

static ptrdiff_t try_socket(const weirb_iocp_stream *stream, const weir_slice *slices,
                            size_t count) {
  WSABUF pieces[PIECES];
  size_t bytes;
  DWORD taken = 0;
  unsigned used = fill(pieces, at_byte(slices, count, 0), TRY_BYTES, &bytes);
  if (used == 0) pieces[used++] = (WSABUF){0, NULL}; /* It may not be possible. */
  if (WSASend(weirb_iocp_socket(stream), pieces, used, &taken, 0, NULL, NULL) == 0)
    return (ptrdiff_t)taken;
  int error = WSAGetLastError();
  return error == WSAEWOULDBLOCK ? 0 : -(ptrdiff_t)meaning_of(error);
}

static ptrdiff_t try_pipe(weir_backend *backend, weirb_iocp_stream *stream,
                          const weir_slice *slices, size_t count) {
  WSABUF pieces[PIECES];
  size_t sent = 0, bytes;
  unsigned used;
  if (stream->flags & WEIRB_IOCP_READ_ONLY) return -(ptrdiff_t)WEIR_EPIPE;
  weirb_iocp_sender *sender = sender_of(backend, stream);
  if (sender == NULL) return 0; /* The SEND is told. */
  /* The core had no memory for the SEND, so what it took back is on its way all the same. */
  if (sender->tried) return -(ptrdiff_t)WEIR_ECONNABORTED;
  while ((used = fill(pieces, at_byte(slices, count, sent), TRY_BYTES, &bytes)) > 0) {
    weir_err err = write_copy(backend, sender, pieces, used, &bytes);
    if (err == WEIR_ENOMEM) return (ptrdiff_t)sent;
    if (err != WEIR_OK) return sent > 0 ? (ptrdiff_t)sent : -(ptrdiff_t)err;
    sender->tried = sender->out;
    if (sender->out) break;
    sent += bytes;
  }
  return (ptrdiff_t)sent;
}

ptrdiff_t weirb_iocp_try_send(weir_backend *backend, weir_handle *base, const weir_slice *slices,
                              size_t count) {
  weirb_iocp_stream *stream = weirb_iocp_handle_of(base)->stream;
  return stream->flags & WEIRB_IOCP_IPC ? try_pipe(backend, stream, slices, count)
                                        : try_socket(stream, slices, count);
}

/* Gives the system what is left until it has something or has all. @return WEIR_OK; then, if
 * nothing is out, all is sent */
static weir_err go_on_pipe(weir_backend *backend, weirb_iocp_sender *sender, weir_send_op *send) {
  WSABUF pieces[PIECES];
  size_t bytes;
  unsigned used;
  while ((used = fill(pieces, at_byte(send->slices, send->count, send->op.length), PART_BYTES,
                      &bytes)) > 0) {
    bool direct = used == 1 || pieces[0].len >= DIRECT_BYTES;
    bytes = pieces[0].len;
    weir_err err = direct ? write_pipe(sender, pieces[0].buf, bytes)
                          : write_copy(backend, sender, pieces, used, &bytes);
    if (err != WEIR_OK || sender->out) return err;
    send->op.length += bytes;
  }
  return WEIR_OK;
}

static weir_err go_on_socket(weirb_iocp_sender *sender, const weir_send_op *send) {
  WSABUF pieces[PIECES];
  size_t bytes;
  unsigned used =
      fill(pieces, at_byte(send->slices, send->count, send->op.length), PART_BYTES, &bytes);
  if (used == 0) return WEIR_OK;
  int result = WSASend(weirb_iocp_socket(sender->stream), pieces, used, NULL, 0,
                       &fresh(sender)->overlapped, NULL);
  if (result != 0 && WSAGetLastError() != WSA_IO_PENDING) return meaning_of(WSAGetLastError());
  sender->out = true; /* The port tells of it in any case. */
  return WEIR_OK;
}

static weir_err go_on(weir_backend *backend, weirb_iocp_stream *stream, weir_send_op *send) {
  weirb_iocp_sender *sender = sender_of(backend, stream);
  if (sender == NULL) return WEIR_ENOMEM;
  return stream->flags & WEIRB_IOCP_IPC ? go_on_pipe(backend, sender, send)
                                        : go_on_socket(sender, send);
}

/* A pipe of bytes: who reads here meets the end as well. */
static void end_pipe(weir_backend *backend, weirb_iocp_stream *stream) {
  weirb_iocp_set(stream, WEIRB_IOCP_ENDED);
  weirb_iocp_stream_close(stream);
  if (stream->owner->in != NULL) weirb_iocp_queue(backend, stream);
}

static void begin_shutdown(weir_backend *backend, weirb_iocp_handle *handle, weir_op *op) {
  weirb_iocp_stream *stream = handle->stream;
  weir_err err = WEIR_OK;
  if (stream->flags & WEIRB_IOCP_READ_ONLY) {
    /* What never began: the other direction is not to end with it. */
  } else if (stream->flags & WEIRB_IOCP_MESSAGES) {
    weirb_iocp_sender *sender = sender_of(backend, stream);
    err = sender != NULL && !sender->tried ? write_pipe(sender, "", 0) : WEIR_ENOMEM;
    if (err == WEIR_OK && sender->out) {
      handle->out = op;
      return;
    }
    if (err == WEIR_EPIPE) err = WEIR_OK; /* Who is gone needs no end. */
  } else if (stream->flags & WEIRB_IOCP_IPC) {
    end_pipe(backend, stream);
  } else if (shutdown(weirb_iocp_socket(stream), SD_SEND) != 0 &&
             WSAGetLastError() != WSAENOTCONN) {
    err = meaning_of(WSAGetLastError());
    /* A connection that is gone has ended, which is all that was wanted. */
    if (err == WEIR_ECONNRESET || err == WEIR_EPIPE) err = WEIR_OK;
  }
  weirb_iocp_finish(backend, op, err);
}

/* Takes what is out from its handle, and lets a SHUTDOWN behind it begin. */
static weir_op *take_out(weir_backend *backend, weirb_iocp_handle *handle) {
  weir_op *op = handle->out;
  weir_op *behind = op->next;
  handle->out = NULL;
  if (behind != NULL) begin_shutdown(backend, handle, behind);
  return op;
}

void weirb_iocp_send_submit(weir_backend *backend, weirb_iocp_handle *handle, weir_op *op) {
  assert(handle->out == NULL);
  op->length = 0;
  op->next = NULL;
  weir_err err = WEIR_OK;
  if (weirb_iocp_send_is_out(handle->stream))
    handle->stream->more.sender->tried = false;
  else
    err = go_on(backend, handle->stream, (weir_send_op *)(void *)op);
  if (err == WEIR_OK && weirb_iocp_send_is_out(handle->stream))
    handle->out = op;
  else
    weirb_iocp_finish(backend, op, err);
}

void weirb_iocp_shutdown_submit(weir_backend *backend, weirb_iocp_handle *handle, weir_op *op) {
  op->next = NULL;
  if (handle->out != NULL)
    handle->out->next = op;
  else
    begin_shutdown(backend, handle, op);
}

/* The handle was closed while the system had bytes of the core's. */
static void end_closed(weir_backend *backend, weirb_iocp_handle *handle, weir_err err,
                       weir_completions *done) {
  weirb_iocp_stream *stream = handle->stream;
  weir_op *op = handle->out;
  handle->out = NULL;
  handle->stream = NULL;
  stream->owner = NULL;
  if (op != NULL) weirb_iocp_tell(done, op, err == WEIR_OK ? WEIR_OK : WEIR_ECANCELED);
  weir_completions_add_closed(&backend->pending, &handle->base);
  weirb_iocp_stream_free(backend, stream);
}

/* What is left of a SEND behind a part that is sent. */
static bool has_more(const weir_op *op) {
  const weir_send_op *send = (const weir_send_op *)(const void *)op;
  cursor at = at_byte(send->slices, send->count, op->length);
  return at.slice < at.end;
}

void weirb_iocp_send_event(weir_backend *backend, weirb_iocp_request *request,
                           weir_completions *done) {
  weirb_iocp_sender *sender = weirc_container(request, weirb_iocp_sender, request);
  weirb_iocp_stream *stream = sender->stream;
  weirb_iocp_handle *handle = stream->owner;
  size_t bytes;
  int error = weirb_iocp_result(request, &bytes);
  weir_err err = error == 0 ? WEIR_OK : meaning_of(error);
  weir_op *op = handle->out;
  sender->out = false;
  give_copy_back(backend, sender);
  bool sends = op != NULL && op->kind == WEIR_OP_SEND;
  if (sends) op->length += bytes;
  bool more = sends && err == WEIR_OK && has_more(op);
  if (stream->flags & WEIRB_IOCP_CLOSED) {
    end_closed(backend, handle, more ? WEIR_ECANCELED : err, done);
    return;
  }
  if (op == NULL) return;
  if (more) {
    err = go_on(backend, stream, (weir_send_op *)(void *)op);
    if (err == WEIR_OK && sender->out) return;
  }
  if (op->kind == WEIR_OP_SHUTDOWN && err == WEIR_EPIPE) err = WEIR_OK;
  weirb_iocp_tell(done, take_out(backend, handle), err);
}

void weirb_iocp_send_cancel(weir_backend *backend, weirb_iocp_handle *handle, const weir_op *op) {
  if (handle->out == op) {
    (void)CancelIoEx(handle->stream->object, &handle->stream->more.sender->request.overlapped);
  } else if (handle->out != NULL && handle->out->next == op) {
    weir_op *behind = handle->out->next;
    handle->out->next = NULL;
    weirb_iocp_finish(backend, behind, WEIR_ECANCELED);
  }
}
