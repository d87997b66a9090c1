/* The defaults of the process: what they are at first, what they take, and whom they reach. */
#include "conformance/clause.h"
#include "tests/support/net_fixture.h"

static int set_back(void **state) {
  (void)state;
  weir_set_default_auto_select_family(true);
  assert_int_equal(weir_set_default_auto_select_family_attempt_timeout(250), WEIR_OK);
  assert_int_equal(weir_set_default_high_water_mark(16384), WEIR_OK);
  return 0;
}

static void selection_is_on_and_gives_an_attempt_250_ms(void **state) {
  (void)state;
  CLAUSES("DEF-01", "DEF-02", "DEF-04", "DEF-05") {
    assert_true(weir_default_auto_select_family());
    assert_int_equal(weir_default_auto_select_family_attempt_timeout_ms(), 250);
  }
}

static void a_short_attempt_timeout_counts_as_10(void **state) {
  (void)state;
  CLAUSES("DEF-06", "DEF-07") {
    assert_int_equal(weir_set_default_auto_select_family_attempt_timeout(1), WEIR_OK);
    assert_int_equal(weir_default_auto_select_family_attempt_timeout_ms(), 10);
    assert_int_equal(weir_set_default_auto_select_family_attempt_timeout(0), WEIR_ERR_OUT_OF_RANGE);
    assert_int_equal(weir_set_default_auto_select_family_attempt_timeout(UINT32_MAX),
                     WEIR_ERR_OUT_OF_RANGE);
    assert_int_equal(weir_default_auto_select_family_attempt_timeout_ms(), 10);
    assert_int_equal(weir_set_default_auto_select_family_attempt_timeout(INT32_MAX), WEIR_OK);
    assert_int_equal(weir_default_auto_select_family_attempt_timeout_ms(), INT32_MAX);
  }
}

static weir_socket *make(net_fixture *net, const weir_socket_options *options) {
  weir_socket *socket = NULL;
  assert_int_equal(weir_socket_create(net->loop, options, NULL, NULL, &socket), WEIR_OK);
  return socket;
}

static void expect_marks(const weir_socket *socket, size_t readable, size_t writable) {
  assert_int_equal(weir_socket_readable_high_water_mark(socket), readable);
  assert_int_equal(weir_socket_writable_high_water_mark(socket), writable);
}

static void the_mark_reaches_sockets_that_are_made_afterwards(void **state) {
  (void)state;
  net_fixture *net = net_create();
  weir_socket_options one = WEIR_SOCKET_OPTIONS_INIT;
  one.readable_high_water_mark_bytes = 7;
  weir_socket *before = make(net, NULL);
  CLAUSES("DEF-08", "DEF-13") {
    assert_int_equal(weir_default_high_water_mark_bytes(), 16384);
    assert_int_equal(weir_set_default_high_water_mark(1000), WEIR_OK);
    assert_int_equal(weir_set_default_high_water_mark((size_t)INT32_MAX + 1),
                     WEIR_ERR_OUT_OF_RANGE);
    assert_int_equal(weir_default_high_water_mark_bytes(), 1000);
    weir_socket *after = make(net, NULL);
    weir_socket *half = make(net, &one);
    expect_marks(before, 16384, 16384);
    expect_marks(after, 1000, 1000);
    expect_marks(half, 7, 1000);
    weir_socket_destroy(after, NULL);
    weir_socket_destroy(half, NULL);
  }
  weir_socket_destroy(before, NULL);
  net_run(net);
  net_free(net);
}

static bool first_came(const net_fixture *net) {
  return net->peer_count == 1;
}

static void an_accepted_socket_has_the_mark_of_its_server(void **state) {
  (void)state;
  net_fixture *net = net_create();
  assert_int_equal(weir_set_default_high_water_mark(1000), WEIR_OK);
  net_listen(net, NET_IPV4, NULL);
  assert_int_equal(weir_set_default_high_water_mark(2000), WEIR_OK);
  net_connect(net, NET_IPV4, NULL, &net->client);
  net_run_until(net, first_came);
  CLAUSES("DEF-13") {
    expect_marks(net->client.socket, 2000, 2000);
    expect_marks(net->peers[0].socket, 1000, 1000);
  }
  net_stop_listening(net);
  weir_socket_destroy(net->client.socket, NULL);
  weir_socket_destroy(net->peers[0].socket, NULL);
  net_run(net);
  net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(selection_is_on_and_gives_an_attempt_250_ms, set_back),
      cmocka_unit_test_teardown(a_short_attempt_timeout_counts_as_10, set_back),
      cmocka_unit_test_teardown(the_mark_reaches_sockets_that_are_made_afterwards, set_back),
      cmocka_unit_test_teardown(an_accepted_socket_has_the_mark_of_its_server, set_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
