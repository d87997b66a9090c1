/* Listeners that come from elsewhere: descriptors that are bound, with a name that is not weir's.
 */
#include "tests/net/raw_peer.h"
#include "tests/support/test.h"

#include "conformance/clause.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

enum { BACKLOG = 3, NOT_OPEN = 12345 };

/* Bound to a free port of 127.0.0.1. */
static int bound_tcp(net_fixture *net) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  socklen_t length = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  assert_true(fd >= 0);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
  assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
  net->port = ntohs(address.sin_port);
  return fd;
}

static void listen_on(net_fixture *net, intptr_t fd) {
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  options.fd = fd;
  options.backlog = 100;
  assert_int_equal(weir_server_listen(net->server.server, &options, net_server_called,
                                      net_server_tag(&net->server, "l")),
                   WEIR_OK);
}

static void come_and_talk(net_fixture *net, net_kind kind) {
  net_connect(net, kind, NULL, &net->client);
  net_settle(net);
  assert_int_equal(net->peer_count, 1);
  assert_int_equal(net_write(&net->client, 0, 1000, NULL), WEIR_OK);
  net_settle(net);
  assert_int_equal(net->peers[0].received, 1000);
}

/* How many connections Linux lets wait. */
static unsigned backlog_of(int fd) {
  struct tcp_info info;
  socklen_t length = sizeof info;
  assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length), 0);
  return info.tcpi_sacked;
}

static void a_listening_descriptor_keeps_its_backlog(void **state) {
  net_fixture *net = *state;
  raw_needs_system();
  raw_skip_on("uv", "libuv calls listen() again");
  weir_address bound;
  int fd = bound_tcp(net);
  assert_int_equal(listen(fd, BACKLOG), 0);
  CLAUSES("LSN-13", "LSN-28") {
    listen_on(net, fd);
    assert_int_equal(weir_server_fd(net->server.server), fd);
    assert_int_equal(weir_server_address(net->server.server, &bound), WEIR_OK);
    assert_int_equal(bound.port, net->port);
    net_settle(net);
    net_expect("listens", &net->server.log, "listening l");
    assert_int_equal(backlog_of(fd), BACKLOG);
    come_and_talk(net, NET_IPV4);
  }
  assert_int_equal(weir_server_close(net->server.server, NULL, NULL), WEIR_OK);
  net_settle(net);
  assert_int_equal(weir_server_fd(net->server.server), -1);
  assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static void a_bound_descriptor_is_made_to_listen(void **state) {
  net_fixture *net = *state;
  raw_needs_system();
  int fd = bound_tcp(net);
  CLAUSES("LSN-13") {
    listen_on(net, fd);
    assert_int_equal(backlog_of(fd), 100);
    come_and_talk(net, NET_IPV4);
  }
}

/* The file is its maker's: close() leaves it there. */
static void the_name_of_a_descriptor_stays(void **state) {
  net_fixture *net = *state;
  raw_needs_system();
  int fd = raw_bind_path(net->path, SOCK_STREAM);
  CLAUSES("LSN-13", "IPC-09") {
    listen_on(net, fd);
    assert_null(weir_server_path(net->server.server, NULL));
    come_and_talk(net, NET_PATH);
    assert_int_equal(weir_server_close(net->server.server, NULL, NULL), WEIR_OK);
    assert_true(raw_exists(net->path));
  }
  (void)unlink(net->path);
}

/* Told as Node tells it; what is open stays the program's. */
static void what_is_no_listener_is_einval(void **state) {
  net_fixture *net = *state;
  raw_needs_system();
  int pipes[2], pair[2];
  assert_int_equal(pipe(pipes), 0);
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  int datagrams = socket(AF_INET, SOCK_DGRAM, 0);
  int file = open("/dev/null", O_RDWR);
  const int wrong[] = {NOT_OPEN, pipes[0], pair[0], datagrams, file};
  CLAUSES("LSN-14") {
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
      net->server.error = WEIR_OK;
      listen_on(net, wrong[i]);
      assert_false(weir_server_listening(net->server.server));
      net_settle(net);
      assert_int_equal(net->server.error, WEIR_EINVAL);
      assert_string_equal(net->server.message, "listen EINVAL: invalid argument");
      assert_int_equal(fcntl(wrong[i], F_GETFD) >= 0, i > 0);
    }
  }
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  options.fd = -7;
  assert_int_equal(weir_server_listen(net->server.server, &options, NULL, NULL),
                   WEIR_ERR_INVALID_ARG_VALUE);
  for (size_t i = 1; i < COUNT_OF(wrong); i++) (void)close(wrong[i]);
  (void)close(pipes[1]);
  (void)close(pair[1]);
}

