/* Servers that share one listener, and several listeners of one port. */
#include "tests/support/net_fixture.h"

#include "conformance/clause.h"

static void share(net_server *server, weir_server *handle) {
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  options.handle = handle;
  options.port = 1; /* It counts for nothing. */
  assert_int_equal(
      weir_server_listen(server->server, &options, net_server_called, net_server_tag(server, "l")),
      WEIR_OK);
}

static size_t connections(const net_server *server) {
  return weir_server_connections(server->server);
}

static void come(net_fixture *net, net_kind kind, net_end *end) {
  *end = (net_end){.net = net};
  net_connect(net, kind, NULL, end);
  net_settle(net);
  assert_true(net_was_told(&end->log, "ready"));
}

/* Each close gives the connections back to whoever had them before. */
static void the_last_one_gets_the_connections(void **state) {
  (void)state;
  for (net_kind kind = 0; kind < NET_KINDS; kind++) {
    net_fixture *net = net_create();
    net_server b, c;
    net_end ends[4];
    weir_address bound;
    net_listen(net, kind, NULL);
    net_make_server(net, &b);
    net_make_server(net, &c);
    CLAUSES("LSN-12", "LSN-36") {
      share(&b, net->server.server);
      assert_true(weir_server_listening(b.server));
      net_settle(net);
      net_expect("shared", &b.log, "listening l");
      share(&c, b.server);
      assert_int_equal(weir_server_address(c.server, &bound), WEIR_OK);
      assert_int_equal(bound.port, kind == NET_PATH ? 0 : net->port);
      come(net, kind, &ends[0]);
      assert_int_equal(connections(&c), 1);
      assert_int_equal(weir_server_close(b.server, NULL, NULL), WEIR_OK);
      come(net, kind, &ends[1]);
      assert_int_equal(connections(&c), 2);
      assert_int_equal(weir_server_close(c.server, NULL, NULL), WEIR_OK);
      come(net, kind, &ends[2]);
      assert_int_equal(connections(&net->server), 1);
    }
    share(&b, net->server.server);
    weir_server_free(net->server.server);
    net->server.server = NULL;
    come(net, kind, &ends[3]);
    assert_int_equal(connections(&b), 1);
    net_free(net);
  }
}

/* The name is free when the last of them has closed. */
static void the_last_to_close_closes(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_server b, again;
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  net_listen(net, NET_IPV4, NULL);
  net_make_server(net, &b);
  net_make_server(net, &again);
  share(&b, net->server.server);
  net_settle(net);
  options.host = "127.0.0.1";
  options.port = net->port;
  assert_int_equal(weir_server_close(net->server.server, NULL, NULL), WEIR_OK);
  assert_int_equal(weir_server_listen(again.server, &options, NULL, NULL), WEIR_OK);
  net_settle(net);
  net_expect("still taken", &again.log, "error");
  assert_int_equal(weir_server_close(b.server, NULL, NULL), WEIR_OK);
  assert_int_equal(weir_server_listen(again.server, &options, NULL, NULL), WEIR_OK);
  net_settle(net);
  net_expect("free", &again.log, "error listening");
  net_free(net);
}

static void what_cannot_be_shared_is_refused(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_fixture *other = net_create();
  net_server b;
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  net_listen(other, NET_IPV4, NULL);
  net_make_server(net, &net->server);
  net_make_server(net, &b);
  options.handle = net->server.server;
  assert_int_equal(weir_server_listen(b.server, &options, NULL, NULL), WEIR_ERR_INVALID_ARG_VALUE);
  options.handle = b.server;
  assert_int_equal(weir_server_listen(b.server, &options, NULL, NULL), WEIR_ERR_INVALID_ARG_VALUE);
  options.handle = other->server.server;
  assert_int_equal(weir_server_listen(b.server, &options, NULL, NULL), WEIR_ERR_INVALID_ARG_VALUE);
  net_settle(net);
  net_expect("nothing happened", &b.log, "");
  net_free(net);
  net_free(other);
}

