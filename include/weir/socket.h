/**
 * @file
 * @brief Sockets: Node's net.Socket, over TCP and over Unix domain sockets.
 */
#ifndef WEIR_SOCKET_H
#define WEIR_SOCKET_H

#include "weir/address.h"
#include "weir/base.h"
#include "weir/block_list.h"
#include "weir/encoding.h"
#include "weir/error.h"
#include "weir/lookup.h"
#include "weir/loop.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A stream in both directions: made by weir_socket_create(), or by a server for each connection.
 * @source SOC-01 */
typedef struct weir_socket weir_socket;
/** A server; see server.h. */
struct weir_server;

/**
 * Runs once when an operation has ended.
 * @param socket whose
 * @param error NULL: it succeeded; good until the callback returns
 * @param user the pointer given with the operation
 */
typedef void (*weir_socket_callback)(weir_socket *socket, const weir_error *error, void *user);

/**
 * What a socket tells. Any member may be NULL. The table is shared and must outlive the sockets
 * that use it.
 *
 * Handlers run from weir_loop_run(), weir_loop_dispatch(), weir_step_run() and weir_loop_free() and
 * nowhere else. The state is final before a handler is called; every function of this header may be
 * called in every handler.
 */
typedef struct weir_socket_handlers {
  size_t size; /**< sizeof(weir_socket_handlers). */
  /** The connection is there. @source CON-01, SOC-10 */
  void (*on_connect)(weir_socket *socket, void *user);
  /** Right behind on_connect, unless on_connect destroyed the socket. @source SOC-11 */
  void (*on_ready)(weir_socket *socket, void *user);
  /** Bytes came; they are the program's until the handler returns. At most 65536. With
   * weir_socket_set_encoding() it is their text in UTF-8, without a NUL behind it: at most
   * WEIR_DECODER_TEXT_SIZE(65536) bytes. @source SOC-13, STR-38 */
  void (*on_data)(weir_socket *socket, const uint8_t *data, size_t length, void *user);
  /** The peer has ended; no on_data follows. Comes when everything received was consumed. @source
   * SOC-16, STR-30 */
  void (*on_end)(weir_socket *socket, void *user);
  /** A write had told WEIR_WAIT_DRAIN and now nothing is queued. @source SOC-15, STR-03 */
  void (*on_drain)(weir_socket *socket, void *user);
  /** Everything was handed to the system, and the end of the stream behind it. @source STR-24 */
  void (*on_finish)(weir_socket *socket, void *user);
  /** Something failed. The socket is destroyed already; on_close follows. @source SOC-19 */
  void (*on_error)(weir_socket *socket, const weir_error *error, void *user);
  /** The last event. When it returns the socket is freed, unless it is retained. @source SOC-20,
   * STR-53 */
  void (*on_close)(weir_socket *socket, bool had_error, void *user);
  /** Nothing happened for as long as weir_socket_set_timeout() said; the connection stays. @source
   * SOC-23, TMO-02 */
  void (*on_timeout)(weir_socket *socket, void *user);
  /** There is something to weir_socket_read(), or the end of it. With it set the socket does not
   * flow by itself. @source STR-37 */
  void (*on_readable)(weir_socket *socket, void *user);
  /** A name was resolved: once for each address of the answer; or error, and address is NULL.
   * @source SOC-22, CON-16 */
  void (*on_lookup)(weir_socket *socket, const weir_error *error, const weir_address *address,
                    const char *host, void *user);
  /** Family selection: an attempt to reach one address begins. @source HE-06 */
  void (*on_connection_attempt)(weir_socket *socket, const weir_address *address, void *user);
  /** It failed; WEIR_ERR_IP_BLOCKED: the block list has it, no attempt was made. @source HE-06,
   * HE-13 */
  void (*on_connection_attempt_failed)(weir_socket *socket, const weir_address *address,
                                       const weir_error *error, void *user);
  /** Its time is up; the next address is tried. @source HE-04, HE-23 */
  void (*on_connection_attempt_timeout)(weir_socket *socket, const weir_address *address,
                                        void *user);
  /** A descriptor came: the handler's, to close or to give to a socket or a server. Descriptors
   * keep their order, and each is told before the bytes it came with; the system does not tell how
   * many bytes lie before them. Local connections only. Without this handler they are closed.
   * @source SRV-09 */
  void (*on_fd)(weir_socket *socket, intptr_t fd, void *user);
} weir_socket_handlers;

