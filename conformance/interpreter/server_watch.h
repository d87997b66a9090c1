/**
 * @file
 * @brief Servers of a scenario and what they tell.
 */
#ifndef WEIR_INTERPRETER_SERVER_WATCH_H
#define WEIR_INTERPRETER_SERVER_WATCH_H

#include "conformance/interpreter/scene.h"

/** Makes the server of an object. `prefix`: whose options they are, see option. */
bool server_create(object *o, const option *options, const char *prefix);
/** The next connection of the server that has no name becomes this object. */
void server_accept(object *server, object *conn);

#endif
