/**
 * @file
 * @brief Descriptors of stream sockets: making, accepting, naming and closing them.
 *
 * Every descriptor made here is non-blocking, is not inherited by programs that are started, and
 * sending on it raises no SIGPIPE when WEIRP_SEND_FLAGS is given to the sending call.
 */
#ifndef WEIRP_DESCRIPTOR_H
#define WEIRP_DESCRIPTOR_H

#include "weir/backend.h"

#include <sys/socket.h>
#include <sys/types.h>

#ifdef MSG_NOSIGNAL
/** Flags for send() and sendmsg(). */
#define WEIRP_SEND_FLAGS MSG_NOSIGNAL
#else
/** Flags for send() and sendmsg(). */
#define WEIRP_SEND_FLAGS 0
#endif

/**
 * Makes a stream socket.
 * @param domain AF_INET, AF_INET6 or AF_UNIX
 * @param out_descriptor written on success only
 * @return WEIR_OK, WEIR_EMFILE, WEIR_ENFILE, WEIR_EAFNOSUPPORT, or what the system says
 */
weir_err weirp_descriptor_socket(int domain, int *out_descriptor);

/**
 * Takes one connection of a listener. Connections that were given up meanwhile are passed over.
 * @param out_remote the peer's address; NULL: not wanted
 * @param out_descriptor written on success only
 * @return WEIR_OK; WEIR_EAGAIN: there is none; WEIR_EMFILE, WEIR_ENFILE, WEIR_ENOBUFS,
 * WEIR_ENOMEM, or what the system says
 */
weir_err weirp_descriptor_accept(int listener, weir_address *out_remote, int *out_descriptor);

/** Makes a descriptor non-blocking and keeps it from started programs. @return WEIR_OK, or what
 * the system says */
weir_err weirp_descriptor_prepare(int descriptor);

/** What a descriptor is that a stream of bytes can go through. */
typedef enum weirp_descriptor_kind {
  WEIRP_DESCRIPTOR_IP,    /**< A TCP socket. */
  WEIRP_DESCRIPTOR_LOCAL, /**< A Unix stream socket. */
  WEIRP_DESCRIPTOR_PIPE   /**< An end of a pipe. */
} weirp_descriptor_kind;

/**
 * Tells what a descriptor of somebody else is.
 * @return WEIR_OK; WEIR_EBADF; WEIR_ERR_INVALID_FD_TYPE: none of these, or it listens; what the
 * system says
 */
weir_err weirp_descriptor_kind_of(int descriptor, weirp_descriptor_kind *out_kind);

/**
 * Tells what the bound stream socket of somebody else is.
 * @return WEIR_OK; WEIR_EBADF; WEIR_ERR_INVALID_FD_TYPE: none, or it is connected; what the system
 * says
 */
weir_err weirp_descriptor_bound_kind(int descriptor, weirp_descriptor_kind *out_kind);

/** Makes a bound socket listen. One that does already keeps its backlog. @return what the system
 * says */
weir_err weirp_descriptor_listen(int descriptor, int backlog);

/**
 * Binds an IP socket so that an address in TIME_WAIT can be taken again.
 * @param flags WEIR_BIND_...
 * @return WEIR_OK, WEIR_EADDRINUSE, WEIR_EADDRNOTAVAIL, WEIR_EACCES, WEIR_EINVAL, ...;
 * WEIR_ENOTSUP: the system does not spread connections over listeners of one port
 */
weir_err weirp_descriptor_bind(int descriptor, const weir_address *local, unsigned flags);

/** The address of the own end; WEIR_FAMILY_NONE for local sockets. @return WEIR_OK, or what the
 * system says */
weir_err weirp_descriptor_local(int descriptor, weir_address *out_address);

/** The address of the other end. @return WEIR_OK, WEIR_ENOTCONN, or what the system says */
weir_err weirp_descriptor_remote(int descriptor, weir_address *out_address);

/** Takes the error a socket has pending, such as that of a connect. @return WEIR_OK: none */
weir_err weirp_descriptor_error(int descriptor);

/** Lets the close of a TCP connection send a reset instead of what is left. */
void weirp_descriptor_reset_on_close(int descriptor);

/** Closes a descriptor; it is gone, whatever the system says. */
void weirp_descriptor_close(int descriptor);

#endif
