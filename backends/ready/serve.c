/* Decides what of a handle comes first: an error, what is to be received, what is to be sent. Kept
 * apart from the common event, bytes for a connection that waits for them. */
#include "backends/ready/serve.h"

#include "backends/ready/connect.h"
#include "backends/ready/listener.h"
#include "backends/ready/receive.h"
#include "backends/ready/send.h"
#include "backends/ready/table.h"

/* Serves a connection. True: the shared buffer is full enough to be handed out. */
static bool serve(weir_backend *backend, weirb_ready_handle *handle, weir_completions *done) {
  bool receive = handle->in != NULL && (handle->flags & WEIRB_READY_READABLE);
  if (handle->out.send != NULL && !(handle->flags & WEIRB_READY_BLOCKED)) {
    /* The system tells an error once, to whoever asks first. That is the RECEIVE, as what came
     * before the error has to come out before it. If the core asks for no more of that, nobody
     * comes to the error, and no event does: the SEND is looked at again in the next round. */
    if (!receive || !(handle->flags & WEIRB_READY_FAILED))
      weirb_ready_send(backend, handle, done);
    else
      weirb_ready_queue_handle(backend, handle);
  }
  if (!receive) return false;
  if (handle->flags & WEIRB_READY_PASSES) return weirb_ready_receive_passing(backend, handle, done);
  return weirb_ready_receive(backend, handle, handle->flags, done);
}

bool weirb_ready_serve_queued(weir_backend *backend, weirb_ready_handle *handle,
                              weir_completions *done) {
  weirb_ready_clear(handle, WEIRB_READY_QUEUED);
  if (handle->flags & WEIRB_READY_CLOSED) {
    weir_completions_add_closed(&backend->pending, &handle->base);
    return false;
  }
  if (handle->flags & WEIRB_READY_LISTENER) {
    weirb_ready_accept_again(backend, handle, done);
    return false;
  }
  return serve(backend, handle, done);
}

bool weirb_ready_serve_event(weir_backend *backend, weirb_ready_handle *handle, uint32_t events,
                             weir_completions *done) {
  unsigned flags = handle->flags;
  if (flags & WEIRB_READY_CONNECTING) {
    weirb_ready_connect_event(backend, handle, events, done);
    return false;
  }
  if (flags & WEIRB_READY_LISTENER) {
    weirb_ready_listener_event(backend, handle, done);
    return false;
  }
  if (events & (WEIRB_READY_TELLS_OUT | WEIRB_READY_TELLS_ERROR | WEIRB_READY_TELLS_HANGUP))
    weirb_ready_clear(handle, WEIRB_READY_BLOCKED);
  if (events & WEIRB_READY_TELLS_ERROR) weirb_ready_set(handle, WEIRB_READY_FAILED);
  weirb_ready_note_readable(handle, events);
  if (handle->in == NULL && (handle->flags & WEIRB_READY_READABLE))
    weirb_ready_hush_in(backend, handle);
  return !(handle->flags & WEIRB_READY_QUEUED) && serve(backend, handle, done);
}
