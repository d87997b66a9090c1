/* How a connection comes about over each transport, what both ends know then, and how connecting
 * fails. */
#include "tests/support/net_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Node's errno of ECONNREFUSED. */
#ifdef _WIN32
enum { REFUSED_NUMBER = -4078 };
#else
enum { REFUSED_NUMBER = -ECONNREFUSED };
#endif

static void echo_back(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  (void)user;
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

static bool client_has_it_all(const net_fixture *net) {
  return net->client.received == 100000;
}

/* IPC-01, SOC-01, CON-01, SRV-14, STR-05: what is sent to an echo server comes back whole. */
static void an_echo_server_gives_back_every_byte_over_each_transport(void **state) {
  (void)state;
  for (net_kind kind = NET_IPV4; kind < NET_KINDS; kind++) {
    net_fixture *net = net_create();
    net->peer_handlers = &echo_handlers;
    net_listen(net, kind, NULL);
    net_connect(net, kind, NULL, &net->client);
    (void)net_write(&net->client, 0, 100000, "w");
    net_run_until(net, client_has_it_all);
    assert_false(net->client.garbled);
    net_stop_listening(net);
    (void)net_finish(&net->client, "e");
    net_run(net);
    net_expect(net_kind_name(kind), &net->peers[0].log, "close(0)");
    net_expect(net_kind_name(kind), &net->server.log, "listening connection close");
    assert_true(net_was_told(&net->client.log, "close(0)"));
    net_free(net);
  }
}

/* CON-03, CON-38, SOC-10, SOC-11, SRV-15: in this order, and the accepted end is told neither. */
static void connect_comes_before_its_callback_and_ready_last(void **state) {
  (void)state;
  for (net_kind kind = NET_IPV4; kind < NET_KINDS; kind++) {
    net_fixture *net = net_create();
    net_listen(net, kind, NULL);
    weir_connect_options target = net_target(net, kind);
    assert_int_equal(
        weir_socket_create(net->loop, NULL, &net_handlers, &net->client, &net->client.socket),
        WEIR_OK);
    assert_int_equal(weir_socket_connect(net->client.socket, &target, net_called,
                                         net_tag_of(&net->client, "callback")),
                     WEIR_OK);
    net_expect("inside the call", &net->client.log, "");
    net_settle(net);
    net_expect(net_kind_name(kind), &net->client.log, "connect callback ready");
    net_expect(net_kind_name(kind), &net->peers[0].log, "");
    net_expect(net_kind_name(kind), &net->server.log, "listening connection");
    net_free(net);
  }
}

static weir_address end_address(weir_socket *socket, bool local) {
  weir_address address = {0};
  weir_err err = local ? weir_socket_local_address(socket, &address)
                       : weir_socket_remote_address(socket, &address);
  assert_int_equal(err, WEIR_OK);
  return address;
}

/* SOC-42, SOC-43, SOC-44, SOC-45, SRV-31: each end's local address is the other's remote one. */
static void both_ends_know_their_addresses(void **state) {
  (void)state;
  for (net_kind kind = NET_IPV4; kind <= NET_IPV6; kind++) {
    char text[WEIR_ADDRESS_TEXT_SIZE];
    net_fixture *net = net_create();
    net_open(net, kind);
    weir_address client_local = end_address(net->client.socket, true);
    weir_address client_remote = end_address(net->client.socket, false);
    weir_address peer_local = end_address(net->peers[0].socket, true);
    weir_address peer_remote = end_address(net->peers[0].socket, false);
    assert_true(weir_address_equal(&client_local, &peer_remote));
    assert_true(weir_address_equal(&client_remote, &peer_local));
    assert_int_equal(client_remote.port, net->port);
    assert_int_not_equal(client_local.port, 0);
    assert_string_equal(weir_address_family_name(&client_local), net_kind_name(kind));
    (void)weir_address_format(&client_remote, text, sizeof text);
    assert_string_equal(text, kind == NET_IPV4 ? "127.0.0.1" : "::1");
    net_free(net);
  }
}

/* SOC-24, SRV-32: a Unix socket has no addresses, and its server has a path. */
static void a_unix_socket_has_no_addresses(void **state) {
  (void)state;
  size_t length = 0;
  weir_address address;
  net_fixture *net = net_create();
  net_open(net, NET_PATH);
  assert_int_equal(end_address(net->client.socket, true).family, WEIR_FAMILY_NONE);
  assert_int_equal(end_address(net->client.socket, false).family, WEIR_FAMILY_NONE);
  assert_int_equal(end_address(net->peers[0].socket, true).family, WEIR_FAMILY_NONE);
  assert_int_equal(end_address(net->peers[0].socket, false).family, WEIR_FAMILY_NONE);
  assert_string_equal(weir_server_path(net->server.server, &length), net->path);
  assert_int_equal(length, strlen(net->path));
  assert_int_equal(weir_server_address(net->server.server, &address), WEIR_OK);
  assert_int_equal(address.family, WEIR_FAMILY_NONE);
  net_free(net);
}

/* SOC-42, SOC-45: local addresses are there between 'connect' and destroy(), remote ones stay. */
static void addresses_come_with_connect_and_the_remote_one_outlives_destroy(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_listen(net, NET_IPV4, NULL);
  net_connect(net, NET_IPV4, NULL, &net->client);
  assert_int_equal(end_address(net->client.socket, true).family, WEIR_FAMILY_NONE);
  assert_int_equal(end_address(net->client.socket, false).family, WEIR_FAMILY_NONE);
  net_settle(net);
  assert_int_equal(end_address(net->client.socket, true).family, WEIR_FAMILY_IPV4);
  weir_socket_destroy(net->client.socket, NULL);
  assert_int_equal(end_address(net->client.socket, true).family, WEIR_FAMILY_NONE);
  assert_int_equal(end_address(net->client.socket, false).port, net->port);
  net_free(net);
}

/* LSN-21, LSN-22, SOC-44: without a host a server takes both families; IPv4 peers are mapped. */
static void a_server_without_host_takes_ipv4_too(void **state) {
  (void)state;
  char text[WEIR_ADDRESS_TEXT_SIZE];
  weir_address address;
  weir_listen_options listen = WEIR_LISTEN_OPTIONS_INIT;
  net_fixture *net = net_create();
  listen.port = 0;
  net_make_server(net, &net->server);
  assert_int_equal(weir_server_listen(net->server.server, &listen, NULL, NULL), WEIR_OK);
  assert_int_equal(weir_server_address(net->server.server, &address), WEIR_OK);
  net->port = address.port;
  net_connect(net, NET_IPV4, NULL, &net->client);
  net_settle(net);
  assert_int_equal(net->peer_count, 1);
  address = end_address(net->peers[0].socket, false);
  (void)weir_address_format(&address, text, sizeof text);
  assert_string_equal(text, "::ffff:127.0.0.1");
  assert_string_equal(weir_address_family_name(&address), "IPv6");
  net_free(net);
}

/* LSN-23: with ipv6_only it does not. */
static void a_server_that_is_ipv6_only_refuses_ipv4(void **state) {
  (void)state;
  weir_address address;
  weir_listen_options listen = WEIR_LISTEN_OPTIONS_INIT;
  net_fixture *net = net_create();
  listen.port = 0;
  listen.ipv6_only = true;
  net_make_server(net, &net->server);
  assert_int_equal(weir_server_listen(net->server.server, &listen, NULL, NULL), WEIR_OK);
  assert_int_equal(weir_server_address(net->server.server, &address), WEIR_OK);
  net->port = address.port;
  net_connect(net, NET_IPV4, NULL, &net->client);
  net_settle(net);
  net_expect("IPv4", &net->client.log, "error(ECONNREFUSED) close(1)");
  net_free(net);
}

/* CON-02, CON-34, CON-36, CON-37, ERR-01: the error, its fields and its text; never 'connect'. */
static void a_refused_connection_is_an_error_and_a_close(void **state) {
  (void)state;
  static const char *const hosts[] = {"127.0.0.1", "::1"};
  for (net_kind kind = NET_IPV4; kind <= NET_IPV6; kind++) {
    char expected[128];
    net_fixture *net = net_create();
    net_listen(net, kind, NULL);
    net_stop_listening(net);
    weir_connect_options target = net_target(net, kind);
    assert_int_equal(
        weir_socket_create(net->loop, NULL, &net_handlers, &net->client, &net->client.socket),
        WEIR_OK);
    assert_int_equal(weir_socket_connect(net->client.socket, &target, net_called,
                                         net_tag_of(&net->client, "callback")),
                     WEIR_OK);
    net_run(net);
    net_expect("refused", &net->client.log, "error(ECONNREFUSED) callback:ECONNREFUSED close(1)");
    (void)snprintf(expected, sizeof expected, "connect ECONNREFUSED %s:%u", hosts[kind],
                   (unsigned)net->port);
    assert_string_equal(net->client.message, expected);
    assert_string_equal(net->client.syscall, "connect");
    assert_int_equal(net->client.full.address.port, net->port);
    assert_int_equal(net->client.full.system_code,
                     loop_fixture_is_sim(&net->base) ? 0 : REFUSED_NUMBER);
    net_free(net);
  }
}

/* CON-02, CON-40, ERR-01: a path that nobody has made, and one whose server is gone. */
static void a_missing_path_is_enoent_and_tells_its_name(void **state) {
  (void)state;
  char expected[256];
  net_fixture *net = net_create();
  net_connect(net, NET_PATH, NULL, &net->client);
  net_run(net);
  net_expect("missing", &net->client.log, "error(ENOENT) close(1)");
  (void)snprintf(expected, sizeof expected, "connect ENOENT %s", net->path);
  assert_string_equal(net->client.message, expected);
  assert_string_equal(net->client.path, net->path);
  assert_int_equal(net->client.full.address.family, WEIR_FAMILY_NONE);
  net_free(net);
}

static void look_at_failed(net_end *end) {
  net_note(&end->log, "[%s%s%s%s]", weir_ready_state_name(weir_socket_ready_state(end->socket)),
           weir_socket_destroyed(end->socket) ? " destroyed" : "",
           weir_socket_connecting(end->socket) ? " connecting" : "",
           weir_socket_closed(end->socket) ? " closed" : "");
}

/* CON-36, SOC-30, SOC-32: in 'error' the socket is destroyed already, and counts as closed. */
static void a_socket_is_destroyed_when_it_tells_that_connecting_failed(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net->client.at = "error";
  net->client.act = look_at_failed;
  net_connect(net, NET_PATH, NULL, &net->client);
  net_run(net);
  net_expect("in 'error'", &net->client.log, "error(ENOENT) [closed destroyed closed] close(1)");
  net_free(net);
}

/* CON-08: port 0 is a legal number, and nobody listens there. */
static void port_zero_is_refused_by_the_system(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net->port = 0;
  net_connect(net, NET_IPV4, NULL, &net->client);
  net_run(net);
  assert_true(net_was_told(&net->client.log, "close(1)"));
  assert_false(net_was_told(&net->client.log, "connect"));
  net_free(net);
}

/* CON-04, CON-33: a second connect() is refused and the first one goes on. */
static void connecting_twice_is_refused_and_harms_nothing(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_listen(net, NET_IPV4, NULL);
  net_connect(net, NET_IPV4, NULL, &net->client);
  weir_connect_options target = net_target(net, NET_IPV4);
  net_tag *tag = net_tag_of(&net->client, "never");
  assert_int_equal(weir_socket_connect(net->client.socket, &target, net_called, tag),
                   WEIR_EALREADY);
  net_settle(net);
  assert_int_equal(weir_socket_connect(net->client.socket, &target, net_called, tag), WEIR_EISCONN);
  weir_socket_destroy(net->client.socket, NULL);
  assert_int_equal(weir_socket_connect(net->client.socket, &target, net_called, tag),
                   WEIR_ERR_STREAM_DESTROYED);
  net_settle(net);
  net_expect("client", &net->client.log, "connect ready close(0)");
  net_free(net);
}

/* SRV-46: one 'connection' for each of a burst, none lost. */
static void a_burst_of_connections_is_taken_whole(void **state) {
  (void)state;
  enum { BURST = 50 };
  static net_end clients[BURST];
  net_fixture *net = net_create();
  memset(clients, 0, sizeof clients);
  net_listen(net, NET_IPV4, NULL);
  for (size_t i = 0; i < BURST; i++) net_connect(net, NET_IPV4, NULL, &clients[i]);
  net_settle(net);
  assert_int_equal(net->peer_count, BURST);
  assert_int_equal(weir_server_connections(net->server.server), BURST);
  for (size_t i = 0; i < BURST; i++) {
    net_expect("client", &clients[i].log, "connect ready");
    weir_socket_destroy(clients[i].socket, NULL);
  }
  net_stop_listening(net);
  net_run(net);
  for (size_t i = 0; i < BURST; i++) assert_int_equal(net->peers[i].closes, 1);
  net_free(net);
}

/* A connection to "any address" ends at one that only the system knows. */
static void any_address_is_this_machine(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_listen(net, NET_IPV4, NULL);
  weir_connect_options target = net_target(net, NET_IPV4);
  weir_address remote;
  target.host = "0.0.0.0";
  net->client.net = net;
  assert_int_equal(
      weir_connect(net->loop, NULL, &target, &net_handlers, &net->client, &net->client.socket),
      WEIR_OK);
  net_settle(net);
  if (loop_fixture_is_sim(&net->base) && !net_was_told(&net->client.log, "ready")) {
    net_free(net);
    return;
  }
  assert_int_equal(weir_socket_remote_address(net->client.socket, &remote), WEIR_OK);
  assert_int_equal(remote.bytes[0], 127);
  assert_int_equal(remote.port, net->port);
  net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_echo_server_gives_back_every_byte_over_each_transport),
      cmocka_unit_test(connect_comes_before_its_callback_and_ready_last),
      cmocka_unit_test(both_ends_know_their_addresses),
      cmocka_unit_test(a_unix_socket_has_no_addresses),
      cmocka_unit_test(addresses_come_with_connect_and_the_remote_one_outlives_destroy),
      cmocka_unit_test(a_server_without_host_takes_ipv4_too),
      cmocka_unit_test(a_server_that_is_ipv6_only_refuses_ipv4),
      cmocka_unit_test(a_refused_connection_is_an_error_and_a_close),
      cmocka_unit_test(a_missing_path_is_enoent_and_tells_its_name),
      cmocka_unit_test(a_socket_is_destroyed_when_it_tells_that_connecting_failed),
      cmocka_unit_test(port_zero_is_refused_by_the_system),
      cmocka_unit_test(connecting_twice_is_refused_and_harms_nothing),
      cmocka_unit_test(any_address_is_this_machine),
      cmocka_unit_test(a_burst_of_connections_is_taken_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
