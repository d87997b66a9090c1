/* How connections end in order: who is told what, with and without half-open ends, and when 'end'
 * is withheld. */
#include "tests/support/net_fixture.h"

#include <string.h>

static void end_client(net_fixture *net) {
  (void)net_finish(&net->client, "e");
}

static void end_peer(net_fixture *net) {
  (void)net_finish(&net->peers[0], "e");
}

static void end_both(net_fixture *net) {
  end_client(net);
  end_peer(net);
}

static void end_client_behind_data(net_fixture *net) {
  (void)net_write(&net->client, 0, 5, "w");
  end_client(net);
}

static void end_both_behind_data(net_fixture *net) {
  (void)net_write(&net->client, 0, 5, "w");
  (void)net_write(&net->peers[0], 0, 7, "w");
  end_both(net);
}

static void end_client_twice(net_fixture *net) {
  (void)net_finish(&net->client, "e1");
  (void)net_finish(&net->client, "e2");
}

typedef struct ending {
  const char *name;
  void (*act)(net_fixture *net);
  const char *client;
  const char *peer;
} ending;

/* STR-25, STR-27, STR-28, SOC-16, SOC-17: nobody is half-open, so each end answers the other. */
static void without_half_open_ends_each_order_of_ending_closes_both(void **state) {
  (void)state;
  static const ending cases[] = {
      {"client ends", end_client, "connect ready e finish end close(0)", "end finish close(0)"},
      {"peer ends", end_peer, "connect ready end finish close(0)", "e finish end close(0)"},
      {"both end", end_both, "connect ready e finish end close(0)", "e finish end close(0)"},
      {"client ends behind data", end_client_behind_data, "connect ready w e finish end close(0)",
       "data(5) end finish close(0)"},
      {"both end behind data", end_both_behind_data,
       "connect ready w e finish data(7) end close(0)", "w e finish data(5) end close(0)"},
      {"client ends twice", end_client_twice, "connect ready e1 e2 finish end close(0)",
       "end finish close(0)"}};
  for (size_t i = 0; i < COUNT_OF(cases) * NET_KINDS; i++) {
    const ending *c = &cases[i / NET_KINDS];
    net_fixture *net = net_create();
    net_open(net, (net_kind)(i % NET_KINDS));
    c->act(net);
    net_run_until(net, net_both_closed);
    net_expect(c->name, &net->client.log, c->client);
    net_expect(c->name, &net->peers[0].log, c->peer);
    net_free(net);
  }
}

/* SOC-18, SRV-05, SOC-59: 'end' comes, nothing else; the end writes on and ends when it likes. */
static void a_half_open_end_writes_on_until_it_ends(void **state) {
  (void)state;
  for (net_kind kind = NET_IPV4; kind < NET_KINDS; kind++) {
    weir_server_options server = WEIR_SERVER_OPTIONS_INIT;
    net_fixture *net = net_create();
    server.allow_half_open = true;
    net_open_with(net, kind, NULL, &server, NULL);
    end_client(net);
    net_settle(net);
    net_expect("client", &net->client.log, "connect ready e finish");
    net_expect("peer", &net->peers[0].log, "end");
    assert_int_equal(weir_socket_ready_state(net->peers[0].socket), WEIR_READY_STATE_WRITE_ONLY);
    assert_int_equal(net_write(&net->peers[0], 0, 9, "w"), WEIR_OK);
    net_settle(net);
    net_expect("client", &net->client.log, "connect ready e finish data(9)");
    end_peer(net);
    net_run_until(net, net_both_closed);
    net_expect("client", &net->client.log, "connect ready e finish data(9) end close(0)");
    net_expect("peer", &net->peers[0].log, "end w e finish close(0)");
    net_free(net);
  }
}

/* SOC-18, SOC-59, STR-28: the same with the client half-open and the server ending first. */
static void a_half_open_client_writes_on_after_the_server_has_ended(void **state) {
  (void)state;
  weir_socket_options client = WEIR_SOCKET_OPTIONS_INIT;
  net_fixture *net = net_create();
  client.allow_half_open = true;
  net_open_with(net, NET_IPV4, &client, NULL, NULL);
  end_peer(net);
  net_settle(net);
  net_expect("client", &net->client.log, "connect ready end");
  assert_int_equal(net_write(&net->client, 0, 9, NULL), WEIR_OK);
  end_client(net);
  net_run_until(net, net_both_closed);
  net_expect("client", &net->client.log, "connect ready end e finish close(0)");
  net_expect("peer", &net->peers[0].log, "e finish data(9) end close(0)");
  net_free(net);
}

static void forbid_half_open(net_end *end) {
  weir_socket_set_allow_half_open(end->socket, false);
}

static void allow_half_open(net_end *end) {
  weir_socket_set_allow_half_open(end->socket, true);
}

