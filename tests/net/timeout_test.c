/* Idle timeouts, to the millisecond: in a simulated world without latency, whatever the backend. */
#include "conformance/clause.h"
#include "tests/support/manual_clock.h"
#include "tests/support/net_fixture.h"

#include <stdio.h>

enum { BUFFER = 1000, LONGEST_MS = INT32_MAX };

static weir_time began;
static net_act at_timeout; /* Done in the next on_timeout. */

static void on_timeout(weir_socket *socket, void *user) {
  net_end *end = user;
  weir_time now = weir_loop_now(weir_socket_loop(socket));
  if (end->closes > 0) end->after_close++;
  net_note(&end->log, "timeout@%u", (unsigned)((now - began) / WEIR_TIME_MS));
  net_act act = at_timeout;
  at_timeout = NULL;
  if (act) act(end);
}

static weir_socket_handlers handlers;

/* A world in which nothing takes time but what the test lets pass. */
static net_fixture *create(weir_time latency_ms) {
  weir_sim_options world = WEIR_SIM_OPTIONS_INIT;
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  world.latency_min_ns = world.latency_max_ns = latency_ms * WEIR_TIME_MS;
  world.buffer_bytes = BUFFER;
  world.short_send_permille = world.short_receive_permille = 0;
  world.shuffle = false;
  options.backend = "sim";
  options.backend_options = &world;
  handlers = net_handlers;
  handlers.on_timeout = on_timeout;
  at_timeout = NULL;
  return net_create_with(&options);
}

/* Client and peer; what either is told from now on is in its log, with the time from now on. */
static net_fixture *create_open(const weir_server_options *server) {
  net_fixture *net = create(0);
  net_open_with(net, NET_IPV4, NULL, server, &handlers);
  net->client.log = net->peers[0].log = (net_log){.length = 0};
  began = weir_loop_now(net->loop);
  return net;
}

/* Lets so much time pass, whether anything holds the loop open or not. */
static void pass(net_fixture *net, uint64_t ms) {
  net->pause_over = false;
  weir_timer_start(net->pause, ms, 0);
  while (!net->pause_over) assert_int_equal(weir_loop_run(net->loop, WEIR_RUN_ONCE), WEIR_OK);
}

static weir_err set_timeout(net_end *end, int64_t ms) {
  return weir_socket_set_timeout(end->socket, ms, NULL, NULL);
}

static void is_told_once_and_the_socket_stays_open(void **state) {
  (void)state;
  net_fixture *net = create_open(NULL);
  CLAUSES("TMO-01", "TMO-02", "TMO-10", "SOC-23") {
    assert_int_equal(set_timeout(&net->client, 100), WEIR_OK);
    pass(net, 99);
    net_expect("early", &net->client.log, "");
    pass(net, 1);
    pass(net, 60000);
    net_expect("idle", &net->client.log, "timeout@100");
    assert_int_equal(weir_socket_ready_state(net->client.socket), WEIR_READY_STATE_OPEN);
    (void)net_write(&net->peers[0], 0, 3, NULL);
    pass(net, 99);
    net_expect("active", &net->client.log, "timeout@100 data(3)");
    pass(net, 1000);
    net_expect("idle again", &net->client.log, "timeout@100 data(3) timeout@60200");
    (void)net_write(&net->client, 0, 3, NULL);
    pass(net, 1000);
    net_expect("its own write", &net->client.log,
               "timeout@100 data(3) timeout@60200 timeout@61299");
  }
  net_free(net);
}

static void write_some(net_fixture *net) {
  (void)net_write(&net->client, 0, 3, NULL);
}

static void write_with_a_callback(net_fixture *net) {
  (void)net_write(&net->client, 0, 3, "w");
}

static void write_nothing(net_fixture *net) {
  (void)net_write(&net->client, 0, 0, NULL);
}

static void uncork_some(net_fixture *net) {
  weir_socket_cork(net->client.socket);
  (void)net_write(&net->client, 0, 3, NULL);
  weir_socket_uncork(net->client.socket);
}

static void receive_some(net_fixture *net) {
  (void)net_write(&net->peers[0], 0, 3, NULL);
}

