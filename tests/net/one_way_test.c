/* A connection of which one direction is not there, as with a pipe that was made for one: that side
 * has ended when it is connected. What the backend would say of such a pipe is put into its mouth
 * here, over TCP, so that every backend shows it. */
#include "tests/support/net_fixture.h"

#include "weir/backend.h"

static weir_backend_ops ops;
static const weir_backend_ops *below;
static bool receives_nothing, sends_nothing;
static const weir_handle *connected; /* The client's. */
static unsigned receives;            /* Of it. */

static void submit(weir_backend *backend, weir_op *op) {
  if (op->kind == WEIR_OP_CONNECT) {
    weir_connect_op *connect = (weir_connect_op *)(void *)op;
    assert_false(connect->receives_nothing || connect->sends_nothing);
    connect->receives_nothing = receives_nothing;
    connect->sends_nothing = sends_nothing;
    connected = op->handle;
  }
  if (op->kind == WEIR_OP_RECEIVE && op->handle == connected) receives++;
  below->submit(backend, op);
}

static ptrdiff_t try_send(weir_backend *backend, weir_handle *handle, const weir_slice *slices,
                          size_t count) {
  if (handle == connected && sends_nothing) return -(ptrdiff_t)WEIR_EPIPE;
  return below->try_send(backend, handle, slices, count);
}

static net_fixture *create(bool receives_none, bool sends_none) {
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  below = weir_backend_find(loop_fixture_backend_name());
  ops = *below;
  ops.submit = submit;
  ops.try_send = try_send;
  receives_nothing = receives_none;
  sends_nothing = sends_none;
  connected = NULL;
  receives = 0;
  options.custom_backend = &ops;
  return net_create_with(&options);
}

/* To a server that may be sent to when it has met the end. */
static void begin(net_fixture *net, bool half_open) {
  weir_server_options server = WEIR_SERVER_OPTIONS_INIT;
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  server.allow_half_open = true;
  options.allow_half_open = half_open;
  net_listen(net, NET_IPV4, &server);
  net_connect(net, NET_IPV4, &options, &net->client);
}

static bool both_open(const net_fixture *net) {
  return net->peer_count > 0 && net_was_told(&net->client.log, "ready");
}

static bool client_finished(const net_fixture *net) {
  return net->peer_count > 0 && net_was_told(&net->client.log, "finish");
}

static bool client_ended(const net_fixture *net) {
  return net->peer_count > 0 && net_was_told(&net->client.log, "end");
}

static weir_ready_state seen;

static void see(net_end *end) {
  seen = weir_socket_ready_state(end->socket);
}

static void what_only_receives_has_finished(void **state) {
  (void)state;
  net_fixture *net = create(false, true);
  begin(net, false);
  net->client.at = "connect";
  net->client.act = see;
  net_run_until(net, client_finished);
  assert_int_equal(seen, WEIR_READY_STATE_READ_ONLY);
  assert_int_equal(net_write(&net->peers[0], 0, 5, NULL), WEIR_OK);
  assert_int_equal(net_finish(&net->peers[0], NULL), WEIR_OK);
  net_run_until(net, net_both_closed);
  net_expect("client", &net->client.log, "connect ready finish data(5) end close(0)");
  net_free(net);
}

static void what_is_written_where_nothing_is_sent_fails(void **state) {
  (void)state;
  net_fixture *net = create(false, true);
  begin(net, false);
  assert_int_equal(net_write(&net->client, 0, 5, "w"), WEIR_OK);
  net_run_until(net, net_client_closed);
  net_expect("before", &net->client.log, "connect ready w:EPIPE error(EPIPE) close(1)");
  assert_string_equal(net->client.message, "write EPIPE");
  net_free(net);
  net = create(false, true);
  begin(net, false);
  net_run_until(net, both_open);
  assert_int_equal(net_write(&net->client, 0, 5, "w"), WEIR_ERR_STREAM_WRITE_AFTER_END);
  net_run_until(net, net_client_closed);
  assert_int_equal(net->client.error, WEIR_ERR_STREAM_WRITE_AFTER_END);
  net_free(net);
}

/* Of the client, whose end it waits for; nothing was asked for. */
static void expect_five_sent(net_fixture *net, const char *log) {
  net_run_until(net, net_client_closed);
  net_expect("client", &net->client.log, log);
  assert_int_equal(receives, 0);
  net_settle(net);
  assert_int_equal(net->peers[0].received, 5);
  net_free(net);
}

static void what_only_sends_has_met_the_end(void **state) {
  (void)state;
  net_fixture *net = create(true, false);
  begin(net, true);
  net_run_until(net, client_ended);
  assert_int_equal(weir_socket_ready_state(net->client.socket), WEIR_READY_STATE_WRITE_ONLY);
  assert_int_equal(net_write(&net->client, 0, 5, "w"), WEIR_OK);
  assert_int_equal(net_finish(&net->client, "e"), WEIR_OK);
  expect_five_sent(net, "connect ready end w e finish close(0)");
}

static void resume(net_end *end) {
  weir_socket_resume(end->socket);
}

/* Unless it may stay half open it ends behind that, with all that was written meanwhile. */
static void and_ends_unless_it_may_be_half_open(void **state) {
  (void)state;
  net_fixture *net = create(true, false);
  begin(net, false);
  net->client.at = "connect";
  net->client.act = resume;
  assert_int_equal(net_write(&net->client, 0, 5, "w"), WEIR_OK);
  expect_five_sent(net, "connect ready end w finish close(0)");
}

static void pause(net_end *end) {
  weir_socket_pause(end->socket);
}

static void its_end_waits_for_nobody(void **state) {
  (void)state;
  net_fixture *net = create(true, false);
  begin(net, true);
  net->client.at = "connect";
  net->client.act = pause;
  net_run_until(net, client_ended);
  assert_int_equal(receives, 0);
  net_free(net);
}

/* The next connection of the same socket has both. */
static void another_connection_has_both(void **state) {
  (void)state;
  for (unsigned i = 1; i < 4; i++) {
    net_fixture *net = create((i & 1) != 0, (i & 2) != 0);
    begin(net, false);
    weir_socket *socket = weir_socket_retain(net->client.socket);
    net_run_until(net, both_open);
    weir_socket_destroy(socket, NULL);
    net_run_until(net, net_client_closed);
    weir_connect_options to = net_target(net, NET_IPV4);
    receives_nothing = sends_nothing = false;
    receives = 0;
    net->client = (net_end){.net = net, .socket = socket};
    assert_int_equal(weir_socket_connect(socket, &to, NULL, NULL), WEIR_OK);
    net_run_until(net, both_open);
    assert_int_equal(weir_socket_ready_state(socket), WEIR_READY_STATE_OPEN);
    assert_true(receives > 0);
    weir_socket_destroy(socket, NULL);
    net_run_until(net, net_client_closed);
    weir_socket_release(socket);
    net_free(net);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_only_receives_has_finished),
      cmocka_unit_test(what_is_written_where_nothing_is_sent_fails),
      cmocka_unit_test(what_only_sends_has_met_the_end),
      cmocka_unit_test(and_ends_unless_it_may_be_half_open),
      cmocka_unit_test(its_end_waits_for_nobody),
      cmocka_unit_test(another_connection_has_both),
  };
  return cmocka_run_group_tests_name("one way", tests, NULL, NULL);
}
