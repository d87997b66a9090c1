/**
 * @file
 * @brief What weir says to a line of generate.js, in the words Node's answer is written in.
 */
#ifndef WEIR_CONFORMANCE_ANSWER_H
#define WEIR_CONFORMANCE_ANSWER_H

#include "conformance/addresses/case_line.h"
#include "weir/block_list.h"

/** The list that lines are about; zeroed at the start. */
typedef struct answer_state {
  weir_block_list *list; /**< NULL before the first line "list". */
} answer_state;

/**
 * Does what the line says.
 * @param state what lines before it have done
 * @param line the question
 * @param buffer takes the answer, ended by a NUL; "?" and words if the line makes no sense, weir
 * contradicts itself, or there is no memory
 * @param capacity bytes in buffer
 */
void answer_line(answer_state *state, const case_line *line, char *buffer, size_t capacity);

/** Frees the list. */
void answer_end(answer_state *state);

#endif
