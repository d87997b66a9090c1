/*
 * When a socket is idle: the timer, what counts as activity for it, and who is told. Activity is
 * one store, which the timer looks at when it comes due; only one that has run out is armed anew.
 */
#include "core/error.h"
#include "core/socket.h"
#include "core/writer.h"

#include <assert.h>

/* Node's timers take no more. */
enum { LONGEST_MS = INT32_MAX };

struct weirc_idle {
  int64_t timeout_ms;          /* as it was set; -1: never */
  weir_timer *timer;           /* not running: it has run out, or is off; NULL: not needed */
  weirc_chunk_list waiting;    /* callbacks for the next 'timeout' */
  weirc_chunk_list taken_back; /* callbacks to be told WEIR_ECANCELED in a step */
};

static weirc_idle *idle_of(const weir_socket *socket) {
  return socket->extra ? socket->extra->idle : NULL;
}

static bool is_set(const weirc_idle *idle) {
  return idle && idle->timer && idle->timeout_ms > 0;
}

static void arm(weir_socket *socket, const weirc_idle *idle) {
  weir_timer_start(idle->timer,
                   (uint64_t)(idle->timeout_ms < LONGEST_MS ? idle->timeout_ms : LONGEST_MS), 0);
  weirc_socket_refresh(socket);
}

void weirc_socket_note_activity(weir_socket *socket) {
  const weirc_idle *idle = socket->extra->idle;
  if (!is_set(idle)) return;
  socket->extra->active_at = weirc_now(socket->object.loop);
  if (!weir_timer_active(idle->timer)) arm(socket, idle);
}

weirc_idle_state weirc_socket_idle_state(const weir_socket *socket) {
  const weirc_idle *idle = idle_of(socket);
  if (!is_set(idle)) return WEIRC_IDLE_OFF;
  return weir_timer_active(idle->timer) ? WEIRC_IDLE_ARMED : WEIRC_IDLE_RAN_OUT;
}

/* Bytes of the batch that leaves which the system has not taken yet, and of all of it. */
static size_t left_of_batch(const weirc_writer *writer, size_t *out_whole) {
  size_t left = 0;
  *out_whole = 0;
  for (const weirc_chunk *chunk = writer->queue.first; chunk; chunk = chunk->next) {
    left += chunk->left;
    *out_whole += chunk->length;
    if (chunk == writer->batch_last) break;
  }
  assert(left >= writer->send.op.length);
  return left - writer->send.op.length;
}

/* True if the system has taken bytes of a send since the timer ran out last, or since it began. */
static bool send_has_moved(weir_socket *socket) {
  weirc_writer *writer = socket->writer;
  size_t whole;
  if (!writer || !writer->sending || !writer->batch_last) return false;
  size_t left = left_of_batch(writer, &whole);
  size_t seen = writer->left_seen > 0 ? writer->left_seen : whole;
  writer->left_seen = left;
  return left != seen;
}

static void tell(weir_socket *socket, weirc_chunk_list *list, const weir_error *error) {
  weirc_chunk_list told;
  weirc_chunk *chunk;
  weirc_chunks_move(list, &told);
  while ((chunk = weirc_chunks_take(&told))) {
    weir_socket_callback callback = chunk->callback;
    void *user = chunk->user;
    weirc_chunk_free(socket->object.loop, chunk);
    callback(socket, error, user);
  }
}

static void tell_canceled(weir_socket *socket, weirc_chunk_list *list) {
  weir_error error = weirc_error_of(socket->object.loop, WEIR_ECANCELED, NULL);
  tell(socket, list, &error);
}

/* Callbacks that the handler gives wait for the next time, those that were there are due. */
static void tell_timeout(weir_socket *socket, weirc_idle *idle) {
  void (*on_timeout)(weir_socket *, void *) = weirc_handler(socket, on_timeout);
  weirc_chunk_list due;
  weirc_chunks_move(&idle->waiting, &due);
  weirc_trace(socket->object.loop, socket->object.id, WEIR_TRACE_TIMEOUT,
              (uint64_t)idle->timeout_ms, 0);
  if (on_timeout) on_timeout(socket, socket->user);
  tell(socket, &due, NULL);
}

static void ran_out(weir_timer *timer, void *user) {
  weir_socket *socket = user;
  (void)timer;
  if (send_has_moved(socket)) {
    weirc_socket_note_activity(socket);
    return;
  }
  weirc_socket_refresh(socket);
  tell_timeout(socket, socket->extra->idle);
}

/* The record, made if need be; NULL: no memory. */
static weirc_idle *make_idle(weir_socket *socket) {
  weirc_socket_extra *extra = weirc_socket_extra_of(socket);
  if (!extra || extra->idle) return extra ? extra->idle : NULL;
  weirc_idle *idle = weirc_allocate_zeroed(&socket->object.loop->allocator, sizeof *idle);
  if (!idle) return NULL;
  idle->timeout_ms = -1;
  weirc_chunks_init(&idle->waiting);
  weirc_chunks_init(&idle->taken_back);
  extra->idle = idle;
  return idle;
}

