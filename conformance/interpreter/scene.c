/* A run from its beginning to its end. When a task goes on is decided in task.c, what a statement
 * does in statement.c. */
#include "conformance/interpreter/scene.h"

#include "conformance/interpreter/place.h"
#include "conformance/interpreter/resolver.h"
#include "conformance/interpreter/task.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is expected to fail need not be waited for as long where time is real. */
enum { SETTLE_MS = 5, SETTLE_TURNS = 60, GUARD_MS = 20000, GUARD_LATER_MS = 2000 };

static void finish(scene *s) {
  s->over = true;
  weir_loop_stop(s->loop);
}

void scene_fail(scene *s, const char *format, ...) {
  char what[512];
  va_list arguments;
  if (s->over) return;
  va_start(arguments, format);
  (void)vsnprintf(what, sizeof what, format, arguments);
  va_end(arguments);
  if (s->problem.length == 0) trace_text_format(&s->problem, "%u: %s", s->line, what);
  finish(s);
}

void scene_throw(scene *s, weir_err err) {
  weir_error error = WEIR_ERROR_INIT;
  trace_text text = {0};
  error.code = err;
  trace_text_error(&text, &error);
  scene_fail(s, "throws %s", text.bytes ? text.bytes : weir_err_name(err));
  trace_text_free(&text);
}

void scene_lacks(scene *s, const char *what) {
  scene_fail(s, "weir has no %s yet", what);
}

void scene_leave_out(scene *s, const char *why) {
  if (s->over) return;
  trace_text_format(&s->untold, "%s", why);
  finish(s);
}

bool scene_check(scene *s, const char *what, weir_err err) {
  if (err == WEIR_OK || err == WEIR_WAIT_DRAIN) return true;
  scene_fail(s, "%s -> %s", what, weir_err_name(err));
  return false;
}

/* Sockets that never had a transport do not close by themselves. */
static bool is_open(const object *o) {
  if (!o->socket || o->closed || o->quiet) return false;
  return !weir_socket_pending(o->socket) || weir_socket_connecting(o->socket) ||
         weir_socket_destroyed(o->socket);
}

static bool anything_open(const scene *s) {
  for (const object *o = s->all; o; o = o->next)
    if (is_open(o)) return true;
  return false;
}

/* The tail of a trace must not depend on scheduling: what is closing gets its time, but not for
 * ever. */
static void settle(weir_timer *timer, void *user) {
  scene *s = user;
  if (s->over || s->held > 0) return;
  if (anything_open(s) && s->settled++ < SETTLE_TURNS)
    weir_timer_start(timer, SETTLE_MS, 0);
  else
    finish(s);
}

void scene_settle(scene *s) {
  if (!s->over) weir_timer_start(s->settling, SETTLE_MS, 0);
}

static void time_is_up(weir_timer *timer, void *user) {
  scene *s = user;
  (void)timer;
  if (s->over) return;
  s->problem.length = 0;
  task_describe(s, &s->problem);
  finish(s);
}

static void trace_turn(weir_time now, uint64_t id, weir_trace_event event, uint64_t a, uint64_t b,
                       void *user) {
  scene *s = user;
  (void)now;
  (void)id;
  (void)a;
  (void)b;
  if (event == WEIR_TRACE_TURN) s->turn++;
}

static weir_err create_loop(scene *s, const world *w) {
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  weir_sim_options sim = WEIR_SIM_OPTIONS_INIT;
  /* A write that is taken in part shows in what is left to send, so none is. */
  sim.short_send_permille = 0;
  sim.seed = w->seed;
  sim.shuffle = w->whims;
  if (!w->whims || !w->pieces) sim.short_receive_permille = 0;
  /* As the loopback of a system: what is sent is there when the call returns. */
  if (!w->whims || s->of->loopback) sim.latency_min_ns = sim.latency_max_ns = 0;
  /* As much as a system's loopback, or, under chance, little. No chunk of a scenario may end just
   * when this is full: the next one is to fit behind it. */
  sim.buffer_bytes = w->whims ? 150000 : 3000000;
  s->simulated = w->backend && strcmp(w->backend, "sim") == 0;
  options.backend = w->backend;
  if (s->simulated) options.backend_options = &sim;
  options.trace = trace_turn;
  options.trace_user = s;
  return weir_loop_create(&options, &s->loop);
}

static void make_objects(scene *s) {
  for (size_t i = 0; i < s->of->object_count; i++) {
    s->objects[i] = store_take(&s->memory, sizeof *s->objects[i]);
    object_begin(s->objects[i], s, &s->of->objects[i]);
  }
  s->objects[0]->made = true; /* Node's module */
}

static void begin(weir_loop *loop, weir_err status, void *user) {
  scene *s = user;
  (void)loop;
  if (status == WEIR_OK) task_start(s, s->of->body, true);
}

static weir_err prepare(scene *s, const world *w) {
  weir_err err = create_loop(s, w);
  if (err == WEIR_OK) err = weir_timer_create(s->loop, settle, s, &s->settling);
  if (err == WEIR_OK) err = weir_timer_create(s->loop, time_is_up, s, &s->guard);
  if (err != WEIR_OK) return err;
  make_objects(s);
  weir_timer_start(s->guard, s->of->later && !s->simulated ? GUARD_LATER_MS : GUARD_MS, 0);
  return weir_loop_next_step(s->loop, begin, s);
}

static void clean(scene *s) {
  s->over = true;
  task_free_all(s);
  for (object *o = s->all; o; o = o->next) {
    weir_socket_release(o->socket);
    weir_abort_signal_release(o->signal);
    trace_text_free(&o->total);
    place_release(o);
  }
  /* A loop of somebody else has to run before it can be freed. */
  while (weir_loop_free(s->loop) == WEIR_EBUSY) (void)weir_loop_run(s->loop, WEIR_RUN_ONCE);
  place_clean(s);
  trace_free(s->t);
  store_free(&s->memory);
}

/* The problems of a run, with the file's name in front of each. */
static void name_file(const trace_text *problems, const char *file, trace_text *out) {
  for (const char *at = problems->bytes; at && *at;) {
    const char *end = strchr(at, '\n');
    size_t length = end ? (size_t)(end - at) : strlen(at);
    trace_text_format(out, "%s%s:%.*s", out->length > 0 ? "\n" : "", file, (int)length, at);
    at += length + (end != NULL);
  }
}

/* Runs until the trace is complete. */
static weir_err play(scene *s, const world *w, trace_text *out_trace) {
  weir_err err = s->t ? prepare(s, w) : WEIR_ENOMEM;
  while (err == WEIR_OK && !s->over) err = weir_loop_run(s->loop, WEIR_RUN_DEFAULT);
  if (err != WEIR_OK) return err;
  return trace_render(s->t, s->of->global, out_trace) ? WEIR_OK : WEIR_ENOMEM;
}

void scene_run(const scenario *of, const char *file, const world *w, run_result *out_result) {
  store memory = {0};
  scene *s = store_take(&memory, sizeof *s);
  *out_result = (run_result){.trace = {0}};
  *s = (scene){.of = of, .line = of->line, .t = trace_create()};
  weir_err err = play(s, w, &out_result->trace);
  name_file(&s->problem, file, &out_result->problem);
  if (err != WEIR_OK)
    trace_text_format(&out_result->problem, "%s:%u: the loop: %s", file, s->line,
                      weir_err_name(err));
  trace_text_free(&s->problem);
  out_result->untold = s->untold;
  resolver_restore_defaults();
  clean(s);
  store_free(&memory);
}
