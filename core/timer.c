/* Timers. Refreshing is one store: the armed entry is looked at, and put off, when it comes due. */
#include "core/loop.h"

#include <assert.h>

struct weir_timer {
  weirc_heap_node node; /* key: the deadline it is armed for, which may be early */
  weir_loop *loop;
  weir_timer_callback callback;
  void *user;
  weir_time start;         /* the full time counts from here... */
  const weir_time *active; /* ...or from what is stored there, if that is later; NULL: nothing */
  weir_time timeout;       /* nanoseconds */
  weir_time repeat;        /* nanoseconds; 0: once */
  weirc_link link;
  bool referenced;
};

static weir_time from_ms(uint64_t ms) {
  return ms > WEIR_TIME_NEVER / 2 / WEIR_TIME_MS ? WEIR_TIME_NEVER / 2 : ms * WEIR_TIME_MS;
}

weir_err weir_timer_create(weir_loop *loop, weir_timer_callback callback, void *user,
                           weir_timer **out_timer) {
  if (out_timer) *out_timer = NULL;
  if (!loop || !callback || !out_timer) return WEIR_ERR_INVALID_ARG_TYPE;
  if (weirc_loop_elsewhere(loop)) return WEIR_ERR_WRONG_THREAD;
  if (weirc_heap_reserve(&loop->timers, &loop->allocator, loop->timer_count + 1) != WEIR_OK)
    return WEIR_ENOMEM;
  weir_timer *timer = weirc_allocate_zeroed(&loop->allocator, sizeof *timer);
  if (!timer) return WEIR_ENOMEM;
  timer->loop = loop;
  timer->callback = callback;
  timer->user = user;
  timer->referenced = true;
  weirc_list_append(&loop->timer_list, &timer->link);
  loop->timer_count++;
  *out_timer = timer;
  return WEIR_OK;
}

/* What has no result does nothing on another thread. */
static bool is_here(const weir_timer *timer) {
  return timer && !weirc_loop_elsewhere(timer->loop);
}

static void arm(weir_timer *timer) {
  assert(timer->node.place == 0 && timer->loop->timers.count < timer->loop->timer_count);
  timer->node.key = timer->start + timer->timeout;
  weirc_heap_insert(&timer->loop->timers, &timer->node);
  if (timer->referenced) timer->loop->active++;
}

static void disarm(weir_timer *timer) {
  if (timer->node.place == 0) return;
  assert(!timer->referenced || timer->loop->active > 0);
  weirc_heap_remove(&timer->loop->timers, &timer->node);
  if (timer->referenced) timer->loop->active--;
}

void weir_timer_free(weir_timer *timer) {
  if (!is_here(timer)) return;
  weir_loop *loop = timer->loop;
  disarm(timer);
  weirc_list_remove(&timer->link);
  loop->timer_count--;
  weirc_release(&loop->allocator, timer);
  weirc_loop_touch(loop);
}

void weir_timer_start(weir_timer *timer, uint64_t timeout_ms, uint64_t repeat_ms) {
  if (!is_here(timer)) return;
  disarm(timer);
  timer->start = weir_loop_now(timer->loop);
  timer->timeout = from_ms(timeout_ms);
  timer->repeat = from_ms(repeat_ms);
  arm(timer);
  weirc_loop_touch(timer->loop);
}

void weir_timer_stop(weir_timer *timer) {
  if (!is_here(timer)) return;
  disarm(timer);
  weirc_loop_touch(timer->loop);
}

void weir_timer_refresh(weir_timer *timer) {
  if (is_here(timer)) timer->start = weir_loop_now(timer->loop);
}

bool weir_timer_active(const weir_timer *timer) {
  return timer && timer->node.place > 0;
}

static void reference(weir_timer *timer, bool referenced) {
  if (!is_here(timer) || timer->referenced == referenced) return;
  timer->referenced = referenced;
  if (timer->node.place > 0 && referenced) timer->loop->active++;
  if (timer->node.place > 0 && !referenced) timer->loop->active--;
  weirc_loop_touch(timer->loop);
}

void weir_timer_ref(weir_timer *timer) {
  reference(timer, true);
}

void weir_timer_unref(weir_timer *timer) {
  reference(timer, false);
}

bool weir_timer_has_ref(const weir_timer *timer) {
  return timer && timer->referenced;
}

/* The next period begins where the last one ended; periods that are past altogether are left out.
 */
static void start_next_period(weir_timer *timer, weir_time now) {
  weir_time late = now - (timer->start + timer->timeout);
  timer->start += timer->timeout + late / timer->repeat * timer->repeat;
  timer->timeout = timer->repeat;
  weirc_heap_update(&timer->loop->timers, &timer->node, timer->start + timer->timeout);
}

void weirc_timer_watch(weir_timer *timer, const weir_time *active) {
  timer->active = active;
}

static weir_time deadline_of(const weir_timer *timer) {
  bool later = timer->active && *timer->active > timer->start;
  return (later ? *timer->active : timer->start) + timer->timeout;
}

static void fire(weir_loop *loop, weir_timer *timer, weir_time now) {
  if (timer->repeat > 0)
    start_next_period(timer, now);
  else
    disarm(timer);
  weirc_trace(loop, 0, WEIR_TRACE_TIMER, 0, 0);
  timer->callback(timer, timer->user);
  weirc_steps_drain(loop);
}

bool weirc_timers_run(weir_loop *loop) {
  bool fired = false;
  weirc_heap_node *first = weirc_heap_first(&loop->timers);
  if (!first) return false;
  weir_time now = weirc_now(loop);
  /* A callback that starts timers of 0 ms must not keep the loop here. */
  for (size_t budget = loop->timers.count; first && first->key <= now && budget > 0; budget--) {
    weir_timer *timer = weirc_container(first, weir_timer, node);
    weir_time deadline = deadline_of(timer);
    if (deadline > now) {
      weirc_heap_update(&loop->timers, first, deadline);
    } else {
      fire(loop, timer, now);
      fired = true;
    }
    if (loop->stopped) break;
    first = weirc_heap_first(&loop->timers);
  }
  return fired;
}

void weirc_timers_free(weir_loop *loop) {
  while (!weirc_list_empty(&loop->timer_list))
    weir_timer_free(weirc_container(loop->timer_list.next, weir_timer, link));
  weirc_heap_free(&loop->timers, &loop->allocator);
}
