/* Decides the course of a turn: what is asked of the system, and who is served when. Does not
 * decide how a handle is served.
 *
 * A turn is one epoll_wait() and what follows from it until poll() hands out nothing more: first
 * the events, then rounds over the handles that are known to have more to do (`ready` in this
 * round, `again` in the next), and once, at its end, what submit() and close() have finished
 * (`pending`). poll() returns when the shared buffer is full enough and goes on from there when it
 * is called again. */
#include "backends/epoll/epoll.h"

#include "backends/epoll/adopt.h"
#include "backends/epoll/connect.h"
#include "backends/epoll/handle.h"
#include "backends/epoll/listener.h"
#include "backends/epoll/passing.h"
#include "backends/epoll/receive.h"
#include "backends/epoll/send.h"
#include "backends/epoll/state.h"
#include "backends/epoll/table.h"
#include "backends/epoll/turn.h"
#include "platform/posix/clock.h"
#include "platform/posix/error.h"
#include "platform/posix/scope.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Serves a connection. True: the shared buffer is full enough to be handed out. */
static inline bool serve(weir_backend *backend, weirb_epoll_handle *handle,
                         weir_completions *done) {
  bool receive = handle->in != NULL && (handle->flags & WEIRB_EPOLL_READABLE);
  if (handle->out.send != NULL && !(handle->flags & WEIRB_EPOLL_BLOCKED)) {
    /* The system tells an error once, to whoever asks first. That is the RECEIVE, as what came
     * before the error has to come out before it. If the core asks for no more of that, nobody
     * comes to the error, and no event does: the SEND is looked at again in the next round. */
    if (!receive || !(handle->flags & WEIRB_EPOLL_FAILED))
      weirb_epoll_send(backend, handle, done);
    else
      weirb_epoll_queue_handle(backend, handle);
  }
  if (!receive) return false;
  if (handle->flags & WEIRB_EPOLL_PASSES) return weirb_epoll_receive_passing(backend, handle, done);
  return weirb_epoll_receive(backend, handle, handle->flags, done);
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
static void stray_event(weir_backend *backend, int fd, weir_completions *done) {
  if (fd == backend->wake_fd) {
    uint64_t count;
    /* Reading resets it; that it is reset already is no harm. */
    while (read(fd, &count, sizeof count) < 0 && errno == EINTR) {
    }
    /* Only now: what is answered behind this wakes again. */
    weirb_resolves_collect(&backend->resolves, done);
  } else if (backend->table[fd] == NULL) {
    (void)epoll_ctl(backend->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
  }
}

/* What makes an event of bytes more than that. */
#define UNCOMMON                                                                                   \
  (WEIRB_EPOLL_LISTENER | WEIRB_EPOLL_CONNECTING | WEIRB_EPOLL_QUEUED | WEIRB_EPOLL_DRAIN |        \
   WEIRB_EPOLL_FAILED | WEIRB_EPOLL_PASSES)

/* Any event but the common one. */
static bool serve_other_event(weir_backend *backend, weirb_epoll_handle *handle, uint32_t events,
                              weir_completions *done) {
  unsigned flags = handle->flags;
  if (flags & WEIRB_EPOLL_CONNECTING) {
    weirb_epoll_connect_event(backend, handle, events, done);
    return false;
  }
  if (flags & WEIRB_EPOLL_LISTENER) {
    weirb_epoll_listener_event(backend, handle, done);
    return false;
  }
  if (events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) flags &= ~(unsigned)WEIRB_EPOLL_BLOCKED;
  if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR | EPOLLPRI)) flags |= WEIRB_EPOLL_DRAIN;
  if (events & EPOLLERR) flags |= WEIRB_EPOLL_FAILED;
  if (events & ~(uint32_t)EPOLLOUT) flags |= WEIRB_EPOLL_READABLE;
  handle->flags = (uint16_t)flags;
  return !(flags & WEIRB_EPOLL_QUEUED) && serve(backend, handle, done);
}

