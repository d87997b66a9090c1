/**
 * @file
 * @brief The loop that everything runs on, its timers, posts and steps.
 */
#ifndef WEIR_LOOP_H
#define WEIR_LOOP_H

#include "weir/base.h"
#include "weir/error.h"
#include "weir/lookup.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A loop: owns its sockets, servers and timers. One thread at a time uses it. */
typedef struct weir_loop weir_loop;
/** Something to run after the current handler has returned, before anything else: Node's
 * process.nextTick(). */
typedef struct weir_step weir_step;
/** A timer of a loop. */
typedef struct weir_timer weir_timer;

/** What a trace line is about. The two numbers of the line are given for each. */
typedef enum weir_trace_event {
  WEIR_TRACE_TURN,           /**< A turn begins. Object 0; operations finished so far, 0. */
  WEIR_TRACE_STEP,           /**< A step runs. Kind, 0. */
  WEIR_TRACE_TIMER,          /**< A timer fires. 0, 0. */
  WEIR_TRACE_LISTENING,      /**< 'listening'. Port, 0. */
  WEIR_TRACE_CONNECTION,     /**< 'connection'. Id of the new socket, connections now. */
  WEIR_TRACE_OVERLOAD,       /**< Accepting waits. Error, milliseconds. */
  WEIR_TRACE_CONNECT,        /**< 'connect'. 0, 0. */
  WEIR_TRACE_RECEIVE,        /**< Bytes came. How many, bytes read so far. */
  WEIR_TRACE_SENT,           /**< Bytes went to the system. How many, bytes still queued. */
  WEIR_TRACE_DRAIN,          /**< 'drain'. 0, 0. */
  WEIR_TRACE_FINISH,         /**< 'finish'. 0, 0. */
  WEIR_TRACE_END,            /**< 'end'. 0, 0. */
  WEIR_TRACE_ERROR,          /**< 'error'. The weir_err, 0. */
  WEIR_TRACE_CLOSE,          /**< 'close'. 1 if there was an error, 0. */
  WEIR_TRACE_TIMEOUT,        /**< 'timeout'. Milliseconds, 0. */
  WEIR_TRACE_LOOKUP,         /**< 'lookup'. The weir_err, the family of the address. */
  WEIR_TRACE_ATTEMPT,        /**< An attempt to connect begins. How many so far, 0. */
  WEIR_TRACE_ATTEMPT_FAILED, /**< It failed, or its time is up. The weir_err, how many failed. */
  WEIR_TRACE_DROP,           /**< 'drop'. The weir_drop_reason, connections now. */
  WEIR_TRACE_FD              /**< A descriptor came. The descriptor, 0. */
} weir_trace_event;

/**
 * Options of weir_loop_create(). Start from WEIR_LOOP_OPTIONS_INIT.
 */
typedef struct weir_loop_options {
  size_t size; /**< Set by WEIR_LOOP_OPTIONS_INIT. */
  /** "epoll", "kqueue", "poll", "sim" or NULL for the system's default; weir_backend_name_at()
   * lists them. */
  const char *backend;
  /** What the backend wants to know: `const weir_sim_options *` for "sim"; NULL: its defaults. Read
   * during the call. */
  const void *backend_options;
  /** A backend of your own instead of a name: a `const weir_backend_ops *` that outlives the loop;
   * see backend.h. */
  const struct weir_backend_ops *custom_backend;
  /** Where memory comes from; NULL: malloc() and free(). Copied; what it points to outlives the
   * loop. */
  const weir_allocator *allocator;
  /**
   * For hosts with a queue of their own, such as a JavaScript engine's microtasks: called inside
   * the call that queues a step. It must not run the step; the host calls weir_step_run() once for
   * each, in order. A weir_loop_free() runs what is left, whatever it returns: forget them then. A
   * weir_loop_close() waits for the host to run them. NULL: the loop runs them.
   */
  void (*schedule)(weir_step *step, void *user);
  void *schedule_user; /**< Handed to schedule. */
  /** Told of each happening as it happens: time, object, event, two numbers. Costs one test when
   * NULL. */
  void (*trace)(weir_time now, uint64_t object, weir_trace_event event, uint64_t a, uint64_t b,
                void *user);
  void *trace_user; /**< Handed to trace. */
  /** For connects that do not say; WEIR_DEFAULT: the process-wide default. @source HE-11 */
  weir_choice auto_select_family;
  /** For connects that do not say; 0: the process-wide default. @source HE-10 */
  uint32_t auto_select_family_attempt_timeout_ms;
  weir_lookup_function lookup; /**< For whoever names no resolver; NULL: the system's. @source
                                  CON-15 */
  void *lookup_user;           /**< Handed to lookup. */
  /** Filled when weir_loop_create() fails: weir_error_message() of it names the backends there are
   * if no backend has the name that was asked for. NULL: not wanted. */
  weir_error *error;
} weir_loop_options;

