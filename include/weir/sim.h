/**
 * @file
 * @brief The simulator: a network inside the process, on virtual time, deterministic from a seed.
 *
 * A loop made with the backend "sim" is a world of its own: its servers and sockets reach each
 * other and nothing else. Time stands still while handlers run and jumps to the next happening when
 * there is nothing to do, so a test with an hour of idle time takes microseconds, and the same seed
 * gives the same run.
 */
#ifndef WEIR_SIM_H
#define WEIR_SIM_H

#include "weir/base.h"
#include "weir/loop.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a simulated network is like: weir_loop_options.backend_options of "sim". Start from
 * WEIR_SIM_OPTIONS_INIT. */
typedef struct weir_sim_options {
  size_t size;              /**< Set by WEIR_SIM_OPTIONS_INIT. */
  uint64_t seed;            /**< All chance comes from it. */
  weir_time latency_min_ns; /**< The least time anything takes from one end to the other. */
  weir_time
      latency_max_ns; /**< The most; each thing draws its own, in order within one direction. */
  size_t
      buffer_bytes; /**< What one direction of a connection holds before the sender has to wait. */
  /** Chance that a send takes only part of what it could, in 1/1000. */
  unsigned short_send_permille;
  /** Chance that a receive gives only part of what is there, in 1/1000. */
  unsigned short_receive_permille;
  /** Hand out what finishes at the same time in an order drawn from the seed; otherwise in the
   * order of happening. */
  bool shuffle;
  unsigned descriptors; /**< Handles that may be open at once; 0: as many as memory allows. */
} weir_sim_options;

/** Seed 1, latency 10 to 100 microseconds, 200 KiB a direction, one in ten sends and receives
 * short, shuffled. */
#define WEIR_SIM_OPTIONS_INIT                                                                      \
  { sizeof(weir_sim_options), 1, 10000, 100000, 204800, 100, 100, true, 0 }

#ifdef __cplusplus
}
#endif
#endif
