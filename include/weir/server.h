/**
 * @file
 * @brief Servers: Node's net.Server, over TCP and over Unix domain sockets.
 */
#ifndef WEIR_SERVER_H
#define WEIR_SERVER_H

#include "weir/block_list.h"
#include "weir/socket.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Takes connections on an address or a path. @source SRV-01 */
typedef struct weir_server weir_server;

/**
 * Runs once when an operation of a server has ended.
 * @param server whose
 * @param error NULL: it succeeded; good until the callback returns
 * @param user the pointer given with the operation
 */
typedef void (*weir_server_callback)(weir_server *server, const weir_error *error, void *user);

/** Why a connection was dropped. That there is no room for one is told by on_overload. */
typedef enum weir_drop_reason {
  WEIR_DROP_MAX_CONNECTIONS, /**< There are as many as weir_server_max_connections(). */
  WEIR_DROP_BLOCKED          /**< The block list has the peer. */
} weir_drop_reason;

/** A connection that was closed instead of being told. Filled by weir. @source SRV-23 */
typedef struct weir_drop {
  size_t size;                 /**< sizeof this struct in the library. */
  weir_drop_reason reason;     /**< Why. */
  weir_address local_address;  /**< This end; WEIR_FAMILY_NONE for local endpoints. @source SRV-24
                                */
  weir_address remote_address; /**< The peer; the same. */
} weir_drop;

/** The reason in a word: "max", "blocked". */
WEIR_API const char *weir_drop_reason_name(weir_drop_reason reason);

/** What a server tells. Any member may be NULL. The table is shared and must outlive the servers
 * that use it. */
typedef struct weir_server_handlers {
  size_t size; /**< sizeof(weir_server_handlers). */
  /** The server is bound and takes connections. @source SRV-13 */
  void (*on_listening)(weir_server *server, void *user);
  /** A connection came. It is open; give it handlers with weir_socket_set_handlers(). @source
   * SRV-14, SRV-15 */
  void (*on_connection)(weir_server *server, weir_socket *socket, void *user);
  /** The server was closed and its last connection is destroyed. @source SRV-18, SRV-19 */
  void (*on_close)(weir_server *server, void *user);
  /** listen() failed, or one accept did; the server goes on in the second case. @source SRV-20,
   * SRV-21 */
  void (*on_error)(weir_server *server, const weir_error *error, void *user);
  /**
   * The system has no descriptor, buffer or memory for another connection (EMFILE, ENFILE, ENOBUFS,
   * ENOMEM). Waiting connections stay in the backlog; accepting goes on by itself after so many
   * milliseconds. Node closes them instead.
   */
  void (*on_overload)(weir_server *server, const weir_error *error, uint32_t retry_ms, void *user);
  /** A connection was closed instead of being told: the peer sees its end. The record is good until
   * the handler returns. @source SRV-22, SRV-23, SRV-24 */
  void (*on_drop)(weir_server *server, const weir_drop *drop, void *user);
} weir_server_handlers;

/** No handlers, every member by its order. */
#define WEIR_SERVER_HANDLERS_INIT                                                                  \
  { sizeof(weir_server_handlers), NULL, NULL, NULL, NULL, NULL, NULL }

/** Options of weir_create_server(). Start from WEIR_SERVER_OPTIONS_INIT. */
typedef struct weir_server_options {
  size_t size;           /**< Set by WEIR_SERVER_OPTIONS_INIT. */
  bool allow_half_open;  /**< For accepted sockets: go on writing after the peer has ended. @source
                            SRV-04 */
  bool pause_on_connect; /**< Accepted sockets start paused and nothing is read. @source SRV-07,
                            SRV-08 */
  int64_t high_water_mark_bytes; /**< Both marks of accepted sockets; -1: 16384. @source SRV-06 */
  bool no_delay;                 /**< For accepted TCP sockets, before on_connection: as
                                    weir_socket_set_no_delay(). @source SRV-10 */
  bool keep_alive;               /**< The same: as weir_socket_set_keep_alive(). @source SRV-11 */
  uint32_t keep_alive_initial_delay_ms; /**< Whole seconds count; 0: the system's. @source SRV-12 */
  int64_t
      max_connections; /**< As weir_server_set_max_connections(); -1: no limit. @source SRV-25 */
  weir_block_filter *block_list; /**< Peers to drop; retained until the server is freed or has
                                    another; NULL: none. @source BLK-28 */
} weir_server_options;

