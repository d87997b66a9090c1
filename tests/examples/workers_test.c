/* The example with workers as it is run: one port served by several processes, their connections
 * summed, a worker killed, and nobody refused meanwhile. */
#include "tests/support/loop_fixture.h"
#include "tests/support/test.h"

#include "conformance/clause.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORKERS = 3, HELD = 30, HELD_MAX = 300, MORE = 300, PATIENCE_S = 60 };

static pid_t parent;
static FILE *said;
static int port;
static int held[HELD_MAX];
static int held_count;

/* Reads lines until one begins so. @return what is behind it; the line stays until the next call */
static const char *await(const char *beginning) {
  static char line[256];
  size_t length = strlen(beginning);
  while (fgets(line, sizeof line, said))
    if (strncmp(line, beginning, length) == 0) return line + length;
  fail_msg("\"%s\" was never printed", beginning);
  return "";
}

static void start(const char *program) {
  char count[8];
  int out[2];
  (void)snprintf(count, sizeof count, "%d", WORKERS);
  assert_int_equal(pipe(out), 0);
  parent = fork();
  if (parent == 0) {
    (void)dup2(out[1], 1);
    (void)close(out[0]);
    (void)close(out[1]);
    (void)execl(program, program, "--workers", count, "--host", "127.0.0.1", "--report", "20",
                "--backend", loop_fixture_backend_name(), (char *)NULL);
    _exit(127);
  }
  (void)close(out[1]);
  said = fdopen(out[0], "r");
  assert_non_null(said);
  port = atoi(await("listening "));
}

/* @return a connection; it is never refused */
static int come(void) {
  struct sockaddr_in there = {.sin_family = AF_INET};
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  there.sin_port = htons((uint16_t)port);
  there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  assert_int_equal(connect(fd, (struct sockaddr *)&there, sizeof there), 0);
  return fd;
}

/* @return false: whoever took the connection is gone */
static bool is_echoed(int fd) {
  char byte = 'x';
  return send(fd, &byte, 1, MSG_NOSIGNAL) == 1 && recv(fd, &byte, 1, 0) == 1 && byte == 'x';
}

/* Waits for a report that says so. @return how many workers have some of them */
static int await_sum(int sum) {
  char beginning[32];
  (void)snprintf(beginning, sizeof beginning, "connections %d =", sum);
  const char *rest = await(beginning);
  int workers = 0, total = 0, length, some;
  for (; sscanf(rest, "%d%n", &some, &length) == 1; rest += length) {
    total += some;
    workers += some > 0;
  }
  assert_int_equal(total, sum);
  return workers;
}

static void hold(int count) {
  for (; count > 0; count--) {
    assert_true(held_count < HELD_MAX);
    held[held_count] = come();
    assert_true(is_echoed(held[held_count++]));
  }
}

static void several_processes_serve_one_port(void **state) {
  int status, served = 0;
  pid_t pids[WORKERS];
  start(*state);
  for (int i = 0; i < WORKERS; i++) {
    char beginning[32];
    (void)snprintf(beginning, sizeof beginning, "worker %d pid ", i + 1);
    pids[i] = (pid_t)atol(await(beginning));
  }
  CLAUSES("LSN-27", "SRV-30") {
    /* Who takes a connection is the system's choice. */
    do hold(HELD);
    while (await_sum(held_count) < 2);
    assert_int_equal(kill(pids[0], SIGKILL), 0);
    for (int i = 0; i < MORE; i++) {
      int fd = come();
      /* The one that was killed may have taken it. */
      served += is_echoed(fd);
      (void)close(fd);
    }
    assert_true(served > 0);
    (void)await("worker 1 ended");
    pid_t next = (pid_t)atol(await("worker 1 pid "));
    assert_int_not_equal(next, pids[0]);
    int left = 0;
    for (int i = 0; i < held_count; i++) left += is_echoed(held[i]);
    (void)await_sum(left);
    for (int i = 1; i < WORKERS; i++) assert_int_equal(kill(pids[i], SIGKILL), 0);
    for (int ended = 0; ended < WORKERS - 1;) ended += strstr(await("worker "), " ended") != NULL;
    int fd = come();
    assert_true(is_echoed(fd));
    (void)close(fd);
  }
  for (int i = 0; i < held_count; i++) (void)close(held[i]);
  assert_int_equal(kill(parent, SIGTERM), 0);
  (void)await("worker 1 ended");
  assert_int_equal(waitpid(parent, &status, 0), parent);
  assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  (void)fclose(said);
}

int main(int argc, char **argv) {
  assert_true(argc == 2);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_prestate(several_processes_serve_one_port, argv[1]),
  };
  (void)alarm(PATIENCE_S);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
