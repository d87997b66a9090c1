/* Decides which handles of the program become streams. There is no way back: a handle stays with
 * its completion port. */
#include "backends/iocp/adopt.h"

#include "backends/iocp/stream.h"

#include <assert.h>

static unsigned flags_of(weirp_descriptor_kind kind) {
  switch (kind) {
  case WEIRP_DESCRIPTOR_IP: return WEIRB_IOCP_BOUND;
  case WEIRP_DESCRIPTOR_PIPE: return WEIRB_IOCP_IPC;
  case WEIRP_DESCRIPTOR_PIPE_SERVER: return WEIRB_IOCP_IPC | WEIRB_IOCP_SERVER;
  }
  return 0;
}

weir_err weirb_iocp_adopt(weir_backend *backend, weir_handle *base, intptr_t fd,
                          weir_transport *out_transport) {
  weirb_iocp_handle *handle = weirb_iocp_handle_of(base);
  HANDLE object = (HANDLE)fd;
  weirp_descriptor_kind kind;
  assert(handle->stream == NULL);
  weir_err err = weirp_descriptor_kind_of(object, &kind);
  if (err == WEIR_OK) err = weirp_descriptor_prepare(object, kind);
  if (err != WEIR_OK) return err;
  weirb_iocp_stream *stream = weirb_iocp_stream_create(backend, handle);
  if (stream == NULL) return WEIR_ENOMEM;
  weirb_iocp_set(stream, flags_of(kind));
  /* The last, as it cannot be taken back. */
  err = weirb_iocp_stream_open(backend, stream, object);
  if (err == WEIR_OK) {
    *out_transport = kind == WEIRP_DESCRIPTOR_IP ? WEIR_TRANSPORT_TCP : WEIR_TRANSPORT_IPC;
    return WEIR_OK;
  }
  handle->stream = NULL;
  stream->owner = NULL;
  weirb_iocp_stream_free(backend, stream);
  return err;
}
