/**
 * @file
 * @brief Sockets of a scenario and what they tell.
 */
#ifndef WEIR_INTERPRETER_SOCKET_WATCH_H
#define WEIR_INTERPRETER_SOCKET_WATCH_H

#include "conformance/interpreter/scene.h"

/** Makes the socket of an object. `prefix`: whose options they are, see option. */
bool socket_create(object *o, const option *options, const char *prefix);
/** Takes "data=log" and so on. */
void socket_data_mode(object *o, const value *mode);
/** Takes the options for an accepted socket; the socket comes by socket_adopt(). */
void socket_expect(object *o, const option *options, const char *prefix);
/** Watches a socket that was accepted and tells 'accepted'. */
void socket_adopt(object *o, weir_socket *socket);
/** Adds (true) or removes the handler for bytes. */
void socket_consume(object *o, bool consume);
/** The table of handlers for an object. */
const weir_socket_handlers *socket_handlers(const object *o);
/** Node's options of a new socket. @return false: the scenario failed */
bool socket_options_read(object *o, const option *options, const char *prefix,
                         weir_socket_options *out_options);

/** The options onread and onreadStop; NULL: they were not given. */
const weir_onread *socket_onread(object *o, const option *options, const char *prefix);

#endif
