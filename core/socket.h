/**
 * @file
 * @brief The inside of a socket.
 *
 * core/socket.c holds the object and its properties, socket_connect.c how it connects,
 * socket_read.c what comes in, socket_pieces.c how it is kept, socket_text.c what of it is text,
 * socket_pull.c who asks for it, socket_onread.c who gives the memory, socket_pipe.c where it goes
 * on to, socket_write.c what goes out, socket_owned.c what is not copied, socket_close.c how it
 * ends, socket_timeout.c when it is idle, socket_option.c what the system is told of it,
 * socket_peer.c who is at the other end, socket_descriptor.c how it comes by a descriptor of the
 * program's, and loses it, socket_fd.c which descriptors go along with its bytes.
 */
#ifndef WEIRC_SOCKET_H
#define WEIRC_SOCKET_H

#include "core/abort_signal.h"
#include "core/loop.h"
#include "core/socket_state.h"
#include "core/writer.h"
#include "weir/socket_option.h"
#include "weir/stream.h"

/** Kinds of steps of a socket. */
typedef enum weirc_socket_step_kind {
  WEIRC_STEP_CONNECT_FAILED = 1, /**< connect() could not even begin. */
  WEIRC_STEP_WRITE_DONE,         /**< Callbacks of writes are owed. */
  WEIRC_STEP_RESUME,             /**< Hand on what was kept. */
  WEIRC_STEP_END,                /**< Tell 'end'. */
  WEIRC_STEP_AUTO_END,           /**< End the writing side behind 'end'. */
  WEIRC_STEP_FINISH,             /**< Tell 'finish'. */
  WEIRC_STEP_ERROR,              /**< Tell 'error'. */
  WEIRC_STEP_CLOSE,              /**< Tell 'close' of a socket without transport. */
  WEIRC_STEP_READABLE,           /**< Tell 'readable'. */
  WEIRC_STEP_PIPE_END,           /**< Pass on an end that was told before the pipe was made. */
  WEIRC_STEP_LOOKUP              /**< Tell what a resolver has answered. */
} weirc_socket_step_kind;

/** Bytes that were received and not taken; the bytes follow. */
typedef struct weirc_piece weirc_piece;

/** The idle timeout of a socket. */
typedef struct weirc_idle weirc_idle;
/** Where received bytes go instead of on_data. */
typedef struct weirc_onread weirc_onread;

/** Where received bytes are written to as well, and from where. */
typedef struct weirc_pipes weirc_pipes;

/** What only some sockets have, allocated on use. */
typedef struct weirc_socket_extra {
  weir_connect_op connect; /**< A connect to one address; its path is owned. */
  weir_address local;      /**< What it was bound to; WEIR_FAMILY_NONE: nothing. */
  bool bind_failed;        /**< It did not even begin. */
  struct weirc_race *race; /**< A connect to a name; NULL: none. */
  /** See weir_connect_options. */
  weir_err (*before_connect)(weir_socket *socket, intptr_t fd, void *user);
  void *before_connect_user;             /**< Handed to it. */
  weir_socket_callback connect_callback; /**< Owed to connect()'s caller. */
  void *connect_user;                    /**< Handed to it. */
  weir_error *error;                     /**< A copy of what destroy() was given. */
  weirc_piece *pieces;                   /**< Received and not taken, oldest first. */
  weirc_piece **pieces_end;              /**< Where the next one is linked. */
  size_t pieces_length;                  /**< Bytes in them. */
  weirc_idle *idle;                      /**< NULL: never had a timeout. Outlives 'close'. */
  weir_time active_at;                   /**< When something happened that its timer looks at. */
  uint32_t keep_alive_delay_s;           /**< As it was set. Outlives 'close'. */
  uint32_t keep_alive_interval_s;        /**< The same; 0: the default. */
  uint32_t keep_alive_count;             /**< The same; 0: the default. */
  uint8_t type_of_service;               /**< The same, if `has_type_of_service`. */
  bool has_type_of_service;              /**< It was set. */
  bool type_of_service_due;              /**< While connecting: to be told when connected. */
  weir_block_filter *block_list;         /**< The option; NULL: none. Outlives 'close'. */
  weirc_abort_listener *abort_listener;  /**< Of the option `signal`; NULL: none. */
  weir_decoder decoder;                  /**< Of what is received; without encoding: none. */
  weirc_onread *onread;                  /**< The option; NULL: none. */
  weirc_pipes *pipes;                    /**< NULL: none yet. */
  size_t max_buffered;                   /**< Bytes that may be queued, if `limited`. */
  bool limited;                          /**< The option max_buffered_bytes was given. */
} weirc_socket_extra;

