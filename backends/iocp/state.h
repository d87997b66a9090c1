/**
 * @file
 * @brief What the files of the iocp backend share: its state, its streams, and its lists.
 *
 * What the system is given stays its own until the port has told of it, also when its handle was
 * closed meanwhile. So a transport, with its requests, lies apart from the core's object, in a
 * weirb_iocp_stream; only a SEND, whose bytes are the core's, keeps a closed handle.
 */
#ifndef WEIRB_IOCP_STATE_H
#define WEIRB_IOCP_STATE_H

#include "backends/resolves.h"
#include "backends/retries.h"
#include "core/atomic.h"
#include "platform/win32/descriptor.h"
#include "weir/backend.h"
#include "weir/iocp.h"

/** Bytes of the receive buffer that all handles share. */
#define WEIRB_IOCP_BUFFER_SIZE 65536u
/** Packets taken from the port at once. */
#define WEIRB_IOCP_PACKETS 128u

/** What a request asks for. */
typedef enum weirb_iocp_kind {
  WEIRB_IOCP_READ,    /**< To be told that there is something to read: of no bytes. */
  WEIRB_IOCP_CONNECT, /**< A connection. */
  WEIRB_IOCP_WRITE,   /**< That bytes are sent. */
  WEIRB_IOCP_ACCEPT   /**< That somebody connects. */
} weirb_iocp_kind;

/** Something the system is at. */
typedef struct weirb_iocp_request {
  OVERLAPPED overlapped; /**< The system's. */
  weirb_iocp_kind kind;  /**< What lies around it. */
} weirb_iocp_request;

/** What is known of a stream. */
enum {
  WEIRB_IOCP_IPC = 1u << 0,        /**< A pipe. */
  WEIRB_IOCP_MESSAGES = 1u << 1,   /**< Of messages: an empty one is the end. */
  WEIRB_IOCP_SERVER = 1u << 2,     /**< The listener's end of it. */
  WEIRB_IOCP_LISTENER = 1u << 3,   /**< more.listener counts, not more.sender. */
  WEIRB_IOCP_BOUND = 1u << 4,      /**< The socket has an address. */
  WEIRB_IOCP_READING = 1u << 5,    /**< The system has `in`. */
  WEIRB_IOCP_CONNECTING = 1u << 6, /**< The same, for a connection. */
  WEIRB_IOCP_READABLE = 1u << 7,   /**< There may be something to receive. */
  WEIRB_IOCP_END_CAME = 1u << 8,   /**< The peer has ended its direction. */
  WEIRB_IOCP_ENDED = 1u << 9,      /**< A pipe that was closed to end it. */
  WEIRB_IOCP_QUEUED = 1u << 10,    /**< In the backend's queue. */
  WEIRB_IOCP_CLOSED = 1u << 11,    /**< close() was called; the system still has a SEND. */
  WEIRB_IOCP_READ_ONLY = 1u << 12  /**< A pipe that takes nothing. */
};

/** Bytes on their way, see send.c. */
typedef struct weirb_iocp_sender weirb_iocp_sender;
/** Connections to come, see listener.c. */
typedef struct weirb_iocp_listener weirb_iocp_listener;

/** A transport, from create() until the system has let go of it. */
typedef struct weirb_iocp_stream {
  weirb_iocp_request in;           /**< A CONNECT, then the waiting for something to read. */
  HANDLE object;                   /**< A socket or a pipe; INVALID_HANDLE_VALUE: none. */
  struct weirb_iocp_handle *owner; /**< NULL: closed, nobody hears of it. */
  struct weirb_iocp_stream *next;  /**< In the queue, or in the pool. */
  union {
    weirb_iocp_sender *sender;     /**< NULL: nothing had to wait yet. */
    weirb_iocp_listener *listener; /**< With WEIRB_IOCP_LISTENER. */
  } more;                          /**< What only some have. */
  uint16_t flags;                  /**< WEIRB_IOCP_... */
  uint16_t error; /**< A weir_err that came with the telling that there is something to read. */
} weirb_iocp_stream;

/** The bytes behind an object of the core. Zeroed memory is a handle without transport. */
typedef struct weirb_iocp_handle {
  weir_handle base;          /**< Its `next` is for the closed list. */
  weirb_iocp_stream *stream; /**< NULL: not created, or closed. */
  weir_op *in;               /**< The CONNECT, ACCEPT or RECEIVE that is out. */
  weir_op *out; /**< The SEND that is out, with a SHUTDOWN behind it, or the SHUTDOWN. */
} weirb_iocp_handle;

struct weir_backend {
  HANDLE port;                   /**< The completion port. */
  HANDLE event;                  /**< For calls that are over when they return. */
  weir_completions pending;      /**< What submit() and close() have finished on the spot. */
  bool turn_over;                /**< `pending` was handed out in this turn. */
  unsigned at;                   /**< The next of `packets` to look at. */
  unsigned count;                /**< How many there are. */
  weirb_iocp_stream *ready;      /**< Streams to serve in the next turn, oldest first... */
  weirb_iocp_stream **ready_end; /**< ...and where the next one is linked. */
  weirb_iocp_stream *serving;    /**< Those of this turn. */
  weirb_iocp_stream *pool;       /**< Streams for later use. */
  unsigned char *copy;           /**< Memory for send.c; NULL: not made yet, or out. */
  size_t held;                   /**< Streams and listeners that the system or a handle has. */
  weirb_retries retries;         /**< CONNECTs to pipes that were busy. */
  weirb_resolves resolves;       /**< The RESOLVEs, which have no handle. */
  weirc_atomic_int woken;        /**< A packet of wake() is in the port. */
  weir_allocator allocator;      /**< The loop's. */
  weir_iocp_options given;       /**< The program's. */
  LPFN_CONNECTEX connect_ex;     /**< NULL: not asked for yet. */
  LPFN_ACCEPTEX accept_ex;       /**< The same. */
  OVERLAPPED_ENTRY packets[WEIRB_IOCP_PACKETS]; /**< Taken from the port together. */
  unsigned char buffer[WEIRB_IOCP_BUFFER_SIZE]; /**< For RECEIVEs without memory. */
};

/** The backend's view of a handle. */
static inline weirb_iocp_handle *weirb_iocp_handle_of(weir_handle *handle) {
  return (weirb_iocp_handle *)(void *)handle;
}

/** The socket of a stream that has one. */
static inline SOCKET weirb_iocp_socket(const weirb_iocp_stream *stream) {
  return (SOCKET)stream->object;
}

/** Sets flags. */
static inline void weirb_iocp_set(weirb_iocp_stream *stream, unsigned flags) {
  stream->flags = (uint16_t)(stream->flags | flags);
}

/** Clears flags. */
static inline void weirb_iocp_clear(weirb_iocp_stream *stream, unsigned flags) {
  stream->flags = (uint16_t)(stream->flags & ~flags);
}

/** Finishes an operation on the spot: it comes out at the end of a turn. */
static inline void weirb_iocp_finish(weir_backend *backend, weir_op *op, weir_err error) {
  op->error = error;
  weir_completions_add(&backend->pending, op);
}

/** Finishes one that the system has told of. */
static inline void weirb_iocp_tell(weir_completions *done, weir_op *op, weir_err error) {
  op->error = error;
  weir_completions_add(done, op);
}

/** Has a stream looked at in the next turn. */
void weirb_iocp_queue(weir_backend *backend, weirb_iocp_stream *stream);

/** How a request ended that the port has told of. @return 0, or the system's number */
int weirb_iocp_result(weirb_iocp_request *request, size_t *out_bytes);

#endif