static void keep_some(net_fixture *net) {
  weir_socket_pause(net->client.socket);
  (void)net_write(&net->peers[0], 0, 3, NULL);
}

static void receive_the_end(net_fixture *net) {
  weir_socket_set_allow_half_open(net->client.socket, true);
  (void)net_finish(&net->peers[0], NULL);
}

static void each_kind_of_activity_begins_it_anew(void **state) {
  (void)state;
  static void (*const acts[])(net_fixture *) = {
      write_some, write_with_a_callback, write_nothing, uncork_some, receive_some,
      keep_some,  receive_the_end,
  };
  static const char *const told[] = {"", "w ", "", "", "data(3) ", "", "end "};
  CLAUSES("TMO-07") {
    for (size_t i = 0; i < COUNT_OF(acts); i++) {
      net_fixture *net = create_open(NULL);
      char expected[64];
      assert_int_equal(set_timeout(&net->client, 100), WEIR_OK);
      pass(net, 60);
      acts[i](net);
      pass(net, 500);
      (void)snprintf(expected, sizeof expected, "%stimeout@160", told[i]);
      net_expect("running", &net->client.log, expected);
      net_free(net);
    }
  }
}

/* The same when it had run out: each of them arms it. */
static void each_kind_of_activity_arms_it_again(void **state) {
  (void)state;
  static void (*const acts[])(net_fixture *) = {
      write_some, write_with_a_callback, write_nothing, uncork_some, receive_some,
      keep_some,  receive_the_end,
  };
  static const char *const told[] = {"", "w ", "", "", "data(3) ", "", "end "};
  CLAUSES("TMO-10") {
    for (size_t i = 0; i < COUNT_OF(acts); i++) {
      net_fixture *net = create_open(NULL);
      char expected[64];
      assert_int_equal(set_timeout(&net->client, 100), WEIR_OK);
      pass(net, 160);
      acts[i](net);
      pass(net, 500);
      (void)snprintf(expected, sizeof expected, "timeout@100 %stimeout@260", told[i]);
      net_expect("run out", &net->client.log, expected);
      net_free(net);
    }
  }
}

static void calls_that_move_nothing_do_not_count(void **state) {
  (void)state;
  net_fixture *net = create_open(NULL);
  weir_socket *socket = net->client.socket;
  CLAUSES("TMO-08") {
    assert_int_equal(set_timeout(&net->client, 100), WEIR_OK);
    pass(net, 60);
    weir_socket_pause(socket);
    weir_socket_resume(socket);
    assert_int_equal(weir_socket_set_no_delay(socket, true), WEIR_OK);
    assert_int_equal(weir_socket_set_keep_alive(socket, true, 5000), WEIR_OK);
    weir_socket_set_allow_half_open(socket, true);
    weir_socket_unref(socket);
    weir_socket_cork(socket);
    (void)net_write(&net->client, 0, 3, NULL);
    pass(net, 500);
    net_expect("client", &net->client.log, "timeout@100");
  }
  net_free(net);
}

static void connecting_and_being_connected_count(void **state) {
  (void)state;
  net_fixture *net = create(30);
  weir_connect_options target;
  net_listen(net, NET_IPV4, NULL);
  target = net_target(net, NET_IPV4);
  began = weir_loop_now(net->loop);
  CLAUSES("TMO-07", "TMO-09") {
    assert_int_equal(
        weir_socket_create(net->loop, NULL, &handlers, &net->client, &net->client.socket), WEIR_OK);
    assert_int_equal(set_timeout(&net->client, 100), WEIR_OK);
    pass(net, 80);
    assert_int_equal(weir_socket_connect(net->client.socket, &target, NULL, NULL), WEIR_OK);
    pass(net, 1000);
    net_expect("client", &net->client.log, "connect ready timeout@240");
  }
  net_free(net);
}

