/**
 * @file
 * @brief TCP addresses of the simulated machine: which exist, which collide, which port is free.
 */
#ifndef WEIRB_SIM_PLACE_H
#define WEIRB_SIM_PLACE_H

#include "backends/sim/endpoint.h"

/**
 * Binds a TCP endpoint.
 * @param address in: where; out: with the port that was given if it was 0
 * @return WEIR_OK; WEIR_EINVAL: bound already, or the other family; WEIR_EADDRNOTAVAIL;
 * WEIR_EADDRINUSE: a listener has the place.
 */
weir_err weirb_sim_place_bind(weir_backend *world, weirb_sim_endpoint *endpoint,
                              weir_address *address, bool ipv6_only);

/** Binds an endpoint that is not bound to any address and a free port. @return WEIR_OK,
 * WEIR_EADDRINUSE */
weir_err weirb_sim_place_bind_any(weir_backend *world, weirb_sim_endpoint *endpoint);

/** Whether a listener has a place that overlaps with the endpoint's. */
bool weirb_sim_place_taken(const weir_backend *world, const weirb_sim_endpoint *endpoint);

/** The listener that gets connections to an address; NULL: none. */
weirb_sim_endpoint *weirb_sim_place_find(const weir_backend *world, const weir_address *address);

/**
 * Settles both addresses of an endpoint that connects.
 * @return WEIR_OK; WEIR_EAFNOSUPPORT: the other family; WEIR_ENETUNREACH: no such network;
 * WEIR_EADDRNOTAVAIL: no port is left; WEIR_EADDRINUSE: a listener has the endpoint's own place
 */
weir_err weirb_sim_place_connect(weir_backend *world, weirb_sim_endpoint *endpoint,
                                 const weir_address *to);

/** Whether nothing that is sent to the address is ever answered. */
bool weirb_sim_place_swallows(const weir_address *address);

/** An address as a socket of the family sees it: IPv4 peers of IPv6 sockets are mapped. */
weir_address weirb_sim_place_view(const weir_address *address, weir_family family);

/** Gives back the client port that an endpoint has, if any. */
void weirb_sim_client_port_give(weir_backend *world, weirb_sim_endpoint *endpoint);

#endif
