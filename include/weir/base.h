/**
 * @file
 * @brief What every other header stands on: result codes, memory, bytes, time.
 */
#ifndef WEIR_BASE_H
#define WEIR_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(WEIR_SHARED) && defined(_WIN32)
#ifdef WEIR_BUILDING
#define WEIR_API __declspec(dllexport)
#else
#define WEIR_API __declspec(dllimport)
#endif
#elif defined(__GNUC__)
/** Marks what the library exports; everything else is hidden. */
#define WEIR_API __attribute__((visibility("default")))
#else
/** Marks what the library exports; everything else is hidden. */
#define WEIR_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** Major part of the version; a change may break programs. */
#define WEIR_VERSION_MAJOR 0
/** Minor part of the version; a change adds. */
#define WEIR_VERSION_MINOR 1
/** Patch part of the version; a change mends. */
#define WEIR_VERSION_PATCH 0

/** The version of the library that is linked, e.g. "0.1.0". */
WEIR_API const char *weir_version(void);

/**
 * What a call, or an operation, came to.
 *
 * 0 is success. WEIR_Exxx are the system's errors under Node's names, WEIR_ERR_xxx are Node's own
 * ("ERR_SOCKET_BAD_PORT"). weir_err_name() gives the text a Node program would see in `error.code`.
 * @source GEN-06, ERR-04
 */
typedef enum weir_err {
  WEIR_OK = 0, /**< Done, or under way. */
  /** Not a failure: the bytes were taken, but the high water mark is reached; wait for on_drain.
     @source STR-02 */
  WEIR_WAIT_DRAIN = 1,

  WEIR_EACCES = 2, /**< Permission denied; also a listen path in a directory that is not there. */
  WEIR_EADDRINUSE, /**< The port, path or handle is in use. */
  WEIR_EADDRNOTAVAIL,   /**< The address is not one of this machine. */
  WEIR_EAFNOSUPPORT,    /**< The address family is not supported. */
  WEIR_EAGAIN,          /**< Nothing can be done at once. */
  WEIR_EALREADY,        /**< A connection is already under way. */
  WEIR_EBADF,           /**< Not an open descriptor. */
  WEIR_EBUSY,           /**< In use in a way that forbids the call. */
  WEIR_ECANCELED,       /**< Given up before it was done. */
  WEIR_ECONNABORTED,    /**< The connection was given up by this system. */
  WEIR_ECONNREFUSED,    /**< Nobody listens there. */
  WEIR_ECONNRESET,      /**< The peer reset the connection. */
  WEIR_EDEADLK,         /**< On the simulator: nothing that is waited for can ever happen. */
  WEIR_EEXIST,          /**< It is there already. */
  WEIR_EFAULT,          /**< Memory that is not the program's. */
  WEIR_EHOSTUNREACH,    /**< No way to the host. */
  WEIR_EINTR,           /**< Interrupted by a signal. */
  WEIR_EINVAL,          /**< The system refused an argument. */
  WEIR_EIO,             /**< Input or output failed. */
  WEIR_EISCONN,         /**< Connected already. */
  WEIR_EISDIR,          /**< A directory stands there. */
  WEIR_ELOOP,           /**< Too many symbolic links. */
  WEIR_EMFILE,          /**< The process has no descriptor left. */
  WEIR_EMSGSIZE,        /**< A message is too long. */
  WEIR_ENAMETOOLONG,    /**< A path is longer than the system takes. */
  WEIR_ENETDOWN,        /**< The network is down. */
  WEIR_ENETUNREACH,     /**< No way to the network. */
  WEIR_ENFILE,          /**< The system has no descriptor left. */
  WEIR_ENOBUFS,         /**< The system has no buffer left. */
  WEIR_ENODEV,          /**< No such device. */
  WEIR_ENOENT,          /**< No such file. */
  WEIR_ENOMEM,          /**< No memory left. */
  WEIR_ENOPROTOOPT,     /**< The protocol has no such option. */
  WEIR_ENOSPC,          /**< No room left. */
  WEIR_ENOSYS,          /**< The system has no such call. */
  WEIR_ENOTCONN,        /**< Not connected. */
  WEIR_ENOTDIR,         /**< Part of a path is not a directory. */
  WEIR_ENOTSOCK,        /**< The descriptor is not a socket. */
  WEIR_ENOTSUP,         /**< This backend or system cannot do it. */
  WEIR_EPERM,           /**< Not permitted. */
  WEIR_EPIPE,           /**< The other side takes no more bytes. */
  WEIR_EPROTO,          /**< The protocol was broken. */
  WEIR_EPROTONOSUPPORT, /**< The protocol is not supported. */
  WEIR_EPROTOTYPE,      /**< The protocol does not fit the socket. */
  WEIR_EROFS,           /**< The file system is read-only. */
  WEIR_ETIMEDOUT,       /**< It took too long. */
  WEIR_UNKNOWN,         /**< A system error without a name here. */
  WEIR_ENOTFOUND,       /**< A host name without an address. @source ERR-03 */
  WEIR_EAI_AGAIN,       /**< The resolver cannot tell for now. */
  WEIR_EAI_BADFLAGS,    /**< Hints the resolver does not take. */
  WEIR_EAI_FAIL,        /**< The resolver failed for good. */
  WEIR_EAI_FAMILY,      /**< A family the resolver does not know. */
  WEIR_EAI_MEMORY,      /**< The resolver has no memory. */
  WEIR_EAI_OVERFLOW,    /**< A name that is too long for the resolver. */
  WEIR_EAI_SERVICE,     /**< A service the resolver does not know. */
  WEIR_EAI_SOCKTYPE,    /**< A kind of socket the resolver does not know. */

  WEIR_ERR_INVALID_ARG_TYPE = 256, /**< NULL where an object or bytes are needed. */
  WEIR_ERR_INVALID_ARG_VALUE,   /**< A value that has no meaning, an options struct without size. */
  WEIR_ERR_INVALID_ADDRESS,     /**< Text that is no IP address. @source ADR-05 */
  WEIR_ERR_INVALID_HANDLE_TYPE, /**< The call does not fit this kind of socket. @source SOC-53 */
  WEIR_ERR_INVALID_IP_ADDRESS,  /**< A host that is no IP address. @source CON-10 */
  WEIR_ERR_MISSING_ARGS,        /**< Neither a port nor a path. @source CON-06 */
  WEIR_ERR_OUT_OF_RANGE,        /**< A number outside what the field takes. */
  WEIR_ERR_SERVER_ALREADY_LISTEN, /**< listen() on a server that listens. @source LSN-07 */
  WEIR_ERR_SERVER_NOT_RUNNING,    /**< close() on a server that does not listen. @source SRV-38 */
  WEIR_ERR_SOCKET_BAD_PORT,       /**< A port outside 0..65535. @source CON-07 */
  WEIR_ERR_SOCKET_CLOSED,         /**< No connection to use. @source STR-09 */
  WEIR_ERR_SOCKET_CLOSED_BEFORE_CONNECTION, /**< Ended while connecting. @source STR-11 */
  WEIR_ERR_STREAM_ALREADY_FINISHED,         /**< end() after 'finish'. @source STR-25 */
  WEIR_ERR_STREAM_DESTROYED,                /**< Use after destroy(). @source STR-13 */
  WEIR_ERR_STREAM_WRITE_AFTER_END,          /**< write() after end(). @source STR-14 */
  WEIR_ABORT_ERR,                           /**< An abort signal fired. @source ABT-04 */
  WEIR_ERR_INVALID_ADDRESS_FAMILY, /**< A resolver answered a family that is none. @source CON-19 */
  WEIR_ERR_INVALID_FD_TYPE,        /**< A descriptor that is no stream socket. @source SOC-08 */
  WEIR_ERR_UNKNOWN_ENCODING,       /**< No encoding has this name. @source STR-18 */
  WEIR_ERR_IP_BLOCKED,             /**< The block list has the address. @source BLK-28 */
  WEIR_ERR_WRONG_THREAD, /**< Another thread runs the loop; nothing was done. Use weir_loop_post().
                          */
  WEIR_ERR_LOOP_CLOSED   /**< The loop is being freed or closed; nothing can be begun on it. */
} weir_err;