static bool serve_event(weir_backend *backend, const struct epoll_event *event,
                        weir_completions *done) {
  uint64_t data = event->data.u64;
  weirb_epoll_handle *handle = backend->table[(uint32_t)data];
  if (handle == NULL || handle->generation != (uint16_t)(data >> 32)) {
    stray_event(backend, (int)(uint32_t)data, done);
    return false;
  }
  /* By far the most common: bytes, and nothing else, for a connection that waits for them. */
  unsigned flags = handle->flags;
  if (event->events == EPOLLIN && !(flags & UNCOMMON) && handle->in != NULL)
    return weirb_epoll_receive(backend, handle, flags, done);
  return serve_other_event(backend, handle, event->events, done);
}

/* Goes on through the events. True: the shared buffer is full enough to be handed out. */
static bool serve_events(weir_backend *backend, weir_completions *done) {
  const struct epoll_event *event = backend->events + backend->at;
  const struct epoll_event *end = backend->events + backend->count;
  bool full = false;
  while (event < end) {
    if (!serve_event(backend, event++, done)) continue;
    full = true;
    break;
  }
  backend->at = (unsigned)(event - backend->events);
  return full;
}

static weir_err poll_epoll(weir_backend *backend, weir_time deadline, weir_completions *done) {
  weir_op **before = done->end;
  if (deadline != WEIR_POLL_REAP && backend->at == backend->count) {
    weirb_resolves_turn(&backend->resolves);
    weir_err err = weirb_epoll_turn_begin(backend, deadline);
    if (err != WEIR_OK) return err;
    /* Before anything is read: what comes of it, a close for one, is to happen first. */
    weirb_epoll_turn_hand_out_earlier(backend, done);
    if (done->end != before) return WEIR_OK;
  }
  backend->used = 0;
  if (serve_events(backend, done)) return WEIR_OK;
  if (backend->turn_over || done->end != before) return WEIR_OK;
  weirb_epoll_handle *handle;
  while ((handle = weirb_epoll_turn_next(backend)) != NULL) {
    if (serve_ready(backend, handle, done)) return WEIR_OK;
    /* Before the next round the core is to see what came of this one, and to ask for more. */
    if (backend->ready.first == NULL && done->end != before) return WEIR_OK;
  }
  /* What was appended makes the caller ask again, and what it submits meanwhile belongs to this
   * turn. */
  if (done->end != before) return WEIR_OK;
  weirb_epoll_turn_end(backend, done);
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
  weirb_resolves_free(&backend->resolves);
  if (backend->wake_fd >= 0) (void)close(backend->wake_fd);
  if (backend->epoll_fd >= 0) (void)close(backend->epoll_fd);
  if (backend->table != NULL) allocator.release(backend->table, allocator.user);
  weirb_epoll_passing_forget(backend, NULL);
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
  backend->message.msg_iov = &backend->piece;
  backend->message.msg_iovlen = 1;
  backend->turn_over = true;
  backend->ready.end = &backend->ready.first;
  backend->again.end = &backend->again.first;
  backend->pending.end = &backend->pending.first;
  backend->pending.closed_end = &backend->pending.closed;
  weirb_resolves_init(&backend->resolves, backend, wake);
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
    .due = weirb_epoll_turn_due,
    .move = weirb_epoll_move,
    .scope_id = weirp_scope_id,
    .set_no_delay = weirb_epoll_set_no_delay,
    .set_keep_alive = weirb_epoll_set_keep_alive,
    .set_type_of_service = weirb_epoll_set_type_of_service,
    .peer_credentials = weirb_epoll_peer_credentials,
    .adopt_listener = weirb_epoll_adopt_listener,
    .try_send_fd = weirb_epoll_try_send_fd,
    .keep_fds = weirb_epoll_keep_fds,
    .take_fd = weirb_epoll_take_fd,
    .duplicate_fd = weirb_epoll_duplicate_fd,
    .close_fd = weirb_epoll_close_fd,
    .adopt = weirb_epoll_adopt,
    .release = weirb_epoll_release,
    .handle_fd = weirb_epoll_handle_fd,
};
