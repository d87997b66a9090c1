/**
 * @file
 * @brief The inside of a loop, and what the objects on it need of it.
 */
#ifndef WEIRC_LOOP_H
#define WEIRC_LOOP_H

#include "core/atomic.h"
#include "core/containers/heap.h"
#include "core/containers/list.h"
#include "core/memory.h"
#include "core/step.h"
#include "core/thread.h"
#include "weir/backend.h"
#include "weir/loop.h"

/** Bytes that one receive brings at the most, and that their text may have. */
enum { WEIRC_RECEIVE_BYTES = 65536, WEIRC_TEXT_BYTES = (WEIRC_RECEIVE_BYTES + 4) * 3 };

/** A post on its way from some thread. */
typedef struct weirc_post {
  struct weirc_post *next; /**< The one that was posted before it. */
  weir_later run;          /**< What to run. */
  void *user;              /**< Handed to it. */
  bool kept;               /**< Lies in something of its owner's; otherwise it is freed. */
} weirc_post;

/** How abort signals reach the loop; see abort_signal.h. */
typedef struct weirc_door weirc_door;

struct weir_loop {
  const weir_backend_ops *ops; /**< The backend's functions. */
  weir_backend *backend;       /**< The backend's state. */
  weirc_step_queue steps;      /**< What waits for the current handler to return. */
  weir_allocator allocator;    /**< Where memory comes from. */
  size_t handle_space;         /**< Bytes before each object that hold the backend's handle. */
  size_t active;               /**< Referenced objects that can still tell something. */
  size_t closing;              /**< Handles given to close() and not handed out yet. */
  weir_time now;               /**< The time of the turn; 0: to be read, or no turn runs. */
  bool *hosted;                /**< weir_loop_run() runs the host's loop, and is told here that this
                                    one is gone; NULL: it does not. */
  bool ending;                 /**< weir_loop_close() was called. */
  weir_later ended;            /**< To be told when it has ended; may be NULL. */
  void *ended_user;            /**< Handed to it. */
  unsigned running;            /**< How deep in a turn, a step or the freeing of the loop. */
  bool stopped;                /**< weir_loop_stop() was called. */
  bool freeing;                /**< weir_loop_free() is at work. */
  bool touching;               /**< Guests: being told already. */
  bool guest_alive;            /**< Guests: what they were told last. */
  weir_time guest_deadline;    /**< Guests: what they were told last. */
  uint64_t last_id;            /**< Ids given so far. */
  weirc_heap timers;           /**< Deadlines of running timers. */
  weirc_link timer_list;       /**< All timers of the program. */
  size_t timer_count;          /**< How many timers there are: the heap's room. */
  weirc_link sockets;          /**< Sockets without server. */
  weirc_link servers;          /**< All servers. */
  weirc_link lookups;          /**< Questions that are not answered. */
  size_t resolving;            /**< How many of them the system has. */
  weirc_atomic_ptr posts;      /**< weirc_post, newest first. */
  weirc_atomic_int thread;     /**< The thread that used the loop last: weirc_thread_here(). */
  weirc_atomic_int inside;     /**< The one that runs it or frees it now; 0: none. */
  weirc_door *door;            /**< NULL until the first abort signal is made. */
  weirc_pool spare_steps;      /**< Steps beyond the one in each object. */
  weirc_pool writers;          /**< weirc_writer. */
  weirc_pool small_chunks;     /**< weirc_chunk with room for a small piece. */
  weirc_pool large_chunks;     /**< weirc_chunk with room for a receive buffer's worth. */
  weirc_pool texts;            /**< Room for the text of a receive buffer's worth. */
  void (*schedule)(weir_step *step, void *user); /**< See weir_loop_options. */
  void *schedule_user;                           /**< See weir_loop_options. */
  void (*trace)(weir_time now, uint64_t object, weir_trace_event event, uint64_t a, uint64_t b,
                void *user);      /**< See weir_loop_options. */
  void *trace_user;               /**< See weir_loop_options. */
  weir_lookup_function lookup;    /**< See weir_loop_options. */
  void *lookup_user;              /**< See weir_loop_options. */
  weir_choice auto_select_family; /**< See weir_loop_options. */
  uint32_t attempt_timeout_ms;    /**< See weir_loop_options. */
};

/** Reads the clock, once in a turn. */
weir_time weirc_read_clock(weir_loop *loop);

/** The time of the current turn; outside of turns, the time. */
static inline weir_time weirc_now(weir_loop *loop) {
  return loop->now != 0 ? loop->now : weirc_read_clock(loop);
}

