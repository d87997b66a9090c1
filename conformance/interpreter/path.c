/* Paths and how they are shown. What lies there is the system's affair; see ground.h. */
#include "conformance/interpreter/call.h"
#include "conformance/interpreter/ground.h"
#include "conformance/interpreter/place.h"

#include <stdio.h>
#include <string.h>

/* False: the scenario failed. */
static bool succeeded(scene *s, const char *what, const char *wrong) {
  if (wrong) scene_fail(s, "%s: %s", what, wrong);
  return !wrong;
}

/* In texts that are quoted a name may look another way. */
static void mask(scene *s, const char *path, const char *label) {
  trace_text quoted = {0};
  trace_text_quote(&quoted, path, strlen(path));
  if (quoted.length > 2) {
    quoted.bytes[quoted.length - 1] = '\0';
    trace_mask(s->t, quoted.bytes + 1, label);
  }
  trace_mask(s->t, path, label);
  trace_text_free(&quoted);
}

const char *place_root(scene *s) {
  if (s->place[0] != '\0') return s->place;
  if (!succeeded(s, "a place for local names", ground_make(s->place, sizeof s->place))) return NULL;
  mask(s, s->place, "TMP");
  return s->place;
}

const char *place_local_name(scene *s, const char *name) {
  const char *root = place_root(s);
  if (!root) return NULL;
  const char *path = store_format(&s->memory, "%s%s%s", root, ground_separator, name);
  mask(s, path, store_format(&s->memory, "TMP/%s", name));
  return path;
}

void place_clean(scene *s) {
  ground_leave();
  ground_remove(s->place);
}

const option_entry path_options[] = {
    {"length", 0, true},   {"abstract", 0, true}, {"missing", 0, true},
    {"file", 0, true},     {"stale", 0, true},    {"directory", 0, true},
    {"relative", 0, true}, {"nul", 0, true},      {.name = NULL}};

static bool has(const statement *at, const char *name) {
  const value *v = option_find(at->options, NULL, name);
  return v && v->boolean;
}

/* A path of so many bytes; two of them begin with the same letters. */
static void make_long(object *o, const char *root, int32_t length) {
  size_t base = strlen(root) + 1;
  if (length < 0 || (size_t)length <= base) {
    scene_fail(o->s, "a path in %s has more than %zu bytes", root, base);
    return;
  }
  char *path = store_take(&o->s->memory, (size_t)length + 1);
  (void)snprintf(path, base + 1, "%s%s", root, ground_separator);
  memset(path + base, 'a', (size_t)length - base);
  o->path = path;
  o->path_length = (size_t)length;
  mask(o->s, path, store_format(&o->s->memory, "PATH%d", (int)length));
}

static void make_abstract(object *o) {
  store *memory = &o->s->memory;
  char *path = store_format(memory, ".weir-%lu-%s", ground_process(), o->as->name);
  o->path_length = strlen(path);
  trace_mask(o->s->t, store_format(memory, "\"\\u0000%s\"", path + 1), "ABSTRACT");
  trace_mask(o->s->t, store_format(memory, "\\u0000%s", path + 1), "ABSTRACT");
  path[0] = '\0';
  o->path = path;
}

/* The scenario works in its directory from now on. */
static void make_relative(object *o, const char *root) {
  if (!succeeded(o->s, root, ground_enter(root))) return;
  o->path = store_format(&o->s->memory, "./%s", o->as->name);
  o->path_length = strlen(o->path);
}

/* A name in a directory that is not there; shown without that. */
static void make_missing(object *o, const char *root) {
  store *memory = &o->s->memory;
  o->path = store_format(memory, "%s%smissing%s%s", root, ground_separator, ground_separator,
                         o->as->name);
  o->path_length = strlen(o->path);
  mask(o->s, o->path, store_format(memory, "TMP/%s", o->as->name));
}

static void make_plain(object *o) {
  o->path = place_local_name(o->s, o->as->name);
  o->path_length = o->path ? strlen(o->path) : 0;
}

/* Behind the name a NUL and "b". */
static void add_nul(object *o) {
  char *path = store_take(&o->s->memory, o->path_length + 3);
  memcpy(path, o->path, o->path_length);
  path[o->path_length + 1] = 'b';
  o->path = path;
  o->path_length += 2;
}

static void furnish(object *o, const statement *at) {
  const char *wrong = NULL;
  if (has(at, "file")) wrong = ground_leave_file(o->path);
  if (!wrong && has(at, "stale")) wrong = ground_leave_socket(o->path);
  if (!wrong && has(at, "directory")) wrong = ground_leave_directory(o->path);
  (void)succeeded(o->s, o->path, wrong);
}

void path_make(object *o, const statement *at) {
  const value *length = option_find(at->options, NULL, "length");
  int32_t bytes = 0;
  object_options(o, at->options, NULL);
  option_int(o->s, length, &bytes);
  const char *root = o->s->over ? NULL : place_root(o->s);
  if (!root) return;
  if (length)
    make_long(o, root, bytes);
  else if (has(at, "abstract"))
    make_abstract(o);
  else if (has(at, "relative"))
    make_relative(o, root);
  else if (has(at, "missing"))
    make_missing(o, root);
  else
    make_plain(o);
  if (!o->s->over) furnish(o, at);
  if (!o->s->over && has(at, "nul")) add_nul(o);
}

static void run_unlink(call *c) {
  (void)succeeded(c->s, c->o->path, ground_unlink(c->o->path));
}

static void run_kind(call *c) {
  trace_text_format(&c->shown, "\"%s\"", ground_kind(c->o->path));
  call_returns(c, CALL_VALUE, WEIR_OK);
}

static void run_mode(call *c) {
  unsigned mode = 0;
  if (succeeded(c->s, c->o->path, ground_mode(c->o->path, &mode)))
    trace_text_format(&c->shown, "\"0%o\"", mode);
  call_returns(c, CALL_VALUE, WEIR_OK);
}

const call_entry path_calls[] = {{"unlink", 0, 0, 0, NO_WORDS, NULL, false, run_unlink},
                                 {"kind", 0, 0, 0, NO_WORDS, NULL, false, run_kind},
                                 {"mode", 0, 0, 0, NO_WORDS, NULL, false, run_mode},
                                 {.name = NULL}};
