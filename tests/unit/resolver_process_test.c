/* Names and processes: one that was forked looks up names, and one with threads that hang ends. */
#include "platform/resolver.h"
#include "tests/support/host_table.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_S = 20, HANGING = 10 };

static const weir_sim_name names[] = {{.host = "hangs", .delay_ns = WEIR_TIME_NEVER}};

static int ends[2];

static void told(weirp_resolver_job *job) {
  char c = job->error == WEIR_OK ? 'y' : 'n';
  (void)!write(ends[1], &c, 1);
}

static weirp_resolver_job *submitted(const char *host) {
  weirp_resolver_job *job = weirp_resolver_job_create(host, WEIR_FAMILY_NONE, 0);
  if (!job) return NULL;
  job->told = told;
  if (weirp_resolver_submit(job) == WEIR_OK) return job;
  weirp_resolver_job_free(job);
  return NULL;
}

/* What a forked process does. It must not use assertions, which jump. */
static bool knows_localhost(void) {
  char c = '\0';
  if (pipe(ends) < 0) return false;
  weirp_resolver_replace(NULL);
  weirp_resolver_job *job = submitted("localhost");
  if (!job || read(ends[0], &c, 1) != 1) return false;
  bool gone = weirp_resolver_abandon(job);
  if (!gone) weirp_resolver_job_free(job);
  weirp_resolver_rest();
  return c == 'y' && !gone;
}

static void assert_ends_well(pid_t child) {
  int status = -1;
  assert_true(child > 0);
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 0);
}

static int setup(void **state) {
  (void)state;
  host_table_use(names, COUNT_OF(names));
  return 0;
}

static int teardown(void **state) {
  (void)state;
  host_table_restore();
  return 0;
}

static void a_forked_process_looks_up_names(void **state) {
  (void)state;
  weirp_resolver_job *jobs[HANGING];
  for (size_t i = 0; i < HANGING; i++) jobs[i] = submitted("hangs");
  host_table_await_hanging(WEIRP_RESOLVER_THREADS);
  /* One that the thread is to free in this process, and nobody in the other. */
  assert_true(weirp_resolver_abandon(jobs[0]));
  pid_t child = fork();
  if (child == 0) {
    alarm(PATIENCE_S);
    for (size_t i = 1; i < HANGING; i++)
      if (!weirp_resolver_abandon(jobs[i])) _exit(2);
    _exit(knows_localhost() ? 0 : 1);
  }
  assert_ends_well(child);
  for (size_t i = 1; i < HANGING; i++) assert_true(weirp_resolver_abandon(jobs[i]));
}

static void a_process_ends_while_threads_hang(void **state) {
  (void)state;
  (void)fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    alarm(PATIENCE_S);
    for (size_t i = 0; i < HANGING; i++)
      if (!submitted("hangs")) _exit(1);
    host_table_await_hanging(WEIRP_RESOLVER_THREADS);
    exit(0);
  }
  assert_ends_well(child);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_forked_process_looks_up_names),
      TEST(a_process_ends_while_threads_hang),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
