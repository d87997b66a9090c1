/**
 * @file
 * @brief What is handed out and in which order: handles, their finished operations, turns.
 *
 * A turn begins with a snapshot of the handles that have something to hand out. They are the base
 * of the turn: while one of them is left, what is finished meanwhile comes out in the same turn,
 * behind them; later it waits for the next turn. So a turn ends, whatever the handlers do.
 */
#ifndef WEIRB_SIM_TURN_H
#define WEIRB_SIM_TURN_H

#include "backends/sim/world.h"

/** Operations of one handle that are handed out in one turn; the rest waits for the next one. */
#define WEIRB_SIM_BUDGET 32u
/** Kinds of operations of a handle; RESOLVE, which is not one, comes behind them. */
#define WEIRB_SIM_OP_KINDS 5

/** What lies behind each object of the core. Zeroed memory is a handle never created. */
typedef struct weirb_sim_handle {
  weir_handle base;                    /**< First, so that one can be taken for the other. */
  struct weirb_sim_endpoint *endpoint; /**< The transport; NULL: none, or closed. */
  weir_op *out[WEIRB_SIM_OP_KINDS];    /**< The operations that are out, by kind. */
  weir_op *finished;                   /**< The oldest that is to be handed out. */
  weir_op *last_finished;              /**< The youngest. */
  weirb_sim_node ready;                /**< Waits to be handed out from. */
  bool base_of_turn;                   /**< It holds the turn open. */
  bool in_turn;                        /**< It waits for this turn, not for the next one. */
  bool closing;                        /**< It is handed out itself after its operations. */
  bool received;                       /**< A receive was handed out in served_turn. */
  uint64_t served_turn;                /**< The turn of its latest operation. */
  unsigned served;                     /**< How many it has had in that turn. */
} weirb_sim_handle;

/** The simulator's view of a handle. */
static inline weirb_sim_handle *weirb_sim_handle_of(weir_handle *handle) {
  return (weirb_sim_handle *)handle;
}

/**
 * Ends an operation that is out. A RECEIVE or an ACCEPT with WEIR_OK has something to take, which
 * it takes when it is handed out.
 */
void weirb_sim_finish(weir_backend *world, weir_op *op, weir_err error);

/** Ends an operation that is handed out from a handle which is not its own: a RESOLVE. */
void weirb_sim_finish_in(weir_backend *world, weirb_sim_handle *handle, weir_op *op,
                         weir_err error);

/** Ends all operations of a handle with WEIR_ECANCELED, and then the handle. */
void weirb_sim_finish_handle(weir_backend *world, weirb_sim_handle *handle);

/** Begins to collect for a new turn; what the last one has left over is part of it. */
void weirb_sim_turn_gather(weir_backend *world);

/** Whether something is there to hand out. */
bool weirb_sim_turn_has_work(const weir_backend *world);

/** Takes the snapshot that is the base of a turn. */
void weirb_sim_turn_begin(weir_backend *world);

/** Hands out one operation or one closed handle of the turn, if there is one. */
void weirb_sim_turn_hand_out(weir_backend *world, weir_completions *done);

#endif
