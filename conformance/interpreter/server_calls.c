/* What servers can be asked to do and what they show. One line of a table and one function each. */
#include "conformance/interpreter/call.h"
#include "conformance/interpreter/place.h"
#include "conformance/interpreter/system.h"

#include <stdio.h>
#include <string.h>

static void run_listen(call *c) {
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  endpoint where;
  int32_t backlog = 0;
  int32_t fd = -1;
  endpoint_read(c, &where);
  place_lend(c->s, call_option(c, "port"));
  options.port = where.port;
  options.host = where.host;
  options.path = where.path;
  options.path_length = where.path_length;
  options.pipe_half_close = true; /* As Unix sockets have it. */
  option_flag(c->s, call_option(c, "ipv6Only"), &options.ipv6_only);
  option_int(c->s, call_option(c, "backlog"), &backlog);
  options.backlog = backlog;
  option_signal(c->s, call_option(c, "signal"), &options.signal);
  option_flag(c->s, call_option(c, "exclusive"), &options.exclusive);
  option_flag(c->s, call_option(c, "readableAll"), &options.readable_all);
  option_flag(c->s, call_option(c, "writableAll"), &options.writable_all);
  option_int(c->s, call_option(c, "fd"), &fd);
  options.fd = fd;
  const value *handle = call_option(c, "handle");
  if (handle) options.handle = object_of(c->s, handle->object)->server;
  if (c->s->over) return;
  weir_err err = weir_server_listen(c->o->server, &options, call_server_callback(c), call_user(c));
  call_returns(c, CALL_SELF, err);
  c->throws = err != WEIR_OK; /* Nothing follows a listen() that was refused. */
  if (c->throws) return;
  c->o->closed = false;
  place_learn(c->o);
}

static void run_close(call *c) {
  call_returns(c, CALL_SELF,
               weir_server_close(c->o->server, call_server_callback(c), call_user(c)));
}

static void run_ref(call *c) {
  weir_server_ref(c->o->server);
  call_returns(c, CALL_SELF, WEIR_OK);
}

static void run_unref(call *c) {
  weir_server_unref(c->o->server);
  call_returns(c, CALL_SELF, WEIR_OK);
}

static void print_address(object *o, trace_text *out) {
  weir_address address = {0};
  size_t length = 0;
  const char *path = weir_server_path(o->server, &length);
  (void)weir_server_address(o->server, &address);
  if (path)
    trace_text_quote(out, path, length);
  else if (address.family == WEIR_FAMILY_NONE)
    trace_text_format(out, "null");
  else
    place_print_address(o->s, &address, out);
}

static void run_address(call *c) {
  print_address(c->o, &c->shown);
  call_returns(c, CALL_VALUE, WEIR_OK);
}

static void tell_count(weir_server *server, const weir_error *error, size_t count, void *user) {
  const call *c = user;
  char text[24];
  (void)server;
  (void)snprintf(text, sizeof text, "%zu", count);
  if (!error && c->at->label) call_tell(c->o, c->at, text);
}

static void run_get_connections(call *c) {
  call *kept = store_take(&c->s->memory, sizeof *kept);
  *kept = *c;
  call_returns(c, CALL_SELF, weir_server_get_connections(c->o->server, tell_count, kept));
}

/* null, or a number. */
static void run_set(call *c) {
  const value *property = call_value(c, 0);
  const value *given = call_value(c, 1);
  int32_t max = -1;
  if (strcmp(property->text, "maxConnections") != 0) {
    scene_fail(c->s, "only maxConnections can be set");
    return;
  }
  if (given->kind != VALUE_NULL) option_int(c->s, given, &max);
  if (c->s->over) return;
  call_returns(c, CALL_SELF, weir_server_set_max_connections(c->o->server, max));
}

static const option_entry listen_options[] = {{"port", A_SERVER | A_PORT, true},
                                              {"host", 0, true},
                                              {"path", A_SERVER | A_PATH, true},
                                              {"backlog", 0, true},
                                              {"ipv6Only", 0, true},
                                              {"exclusive", 0, true},
                                              {"readableAll", 0, true},
                                              {"writableAll", 0, true},
                                              {"signal", A_SIGNAL, true},
                                              {"handle", A_SERVER, true},
                                              {"fd", 0, true},
                                              {.name = NULL}};

const call_entry server_calls[] = {
    {"listen", 0, 1, A_SERVER | A_PORT | A_PATH, NO_WORDS, listen_options, true, run_listen},
    {"close", 0, 0, 0, NO_WORDS, NULL, true, run_close},
    {"address", 0, 0, 0, NO_WORDS, NULL, false, run_address},
    {"getConnections", 0, 0, 0, NO_WORDS, NULL, true, run_get_connections},
    {"ref", 0, 0, 0, NO_WORDS, NULL, false, run_ref},
    {"unref", 0, 0, 0, NO_WORDS, NULL, false, run_unref},
    {"set", 2, 2, 0, 0, NULL, false, run_set},
    {.name = NULL}};

static void listening(object *o, trace_text *out) {
  trace_text_format(out, "%s", weir_server_listening(o->server) ? "true" : "false");
}

static void max_connections(object *o, trace_text *out) {
  int64_t max = weir_server_max_connections(o->server);
  if (max < 0)
    trace_text_format(out, "undefined");
  else
    trace_text_format(out, "%lld", (long long)max);
}

const property_entry server_properties[] = {{"listening", listening},
                                            {"address", print_address},
                                            {"maxConnections", max_connections},
                                            {"allowHalfOpen", NULL},
                                            {"pauseOnConnect", NULL},
                                            {"highWaterMark", NULL},
                                            {"noDelay", NULL},
                                            {"keepAlive", NULL},
                                            {"keepAliveInitialDelay", NULL},
                                            {"osBacklog", system_backlog},
                                            {.name = NULL}};
