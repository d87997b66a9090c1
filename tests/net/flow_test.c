/* How much is taken from the system and when it is handed on: flow states, pausing, high water
 * marks. */
#include "tests/support/net_fixture.h"

#include <stdio.h>
#include <string.h>

static weir_flow flow_of(const net_end *end) {
  return weir_socket_readable_flowing(end->socket);
}

/* STR-31, STR-32, SOC-14: nobody asked, asked, paused, asked again. */
static void the_flow_state_follows_consumers_pause_and_resume(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_open_with(net, NET_IPV4, NULL, NULL, &net_quiet_handlers);
  net_end *end = &net->client;
  assert_int_equal(flow_of(end), WEIR_FLOW_INITIAL);
  assert_int_equal(weir_socket_set_handlers(end->socket, &net_handlers, end), WEIR_OK);
  assert_int_equal(flow_of(end), WEIR_FLOW_FLOWING);
  assert_int_equal(weir_socket_set_handlers(end->socket, &net_quiet_handlers, end), WEIR_OK);
  assert_int_equal(flow_of(end), WEIR_FLOW_FLOWING);
  weir_socket_pause(end->socket);
  assert_int_equal(flow_of(end), WEIR_FLOW_PAUSED);
  assert_true(weir_socket_is_paused(end->socket));
  assert_int_equal(weir_socket_set_handlers(end->socket, &net_handlers, end), WEIR_OK);
  assert_int_equal(flow_of(end), WEIR_FLOW_PAUSED);
  weir_socket_resume(end->socket);
  assert_int_equal(flow_of(end), WEIR_FLOW_FLOWING);
  assert_false(weir_socket_is_paused(end->socket));
  net_free(net);
}

/* STR-32, SRV-16, SOC-28: bytes wait for the first consumer, and come behind the attaching call. */
static void bytes_wait_for_the_first_consumer(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_open_with(net, NET_IPV4, NULL, NULL, &net_quiet_handlers);
  net_end *end = &net->peers[0];
  (void)net_write(&net->client, 0, 50, NULL);
  net_settle(net);
  net_expect("kept", &end->log, "");
  assert_int_equal(weir_socket_readable_length(end->socket), 50);
  assert_int_equal(weir_socket_bytes_read(end->socket), 50);
  assert_int_equal(weir_socket_set_handlers(end->socket, &net_handlers, end), WEIR_OK);
  net_expect("inside the call", &end->log, "");
  net_settle(net);
  net_expect("told", &end->log, "data(50)");
  assert_false(end->garbled);
  assert_int_equal(weir_socket_readable_length(end->socket), 0);
  net_free(net);
}

/* STR-33, STR-34, STR-35: pausing stops telling, not taking. */
static void pausing_keeps_what_comes_and_resuming_tells_it_in_order(void **state) {
  (void)state;
  for (net_kind kind = NET_IPV4; kind < NET_KINDS; kind++) {
    net_fixture *net = net_create();
    net_open(net, kind);
    net_end *end = &net->peers[0];
    (void)net_write(&net->client, 0, 10, NULL);
    net_settle(net);
    weir_socket_pause(end->socket);
    (void)net_write(&net->client, 10, 20, NULL);
    net_settle(net);
    net_expect("paused", &end->log, "data(10)");
    assert_int_equal(weir_socket_bytes_read(end->socket), 30);
    weir_socket_resume(end->socket);
    net_expect("inside the call", &end->log, "data(10)");
    (void)net_write(&net->client, 30, 5, NULL);
    net_settle(net);
    net_expect("resumed", &end->log, "data(35)");
    assert_false(end->garbled);
    net_free(net);
  }
}

static void pause_it(net_end *end) {
  weir_socket_pause(end->socket);
}

