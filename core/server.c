/* The server as an object: making, telling what became of listen(), closing, freeing. Transports
 * are listener.c's matter. */
#include "core/server.h"

#include "core/error.h"
#include "core/lookup.h"
#include "core/options.h"
#include "core/socket.h"
#include "weir/defaults.h"

#include <assert.h>

struct weirc_server_owed {
  struct weirc_server_owed *next;
  weir_server_callback callback;
  void *user;
  weir_err err;
};

static const weir_server_handlers no_handlers = WEIR_SERVER_HANDLERS_INIT;

static void retry(weir_timer *timer, void *user) {
  weir_server *server = user;
  (void)timer;
  assert(server->listener); /* Whoever closes it stops the timer. */
  weirc_listener_accept_next(server->listener);
}

/* A record of a callback; NULL: no memory. */
static weirc_server_owed *owed_create(weir_server *server, weir_server_callback callback,
                                      void *user) {
  weirc_server_owed *owed = weirc_allocate_zeroed(&server->object.loop->allocator, sizeof *owed);
  if (!owed) return NULL;
  owed->callback = callback;
  owed->user = user;
  return owed;
}

static void owe(weirc_server_owed **list, weirc_server_owed *owed, weir_err err) {
  if (!owed) return;
  while (*list) list = &(*list)->next;
  owed->err = err;
  *list = owed;
}

static void tell_one(weir_server *server, weirc_server_owed *owed, const weir_error *error) {
  weirc_server_owed told = *owed;
  weirc_release(&server->object.loop->allocator, owed);
  told.callback(server, error, told.user);
}

weir_err weirc_server_owe_listen(weir_server *server, weir_server_callback callback, void *user) {
  if (callback) server->listen_owed = owed_create(server, callback, user);
  return callback && !server->listen_owed ? WEIR_ENOMEM : WEIR_OK;
}

void weirc_server_forget_listen(weir_server *server) {
  weirc_release(&server->object.loop->allocator, server->listen_owed);
  server->listen_owed = NULL;
}

static bool is_open(const weir_server *server) {
  return server->listener || server->lookup;
}

/* A listen() whose 'listening' will not come any more. */
static void cancel_listen(weir_server *server) {
  weirc_server_owed *owed = is_open(server) ? server->listen_owed : NULL;
  if (!owed) return;
  server->listen_owed = NULL;
  owe(&server->canceled, owed, WEIR_ECANCELED);
  /* It waits already if there was more than a look-up. */
  weirc_step_queue_kind(&server->object, WEIRC_STEP_LISTENING);
}

static weir_err init_server(weir_server *server, const weir_server_options *given) {
  server->options = (weir_server_options)WEIR_SERVER_OPTIONS_INIT;
  server->mark = (uint32_t)weir_default_high_water_mark_bytes();
  weir_err err = weirc_options_take(&server->options, sizeof server->options, given);
  if (err == WEIR_OK) err = weirc_mark_take(server->options.high_water_mark_bytes, &server->mark);
  if (err == WEIR_OK) err = weirc_server_take_limits(server, &server->options);
  if (err == WEIR_OK) err = weir_timer_create(server->object.loop, retry, server, &server->retry);
  if (err == WEIR_OK) weir_timer_unref(server->retry);
  return err;
}

weir_err weir_create_server(weir_loop *loop, const weir_server_options *options,
                            const weir_server_handlers *handlers, void *user,
                            weir_server **out_server) {
  if (out_server) *out_server = NULL;
  if (!loop || !out_server) return WEIR_ERR_INVALID_ARG_TYPE;
  weir_err err = weirc_loop_refuses(loop);
  if (err != WEIR_OK) return err;
  weir_server *server = weirc_object_create(loop, sizeof *server, WEIRC_STEP_SERVER);
  if (!server) return WEIR_ENOMEM;
  err = weir_server_set_handlers(server, handlers, user);
  if (err == WEIR_OK) err = init_server(server, options);
  if (err != WEIR_OK) {
    weir_server_set_block_list(server, NULL);
    weirc_object_free(&server->object);
    return err;
  }
  weirc_list_init(&server->sockets);
  weirc_list_append(&loop->servers, &server->object.link);
  *out_server = server;
  return WEIR_OK;
}

weir_err weir_server_set_handlers(weir_server *server, const weir_server_handlers *handlers,
                                  void *user) {
  if (!server || server->freed) return WEIR_ERR_INVALID_ARG_TYPE;
  if (weirc_elsewhere(&server->object)) return WEIR_ERR_WRONG_THREAD;
  if (handlers && handlers->size < sizeof *handlers) return WEIR_ERR_INVALID_ARG_VALUE;
  server->handlers = handlers ? handlers : &no_handlers;
  server->user = user;
  return WEIR_OK;
}

