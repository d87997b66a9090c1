/**
 * @file
 * @brief weir on a loop of libuv's: the options of the backend "uv".
 *
 * Sockets and servers become handles of a `uv_loop_t` that the program has, and their handlers run
 * inside `uv_run()`. libuv's own names are not needed here; the backend is there where weir was
 * built with libuv.
 */
#ifndef WEIR_UV_H
#define WEIR_UV_H

#include "weir/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/** weir_loop_options.backend_options of "uv". Start from WEIR_UV_OPTIONS_INIT. */
typedef struct weir_uv_options {
  size_t size; /**< Set by WEIR_UV_OPTIONS_INIT. */
  /** A uv_loop_t that outlives the weir_loop, and is run by the program. NULL: one of weir's own,
   * which weir_loop_run() runs, and which is gone with the weir_loop. */
  void *uv_loop;
  /**
   * For hosts with a queue of their own, see weir_loop_options.schedule: called before libuv has
   * weir run its handlers, and when they have run, in pairs, never nested. The place to run the
   * steps that were scheduled between the two is inside `leave`. NULL: not wanted.
   */
  void (*enter)(void *user);
  void (*leave)(void *user); /**< See enter. */
  void *user;                /**< Handed to both. */
} weir_uv_options;

/** Defaults of weir_uv_options. */
#define WEIR_UV_OPTIONS_INIT                                                                       \
  { sizeof(weir_uv_options), NULL, NULL, NULL, NULL }

#ifdef __cplusplus
}
#endif
#endif
