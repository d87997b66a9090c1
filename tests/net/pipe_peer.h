/**
 * @file
 * @brief Named pipes by plain calls of Windows, as peers of weir's, and what a process holds.
 */
#ifndef WEIR_TESTS_PIPE_PEER_H
#define WEIR_TESTS_PIPE_PEER_H

#include "tests/support/net_fixture.h"
#include "tests/support/win32/handle_count.h"

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>

/** Gives the fixture a pipe's name that nobody has, with something behind it. It is good until the
 * next one. */
void pipe_peer_name(net_fixture *net, const char *behind);

/** Opens a pipe to read and write; INVALID_HANDLE_VALUE: GetLastError() tells why. */
HANDLE pipe_peer_open(const char *path);

/** Makes a pipe of bytes with so many instances at most, this being one; its calls wait. */
HANDLE pipe_peer_create(const char *path, unsigned instances);

/** Whether the system refuses to open a pipe of one direction for both. Wine 8 does not. */
bool pipe_peer_directions_count(net_fixture *net);

/** Writes all of it and waits for that. Fails the test if it cannot. */
void pipe_peer_write(HANDLE pipe, const void *bytes, size_t length);

/** Reads what is there, at most `room`, waiting for the first byte. @return 0: the end */
size_t pipe_peer_read(HANDLE pipe, void *bytes, size_t room);

/** A process of the program beside this one, started with two arguments. Its output is a pipe's
 * reading end. */
typedef struct pipe_program {
  HANDLE process;
  HANDLE out;
} pipe_program;

/** Starts it. Fails the test if it cannot. */
pipe_program pipe_program_start(const char *mode, const char *path);

/** Waits for its line, without the end of it. */
void pipe_program_line(const pipe_program *started, char *line, size_t size);

/** Waits for its end and closes what it had. @return its status */
unsigned pipe_program_end(pipe_program *started);

/** Ends it at once, wherever it is. */
void pipe_program_kill(pipe_program *started);

#endif