static void it_runs_in_every_state_from_the_call_on(void **state) {
  (void)state;
  net_fixture *net = create(0);
  weir_connect_options nowhere = WEIR_CONNECT_OPTIONS_INIT;
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  net_end fresh = {.net = net};
  nowhere.host = "192.0.2.1";
  nowhere.port = 1;
  options.timeout_ms = 50;
  began = weir_loop_now(net->loop);
  CLAUSES("TMO-09", "CON-32") {
    assert_int_equal(weir_socket_create(net->loop, NULL, &handlers, &fresh, &fresh.socket),
                     WEIR_OK);
    assert_int_equal(set_timeout(&fresh, 40), WEIR_OK);
    assert_int_equal(
        weir_connect(net->loop, &options, &nowhere, &handlers, &net->client, &net->client.socket),
        WEIR_OK);
    assert_int_equal(weir_socket_timeout_ms(net->client.socket), 50);
    pass(net, 500);
    net_expect("fresh", &fresh.log, "timeout@40");
    net_expect("connecting", &net->client.log, "timeout@50");
    assert_true(weir_socket_connecting(net->client.socket));
  }
  weir_socket_destroy(fresh.socket, NULL);
  net_free(net);
}

/* The peer takes nothing. One that the system took a part of has moved once. */
static void a_send_that_stalls_is_told_when_a_period_brought_nothing(void **state) {
  (void)state;
  weir_server_options server = WEIR_SERVER_OPTIONS_INIT;
  server.pause_on_connect = true;
  net_fixture *net = create_open(&server);
  CLAUSES("TMO-11") {
    (void)net_write(&net->client, 0, 5 * BUFFER, NULL);
    assert_int_equal(set_timeout(&net->client, 100), WEIR_OK);
    pass(net, 199);
    net_expect("a part went", &net->client.log, "");
    pass(net, 1000);
    net_expect("stalled", &net->client.log, "timeout@200");
    assert_int_equal(weir_socket_writable_length(net->client.socket), 5 * BUFFER);
  }
  net_free(net);
  net = create_open(&server);
  CLAUSES("TMO-11") {
    (void)net_write(&net->client, 0, BUFFER, NULL);
    (void)net_write(&net->client, BUFFER, 500, NULL);
    assert_int_equal(set_timeout(&net->client, 100), WEIR_OK);
    pass(net, 1000);
    net_expect("nothing went", &net->client.log, "timeout@100");
  }
  net_free(net);
}

static void pause_it(net_end *end) {
  weir_socket_pause(end->socket);
}

/* The peer takes a piece, and then no more. */
static void take_a_piece(net_end *end) {
  end->at = "data";
  end->act = pause_it;
  weir_socket_resume(end->socket);
}

static void a_send_that_moves_is_not_told_until_it_stalls(void **state) {
  (void)state;
  weir_server_options server = WEIR_SERVER_OPTIONS_INIT;
  server.pause_on_connect = true;
  server.high_water_mark_bytes = 1;
  net_fixture *net = create_open(&server);
  CLAUSES("TMO-11", "TMO-07") {
    (void)net_write(&net->client, 0, 20 * BUFFER, "w");
    assert_int_equal(set_timeout(&net->client, 100), WEIR_OK);
    pass(net, 150);
    take_a_piece(&net->peers[0]);
    pass(net, 100);
    take_a_piece(&net->peers[0]);
    pass(net, 149);
    net_expect("moving", &net->client.log, "");
    pass(net, 51);
    net_expect("stalled", &net->client.log, "timeout@400");
    take_a_piece(&net->peers[0]);
    pass(net, 550);
    net_expect("a part arms nothing", &net->client.log, "timeout@400");
    weir_socket_resume(net->peers[0].socket);
    pass(net, 500);
    net_expect("its completion does", &net->client.log, "timeout@400 drain w timeout@1100");
    assert_int_equal(net->peers[0].received, 20 * BUFFER);
    assert_false(net->peers[0].garbled);
  }
  net_free(net);
}

static weir_err set_with(net_end *end, int64_t ms, net_tag *tag) {
  return weir_socket_set_timeout(end->socket, ms, net_called, tag);
}

