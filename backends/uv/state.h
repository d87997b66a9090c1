/**
 * @file
 * @brief What the files of the uv backend share: its state, its handles, and its lists.
 *
 * A handle of libuv's cannot be moved and goes only some time after it was closed, so it lies apart
 * from the core's object, in a weirb_uv_stream.
 */
#ifndef WEIRB_UV_STATE_H
#define WEIRB_UV_STATE_H

#include "backends/resolves.h"
#include "backends/retries.h"
#include "core/containers/list.h"
#include "platform/posix/ipc.h"
#include "weir/backend.h"
#include "weir/uv.h"

#include <uv.h>

/** Bytes of the receive buffer that all handles share. */
#define WEIRB_UV_BUFFER_SIZE 65536u

struct weirb_uv_handle;

/** A descriptor on its way, see passing.c. */
typedef struct weirb_uv_envelope weirb_uv_envelope;

/** What of a stream only some have: allocated on first use, and then kept. */
typedef struct weirb_uv_extra {
  union {
    uv_connect_t connect;
    uv_write_t write;
    uv_shutdown_t shutdown;
  } request;                   /**< The request that is out; there is one at a time. */
  weirp_ipc_name name;         /**< The file that was bound. */
  weirc_link resuming;         /**< In the backend's list, or in none. */
  unsigned turns;              /**< Of libuv's, until it goes on. */
  size_t writing;              /**< Bytes of the last write that libuv was given. */
  weirb_uv_envelope *envelope; /**< What goes with that write; NULL: nothing. */
} weirb_uv_extra;

/** A handle of libuv's, from create() to the end of uv_close(). */
typedef struct weirb_uv_stream {
  union {
    uv_handle_t handle;
    uv_stream_t stream;
    uv_tcp_t tcp;
    uv_pipe_t pipe;
  } uv; /**< libuv's part, in front; its `data` is the handle to hand out when libuv lets go. */
  weir_backend *backend;         /**< Whose. */
  struct weirb_uv_handle *owner; /**< NULL: closed, nobody hears of it. */
  weirb_uv_extra *extra;         /**< NULL: nothing of it was needed yet. */
  uint16_t lost;                 /**< A weir_err: why a descriptor that came was not handed on. */
  bool ipc;                      /**< No IP address. */
  bool fifo;                     /**< An end of a pipe. */
  bool open;                     /**< libuv has the descriptor. */
  bool writes;                   /**< libuv has that write. */
  bool at_once;                  /**< The system took it before libuv had waited. */
  bool reading;                  /**< uv_read_start() was called. */
  bool waiting;                  /**< A connection waits for uv_accept(). */
  bool connecting;               /**< libuv has a connect request. */
} weirb_uv_stream;

/** The bytes behind an object of the core. Zeroed memory is a handle without transport. */
typedef struct weirb_uv_handle {
  weir_handle base;        /**< Its `next` is for the closed list. */
  weirb_uv_stream *stream; /**< NULL: not created, or closed. */
  weir_op *in;             /**< The CONNECT, ACCEPT or RECEIVE that is out. */
  weir_op *send;     /**< The SEND that is out; its `next` is a SHUTDOWN that waits behind it. */
  weir_op *shutdown; /**< The SHUTDOWN that libuv has. */
} weirb_uv_handle;

/** What of the backend is libuv's and goes some time after it: the timer and the wake-up. */
typedef struct weirb_uv_host {
  uv_timer_t timer;      /**< Fires at the deadline. */
  uv_timer_t retry;      /**< Fires when a CONNECT is to be tried again. */
  uv_idle_t idle;        /**< Keeps libuv from waiting... */
  uv_check_t check;      /**< ...for a turn that is to come soon. */
  uv_async_t async;      /**< Other threads send it. Referenced while weir is alive. */
  unsigned open;         /**< Handles of these that are not closed yet. */
  weir_backend *backend; /**< NULL: it is gone. */
} weirb_uv_host;

struct weir_backend {
  uv_loop_t *loop;              /**< The program's, or `own`. */
  uv_loop_t *own;               /**< NULL: it is the program's. */
  unsigned inside;              /**< How deep libuv has called the core. */
  weirb_uv_host *host;          /**< malloc()'s, as it outlives the loop's allocator. */
  size_t streams;               /**< How many of them, and envelopes, there are. */
  weir_completions told;        /**< What libuv has told of. */
  weir_completions pending;     /**< What submit() and close() have finished on the spot. */
  bool alive;                   /**< As set_alive() said. */
  bool turn_over;               /**< `pending` was handed out in this turn. */
  bool once;                    /**< One turn runs, and its check has not come yet. */
  weirc_link resuming;          /**< The extra parts whose SEND goes on when libuv has read. */
  weir_time deadline;           /**< As set_deadline() said. */
  weirb_retries retries;        /**< CONNECTs to be tried again, by libuv's clock. */
  weirb_resolves resolves;      /**< The RESOLVEs, which have no handle. */
  weir_allocator allocator;     /**< The loop's. */
  void (*on_ready)(void *core); /**< The core's. */
  void *core;                   /**< Handed to it. */
  weir_uv_options given;        /**< The program's. */
  unsigned char buffer[WEIRB_UV_BUFFER_SIZE]; /**< For RECEIVEs without memory. */
};

/** The backend's view of a handle. */
static inline weirb_uv_handle *weirb_uv_handle_of(weir_handle *handle) {
  return (weirb_uv_handle *)(void *)handle;
}

/** The stream of one of libuv's handles. */
static inline weirb_uv_stream *weirb_uv_stream_of(const void *uv_handle) {
  return (weirb_uv_stream *)(uintptr_t)uv_handle;
}

/** The code of a result of libuv's. */
weir_err weirb_uv_error(int result);

/** The descriptor of a stream; -1: none. */
int weirb_uv_fd(const weirb_uv_stream *stream);

/** Sees to it that a stream has its extra part. @return WEIR_OK or WEIR_ENOMEM */
weir_err weirb_uv_extend(weirb_uv_stream *stream);

/** Something was finished outside of a turn: there is to be one soon. */
void weirb_uv_soon(weir_backend *backend);

/** Finishes an operation on the spot: it comes out at the end of a turn. */
static inline void weirb_uv_finish(weir_backend *backend, weir_op *op, weir_err error) {
  op->error = error;
  weir_completions_add(&backend->pending, op);
  weirb_uv_soon(backend);
}

/** Runs the core, from one of libuv's callbacks. The backend may be gone when this returns. */
void weirb_uv_run_core(weir_backend *backend);

/** Finishes an operation from one of libuv's callbacks, and has the core take it. Anything may have
 * happened to its handle when this returns. */
void weirb_uv_tell(weir_backend *backend, weir_op *op, weir_err error);

#endif
