/* Decides how long is waited, and who is next while a turn lasts. Does not decide what a handle
 * does when it is its turn. */
#include "backends/ready/turn.h"

#include "backends/completions.h"
#include "backends/ready/connect.h"
#include "backends/ready/serve.h"
#include "backends/wait.h"
#include "platform/clock.h"
#include "platform/error.h"

#include <assert.h>
#include <errno.h>

/* Puts all of one queue behind another. */
static void queue_move(weirb_ready_queue *to, weirb_ready_queue *from) {
  if (from->first == NULL) return;
  *to->end = from->first;
  to->end = from->end;
  from->first = NULL;
  from->end = &from->first;
}

weir_time weirb_ready_turn_due(const weir_backend *backend) {
  if (backend->ready.first != NULL || backend->again.first != NULL ||
      backend->pending.first != NULL || backend->pending.closed != NULL ||
      backend->at < backend->count) {
    return WEIRB_WAIT_NOT;
  }
  return backend->retries.at;
}

weir_err weirb_ready_turn_begin(weir_backend *backend, weir_time deadline) {
  backend->turn_over = false;
  backend->rounds = 0;
  backend->served = 0;
  backend->turn++;
  for (;;) {
    if (backend->retries.first != NULL) weirb_ready_connect_retry(backend, weirp_clock_now());
    weir_time work = weirb_ready_turn_due(backend);
    int timeout = weirb_wait_ms(work < deadline ? work : deadline);
    int n = backend->poller->wait(backend, timeout);
    if (n < 0 && errno != EINTR) return weirp_error_last();
    backend->at = 0;
    backend->count = n > 0 ? (unsigned)n : 0;
    if (n > 0 || (n == 0 && (work <= WEIRB_WAIT_NOT || deadline <= work))) return WEIR_OK;
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

/* Appends what was finished on the spot. */
static void end_turn(weir_backend *backend, weir_completions *done) {
  backend->turn_over = true;
  weirb_completions_move(&backend->pending, done);
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
