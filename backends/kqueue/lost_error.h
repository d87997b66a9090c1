/**
 * @file
 * @brief Errors of descriptors that libkqueue has taken from the system to tell them.
 *
 * A kqueue tells a socket's error and leaves it to whoever reads or writes next. libkqueue, which
 * runs this backend on Linux, asks the system, which tells an error once. On other systems nothing
 * is kept.
 */
#ifndef WEIRB_KQUEUE_LOST_ERROR_H
#define WEIRB_KQUEUE_LOST_ERROR_H

#include "weir/base.h"

/** The errors by descriptor. Zeroed memory has none. */
typedef struct weirb_kqueue_lost_errors {
  int *numbers; /**< The system's numbers; 0: none. */
  size_t size;  /**< How many. */
} weirb_kqueue_lost_errors;

/** Makes room for a descriptor that has no error. @return WEIR_OK, WEIR_ENOMEM */
weir_err weirb_kqueue_lost_errors_reserve(weirb_kqueue_lost_errors *errors,
                                          const weir_allocator *allocator, int fd);

/** Keeps an error; 0 is none. */
void weirb_kqueue_lost_errors_note(weirb_kqueue_lost_errors *errors, int fd, int number);

/** Takes it out. @return WEIR_OK: there is none */
weir_err weirb_kqueue_lost_errors_take(weirb_kqueue_lost_errors *errors, int fd);

/** Frees what is kept. */
void weirb_kqueue_lost_errors_free(weirb_kqueue_lost_errors *errors,
                                   const weir_allocator *allocator);

#endif
