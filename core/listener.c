/* The listening transport: binding it, taking connections, waiting when the system has no room. */
#include "core/endpoint.h"
#include "core/error.h"
#include "core/server.h"
#include "core/socket.h"

#include <assert.h>

/* First and longest wait after an accept that failed. */
enum { RETRY_FIRST_MS = 5, RETRY_LAST_MS = 1000 };

static void listener_free(weirc_listener *listener) {
  weirc_endpoint_free(&listener->object.loop->allocator, &listener->local);
  weirc_socket_discard(listener->spare);
  weirc_object_free(&listener->object);
}

static weirc_listener *listener_create(weir_loop *loop, const weir_endpoint *local) {
  weirc_listener *listener = weirc_object_create(loop, sizeof *listener, WEIRC_STEP_LISTENER);
  if (!listener) return NULL;
  listener->accept.op.kind = WEIR_OP_ACCEPT;
  listener->accept.op.handle = weirc_handle(&listener->object);
  listener->spare = weirc_socket_create(loop);
  if (listener->spare && weirc_endpoint_copy(&loop->allocator, local, &listener->local) == WEIR_OK)
    return listener;
  listener_free(listener);
  return NULL;
}

static weir_err bind_transport(weirc_listener *listener, unsigned flags) {
  weir_loop *loop = listener->object.loop;
  weir_handle *handle = listener->accept.op.handle;
  weir_endpoint *local = &listener->local;
  weir_err err = loop->ops->create(loop->backend, handle, local->transport,
                                   (weir_family)local->address.family);
  if (err != WEIR_OK) return err;
  err = loop->ops->bind(loop->backend, handle, local, flags);
  if (err != WEIR_OK) return err;
  listener->bound = true;
  if (local->path) weirc_endpoint_cut(local);
  return WEIR_OK;
}

/* Node says the same of all that is no socket to listen on. */
static weir_err take_descriptor(weirc_listener *listener, intptr_t fd) {
  weir_loop *loop = listener->object.loop;
  if (!loop->ops->adopt_listener) return WEIR_ENOTSUP;
  weir_err err = loop->ops->adopt_listener(loop->backend, listener->accept.op.handle, fd,
                                           &listener->local.transport);
  return err == WEIR_EBADF || err == WEIR_ERR_INVALID_FD_TYPE ? WEIR_EINVAL : err;
}

static weir_err give_back(weirc_listener *listener, weir_err err) {
  weir_loop *loop = listener->object.loop;
  intptr_t fd;
  assert(loop->ops->release); /* Who has adopt_listener() has it. */
  (void)loop->ops->release(loop->backend, listener->accept.op.handle, &fd);
  return err;
}

static weir_err begin_to_listen(weirc_listener *listener, const weirc_server_wanted *wanted) {
  weir_loop *loop = listener->object.loop;
  bool taken = wanted->fd >= 0;
  weir_err err =
      taken ? take_descriptor(listener, wanted->fd) : bind_transport(listener, wanted->flags);
  if (err != WEIR_OK) return err;
  err = loop->ops->listen(loop->backend, listener->accept.op.handle, wanted->backlog);
  return err == WEIR_OK || !taken ? err : give_back(listener, err);
}

static void shut(weirc_listener *listener) {
  weir_loop *loop = listener->object.loop;
  if (listener->bound) loop->ops->release_name(loop->backend, listener->accept.op.handle);
  weirc_object_close(&listener->object, WEIR_CLOSE_PLAIN);
}

weir_err weirc_listener_open(weir_server *server, const weir_endpoint *local) {
  weirc_listener *listener = listener_create(server->object.loop, local);
  if (!listener) return WEIR_ENOMEM;
  weir_err err = begin_to_listen(listener, &server->wanted);
  if (err != WEIR_OK) {
    shut(listener);
    return err;
  }
  weirc_listener_share(listener, server);
  weirc_listener_accept_next(listener);
  return WEIR_OK;
}

void weirc_listener_share(weirc_listener *listener, weir_server *server) {
  assert(!server->listener && !server->sharing);
  server->sharing = listener->server;
  listener->server = server;
  server->listener = listener;
  server->retry_ms = 0;
}

static void stop_sharing(weirc_listener *listener, weir_server *server) {
  weir_server **link = &listener->server;
  while (*link != server) link = &(*link)->sharing;
  *link = server->sharing;
  server->sharing = NULL;
}

