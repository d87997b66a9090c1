/**
 * @file
 * @brief Reading a command line from left to right, for all examples.
 */
#ifndef EXAMPLES_ARGUMENTS_H
#define EXAMPLES_ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>

/** The largest port. */
#define ARGUMENTS_PORT_MAX 65535

/** What is left of a command line, and the first thing that is wrong with it. */
typedef struct command_line {
  char **next;         /**< The argument to look at; NULL behind the last one. */
  const char *problem; /**< What is wrong; NULL: nothing so far. */
  const char *culprit; /**< The argument it is about. */
} command_line;

/** Starts behind the program's name. */
command_line arguments_begin(char **argv);

/** True while there is something to look at and nothing is wrong. */
bool arguments_left(const command_line *line);

/** True, and one step further, if the next argument is `name`. */
bool arguments_flag(command_line *line, const char *name);

/** The same for an argument with a value behind it; the value is missing: true, and a problem. */
bool arguments_value(command_line *line, const char *name, const char **out_value);

/** Takes the next argument as it is. One that looks like an option is a problem. */
const char *arguments_word(command_line *line);

/** Reads a whole number from 0 to `most`; anything else is a problem. */
int32_t arguments_number(command_line *line, const char *text, int32_t most);

/** Passes an IP address on; anything else is a problem. */
const char *arguments_address(command_line *line, const char *text);

/** Notes a problem, unless there is one already. */
void arguments_refuse(command_line *line, const char *culprit, const char *problem);

/** Prints the problem and how the program is called, with the names of the backends. */
void arguments_usage(const command_line *line, const char *program, const char *usage);

#endif
