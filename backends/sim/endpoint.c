/* Decides how long an endpoint lives and who takes it down; not what it sends while it does. */
#include "backends/sim/endpoint.h"

#include "backends/sim/connect.h"
#include "backends/sim/connection.h"
#include "backends/sim/listener.h"
#include "backends/sim/name.h"
#include "backends/sim/place.h"

#include <assert.h>

weirb_sim_endpoint *weirb_sim_endpoint_create(weir_backend *world, weir_transport transport,
                                              weir_family family) {
  weirb_sim_endpoint *endpoint = weirb_sim_allocate(world, sizeof *endpoint);
  if (endpoint == NULL) return NULL;
  endpoint->state = WEIRB_SIM_FRESH;
  endpoint->transport = transport;
  endpoint->family = family;
  if (transport == WEIR_TRANSPORT_TCP) endpoint->local.family = (uint8_t)family;
  weirc_list_init(&endpoint->link);
  weirc_list_init(&endpoint->backlog);
  weirc_list_init(&endpoint->waiting);
  return endpoint;
}

void weirb_sim_endpoint_free(weir_backend *world, weirb_sim_endpoint *endpoint) {
  assert(endpoint->handle == NULL && endpoint->name == NULL);
  weirb_sim_forget(world, &endpoint->connecting);
  weirb_sim_forget(world, &endpoint->arriving);
  weirb_sim_forget(world, &endpoint->writable);
  weirb_sim_client_port_give(world, endpoint);
  weirb_sim_pipe_free(world, &endpoint->in);
  weirb_sim_release(world, endpoint);
}

void weirb_sim_endpoint_close(weir_backend *world, weirb_sim_endpoint *endpoint,
                              weir_close_how how) {
  endpoint->handle = NULL;
  /* Nobody can ask for the reset of a Unix socket. */
  if (endpoint->transport == WEIR_TRANSPORT_IPC) how = WEIR_CLOSE_PLAIN;
  weirb_sim_name_abandon(world, endpoint);
  switch (endpoint->state) {
  case WEIRB_SIM_CONNECTED: weirb_sim_connection_close(world, endpoint, how); return;
  case WEIRB_SIM_CONNECTING: weirb_sim_connect_abandon(world, endpoint); break;
  case WEIRB_SIM_LISTENING: weirb_sim_listener_end(world, endpoint); break;
  case WEIRB_SIM_FRESH: break;
  }
  weirb_sim_endpoint_free(world, endpoint);
}
