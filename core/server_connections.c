/* How many connections a server has, and which it turns away. What is taken is listener.c's matter.
 */
#include "core/error.h"
#include "core/server.h"
#include "core/socket.h"

#include <assert.h>

struct weirc_server_counted {
  struct weirc_server_counted *next;
  weir_server_connections_callback callback;
  void *user;
  size_t count;
};

weir_err weirc_server_take_limits(weir_server *server, const weir_server_options *options) {
  weir_err err = weir_server_set_max_connections(server, options->max_connections);
  if (err == WEIR_OK) weir_server_set_block_list(server, options->block_list);
  return err;
}

weir_err weir_server_set_max_connections(weir_server *server, int64_t max_connections) {
  if (!server) return WEIR_ERR_INVALID_ARG_TYPE;
  if (weirc_elsewhere(&server->object)) return WEIR_ERR_WRONG_THREAD;
  if (max_connections < -1) return WEIR_ERR_OUT_OF_RANGE;
  server->options.max_connections = max_connections;
  return WEIR_OK;
}

int64_t weir_server_max_connections(const weir_server *server) {
  return server ? server->options.max_connections : -1;
}

void weir_server_set_block_list(weir_server *server, weir_block_filter *block_list) {
  if (!weirc_server_here(server)) return;
  weir_block_filter *before = server->block_list;
  server->block_list = block_list ? weir_block_filter_retain(block_list) : NULL;
  weir_block_filter_release(before);
}

bool weirc_server_turns_away(const weir_server *server, const weir_address *remote,
                             weir_drop_reason *out_reason) {
  int64_t max = server->options.max_connections;
  if (server->block_list && weir_block_filter_check(server->block_list, remote)) {
    *out_reason = WEIR_DROP_BLOCKED;
    return true;
  }
  *out_reason = WEIR_DROP_MAX_CONNECTIONS;
  return max >= 0 && server->connections >= (uint64_t)max;
}

void weirc_server_tell_drop(weir_server *server, weir_handle *accepted, const weir_address *remote,
                            weir_drop_reason reason) {
  weir_loop *loop = server->object.loop;
  weir_drop drop = {sizeof drop, reason, {0}, *remote};
  weirc_trace(loop, server->object.id, WEIR_TRACE_DROP, reason, server->connections);
  if (!server->handlers->on_drop) return;
  /* What the system will not tell stays without a family. */
  (void)loop->ops->address(loop->backend, accepted, WEIR_END_LOCAL, &drop.local_address);
  server->handlers->on_drop(server, &drop, server->user);
}

const char *weir_drop_reason_name(weir_drop_reason reason) {
  switch (reason) {
  case WEIR_DROP_MAX_CONNECTIONS: return "max";
  case WEIR_DROP_BLOCKED: return "blocked";
  }
  return "unknown";
}

size_t weir_server_connections(const weir_server *server) {
  return server ? server->connections : 0;
}

weir_err weir_server_get_connections(weir_server *server, weir_server_connections_callback callback,
                                     void *user) {
  if (!server || !callback || server->freed) return WEIR_ERR_INVALID_ARG_TYPE;
  if (weirc_elsewhere(&server->object)) return WEIR_ERR_WRONG_THREAD;
  weirc_server_counted *counted =
      weirc_allocate_zeroed(&server->object.loop->allocator, sizeof *counted);
  if (!counted) return WEIR_ENOMEM;
  counted->callback = callback;
  counted->user = user;
  counted->count = server->connections;
  weirc_server_counted **end = &server->counted;
  while (*end) end = &(*end)->next;
  *end = counted;
  weirc_step_queue_kind(&server->object, WEIRC_STEP_SERVER_COUNTED);
  return WEIR_OK;
}

/* Those that a callback asks for are told in the next step. */
void weirc_server_tell_counted(weir_server *server) {
  weirc_server_counted *counted = server->counted;
  server->counted = NULL;
  while (counted) {
    weirc_server_counted told = *counted;
    weir_error canceled = weirc_error_of(server->object.loop, WEIR_ECANCELED, NULL);
    bool freed = server->freed;
    weirc_release(&server->object.loop->allocator, counted);
    told.callback(server, freed ? &canceled : NULL, freed ? 0 : told.count, told.user);
    counted = told.next;
  }
}

void weir_server_release_connection(weir_server *server) {
  if (!weirc_server_here(server) || server->handed_over == 0) return;
  server->handed_over--;
  weirc_server_connection_gone(server);
}

/* Those that came since, if the server listens again, have nothing to do with it. */
static void end_connections(weir_timer *timer, void *user) {
  weir_server *server = user;
  weirc_link *link = server->sockets.next;
  (void)timer;
  for (; link != &server->sockets; link = link->next) {
    weirc_object *object = weirc_container(link, weirc_object, link);
    if (object->id > server->deadline_id) continue;
    weir_socket *socket = (weir_socket *)(void *)object;
    weirc_socket_destroy(socket, NULL,
                         socket->transport == WEIR_TRANSPORT_TCP ? WEIR_CLOSE_RESET
                                                                 : WEIR_CLOSE_PLAIN);
  }
}

weir_err weir_server_close_within(weir_server *server, uint32_t deadline_ms,
                                  weir_server_callback callback, void *user) {
  if (!server || server->freed) return WEIR_ERR_INVALID_ARG_TYPE;
  if (weirc_elsewhere(&server->object)) return WEIR_ERR_WRONG_THREAD;
  weir_loop *loop = server->object.loop;
  if (!server->deadline) {
    weir_err err = weir_timer_create(loop, end_connections, server, &server->deadline);
    if (err != WEIR_OK) return err;
    weir_timer_unref(server->deadline);
  }
  weir_err err = weir_server_close(server, callback, user);
  if (err != WEIR_OK && err != WEIR_ERR_SERVER_NOT_RUNNING) return err;
  server->deadline_id = loop->last_id;
  weir_timer_start(server->deadline, deadline_ms, 0);
  return err;
}
