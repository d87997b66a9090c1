/* When a task goes on. What its statements do is in statement.c. */
#include "conformance/interpreter/task.h"

enum {
  /* Node continues a promise when its queue of steps is empty. A loop's queue cannot be asked, so a
   * continuation goes to its end as often as steps can follow each other. */
  ROUNDS = 8,
  LATE_TURNS = 3,
  QUIET_TURNS = 12,
  QUIET_MS = 100
};

typedef enum task_state {
  TASK_RUNS,
  TASK_WAITS_EVENT,
  TASK_WAITS_TIME, /**< A duration, a turn, quiet, or its start. */
  TASK_RESUMES,
  TASK_DONE
} task_state;

struct task {
  scene *s;
  const statement *next_statement;
  const statement *waits_at; /**< What it waits at. */
  task_state state;
  bool first;
  unsigned events; /**< How many it waits for. */
  unsigned rounds;
  void (*then)(task *t); /**< What follows the rounds, the timer or the turn. */
  weir_timer *timer;
  unsigned quiet;    /**< Turns so far: since the time was over, or without events. */
  uint64_t happened; /**< Events when it was looked at last. */
  task *next;
};

static bool holds(const task *t) {
  if (t->state == TASK_DONE) return false;
  return t->first || t->state != TASK_WAITS_EVENT;
}

static void set_state(task *t, task_state state) {
  scene *s = t->s;
  bool held = holds(t);
  t->state = state;
  if (held == holds(t)) return;
  if (held)
    s->held--;
  else
    s->held++;
  if (s->held == 0) scene_settle(s);
}

static task *new_task(scene *s, const statement *body, bool first) {
  task *t = store_take(&s->memory, sizeof *t);
  task **end = &s->tasks;
  while (*end) end = &(*end)->next;
  *end = t;
  t->s = s;
  t->next_statement = body;
  t->state = TASK_DONE;
  t->first = first;
  set_state(t, TASK_RUNS);
  return t;
}

static void run(task *t) {
  scene *s = t->s;
  set_state(t, TASK_RUNS);
  while (t->next_statement && !s->over) {
    const statement *at = t->next_statement;
    t->next_statement = at->next;
    s->line = at->line;
    if (!statement_run(t, s, at)) return;
  }
  set_state(t, TASK_DONE);
}

static void run_step(weir_loop *loop, weir_err status, void *user) {
  task *t = user;
  if (status != WEIR_OK || t->s->over) return;
  if (t->rounds == 0) {
    t->then(t);
    return;
  }
  t->rounds--;
  (void)scene_check(t->s, "weir_loop_next_step", weir_loop_next_step(loop, run_step, t));
}

static void in_rounds(task *t, unsigned rounds, void (*then)(task *t)) {
  t->rounds = rounds;
  t->then = then;
  (void)scene_check(t->s, "weir_loop_next_step", weir_loop_next_step(t->s->loop, run_step, t));
}

static void resume(task *t) {
  set_state(t, TASK_RESUMES);
  in_rounds(t, ROUNDS, run);
}

static void run_timer(weir_timer *timer, void *user) {
  task *t = user;
  (void)timer;
  if (!t->s->over) t->then(t);
}

static void in_time(task *t, unsigned long ms, void (*then)(task *t)) {
  weir_err err = WEIR_OK;
  if (!t->timer) err = weir_timer_create(t->s->loop, run_timer, t, &t->timer);
  t->then = then;
  if (scene_check(t->s, "weir_timer_create", err)) weir_timer_start(t->timer, ms, 0);
}

static void begin_immediate(weir_loop *loop, weir_err status, void *user);

/* setImmediate() runs behind the steps of this turn, but not twice in one. */
static void in_turn(task *t, void (*then)(task *t)) {
  scene *s = t->s;
  t->then = then;
  if (s->last_turn != s->turn)
    in_rounds(t, 2 * ROUNDS, then);
  else
    (void)scene_check(s, "weir_loop_post", weir_loop_post(s->loop, begin_immediate, t));
}

