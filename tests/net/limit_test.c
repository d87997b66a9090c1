/* Connections that a server turns away: its limit and its block list, what is told of them, and how
 * many there are. */
#include "conformance/clause.h"
#include "tests/support/net_fixture.h"

#include <string.h>

/* One more client, until it is closed: it was turned away. */
static void come_and_be_dropped(net_fixture *net, net_kind kind) {
  net_end late = {.net = net};
  unsigned drops = net->server.drops;
  net_connect(net, kind, NULL, &late);
  net_settle(net);
  net_expect("turned away", &late.log, "connect ready end finish close(0)");
  assert_int_equal(net->server.drops, drops + 1);
}

static weir_server_options at_most(int64_t connections) {
  weir_server_options options = WEIR_SERVER_OPTIONS_INIT;
  options.max_connections = connections;
  return options;
}

/* SRV-22, SRV-23, SRV-25: as an option, with both endpoints of the connection that was dropped. */
static void a_full_server_drops(void **state) {
  (void)state;
  static const net_kind kinds[] = {NET_IPV4, NET_IPV6};
  for (size_t i = 0; i < COUNT_OF(kinds); i++) {
    net_fixture *net = net_create();
    weir_server_options one = at_most(1);
    net_open_with(net, kinds[i], NULL, &one, NULL);
    assert_int_equal(weir_server_max_connections(net->server.server), 1);
    come_and_be_dropped(net, kinds[i]);
    const weir_drop *drop = &net->server.drop;
    assert_int_equal(drop->size, sizeof *drop);
    assert_int_equal(drop->reason, WEIR_DROP_MAX_CONNECTIONS);
    assert_string_equal(weir_drop_reason_name(drop->reason), "max");
    assert_int_equal(drop->local_address.family, kinds[i] == NET_IPV4 ? 4 : 6);
    assert_int_equal(drop->local_address.port, net->port);
    assert_int_equal(drop->remote_address.family, drop->local_address.family);
    assert_int_not_equal(drop->remote_address.port, 0);
    assert_int_equal(weir_server_connections(net->server.server), 1);
    assert_int_equal(net->peer_count, 1);
    net_free(net);
  }
}

/* SRV-24: local endpoints have no addresses. */
static void a_drop_on_a_path_has_no_addresses(void **state) {
  (void)state;
  net_fixture *net = net_create();
  weir_server_options none = at_most(0);
  net_listen(net, NET_PATH, &none);
  come_and_be_dropped(net, NET_PATH);
  assert_int_equal(net->server.drop.local_address.family, WEIR_FAMILY_NONE);
  assert_int_equal(net->server.drop.remote_address.family, WEIR_FAMILY_NONE);
  net_free(net);
}

/* SRV-25, SRV-26, SRV-27: from the next connection on, and room is there when destroy() returns. */
static void the_limit_changes_while_it_listens(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_end other = {.net = net};
  net_open(net, NET_IPV4);
  weir_server *server = net->server.server;
  assert_int_equal(weir_server_max_connections(server), -1);
  assert_int_equal(weir_server_set_max_connections(server, -2), WEIR_ERR_OUT_OF_RANGE);
  assert_int_equal(weir_server_set_max_connections(NULL, 1), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_server_set_max_connections(server, 0), WEIR_OK);
  come_and_be_dropped(net, NET_IPV4);
  assert_int_equal(net->peers[0].closes, 0);
  assert_int_equal(weir_server_set_max_connections(server, 1), WEIR_OK);
  come_and_be_dropped(net, NET_IPV4);
  weir_socket_destroy(net->peers[0].socket, NULL);
  assert_int_equal(weir_server_connections(server), 0);
  net_connect(net, NET_IPV4, NULL, &other);
  net_settle(net);
  net_expect("there is room", &other.log, "connect ready");
  assert_int_equal(weir_server_set_max_connections(server, -1), WEIR_OK);
  assert_int_equal(net->server.drops, 2);
  net_free(net);
}

/* BLK-28: told as a drop with its reason; a local peer has no address that could be blocked. */
static void a_blocked_peer_is_dropped(void **state) {
  (void)state;
  static const net_kind kinds[] = {NET_IPV4, NET_IPV6, NET_PATH};
  static const char *const rules[] = {"127.0.0.0/8", "::1", "0.0.0.0/0\n::/0"};
  for (size_t i = 0; i < COUNT_OF(kinds); i++) {
    net_fixture *net = net_create();
    weir_server_options options = WEIR_SERVER_OPTIONS_INIT;
    weir_block_filter *filter = options.block_list = net_filter_of(rules[i]);
    net_listen(net, kinds[i], &options);
    weir_block_filter_release(filter); /* The server has its own. */
    if (kinds[i] == NET_PATH) {
      net_connect(net, kinds[i], NULL, &net->client);
      net_settle(net);
      net_expect("a path", &net->client.log, "connect ready");
    } else {
      CLAUSES("BLK-28") {
        come_and_be_dropped(net, kinds[i]);
        assert_int_equal(net->server.drop.reason, WEIR_DROP_BLOCKED);
        assert_string_equal(weir_drop_reason_name(net->server.drop.reason), "blocked");
      }
    }
    net_free(net);
  }
}

