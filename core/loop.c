/* Turns: in which order timers, completions, steps and closing run, and when there is nothing left.
 */
#include "core/loop.h"

#include "core/abort_signal.h"
#include "core/attempt.h"
#include "core/lookup.h"
#include "core/options.h"
#include "core/server.h"
#include "core/socket.h"
#include "core/writer.h"

#include <assert.h>
#include <string.h>

/* A deadline that has passed, and is not WEIR_POLL_REAP. */
#define AT_ONCE ((weir_time)1)

/* How much the pools keep: enough for a busy loop, small beside it. */
enum {
  KEEP_STEPS = 64,
  KEEP_WRITERS = 64,
  KEEP_SMALL_CHUNKS = 256,
  KEEP_LARGE_CHUNKS = 16,
  KEEP_TEXTS = 1
};

static void init_pool(weirc_pool *pool, size_t block_size, size_t keep) {
  pool->block_size = block_size;
  pool->keep = keep;
}

static void on_ready(void *core);

static weir_err open_backend(weir_loop *loop, const void *backend_options) {
  weir_backend_options options = {sizeof options, &loop->allocator, backend_options, on_ready,
                                  loop};
  return loop->ops->open(&options, &loop->backend);
}

static void init_loop(weir_loop *loop, const weir_loop_options *options) {
  size_t unit = sizeof(weir_time) > sizeof(void *) ? sizeof(weir_time) : sizeof(void *);
  loop->handle_space = (loop->ops->handle_size + unit - 1) / unit * unit;
  loop->schedule = options->schedule;
  loop->schedule_user = options->schedule_user;
  loop->trace = options->trace;
  loop->trace_user = options->trace_user;
  loop->guest_deadline = WEIR_TIME_NEVER;
  weirc_list_init(&loop->timer_list);
  weirc_list_init(&loop->sockets);
  weirc_list_init(&loop->servers);
  weirc_list_init(&loop->lookups);
  loop->lookup = options->lookup;
  loop->lookup_user = options->lookup_user;
  loop->auto_select_family = options->auto_select_family;
  loop->attempt_timeout_ms = options->auto_select_family_attempt_timeout_ms;
  init_pool(&loop->spare_steps, weirc_step_spare_size(), KEEP_STEPS);
  init_pool(&loop->writers, sizeof(weirc_writer), KEEP_WRITERS);
  init_pool(&loop->small_chunks, WEIRC_SMALL_CHUNK_BYTES, KEEP_SMALL_CHUNKS);
  init_pool(&loop->large_chunks, WEIRC_LARGE_CHUNK_BYTES, KEEP_LARGE_CHUNKS);
  init_pool(&loop->texts, WEIRC_TEXT_BYTES, KEEP_TEXTS);
}

weir_err weirc_loop_create(const weir_loop_options *options, const weir_backend_ops *ops,
                           weir_loop **out_loop) {
  if (ops->size < sizeof *ops) return WEIR_ERR_INVALID_ARG_VALUE;
  const weir_allocator *allocator =
      options->allocator ? options->allocator : &weirc_default_allocator;
  weir_loop *loop = weirc_allocate_zeroed(allocator, sizeof *loop);
  if (!loop) return WEIR_ENOMEM;
  loop->allocator = *allocator;
  loop->ops = ops;
  init_loop(loop, options);
  weirc_loop_claim(loop);
  weir_err err = open_backend(loop, options->backend_options);
  if (err != WEIR_OK) {
    weirc_release(allocator, loop);
    return err;
  }
  *out_loop = loop;
  return WEIR_OK;
}

void weirc_trace_out(weir_loop *loop, uint64_t object, weir_trace_event event, uint64_t a,
                     uint64_t b) {
  loop->trace(weirc_now(loop), object, event, a, b, loop->trace_user);
}

bool weir_loop_alive(const weir_loop *loop) {
  return loop && (loop->active > 0 || loop->closing > 0 || loop->steps.first || loop->ending ||
                  weirc_posts_waiting(loop));
}

weir_err weirc_loop_refuses(const weir_loop *loop) {
  if (weirc_loop_elsewhere(loop)) return WEIR_ERR_WRONG_THREAD;
  return loop->freeing || loop->ending ? WEIR_ERR_LOOP_CLOSED : WEIR_OK;
}

weir_time weirc_read_clock(weir_loop *loop) {
  weir_time now = loop->ops->now(loop->backend);
  if (loop->running > 0) loop->now = now;
  return now;
}

