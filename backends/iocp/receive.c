/* Decides when the system is asked to tell that there is something to read, and what it means that
 * a read brought no bytes. An idle connection so holds no buffer: what waits is a read of no bytes.
 */
#include "backends/iocp/receive.h"

#include "backends/iocp/stream.h"
#include "platform/error.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

/* What a read came to. */
typedef enum outcome { BYTES, NOTHING, END, FAILED } outcome;

/* The end that a closed pipe is, and what Windows calls a reset that a write has met first. */
static weir_err meaning_of(int error) {
  if (error == ERROR_BROKEN_PIPE || error == ERROR_PIPE_NOT_CONNECTED || error == ERROR_HANDLE_EOF)
    return WEIR_OK;
  weir_err err = weirp_error(error);
  return err == WEIR_ECONNABORTED ? WEIR_ECONNRESET : err;
}

/* The telling has taken an empty message out of the pipe; of any other it leaves the bytes. */
static bool was_the_end(const weirb_iocp_stream *stream) {
  DWORD bytes = 0;
  if (!(stream->flags & WEIRB_IOCP_MESSAGES)) return false;
  return PeekNamedPipe(stream->object, NULL, 0, NULL, &bytes, NULL) && bytes == 0;
}

/* There is something to read, if only an error. */
static void note_readable(weirb_iocp_stream *stream, int error) {
  weirb_iocp_set(stream, WEIRB_IOCP_READABLE);
  if (error == 0 && was_the_end(stream)) weirb_iocp_set(stream, WEIRB_IOCP_END_CAME);
  if (error == 0 || error == ERROR_MORE_DATA) return;
  stream->error = (uint16_t)meaning_of(error);
  if (stream->error == WEIR_OK) weirb_iocp_set(stream, WEIRB_IOCP_END_CAME);
}

/* @return the system's number; 0: there is something already */
static int read_nothing(weirb_iocp_stream *stream) {
  static char none;
  WSABUF piece = {0, &none};
  DWORD flags = 0;
  memset(&stream->in, 0, sizeof stream->in);
  stream->in.kind = WEIRB_IOCP_READ;
  if (stream->flags & WEIRB_IOCP_IPC)
    return ReadFile(stream->object, &none, 0, NULL, &stream->in.overlapped) ? 0
                                                                            : (int)GetLastError();
  if (WSARecv(weirb_iocp_socket(stream), &piece, 1, NULL, &flags, &stream->in.overlapped, NULL) !=
      0)
    return WSAGetLastError();
  return ERROR_IO_PENDING; /* The port tells of it in any case. */
}

/* Has the port tell when there is something, or has the stream looked at. */
static void wait_for_some(weir_backend *backend, weirb_iocp_stream *stream) {
  int error = read_nothing(stream);
  if (error == ERROR_IO_PENDING) {
    weirb_iocp_set(stream, WEIRB_IOCP_READING);
    return;
  }
  note_readable(stream, error);
  weirb_iocp_queue(backend, stream);
}

void weirb_iocp_receive_submit(weir_backend *backend, weirb_iocp_handle *handle, weir_op *op) {
  weirb_iocp_stream *stream = handle->stream;
  assert(handle->in == NULL);
  handle->in = op;
  if (stream->flags & (WEIRB_IOCP_READABLE | WEIRB_IOCP_END_CAME | WEIRB_IOCP_ENDED))
    weirb_iocp_queue(backend, stream);
  else if (!(stream->flags & WEIRB_IOCP_READING))
    wait_for_some(backend, stream);
}

static outcome read_socket(const weirb_iocp_stream *stream, void *data, size_t room,
                           size_t *out_bytes, weir_err *out_error) {
  int n = recv(weirb_iocp_socket(stream), data, room < INT_MAX ? (int)room : INT_MAX, 0);
  if (n > 0) {
    *out_bytes = (size_t)n;
    return BYTES;
  }
  if (n == 0) return END;
  int error = WSAGetLastError();
  *out_error = meaning_of(error);
  return error == WSAEWOULDBLOCK ? NOTHING : FAILED;
}

