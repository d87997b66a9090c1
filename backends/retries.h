/**
 * @file
 * @brief CONNECT operations that met a listener without room, and are tried again.
 *
 * For backends whose local connections are there at once or not at all. The pauses grow from one
 * millisecond to 50. An operation waits here by its own memory: `next` and `data` are the list's,
 * and `length` has when it is due and the pause.
 */
#ifndef WEIRB_RETRIES_H
#define WEIRB_RETRIES_H

#include "weir/backend.h"

/** The operations of a backend that wait. It stays where it is. */
typedef struct weirb_retries {
  weir_op *first; /**< NULL: none. */
  weir_time at;   /**< When the first of them is due at the earliest; WEIR_TIME_NEVER: none. */
} weirb_retries;

/** Makes a list of none. */
void weirb_retries_init(weirb_retries *retries);

/** Begins with an operation that has not been tried yet. */
void weirb_retries_begin(weir_op *op);

/** Has an operation wait that was refused, once more or for the first time. */
void weirb_retries_add(weirb_retries *retries, weir_op *op, weir_time now);

/** Takes out an operation that was begun with, if it waits. @return whether it did */
bool weirb_retries_remove(weirb_retries *retries, weir_op *op);

/** Takes out all that are due, linked by `next`. */
weir_op *weirb_retries_take_due(weirb_retries *retries, weir_time now);

#endif