void weirc_listener_close(weir_server *server) {
  weirc_listener *listener = server->listener;
  if (!listener) return;
  bool waits = weir_timer_active(server->retry);
  server->listener = NULL;
  weir_timer_stop(server->retry);
  stop_sharing(listener, server);
  if (!listener->server)
    shut(listener);
  else if (waits) /* Nobody else would go on accepting; and no handler runs in here. */
    weir_timer_start(listener->server->retry, 0, 0);
}

void weirc_listener_closed(weirc_listener *listener) {
  listener_free(listener);
}

static void wait_and_retry(weir_server *server) {
  uint32_t ms = server->retry_ms == 0 ? RETRY_FIRST_MS : server->retry_ms * 2;
  server->retry_ms = ms < RETRY_LAST_MS ? ms : RETRY_LAST_MS;
  weir_timer_start(server->retry, server->retry_ms, 0);
}

static bool is_overload(weir_err err) {
  return err == WEIR_EMFILE || err == WEIR_ENFILE || err == WEIR_ENOBUFS || err == WEIR_ENOMEM;
}

/* Connections stay in the backlog meanwhile, and the loop is idle. */
static void accept_failed(weir_server *server, weir_err err) {
  weir_error error = weirc_error_of(server->object.loop, err, "accept");
  wait_and_retry(server);
  weirc_trace(server->object.loop, server->object.id, WEIR_TRACE_OVERLOAD, err, server->retry_ms);
  if (!is_overload(err)) {
    if (server->handlers->on_error) server->handlers->on_error(server, &error, server->user);
  } else if (server->handlers->on_overload) {
    server->handlers->on_overload(server, &error, server->retry_ms, server->user);
  }
}

void weirc_listener_accept_next(weirc_listener *listener) {
  weir_loop *loop = listener->object.loop;
  assert(listener->server && listener->server->listener == listener);
  if (!listener->spare) listener->spare = weirc_socket_create(loop);
  if (!listener->spare) {
    accept_failed(listener->server, WEIR_ENOMEM);
    return;
  }
  listener->accept.op.error = WEIR_OK;
  listener->accept.accepted = weirc_handle(&listener->spare->object);
  loop->ops->submit(loop->backend, &listener->accept.op);
}

static void take_connection(weirc_listener *listener) {
  weir_server *server = listener->server;
  weir_socket *socket = listener->spare;
  assert(server && socket && listener->accept.accepted == weirc_handle(&socket->object));
  listener->spare = NULL;
  socket->object.id = ++server->object.loop->last_id; /* By when it came, not was prepared. */
  socket->remote = listener->accept.remote;
  socket->transport = (uint8_t)listener->local.transport;
  socket->read_mark = socket->write_mark = server->mark;
  socket->state.allow_half_open = server->options.allow_half_open;
  weirc_list_append(&server->sockets, &socket->object.link);
  server->connections++;
  weirc_socket_inherit_settings(socket, server);
  weirc_socket_accept(socket, server, server->options.pause_on_connect);
  weirc_trace(server->object.loop, server->object.id, WEIR_TRACE_CONNECTION, socket->object.id,
              server->connections);
  if (server->handlers->on_connection)
    server->handlers->on_connection(server, socket, server->user);
}

/* Nobody gets to see it: it lives for as long as closing takes. */
static void drop_connection(weirc_listener *listener) {
  weir_socket *socket = listener->spare;
  listener->spare = NULL;
  weirc_list_append(&listener->object.loop->sockets, &socket->object.link);
  weirc_socket_event_now(socket, WEIRC_SOCKET_CONNECTED);
  weirc_object_activate(&socket->object);
  weir_socket_destroy(socket, NULL);
}

static void turn_away(weirc_listener *listener, weir_drop_reason reason) {
  weirc_server_tell_drop(listener->server, weirc_handle(&listener->spare->object),
                         &listener->accept.remote, reason);
  drop_connection(listener);
}

void weirc_listener_accepted(weirc_listener *listener) {
  weir_err err = listener->accept.op.error;
  if (!listener->server) {
    if (err == WEIR_OK) drop_connection(listener);
    return;
  }
  if (err != WEIR_OK) {
    accept_failed(listener->server, err);
    return;
  }
  listener->server->retry_ms = 0;
  weir_drop_reason reason;
  if (weirc_server_turns_away(listener->server, &listener->accept.remote, &reason))
    turn_away(listener, reason);
  else
    take_connection(listener);
  /* The handler may have closed the server. */
  if (listener->server) weirc_listener_accept_next(listener);
}