/** Defaults of weir_server_options. @source DEF-11 */
#define WEIR_SERVER_OPTIONS_INIT                                                                   \
  { sizeof(weir_server_options), false, false, -1, false, false, 0, -1, NULL }

/** Where weir_server_listen() listens. Start from WEIR_LISTEN_OPTIONS_INIT. */
typedef struct weir_listen_options {
  size_t size;      /**< Set by WEIR_LISTEN_OPTIONS_INIT. */
  int32_t port;     /**< 0..65535, 0: a free one; -1: none. Wins over path. @source LSN-17, LSN-19,
                       LSN-20 */
  const char *host; /**< An IPv4 or IPv6 address in text form, or a name, which is looked up: its
                       first address counts. NULL: "::", or 0.0.0.0 without IPv6. @source LSN-21,
                       LSN-24 */
  const char *path; /**< A Unix domain socket to make, or on Windows a named pipe. @source LSN-29,
                       GEN-02 */
  size_t path_length; /**< Bytes of path; 0: up to its NUL. Linux' abstract names begin with a NUL
                         and need it. */
  weir_path_overflow path_overflow; /**< What happens to a path that is too long. @source IPC-03 */
  bool ipv6_only;                   /**< "::" takes no IPv4. @source LSN-23 */
  int backlog; /**< How many connections may wait; 0: 511. @source LSN-03, LSN-04 */
  struct weir_abort_signal
      *signal; /**< Closes the server; retained until it closes; NULL: none. @source ABT-01 */
  intptr_t fd; /**< A bound stream socket of the program, listening or not: taken as it is, and
                  weir's from success on. Its name is not removed by close(). Wins over all; below
                  0: none. @source LSN-13, LSN-14, IPC-09 */
  weir_server *handle; /**< A server of the same loop that listens: both have one listener, whoever
                          came last gets the connections, and when it closes the one before does.
                          Wins over port and path; NULL: none. @source LSN-12, LSN-36 */
  bool exclusive;    /**< For Windows: nobody else can take the port. POSIX sees to that by itself.
                        @source LSN-11, LSN-27 */
  bool reuse_port;   /**< Servers of several processes listen on one port and the system spreads
                        connections over them; WEIR_ENOTSUP where it does not. */
  bool readable_all; /**< Everybody may read the socket file, or the pipe. @source LSN-30, LSN-31 */
  bool writable_all; /**< Everybody may write it, which is what connecting takes; connecting to a
                        pipe takes both. @source LSN-30, LSN-31, LSN-32 */
  bool reclaim_path; /**< A socket file that nobody listens on any more is replaced; anything else
                        stays, and is WEIR_EADDRINUSE. Of many that try, one gets it, if all of them
                        say so: the directory is locked meanwhile. If somebody else keeps it locked
                        that is WEIR_EADDRINUSE as well, after 20 ms in which the loop waits. */
  bool pipe_half_close; /**< For named pipes: each end can end its direction and go on reading, as
                           elsewhere. Both ends must say so: the bytes travel as messages, of which
                           an empty one is the end. Nothing else has a use for it. @source GEN-02 */
} weir_listen_options;

/** Defaults of weir_listen_options. */
#define WEIR_LISTEN_OPTIONS_INIT                                                                   \
  {                                                                                                \
    sizeof(weir_listen_options), -1, NULL, NULL, 0, WEIR_PATH_CUT, false, 0, NULL, -1, NULL,       \
        false, false, false, false, false, false                                                   \
  }