/* SOC-04: the flag is looked at when 'end' is told, so that it may be changed until then. */
static void half_open_may_be_changed_until_end_is_told(void **state) {
  (void)state;
  static const struct {
    const char *name;
    bool before;
    net_act act;
    const char *peer;
  } cases[] = {{"forbidden in 'end'", true, forbid_half_open, "end finish close(0)"},
               {"allowed in 'end'", false, allow_half_open, "end"}};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    weir_server_options server = WEIR_SERVER_OPTIONS_INIT;
    net_fixture *net = net_create();
    server.allow_half_open = cases[i].before;
    net_open_with(net, NET_IPV4, NULL, &server, NULL);
    net->peers[0].at = "end";
    net->peers[0].act = cases[i].act;
    end_client(net);
    net_settle(net);
    net_expect(cases[i].name, &net->peers[0].log, cases[i].peer);
    net_free(net);
  }
}

static void write_more(net_end *end) {
  net_note(&end->log, "[%s]", weir_err_name(net_write(end, 0, 6, "w")));
}

/* SOC-17, STR-28: the automatic end comes a step behind 'end', so that writing there is legal. */
static void writing_in_the_end_handler_is_legal_and_arrives(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_open(net, NET_IPV4);
  net->peers[0].at = "end";
  net->peers[0].act = write_more;
  end_client(net);
  net_run_until(net, net_both_closed);
  net_expect("client", &net->client.log, "connect ready e finish data(6) end close(0)");
  assert_true(net_was_told(&net->peers[0].log, "w"));
  assert_true(net_was_told(&net->peers[0].log, "finish"));
  net_free(net);
}

static bool peer_was_told_the_end(const net_fixture *net) {
  return net_was_told(&net->peers[0].log, "end");
}

/* STR-29: everything queued is sent before the automatic end. */
static void the_automatic_end_sends_the_whole_queue_first(void **state) {
  (void)state;
  enum { MUCH = 20000000 }; /* More than the system holds for a connection. */
  for (net_kind kind = NET_IPV4; kind < NET_KINDS; kind++) {
    net_fixture *net = net_create();
    net_open(net, kind);
    weir_socket_pause(net->client.socket);
    assert_int_equal(net_write(&net->peers[0], 0, MUCH, "w"), WEIR_WAIT_DRAIN);
    end_client(net);
    net_run_until(net, peer_was_told_the_end);
    net_settle(net);
    net_expect("peer", &net->peers[0].log, "end");
    assert_int_equal(weir_socket_ready_state(net->peers[0].socket), WEIR_READY_STATE_CLOSED);
    weir_socket_resume(net->client.socket);
    net_run_until(net, net_both_closed);
    assert_int_equal(net->client.received, MUCH);
    assert_false(net->client.garbled);
    net_expect("peer", &net->peers[0].log, "end w finish close(0)");
    net_free(net);
  }
}

/* CON-39, SOC-56: end() while connecting is remembered. */
static void ending_while_connecting_sends_everything_and_ends_then(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_listen(net, NET_IPV4, NULL);
  net_connect(net, NET_IPV4, NULL, &net->client);
  assert_int_equal(net_write(&net->client, 0, 5, "w"), WEIR_OK);
  end_client(net);
  assert_int_equal(weir_socket_ready_state(net->client.socket), WEIR_READY_STATE_OPENING);
  net_run_until(net, net_both_closed);
  net_expect("client", &net->client.log, "connect ready w e finish end close(0)");
  net_expect("peer", &net->peers[0].log, "data(5) end finish close(0)");
  net_free(net);
}

/* STR-26: end() before connect() is remembered too; nothing is told without a transport. */
static void ending_before_connecting_waits_for_the_connection(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_listen(net, NET_IPV4, NULL);
  weir_connect_options target = net_target(net, NET_IPV4);
  assert_int_equal(
      weir_socket_create(net->loop, NULL, &net_handlers, &net->client, &net->client.socket),
      WEIR_OK);
  end_client(net);
  net_settle(net);
  net_expect("fresh", &net->client.log, "");
  assert_int_equal(weir_socket_connect(net->client.socket, &target, NULL, NULL), WEIR_OK);
  net_run_until(net, net_both_closed);
  net_expect("client", &net->client.log, "connect ready e finish end close(0)");
  net_expect("peer", &net->peers[0].log, "end finish close(0)");
  net_free(net);
}

/* What a receiver without appetite does, and what it is told when the peer ends. */
typedef struct withheld {
  const char *name;
  size_t sent;
  void (*before)(weir_socket *socket); /* Right after the connection. */
  const char *told;                    /* Once the peer has ended. */
  const char *after_resume;            /* After resume(). */
} withheld;

static void nothing(weir_socket *socket) {
  (void)socket;
}

