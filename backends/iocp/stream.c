/* Decides who holds a stream. A stream that was closed waits for what the system still has of it,
 * which takes no longer than the next look at the port. */
#include "backends/iocp/stream.h"

#include "backends/iocp/listener.h"
#include "backends/iocp/send.h"
#include "platform/error.h"

#include <string.h>

weirb_iocp_stream *weirb_iocp_stream_create(weir_backend *backend, weirb_iocp_handle *owner) {
  weirb_iocp_stream *stream = backend->pool;
  if (stream != NULL)
    backend->pool = stream->next;
  else
    stream = backend->allocator.allocate(sizeof *stream, backend->allocator.user);
  if (stream == NULL) return NULL;
  memset(stream, 0, sizeof *stream);
  stream->object = INVALID_HANDLE_VALUE;
  stream->owner = owner;
  owner->stream = stream;
  backend->held++;
  return stream;
}

weir_err weirb_iocp_stream_open(weir_backend *backend, weirb_iocp_stream *stream, HANDLE object) {
  weir_err err = weirb_iocp_stream_join(backend, object, (stream->flags & WEIRB_IOCP_IPC) != 0);
  if (err == WEIR_OK) stream->object = object;
  return err;
}

/* Of sockets the port tells in any case, as a program in between may not know of the setting. */
weir_err weirb_iocp_stream_join(weir_backend *backend, HANDLE object, bool ipc) {
  if (CreateIoCompletionPort(object, backend->port, 0, 0) == NULL) return weirp_error_last();
  if (ipc && !SetFileCompletionNotificationModes(object, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS))
    return weirp_error_last();
  return WEIR_OK;
}

void weirb_iocp_stream_close(weirb_iocp_stream *stream) {
  if (stream->object == INVALID_HANDLE_VALUE) return;
  if (stream->flags & WEIRB_IOCP_IPC)
    (void)CloseHandle(stream->object);
  else
    weirp_descriptor_close(weirb_iocp_socket(stream));
  stream->object = INVALID_HANDLE_VALUE;
}

void weirb_iocp_stream_free(weir_backend *backend, weirb_iocp_stream *stream) {
  static const unsigned busy = WEIRB_IOCP_READING | WEIRB_IOCP_CONNECTING | WEIRB_IOCP_QUEUED;
  if (stream->owner != NULL || (stream->flags & busy)) return;
  if (!(stream->flags & WEIRB_IOCP_LISTENER)) weirb_iocp_send_free(backend, stream);
  stream->next = backend->pool;
  backend->pool = stream;
  backend->held--;
}

void weirb_iocp_stream_free_pool(weir_backend *backend) {
  while (backend->pool != NULL) {
    weirb_iocp_stream *stream = backend->pool;
    backend->pool = stream->next;
    backend->allocator.release(stream, backend->allocator.user);
  }
}
