/* How a socket gets its connection: by connect(), again after 'close' too, or from a server. How a
 * name is reached is decided in race.c and race_answer.c. */
#include "core/endpoint.h"
#include "core/error.h"
#include "core/options.h"
#include "core/race.h"
#include "core/server.h"
#include "core/socket_onread.h"

#include <assert.h>
#include <string.h>

/* What connect() was asked for, checked. */
typedef struct plan {
  weir_connect_options options;
  weir_endpoint remote; /* If no name has to be looked up; once prepared, its path is owned. */
  weirc_race *race;     /* If one has to be, once prepared. */
  weir_address local;   /* WEIR_FAMILY_NONE: any. */
  bool named;           /* The host is a name. */
} plan;

/* After 'close', and in it, a socket may begin anew; but what began in it has its own 'close'. */
static bool may_begin_anew(const weir_socket *socket) {
  return socket->closed || (socket->telling_close && !socket->begun_anew);
}

static weir_err refuse_connect(const weir_socket *socket) {
  switch ((weirc_transport_state)socket->state.transport) {
  case WEIRC_TRANSPORT_CONNECTING: return WEIR_EALREADY;
  case WEIRC_TRANSPORT_OPEN: return WEIR_EISCONN;
  case WEIRC_TRANSPORT_DESTROYED:
    return may_begin_anew(socket) ? WEIR_OK : WEIR_ERR_STREAM_DESTROYED;
  case WEIRC_TRANSPORT_NONE: break;
  }
  return WEIR_OK;
}

static weir_err take_local(weir_loop *loop, const weir_connect_options *options,
                           weir_address *out_local) {
  const char *text = options->local_address;
  *out_local = (weir_address){0};
  if (text && weirc_host_parse(loop, text, 0, out_local) != WEIR_OK)
    return WEIR_ERR_INVALID_IP_ADDRESS;
  if (options->local_port < -1 || options->local_port > UINT16_MAX) return WEIR_ERR_SOCKET_BAD_PORT;
  return WEIR_OK;
}

/* Node's order: the local end, the port, and for names the family. */
static weir_err take_tcp(weir_loop *loop, plan *p) {
  const weir_connect_options *options = &p->options;
  if (options->port == -1) return WEIR_ERR_MISSING_ARGS;
  weir_err err = take_local(loop, options, &p->local);
  if (err != WEIR_OK) return err;
  if (options->port < 0 || options->port > UINT16_MAX) return WEIR_ERR_SOCKET_BAD_PORT;
  if (options->auto_select_family_attempt_timeout_ms > INT32_MAX) return WEIR_ERR_OUT_OF_RANGE;
  p->remote.transport = WEIR_TRANSPORT_TCP;
  p->named = !options->host || weirc_host_parse(loop, options->host, (uint16_t)options->port,
                                                &p->remote.address) != WEIR_OK;
  weir_family family = options->family;
  bool known =
      family == WEIR_FAMILY_NONE || family == WEIR_FAMILY_IPV4 || family == WEIR_FAMILY_IPV6;
  return !p->named || known ? WEIR_OK : WEIR_ERR_INVALID_ARG_VALUE;
}

static weir_err take_plan(weir_loop *loop, const weir_connect_options *given, plan *out_plan) {
  *out_plan = (plan){.options = WEIR_CONNECT_OPTIONS_INIT};
  weir_connect_options *options = &out_plan->options;
  weir_err err = weirc_options_take(options, sizeof *options, given);
  if (err != WEIR_OK) return err;
  if (!options->path) return take_tcp(loop, out_plan);
  weirc_endpoint_path(&out_plan->remote, options->path, options->path_length);
  return WEIR_OK;
}

/* The socket is as new, but for what the program set. An accepted one is no server's any more. */
static void begin_anew(weir_socket *socket) {
  weir_loop *loop = socket->object.loop;
  weirc_socket_forget_connection(socket);
  memset(weirc_handle(&socket->object), 0, loop->ops->handle_size);
  weirc_socket_state before = socket->state;
  socket->state = (weirc_socket_state){.allow_half_open = before.allow_half_open,
                                       .never_read = before.never_read,
                                       .read_ended = before.never_read,
                                       .never_write = before.never_write};
  if (before.never_write) socket->state.write = WEIRC_WRITE_FINISHED;
  socket->error_code = 0;
  socket->reading = socket->need_drain = false;
  socket->input_ended = before.never_read;
  socket->write_failed = socket->had_error = socket->end_called = false;
  socket->closed = socket->need_readable = socket->readable_told = false;
  socket->begun_anew = socket->telling_close;
  socket->remote = (weir_address){0};
  socket->bytes_read = socket->bytes_written = 0;
  if (!socket->server) return;
  socket->server = NULL;
  weirc_list_remove(&socket->object.link);
  weirc_list_append(&loop->sockets, &socket->object.link);
}

