/* No-delay, keep-alive and the like on a real system: which calls are made, and what the system has
 * then. The program's own setsockopt() notes them and hands them on. */
#include "conformance/clause.h"
#include "tests/net/raw_peer.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static net_log calls;
static int last_descriptor = -1;

static const char *name_of(int level, int name) {
  if (level == IPPROTO_IP) return name == IP_TOS ? "TOS" : "other";
  if (level == IPPROTO_IPV6) return name == IPV6_TCLASS ? "TCLASS" : "other";
  if (level == SOL_SOCKET) return name == SO_KEEPALIVE ? "KEEPALIVE" : "other";
  if (level != IPPROTO_TCP) return "other";
  switch (name) {
  case TCP_NODELAY: return "NODELAY";
  case TCP_KEEPIDLE: return "KEEPIDLE";
  case TCP_KEEPINTVL: return "KEEPINTVL";
  case TCP_KEEPCNT: return "KEEPCNT";
  default: return "other";
  }
}

int setsockopt(int descriptor, int level, int name, const void *value, socklen_t length) {
  int number = 0;
  if (length == sizeof number) memcpy(&number, value, sizeof number);
  last_descriptor = descriptor;
  net_note(&calls, "%s=%d", name_of(level, name), number);
  return (int)syscall(SYS_setsockopt, descriptor, level, name, value, length);
}

static void expect_calls(const char *what, const char *expected) {
  net_expect(what, &calls, expected);
  calls = (net_log){.length = 0};
}

static int value_of(int level, int name) {
  int number = -1;
  socklen_t length = sizeof number;
  assert_int_equal(getsockopt(last_descriptor, level, name, &number, &length), 0);
  return number;
}

static net_fixture *open_counted(const weir_socket_options *client,
                                 const weir_server_options *server) {
  net_fixture *net = net_create();
  net_listen(net, NET_IPV4, server);
  calls = (net_log){.length = 0};
  net_connect(net, NET_IPV4, client, &net->client);
  net_settle(net);
  net_expect("client", &net->client.log, "connect ready");
  return net;
}

/* OPT-02: a connection costs no such call if nothing is set. */
static void without_settings_there_is_no_call(void **state) {
  (void)state;
  raw_needs_system();
  net_fixture *net = open_counted(NULL, NULL);
  CLAUSES("OPT-02") {
    expect_calls("both ends", "");
    assert_int_equal(weir_socket_set_no_delay(net->client.socket, false), WEIR_OK);
    assert_int_equal(weir_socket_set_keep_alive(net->client.socket, false, 0), WEIR_OK);
    expect_calls("what is so already", "");
  }
  net_free(net);
}

static void keep_alive_is_four_calls_in_order(void **state) {
  (void)state;
  raw_needs_system();
  net_fixture *net = open_counted(NULL, NULL);
  weir_socket *socket = net->client.socket;
  CLAUSES("OPT-06", "OPT-05", "OPT-07") {
    assert_int_equal(weir_socket_set_keep_alive(socket, true, 2999), WEIR_OK);
    expect_calls("on", "KEEPALIVE=1 KEEPIDLE=2 KEEPINTVL=1 KEEPCNT=10");
    assert_int_equal(value_of(SOL_SOCKET, SO_KEEPALIVE), 1);
    assert_int_equal(value_of(IPPROTO_TCP, TCP_KEEPIDLE), 2);
    assert_int_equal(value_of(IPPROTO_TCP, TCP_KEEPINTVL), 1);
    assert_int_equal(value_of(IPPROTO_TCP, TCP_KEEPCNT), 10);
    assert_int_equal(weir_socket_set_keep_alive(socket, true, 2000), WEIR_OK);
    expect_calls("the same", "");
    assert_int_equal(weir_socket_set_keep_alive(socket, false, 9000), WEIR_OK);
    expect_calls("off", "KEEPALIVE=0");
    assert_int_equal(value_of(SOL_SOCKET, SO_KEEPALIVE), 0);
    assert_int_equal(value_of(IPPROTO_TCP, TCP_KEEPIDLE), 2);
  }
  net_free(net);
}

