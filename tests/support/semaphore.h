/**
 * @file
 * @brief What one thread waits for until another one says so.
 */
#ifndef WEIR_TESTS_SEMAPHORE_H
#define WEIR_TESTS_SEMAPHORE_H

#include "platform/thread.h"

/** How often it may be passed. */
typedef struct semaphore {
  weirp_mutex lock;
  weirp_condition raised;
  unsigned count;
} semaphore;

/** Makes one that nobody passes yet. */
void semaphore_init(semaphore *s);

/** Lets somebody pass, once. */
void semaphore_post(semaphore *s);

/** Waits until it may be passed. */
void semaphore_wait(semaphore *s);

#endif