/* In an order without holes: an idle connection is this and the backend's few bytes before it. */
struct weir_socket {
  weirc_object object;                  /**< Must be first. */
  const weir_socket_handlers *handlers; /**< Never NULL. */
  void *user;                           /**< Handed to them. */
  struct weir_server *server;           /**< Who accepted it. */
  weirc_socket_state state;             /**< The machine. */
  uint16_t error_code;                  /**< The weir_err it failed with. */
  uint8_t flow;                         /**< A weir_flow. */
  uint8_t transport;                    /**< A weir_transport. */
  bool flows;                /**< Bytes go straight to on_data; derived, see refresh(). */
  bool writes_through;       /**< Writes go straight to the system; derived. */
  bool reading : 1;          /**< Bytes are wanted from the transport. */
  bool receiving : 1;        /**< The receive operation is out. */
  bool input_ended : 1;      /**< The end of the stream was received. */
  bool need_drain : 1;       /**< A write told WEIR_WAIT_DRAIN. */
  bool write_failed : 1;     /**< The system refused a write; destroyed in a step. */
  bool had_error : 1;        /**< destroy() was given an error. */
  bool closed : 1;           /**< 'close' was told. */
  bool telling_close : 1;    /**< It is being told. */
  bool begun_anew : 1;       /**< connect() was called in it. */
  bool end_called : 1;       /**< end() after destroy(), which the machine does not see. */
  bool flows_timed : 1;      /**< As flows, but an idle timer wants the time; derived. */
  bool flows_on : 1;         /**< One of the two; derived. */
  bool writes_timed : 1;     /**< As writes_through, the same; derived. */
  bool no_delay : 1;         /**< As it was set. */
  bool keep_alive : 1;       /**< As it was set. */
  bool need_readable : 1;    /**< Who reads has too little: more of it is to be told. */
  bool readable_told : 1;    /**< It was, and nobody has read since. */
  bool keeps_fds : 1;        /**< The backend keeps descriptors that come. */
  uint32_t read_mark;        /**< readable high water mark. */
  uint32_t write_mark;       /**< writable high water mark. */
  weir_address remote;       /**< The peer. */
  uint64_t bytes_read;       /**< Taken from the system. */
  uint64_t bytes_written;    /**< Sent and queued. */
  weirc_writer *writer;      /**< NULL while nothing is queued or owed. */
  weirc_socket_extra *extra; /**< NULL until it is needed. */
  weir_op receive;           /**< The receive operation. */
};

/** The table of the first header had this size; what came later is looked at by weirc_handler(). */
#define WEIRC_SOCKET_HANDLERS_LEAST offsetof(weir_socket_handlers, on_timeout)

/** A handler that a table may be too short for; NULL: there is none. */
#define weirc_handler(socket, member)                                                              \
  ((socket)->handlers->size >= offsetof(weir_socket_handlers, member) + sizeof(void (*)(void))     \
       ? (socket)->handlers->member                                                                \
       : NULL)

/** True if descriptors that come are told: then nothing goes the short way. */
bool weirc_socket_takes_fds(const weir_socket *socket);

/** Has the backend keep descriptors if they are told, before anything more is read. */
void weirc_socket_watch_fds(weir_socket *socket);

