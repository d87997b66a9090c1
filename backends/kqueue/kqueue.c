/* Asks kqueue, level-triggered: a read that stops at the mark of urgent data is told of again,
 * which it would not be of an event that is told once. What nobody wants to hear of is disabled and
 * not deleted, as enabling needs no memory. */
#include "backends/kqueue/kqueue.h"

#include "backends/kqueue/lost_error.h"
#include "backends/ready/ready.h"
#include "backends/ready/state.h"
#include "platform/error.h"
#include "platform/posix/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/types.h>

#include <sys/event.h>
#include <sys/time.h>

typedef struct queue {
  int fd;
  weirb_kqueue_lost_errors lost; /* Of libkqueue. */
} queue;

/* Its type is a pointer's here and a number's there. */
static void set_data(struct kevent *event, uint64_t data) {
  uintptr_t generation = (uintptr_t)(data >> 32);
  memcpy(&event->udata, &generation, sizeof event->udata);
}

static uint64_t data_of(const struct kevent *event) {
  uintptr_t generation;
  memcpy(&generation, &event->udata, sizeof event->udata);
  return (uint64_t)generation << 32 | (uint32_t)event->ident;
}

/* Tells the queue one thing. */
static weir_err tell(const weir_backend *backend, int fd, int filter, int flags, uint64_t data) {
  const queue *own = backend->system;
  struct kevent event;
  int result;
  memset(&event, 0, sizeof event);
  EV_SET(&event, (uintptr_t)fd, (short)filter, (unsigned short)flags, 0, 0, 0);
  set_data(&event, data);
  do result = kevent(own->fd, &event, 1, NULL, 0, NULL);
  while (result < 0 && errno == EINTR);
  return result < 0 ? weirp_error_last() : WEIR_OK;
}

static weir_err enable(const weir_backend *backend, int fd, int filter, uint64_t data) {
  weir_err err = tell(backend, fd, filter, EV_ENABLE, data);
  return err == WEIR_ENOENT ? tell(backend, fd, filter, EV_ADD, data) : err;
}

static weir_err change_filter(const weir_backend *backend, int fd, int filter, bool before,
                              bool now, uint64_t data) {
  if (before == now) return WEIR_OK;
  return now ? enable(backend, fd, filter, data) : tell(backend, fd, filter, EV_DISABLE, data);
}

static bool receives(unsigned interest) {
  return (interest & ~(unsigned)WEIRB_READY_TO_SEND) != 0;
}

static bool sends(unsigned interest) {
  return (interest & WEIRB_READY_TO_SEND) != 0;
}

static weir_err change(weir_backend *backend, int fd, uint64_t data, unsigned before,
                       unsigned interest) {
  weir_err err =
      change_filter(backend, fd, EVFILT_READ, receives(before), receives(interest), data);
  if (err != WEIR_OK) return err;
  return change_filter(backend, fd, EVFILT_WRITE, sends(before), sends(interest), data);
}

static weir_err watch(weir_backend *backend, int fd, uint64_t data, unsigned interest) {
  queue *own = backend->system;
  weir_err err = weirb_kqueue_lost_errors_reserve(&own->lost, &backend->allocator, fd);
  if (err == WEIR_OK && receives(interest)) err = tell(backend, fd, EVFILT_READ, EV_ADD, data);
  if (err == WEIR_OK && sends(interest)) err = tell(backend, fd, EVFILT_WRITE, EV_ADD, data);
  return err;
}

static void unwatch(weir_backend *backend, int fd, unsigned before, bool closes) {
  (void)before;
#ifdef __linux__
  closes = false; /* libkqueue does not see that a descriptor is closed. */
#endif
  if (closes) return;
  /* One of them may never have been there. */
  (void)tell(backend, fd, EVFILT_READ, EV_DELETE, 0);
  (void)tell(backend, fd, EVFILT_WRITE, EV_DELETE, 0);
}

static uint32_t events_of(const struct kevent *event) {
  bool receives_it = event->filter == EVFILT_READ;
  uint32_t events = receives_it ? WEIRB_READY_TELLS_IN : WEIRB_READY_TELLS_OUT;
  if (event->flags & EV_EOF) {
    /* Of a direction that is over the other filter says nothing. */
    if (!receives_it) events |= WEIRB_READY_TELLS_HANGUP;
    if (event->fflags != 0) events |= WEIRB_READY_TELLS_ERROR;
  }
  if (event->flags & EV_ERROR) events |= WEIRB_READY_TELLS_ERROR;
  return events;
}

static weir_err lost_error(weir_backend *backend, int fd) {
  queue *own = backend->system;
  return weirb_kqueue_lost_errors_take(&own->lost, fd);
}

static ptrdiff_t try_send(weir_backend *backend, weir_handle *handle, const weir_slice *slices,
                          size_t count) {
  ptrdiff_t n = weirb_ready_try_send(backend, handle, slices, count);
  if (n >= 0) return n;
  return -(ptrdiff_t)weirb_ready_send_refused(backend, weirb_ready_handle_of(handle), (weir_err)-n);
}

static int wait(weir_backend *backend, int timeout_ms) {
  queue *own = backend->system;
  struct kevent told[WEIRB_READY_EVENTS];
  struct timespec limit = {timeout_ms / 1000, timeout_ms % 1000 * 1000000L};
  int count = kevent(own->fd, NULL, 0, told, WEIRB_READY_EVENTS, timeout_ms < 0 ? NULL : &limit);
  for (int i = 0; i < count; i++) {
    if (told[i].flags & EV_EOF)
      weirb_kqueue_lost_errors_note(&own->lost, (int)told[i].ident, (int)told[i].fflags);
    backend->events[i].events = events_of(&told[i]);
    backend->events[i].data.u64 = data_of(&told[i]);
  }
  return count;
}

static weir_err begin(weir_backend *backend) {
  queue *own = backend->allocator.allocate(sizeof *own, backend->allocator.user);
  if (own == NULL) return WEIR_ENOMEM;
  memset(own, 0, sizeof *own);
  backend->system = own;
  own->fd = kqueue();
  if (own->fd < 0) return weirp_error_last();
#ifndef __linux__
  /* What libkqueue returns does not become readable. */
  backend->system_fd = own->fd;
#endif
  return fcntl(own->fd, F_SETFD, FD_CLOEXEC) < 0 ? weirp_error_last() : WEIR_OK;
}

static void end(weir_backend *backend) {
  queue *own = backend->system;
  if (own == NULL) return;
  if (own->fd >= 0) weirp_descriptor_close(own->fd);
  weirb_kqueue_lost_errors_free(&own->lost, &backend->allocator);
  backend->allocator.release(own, backend->allocator.user);
}

static weir_err open_kqueue(const weir_backend_options *options, weir_backend **out_backend) {
  static const weirb_ready_poller poller = {.tells_once = false,
                                            .open = begin,
                                            .close = end,
                                            .watch = watch,
                                            .change = change,
                                            .unwatch = unwatch,
                                            .lost_error = lost_error,
                                            .wait = wait};
  return weirb_ready_open(&poller, options, out_backend);
}

const weir_backend_ops weirb_kqueue_ops = WEIRB_READY_OPS("kqueue", open_kqueue, try_send);
