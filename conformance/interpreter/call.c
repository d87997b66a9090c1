/* Calls in general. What each does is in the files of the kinds. */
#include "conformance/interpreter/call.h"

#include "conformance/interpreter/task.h"

#include <stdlib.h>
#include <string.h>

enum { MESSAGE_SIZE = 512 };

/* What Node throws; the rest of what weir returns is told by events there. */
static bool is_thrown(weir_err err) {
  if (err < WEIR_ERR_INVALID_ARG_TYPE) return false; /* What the system says. */
  switch (err) {
  case WEIR_ERR_SERVER_NOT_RUNNING:
  case WEIR_ERR_SOCKET_CLOSED:
  case WEIR_ERR_STREAM_ALREADY_FINISHED:
  case WEIR_ERR_STREAM_DESTROYED:
  case WEIR_ERR_STREAM_WRITE_AFTER_END: return false;
  default: return true;
  }
}

static void print_outcome(call *c, trace_text *out) {
  weir_error error = WEIR_ERROR_INIT;
  error.code = c->err;
  if (c->throws) {
    trace_text_format(out, "throws ");
    trace_text_error(out, &error);
    return;
  }
  switch (c->outcome) {
  case CALL_UNDEFINED: trace_text_format(out, "undefined"); break;
  case CALL_SELF: trace_text_format(out, "self"); break;
  case CALL_BOOLEAN: trace_text_format(out, "%s", c->err == WEIR_OK ? "true" : "false"); break;
  case CALL_VALUE: trace_text_add(out, c->shown.bytes, c->shown.length);
  }
}

static void show(call *c) {
  trace_text text = {0};
  print_outcome(c, &text);
  trace_log(c->s->t, c->o->as->name, "%s -> %s", c->at->text, text.bytes ? text.bytes : "");
  trace_text_free(&text);
}

static bool options_are_there(call *c) {
  for (const option *x = c->at->options; x; x = x->next)
    if (!x->entry->there) {
      scene_lacks(c->s, x->entry->name);
      return false;
    }
  return true;
}

void call_run(scene *s, const statement *at, bool shown) {
  object *o = object_of(s, at->object);
  call c = {.s = s, .o = o, .at = at};
  if (!o) return;
  if (!at->call->run) {
    scene_lacks(s, at->call->name);
    return;
  }
  if (!options_are_there(&c)) return;
  at->call->run(&c);
  if (c.unsayable && !shown) scene_fail(s, "C cannot write this call");
  if (shown && !s->over && !c.unsayable)
    show(&c);
  else if (!s->over && c.throws)
    scene_throw(s, c.err);
  trace_text_free(&c.shown);
}

void call_returns(call *c, call_outcome outcome, weir_err err) {
  c->outcome = outcome;
  c->err = err;
  c->throws = is_thrown(err);
}

const value *call_value(const call *c, size_t index) {
  return index < c->at->value_count ? &c->at->values[index] : NULL;
}

const value *call_option(const call *c, const char *name) {
  return option_find(c->at->options, NULL, name);
}

/* Node's null is a NULL that claims to be a byte. */
bool call_bytes(call *c, const value *v, const char **out_bytes, size_t *out_length) {
  *out_bytes = NULL;
  *out_length = 1;
  if (v->kind == VALUE_NULL) return true;
  c->unsayable = v->kind != VALUE_TEXT && v->kind != VALUE_BYTES;
  if (c->unsayable) return false;
  char *bytes = value_bytes(v, out_length);
  if (!bytes) {
    scene_fail(c->s, "no memory for the bytes");
    return false;
  }
  *out_bytes = store_text(&c->s->memory, bytes, *out_length);
  free(bytes);
  return true;
}

/* A callback knows the object and the statement. */
typedef struct note {
  const object *o;
  const statement *at;
} note;

void call_tell(const object *o, const statement *at, const char *text) {
  if (o->s->over) return;
  o->s->happened++;
  trace_log(o->s->t, o->as->name, "%s%s%s", at->label, *text ? " " : "", text);
  if (at->body) task_start(o->s, at->body, false);
}

static void tell(const note *n, const weir_error *error) {
  char message[MESSAGE_SIZE];
  trace_text text = {0};
  if (n->o->s->over) return;
  if (error) {
    size_t length = weir_error_message(error, message, sizeof message);
    trace_text_format(&text, "error ");
    if (error->code != WEIR_OK) trace_text_format(&text, "%s ", weir_err_name(error->code));
    trace_text_quote(&text, message, length < MESSAGE_SIZE ? length : MESSAGE_SIZE - 1);
  }
  call_tell(n->o, n->at, text.bytes ? text.bytes : "");
  trace_text_free(&text);
}

