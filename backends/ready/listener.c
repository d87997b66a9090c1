/* Decides how names are bound and how many connections are taken in a turn. Does not decide what
 * becomes of a connection, nor how long to wait after a failure.
 *
 * A listener is watched level-triggered, so a connection that is left waiting makes an event in
 * the next turn: one at a time costs no call that finds nothing. In a burst that would cost a wait
 * for each connection, so a listener that has events in turns that follow each other may take 2,
 * 4, 8 ... connections in a turn. A guess that finds nothing after few connections is remembered:
 * the listener was merely busy, and several such turns pass before it is tried again. */
#include "backends/ready/listener.h"

#include "backends/ready/table.h"
#include "platform/error.h"
#include "platform/posix/descriptor.h"
#include "platform/posix/ipc.h"

#include <assert.h>
#include <string.h>

/* 2 to this power is what a listener takes in a turn at most, rounds permitting. */
#define STREAK_MAX 6
/* Turns with one connection each after a guess that was wrong. */
#define STREAK_WRONG (-8)
/* A guess that brought so many connections was not wrong. */
#define WORTH_IT 4u

struct weirb_ready_listener {
  weirp_ipc_name name; /* The file that was bound. */
  uint32_t turn;       /* The turn of the last event. */
  int streak;          /* Turns with an event in a row; negative: after a wrong guess. */
  unsigned taken;      /* Connections since the last event. */
  unsigned left;       /* How many more may be looked for without another event. */
};

/* The record of a handle, made when it is first needed. NULL: no memory. */
static weirb_ready_listener *record(weir_backend *backend, weirb_ready_handle *handle) {
  if (handle->flags & WEIRB_READY_LISTENER) return handle->out.listener;
  weirb_ready_listener *listener =
      backend->allocator.allocate(sizeof *listener, backend->allocator.user);
  if (listener == NULL) return NULL;
  memset(listener, 0, sizeof *listener);
  handle->out.listener = listener;
  weirb_ready_set(handle, WEIRB_READY_LISTENER);
  return listener;
}

void weirb_ready_listener_free(weir_backend *backend, weirb_ready_handle *handle) {
  weirp_ipc_unlock(&handle->out.listener->name);
  backend->allocator.release(handle->out.listener, backend->allocator.user);
  handle->out.listener = NULL;
  weirb_ready_clear(handle, WEIRB_READY_LISTENER);
}

static weir_err bind_path(weir_backend *backend, weirb_ready_handle *handle, weir_endpoint *local,
                          unsigned flags) {
  weirp_ipc_address address;
  weir_err err = weirp_ipc_address_make(local->path, local->path_length,
                                        (flags & WEIR_BIND_PATH_REFUSE) != 0, &address);
  if (err != WEIR_OK) return err;
  bool had_record = (handle->flags & WEIRB_READY_LISTENER) != 0;
  weirb_ready_listener *listener = record(backend, handle);
  if (listener == NULL) return WEIR_ENOMEM;
  err = weirp_ipc_bind(handle->fd, &address, flags, &listener->name);
  if (err == WEIR_OK) {
    local->path_length = address.length;
  } else if (!had_record) {
    weirb_ready_listener_free(backend, handle);
  }
  return err;
}

weir_err weirb_ready_bind(weir_backend *backend, weir_handle *base, weir_endpoint *local,
                          unsigned flags) {
  weirb_ready_handle *handle = weirb_ready_handle_of(base);
  assert(handle->flags & WEIRB_READY_OPEN);
  if (local->transport == WEIR_TRANSPORT_IPC) return bind_path(backend, handle, local, flags);
  return weirp_descriptor_bind(handle->fd, &local->address, flags);
}

