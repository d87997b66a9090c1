/* Decides the course of a turn: what is asked of the system, and who is served when. Does not
 * decide how a handle is served.
 *
 * A turn is one epoll_wait() and what follows from it until poll() hands out nothing more: first
 * the events, then rounds over the handles that are known to have more to do (`ready` in this
 * round, `again` in the next), and once, at its end, what submit() and close() have finished
 * (`pending`). poll() returns as soon as the shared buffer holds something and goes on from there
 * when it is called again. */
#include "backends/epoll/epoll.h"

#include "backends/epoll/connect.h"
#include "backends/epoll/handle.h"
#include "backends/epoll/listener.h"
#include "backends/epoll/receive.h"
#include "backends/epoll/send.h"
#include "backends/epoll/state.h"
#include "backends/epoll/table.h"
#include "platform/posix/clock.h"
#include "platform/posix/error.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Serves a connection. True: the shared buffer holds something. */
static bool serve(weir_backend *backend, weirb_epoll_handle *handle, weir_completions *done) {
  bool receive = handle->in != NULL && (handle->flags & WEIRB_EPOLL_READABLE);
  if (handle->out.send != NULL && !(handle->flags & WEIRB_EPOLL_BLOCKED)) {
    /* The system tells an error once, to whoever asks first. That is the RECEIVE, as what came
     * before the error has to come out before it. */
    if (!receive || !(handle->flags & WEIRB_EPOLL_FAILED)) weirb_epoll_send(backend, handle, done);
  }
  return receive && weirb_epoll_receive(backend, handle, done);
}

/* Serves a handle that waited in `ready`. */
static bool serve_ready(weir_backend *backend, weirb_epoll_handle *handle, weir_completions *done) {
  weirb_epoll_clear(handle, WEIRB_EPOLL_QUEUED);
  if (handle->flags & WEIRB_EPOLL_CLOSED) {
    weir_completions_add_closed(&backend->pending, &handle->base);
    return false;
  }
  if (handle->flags & WEIRB_EPOLL_LISTENER) {
    weirb_epoll_accept_again(backend, handle, done);
    return false;
  }
  return serve(backend, handle, done);
}

/* An event without handle: the wake-up, or a descriptor that somebody else keeps open. */
static void stray_event(weir_backend *backend, int fd) {
  if (fd == backend->wake_fd) {
    uint64_t count;
    /* Reading resets it; that it is reset already is no harm. */
    while (read(fd, &count, sizeof count) < 0 && errno == EINTR) {
    }
  } else if (backend->table[fd] == NULL) {
    (void)epoll_ctl(backend->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
  }
}

static bool serve_event(weir_backend *backend, const struct epoll_event *event,
                        weir_completions *done) {
  uint64_t data = event->data.u64;
  uint32_t events = event->events;
  weirb_epoll_handle *handle = backend->table[(uint32_t)data];
  if (handle == NULL || handle->generation != (uint16_t)(data >> 32)) {
    stray_event(backend, (int)(uint32_t)data);
    return false;
  }
  unsigned flags = handle->flags;
  if (flags & (WEIRB_EPOLL_LISTENER | WEIRB_EPOLL_CONNECTING)) {
    if (flags & WEIRB_EPOLL_CONNECTING) {
      weirb_epoll_connect_event(backend, handle, events, done);
    } else {
      weirb_epoll_listener_event(backend, handle, done);
    }
    return false;
  }
  if (events & ~(uint32_t)EPOLLIN) {
    if (events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) flags &= ~(unsigned)WEIRB_EPOLL_BLOCKED;
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR | EPOLLPRI)) flags |= WEIRB_EPOLL_DRAIN;
    if (events & EPOLLERR) flags |= WEIRB_EPOLL_FAILED;
  }
  if (events & ~(uint32_t)EPOLLOUT) flags |= WEIRB_EPOLL_READABLE;
  handle->flags = (uint16_t)flags;
  return !(flags & WEIRB_EPOLL_QUEUED) && serve(backend, handle, done);
}

