/* What sockets can be asked to do. One line of the table and one function for each. */
#include "conformance/interpreter/call.h"
#include "conformance/interpreter/place.h"
#include "conformance/interpreter/resolver.h"
#include "conformance/interpreter/socket_watch.h"

#include <stdlib.h>
#include <string.h>

static weir_connect_options connect_options(call *c) {
  weir_connect_options options = WEIR_CONNECT_OPTIONS_INIT;
  endpoint where;
  endpoint_read(c, &where);
  options.port = where.port;
  options.host = where.host;
  options.path = where.path;
  options.path_length = where.path_length;
  options.pipe_half_close = true; /* As Unix sockets have it. */
  resolver_options_read(c, &options);
  return options;
}

static void run_connect(call *c) {
  weir_connect_options options = connect_options(c);
  if (c->s->over) return;
  if (!weir_socket_connecting(c->o->socket)) c->o->closed = false;
  call_returns(c, CALL_SELF,
               weir_socket_connect(c->o->socket, &options, call_socket_callback(c), call_user(c)));
  c->throws = c->err != WEIR_OK; /* Nothing follows a connect() that was refused. */
}

/* weir_connect() has no callback, as handlers are there from the beginning. */
static weir_err create_told(call *c, const weir_socket_options *how,
                            const weir_connect_options *where,
                            const weir_socket_handlers *handlers) {
  object *o = c->o;
  weir_err err = weir_socket_create(c->s->loop, how, handlers, o, &o->socket);
  if (err != WEIR_OK) return err;
  err = weir_socket_connect(o->socket, where, call_socket_callback(c), call_user(c));
  if (err == WEIR_OK) return WEIR_OK;
  (void)weir_socket_set_handlers(o->socket, NULL, NULL);
  weir_socket_destroy(o->socket, NULL);
  o->socket = NULL;
  return err;
}

/* The statement `connection`: the object has no socket yet. */
static void run_create_connection(call *c) {
  object *o = c->o;
  weir_connect_options where = connect_options(c);
  weir_socket_options how;
  if (c->s->over || !socket_options_read(o, c->at->options, NULL, &how)) return;
  option_timeout(c->s, call_option(c, "timeout"), &how.timeout_ms);
  if (c->s->over) return;
  weir_loop *loop = c->s->loop;
  const weir_socket_handlers *handlers = socket_handlers(o);
  weir_err err = c->at->label ? create_told(c, &how, &where, handlers)
                              : weir_connect(loop, &how, &where, handlers, o, &o->socket);
  if (err == WEIR_OK) (void)weir_socket_retain(o->socket);
  call_returns(c, CALL_SELF, err);
}

/* An encoding by its name. What C has no name for, and null, is utf8 as in Node. */
static weir_err read_encoding(const value *name, weir_encoding *out_encoding) {
  *out_encoding = WEIR_ENCODING_UTF8;
  if (!name || name->kind == VALUE_NULL) return WEIR_OK;
  return weir_encoding_parse(name->text, name->length, out_encoding);
}

/* How a chunk is written: bytes as they are, text in the encoding that is said or set. */
static weir_err chunk_encoding(const call *c, const value *chunk, weir_encoding *out_encoding) {
  *out_encoding = WEIR_ENCODING_NONE;
  if (!chunk || chunk->kind != VALUE_TEXT) return WEIR_OK;
  *out_encoding = c->o->written;
  return call_value(c, 1) ? read_encoding(call_value(c, 1), out_encoding) : WEIR_OK;
}

static void run_write(call *c) {
  size_t length = 0;
  const value *chunk = call_value(c, 0);
  const char *bytes = NULL;
  weir_encoding encoding;
  if (!call_bytes(c, chunk, &bytes, &length)) return;
  weir_err err = chunk_encoding(c, chunk, &encoding);
  weir_socket_callback callback = call_socket_callback(c);
  if (err == WEIR_OK && encoding == WEIR_ENCODING_NONE)
    err = weir_socket_write(c->o->socket, bytes, length, callback, call_user(c));
  else if (err == WEIR_OK)
    err = weir_socket_write_text(c->o->socket, bytes, length, encoding, callback, call_user(c));
  call_returns(c, CALL_BOOLEAN, err);
}

static void run_end(call *c) {
  size_t length = 0;
  const value *chunk = call_value(c, 0);
  const char *bytes = NULL;
  weir_encoding encoding;
  if (chunk && !call_bytes(c, chunk, &bytes, &length)) return;
  weir_err err = chunk_encoding(c, chunk, &encoding);
  weir_socket_callback callback = call_socket_callback(c);
  if (err == WEIR_OK && encoding == WEIR_ENCODING_NONE)
    err = weir_socket_end(c->o->socket, bytes, length, callback, call_user(c));
  else if (err == WEIR_OK)
    err = weir_socket_end_text(c->o->socket, bytes, length, encoding, callback, call_user(c));
  call_returns(c, CALL_SELF, err);
}