/** No handlers, every member by its order. */
#define WEIR_SOCKET_HANDLERS_INIT                                                                  \
  {                                                                                                \
    sizeof(weir_socket_handlers), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,      \
        NULL, NULL, NULL, NULL, NULL                                                               \
  }

/**
 * Supplies memory to receive into, once when the transport is there and after every delivery.
 * @param socket whose
 * @param out_length bytes of the memory
 * @param user the onread's
 * @return the memory; NULL, or a length of 0, destroys the socket with WEIR_ENOBUFS
 * @source STR-45
 */
typedef void *(*weir_onread_provider)(weir_socket *socket, size_t *out_length, void *user);

/**
 * Bytes were received into that memory, which is the program's until the callback returns, and
 * again from on_close on.
 * @return true: go on; false: stop until weir_socket_resume()
 * @source STR-46, STR-48
 */
typedef bool (*weir_onread_callback)(weir_socket *socket, uint8_t *data, size_t length, void *user);

/** Receives into the program's memory instead of on_data. Start from WEIR_ONREAD_INIT. @source
 * STR-45, STR-55 */
typedef struct weir_onread {
  size_t size;                   /**< Set by WEIR_ONREAD_INIT. */
  void *buffer;                  /**< Used again for each piece; outlives the socket. */
  size_t buffer_length;          /**< Bytes in buffer. */
  weir_onread_provider provider; /**< Instead of buffer: either of the two. */
  weir_onread_callback callback; /**< Told of each piece; needed. */
  void *user;                    /**< Handed to both. */
} weir_onread;

/** No memory yet: `buffer` or `provider`, and `callback`, are to be set. */
#define WEIR_ONREAD_INIT                                                                           \
  { sizeof(weir_onread), NULL, 0, NULL, NULL, NULL }

/** Ends what it was given to; see abort_signal.h. */
struct weir_abort_signal;

/** Options of weir_socket_create(). Start from WEIR_SOCKET_OPTIONS_INIT. */
typedef struct weir_socket_options {
  size_t size;          /**< Set by WEIR_SOCKET_OPTIONS_INIT. */
  bool allow_half_open; /**< Go on writing after the peer has ended. @source SOC-04 */
  /** How much is read ahead while nobody takes it; -1: 16384. @source DEF-08 */
  int64_t readable_high_water_mark_bytes;
  /** From how much on a write tells WEIR_WAIT_DRAIN; -1: 16384; 0: always, also if the system took
   * it at once: then on_drain comes in a step. @source DEF-08, STR-03 */
  int64_t writable_high_water_mark_bytes;
  intptr_t fd;     /**< A descriptor to wrap, weir's from success on; -1: none. @source SOC-03 */
  bool readable;   /**< false: nothing is ever read, there is no 'end'. @source SOC-05, SOC-07 */
  bool writable;   /**< false: as if it had ended and finished. @source SOC-06, SOC-07 */
  bool no_delay;   /**< As weir_socket_set_no_delay(). @source CON-22 */
  bool keep_alive; /**< As weir_socket_set_keep_alive(). @source CON-23 */
  uint32_t keep_alive_initial_delay_ms; /**< Whole seconds count; 0: the system's. @source CON-24 */
  int64_t timeout_ms; /**< As weir_socket_set_timeout(), from the beginning; -1: none. @source
                         CON-32, DEF-10 */
  const weir_onread *onread; /**< Copied; NULL: on_data. @source CON-26 */
  struct weir_abort_signal
      *signal; /**< Destroys the socket; retained; NULL: none. @source ABT-04 */
  /** Addresses not to connect to, given as text or found by a look-up; those in IPv4-mapped form
   * too. A connect to one ends with WEIR_ERR_IP_BLOCKED and nothing is sent; family selection goes
   * on with the next address. An adopted or accepted connection is not looked at. Retained; NULL:
   * none. @source BLK-28 */
  weir_block_filter *block_list;
  /** So many bytes may wait to be sent, as weir_socket_writable_length() counts them; a write
   * beyond is refused with WEIR_ENOBUFS and nothing of it is queued. What the system takes at once
   * does not wait; if it takes a part of a write, the rest follows whatever the limit. -1: no
   * limit. */
  int64_t max_buffered_bytes;
  /** As weir_socket_set_keep_alive_probes(); 0: one second. It switches nothing on. */
  uint32_t keep_alive_interval_ms;
  uint32_t keep_alive_count; /**< The same; 0: ten. */
  int32_t type_of_service;   /**< As weir_socket_set_type_of_service(); -1: the system's. */
} weir_socket_options;

