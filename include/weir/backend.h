/**
 * @file
 * @brief The seam between weir's core and what asks the system: for people who write a backend.
 *
 * A backend moves bytes and knows no net semantics. It offers two kinds of calls. **Immediate**
 * ones never wait and say at once what came of them. **Operations** take time: the core submits one
 * and gets it back exactly once from poll(), never from inside submit(). Starting an operation
 * cannot fail: a failure is a completion, so the core has one error path. All calls come from the
 * loop's thread but wake().
 *
 * Memory: an operation lies in the core's object and belongs to the backend from submit() until
 * poll() hands it out. Behind each object lie `handle_size` zeroed bytes, a weir_handle, for the
 * backend to use as it likes; they stay until poll() has handed the handle out as closed.
 */
#ifndef WEIR_BACKEND_H
#define WEIR_BACKEND_H

#include "weir/address.h"
#include "weir/base.h"
#include "weir/loop.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Whom peer_credentials() tells of; see socket_option.h. */
struct weir_peer_credentials;

/** A backend's own state, one for each loop. */
typedef struct weir_backend weir_backend;

/** The head of the bytes a backend has behind each object; the rest is its own. */
typedef struct weir_handle {
  struct weir_handle
      *next; /**< Free for the backend's lists; the closed list of weir_completions uses it. */
} weir_handle;

/** What kind of transport a handle is made for. */
typedef enum weir_transport {
  WEIR_TRANSPORT_TCP, /**< TCP over IPv4 or IPv6. */
  WEIR_TRANSPORT_IPC  /**< A Unix domain socket or a named pipe. */
} weir_transport;

/** One end of a connection: an address or a path. */
typedef struct weir_endpoint {
  weir_transport transport; /**< Which of the two. */
  weir_address address;     /**< WEIR_TRANSPORT_TCP. */
  const char *path;         /**< WEIR_TRANSPORT_IPC: `path_length` bytes, then a NUL. */
  size_t path_length;       /**< May hold NULs only where the system has such names. */
} weir_endpoint;

/** What an operation does. */
typedef enum weir_op_kind {
  WEIR_OP_CONNECT, /**< Connect; a weir_connect_op. */
  WEIR_OP_ACCEPT,  /**< Take one connection; a weir_accept_op. */
  WEIR_OP_RECEIVE, /**< Receive something; a plain weir_op. */
  WEIR_OP_SEND,    /**< Send everything; a weir_send_op. */
  /**
   * Send the end of the stream behind all that was sent; a plain weir_op. Where a transport has no
   * half-close it ends both directions, and a RECEIVE of the handle reports the end.
   */
  WEIR_OP_SHUTDOWN,
  WEIR_OP_RESOLVE /**< Find the addresses of a name; a weir_resolve_op. */
} weir_op_kind;

/** Something that takes time. */
typedef struct weir_op {
  struct weir_op *next; /**< Free for whoever holds the operation. */
  weir_handle *handle;  /**< Whose; NULL for a RESOLVE, which is the loop's. */
  weir_op_kind kind;    /**< What. */
  weir_err error; /**< WEIR_OK at submit(). Out: why it failed; WEIR_ECANCELED after cancel() or
                     close(). */
  /**
   * RECEIVE, in: where to put the bytes, or NULL for "supply the memory"; to be set before each
   * submit(). Out: the bytes; if the backend supplied the memory they are good until poll() is
   * called again or the operation is submitted again.
   */
  void *data;
  /** RECEIVE, in: room in data; out: bytes, 0 for the end of the stream and for an error. SEND:
   * bytes taken so far, as far as the backend knows; exact when it is handed out. */
  size_t length;
} weir_op;

/** WEIR_OP_CONNECT. */
typedef struct weir_connect_op {
  weir_op op;           /**< kind, handle. */
  weir_endpoint remote; /**< Where to. */
  unsigned flags;       /**< WEIR_BIND_PATH_REFUSE, WEIR_BIND_HALF_CLOSE, or 0. */
  /** Out: a pipe that is for sending only; no RECEIVE follows. False at submit(). */
  bool receives_nothing;
  /** Out: a pipe that is for receiving only: whatever is sent is WEIR_EPIPE, and a SHUTDOWN is done
   * at once and ends nothing else. False at submit(). */
  bool sends_nothing;
} weir_connect_op;