static void run_set_encoding(call *c) {
  weir_encoding encoding;
  weir_err err = read_encoding(call_value(c, 0), &encoding);
  if (err == WEIR_OK) err = weir_socket_set_encoding(c->o->socket, encoding);
  call_returns(c, CALL_SELF, err);
}

/* weir says the encoding with each text, so this is a matter of the program. */
static void run_set_default_encoding(call *c) {
  weir_encoding encoding;
  weir_err err = read_encoding(call_value(c, 0), &encoding);
  if (err == WEIR_OK) c->o->written = encoding;
  call_returns(c, CALL_SELF, err);
}

static void run_cork(call *c) {
  weir_socket_cork(c->o->socket);
}

static void run_uncork(call *c) {
  weir_socket_uncork(c->o->socket);
}

static void run_pause(call *c) {
  weir_socket_pause(c->o->socket);
  call_returns(c, CALL_SELF, WEIR_OK);
}

static void run_resume(call *c) {
  weir_socket_resume(c->o->socket);
  call_returns(c, CALL_SELF, WEIR_OK);
}

/* Whole milliseconds are what C can write. */
static void run_set_timeout(call *c) {
  const value *ms = call_value(c, 0);
  c->unsayable = !ms || ms->kind != VALUE_NUMBER || !(ms->number > -9e15 && ms->number < 9e15) ||
                 (double)(int64_t)ms->number != ms->number;
  if (c->unsayable) return;
  call_returns(c, CALL_SELF,
               weir_socket_set_timeout(c->o->socket, (int64_t)ms->number, call_socket_callback(c),
                                       call_user_of_label(c)));
}

static void run_set_no_delay(call *c) {
  bool no_delay = true;
  option_flag(c->s, call_value(c, 0), &no_delay);
  if (!c->s->over) call_returns(c, CALL_SELF, weir_socket_set_no_delay(c->o->socket, no_delay));
}

static void run_set_keep_alive(call *c) {
  bool keep_alive = false;
  uint32_t delay_ms = 0;
  option_flag(c->s, call_value(c, 0), &keep_alive);
  option_delay(c->s, call_value(c, 1), &delay_ms);
  if (c->s->over) return;
  call_returns(c, CALL_SELF, weir_socket_set_keep_alive(c->o->socket, keep_alive, delay_ms));
}

/* read() takes what there is, which in C is asked for by its length. */
static void run_read(call *c) {
  const value *wanted = call_value(c, 0);
  int64_t length = (int64_t)weir_socket_readable_length(c->o->socket);
  option_mark(c->s, wanted, &length);
  if (c->s->over) return;
  c->outcome = CALL_VALUE;
  uint8_t *bytes = length >= 0 ? malloc((size_t)length + 1) : NULL;
  if (!bytes) {
    scene_fail(c->s, "no memory to read into");
    return;
  }
  size_t taken = 0;
  c->err = weir_socket_read(c->o->socket, bytes, (size_t)length, &taken);
  if (taken > 0 && weir_socket_encoding(c->o->socket) != WEIR_ENCODING_NONE)
    trace_text_show(&c->shown, (const char *)bytes, taken);
  else if (taken > 0)
    trace_text_bytes(&c->shown, bytes, taken);
  else
    trace_text_format(&c->shown, "null");
  free(bytes);
}

static void run_pipe(call *c) {
  const object *to = object_of(c->s, call_value(c, 0)->object);
  if (!to) return;
  c->outcome = CALL_SELF;
  c->err = weir_socket_pipe(c->o->socket, to->socket, NULL);
  (void)scene_check(c->s, "pipe", c->err);
}

static void run_destroy(call *c) {
  weir_error error = WEIR_ERROR_INIT;
  const value *message = call_value(c, 0);
  option_text(c->s, message, &error.message);
  if (c->s->over) return;
  weir_socket_destroy(c->o->socket, message ? &error : NULL);
  call_returns(c, CALL_SELF, WEIR_OK);
}

static void run_destroy_soon(call *c) {
  weir_socket_destroy_soon(c->o->socket);
}

static void run_reset_and_destroy(call *c) {
  call_returns(c, CALL_SELF, weir_socket_reset_and_destroy(c->o->socket));
}

static void run_ref(call *c) {
  weir_socket_ref(c->o->socket);
  call_returns(c, CALL_SELF, WEIR_OK);
}

static void run_unref(call *c) {
  weir_socket_unref(c->o->socket);
  call_returns(c, CALL_SELF, WEIR_OK);
}

/* weir has one handler, so a second listener changes nothing. */
static void run_attach(call *c) {
  const value *mode = call_option(c, "data");
  call_returns(c, CALL_SELF, WEIR_OK);
  if (!mode) scene_fail(c->s, "it is: attach data, or data=log, data=count, data=join");
  if (c->s->over || c->o->consumes) return;
  c->o->data = DATA_LOG;
  if (mode->kind == VALUE_WORD) socket_data_mode(c->o, mode);
  if (c->o->data == DATA_READABLE) scene_fail(c->s, "data=readable is an option of an object");
  socket_consume(c->o, true);
}

