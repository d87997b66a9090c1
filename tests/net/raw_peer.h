/**
 * @file
 * @brief Peers that are plain sockets of this process, and what /proc tells about it. Linux.
 */
#ifndef WEIR_TESTS_RAW_PEER_H
#define WEIR_TESTS_RAW_PEER_H

#include "tests/support/net_fixture.h"

/** Skips the test, counted and with a reason, unless it runs on a real system. */
void raw_needs_system(void);

/** A blocking connection to 127.0.0.1. It is there though nobody has accepted yet. */
int raw_connect_tcp(uint16_t port);

/** A blocking connection to a name of so many bytes. @return the descriptor, or -1 */
int raw_connect_path(const char *path, size_t length);

/** Binds a Unix socket of a type, as SOCK_STREAM, to a path. @return the descriptor */
int raw_bind_path(const char *path, int type);

/**
 * Connects to a listener at a path until its backlog is full. Fails the test if nobody is let in
 * or more than `most` are.
 * @param fds the ends of those that wait to be accepted; the caller's to close
 * @return how many there are
 */
size_t raw_fill_backlog(const char *path, int *fds, size_t most);

/** Leaves a socket file behind, as a crash does. */
void raw_leave_stale(const char *path);

/** Sends bytes of the pattern of net_byte(). */
void raw_send(int fd, uint64_t from, size_t length);

/** Closes with a reset. */
void raw_reset(int fd);

/** How many descriptors this process has. */
size_t raw_descriptors(void);

/** Skips the test on a backend, and says why. */
void raw_skip_on(const char *backend, const char *why);

/** Whether as many descriptors are open as raw_descriptors() said; over libkqueue that is not
 * known, as it closes those of loops that are gone when it likes. */
bool raw_all_closed(size_t before);

/** True if there is a file of any kind. */
bool raw_exists(const char *path);

#endif
