/**
 * @file
 * @brief The RESOLVE operations of one backend: jobs for the platform's threads, and their answers.
 *
 * For backends that ask a system. The threads put what they have found on a stack without lock and
 * wake the backend; whoever takes a wake-up resets it first and then collects. So a turn in which
 * nobody was woken costs one load. A job's memory is malloc()'s, as a job outlives its loop
 * when a thread hangs in it; no operation needs memory of the loop's.
 */
#ifndef WEIRB_RESOLVES_H
#define WEIRB_RESOLVES_H

#include "core/atomic.h"
#include "core/containers/list.h"
#include "weir/backend.h"

struct weirp_resolver_job;

/** The RESOLVE operations of a backend. */
typedef struct weirb_resolves {
  bool untidy;                         /**< Addresses were shown, or jobs abandoned. */
  struct weirp_resolver_job *shown;    /**< Jobs whose addresses were handed out. */
  weirc_atomic_ptr told;               /**< Jobs that threads are done with, the youngest first. */
  weirc_link out;                      /**< Jobs whose operations are out. */
  weir_backend *backend;               /**< Whose. */
  void (*wake)(weir_backend *backend); /**< The backend's; may be called from any thread. */
} weirb_resolves;

/** Makes one that has nothing out. It stays where it is. */
void weirb_resolves_init(weirb_resolves *resolves, weir_backend *backend,
                         void (*wake)(weir_backend *backend));

/** Abandons what is out, without waiting, and frees the rest. wake() is not called afterwards. */
void weirb_resolves_free(weirb_resolves *resolves);

/** Takes a RESOLVE. @return WEIR_OK; otherwise the backend finishes it with what is returned:
 * WEIR_ENOMEM, WEIR_EAI_AGAIN */
weir_err weirb_resolves_submit(weirb_resolves *resolves, weir_op *op);

/** Gives up a RESOLVE. @return true: the backend finishes it with WEIR_ECANCELED; false: it is
 * finished already and waits to be handed out */
bool weirb_resolves_cancel(weirb_resolves *resolves, weir_op *op);

/** Appends what has been answered since the last time. To be called after each wake-up, in poll();
 * the addresses are good until the next turn. */
void weirb_resolves_collect(weirb_resolves *resolves, weir_completions *done);

/** The slow part of weirb_resolves_turn(). */
void weirb_resolves_tidy(weirb_resolves *resolves);

/** Cleans up behind the last turn. To be called by poll() when a turn begins. */
static inline void weirb_resolves_turn(weirb_resolves *resolves) {
  if (resolves->untidy) weirb_resolves_tidy(resolves);
}

#endif