/* STR-33, STR-35: pausing in on_data holds from the next delivery on. */
static void pausing_in_the_data_handler_stops_the_next_data(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_open(net, NET_IPV4);
  net_end *end = &net->peers[0];
  weir_socket_pause(end->socket);
  (void)net_write(&net->client, 0, 10, NULL);
  net_settle(net);
  (void)net_write(&net->client, 10, 10, NULL);
  net_settle(net);
  end->at = "data";
  end->act = pause_it;
  weir_socket_resume(end->socket);
  net_settle(net);
  assert_true(end->received > 0 && end->received < 20);
  assert_int_equal(weir_socket_readable_length(end->socket), 20 - end->received);
  weir_socket_resume(end->socket);
  net_settle(net);
  net_expect("resumed", &end->log, "data(20)");
  assert_false(end->garbled);
  net_free(net);
}

/* STR-31, STR-34, DEF-08, SRV-06: reading ahead stops once the mark is reached; one receive may
 * pass it. */
static void reading_ahead_stops_at_the_high_water_mark(void **state) {
  (void)state;
  static const struct {
    const char *name;
    int64_t mark;
    size_t sent, least, most;
  } cases[] = {{"default", -1, 1000000, 16384, 16384 + 65536},
               {"five", 5, 1000000, 5, 5 + 65536},
               {"five, four sent", 5, 4, 4, 4},
               {"large", 300000, 1000000, 300000, 300000 + 65536}};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    weir_server_options server = WEIR_SERVER_OPTIONS_INIT;
    net_fixture *net = net_create();
    server.high_water_mark_bytes = cases[i].mark;
    net_open_with(net, NET_IPV4, NULL, &server, &net_quiet_handlers);
    net_end *end = &net->peers[0];
    (void)net_write(&net->client, 0, cases[i].sent, NULL);
    net_settle(net);
    size_t kept = weir_socket_readable_length(end->socket);
    if (kept < cases[i].least || kept > cases[i].most) fail_msg("%s: %zu", cases[i].name, kept);
    assert_int_equal(weir_socket_bytes_read(end->socket), kept);
    assert_int_equal(weir_socket_readable_high_water_mark(end->socket),
                     cases[i].mark < 0 ? 16384 : (size_t)cases[i].mark);
    (void)weir_socket_set_handlers(end->socket, &net_handlers, end);
    net_settle(net);
    assert_int_equal(end->received, cases[i].sent);
    assert_false(end->garbled);
    net_free(net);
  }
}

/* STR-31, DEF-08: with a mark of 0 nothing is read ahead; a flowing socket reads all the same. */
static void a_mark_of_zero_reads_nothing_ahead_and_flows_as_any_other(void **state) {
  (void)state;
  weir_server_options server = WEIR_SERVER_OPTIONS_INIT;
  net_fixture *net = net_create();
  server.high_water_mark_bytes = 0;
  net_open_with(net, NET_IPV4, NULL, &server, &net_quiet_handlers);
  net_end *end = &net->peers[0];
  (void)net_write(&net->client, 0, 200000, NULL);
  net_settle(net);
  assert_true(weir_socket_readable_length(end->socket) <= 65536);
  (void)weir_socket_set_handlers(end->socket, &net_handlers, end);
  net_settle(net);
  assert_int_equal(end->received, 200000);
  assert_false(end->garbled);
  net_free(net);
}

/* STR-36: paused while connecting nothing is read, unless a consumer was there before. */
static void pausing_while_connecting_keeps_bytes_in_the_system(void **state) {
  (void)state;
  static const struct {
    const char *name;
    const weir_socket_handlers *handlers;
    bool reads;
  } cases[] = {{"no consumer", &net_quiet_handlers, false}, {"consumer", &net_handlers, true}};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    net_fixture *net = net_create();
    net_listen(net, NET_IPV4, NULL);
    weir_connect_options target = net_target(net, NET_IPV4);
    assert_int_equal(weir_connect(net->loop, NULL, &target, cases[i].handlers, &net->client,
                                  &net->client.socket),
                     WEIR_OK);
    weir_socket_pause(net->client.socket);
    net_settle(net);
    (void)net_write(&net->peers[0], 0, 7, NULL);
    net_settle(net);
    net_expect(cases[i].name, &net->client.log, "connect ready");
    assert_int_equal(weir_socket_bytes_read(net->client.socket), cases[i].reads ? 7 : 0);
    (void)weir_socket_set_handlers(net->client.socket, &net_handlers, &net->client);
    weir_socket_resume(net->client.socket);
    net_settle(net);
    net_expect(cases[i].name, &net->client.log, "connect ready data(7)");
    net_free(net);
  }
}

