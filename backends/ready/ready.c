/* Decides the course of a turn: what is asked of the system, and who is served when. Does not
 * decide how a handle is served.
 *
 * A turn is one wait and what follows from it until poll() hands out nothing more: first
 * the events, then rounds over the handles that are known to have more to do (`ready` in this
 * round, `again` in the next), and once, at its end, what submit() and close() have finished
 * (`pending`). poll() returns when the shared buffer is full enough and goes on from there when it
 * is called again. */
#include "backends/ready/ready.h"

#include "backends/completions.h"
#include "backends/ready/connect.h"
#include "backends/ready/listener.h"
#include "backends/ready/passing.h"
#include "backends/ready/receive.h"
#include "backends/ready/serve.h"
#include "backends/ready/state.h"
#include "backends/ready/table.h"
#include "backends/ready/turn.h"
#include "platform/clock.h"

#include <string.h>

/* An event without handle: the wake-up, one of a handle that was closed since, or a descriptor that
 * somebody else keeps open. */
static void stray_event(weir_backend *backend, int fd, weir_completions *done) {
  if (fd == backend->wakeup.wait_fd) {
    weirp_wakeup_reset(&backend->wakeup);
    /* Only now: what is answered behind this wakes again. */
    weirb_resolves_collect(&backend->resolves, done);
  } else if (backend->table[fd] == NULL && backend->poller->stray != NULL) {
    backend->poller->stray(backend, fd);
  }
}

/* What makes an event of bytes more than that. */
#define UNCOMMON                                                                                   \
  (WEIRB_READY_LISTENER | WEIRB_READY_CONNECTING | WEIRB_READY_QUEUED | WEIRB_READY_DRAIN |        \
   WEIRB_READY_FAILED | WEIRB_READY_PASSES)

static bool serve_event(weir_backend *backend, const weirb_ready_event *event,
                        weir_completions *done) {
  uint64_t data = event->data.u64;
  weirb_ready_handle *handle = backend->table[(uint32_t)data];
  if (handle == NULL || handle->generation != (uint16_t)(data >> 32)) {
    stray_event(backend, (int)(uint32_t)data, done);
    return false;
  }
  /* By far the most common: bytes, and nothing else, for a connection that waits for them. */
  unsigned flags = handle->flags;
  if (event->events == WEIRB_READY_TELLS_IN && !(flags & UNCOMMON) && handle->in != NULL)
    return weirb_ready_receive(backend, handle, flags, done);
  return weirb_ready_serve_event(backend, handle, event->events, done);
}

/* Goes on through the events. True: the shared buffer is full enough to be handed out. */
static bool serve_events(weir_backend *backend, weir_completions *done) {
  const weirb_ready_event *event = backend->events + backend->at;
  const weirb_ready_event *end = backend->events + backend->count;
  bool full = false;
  while (event < end) {
    if (!serve_event(backend, event++, done)) continue;
    full = true;
    break;
  }
  backend->at = (unsigned)(event - backend->events);
  return full;
}

weir_err weirb_ready_poll(weir_backend *backend, weir_time deadline, weir_completions *done) {
  weir_op **before = done->end;
  if (deadline != WEIR_POLL_REAP && backend->at == backend->count) {
    weirb_resolves_turn(&backend->resolves);
    weir_err err = weirb_ready_turn_begin(backend, deadline);
    if (err != WEIR_OK) return err;
    /* Before anything is read: what comes of it, a close for one, is to happen first. */
    weirb_completions_move_ops(&backend->pending, done);
    if (done->end != before) return WEIR_OK;
  }
  backend->free = (struct iovec){backend->buffer, WEIRB_READY_ROOM};
  if (serve_events(backend, done)) return WEIR_OK;
  if (!backend->turn_over && done->end == before) weirb_ready_turn_go_on(backend, done);
  return WEIR_OK;
}

void weirb_ready_wake(weir_backend *backend) {
  weirp_wakeup_signal(&backend->wakeup);
}

weir_time weirb_ready_now(weir_backend *backend) {
  (void)backend;
  return weirp_clock_now();
}

intptr_t weirb_ready_fd(const weir_backend *backend) {
  return backend->system_fd;
}

void weirb_ready_free(weir_backend *backend) {
  weir_allocator allocator = backend->allocator;
  weirb_resolves_free(&backend->resolves);
  weirp_wakeup_close(&backend->wakeup);
  backend->poller->close(backend);
  if (backend->table != NULL) allocator.release(backend->table, allocator.user);
  weirb_ready_passing_forget(backend, NULL);
  allocator.release(backend, allocator.user);
}

/* What is there on failure is weirb_ready_free()'s to close. */
static weir_err begin(weir_backend *backend) {
  weir_err err = backend->poller->open(backend);
  if (err == WEIR_OK) err = weirp_wakeup_open(&backend->wakeup);
  if (err != WEIR_OK) return err;
  int fd = backend->wakeup.wait_fd;
  err = weirb_ready_reserve(backend, fd);
  /* Without a handle: it is told of until it is reset. */
  if (err == WEIR_OK)
    err = backend->poller->watch(backend, fd, (uint64_t)(uint32_t)fd, WEIRB_READY_TO_ACCEPT);
  return err;
}

weir_err weirb_ready_open(const weirb_ready_poller *poller, const weir_backend_options *options,
                          weir_backend **out_backend) {
  const weir_allocator *allocator = options->allocator;
  weir_backend *backend = allocator->allocate(sizeof *backend, allocator->user);
  if (backend == NULL) return WEIR_ENOMEM;
  memset(backend, 0, offsetof(weir_backend, events));
  backend->allocator = *allocator;
  backend->poller = poller;
  backend->system_fd = -1;
  backend->wakeup = (weirp_wakeup){-1, -1};
  weirb_retries_init(&backend->retries);
  backend->message.msg_iov = &backend->free;
  backend->message.msg_iovlen = 1;
  backend->turn_over = true;
  backend->ready.end = &backend->ready.first;
  backend->again.end = &backend->again.first;
  weirb_completions_init(&backend->pending);
  weirb_resolves_init(&backend->resolves, backend, weirb_ready_wake);
  weir_err err = begin(backend);
  if (err == WEIR_OK)
    *out_backend = backend;
  else
    weirb_ready_free(backend);
  return err;
}
