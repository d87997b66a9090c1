/**
 * @file
 * @brief Sockets: making, binding, naming and closing them, and what only drivers of theirs can do.
 *
 * Every socket made here is non-blocking and for overlapped calls, and is not inherited by programs
 * that are started.
 */
#ifndef WEIRP_DESCRIPTOR_H
#define WEIRP_DESCRIPTOR_H

#include "platform/win32/system.h"
#include "weir/backend.h"

/** What a socket can do by functions that it has to be asked for. */
typedef struct weirp_descriptor_extensions {
  LPFN_ACCEPTEX accept;   /**< Accepts into a socket that is there already. */
  LPFN_CONNECTEX connect; /**< Connects a bound socket, overlapped. */
} weirp_descriptor_extensions;

/**
 * Has the system load what sockets need, once in the process's life. Before anything else here.
 * @return WEIR_OK, or what the system says; it may be tried again
 * @thread any
 */
weir_err weirp_descriptor_start(void);

/**
 * Makes a stream socket.
 * @param domain AF_INET or AF_INET6
 * @param out_socket written on success only
 * @return WEIR_OK, WEIR_EMFILE, WEIR_ENOBUFS, WEIR_EAFNOSUPPORT, or what the system says
 */
weir_err weirp_descriptor_socket(int domain, SOCKET *out_socket);

/** What a handle is that a stream of bytes can go through. */
typedef enum weirp_descriptor_kind {
  WEIRP_DESCRIPTOR_IP,         /**< A TCP socket. */
  WEIRP_DESCRIPTOR_PIPE,       /**< An end of a pipe, the one that opened it. */
  WEIRP_DESCRIPTOR_PIPE_SERVER /**< The one that made it. */
} weirp_descriptor_kind;

/**
 * Tells what a handle of somebody else is.
 * @return WEIR_OK; WEIR_EBADF; WEIR_ERR_INVALID_FD_TYPE: none of these, or it listens; what the
 * system says
 */
weir_err weirp_descriptor_kind_of(HANDLE object, weirp_descriptor_kind *out_kind);

/** Keeps a handle from started programs, and makes a socket non-blocking; a pipe is read as bytes.
 * @return WEIR_OK, or what the system says */
weir_err weirp_descriptor_prepare(HANDLE object, weirp_descriptor_kind kind);

/**
 * Binds a socket to an address that nobody else can take then, whatever their options: to share it
 * is to give connections away. In exchange the system may keep it from the next listener for as
 * long as a connection of the last one lives.
 * @param flags WEIR_BIND_...
 * @return WEIR_OK, WEIR_EADDRINUSE (also of a port that the system has set aside),
 * WEIR_EADDRNOTAVAIL, WEIR_EINVAL, ...; WEIR_ENOTSUP: WEIR_BIND_REUSE_PORT, as the system does not
 * spread connections over listeners
 */
weir_err weirp_descriptor_bind(SOCKET socket, const weir_address *local, unsigned flags);

/**
 * Binds a socket to any address and port of the system's choice, for ConnectEx(); for both kinds of
 * IP, if it is one of IPv6.
 * @return WEIR_OK, or what the system says
 */
weir_err weirp_descriptor_bind_any(SOCKET socket, int domain);

/** Makes a bound socket listen. One that does already keeps its backlog. @return what the system
 * says */
weir_err weirp_descriptor_listen(SOCKET socket, int backlog);

/** The address of the own end. @return WEIR_OK; WEIR_EINVAL: it has none yet; what the system says
 */
weir_err weirp_descriptor_local(SOCKET socket, weir_address *out_address);

/** The address of the other end. One of AcceptEx() or ConnectEx() has its context updated before.
 * @return WEIR_OK, WEIR_ENOTCONN, or what the system says */
weir_err weirp_descriptor_remote(SOCKET socket, weir_address *out_address);

/** Asks a socket for the functions that are its provider's. @return WEIR_OK, or what the system
 * says */
weir_err weirp_descriptor_extensions_of(SOCKET socket, weirp_descriptor_extensions *out_extensions);

/** Lets the close of a TCP connection send a reset instead of what is left. */
void weirp_descriptor_reset_on_close(SOCKET socket);

/** Closes a socket; it is gone, whatever the system says. */
void weirp_descriptor_close(SOCKET socket);

#endif
