/**
 * @file
 * @brief What the operating system says of sockets, which weir itself does not show.
 *
 * On the simulator, and where the system cannot be asked, the scenario fails.
 */
#ifndef WEIR_INTERPRETER_SYSTEM_H
#define WEIR_INTERPRETER_SYSTEM_H

#include "conformance/interpreter/scene.h"

/** The number given to listen(2). */
void system_backlog(object *o, trace_text *out);
/** TCP_NODELAY */
void system_no_delay(object *o, trace_text *out);
/** SO_KEEPALIVE */
void system_keep_alive(object *o, trace_text *out);
/** TCP_KEEPIDLE in seconds; null while it is the system's own. */
void system_keep_alive_delay(object *o, trace_text *out);

#endif
