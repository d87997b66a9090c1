/**
 * @file
 * @brief weir's loop on the loop of one Node environment: the main thread's, or a worker's.
 */
#ifndef EXAMPLES_ADDON_HOST_H
#define EXAMPLES_ADDON_HOST_H

#include <weir/weir.h>

#include <node_api.h>
#include <stdbool.h>

struct addon_object;

/** What an environment has of weir; the data of its instance of the add-on. */
typedef struct addon_host addon_host;

/** Starts weir in an environment. @return false: an exception is pending */
bool addon_host_start(napi_env env);

/** The environment's host; NULL: an exception is pending. */
addon_host *addon_host_of(napi_env env);

/** Its environment. */
napi_env addon_host_env(const addon_host *host);

/** Its loop; NULL when that has ended. */
weir_loop *addon_host_loop(const addon_host *host);

/** True while JavaScript can be called. */
bool addon_host_speaks(const addon_host *host);

/** Takes the class that accepted sockets are made of. @return false: an exception is pending */
bool addon_host_set_socket_class(addon_host *host, napi_value constructor);

/** A new object of that class; NULL: an exception may be pending. */
napi_value addon_host_new_socket(addon_host *host);

/** What a handler has thrown becomes Node's 'uncaughtException'. Does nothing if none has. */
void addon_host_report(addon_host *host);

/** Puts an object among those that must know when the loop has ended; it keeps the host's memory.
 */
void addon_host_add(addon_host *host, struct addon_object *object);

/** Takes it out when it is garbage. */
void addon_host_remove(addon_host *host, struct addon_object *object);

/** While garbage is collected no JavaScript may be called: steps wait for the next turn. */
void addon_host_collect(addon_host *host, bool collecting);

#endif
