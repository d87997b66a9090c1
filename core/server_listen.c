/* From listen() to a transport that is bound: what the options say, the look-up of a name, and what
 * became of it. Telling it is server.c's matter. */
#include "core/server.h"

#include "core/endpoint.h"
#include "core/error.h"
#include "core/lookup.h"
#include "core/options.h"

#include <assert.h>

enum { DEFAULT_BACKLOG = 511 };

/* What the options say of the place. */
typedef struct where {
  weir_endpoint local;
  const char *name;         /* To be looked up; NULL: none. */
  weirc_listener *listener; /* Another server's, to be shared; NULL: none. */
} where;

static void end_aborted(void *owner) {
  (void)weir_server_close(owner, NULL, NULL);
}

void weirc_server_run_abort(weir_server *server) {
  /* close() has forgotten the signal if it was called since, and listen() may have another one. */
  const weirc_abort_listener *listener = server->abort_listener;
  if (listener && weir_abort_signal_aborted(listener->signal)) end_aborted(server);
}

void weirc_server_forget_signal(weir_server *server) {
  weirc_abort_unlisten(server->object.loop, &server->abort_listener);
}

static weir_err take_signal(weir_server *server, weir_abort_signal *signal) {
  weir_loop *loop = server->object.loop;
  if (!signal) return WEIR_OK;
  server->abort_listener = weirc_abort_listen(loop, signal, end_aborted, server);
  if (!server->abort_listener) return WEIR_ENOMEM;
  /* Before the step that tells 'listening'. */
  if (weir_abort_signal_aborted(signal))
    weirc_step_queue_kind(&server->object, WEIRC_STEP_SERVER_ABORT);
  return WEIR_OK;
}

static void fail(weir_server *server, const weir_error *error) {
  /* A program's resolver may give a reason without a code. */
  server->listen_code = error->code != WEIR_OK ? error->code : WEIR_UNKNOWN;
  server->listen_error = weirc_error_copy(&server->object.loop->allocator, error);
  weirc_server_forget_signal(server);
  weirc_object_deactivate(&server->object);
}

static void fail_to_bind(weir_server *server, const weir_endpoint *local, weir_err err) {
  bool no_directory = local->transport == WEIR_TRANSPORT_IPC && err == WEIR_ENOENT;
  /* As Node: a path in a directory that is not there reads as on Windows. */
  weir_error error =
      weirc_error_of(server->object.loop, no_directory ? WEIR_EACCES : err, "listen");
  error.path = local->path;
  error.path_length = local->path_length;
  error.address = local->address;
  fail(server, &error);
}

/* "::" takes IPv4 too; a system without IPv6 refuses it before a port can be in use. */
static bool falls_back(const weirc_server_wanted *wanted, weir_err err) {
  return wanted->any &&
         (err == WEIR_EAFNOSUPPORT || err == WEIR_EADDRNOTAVAIL || err == WEIR_EINVAL);
}

static void open_listener(weir_server *server, weir_endpoint *local) {
  const weirc_server_wanted *wanted = &server->wanted;
  weir_err err = weirc_listener_open(server, local);
  if (falls_back(wanted, err)) {
    (void)weirc_endpoint_address(local, "0.0.0.0", local->address.port);
    err = weirc_listener_open(server, local);
  }
  if (err == WEIR_OK)
    weirc_object_activate(&server->object);
  else
    fail_to_bind(server, local, err);
  weirc_step_queue_kind(&server->object, WEIRC_STEP_LISTENING);
}

static void fail_to_find(weir_server *server, const weir_error *error) {
  fail(server, error);
  weirc_step_queue_kind(&server->object, WEIRC_STEP_LISTENING);
}

/* The first address counts. */
static void on_answer(void *owner, const weir_error *error, const weir_address *addresses,
                      size_t count) {
  weir_server *server = owner;
  weir_endpoint local = {.transport = WEIR_TRANSPORT_TCP};
  weirc_unusable unusable;
  const char *host = weirc_lookup_host(server->lookup);
  assert(server->lookup && (error || count > 0));
  (void)count;
  server->lookup = NULL;
  if (error) {
    fail_to_find(server, error);
  } else if (weirc_lookup_is_usable(&addresses[0])) {
    local.address = addresses[0];
    local.address.port = server->wanted.port;
    open_listener(server, &local);
  } else {
    weirc_lookup_refuse(&addresses[0], host, server->wanted.port, &unusable);
    fail_to_find(server, &unusable.error);
  }
}

static weir_err ask(weir_server *server, const char *host) {
  weir_loop *loop = server->object.loop;
  weirc_question question = {.host = host,
                             .options = {.size = sizeof(weir_lookup_options)},
                             .function = loop->lookup,
                             .function_user = loop->lookup_user,
                             .told = on_answer,
                             .owner = server};
  weirc_object_activate(&server->object);
  return weirc_lookup_start(loop, &question, &server->lookup);
}

