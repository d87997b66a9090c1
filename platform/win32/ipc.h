/**
 * @file
 * @brief Named pipes: the form of their names, making an instance, and opening the other end.
 *
 * An end is for overlapped calls and is not inherited by programs that are started.
 */
#ifndef WEIRP_IPC_H
#define WEIRP_IPC_H

#include "platform/win32/system.h"
#include "weir/backend.h"

/** Units that hold the longest name, and a NUL. */
#define WEIRP_IPC_NAME_ROOM 257

/** A name in the system's form. */
typedef struct weirp_ipc_name {
  wchar_t text[WEIRP_IPC_NAME_ROOM]; /**< UTF-16, with a NUL. */
} weirp_ipc_name;

/**
 * Writes a name in the system's form: one that begins as "//./pipe/" or "//?/pipe/" does, with
 * backslashes, in whichever case, and goes on. Slashes do as well, unless it begins with two
 * backslashes, the question mark and another one: so the system has it. No part of it is one dot
 * or two, by which the system would walk out to what is no pipe.
 * @param path UTF-8; no NUL is needed
 * @param length bytes of path
 * @param out_name written on success only
 * @return WEIR_OK; WEIR_EINVAL: empty, a NUL, or no UTF-8; WEIR_EACCES: not a name of a pipe of
 * this machine; WEIR_ENAMETOOLONG
 */
weir_err weirp_ipc_name_make(const char *path, size_t length, weirp_ipc_name *out_name);

/**
 * Makes an instance of a pipe, to be connected to. Who may connect are this process's user, the
 * system itself and administrators, none of them from another machine; with WEIR_BIND_READABLE_ALL
 * everybody else may open it to read, with WEIR_BIND_WRITABLE_ALL to write, with both to do both.
 * None of those may make an instance: GENERIC_WRITE, which means that as well, is refused to them,
 * and FILE_WRITE_DATA is what they ask for.
 * @param first there is no instance of the name yet, in any process
 * @param message each write is a message, also an empty one; all instances are of one kind
 * @param flags WEIR_BIND_...; those of the first instance count
 * @param out_pipe written on success only
 * @return WEIR_OK; WEIR_EADDRINUSE: `first`, but there is one; WEIR_EACCES: there can be no pipe of
 * that name; WEIR_EPERM: somebody else's, or of the other kind; what the system says
 */
weir_err weirp_ipc_create(const weirp_ipc_name *name, bool first, bool message, unsigned flags,
                          HANDLE *out_pipe);

/** Where bytes can go through an end of a pipe. */
typedef enum weirp_ipc_directions {
  WEIRP_IPC_BOTH,      /**< Both ways. */
  WEIRP_IPC_READ_ONLY, /**< Only from the other end. */
  WEIRP_IPC_WRITE_ONLY /**< Only to it. */
} weirp_ipc_directions;

/**
 * Opens the other end of an instance that waits: to read and to write, or if that is denied to read
 * or else to write, as the pipe is of one direction or this user may do no more. The other end can
 * find out who this is, and cannot act as if it were this.
 * @param message messages come one by one, also empty ones; the pipe must be of that kind
 * @param out_directions written on success only
 * @param out_pipe the same
 * @return WEIR_OK; WEIR_EAGAIN: no instance waits; WEIR_ENOENT: there is none; WEIR_EPERM: it is
 * not for this user; WEIR_EPROTOTYPE: it has no messages; WEIR_ENOTSOCK: it is no pipe; what the
 * system says
 */
weir_err weirp_ipc_connect(const weirp_ipc_name *name, bool message,
                           weirp_ipc_directions *out_directions, HANDLE *out_pipe);

#endif
