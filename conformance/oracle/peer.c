/* Watched sockets: a line for each event, then whoever waits for it. Also the calls of scenarios
 * that Node makes in one word. */
#include "conformance/oracle/scene.h"

#include "conformance/oracle/scene_internal.h"

#include <stdlib.h>
#include <string.h>

enum { MESSAGE_SIZE = 256 };

struct note {
  scene *s;
  const char *label;
  note_style style;
  scene_function run;
  note *next;
};

/* True if the event is a line of the trace. */
static bool is_shown(const peer *p, peer_event event) {
  if (p->watch & WATCH_NOTHING) return false;
  if (event == PEER_CONNECT && (p->watch & WATCH_NO_CONNECT)) return false;
  if (!(p->watch & WATCH_ONLY_DATA)) return true;
  return event == PEER_DATA || event == PEER_DRAIN || event == PEER_ERROR;
}

/* Other listeners come behind the line, and whoever waits behind them. */
static void told(peer *p, peer_event event) {
  scene *s = p->scene;
  if (s->finished) return;
  if (p->on[event]) p->on[event](s);
  while (p->awaited[event] > 0) {
    p->awaited[event]--;
    scene_happened(s);
  }
}

static void show(peer *p, peer_event event, const char *line) {
  if (is_shown(p, event)) trace_log(p->scene->t, p->name, "%s", line);
  told(p, event);
}

static void on_connect(weir_socket *socket, void *user) {
  (void)socket;
  show(user, PEER_CONNECT, "connect");
}

static void on_ready(weir_socket *socket, void *user) {
  (void)socket;
  show(user, PEER_READY, "ready");
}

static void on_data(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  peer *p = user;
  (void)socket;
  if (p->on_bytes)
    p->on_bytes(p->scene, data, length);
  else if (is_shown(p, PEER_DATA))
    trace_log_data(p->scene->t, p->name, data, length);
  told(p, PEER_DATA);
}

static void on_end(weir_socket *socket, void *user) {
  (void)socket;
  show(user, PEER_END, "end");
}

static void on_drain(weir_socket *socket, void *user) {
  (void)socket;
  show(user, PEER_DRAIN, "drain");
}

static void on_finish(weir_socket *socket, void *user) {
  (void)socket;
  show(user, PEER_FINISH, "finish");
}

static void on_error(weir_socket *socket, const weir_error *error, void *user) {
  peer *p = user;
  (void)socket;
  if (is_shown(p, PEER_ERROR)) trace_log_error(p->scene->t, p->name, "error", error);
  told(p, PEER_ERROR);
}

static void on_close(weir_socket *socket, bool had_error, void *user) {
  peer *p = user;
  (void)socket;
  p->closed = true;
  show(p, PEER_CLOSE, had_error ? "close hadError=true" : "close hadError=false");
}

static const weir_socket_handlers with_data = {sizeof with_data, on_connect, on_ready,
                                               on_data,          on_end,     on_drain,
                                               on_finish,        on_error,   on_close};
static const weir_socket_handlers without_data = {
    sizeof without_data, on_connect, on_ready, NULL, on_end, on_drain,
    on_finish,           on_error,   on_close};

static const weir_socket_handlers *handlers_for(unsigned watch) {
  return watch & (WATCH_NO_DATA | WATCH_NOTHING) ? &without_data : &with_data;
}

void peer_create(peer *p, unsigned watch, bool half_open) {
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  options.allow_half_open = half_open;
  p->watch = watch;
  weir_err err = weir_socket_create(p->scene->loop, &options, handlers_for(watch), p, &p->socket);
  scene_check(p->scene, "weir_socket_create", err);
  (void)weir_socket_retain(p->socket);
}

void peer_adopt(peer *p, weir_socket *socket, unsigned watch) {
  p->watch = watch;
  p->socket = weir_socket_retain(socket);
  scene_check(p->scene, "weir_socket_set_handlers",
              weir_socket_set_handlers(socket, handlers_for(watch), p));
}

void peer_consume(peer *p, bool consume) {
  const weir_socket_handlers *handlers = consume ? &with_data : &without_data;
  scene_check(p->scene, "weir_socket_set_handlers",
              weir_socket_set_handlers(p->socket, handlers, p));
}

