/* Sockets that a program is started with: what of the environment is believed, and listening on
 * them. Each case is a process of its own, as descriptor 3 is what it is about. */
#include "tests/net/raw_peer.h"
#include "tests/support/test.h"
#include "weir/activation.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs in a process of its own. @return true: all was as expected */
typedef bool (*process)(void);

static void in_a_process(process run) {
  int status;
  pid_t child = fork();
  if (child == 0) _exit(run() ? 0 : 1);
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void say(const char *name, const char *value) {
  if (value)
    (void)setenv(name, value, 1);
  else
    (void)unsetenv(name);
}

/* For this process. */
static void say_mine(const char *count, const char *names) {
  char pid[24];
  (void)snprintf(pid, sizeof pid, "%ld", (long)getpid());
  say("LISTEN_PID", pid);
  say("LISTEN_FDS", count);
  say("LISTEN_FDNAMES", names);
}

static bool is_named(size_t index, const char *expected) {
  char name[WEIR_ACTIVATION_NAME_SIZE];
  return weir_activation_name(index, name, sizeof name) == strlen(expected) &&
         strcmp(name, expected) == 0;
}

/* Two descriptors, 3 and 4. */
static bool have_two(void) {
  int pair[2];
  return socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 && dup2(pair[0], 13) == 13 &&
         dup2(pair[1], 14) == 14 && dup2(13, 3) == 3 && dup2(14, 4) == 4;
}

static bool what_is_malformed(void) {
  static const char *const counts[] = {NULL, "", "-1", "+1", " 1", "1 ", "1x", "0x1", "4294967297"};
  for (size_t i = 0; i < COUNT_OF(counts); i++) {
    say_mine(counts[i], NULL);
    if (weir_activation_count() != 0 || weir_activation_fd(0) != -1) return false;
  }
  say_mine("1", NULL);
  if (weir_activation_count() != 1) return false;
  say("LISTEN_PID", NULL);
  return weir_activation_count() == 0;
}

static bool what_is_for_another(void) {
  char pid[24];
  if (!have_two()) return false;
  say_mine("2", "a:b");
  (void)snprintf(pid, sizeof pid, "%ld", (long)getppid());
  say("LISTEN_PID", pid);
  return weir_activation_count() == 0 && weir_activation_fd(0) == -1 && is_named(0, "");
}

static bool names(void) {
  char small[3] = "xx";
  if (!have_two()) return false;
  say_mine("2", "http:control");
  if (!is_named(0, "http") || !is_named(1, "control") || !is_named(2, "")) return false;
  if (weir_activation_name(1, small, sizeof small) != 7 || strcmp(small, "co") != 0) return false;
  if (weir_activation_name(1, NULL, 0) != 7) return false;
  say_mine("2", ":b");
  if (!is_named(0, "") || !is_named(1, "b")) return false;
  say_mine("2", "one");
  if (!is_named(0, "unknown") || !is_named(1, "unknown")) return false;
  say_mine("2", NULL);
  return is_named(1, "unknown");
}

/* They are not for programs that this one starts, and one that is closed is not there. */
static bool descriptors(void) {
  if (!have_two()) return false;
  say_mine("2", NULL);
  if (fcntl(3, F_GETFD) & FD_CLOEXEC) return false;
  if (weir_activation_fd(0) != 3 || weir_activation_fd(1) != 4) return false;
  if (!(fcntl(3, F_GETFD) & FD_CLOEXEC) || weir_activation_fd(2) != -1) return false;
  (void)close(4);
  return weir_activation_fd(1) == -1;
}

static bool taken;

static void on_connection(weir_server *server, weir_socket *socket, void *user) {
  (void)socket;
  (void)user;
  taken = true;
  weir_server_free(server);
  weir_socket_destroy(socket, NULL);
}

static bool listening(void) {
  static const weir_server_handlers handlers = {.size = sizeof handlers,
                                                .on_connection = on_connection};
  struct sockaddr_in address = {.sin_family = AF_INET};
  socklen_t length = sizeof address;
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  weir_loop_options how = WEIR_LOOP_OPTIONS_INIT;
  weir_loop *loop;
  weir_server *server;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, (struct sockaddr *)&address, length) != 0 || listen(fd, 5) != 0) return false;
  if (getsockname(fd, (struct sockaddr *)&address, &length) != 0) return false;
  if (dup2(fd, 13) != 13 || dup2(13, 3) != 3) return false;
  say_mine("1", "web");
  options.fd = weir_activation_fd(0);
  /* It came before the program was there to take it. */
  int peer = raw_connect_tcp(ntohs(address.sin_port));
  how.backend = loop_fixture_backend_name();
  bool done = weir_loop_create(&how, &loop) == WEIR_OK &&
              weir_create_server(loop, NULL, &handlers, NULL, &server) == WEIR_OK &&
              weir_server_listen(server, &options, NULL, NULL) == WEIR_OK &&
              weir_loop_run(loop, WEIR_RUN_DEFAULT) == WEIR_OK &&
              loop_fixture_free(loop) == WEIR_OK;
  (void)close(peer);
  return done && taken;
}

static void what_is_malformed_counts_for_nothing(void **state) {
  (void)state;
  in_a_process(what_is_malformed);
}

static void what_is_for_another_process_counts_for_nothing(void **state) {
  (void)state;
  in_a_process(what_is_for_another);
}

static void sockets_have_names(void **state) {
  (void)state;
  in_a_process(names);
}

static void descriptors_begin_with_three(void **state) {
  (void)state;
  in_a_process(descriptors);
}

static void a_server_listens_on_what_it_was_started_with(void **state) {
  (void)state;
  raw_needs_system();
  in_a_process(listening);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_malformed_counts_for_nothing),
      cmocka_unit_test(what_is_for_another_process_counts_for_nothing),
      cmocka_unit_test(sockets_have_names),
      cmocka_unit_test(descriptors_begin_with_three),
      cmocka_unit_test(a_server_listens_on_what_it_was_started_with),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