/** Defaults of weir_loop_options. */
#define WEIR_LOOP_OPTIONS_INIT                                                                     \
  {                                                                                                \
    sizeof(weir_loop_options), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, WEIR_DEFAULT, 0,    \
        NULL, NULL, NULL                                                                           \
  }

/** A function to run later. `status` is WEIR_OK, or WEIR_ECANCELED if the loop is being freed. */
typedef void (*weir_later)(weir_loop *loop, weir_err status, void *user);

/** How long weir_loop_run() goes on. */
typedef enum weir_run_mode {
  WEIR_RUN_DEFAULT, /**< Until nothing referenced is left, or weir_loop_stop(). */
  WEIR_RUN_ONCE,    /**< One turn; waits only if no timer is due and no step is queued. */
  WEIR_RUN_NOWAIT   /**< One turn; never waits. */
} weir_run_mode;

/**
 * Makes a loop.
 * @param options NULL: WEIR_LOOP_OPTIONS_INIT
 * @param out_loop the new loop, freed by weir_loop_free(); NULL on failure
 * @return WEIR_OK; WEIR_ERR_INVALID_ARG_TYPE: out_loop is NULL; WEIR_ERR_INVALID_ARG_VALUE: the
 * struct's size is not known, or no backend has that name (weir_backend_name_at() lists those that
 * are there, weir_loop_options.error names them); WEIR_ENOMEM; what the system says when it refuses
 * the backend, e.g. WEIR_EMFILE
 */
WEIR_API weir_err weir_loop_create(const weir_loop_options *options, weir_loop **out_loop);

/**
 * Ends a loop: destroys its sockets and timers, closes its servers (socket files go), and frees it.
 *
 * What is still owed is told first, from inside this call: callbacks with WEIR_ECANCELED or what
 * destroy() gives, 'close' of each socket, posts with WEIR_ECANCELED, queued steps. Servers and
 * timers that the program has not freed are freed with the loop.
 * @reentrant not from a handler of the same loop
 * @return WEIR_OK, also for NULL; WEIR_EBUSY: called from a handler, nothing happened; or, on a
 *   loop of somebody else, everything is ended but that loop must run before it can be freed
 */
WEIR_API weir_err weir_loop_free(weir_loop *loop);

/**
 * Ends a loop that lives on one of somebody else's, without waiting: everything is destroyed as by
 * weir_loop_free(), in the host's next turns, and the loop is freed when the callback has returned.
 * Nothing of it may be used after that; until then nothing new can be begun.
 * @param loop its loop
 * @param callback runs once, as the last of it, with WEIR_OK; may be NULL
 * @param user handed to callback
 * @reentrant also from a handler
 * @return WEIR_OK; WEIR_ERR_INVALID_ARG_TYPE: NULL; WEIR_ENOTSUP: the loop is nobody else's, and
 *   weir_loop_free() is for it; WEIR_EALREADY: it is ending
 */
WEIR_API weir_err weir_loop_close(weir_loop *loop, weir_later callback, void *user);

/**
 * Runs handlers until the mode says enough. Queued steps count as something to do.
 * @reentrant not from a handler of the same loop
 * @return WEIR_OK; WEIR_ERR_INVALID_ARG_TYPE: NULL; WEIR_EBUSY: called from a handler;
 * WEIR_ENOTSUP: the backend runs on a loop of somebody else that it cannot run (that of libuv it
 * can: this is uv_run()); WEIR_EDEADLK: on the simulator,
 * nothing that is waited for can ever happen; what the system says when waiting fails
 */
WEIR_API weir_err weir_loop_run(weir_loop *loop, weir_run_mode mode);

/** Makes weir_loop_run() return after the current turn. Does nothing for NULL. */
WEIR_API void weir_loop_stop(weir_loop *loop);