/**
 * Makes a server that does not listen.
 * @param loop its loop
 * @param options NULL: the defaults
 * @param handlers NULL: none yet
 * @param user handed to the handlers
 * @param out_server the new server, freed by weir_server_free() or with the loop
 * @return WEIR_OK; WEIR_ERR_INVALID_ARG_TYPE: NULL; WEIR_ERR_INVALID_ARG_VALUE: the options' size
 * is not known; WEIR_ERR_OUT_OF_RANGE: a mark or a limit below -1; WEIR_ENOMEM;
 * WEIR_ERR_LOOP_CLOSED; WEIR_ERR_WRONG_THREAD
 * @source SRV-02, SRV-03, SRV-47
 */
WEIR_API weir_err weir_create_server(weir_loop *loop, const weir_server_options *options,
                                     const weir_server_handlers *handlers, void *user,
                                     weir_server **out_server);

/**
 * Closes a server and frees it, also from its own handlers. No handler of it runs any more;
 * callbacks that are owed get WEIR_ECANCELED. Its connections live on without a server. NULL does
 * nothing.
 */
WEIR_API void weir_server_free(weir_server *server);

/**
 * Binds and listens; on_listening, or on_error, tells how it went. The address is known when this
 * returns, unless a name has to be looked up, by weir_loop_options.lookup or by the system: then it
 * listens when the answer has come, and weir_server_close() makes it come too late. With a signal
 * that was fired already the server is closed in the next step instead: on_close comes and no
 * on_listening, the callback gets WEIR_ECANCELED.
 * @param server one that does not listen
 * @param options copied; see weir_listen_options
 * @param callback runs after on_listening, or after on_error with the error; may be NULL
 * @param user handed to callback
 * @return WEIR_OK: an event follows; otherwise nothing has changed: WEIR_ERR_INVALID_ARG_TYPE:
 * NULL; WEIR_ERR_INVALID_ARG_VALUE: none of fd, handle, port and path, the handle does not listen,
 * it or the signal is another loop's, or the options' size is not known;
 * WEIR_ERR_SOCKET_BAD_PORT; WEIR_ERR_SERVER_ALREADY_LISTEN: it does, or waits for an address, or
 * has a failure to tell first; WEIR_ERR_LOOP_CLOSED; WEIR_ERR_WRONG_THREAD; WEIR_ENOMEM
 * @source LSN-01, LSN-07, LSN-08, LSN-09, LSN-15, LSN-17, LSN-24, LSN-25, LSN-26, LSN-28, LSN-33,
 * LSN-34, ABT-01, ABT-02
 */
WEIR_API weir_err weir_server_listen(weir_server *server, const weir_listen_options *options,
                                     weir_server_callback callback, void *user);

/**
 * Stops taking connections; those that are there live on. A socket file is gone when this returns,
 * unless another server shares the listener or it came as a descriptor; on_close comes when the
 * last connection is destroyed.
 * @param server which
 * @param callback runs after on_close; gets WEIR_ERR_SERVER_NOT_RUNNING if the server did not
 * listen, nor wait for the address of a name; may be NULL
 * @param user handed to callback
 * @return WEIR_OK; WEIR_ERR_SERVER_NOT_RUNNING: the callback gets it too;
 * WEIR_ERR_INVALID_ARG_TYPE: NULL; WEIR_ENOMEM
 * @source SRV-35, SRV-36, SRV-37, SRV-38
 */
WEIR_API weir_err weir_server_close(weir_server *server, weir_server_callback callback, void *user);

/**
 * The same with an end: connections that are left when the time is up are destroyed, TCP with a
 * reset. Those that are taken after a further listen() are not, nor those taken out with
 * weir_socket_detach(), for which on_close waits. Called again it sets a new time, also for a
 * server that was closed without one.
 * @param server which
 * @param deadline_ms milliseconds from now; 0: in the next turn
 * @param callback as for weir_server_close()
 * @param user handed to callback
 * @return as weir_server_close()
 */
WEIR_API weir_err weir_server_close_within(weir_server *server, uint32_t deadline_ms,
                                           weir_server_callback callback, void *user);

/**
 * Replaces the table of handlers and the pointer they are given, from the next event on.
 * @return WEIR_OK; WEIR_ERR_INVALID_ARG_TYPE: no server; WEIR_ERR_INVALID_ARG_VALUE: the table's
 *   size is not known
 * @source GEN-11
 */
