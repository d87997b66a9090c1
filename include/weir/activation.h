/**
 * @file
 * @brief Socket activation: listening sockets that a program is started with.
 *
 * A service manager binds them, starts the program when somebody connects or beforehand, and says
 * in the environment what it handed over: LISTEN_PID for whom, LISTEN_FDS how many, from descriptor
 * 3 on, and LISTEN_FDNAMES how they are called. Give one to weir_listen_options.fd. The environment
 * is read with each call and stays as it is; no other thread may change it meanwhile.
 */
#ifndef WEIR_ACTIVATION_H
#define WEIR_ACTIVATION_H

#include "weir/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Bytes that hold the longest name, its NUL included. */
#define WEIR_ACTIVATION_NAME_SIZE 256

/**
 * How many sockets this process was started with.
 * @return 0 also if what the environment says is malformed, or meant for another process, such as
 * the one this was started from
 */
WEIR_API size_t weir_activation_count(void);

/**
 * One of them. Programs that are started from now on do not get it.
 * @param index from 0 on
 * @return a descriptor, the caller's; -1: there are not so many
 */
WEIR_API intptr_t weir_activation_fd(size_t index);

/**
 * What the service manager calls it; several may have one name.
 * @param index from 0 on
 * @param out_name gets at most size - 1 bytes of it, and a NUL if size is not 0; may be NULL then
 * @param size bytes of out_name; WEIR_ACTIVATION_NAME_SIZE is enough
 * @return bytes of the whole name; "unknown" if there are no names, or not as many as sockets; 0
 * and an empty name: there are not so many
 */
WEIR_API size_t weir_activation_name(size_t index, char *out_name, size_t size);

#ifdef __cplusplus
}
#endif
#endif