/* BLK-28: the next connection meets the new list; who is there stays. */
static void the_block_list_changes_while_it_listens(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_end other = {.net = net};
  net_open(net, NET_IPV4);
  weir_block_filter *filter = net_filter_of("127.0.0.1");
  weir_server_set_block_list(NULL, filter);
  weir_server_set_block_list(net->server.server, filter);
  weir_server_set_block_list(net->server.server, filter);
  weir_block_filter_release(filter);
  come_and_be_dropped(net, NET_IPV4);
  assert_int_equal(net->peers[0].closes, 0);
  weir_server_set_block_list(net->server.server, NULL);
  net_connect(net, NET_IPV4, NULL, &other);
  net_settle(net);
  net_expect("nobody is blocked", &other.log, "connect ready");
  net_free(net);
}

/* BLK-28: of a socket, between two connects. */
static void the_block_list_of_a_socket_changes(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_end second = {.net = net};
  net_listen(net, NET_IPV4, NULL);
  weir_connect_options there = net_target(net, NET_IPV4);
  weir_block_filter *filter = net_filter_of("127.0.0.1");
  assert_int_equal(
      weir_socket_create(net->loop, NULL, &net_handlers, &net->client, &net->client.socket),
      WEIR_OK);
  weir_socket *socket = weir_socket_retain(net->client.socket);
  assert_int_equal(weir_socket_set_block_list(NULL, filter), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_socket_set_block_list(socket, NULL), WEIR_OK);
  assert_int_equal(weir_socket_set_block_list(socket, filter), WEIR_OK);
  weir_block_filter_release(filter);
  assert_int_equal(weir_socket_connect(socket, &there, NULL, NULL), WEIR_OK);
  net_settle(net);
  assert_int_equal(net->client.error, WEIR_ERR_IP_BLOCKED);
  assert_int_equal(weir_socket_set_block_list(socket, NULL), WEIR_OK);
  assert_int_equal(weir_socket_set_handlers(socket, &net_handlers, &second), WEIR_OK);
  assert_int_equal(weir_socket_connect(socket, &there, NULL, NULL), WEIR_OK);
  net_settle(net);
  net_expect("nothing is blocked", &second.log, "connect ready");
  weir_socket_release(socket);
  net_free(net);
}

typedef struct answer {
  unsigned calls;
  size_t count;
  weir_err error;
} answer;

static void counted(weir_server *server, const weir_error *error, size_t count, void *user) {
  answer *a = user;
  (void)server;
  a->calls++;
  a->count = count;
  a->error = error ? error->code : WEIR_OK;
}

/* SRV-29: in the next step, what there was when it was asked. */
static void get_connections_answers_in_a_step(void **state) {
  (void)state;
  net_fixture *net = net_create();
  answer a = {0};
  answer b = {0};
  net_open(net, NET_IPV4);
  weir_server *server = net->server.server;
  assert_int_equal(weir_server_get_connections(server, NULL, NULL), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_server_get_connections(NULL, counted, &a), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_server_get_connections(server, counted, &a), WEIR_OK);
  weir_socket_destroy(net->peers[0].socket, NULL);
  assert_int_equal(weir_server_get_connections(server, counted, &b), WEIR_OK);
  assert_int_equal(a.calls + b.calls, 0);
  net_settle(net);
  assert_int_equal(a.calls, 1);
  assert_int_equal(a.count, 1);
  assert_int_equal(b.calls, 1);
  assert_int_equal(b.count, 0);
  net_free(net);
}

/* SRV-29: who has asked is told, though the server is gone. */
static void get_connections_of_a_server_that_is_freed(void **state) {
  (void)state;
  net_fixture *net = net_create();
  answer a = {0};
  net_open(net, NET_IPV4);
  assert_int_equal(weir_server_get_connections(net->server.server, counted, &a), WEIR_OK);
  weir_server_free(net->server.server);
  assert_int_equal(weir_server_get_connections(net->server.server, counted, &a),
                   WEIR_ERR_INVALID_ARG_TYPE);
  net->server.server = NULL;
  net_settle(net);
  assert_int_equal(a.calls, 1);
  assert_int_equal(a.error, WEIR_ECANCELED);
  assert_int_equal(a.count, 0);
  net_free(net);
}

/* SRV-29: nothing is asked without memory. */
static void get_connections_without_memory(void **state) {
  (void)state;
  net_fixture *net = net_create();
  answer a = {0};
  net_listen(net, NET_IPV4, NULL);
  loop_fixture_fail_at(&net->base, 1);
  assert_int_equal(weir_server_get_connections(net->server.server, counted, &a), WEIR_ENOMEM);
  net_settle(net);
  assert_int_equal(a.calls, 0);
  net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_full_server_drops),
      cmocka_unit_test(a_drop_on_a_path_has_no_addresses),
      cmocka_unit_test(the_limit_changes_while_it_listens),
      cmocka_unit_test(a_blocked_peer_is_dropped),
      cmocka_unit_test(the_block_list_changes_while_it_listens),
      cmocka_unit_test(the_block_list_of_a_socket_changes),
      cmocka_unit_test(get_connections_answers_in_a_step),
      cmocka_unit_test(get_connections_of_a_server_that_is_freed),
      cmocka_unit_test(get_connections_without_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
