/**
 * @file
 * @brief Look-ups of names on threads: the system's resolver waits, and nobody else does.
 *
 * One small pool of threads serves the process. Threads are started when there is work and end
 * after some seconds without. A job that has not begun is taken out when it is abandoned; one that
 * a thread is at is left to it, and the thread throws the result away. Jobs that wait are only
 * bounded by memory: each belongs to an operation that its owner has found room for, and an
 * abandoned one does not wait any more.
 *
 * A forked process has none of the threads. It can look up names; what was out when it was forked
 * is never told in it, and can be abandoned.
 */
#ifndef WEIRP_RESOLVER_H
#define WEIRP_RESOLVER_H

#include "core/containers/list.h"
#include "weir/lookup.h"

/** Threads that look up what somebody waits for. */
#define WEIRP_RESOLVER_THREADS 4u
/** Threads altogether. Those above WEIRP_RESOLVER_THREADS stand in for threads that hang in a
 * look-up which was abandoned. */
#define WEIRP_RESOLVER_THREADS_MOST 16u

/** How far a job has come. */
typedef enum weirp_resolver_state {
  WEIRP_RESOLVER_WAITING,   /**< No thread has it. */
  WEIRP_RESOLVER_RUNNING,   /**< A thread is at it. */
  WEIRP_RESOLVER_ABANDONED, /**< A thread is at it and frees it. */
  WEIRP_RESOLVER_LOST,      /**< The thread was another process's. */
  WEIRP_RESOLVER_TOLD       /**< It is its owner's again. */
} weirp_resolver_state;

/** A name to look up, and its addresses. */
typedef struct weirp_resolver_job {
  weirc_link link;                 /**< The pool's until the job is told. */
  weirp_resolver_state state;      /**< The pool's. */
  weirc_link owned;                /**< The owner's. */
  struct weirp_resolver_job *next; /**< The owner's. */
  void *owner;                     /**< The owner's. */
  void *subject;                   /**< The owner's. */
  /** Tells the owner that the job is done: once, on a thread of the pool, unless the job is
   * abandoned before. It must be quick and must not call the resolver. */
  void (*told)(struct weirp_resolver_job *job);
  weir_family family;      /**< WEIR_FAMILY_NONE: both. */
  int32_t hints;           /**< weir_lookup_hint, or 0. */
  weir_err error;          /**< Once told: why there is no address. */
  weir_address *addresses; /**< Once told: what was found, freed with the job. */
  size_t count;            /**< Once told: how many. */
  char host[];             /**< The name. */
} weirp_resolver_job;

/** Makes a job, its owner's members unset. @return NULL: no memory */
weirp_resolver_job *weirp_resolver_job_create(const char *host, weir_family family, int32_t hints);

/** Frees a job that was never submitted or that was told. */
void weirp_resolver_job_free(weirp_resolver_job *job);

/**
 * Gives a job to the pool.
 * @return WEIR_OK; WEIR_EAI_AGAIN: there is no thread and the system starts none, so the job stays
 * its owner's
 */
weir_err weirp_resolver_submit(weirp_resolver_job *job);

/**
 * Wants to hear no more of a job; nobody waits for it. Whoever has abandoned what there was to be
 * abandoned calls weirp_resolver_settle().
 * @return true: it is gone; false: it was told already and is its owner's
 */
bool weirp_resolver_abandon(weirp_resolver_job *job);

/** Has threads stand in for those that hang in abandoned jobs, if jobs wait. Not done with each
 * job: what is about to be abandoned next would be begun. */
void weirp_resolver_settle(void);

/** What looks up a name, as weirp_host_look_up(), on a thread of the pool. */
typedef weir_err (*weirp_resolver_function)(const char *host, weir_family family, int32_t hints,
                                            weir_address **out_addresses, size_t *out_count);

/** For tests: has names looked up by a function; NULL: by the system again. Counts for jobs that
 * begin afterwards. */
void weirp_resolver_replace(weirp_resolver_function function);

/** For tests, and before the library is unloaded: waits until every job is done and every thread
 * has ended. Nobody may submit meanwhile. */
void weirp_resolver_rest(void);

#endif
