/**
 * @file
 * @brief Connections that are established: sending, receiving, and the three ways to end.
 */
#ifndef WEIRB_SIM_CONNECTION_H
#define WEIRB_SIM_CONNECTION_H

#include "backends/sim/endpoint.h"

/** Makes two endpoints the ends of a connection. */
void weirb_sim_connection_join(weirb_sim_endpoint *a, weirb_sim_endpoint *b);

/** weir_backend_ops.try_send. @return WEIR_OK, WEIR_EPIPE, WEIR_ENOTCONN, WEIR_ENOMEM */
weir_err weirb_sim_try_send(weir_backend *world, weirb_sim_endpoint *endpoint,
                            const weir_slice *slices, size_t count, size_t *out_sent);

/** Starts the SEND that is out. It takes all the memory it will ever need. */
void weirb_sim_send_start(weir_backend *world, weirb_sim_endpoint *endpoint);

/** Ends the SEND that is out with WEIR_ECANCELED. */
void weirb_sim_send_cancel(weir_backend *world, weirb_sim_endpoint *endpoint);

/** Does the SHUTDOWN that is out if no SEND is before it. */
void weirb_sim_shutdown_start(weir_backend *world, weirb_sim_endpoint *endpoint);

/** Ends the RECEIVE that is out if there is something for it. */
void weirb_sim_receive_start(weir_backend *world, weirb_sim_endpoint *endpoint);

/** Gives a RECEIVE that is handed out what has arrived. */
void weirb_sim_receive_take(weir_backend *world, weirb_sim_endpoint *endpoint, weir_op *op);

/**
 * Closes one end; frees both when both are closed. Linux resets Unix sockets too when they are
 * dropped from a backlog, so WEIR_CLOSE_RESET means both transports here.
 */
void weirb_sim_connection_close(weir_backend *world, weirb_sim_endpoint *endpoint,
                                weir_close_how how);

#endif