static void tell_owed(weir_server *server, weirc_server_owed **list, const char *syscall) {
  while (*list) {
    weirc_server_owed *owed = *list;
    weir_error error =
        weirc_error_of(server->object.loop, server->freed ? WEIR_ECANCELED : owed->err, syscall);
    *list = owed->next;
    tell_one(server, owed, error.code == WEIR_OK ? NULL : &error);
  }
}

/* Taken before a handler runs: that may close the server, and listen again. */
static weirc_server_owed *take_listen_owed(weir_server *server) {
  weirc_server_owed *owed = server->listen_owed;
  server->listen_owed = NULL;
  return owed;
}

static void tell_listen_callback(weir_server *server, weirc_server_owed *owed,
                                 const weir_error *error) {
  weir_error canceled = weirc_error_of(server->object.loop, WEIR_ECANCELED, "listen");
  if (owed) tell_one(server, owed, server->freed ? &canceled : error);
}

/* 'close' waits for the last connection, and for a listener that was opened since. */
static void close_if_drained(weir_server *server) {
  if (!server->closing || is_open(server) || server->connections > 0) return;
  server->closing = false;
  server->close_due = true;
  weirc_step_queue_kind(&server->object, WEIRC_STEP_SERVER_CLOSE);
}

static void tell_failure(weir_server *server) {
  weir_error bare = weirc_error_of(server->object.loop, server->listen_code, "listen");
  weir_error *copy = server->listen_error;
  const weir_error *error = copy ? copy : &bare;
  weirc_server_owed *owed = take_listen_owed(server);
  server->listen_code = WEIR_OK;
  server->listen_error = NULL;
  close_if_drained(server); /* It may have waited for this. */
  weirc_trace(server->object.loop, server->object.id, WEIR_TRACE_ERROR, error->code, 0);
  if (server->handlers->on_error) server->handlers->on_error(server, error, server->user);
  tell_listen_callback(server, owed, error);
  weirc_release(&server->object.loop->allocator, copy);
}

static void trace_listening(weir_server *server) {
  weir_address address;
  if (!server->object.loop->trace || weir_server_address(server, &address) != WEIR_OK) return;
  weirc_trace(server->object.loop, server->object.id, WEIR_TRACE_LISTENING, address.port, 0);
}

static void tell_listening(weir_server *server) {
  tell_owed(server, &server->canceled, "listen");
  if (server->listen_code != WEIR_OK) {
    tell_failure(server);
  } else if (server->listener) {
    weirc_server_owed *owed = take_listen_owed(server);
    trace_listening(server);
    if (server->handlers->on_listening) server->handlers->on_listening(server, server->user);
    tell_listen_callback(server, owed, NULL);
  }
}

/* @return a look-up to abandon, last of all: a resolver of the program may hear of it inside. */
static weir_lookup *stop_listening(weir_server *server) {
  weir_lookup *lookup = server->lookup;
  server->lookup = NULL;
  weirc_listener_close(server);
  weirc_object_deactivate(&server->object);
  return lookup;
}

weir_err weir_server_close(weir_server *server, weir_server_callback callback, void *user) {
  if (!server || server->freed) return WEIR_ERR_INVALID_ARG_TYPE;
  if (weirc_elsewhere(&server->object)) return WEIR_ERR_WRONG_THREAD;
  weir_err err = is_open(server) ? WEIR_OK : WEIR_ERR_SERVER_NOT_RUNNING;
  weirc_server_owed *owed = NULL;
  if (callback && !(owed = owed_create(server, callback, user))) return WEIR_ENOMEM;
  weirc_server_forget_signal(server);
  cancel_listen(server);
  owe(&server->owed, owed, err);
  weir_lookup *lookup = stop_listening(server);
  if (err == WEIR_OK) server->closing = true;
  if (server->closing)
    close_if_drained(server);
  else
    weirc_step_queue_kind(&server->object, WEIRC_STEP_SERVER_CLOSE);
  weirc_lookup_abandon(lookup);
  return err;
}

void weirc_server_connection_gone(weir_server *server) {
  assert(server->connections > 0);
  server->connections--;
  close_if_drained(server);
}

/* Who closes a server that does not listen is told so, and nobody else is told anything. */
static void tell_close(weir_server *server) {
  if (server->close_due) {
    server->close_due = false;
    weirc_trace(server->object.loop, server->object.id, WEIR_TRACE_CLOSE, 0, 0);
    if (server->handlers->on_close) server->handlers->on_close(server, server->user);
  } else if (server->closing) {
    return;
  }
  tell_owed(server, &server->owed, "close");
}

