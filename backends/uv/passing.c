/* Decides how descriptors reach libuv, which sends handles only, and come out of it, where they
 * wait until they are accepted: a handle stands for each, for that long. */
#include "backends/uv/passing.h"

#include "platform/error.h"
#include "platform/posix/descriptor.h"
#include "platform/posix/passing.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* Stands for a descriptor that passes. It goes some time after it was closed. */
struct weirb_uv_envelope {
  uv_pipe_t pipe; /* In front. */
  weir_backend *backend;
};

static weirb_uv_envelope *make_envelope(weir_backend *backend) {
  weirb_uv_envelope *envelope =
      backend->allocator.allocate(sizeof *envelope, backend->allocator.user);
  if (envelope == NULL) return NULL;
  memset(envelope, 0, sizeof *envelope);
  envelope->backend = backend;
  (void)uv_pipe_init(backend->loop, &envelope->pipe, 0);
  uv_unref((uv_handle_t *)&envelope->pipe);
  backend->streams++;
  return envelope;
}

static void on_closed(uv_handle_t *handle) {
  weirb_uv_envelope *envelope = (weirb_uv_envelope *)(void *)handle;
  weir_backend *backend = envelope->backend;
  backend->streams--;
  backend->allocator.release(envelope, backend->allocator.user);
  weirb_uv_run_core(backend);
}

static void drop_envelope(weirb_uv_envelope *envelope) {
  uv_close((uv_handle_t *)&envelope->pipe, on_closed);
}

/* libuv makes what it opens non-blocking, for whoever else has it too. */
static int open_envelope(weirb_uv_envelope *envelope, int fd) {
  int flags = fcntl(fd, F_GETFL);
  int result = uv_pipe_open(&envelope->pipe, fd);
  if (flags >= 0) (void)fcntl(fd, F_SETFL, flags);
  return result;
}

int weirb_uv_write_fd(weirb_uv_stream *stream, intptr_t fd, const uv_buf_t *pieces, unsigned count,
                      uv_write_cb on_written) {
  int duplicate;
  if (weirp_passing_duplicate(fd, &duplicate) != WEIR_OK) return uv_translate_sys_error(errno);
  weirb_uv_envelope *envelope = make_envelope(stream->backend);
  int result = envelope != NULL ? open_envelope(envelope, duplicate) : UV_ENOMEM;
  if (result != 0) {
    weirp_descriptor_close(duplicate);
  } else {
    /* It refuses to send a handle otherwise; that it also keeps those that come is not wanted. */
    int keeps = stream->uv.pipe.ipc;
    stream->uv.pipe.ipc = 1;
    result = uv_write2(&stream->extra->request.write, &stream->uv.stream, pieces, count,
                       (uv_stream_t *)&envelope->pipe, on_written);
    stream->uv.pipe.ipc = keeps;
  }
  if (result == 0)
    stream->extra->envelope = envelope;
  else if (envelope != NULL)
    drop_envelope(envelope);
  return result;
}

void weirb_uv_passed(weirb_uv_stream *stream) {
  if (stream->extra->envelope != NULL) drop_envelope(stream->extra->envelope);
  stream->extra->envelope = NULL;
}

ptrdiff_t weirb_uv_try_send_fd(weir_backend *backend, weir_handle *base, intptr_t fd,
                               const weir_slice *slice) {
  const weirb_uv_stream *stream = weirb_uv_handle_of(base)->stream;
  (void)backend;
  ptrdiff_t n = weirp_passing_send(weirb_uv_fd(stream), (int)fd, slice->data, slice->length);
  if (n >= 0) return n;
  weir_err err = weirp_error_last();
  return err == WEIR_EAGAIN ? 0 : -(ptrdiff_t)err;
}

void weirb_uv_keep_fds(weir_backend *backend, weir_handle *base, bool keep) {
  weirb_uv_stream *stream = weirb_uv_handle_of(base)->stream;
  intptr_t fd;
  if (stream->fifo) return;
  stream->uv.pipe.ipc = keep;
  while (!keep && (fd = weirb_uv_take_fd(backend, base)) >= 0) weirb_uv_close_fd(backend, fd);
}

/* A second descriptor is the caller's, as the first goes with libuv's handle. */
static weir_err take_first(weir_backend *backend, weirb_uv_stream *stream, int *out_fd) {
  uv_os_fd_t fd = -1;
  weirb_uv_envelope *envelope = make_envelope(backend);
  if (envelope == NULL) return WEIR_ENOMEM;
  int result = uv_accept(&stream->uv.stream, (uv_stream_t *)&envelope->pipe);
  if (result == 0) result = uv_fileno((uv_handle_t *)&envelope->pipe, &fd);
  weir_err err = result == 0 ? weirp_passing_duplicate(fd, out_fd) : weirb_uv_error(result);
  drop_envelope(envelope);
  return err;
}

/* One that cannot be handed on is told by the next RECEIVE, so that it is not lost without a word.
 */
intptr_t weirb_uv_take_fd(weir_backend *backend, weir_handle *base) {
  weirb_uv_stream *stream = weirb_uv_handle_of(base)->stream;
  int fd;
  if (uv_pipe_pending_count(&stream->uv.pipe) == 0) return -1;
  weir_err err = take_first(backend, stream, &fd);
  if (err == WEIR_OK) return fd;
  stream->lost = (uint16_t)err;
  return -1;
}

weir_err weirb_uv_duplicate_fd(weir_backend *backend, const weir_handle *base, intptr_t fd,
                               intptr_t *out_fd) {
  const weirb_uv_stream *stream = ((const weirb_uv_handle *)(const void *)base)->stream;
  int duplicate;
  (void)backend;
  if (stream->fifo) return WEIR_ERR_INVALID_HANDLE_TYPE;
  weir_err err = weirp_passing_duplicate(fd, &duplicate);
  if (err == WEIR_OK) *out_fd = duplicate;
  return err;
}

void weirb_uv_close_fd(weir_backend *backend, intptr_t fd) {
  (void)backend;
  weirp_descriptor_close((int)fd);
}