/** WEIR_OP_ACCEPT. */
typedef struct weir_accept_op {
  weir_op op; /**< kind, the listener's handle. */
  weir_handle
      *accepted;       /**< A zeroed handle that becomes the connection's; untouched on failure. */
  weir_address remote; /**< Out: the peer's address; WEIR_FAMILY_NONE for local endpoints. */
} weir_accept_op;

/** WEIR_OP_SEND. Completes when all is taken, or with an error; op.length tells how much was. */
typedef struct weir_send_op {
  weir_op op;               /**< kind, handle. */
  const weir_slice *slices; /**< What to send, in order; stays as it is. */
  size_t count;             /**< How many slices. */
  intptr_t fd;              /**< Goes with the first byte, as by try_send_fd(); -1: none. */
} weir_send_op;

/**
 * WEIR_OP_RESOLVE. Any number of them is out at a time. cancel() brings it back at once, whatever
 * the system does; free() of a backend waits for none.
 */
typedef struct weir_resolve_op {
  weir_op op;       /**< kind; handle is NULL. Errors: WEIR_ENOTFOUND, WEIR_EAI_..., WEIR_ENOMEM. */
  const char *host; /**< A name, ended by a NUL; stays until the operation is handed out. */
  weir_family family; /**< WEIR_FAMILY_NONE: both. */
  int32_t hints;      /**< weir_lookup_hint, or 0. */
  /** Out: in the system's order, ports 0; good until poll() is called again. */
  const weir_address *addresses;
  size_t count; /**< Out: how many; at least one if there is no error. */
} weir_resolve_op;

/** What poll() hands out. Both are lists in the order of finishing; poll() appends. */
typedef struct weir_completions {
  weir_op *first;           /**< Oldest finished operation, linked by next. */
  weir_op **end;            /**< Where the next one is linked: &first when the list is empty. */
  weir_handle *closed;      /**< Oldest closed handle, linked by next. */
  weir_handle **closed_end; /**< Where the next one is linked. */
} weir_completions;

/** Appends a finished operation. */
static inline void weir_completions_add(weir_completions *done, weir_op *op) {
  op->next = NULL;
  *done->end = op;
  done->end = &op->next;
}

/** Appends a closed handle. */
static inline void weir_completions_add_closed(weir_completions *done, weir_handle *handle) {
  handle->next = NULL;
  *done->closed_end = handle;
  done->closed_end = &handle->next;
}

/** A flag of bind(): an IPv6 listener takes no IPv4. @source LSN-23 */
#define WEIR_BIND_IPV6_ONLY 1u
/** A flag of bind(): a path that is too long is WEIR_ENAMETOOLONG instead of being cut. */
#define WEIR_BIND_PATH_REFUSE 2u
/** A flag of bind(): several listeners have one port, and the system spreads connections over them;
 * where it does not, bind() is WEIR_ENOTSUP. */
#define WEIR_BIND_REUSE_PORT 4u
/** Flags of bind(): who may use a socket file or a pipe; as asked for when bind() returns, and
 * never more. @source LSN-30 */
#define WEIR_BIND_READABLE_ALL 8u
#define WEIR_BIND_WRITABLE_ALL 16u /**< The same. */
/** A flag of bind(): a socket file that nobody listens on is replaced. What keeps others that want
 * the same away is held until listen() returns. */
#define WEIR_BIND_RECLAIM 32u
/** A flag of bind() and of a CONNECT, for pipes: a direction can end by itself. */
#define WEIR_BIND_HALF_CLOSE 64u

/** For close(). */
typedef enum weir_close_how {
  WEIR_CLOSE_PLAIN, /**< As the system does it: a FIN, or a reset if received bytes are unread.
                       @source SOC-37 */
  WEIR_CLOSE_RESET, /**< The peer gets a reset. TCP only. @source SOC-50 */
  WEIR_CLOSE_END    /**< As SHUTDOWN does it, then as PLAIN: no reset overtakes the end. @source
                       SOC-38 */
} weir_close_how;

