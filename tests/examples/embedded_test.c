/* The examples with a loop of their own as they are run: that loop serves its input and its timer
 * beside weir's connections, weir's timeouts come without any of these, nothing turns in vain, and
 * each of the ways to end ends it. The peers are plain sockets. */
#include "tests/net/raw_peer.h"
#include "tests/support/loop_fixture.h"
#include "tests/support/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
  ARGUMENTS_MAX = 16,
  PIECES = 32,
  PIECE = 49152,   /* What a connection holds though nobody reads. */
  IDLE_MS = 300,   /* Long enough to be told from none. */
  TURNS_IDLE = 24, /* For a listener, a connection, a byte, a timeout and an end. */
  ALARM_S = 20     /* What one program may take. */
};

static const char *program;
static pid_t child;
static int input; /* The program's; -1: closed. */
static int file;  /* What it reads instead; -1: nothing. */
static FILE *said;
static char directory[] = "/tmp/weir-embedded-XXXXXX";
static char path[sizeof directory + 8];
static uint16_t port;

/* ---- The program ---- */

/* What waits for the program then sees its end, and fails. */
static void on_alarm(int number) {
  (void)number;
  if (child > 0) (void)kill(child, SIGKILL);
}

/* libuv's host has the backend that it is made for. */
static bool chooses_backend(void) {
  return strstr(program, "in_uv") == NULL;
}

static void become_program(const char *const *arguments, const int *in, const int *out) {
  const char *argv[ARGUMENTS_MAX] = {program};
  size_t count = 1;
  if (chooses_backend()) {
    argv[count++] = "--backend";
    argv[count++] = loop_fixture_backend_name();
  }
  for (; *arguments != NULL && count < ARGUMENTS_MAX - 1; arguments++) argv[count++] = *arguments;
  if (dup2(file >= 0 ? file : in[0], 0) < 0 || dup2(out[1], 1) < 0 || dup2(out[1], 2) < 0)
    _exit(126);
  (void)execv(program, (char *const *)(uintptr_t)argv);
  _exit(127);
}

/* The ends that stay here are not the program's: the end of its input is to be seen. */
static void make_pipe(int *ends) {
  assert_int_equal(pipe(ends), 0);
  assert_int_equal(fcntl(ends[0], F_SETFD, FD_CLOEXEC), 0);
  assert_int_equal(fcntl(ends[1], F_SETFD, FD_CLOEXEC), 0);
}

/* Starts the program with a list that ends with NULL. */
static void start(const char *const *arguments) {
  int in[2], out[2];
  make_pipe(in);
  make_pipe(out);
  (void)alarm(ALARM_S);
  child = fork();
  assert_true(child >= 0);
  if (child == 0) become_program(arguments, in, out);
  (void)close(in[0]);
  (void)close(out[1]);
  input = in[1];
  said = fdopen(out[0], "r");
  assert_non_null(said);
}

/* Reads lines until one has this. @return what is behind it; the line stays until the next call */
static const char *await(const char *text) {
  static char line[512];
  while (fgets(line, sizeof line, said) != NULL) {
    const char *found = strstr(line, text);
    if (found != NULL) return found + strlen(text);
  }
  fail_msg("\"%s\" was never printed", text);
  return "";
}

static void type(const char *command) {
  assert_int_equal(write(input, command, strlen(command)), strlen(command));
}

static void end_input(void) {
  if (input >= 0) assert_int_equal(close(input), 0);
  input = -1;
}

/* @return its exit status */
static int await_end(void) {
  int status = 0;
  pid_t ended = waitpid(child, &status, 0);
  assert_int_equal(ended, child);
  child = 0;
  (void)alarm(0);
  assert_true(WIFEXITED(status));
  return WEXITSTATUS(status);
}

/* The program ends well. @return how often its loop has turned */
static unsigned long await_good_end(unsigned long *out_ticks) {
  unsigned long turns = 0, ticks = 0;
  const char *name = strrchr(program, '/');
  char beginning[32];
  (void)snprintf(beginning, sizeof beginning, "%s: ", name == NULL ? program : name + 1);
  assert_int_equal(sscanf(await(beginning), "%lu turns, %lu ticks", &turns, &ticks), 2);
  assert_int_equal(await_end(), 0);
  if (out_ticks != NULL) *out_ticks = ticks;
  return turns;
}

static int setup(void **state) {
  (void)state;
  input = file = -1;
  said = NULL;
  child = 0;
  return 0;
}

static int teardown(void **state) {
  (void)state;
  (void)alarm(0);
  if (input >= 0) (void)close(input);
  if (file >= 0) (void)close(file);
  if (said != NULL) (void)fclose(said);
  if (child > 0) {
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
  }
  (void)unlink(path);
  return 0;
}

