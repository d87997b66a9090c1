/**
 * @file
 * @brief What the loads of the generator have in common: connections to an echo server, and the
 * conversation with it.
 */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include "bench/place.h"

#include <stddef.h>
#include <stdint.h>

/** How the generator was called. */
typedef struct bench_client {
  bench_place echo;          /**< The server's echo listener. */
  int control;               /**< Connected to its control listener. */
  int epoll_fd;              /**< Watches the connections. */
  unsigned long connections; /**< How many at a time. */
  unsigned long rounds;      /**< ping: per connection; churn: connections in all. */
  size_t bytes;              /**< Of a message. */
  uint64_t total;            /**< bulk: bytes in all. */
  unsigned long connected;   /**< So far. */
  unsigned long seconds;     /**< endure: how long. */
} bench_client;

/** One echo after another on every connection, until each had its rounds. */
void bench_load_ping(bench_client *client);
/** Streams as much as goes, and checks what comes back. */
void bench_load_bulk(bench_client *client);
/** Connects, echoes one byte, closes; over and over. */
void bench_load_churn(bench_client *client);
/** Opens connections that do nothing, and closes them again. */
void bench_load_idle(bench_client *client);

/** Wears a server out: short connections of every kind, processes that are killed, and more clients
 * than it has descriptors for, beside connections that must not notice. */
void bench_load_endure(bench_client *client);

/** Asks the server to count from now on; its counts so far are printed behind "before". */
void bench_client_begin(bench_client *client);
/** Prints what the server has counted behind "after". */
void bench_client_end(bench_client *client);

/** How a server that may have run out of descriptors is doing. */
typedef struct bench_strain {
  unsigned long connections; /**< That are open. */
  unsigned long room;        /**< Descriptors it can still open. */
  unsigned long overloads;   /**< Told so far. */
  double cpu;                /**< Seconds used so far. */
} bench_strain;

/** Asks the server for it. */
bench_strain bench_client_strain(const bench_client *client);

/** Waits until the server has so many connections. */
void bench_client_until(bench_client *client, unsigned long connections);

/** Connects once more and watches the connection for input; `data` comes with its events. */
int bench_client_connect(bench_client *client, void *data, uint32_t events);
/** Closes a connection. */
void bench_client_close(int fd);

/**
 * The bytes that belong at a place of a stream, so that a lost, doubled or moved byte shows.
 * @param position place of the first byte
 * @return at least 65536 bytes
 */
const unsigned char *bench_client_pattern(uint64_t position);

/** Ends the program unless the bytes are those that belong there. */
void bench_client_check(const void *bytes, size_t length, uint64_t position);

#endif