/** Defaults of weir_socket_options. @source DEF-08, DEF-11 */
#define WEIR_SOCKET_OPTIONS_INIT                                                                   \
  {                                                                                                \
    sizeof(weir_socket_options), false, -1, -1, -1, true, true, false, false, 0, -1, NULL, NULL,   \
        NULL, -1, 0, 0, -1                                                                         \
  }

/** What happens to a path that is longer than the system takes. */
typedef enum weir_path_overflow {
  WEIR_PATH_CUT,   /**< It is cut; weir_server_path() tells what was bound. @source IPC-03 */
  WEIR_PATH_REFUSE /**< WEIR_ENAMETOOLONG, before any file is made. */
} weir_path_overflow;

/** How weir_socket_connect() reaches its peer. Start from WEIR_CONNECT_OPTIONS_INIT. */
typedef struct weir_connect_options {
  size_t size;  /**< Set by WEIR_CONNECT_OPTIONS_INIT. */
  int32_t port; /**< 0..65535; -1: none. Needed unless `path` is set. @source CON-06, CON-07 */
  /** A name, which is looked up, or an IPv4 or IPv6 address in text form; NULL or "": "localhost".
   * @source CON-09 */
  const char *host;
  /** A Unix domain socket, or a named pipe; when set, port and host are ignored. What a pipe of one
   * direction does not have has ended when it is connected: on_end or on_finish comes. @source
   * CON-40 */
  const char *path;
  size_t path_length; /**< Bytes of path; 0: up to its NUL. Linux' abstract names begin with a NUL
                         and need it. */
  weir_path_overflow path_overflow; /**< What happens to a path that is too long. @source IPC-03 */
  weir_choice auto_select_family;   /**< WEIR_DEFAULT: the loop's setting. @source HE-01 */
  weir_family family;               /**< WEIR_FAMILY_NONE: both. @source CON-13, HE-05 */
  const char *local_address; /**< An address of this machine, as text; NULL: any. @source CON-10 */
  int32_t local_port;        /**< 0..65535, 0: any; -1: not bound. @source CON-11, CON-12 */
  int32_t hints; /**< weir_lookup_hint; -1: ADDRCONFIG, or 0 if a family is asked for. @source
                    CON-14 */
  /** Time one attempt gets before the next starts; 1 to 9 count as 10; 0: the loop's setting.
   * @source HE-04, HE-09, HE-12 */
  uint32_t auto_select_family_attempt_timeout_ms;
  weir_lookup_function lookup; /**< NULL: the loop's. @source CON-15 */
  void *lookup_user;           /**< Handed to lookup. */
  /** Attempts overlap, as RFC 8305 section 5 wants: a slow one goes on when the next begins, and
   * the first that succeeds is taken. Node gives it up. */
  bool overlap_attempts;
  /**
   * Shown each transport that is made for this connect, those of family selection too, before it is
   * bound and connected: to set what weir has no word for, such as SO_MARK or SO_BINDTODEVICE.
   * NULL: nobody. It runs inside weir_socket_connect(), or in the loop where a name was looked up
   * or another address is tried, and once for each transport.
   *
   * @param socket the socket, which is connecting. Of it nothing may be called but what only reads
   * its properties; weir_socket_fd() is not this descriptor where several addresses are tried.
   * @param fd the descriptor, still weir's: not to be closed, kept, connected or made blocking; -1
   * on a backend without
   * @param user before_connect_user
   * @return WEIR_OK: go on; anything else closes the transport, and the attempt has failed with
   * that code as if connect() had: told later like any other failure
   */
  weir_err (*before_connect)(weir_socket *socket, intptr_t fd, void *user);
  void *before_connect_user; /**< Handed to before_connect. */
  bool pipe_half_close;      /**< For named pipes: as the server has it, see weir_listen_options; a
                                server      without it is WEIR_EPROTOTYPE. @source GEN-02 */
} weir_connect_options;