weir_time weir_loop_now(weir_loop *loop) {
  return loop ? weirc_now(loop) : 0;
}

const char *weir_loop_backend_name(const weir_loop *loop) {
  return loop ? loop->ops->name : NULL;
}

intptr_t weir_loop_fd(const weir_loop *loop) {
  return loop && loop->ops->fd ? loop->ops->fd(loop->backend) : -1;
}

void weir_loop_stop(weir_loop *loop) {
  if (!loop || weirc_loop_elsewhere(loop)) return;
  loop->stopped = true;
  if (loop->hosted) loop->ops->stop(loop->backend);
}

/* When the loop has to do something by itself: now if steps wait, else the first timer. */
static weir_time next_deadline(const weir_loop *loop) {
  bool ends = loop->ending && !loop->freeing;
  if (loop->stopped || loop->steps.first || ends || weirc_posts_waiting(loop)) return AT_ONCE;
  const weirc_heap_node *first = weirc_heap_first(&loop->timers);
  return first ? first->key : WEIR_TIME_NEVER;
}

int weir_loop_timeout(weir_loop *loop) {
  if (!loop) return -1;
  weir_time deadline = next_deadline(loop);
  weir_time due = loop->ops->due ? loop->ops->due(loop->backend) : WEIR_TIME_NEVER;
  if (due < deadline) deadline = due;
  if (deadline == WEIR_TIME_NEVER) return -1;
  weir_time now = weir_loop_now(loop);
  if (deadline <= now) return 0;
  weir_time ms = (deadline - now - 1) / WEIR_TIME_MS + 1;
  return ms > INT32_MAX ? INT32_MAX : (int)ms;
}

static void finish_op(weir_loop *loop, weir_op *op) {
  if (op->kind == WEIR_OP_RECEIVE) {
    weirc_socket_received(weirc_container(op, weir_socket, receive));
    return;
  }
  if (op->kind == WEIR_OP_RESOLVE) {
    weirc_lookup_resolved(op);
    return;
  }
  assert(op->handle);
  weirc_object *object = weirc_object_of(loop, op->handle);
  switch (op->kind) {
  case WEIR_OP_RESOLVE:
  case WEIR_OP_RECEIVE: break;
  case WEIR_OP_SEND: weirc_socket_sent((weir_socket *)object); break;
  case WEIR_OP_SHUTDOWN: weirc_socket_fin_sent((weir_socket *)object); break;
  case WEIR_OP_CONNECT:
    if (object->step.owner == WEIRC_STEP_ATTEMPT)
      weirc_attempt_done((weirc_attempt *)object);
    else
      weirc_socket_connected((weir_socket *)object);
    break;
  case WEIR_OP_ACCEPT: weirc_listener_accepted((weirc_listener *)object); break;
  }
}

static void finish_close(weir_loop *loop, weir_handle *handle) {
  weirc_object *object = weirc_object_of(loop, handle);
  assert(loop->closing > 0);
  loop->closing--;
  switch ((weirc_step_owner)object->step.owner) {
  case WEIRC_STEP_SOCKET: weirc_socket_transport_closed((weir_socket *)object); break;
  case WEIRC_STEP_LISTENER: weirc_listener_closed((weirc_listener *)object); break;
  case WEIRC_STEP_ATTEMPT: weirc_attempt_closed((weirc_attempt *)object); break;
  case WEIRC_STEP_SERVER:
  case WEIRC_STEP_SPARE:
  case WEIRC_STEP_LATER: break;
  }
}

static void finish_ops(weir_loop *loop, weir_completions *done) {
  weir_op *op = done->first;
  done->first = NULL;
  done->end = &done->first;
  while (op) {
    weir_op *next = op->next;
    finish_op(loop, op);
    weirc_steps_drain(loop);
    op = next;
  }
}

static void finish_closes(weir_loop *loop, weir_completions *done) {
  while (done->closed) {
    weir_handle *handle = done->closed;
    done->closed = handle->next;
    finish_close(loop, handle);
    weirc_steps_drain(loop);
  }
}