static void callbacks_run_once_and_behind_the_handler(void **state) {
  (void)state;
  net_fixture *net = create_open(NULL);
  net_end *end = &net->client;
  CLAUSES("TMO-04") {
    assert_int_equal(set_with(end, 5000, net_tag_of(end, "a")), WEIR_OK);
    assert_int_equal(set_with(end, 100, net_tag_of(end, "b")), WEIR_OK);
    assert_int_equal(weir_socket_timeout_ms(end->socket), 100);
    pass(net, 200);
    net_expect("first", &end->log, "timeout@100 a b");
    (void)net_write(end, 0, 1, NULL);
    pass(net, 10000);
    net_expect("second", &end->log, "timeout@100 a b timeout@300");
  }
  net_free(net);
}

static void without_timeout_the_last_callback_that_is_the_same_is_taken_back(void **state) {
  (void)state;
  net_fixture *net = create_open(NULL);
  net_end *end = &net->client;
  net_tag *a = net_tag_of(end, "a");
  net_tag *b = net_tag_of(end, "b");
  CLAUSES("TMO-03") {
    assert_int_equal(set_with(end, 100, a), WEIR_OK);
    assert_int_equal(set_with(end, 100, b), WEIR_OK);
    pass(net, 50);
    assert_int_equal(set_with(end, 0, b), WEIR_OK);
    net_expect("inside the call", &end->log, "");
    assert_int_equal(weir_socket_timeout_ms(end->socket), 0);
    assert_int_equal(set_with(end, 0, b), WEIR_OK);
    pass(net, 1000);
    net_expect("off", &end->log, "b:ECANCELED");
    assert_int_equal(set_timeout(end, 100), WEIR_OK);
    pass(net, 1000);
    net_expect("on again", &end->log, "b:ECANCELED timeout@1150 a");
    assert_int_equal(b->calls, 1);
  }
  net_free(net);
}

static void destroying_ends_it_and_tells_callbacks_that_never_came_due(void **state) {
  (void)state;
  net_fixture *net = create_open(NULL);
  net_end *end = &net->client;
  weir_socket *socket = weir_socket_retain(end->socket);
  CLAUSES("TMO-12", "TMO-05") {
    assert_int_equal(weir_socket_timeout_ms(socket), -1);
    assert_int_equal(set_with(end, 100, net_tag_of(end, "a")), WEIR_OK);
    assert_int_equal(set_with(end, 100, net_tag_of(end, "b")), WEIR_OK);
    assert_int_equal(set_with(end, 0, net_tag_of(end, "never given")), WEIR_OK);
    assert_int_equal(set_timeout(end, 300), WEIR_OK);
    weir_socket_destroy(socket, NULL);
    assert_int_equal(weir_socket_set_timeout(socket, 5, net_called, NULL),
                     WEIR_ERR_STREAM_DESTROYED);
    assert_int_equal(weir_socket_timeout_ms(socket), 300);
    pass(net, 1000);
    net_expect("client", &end->log, "a:ECANCELED b:ECANCELED close(0)");
    assert_int_equal(weir_socket_timeout_ms(socket), 300);
  }
  weir_socket_release(socket);
  net_free(net);
}

static void arguments_are_checked_and_a_long_time_is_cut(void **state) {
  (void)state;
  net_fixture *net = create_open(NULL);
  net_end *end = &net->client;
  CLAUSES("TMO-06", "TMO-05") {
    assert_int_equal(weir_socket_set_timeout(NULL, 1, NULL, NULL), WEIR_ERR_INVALID_ARG_TYPE);
    assert_int_equal(weir_socket_timeout_ms(NULL), -1);
    assert_int_equal(set_with(end, -1, net_tag_of(end, "refused")), WEIR_ERR_OUT_OF_RANGE);
    assert_int_equal(weir_socket_timeout_ms(end->socket), -1);
    assert_int_equal(set_timeout(end, INT64_MAX), WEIR_OK);
    assert_int_equal(weir_socket_timeout_ms(end->socket), INT64_MAX);
    pass(net, LONGEST_MS - 1);
    net_expect("early", &end->log, "");
    pass(net, 1);
    net_expect("late", &end->log, "timeout@2147483647");
  }
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  weir_socket *socket = NULL;
  options.timeout_ms = -2;
  assert_int_equal(weir_socket_create(net->loop, &options, NULL, NULL, &socket),
                   WEIR_ERR_OUT_OF_RANGE);
  net_free(net);
}

