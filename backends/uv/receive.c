/* Decides when libuv reads: for as long as a RECEIVE is out, so that what nobody has asked for
 * stays with the system. */
#include "backends/uv/receive.h"

#include "platform/posix/descriptor.h"

#include <assert.h>

static void give_memory(uv_handle_t *uv_handle, size_t suggested, uv_buf_t *out_memory) {
  const weirb_uv_stream *stream = weirb_uv_stream_of(uv_handle);
  const weir_op *op = stream->owner != NULL ? stream->owner->in : NULL;
  (void)suggested;
  out_memory->base = NULL;
  out_memory->len = 0;
  if (op == NULL) return;
  out_memory->base = op->data != NULL ? op->data : stream->backend->buffer;
  out_memory->len = op->data != NULL ? op->length : WEIRB_UV_BUFFER_SIZE;
}

/* libuv takes a hang-up for an end without reading, be there an error behind it. That of a peer who
 * has ended its direction before is for who writes. */
static weir_err end_of(const weirb_uv_stream *stream) {
  weir_err err = stream->fifo ? WEIR_OK : weirp_descriptor_error(weirb_uv_fd(stream));
  return err == WEIR_EPIPE ? WEIR_OK : err;
}

/* The core may ask for more inside weirb_uv_tell(), or do away with the handle. */
static void on_read(uv_stream_t *uv_stream, ssize_t n, const uv_buf_t *memory) {
  weirb_uv_stream *stream = weirb_uv_stream_of(uv_stream);
  weir_op *op = stream->owner != NULL ? stream->owner->in : NULL;
  if (n == 0 || op == NULL || op->kind != WEIR_OP_RECEIVE) return;
  if (n < 0) stream->reading = false; /* libuv has stopped by itself. */
  stream->owner->in = NULL;
  op->data = memory->base;
  op->length = n > 0 ? (size_t)n : 0;
  weirb_uv_tell(stream->backend, op, n == UV_EOF ? end_of(stream) : weirb_uv_error((int)n));
  if (stream->owner == NULL || stream->owner->in == NULL) weirb_uv_receive_stop(stream);
}

void weirb_uv_receive_submit(weir_backend *backend, weirb_uv_handle *handle, weir_op *op) {
  weirb_uv_stream *stream = handle->stream;
  assert(handle->in == NULL);
  weir_err err = (weir_err)stream->lost;
  if (err == WEIR_OK && !stream->reading)
    err = weirb_uv_error(uv_read_start(&stream->uv.stream, give_memory, on_read));
  if (err != WEIR_OK) {
    op->length = 0;
    weirb_uv_finish(backend, op, err);
    return;
  }
  stream->reading = true;
  handle->in = op;
}

void weirb_uv_receive_stop(weirb_uv_stream *stream) {
  if (!stream->reading) return;
  stream->reading = false;
  (void)uv_read_stop(&stream->uv.stream);
}
