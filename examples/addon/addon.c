/* Where Node begins: the module's functions. weir.js makes of them what Node's `net` looks like. */
#include "examples/addon/host.h"
#include "examples/addon/server.h"
#include "examples/addon/socket.h"
#include "examples/addon/value.h"

/* begin(Socket): accepted sockets are made of this class. */
static napi_value begin(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  addon_host *host = addon_host_of(env);
  if (host && addon_arguments(env, info, 1, arguments))
    (void)addon_host_set_socket_class(host, arguments[0]);
  return NULL;
}

NAPI_MODULE_INIT() {
  static const addon_function functions[] = {{"begin", begin}};
  bool done = addon_define(env, exports, functions, 1) && addon_socket_define(env, exports) &&
              addon_server_define(env, exports) && addon_host_start(env);
  return done ? exports : NULL;
}