static void ending_does_not_end_it(void **state) {
  (void)state;
  weir_server_options server = WEIR_SERVER_OPTIONS_INIT;
  server.allow_half_open = true;
  net_fixture *net = create_open(&server);
  CLAUSES("TMO-13") {
    assert_int_equal(set_timeout(&net->client, 100), WEIR_OK);
    pass(net, 50);
    (void)net_finish(&net->client, "e");
    pass(net, 500);
    net_expect("client", &net->client.log, "e finish timeout@100");
  }
  net_free(net);
}

static void it_holds_no_loop_open(void **state) {
  (void)state;
  net_fixture *net = create_open(NULL);
  net_end fresh = {.net = net};
  assert_int_equal(weir_socket_create(net->loop, NULL, &handlers, &fresh, &fresh.socket), WEIR_OK);
  CLAUSES("TMO-14") {
    assert_int_equal(set_timeout(&net->client, 100), WEIR_OK);
    assert_int_equal(set_timeout(&fresh, 100), WEIR_OK);
    weir_server_unref(net->server.server);
    weir_socket_unref(net->peers[0].socket);
    assert_true(weir_loop_alive(net->loop));
    weir_socket_unref(net->client.socket);
    assert_false(weir_loop_alive(net->loop));
    net_run(net);
    net_expect("client", &net->client.log, "");
  }
  weir_socket_destroy(fresh.socket, NULL);
  net_free(net);
}

static void unset_it(net_end *end) {
  (void)set_timeout(end, 0);
}

static void set_it_again(net_end *end) {
  (void)set_with(end, 30, net_tag_of(end, "second"));
}

static void destroy_it(net_end *end) {
  weir_socket_destroy(end->socket, NULL);
}

/* What is done in the handler, and what is told from then on; the callback was due already. */
static void everything_may_be_done_in_the_handler(void **state) {
  (void)state;
  static const net_act acts[] = {unset_it, set_it_again, destroy_it};
  static const char *const told[] = {"timeout@100 first", "timeout@100 first timeout@130 second",
                                     "timeout@100 first close(0)"};
  CLAUSES("TMO-02", "TMO-03", "TMO-04", "TMO-12") {
    for (size_t i = 0; i < COUNT_OF(acts); i++) {
      net_fixture *net = create_open(NULL);
      assert_int_equal(set_with(&net->client, 100, net_tag_of(&net->client, "first")), WEIR_OK);
      at_timeout = acts[i];
      pass(net, 500);
      net_expect("client", &net->client.log, told[i]);
      net_free(net);
    }
  }
}

/* Without memory nothing has changed, whatever was asked for. */
static void a_timeout_that_finds_no_memory_changes_nothing(void **state) {
  (void)state;
  net_fixture *net = create(0);
  net_end *end = &net->client;
  unsigned refused = 0;
  assert_int_equal(weir_socket_create(net->loop, NULL, &handlers, end, &end->socket), WEIR_OK);
  end->net = net;
  began = weir_loop_now(net->loop);
  net_tag *tag = net_tag_of(end, "a");
  for (size_t n = 1;; n++) {
    loop_fixture_fail_at(&net->base, n);
    weir_err err = set_with(end, 100, tag);
    loop_fixture_fail_at(&net->base, 0);
    if (err == WEIR_OK) break;
    refused++;
    assert_int_equal(err, WEIR_ENOMEM);
    assert_int_equal(weir_socket_timeout_ms(end->socket), -1);
    pass(net, 150);
    net_expect("nothing was set", &end->log, "");
  }
  assert_true(refused >= 3);
  began = weir_loop_now(net->loop);
  pass(net, 500);
  net_expect("set", &end->log, "timeout@100 a");
  weir_socket_destroy(end->socket, NULL);
  net_free(net);
}

static void echo(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  net_end *end = user;
  end->received += length;
  if (end->received < 10000) (void)weir_socket_write(socket, data, length, NULL, NULL);
}

