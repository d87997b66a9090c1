/* What the properties of a socket say in each state, and how long its memory and the loop stay. */
#include "tests/support/net_fixture.h"

#include <stdio.h>
#include <string.h>

static void note_state(net_end *end) {
  const weir_socket *s = end->socket;
  net_note(&end->log, "[%s%s%s%s%s %d]", weir_ready_state_name(weir_socket_ready_state(s)),
           weir_socket_connecting(s) ? " connecting" : "", weir_socket_pending(s) ? " pending" : "",
           weir_socket_destroyed(s) ? " destroyed" : "", weir_socket_closed(s) ? " closed" : "",
           (int)weir_socket_buffer_size(s));
}

static void fresh(net_fixture *net) {
  net->client.net = net;
  assert_int_equal(
      weir_socket_create(net->loop, NULL, &net_handlers, &net->client, &net->client.socket),
      WEIR_OK);
}

static void fresh_ended(net_fixture *net) {
  fresh(net);
  (void)net_finish(&net->client, NULL);
}

static void connecting(net_fixture *net) {
  net_listen(net, NET_IPV4, NULL);
  net_connect(net, NET_IPV4, NULL, &net->client);
  (void)net_write(&net->client, 0, 3, NULL);
}

static void connecting_ended(net_fixture *net) {
  connecting(net);
  (void)net_finish(&net->client, NULL);
}

static void open_half(net_fixture *net) {
  weir_server_options server = WEIR_SERVER_OPTIONS_INIT;
  weir_socket_options client = WEIR_SOCKET_OPTIONS_INIT;
  server.allow_half_open = client.allow_half_open = true;
  net_open_with(net, NET_IPV4, &client, &server, NULL);
}

static void ended(net_fixture *net) {
  open_half(net);
  (void)net_finish(&net->client, NULL);
}

static void finished(net_fixture *net) {
  ended(net);
  net_settle(net);
}

static void half_open(net_fixture *net) {
  open_half(net);
  (void)net_finish(&net->peers[0], NULL);
  net_settle(net);
}

static void both_ended(net_fixture *net) {
  half_open(net);
  (void)net_finish(&net->client, NULL);
}

static void destroyed(net_fixture *net) {
  open_half(net);
  weir_socket_destroy(net->client.socket, NULL);
}

/* SOC-25, SOC-30, SOC-31, SOC-32, SOC-56: the table of states. */
static void the_properties_tell_the_state(void **state) {
  (void)state;
  static const struct {
    const char *name;
    void (*reach)(net_fixture *net);
    const char *properties;
  } cases[] = {{"fresh", fresh, "[open pending -1]"},
               {"fresh after end()", fresh_ended, "[readOnly pending -1]"},
               {"connecting", connecting, "[opening connecting pending 3]"},
               {"connecting after end()", connecting_ended, "[opening connecting pending 3]"},
               {"open", open_half, "[open 0]"},
               {"after end()", ended, "[readOnly 0]"},
               {"finished", finished, "[readOnly 0]"},
               {"half-open", half_open, "[writeOnly 0]"},
               {"both ended", both_ended, "[closed 0]"},
               {"destroyed", destroyed, "[closed pending destroyed closed -1]"}};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    net_fixture *net = net_create();
    cases[i].reach(net);
    net_end seen = {.net = net, .socket = net->client.socket};
    note_state(&seen);
    net_expect(cases[i].name, &seen.log, cases[i].properties);
    net_free(net);
  }
}

/* SOC-30, SOC-57, SOC-58, SOC-60, CON-38: the state is final before a handler is told. */
static void the_state_is_final_when_an_event_is_told(void **state) {
  (void)state;
  static const struct {
    const char *at;
    const char *properties;
  } cases[] = {{"connect", "[open 0]"}, {"ready", "[open 0]"},
               {"e", "[readOnly 0]"},   {"finish", "[readOnly 0]"},
               {"end", "[closed 0]"},   {"close", "[closed pending destroyed closed -1]"}};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    char expected[128];
    net_fixture *net = net_create();
    net_listen(net, NET_IPV4, NULL);
    net->client.at = cases[i].at;
    net->client.act = note_state;
    net_connect(net, NET_IPV4, NULL, &net->client);
    net_settle(net);
    (void)net_finish(&net->client, "e");
    net_run_until(net, net_both_closed);
    (void)snprintf(expected, sizeof expected, "%s%s %s", cases[i].at,
                   strcmp(cases[i].at, "close") == 0 ? "(0)" : "", cases[i].properties);
    if (!strstr(net->client.log.text, expected))
      fail_msg("%s: %s", cases[i].at, net->client.log.text);
    net_free(net);
  }
}