static weir_err make_timer(weir_socket *socket, weirc_idle *idle) {
  if (idle->timer) return WEIR_OK;
  weir_err err = weir_timer_create(socket->object.loop, ran_out, socket, &idle->timer);
  if (err != WEIR_OK) return err;
  weir_timer_unref(idle->timer);
  weirc_timer_watch(idle->timer, &socket->extra->active_at);
  return WEIR_OK;
}

static weir_err wait_for_timeout(weir_socket *socket, weirc_idle *idle,
                                 weir_socket_callback callback, void *user) {
  if (!callback) return WEIR_OK;
  weirc_chunk *chunk = weirc_chunk_create(socket->object.loop, 0);
  if (!chunk) return WEIR_ENOMEM;
  chunk->callback = callback;
  chunk->user = user;
  weirc_chunks_append(&idle->waiting, chunk);
  return WEIR_OK;
}

/* As Node removes a listener: the last one that is the same. */
static void take_back(weir_socket *socket, weirc_idle *idle, weir_socket_callback callback,
                      const void *user) {
  weirc_chunk_list all;
  weirc_chunk *found = NULL;
  weirc_chunk *chunk;
  for (chunk = idle->waiting.first; chunk; chunk = chunk->next)
    if (chunk->callback == callback && chunk->user == user) found = chunk;
  if (!found) return;
  weirc_chunks_move(&idle->waiting, &all);
  while ((chunk = weirc_chunks_take(&all)))
    weirc_chunks_append(chunk == found ? &idle->taken_back : &idle->waiting, chunk);
  weirc_step_queue_kind(&socket->object, WEIRC_STEP_WRITE_DONE);
}

static weir_err set_timeout(weir_socket *socket, weirc_idle *idle, int64_t timeout_ms,
                            weir_socket_callback callback, void *user) {
  weir_err err = make_timer(socket, idle);
  if (err == WEIR_OK) err = wait_for_timeout(socket, idle, callback, user);
  if (err != WEIR_OK) return err;
  idle->timeout_ms = timeout_ms;
  arm(socket, idle);
  return WEIR_OK;
}

static void unset_timeout(weir_socket *socket, weirc_idle *idle, weir_socket_callback callback,
                          const void *user) {
  idle->timeout_ms = 0;
  weir_timer_free(idle->timer);
  idle->timer = NULL;
  weirc_socket_refresh(socket);
  if (callback) take_back(socket, idle, callback, user);
}

weir_err weir_socket_set_timeout(weir_socket *socket, int64_t timeout_ms,
                                 weir_socket_callback callback, void *user) {
  if (!socket) return WEIR_ERR_INVALID_ARG_TYPE;
  if (weirc_elsewhere(&socket->object)) return WEIR_ERR_WRONG_THREAD;
  if (weir_socket_destroyed(socket)) return WEIR_ERR_STREAM_DESTROYED;
  if (timeout_ms < 0) return WEIR_ERR_OUT_OF_RANGE;
  weirc_idle *idle = make_idle(socket);
  if (!idle) return WEIR_ENOMEM;
  if (timeout_ms > 0) return set_timeout(socket, idle, timeout_ms, callback, user);
  unset_timeout(socket, idle, callback, user);
  return WEIR_OK;
}

int64_t weir_socket_timeout_ms(const weir_socket *socket) {
  const weirc_idle *idle = socket ? idle_of(socket) : NULL;
  return idle ? idle->timeout_ms : -1;
}

void weirc_socket_stop_timeout(weir_socket *socket) {
  weirc_idle *idle = idle_of(socket);
  if (!idle) return;
  weir_timer_free(idle->timer);
  idle->timer = NULL;
}

void weirc_socket_tell_taken_back(weir_socket *socket) {
  weirc_idle *idle = idle_of(socket);
  if (idle) tell_canceled(socket, &idle->taken_back);
}

void weirc_socket_fail_timeouts(weir_socket *socket) {
  weirc_idle *idle = idle_of(socket);
  if (!idle) return;
  assert(!idle->timer);
  tell_canceled(socket, &idle->taken_back);
  tell_canceled(socket, &idle->waiting);
}

void weirc_socket_free_timeout(weir_socket *socket) {
  weirc_idle *idle = idle_of(socket);
  if (!idle) return;
  assert(!idle->waiting.first && !idle->taken_back.first);
  weirc_socket_stop_timeout(socket);
  weirc_release(&socket->object.loop->allocator, idle);
  socket->extra->idle = NULL;
}