/* STR-30, STR-31, SOC-14: 'end' waits exactly while received bytes wait. */
static void end_is_withheld_while_received_bytes_are_not_taken(void **state) {
  (void)state;
  static const withheld cases[] = {
      {"no consumer, no bytes", 0, nothing, "end finish close(0)", NULL},
      {"no consumer, bytes", 5, nothing, "", "end finish close(0)"},
      {"paused, no bytes", 0, weir_socket_pause, "end finish close(0)", NULL},
      {"paused, bytes", 5, weir_socket_pause, "", "end finish close(0)"},
      {"resumed without consumer", 5, weir_socket_resume, "end finish close(0)", NULL}};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    net_fixture *net = net_create();
    net_open_with(net, NET_IPV4, NULL, NULL, &net_quiet_handlers);
    cases[i].before(net->peers[0].socket);
    if (cases[i].sent > 0) (void)net_write(&net->client, 0, cases[i].sent, NULL);
    end_client(net);
    net_settle(net);
    net_expect(cases[i].name, &net->peers[0].log, cases[i].told);
    if (cases[i].after_resume) {
      assert_int_equal(weir_socket_readable_length(net->peers[0].socket), cases[i].sent);
      weir_socket_resume(net->peers[0].socket);
      net_run_until(net, net_both_closed);
      net_expect(cases[i].name, &net->peers[0].log, cases[i].after_resume);
    }
    net_free(net);
  }
}

/* SRV-07, SRV-08: nothing is read, so neither bytes nor the end are noticed until resume(). */
static void pause_on_connect_reads_nothing_until_resume(void **state) {
  (void)state;
  weir_server_options server = WEIR_SERVER_OPTIONS_INIT;
  net_fixture *net = net_create();
  server.pause_on_connect = true;
  net_open_with(net, NET_IPV4, NULL, &server, NULL);
  (void)net_write(&net->client, 0, 5, NULL);
  end_client(net);
  net_settle(net);
  net_expect("paused", &net->peers[0].log, "");
  assert_int_equal(weir_socket_bytes_read(net->peers[0].socket), 0);
  assert_true(weir_socket_is_paused(net->peers[0].socket));
  weir_socket_resume(net->peers[0].socket);
  net_run_until(net, net_both_closed);
  net_expect("resumed", &net->peers[0].log, "data(5) end finish close(0)");
  net_free(net);
}

static void destroy_it(net_end *end) {
  weir_socket_destroy(end->socket, NULL);
}

/* SOC-33, STR-53: destroy() in 'end' leaves 'close' and nothing else. */
static void destroying_in_the_end_handler_leaves_only_close(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_open(net, NET_IPV4);
  net->peers[0].at = "end";
  net->peers[0].act = destroy_it;
  end_client(net);
  net_run_until(net, net_both_closed);
  net_expect("peer", &net->peers[0].log, "end close(0)");
  net_expect("client", &net->client.log, "connect ready e finish end close(0)");
  net_free(net);
}

/* STR-19, STR-29: a cork does not keep the automatic end waiting. */
static void the_automatic_end_uncorks(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_open(net, NET_IPV4);
  weir_socket_cork(net->peers[0].socket);
  (void)net_write(&net->peers[0], 0, 8, "w");
  end_client(net);
  net_settle(net);
  net_expect("peer", &net->peers[0].log, "end w finish close(0)");
  net_expect("client", &net->client.log, "connect ready e finish data(8) end close(0)");
  net_free(net);
}

/* STR-19, STR-23: nor does one that comes behind end(), while the queue is flushing. */
static void a_cork_behind_end_holds_nothing_back(void **state) {
  (void)state;
  enum { MUCH = 20000000 }; /* More than the system holds for a connection. */
  net_fixture *net = net_create();
  net_open(net, NET_IPV4);
  (void)net_write(&net->client, 0, MUCH, NULL);
  (void)net_write(&net->client, MUCH, 5, "w");
  end_client(net);
  weir_socket_cork(net->client.socket);
  net_run_until(net, net_both_closed);
  net_expect("client", &net->client.log, "connect ready w e finish end close(0)");
  assert_int_equal(net->peers[0].received, MUCH + 5);
  net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(without_half_open_ends_each_order_of_ending_closes_both),
      cmocka_unit_test(a_half_open_end_writes_on_until_it_ends),
      cmocka_unit_test(a_half_open_client_writes_on_after_the_server_has_ended),
      cmocka_unit_test(half_open_may_be_changed_until_end_is_told),
      cmocka_unit_test(writing_in_the_end_handler_is_legal_and_arrives),
      cmocka_unit_test(the_automatic_end_sends_the_whole_queue_first),
      cmocka_unit_test(ending_while_connecting_sends_everything_and_ends_then),
      cmocka_unit_test(ending_before_connecting_waits_for_the_connection),
      cmocka_unit_test(end_is_withheld_while_received_bytes_are_not_taken),
      cmocka_unit_test(pause_on_connect_reads_nothing_until_resume),
      cmocka_unit_test(destroying_in_the_end_handler_leaves_only_close),
      cmocka_unit_test(the_automatic_end_uncorks),
      cmocka_unit_test(a_cork_behind_end_holds_nothing_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