/* Completions, each followed by its steps; when the backend has no more, what was closed. */
static weir_err poll_once(weir_loop *loop, weir_time deadline) {
  weir_completions done = {NULL, &done.first, NULL, &done.closed};
  weir_handle **closed_before;
  assert(loop->running > 0);
  weir_err err = loop->ops->poll(loop->backend, deadline, &done);
  loop->now = 0;
  weirc_trace(loop, 0, WEIR_TRACE_TURN, done.first != NULL, 0);
  weirc_posts_run(loop);
  do {
    finish_ops(loop, &done);
    closed_before = done.closed_end;
    weir_err reaped = loop->ops->poll(loop->backend, WEIR_POLL_REAP, &done);
    if (err == WEIR_OK) err = reaped;
  } while (done.first || done.closed_end != closed_before);
  finish_closes(loop, &done);
  return err;
}

/* Timers, then what the system has, as Node orders a turn. A single turn in which something has
 * run, be it before this, does not wait: who runs turns until something has happened looks first.
 */
static weir_err turn(weir_loop *loop, weir_run_mode mode, bool ran) {
  if (weirc_timers_run(loop)) ran = true;
  weirc_steps_drain(loop);
  if (mode != WEIR_RUN_NOWAIT && !weir_loop_alive(loop)) return WEIR_OK;
  bool wait = mode == WEIR_RUN_DEFAULT || (mode == WEIR_RUN_ONCE && !ran);
  return poll_once(loop, wait ? next_deadline(loop) : AT_ONCE);
}

static void enter(weir_loop *loop) {
  weirc_loop_enter(loop);
  loop->stopped = false;
  loop->now = 0;
  weirc_steps_drain(loop);
}

static void leave(weir_loop *loop) {
  assert(loop->running > 0);
  loop->stopped = false;
  weirc_loop_leave(loop);
  loop->now = 0;
  loop->guest_deadline = 0;
  weirc_loop_touch(loop);
}

/* A host of the backend's own. */
static bool owns_host(const weir_loop *loop) {
  return loop->ops->owns && loop->ops->owns(loop->backend);
}

/* The host's loop runs, and the core inside on_ready(). */
static weir_err run_host(weir_loop *loop, weir_run_mode mode) {
  if (!loop->ops->run) return WEIR_ENOTSUP;
  bool gone = false; /* weir_loop_close() may come to its end inside. */
  loop->hosted = &gone;
  weirc_loop_claim(loop);
  weirc_atomic_int_store(&loop->inside, weirc_thread_number);
  weirc_loop_touch(loop); /* Of posts nobody has told the host. */
  weir_err err = loop->ops->run(loop->backend, mode);
  if (gone) return err;
  loop->hosted = NULL;
  weirc_atomic_int_store(&loop->inside, 0);
  return err;
}

weir_err weir_loop_run(weir_loop *loop, weir_run_mode mode) {
  if (!loop) return WEIR_ERR_INVALID_ARG_TYPE;
  if (weirc_loop_elsewhere(loop)) return WEIR_ERR_WRONG_THREAD;
  if (loop->running > 0 || loop->hosted) return WEIR_EBUSY;
  if (loop->ops->set_deadline) return run_host(loop, mode);
  weir_err err = WEIR_OK;
  bool steps = loop->steps.first != NULL;
  enter(loop);
  while (err == WEIR_OK && !loop->stopped && weir_loop_alive(loop)) {
    err = turn(loop, mode, steps);
    if (mode != WEIR_RUN_DEFAULT) break;
  }
  /* The wait of a single turn may have been for a timer. */
  if (mode == WEIR_RUN_ONCE && !loop->stopped) {
    weirc_timers_run(loop);
    weirc_steps_drain(loop);
  }
  leave(loop);
  return err;
}

/* A turn that does not wait. */
static weir_err dispatch(weir_loop *loop) {
  if (loop->running > 0) return WEIR_EBUSY;
  enter(loop);
  weir_err err = turn(loop, WEIR_RUN_NOWAIT, false);
  leave(loop);
  return err;
}

weir_err weir_loop_dispatch(weir_loop *loop) {
  if (!loop) return WEIR_ERR_INVALID_ARG_TYPE;
  if (weirc_loop_elsewhere(loop)) return WEIR_ERR_WRONG_THREAD;
  /* A host of the backend's own is nobody else's to turn. */
  bool turns_host = loop->running == 0 && !loop->hosted && loop->ops->run && owns_host(loop);
  return turns_host ? run_host(loop, WEIR_RUN_NOWAIT) : dispatch(loop);
}

