/**
 * @file
 * @brief The inside of a server.
 *
 * core/server.c holds the object, its life and its properties; core/server_listen.c what listen()
 * does until there is a transport; core/server_connections.c how many connections there are and may
 * be; core/listener.c the listening transport, which lives from one listen() to its close() and a
 * little longer.
 */
#ifndef WEIRC_SERVER_H
#define WEIRC_SERVER_H

#include "core/abort_signal.h"
#include "core/loop.h"
#include "weir/backend.h"
#include "weir/server.h"

/** Kinds of steps of a server. */
typedef enum weirc_server_step_kind {
  WEIRC_STEP_LISTENING = 1, /**< Tell what became of listen(). */
  WEIRC_STEP_SERVER_CLOSE,  /**< Tell 'close', if nothing is left. */
  WEIRC_STEP_SERVER_FREE,   /**< Let go of the memory. */
  WEIRC_STEP_SERVER_ABORT,  /**< Close: the signal was fired before listen(). */
  WEIRC_STEP_SERVER_COUNTED /**< Tell those who asked how many connections there are. */
} weirc_server_step_kind;

/** A listening transport. */
typedef struct weirc_listener {
  weirc_object object;   /**< Must be first. */
  weir_server *server;   /**< Whose the connections are; NULL once it was closed. */
  weir_endpoint local;   /**< What it is bound to; owns its path. */
  weir_accept_op accept; /**< The accept operation. */
  weir_socket *spare;    /**< The socket the next connection becomes. */
  bool bound;            /**< The name is taken. */
} weirc_listener;

/** What listen() was told, but for where. */
typedef struct weirc_server_wanted {
  intptr_t fd;    /**< A descriptor to take instead of binding; -1: none. */
  unsigned flags; /**< WEIR_BIND_... */
  int backlog;    /**< As for listen(2). */
  uint16_t port;  /**< For the address of a name. */
  bool any;       /**< No host was given: IPv4 alone will do. */
} weirc_server_wanted;

/** A callback that is owed. */
typedef struct weirc_server_owed weirc_server_owed;
/** One of weir_server_get_connections(). */
typedef struct weirc_server_counted weirc_server_counted;

struct weir_server {
  weirc_object object;                  /**< Must be first. */
  const weir_server_handlers *handlers; /**< Never NULL. */
  void *user;                           /**< Handed to them. */
  weir_server_options options;          /**< For accepted sockets. */
  uint32_t mark;                        /**< Their high water mark. */
  weirc_listener *listener;             /**< NULL: does not listen. */
  weir_server *sharing;                 /**< Had the listener before this one; NULL: nobody. */
  weirc_server_wanted wanted;           /**< By the last listen(). */
  struct weir_lookup *lookup;           /**< Of the name to listen on; NULL: none is asked for. */
  weirc_link sockets;                   /**< Accepted and not freed. */
  size_t connections;                   /**< Accepted and not destroyed. */
  size_t handed_over;                   /**< Of these, taken out and not released. */
  weir_block_filter *block_list;        /**< Peers to turn away; NULL: none. */
  weirc_server_counted *counted;        /**< Who asked how many there are, oldest first. */
  weirc_abort_listener *abort_listener; /**< Of the option `signal`; NULL: none. */
  bool closing;                         /**< 'close' is owed when nothing is left. */
  bool close_due;                       /**< Nothing was left: it is told in a step. */
  bool freed;                           /**< weir_server_free() was called. */
  uint32_t retry_ms;                    /**< The last wait after a failed accept; 0: none. */
  weir_timer *retry;                    /**< Ends that wait. */
  weir_timer *deadline;                 /**< Of weir_server_close_within(); NULL: never called. */
  uint64_t deadline_id;                 /**< Ends connections up to this id. */
  weirc_server_owed *listen_owed;       /**< The callback of listen(), until it is told. */
  weir_err listen_code;                 /**< Why listen() failed; WEIR_OK: it did not. */
  weir_error *listen_error;             /**< All that is known of it, if there was memory. */
  weirc_server_owed *owed;              /**< close() callbacks, oldest first. */
  weirc_server_owed *canceled;          /**< listen() callbacks of listeners closed since. */
};

/** Runs a step of a kind. */
void weirc_server_run_step(weir_server *server, unsigned kind);

/** Takes the callback of a listen(); it is told with what becomes of that. @return WEIR_ENOMEM */
weir_err weirc_server_owe_listen(weir_server *server, weir_server_callback callback, void *user);

/** Nobody is told of a listen() that was refused after all. */
void weirc_server_forget_listen(weir_server *server);

/** The signal of listen() closes the server no more. */
void weirc_server_forget_signal(weir_server *server);

/** The signal had been fired before listen(): closes, unless that was done since. */
void weirc_server_run_abort(weir_server *server);

/** A connection of the server was destroyed. */
void weirc_server_connection_gone(weir_server *server);

/** Takes the limits of a new server's options. @return WEIR_OK; WEIR_ERR_OUT_OF_RANGE */
weir_err weirc_server_take_limits(weir_server *server, const weir_server_options *options);

/** True if a connection that came is to be closed; then out_reason says why. */
bool weirc_server_turns_away(const weir_server *server, const weir_address *remote,
                             weir_drop_reason *out_reason);

/** Tells 'drop', of which anything may come. @param accepted the connection, still open */
void weirc_server_tell_drop(weir_server *server, weir_handle *accepted, const weir_address *remote,
                            weir_drop_reason reason);

/** Tells those who asked how many connections there are; of a freed server, that it is gone. */
void weirc_server_tell_counted(weir_server *server);

/** Nobody waits for the names that servers of a loop that is being freed would listen on. */
void weirc_server_abandon_lookups(weir_loop *loop);

/** Closes and frees all servers of a loop that is being freed. */
void weirc_server_free_all(weir_loop *loop);

/**
 * Binds and listens, as server->wanted says, or takes the descriptor there.
 * @param server becomes the owner on success
 * @param local where; what was really bound comes back in the listener. Of a descriptor nothing
 * @return what the system says; WEIR_ENOMEM
 */
weir_err weirc_listener_open(weir_server *server, const weir_endpoint *local);

/** Another server takes the connections from now on, until it closes. */
void weirc_listener_share(weirc_listener *listener, weir_server *server);

/** Closes the server's listener, if it shares it with none; its name is free when this returns. */
void weirc_listener_close(weir_server *server);

/** Takes the next connection. */
void weirc_listener_accept_next(weirc_listener *listener);

/** The accept operation is back. */
void weirc_listener_accepted(weirc_listener *listener);

/** The transport is gone. */
void weirc_listener_closed(weirc_listener *listener);

/** There is one, and no other thread runs its loop: what has no result does nothing otherwise. */
static inline bool weirc_server_here(const weir_server *server) {
  return server && !weirc_elsewhere(&server->object);
}

#endif
