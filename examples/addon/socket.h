/**
 * @file
 * @brief Sockets for JavaScript.
 */
#ifndef EXAMPLES_ADDON_SOCKET_H
#define EXAMPLES_ADDON_SOCKET_H

#include "examples/addon/host.h"

/** Makes the JavaScript object of an accepted socket; NULL: an exception may be pending. */
napi_value addon_socket_accept(addon_host *host, weir_socket *socket);

/** Adds the functions that have a socket as their first argument. @return false: an exception is
 * pending */
bool addon_socket_define(napi_env env, napi_value exports);

#endif
