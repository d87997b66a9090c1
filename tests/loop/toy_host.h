/**
 * @file
 * @brief An event loop of somebody else, and weir as a guest on it.
 *
 * The backend is one that has a descriptor, with the three functions that make it a guest. The host
 * polls the descriptor, has one timer for weir that fires once for each time it is set, and ends
 * when weir says that nothing holds it. There is one host in the program.
 */
#ifndef WEIR_TESTS_TOY_HOST_H
#define WEIR_TESTS_TOY_HOST_H

#include "weir/backend.h"
#include "weir/loop.h"

/** The host. */
typedef struct toy_host {
  const weir_backend_ops *ops; /**< The guest's, without the guest's additions. */
  weir_backend *backend;
  void (*on_ready)(void *core);
  void *core;
  weir_time deadline; /**< When its timer for weir fires; WEIR_TIME_NEVER: not set. */
  bool alive;         /**< What weir said last. */
  size_t deadlines;   /**< How often its timer was set. */
  size_t changes;     /**< How often it was told of being alive. */
  size_t wakeups;     /**< How often it called weir. */
  bool inside;        /**< weir is being called. */
  bool reentered;     /**< weir was told to run while it ran. */
} toy_host;

/** The one host. */
extern toy_host host;

/** The guest backend that stands on a named one; the host begins anew. */
const weir_backend_ops *toy_host_backend(const char *name);

/** Waits once and calls weir if there is reason to. @return false if nothing came within 10 s */
bool toy_host_turn(void);

/** Runs until weir is idle. @return false if weir is not idle and nothing can wake the host, or
 * nothing came within 10 s */
bool toy_host_run(void);

#endif
