/**
 * @file
 * @brief Ports and paths: where servers listen, where nobody does, the place for local names.
 */
#ifndef WEIR_INTERPRETER_PLACE_H
#define WEIR_INTERPRETER_PLACE_H

#include "conformance/interpreter/scene.h"

/** Notes where a server listens, and masks its port. */
void place_learn(object *server);
/** A port that was kept from others is wanted by the scenario. @param v what names it, or NULL */
void place_lend(scene *s, const value *v);
/** Gives up a port that was kept from others. */
void place_release(object *o);
/** What local names begin with, made when it is first wanted. NULL: the scenario failed. */
const char *place_root(scene *s);
/** A local name, shown as TMP/name. NULL: the scenario failed. */
const char *place_local_name(scene *s, const char *name);
/** Removes what was made for local names. */
void place_clean(scene *s);

/** Writes a port as the trace shows it: PORT, DEAD or EPHEMERAL. */
void place_print_port(const scene *s, unsigned port, trace_text *out);
/** Writes an address as JSON: {"address":"127.0.0.1","family":"IPv4","port":PORT} */
void place_print_address(const scene *s, const weir_address *address, trace_text *out);

#endif
