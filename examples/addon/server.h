/**
 * @file
 * @brief Servers for JavaScript.
 */
#ifndef EXAMPLES_ADDON_SERVER_H
#define EXAMPLES_ADDON_SERVER_H

#include "examples/addon/host.h"

/** Adds the functions that have a server as their first argument. @return false: an exception is
 * pending */
bool addon_server_define(napi_env env, napi_value exports);

#endif