static void tell_socket(weir_socket *socket, const weir_error *error, void *user) {
  (void)socket;
  tell(user, error);
}

static void tell_server(weir_server *server, const weir_error *error, void *user) {
  (void)server;
  tell(user, error);
}

weir_socket_callback call_socket_callback(const call *c) {
  return c->at->label ? tell_socket : NULL;
}

weir_server_callback call_server_callback(const call *c) {
  return c->at->label ? tell_server : NULL;
}

void *call_user(call *c) {
  note *n = store_take(&c->s->memory, sizeof *n);
  *n = (note){c->o, c->at};
  return n;
}

struct label {
  note of;
  struct label *next;
};

void *call_user_of_label(call *c) {
  struct label *l = c->o->labels;
  if (!c->at->label) return NULL;
  while (l && strcmp(l->of.at->label, c->at->label) != 0) l = l->next;
  if (l) return &l->of;
  l = store_take(&c->s->memory, sizeof *l);
  *l = (struct label){{c->o, c->at}, c->o->labels};
  c->o->labels = l;
  return &l->of;
}

static void refuse(scene *s, const value *v) {
  trace_text text = {0};
  value_print(v, &text);
  scene_fail(s, "weir takes no %s there", text.bytes ? text.bytes : "such value");
  trace_text_free(&text);
}

void option_flag(scene *s, const value *v, bool *out_flag) {
  if (!v) return;
  if (v->kind == VALUE_BOOLEAN)
    *out_flag = v->boolean;
  else
    refuse(s, v);
}

void option_mark(scene *s, const value *v, int64_t *out_mark) {
  if (!v) return;
  bool fits = v->kind == VALUE_NUMBER && v->number < 9e15 && v->number > -9e15;
  if (fits && (double)(int64_t)v->number == v->number)
    *out_mark = (int64_t)v->number;
  else
    refuse(s, v);
}

void option_int(scene *s, const value *v, int32_t *out_number) {
  int64_t number = *out_number;
  option_mark(s, v, &number);
  if (number < INT32_MIN || number > INT32_MAX)
    refuse(s, v);
  else
    *out_number = (int32_t)number;
}

void option_delay(scene *s, const value *v, uint32_t *out_delay_ms) {
  int64_t delay = *out_delay_ms;
  option_mark(s, v, &delay);
  if (delay > UINT32_MAX)
    refuse(s, v);
  else
    *out_delay_ms = delay > 0 ? (uint32_t)delay : 0;
}

void option_timeout(scene *s, const value *v, int64_t *out_timeout_ms) {
  int64_t timeout = 0;
  option_mark(s, v, &timeout);
  if (timeout != 0) *out_timeout_ms = timeout;
}

void option_text(scene *s, const value *v, const char **out_text) {
  size_t length;
  if (!v) return;
  if ((v->kind == VALUE_TEXT && v->repeat == 1) || v->kind == VALUE_WORD) {
    *out_text = v->text;
  } else if (v->kind == VALUE_TEXT) {
    char *bytes = value_bytes(v, &length);
    if (bytes) *out_text = store_text(&s->memory, bytes, length);
    free(bytes);
  } else {
    refuse(s, v);
  }
}

/* Where an object is. `alone`: it was given instead of a port, so the host comes with it. */
static void take_object(call *c, const value *v, bool alone, endpoint *out) {
  const object *o = object_of(c->s, v->object);
  if (!o) return;
  if (o->path) {
    out->path = o->path;
    out->path_length = o->path_length;
  } else if (o->port >= 0) {
    out->port = o->port;
    if (alone) out->host = o->host;
  } else {
    scene_fail(c->s, "%s does not listen", o->as->name);
  }
}

static void take_path(call *c, const value *v, endpoint *out) {
  if (v->kind == VALUE_OBJECT) {
    take_object(c, v, true, out);
  } else if (v->kind == VALUE_NUMBER) {
    option_int(c->s, v, &out->port);
  } else {
    option_text(c->s, v, &out->path);
    out->path_length = v->length;
  }
}

void endpoint_read(call *c, endpoint *out_endpoint) {
  const value *first = call_value(c, 0);
  const value *port = call_option(c, "port");
  const value *path = call_option(c, "path");
  *out_endpoint = (endpoint){.port = -1};
  if (first) take_path(c, first, out_endpoint);
  if (path) take_path(c, path, out_endpoint);
  if (port && port->kind == VALUE_OBJECT)
    take_object(c, port, false, out_endpoint);
  else
    option_int(c->s, port, &out_endpoint->port);
  option_text(c->s, call_option(c, "host"), &out_endpoint->host);
}