/**
 * The name of a code as Node spells it, e.g. "ECONNRESET"; "UNKNOWN" for a number that is no code.
 * @return a constant string
 */
WEIR_API const char *weir_err_name(weir_err err);

/**
 * What a code means, in the words Node uses, e.g. "address already in use".
 * @return a constant string; never NULL
 */
WEIR_API const char *weir_err_text(weir_err err);

/** An option that may be left to whoever has a say next: the call, the loop, the process. */
typedef enum weir_choice {
  WEIR_DEFAULT = 0, /**< Not said here. */
  WEIR_YES = 1,     /**< On. */
  WEIR_NO = 2       /**< Off. */
} weir_choice;

/** Where a loop takes its memory from. Each function may be called on the loop's thread only. */
typedef struct weir_allocator {
  void *(*allocate)(size_t size, void *user);                 /**< Like malloc(). */
  void *(*reallocate)(void *memory, size_t size, void *user); /**< Like realloc(). */
  void (*release)(void *memory, void *user);                  /**< Like free(). */
  void *user;                                                 /**< Handed to each. */
} weir_allocator;

/** Bytes to send; weir never changes them. */
typedef struct weir_slice {
  const void *data; /**< First byte. */
  size_t length;    /**< How many. */
} weir_slice;

/** A point of a loop's monotonic clock, or a span, in nanoseconds. */
typedef uint64_t weir_time;

/** A point of time that does not come. */
#define WEIR_TIME_NEVER UINT64_MAX
/** Nanoseconds in a millisecond. */
#define WEIR_TIME_MS ((weir_time)1000000)

#ifdef __cplusplus
}
#endif
#endif
