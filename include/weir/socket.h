/**
 * @file
 * @brief Sockets: Node's net.Socket, over TCP and over Unix domain sockets.
 */
#ifndef WEIR_SOCKET_H
#define WEIR_SOCKET_H

#include "weir/address.h"
#include "weir/base.h"
#include "weir/block_list.h"
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
  /** Bytes came; they are the program's until the handler returns. At most 65536. @source SOC-13 */
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
} weir_socket_handlers;

/** No handlers, every member by its order. */
#define WEIR_SOCKET_HANDLERS_INIT                                                                  \
  {                                                                                                \
    sizeof(weir_socket_handlers), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,      \
        NULL, NULL, NULL, NULL                                                                     \
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

/** Ends what it was given to; see loop.h. */
struct weir_abort_signal;

/** Options of weir_socket_create(). Start from WEIR_SOCKET_OPTIONS_INIT. */
typedef struct weir_socket_options {
  size_t size;          /**< Set by WEIR_SOCKET_OPTIONS_INIT. */
  bool allow_half_open; /**< Go on writing after the peer has ended. @source SOC-04 */
  /** How much is read ahead while nobody takes it; -1: 16384. @source DEF-08 */
  int64_t readable_high_water_mark_bytes;
  /** From how much on a write tells WEIR_WAIT_DRAIN; -1: 16384; 0: always, unless the system took
   * it at once. */
  int64_t writable_high_water_mark_bytes;
  intptr_t fd;     /**< A descriptor to wrap, weir's from success on; -1: none. @source SOC-03 */
  bool readable;   /**< Whether a wrapped socket may be read. @source SOC-05 */
  bool writable;   /**< Whether a wrapped socket may be written. @source SOC-06 */
  bool no_delay;   /**< As weir_socket_set_no_delay(). @source CON-22 */
  bool keep_alive; /**< As weir_socket_set_keep_alive(). @source CON-23 */
  uint32_t keep_alive_initial_delay_ms; /**< Whole seconds count; 0: the system's. @source CON-24 */
  int64_t timeout_ms; /**< As weir_socket_set_timeout(), from the beginning; -1: none. @source
                         CON-32, DEF-10 */
  const weir_onread *onread; /**< Copied; NULL: on_data. @source CON-26 */
  struct weir_abort_signal
      *signal;                   /**< Destroys the socket; retained; NULL: none. @source ABT-04 */
  weir_block_filter *block_list; /**< Addresses not to connect to; retained; NULL: none. @source
                                    BLK-28 */
  /** So many bytes may wait to be sent, as weir_socket_writable_length() counts them; a write
   * beyond is refused with WEIR_ENOBUFS and nothing of it is queued. What the system takes at once
   * does not wait; if it takes a part of a write, the rest follows whatever the limit. -1: no
   * limit. */
  int64_t max_buffered_bytes;
} weir_socket_options;

/** Defaults of weir_socket_options. @source DEF-08, DEF-11 */
#define WEIR_SOCKET_OPTIONS_INIT                                                                   \
  {                                                                                                \
    sizeof(weir_socket_options), false, -1, -1, -1, true, true, false, false, 0, -1, NULL, NULL,   \
        NULL, -1                                                                                   \
  }

/** What happens to a path that is longer than the system takes. */
typedef enum weir_path_overflow {
  WEIR_PATH_CUT,   /**< It is cut; weir_server_path() tells what was bound. @source IPC-03 */
  WEIR_PATH_REFUSE /**< WEIR_ENAMETOOLONG, before any file is made. */
} weir_path_overflow;

/** How weir_socket_connect() reaches its peer. Start from WEIR_CONNECT_OPTIONS_INIT. */
typedef struct weir_connect_options {
  size_t size;      /**< Set by WEIR_CONNECT_OPTIONS_INIT. */
  int32_t port;     /**< 0..65535; -1: none. Needed unless `path` is set. @source CON-06, CON-07 */
  const char *host; /**< An IPv4 or IPv6 address in text form; NULL: 127.0.0.1. */
  const char
      *path; /**< A Unix domain socket; when set, port and host are ignored. @source CON-40 */
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
} weir_connect_options;

/** Defaults of weir_connect_options. */
#define WEIR_CONNECT_OPTIONS_INIT                                                                  \
  {                                                                                                \
    sizeof(weir_connect_options), -1, NULL, NULL, 0, WEIR_PATH_CUT, WEIR_DEFAULT,                  \
        WEIR_FAMILY_NONE, NULL, -1, -1, 0, NULL, NULL, false                                       \
  }

/**
 * Makes a socket that is not connected.
 * @param loop its loop, which owns it
 * @param options NULL: the defaults
 * @param handlers NULL: none yet. With on_data set, the socket flows.
 * @param user handed to the handlers
 * @param out_socket the new socket. It is freed when on_close has returned; destroy one that never
 * connects.
 * @return WEIR_OK; WEIR_ERR_INVALID_ARG_TYPE: NULL; WEIR_ERR_INVALID_ARG_VALUE: the options' size
 * is not known, or their onread is not complete; WEIR_ERR_OUT_OF_RANGE: a mark or limit below -1;
 * WEIR_ENOMEM; WEIR_ECANCELED: the loop is being freed
 * @source SOC-02, SOC-03
 */
WEIR_API weir_err weir_socket_create(weir_loop *loop, const weir_socket_options *options,
                                     const weir_socket_handlers *handlers, void *user,
                                     weir_socket **out_socket);

/**
 * Starts to connect; on_connect and on_ready, or on_error and on_close, tell how it went.
 * @param socket one that has not connected yet
 * @param options copied; see weir_connect_options
 * @param callback runs after on_connect and before on_ready, or after on_error with the error; may
 * be NULL
 * @param user handed to callback
 * @return WEIR_OK: under way; otherwise nothing has changed: WEIR_ERR_INVALID_ARG_TYPE: NULL;
 * WEIR_ERR_INVALID_ARG_VALUE: the options' size is not known; WEIR_ERR_MISSING_ARGS: neither port
 * nor path; WEIR_ERR_SOCKET_BAD_PORT; WEIR_ERR_INVALID_IP_ADDRESS: the host is not an address;
 * WEIR_EALREADY: connecting; WEIR_EISCONN: connected; WEIR_ERR_STREAM_DESTROYED; WEIR_ENOMEM
 * @source CON-01, CON-02, CON-03, CON-04, CON-28
 */
WEIR_API weir_err weir_socket_connect(weir_socket *socket, const weir_connect_options *options,
                                      weir_socket_callback callback, void *user);

/**
 * Makes a socket and starts to connect it: Node's net.connect() and net.createConnection().
 * @return as weir_socket_create() and weir_socket_connect(); on failure there is no socket
 * @source CON-29, CON-30
 */
WEIR_API weir_err weir_connect(weir_loop *loop, const weir_socket_options *options,
                               const weir_connect_options *connect_options,
                               const weir_socket_handlers *handlers, void *user,
                               weir_socket **out_socket);

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
 * Sends bytes, at once as far as the system takes them; the rest is copied and queued.
 * @param socket where to
 * @param data borrowed for the length of the call
 * @param length bytes; 0 is legal and sends nothing
 * @param callback runs when all of it was taken by the system, or with an error; in the order of
 * the writes; may be NULL
 * @param user handed to callback
 * @return WEIR_OK: go on; WEIR_WAIT_DRAIN: taken, but wait for on_drain; otherwise nothing of it is
 * sent: WEIR_ERR_INVALID_ARG_TYPE: NULL, no callback runs; WEIR_ENOMEM: no room for a copy, no
 * callback runs and the socket goes on (if part was sent already it is destroyed instead, and the
 * callback runs); WEIR_ERR_STREAM_DESTROYED: the callback gets it; WEIR_ERR_STREAM_WRITE_AFTER_END,
 * WEIR_EPIPE (the peer has ended and with it this side): the callback gets it and the socket is
 * destroyed with it; WEIR_ERR_SOCKET_CLOSED: connect() was never called, the same; WEIR_ENOBUFS
 * with max_buffered_bytes: that much may not wait, the callback gets it and the socket goes on; any
 * other code: the system refused, the callback gets it and the socket is destroyed
 * @cost one system call when nothing is queued; no allocation without callback
 * @source STR-01, STR-02, STR-05, STR-08, STR-09, STR-13, STR-14, STR-15, STR-17
 */
WEIR_API weir_err weir_socket_write(weir_socket *socket, const void *data, size_t length,
                                    weir_socket_callback callback, void *user);

/**
 * Sends the bytes of several slices as one write: one system call takes what it can, the rest is
 * copied and queued together. Otherwise as weir_socket_write().
 * @param socket where to
 * @param slices in order; they and their bytes are borrowed for the length of the call
 * @param count how many; none is a write of nothing
 * @param callback once for all of it; may be NULL
 * @param user handed to callback
 * @return as weir_socket_write()
 * @cost as weir_socket_write(); on POSIX systems a call for each 64 slices
 * @source STR-01, STR-05
 */
WEIR_API weir_err weir_socket_writev(weir_socket *socket, const weir_slice *slices, size_t count,
                                     weir_socket_callback callback, void *user);

/**
 * Gives memory back that weir_socket_write_owned() took: everything was taken by the system, or
 * nothing more of it will be. May run inside that call; must not call weir.
 * @param data as it was given
 * @param length as it was given
 * @param user as it was given
 */
typedef void (*weir_bytes_release)(void *data, size_t length, void *user);

/**
 * As weir_socket_write(), but never copies: what the system does not take at once is sent from
 * where it is.
 * @param socket where to
 * @param data not to be changed or freed until release runs
 * @param length bytes
 * @param release runs exactly once, before callback, unless the call returns
 * WEIR_ERR_INVALID_ARG_TYPE or WEIR_ENOMEM; NULL: the memory outlives the socket
 * @param callback as weir_socket_write()'s
 * @param user handed to release and callback
 * @return as weir_socket_write(); after WEIR_ENOMEM nothing was sent, and the socket goes on
 * @cost a small record from a pool; one system call when nothing is queued
 * @source STR-01, STR-05
 */
WEIR_API weir_err weir_socket_write_owned(weir_socket *socket, void *data, size_t length,
                                          weir_bytes_release release, weir_socket_callback callback,
                                          void *user);

/** Holds writes back until uncork() was called as often; they leave together. @source STR-19 */
WEIR_API void weir_socket_cork(weir_socket *socket);

/** Undoes one cork(); surplus calls do nothing. @source STR-19 */
WEIR_API void weir_socket_uncork(weir_socket *socket);

/**
 * Sends a last piece and then the end of the stream; the peer may still send.
 * @param socket which
 * @param data written first as by weir_socket_write(); may be NULL when length is 0
 * @param length bytes
 * @param callback runs right before on_finish, or with an error; may be NULL
 * @param user handed to callback
 * @return WEIR_OK, also when called again before 'finish'; what weir_socket_write() returns when
 * data was given and refused; WEIR_ERR_STREAM_ALREADY_FINISHED, WEIR_ERR_STREAM_DESTROYED: the
 * callback gets it, nothing else happens; WEIR_ERR_INVALID_ARG_TYPE: NULL; WEIR_ENOMEM: nothing has
 * changed
 * @source STR-23, STR-24, STR-25
 */
WEIR_API weir_err weir_socket_end(weir_socket *socket, const void *data, size_t length,
                                  weir_socket_callback callback, void *user);

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

/** Stops on_data. Bytes are still taken from the system up to the high water mark; with onread none
 * are. @source STR-33, STR-34, STR-47 */
WEIR_API void weir_socket_pause(weir_socket *socket);

/** Lets on_data come again, after the call has returned. Without on_data what comes is dropped.
 * @source STR-35 */
WEIR_API void weir_socket_resume(weir_socket *socket);

/**
 * Takes exactly `length` bytes of what was received or, when no more will come, what is left: reads
 * by asking, beside on_readable or without it. No on_data tells what was taken so. What
 * weir_socket_readable_length() says is everything.
 * @param socket which; one that was paused on connect begins to read
 * @param buffer gets the bytes; may be NULL when length is 0
 * @param length bytes; more than the high water mark raises it, to the next power of two
 * @param out_length bytes taken; 0 with WEIR_OK: the end, or length is 0
 * @return WEIR_OK; WEIR_EAGAIN: there are fewer yet, and on_readable tells when more have come;
 * WEIR_ERR_INVALID_ARG_TYPE: NULL; WEIR_ERR_OUT_OF_RANGE: more than 1 GiB;
 * WEIR_ERR_STREAM_DESTROYED: what was received is gone
 * @cost one copy; no system call unless the socket was not reading
 * @source STR-37, SRV-08
 */
WEIR_API weir_err weir_socket_read(weir_socket *socket, void *buffer, size_t length,
                                   size_t *out_length);

/** Options of weir_socket_pipe(). Start from WEIR_PIPE_OPTIONS_INIT. */
typedef struct weir_pipe_options {
  size_t size; /**< Set by WEIR_PIPE_OPTIONS_INIT. */
  bool end;    /**< End `to` when `from` has ended. */
} weir_pipe_options;

/** Defaults of weir_pipe_options. */
#define WEIR_PIPE_OPTIONS_INIT                                                                     \
  { sizeof(weir_pipe_options), true }

/**
 * from.pipe(to): whatever comes out of `from` is written into `to` as well, behind on_data. `from`
 * is paused while `to` waits for its drain, and ends it when it has ended. It begins to flow even
 * if it was paused; with on_readable or onread nothing flows.
 *
 * The pipe goes when `to` has finished, failed or closed: if that was the last one of `from`,
 * `from` stays paused. What else happens to `from`, an error or destroy(), leaves `to` as it is.
 * @param from where bytes come out; any number of pipes may lead out of it
 * @param to where they go; any number of pipes may lead into it. It may be `from` itself: an echo.
 * If it cannot keep what it must (WEIR_ENOMEM, or WEIR_ENOBUFS by max_buffered_bytes) it is
 * destroyed with that, as bytes would be missing.
 * @param options NULL: the defaults
 * @return WEIR_OK; WEIR_ERR_INVALID_ARG_TYPE: NULL; WEIR_ERR_INVALID_ARG_VALUE: they are of two
 * loops, or the options' size is not known; WEIR_EEXIST: piped there already;
 * WEIR_ERR_STREAM_DESTROYED; WEIR_ENOMEM
 * @cost what weir_socket_write() costs; bytes are copied only where that copies
 * @source STR-54
 */
WEIR_API weir_err weir_socket_pipe(weir_socket *from, weir_socket *to,
                                   const weir_pipe_options *options);

/**
 * Takes a pipe away; `from` is paused if it was the last one.
 * @param from NULL does nothing
 * @param to NULL: every one
 * @source STR-54
 */
WEIR_API void weir_socket_unpipe(weir_socket *from, weir_socket *to);

/** True if weir_socket_pause() was called last, not weir_socket_resume(); also with on_readable,
 * which stops the flow. */
WEIR_API bool weir_socket_is_paused(const weir_socket *socket);

/** Whether bytes are handed on as they come. */
typedef enum weir_flow {
  WEIR_FLOW_INITIAL, /**< Nobody asked yet: bytes are kept. Node's null. */
  WEIR_FLOW_FLOWING, /**< They go to on_data. Node's true. */
  WEIR_FLOW_PAUSED   /**< Paused: they are kept. Node's false. */
} weir_flow;

/** Node's readableFlowing. */
WEIR_API weir_flow weir_socket_readable_flowing(const weir_socket *socket);

/** Lets the socket hold the loop open, which is the default. @source SOC-48 */
WEIR_API void weir_socket_ref(weir_socket *socket);

/** Lets the loop end although the socket is open. @source SOC-49 */
WEIR_API void weir_socket_unref(weir_socket *socket);

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
