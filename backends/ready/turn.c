/* Decides how long is waited, and who is next while a turn lasts. Does not decide what a handle
 * does when it is its turn. */
#include "backends/ready/turn.h"

#include "backends/ready/connect.h"
#include "backends/ready/serve.h"
#include "platform/clock.h"
#include "platform/error.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>

/* Puts all of one queue behind another. */
static void queue_move(weirb_ready_queue *to, weirb_ready_queue *from) {
  if (from->first == NULL) return;
  *to->end = from->first;
  to->end = from->end;
  from->first = NULL;
  from->end = &from->first;
}

/* A time that has passed. */
#define PASSED ((weir_time)1)

weir_time weirb_ready_turn_due(const weir_backend *backend) {
  if (backend->ready.first != NULL || backend->again.first != NULL ||
      backend->pending.first != NULL || backend->pending.closed != NULL ||
      backend->at < backend->count) {
    return PASSED;
  }
  return backend->retries.at;
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

weir_err weirb_ready_turn_begin(weir_backend *backend, weir_time deadline) {
  backend->turn_over = false;
  backend->rounds = 0;
  backend->served = 0;
  backend->turn++;
  for (;;) {
    if (backend->retries.first != NULL) weirb_ready_connect_retry(backend, weirp_clock_now());
    weir_time work = weirb_ready_turn_due(backend);
    int timeout = milliseconds_until(work < deadline ? work : deadline);
    int n = backend->poller->wait(backend, timeout);
    if (n < 0 && errno != EINTR) return weirp_error_last();
    backend->at = 0;
    backend->count = n > 0 ? (unsigned)n : 0;
    if (n > 0 || (n == 0 && (work <= PASSED || deadline <= work))) return WEIR_OK;
    /* A signal, or the time to try a connection again: the deadline is still to come. */
  }
}

/* Takes the next handle to serve from its list. NULL: there is none, or there was enough of it in
 * this turn. */
static weirb_ready_handle *take_next(weir_backend *backend) {
  if (backend->ready.first == NULL) {
    if (backend->again.first == NULL || backend->rounds == WEIRB_READY_ROUNDS) return NULL;
    backend->rounds++;
    queue_move(&backend->ready, &backend->again);
  }
  if (backend->served == WEIRB_READY_AGAIN) return NULL;
  backend->served++;
  weir_handle *handle = backend->ready.first;
  assert(handle != NULL && !backend->turn_over);
  backend->ready.first = handle->next;
  if (backend->ready.first == NULL) backend->ready.end = &backend->ready.first;
  return weirb_ready_handle_of(handle);
}

void weirb_ready_turn_hand_out_earlier(weir_backend *backend, weir_completions *done) {
  weir_completions *pending = &backend->pending;
  if (pending->first == NULL) return;
  *done->end = pending->first;
  done->end = pending->end;
  pending->first = NULL;
  pending->end = &pending->first;
}

/* Appends what was finished on the spot. */
static void end_turn(weir_backend *backend, weir_completions *done) {
  backend->turn_over = true;
  weir_completions *pending = &backend->pending;
  weirb_ready_turn_hand_out_earlier(backend, done);
  if (pending->closed != NULL) {
    *done->closed_end = pending->closed;
    done->closed_end = pending->closed_end;
    pending->closed = NULL;
    pending->closed_end = &pending->closed;
  }
}

void weirb_ready_turn_go_on(weir_backend *backend, weir_completions *done) {
  weir_op **before = done->end;
  weirb_ready_handle *handle;
  while ((handle = take_next(backend)) != NULL) {
    if (weirb_ready_serve_queued(backend, handle, done)) return;
    /* Before the next round the core is to see what came of this one, and to ask for more. */
    if (backend->ready.first == NULL && done->end != before) return;
  }
  /* What was appended makes the caller ask again, and what it submits meanwhile belongs to this
   * turn. */
  if (done->end == before) end_turn(backend, done);
}
