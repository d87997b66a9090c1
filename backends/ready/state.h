/**
 * @file
 * @brief What the backends that are told of readiness share: their state, handles and lists.
 */
#ifndef WEIRB_READY_STATE_H
#define WEIRB_READY_STATE_H

#include "backends/ready/poller.h"
#include "backends/resolves.h"
#include "backends/retries.h"
#include "platform/posix/wakeup.h"
#include "weir/backend.h"

#include <sys/socket.h>

/** Room of each read into the receive buffer that all handles share: how much a connection brings
 * at once is not to depend on what others have brought. */
#define WEIRB_READY_ROOM 65536u
/** Bytes in front of that room, for what was read before and is not handed out yet. */
#define WEIRB_READY_EARLIER 49152u
/** Events taken from the system at once. */
#define WEIRB_READY_EVENTS 256u
/** How often a handle is served in one turn, its event not counted: others wait meanwhile. */
#define WEIRB_READY_ROUNDS 31u
/** How often handles are served again in one turn, all together: timers wait meanwhile. */
#define WEIRB_READY_AGAIN 512u

/** What is known of a handle. */
enum {
  WEIRB_READY_OPEN = 1u << 0,       /**< `fd` is a descriptor. */
  WEIRB_READY_IPC = 1u << 1,        /**< A Unix socket. */
  WEIRB_READY_LISTENER = 1u << 2,   /**< out.listener counts, not out.send. */
  WEIRB_READY_CONNECTING = 1u << 3, /**< The system is at work on a connection. */
  WEIRB_READY_WATCHED = 1u << 4,    /**< The poller knows the descriptor. */
  WEIRB_READY_WATCH_OUT = 1u << 5,  /**< It tells when the descriptor can take bytes. */
  WEIRB_READY_READABLE = 1u << 6,   /**< There may be something to receive. */
  WEIRB_READY_DRAIN = 1u << 7,      /**< A short read does not mean that there is nothing left. */
  WEIRB_READY_FAILED = 1u << 8,     /**< An error may wait behind what can be received. */
  WEIRB_READY_BLOCKED = 1u << 9,    /**< The last send was not taken whole. */
  WEIRB_READY_QUEUED = 1u << 10,    /**< base.next belongs to one of the backend's lists. */
  WEIRB_READY_CLOSED = 1u << 11,    /**< close() was called; the list it is in lets go of it. */
  WEIRB_READY_PIPE = 1u << 12,      /**< An end of a pipe, which no call for sockets takes. */
  WEIRB_READY_PASSES = 1u << 13,    /**< Descriptors that come are kept for take_fd(). */
  WEIRB_READY_WATCH_IN = 1u << 14   /**< The poller tells when there is something to receive. */
};

/** What a listener, or a handle with a bound path, has besides; see listener.c. */
typedef struct weirb_ready_listener weirb_ready_listener;

/** A descriptor that came with bytes and was not taken yet; see passing.c. */
typedef struct weirb_ready_passed weirb_ready_passed;

/** The bytes behind an object of the core. Zeroed memory is a handle without descriptor. */
typedef struct weirb_ready_handle {
  weir_handle base;    /**< Its `next` is the link of the list the handle is in. */
  int fd;              /**< Counts from create() or accept to close(). */
  uint16_t flags;      /**< WEIRB_READY_... */
  uint16_t generation; /**< Comes back with its events; those of an earlier owner have another. */
  weir_op *in;         /**< The CONNECT, ACCEPT or RECEIVE that is out. */
  union {
    weir_op *send; /**< The SEND that is out; its `next` is a SHUTDOWN that waits behind it. */
    weirb_ready_listener *listener; /**< With WEIRB_READY_LISTENER. */
  } out;                            /**< What the handle is used for decides which. */
} weirb_ready_handle;

/** Handles in order, linked through base.next. */
typedef struct weirb_ready_queue {
  weir_handle *first; /**< NULL: none. */
  weir_handle **end;  /**< Where the next one is linked. */
} weirb_ready_queue;

struct weir_backend {
  const weirb_ready_poller *poller; /**< How the system is asked. */
  void *system;                     /**< The poller's own. */
  int system_fd;                    /**< The poller's own; -1: none. */
  weirp_wakeup wakeup;              /**< Ends a wait. */
  unsigned at;                      /**< The next of `events` to look at. */
  unsigned count;                   /**< Events that were taken from the system. */
  struct msghdr message; /**< For reading from Unix sockets: into `free`, and no room for more. */
  struct iovec free;     /**< Where in `buffer` the next read goes: WEIRB_READY_ROOM bytes. */
  weirb_ready_handle **table; /**< The handle of each descriptor, or NULL. */
  size_t table_size;          /**< Entries of table. */
  weirb_ready_queue ready;    /**< Handles to serve in this round. */
  weirb_ready_queue again;    /**< Handles to serve in the next round. */
  weir_completions pending;   /**< What submit() and close() have finished on the spot. */
  bool turn_over;             /**< `pending` was handed out in this turn. */
  uint16_t generation;        /**< The last one given. */
  unsigned rounds;            /**< Rounds of this turn. */
  unsigned served;            /**< Handles served from `ready` in this turn. */
  uint32_t turn;              /**< Counts the turns. */
  weirb_retries retries;      /**< CONNECTs to Unix sockets whose listener had no room. */
  weirb_resolves resolves;    /**< The RESOLVEs, which have no handle. */
  weirb_ready_passed *passed; /**< Descriptors to be taken, oldest first; NULL: none ever came. */
  size_t passed_count;        /**< How many. */
  size_t passed_capacity;     /**< How many have room. */
  weir_allocator allocator;   /**< The loop's. */
  weirb_ready_event events[WEIRB_READY_EVENTS]; /**< Taken from the system together. */
  /** For RECEIVEs without memory. */
  unsigned char buffer[WEIRB_READY_EARLIER + WEIRB_READY_ROOM];
};

/** The backend's view of a handle. */
static inline weirb_ready_handle *weirb_ready_handle_of(weir_handle *handle) {
  return (weirb_ready_handle *)(void *)handle;
}

/** Sets flags. */
static inline void weirb_ready_set(weirb_ready_handle *handle, unsigned flags) {
  handle->flags = (uint16_t)(handle->flags | flags);
}

/** Clears flags. */
static inline void weirb_ready_clear(weirb_ready_handle *handle, unsigned flags) {
  handle->flags = (uint16_t)(handle->flags & ~flags);
}

/** Has a handle served in the next round, if no list has it already. */
static inline void weirb_ready_queue_handle(weir_backend *backend, weirb_ready_handle *handle) {
  if (handle->flags & WEIRB_READY_QUEUED) return;
  weirb_ready_set(handle, WEIRB_READY_QUEUED);
  handle->base.next = NULL;
  *backend->again.end = &handle->base;
  backend->again.end = &handle->base.next;
}

/** What a call would have met if the poller had not taken it. @param met what it has met, which is
 * returned if there is nothing else */
static inline weir_err weirb_ready_lost_error(weir_backend *backend,
                                              const weirb_ready_handle *handle, weir_err met) {
  if (backend->poller->lost_error == NULL) return met;
  weir_err lost = backend->poller->lost_error(backend, handle->fd);
  return lost != WEIR_OK ? lost : met;
}

/** Finishes an operation on the spot: it comes out at the end of a turn. */
static inline void weirb_ready_finish(weir_backend *backend, weir_op *op, weir_err error) {
  op->error = error;
  weir_completions_add(&backend->pending, op);
}

#endif
