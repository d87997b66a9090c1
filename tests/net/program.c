/* Starts programs and reads what they print; what is right is for the tests to say. */
#include "tests/net/program.h"

#include "tests/net/raw_peer.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a program may take at the most, and its answer to what it was asked. */
enum { LIFE_SECONDS = 40, ANSWER_MS = 20000, DESCRIPTORS = 256 };

static bool is_installed(const char *name) {
  char command[64];
  (void)snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", name);
  int status = system(command);
  return status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void program_needed(const char *name) {
  raw_needs_system();
  if (is_installed(name)) return;
  print_message("SKIPPED: %s is not installed\n", name);
  skip();
}

program program_start(const char *const *arguments, bool with_errors) {
  int in[2], out[2];
  assert_int_equal(pipe(in), 0);
  assert_int_equal(pipe(out), 0);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    (void)dup2(in[0], 0);
    (void)dup2(out[1], 1);
    if (with_errors) (void)dup2(out[1], 2);
    for (int fd = 3; fd < DESCRIPTORS; fd++) (void)close(fd);
    /* A test that fails leaves its programs behind. */
    (void)alarm(LIFE_SECONDS);
    (void)execvp(arguments[0], (char *const *)(uintptr_t)arguments);
    _exit(127);
  }
  (void)close(in[0]);
  (void)close(out[1]);
  return (program){child, in[1], out[0]};
}

static void close_input(program *started) {
  if (started->in >= 0) (void)close(started->in);
  started->in = -1;
}

void program_say(program *started, const void *bytes, size_t length) {
  assert_int_equal(write(started->in, bytes, length), length);
  close_input(started);
}

/* @return as read() */
static ssize_t read_some(const program *started, void *bytes, size_t size) {
  struct pollfd watched = {started->out, POLLIN, 0};
  int ready = poll(&watched, 1, ANSWER_MS);
  if (ready != 1) fail_msg("A program printed nothing for %d ms", ANSWER_MS);
  return read(started->out, bytes, size);
}

void program_line(program *started, char *line, size_t size) {
  size_t length = 0;
  for (;;) {
    assert_true(length + 1 < size);
    if (read_some(started, line + length, 1) != 1) fail_msg("A program ended without a line");
    if (line[length] == '\n') break;
    length++;
  }
  line[length] = '\0';
}

size_t program_output(program *started, void *bytes, size_t size) {
  size_t length = 0;
  for (;;) {
    assert_true(length < size);
    ssize_t n = read_some(started, (char *)bytes + length, size - length);
    assert_true(n >= 0);
    if (n == 0) return length;
    length += (size_t)n;
  }
}

void program_end(program *started) {
  int status;
  close_input(started);
  (void)close(started->out);
  assert_int_equal(waitpid(started->child, &status, 0), started->child);
  assert_int_equal(status, 0);
}
