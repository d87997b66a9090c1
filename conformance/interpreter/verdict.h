/**
 * @file
 * @brief What a scenario's run comes to, beside the golden trace and what is declared.
 */
#ifndef WEIR_INTERPRETER_VERDICT_H
#define WEIR_INTERPRETER_VERDICT_H

#include "conformance/interpreter/golden.h"
#include "conformance/interpreter/scene.h"

typedef enum verdict_kind {
  VERDICT_SAME,
  VERDICT_DECLARED,
  VERDICT_LATER,
  VERDICT_SKIPPED,
  VERDICT_FAILED,
  VERDICTS /**< How many there are. */
} verdict_kind;

/** A verdict and the text that stands behind the title. */
typedef struct verdict {
  verdict_kind kind;
  trace_text text;
} verdict;

/**
 * Judges a run.
 * @param of the scenario
 * @param result what came of it
 * @param expected the golden lines; NULL: nothing is compared
 * @param pieces bytes may come in other pieces than they came in on Node
 * @param out_verdict its text is freed by the caller
 */
void verdict_find(const scenario *of, const run_result *result, const char *expected, bool pieces,
                  verdict *out_verdict);

/** The ids of what is declared, each once: "D28, D29". */
void verdict_ids(const scenario *of, trace_text *out);

#endif
