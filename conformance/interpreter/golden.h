/**
 * @file
 * @brief Golden traces: what Node printed, a block "# title" and its lines for each scenario.
 */
#ifndef WEIR_INTERPRETER_GOLDEN_H
#define WEIR_INTERPRETER_GOLDEN_H

#include "conformance/interpreter/store.h"

#include <stdbool.h>

/** A block; its lines end with a line feed each. */
typedef struct golden_block {
  const char *title;
  const char *lines;
  bool taken; /**< A scenario was compared with it. */
  struct golden_block *next;
} golden_block;

/** A file. */
typedef struct golden {
  store memory;
  golden_block *blocks;
} golden;

/** Reads a file. @return false: it cannot be read; freed by golden_free() all the same */
bool golden_read(golden *g, const char *path);
/** The block with a title, which is taken then; NULL: there is none. */
const golden_block *golden_find(golden *g, const char *title);
/** Gives everything back. */
void golden_free(golden *g);

#endif
