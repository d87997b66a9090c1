/* Decides what a connect comes to, and when; not which addresses and names there are. */
#include "backends/sim/connect.h"

#include "backends/sim/connection.h"
#include "backends/sim/listener.h"
#include "backends/sim/name.h"
#include "backends/sim/place.h"
#include "backends/sim/turn.h"

#include <assert.h>

/* How long Linux tries to reach a host that does not answer. */
#define SYN_TIMEOUT ((weir_time)127000 * WEIR_TIME_MS)

static weir_connect_op *operation(const weirb_sim_endpoint *endpoint) {
  return (weir_connect_op *)endpoint->handle->out[WEIR_OP_CONNECT];
}

void weirb_sim_connect_abandon(weir_backend *world, weirb_sim_endpoint *endpoint) {
  weirb_sim_forget(world, &endpoint->connecting);
  weirc_list_remove(&endpoint->link);
  weirb_sim_endpoint_free(world, endpoint->peer);
  endpoint->peer = NULL;
  endpoint->state = WEIRB_SIM_FRESH;
}

static void fail(weir_backend *world, weirb_sim_endpoint *endpoint, weir_err err) {
  weirb_sim_connect_abandon(world, endpoint);
  weirb_sim_finish(world, &operation(endpoint)->op, err);
}

/* Finds the listener of a connect. @return WEIR_OK, WEIR_ECONNREFUSED, WEIR_ENOENT */
static weir_err find_listener(const weir_backend *world, const weirb_sim_endpoint *endpoint,
                              weirb_sim_endpoint **out_listener) {
  if (endpoint->transport == WEIR_TRANSPORT_TCP) {
    *out_listener = weirb_sim_place_find(world, &endpoint->remote);
    return *out_listener != NULL ? WEIR_OK : WEIR_ECONNREFUSED;
  }
  const weir_endpoint *remote = &operation(endpoint)->remote;
  const weirb_sim_name *name = weirb_sim_name_find(world, remote->path, remote->path_length);
  if (name == NULL) return remote->path[0] == '\0' ? WEIR_ECONNREFUSED : WEIR_ENOENT;
  if (name->owner == NULL || name->owner->state != WEIRB_SIM_LISTENING) return WEIR_ECONNREFUSED;
  *out_listener = name->owner;
  return WEIR_OK;
}

static void establish(weir_backend *world, weirb_sim_endpoint *endpoint,
                      weirb_sim_endpoint *listener) {
  weirb_sim_endpoint *peer = endpoint->peer;
  peer->family = listener->family;
  if (endpoint->transport == WEIR_TRANSPORT_TCP) {
    peer->local = weirb_sim_place_view(&endpoint->remote, listener->family);
    peer->remote = weirb_sim_place_view(&endpoint->local, listener->family);
  }
  weirb_sim_connection_join(endpoint, peer);
  weirb_sim_finish(world, &operation(endpoint)->op, WEIR_OK);
  weirb_sim_listener_add(world, listener, peer);
  weirb_sim_receive_start(world, endpoint);
}

static void answer(weir_backend *world, void *owner) {
  weirb_sim_endpoint *endpoint = owner;
  weirb_sim_endpoint *listener = NULL;
  if (endpoint->transport == WEIR_TRANSPORT_TCP && weirb_sim_place_swallows(&endpoint->remote)) {
    fail(world, endpoint, WEIR_ETIMEDOUT);
    return;
  }
  weir_err err = find_listener(world, endpoint, &listener);
  if (err != WEIR_OK) {
    fail(world, endpoint, err);
  } else if (weirb_sim_listener_has_room(listener)) {
    establish(world, endpoint, listener);
  } else {
    weirc_list_append(&listener->waiting, &endpoint->link);
  }
}

/* There and back. */
static weir_time round_trip(weir_backend *world) {
  weir_time there = weirb_sim_arrival(world);
  return weirb_sim_later(there, weirb_sim_arrival(world) - world->now);
}

void weirb_sim_connect_again(weir_backend *world, weirb_sim_endpoint *endpoint) {
  assert(endpoint->state == WEIRB_SIM_CONNECTING);
  weirb_sim_happen(world, &endpoint->connecting, weirb_sim_arrival(world), endpoint, answer);
}

static weir_err aim(weir_backend *world, weirb_sim_endpoint *endpoint) {
  const weir_endpoint *remote = &operation(endpoint)->remote;
  if (endpoint->state == WEIRB_SIM_CONNECTED) return WEIR_EISCONN;
  if (endpoint->state != WEIRB_SIM_FRESH) return WEIR_EINVAL;
  if (remote->transport != endpoint->transport) return WEIR_EINVAL;
  if (endpoint->transport == WEIR_TRANSPORT_TCP) {
    return weirb_sim_place_connect(world, endpoint, &remote->address);
  }
  size_t length = remote->path_length;
  bool refuse = (operation(endpoint)->flags & WEIR_BIND_PATH_REFUSE) != 0;
  return weirb_sim_name_check(remote->path, &length, refuse);
}

void weirb_sim_connect_start(weir_backend *world, weirb_sim_endpoint *endpoint) {
  weir_err err = aim(world, endpoint);
  if (err == WEIR_OK) {
    endpoint->peer = weirb_sim_endpoint_create(world, endpoint->transport, endpoint->family);
    if (endpoint->peer == NULL) err = WEIR_ENOMEM;
  }
  if (err != WEIR_OK) {
    weirb_sim_finish(world, &operation(endpoint)->op, err);
    return;
  }
  endpoint->state = WEIRB_SIM_CONNECTING;
  bool swallowed =
      endpoint->transport == WEIR_TRANSPORT_TCP && weirb_sim_place_swallows(&endpoint->remote);
  weir_time when = swallowed ? weirb_sim_later(world->now, SYN_TIMEOUT) : round_trip(world);
  weirb_sim_happen(world, &endpoint->connecting, when, endpoint, answer);
}
