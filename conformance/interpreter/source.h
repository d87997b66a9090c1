/**
 * @file
 * @brief The lines of a scenario file, and complaints about them.
 */
#ifndef WEIR_INTERPRETER_SOURCE_H
#define WEIR_INTERPRETER_SOURCE_H

#include "conformance/interpreter/store.h"

#include <stdbool.h>

/** A line that says something: no comment, not empty. */
typedef struct source_line {
  unsigned number;
  size_t depth;     /**< Indentation in steps of two blanks. */
  const char *text; /**< Without indentation and without blanks at its end. */
} source_line;

/** A file that is being read. */
typedef struct source {
  const char *path;
  store *memory;
  source_line *lines;
  size_t count;
  unsigned complaints; /**< How many lines were complained of. */
} source;

/** Reads a file. Complains of tabs and odd indentation. @return false: it cannot be read */
bool source_read(source *s, store *memory, const char *path);

/** Writes "file:line: what" to the standard error, and counts. */
void source_complain(source *s, unsigned line, const char *format, ...);

#endif
