/* The pool of threads that looks up names: who is told what, and how many threads there are. */
#include "platform/host.h"
#include "platform/resolver.h"
#include "platform/thread.h"
#include "tests/support/host_table.h"
#include "tests/support/random.h"
#include "tests/support/test.h"
#include "weir/backend.h"

#include <stdlib.h>
#include <string.h>

enum { MANY = 1000, OWNERS = 4, ROUNDS = 1500 };

static const weir_address one[] = {{WEIR_FAMILY_IPV4, 9, 0, 0, {10, 0, 0, 1}}};

static const weir_sim_name names[] = {
    {.host = "one", .addresses = one, .count = 1},
    {.host = "fails", .error = WEIR_EAI_FAIL},
    {.host = "hangs", .addresses = one, .count = 1, .delay_ns = WEIR_TIME_NEVER},
};

/* Somebody who waits for jobs. */
typedef struct owner {
  weirp_mutex lock;
  weirp_condition changed;
  weirp_resolver_job *told[MANY];
  size_t count;
} owner;

static void owner_init(owner *o) {
  *o = (owner){.lock = WEIRP_MUTEX_INIT, .changed = WEIRP_CONDITION_INIT};
}

static int setup(void **state) {
  owner *o = malloc(sizeof *o);
  if (!o) return -1;
  owner_init(o);
  host_table_use(names, COUNT_OF(names));
  *state = o;
  return 0;
}

static int teardown(void **state) {
  owner *o = *state;
  host_table_restore();
  free(o);
  return 0;
}

static void told(weirp_resolver_job *job) {
  owner *o = job->owner;
  weirp_mutex_lock(&o->lock);
  if (o->count < MANY) o->told[o->count] = job;
  o->count++;
  weirp_condition_signal(&o->changed);
  weirp_mutex_unlock(&o->lock);
}

static weirp_resolver_job *submitted(owner *o, const char *host) {
  weirp_resolver_job *job = weirp_resolver_job_create(host, WEIR_FAMILY_NONE, 0);
  assert_non_null(job);
  job->owner = o;
  job->told = told;
  assert_int_equal(weirp_resolver_submit(job), WEIR_OK);
  return job;
}

static void await_told(owner *o, size_t count) {
  weirp_mutex_lock(&o->lock);
  while (o->count < count) weirp_condition_wait(&o->changed, &o->lock);
  weirp_mutex_unlock(&o->lock);
}

static void a_job_is_told_what_was_found(void **state) {
  owner *o = *state;
  weirp_resolver_job *job = submitted(o, "one");
  await_told(o, 1);
  assert_ptr_equal(o->told[0], job);
  assert_int_equal(job->error, WEIR_OK);
  assert_int_equal(job->count, 1);
  assert_memory_equal(job->addresses[0].bytes, one[0].bytes, 16);
  assert_int_equal(job->addresses[0].port, 0);
  assert_false(weirp_resolver_abandon(job));
  weirp_resolver_job_free(job);
  job = submitted(o, "fails");
  await_told(o, 2);
  assert_int_equal(job->error, WEIR_EAI_FAIL);
  assert_int_equal(job->count, 0);
  weirp_resolver_job_free(job);
}

/* With one thread left, jobs are told as they begin. */
static void jobs_begin_in_the_order_of_coming(void **state) {
  owner *o = *state;
  weirp_resolver_job *hanging[WEIRP_RESOLVER_THREADS - 1];
  weirp_resolver_job *jobs[50];
  for (size_t i = 0; i < COUNT_OF(hanging); i++) hanging[i] = submitted(o, "hangs");
  host_table_await_hanging(COUNT_OF(hanging));
  for (size_t i = 0; i < COUNT_OF(jobs); i++) jobs[i] = submitted(o, "one");
  await_told(o, COUNT_OF(jobs));
  for (size_t i = 0; i < COUNT_OF(jobs); i++) {
    assert_ptr_equal(o->told[i], jobs[i]);
    weirp_resolver_job_free(jobs[i]);
  }
  for (size_t i = 0; i < COUNT_OF(hanging); i++) assert_true(weirp_resolver_abandon(hanging[i]));
}

static void there_are_no_more_threads_than_said(void **state) {
  owner *o = *state;
  for (size_t i = 0; i < 100; i++) submitted(o, "hangs");
  host_table_await_hanging(WEIRP_RESOLVER_THREADS);
  host_table_release();
  await_told(o, 100);
  assert_int_equal(host_table_most(), WEIRP_RESOLVER_THREADS);
  for (size_t i = 0; i < 100; i++) {
    assert_int_equal(o->told[i]->error, WEIR_OK);
    weirp_resolver_job_free(o->told[i]);
  }
}

static void what_has_not_begun_never_begins_when_it_is_abandoned(void **state) {
  owner *o = *state;
  static weirp_resolver_job *jobs[MANY];
  for (size_t i = 0; i < MANY; i++) jobs[i] = submitted(o, "hangs");
  host_table_await_hanging(WEIRP_RESOLVER_THREADS);
  for (size_t i = 0; i < MANY; i++) assert_true(weirp_resolver_abandon(jobs[i]));
  weirp_resolver_settle();
  assert_int_equal(host_table_begun(), WEIRP_RESOLVER_THREADS);
  submitted(o, "one");
  await_told(o, 1);
  weirp_resolver_job_free(o->told[0]);
}