/** Tells the descriptors that came with the bytes that have just been received. */
void weirc_socket_tell_fds(weir_socket *socket);

/** The table of a socket that was given none. */
extern const weir_socket_handlers weirc_no_socket_handlers;

/** A socket without transport in the given list; NULL: no memory. */
weir_socket *weirc_socket_create(weir_loop *loop);

/** weir_socket_create(), but nothing begins: one that wraps nothing may still be discarded. */
weir_err weirc_socket_make(weir_loop *loop, const weir_socket_options *options,
                           const weir_socket_handlers *handlers, void *user,
                           weir_socket **out_socket);

/** What the options of a new socket begin: reading a wrapped descriptor, or its end if its signal
 * was fired. */
void weirc_socket_begin(weir_socket *socket);

/** Wraps a descriptor. @return as weir_socket_create() */
weir_err weirc_socket_adopt(weir_socket *socket, intptr_t fd);

/** Has a signal destroy the socket; NULL: none. @return WEIR_OK; WEIR_ERR_INVALID_ARG_VALUE;
 * WEIR_ENOMEM */
weir_err weirc_socket_take_signal(weir_socket *socket, weir_abort_signal *signal);

/** Frees a socket that was never told to anybody. */
void weirc_socket_discard(weir_socket *socket);

/** A mark of an options struct as it is kept. @return WEIR_OK or WEIR_ERR_OUT_OF_RANGE */
weir_err weirc_mark_take(int64_t given, uint32_t *out_mark);

/** The extra part, made if need be; NULL: no memory. */
weirc_socket_extra *weirc_socket_extra_of(weir_socket *socket);

/**
 * Derives how messages go from the rest: `flows` and `writes_through`, or their timed forms. What
 * they depend on is changed rarely and looked at with each message, so whoever changes it calls
 * this.
 */
void weirc_socket_refresh(weir_socket *socket);

/** True if they are what they should be; for assertions. */
bool weirc_socket_is_fresh(const weir_socket *socket);

/** True if nothing is queued or held back before a write. */
bool weirc_socket_may_write_through(const weir_socket *socket);

/** Takes an event into the machine and does what it says. */
void weirc_socket_event_now(weir_socket *socket, weirc_socket_event event);

/** Runs a step of a kind. */
void weirc_socket_run_step(weir_socket *socket, unsigned kind);

/** A connection that a server took: open, 'connection' follows. */
void weirc_socket_accept(weir_socket *socket, struct weir_server *server, bool paused);

/**
 * Makes the transport of a connect operation, as the socket's settings want it.
 * @param connect its handle and its remote end are looked at
 * @param local what to bind it to; WEIR_FAMILY_NONE: nothing
 * @param out_syscall the call that failed, if one did: "connect" or "bind"
 * @return WEIR_OK; what the system says, or before_connect: the handle is to be closed all the same
 */
weir_err weirc_socket_make_transport(weir_socket *socket, const weir_connect_op *connect,
                                     const weir_address *local, const char **out_syscall);

/** True if the socket's block list has an address: it is not to be connected to. */
bool weirc_socket_blocks(const weir_socket *socket, const weir_address *remote);

/** Connects to an address on the socket's own transport. */
void weirc_socket_connect_to(weir_socket *socket, const weir_address *remote,
                             const weir_address *local_address, uint16_t local_port);

/** The transport is connected: 'connect', 'ready', and reading begins. */
void weirc_socket_establish(weir_socket *socket, const weir_address *remote);

/** The connect operation is back. */
void weirc_socket_connected(weir_socket *socket);

/** The receive operation is back. */
void weirc_socket_received(weir_socket *socket);

/** The same, when it brought something else than bytes that flow. */
void weirc_socket_received_otherwise(weir_socket *socket);

/** The receive operation is done with; another one follows if bytes are still wanted. */
void weirc_socket_stop_or_go_on(weir_socket *socket);

/** weir_socket_write() when there is more to it than sending. */
weir_err weirc_socket_write_otherwise(weir_socket *socket, const void *data, size_t length,
                                      weir_socket_callback callback, void *user);

