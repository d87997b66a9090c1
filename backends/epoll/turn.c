/* Decides how long is waited, and who is next while a turn lasts. Does not decide what a handle
 * does when it is its turn. */
#include "backends/epoll/turn.h"

#include "backends/epoll/connect.h"
#include "platform/posix/clock.h"
#include "platform/posix/error.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>

/* Puts all of one queue behind another. */
static void queue_move(weirb_epoll_queue *to, weirb_epoll_queue *from) {
  if (from->first == NULL) return;
  *to->end = from->first;
  to->end = from->end;
  from->first = NULL;
  from->end = &from->first;
}

/* A time that has passed. */
#define PASSED ((weir_time)1)

weir_time weirb_epoll_turn_due(const weir_backend *backend) {
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

weir_err weirb_epoll_turn_begin(weir_backend *backend, weir_time deadline) {
  backend->turn_over = false;
  backend->rounds = 0;
  backend->served = 0;
  backend->turn++;
  for (;;) {
    if (backend->retrying != NULL) {
      weir_time now = weirp_clock_now();
      if (backend->retry_at <= now) weirb_epoll_connect_retry(backend, now);
    }
    weir_time work = weirb_epoll_turn_due(backend);
    int timeout = milliseconds_until(work < deadline ? work : deadline);
    int n = epoll_wait(backend->epoll_fd, backend->events, WEIRB_EPOLL_EVENTS, timeout);
    if (n < 0 && errno != EINTR) return weirp_error_last();
    backend->at = 0;
    backend->count = n > 0 ? (unsigned)n : 0;
    if (n > 0 || (n == 0 && (work <= PASSED || deadline <= work))) return WEIR_OK;
    /* A signal, or the time to try a connection again: the deadline is still to come. */
  }
}

weirb_epoll_handle *weirb_epoll_turn_next(weir_backend *backend) {
  if (backend->ready.first == NULL) {
    if (backend->again.first == NULL || backend->rounds == WEIRB_EPOLL_ROUNDS) return NULL;
    backend->rounds++;
    queue_move(&backend->ready, &backend->again);
  }
  if (backend->served == WEIRB_EPOLL_AGAIN) return NULL;
  backend->served++;
  weir_handle *handle = backend->ready.first;
  assert(handle != NULL && !backend->turn_over);
  backend->ready.first = handle->next;
  if (backend->ready.first == NULL) backend->ready.end = &backend->ready.first;
  return weirb_epoll_handle_of(handle);
}

void weirb_epoll_turn_hand_out_earlier(weir_backend *backend, weir_completions *done) {
  weir_completions *pending = &backend->pending;
  if (pending->first == NULL) return;
  *done->end = pending->first;
  done->end = pending->end;
  pending->first = NULL;
  pending->end = &pending->first;
}

void weirb_epoll_turn_end(weir_backend *backend, weir_completions *done) {
  backend->turn_over = true;
  weir_completions *pending = &backend->pending;
  weirb_epoll_turn_hand_out_earlier(backend, done);
  if (pending->closed != NULL) {
    *done->closed_end = pending->closed;
    done->closed_end = pending->closed_end;
    pending->closed = NULL;
    pending->closed_end = &pending->closed;
  }
}
