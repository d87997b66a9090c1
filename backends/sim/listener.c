/* Decides who is let into a backlog and who comes out of it; not which listener is meant. */
#include "backends/sim/listener.h"

#include "backends/sim/connect.h"
#include "backends/sim/connection.h"
#include "backends/sim/place.h"
#include "backends/sim/turn.h"

#include <assert.h>

/* What Linux makes of a backlog that is larger, or negative. */
#define LARGEST_BACKLOG 4096

static weirb_sim_endpoint *endpoint_of(weirc_link *link) {
  return weirc_container(link, weirb_sim_endpoint, link);
}

static weir_err enter_world(weir_backend *world, weirb_sim_endpoint *endpoint) {
  if (endpoint->transport == WEIR_TRANSPORT_IPC) {
    return endpoint->name != NULL ? WEIR_OK : WEIR_EINVAL;
  }
  weir_err err = endpoint->bound ? WEIR_OK : weirb_sim_place_bind_any(world, endpoint);
  if (err != WEIR_OK) return err;
  if (weirb_sim_place_taken(world, endpoint)) return WEIR_EADDRINUSE;
  endpoint->next_listener = world->listeners;
  world->listeners = endpoint;
  return WEIR_OK;
}

weir_err weirb_sim_listener_begin(weir_backend *world, weirb_sim_endpoint *endpoint, int backlog) {
  if (endpoint->state == WEIRB_SIM_FRESH) {
    weir_err err = enter_world(world, endpoint);
    if (err != WEIR_OK) return err;
    endpoint->state = WEIRB_SIM_LISTENING;
  }
  if (endpoint->state != WEIRB_SIM_LISTENING) return WEIR_EINVAL;
  if (backlog < 0 || backlog > LARGEST_BACKLOG) backlog = LARGEST_BACKLOG;
  /* Linux compares with "greater than", so one more fits. */
  endpoint->backlog_limit = (size_t)backlog + 1;
  return WEIR_OK;
}

static void leave_world(weir_backend *world, weirb_sim_endpoint *listener) {
  if (listener->transport == WEIR_TRANSPORT_IPC) return;
  weirb_sim_endpoint **link = &world->listeners;
  while (*link != listener) link = &(*link)->next_listener;
  *link = listener->next_listener;
}

static void wake_waiting(weir_backend *world, weirb_sim_endpoint *listener) {
  while (!weirc_list_empty(&listener->waiting)) {
    weirb_sim_endpoint *endpoint = endpoint_of(listener->waiting.next);
    weirc_list_remove(&endpoint->link);
    weirb_sim_connect_again(world, endpoint);
  }
}

void weirb_sim_listener_end(weir_backend *world, weirb_sim_endpoint *listener) {
  leave_world(world, listener);
  while (!weirc_list_empty(&listener->backlog)) {
    weirb_sim_endpoint *connection = endpoint_of(listener->backlog.next);
    weirc_list_remove(&connection->link);
    weirb_sim_connection_close(world, connection, WEIR_CLOSE_RESET);
  }
  listener->backlog_count = 0;
  wake_waiting(world, listener);
}

bool weirb_sim_listener_has_room(const weirb_sim_endpoint *listener) {
  return listener->backlog_count < listener->backlog_limit;
}

void weirb_sim_listener_add(weir_backend *world, weirb_sim_endpoint *listener,
                            weirb_sim_endpoint *connection) {
  assert(weirb_sim_listener_has_room(listener));
  weirc_list_append(&listener->backlog, &connection->link);
  listener->backlog_count += 1;
  weirb_sim_accept_start(world, listener);
}

void weirb_sim_accept_start(weir_backend *world, weirb_sim_endpoint *endpoint) {
  weir_op *op = endpoint->handle->out[WEIR_OP_ACCEPT];
  if (op == NULL) return;
  if (endpoint->state != WEIRB_SIM_LISTENING) {
    weirb_sim_finish(world, op, WEIR_EINVAL);
  } else if (endpoint->backlog_count > 0) {
    weirb_sim_finish(world, op, WEIR_OK);
  }
}

void weirb_sim_listener_accept(weir_backend *world, weirb_sim_endpoint *listener,
                               weir_accept_op *accept) {
  assert(listener->backlog_count > 0);
  if (!weirb_sim_descriptor_take(world)) {
    accept->op.error = WEIR_EMFILE;
    return;
  }
  weirb_sim_endpoint *connection = endpoint_of(listener->backlog.next);
  weirc_list_remove(&connection->link);
  listener->backlog_count -= 1;
  weirb_sim_handle *accepted = weirb_sim_handle_of(accept->accepted);
  assert(accepted->endpoint == NULL);
  accepted->endpoint = connection;
  connection->handle = accepted;
  accept->remote = connection->remote;
  wake_waiting(world, listener);
}