/**
 * A write of which the system took a part, or nothing, or which it refused.
 * @param socket which
 * @param all the whole write
 * @param taken what try_send() said
 * @param told has the callback; NULL: nobody asks
 */
weir_err weirc_socket_write_rest(weir_socket *socket, weir_slice all, ptrdiff_t taken,
                                 weirc_chunk *told);

/** The send operation is back. */
void weirc_socket_sent(weir_socket *socket);

/** The end of the stream was taken by the system. */
void weirc_socket_fin_sent(weir_socket *socket);

/** Everything owed is told, then 'close'. */
void weirc_socket_closed(weir_socket *socket);

/** Nothing comes any more: 'end' follows what was kept. */
void weirc_socket_take_end(weir_socket *socket);

/** Asks the transport for more, if bytes are wanted and none are on their way. */
void weirc_socket_read_more(weir_socket *socket);

/** Reading begins: the connection is there, or somebody asked for bytes. */
void weirc_socket_start_reading(weir_socket *socket);

/** What came goes to on_data if it flows, or is kept. @return false: no memory */
bool weirc_socket_take(weir_socket *socket, const void *data, size_t length);

/** True if what is received is text. */
static inline bool weirc_socket_has_encoding(const weir_socket *socket) {
  return socket->extra && socket->extra->decoder.encoding != WEIR_ENCODING_NONE;
}

/** The same as weirc_socket_take() with bytes that are to become text. */
bool weirc_socket_take_text(weir_socket *socket, const void *data, size_t length);

/** At the end of input: what the decoder holds back. @return false: no memory */
bool weirc_socket_take_last_text(weir_socket *socket);

/** Room for the text of so many bytes; NULL: no memory. */
char *weirc_text_room(weir_loop *loop, size_t length);

/** Gives it back. */
void weirc_text_release(weir_loop *loop, char *room, size_t length);

/** Hands on what was kept; a step. */
void weirc_socket_deliver(weir_socket *socket);

/** Hands bytes to those that consume them; what nobody consumes is lost. */
void weirc_socket_hand_on(weir_socket *socket, const uint8_t *data, size_t length);

/** True while 'end' may not be told: something is to be taken first. */
bool weirc_socket_withholds_end(const weir_socket *socket);

/** 'end' follows if the end of the stream was received and everything before it was taken. */
void weirc_socket_end_if_drained(weir_socket *socket);

/** True if somebody is told what there is to read() instead of being handed it. */
bool weirc_socket_pulls(const weir_socket *socket);

/** on_readable was attached. */
void weirc_socket_pull_begin(weir_socket *socket);

/** on_readable was detached. */
void weirc_socket_pull_end(weir_socket *socket);

/** More is kept than before, or asked for: 'readable' follows if it is waited for. */
void weirc_socket_note_readable(weir_socket *socket);

/** The same for somebody who asks without taking anything, if there is as much as is kept. */
void weirc_socket_note_full(weir_socket *socket);

/** Tells 'readable'; a step, and the end of the stream. */
void weirc_socket_tell_readable(weir_socket *socket);

/** Tells 'end'; a step. */
void weirc_socket_tell_end(weir_socket *socket);

/** Drops what was received and not taken. */
void weirc_socket_drop_pieces(weir_socket *socket);

/** Sends what was queued before the connection was there, or held back. */
void weirc_socket_flush(weir_socket *socket);

/** Whoever ends holds nothing back: undoes every cork(). */
void weirc_socket_uncork_all(weir_socket *socket);

/** Ends a socket whose peer has ended, unless what was held back fails now. */
void weirc_socket_auto_end(weir_socket *socket);

/** Hands the end of the stream to the system. */
void weirc_socket_send_fin(weir_socket *socket);

/** Tells callbacks of writes; a step. */
void weirc_socket_tell_writes(weir_socket *socket);

