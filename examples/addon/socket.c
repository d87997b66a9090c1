/* What JavaScript can do with a socket, and what it is told of it. The events are weir's, one to
 * one. */
#include "examples/addon/socket.h"

#include "examples/addon/object.h"
#include "examples/addon/value.h"

#include <stdlib.h>

static void drop(void *weir) {
  weir_socket_release(weir);
}

static const addon_kind kind = {{0x7c1a3d2f9be04e15u, 0xa1d6f0c27b5e4401u}, drop};

static void on_connect(weir_socket *socket, void *user) {
  (void)socket;
  addon_object_emit(user, "connect", 0, NULL);
}

static void on_ready(weir_socket *socket, void *user) {
  (void)socket;
  addon_object_emit(user, "ready", 0, NULL);
}

/* The bytes are weir's until this returns, so JavaScript gets its own. */
static void on_data(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  addon_object *object = user;
  napi_value buffer;
  (void)socket;
  if (!addon_host_speaks(object->host)) return;
  if (napi_create_buffer_copy(addon_host_env(object->host), length, data, NULL, &buffer) == napi_ok)
    addon_object_emit(object, "data", 1, &buffer);
  else
    addon_host_report(object->host);
}

static void on_end(weir_socket *socket, void *user) {
  (void)socket;
  addon_object_emit(user, "end", 0, NULL);
}

static void on_drain(weir_socket *socket, void *user) {
  (void)socket;
  addon_object_emit(user, "drain", 0, NULL);
}

static void on_finish(weir_socket *socket, void *user) {
  (void)socket;
  addon_object_emit(user, "finish", 0, NULL);
}

static void on_error(weir_socket *socket, const weir_error *error, void *user) {
  (void)socket;
  addon_object_emit_error(user, error);
}

static void on_close(weir_socket *socket, bool had_error, void *user) {
  addon_object *object = user;
  napi_value value;
  (void)socket;
  if (addon_host_speaks(object->host)) {
    if (napi_get_boolean(addon_host_env(object->host), had_error, &value) == napi_ok)
      addon_object_emit(object, "close", 1, &value);
    addon_object_clear_reason(object);
  }
  addon_object_release(object);
}

#define EVENTS                                                                                     \
  .size = sizeof(weir_socket_handlers), .on_connect = on_connect, .on_ready = on_ready,            \
  .on_end = on_end, .on_drain = on_drain, .on_finish = on_finish, .on_error = on_error,            \
  .on_close = on_close

/* A socket flows from the moment on in which somebody listens to 'data'. */
static const weir_socket_handlers quiet = {EVENTS};
static const weir_socket_handlers flowing = {EVENTS, .on_data = on_data};

/* Its memory stays as long as the JavaScript object, which may be called when it is closed. */
static void attach(addon_object *object, weir_socket *socket) {
  object->weir = weir_socket_retain(socket);
}

napi_value addon_socket_accept(addon_host *host, weir_socket *socket) {
  napi_value value = addon_host_new_socket(host);
  addon_object *object = value ? addon_object_create(host, &kind, value) : NULL;
  if (!object || !addon_object_hold(object, value)) return NULL;
  attach(object, socket);
  (void)weir_socket_set_handlers(socket, &quiet, object);
  return value;
}

/* What connect() was asked for; the texts are to be freed. */
typedef struct request {
  weir_socket_options socket;
  weir_connect_options connect;
  char *host;
  char *path;
} request;

static bool read_options(napi_env env, napi_value value, request *to) {
  size_t unused;
  bool read = addon_option_number(env, value, "port", &to->connect.port) &&
              addon_option_text(env, value, "host", &to->host, &unused) &&
              addon_option_text(env, value, "path", &to->path, &to->connect.path_length) &&
              addon_option_flag(env, value, "allowHalfOpen", &to->socket.allow_half_open);
  to->connect.host = to->host;
  to->connect.path = to->path;
  return read;
}

static bool begin_to_connect(addon_host *host, napi_value value, const request *to) {
  napi_env env = addon_host_env(host);
  weir_socket *socket;
  addon_object *object = addon_object_create(host, &kind, value);
  if (!object || !addon_object_hold(object, value)) return false;
  weir_err err =
      weir_connect(addon_host_loop(host), &to->socket, &to->connect, &quiet, object, &socket);
  if (err == WEIR_OK) {
    attach(object, socket);
    return true;
  }
  addon_object_release(object);
  return addon_throw(env, err);
}

/* connect(socket, options) */
static napi_value connect_socket(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  addon_host *host = addon_host_of(env);
  request to = {WEIR_SOCKET_OPTIONS_INIT, WEIR_CONNECT_OPTIONS_INIT, NULL, NULL};
  if (!host || !addon_arguments(env, info, 2, arguments)) return NULL;
  if (read_options(env, arguments[1], &to)) (void)begin_to_connect(host, arguments[0], &to);
  free(to.host);
  free(to.path);
  return NULL;
}

