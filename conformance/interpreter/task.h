/**
 * @file
 * @brief Tasks: the statements of a scenario or of a block, one after the other, and their waiting.
 */
#ifndef WEIR_INTERPRETER_TASK_H
#define WEIR_INTERPRETER_TASK_H

#include "conformance/interpreter/scene.h"

/** Starts a body at once. `first`: the scenario's own. */
void task_start(scene *s, const statement *body, bool first);
/** Starts a body after so many milliseconds. */
void task_start_after(scene *s, const statement *at);
/** Starts a body in the next step: process.nextTick(). */
void task_start_next(scene *s, const statement *at);
/** Starts a body in this turn behind all steps: setImmediate(). */
void task_start_immediate(scene *s, const statement *at);

/** The running task will wait for one event more: it is added to the event's reactions. */
void task_wait_for(task *t, reaction **list);
/** It waits for the events it was told to wait for, or goes on when steps are done. */
void task_wait_rest(task *t, const statement *at);

/** It waits for some time, one setImmediate(), or until nothing happens any more. */
void task_wait_ms(task *t, const statement *at);
void task_wait_turn(task *t, const statement *at);
void task_wait_quiet(task *t, const statement *at);

/** One event that a task waits for has happened. */
void task_happened(task *t);

/** Appends what each waiting task waits for: "line: what" each. */
void task_describe(const scene *s, trace_text *out);

/** Frees the timers of all tasks, while the loop is there. */
void task_free_all(scene *s);

/** Runs a statement. @return false: the task waits now */
bool statement_run(task *t, scene *s, const statement *at);

#endif