/** Tells end callbacks and 'finish'; a step. */
void weirc_socket_tell_finish(weir_socket *socket);

/** Tells every write and end that is still owed its failure. */
void weirc_socket_fail_writes(weir_socket *socket);

/** Destroys with a system error of a call. */
void weirc_socket_destroy_with(weir_socket *socket, weir_err code, const char *syscall);

/** Destroys; a reset goes to the peer if `how` says so. */
void weirc_socket_destroy(weir_socket *socket, const weir_error *error, weir_close_how how);

/** Tells 'error'; a step. */
void weirc_socket_tell_error(weir_socket *socket);

/** Frees what belongs to one connection; what was set stays. */
void weirc_socket_forget_connection(weir_socket *socket);

/** Frees the extra part. */
void weirc_socket_free_extra(weir_socket *socket);

/** The transport is gone: 'close' follows, behind steps that a host has not run yet. */
void weirc_socket_transport_closed(weir_socket *socket);

/** Lets go of a socket that is closed, unless it is retained or a step waits. */
void weirc_socket_free_if_done(weir_socket *socket);

/** Gives the writer back if nothing needs it: an idle connection keeps none. */
void weirc_socket_drop_idle_writer(weir_socket *socket);

/** Sends the batch as far as it goes at once; the rest becomes an operation. @return what the
 * system says */
weir_err weirc_socket_send_batch(weir_socket *socket);

/** Tells the machine if nothing is queued any more. */
void weirc_socket_note_flushed(weir_socket *socket);

/** What the socket was destroyed with. */
void weirc_socket_destroy_error(const weir_socket *socket, weir_error *out_error);

/** Something happened: the idle timer begins anew. */
void weirc_socket_note_activity(weir_socket *socket);

/** The same, at the cost of one test or two for a socket that has no timeout. */
static inline void weirc_socket_refresh_timeout(weir_socket *socket) {
  if (socket->extra && socket->extra->idle) weirc_socket_note_activity(socket);
}

/** What an idle timer wants of messages. */
typedef enum weirc_idle_state {
  WEIRC_IDLE_OFF,    /**< Nothing: there is none. */
  WEIRC_IDLE_ARMED,  /**< It runs: their time is to be noted. */
  WEIRC_IDLE_RAN_OUT /**< It is to be armed by the next one. */
} weirc_idle_state;

/** The state of the idle timer. */
weirc_idle_state weirc_socket_idle_state(const weir_socket *socket);

/** The socket is destroyed: its idle timer is gone. */
void weirc_socket_stop_timeout(weir_socket *socket);

/** Tells timeout callbacks that were taken back; a step. */
void weirc_socket_tell_taken_back(weir_socket *socket);

/** Tells every timeout callback that never came due. */
void weirc_socket_fail_timeouts(weir_socket *socket);

/** Frees the idle timeout. */
void weirc_socket_free_timeout(weir_socket *socket);

/** The settings among the options of a new socket. @return WEIR_OK, WEIR_ERR_OUT_OF_RANGE,
 * WEIR_ENOMEM */
weir_err weirc_socket_take_settings(weir_socket *socket, const weir_socket_options *options);

/** Tells the system what a transport is to have before it connects, or when it is adopted. */
void weirc_socket_mark_transport(const weir_socket *socket, weir_handle *handle,
                                 weir_transport transport);

/** Tells the system what was set before the connection was there. */
void weirc_socket_apply_settings(weir_socket *socket);

/** What a server sets on the sockets that it accepts. */
void weirc_socket_inherit_settings(weir_socket *socket, const struct weir_server *server);

/** Destroys all sockets of a loop that is being freed. */
void weirc_socket_destroy_all(weir_loop *loop);

/** Frees the memory of those that are left because they are retained. */
void weirc_socket_free_all(weir_loop *loop);

/** There is one, and no other thread runs its loop: what has no result does nothing otherwise. */
static inline bool weirc_socket_here(const weir_socket *socket) {
  return socket && !weirc_elsewhere(&socket->object);
}

#endif
