/* The queue of steps. What a kind means is decided by the object it belongs to. */
#include "core/step.h"

#include "core/loop.h"
#include "core/server.h"
#include "core/socket.h"

#include <assert.h>

enum { KIND_BITS = 4, KIND_MASK = 15 };

/* A step from the pool. */
typedef struct spare_step {
  weir_step step;
  weirc_object *object;
} spare_step;

/* A step of weir_loop_next_step(). */
typedef struct later_step {
  weir_step step;
  weir_loop *loop;
  weir_later run;
  void *user;
} later_step;

size_t weirc_step_spare_size(void) {
  return sizeof(spare_step);
}

static void enqueue(weir_loop *loop, weir_step *step) {
  step->next = NULL;
  step->queued = true;
  if (loop->steps.last)
    loop->steps.last->next = step;
  else
    loop->steps.first = step;
  loop->steps.last = step;
  if (loop->schedule && !loop->freeing) loop->schedule(step, loop->schedule_user);
  if (loop->running == 0) weirc_loop_touch(loop);
}

/* A host runs its steps in order, so the search ends at once. */
static void dequeue(weir_loop *loop, weir_step *step) {
  weir_step **link = &loop->steps.first;
  weir_step *before = NULL;
  for (; *link != step; link = &before->next) before = *link;
  *link = step->next;
  if (loop->steps.last == step) loop->steps.last = before;
  step->queued = false;
}

static void add_kind(weir_step *step, unsigned kind) {
  unsigned shift = 0;
  while (step->kinds >> shift & KIND_MASK) shift += KIND_BITS;
  assert(shift < 32);
  step->kinds |= kind << shift;
}

static bool belongs_to(weir_step *step, const weirc_object *object) {
  if (step == &object->step) return true;
  return step->owner == WEIRC_STEP_SPARE &&
         weirc_container(step, spare_step, step)->object == object;
}

/* The last of an object's steps that wait: what joins it comes early, but behind its own kind. */
static weir_step *last_of(weirc_object *object) {
  weir_step *last = &object->step;
  for (weir_step *step = object->loop->steps.first; step; step = step->next)
    if (belongs_to(step, object)) last = step;
  return last;
}

/* Exact order: only the newest step of the whole queue may take one kind more. */
static bool join_newest(weirc_object *object, unsigned kind) {
  weir_step *last = object->loop->steps.last;
  if (!last || object->loop->schedule) return false;
  if (!belongs_to(last, object)) return false;
  add_kind(last, kind);
  return true;
}

void weirc_step_queue_kind(weirc_object *object, unsigned kind) {
  weir_loop *loop = object->loop;
  assert(kind > 0 && kind <= KIND_MASK);
  if (object->pending >> kind & 1) return;
  object->pending = (uint16_t)(object->pending | 1u << kind);
  if (!object->step.queued) {
    object->step.kinds = kind;
    enqueue(loop, &object->step);
    return;
  }
  if (join_newest(object, kind)) return;
  spare_step *spare = weirc_pool_take(&loop->spare_steps, &loop->allocator);
  if (!spare) {
    add_kind(last_of(object), kind);
    return;
  }
  spare->step.kinds = kind;
  spare->step.owner = WEIRC_STEP_SPARE;
  spare->object = object;
  enqueue(loop, &spare->step);
}

static void run_kinds(weirc_object *object, uint32_t kinds) {
  for (; kinds != 0; kinds >>= KIND_BITS) {
    unsigned kind = kinds & KIND_MASK;
    assert(object->pending >> kind & 1);
    weir_loop *loop = object->loop;
    object->pending = (uint16_t)(object->pending & ~(1u << kind));
    weirc_trace(loop, object->id, WEIR_TRACE_STEP, kind, 0);
    if (object->step.owner == WEIRC_STEP_SOCKET)
      weirc_socket_run_step((weir_socket *)object, kind);
    else
      weirc_server_run_step((weir_server *)object, kind);
  }
}

static void run_later(weir_step *step, weir_err status) {
  later_step later = *weirc_container(step, later_step, step);
  weirc_release(&later.loop->allocator, weirc_container(step, later_step, step));
  later.run(later.loop, status, later.user);
}

static weir_loop *loop_of(weir_step *step) {
  switch ((weirc_step_owner)step->owner) {
  case WEIRC_STEP_SPARE: return weirc_container(step, spare_step, step)->object->loop;
  case WEIRC_STEP_LATER: return weirc_container(step, later_step, step)->loop;
  case WEIRC_STEP_SOCKET:
  case WEIRC_STEP_SERVER:
  case WEIRC_STEP_LISTENER:
  case WEIRC_STEP_ATTEMPT: break;
  }
  return weirc_container(step, weirc_object, step)->loop;
}

static void run(weir_loop *loop, weir_step *step) {
  uint32_t kinds = step->kinds;
  assert(step->queued);
  dequeue(loop, step);
  switch ((weirc_step_owner)step->owner) {
  case WEIRC_STEP_LATER: run_later(step, loop->freeing ? WEIR_ECANCELED : WEIR_OK); break;
  case WEIRC_STEP_SPARE: {
    weirc_object *object = weirc_container(step, spare_step, step)->object;
    weirc_pool_give(&loop->spare_steps, &loop->allocator, weirc_container(step, spare_step, step));
    run_kinds(object, kinds);
    break;
  }
  case WEIRC_STEP_SOCKET:
  case WEIRC_STEP_SERVER:
  case WEIRC_STEP_LISTENER:
  case WEIRC_STEP_ATTEMPT: run_kinds(weirc_container(step, weirc_object, step), kinds); break;
  }
}

void weirc_steps_finish(weir_loop *loop) {
  while (loop->steps.first) run(loop, loop->steps.first);
}

void weir_step_run(weir_step *step) {
  if (!step || !step->queued) return;
  weir_loop *loop = loop_of(step);
  if (weirc_loop_elsewhere(loop)) return;
  weirc_loop_enter(loop);
  run(loop, step);
  weirc_loop_leave(loop);
  if (loop->running == 0) loop->now = 0;
  weirc_loop_touch(loop);
}

weir_err weir_loop_next_step(weir_loop *loop, weir_later run_later_function, void *user) {
  if (!loop || !run_later_function) return WEIR_ERR_INVALID_ARG_TYPE;
  weir_err err = weirc_loop_refuses(loop);
  if (err != WEIR_OK) return err;
  later_step *later = weirc_allocate_zeroed(&loop->allocator, sizeof *later);
  if (!later) return WEIR_ENOMEM;
  later->step.owner = WEIRC_STEP_LATER;
  later->loop = loop;
  later->run = run_later_function;
  later->user = user;
  enqueue(loop, &later->step);
  return WEIR_OK;
}
