/**
 * @file
 * @brief What scenarios stand on: a place for local names and files, ports that are kept from
 * others, this process. Each system has a file of its own.
 *
 * What can fail says why: NULL means that it is done.
 */
#ifndef WEIR_INTERPRETER_GROUND_H
#define WEIR_INTERPRETER_GROUND_H

#include "weir/address.h"

/** Whether this is a system by its name in the heads `not` and `differs`: "posix", "windows", and
 * "wine" besides where that is Wine's. */
bool ground_is(const char *system);
/** What stands between the place and a local name. */
extern const char ground_separator[];
/** The characters between the parts of a file's path. */
extern const char ground_slashes[];

/** Has files made as scenarios show them, and text printed as it stands. */
void ground_prepare(void);
/** The number of this process. */
unsigned long ground_process(void);
/** Whether a line of a golden trace reads like this one here, where the system has other errors. */
bool ground_reads_as(const char *golden, const char *printed);
/** Whether a path is that of a directory. */
bool ground_is_directory(const char *path);

/** Makes a new place for local names. @param out_place what they begin with */
const char *ground_make(char *out_place, size_t size);
/** Removes it with everything in it. Does nothing for the empty place. */
void ground_remove(const char *place);
/** Works in the place, until ground_leave(). */
const char *ground_enter(const char *place);
/** Goes back to where the process was; does nothing if it is there. */
void ground_leave(void);

/** Leaves an empty file. */
const char *ground_leave_file(const char *path);
/** Leaves the name of a local socket at which nobody listens. */
const char *ground_leave_socket(const char *path);
/** Leaves a directory. */
const char *ground_leave_directory(const char *path);
/** Takes a file, or the name of a local socket, away. */
const char *ground_unlink(const char *path);
/** What is there: "socket", "file", "directory", "ENOENT", ... */
const char *ground_kind(const char *path);
/** Who may use a file or a local name. @param out_mode 0700 and the like */
const char *ground_mode(const char *path, unsigned *out_mode);

/** A port at which nobody listens, and which nobody else gets. @param host any of this machine
 * @param out_socket what keeps it, for ground_close() */
const char *ground_bind(const weir_address *host, intptr_t *out_socket, uint16_t *out_port);
/** Fills the queue of such a port, so that it answers nobody. @param sockets what waits there, for
 * ground_close(); -1: none */
const char *ground_fill(intptr_t socket, intptr_t *sockets, size_t count);
/** Lets the scenario itself have such a port, where that excludes who keeps it. */
void ground_lend(intptr_t *socket);
/** Closes a socket; does nothing for -1. */
void ground_close(intptr_t socket);

#endif