/* A read of a pipe that is over when it returns: nothing of it is told by the port, which is what
 * the lowest bit of the event says. */
static outcome read_pipe(const weir_backend *backend, const weirb_iocp_stream *stream, void *data,
                         size_t room, size_t *out_bytes, weir_err *out_error) {
  OVERLAPPED at_once;
  DWORD bytes = 0;
  memset(&at_once, 0, sizeof at_once);
  at_once.hEvent = (HANDLE)((uintptr_t)backend->event | 1);
  BOOL good =
      ReadFile(stream->object, data, room < INT_MAX ? (DWORD)room : INT_MAX, NULL, &at_once);
  int error = good ? 0 : (int)GetLastError();
  if (error == ERROR_IO_PENDING) {
    /* There was nothing after all. */
    (void)CancelIoEx(stream->object, &at_once);
    good = GetOverlappedResult(stream->object, &at_once, &bytes, TRUE);
    error = good ? 0 : (int)GetLastError();
  } else {
    bytes = (DWORD)at_once.InternalHigh;
  }
  *out_bytes = bytes;
  if (bytes > 0) return BYTES; /* Of a longer message the rest is still there. */
  if (error == ERROR_OPERATION_ABORTED) return NOTHING;
  /* An empty write means nothing in a stream of bytes. */
  if (error == 0) return stream->flags & WEIRB_IOCP_MESSAGES ? END : NOTHING;
  *out_error = meaning_of(error);
  return *out_error == WEIR_OK ? END : FAILED;
}

static outcome read_once(weir_backend *backend, weirb_iocp_stream *stream, void *data, size_t room,
                         size_t *out_bytes, weir_err *out_error) {
  if (stream->flags & (WEIRB_IOCP_END_CAME | WEIRB_IOCP_ENDED)) return END;
  outcome result = stream->flags & WEIRB_IOCP_IPC
                       ? read_pipe(backend, stream, data, room, out_bytes, out_error)
                       : read_socket(stream, data, room, out_bytes, out_error);
  if (result == BYTES || stream->error == WEIR_OK) return result;
  /* What the telling has taken out of the system. */
  *out_error = (weir_err)stream->error;
  stream->error = WEIR_OK;
  return FAILED;
}

void weirb_iocp_receive_serve(weir_backend *backend, weirb_iocp_stream *stream,
                              weir_completions *done) {
  weir_op *op = stream->owner->in;
  weir_err err = WEIR_OK;
  size_t bytes = 0;
  if (op == NULL || op->kind != WEIR_OP_RECEIVE) return;
  void *data = op->data != NULL ? op->data : backend->buffer;
  size_t room = op->data != NULL ? op->length : WEIRB_IOCP_BUFFER_SIZE;
  outcome result = read_once(backend, stream, data, room, &bytes, &err);
  if (result == NOTHING) {
    weirb_iocp_clear(stream, WEIRB_IOCP_READABLE);
    if (!(stream->flags & WEIRB_IOCP_READING)) wait_for_some(backend, stream);
    return;
  }
  /* A read that was not filled has taken all there was; the end and an error stay. */
  if (result == BYTES && bytes < room)
    weirb_iocp_clear(stream, WEIRB_IOCP_READABLE);
  else
    weirb_iocp_set(stream, WEIRB_IOCP_READABLE);
  if (result == END) weirb_iocp_set(stream, WEIRB_IOCP_END_CAME);
  op->data = data;
  op->length = bytes;
  stream->owner->in = NULL;
  weirb_iocp_tell(done, op, err);
}

void weirb_iocp_receive_event(weir_backend *backend, weirb_iocp_stream *stream,
                              weir_completions *done) {
  size_t bytes;
  int error = weirb_iocp_result(&stream->in, &bytes);
  if (!(stream->flags & WEIRB_IOCP_READING)) return;
  weirb_iocp_clear(stream, WEIRB_IOCP_READING);
  if (stream->owner == NULL) {
    weirb_iocp_stream_free(backend, stream);
    return;
  }
  note_readable(stream, error);
  weirb_iocp_receive_serve(backend, stream, done);
}
