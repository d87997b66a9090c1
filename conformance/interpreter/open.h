/**
 * @file
 * @brief The statement `open`: a server, a client and its accepted socket.
 */
#ifndef WEIR_INTERPRETER_OPEN_H
#define WEIR_INTERPRETER_OPEN_H

#include "conformance/interpreter/task.h"

/** Makes all three; the task goes on when both ends know of the connection. */
void open_run(task *t, scene *s, const statement *at);

#endif