/* Where to listen: on an address, or on a name that has to be looked up, which is what a text that
 * is no address is. */
static weir_err take_host(weir_loop *loop, const weir_listen_options *options, where *out_where) {
  const char *host = options->host && *options->host ? options->host : "::";
  weir_err err = weirc_endpoint_address(&out_where->local, "::", options->port);
  if (err != WEIR_OK) return err;
  err = weirc_host_parse(loop, host, (uint16_t)options->port, &out_where->local.address);
  if (err != WEIR_OK) out_where->name = host;
  return WEIR_OK;
}

/* A descriptor wins over a server, that over a port, and that over a path. */
static weir_err take_where(weir_server *server, const weir_listen_options *options,
                           where *out_where) {
  weir_server *handle = options->fd >= 0 ? NULL : options->handle;
  *out_where = (where){{WEIR_TRANSPORT_TCP, {0}, NULL, 0}, NULL, NULL};
  if (options->fd >= 0) return WEIR_OK;
  if (handle) {
    out_where->listener = handle->object.loop == server->object.loop ? handle->listener : NULL;
    return out_where->listener ? WEIR_OK : WEIR_ERR_INVALID_ARG_VALUE;
  }
  if (options->port != -1) return take_host(server->object.loop, options, out_where);
  /* An abstract name begins with a NUL as well, but says its length. */
  bool empty = options->path && !*options->path && options->path_length == 0;
  if (!options->path || empty) return WEIR_ERR_INVALID_ARG_VALUE;
  weirc_endpoint_path(&out_where->local, options->path, options->path_length);
  return WEIR_OK;
}

static unsigned flag(bool set, unsigned which) {
  return set ? which : 0;
}

static weirc_server_wanted wanted_of(const weir_listen_options *options) {
  bool tcp = options->port != -1 && options->fd < 0;
  return (weirc_server_wanted){
      .fd = options->fd >= 0 ? options->fd : -1,
      .flags = flag(options->ipv6_only, WEIR_BIND_IPV6_ONLY) |
               flag(options->path_overflow == WEIR_PATH_REFUSE, WEIR_BIND_PATH_REFUSE) |
               flag(options->reuse_port, WEIR_BIND_REUSE_PORT) |
               flag(options->readable_all, WEIR_BIND_READABLE_ALL) |
               flag(options->writable_all, WEIR_BIND_WRITABLE_ALL) |
               flag(options->reclaim_path, WEIR_BIND_RECLAIM) |
               flag(options->pipe_half_close, WEIR_BIND_HALF_CLOSE),
      .backlog = options->backlog == 0 ? DEFAULT_BACKLOG : options->backlog,
      .port = (uint16_t)(tcp ? options->port : 0),
      .any = tcp && !(options->host && *options->host) && !options->ipv6_only};
}

/* A listen() that has failed but was not told so yet counts as one that goes on. */
static bool may_listen(const weir_server *server) {
  return !server->listener && !server->lookup && server->listen_code == WEIR_OK;
}

/* Nothing of the server is touched behind ask(): the program's resolver runs inside. */
static weir_err begin(weir_server *server, where *at) {
  if (at->name) return ask(server, at->name);
  if (!at->listener) {
    open_listener(server, &at->local);
    return WEIR_OK;
  }
  weirc_listener_share(at->listener, server);
  weirc_object_activate(&server->object);
  weirc_step_queue_kind(&server->object, WEIRC_STEP_LISTENING);
  return WEIR_OK;
}

static weir_err give_up(weir_server *server, weir_err err) {
  weirc_server_forget_signal(server);
  weirc_object_deactivate(&server->object);
  weirc_server_forget_listen(server);
  return err;
}

weir_err weir_server_listen(weir_server *server, const weir_listen_options *given,
                            weir_server_callback callback, void *user) {
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  where at;
  if (!server || !given || server->freed) return WEIR_ERR_INVALID_ARG_TYPE;
  weir_loop *loop = server->object.loop;
  weir_err err = weirc_loop_refuses(loop);
  if (err == WEIR_OK) err = weirc_options_take(&options, sizeof options, given);
  if (err == WEIR_OK) err = take_where(server, &options, &at);
  if (err == WEIR_OK) err = weirc_abort_check(loop, options.signal);
  if (err == WEIR_OK && !may_listen(server)) err = WEIR_ERR_SERVER_ALREADY_LISTEN;
  if (err != WEIR_OK) return err;
  err = weirc_server_owe_listen(server, callback, user);
  if (err != WEIR_OK) return err;
  err = take_signal(server, options.signal);
  server->wanted = wanted_of(&options);
  if (err == WEIR_OK) err = begin(server, &at);
  return err == WEIR_OK ? WEIR_OK : give_up(server, err);
}