/** Which end address() is asked for. */
typedef enum weir_end {
  WEIR_END_LOCAL, /**< This one. */
  WEIR_END_REMOTE /**< The peer's. */
} weir_end;

/** The deadline with which poll() looks at what it has in hand and does not enter the kernel. */
#define WEIR_POLL_REAP ((weir_time)0)

/** What the core tells a backend when a loop is made. */
typedef struct weir_backend_options {
  size_t size;                     /**< sizeof this struct. */
  const weir_allocator *allocator; /**< The loop's; outlives the backend. */
  const void *backend_options;     /**< weir_loop_options.backend_options. */
  /**
   * For guest backends (those with set_deadline): tells the core that poll() has something to hand
   * out, or that the deadline has come. The core runs a turn and its handlers inside this call, so
   * it is never made from inside submit(), cancel() or close().
   * @thread the loop's
   */
  void (*on_ready)(void *core);
  void *core; /**< Handed to on_ready. */
} weir_backend_options;

/** What a backend implements. Members are only ever appended; those marked optional may be NULL. */
typedef struct weir_backend_ops {
  size_t size;        /**< sizeof this struct. */
  const char *name;   /**< "epoll", "sim". */
  size_t handle_size; /**< Bytes behind each object, weir_handle included. */

  /** Makes the backend of one loop. @return WEIR_OK, WEIR_ENOMEM, or what the system says */
  weir_err (*open)(const weir_backend_options *options, weir_backend **out_backend);
  /** Frees it. Every handle has been handed out as closed before. */
  void (*free)(weir_backend *backend);

  /**
   * Appends what has finished. With WEIR_POLL_REAP it only looks at what is in hand; otherwise it
   * asks the system and, if nothing is in hand, waits until `deadline` at most (a deadline that has
   * passed: not at all). It may hand out one operation at a time, which is how a receive buffer is
   * shared by all handles: the core calls it with WEIR_POLL_REAP until it appends nothing. What a
   * submit() or close() finishes on the spot comes out in the same turn if it was submitted before
   * the last of the turn's other completions was handed out, and in the next turn otherwise; so a
   * turn ends. Operations of one handle come out in the order of their happening, a closed handle
   * after all its operations.
   * A guest never waits, whatever the deadline.
   * @return WEIR_OK; WEIR_EDEADLK: the deadline is WEIR_TIME_NEVER and nothing can ever finish
   * (simulators only); what the system says when waiting fails
   */
  weir_err (*poll)(weir_backend *backend, weir_time deadline, weir_completions *done);
  /** Ends a waiting poll(), or keeps the next one from waiting. @thread any */
  void (*wake)(weir_backend *backend);
  /** Monotonic nanoseconds, never 0; the only clock there is, and a simulator's is its own. */
  weir_time (*now)(weir_backend *backend);
  /** A descriptor that is readable when poll() has something to hand out; -1: none. Optional. */
  intptr_t (*fd)(const weir_backend *backend);

  /** Makes the transport of a handle. `family` matters for TCP. @return WEIR_OK, WEIR_EMFILE, ...
   */
  weir_err (*create)(weir_backend *backend, weir_handle *handle, weir_transport transport,
                     weir_family family);
  /**
   * Binds a handle. A path that was cut comes back with the length that was really bound. The
   * handle remembers a path that it made in the file system. `flags`: WEIR_BIND_...
   * @return WEIR_OK, WEIR_EADDRINUSE, WEIR_EADDRNOTAVAIL, WEIR_EACCES, WEIR_EINVAL (a NUL inside a
   * path), ...
   */
  weir_err (*bind)(weir_backend *backend, weir_handle *handle, weir_endpoint *local,
                   unsigned flags);
  /** Makes a bound handle a listener; one that listens already keeps its backlog. @return WEIR_OK,
   * WEIR_EADDRINUSE, ... */
  weir_err (*listen)(weir_backend *backend, weir_handle *handle, int backlog);
  /** The address of one end, as the system tells it; WEIR_FAMILY_NONE for local endpoints. */
  weir_err (*address)(weir_backend *backend, weir_handle *handle, weir_end end,
                      weir_address *out_address);
  /** Takes a path that bind() made out of the file system, if it is still the same file. @source
   * IPC-08, IPC-14 */
  void (*release_name)(weir_backend *backend, weir_handle *handle);
  /**
   * Sends what can be sent at once. Called only while no SEND and no SHUTDOWN of the handle is out.
   * @return bytes taken, possibly none or only some; or a weir_err, negated: -WEIR_EPIPE, ...
   */
  ptrdiff_t (*try_send)(weir_backend *backend, weir_handle *handle, const weir_slice *slices,
                        size_t count);

  /**
   * Takes the operation until poll() hands it out. At most one of each kind is out for a handle. A
   * SEND is what a try_send() right before has left over.
   */
  void (*submit)(weir_backend *backend, weir_op *op);
  /**
   * Wants the operation back soon: as WEIR_ECANCELED, or as whatever happened first. Where the
   * system cannot give it up, it comes back when it is done or the handle is closed. If it is given
   * up on the spot, its `error` says so already when this returns.
   */
  void (*cancel)(weir_backend *backend, weir_op *op);
  /**
   * Gives the transport of a handle back to the system, at once where the system allows it. poll()
   * hands out the operations that are out (as WEIR_ECANCELED or as whatever happened first) and
   * then the handle. Also for a handle that was never created. A listener's address or path can be
   * bound again when this returns.
   */
  void (*close)(weir_backend *backend, weir_handle *handle, weir_close_how how);

  /**
   * Guests: call on_ready at this time at the latest, once; WEIR_TIME_NEVER: no need; a time that
   * has passed: very soon. It replaces what was told before, and is told anew after each turn.
   */
  void (*set_deadline)(weir_backend *backend, weir_time deadline);
  /** Guests: whether weir holds the host's loop open. */
  void (*set_alive)(weir_backend *backend, bool alive);
  /**
   * When poll() has something to do that fd() does not show: 1, at once; a time to come; or
   * WEIR_TIME_NEVER. Optional.
   */
  weir_time (*due)(const weir_backend *backend);

  /** Small writes leave at once, or are gathered. TCP only. @return what the system says @source
   * OPT-01 */
  weir_err (*set_no_delay)(weir_backend *backend, weir_handle *handle, bool no_delay);
  /**
   * The system looks after an idle connection. TCP only.
   * @param delay_s seconds of idleness before the first look; 0: the system's
   * @param interval_s seconds between looks that got no answer, at least 1
   * @param count how many of them are the end, at least 1
   * @return what the system says
   * @source OPT-04, OPT-05, OPT-06
   */
  weir_err (*set_keep_alive)(weir_backend *backend, weir_handle *handle, bool keep_alive,
                             uint32_t delay_s, uint32_t interval_s, uint32_t count);
  /**
   * Makes a connected stream socket or a pipe that the program has into the transport of a handle.
   * It is the handle's from success on. Optional.
   * @param out_transport what it is
   * @return WEIR_OK; otherwise it is as it was: WEIR_ERR_INVALID_FD_TYPE: neither; WEIR_EBADF;
   * WEIR_EEXIST: another handle has it; what the system says
   */
  weir_err (*adopt)(weir_backend *backend, weir_handle *handle, intptr_t fd,
                    weir_transport *out_transport);
  /**
   * Takes the transport out of a handle, open, which then is as one never created. No operation of
   * it is out but a RECEIVE that cancel() has given up on the spot. Optional.
   * @return WEIR_OK; what the system says
   */
  weir_err (*release)(weir_backend *backend, weir_handle *handle, intptr_t *out_fd);
  /** The system's descriptor or handle, still the handle's; -1: none. Optional. */
  intptr_t (*handle_fd)(const weir_backend *backend, const weir_handle *handle);
  /**
   * Moves a transport to another handle, which was never created or is closed and zeroed. No
   * operation of either is out; `from` is as one never created afterwards.
   */
  void (*move)(weir_backend *backend, weir_handle *from, weir_handle *to);
  /** The number of an interface by its name, as weir_scope_id() tells it. @thread any */
  weir_err (*scope_id)(const char *name, size_t length, uint32_t *out_scope_id);
  /**
   * The type of service of what is sent, or its traffic class, 0..255. TCP only, from create() on.
   * Optional.
   * @return WEIR_OK; WEIR_ENOTSUP: the system has no way; what the system says
   */
  weir_err (*set_type_of_service)(weir_backend *backend, weir_handle *handle, int tos);
  /**
   * Who the peer of a connected handle is; see socket_option.h. WEIR_TRANSPORT_IPC only. Optional.
   * @param out_credentials all but its size is written, on success only
   * @return WEIR_OK; WEIR_ENOTSUP: it is a pipe of POSIX's; what the system says
   */
  weir_err (*peer_credentials)(const weir_backend *backend, const weir_handle *handle,
                               struct weir_peer_credentials *out_credentials);
  /**
   * Makes a bound stream socket that the program has into the transport of a handle, for listen().
   * It is the handle's from success on; release_name() leaves its name alone. Optional; who has it
   * has release(), too.
   * @param out_transport what it is
   * @return WEIR_OK; otherwise it is as it was: WEIR_ERR_INVALID_FD_TYPE: none, or connected;
   * WEIR_EBADF; WEIR_EEXIST: another handle has it; what the system says
   */
  weir_err (*adopt_listener)(weir_backend *backend, weir_handle *handle, intptr_t fd,
                             weir_transport *out_transport);
  /**
   * As try_send() of one slice that is not empty, with a descriptor that the peer gets with its
   * first byte; it stays the caller's. WEIR_TRANSPORT_IPC only. Optional; who has it has the four
   * that follow, too.
   */
  ptrdiff_t (*try_send_fd)(weir_backend *backend, weir_handle *handle, intptr_t fd,
                           const weir_slice *slice);
  /** Whether descriptors that come with bytes are kept, or closed, which is how it begins. An open
   * handle of WEIR_TRANSPORT_IPC. */
  void (*keep_fds)(weir_backend *backend, weir_handle *handle, bool keep);
  /** The oldest descriptor that came with the bytes of the last RECEIVE of a handle: the caller's.
   * What is not taken is closed with the handle. @return -1: there is none */
  intptr_t (*take_fd)(weir_backend *backend, weir_handle *handle);
  /** A second descriptor of the same thing, to go out on a handle later. @return WEIR_OK;
   * WEIR_ERR_INVALID_HANDLE_TYPE: none goes out there; WEIR_EBADF; WEIR_EMFILE, ... */
  weir_err (*duplicate_fd)(weir_backend *backend, const weir_handle *handle, intptr_t fd,
                           intptr_t *out_fd);
  /** Closes a descriptor of duplicate_fd() or take_fd(). */
  void (*close_fd)(weir_backend *backend, intptr_t fd);
  /** Guests: runs the host's loop, which calls on_ready; never called from inside it. Optional; who
   * has it has stop(), too. @return what the host says */
  weir_err (*run)(weir_backend *backend, weir_run_mode mode);
  /** Guests: makes run() return soon. */
  void (*stop)(weir_backend *backend);
  /** Guests: whether the host has something that is no handle's any more, such as what was taken
   * out by release(); free() is not called meanwhile. on_ready when that is over. Optional. */
  bool (*busy)(const weir_backend *backend);
  /** Guests: whether the loop is the backend's own after all, and goes with it. Optional. */
  bool (*owns)(const weir_backend *backend);
  /** Node's errno of a code: the system's number, negative; 0: the system has none. Optional.
   * @thread any */
  int32_t (*system_code)(weir_err code);
} weir_backend_ops;

/**
 * The backends that are linked in, the default one first.
 * @return the name, e.g. "epoll"; NULL from the first index on that is too large
 */
WEIR_API const char *weir_backend_name_at(size_t index);

/**
 * The backend of a name, for backends that stand on another one.
 * @return its functions; NULL if there is none of that name. NULL asks for the default one.
 */
WEIR_API const weir_backend_ops *weir_backend_find(const char *name);

#ifdef __cplusplus
}
#endif
#endif
