/* Abort signals and other threads: who fires one elsewhere is heard by the loop, whenever that is.
 * Run under tsan. */
#include "core/atomic.h"
#include "tests/support/loop_fixture.h"
#include "tests/support/semaphore.h"

#include <stdlib.h>

enum { THREADS = 4, ROUNDS = 300, SIGNALS = 16 };

static WEIRC_THREAD_LOCAL bool is_loop_thread;
static size_t on_other_threads;

typedef struct heard {
  size_t errors, closes;
} heard;

static void on_error(weir_socket *socket, const weir_error *error, void *user) {
  heard *h = user;
  (void)socket;
  if (error->code == WEIR_ABORT_ERR) h->errors++;
  if (!is_loop_thread) on_other_threads++;
}

static void on_close(weir_socket *socket, bool had_error, void *user) {
  heard *h = user;
  (void)socket;
  if (had_error) h->closes++;
}

static const weir_socket_handlers handlers = {
    .size = sizeof(weir_socket_handlers), .on_error = on_error, .on_close = on_close};

static weir_socket *give(weir_loop *loop, weir_abort_signal *signal, heard *h) {
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  weir_socket *socket = NULL;
  options.signal = signal;
  if (weir_socket_create(loop, &options, &handlers, h, &socket) != WEIR_OK) return NULL;
  return socket;
}

static int setup(void **state) {
  is_loop_thread = true;
  on_other_threads = 0;
  return loop_fixture_setup(state);
}

static void fire(void *user) {
  weir_abort(user);
}

/* The loop does not run, and still it is not the other thread's. */
static void from_elsewhere_it_is_a_post(void **state) {
  loop_fixture *f = *state;
  weir_abort_signal *signal;
  weirp_thread thread;
  heard h = {0, 0};
  assert_int_equal(weir_abort_signal_create(f->loop, &signal), WEIR_OK);
  weir_socket *socket = give(f->loop, signal, &h);
  assert_non_null(socket);
  assert_true(weirp_thread_start(&thread, fire, signal));
  weirp_thread_join(&thread);
  assert_true(weir_abort_signal_aborted(signal));
  assert_false(weir_socket_destroyed(socket));
  assert_true(weir_loop_alive(f->loop));
  weir_abort_signal_release(signal);
  loop_fixture_run(f);
  assert_int_equal(h.errors, 1);
  assert_int_equal(h.closes, 1);
  assert_int_equal(on_other_threads, 0);
}

/* The loop's own thread need not wait for a post of another one that came first. */
static void the_own_thread_acts_at_once_behind_another_one(void **state) {
  loop_fixture *f = *state;
  weir_abort_signal *signal;
  weirp_thread thread;
  heard h = {0, 0};
  assert_int_equal(weir_abort_signal_create(f->loop, &signal), WEIR_OK);
  weir_socket *first = give(f->loop, signal, &h);
  assert_true(weirp_thread_start(&thread, fire, signal));
  weirp_thread_join(&thread);
  weir_socket *second = give(f->loop, signal, &h);
  assert_false(weir_socket_destroyed(first));
  assert_true(weir_socket_destroyed(second));
  weir_abort(signal);
  assert_true(weir_socket_destroyed(first));
  loop_fixture_run(f);
  assert_int_equal(h.errors, 2);
  weir_abort_signal_release(signal);
}

typedef struct moved {
  weir_loop *loop;
  weir_abort_signal *signal;
  weir_socket *socket;
  bool at_once;
} moved;

static void abort_here(weir_loop *loop, weir_err status, void *user) {
  moved *m = user;
  (void)loop;
  (void)status;
  weir_abort(m->signal);
  m->at_once = weir_socket_destroyed(m->socket);
}

static void run_elsewhere(void *user) {
  moved *m = user;
  (void)weir_loop_next_step(m->loop, abort_here, m);
  (void)weir_loop_run(m->loop, WEIR_RUN_DEFAULT);
}

/* A loop belongs to whoever runs it. */
static void a_loop_that_moved_to_a_thread_acts_at_once_there(void **state) {
  loop_fixture *f = *state;
  weirp_thread thread;
  heard h = {0, 0};
  moved m = {.loop = f->loop};
  assert_int_equal(weir_abort_signal_create(f->loop, &m.signal), WEIR_OK);
  m.socket = weir_socket_retain(give(f->loop, m.signal, &h));
  assert_true(weirp_thread_start(&thread, run_elsewhere, &m));
  weirp_thread_join(&thread);
  assert_true(m.at_once);
  assert_int_equal(h.closes, 1);
  weir_socket_release(m.socket);
  weir_abort_signal_release(m.signal);
}

/* A new thread may lie where one lay that has ended, and is somebody else all the same. */
static void a_thread_is_not_taken_for_one_that_has_ended(void **state) {
  loop_fixture *f = *state;
  weirp_thread thread;
  heard h = {0, 0};
  moved m = {.loop = f->loop};
  weir_abort_signal *second;
  assert_int_equal(weir_abort_signal_create(f->loop, &m.signal), WEIR_OK);
  assert_int_equal(weir_abort_signal_create(f->loop, &second), WEIR_OK);
  m.socket = weir_socket_retain(give(f->loop, m.signal, &h));
  assert_true(weirp_thread_start(&thread, run_elsewhere, &m));
  weirp_thread_join(&thread);
  weir_socket_release(m.socket);
  weir_socket *socket = give(f->loop, second, &h);
  assert_true(weirp_thread_start(&thread, fire, second));
  weirp_thread_join(&thread);
  assert_false(weir_socket_destroyed(socket));
  loop_fixture_run(f);
  assert_int_equal(h.errors, 2);
  weir_abort_signal_release(m.signal);
  weir_abort_signal_release(second);
}