/** True while something referenced is left: weir_loop_run() would go on. */
WEIR_API bool weir_loop_alive(const weir_loop *loop);

/** The loop's clock: the time at which the current turn began to run handlers, or now outside of a
 * turn. */
WEIR_API weir_time weir_loop_now(weir_loop *loop);

/** The name of the backend the loop runs on, e.g. "epoll". */
WEIR_API const char *weir_loop_backend_name(const weir_loop *loop);

/**
 * What to watch for readability when weir runs inside another loop.
 * @return a descriptor, owned by the loop; -1 if the backend has none
 */
WEIR_API intptr_t weir_loop_fd(const weir_loop *loop);

/**
 * How long another loop may wait before it calls weir_loop_dispatch().
 * @return milliseconds, rounded up; 0: at once; -1: until weir_loop_fd() is readable
 */
WEIR_API int weir_loop_timeout(weir_loop *loop);

/**
 * One turn without waiting, for other loops: timers that are due, what the system has ready, steps,
 * closing.
 * @reentrant not from a handler of the same loop
 * @return as weir_loop_run()
 */
WEIR_API weir_err weir_loop_dispatch(weir_loop *loop);

/**
 * Runs a step that `schedule` was given. Each step is run once, in the order they were given.
 * @thread the loop's
 */
WEIR_API void weir_step_run(weir_step *step);

/**
 * Runs a function on the loop's thread, in the loop's next turn. Posts from one thread keep their
 * order.
 * @thread any
 * @cost one malloc() (never the loop's allocator), and a wake-up if the loop may be waiting
 * @return WEIR_OK: it will run exactly once; WEIR_ERR_INVALID_ARG_TYPE: NULL; WEIR_ENOMEM
 */
WEIR_API weir_err weir_loop_post(weir_loop *loop, weir_later run, void *user);

/**
 * Runs a function after the current handler has returned, before anything else: Node's
 * process.nextTick().
 * @return WEIR_OK: it will run exactly once; WEIR_ERR_INVALID_ARG_TYPE: NULL; WEIR_ENOMEM;
 * WEIR_ERR_LOOP_CLOSED; WEIR_ERR_WRONG_THREAD
 */
WEIR_API weir_err weir_loop_next_step(weir_loop *loop, weir_later run, void *user);

/** A timer's function. */
typedef void (*weir_timer_callback)(weir_timer *timer, void *user);

/**
 * Makes a timer that is not running.
 * @param loop its loop
 * @param callback runs each time it fires
 * @param user handed to callback
 * @param out_timer the new timer, freed by weir_timer_free()
 * @return WEIR_OK; WEIR_ERR_INVALID_ARG_TYPE: NULL; WEIR_ENOMEM
 */
WEIR_API weir_err weir_timer_create(weir_loop *loop, weir_timer_callback callback, void *user,
                                    weir_timer **out_timer);

/** Stops and frees a timer, also from its own callback. Does nothing for NULL. */
WEIR_API void weir_timer_free(weir_timer *timer);

/**
 * Starts a timer, or starts it anew. It cannot fail: room was made when the timer was created.
 * @param timer the timer; NULL does nothing
 * @param timeout_ms when it fires, counted from weir_loop_now()
 * @param repeat_ms then it fires again each so many milliseconds, without drift; late periods are
 * not made up for; 0: once
 */
WEIR_API void weir_timer_start(weir_timer *timer, uint64_t timeout_ms, uint64_t repeat_ms);

/** Stops a timer. Does nothing if it is not running. */
WEIR_API void weir_timer_stop(weir_timer *timer);

/**
 * Puts a running timer off to a full timeout_ms from weir_loop_now(). Does nothing if it is not
 * running.
 * @cost one store: no heap, no system call; the armed timer looks at it when it fires
 */
WEIR_API void weir_timer_refresh(weir_timer *timer);

/** True from start until it has fired for the last time or was stopped. */
WEIR_API bool weir_timer_active(const weir_timer *timer);

/** Lets the timer hold the loop open, which is the default. */
WEIR_API void weir_timer_ref(weir_timer *timer);

/** Lets the loop end although the timer runs. */
WEIR_API void weir_timer_unref(weir_timer *timer);

/** Whether the timer holds the loop open while it runs: Node's timeout.hasRef(). */
WEIR_API bool weir_timer_has_ref(const weir_timer *timer);

#ifdef __cplusplus
}
#endif
#endif
