/* Other programs as peers: plain bytes, as netcat and socat send them. */
#include "tests/net/raw_peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void echo_back(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  net_end *end = user;
  end->received += length;
  (void)weir_socket_write(socket, data, length, NULL, NULL);
}

static void note_close(weir_socket *socket, bool had_error, void *user) {
  net_end *end = user;
  (void)socket;
  end->closes++;
  net_note(&end->log, "close(%d)", had_error);
  end->socket = NULL;
}

static const weir_socket_handlers echo_handlers = {
    .size = sizeof(weir_socket_handlers), .on_data = echo_back, .on_close = note_close};

/* True if a program of that name is in the path. */
static bool is_installed(const char *program) {
  char command[64];
  (void)snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", program);
  int status = system(command);
  return status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool peer_closed(const net_fixture *net) {
  return net->peers[0].closes > 0;
}

/* Starts a program whose input is "hello" and its end. @return where its output can be read */
static int start(const char *const *arguments, pid_t *out_child) {
  int in[2], out[2];
  assert_int_equal(pipe(in), 0);
  assert_int_equal(pipe(out), 0);
  *out_child = fork();
  assert_true(*out_child >= 0);
  if (*out_child == 0) {
    (void)dup2(in[0], 0);
    (void)dup2(out[1], 1);
    for (int fd = 3; fd < 64; fd++) (void)close(fd);
    (void)execvp(arguments[0], (char *const *)(uintptr_t)arguments);
    _exit(127);
  }
  (void)close(in[0]);
  (void)close(out[1]);
  assert_int_equal(write(in[1], "hello", 5), 5);
  (void)close(in[1]);
  return out[0];
}

/* Runs the program against an echo server and compares what it prints. */
static void talk_to(net_kind kind, const char *program, const char *format) {
  raw_needs_system();
  if (!is_installed(program)) {
    print_message("SKIPPED: %s is not installed\n", program);
    skip();
  }
  char target[256], port[16], answer[16];
  pid_t child;
  int status;
  net_fixture *net = net_create();
  net->peer_handlers = &echo_handlers;
  net_listen(net, kind, NULL);
  (void)snprintf(port, sizeof port, "%u", (unsigned)net->port);
  (void)snprintf(target, sizeof target, format, kind == NET_PATH ? net->path : port);
  const char *socat[] = {"socat", "-t", "10", "STDIO", target, NULL};
  const char *netcat[] = {"nc", "-q", "1", "127.0.0.1", target, NULL};
  int out = start(strcmp(program, "socat") == 0 ? socat : netcat, &child);
  net_run_until(net, peer_closed);
  assert_int_equal(read(out, answer, sizeof answer), 5);
  assert_memory_equal(answer, "hello", 5);
  (void)close(out);
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  net_expect(program, &net->peers[0].log, "close(0)");
  net_free(net);
}

/* GEN-12, GEN-09: nothing but the program's bytes goes over a TCP connection. */
static void socat_over_tcp_gets_its_bytes_back(void **state) {
  (void)state;
  talk_to(NET_IPV4, "socat", "TCP4:127.0.0.1:%s");
}

/* GEN-12, GEN-09: nor over a Unix socket. */
static void socat_over_a_path_gets_its_bytes_back(void **state) {
  (void)state;
  talk_to(NET_PATH, "socat", "UNIX-CONNECT:%s");
}

/* GEN-12, GEN-09: the same with netcat. */
static void netcat_over_tcp_gets_its_bytes_back(void **state) {
  (void)state;
  talk_to(NET_IPV4, "nc", "%s");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(socat_over_tcp_gets_its_bytes_back),
      cmocka_unit_test(socat_over_a_path_gets_its_bytes_back),
      cmocka_unit_test(netcat_over_tcp_gets_its_bytes_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