/* Nobody may destroy the socket there; if somebody did, nothing goes on. */
static weir_err show_program(weir_socket *socket, const weir_handle *handle) {
  const weir_loop *loop = socket->object.loop;
  const weirc_socket_extra *extra = socket->extra;
  if (!extra->before_connect) return WEIR_OK;
  intptr_t fd = loop->ops->handle_fd ? loop->ops->handle_fd(loop->backend, handle) : -1;
  weir_err err = extra->before_connect(socket, fd, extra->before_connect_user);
  return err == WEIR_OK && weir_socket_destroyed(socket) ? WEIR_ECANCELED : err;
}

weir_err weirc_socket_make_transport(weir_socket *socket, const weir_connect_op *connect,
                                     const weir_address *local, const char **out_syscall) {
  weir_loop *loop = socket->object.loop;
  weir_handle *handle = connect->op.handle;
  const weir_endpoint *remote = &connect->remote;
  *out_syscall = "connect";
  weir_err err = loop->ops->create(loop->backend, handle, remote->transport,
                                   (weir_family)remote->address.family);
  if (err != WEIR_OK) return err;
  weirc_socket_mark_transport(socket, handle, remote->transport);
  err = show_program(socket, handle);
  if (err != WEIR_OK || local->family == WEIR_FAMILY_NONE) return err;
  *out_syscall = "bind";
  return weirc_endpoint_bind_local(loop, handle, local, &remote->address);
}

bool weirc_socket_blocks(const weir_socket *socket, const weir_address *remote) {
  const weir_block_filter *list = socket->extra ? socket->extra->block_list : NULL;
  return list && weir_block_filter_check(list, remote);
}

/* A failure is told later like any other. An address that is blocked gets no transport. */
static void submit(weir_socket *socket, const weir_address *local) {
  weir_loop *loop = socket->object.loop;
  weirc_socket_extra *extra = socket->extra;
  weir_connect_op *connect = &extra->connect;
  const char *syscall;
  connect->op.kind = WEIR_OP_CONNECT;
  connect->op.handle = weirc_handle(&socket->object);
  connect->op.error = WEIR_ERR_IP_BLOCKED;
  extra->bind_failed = false;
  if (!weirc_socket_blocks(socket, &connect->remote.address)) {
    connect->op.error = weirc_socket_make_transport(socket, connect, local, &syscall);
    extra->bind_failed = connect->op.error != WEIR_OK && syscall[0] == 'b';
  }
  if (connect->op.error == WEIR_OK)
    loop->ops->submit(loop->backend, &connect->op);
  else
    weirc_step_queue_kind(&socket->object, WEIRC_STEP_CONNECT_FAILED);
}

void weirc_socket_connect_to(weir_socket *socket, const weir_address *remote,
                             const weir_address *local_address, uint16_t local_port) {
  weirc_socket_extra *extra = socket->extra;
  extra->connect.remote = (weir_endpoint){.transport = WEIR_TRANSPORT_TCP, .address = *remote};
  extra->local = weirc_local_for(local_address, local_port, remote);
  submit(socket, &extra->local);
}

static void begin(weir_socket *socket, const plan *p) {
  bool path = p->options.path != NULL;
  uint16_t local_port = p->options.local_port > 0 ? (uint16_t)p->options.local_port : 0;
  socket->transport = (uint8_t)(path ? WEIR_TRANSPORT_IPC : WEIR_TRANSPORT_TCP);
  weirc_socket_event_now(socket, WEIRC_SOCKET_CONNECT);
  weirc_object_activate(&socket->object);
  weirc_socket_refresh_timeout(socket);
  if (p->named)
    weirc_race_ask(socket->extra->race, &p->options);
  else if (path)
    submit(socket, &p->local);
  else
    weirc_socket_connect_to(socket, &p->remote.address, &p->local, local_port);
}

/* Everything that needs memory, while nothing has changed yet. */
static weir_err prepare(weir_socket *socket, plan *p) {
  if (!weirc_socket_extra_of(socket)) return WEIR_ENOMEM;
  if (!p->named)
    return weirc_endpoint_copy(&socket->object.loop->allocator, &p->remote, &p->remote);
  p->race = weirc_race_create(socket, &p->options, &p->local);
  return p->race ? WEIR_OK : WEIR_ENOMEM;
}

static void take_prepared(weirc_socket_extra *extra, const plan *p) {
  extra->connect.flags = p->options.path_overflow == WEIR_PATH_REFUSE ? WEIR_BIND_PATH_REFUSE : 0;
  if (p->options.pipe_half_close) extra->connect.flags |= WEIR_BIND_HALF_CLOSE;
  extra->connect.receives_nothing = extra->connect.sends_nothing = false;
  extra->before_connect = p->options.before_connect;
  extra->before_connect_user = p->options.before_connect_user;
  extra->race = p->race;
  if (!p->named) extra->connect.remote = p->remote;
}

