/* Decides how slices become requests of libuv's: in parts, so that it is seen how far a long write
 * has come. */
#include "backends/uv/send.h"

#include "backends/uv/passing.h"

#include <assert.h>
#include <string.h>

enum {
  PIECES = 32,         /* Slices for one request. */
  PART_BYTES = 262144, /* Bytes that wait in libuv at a time. */
  CALLS = 16           /* Parts for one handle before others have their turn. */
};

/* libuv's buffers for what follows the first `skip` bytes. @return how many */
static unsigned fill(uv_buf_t *pieces, const weir_slice *slices, size_t count, size_t skip,
                     size_t *out_bytes) {
  unsigned used = 0;
  *out_bytes = 0;
  pieces[0] = (uv_buf_t){NULL, 0}; /* Nothing is written as well: it may not be possible. */
  for (size_t i = 0; i < count && used < PIECES && *out_bytes < PART_BYTES; i++) {
    size_t length = slices[i].length;
    if (skip >= length) {
      skip -= length;
      continue;
    }
    size_t rest = PART_BYTES - *out_bytes;
    size_t part = length - skip < rest ? length - skip : rest;
    pieces[used].base = (char *)(uintptr_t)slices[i].data + skip; /* libuv only reads. */
    pieces[used++].len = part;
    *out_bytes += part;
    skip = 0;
  }
  return used > 0 ? used : 1;
}

/* Sends on behind `*sent` until all is sent or the system takes no more. @return UV_EAGAIN: no
 * room, or enough for this time */
static int try_from(weirb_uv_stream *stream, const weir_slice *slices, size_t count, size_t *sent) {
  uv_buf_t pieces[PIECES];
  for (unsigned calls = 0; calls < CALLS; calls++) {
    size_t bytes;
    unsigned used = fill(pieces, slices, count, *sent, &bytes);
    if (bytes == 0 && *sent > 0) return 0;
    int n = uv_try_write(&stream->uv.stream, pieces, used);
    if (n < 0 || bytes == 0) return n;
    *sent += (size_t)n;
    if ((size_t)n < bytes) return UV_EAGAIN;
  }
  return UV_EAGAIN;
}

ptrdiff_t weirb_uv_try_send(weir_backend *backend, weir_handle *base, const weir_slice *slices,
                            size_t count) {
  weirb_uv_stream *stream = weirb_uv_handle_of(base)->stream;
  size_t sent = 0;
  (void)backend;
  int result = try_from(stream, slices, count, &sent);
  return result == 0 || result == UV_EAGAIN ? (ptrdiff_t)sent : -(ptrdiff_t)weirb_uv_error(result);
}

/* A connection that is gone has ended, which is all that was wanted; a pipe ends by being closed.
 */
static weir_err shutdown_error(int result) {
  return result == UV_ENOTCONN || result == UV_ENOTSOCK ? WEIR_OK : weirb_uv_error(result);
}

static void on_shut(uv_shutdown_t *request, int status) {
  weirb_uv_stream *stream = weirb_uv_stream_of(request->handle);
  if (stream->owner == NULL) return;
  weir_op *op = stream->owner->shutdown;
  stream->owner->shutdown = NULL;
  weirb_uv_tell(stream->backend, op, shutdown_error(status));
}

static void begin_shutdown(weir_backend *backend, weirb_uv_handle *handle, weir_op *op) {
  weirb_uv_stream *stream = handle->stream;
  assert(!stream->writes && !stream->connecting);
  int result = weirb_uv_extend(stream) == WEIR_OK
                   ? uv_shutdown(&stream->extra->request.shutdown, &stream->uv.stream, on_shut)
                   : UV_ENOMEM;
  if (result == 0)
    handle->shutdown = op;
  else
    weirb_uv_finish(backend, op, shutdown_error(result));
}

/* Takes the SEND out of its handle, and lets a SHUTDOWN behind it begin. */
static weir_op *take_send(weir_backend *backend, weirb_uv_handle *handle) {
  weir_op *op = handle->send;
  weir_op *behind = op->next;
  handle->send = NULL;
  if (behind != NULL) begin_shutdown(backend, handle, behind);
  return op;
}

static void on_written(uv_write_t *request, int status);

