/**
 * @file
 * @brief One simulated world: its memory, its clock, its chance and what is going to happen.
 */
#ifndef WEIRB_SIM_WORLD_H
#define WEIRB_SIM_WORLD_H

#include "core/atomic.h"
#include "backends/sim/random.h"
#include "backends/sim/schedule.h"
#include "weir/sim.h"

/** Bytes the simulator receives at once when the core supplies no memory. */
#define WEIRB_SIM_SCRATCH_BYTES ((size_t)65536)
/** The first port that is given to clients. */
#define WEIRB_SIM_FIRST_CLIENT_PORT 32768u
/** How many ports there are for clients; behind them begin those for bind() with port 0. */
#define WEIRB_SIM_CLIENT_PORTS 16384u
/** The first port that bind() gives for 0; the last one is 65535. */
#define WEIRB_SIM_FIRST_BIND_PORT 49152u

struct weirb_sim_endpoint;
struct weirb_sim_name;
struct weirb_sim_resolves;

/** A world: what a simulator knows. */
struct weir_backend {
  const weir_allocator *allocator; /**< The loop's. */
  weir_sim_options options;        /**< Checked; the names are a copy. */
  weirb_sim_random random;         /**< All chance. */
  weir_time now;                   /**< The clock. */
  uint64_t sequence;               /**< Counts what is scheduled, to order what is simultaneous. */
  weirc_atomic_int woken;          /**< wake() was called since the last poll() that could wait. */
  weirb_sim_schedule happenings;   /**< What is going to happen; keys are times. */
  weirb_sim_schedule pending;      /**< Handles to be handed out from in the next turn. */
  weirb_sim_schedule turn;         /**< Handles to be handed out from in this turn. */
  uint64_t turn_number;            /**< Counts turns from 1. */
  size_t
      turn_base;  /**< Handles in `turn` that hold the turn open for what is finished meanwhile. */
  bool turn_open; /**< The core may still ask for more of this turn. */
  unsigned descriptors;                             /**< Handles that are open. */
  struct weirb_sim_endpoint *listeners;             /**< TCP listeners. */
  struct weirb_sim_name *names;                     /**< Local names. */
  struct weirb_sim_resolves *resolves;              /**< Look-ups. */
  unsigned bind_ports_given;                        /**< Where the search for a free port starts. */
  unsigned client_ports_given;                      /**< The same for clients. */
  uint8_t client_ports[WEIRB_SIM_CLIENT_PORTS / 8]; /**< A bit for each client port in use. */
  uint8_t scratch[WEIRB_SIM_SCRATCH_BYTES];         /**< Where receives without memory go. */
};

/** Zeroed memory from the loop's allocator; NULL if there is none. */
void *weirb_sim_allocate(weir_backend *world, size_t size);

/** Gives it back; NULL does nothing. */
void weirb_sim_release(weir_backend *world, void *memory);

/** Counts one more open handle. @return false if the limit is reached */
bool weirb_sim_descriptor_take(weir_backend *world);

/** Counts one open handle less. */
void weirb_sim_descriptor_give(weir_backend *world);

/** A later time, which is never WEIR_TIME_NEVER. */
weir_time weirb_sim_later(weir_time from, weir_time span);

/** The time at which something sent now arrives, drawn from the latency. */
weir_time weirb_sim_arrival(weir_backend *world);

/** A number no other call gives, greater than all before. */
uint64_t weirb_sim_sequence(weir_backend *world);

/** Makes something happen at a time; a node that is queued already is moved. */
void weirb_sim_happen(weir_backend *world, weirb_sim_node *node, weir_time when, void *owner,
                      void (*fire)(weir_backend *world, void *owner));

/** Makes it not happen. */
void weirb_sim_forget(weir_backend *world, weirb_sim_node *node);

/** Lets everything happen that is due now. */
void weirb_sim_run_due(weir_backend *world);

/** When the next thing happens; WEIR_TIME_NEVER: nothing does. */
weir_time weirb_sim_next(const weir_backend *world);

#endif