weir_err weir_socket_connect(weir_socket *socket, const weir_connect_options *options,
                             weir_socket_callback callback, void *user) {
  plan p;
  if (!socket || !options) return WEIR_ERR_INVALID_ARG_TYPE;
  weir_err err = weirc_loop_refuses(socket->object.loop);
  if (err == WEIR_OK) err = take_plan(socket->object.loop, options, &p);
  if (err == WEIR_OK) err = refuse_connect(socket);
  if (err != WEIR_OK) return err;
  err = prepare(socket, &p);
  if (err != WEIR_OK) return err;
  if (weir_socket_destroyed(socket)) begin_anew(socket);
  take_prepared(socket->extra, &p);
  socket->extra->connect_callback = callback;
  socket->extra->connect_user = user;
  begin(socket, &p);
  return WEIR_OK;
}

/* What has a descriptor is connected, and no backend could give every kind back. */
static bool wraps(const weir_socket_options *given) {
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  return weirc_options_take(&options, sizeof options, given) == WEIR_OK && options.fd != -1;
}

weir_err weir_connect(weir_loop *loop, const weir_socket_options *options,
                      const weir_connect_options *connect_options,
                      const weir_socket_handlers *handlers, void *user, weir_socket **out_socket) {
  if (out_socket) *out_socket = NULL;
  if (wraps(options)) return WEIR_EISCONN;
  weir_err err = weirc_socket_make(loop, options, handlers, user, out_socket);
  if (err != WEIR_OK) return err;
  err = weir_socket_connect(*out_socket, connect_options, NULL, NULL);
  if (err == WEIR_OK) {
    weirc_socket_begin(*out_socket);
    return WEIR_OK;
  }
  weirc_socket_discard(*out_socket);
  *out_socket = NULL;
  return err;
}

static void fail(weir_socket *socket, const weirc_socket_extra *extra) {
  const weir_connect_op *connect = &extra->connect;
  weir_error error = weirc_error_of(socket->object.loop, connect->op.error,
                                    extra->bind_failed ? "bind" : "connect");
  error.path = connect->remote.path;
  error.path_length = connect->remote.path_length;
  error.address = extra->bind_failed ? extra->local : connect->remote.address;
  if (!extra->bind_failed && extra->local.port > 0) error.local_address = extra->local;
  /* It was not even bound. */
  if (error.code == WEIR_ERR_IP_BLOCKED) error = weirc_error_blocked(&connect->remote.address);
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

/* A direction that a pipe does not have has ended when it is connected, as in Node. */
static void end_receiving(weir_socket *socket) {
  if (!socket->extra->connect.receives_nothing) return;
  socket->input_ended = true;
  weirc_socket_end_if_drained(socket);
}

static void end_sending(weir_socket *socket) {
  if (!socket->extra->connect.sends_nothing || !weir_socket_writable(socket)) return;
  if (weir_socket_end(socket, NULL, 0, NULL, NULL) == WEIR_ENOMEM)
    weirc_socket_destroy_with(socket, WEIR_ENOMEM, "shutdown");
}

static void begin_reading(weir_socket *socket) {
  bool ends = socket->extra->connect.receives_nothing && !socket->state.read_ended;
  if (ends && socket->state.transport == WEIRC_TRANSPORT_OPEN) weirc_socket_take_end(socket);
  if (socket->flow != WEIR_FLOW_PAUSED)
    weirc_socket_start_reading(socket);
  else
    weirc_socket_read_more(socket);
}

void weirc_socket_establish(weir_socket *socket, const weir_address *remote) {
  weirc_socket_event_now(socket, WEIRC_SOCKET_CONNECTED);
  weirc_socket_refresh_timeout(socket);
  weirc_socket_apply_settings(socket);
  learn_remote(socket, remote);
  weirc_endpoint_free(&socket->object.loop->allocator, &socket->extra->connect.remote);
  weirc_onread_begin(socket);
  if (weir_socket_destroyed(socket)) return;
  end_receiving(socket);
  weirc_socket_flush(socket);
  end_sending(socket);
  tell_connected(socket);
  weirc_socket_event_now(socket, WEIRC_SOCKET_READY);
  begin_reading(socket);
}

void weirc_socket_connected(weir_socket *socket) {
  weir_connect_op *connect = &socket->extra->connect;
  assert(connect->op.kind == WEIR_OP_CONNECT);
  if (weir_socket_destroyed(socket)) return;
  if (connect->op.error != WEIR_OK)
    fail(socket, socket->extra);
  else
    weirc_socket_establish(socket, &connect->remote.address);
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

size_t weir_socket_auto_select_family_attempted_addresses(const weir_socket *socket,
                                                          weir_address *out_addresses,
                                                          size_t capacity) {
  const weirc_race *race = socket && socket->extra ? socket->extra->race : NULL;
  if (!race) return 0;
  for (size_t i = 0; out_addresses && i < race->attempted_count && i < capacity; i++)
    out_addresses[i] = race->attempted[i];
  return race->attempted_count;
}
