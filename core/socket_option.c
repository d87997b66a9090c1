/* What the system is told of a socket: Nagle's algorithm, keep-alive and the type of service. It
 * hears of changes only, and what it refuses is nobody's error, but for a type of service that is
 * asked for while there is a connection. */
#include "core/server.h"
#include "core/socket.h"

/* Node's looks for a silent peer: one a second, ten of them. */
enum { MS_PER_SECOND = 1000, DEFAULT_INTERVAL_S = 1, DEFAULT_COUNT = 10 };

static bool has_transport(const weir_socket *socket) {
  return socket->state.transport == WEIRC_TRANSPORT_CONNECTING ||
         socket->state.transport == WEIRC_TRANSPORT_OPEN;
}

/* A transport that has no such settings; before there is one they are remembered. */
static bool ignores(const weir_socket *socket) {
  return has_transport(socket) && socket->transport != WEIR_TRANSPORT_TCP;
}

static void tell_no_delay(weir_socket *socket) {
  weir_loop *loop = socket->object.loop;
  (void)loop->ops->set_no_delay(loop->backend, weirc_handle(&socket->object), socket->no_delay);
}

static uint32_t interval_of(const weir_socket *socket) {
  uint32_t interval_s = socket->extra ? socket->extra->keep_alive_interval_s : 0;
  return interval_s > 0 ? interval_s : DEFAULT_INTERVAL_S;
}

static uint32_t count_of(const weir_socket *socket) {
  uint32_t count = socket->extra ? socket->extra->keep_alive_count : 0;
  return count > 0 ? count : DEFAULT_COUNT;
}

static void tell_keep_alive(weir_socket *socket, uint32_t delay_s) {
  weir_loop *loop = socket->object.loop;
  (void)loop->ops->set_keep_alive(loop->backend, weirc_handle(&socket->object), socket->keep_alive,
                                  delay_s, interval_of(socket), count_of(socket));
}

static uint32_t delay_of(const weir_socket *socket) {
  return socket->extra ? socket->extra->keep_alive_delay_s : 0;
}

static weir_err remember_delay(weir_socket *socket, uint32_t delay_s) {
  if (delay_of(socket) == delay_s) return WEIR_OK;
  weirc_socket_extra *extra = weirc_socket_extra_of(socket);
  if (!extra) return WEIR_ENOMEM;
  extra->keep_alive_delay_s = delay_s;
  return WEIR_OK;
}

/* Who never says anything but the defaults needs no memory for it. */
static weir_err remember_probes(weir_socket *socket, uint32_t interval_s, uint32_t count) {
  if (!socket->extra && interval_s == 0 && count == 0) return WEIR_OK;
  weirc_socket_extra *extra = weirc_socket_extra_of(socket);
  if (!extra) return WEIR_ENOMEM;
  extra->keep_alive_interval_s = interval_s;
  extra->keep_alive_count = count;
  return WEIR_OK;
}

weir_err weir_socket_set_no_delay(weir_socket *socket, bool no_delay) {
  if (!socket) return WEIR_ERR_INVALID_ARG_TYPE;
  if (weirc_elsewhere(&socket->object)) return WEIR_ERR_WRONG_THREAD;
  if (ignores(socket) || socket->no_delay == no_delay) return WEIR_OK;
  socket->no_delay = no_delay;
  if (has_transport(socket)) tell_no_delay(socket);
  return WEIR_OK;
}

weir_err weir_socket_set_keep_alive(weir_socket *socket, bool keep_alive,
                                    uint32_t initial_delay_ms) {
  uint32_t delay_s = initial_delay_ms / MS_PER_SECOND;
  if (!socket) return WEIR_ERR_INVALID_ARG_TYPE;
  if (weirc_elsewhere(&socket->object)) return WEIR_ERR_WRONG_THREAD;
  if (ignores(socket)) return WEIR_OK;
  bool changes = socket->keep_alive != keep_alive || (keep_alive && delay_of(socket) != delay_s);
  /* Without a change the system hears nothing, and nothing is remembered for it. */
  if (has_transport(socket) && !changes) return WEIR_OK;
  weir_err err = remember_delay(socket, delay_s);
  if (err != WEIR_OK) return err;
  socket->keep_alive = keep_alive;
  if (has_transport(socket)) tell_keep_alive(socket, delay_s);
  return WEIR_OK;
}

