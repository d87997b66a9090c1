/* What JavaScript can do with a server, and what it is told of it. The events are weir's, one to
 * one. */
#include "examples/addon/server.h"

#include "examples/addon/object.h"
#include "examples/addon/socket.h"
#include "examples/addon/value.h"

#include <stdlib.h>

static void drop(void *weir) {
  weir_server_free(weir);
}

static const addon_kind kind = {{0x52f0b6e8d9474c3au, 0x9e3b81d4f6a20c02u}, drop};

static void on_listening(weir_server *server, void *user) {
  (void)server;
  addon_object_emit(user, "listening", 0, NULL);
}

static void on_connection(weir_server *server, weir_socket *socket, void *user) {
  addon_object *object = user;
  (void)server;
  napi_value value =
      addon_host_speaks(object->host) ? addon_socket_accept(object->host, socket) : NULL;
  if (value) {
    addon_object_emit(object, "connection", 1, &value);
    return;
  }
  if (addon_host_speaks(object->host)) addon_host_report(object->host);
  weir_socket_destroy(socket, NULL);
}

static void on_close(weir_server *server, void *user) {
  (void)server;
  addon_object_emit(user, "close", 0, NULL);
  addon_object_release(user);
}

static void on_error(weir_server *server, const weir_error *error, void *user) {
  (void)server;
  addon_object_emit_error(user, error);
}

static const weir_server_handlers handlers = {.size = sizeof(weir_server_handlers),
                                              .on_listening = on_listening,
                                              .on_connection = on_connection,
                                              .on_close = on_close,
                                              .on_error = on_error};

/* createServer(server, options) */
static napi_value create_server(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  weir_server *server;
  weir_server_options options = WEIR_SERVER_OPTIONS_INIT;
  addon_host *host = addon_host_of(env);
  if (!host || !addon_arguments(env, info, 2, arguments) ||
      !addon_option_flag(env, arguments[1], "allowHalfOpen", &options.allow_half_open) ||
      !addon_option_flag(env, arguments[1], "pauseOnConnect", &options.pause_on_connect))
    return NULL;
  addon_object *object = addon_object_create(host, &kind, arguments[0]);
  if (!object) return NULL;
  weir_err err = weir_create_server(addon_host_loop(host), &options, &handlers, object, &server);
  if (err == WEIR_OK)
    object->weir = server;
  else
    (void)addon_throw(env, err);
  return NULL;
}

/* The server that a function was called with, and its other arguments. */
static weir_server *server_of(napi_env env, napi_callback_info info, size_t count,
                              napi_value *arguments, addon_object **out_object) {
  if (!addon_arguments(env, info, count, arguments)) return NULL;
  *out_object = addon_object_of(env, &kind, arguments[0]);
  return *out_object ? (*out_object)->weir : NULL;
}

/* A server that listens is held until its 'close'. */
static void on_listened(weir_server *server, const weir_error *error, void *user) {
  (void)server;
  if (error) addon_object_release(user);
}

static bool begin_to_listen(napi_env env, napi_value value, addon_object *object,
                            const weir_listen_options *options) {
  if (!addon_object_hold(object, value)) return false;
  weir_err err = weir_server_listen(object->weir, options, on_listened, object);
  if (err == WEIR_OK) return true;
  addon_object_release(object);
  return addon_throw(env, err);
}

/* listen(server, options) */
static napi_value listen_server(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  addon_object *object;
  size_t unused;
  char *host = NULL, *path = NULL;
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  if (!server_of(env, info, 2, arguments, &object)) return NULL;
  bool read = addon_option_number(env, arguments[1], "port", &options.port) &&
              addon_option_text(env, arguments[1], "host", &host, &unused) &&
              addon_option_text(env, arguments[1], "path", &path, &options.path_length);
  options.host = host;
  options.path = path;
  if (read) (void)begin_to_listen(env, arguments[0], object, &options);
  free(host);
  free(path);
  return NULL;
}

static void on_closed(weir_server *server, const weir_error *error, void *user) {
  (void)server;
  addon_request_finish(user, error);
}

/* closeServer(server, callback or undefined) */
static napi_value close_server(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  addon_object *object;
  addon_request *asked;
  weir_server *server = server_of(env, info, 2, arguments, &object);
  if (!server || !addon_request_create(object, arguments[0], arguments[1], &asked)) return NULL;
  weir_err err = weir_server_close(server, asked ? on_closed : NULL, asked);
  if (err == WEIR_OK || err == WEIR_ERR_SERVER_NOT_RUNNING) return NULL;
  addon_request_free(asked);
  (void)addon_throw(env, err);
  return NULL;
}

static napi_value address_object(napi_env env, const weir_address *address) {
  char text[WEIR_ADDRESS_TEXT_SIZE];
  napi_value object, value, family, port;
  const char *name = address->family == WEIR_FAMILY_IPV6 ? "IPv6" : "IPv4";
  (void)weir_address_format(address, text, sizeof text);
  if (napi_create_object(env, &object) != napi_ok ||
      napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value) != napi_ok ||
      napi_create_string_utf8(env, name, NAPI_AUTO_LENGTH, &family) != napi_ok ||
      napi_create_uint32(env, address->port, &port) != napi_ok ||
      napi_set_named_property(env, object, "address", value) != napi_ok ||
      napi_set_named_property(env, object, "family", family) != napi_ok ||
      napi_set_named_property(env, object, "port", port) != napi_ok) {
    (void)addon_failed(env);
    return NULL;
  }
  return object;
}

/* address(server): an object, a path, or null */
static napi_value server_address(napi_env env, napi_callback_info info) {
  napi_value arguments[1], value;
  addon_object *object;
  weir_address address;
  size_t length;
  weir_server *server = server_of(env, info, 1, arguments, &object);
  if (!server) return NULL;
  const char *path = weir_server_path(server, &length);
  if (path) return napi_create_string_utf8(env, path, length, &value) == napi_ok ? value : NULL;
  weir_err err = weir_server_address(server, &address);
  if (err == WEIR_OK && address.family != WEIR_FAMILY_NONE) return address_object(env, &address);
  if (err != WEIR_OK) (void)addon_throw(env, err);
  return napi_get_null(env, &value) == napi_ok ? value : NULL;
}

static napi_value ref(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  addon_object *object;
  weir_server_ref(server_of(env, info, 1, arguments, &object));
  return NULL;
}

static napi_value unref(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  addon_object *object;
  weir_server_unref(server_of(env, info, 1, arguments, &object));
  return NULL;
}

bool addon_server_define(napi_env env, napi_value exports) {
  static const addon_function functions[] = {
      {"createServer", create_server}, {"listen", listen_server}, {"closeServer", close_server},
      {"address", server_address},     {"refServer", ref},        {"unrefServer", unref},
  };
  return addon_define(env, exports, functions, sizeof functions / sizeof *functions);
}