WEIR_API weir_err weir_server_set_handlers(weir_server *server,
                                           const weir_server_handlers *handlers, void *user);

/** The pointer the handlers are given. */
WEIR_API void *weir_server_user(const weir_server *server);

/** The server's loop. */
WEIR_API weir_loop *weir_server_loop(const weir_server *server);

/** A number that no other object of the loop has or will have: the one the trace hook shows. */
WEIR_API uint64_t weir_server_id(const weir_server *server);

/** True from a listen() that bound until close(). @source SRV-43 */
WEIR_API bool weir_server_listening(const weir_server *server);

/** How many connections live now, those taken out with weir_socket_detach() included. */
WEIR_API size_t weir_server_connections(const weir_server *server);

/**
 * Runs once with the answer.
 * @param server whose
 * @param error NULL; WEIR_ECANCELED: the server was freed, the count is 0
 * @param count how many connections there were when it was asked
 * @param user the pointer given with the question
 */
typedef void (*weir_server_connections_callback)(weir_server *server, const weir_error *error,
                                                 size_t count, void *user);

/**
 * Tells how many connections there are, as weir_server_connections() does, in the next step.
 * @return WEIR_OK: the callback runs once, never from inside this call; WEIR_ERR_INVALID_ARG_TYPE:
 * NULL; WEIR_ENOMEM
 * @source SRV-29, SRV-30
 */
WEIR_API weir_err weir_server_get_connections(weir_server *server,
                                              weir_server_connections_callback callback,
                                              void *user);

/** How many connections there may be; -1: no limit. @source SRV-26 */
WEIR_API int64_t weir_server_max_connections(const weir_server *server);

/**
 * Limits how many connections there may be, from the next one on: with as many as that, on_drop
 * tells those that come. A connection that is destroyed makes room at once. Those taken out with
 * weir_socket_detach() count until they are released, which is why a limit beside them wants care.
 * @param server which
 * @param max_connections 0: drop all; -1: no limit
 * @return WEIR_OK; WEIR_ERR_INVALID_ARG_TYPE: NULL; WEIR_ERR_OUT_OF_RANGE: below -1
 * @source SRV-25, SRV-26, SRV-27, SRV-28
 */
WEIR_API weir_err weir_server_set_max_connections(weir_server *server, int64_t max_connections);

/**
 * Drops peers that a filter has, from the next connection on. Those that are there stay.
 * @param server which
 * @param block_list retained until the server is freed or gets another; NULL: none
 * @source BLK-28
 */
WEIR_API void weir_server_set_block_list(weir_server *server, weir_block_filter *block_list);

/**
 * A connection taken out with weir_socket_detach() has ended elsewhere: it counts no more. Does
 * nothing if none was.
 * @source SRV-30
 */
WEIR_API void weir_server_release_connection(weir_server *server);

/**
 * The address a TCP server is bound to.
 * @param server which
 * @param out_address family WEIR_FAMILY_NONE if it does not listen, or on a path
 * @return WEIR_OK; WEIR_ERR_INVALID_ARG_TYPE: NULL; what the system says
 * @source SRV-31, SRV-33
 */
WEIR_API weir_err weir_server_address(weir_server *server, weir_address *out_address);

/**
 * The path a server is really bound to.
 * @param server which
 * @param out_length bytes of the path; may be NULL
 * @return the path with a NUL behind it, good until the server is closed; NULL if it does not
 * listen on a path
 * @source SRV-32
 */
WEIR_API const char *weir_server_path(const weir_server *server, size_t *out_length);

/**
 * The system's descriptor of the listener, still weir's: for handing it to a process that listens
 * on the same port, with weir_listen_options.fd.
 * @return -1: it does not listen, or the backend has no descriptors
 * @source LSN-27
 */
WEIR_API intptr_t weir_server_fd(const weir_server *server);

/** Lets the server hold the loop open, which is the default. @source SRV-44 */
WEIR_API void weir_server_ref(weir_server *server);

/** Lets the loop end although the server listens; remembered before listen(). @source SRV-45 */
WEIR_API void weir_server_unref(weir_server *server);

#ifdef __cplusplus
}
#endif
#endif
