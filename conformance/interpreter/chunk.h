/**
 * @file
 * @brief Lines of a trace about what came, where how much came at once does not count.
 */
#ifndef WEIR_INTERPRETER_CHUNK_H
#define WEIR_INTERPRETER_CHUNK_H

#include "conformance/interpreter/store.h"

#include <stdbool.h>

/** True for such a line. */
bool chunk_is(const char *line);

/**
 * One line for two that follow each other: "a: data bytes[1]<61>" and "a: data bytes[1]<62>" are
 * "a: data bytes[2]<6162>", and two of text are one in the same way.
 * @return NULL: they are not such lines of one object
 */
const char *chunk_join(store *memory, const char *first, const char *second);

#endif