typedef struct waiter {
  weir_abort_signal *signal;
  semaphore go;
} waiter;

static void fire_when_told(void *user) {
  waiter *w = user;
  semaphore_wait(&w->go);
  weir_abort(w->signal);
}

static void let_go(weir_timer *timer, void *user) {
  (void)timer;
  semaphore_post(&((waiter *)user)->go);
}

/* A loop that waits for the system is woken; the simulator's time goes on meanwhile. */
static void it_wakes_a_loop_that_waits(void **state) {
  loop_fixture *f = *state;
  waiter w;
  heard h = {0, 0};
  weirp_thread thread;
  weir_timer *timer, *keep;
  semaphore_init(&w.go);
  assert_int_equal(weir_abort_signal_create(f->loop, &w.signal), WEIR_OK);
  assert_non_null(give(f->loop, w.signal, &h));
  assert_int_equal(weir_timer_create(f->loop, let_go, &w, &timer), WEIR_OK);
  assert_int_equal(weir_timer_create(f->loop, let_go, &w, &keep), WEIR_OK);
  assert_true(weirp_thread_start(&thread, fire_when_told, &w));
  weir_timer_start(timer, 1, 0);
  weir_timer_start(keep, 20000, loop_fixture_is_sim(f) ? 1 : 0);
  while (h.closes == 0) assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_ONCE), WEIR_OK);
  weirp_thread_join(&thread);
  assert_true(loop_fixture_is_sim(f) || weir_timer_active(keep));
  assert_int_equal(h.errors, 1);
  weir_timer_free(timer);
  weir_timer_free(keep);
  weir_abort_signal_release(w.signal);
}

/* What several threads do to the same signals, each holding a reference of its own. */
typedef struct crowd {
  weir_abort_signal *signals[SIGNALS];
  unsigned fired;
} crowd;

static void do_everything(void *user) {
  crowd *c = user;
  for (int i = 0; i < SIGNALS; i++) {
    weir_abort_signal *mine = weir_abort_signal_retain(c->signals[i]);
    bool before = weir_abort_signal_aborted(mine);
    weir_abort(mine);
    if (before || weir_abort_signal_aborted(mine)) c->fired++;
    weir_abort_signal_release(mine);
    weir_abort_signal_release(c->signals[i]);
  }
  free(c);
}

/* Each thread gets a reference of each signal; the program keeps none. */
static void start_crowd(weir_loop *loop, weirp_thread *threads, heard *h) {
  weir_abort_signal *signals[SIGNALS];
  for (int i = 0; i < SIGNALS; i++) {
    assert_int_equal(weir_abort_signal_create(loop, &signals[i]), WEIR_OK);
    assert_non_null(give(loop, signals[i], h));
  }
  for (int t = 0; t < THREADS; t++) {
    crowd *c = calloc(1, sizeof *c);
    assert_non_null(c);
    for (int i = 0; i < SIGNALS; i++) c->signals[i] = weir_abort_signal_retain(signals[i]);
    assert_true(weirp_thread_start(&threads[t], do_everything, c));
  }
  for (int i = 0; i < SIGNALS; i++) weir_abort_signal_release(signals[i]);
}

static void every_socket_ends_once_whoever_fires(void **state) {
  loop_fixture *f = *state;
  weirp_thread threads[THREADS];
  for (int round = 0; round < ROUNDS / 10; round++) {
    heard h = {0, 0};
    start_crowd(f->loop, threads, &h);
    while (h.closes < SIGNALS) assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_NOWAIT), WEIR_OK);
    for (int t = 0; t < THREADS; t++) weirp_thread_join(&threads[t]);
    assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_NOWAIT), WEIR_OK);
    assert_int_equal(h.errors, SIGNALS);
    assert_int_equal(h.closes, SIGNALS);
  }
  assert_int_equal(on_other_threads, 0);
}

/* The loop goes while they fire: before, between and behind their posts. */
static void a_loop_may_be_freed_while_signals_are_fired(void **state) {
  (void)state;
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  options.backend = loop_fixture_backend_name();
  for (int round = 0; round < ROUNDS; round++) {
    weirp_thread threads[THREADS];
    heard h = {0, 0};
    weir_loop *loop;
    assert_int_equal(weir_loop_create(&options, &loop), WEIR_OK);
    start_crowd(loop, threads, &h);
    for (int turns = round % 4; turns > 0; turns--) (void)weir_loop_run(loop, WEIR_RUN_NOWAIT);
    assert_int_equal(loop_fixture_free(loop), WEIR_OK);
    for (int t = 0; t < THREADS; t++) weirp_thread_join(&threads[t]);
    assert_true(h.closes <= SIGNALS);
    assert_int_equal(h.closes, h.errors);
  }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, loop_fixture_teardown)
  const struct CMUnitTest tests[] = {
      TEST(from_elsewhere_it_is_a_post),
      TEST(the_own_thread_acts_at_once_behind_another_one),
      TEST(a_loop_that_moved_to_a_thread_acts_at_once_there),
      TEST(a_thread_is_not_taken_for_one_that_has_ended),
      TEST(it_wakes_a_loop_that_waits),
      TEST(every_socket_ends_once_whoever_fires),
      TEST(a_loop_may_be_freed_while_signals_are_fired),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