/* SOC-14, STR-32: what comes while the consumer is away is lost, and the flow goes on. */
static void bytes_without_consumer_are_lost_while_flowing(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_open(net, NET_IPV4);
  net_end *end = &net->peers[0];
  (void)weir_socket_set_handlers(end->socket, &net_quiet_handlers, end);
  (void)net_write(&net->client, 0, 9, NULL);
  net_settle(net);
  assert_int_equal(weir_socket_bytes_read(end->socket), 9);
  assert_int_equal(weir_socket_readable_length(end->socket), 0);
  (void)weir_socket_set_handlers(end->socket, &net_handlers, end);
  (void)net_write(&net->client, 0, 4, NULL);
  net_settle(net);
  net_expect("back", &end->log, "data(4)");
  net_free(net);
}

/* GEN-11, STR-32: another table and pointer hold from the next event on. */
static void another_table_of_handlers_holds_from_the_next_event_on(void **state) {
  (void)state;
  net_fixture *net = net_create();
  static net_end other;
  net_open(net, NET_IPV4);
  other = (net_end){.net = net};
  (void)net_write(&net->client, 0, 4, NULL);
  net_settle(net);
  assert_int_equal(weir_socket_set_handlers(net->peers[0].socket, &net_handlers, &other), WEIR_OK);
  assert_ptr_equal(weir_socket_user(net->peers[0].socket), &other);
  (void)net_write(&net->client, 0, 6, NULL);
  net_settle(net);
  net_expect("before", &net->peers[0].log, "data(4)");
  net_expect("after", &other.log, "data(6)");
  net_free(net);
}

/* STR-50, STR-34: a reset is noticed while paused, and what was kept is dropped. */
static void a_reset_while_paused_drops_what_was_kept(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_open(net, NET_IPV4);
  net_end *end = &net->peers[0];
  weir_socket_pause(end->socket);
  (void)net_write(&net->client, 0, 9, NULL);
  net_settle(net);
  assert_int_equal(weir_socket_readable_length(end->socket), 9);
  assert_int_equal(weir_socket_reset_and_destroy(net->client.socket), WEIR_OK);
  net_run_until(net, net_both_closed);
  net_expect("peer", &end->log, "error(ECONNRESET) close(1)");
  assert_string_equal(end->message, "read ECONNRESET");
  net_free(net);
}

static void answer(net_end *end) {
  (void)net_write(end, 0, 6, "w");
}

/* STR-32, STR-35: in the handler of bytes that were kept the socket is as usable as elsewhere. */
static void answering_in_the_handler_of_kept_bytes_works(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_open(net, NET_IPV4);
  weir_socket_pause(net->peers[0].socket);
  (void)net_write(&net->client, 0, 9, NULL);
  net_settle(net);
  net->peers[0].at = "data";
  net->peers[0].act = answer;
  weir_socket_resume(net->peers[0].socket);
  net_settle(net);
  net_expect("peer", &net->peers[0].log, "data(9) w");
  net_expect("client", &net->client.log, "connect ready data(6)");
  net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_flow_state_follows_consumers_pause_and_resume),
      cmocka_unit_test(bytes_wait_for_the_first_consumer),
      cmocka_unit_test(pausing_keeps_what_comes_and_resuming_tells_it_in_order),
      cmocka_unit_test(pausing_in_the_data_handler_stops_the_next_data),
      cmocka_unit_test(reading_ahead_stops_at_the_high_water_mark),
      cmocka_unit_test(a_mark_of_zero_reads_nothing_ahead_and_flows_as_any_other),
      cmocka_unit_test(pausing_while_connecting_keeps_bytes_in_the_system),
      cmocka_unit_test(bytes_without_consumer_are_lost_while_flowing),
      cmocka_unit_test(another_table_of_handlers_holds_from_the_next_event_on),
      cmocka_unit_test(a_reset_while_paused_drops_what_was_kept),
      cmocka_unit_test(answering_in_the_handler_of_kept_bytes_works),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
