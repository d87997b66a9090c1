/**
 * @file
 * @brief Names of Unix domain sockets: their form, and taking them out of the file system again.
 *
 * A name is a pointer and a length. On Linux a name that begins with a NUL is an abstract one, of
 * exactly its length; it may hold further NULs and makes no file.
 */
#ifndef WEIRP_IPC_H
#define WEIRP_IPC_H

#include "weir/backend.h"

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

/** A name in the system's form. */
typedef struct weirp_ipc_address {
  struct sockaddr_un system; /**< For bind() and connect(). */
  socklen_t system_length;   /**< The bytes of it that count. */
  size_t length;             /**< Bytes of the name that fit. */
} weirp_ipc_address;

/** A name that was bound. Zeroed memory is "none". */
typedef struct weirp_ipc_name {
  char path[sizeof(((struct sockaddr_un *)0)->sun_path) + 1]; /**< With a NUL; empty: no file. */
  dev_t device;                                               /**< Of the file. */
  ino_t inode;                                                /**< Of the file. */
  int lock; /**< A descriptor plus one: it keeps others from reclaiming; 0: none. */
} weirp_ipc_name;

/**
 * Writes a name in the system's form. One that is too long is cut to what the system holds.
 * @param refuse_long refuse it instead
 * @return WEIR_OK; WEIR_EINVAL: empty, or a NUL where none may be; WEIR_ENAMETOOLONG
 * @source IPC-08
 */
weir_err weirp_ipc_address_make(const char *path, size_t length, bool refuse_long,
                                weirp_ipc_address *out_address);

/**
 * Binds a socket and remembers the file this makes. With WEIR_BIND_RECLAIM the directory of the
 * file is locked first, and stays so until weirp_ipc_unlock(): who else reclaims there is told
 * WEIR_EADDRINUSE. A socket file that refuses connections is removed then; nothing else is.
 * @param flags WEIR_BIND_READABLE_ALL, WEIR_BIND_WRITABLE_ALL, WEIR_BIND_RECLAIM
 * @param out_name the file, or none for abstract names; written on success only
 * @return WEIR_OK, WEIR_EADDRINUSE, WEIR_EACCES, WEIR_ENOENT, ...
 */
weir_err weirp_ipc_bind(int descriptor, const weirp_ipc_address *address, unsigned flags,
                        weirp_ipc_name *out_name);

/**
 * Connects a socket, which is done at once or not at all.
 * @param flags WEIR_BIND_PATH_REFUSE, or 0
 * @return WEIR_OK; WEIR_EAGAIN: the listener has no room; WEIR_EINVAL, WEIR_ENAMETOOLONG: as
 * weirp_ipc_address_make(); WEIR_ENOENT, WEIR_ECONNREFUSED, ...
 */
weir_err weirp_ipc_connect(int descriptor, const char *path, size_t length, unsigned flags);

/** The socket listens, or will not: others may reclaim in its directory. */
void weirp_ipc_unlock(weirp_ipc_name *name);

/** Removes the file, if the name still leads to the one that was made, and forgets it.
 * @source IPC-14 */
void weirp_ipc_release(weirp_ipc_name *name);

#endif
