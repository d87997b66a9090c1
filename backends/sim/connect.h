/**
 * @file
 * @brief Connects that are out: what they meet at the other end.
 */
#ifndef WEIRB_SIM_CONNECT_H
#define WEIRB_SIM_CONNECT_H

#include "backends/sim/endpoint.h"

/** Starts the CONNECT that is out. It takes all the memory it will ever need. */
void weirb_sim_connect_start(weir_backend *world, weirb_sim_endpoint *endpoint);

/** Tries once more, after a latency. */
void weirb_sim_connect_again(weir_backend *world, weirb_sim_endpoint *endpoint);

/** Gives up a connect that is under way, without ending its operation. */
void weirb_sim_connect_abandon(weir_backend *world, weirb_sim_endpoint *endpoint);

#endif
