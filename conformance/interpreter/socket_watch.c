/* Watched sockets: a line for each event, then whoever reacts. */
#include "conformance/interpreter/socket_watch.h"

#include "conformance/interpreter/call.h"
#include "conformance/interpreter/resolver.h"

#include <string.h>

const event_entry socket_events[] = {[SOCKET_LOOKUP] = {"lookup", true},
                                     [SOCKET_CONNECT] = {"connect", true},
                                     [SOCKET_READY] = {"ready", true},
                                     [SOCKET_DATA] = {"data", true},
                                     [SOCKET_END] = {"end", true},
                                     [SOCKET_TIMEOUT] = {"timeout", true},
                                     [SOCKET_DRAIN] = {"drain", true},
                                     [SOCKET_FINISH] = {"finish", true},
                                     [SOCKET_ERROR] = {"error", true},
                                     [SOCKET_CLOSE] = {"close", true},
                                     [SOCKET_ACCEPTED] = {"accepted", true},
                                     [SOCKET_READABLE] = {"readable", true},
                                     {.name = NULL}};

const option_entry socket_options[] = {{"quiet", 0, true},
                                       {"skip", 0, true},
                                       {"data", 0, true},
                                       {"allowHalfOpen", 0, true},
                                       {"highWaterMark", 0, true},
                                       {"readableHighWaterMark", 0, true},
                                       {"writableHighWaterMark", 0, true},
                                       {"readable", 0, true},
                                       {"writable", 0, true},
                                       {"fd", 0, false},
                                       {"handle", A_SOCKET, false},
                                       {"signal", A_SIGNAL, true},
                                       {"onread", 0, true},
                                       {"onreadStop", 0, true},
                                       {"objectMode", 0, false},
                                       {"readableObjectMode", 0, false},
                                       {"writableObjectMode", 0, false},
                                       {"noDelay", 0, true},
                                       {"keepAlive", 0, true},
                                       {"keepAliveInitialDelay", 0, true},
                                       {"encoding", 0, false},
                                       {"timeout", 0, true}, /* Of `connection` only. */
                                       {.name = NULL}};

static void on_connect(weir_socket *socket, void *user) {
  (void)socket;
  object_event(user, SOCKET_CONNECT);
}

static void on_ready(weir_socket *socket, void *user) {
  (void)socket;
  object_event(user, SOCKET_READY);
}

static void on_data(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  object *o = user;
  bool is_text = weir_socket_encoding(socket) != WEIR_ENCODING_NONE;
  if (o->s->over) return;
  bool shown = object_tells(o, SOCKET_DATA);
  o->received += length;
  if (o->data == DATA_JOIN) {
    trace_text_add(&o->total, (const char *)data, length);
    o->total_is_text = o->total_is_text || is_text;
  }
  if (shown && o->data == DATA_LOG && is_text)
    trace_log_text(o->s->t, o->as->name, (const char *)data, length);
  else if (shown && o->data == DATA_LOG)
    trace_log_data(o->s->t, o->as->name, data, length);
  object_react(o, SOCKET_DATA);
}

static void on_readable(weir_socket *socket, void *user) {
  (void)socket;
  object_event(user, SOCKET_READABLE);
}

static void on_end(weir_socket *socket, void *user) {
  (void)socket;
  object_event(user, SOCKET_END);
}

static void on_timeout(weir_socket *socket, void *user) {
  (void)socket;
  object_event(user, SOCKET_TIMEOUT);
}

static void on_drain(weir_socket *socket, void *user) {
  (void)socket;
  object_event(user, SOCKET_DRAIN);
}

static void on_finish(weir_socket *socket, void *user) {
  (void)socket;
  object_event(user, SOCKET_FINISH);
}

static void on_error(weir_socket *socket, const weir_error *error, void *user) {
  object *o = user;
  (void)socket;
  if (object_tells(o, SOCKET_ERROR)) trace_log_error(o->s->t, o->as->name, "error", error);
  object_react(o, SOCKET_ERROR);
}

static void on_close(weir_socket *socket, bool had_error, void *user) {
  object *o = user;
  (void)socket;
  o->closed = true;
  if (object_tells(o, SOCKET_CLOSE))
    trace_log(o->s->t, o->as->name, "close hadError=%s", had_error ? "true" : "false");
  object_react(o, SOCKET_CLOSE);
}

