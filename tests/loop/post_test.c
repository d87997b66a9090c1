/* Posts from several threads: all arrive, once, and those of one thread in their order. */
#include "core/atomic.h"
#include "tests/support/loop_fixture.h"
#include "tests/support/semaphore.h"

#include <stdlib.h>

enum { THREADS = 4, POSTS = 25000, ROUNDS = 2000 };

/* What one thread sends. */
typedef struct sender {
  weirp_thread thread;
  weir_loop *loop;
  size_t sent;
  size_t received;
  size_t disordered;
  weir_err failure;
  struct message {
    struct sender *from;
    size_t number;
  } messages[POSTS];
} sender;

static size_t received_all;
static WEIRC_THREAD_LOCAL bool is_loop_thread;
static size_t on_other_threads;

static void receive(weir_loop *loop, weir_err status, void *user) {
  const struct message *message = user;
  sender *from = message->from;
  (void)loop;
  if (message->number != from->received || status != WEIR_OK) from->disordered++;
  if (!is_loop_thread) on_other_threads++;
  from->received++;
  received_all++;
}

static void send_all(void *user) {
  sender *s = user;
  for (size_t i = 0; i < POSTS; i++) {
    s->messages[i] = (struct message){s, i};
    weir_err err = weir_loop_post(s->loop, receive, &s->messages[i]);
    if (err != WEIR_OK) s->failure = err;
  }
}

static int setup(void **state) {
  received_all = on_other_threads = 0;
  is_loop_thread = true;
  return loop_fixture_setup(state);
}

static void posts_of_several_threads_arrive_once_and_in_order(void **state) {
  loop_fixture *f = *state;
  sender *senders = calloc(THREADS, sizeof *senders);
  assert_non_null(senders);
  for (int i = 0; i < THREADS; i++) {
    senders[i].loop = f->loop;
    assert_true(weirp_thread_start(&senders[i].thread, send_all, &senders[i]));
  }
  while (received_all < (size_t)THREADS * POSTS)
    assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_NOWAIT), WEIR_OK);
  for (int i = 0; i < THREADS; i++) weirp_thread_join(&senders[i].thread);
  assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_NOWAIT), WEIR_OK);
  for (int i = 0; i < THREADS; i++) {
    assert_int_equal(senders[i].failure, WEIR_OK);
    assert_int_equal(senders[i].disordered, 0);
    assert_int_equal(senders[i].received, POSTS);
  }
  assert_int_equal(on_other_threads, 0);
  assert_false(weir_loop_alive(f->loop));
  free(senders);
}

/* A thread that answers each post with the next one, so that the loop goes to wait between them. */
typedef struct game {
  weir_loop *loop;
  semaphore turn;
  size_t rounds;
  bool over;
  weir_timer *hold;
} game;

static void play_back(weir_loop *loop, weir_err status, void *user) {
  game *g = user;
  (void)loop;
  (void)status;
  g->rounds++;
  if (g->rounds == ROUNDS) {
    g->over = true;
    weir_timer_stop(g->hold);
  }
  semaphore_post(&g->turn);
}

static void play(void *user) {
  game *g = user;
  for (bool over = false; !over;) {
    (void)weir_loop_post(g->loop, play_back, g);
    semaphore_wait(&g->turn);
    over = g->over;
  }
}

static void hold_on(weir_timer *timer, void *user) {
  (void)timer;
  (void)user;
}

/* On the simulator the wait is virtual and over at once, and the timer holds the loop all the
 * same. */
static void a_post_ends_the_wait_of_the_loop(void **state) {
  loop_fixture *f = *state;
  game g = {.loop = f->loop};
  weirp_thread thread;
  bool sim = loop_fixture_is_sim(f);
  semaphore_init(&g.turn);
  assert_int_equal(weir_timer_create(f->loop, hold_on, NULL, &g.hold), WEIR_OK);
  weir_timer_start(g.hold, sim ? 1 : 3600000, 1);
  assert_true(weirp_thread_start(&thread, play, &g));
  if (sim)
    while (!g.over) assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_ONCE), WEIR_OK);
  else
    loop_fixture_run(f);
  weirp_thread_join(&thread);
  assert_int_equal(g.rounds, ROUNDS);
}

static size_t canceled;

static void count_canceled(weir_loop *loop, weir_err status, void *user) {
  (void)loop;
  (void)user;
  if (status == WEIR_ECANCELED) canceled++;
}

static void post_some(void *user) {
  for (int i = 0; i < 1000; i++) (void)weir_loop_post(user, count_canceled, NULL);
}

static void posts_that_the_loop_never_saw_are_canceled_once(void **state) {
  loop_fixture *f = *state;
  weirp_thread thread;
  canceled = 0;
  assert_true(weirp_thread_start(&thread, post_some, f->loop));
  weirp_thread_join(&thread);
  assert_true(weir_loop_alive(f->loop));
  assert_int_equal(loop_fixture_free(f->loop), WEIR_OK);
  f->loop = NULL;
  assert_int_equal(canceled, 1000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, loop_fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(posts_of_several_threads_arrive_once_and_in_order),
      TEST(a_post_ends_the_wait_of_the_loop),
      TEST(posts_that_the_loop_never_saw_are_canceled_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
