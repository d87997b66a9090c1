/* Watched servers: a line for each event, names for connections, then whoever reacts. */
#include "conformance/interpreter/server_watch.h"

#include "conformance/interpreter/call.h"
#include "conformance/interpreter/place.h"
#include "conformance/interpreter/socket_watch.h"

const event_entry server_events[] = {
    [SERVER_LISTENING] = {"listening", true}, [SERVER_CONNECTION] = {"connection", true},
    [SERVER_DROP] = {"drop", true},           [SERVER_ERROR] = {"error", true},
    [SERVER_CLOSE] = {"close", true},         {.name = NULL}};

const option_entry server_options[] = {{"quiet", 0, true},
                                       {"skip", 0, true},
                                       {"allowHalfOpen", 0, true},
                                       {"pauseOnConnect", 0, true},
                                       {"highWaterMark", 0, true},
                                       {"noDelay", 0, true},
                                       {"keepAlive", 0, true},
                                       {"keepAliveInitialDelay", 0, true},
                                       {.name = NULL}};

/* Of a name the address is known only now. */
static void on_listening(weir_server *server, void *user) {
  (void)server;
  place_learn(user);
  object_event(user, SERVER_LISTENING);
}

/* The socket has its name before anybody reacts to the connection. */
static void on_connection(weir_server *server, weir_socket *socket, void *user) {
  object *o = user;
  object *conn = o->pending;
  (void)server;
  if (object_tells(o, SERVER_CONNECTION)) trace_log(o->s->t, o->as->name, "connection");
  if (o->s->over) return;
  if (conn) {
    o->pending = conn->next_pending;
    socket_adopt(conn, socket);
  }
  object_react(o, SERVER_CONNECTION);
}

static void on_close(weir_server *server, void *user) {
  object *o = user;
  (void)server;
  o->closed = true;
  object_event(o, SERVER_CLOSE);
}

static void on_error(weir_server *server, const weir_error *error, void *user) {
  object *o = user;
  (void)server;
  if (object_tells(o, SERVER_ERROR)) trace_log_error(o->s->t, o->as->name, "error", error);
  object_react(o, SERVER_ERROR);
}

static void print_end(object *o, const weir_address *address, const char *end, trace_text *out) {
  char host[WEIR_ADDRESS_TEXT_SIZE];
  (void)weir_address_format(address, host, sizeof host);
  trace_text_format(out, "\"%sAddress\":\"%s\",\"%sPort\":", end, host, end);
  place_print_port(o->s, address->port, out);
  trace_text_format(out, ",\"%sFamily\":\"IPv%d\"", end, address->family);
}

static void on_drop(weir_server *server, const weir_drop *drop, void *user) {
  object *o = user;
  trace_text shown = {0};
  (void)server;
  if (drop->remote_address.family == WEIR_FAMILY_NONE) {
    trace_text_format(&shown, " undefined");
  } else {
    trace_text_format(&shown, " {");
    print_end(o, &drop->local_address, "local", &shown);
    trace_text_format(&shown, ",");
    print_end(o, &drop->remote_address, "remote", &shown);
    trace_text_format(&shown, "}");
  }
  if (object_tells(o, SERVER_DROP))
    trace_log(o->s->t, o->as->name, "drop%s", shown.bytes ? shown.bytes : "");
  trace_text_free(&shown);
  object_react(o, SERVER_DROP);
}

static const weir_server_handlers handlers = {
    sizeof handlers, on_listening, on_connection, on_close, on_error, NULL, on_drop};

bool server_create(object *o, const option *options, const char *prefix) {
  weir_server_options how = WEIR_SERVER_OPTIONS_INIT;
  scene *s = o->s;
  object_options(o, options, prefix);
  option_flag(s, option_find(options, prefix, "allowHalfOpen"), &how.allow_half_open);
  option_flag(s, option_find(options, prefix, "pauseOnConnect"), &how.pause_on_connect);
  option_mark(s, option_find(options, prefix, "highWaterMark"), &how.high_water_mark_bytes);
  option_flag(s, option_find(options, prefix, "noDelay"), &how.no_delay);
  option_flag(s, option_find(options, prefix, "keepAlive"), &how.keep_alive);
  option_delay(s, option_find(options, prefix, "keepAliveInitialDelay"),
               &how.keep_alive_initial_delay_ms);
  if (s->over) return false;
  weir_err err = weir_create_server(s->loop, &how, &handlers, o, &o->server);
  return scene_check(s, "net.createServer()", err);
}

void server_make(object *o, const statement *at) {
  (void)server_create(o, at->options, NULL);
}

void server_accept(object *server, object *conn) {
  object **end = &server->pending;
  while (*end) end = &(*end)->next_pending;
  *end = conn;
}
