/**
 * @file
 * @brief The differences between weir and Node that are meant.
 */
#ifndef WEIR_CONFORMANCE_DECLARED_H
#define WEIR_CONFORMANCE_DECLARED_H

#include "conformance/addresses/case_line.h"
#include "weir/block_list.h"

/** A line that Node and weir answer differently. */
typedef struct difference {
  const case_line *line;       /**< The line, with Node's answer. */
  const char *weir;            /**< weir's answer. */
  const weir_block_list *list; /**< The list it is about; may be NULL. */
} difference;

/** Counts a difference under its number. @return false: it is not meant */
bool declared_count(const difference *d);

/** Prints how many there were under each number. */
void declared_print(void);

#endif