/** Tells the trace hook that is there. */
void weirc_trace_out(weir_loop *loop, uint64_t object, weir_trace_event event, uint64_t a,
                     uint64_t b);

/** Tells the trace hook, if there is one, at the cost of one test if there is none. */
#define weirc_trace(loop, object, event, a, b)                                                     \
  ((loop)->trace ? weirc_trace_out(loop, object, event, a, b) : (void)0)

/** The backend's handle of an object. */
static inline weir_handle *weirc_handle(weirc_object *object) {
  return (weir_handle *)(void *)((char *)object - object->loop->handle_space);
}

/** The same to look at. */
static inline const weir_handle *weirc_handle_of(const weirc_object *object) {
  return (const weir_handle *)(const void *)((const char *)object - object->loop->handle_space);
}

/** The object of a handle. */
static inline weirc_object *weirc_object_of(weir_loop *loop, weir_handle *handle) {
  return (weirc_object *)(void *)((char *)handle + loop->handle_space);
}

/** A zeroed object with its handle's bytes in front, not in any list; NULL: no memory. */
void *weirc_object_create(weir_loop *loop, size_t size, weirc_step_owner kind);

/** Frees the memory of an object, and takes it out of its list. */
void weirc_object_free(weirc_object *object);

/** Begins to count an object as something that holds the loop open (while referenced). */
void weirc_object_activate(weirc_object *object);

/** Ends that. */
void weirc_object_deactivate(weirc_object *object);

/** ref() and unref(). */
void weirc_object_reference(weirc_object *object, bool referenced);

/** Gives an object's handle back; it comes again in the closing part of a turn. */
void weirc_object_close(weirc_object *object, weir_close_how how);

/** Something changed that a guest's host may have to know: what is waited for, or whether weir is
 * alive. */
void weirc_loop_touch(weir_loop *loop);

/**
 * Makes a loop on a backend.
 * @return as weir_loop_create()
 */
weir_err weirc_loop_create(const weir_loop_options *options, const weir_backend_ops *ops,
                           weir_loop **out_loop);

/** Runs the steps that wait, and what they queue, until none does; leaves them to a host that has
 * `schedule`. */
static inline void weirc_steps_drain(weir_loop *loop) {
  if (loop->steps.first && !loop->schedule) weirc_steps_finish(loop);
}

/** Runs the timers that are due. Returns whether any was. */
bool weirc_timers_run(weir_loop *loop);

/** A timer counts from a later time than its start if one is stored there, until it is freed. */
void weirc_timer_watch(weir_timer *timer, const weir_time *active);

/** Frees all timers: the loop is being freed. */
void weirc_timers_free(weir_loop *loop);

/** Notes that the calling thread is the loop's own. */
static inline void weirc_loop_claim(weir_loop *loop) {
  weirc_atomic_int_store(&loop->thread, weirc_thread_here());
}

/** True while another thread runs the loop: nothing of it may be touched. */
static inline bool weirc_loop_elsewhere(const weir_loop *loop) {
  int inside = weirc_atomic_int_peek(&loop->inside);
  return inside != weirc_thread_number && inside != 0;
}

/** The same of an object's loop. */
static inline bool weirc_elsewhere(const weirc_object *object) {
  return weirc_loop_elsewhere(object->loop);
}

/** Why nothing can be begun on a loop: WEIR_ERR_WRONG_THREAD, WEIR_ERR_LOOP_CLOSED; WEIR_OK. */
weir_err weirc_loop_refuses(const weir_loop *loop);

/** The calling thread goes inside, to run handlers; calls may be nested. */
static inline void weirc_loop_enter(weir_loop *loop) {
  weirc_loop_claim(loop);
  if (loop->running++ == 0) weirc_atomic_int_store(&loop->inside, weirc_thread_number);
}

/** Ends that. While weir_loop_run() runs a host's loop the thread is still inside. */
static inline void weirc_loop_leave(weir_loop *loop) {
  if (--loop->running == 0 && !loop->hosted) weirc_atomic_int_store(&loop->inside, 0);
}

/** Posts something that is not being posted already; cannot fail. @thread any */
void weirc_post_push(weir_loop *loop, weirc_post *post);

/** Runs what other threads have posted; canceled if the loop is being freed. */
void weirc_posts_run(weir_loop *loop);

/** True if a post waits. */
bool weirc_posts_waiting(const weir_loop *loop);

#endif
