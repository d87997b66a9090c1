/**
 * @file
 * @brief What the files of the epoll backend share: its state, its handles, and its lists.
 */
#ifndef WEIRB_EPOLL_STATE_H
#define WEIRB_EPOLL_STATE_H

#include "backends/resolves.h"
#include "weir/backend.h"

#include <sys/epoll.h>
#include <sys/socket.h>

/** Bytes of the receive buffer that all handles share. */
#define WEIRB_EPOLL_BUFFER_SIZE 65536u
/** With less room left in it, poll() hands out what there is, so that the next read is a large one.
 */
#define WEIRB_EPOLL_ROOM 16384u
/** Events taken from the system at once. */
#define WEIRB_EPOLL_EVENTS 256u
/** How often a handle is served in one turn, its event not counted: others wait meanwhile. */
#define WEIRB_EPOLL_ROUNDS 31u
/** How often handles are served again in one turn, all together: timers wait meanwhile. */
#define WEIRB_EPOLL_AGAIN 512u

/** What is known of a handle. */
enum {
  WEIRB_EPOLL_OPEN = 1u << 0,       /**< `fd` is a descriptor. */
  WEIRB_EPOLL_IPC = 1u << 1,        /**< A Unix socket. */
  WEIRB_EPOLL_LISTENER = 1u << 2,   /**< out.listener counts, not out.send. */
  WEIRB_EPOLL_CONNECTING = 1u << 3, /**< The system is at work on a connection. */
  WEIRB_EPOLL_WATCHED = 1u << 4,    /**< epoll knows the descriptor. */
  WEIRB_EPOLL_WATCH_OUT = 1u << 5,  /**< It also tells when the descriptor can take bytes. */
  WEIRB_EPOLL_READABLE = 1u << 6,   /**< There may be something to receive. */
  WEIRB_EPOLL_DRAIN = 1u << 7,      /**< A short read does not mean that there is nothing left. */
  WEIRB_EPOLL_FAILED = 1u << 8,     /**< An error may wait behind what can be received. */
  WEIRB_EPOLL_BLOCKED = 1u << 9,    /**< The last send was not taken whole. */
  WEIRB_EPOLL_QUEUED = 1u << 10,    /**< base.next belongs to one of the backend's lists. */
  WEIRB_EPOLL_CLOSED = 1u << 11,    /**< close() was called; the list it is in lets go of it. */
  WEIRB_EPOLL_PIPE = 1u << 12,      /**< An end of a pipe, which no call for sockets takes. */
  WEIRB_EPOLL_PASSES = 1u << 13     /**< Descriptors that come are kept for take_fd(). */
};

/** What a listener, or a handle with a bound path, has besides; see listener.c. */
typedef struct weirb_epoll_listener weirb_epoll_listener;

/** A descriptor that came with bytes and was not taken yet; see passing.c. */
typedef struct weirb_epoll_passed weirb_epoll_passed;

/** The bytes behind an object of the core. Zeroed memory is a handle without descriptor. */
typedef struct weirb_epoll_handle {
  weir_handle base;    /**< Its `next` is the link of the list the handle is in. */
  int fd;              /**< Counts from create() or accept to close(). */
  uint16_t flags;      /**< WEIRB_EPOLL_... */
  uint16_t generation; /**< Comes back with its events; those of an earlier owner have another. */
  weir_op *in;         /**< The CONNECT, ACCEPT or RECEIVE that is out. */
  union {
    weir_op *send; /**< The SEND that is out; its `next` is a SHUTDOWN that waits behind it. */
    weirb_epoll_listener *listener; /**< With WEIRB_EPOLL_LISTENER. */
    uintptr_t delay;                /**< While a CONNECT is out: ms until it is tried again. */
  } out;                            /**< What the handle is used for decides which. */
} weirb_epoll_handle;

/** Handles in order, linked through base.next. */
typedef struct weirb_epoll_queue {
  weir_handle *first; /**< NULL: none. */
  weir_handle **end;  /**< Where the next one is linked. */
} weirb_epoll_queue;

struct weir_backend {
  int epoll_fd;               /**< The epoll instance. */
  int wake_fd;                /**< An eventfd that other threads write to. */
  unsigned at;                /**< The next of `events` to look at. */
  unsigned count;             /**< Events that were taken from the system. */
  struct msghdr message;      /**< For reading from Unix sockets: `piece`, and no room for more. */
  struct iovec piece;         /**< Where such a read goes to. */
  unsigned used;              /**< Bytes of `buffer` that this poll() hands out. */
  weirb_epoll_handle **table; /**< The handle of each descriptor, or NULL. */
  size_t table_size;          /**< Entries of table. */
  weirb_epoll_queue ready;    /**< Handles to serve in this round. */
  weirb_epoll_queue again;    /**< Handles to serve in the next round. */
  weir_completions pending;   /**< What submit() and close() have finished on the spot. */
  bool turn_over;             /**< `pending` was handed out in this turn. */
  uint16_t generation;        /**< The last one given. */
  unsigned rounds;            /**< Rounds of this turn. */
  unsigned served;            /**< Handles served from `ready` in this turn. */
  uint32_t turn;              /**< Counts the turns. */
  weir_handle *retrying;      /**< Handles whose CONNECT is to be tried again. */
  weir_time retry_at;         /**< When the first of them is due; WEIR_TIME_NEVER: none. */
  weirb_resolves resolves;    /**< The RESOLVEs, which have no handle. */
  weirb_epoll_passed *passed; /**< Descriptors to be taken, oldest first; NULL: none ever came. */
  size_t passed_count;        /**< How many. */
  size_t passed_capacity;     /**< How many have room. */
  weir_allocator allocator;   /**< The loop's. */
  struct epoll_event events[WEIRB_EPOLL_EVENTS]; /**< Taken from the system together. */
  unsigned char buffer[WEIRB_EPOLL_BUFFER_SIZE]; /**< For RECEIVEs without memory. */
};

/** The backend's view of a handle. */
static inline weirb_epoll_handle *weirb_epoll_handle_of(weir_handle *handle) {
  return (weirb_epoll_handle *)(void *)handle;
}

/** Sets flags. */
static inline void weirb_epoll_set(weirb_epoll_handle *handle, unsigned flags) {
  handle->flags = (uint16_t)(handle->flags | flags);
}

/** Clears flags. */
static inline void weirb_epoll_clear(weirb_epoll_handle *handle, unsigned flags) {
  handle->flags = (uint16_t)(handle->flags & ~flags);
}

/** Has a handle served in the next round, if no list has it already. */
static inline void weirb_epoll_queue_handle(weir_backend *backend, weirb_epoll_handle *handle) {
  if (handle->flags & WEIRB_EPOLL_QUEUED) return;
  weirb_epoll_set(handle, WEIRB_EPOLL_QUEUED);
  handle->base.next = NULL;
  *backend->again.end = &handle->base;
  backend->again.end = &handle->base.next;
}

/** Finishes an operation on the spot: it comes out at the end of a turn. */
static inline void weirb_epoll_finish(weir_backend *backend, weir_op *op, weir_err error) {
  op->error = error;
  weir_completions_add(&backend->pending, op);
}

#endif
