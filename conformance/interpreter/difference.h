/**
 * @file
 * @brief How two traces differ, line by line and object by object.
 */
#ifndef WEIR_INTERPRETER_DIFFERENCE_H
#define WEIR_INTERPRETER_DIFFERENCE_H

#include "conformance/interpreter/store.h"

#include <stdbool.h>

/** A line that only one of two traces has. */
typedef struct difference {
  char sign;        /**< '-': only the first has it, '+': only the second. */
  const char *text; /**< Without the line feed. */
  struct difference *next;
} difference;

/**
 * Compares two traces by their longest common subsequence.
 * @param memory where the result goes
 * @param global the order of objects counts; otherwise each object's lines are compared
 * @param pieces bytes may come in other pieces
 * @return NULL: they are the same
 */
difference *difference_find(store *memory, const char *expected, const char *printed, bool global,
                            bool pieces);

#endif
