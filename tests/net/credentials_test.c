/* Who is at the other end of a Unix socket. The program's own getsockopt() can say other things
 * than the system does. */
#include "tests/net/raw_peer.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int asked;                /* How often. */
static int refusal;              /* The error number to give; 0: none. */
static const struct ucred *fake; /* What to say; NULL: what the system says. */

int getsockopt(int descriptor, int level, int name, void *value, socklen_t *length) {
  bool for_peer = level == SOL_SOCKET && name == SO_PEERCRED;
  if (for_peer) asked++;
  if (for_peer && refusal != 0) {
    errno = refusal;
    return -1;
  }
  if (for_peer && fake) {
    memcpy(value, fake, sizeof *fake);
    return 0;
  }
  return (int)syscall(SYS_getsockopt, descriptor, level, name, value, length);
}

static weir_peer_credentials nobody(void) {
  return (weir_peer_credentials)WEIR_PEER_CREDENTIALS_INIT;
}

static void expect_self(const weir_socket *socket) {
  weir_peer_credentials found = nobody();
  assert_int_equal(weir_socket_peer_credentials(socket, &found), WEIR_OK);
  assert_int_equal(found.size, sizeof found);
  assert_int_equal(found.process_id, getpid());
  assert_int_equal(found.user_id, geteuid());
  assert_int_equal(found.group_id, getegid());
}

static void both_ends_of_a_path_know_each_other(void **state) {
  (void)state;
  raw_needs_system();
  net_fixture *net = net_create();
  net_open(net, NET_PATH);
  expect_self(net->client.socket);
  expect_self(net->peers[0].socket);
  net_free(net);
}

/* A process of its own, that is gone when it is asked for. */
static void the_one_that_connected_is_told_of(void **state) {
  (void)state;
  raw_needs_system();
  weir_peer_credentials found = nobody();
  net_fixture *net = net_create();
  net_listen(net, NET_PATH, NULL);
  pid_t child = fork();
  if (child == 0) _exit(raw_connect_path(net->path, strlen(net->path)) < 0);
  int status = -1;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  net->peer_handlers = &net_quiet_handlers;
  weir_socket *peer = NULL;
  for (unsigned i = 0; i < 10 && !peer; i++) {
    assert_int_equal(weir_loop_run(net->loop, WEIR_RUN_ONCE), WEIR_OK);
    peer = net->peers[0].socket;
  }
  assert_non_null(peer);
  assert_int_equal(weir_socket_peer_credentials(peer, &found), WEIR_OK);
  assert_int_equal(found.process_id, child);
  assert_int_equal(found.user_id, geteuid());
  net_free(net);
}

static void other_states_and_transports_have_none(void **state) {
  (void)state;
  weir_peer_credentials found = nobody();
  net_fixture *net = net_create();
  net_listen(net, NET_IPV4, NULL);
  net_connect(net, NET_IPV4, NULL, &net->client);
  weir_socket *socket = weir_socket_retain(net->client.socket);
  asked = 0;
  assert_int_equal(weir_socket_peer_credentials(socket, &found), WEIR_ENOTCONN);
  net_settle(net);
  assert_int_equal(weir_socket_peer_credentials(socket, &found), WEIR_ENOTSUP);
  weir_socket_destroy(socket, NULL);
  assert_int_equal(weir_socket_peer_credentials(socket, &found), WEIR_ENOTCONN);
  net_settle(net);
  assert_int_equal(weir_socket_peer_credentials(socket, &found), WEIR_ENOTCONN);
  assert_int_equal(found.process_id, -1);
  assert_int_equal(asked, 0);
  weir_socket_release(socket);
  net_free(net);
}

static void the_simulator_has_no_processes(void **state) {
  (void)state;
  weir_peer_credentials found = nobody();
  net_fixture *net = net_create();
  net_open(net, NET_PATH);
  if (loop_fixture_is_sim(&net->base))
    assert_int_equal(weir_socket_peer_credentials(net->client.socket, &found), WEIR_ENOTSUP);
  net_free(net);
}

static void a_pair_is_known_and_a_pipe_is_not(void **state) {
  (void)state;
  raw_needs_system();
  weir_peer_credentials found = nobody();
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  int pair[2];
  int pipes[2];
  weir_socket *socket;
  net_fixture *net = net_create();
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  assert_int_equal(pipe(pipes), 0);
  options.fd = pair[0];
  assert_int_equal(weir_socket_create(net->loop, &options, NULL, NULL, &socket), WEIR_OK);
  expect_self(socket);
  weir_socket_destroy(socket, NULL);
  options.fd = pipes[0];
  options.writable = false;
  assert_int_equal(weir_socket_create(net->loop, &options, NULL, NULL, &socket), WEIR_OK);
  assert_int_equal(weir_socket_peer_credentials(socket, &found), WEIR_ENOTSUP);
  weir_socket_destroy(socket, NULL);
  net_run(net);
  close(pair[1]);
  close(pipes[1]);
  net_free(net);
}

static void what_the_system_says_is_told(void **state) {
  (void)state;
  raw_needs_system();
  static const struct ucred unseen = {.pid = 0, .uid = 65534, .gid = 5};
  static const struct ucred none = {.pid = 0, .uid = (uid_t)-1, .gid = (gid_t)-1};
  weir_peer_credentials found = nobody();
  net_fixture *net = net_create();
  net_open(net, NET_PATH);
  refusal = EACCES;
  assert_int_equal(weir_socket_peer_credentials(net->client.socket, &found), WEIR_EACCES);
  assert_int_equal(found.process_id, -1);
  assert_int_equal(found.user_id, 0);
  refusal = 0;
  fake = &none;
  assert_int_equal(weir_socket_peer_credentials(net->client.socket, &found), WEIR_ENOTCONN);
  fake = &unseen;
  assert_int_equal(weir_socket_peer_credentials(net->client.socket, &found), WEIR_OK);
  assert_int_equal(found.process_id, -1);
  assert_int_equal(found.user_id, 65534);
  assert_int_equal(found.group_id, 5);
  fake = NULL;
  net_free(net);
}

/* A newer program's struct is longer; what is behind it stays. A shorter one never was. */
static void the_size_of_the_struct_counts(void **state) {
  (void)state;
  raw_needs_system();
  struct {
    weir_peer_credentials known;
    uint64_t later;
  } longer = {WEIR_PEER_CREDENTIALS_INIT, 77};
  net_fixture *net = net_create();
  net_open(net, NET_PATH);
  longer.known.size = sizeof longer;
  assert_int_equal(weir_socket_peer_credentials(net->client.socket, &longer.known), WEIR_OK);
  assert_int_equal(longer.known.size, sizeof longer);
  assert_int_equal(longer.known.process_id, getpid());
  assert_int_equal(longer.later, 77);
  longer.known.size = sizeof longer.known - 1;
  assert_int_equal(weir_socket_peer_credentials(net->client.socket, &longer.known),
                   WEIR_ERR_INVALID_ARG_VALUE);
  net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(both_ends_of_a_path_know_each_other),
      cmocka_unit_test(the_one_that_connected_is_told_of),
      cmocka_unit_test(other_states_and_transports_have_none),
      cmocka_unit_test(the_simulator_has_no_processes),
      cmocka_unit_test(a_pair_is_known_and_a_pipe_is_not),
      cmocka_unit_test(what_the_system_says_is_told),
      cmocka_unit_test(the_size_of_the_struct_counts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