static void a_descriptor_that_is_watched_already_is_eexist(void **state) {
  net_fixture *net = *state;
  raw_needs_system();
  net_server first;
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  options.host = "127.0.0.1";
  options.port = 0;
  net_make_server(net, &first);
  assert_int_equal(weir_server_listen(first.server, &options, NULL, NULL), WEIR_OK);
  CLAUSES("LSN-15") {
    listen_on(net, weir_server_fd(first.server));
    net_settle(net);
    assert_int_equal(net->server.error, WEIR_EEXIST);
    assert_true(weir_server_listening(first.server));
  }
}

/* Two loops have the descriptor of one listener: whichever is there takes a connection, and one
 * that closes leaves the port to the other. */
static void two_loops_serve_one_port(void **state) {
  net_fixture *first = *state;
  raw_needs_system();
  net_listen(first, NET_IPV4, NULL);
  int fd = dup((int)weir_server_fd(first->server.server));
  assert_true(fd >= 0);
  net_fixture *net = net_create();
  net_make_server(net, &net->server);
  net->port = first->port;
  CLAUSES("LSN-27") {
    listen_on(net, fd);
    come_and_talk(net, NET_IPV4);
    assert_int_equal(first->peer_count, 0);
    weir_server_free(first->server.server);
    first->server.server = NULL;
    net_settle(first);
    net_end late = {.net = net};
    net_connect(net, NET_IPV4, NULL, &late);
    net_settle(net);
    assert_int_equal(net->peer_count, 2);
    weir_socket_destroy(late.socket, NULL);
    net_settle(net);
  }
  net_free(net);
}

static void there_is_no_descriptor_without_a_listener(void **state) {
  net_fixture *net = *state;
  assert_int_equal(weir_server_fd(NULL), -1);
  assert_int_equal(weir_server_fd(net->server.server), -1);
}

/* A descriptor that could not be taken for lack of memory is the program's again. */
static void without_memory_it_stays_the_programs(void **state) {
  net_fixture *net = *state;
  raw_needs_system();
  int fd = bound_tcp(net);
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  options.fd = fd;
  unsigned failures = 0;
  for (size_t n = 1;; n++, failures++) {
    net->server.error = WEIR_OK;
    loop_fixture_fail_at(&net->base, n);
    (void)weir_server_listen(net->server.server, &options, NULL, NULL);
    loop_fixture_fail_at(&net->base, 0);
    if (weir_server_listening(net->server.server)) break;
    net_settle(net);
    assert_int_equal(net->server.error, WEIR_ENOMEM);
    assert_int_equal(fcntl(fd, F_GETFD) >= 0, 1);
  }
  assert_true(failures > 1);
  net_settle(net);
  assert_true(net_was_told(&net->server.log, "listening"));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, net_setup_server, net_teardown)
  const struct CMUnitTest tests[] = {
      TEST(a_listening_descriptor_keeps_its_backlog),
      TEST(a_bound_descriptor_is_made_to_listen),
      TEST(the_name_of_a_descriptor_stays),
      TEST(what_is_no_listener_is_einval),
      TEST(a_descriptor_that_is_watched_already_is_eexist),
      TEST(two_loops_serve_one_port),
      TEST(there_is_no_descriptor_without_a_listener),
      TEST(without_memory_it_stays_the_programs),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
