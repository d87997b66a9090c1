/**
 * @file
 * @brief RESOLVE operations that are out, and the answers that were handed out.
 */
#ifndef WEIRB_SIM_RESOLVE_H
#define WEIRB_SIM_RESOLVE_H

#include "backends/sim/world.h"

/** Makes the world's part for them. @return WEIR_OK, WEIR_ENOMEM */
weir_err weirb_sim_resolve_open(weir_backend *world);

/** Frees it with all that is out; nothing of it is handed out any more. */
void weirb_sim_resolve_close(weir_backend *world);

/** Takes a RESOLVE. It takes all the memory it will ever need. */
void weirb_sim_resolve_start(weir_backend *world, weir_op *op);

/** Gives up a RESOLVE; one that has an answer already keeps it. */
void weirb_sim_resolve_cancel(weir_backend *world, weir_op *op);

/** Puts the answer into a RESOLVE that is handed out. */
void weirb_sim_resolve_take(weir_backend *world, weir_op *op);

/** Frees the answers that were handed out. */
void weirb_sim_resolve_forget(weir_backend *world);

#endif