void weirc_loop_touch(weir_loop *loop) {
  if (!loop->ops->set_deadline || loop->running > 0 || loop->touching) return;
  loop->touching = true;
  weir_time deadline = next_deadline(loop);
  bool alive = weir_loop_alive(loop);
  if (deadline != loop->guest_deadline) loop->ops->set_deadline(loop->backend, deadline);
  if (alive != loop->guest_alive && loop->ops->set_alive)
    loop->ops->set_alive(loop->backend, alive);
  loop->guest_deadline = deadline;
  loop->guest_alive = alive;
  loop->touching = false;
}

/* Sockets go first, so that their servers are still there in 'close'. */
static void end_objects(weir_loop *loop) {
  weirc_server_abandon_lookups(loop);
  weirc_steps_finish(loop);
  weirc_socket_destroy_all(loop);
  weirc_steps_finish(loop);
  while (loop->closing > 0 || loop->resolving > 0) {
    size_t left = loop->closing + loop->resolving;
    if (poll_once(loop, WEIR_TIME_NEVER) != WEIR_OK) return;
    weirc_steps_finish(loop);
    /* A guest cannot wait: what its host has to close itself comes later. */
    if (loop->ops->set_deadline && loop->closing + loop->resolving >= left) return;
  }
}

static void free_memory(weir_loop *loop) {
  weirc_pool_free(&loop->spare_steps, &loop->allocator);
  weirc_pool_free(&loop->writers, &loop->allocator);
  weirc_pool_free(&loop->small_chunks, &loop->allocator);
  weirc_pool_free(&loop->large_chunks, &loop->allocator);
  weirc_pool_free(&loop->texts, &loop->allocator);
  weirc_timers_free(loop);
  weir_allocator allocator = loop->allocator;
  weirc_release(&allocator, loop);
}

/* Ends everything there is and tells what is owed. @return false: a host has to run before the
 * memory can go; nothing begins anew meanwhile */
static bool end_everything(weir_loop *loop) {
  weirc_loop_enter(loop);
  loop->freeing = true;
  loop->now = 0;
  end_objects(loop);
  weirc_server_free_all(loop);
  end_objects(loop);
  while (weirc_posts_waiting(loop)) weirc_posts_run(loop);
  weirc_steps_finish(loop);
  bool busy = loop->ops->busy && loop->ops->busy(loop->backend);
  if (!loop->ops->set_deadline || (loop->closing + loop->resolving == 0 && !busy)) return true;
  leave(loop);
  return false;
}

static void free_everything(weir_loop *loop) {
  if (loop->hosted) *loop->hosted = true;
  weirc_lookup_free_all(loop);
  weirc_steps_finish(loop); /* Of what a resolver that was told so has done. */
  weirc_abort_signals_end(loop);
  weirc_socket_free_all(loop);
  loop->ops->free(loop->backend);
  free_memory(loop);
}

weir_err weir_loop_free(weir_loop *loop) {
  if (!loop) return WEIR_OK;
  if (weirc_loop_elsewhere(loop)) return WEIR_ERR_WRONG_THREAD;
  bool inside = loop->running > 0 || (loop->hosted && owns_host(loop));
  if (inside || !end_everything(loop)) return WEIR_EBUSY;
  free_everything(loop);
  return WEIR_OK;
}

weir_err weir_loop_close(weir_loop *loop, weir_later callback, void *user) {
  if (!loop) return WEIR_ERR_INVALID_ARG_TYPE;
  if (weirc_loop_elsewhere(loop)) return WEIR_ERR_WRONG_THREAD;
  if (!loop->ops->set_deadline || owns_host(loop)) return WEIR_ENOTSUP;
  if (loop->ending) return WEIR_EALREADY;
  loop->ending = true;
  loop->ended = callback;
  loop->ended_user = user;
  weirc_loop_touch(loop);
  return WEIR_OK;
}

/* A turn has ended in which the loop was to end, or had not come to its end yet. Steps that a host
 * was given are its to run, before that begins. */
static void go_on_ending(weir_loop *loop) {
  bool waits = loop->steps.first && !loop->freeing;
  if (loop->running > 0 || waits || !end_everything(loop)) return;
  if (loop->ended) loop->ended(loop, WEIR_OK, loop->ended_user);
  free_everything(loop);
}

static void on_ready(void *core) {
  weir_loop *loop = core;
  (void)dispatch(loop);
  if (loop->ending) go_on_ending(loop);
}