static void free_now(weir_server *server) {
  assert(server->freed && !server->listener && weirc_list_empty(&server->sockets));
  tell_owed(server, &server->canceled, "listen");
  tell_listen_callback(server, take_listen_owed(server), NULL);
  tell_owed(server, &server->owed, "close");
  weirc_server_tell_counted(server);
  weir_server_set_block_list(server, NULL);
  weirc_release(&server->object.loop->allocator, server->listen_error);
  weirc_object_free(&server->object);
}

void weirc_server_run_step(weir_server *server, unsigned kind) {
  switch ((weirc_server_step_kind)kind) {
  case WEIRC_STEP_LISTENING:
    if (!server->freed) tell_listening(server);
    break;
  case WEIRC_STEP_SERVER_CLOSE:
    if (!server->freed) tell_close(server);
    break;
  case WEIRC_STEP_SERVER_COUNTED:
    if (!server->freed) weirc_server_tell_counted(server);
    break;
  case WEIRC_STEP_SERVER_FREE: free_now(server); break;
  case WEIRC_STEP_SERVER_ABORT:
    if (!server->freed) weirc_server_run_abort(server);
    break;
  }
}

static void leave_sockets(weir_server *server) {
  while (!weirc_list_empty(&server->sockets)) {
    weirc_link *link = server->sockets.next;
    weirc_list_remove(link);
    weirc_list_append(&server->object.loop->sockets, link);
    ((weir_socket *)(void *)weirc_container(link, weirc_object, link))->server = NULL;
  }
}

/* The memory goes in a step, behind all others of the server: a handler of it may be running. */
void weir_server_free(weir_server *server) {
  if (!weirc_server_here(server) || server->freed) return;
  weirc_server_forget_signal(server);
  weir_lookup *lookup = stop_listening(server);
  leave_sockets(server);
  server->freed = true;
  server->handlers = &no_handlers;
  weir_timer_free(server->retry);
  weir_timer_free(server->deadline);
  server->retry = server->deadline = NULL;
  weirc_step_queue_kind(&server->object, WEIRC_STEP_SERVER_FREE);
  weirc_lookup_abandon(lookup);
}

void weirc_server_abandon_lookups(weir_loop *loop) {
  weirc_link *link = loop->servers.next;
  for (; link != &loop->servers; link = link->next) {
    weir_server *server = (weir_server *)(void *)weirc_container(link, weirc_object, link);
    if (!server->lookup) continue;
    weirc_server_forget_signal(server);
    cancel_listen(server);
    weirc_lookup_abandon(stop_listening(server));
  }
}

void weirc_server_free_all(weir_loop *loop) {
  weirc_link *link = loop->servers.next;
  for (; link != &loop->servers; link = link->next)
    weir_server_free((weir_server *)(void *)weirc_container(link, weirc_object, link));
}

void *weir_server_user(const weir_server *server) {
  return server ? server->user : NULL;
}

weir_loop *weir_server_loop(const weir_server *server) {
  return server ? server->object.loop : NULL;
}

uint64_t weir_server_id(const weir_server *server) {
  return server ? server->object.id : 0;
}

bool weir_server_listening(const weir_server *server) {
  return server && server->listener;
}

weir_err weir_server_address(weir_server *server, weir_address *out_address) {
  if (!server || !out_address) return WEIR_ERR_INVALID_ARG_TYPE;
  *out_address = (weir_address){0};
  if (!server->listener) return WEIR_OK;
  weir_loop *loop = server->object.loop;
  return loop->ops->address(loop->backend, server->listener->accept.op.handle, WEIR_END_LOCAL,
                            out_address);
}

const char *weir_server_path(const weir_server *server, size_t *out_length) {
  const char *path = server && server->listener ? server->listener->local.path : NULL;
  if (out_length) *out_length = path ? server->listener->local.path_length : 0;
  return path;
}

intptr_t weir_server_fd(const weir_server *server) {
  if (!server || !server->listener) return -1;
  const weir_loop *loop = server->object.loop;
  if (!loop->ops->handle_fd) return -1;
  return loop->ops->handle_fd(loop->backend, server->listener->accept.op.handle);
}

void weir_server_ref(weir_server *server) {
  if (weirc_server_here(server)) weirc_object_reference(&server->object, true);
}

void weir_server_unref(weir_server *server) {
  if (weirc_server_here(server)) weirc_object_reference(&server->object, false);
}