/* The socket that a function was called with, and its other arguments. */
static weir_socket *socket_of(napi_env env, napi_callback_info info, size_t count,
                              napi_value *arguments, addon_object **out_object) {
  if (!addon_arguments(env, info, count, arguments)) return NULL;
  *out_object = addon_object_of(env, &kind, arguments[0]);
  return *out_object ? (*out_object)->weir : NULL;
}

static void on_told(weir_socket *socket, const weir_error *error, void *user) {
  (void)socket;
  addon_request_finish(user, error);
}

/* Whether the callback of a write or an end will run, as weir's header has it. */
static bool is_owed(weir_err err, bool was_destroyed, const weir_socket *socket) {
  if (err == WEIR_ERR_INVALID_ARG_TYPE) return false;
  return err != WEIR_ENOMEM || (!was_destroyed && weir_socket_destroyed(socket));
}

typedef weir_err (*sender)(weir_socket *socket, const void *data, size_t length,
                           weir_socket_callback callback, void *user);

/* function(socket, bytes or undefined, callback or undefined): whether to go on writing */
static napi_value send_bytes(napi_env env, napi_callback_info info, sender send, bool needs_bytes) {
  napi_value arguments[3], go_on;
  napi_valuetype type;
  addon_object *object;
  addon_request *asked;
  const void *data = NULL;
  size_t length = 0;
  weir_socket *socket = socket_of(env, info, 3, arguments, &object);
  if (!socket || napi_typeof(env, arguments[1], &type) != napi_ok) return NULL;
  if ((needs_bytes || type != napi_undefined) && !addon_bytes(env, arguments[1], &data, &length))
    return NULL;
  if (!addon_request_create(object, arguments[0], arguments[2], &asked)) return NULL;
  bool was_destroyed = weir_socket_destroyed(socket);
  weir_err err = send(socket, data, length, asked ? on_told : NULL, asked);
  if (!is_owed(err, was_destroyed, socket)) {
    addon_request_free(asked);
    (void)addon_throw(env, err);
    return NULL;
  }
  return napi_get_boolean(env, err == WEIR_OK, &go_on) == napi_ok ? go_on : NULL;
}

static napi_value write_bytes(napi_env env, napi_callback_info info) {
  return send_bytes(env, info, weir_socket_write, true);
}

static napi_value end_socket(napi_env env, napi_callback_info info) {
  return send_bytes(env, info, weir_socket_end, false);
}

/* destroy(socket, reason or undefined) */
static napi_value destroy_socket(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  napi_valuetype type;
  addon_object *object;
  weir_error error = WEIR_ERROR_INIT;
  weir_socket *socket = socket_of(env, info, 2, arguments, &object);
  if (!socket || napi_typeof(env, arguments[1], &type) != napi_ok) return NULL;
  bool reason = type != napi_undefined && type != napi_null && !weir_socket_destroyed(socket);
  if (reason && !addon_object_set_reason(object, arguments[1])) return NULL;
  error.code = WEIR_UNKNOWN; /* Stands for the reason. */
  weir_socket_destroy(socket, reason ? &error : NULL);
  return NULL;
}

/* function(socket) */
static napi_value act(napi_env env, napi_callback_info info, void (*action)(weir_socket *socket)) {
  napi_value arguments[1];
  addon_object *object;
  weir_socket *socket = socket_of(env, info, 1, arguments, &object);
  if (socket) action(socket);
  return NULL;
}

static void let_flow(weir_socket *socket) {
  (void)weir_socket_set_handlers(socket, &flowing, weir_socket_user(socket));
}

static napi_value flow(napi_env env, napi_callback_info info) {
  return act(env, info, let_flow);
}

static napi_value pause_socket(napi_env env, napi_callback_info info) {
  return act(env, info, weir_socket_pause);
}

static napi_value resume_socket(napi_env env, napi_callback_info info) {
  return act(env, info, weir_socket_resume);
}

static napi_value ref(napi_env env, napi_callback_info info) {
  return act(env, info, weir_socket_ref);
}

static napi_value unref(napi_env env, napi_callback_info info) {
  return act(env, info, weir_socket_unref);
}

bool addon_socket_define(napi_env env, napi_value exports) {
  static const addon_function functions[] = {
      {"connect", connect_socket}, {"write", write_bytes}, {"end", end_socket},
      {"destroy", destroy_socket}, {"flow", flow},         {"pause", pause_socket},
      {"resume", resume_socket},   {"refSocket", ref},     {"unrefSocket", unref},
  };
  return addon_define(env, exports, functions, sizeof functions / sizeof *functions);
}