void peer_connect(peer *p) {
  weir_connect_options options = WEIR_CONNECT_OPTIONS_INIT;
  options.port = (int32_t)p->scene->port;
  options.host = "127.0.0.1";
  scene_check(p->scene, "weir_socket_connect",
              weir_socket_connect(p->socket, &options, NULL, NULL));
}

void peer_connect_path(peer *p) {
  weir_connect_options options = WEIR_CONNECT_OPTIONS_INIT;
  options.path = p->scene->path;
  scene_check(p->scene, "weir_socket_connect",
              weir_socket_connect(p->socket, &options, NULL, NULL));
}

void peer_connect_new(peer *p, unsigned watch) {
  peer_create(p, watch, false);
  peer_connect(p);
}

static note *add_note(scene *s, note filled) {
  note *made = malloc(sizeof *made);
  if (!made) {
    scene_fail(s, "malloc", WEIR_ENOMEM);
    return NULL;
  }
  *made = filled;
  made->s = s;
  made->next = s->notes;
  s->notes = made;
  return made;
}

note *scene_note(scene *s, const char *label, note_style style) {
  return add_note(s, (note){.label = label, .style = style});
}

note *scene_note_run(scene *s, scene_function run) {
  return add_note(s, (note){.run = run});
}

void peer_free_notes(scene *s) {
  while (s->notes) {
    note *gone = s->notes;
    s->notes = gone->next;
    free(gone);
  }
}

/* As the scripts print `e ? e.code : e`. */
static void add_outcome(trace_text *text, note_style style, const weir_error *error) {
  char message[MESSAGE_SIZE];
  const char *code = error ? weir_err_name(error->code) : "null";
  size_t length = error ? weir_error_message(error, message, sizeof message) : 0;
  if (!error && style != NOTE_CODE_MESSAGE) style = NOTE_CODE;
  switch (style) {
  case NOTE_NAME: break;
  case NOTE_CODE: trace_text_format(text, "%s", code); break;
  case NOTE_TEXT: trace_text_format(text, "%s", message); break;
  case NOTE_CODE_TEXT:
    trace_text_format(text, "%s ", code);
    trace_text_quote(text, message, length < MESSAGE_SIZE ? length : MESSAGE_SIZE - 1);
    break;
  case NOTE_CODE_MESSAGE:
    trace_text_format(text, "%s message=%s", code, error ? message : "null");
    break;
  }
}

static void run_note(weir_socket *socket, const weir_error *error, void *user) {
  const note *n = user;
  trace_text outcome = {0};
  (void)socket;
  if (n->s->finished) return;
  if (n->run) {
    n->run(n->s);
  } else if (n->style == NOTE_NAME) {
    trace_log(n->s->t, "client", "%s callback", n->label);
  } else {
    add_outcome(&outcome, n->style, error);
    trace_log(n->s->t, "client", "%s callback err=%s", n->label,
              outcome.bytes ? outcome.bytes : "?");
    trace_text_free(&outcome);
  }
}

weir_err peer_write(peer *p, const char *text, note *told_then) {
  return weir_socket_write(p->socket, text, strlen(text), told_then ? run_note : NULL, told_then);
}

weir_err peer_write_zeros(peer *p, size_t length, note *told_then) {
  void *zeros = calloc(1, length > 0 ? length : 1);
  weir_err err = WEIR_ENOMEM;
  if (zeros)
    err = weir_socket_write(p->socket, zeros, length, told_then ? run_note : NULL, told_then);
  free(zeros);
  return err;
}

weir_err peer_end(peer *p, const char *text, note *told_then) {
  return weir_socket_end(p->socket, text, text ? strlen(text) : 0, told_then ? run_note : NULL,
                         told_then);
}

void peer_destroy_with(peer *p, const char *message) {
  weir_error error = WEIR_ERROR_INIT;
  error.message = message;
  weir_socket_destroy(p->socket, &error);
}

weir_err peer_reset(peer *p) {
  return weir_socket_reset_and_destroy(p->socket);
}

const char *truth(bool value) {
  return value ? "true" : "false";
}