/* D46: the delay is left to the system, the other two are set. */
static void without_a_delay_the_others_are_set(void **state) {
  (void)state;
  raw_needs_system();
  net_fixture *net = open_counted(NULL, NULL);
  CLAUSES("OPT-06", "OPT-05") {
    assert_int_equal(weir_socket_set_keep_alive(net->client.socket, true, 999), WEIR_OK);
    expect_calls("on", "KEEPALIVE=1 KEEPINTVL=1 KEEPCNT=10");
    assert_int_equal(value_of(IPPROTO_TCP, TCP_KEEPINTVL), 1);
    assert_int_equal(value_of(IPPROTO_TCP, TCP_KEEPCNT), 10);
  }
  net_free(net);
}

static void probes_reach_the_system(void **state) {
  (void)state;
  raw_needs_system();
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  options.keep_alive = true;
  options.keep_alive_interval_ms = 4000;
  options.keep_alive_count = 5;
  net_fixture *net = open_counted(&options, NULL);
  expect_calls("options", "KEEPALIVE=1 KEEPINTVL=4 KEEPCNT=5");
  assert_int_equal(value_of(IPPROTO_TCP, TCP_KEEPINTVL), 4);
  assert_int_equal(value_of(IPPROTO_TCP, TCP_KEEPCNT), 5);
  assert_int_equal(weir_socket_set_keep_alive_probes(net->client.socket, 7000, 6), WEIR_OK);
  assert_int_equal(value_of(IPPROTO_TCP, TCP_KEEPINTVL), 7);
  assert_int_equal(value_of(IPPROTO_TCP, TCP_KEEPCNT), 6);
  /* More than Linux takes is as if nobody had asked, and nobody's error. */
  assert_int_equal(weir_socket_set_keep_alive_probes(net->client.socket, 7000, UINT32_MAX),
                   WEIR_OK);
  assert_int_equal(value_of(IPPROTO_TCP, TCP_KEEPCNT), 6);
  net_free(net);
}

static void the_type_of_service_reaches_the_system(void **state) {
  (void)state;
  raw_needs_system();
  static const char *const expected[] = {"TOS=184", "TCLASS=184 TOS=184"};
  static const net_kind kinds[] = {NET_IPV4, NET_IPV6};
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  options.type_of_service = 184;
  for (size_t i = 0; i < COUNT_OF(kinds); i++) {
    net_fixture *net = net_create();
    net_listen(net, kinds[i], NULL);
    calls = (net_log){.length = 0};
    net_connect(net, kinds[i], &options, &net->client);
    expect_calls(net_kind_name(kinds[i]), expected[i]);
    net_settle(net);
    net_expect("client", &net->client.log, "connect ready");
    if (kinds[i] == NET_IPV6) assert_int_equal(value_of(IPPROTO_IPV6, IPV6_TCLASS), 184);
    assert_int_equal(value_of(IPPROTO_IP, IP_TOS), 184);
    assert_int_equal(weir_socket_set_type_of_service(net->client.socket, 32), WEIR_OK);
    assert_int_equal(value_of(IPPROTO_IP, IP_TOS), 32);
    net_free(net);
  }
}

static void an_adopted_connection_has_it_too(void **state) {
  (void)state;
  raw_needs_system();
  net_fixture *net = net_create();
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  net_listen(net, NET_IPV4, NULL);
  options.fd = raw_connect_tcp(net->port);
  options.type_of_service = 16;
  assert_int_equal(
      weir_socket_create(net->loop, &options, &net_handlers, &net->client, &net->client.socket),
      WEIR_OK);
  assert_int_equal(value_of(IPPROTO_IP, IP_TOS), 16);
  assert_int_equal(last_descriptor, options.fd);
  net_settle(net);
  net_free(net);
}

/* The packets of a dual-stack socket to a mapped address are IPv4's. */
static void a_mapped_connection_has_both(void **state) {
  (void)state;
  raw_needs_system();
  net_fixture *net = net_create();
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  net_listen(net, NET_IPV4, NULL);
  weir_connect_options target = net_target(net, NET_IPV4);
  options.type_of_service = 40;
  target.host = "::ffff:127.0.0.1";
  assert_int_equal(
      weir_connect(net->loop, &options, &target, &net_handlers, &net->client, &net->client.socket),
      WEIR_OK);
  net_settle(net);
  net_expect("client", &net->client.log, "connect ready");
  assert_int_equal(value_of(IPPROTO_IPV6, IPV6_TCLASS), 40);
  assert_int_equal(value_of(IPPROTO_IP, IP_TOS), 40);
  net_free(net);
}

