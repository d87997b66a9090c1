/* How a socket gets its connection: by connect(), or from a server. */
#include "core/endpoint.h"
#include "core/error.h"
#include "core/options.h"
#include "core/server.h"
#include "core/socket_onread.h"

#include <assert.h>

static weir_err refuse_connect(const weir_socket *socket) {
  switch ((weirc_transport_state)socket->state.transport) {
  case WEIRC_TRANSPORT_CONNECTING: return WEIR_EALREADY;
  case WEIRC_TRANSPORT_OPEN: return WEIR_EISCONN;
  case WEIRC_TRANSPORT_DESTROYED: return WEIR_ERR_STREAM_DESTROYED;
  case WEIRC_TRANSPORT_NONE: break;
  }
  return WEIR_OK;
}

static weir_err take_remote(const weir_connect_options *given, weir_endpoint *out_remote) {
  weir_connect_options options = WEIR_CONNECT_OPTIONS_INIT;
  weir_err err = weirc_options_take(&options, sizeof options, given);
  if (err != WEIR_OK) return err;
  if (options.path) {
    weirc_endpoint_path(out_remote, options.path, options.path_length);
    return WEIR_OK;
  }
  if (options.port == -1) return WEIR_ERR_MISSING_ARGS;
  return weirc_endpoint_address(out_remote, options.host ? options.host : "127.0.0.1",
                                options.port);
}

/* The transport is made here; a failure is told later like any other. */
static void begin(weir_socket *socket) {
  weir_loop *loop = socket->object.loop;
  weir_connect_op *connect = &socket->extra->connect;
  connect->op.kind = WEIR_OP_CONNECT;
  connect->op.handle = weirc_handle(&socket->object);
  socket->transport = (uint8_t)connect->remote.transport;
  weirc_socket_event_now(socket, WEIRC_SOCKET_CONNECT);
  weirc_object_activate(&socket->object);
  connect->op.error =
      loop->ops->create(loop->backend, connect->op.handle, connect->remote.transport,
                        (weir_family)connect->remote.address.family);
  if (connect->op.error == WEIR_OK)
    loop->ops->submit(loop->backend, &connect->op);
  else
    weirc_step_queue_kind(&socket->object, WEIRC_STEP_CONNECT_FAILED);
}

weir_err weir_socket_connect(weir_socket *socket, const weir_connect_options *options,
                             weir_socket_callback callback, void *user) {
  weir_endpoint remote;
  if (!socket || !options) return WEIR_ERR_INVALID_ARG_TYPE;
  weir_err err = take_remote(options, &remote);
  if (err == WEIR_OK) err = refuse_connect(socket);
  if (err != WEIR_OK) return err;
  weirc_socket_extra *extra = weirc_socket_extra_of(socket);
  if (!extra) return WEIR_ENOMEM;
  err = weirc_endpoint_copy(&socket->object.loop->allocator, &remote, &extra->connect.remote);
  if (err != WEIR_OK) return err;
  extra->connect_callback = callback;
  extra->connect_user = user;
  begin(socket);
  return WEIR_OK;
}

weir_err weir_connect(weir_loop *loop, const weir_socket_options *options,
                      const weir_connect_options *connect_options,
                      const weir_socket_handlers *handlers, void *user, weir_socket **out_socket) {
  weir_err err = weir_socket_create(loop, options, handlers, user, out_socket);
  if (err != WEIR_OK) return err;
  err = weir_socket_connect(*out_socket, connect_options, NULL, NULL);
  if (err == WEIR_OK) return WEIR_OK;
  weirc_socket_discard(*out_socket);
  *out_socket = NULL;
  return err;
}

static void fail(weir_socket *socket, const weir_connect_op *connect) {
  weir_error error = weirc_error_of(connect->op.error, "connect");
  error.path = connect->remote.path;
  error.path_length = connect->remote.path_length;
  error.address = connect->remote.address;
  weirc_socket_destroy(socket, &error, WEIR_CLOSE_PLAIN);
}

/* A connection to "any address" ends at one that only the system knows. */
static void learn_remote(weir_socket *socket, const weir_address *asked) {
  weir_loop *loop = socket->object.loop;
  socket->remote = *asked;
  for (size_t i = 0; i < sizeof asked->bytes; i++)
    if (asked->bytes[i] != 0) return;
  if (asked->family == WEIR_FAMILY_NONE) return;
  (void)loop->ops->address(loop->backend, weirc_handle(&socket->object), WEIR_END_REMOTE,
                           &socket->remote);
}

static void tell_connected(weir_socket *socket) {
  weirc_socket_extra *extra = socket->extra;
  weir_socket_callback callback = extra->connect_callback;
  extra->connect_callback = NULL;
  weirc_trace(socket->object.loop, socket->object.id, WEIR_TRACE_CONNECT, 0, 0);
  if (socket->handlers->on_connect) socket->handlers->on_connect(socket, socket->user);
  if (callback) callback(socket, NULL, extra->connect_user);
  if (socket->handlers->on_ready && !weir_socket_destroyed(socket))
    socket->handlers->on_ready(socket, socket->user);
}

void weirc_socket_connected(weir_socket *socket) {
  weir_connect_op *connect = &socket->extra->connect;
  assert(connect->op.kind == WEIR_OP_CONNECT);
  if (weir_socket_destroyed(socket)) return;
  if (connect->op.error != WEIR_OK) {
    fail(socket, connect);
    return;
  }
  weirc_socket_event_now(socket, WEIRC_SOCKET_CONNECTED);
  learn_remote(socket, &connect->remote.address);
  weirc_endpoint_free(&socket->object.loop->allocator, &connect->remote);
  weirc_onread_begin(socket);
  if (weir_socket_destroyed(socket)) return;
  weirc_socket_flush(socket);
  tell_connected(socket);
  weirc_socket_event_now(socket, WEIRC_SOCKET_READY);
  if (socket->flow != WEIR_FLOW_PAUSED)
    weirc_socket_start_reading(socket);
  else
    weirc_socket_read_more(socket);
}

void weirc_socket_accept(weir_socket *socket, weir_server *server, bool paused) {
  assert(socket->state.transport == WEIRC_TRANSPORT_NONE);
  socket->server = server;
  weirc_socket_event_now(socket, WEIRC_SOCKET_CONNECTED);
  weirc_object_activate(&socket->object);
  if (paused)
    socket->flow = WEIR_FLOW_PAUSED;
  else
    weirc_socket_start_reading(socket);
}
