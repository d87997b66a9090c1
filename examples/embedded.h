/**
 * @file
 * @brief What the programs with a loop of their own have in common: the half of them that is weir.
 *
 * An echo server on a port or a path that ends idle connections, and what a host has to do with it:
 * lines of its standard input, and ticks. How weir is turned is up to each host; that is what
 * in_poll.c, in_epoll.c, in_glib.c and in_uv.c show. POSIX only.
 */
#ifndef EXAMPLES_EMBEDDED_H
#define EXAMPLES_EMBEDDED_H

#include "timeline.h"

#include <stdbool.h>
#include <weir/weir.h>

/** More connections at a time are dropped. */
#define EMBEDDED_CONNECTIONS_MAX 64
/** Bytes that hold every command. */
#define EMBEDDED_LINE_SIZE 32

/** The echo server, and what its host counts. */
typedef struct embedded {
  const char *program;          /**< Begins each failure. */
  weir_listen_options endpoint; /**< Where it listens. */
  int32_t idle_ms;              /**< When a connection is idle. */
  int32_t tick_ms;              /**< How often the host ticks; 0: never. */
  timeline timeline;            /**< Where the lines go. */
  weir_loop *loop;              /**< For the host to turn. */
  weir_server *server;
  weir_socket *sockets[EMBEDDED_CONNECTIONS_MAX]; /**< Those that are open; NULL: room. */
  char line[EMBEDDED_LINE_SIZE];                  /**< What there is of a command. */
  size_t line_length;
  unsigned long turns; /**< How often the host's loop turned; the host counts. */
  unsigned long ticks;
  int status; /**< What the program ends with. */
} embedded;

/**
 * Reads the command line and makes the loop.
 * @param e filled anew
 * @param program the program's name
 * @param argv its arguments
 * @param how options of the loop; a backend in there is not for the command line to choose
 * @return false: it has said why; embedded_end() is still to be called
 */
bool embedded_begin(embedded *e, const char *program, char **argv, weir_loop_options *how);

/** Whether the loop has a descriptor for the host to watch. @return false: it has said so */
bool embedded_has_descriptor(embedded *e);

/** Starts to listen. @return false: it has said why */
bool embedded_serve(embedded *e);

/**
 * Takes what standard input has, and does what its lines say: "count", "close" or "quit". It waits
 * if there is nothing, unless the descriptor does not.
 * @return false: the input has ended, which counts as "close"; it is not to be watched any more
 */
bool embedded_input(embedded *e);

/** What the host does each tick_ms. */
void embedded_tick(embedded *e);

/** Notes what the system refused, with errno's text; the program will end with 1. */
void embedded_failed(embedded *e, const char *what);

/** The same for a call of weir's. */
void embedded_refused(embedded *e, const char *what, weir_err err);

/** Frees the loop, with whatever is left in it, and prints the counts. @return the exit status */
int embedded_end(embedded *e);

#endif
