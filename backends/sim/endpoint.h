/**
 * @file
 * @brief One end of the simulated network: what the system calls a socket.
 *
 * An endpoint outlives its handle while its peer still has something to hear of it, and precedes it
 * while it waits in a backlog.
 */
#ifndef WEIRB_SIM_ENDPOINT_H
#define WEIRB_SIM_ENDPOINT_H

#include "core/containers/list.h"
#include "backends/sim/pipe.h"
#include "backends/sim/world.h"

struct weirb_sim_handle;

/** What an endpoint is. */
typedef enum weirb_sim_state {
  WEIRB_SIM_FRESH,      /**< Made, perhaps bound. */
  WEIRB_SIM_CONNECTING, /**< Its connect is out; its peer is made but not part of the world yet. */
  WEIRB_SIM_CONNECTED,  /**< One end of a connection. */
  WEIRB_SIM_LISTENING   /**< A listener. */
} weirb_sim_state;

/** One end. */
typedef struct weirb_sim_endpoint {
  weirb_sim_state state;           /**< What it is. */
  weir_transport transport;        /**< TCP or IPC. */
  weir_family family;              /**< TCP: of its addresses. */
  struct weirb_sim_handle *handle; /**< The core's; NULL before it is accepted, and once closed. */
  bool closed;                     /**< Nothing is received or sent by it any more. */
  bool bound;                      /**< TCP: `local` was set by bind(). */
  bool ipv6_only;                  /**< TCP: takes no IPv4. */
  bool no_delay;                   /**< TCP: as it was set; changes nothing here. */
  bool keep_alive;                 /**< TCP: as it was set; nobody is ever silent here. */
  uint32_t keep_alive_delay_s;     /**< TCP: as it was set last. */
  uint32_t keep_alive_interval_s;  /**< TCP: the same. */
  uint32_t keep_alive_count;       /**< TCP: the same. */
  uint8_t type_of_service;         /**< TCP: as it was set; no packet shows it here. */
  weir_address local;              /**< TCP: its own address. */
  weir_address remote;             /**< TCP: its peer's. */
  unsigned client_port;            /**< The port it has of those for clients; 0: none. */
  struct weirb_sim_name *name;     /**< IPC: the name it is bound to. */
  weirc_link link; /**< In a listener's backlog, or among those that wait for room in it. */
  weirb_sim_node connecting; /**< The answer to its connect. */

  struct weirb_sim_endpoint *peer; /**< The other end of its connection. */
  weirb_sim_pipe in;               /**< What the peer sends. */
  weirb_sim_node arriving;         /**< The next arrival in `in`. */
  weirb_sim_node writable;         /**< A SEND that took only a part goes on. */
  bool reset_told;                 /**< A receive has failed because of the peer's reset. */

  weirc_link backlog;   /**< Listener: connections that wait to be accepted. */
  size_t backlog_count; /**< How many. */
  size_t backlog_limit; /**< How many there may be. */
  weirc_link waiting;   /**< Listener: connecting endpoints that wait for room in the backlog. */
  struct weirb_sim_endpoint *next_listener; /**< The world's list of TCP listeners. */
} weirb_sim_endpoint;

/** Makes an endpoint. @return NULL: no memory */
weirb_sim_endpoint *weirb_sim_endpoint_create(weir_backend *world, weir_transport transport,
                                              weir_family family);

/** Frees an endpoint that nobody refers to any more. */
void weirb_sim_endpoint_free(weir_backend *world, weirb_sim_endpoint *endpoint);

/** Gives an endpoint back as its handle is closed; it may live on until its peer has heard. */
void weirb_sim_endpoint_close(weir_backend *world, weirb_sim_endpoint *endpoint,
                              weir_close_how how);

#endif