/** Defaults of weir_connect_options. */
#define WEIR_CONNECT_OPTIONS_INIT                                                                  \
  {                                                                                                \
    sizeof(weir_connect_options), -1, NULL, NULL, 0, WEIR_PATH_CUT, WEIR_DEFAULT,                  \
        WEIR_FAMILY_NONE, NULL, -1, -1, 0, NULL, NULL, false, NULL, NULL, false                    \
  }

/**
 * Makes a socket that is not connected, or one around a connection that the program has.
 *
 * With `fd` it is open when this returns: no on_connect comes, and it reads at once. The descriptor
 * is a connected stream socket or one end of a pipe, which needs `readable` or `writable` to be
 * false where it goes one way. It is made non-blocking, also for those who share it, and is not
 * inherited by programs that are started. A refused one stays the program's. On Windows it is a
 * SOCKET or a HANDLE of a pipe, made for overlapped calls and in no completion port yet.
 * @param loop its loop, which owns it
 * @param options NULL: the defaults
 * @param handlers NULL: none yet. With on_data set, the socket flows.
 * @param user handed to the handlers
 * @param out_socket the new socket. It is freed when on_close has returned; destroy one that never
 * connects.
 * @return WEIR_OK, also if `signal` was fired already: then it is destroyed with WEIR_ABORT_ERR;
 * WEIR_ERR_INVALID_ARG_TYPE: NULL; WEIR_ERR_INVALID_ARG_VALUE: the options' size is not known,
 * their onread is not complete, or the signal is another loop's; WEIR_ERR_OUT_OF_RANGE: a mark, a
 * limit, a timeout or a descriptor below -1, or a type of service that is no byte; WEIR_ENOMEM;
 * WEIR_ERR_LOOP_CLOSED; WEIR_ERR_WRONG_THREAD; for `fd`: WEIR_EBADF; WEIR_ERR_INVALID_FD_TYPE:
 * neither a stream socket nor a pipe; WEIR_EEXIST: the loop has it already; WEIR_EINVAL: the same,
 * on Windows, or it is for calls that wait; WEIR_ENOTSUP: the backend has no descriptors; what the
 * system says
 * @source SOC-02, SOC-03, SOC-08, ABT-05
 */
WEIR_API weir_err weir_socket_create(weir_loop *loop, const weir_socket_options *options,
                                     const weir_socket_handlers *handlers, void *user,
                                     weir_socket **out_socket);

/**
 * Starts to connect; on_connect and on_ready, or on_error and on_close, tell how it went.
 * @param socket one that has not connected yet; or one that was closed, which begins anew with what
 * was set: in its on_close, and afterwards if it is retained
 * @param options copied; see weir_connect_options
 * @param callback runs after on_connect and before on_ready, or after on_error with the error; may
 * be NULL
 * @param user handed to callback
 * @return WEIR_OK: under way; otherwise nothing has been started: WEIR_ERR_INVALID_ARG_TYPE: NULL;
 * WEIR_ERR_INVALID_ARG_VALUE: the options' size is not known, or the family for a name is none;
 * WEIR_ERR_MISSING_ARGS: neither port nor path; WEIR_ERR_INVALID_IP_ADDRESS: local_address is no
 * address; WEIR_ERR_SOCKET_BAD_PORT: port or local_port; WEIR_ERR_OUT_OF_RANGE:
 * auto_select_family_attempt_timeout_ms above 2147483647; WEIR_ERR_LOOP_CLOSED;
 * WEIR_ERR_WRONG_THREAD; WEIR_EALREADY: connecting; WEIR_EISCONN: connected;
 * WEIR_ERR_STREAM_DESTROYED: destroyed, and on_close has not come; WEIR_ENOMEM
 * @source CON-01, CON-02, CON-03, CON-04, CON-05, CON-28
 */
WEIR_API weir_err weir_socket_connect(weir_socket *socket, const weir_connect_options *options,
                                      weir_socket_callback callback, void *user);

