/**
 * @file
 * @brief What was finished on the spot, on its way into what a turn hands out.
 */
#ifndef WEIRB_COMPLETIONS_H
#define WEIRB_COMPLETIONS_H

#include "weir/backend.h"

/** Makes both lists empty. They stay where they are. */
static inline void weirb_completions_init(weir_completions *completions) {
  *completions = (weir_completions){NULL, &completions->first, NULL, &completions->closed};
}

/** Moves all operations behind those of another. */
static inline void weirb_completions_move_ops(weir_completions *from, weir_completions *to) {
  if (from->first == NULL) return;
  *to->end = from->first;
  to->end = from->end;
  from->first = NULL;
  from->end = &from->first;
}

/** Moves all operations and all closed handles behind those of another. */
static inline void weirb_completions_move(weir_completions *from, weir_completions *to) {
  weirb_completions_move_ops(from, to);
  if (from->closed == NULL) return;
  *to->closed_end = from->closed;
  to->closed_end = from->closed_end;
  from->closed = NULL;
  from->closed_end = &from->closed;
}

#endif