static void queue_init(weirb_epoll_queue *queue) {
  queue->first = NULL;
  queue->end = &queue->first;
}

/* Puts all of one queue behind another. */
static void queue_move(weirb_epoll_queue *to, weirb_epoll_queue *from) {
  if (from->first == NULL) return;
  *to->end = from->first;
  to->end = from->end;
  queue_init(from);
}

/* The next handle to serve in this turn; NULL: none, or they have had enough of it. */
static weirb_epoll_handle *next_ready(weir_backend *backend) {
  if (backend->ready.first == NULL) {
    if (backend->again.first == NULL || backend->rounds == WEIRB_EPOLL_ROUNDS) return NULL;
    backend->rounds++;
    queue_move(&backend->ready, &backend->again);
  }
  if (backend->served == WEIRB_EPOLL_AGAIN) return NULL;
  backend->served++;
  weir_handle *handle = backend->ready.first;
  backend->ready.first = handle->next;
  if (handle->next == NULL) backend->ready.end = &backend->ready.first;
  return weirb_epoll_handle_of(handle);
}

/* Appends what was finished on the spot. */
static void hand_out_pending(weir_backend *backend, weir_completions *done) {
  weir_completions *pending = &backend->pending;
  if (pending->first != NULL) {
    *done->end = pending->first;
    done->end = pending->end;
    pending->first = NULL;
    pending->end = &pending->first;
  }
  if (pending->closed != NULL) {
    *done->closed_end = pending->closed;
    done->closed_end = pending->closed_end;
    pending->closed = NULL;
    pending->closed_end = &pending->closed;
  }
}

/* A time that has passed. */
#define PASSED ((weir_time)1)

/* When poll() has something to do though the system has no event: PASSED, a time to come, or
 * WEIR_TIME_NEVER. */
static weir_time due(const weir_backend *backend) {
  if (backend->ready.first != NULL || backend->again.first != NULL ||
      backend->pending.first != NULL || backend->pending.closed != NULL ||
      backend->at < backend->count) {
    return PASSED;
  }
  return backend->retry_at;
}

/* Milliseconds until a time, rounded up so that nothing comes early; -1: no end. */
static int milliseconds_until(weir_time time) {
  if (time == WEIR_TIME_NEVER) return -1;
  if (time <= PASSED) return 0;
  weir_time now = weirp_clock_now();
  if (time <= now) return 0;
  weir_time ms = (time - now - 1) / WEIR_TIME_MS + 1;
  return ms < INT_MAX ? (int)ms : INT_MAX;
}

/* Begins a turn: waits for events until the deadline, or until something else is to do. */
static weir_err wait_for_events(weir_backend *backend, weir_time deadline) {
  backend->turn_over = false;
  backend->rounds = 0;
  backend->served = 0;
  backend->turn++;
  for (;;) {
    if (backend->retrying != NULL) {
      weir_time now = weirp_clock_now();
      if (backend->retry_at <= now) weirb_epoll_connect_retry(backend, now);
    }
    weir_time work = due(backend);
    int timeout = milliseconds_until(work < deadline ? work : deadline);
    int n = epoll_wait(backend->epoll_fd, backend->events, WEIRB_EPOLL_EVENTS, timeout);
    if (n < 0 && errno != EINTR) return weirp_error_last();
    backend->at = 0;
    backend->count = n > 0 ? (unsigned)n : 0;
    if (n > 0 || (n == 0 && (work <= PASSED || deadline <= work))) return WEIR_OK;
    /* A signal, or the time to try a connection again: the deadline is still to come. */
  }
}