static void begin_immediate(weir_loop *loop, weir_err status, void *user) {
  task *t = user;
  (void)loop;
  if (status == WEIR_OK && !t->s->over) in_rounds(t, 2 * ROUNDS, t->then);
}

static void run_immediate(task *t) {
  t->s->last_turn = t->s->turn;
  run(t);
}

static void resume_immediate(task *t) {
  t->s->last_turn = t->s->turn;
  resume(t);
}

void task_start(scene *s, const statement *body, bool first) {
  run(new_task(s, body, first));
}

static task *new_waiting(scene *s, const statement *at) {
  task *t = new_task(s, at->body, false);
  t->waits_at = at;
  set_state(t, TASK_WAITS_TIME);
  return t;
}

void task_start_after(scene *s, const statement *at) {
  in_time(new_waiting(s, at), at->ms, run);
}

void task_start_next(scene *s, const statement *at) {
  in_rounds(new_waiting(s, at), 0, run);
}

void task_start_immediate(scene *s, const statement *at) {
  in_turn(new_waiting(s, at), run_immediate);
}

void task_wait_for(task *t, reaction **list) {
  reaction *made = store_take(&t->s->memory, sizeof *made);
  *made = (reaction){.waiting = t, .once = true};
  while (*list) list = &(*list)->next;
  *list = made;
  t->events++;
}

void task_wait_rest(task *t, const statement *at) {
  t->waits_at = at;
  if (t->events == 0)
    resume(t);
  else
    set_state(t, TASK_WAITS_EVENT);
}

void task_happened(task *t) {
  if (--t->events == 0) resume(t);
}

static void wait_for_time(task *t, const statement *at) {
  t->waits_at = at;
  set_state(t, TASK_WAITS_TIME);
}

/* On a busy machine the time may be over before the system was asked even once. */
static void look_late(task *t) {
  if (t->quiet++ == LATE_TURNS) {
    resume(t);
    return;
  }
  t->s->last_turn = t->s->turn;
  in_turn(t, look_late);
}

void task_wait_ms(task *t, const statement *at) {
  wait_for_time(t, at);
  t->quiet = t->s->simulated ? LATE_TURNS : 0;
  in_time(t, at->ms, look_late);
}

void task_wait_turn(task *t, const statement *at) {
  wait_for_time(t, at);
  in_turn(t, resume_immediate);
}

/* Turns without events on a system; time without events where turns do not move time. */
static void look_for_quiet(task *t) {
  scene *s = t->s;
  bool quiet = t->happened == s->happened;
  t->quiet = quiet ? t->quiet + 1 : 0;
  t->happened = s->happened;
  s->last_turn = s->turn;
  if (t->quiet >= (s->simulated ? 1 : QUIET_TURNS))
    resume(t);
  else if (s->simulated)
    in_time(t, QUIET_MS, look_for_quiet);
  else
    in_turn(t, look_for_quiet);
}

void task_wait_quiet(task *t, const statement *at) {
  wait_for_time(t, at);
  t->quiet = 0;
  t->happened = t->s->happened;
  if (t->s->simulated)
    in_time(t, QUIET_MS, look_for_quiet);
  else
    in_turn(t, look_for_quiet);
}

void task_describe(const scene *s, trace_text *out) {
  for (const task *t = s->tasks; t; t = t->next) {
    if (t->state != TASK_WAITS_EVENT && t->state != TASK_WAITS_TIME) continue;
    trace_text_format(out, "%s%u: this is waited for and does not come: %s",
                      out->length > 0 ? "\n" : "", t->waits_at->line, t->waits_at->text);
  }
}

void task_free_all(scene *s) {
  for (task *t = s->tasks; t; t = t->next) weir_timer_free(t->timer);
  s->tasks = NULL;
}
