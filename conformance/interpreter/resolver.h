/**
 * @file
 * @brief Resolvers that answer as a scenario says, and what connect() is told of them.
 */
#ifndef WEIR_INTERPRETER_RESOLVER_H
#define WEIR_INTERPRETER_RESOLVER_H

#include "conformance/interpreter/call.h"

/** Takes the options of connect() that are about names and families. */
void resolver_options_read(call *c, weir_connect_options *out_options);

/** Writes the line of the event 'lookup'. */
void resolver_print_lookup(object *o, const weir_error *error, const weir_address *address,
                           const char *host);

/** Puts the process-wide defaults back. */
void resolver_restore_defaults(void);

#endif