weir_err weir_socket_set_keep_alive_probes(weir_socket *socket, uint32_t interval_ms,
                                           uint32_t count) {
  if (!socket) return WEIR_ERR_INVALID_ARG_TYPE;
  if (weirc_elsewhere(&socket->object)) return WEIR_ERR_WRONG_THREAD;
  if (ignores(socket)) return WEIR_OK;
  uint32_t interval_before = interval_of(socket);
  uint32_t count_before = count_of(socket);
  weir_err err = remember_probes(socket, interval_ms / MS_PER_SECOND, count);
  if (err != WEIR_OK) return err;
  bool changes = interval_of(socket) != interval_before || count_of(socket) != count_before;
  if (has_transport(socket) && socket->keep_alive && changes)
    tell_keep_alive(socket, delay_of(socket));
  return WEIR_OK;
}

int32_t weir_socket_type_of_service(const weir_socket *socket) {
  const weirc_socket_extra *extra = socket ? socket->extra : NULL;
  return extra && extra->has_type_of_service ? extra->type_of_service : -1;
}

static weir_err tell_type_of_service(const weir_socket *socket, weir_handle *handle, int tos) {
  const weir_loop *loop = socket->object.loop;
  if (!loop->ops->set_type_of_service) return WEIR_ENOTSUP;
  return loop->ops->set_type_of_service(loop->backend, handle, tos);
}

/* While connecting there may be no transport, or several. */
weir_err weir_socket_set_type_of_service(weir_socket *socket, int32_t tos) {
  if (!socket) return WEIR_ERR_INVALID_ARG_TYPE;
  if (weirc_elsewhere(&socket->object)) return WEIR_ERR_WRONG_THREAD;
  if (tos < 0 || tos > UINT8_MAX) return WEIR_ERR_OUT_OF_RANGE;
  if (ignores(socket) || weir_socket_type_of_service(socket) == tos) return WEIR_OK;
  weirc_socket_extra *extra = weirc_socket_extra_of(socket);
  if (!extra) return WEIR_ENOMEM;
  if (socket->state.transport == WEIRC_TRANSPORT_OPEN) {
    weir_err err = tell_type_of_service(socket, weirc_handle(&socket->object), tos);
    if (err != WEIR_OK) return err;
  }
  extra->type_of_service = (uint8_t)tos;
  extra->has_type_of_service = true;
  extra->type_of_service_due = socket->state.transport == WEIRC_TRANSPORT_CONNECTING;
  return WEIR_OK;
}

void weirc_socket_mark_transport(const weir_socket *socket, weir_handle *handle,
                                 weir_transport transport) {
  int32_t tos = weir_socket_type_of_service(socket);
  if (transport == WEIR_TRANSPORT_TCP && tos >= 0) (void)tell_type_of_service(socket, handle, tos);
}

weir_err weirc_socket_take_settings(weir_socket *socket, const weir_socket_options *options) {
  socket->no_delay = options->no_delay;
  socket->keep_alive = options->keep_alive;
  weir_err err = remember_delay(socket, options->keep_alive_initial_delay_ms / MS_PER_SECOND);
  if (err == WEIR_OK)
    err = remember_probes(socket, options->keep_alive_interval_ms / MS_PER_SECOND,
                          options->keep_alive_count);
  if (err == WEIR_OK && options->type_of_service != -1)
    err = weir_socket_set_type_of_service(socket, options->type_of_service);
  if (err != WEIR_OK || options->timeout_ms == -1) return err;
  return weir_socket_set_timeout(socket, options->timeout_ms, NULL, NULL);
}

void weirc_socket_apply_settings(weir_socket *socket) {
  if (socket->transport != WEIR_TRANSPORT_TCP) return;
  if (socket->no_delay) tell_no_delay(socket);
  if (socket->keep_alive) tell_keep_alive(socket, delay_of(socket));
  if (!socket->extra->type_of_service_due) return;
  socket->extra->type_of_service_due = false;
  weirc_socket_mark_transport(socket, weirc_handle(&socket->object), WEIR_TRANSPORT_TCP);
}

void weirc_socket_inherit_settings(weir_socket *socket, const weir_server *server) {
  const weir_server_options *options = &server->options;
  if (socket->transport != WEIR_TRANSPORT_TCP) return;
  if (options->no_delay) {
    socket->no_delay = true;
    tell_no_delay(socket);
  }
  if (options->keep_alive) {
    uint32_t delay_s = options->keep_alive_initial_delay_ms / MS_PER_SECOND;
    socket->keep_alive = true;
    /* Without memory the connection has it all the same; only repeating it is not free. */
    (void)remember_delay(socket, delay_s);
    tell_keep_alive(socket, delay_s);
  }
}