static void on_lookup(weir_socket *socket, const weir_error *error, const weir_address *address,
                      const char *host, void *user) {
  object *o = user;
  (void)socket;
  if (object_tells(o, SOCKET_LOOKUP)) resolver_print_lookup(o, error, address, host);
  object_react(o, SOCKET_LOOKUP);
}

/* What all tables have. */
#define WATCHED                                                                                    \
  .size = sizeof(weir_socket_handlers), .on_connect = on_connect, .on_ready = on_ready,            \
  .on_end = on_end, .on_drain = on_drain, .on_finish = on_finish, .on_error = on_error,            \
  .on_close = on_close, .on_lookup = on_lookup, .on_timeout = on_timeout

static const weir_socket_handlers tables[2][2] = {
    {{WATCHED}, {WATCHED, .on_data = on_data}},
    {{WATCHED, .on_readable = on_readable},
     {WATCHED, .on_data = on_data, .on_readable = on_readable}}};

const weir_socket_handlers *socket_handlers(const object *o) {
  return &tables[o->asks][o->consumes];
}

void socket_consume(object *o, bool consume) {
  o->consumes = consume;
  (void)scene_check(o->s, "weir_socket_set_handlers",
                    weir_socket_set_handlers(o->socket, socket_handlers(o), o));
}

void socket_data_mode(object *o, const value *mode) {
  static const char *const modes[] = {"log", "none", "count", "join", "readable"};
  size_t i = 0;
  while (i < 5 && (mode->kind != VALUE_WORD || strcmp(mode->text, modes[i]) != 0)) i++;
  if (i == 5) scene_fail(o->s, "data is log, none, count, join or readable");
  o->data = (data_mode)(i % 5);
}

void socket_expect(object *o, const option *options, const char *prefix) {
  const value *mode = option_find(options, prefix, "data");
  object_options(o, options, prefix);
  if (mode) socket_data_mode(o, mode);
  o->asks = o->data == DATA_READABLE;
  o->consumes = o->data != DATA_NONE && !o->asks;
}

bool socket_options_read(object *o, const option *options, const char *prefix,
                         weir_socket_options *out_options) {
  scene *s = o->s;
  *out_options = (weir_socket_options)WEIR_SOCKET_OPTIONS_INIT;
  option_flag(s, option_find(options, prefix, "allowHalfOpen"), &out_options->allow_half_open);
  option_mark(s, option_find(options, prefix, "readableHighWaterMark"),
              &out_options->readable_high_water_mark_bytes);
  option_mark(s, option_find(options, prefix, "writableHighWaterMark"),
              &out_options->writable_high_water_mark_bytes);
  /* As in Node, the one for both counts more. */
  const value *both = option_find(options, prefix, "highWaterMark");
  option_mark(s, both, &out_options->readable_high_water_mark_bytes);
  option_mark(s, both, &out_options->writable_high_water_mark_bytes);
  option_flag(s, option_find(options, prefix, "noDelay"), &out_options->no_delay);
  option_flag(s, option_find(options, prefix, "keepAlive"), &out_options->keep_alive);
  option_delay(s, option_find(options, prefix, "keepAliveInitialDelay"),
               &out_options->keep_alive_initial_delay_ms);
  option_flag(s, option_find(options, prefix, "readable"), &out_options->readable);
  option_flag(s, option_find(options, prefix, "writable"), &out_options->writable);
  option_signal(s, option_find(options, prefix, "signal"), &out_options->signal);
  out_options->onread = socket_onread(o, options, prefix);
  return !s->over;
}

bool socket_create(object *o, const option *options, const char *prefix) {
  weir_socket_options how;
  socket_expect(o, options, prefix);
  if (!socket_options_read(o, options, prefix, &how)) return false;
  weir_err err = weir_socket_create(o->s->loop, &how, socket_handlers(o), o, &o->socket);
  if (!scene_check(o->s, "new net.Socket()", err)) return false;
  (void)weir_socket_retain(o->socket);
  return true;
}

void socket_make(object *o, const statement *at) {
  (void)socket_create(o, at->options, NULL);
}

void socket_adopt(object *o, weir_socket *socket) {
  o->socket = weir_socket_retain(socket);
  o->accepted = true;
  socket_consume(o, o->consumes);
  o->s->happened++;
  object_react(o, SOCKET_ACCEPTED);
}
