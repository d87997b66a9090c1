/**
 * @file
 * @brief The conversation between the load generator and a server under test.
 *
 * A server has a second listener for it. The generator sends one line and waits for the answer:
 * "begin" and "end" are answered with what the server counted, and mark a window in a trace of its
 * system calls; "strain" is answered with what can be told without another descriptor; "until N" is
 * answered when the server has N connections; "quit" ends the server.
 */
#ifndef BENCH_CONTROL_H
#define BENCH_CONTROL_H

#include "bench/memory.h"

#include <stdbool.h>
#include <stddef.h>

/** Room for the longest answer. */
#define BENCH_ANSWER_SIZE 256

/** How a server was called. */
typedef struct bench_server_options {
  const char *place;         /**< --listen: where; "tcp:0" unless given. */
  const char *backend;       /**< --backend, weir only; NULL: the default one. */
  bool count_allocations;    /**< --count-allocations: use the counting allocator. */
  int cpu;                   /**< --cpu: where it runs; -1: anywhere. */
  int idle_ms;               /**< --idle-timeout, weir only: of each connection; 0: none. */
  unsigned long descriptors; /**< --descriptors, weir only: so many at the most; 0: many. */
} bench_server_options;

/** What a server counts. */
typedef struct bench_counts {
  size_t connections;  /**< That are open, control connections apart. */
  bench_memory memory; /**< What it has allocated. */
  size_t overloads;    /**< How often it was told that no connection can be taken. */
  bool waited_for;     /**< "until" was asked and not answered. */
  size_t wanted;       /**< By that many connections. */
} bench_counts;

/** What a line asks the server to do, besides answering. */
typedef enum bench_request {
  BENCH_REQUEST_ANSWER, /**< Send the answer now. */
  BENCH_REQUEST_WAIT,   /**< Send "until\n" when bench_counts_reached() says so. */
  BENCH_REQUEST_QUIT    /**< End. */
} bench_request;

/** Reads a server's command line; ends the program if it is wrong. */
bench_server_options bench_server_options_read(int argc, char **argv);

/** Prints where the server listens: one line for whoever started it. */
void bench_server_announce(const char *place, int port, int control_port);

/** Takes a line from the generator; `answer` is a text to send, if one is due now. */
bench_request bench_control_take(bench_counts *counts, const void *line, size_t length,
                                 char answer[BENCH_ANSWER_SIZE]);

/** True once, when the connections have come to the number that is waited for. */
bool bench_counts_reached(bench_counts *counts);

#endif
