/**
 * @file
 * @brief What a scenario says of backends and systems: where it is left out, what differs where.
 *
 * A system, see ground_is(), is that of every backend but the simulator.
 */
#ifndef WEIR_INTERPRETER_WHERE_H
#define WEIR_INTERPRETER_WHERE_H

#include "conformance/interpreter/tree.h"

/** Why a scenario is left out on a backend; NULL: it is not. */
const char *where_left_out(const scenario *of, const char *backend);

/** Whether Node leaves it out: it has no golden trace, and its expectations judge. */
bool where_only_here(const scenario *of);

/** Forgets the differences that are other systems', and those that this one takes back. */
void where_keep(scenario *of, const char *backend);

#endif