/**
 * Makes a socket and starts to connect it: Node's net.connect() and net.createConnection().
 * @return as weir_socket_create() and weir_socket_connect(), WEIR_EISCONN with an `fd`; on failure
 * there is no socket
 * @source CON-29, CON-30
 */
WEIR_API weir_err weir_connect(weir_loop *loop, const weir_socket_options *options,
                               const weir_connect_options *connect_options,
                               const weir_socket_handlers *handlers, void *user,
                               weir_socket **out_socket);

/**
 * The addresses that family selection has tried since the last connect(), in order; after success
 * the last one is the peer's.
 * @param socket which
 * @param out_addresses where to write, ports included; may be NULL when capacity is 0
 * @param capacity how many fit; what does not is left out
 * @return how many there are; 0: family selection did not run, or the block list has them all
 * @source HE-14, HE-15
 */
WEIR_API size_t weir_socket_auto_select_family_attempted_addresses(const weir_socket *socket,
                                                                   weir_address *out_addresses,
                                                                   size_t capacity);

/**
 * Replaces the table of handlers and the pointer they are given, from the next event on.
 *
 * on_data going from NULL to a function makes the socket flow, unless it was paused; going back to
 * NULL does not pause it: what comes then is lost. on_readable stops the flow and makes a paused
 * socket read; on_data does not come while it is there. When it goes, the socket flows to on_data,
 * or is as one that nobody has asked.
 * @return WEIR_OK; WEIR_ERR_INVALID_ARG_TYPE: no socket; WEIR_ERR_INVALID_ARG_VALUE: the table's
 *   size is not known
 * @source GEN-11, STR-32, SOC-14
 */
WEIR_API weir_err weir_socket_set_handlers(weir_socket *socket,
                                           const weir_socket_handlers *handlers, void *user);

/**
 * Replaces the option `block_list`, from the next address that is tried on.
 * @param socket which
 * @param block_list retained until the socket is freed or gets another; NULL: none
 * @return WEIR_OK; WEIR_ERR_INVALID_ARG_TYPE: no socket; WEIR_ENOMEM
 * @source BLK-28
 */
WEIR_API weir_err weir_socket_set_block_list(weir_socket *socket, weir_block_filter *block_list);

/** The pointer the handlers are given. */
WEIR_API void *weir_socket_user(const weir_socket *socket);

/** The socket's loop. */
WEIR_API weir_loop *weir_socket_loop(const weir_socket *socket);

/** The server that accepted the socket; NULL for others, and when the server was freed. @source
 * SRV-17 */
WEIR_API struct weir_server *weir_socket_server(const weir_socket *socket);

/** A number that no other object of the loop has or will have: the one the trace hook shows. */
WEIR_API uint64_t weir_socket_id(const weir_socket *socket);

/**
 * Keeps the socket's memory after on_close until weir_socket_release() was called as often. Its
 * properties stay.
 * @return the socket
 */
WEIR_API weir_socket *weir_socket_retain(weir_socket *socket);

/** Undoes one weir_socket_retain(). The last one frees a socket that is closed. Does nothing for
 * NULL. */
WEIR_API void weir_socket_release(weir_socket *socket);

/**
 * Tells on_timeout when nothing has happened for so long; the connection stays. Connecting, bytes
 * in either direction and the end of the peer count, other calls do not; while a send goes on but
 * waits for the peer, it is told when a whole period has passed without a byte. It comes once, and
 * again when there was activity since. It holds no loop open.
 * @param socket which, in any state before destroy()
 * @param timeout_ms milliseconds, replacing what was set; above 2147483647: that; 0: no timeout
 * @param callback runs once, after the next on_timeout, or gets WEIR_ECANCELED before on_close;
 * those given before stay. With a timeout of 0 the last one given with the same function and
 * pointer gets WEIR_ECANCELED instead, in a step. May be NULL
 * @param user handed to callback
 * @return WEIR_OK; otherwise nothing has changed and no callback runs: WEIR_ERR_INVALID_ARG_TYPE:
 * NULL; WEIR_ERR_OUT_OF_RANGE: negative; WEIR_ERR_STREAM_DESTROYED; WEIR_ENOMEM
 * @cost a timer in the loop's heap; activity then costs one store, whatever the number of timers
 * @source TMO-01, TMO-03, TMO-04, TMO-06, TMO-07, TMO-10, TMO-11, TMO-12, TMO-14
 */