/* Gives libuv the next part. */
static int write_part(weirb_uv_stream *stream, const weir_send_op *send) {
  uv_buf_t pieces[PIECES];
  size_t bytes;
  unsigned used = fill(pieces, send->slices, send->count, send->op.length, &bytes);
  if (weirb_uv_extend(stream) != WEIR_OK) return UV_ENOMEM;
  uv_write_t *request = &stream->extra->request.write;
  int result = send->fd >= 0 && send->op.length == 0
                   ? weirb_uv_write_fd(stream, send->fd, pieces, used, on_written)
                   : uv_write(request, &stream->uv.stream, pieces, used, on_written);
  stream->writes = result == 0;
  stream->at_once = result == 0 && uv_stream_get_write_queue_size(&stream->uv.stream) == 0;
  stream->extra->writing = bytes;
  return result;
}

/* Sends on behind what is sent. @return false: it is not over yet */
static bool go_on(weirb_uv_stream *stream, weir_send_op *send, weir_err *out_error) {
  int status = try_from(stream, send->slices, send->count, &send->op.length);
  if (status == UV_EAGAIN) status = write_part(stream, send);
  *out_error = weirb_uv_error(status);
  return !stream->writes;
}

static bool is_sent(const weir_send_op *send) {
  uv_buf_t pieces[PIECES];
  size_t bytes;
  (void)fill(pieces, send->slices, send->count, send->op.length, &bytes);
  return bytes == 0;
}

/* libuv tells of what the system took at once before it reads. Sending on there would meet a reset
 * that is to be told by the reading, as it is where the system takes less. It may tell right behind
 * a reading as well, so it is the second turn that has read since. */
static void on_written(uv_write_t *request, int status) {
  weirb_uv_stream *stream = weirb_uv_stream_of(request->handle);
  weirb_uv_handle *handle = stream->owner;
  size_t written = stream->extra->writing;
  stream->writes = false;
  weirb_uv_passed(stream);
  if (handle == NULL || handle->send == NULL) return;
  weir_send_op *send = (weir_send_op *)(void *)handle->send;
  weir_err error = weirb_uv_error(status);
  if (status == 0) send->op.length += written;
  if (status == 0 && stream->at_once && !is_sent(send)) {
    stream->extra->turns = 2;
    weirc_list_append(&stream->backend->resuming, &stream->extra->resuming);
    weirb_uv_soon(stream->backend);
    return;
  }
  if (status == 0 && !go_on(stream, send, &error)) return;
  weirb_uv_tell(stream->backend, take_send(stream->backend, handle), error);
}

static void resume(weir_backend *backend, weirb_uv_extra *extra) {
  weirb_uv_stream *stream = weirb_uv_stream_of(extra->request.write.handle);
  weirb_uv_handle *handle = stream->owner;
  weir_err error;
  if (go_on(stream, (weir_send_op *)(void *)handle->send, &error))
    weirb_uv_finish(backend, take_send(backend, handle), error);
}

void weirb_uv_send_resume(weir_backend *backend) {
  weirc_link *next = backend->resuming.next;
  while (next != &backend->resuming) {
    weirb_uv_extra *extra = weirc_container(next, weirb_uv_extra, resuming);
    next = next->next;
    if (--extra->turns > 0) continue;
    weirc_list_remove(&extra->resuming);
    resume(backend, extra);
  }
}

void weirb_uv_send_forget(weirb_uv_stream *stream) {
  if (stream->extra != NULL) weirc_list_remove(&stream->extra->resuming);
}

void weirb_uv_send_submit(weir_backend *backend, weirb_uv_handle *handle, weir_op *op) {
  assert(handle->send == NULL);
  op->length = 0;
  op->next = NULL;
  handle->send = op;
  int result = write_part(handle->stream, (const weir_send_op *)(const void *)op);
  if (result != 0) weirb_uv_finish(backend, take_send(backend, handle), weirb_uv_error(result));
}

void weirb_uv_shutdown_submit(weir_backend *backend, weirb_uv_handle *handle, weir_op *op) {
  op->next = NULL;
  if (handle->send != NULL)
    handle->send->next = op;
  else
    begin_shutdown(backend, handle, op);
}
