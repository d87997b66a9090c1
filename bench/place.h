/**
 * @file
 * @brief Where a server is: "tcp:PORT" on 127.0.0.1, or "unix:PATH".
 */
#ifndef BENCH_PLACE_H
#define BENCH_PLACE_H

#include <stdbool.h>
#include <sys/socket.h>

/** A place, as text and as the system has it. */
typedef struct bench_place {
  bool is_tcp;                     /**< "tcp:", otherwise "unix:". */
  struct sockaddr_storage address; /**< What to bind or connect to. */
  socklen_t length;                /**< Bytes of it. */
} bench_place;

/** Reads a place; ends the program if it is none. */
bench_place bench_place_parse(const char *text);

/** The path of a "unix:" place, or NULL. */
const char *bench_place_path(const char *text);

/** The port of a "tcp:" place, or -1. */
int bench_place_port(const char *text);

/** Makes a non-blocking listener. A port 0 in the place is replaced by the one that was bound. */
int bench_place_listen(bench_place *place, int backlog);

/** The port a place was bound to. */
int bench_place_bound_port(const bench_place *place);

/**
 * Connects, waiting for it. The socket is left blocking.
 * @param place where to
 * @param number connections are spread over local addresses by it, as each has ports for some ten
 * thousand only
 */
int bench_place_connect(const bench_place *place, unsigned long number);

#endif
