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

#include "weir/address.h"
#include "weir/base.h"
#include "weir/loop.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What the simulated resolver says of a host's name. Zeroed members have a meaning: the least that
 * is to be set are `host`, and `addresses` with `count`. */
typedef struct weir_sim_name {
  const char *host; /**< The name, ended by a NUL. A to Z and a to z are the same. */
  /** Its addresses, in the order in which they are told; ports do not count. A look-up gets those
   * of the family it asks for, or, by its hints, IPv4 as mapped IPv6; for want of any it fails with
   * WEIR_ENOTFOUND. */
  const weir_address *addresses;
  size_t count;   /**< How many. */
  weir_err error; /**< Why there is no answer, e.g. WEIR_EAI_AGAIN; WEIR_OK: the addresses are. */
  /** How long the answer takes, exactly; 0: as long as anything else that is sent, drawn from the
   * network's latency; WEIR_TIME_NEVER: there is none, and the look-up ends by being cancelled. */
  weir_time delay_ns;
} weir_sim_name;

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
  /** What the resolver knows; copied. Of a name that is there twice the first counts. "localhost"
   * has 127.0.0.1 and ::1 unless it is there; any other name fails with WEIR_ENOTFOUND after the
   * network's latency. */
  const weir_sim_name *names;
  size_t name_count; /**< How many names; 0: none but "localhost". */
} weir_sim_options;

/** Seed 1, latency 10 to 100 microseconds, 200 KiB a direction, one in ten sends and receives
 * short, shuffled, no names but "localhost". */
#define WEIR_SIM_OPTIONS_INIT                                                                      \
  { sizeof(weir_sim_options), 1, 10000, 100000, 204800, 100, 100, true, 0, NULL, 0 }

#ifdef __cplusplus
}
#endif
#endif
