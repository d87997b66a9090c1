/* What each statement does. When the next one runs is decided in task.c. */
#include "conformance/interpreter/call.h"
#include "conformance/interpreter/open.h"
#include "conformance/interpreter/server_watch.h"
#include "conformance/interpreter/socket_watch.h"
#include "conformance/interpreter/task.h"

#include <stdlib.h>
#include <string.h>

static void make_object(scene *s, const statement *at) {
  object *o = object_new(s, at->object);
  if (!o) return;
  const kind_entry *kind = kind_of(o->as->kind);
  o->made = true;
  if (kind->make) kind->make(o, at);
}

static void run_accept(scene *s, const statement *at) {
  object *server = object_of(s, at->other);
  if (!server) return;
  object *conn = object_new(s, at->object);
  if (!conn) return;
  socket_expect(conn, at->options, NULL);
  server_accept(server, conn);
}

/* The object has no socket before the call has made one, so it does not go through call_run(). */
static void run_connection(scene *s, const statement *at) {
  object *o = object_new(s, at->object);
  call c = {.s = s, .o = o, .at = at};
  if (!o) return;
  socket_expect(o, at->options, NULL);
  if (s->over) return;
  at->call->run(&c);
  if (c.err != WEIR_OK) scene_throw(s, c.err);
}

static bool print_property(scene *s, const property_use *use, trace_text *out) {
  object *o = object_of(s, use->object);
  if (o && !use->entry->print) scene_lacks(s, use->entry->name);
  if (s->over) return false;
  use->entry->print(o, out);
  return !s->over;
}

static void run_show(scene *s, const statement *at) {
  trace_text text = {0};
  bool whole = true;
  for (const property_use *use = at->properties; use && whole; use = use->next) {
    trace_text_format(&text, "%s%s=", text.length > 0 ? " " : "", use->entry->name);
    whole = print_property(s, use, &text);
  }
  if (whole) trace_log(s->t, s->objects[at->object]->as->name, "%s", text.bytes ? text.bytes : "");
  trace_text_free(&text);
}

/* A bare word stands for text as well. */
static bool holds(const statement *at, const char *is, const char *should) {
  size_t length = strlen(should);
  if (at->comparison == '<') return strtod(is, NULL) <= at->values->number;
  if (at->comparison == '>') return strtod(is, NULL) >= at->values->number;
  if (at->values->kind == VALUE_WORD && strlen(is) == length + 2 && is[0] == '"')
    return memcmp(is + 1, should, length) == 0;
  return strcmp(is, should) == 0;
}

static void run_expect(scene *s, const statement *at) {
  trace_text found = {0};
  trace_text wanted = {0};
  if (print_property(s, at->properties, &found)) {
    value_print(at->values, &wanted);
    const char *is = found.bytes ? found.bytes : "";
    const char *should = wanted.bytes ? wanted.bytes : "";
    if (!holds(at, is, should)) scene_fail(s, "%s is %s, not %s", at->text, is, should);
  }
  trace_text_free(&found);
  trace_text_free(&wanted);
}

/* The events of an object and what reacts; NULL: the scenario failed. */
static reaction **reactions_of(scene *s, const event_use *use) {
  object *o = s->objects[use->object];
  const kind_entry *kind = kind_of(o->as->kind);
  if (!o->made) scene_fail(s, "%s is not there yet", o->as->name);
  if (!use->entry->there) scene_lacks(s, use->entry->name);
  return s->over ? NULL : &o->reactions[use->entry - kind->events];
}

static void run_on(scene *s, const statement *at) {
  reaction **end = reactions_of(s, at->events);
  if (!end) return;
  while (*end) end = &(*end)->next;
  *end = store_take(&s->memory, sizeof **end);
  **end = (reaction){.block = at->body, .once = at->kind == STATEMENT_ONCE};
}

/* 'accepted' may have been told already, as 'close' may. */
static void wait_events(task *t, scene *s, const statement *at) {
  for (const event_use *use = at->events; use; use = use->next) {
    reaction **list = reactions_of(s, use);
    if (!list) return;
    bool told = use->entry == &socket_events[SOCKET_ACCEPTED] && s->objects[use->object]->accepted;
    if (!told) task_wait_for(t, list);
  }
  task_wait_rest(t, at);
}

static void wait_closed(task *t, scene *s, const statement *at) {
  for (const name_use *use = at->names; use; use = use->next) {
    object *o = s->objects[use->object];
    size_t event = o->as->kind == KIND_SOCKET ? (size_t)SOCKET_CLOSE : (size_t)SERVER_CLOSE;
    if (!o->made) scene_fail(s, "%s is not there yet", o->as->name);
    if (s->over) return;
    if (!o->closed) task_wait_for(t, &o->reactions[event]);
  }
  task_wait_rest(t, at);
}

static bool run_wait(task *t, scene *s, const statement *at) {
  switch (at->kind) {
  case STATEMENT_WAIT_DURATION: task_wait_ms(t, at); return true;
  case STATEMENT_WAIT_TURN: task_wait_turn(t, at); return true;
  case STATEMENT_WAIT_QUIET: task_wait_quiet(t, at); return true;
  case STATEMENT_WAIT_EVENT: wait_events(t, s, at); return true;
  case STATEMENT_WAIT_CLOSED: wait_closed(t, s, at); return true;
  case STATEMENT_OPEN: open_run(t, s, at); return true;
  default: return false;
  }
}

bool statement_run(task *t, scene *s, const statement *at) {
  if (run_wait(t, s, at)) return false;
  switch (at->kind) {
  case STATEMENT_OBJECT: make_object(s, at); break;
  case STATEMENT_ACCEPT: run_accept(s, at); break;
  case STATEMENT_CONNECTION: run_connection(s, at); break;
  case STATEMENT_CALL: call_run(s, at, false); break;
  case STATEMENT_SHOW_CALL: call_run(s, at, true); break;
  case STATEMENT_SHOW: run_show(s, at); break;
  case STATEMENT_EXPECT: run_expect(s, at); break;
  case STATEMENT_LOG: trace_log(s->t, s->objects[at->object]->as->name, "%s", at->text); break;
  case STATEMENT_ON:
  case STATEMENT_ONCE: run_on(s, at); break;
  case STATEMENT_AFTER: task_start_after(s, at); break;
  case STATEMENT_NEXT: task_start_next(s, at); break;
  case STATEMENT_IMMEDIATE: task_start_immediate(s, at); break;
  default: break;
  }
  return true;
}
