/**
 * @file
 * @brief Listeners: their backlog and who waits for room in it.
 */
#ifndef WEIRB_SIM_LISTENER_H
#define WEIRB_SIM_LISTENER_H

#include "backends/sim/endpoint.h"

/**
 * Makes an endpoint a listener, or changes its backlog.
 * @return WEIR_OK; WEIR_EADDRINUSE; WEIR_EINVAL: not bound to a name, or connected
 */
weir_err weirb_sim_listener_begin(weir_backend *world, weirb_sim_endpoint *endpoint, int backlog);

/** Takes a listener out of the world: its backlog is reset, those that wait try again. */
void weirb_sim_listener_end(weir_backend *world, weirb_sim_endpoint *listener);

/** Whether another connection fits into the backlog. */
bool weirb_sim_listener_has_room(const weirb_sim_endpoint *listener);

/** Puts a connection into the backlog. */
void weirb_sim_listener_add(weir_backend *world, weirb_sim_endpoint *listener,
                            weirb_sim_endpoint *connection);

/** Ends the ACCEPT that is out if there is something for it. */
void weirb_sim_accept_start(weir_backend *world, weirb_sim_endpoint *endpoint);

/** Gives an ACCEPT that is handed out the oldest connection, or WEIR_EMFILE. */
void weirb_sim_listener_accept(weir_backend *world, weirb_sim_endpoint *listener,
                               weir_accept_op *accept);

#endif