/* SOC-32, CON-36: the same in 'error' of a socket that was destroyed with one. */
static void a_destroyed_socket_counts_as_closed_as_in_node(void **state) {
  (void)state;
  weir_error error = WEIR_ERROR_INIT;
  net_fixture *net = net_create();
  error.code = WEIR_EIO;
  net_open(net, NET_IPV4);
  net->client.at = "error";
  net->client.act = note_state;
  weir_socket_destroy(net->client.socket, &error);
  assert_true(weir_socket_closed(net->client.socket));
  assert_int_equal(weir_socket_errored(net->client.socket), WEIR_EIO);
  net_run_until(net, net_both_closed);
  net_expect("client", &net->client.log,
             "connect ready error(EIO) [closed pending destroyed closed -1] close(1)");
  net_free(net);
}

/* STR-23, STR-24, STR-27, SOC-16: the read and the write side, each with its end. */
static void each_side_tells_whether_it_has_ended(void **state) {
  (void)state;
  net_fixture *net = net_create();
  open_half(net);
  const weir_socket *s = net->client.socket;
  assert_true(weir_socket_readable(s) && weir_socket_writable(s));
  (void)net_finish(&net->client, NULL);
  assert_true(weir_socket_writable_ended(s));
  assert_false(weir_socket_writable_finished(s));
  assert_false(weir_socket_writable(s));
  net_settle(net);
  assert_true(weir_socket_writable_finished(s));
  assert_true(weir_socket_readable(s));
  assert_false(weir_socket_readable_ended(s));
  assert_true(weir_socket_readable_ended(net->peers[0].socket));
  assert_false(weir_socket_readable(net->peers[0].socket));
  assert_true(weir_socket_writable(net->peers[0].socket));
  net_free(net);
}

/* SOC-28, SOC-29, STR-21, SOC-46: counters and the peer's address are kept with a retained socket.
 */
static void a_retained_socket_keeps_its_counters_after_close(void **state) {
  (void)state;
  weir_address address;
  net_fixture *net = net_create();
  net_open(net, NET_IPV4);
  weir_socket *kept = weir_socket_retain(weir_socket_retain(net->client.socket));
  assert_ptr_equal(kept, net->client.socket);
  (void)net_write(&net->client, 0, 70, NULL);
  (void)net_write(&net->peers[0], 0, 30, NULL);
  net_settle(net);
  (void)net_finish(&net->client, NULL);
  net_run_until(net, net_both_closed);
  assert_int_equal(weir_socket_bytes_read(kept), 30);
  assert_int_equal(weir_socket_bytes_written(kept), 70);
  assert_int_equal(weir_socket_remote_address(kept, &address), WEIR_OK);
  assert_int_equal(address.port, net->port);
  assert_true(weir_socket_closed(kept));
  assert_int_equal(weir_socket_ready_state(kept), WEIR_READY_STATE_CLOSED);
  weir_socket_release(kept);
  assert_true(weir_socket_destroyed(kept));
  weir_socket_release(kept);
  net_free(net);
}

static weir_socket *retained;

static void retain_it(net_end *end) {
  retained = weir_socket_retain(end->socket);
}

/* SOC-20, STR-53: 'close' is the last place to hold on to a socket. */
static void a_socket_may_be_retained_in_its_close_handler(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_open(net, NET_IPV4);
  net->client.at = "close";
  net->client.act = retain_it;
  weir_socket_destroy(net->client.socket, NULL);
  net_run_until(net, net_both_closed);
  assert_true(weir_socket_closed(retained));
  assert_int_equal(weir_socket_write(retained, "a", 1, NULL, NULL), WEIR_ERR_STREAM_DESTROYED);
  weir_socket_release(retained);
  net_free(net);
}

static net_log refs; /* What has_ref() said in 'close', and behind it. */

static void note_ref(net_end *end) {
  net_note(&refs, "%d", weir_socket_has_ref(end->socket));
}

static void has_ref_says_what_was_said_last_until_it_is_closed(void **state) {
  (void)state;
  net_fixture *net = net_create();
  weir_connect_options target;
  weir_socket *socket;
  assert_int_equal(
      weir_socket_create(net->loop, NULL, &net_handlers, &net->client, &net->client.socket),
      WEIR_OK);
  socket = weir_socket_retain(net->client.socket);
  assert_true(weir_socket_has_ref(socket));
  /* It holds nothing yet: this returns. */
  assert_int_equal(weir_loop_run(net->loop, WEIR_RUN_DEFAULT), WEIR_OK);
  weir_socket_unref(socket);
  assert_false(weir_socket_has_ref(socket));
  weir_socket_ref(socket);
  net_listen(net, NET_IPV4, NULL);
  target = net_target(net, NET_IPV4);
  refs = (net_log){.length = 0};
  net->client.at = "close";
  net->client.act = note_ref;
  assert_int_equal(weir_socket_connect(socket, &target, NULL, NULL), WEIR_OK);
  net_settle(net);
  assert_true(weir_socket_has_ref(socket));
  weir_socket_destroy(socket, NULL);
  assert_true(weir_socket_has_ref(socket));
  net_settle(net);
  net_expect("in 'close'", &refs, "1");
  assert_false(weir_socket_has_ref(socket));
  net->client.socket = socket;
  net->client.closes = 0;
  assert_int_equal(weir_socket_connect(socket, &target, NULL, NULL), WEIR_OK);
  assert_true(weir_socket_has_ref(socket));
  weir_socket_release(socket);
  net_free(net);
}

