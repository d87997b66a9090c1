/* A socket that has closed connects again: in its 'close', later, after failures, many times. */
#include "tests/support/net_fixture.h"
#include "tests/support/test.h"

#include "conformance/clause.h"

#include <string.h>

enum { TIMES = 50 };

static void keep(net_fixture *net) {
  net->client.net = net;
  assert_int_equal(
      weir_socket_create(net->loop, NULL, &net_handlers, &net->client, &net->client.socket),
      WEIR_OK);
  (void)weir_socket_retain(net->client.socket);
}

static void on_connect(weir_socket *socket, void *user) {
  unsigned *count = user;
  ++*count;
  assert_true(weir_socket_bytes_read(socket) == 0 && weir_socket_bytes_written(socket) == 0);
  assert_int_equal(weir_socket_end(socket, "bye", 3, NULL, NULL), WEIR_OK);
}

typedef struct again {
  unsigned connects; /* First: on_connect() counts here. */
  unsigned closes;
  weir_connect_options to;
} again;

static void on_close(weir_socket *socket, bool had_error, void *user) {
  again *a = user;
  assert_false(had_error);
  assert_true(weir_socket_destroyed(socket));
  if (++a->closes == TIMES) return;
  assert_int_equal(weir_socket_connect(socket, &a->to, NULL, NULL), WEIR_OK);
  assert_true(weir_socket_connecting(socket));
  assert_false(weir_socket_destroyed(socket));
}

/* Nobody retains it: it lives on by connecting in 'close'. */
static void fifty_times_in_close(void **state) {
  (void)state;
  static const weir_socket_handlers handlers = {
      .size = sizeof(weir_socket_handlers), .on_connect = on_connect, .on_close = on_close};
  for (int kind = 0; kind < 2; kind++) {
    net_fixture *net = net_create();
    again a = {0, 0, WEIR_CONNECT_OPTIONS_INIT};
    weir_socket *socket;
    net_listen(net, kind == 0 ? NET_IPV4 : NET_PATH, NULL);
    a.to = net_target(net, kind == 0 ? NET_IPV4 : NET_PATH);
    CLAUSES("CON-05") {
      assert_int_equal(weir_connect(net->loop, NULL, &a.to, &handlers, &a, &socket), WEIR_OK);
      weir_socket_resume(socket);
      while (a.closes < TIMES) assert_int_equal(weir_loop_run(net->loop, WEIR_RUN_ONCE), WEIR_OK);
      assert_int_equal(a.connects, TIMES);
    }
    net_free(net);
  }
}

static void a_retained_one_connects_whenever_it_likes(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_listen(net, NET_IPV4, NULL);
  keep(net);
  weir_socket *socket = net->client.socket;
  weir_connect_options options = net_target(net, NET_IPV4);
  CLAUSES("CON-04", "CON-05", "GEN-11") {
    for (unsigned i = 0; i < 3; i++) {
      net->client.socket = socket;
      net->client.closes = 0;
      net->client.log = (net_log){.length = 0};
      assert_int_equal(
          weir_socket_connect(socket, &options, net_called, net_tag_of(&net->client, "c")),
          WEIR_OK);
      assert_int_equal(weir_socket_connect(socket, &options, NULL, NULL), WEIR_EALREADY);
      net_settle(net);
      assert_int_equal(weir_socket_connect(socket, &options, NULL, NULL), WEIR_EISCONN);
      weir_socket_destroy(socket, NULL);
      assert_int_equal(weir_socket_connect(socket, &options, NULL, NULL),
                       WEIR_ERR_STREAM_DESTROYED);
      net_settle(net);
      net_expect("each time", &net->client.log, "connect c ready close(0)");
    }
  }
  weir_socket_release(socket);
  net_free(net);
}

static void after_a_failure_too(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_listen(net, NET_IPV4, NULL);
  keep(net);
  weir_socket *socket = net->client.socket;
  weir_connect_options good = net_target(net, NET_IPV4);
  weir_connect_options bad = good;
  bad.host = "127.0.0.9";
  CLAUSES("CON-05", "CON-36") {
    assert_int_equal(weir_socket_connect(socket, &bad, NULL, NULL), WEIR_OK);
    net_settle(net);
    net_expect("refused", &net->client.log, "error(ECONNREFUSED) close(1)");
    assert_int_equal(weir_socket_errored(socket), WEIR_ECONNREFUSED);
    net->client.socket = socket;
    net->client.closes = 0;
    net->client.log = (net_log){.length = 0};
    assert_int_equal(weir_socket_connect(socket, &good, NULL, NULL), WEIR_OK);
    assert_int_equal(weir_socket_errored(socket), WEIR_OK);
    net_settle(net);
    net_expect("then", &net->client.log, "connect ready");
  }
  weir_socket_release(socket);
  net_free(net);
}

