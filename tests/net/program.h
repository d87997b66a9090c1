/**
 * @file
 * @brief Other programs, talked to through pipes. Each is ended by the system if it takes too long.
 */
#ifndef WEIR_TESTS_PROGRAM_H
#define WEIR_TESTS_PROGRAM_H

#include "tests/support/test.h"

#include <sys/types.h>

/** A program that runs. */
typedef struct program {
  pid_t child;
  int in;  /**< Its standard input; -1: it was given its end. */
  int out; /**< Its standard output. */
} program;

/** Skips the test, counted and with a reason, unless there is a real system and the program. */
void program_needed(const char *name);

/**
 * Starts a program.
 * @param arguments its name first, NULL last
 * @param with_errors what it complains is part of its output, not of the test's
 */
program program_start(const char *const *arguments, bool with_errors);

/** Sends the whole of its input, which a pipe must have room for, and the end. */
void program_say(program *started, const void *bytes, size_t length);

/** Waits for a line of its output, which is given without its end. */
void program_line(program *started, char *line, size_t size);

/** Waits for the end of its output. @return bytes of it; a full buffer fails the test */
size_t program_output(program *started, void *bytes, size_t size);

/** Waits for its end and fails the test unless it was well. */
void program_end(program *started);

#endif