/* ---- A peer ---- */

/* Starts the program and waits until it listens. */
static void serve(bool local, const char *idle_ms, const char *tick_ms) {
  const char *const tcp[] = {"--tcp", "0", "--idle", idle_ms, "--tick", tick_ms, NULL};
  const char *const unix_path[] = {"--unix", path, "--idle", idle_ms, "--tick", tick_ms, NULL};
  start(local ? unix_path : tcp);
  if (local)
    (void)await(path);
  else
    port = (uint16_t)atoi(await("listening 127.0.0.1:"));
}

static int come(bool local) {
  int fd = local ? raw_connect_path(path, strlen(path)) : raw_connect_tcp(port);
  assert_true(fd >= 0);
  return fd;
}

static void exchange(int fd, const char *bytes, size_t length) {
  static char back[PIECE];
  size_t got = 0;
  ssize_t count = 1;
  assert_int_equal(send(fd, bytes, length, MSG_NOSIGNAL), length);
  for (; got < length && count > 0; got += (size_t)count) {
    count = recv(fd, back + got, length - got, 0);
    if (count < 0) fail_msg("recv: %s", strerror(errno));
  }
  assert_int_equal(got, length);
  assert_memory_equal(back, bytes, length);
}

static bool has_ended(int fd) {
  char byte;
  return recv(fd, &byte, 1, 0) == 0;
}

/* ---- The tests ---- */

/* A timer, the input and connections take turns, and none waits for the others. */
static void both_live(bool local) {
  static char piece[PIECE];
  unsigned long ticks = 0;
  int one, two;
  serve(local, "60000", "10");
  one = come(local);
  two = come(local);
  (void)await("connection 2");
  for (int i = 0; i < PIECES; i++) {
    memset(piece, 'a' + i % 26, sizeof piece);
    exchange(i % 2 == 0 ? one : two, piece, sizeof piece);
    (void)await("host  tick");
  }
  type("cou");
  exchange(one, "x", 1);
  (void)await("host  tick");
  type("nt\n");
  assert_int_equal(atoi(await("host  connections")), 2);
  (void)await("host  tick");
  type("quit\n");
  assert_true(has_ended(one));
  assert_true(has_ended(two));
  (void)await("closed, left: 0");
  (void)await_good_end(&ticks);
  assert_true(ticks >= PIECES + 2);
  assert_int_equal(close(one), 0);
  assert_int_equal(close(two), 0);
}

static void both_loops_live_together_over_tcp(void **state) {
  (void)state;
  both_live(false);
}

static void both_loops_live_together_over_a_path(void **state) {
  (void)state;
  both_live(true);
  assert_false(raw_exists(path));
}