/* One after another is abandoned that a thread hangs in, so that the next ones hang too. */
static void stand_ins_have_a_bound(void **state) {
  owner *o = *state;
  static weirp_resolver_job *jobs[MANY];
  for (size_t i = 0; i < MANY; i++) jobs[i] = submitted(o, "hangs");
  for (size_t i = 0; i < WEIRP_RESOLVER_THREADS_MOST; i++) {
    size_t hanging = i + WEIRP_RESOLVER_THREADS;
    if (hanging > WEIRP_RESOLVER_THREADS_MOST) hanging = WEIRP_RESOLVER_THREADS_MOST;
    host_table_await_hanging(hanging);
    assert_true(weirp_resolver_abandon(jobs[i]));
    weirp_resolver_settle();
  }
  weirp_resolver_job *late = submitted(o, "one");
  for (size_t i = WEIRP_RESOLVER_THREADS_MOST; i < MANY; i++)
    assert_true(weirp_resolver_abandon(jobs[i]));
  host_table_release();
  await_told(o, 1);
  assert_ptr_equal(o->told[0], late);
  assert_int_equal(host_table_most(), WEIRP_RESOLVER_THREADS_MOST);
  weirp_resolver_job_free(late);
}

static void threads_end_and_others_are_started(void **state) {
  owner *o = *state;
  for (size_t i = 1; i <= 20; i++) {
    weirp_resolver_job *job = submitted(o, "one");
    await_told(o, i);
    weirp_resolver_job_free(job);
    weirp_resolver_rest();
  }
  weirp_resolver_rest();
}

/* One of several threads that submit and abandon. */
typedef struct crowd_member {
  owner owner;
  weirp_thread thread;
  uint64_t seed;
  size_t gone;
  size_t failures;
} crowd_member;

static void come_and_go(void *user) {
  crowd_member *m = user;
  test_random random = {m->seed};
  for (size_t i = 0; i < ROUNDS; i++) {
    weirp_resolver_job *job = weirp_resolver_job_create("one", WEIR_FAMILY_NONE, 0);
    if (!job) return;
    job->owner = &m->owner;
    job->told = told;
    /* All jobs before this one are told or gone, so nobody changes it. */
    size_t before = m->owner.count;
    if (weirp_resolver_submit(job) != WEIR_OK) {
      m->failures++;
      weirp_resolver_job_free(job);
      continue;
    }
    if (test_random_below(&random, 2) == 0) await_told(&m->owner, before + 1);
    if (weirp_resolver_abandon(job)) {
      m->gone++;
    } else {
      weirp_resolver_job_free(job);
    }
  }
}

static void each_job_of_a_crowd_is_told_or_gone(void **state) {
  (void)state;
  test_random random = test_random_start();
  crowd_member *crowd = calloc(OWNERS, sizeof *crowd);
  assert_non_null(crowd);
  for (size_t i = 0; i < OWNERS; i++) {
    owner_init(&crowd[i].owner);
    crowd[i].seed = test_random_next(&random);
    assert_true(weirp_thread_start(&crowd[i].thread, come_and_go, &crowd[i]));
  }
  for (size_t i = 0; i < OWNERS; i++) {
    weirp_thread_join(&crowd[i].thread);
    assert_int_equal(crowd[i].failures, 0);
    assert_int_equal(crowd[i].owner.count + crowd[i].gone, ROUNDS);
  }
  free(crowd);
}

static void the_system_knows_localhost_and_not_everything(void **state) {
  (void)state;
  weir_address *addresses = NULL;
  size_t count = 0;
  assert_int_equal(weirp_host_look_up("localhost", WEIR_FAMILY_IPV4, 0, &addresses, &count),
                   WEIR_OK);
  assert_true(count >= 1); /* glibc reads the line of ::1 as another one. */
  for (size_t i = 0; i < count; i++) {
    assert_int_equal(addresses[i].family, WEIR_FAMILY_IPV4);
    assert_int_equal(addresses[i].port, 0);
    assert_int_equal(addresses[i].bytes[0], 127);
  }
  free(addresses);
  addresses = NULL;
  assert_int_equal(
      weirp_host_look_up("localhost", WEIR_FAMILY_IPV6, WEIR_LOOKUP_V4MAPPED, &addresses, &count),
      WEIR_OK);
  for (size_t i = 0; i < count; i++) assert_int_equal(addresses[i].family, WEIR_FAMILY_IPV6);
  free(addresses);
  addresses = NULL;
  /* No label is longer than 63 letters, so nobody has to be asked. */
  char text[300];
  memset(text, 'x', sizeof text);
  text[sizeof text - 1] = '\0';
  assert_int_not_equal(weirp_host_look_up(text, WEIR_FAMILY_NONE, 0, &addresses, &count), WEIR_OK);
  assert_null(addresses);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_job_is_told_what_was_found),
      TEST(jobs_begin_in_the_order_of_coming),
      TEST(there_are_no_more_threads_than_said),
      TEST(what_has_not_begun_never_begins_when_it_is_abandoned),
      TEST(stand_ins_have_a_bound),
      TEST(threads_end_and_others_are_started),
      TEST(each_job_of_a_crowd_is_told_or_gone),
      cmocka_unit_test(the_system_knows_localhost_and_not_everything),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