static void run_detach(call *c) {
  socket_consume(c->o, false);
  call_returns(c, CALL_SELF, WEIR_OK);
}

static void run_address(call *c) {
  weir_address address = {0};
  c->err = weir_socket_local_address(c->o->socket, &address);
  place_print_address(c->s, &address, &c->shown);
  c->outcome = CALL_VALUE;
}

static void run_set(call *c) {
  bool allow = false;
  if (strcmp(call_value(c, 0)->text, "allowHalfOpen") != 0) {
    scene_fail(c->s, "only allowHalfOpen can be set");
    return;
  }
  option_flag(c->s, call_value(c, 1), &allow);
  if (!c->s->over) weir_socket_set_allow_half_open(c->o->socket, allow);
}

static const option_entry connect_option_table[] = {{"port", A_SERVER | A_PORT, true},
                                                    {"host", 0, true},
                                                    {"path", A_SERVER | A_PATH, true},
                                                    {"localAddress", 0, true},
                                                    {"localPort", A_SERVER | A_PORT, true},
                                                    {"family", 0, true},
                                                    {"hints", 0, true},
                                                    {"lookup", A_RESOLVER, true},
                                                    {"timeout", 0, true},
                                                    {"autoSelectFamily", 0, true},
                                                    {"autoSelectFamilyAttemptTimeout", 0, true},
                                                    {"signal", A_SIGNAL, true},
                                                    {"noDelay", 0, true},
                                                    {"keepAlive", 0, true},
                                                    {"keepAliveInitialDelay", 0, true},
                                                    {"all", 0, false},
                                                    {"verbatim", 0, false},
                                                    {"onread", 0, true},
                                                    {"onreadStop", 0, true},
                                                    {"fd", 0, false},
                                                    /* Of `connection` only: */
                                                    {"quiet", 0, true},
                                                    {"skip", 0, true},
                                                    {"data", 0, true},
                                                    {"allowHalfOpen", 0, true},
                                                    {"highWaterMark", 0, true},
                                                    {"readableHighWaterMark", 0, true},
                                                    {"writableHighWaterMark", 0, true},
                                                    {.name = NULL}};

const call_entry connection_call = {
    "connection",         0, 1, A_SERVER | A_PORT | A_PATH, NO_WORDS, connect_option_table, true,
    run_create_connection};

static const option_entry listener_options[] = {{"data", 0, true}, {.name = NULL}};

const call_entry socket_calls[] = {
    {"connect", 0, 1, A_SERVER | A_PORT | A_PATH, NO_WORDS, connect_option_table, true,
     run_connect},
    {"write", 1, 2, 0, 1, NULL, true, run_write},
    {"end", 0, 2, 0, 1, NULL, true, run_end},
    {"cork", 0, 0, 0, NO_WORDS, NULL, false, run_cork},
    {"uncork", 0, 0, 0, NO_WORDS, NULL, false, run_uncork},
    {"pause", 0, 0, 0, NO_WORDS, NULL, false, run_pause},
    {"resume", 0, 0, 0, NO_WORDS, NULL, false, run_resume},
    {"read", 0, 1, 0, NO_WORDS, NULL, false, run_read},
    {"setEncoding", 0, 1, 0, 0, NULL, false, run_set_encoding},
    {"setDefaultEncoding", 0, 1, 0, 0, NULL, false, run_set_default_encoding},
    {"setTimeout", 0, 1, 0, NO_WORDS, NULL, true, run_set_timeout},
    {"setNoDelay", 0, 1, 0, NO_WORDS, NULL, false, run_set_no_delay},
    {"setKeepAlive", 0, 2, 0, NO_WORDS, NULL, false, run_set_keep_alive},
    {"destroy", 0, 1, 0, NO_WORDS, NULL, false, run_destroy},
    {"destroySoon", 0, 0, 0, NO_WORDS, NULL, false, run_destroy_soon},
    {"resetAndDestroy", 0, 0, 0, NO_WORDS, NULL, false, run_reset_and_destroy},
    {"ref", 0, 0, 0, NO_WORDS, NULL, false, run_ref},
    {"unref", 0, 0, 0, NO_WORDS, NULL, false, run_unref},
    {"pipe", 1, 1, A_SOCKET, NO_WORDS, NULL, false, run_pipe},
    {"attach", 0, 0, 0, NO_WORDS, listener_options, false, run_attach},
    {"detach", 0, 0, 0, NO_WORDS, listener_options, false, run_detach},
    {"address", 0, 0, 0, NO_WORDS, NULL, false, run_address},
    {"set", 2, 2, 0, 0, NULL, false, run_set},
    {.name = NULL}};