static weir_err poll_epoll(weir_backend *backend, weir_time deadline, weir_completions *done) {
  weir_op **before = done->end;
  if (deadline != WEIR_POLL_REAP && backend->at == backend->count) {
    weir_err err = wait_for_events(backend, deadline);
    if (err != WEIR_OK) return err;
  }
  while (backend->at < backend->count) {
    if (serve_event(backend, &backend->events[backend->at++], done)) return WEIR_OK;
  }
  if (backend->turn_over || done->end != before) return WEIR_OK;
  weirb_epoll_handle *handle;
  while ((handle = next_ready(backend)) != NULL) {
    if (serve_ready(backend, handle, done)) return WEIR_OK;
  }
  /* What was appended makes the caller ask again, and what it submits meanwhile belongs to this
   * turn. */
  if (done->end != before) return WEIR_OK;
  backend->turn_over = true;
  hand_out_pending(backend, done);
  return WEIR_OK;
}

static void wake(weir_backend *backend) {
  uint64_t one = 1;
  /* A counter that is full wakes as well. */
  while (write(backend->wake_fd, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

static weir_time now(weir_backend *backend) {
  (void)backend;
  return weirp_clock_now();
}

static intptr_t descriptor(const weir_backend *backend) {
  return backend->epoll_fd;
}

static void free_backend(weir_backend *backend) {
  weir_allocator allocator = backend->allocator;
  if (backend->wake_fd >= 0) (void)close(backend->wake_fd);
  if (backend->epoll_fd >= 0) (void)close(backend->epoll_fd);
  if (backend->table != NULL) allocator.release(backend->table, allocator.user);
  allocator.release(backend, allocator.user);
}

/* Makes the descriptors; what is there on failure is free_backend()'s to close. */
static weir_err open_descriptors(weir_backend *backend) {
  backend->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (backend->epoll_fd < 0) return weirp_error_last();
  backend->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (backend->wake_fd < 0) return weirp_error_last();
  weir_err err = weirb_epoll_table_reserve(backend, backend->wake_fd);
  if (err != WEIR_OK) return err;
  struct epoll_event event;
  memset(&event, 0, sizeof event);
  event.events = EPOLLIN;
  event.data.u64 = (uint32_t)backend->wake_fd;
  int result = epoll_ctl(backend->epoll_fd, EPOLL_CTL_ADD, backend->wake_fd, &event);
  return result < 0 ? weirp_error_last() : WEIR_OK;
}

static weir_err open_backend(const weir_backend_options *options, weir_backend **out_backend) {
  const weir_allocator *allocator = options->allocator;
  weir_backend *backend = allocator->allocate(sizeof *backend, allocator->user);
  if (backend == NULL) return WEIR_ENOMEM;
  memset(backend, 0, offsetof(weir_backend, events));
  backend->allocator = *allocator;
  backend->epoll_fd = -1;
  backend->wake_fd = -1;
  backend->retry_at = WEIR_TIME_NEVER;
  backend->turn_over = true;
  queue_init(&backend->ready);
  queue_init(&backend->again);
  backend->pending.end = &backend->pending.first;
  backend->pending.closed_end = &backend->pending.closed;
  weir_err err = open_descriptors(backend);
  if (err != WEIR_OK) {
    free_backend(backend);
    return err;
  }
  *out_backend = backend;
  return WEIR_OK;
}

const weir_backend_ops weirb_epoll_ops = {
    .size = sizeof(weir_backend_ops),
    .name = "epoll",
    .handle_size = sizeof(weirb_epoll_handle),
    .open = open_backend,
    .free = free_backend,
    .poll = poll_epoll,
    .wake = wake,
    .now = now,
    .fd = descriptor,
    .create = weirb_epoll_create,
    .bind = weirb_epoll_bind,
    .listen = weirb_epoll_listen,
    .address = weirb_epoll_address,
    .release_name = weirb_epoll_release_name,
    .try_send = weirb_epoll_try_send,
    .submit = weirb_epoll_submit,
    .cancel = weirb_epoll_cancel,
    .close = weirb_epoll_close,
};
