/* The stages of a scenario: when the next one runs, and when the trace is complete. Knows no
 * scenario. Sockets are in peer.c, the server in serve.c. */
#include "conformance/oracle/scene.h"

#include "conformance/oracle/scene_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
  SETTLE_MS = 5,
  SETTLE_TURNS = 60,
  GUARD_MS = 10000,
  /* Node continues a promise when its queue of steps is empty. A loop's queue cannot be asked, so a
   * continuation goes to its end as often as steps can follow each other. */
  ROUNDS = 8
};

/* Something that runs later. */
typedef struct scene_task {
  scene *s;
  scene_function run;
  weir_timer *timer;
  unsigned rounds;
  struct scene_task *next;
} scene_task;

void scene_fail(scene *s, const char *what, weir_err err) {
  s->failed = s->finished = true;
  trace_log(s->t, "harness", "%s -> %s", what, weir_err_name(err));
  weir_loop_stop(s->loop);
}

void scene_check(scene *s, const char *what, weir_err err) {
  if (err != WEIR_OK && err != WEIR_WAIT_DRAIN) scene_fail(s, what, err);
}

static scene_task *new_task(scene *s, scene_function run) {
  scene_task *task = calloc(1, sizeof *task);
  if (!task) {
    scene_fail(s, "calloc", WEIR_ENOMEM);
    return NULL;
  }
  task->s = s;
  task->run = run;
  task->next = s->tasks;
  s->tasks = task;
  return task;
}

static void run_timer(weir_timer *timer, void *user) {
  scene_task *task = user;
  (void)timer;
  task->run(task->s);
}

void scene_after(scene *s, unsigned ms, scene_function run) {
  scene_task *task = new_task(s, run);
  if (!task) return;
  scene_check(s, "weir_timer_create", weir_timer_create(s->loop, run_timer, task, &task->timer));
  weir_timer_start(task->timer, ms, 0);
}

static void run_later(weir_loop *loop, weir_err status, void *user) {
  scene_task *task = user;
  if (status != WEIR_OK) return;
  if (task->rounds == 0) {
    task->run(task->s);
    return;
  }
  task->rounds--;
  scene_check(task->s, "weir_loop_next_step", weir_loop_next_step(loop, run_later, task));
}

static void in_rounds(scene *s, unsigned rounds, scene_function run) {
  scene_task *task = new_task(s, run);
  if (!task) return;
  task->rounds = rounds;
  scene_check(s, "weir_loop_next_step", weir_loop_next_step(s->loop, run_later, task));
}

void scene_next_step(scene *s, scene_function run) {
  in_rounds(s, 0, run);
}

void scene_immediate(scene *s, scene_function run) {
  in_rounds(s, 2 * ROUNDS, run);
}

/* Sockets that never had a transport do not close by themselves. */
static bool is_open(const peer *p) {
  if (!p->socket || p->closed || (p->watch & WATCH_NOTHING)) return false;
  return !weir_socket_pending(p->socket) || weir_socket_connecting(p->socket) ||
         weir_socket_destroyed(p->socket);
}

/* The tail of a trace must not depend on scheduling: what is closing gets its time, but not for
 * ever. */
static void settle(scene *s) {
  bool open = is_open(&s->client) || is_open(&s->conn) || is_open(&s->other);
  if (open && s->settle_turns++ < SETTLE_TURNS) {
    scene_after(s, SETTLE_MS, settle);
    return;
  }
  s->finished = true;
  weir_loop_stop(s->loop);
}

static void run_stage(scene *s) {
  if (s->finished) return;
  s->waited = false;
  s->in_stage = true;
  s->stages(s, s->stage++);
  s->in_stage = false;
  if (!s->waited)
    settle(s);
  else if (s->waits == 0)
    in_rounds(s, ROUNDS, run_stage);
}

void scene_wait(scene *s) {
  s->waited = true;
  s->waits++;
}

void scene_happened(scene *s) {
  if (s->finished) return;
  if (--s->waits == 0 && !s->in_stage) in_rounds(s, ROUNDS, run_stage);
}

void scene_sleep(scene *s, unsigned ms) {
  scene_wait(s);
  scene_after(s, ms, scene_happened);
}

void scene_tick(scene *s) {
  scene_wait(s);
  scene_immediate(s, scene_happened);
}

void scene_once(scene *s, peer *p, peer_event event) {
  scene_wait(s);
  p->awaited[event]++;
}

void scene_closed(scene *s, peer *p) {
  s->waited = true;
  if (!p->closed) scene_once(s, p, PEER_CLOSE);
}

void scene_both_closed(scene *s) {
  scene_closed(s, &s->client);
  scene_closed(s, &s->conn);
}

static void time_is_up(scene *s) {
  trace_log(s->t, "harness", "TIMEOUT");
  s->finished = true;
  weir_loop_stop(s->loop);
}

static weir_err create_loop(const char *backend, weir_loop **out_loop) {
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  /* A network without whims: the scenarios know what they wait for. */
  weir_sim_options sim = WEIR_SIM_OPTIONS_INIT;
  sim.latency_min_ns = sim.latency_max_ns = 10000;
  sim.short_send_permille = sim.short_receive_permille = 0;
  sim.shuffle = false;
  /* No chunk of a scenario may end just when this is full: the next one is to fit behind it. */
  sim.buffer_bytes = 150000;
  options.backend = backend;
  if (backend && strcmp(backend, "sim") == 0) options.backend_options = &sim;
  return weir_loop_create(&options, out_loop);
}

static void begin_peer(scene *s, peer *p, const char *name) {
  p->scene = s;
  p->name = name;
}

static void begin(scene *s) {
  begin_peer(s, &s->client, "client");
  begin_peer(s, &s->conn, "conn");
  begin_peer(s, &s->other, "other");
  scene_after(s, GUARD_MS, time_is_up);
  scene_next_step(s, run_stage);
}

static void end(scene *s) {
  weir_socket_release(s->client.socket);
  weir_socket_release(s->conn.socket);
  weir_socket_release(s->other.socket);
  scene_check(s, "weir_loop_free", weir_loop_free(s->loop));
  s->loop = NULL;
  while (s->tasks) {
    scene_task *task = s->tasks;
    s->tasks = task->next;
    free(task);
  }
  peer_free_notes(s);
  serve_remove_directory(s);
}

bool scene_run(const char *backend, scene_stages stages, bool global, trace_text *out_text) {
  scene s = {.stages = stages, .t = trace_create()};
  if (!s.t) return false;
  weir_err err = create_loop(backend, &s.loop);
  if (err != WEIR_OK) {
    trace_free(s.t);
    return false;
  }
  begin(&s);
  while (!s.finished && !s.failed && err == WEIR_OK) err = weir_loop_run(s.loop, WEIR_RUN_DEFAULT);
  if (err != WEIR_OK) trace_log(s.t, "harness", "weir_loop_run -> %s", weir_err_name(err));
  bool rendered = trace_render(s.t, global, out_text);
  end(&s);
  trace_free(s.t);
  return rendered && !s.failed && err == WEIR_OK;
}