WEIR_API weir_err weir_socket_set_timeout(weir_socket *socket, int64_t timeout_ms,
                                          weir_socket_callback callback, void *user);

/** What weir_socket_set_timeout() was given, kept after close; -1: it was never called. @source
 * TMO-05 */
WEIR_API int64_t weir_socket_timeout_ms(const weir_socket *socket);

/**
 * Ends everything now: what was received or queued and not delivered is dropped; on_error (if there
 * is an error) and on_close follow. Legal in every state, any number of times; only the first call
 * counts.
 * @param socket which; NULL does nothing
 * @param error NULL: none; copied
 * @source SOC-33, SOC-34, SOC-35, SOC-36
 */
WEIR_API void weir_socket_destroy(weir_socket *socket, const weir_error *error);

/** Ends the writing side if need be and destroys the socket when everything is sent. @source
 * SOC-38, SOC-39, SOC-40 */
WEIR_API void weir_socket_destroy_soon(weir_socket *socket);

/**
 * Resets the connection: the peer sees ECONNRESET. While connecting it waits for the connection
 * first.
 * @return WEIR_OK; WEIR_ERR_INVALID_HANDLE_TYPE: not TCP, the socket is unharmed;
 * WEIR_ERR_INVALID_ARG_TYPE: NULL. A socket that never connected is destroyed with
 * WEIR_ERR_SOCKET_CLOSED.
 * @source SOC-50, SOC-51, SOC-52, SOC-53
 */
WEIR_API weir_err weir_socket_reset_and_destroy(weir_socket *socket);

/** Lets the socket hold the loop open, which is the default. @source SOC-48 */
WEIR_API void weir_socket_ref(weir_socket *socket);

/** Lets the loop end although the socket is open. @source SOC-49 */
WEIR_API void weir_socket_unref(weir_socket *socket);

/**
 * Whether the socket holds the loop open, as Node's hasRef() of a handle: what weir_socket_ref() or
 * weir_socket_unref() said last, true at first; false once on_close has returned, until it connects
 * again. A socket for which it is true holds the loop from connect(), the wrapping of a descriptor
 * or a server's accept on until on_close has returned; before that it holds nothing.
 */
WEIR_API bool weir_socket_has_ref(const weir_socket *socket);

/** Node's readyState. */
typedef enum weir_ready_state {
  WEIR_READY_STATE_OPENING,    /**< "opening": connecting. */
  WEIR_READY_STATE_OPEN,       /**< "open": readable and writable, or not connected yet. */
  WEIR_READY_STATE_READ_ONLY,  /**< "readOnly": end() was called. */
  WEIR_READY_STATE_WRITE_ONLY, /**< "writeOnly": the peer has ended. */
  WEIR_READY_STATE_CLOSED      /**< "closed": neither, or destroyed. */
} weir_ready_state;

/** @brief Node's readyState. @source SOC-56, SOC-57, SOC-58, SOC-59, SOC-60 */
WEIR_API weir_ready_state weir_socket_ready_state(const weir_socket *socket);
/** The text of a weir_ready_state as Node spells it. */
WEIR_API const char *weir_ready_state_name(weir_ready_state state);
/** From connect() until 'connect' or a failure. @source SOC-30 */
WEIR_API bool weir_socket_connecting(const weir_socket *socket);
/** True while there is no connection: not connected yet, connecting, destroyed. @source SOC-31 */
WEIR_API bool weir_socket_pending(const weir_socket *socket);
/** True from destroy() on, whoever called it. @source SOC-32 */
WEIR_API bool weir_socket_destroyed(const weir_socket *socket);
/** As Node's `closed`: true as soon as the socket is destroyed. */
WEIR_API bool weir_socket_closed(const weir_socket *socket);
/** True while on_data or on_end may still come. */
WEIR_API bool weir_socket_readable(const weir_socket *socket);
/** True while weir_socket_write() may be called. */
WEIR_API bool weir_socket_writable(const weir_socket *socket);
/** True from on_end on. */
WEIR_API bool weir_socket_readable_ended(const weir_socket *socket);
/** True from end() on, whoever called it. */
WEIR_API bool weir_socket_writable_ended(const weir_socket *socket);
/** True from on_finish on. */
WEIR_API bool weir_socket_writable_finished(const weir_socket *socket);
/** The code the socket was destroyed with; WEIR_OK: none. */
WEIR_API weir_err weir_socket_errored(const weir_socket *socket);
/** Bytes received and not yet taken by the program. */
WEIR_API size_t weir_socket_readable_length(const weir_socket *socket);
/** Bytes written and not yet taken by the system; a chunk counts whole until its last byte is
 * taken. @source STR-07 */