weir_err weirb_ready_listen(weir_backend *backend, weir_handle *base, int backlog) {
  weirb_ready_handle *handle = weirb_ready_handle_of(base);
  assert(handle->flags & WEIRB_READY_OPEN);
  bool had_record = (handle->flags & WEIRB_READY_LISTENER) != 0;
  weirb_ready_listener *listener = record(backend, handle);
  if (listener == NULL) return WEIR_ENOMEM;
  weir_err err = weirp_descriptor_listen(handle->fd, backlog);
  weirp_ipc_unlock(&listener->name);
  if (err == WEIR_OK && !(handle->flags & WEIRB_READY_WATCHED))
    err = weirb_ready_watch(backend, handle, WEIRB_READY_TO_ACCEPT);
  if (err != WEIR_OK && !had_record) weirb_ready_listener_free(backend, handle);
  return err;
}

void weirb_ready_release_name(weir_backend *backend, weir_handle *base) {
  (void)backend;
  weirb_ready_handle *handle = weirb_ready_handle_of(base);
  if (handle->flags & WEIRB_READY_LISTENER) weirp_ipc_release(&handle->out.listener->name);
}

void weirb_ready_accept_submit(weir_backend *backend, weirb_ready_handle *handle, weir_op *op) {
  assert((handle->flags & WEIRB_READY_LISTENER) && handle->in == NULL);
  handle->in = op;
  if (!(handle->flags & WEIRB_READY_WATCHED)) {
    weir_err err = weirb_ready_watch(backend, handle, WEIRB_READY_TO_ACCEPT);
    if (err == WEIR_OK) return;
    handle->in = NULL;
    weirb_ready_finish(backend, op, err);
  } else if (handle->out.listener->left > 0) {
    handle->out.listener->left--;
    weirb_ready_queue_handle(backend, handle);
  }
}

/* Makes a handle of a descriptor; the handle is untouched and the descriptor gone on failure. */
static weir_err adopt(weir_backend *backend, weirb_ready_handle *handle, int fd, unsigned flags) {
  weir_err err = weirb_ready_enter(backend, handle, fd);
  if (err == WEIR_OK) {
    weirb_ready_set(handle, flags);
    err = weirb_ready_watch(backend, handle, WEIRB_READY_TO_RECEIVE);
    if (err == WEIR_OK) return WEIR_OK;
    weirb_ready_leave(backend, handle, true);
  }
  weirp_descriptor_close(fd);
  memset(handle, 0, sizeof *handle);
  return err;
}

static weir_err accept_into(weir_backend *backend, weirb_ready_handle *listener,
                            weir_accept_op *op) {
  unsigned ipc = listener->flags & WEIRB_READY_IPC;
  int fd;
  memset(&op->remote, 0, sizeof op->remote);
  weir_err err = weirp_descriptor_accept(listener->fd, ipc ? NULL : &op->remote, &fd);
  if (err != WEIR_OK) return err;
  return adopt(backend, weirb_ready_handle_of(op->accepted), fd, ipc);
}

void weirb_ready_accept_again(weir_backend *backend, weirb_ready_handle *handle,
                              weir_completions *done) {
  weirb_ready_listener *listener = handle->out.listener;
  if (handle->in == NULL) return;
  weir_accept_op *op = (weir_accept_op *)(void *)handle->in;
  op->op.error = accept_into(backend, handle, op);
  if (op->op.error == WEIR_OK) {
    listener->taken++;
  } else {
    listener->left = 0;
    if (op->op.error == WEIR_EAGAIN) {
      listener->streak = listener->taken < WORTH_IT ? STREAK_WRONG : 0;
      return;
    }
  }
  handle->in = NULL;
  weir_completions_add(done, &op->op);
}

void weirb_ready_listener_event(weir_backend *backend, weirb_ready_handle *handle,
                                weir_completions *done) {
  weirb_ready_listener *listener = handle->out.listener;
  if (handle->in == NULL) {
    /* Nobody wants a connection now. Watching begins again with the next ACCEPT. */
    weirb_ready_unwatch(backend, handle);
    return;
  }
  bool in_a_row = listener->turn + 1 == backend->turn;
  if (in_a_row && listener->streak < STREAK_MAX) listener->streak++;
  if (!in_a_row && listener->streak > 0) listener->streak = 0;
  listener->turn = backend->turn;
  listener->taken = 0;
  listener->left = listener->streak > 0 ? (1u << listener->streak) - 1 : 0;
  weirb_ready_accept_again(backend, handle, done);
}