/* A server that waits for memory to accept with closes: the one before goes on at once. */
static void who_closes_while_accepting_waits_hands_over(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_server b;
  net_listen(net, NET_IPV4, NULL);
  net_make_server(net, &b);
  share(&b, net->server.server);
  net_settle(net);
  /* The first socket is there already; there is no memory for the next one. */
  net_connect(net, NET_IPV4, NULL, &net->client);
  loop_fixture_fail_from(&net->base, 1);
  while (!net_was_told(&b.log, "overload"))
    assert_int_equal(weir_loop_run(net->loop, WEIR_RUN_ONCE), WEIR_OK);
  assert_int_equal(weir_server_close(b.server, NULL, NULL), WEIR_OK);
  net_expect("nobody is told inside", &net->server.log, "listening");
  loop_fixture_fail_from(&net->base, 0);
  net_end late;
  come(net, NET_IPV4, &late);
  assert_true(connections(&net->server) > 0);
  assert_int_equal(connections(&net->server) + connections(&b), 2);
  net_free(net);
}

/* Though the socket that becomes one was made before. */
static void a_deadline_is_for_what_has_come(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_server b;
  net_end early, late;
  net_listen(net, NET_IPV4, NULL);
  net_make_server(net, &b);
  share(&b, net->server.server);
  come(net, NET_IPV4, &early);
  assert_int_equal(weir_server_close_within(b.server, 10, NULL, NULL), WEIR_OK);
  share(&b, net->server.server);
  come(net, NET_IPV4, &late);
  while (early.closes == 0) assert_int_equal(weir_loop_run(net->loop, WEIR_RUN_ONCE), WEIR_OK);
  net_settle(net);
  assert_int_equal(early.error, WEIR_ECONNRESET);
  net_expect("nobody has set it an end", &late.log, "connect ready");
  assert_int_equal(connections(&b), 1);
  net_free(net);
}

/* Of several listeners of one port. */
static bool spreads_connections(const net_fixture *net) {
#if defined(__linux__) || defined(__FreeBSD__) || defined(__DragonFly__)
  return !loop_fixture_is_sim(&net->base);
#else
  (void)net;
  return false;
#endif
}

static void several_listeners_have_one_port(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_server b, alone;
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  weir_address bound;
  net_make_server(net, &net->server);
  net_make_server(net, &b);
  net_make_server(net, &alone);
  options.host = "127.0.0.1";
  options.port = 0;
  options.reuse_port = true;
  assert_int_equal(weir_server_listen(net->server.server, &options, NULL, NULL), WEIR_OK);
  net_settle(net);
  if (!spreads_connections(net)) {
    net_expect("nobody spreads", &net->server.log, "error");
    assert_int_equal(net->server.error, WEIR_ENOTSUP);
    net_free(net);
    return;
  }
  net_expect("one", &net->server.log, "listening");
  assert_int_equal(weir_server_address(net->server.server, &bound), WEIR_OK);
  options.port = bound.port;
  assert_int_equal(weir_server_listen(b.server, &options, NULL, NULL), WEIR_OK);
  options.reuse_port = false;
  assert_int_equal(weir_server_listen(alone.server, &options, NULL, NULL), WEIR_OK);
  net_settle(net);
  net_expect("two", &b.log, "listening");
  net_expect("who does not say so", &alone.log, "error");
  assert_int_equal(alone.error, WEIR_EADDRINUSE);
  net_free(net);
}

/* Nobody shares a port by accident, whatever `exclusive` says. */
static void a_port_is_one_servers(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_listen(net, NET_IPV4, NULL);
  CLAUSES("LSN-11", "LSN-27") {
    for (int exclusive = 0; exclusive < 2; exclusive++) {
      net_server b;
      weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
      net_make_server(net, &b);
      options.host = "127.0.0.1";
      options.port = net->port;
      options.exclusive = exclusive != 0;
      assert_int_equal(weir_server_listen(b.server, &options, NULL, NULL), WEIR_OK);
      net_settle(net);
      assert_int_equal(b.error, WEIR_EADDRINUSE);
      weir_server_free(b.server);
      net_settle(net);
    }
  }
  net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_last_one_gets_the_connections),
      cmocka_unit_test(the_last_to_close_closes),
      cmocka_unit_test(what_cannot_be_shared_is_refused),
      cmocka_unit_test(who_closes_while_accepting_waits_hands_over),
      cmocka_unit_test(a_deadline_is_for_what_has_come),
      cmocka_unit_test(several_listeners_have_one_port),
      cmocka_unit_test(a_port_is_one_servers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