WEIR_API size_t weir_socket_writable_length(const weir_socket *socket);
/** Node's bufferSize: weir_socket_writable_length(), or -1 while there is no transport. @source
 * SOC-25 */
WEIR_API int64_t weir_socket_buffer_size(const weir_socket *socket);
/** True if a write told WEIR_WAIT_DRAIN and on_drain has not come yet. */
WEIR_API bool weir_socket_writable_need_drain(const weir_socket *socket);
/** How often cork() is still to be undone. */
WEIR_API unsigned weir_socket_writable_corked(const weir_socket *socket);
/** The mark that was set, in bytes. @source DEF-08 */
WEIR_API size_t weir_socket_readable_high_water_mark(const weir_socket *socket);
/** The mark that was set, in bytes. @source DEF-08 */
WEIR_API size_t weir_socket_writable_high_water_mark(const weir_socket *socket);
/** Bytes taken from the system; kept after close. @source SOC-28 */
WEIR_API uint64_t weir_socket_bytes_read(const weir_socket *socket);
/** Bytes sent and queued; kept after close, then without what was never handed over. @source
 * SOC-29, STR-21, STR-22 */
WEIR_API uint64_t weir_socket_bytes_written(const weir_socket *socket);
/** What the option said, or the setter. @source SOC-04 */
WEIR_API bool weir_socket_allow_half_open(const weir_socket *socket);
/** Takes effect when the peer's end is told. @source SOC-04 */
WEIR_API void weir_socket_set_allow_half_open(weir_socket *socket, bool allow);

/** The system's descriptor or handle, still weir's; -1: none, or on a backend without. */
WEIR_API intptr_t weir_socket_fd(const weir_socket *socket);

/**
 * Takes the transport out of a socket, open, for another loop, thread or process; on_close follows
 * without error. What was not received yet is there for who takes it over. The server that accepted
 * it goes on counting it until weir_server_release_connection().
 * @param socket an open one, also inside its on_data
 * @param out_fd the descriptor or handle, the program's from now on
 * @return WEIR_OK; otherwise nothing has changed: WEIR_EBUSY: bytes were received and not taken, or
 * bytes or the end of the stream are still to be sent; WEIR_ENOTCONN: no connection; WEIR_ENOTSUP:
 * the backend cannot, as on Windows, where a handle stays with its completion port;
 * WEIR_ERR_STREAM_DESTROYED; WEIR_ERR_INVALID_ARG_TYPE: NULL; what the system says
 * @source SRV-30
 */
WEIR_API weir_err weir_socket_detach(weir_socket *socket, intptr_t *out_fd);

/**
 * This end's address and port. Asked from the system when first read on an accepted socket.
 * @param socket which
 * @param out_address family WEIR_FAMILY_NONE before 'connect', after destroy() and for Unix sockets
 * @return WEIR_OK; WEIR_ERR_INVALID_ARG_TYPE: NULL; what the system says
 * @source SOC-24, SOC-42, SOC-43, SOC-44
 */
WEIR_API weir_err weir_socket_local_address(weir_socket *socket, weir_address *out_address);

/**
 * The peer's address and port; kept after destroy().
 * @param socket which
 * @param out_address family WEIR_FAMILY_NONE before 'connect' and for Unix sockets
 * @return WEIR_OK; WEIR_ERR_INVALID_ARG_TYPE: NULL
 * @source SOC-45, SOC-46, SOC-47
 */
WEIR_API weir_err weir_socket_remote_address(const weir_socket *socket, weir_address *out_address);

#ifdef __cplusplus
}
#endif
#endif