/* An accepted socket that connects is its server's no more. */
static void an_accepted_one_leaves_its_server(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_open(net, NET_IPV4);
  net_end *peer = &net->peers[0];
  weir_socket *socket = weir_socket_retain(peer->socket);
  weir_connect_options options = net_target(net, NET_IPV4);
  assert_ptr_equal(weir_socket_server(socket), net->server.server);
  weir_socket_destroy(socket, NULL);
  net_settle(net);
  assert_int_equal(weir_server_connections(net->server.server), 0);
  peer->socket = socket;
  peer->closes = 0;
  peer->log = (net_log){.length = 0};
  assert_int_equal(weir_socket_connect(socket, &options, NULL, NULL), WEIR_OK);
  net_settle(net);
  assert_null(weir_socket_server(socket));
  net_expect("as a client", &peer->log, "connect ready");
  weir_socket_release(socket);
  net_free(net);
}

/* CON-05: what began anew in 'close' and was destroyed there has a 'close' of its own first. */
static void on_close_twice(weir_socket *socket, bool had_error, void *user) {
  again *a = user;
  (void)had_error;
  if (++a->closes > 1) return;
  assert_int_equal(weir_socket_connect(socket, &a->to, NULL, NULL), WEIR_OK);
  weir_socket_destroy(socket, NULL);
  assert_int_equal(weir_socket_connect(socket, &a->to, NULL, NULL), WEIR_ERR_STREAM_DESTROYED);
}

static void once_in_each_close(void **state) {
  (void)state;
  static const weir_socket_handlers handlers = {
      .size = sizeof(weir_socket_handlers), .on_connect = on_connect, .on_close = on_close_twice};
  net_fixture *net = net_create();
  again a = {0, 0, WEIR_CONNECT_OPTIONS_INIT};
  weir_socket *socket;
  net_listen(net, NET_IPV4, NULL);
  a.to = net_target(net, NET_IPV4);
  assert_int_equal(weir_connect(net->loop, NULL, &a.to, &handlers, &a, &socket), WEIR_OK);
  weir_socket_destroy(socket, NULL);
  net_stop_listening(net);
  net_run(net);
  assert_int_equal(a.closes, 2);
  net_free(net);
}

/* CON-05, GEN-06: without memory a socket stays closed, and is freed as one. */
static void without_memory_it_stays_closed(void **state) {
  (void)state;
  for (int kind = 0; kind < 2; kind++) {
    net_fixture *net = net_create();
    weir_connect_options to = net_target(net, NET_PATH);
    keep(net);
    weir_socket *socket = net->client.socket;
    if (kind == 1) to = (weir_connect_options)WEIR_CONNECT_OPTIONS_INIT;
    if (kind == 1) to.port = 9;
    if (kind == 1) to.host = "x.test";
    weir_socket_destroy(socket, &(weir_error){.size = sizeof(weir_error), .code = WEIR_EIO});
    net_run(net);
    net->client.socket = socket;
    for (size_t n = 1; n <= (kind == 0 ? 1 : 3); n++) {
      loop_fixture_fail_at(&net->base, n);
      assert_int_equal(weir_socket_connect(socket, &to, NULL, NULL), WEIR_ENOMEM);
      assert_true(weir_socket_destroyed(socket));
      assert_int_equal(weir_socket_errored(socket), WEIR_EIO);
    }
    size_t blocks = net->base.memory.blocks;
    weir_socket_release(socket);
    assert_true(net->base.memory.blocks < blocks);
    net_free(net);
  }
}

/* A loop that is being freed lets nobody begin anew. */
static void on_close_of_freed(weir_socket *socket, bool had_error, void *user) {
  const weir_connect_options *to = user;
  (void)had_error;
  assert_int_equal(weir_socket_connect(socket, to, NULL, NULL), WEIR_ERR_LOOP_CLOSED);
}

static void not_while_the_loop_is_freed(void **state) {
  (void)state;
  static const weir_socket_handlers handlers = {.size = sizeof(weir_socket_handlers),
                                                .on_close = on_close_of_freed};
  net_fixture *net = net_create();
  net_listen(net, NET_IPV4, NULL);
  weir_connect_options options = net_target(net, NET_IPV4);
  weir_socket *socket;
  assert_int_equal(weir_connect(net->loop, NULL, &options, &handlers, &options, &socket), WEIR_OK);
  net_settle(net);
  net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fifty_times_in_close),
      cmocka_unit_test(a_retained_one_connects_whenever_it_likes),
      cmocka_unit_test(after_a_failure_too),
      cmocka_unit_test(an_accepted_one_leaves_its_server),
      cmocka_unit_test(once_in_each_close),
      cmocka_unit_test(without_memory_it_stays_closed),
      cmocka_unit_test(not_while_the_loop_is_freed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