static int64_t now_ms(void) {
  struct timespec now;
  assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The host has nothing to wake it, so it is weir's timeout that does, in one turn and not in many.
 * The end of the input, which is the host's, then ends all. */
static void an_idle_connection_ends_while_all_sleep(void **state) {
  char idle_ms[16];
  (void)state;
  (void)snprintf(idle_ms, sizeof idle_ms, "%d", IDLE_MS);
  serve(false, idle_ms, "0");
  int64_t before = now_ms();
  int fd = come(false);
  exchange(fd, "x", 1);
  assert_true(has_ended(fd));
  assert_true(now_ms() - before >= IDLE_MS);
  (void)await("idle");
  (void)await("closed, left: 0");
  assert_int_equal(close(fd), 0);
  end_input();
  (void)await("closing");
  unsigned long ticks = 1, turns = await_good_end(&ticks);
  print_message("%lu turns\n", turns);
  assert_int_equal(ticks, 0);
  assert_in_range(turns, 1, TURNS_IDLE);
}

/* What is there lives on, the input stays open, and still the program ends with the last. */
static void it_ends_when_weir_has_nothing_left(void **state) {
  struct sockaddr_in there = {.sin_family = AF_INET};
  (void)state;
  serve(false, "60000", "0");
  int fd = come(false);
  (void)await("connection 1");
  type("close\n");
  (void)await("closing");
  there.sin_port = htons(port);
  there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int late = socket(AF_INET, SOCK_STREAM, 0);
  assert_true(late >= 0);
  assert_int_equal(connect(late, (struct sockaddr *)&there, sizeof there), -1);
  assert_int_equal(errno, ECONNREFUSED);
  assert_int_equal(close(late), 0);
  exchange(fd, "still here", 10);
  assert_int_equal(shutdown(fd, SHUT_WR), 0);
  assert_true(has_ended(fd));
  assert_int_equal(close(fd), 0);
  unsigned long turns = await_good_end(NULL);
  assert_in_range(turns, 1, TURNS_IDLE);
}

/* Not everybody can watch a file. */
static void a_file_says_all_at_once(void **state) {
  static const char commands[] = "count\nquit"; /* The last line has no end. */
  static const char *const arguments[] = {"--tcp", "0", NULL};
  (void)state;
  file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  assert_true(file >= 0);
  assert_int_equal(write(file, commands, strlen(commands)), strlen(commands));
  assert_int_equal(lseek(file, 0, SEEK_SET), 0);
  start(arguments);
  assert_int_equal(atoi(await("host  connections")), 0);
  (void)await("closing");
  (void)await_good_end(NULL);
}

static void a_port_in_use_is_told_in_nodes_words(void **state) {
  char number[8], text[96];
  (void)state;
  struct sockaddr_in here = {.sin_family = AF_INET};
  socklen_t length = sizeof here;
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int taken = socket(AF_INET, SOCK_STREAM, 0);
  assert_true(taken >= 0);
  assert_int_equal(bind(taken, (struct sockaddr *)&here, sizeof here), 0);
  assert_int_equal(listen(taken, 1), 0);
  assert_int_equal(getsockname(taken, (struct sockaddr *)&here, &length), 0);
  (void)snprintf(number, sizeof number, "%u", (unsigned)ntohs(here.sin_port));
  const char *const arguments[] = {"--tcp", number, NULL};
  start(arguments);
  (void)snprintf(text, sizeof text, "listen EADDRINUSE: address already in use 127.0.0.1:%s\n",
                 number);
  (void)await(text);
  assert_int_equal(await_end(), 1);
  assert_int_equal(close(taken), 0);
}

static void wrong_arguments_are_refused(void **state) {
  static const char *const wrong[][6] = {
      {NULL},
      {"--tcp", NULL},
      {"--tcp", "65536", NULL},
      {"--tcp", "0", "--unix", "x", NULL},
      {"--unix", "", NULL},
      {"--tcp", "0", "--tick", "soon", NULL},
      {"--tcp", "0", "more", NULL},
  };
  static const char *const unknown[] = {"--tcp", "0", "--backend", "none", NULL};
  (void)state;
  for (size_t i = 0; i < COUNT_OF(wrong); i++) {
    start(wrong[i]);
    (void)await("usage: ");
    assert_int_equal(await_end(), 2);
    (void)teardown(NULL);
    (void)setup(NULL);
  }
  start(unknown);
  (void)await(chooses_backend() ? "none: ERR_INVALID_ARG_VALUE" : "--backend is not an option");
  assert_int_equal(await_end(), 2);
}

static void a_backend_without_a_descriptor_is_refused(void **state) {
  static const char *const arguments[] = {"--tcp", "0", NULL};
  char text[64];
  (void)state;
  start(arguments);
  (void)snprintf(text, sizeof text, "the backend %s has no descriptor",
                 loop_fixture_backend_name());
  const char *use = strstr(await(text), "use one of: ");
  assert_non_null(use);
  assert_non_null(strstr(use, " epoll"));
  assert_int_equal(await_end(), 2);
}

/* Not asked of weir_loop_fd(), which could then not be found wrong. libkqueue's does not become
 * readable. */
static bool has_descriptor(void) {
  const char *backend = loop_fixture_backend_name();
  return strcmp(backend, "poll") != 0 && strcmp(backend, "kqueue") != 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {
      TEST(both_loops_live_together_over_tcp),
      TEST(both_loops_live_together_over_a_path),
      TEST(an_idle_connection_ends_while_all_sleep),
      TEST(it_ends_when_weir_has_nothing_left),
      TEST(a_file_says_all_at_once),
      TEST(a_port_in_use_is_told_in_nodes_words),
      TEST(wrong_arguments_are_refused),
  };
  const struct CMUnitTest refusals[] = {
      TEST(a_backend_without_a_descriptor_is_refused),
      TEST(wrong_arguments_are_refused),
  };
  assert_true(argc == 2);
  program = argv[1];
  assert_non_null(mkdtemp(directory));
  (void)snprintf(path, sizeof path, "%s/s", directory);
  (void)signal(SIGALRM, on_alarm);
  (void)signal(SIGPIPE, SIG_IGN);
  int failed = has_descriptor() ? cmocka_run_group_tests(tests, NULL, NULL)
                                : cmocka_run_group_tests(refusals, NULL, NULL);
  (void)rmdir(directory);
  return failed;
}
