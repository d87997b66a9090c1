/**
 * @file
 * @brief What the examples print: one line for each event, and failures in Node's words.
 */
#ifndef EXAMPLES_TIMELINE_H
#define EXAMPLES_TIMELINE_H

#include <stdio.h>
#include <weir/weir.h>

/** Bytes that hold every text of timeline_place(). */
#define TIMELINE_PLACE_SIZE 160

/** Where the lines go, and what time is counted from. */
typedef struct timeline {
  const char *program; /**< Begins each failure. */
  FILE *output;        /**< NULL: no lines, failures only. */
  weir_loop *loop;     /**< Whose clock counts. */
  weir_time start;     /**< What is 0 in the first column. */
} timeline;

/** Starts to count. The loop outlives the timeline. */
timeline timeline_begin(const char *program, FILE *output, weir_loop *loop);

/** Prints time, who and what happened, and does not leave it in a buffer. */
void timeline_event(const timeline *to, const char *who, const char *event, const char *detail);

/** Prints a failure on standard error: "echo_server: listen EADDRINUSE: address ...". */
void timeline_failure(const timeline *to, const weir_error *error);

/** Prints what a call refused on standard error: "echo_server: what: ENOMEM not enough memory". */
void program_refused(const char *program, const char *what, weir_err err);

/** Writes "127.0.0.1:80", "[::1]:80" or, for no address, the path; NULL for neither. */
void timeline_place(const weir_address *address, const char *path, char *buffer, size_t capacity);

#endif