/* TMO-07: messages of sockets with a timeout ask for no memory. */
static void messages_touch_no_memory(void **state) {
  (void)state;
  net_fixture *net = create_open(NULL);
  weir_socket_handlers echoing = handlers;
  echoing.on_data = echo;
  assert_int_equal(weir_socket_set_handlers(net->client.socket, &echoing, &net->client), WEIR_OK);
  assert_int_equal(weir_socket_set_handlers(net->peers[0].socket, &echoing, &net->peers[0]),
                   WEIR_OK);
  assert_int_equal(set_timeout(&net->client, 100), WEIR_OK);
  assert_int_equal(set_timeout(&net->peers[0], 100), WEIR_OK);
  (void)net_write(&net->client, 0, 10, NULL);
  weir_timer_start(net->pause, 50, 0);
  for (int i = 0; i < 10; i++) assert_int_equal(weir_loop_run(net->loop, WEIR_RUN_NOWAIT), WEIR_OK);
  size_t before = loop_fixture_allocations(&net->base);
  uint64_t received = net->client.received;
  pass(net, 1);
  assert_true(net->client.received > received);
  assert_int_equal(loop_fixture_allocations(&net->base), before);
  net_free(net);
}

static void turns(net_fixture *net) {
  for (int i = 0; i < 20; i++) assert_int_equal(weir_loop_dispatch(net->loop), WEIR_OK);
}

/* TMO-07: between turns the time goes on, and a write is noted with the time that it is. */
static void a_write_between_turns_counts_from_when_it_is_made(void **state) {
  (void)state;
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  options.custom_backend = manual_clock_backend(loop_fixture_backend_name());
  handlers = net_handlers;
  handlers.on_timeout = on_timeout;
  net_fixture *net = net_create_with(&options);
  net_listen(net, NET_IPV4, NULL);
  weir_connect_options target = net_target(net, NET_IPV4);
  assert_int_equal(
      weir_connect(net->loop, NULL, &target, &handlers, &net->client, &net->client.socket),
      WEIR_OK);
  for (int i = 0; i < 200 && !net_was_told(&net->client.log, "ready"); i++)
    assert_int_equal(weir_loop_run(net->loop, WEIR_RUN_ONCE), WEIR_OK);
  net->client.log = (net_log){.length = 0};
  began = weir_loop_now(net->loop);
  assert_int_equal(set_timeout(&net->client, 100), WEIR_OK);
  for (int i = 0; i < 3; i++) {
    manual_clock_advance_ms(30);
    (void)net_write(&net->client, 0, 1, NULL);
    manual_clock_advance_ms(60);
    (void)net_write(&net->client, 0, 1, i == 1 ? "w" : NULL);
    turns(net);
  }
  manual_clock_advance_ms(99);
  turns(net);
  net_expect("active", &net->client.log, "w");
  manual_clock_advance_ms(1);
  turns(net);
  net_expect("idle", &net->client.log, "w timeout@370");
  net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(is_told_once_and_the_socket_stays_open),
      cmocka_unit_test(each_kind_of_activity_begins_it_anew),
      cmocka_unit_test(each_kind_of_activity_arms_it_again),
      cmocka_unit_test(calls_that_move_nothing_do_not_count),
      cmocka_unit_test(connecting_and_being_connected_count),
      cmocka_unit_test(it_runs_in_every_state_from_the_call_on),
      cmocka_unit_test(a_send_that_stalls_is_told_when_a_period_brought_nothing),
      cmocka_unit_test(a_send_that_moves_is_not_told_until_it_stalls),
      cmocka_unit_test(callbacks_run_once_and_behind_the_handler),
      cmocka_unit_test(without_timeout_the_last_callback_that_is_the_same_is_taken_back),
      cmocka_unit_test(destroying_ends_it_and_tells_callbacks_that_never_came_due),
      cmocka_unit_test(arguments_are_checked_and_a_long_time_is_cut),
      cmocka_unit_test(ending_does_not_end_it),
      cmocka_unit_test(it_holds_no_loop_open),
      cmocka_unit_test(everything_may_be_done_in_the_handler),
      cmocka_unit_test(a_timeout_that_finds_no_memory_changes_nothing),
      cmocka_unit_test(messages_touch_no_memory),
      cmocka_unit_test(a_write_between_turns_counts_from_when_it_is_made),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