/* SOC-48, SOC-49: flags, not counters; remembered before there is a connection. */
static void an_unreferenced_socket_lets_the_loop_end(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_listen(net, NET_IPV4, NULL);
  weir_server_unref(net->server.server);
  net_connect(net, NET_IPV4, NULL, &net->client);
  net_settle(net);
  weir_socket_unref(net->client.socket);
  weir_socket_unref(net->client.socket);
  assert_true(weir_loop_alive(net->loop));
  weir_socket_unref(net->peers[0].socket);
  assert_false(weir_loop_alive(net->loop));
  net_run(net);
  net_expect("client", &net->client.log, "connect ready");
  weir_socket_ref(net->client.socket);
  assert_true(weir_loop_alive(net->loop));
  weir_socket_destroy(net->client.socket, NULL);
  net_run(net);
  net_expect("client", &net->client.log, "connect ready close(0)");
  net_free(net);
}

/* SOC-49: a socket that was never connected does not hold the loop at all. */
static void a_fresh_socket_does_not_hold_the_loop(void **state) {
  (void)state;
  net_fixture *net = net_create();
  fresh(net);
  assert_false(weir_loop_alive(net->loop));
  net_run(net);
  net_free(net);
}

/* SRV-17, GEN-01: numbers and links. */
static void each_object_has_a_number_and_knows_its_loop(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_open(net, NET_IPV4);
  assert_int_not_equal(weir_socket_id(net->client.socket), weir_socket_id(net->peers[0].socket));
  assert_int_not_equal(weir_socket_id(net->client.socket), weir_server_id(net->server.server));
  assert_ptr_equal(weir_socket_loop(net->client.socket), net->loop);
  assert_ptr_equal(weir_server_loop(net->server.server), net->loop);
  assert_ptr_equal(weir_server_user(net->server.server), &net->server);
  assert_ptr_equal(weir_socket_user(net->client.socket), &net->client);
  assert_null(weir_socket_server(net->client.socket));
  assert_ptr_equal(weir_socket_server(net->peers[0].socket), net->server.server);
  net_free(net);
}

/* SOC-20, STR-53, SRV-18: freeing the loop tells everybody what is owed, once. */
static void freeing_the_loop_closes_what_is_alive(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_open(net, NET_PATH);
  net_end waiting = {.net = net};
  weir_socket_pause(net->peers[0].socket);
  (void)net_write(&net->client, 0, 4000000, "w1");
  (void)net_write(&net->client, 0, 5, "w2");
  (void)net_finish(&net->client, "e");
  net_connect(net, NET_PATH, NULL, &waiting);
  assert_int_equal(
      weir_server_close(net->server.server, net_server_called, net_server_tag(&net->server, "c")),
      WEIR_OK);
  assert_true(loop_fixture_close(&net->base));
  net_expect("client", &net->client.log,
             "connect ready w1:ECANCELED w2:ERR_STREAM_DESTROYED e:ERR_STREAM_DESTROYED close(0)");
  net_expect("peer", &net->peers[0].log, "close(0)");
  assert_int_equal(waiting.closes, 1);
  assert_int_equal(net->tags[3].calls, 1);
  assert_int_equal(loop_fixture_open(&net->base, NULL), WEIR_OK);
  net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_properties_tell_the_state),
      cmocka_unit_test(the_state_is_final_when_an_event_is_told),
      cmocka_unit_test(a_destroyed_socket_counts_as_closed_as_in_node),
      cmocka_unit_test(each_side_tells_whether_it_has_ended),
      cmocka_unit_test(a_retained_socket_keeps_its_counters_after_close),
      cmocka_unit_test(a_socket_may_be_retained_in_its_close_handler),
      cmocka_unit_test(has_ref_says_what_was_said_last_until_it_is_closed),
      cmocka_unit_test(an_unreferenced_socket_lets_the_loop_end),
      cmocka_unit_test(a_fresh_socket_does_not_hold_the_loop),
      cmocka_unit_test(each_object_has_a_number_and_knows_its_loop),
      cmocka_unit_test(freeing_the_loop_closes_what_is_alive),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