static weir_err set_buffer(weir_socket *socket, intptr_t fd, void *user) {
  int bytes = 20000;
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  (void)socket;
  const bool *refuses = user;
  if (getpeername((int)fd, (struct sockaddr *)&address, &length) == 0) return WEIR_EISCONN;
  if (setsockopt((int)fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes) != 0) return WEIR_EINVAL;
  return *refuses ? WEIR_EPERM : WEIR_OK;
}

static void before_connect_is_given_the_descriptor(void **state) {
  (void)state;
  raw_needs_system();
  net_fixture *net = net_create();
  bool refuses = false;
  net_listen(net, NET_IPV4, NULL);
  weir_connect_options target = net_target(net, NET_IPV4);
  target.before_connect = set_buffer;
  target.before_connect_user = &refuses;
  assert_int_equal(
      weir_connect(net->loop, NULL, &target, &net_handlers, &net->client, &net->client.socket),
      WEIR_OK);
  net_settle(net);
  net_expect("client", &net->client.log, "connect ready");
  assert_int_equal(last_descriptor, weir_socket_fd(net->client.socket));
  assert_int_equal(value_of(SOL_SOCKET, SO_RCVBUF), 40000); /* Linux doubles it. */
  weir_socket_destroy(net->client.socket, NULL);
  net_settle(net);
  size_t before = raw_descriptors();
  refuses = true;
  net->client.log = (net_log){.length = 0};
  net->client.closes = 0;
  assert_int_equal(
      weir_connect(net->loop, NULL, &target, &net_handlers, &net->client, &net->client.socket),
      WEIR_OK);
  net_settle(net);
  net_expect("refused", &net->client.log, "error(EPERM) close(1)");
  assert_true(raw_all_closed(before));
  net_free(net);
}

static void options_of_both_ends_reach_the_system(void **state) {
  (void)state;
  raw_needs_system();
  weir_socket_options client = WEIR_SOCKET_OPTIONS_INIT;
  weir_server_options server = WEIR_SERVER_OPTIONS_INIT;
  client.no_delay = true;
  net_fixture *net = open_counted(&client, NULL);
  CLAUSES("CON-22", "OPT-01") {
    expect_calls("client", "NODELAY=1");
    assert_int_equal(value_of(IPPROTO_TCP, TCP_NODELAY), 1);
    assert_int_equal(weir_socket_set_no_delay(net->client.socket, false), WEIR_OK);
    expect_calls("off", "NODELAY=0");
    assert_int_equal(value_of(IPPROTO_TCP, TCP_NODELAY), 0);
  }
  net_free(net);
  server.no_delay = server.keep_alive = true;
  server.keep_alive_initial_delay_ms = 3000;
  net = open_counted(NULL, &server);
  CLAUSES("SRV-10", "SRV-11", "SRV-12") {
    expect_calls("accepted", "NODELAY=1 KEEPALIVE=1 KEEPIDLE=3 KEEPINTVL=1 KEEPCNT=10");
    assert_int_equal(value_of(IPPROTO_TCP, TCP_KEEPIDLE), 3);
  }
  net_free(net);
}

/* OPT-11: a Unix socket is not even asked. */
static void local_sockets_are_not_asked(void **state) {
  (void)state;
  raw_needs_system();
  weir_socket_options client = WEIR_SOCKET_OPTIONS_INIT;
  weir_server_options server = WEIR_SERVER_OPTIONS_INIT;
  client.no_delay = client.keep_alive = server.no_delay = server.keep_alive = true;
  net_fixture *net = net_create();
  calls = (net_log){.length = 0};
  net_open_with(net, NET_PATH, &client, &server, NULL);
  CLAUSES("OPT-11") {
    assert_int_equal(weir_socket_set_no_delay(net->client.socket, false), WEIR_OK);
    assert_int_equal(weir_socket_set_keep_alive(net->peers[0].socket, true, 5000), WEIR_OK);
    expect_calls("both ends", "");
  }
  net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(without_settings_there_is_no_call),
      cmocka_unit_test(keep_alive_is_four_calls_in_order),
      cmocka_unit_test(without_a_delay_the_others_are_set),
      cmocka_unit_test(probes_reach_the_system),
      cmocka_unit_test(the_type_of_service_reaches_the_system),
      cmocka_unit_test(an_adopted_connection_has_it_too),
      cmocka_unit_test(a_mapped_connection_has_both),
      cmocka_unit_test(before_connect_is_given_the_descriptor),
      cmocka_unit_test(options_of_both_ends_reach_the_system),
      cmocka_unit_test(local_sockets_are_not_asked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
