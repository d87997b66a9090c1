/* The block list of a socket: which connects it refuses, how that is told, and that nothing is left
 * of them. A backend that counts transports stands before the one under test. */
#include "conformance/clause.h"
#include "tests/support/net_fixture.h"

#include "weir/backend.h"

#include <stdio.h>
#include <string.h>

static weir_backend_ops ops;
static const weir_backend_ops *inner;
static unsigned transports; /* Made since the last look. */

static weir_err count_create(weir_backend *backend, weir_handle *handle, weir_transport transport,
                             weir_family family) {
  transports++;
  return inner->create(backend, handle, transport, family);
}

/* What a resolver of the test's answers. */
static const char *const *answers;
static size_t answer_count;
static net_fixture *answering;

static void answer(weir_lookup *lookup, const char *host, const weir_lookup_options *options,
                   void *user) {
  weir_address addresses[4] = {{0}};
  (void)host;
  (void)options;
  (void)user;
  for (size_t i = 0; i < answer_count; i++)
    (void)weir_address_parse(answers[i], strlen(answers[i]), 0, &addresses[i]);
  (void)weir_lookup_answer(lookup, NULL, addresses, answer_count);
}

static net_fixture *create(void) {
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  inner = weir_backend_find(loop_fixture_backend_name());
  ops = *inner;
  ops.create = count_create;
  options.custom_backend = &ops;
  options.lookup = answer;
  answering = net_create_with(&options);
  net_listen(answering, NET_IPV4, NULL);
  transports = 0;
  return answering;
}

static net_log told; /* Of family selection. */
static size_t parts;
static size_t attempted;
static char part_message[128];

static void note_at(const char *what, const weir_address *address) {
  char text[WEIR_ADDRESS_TEXT_SIZE];
  (void)weir_address_format(address, text, sizeof text);
  net_note(&told, "%s(%s)", what, text);
}

static void on_attempt(weir_socket *socket, const weir_address *address, void *user) {
  (void)socket;
  (void)user;
  note_at("attempt", address);
}

static void on_failed(weir_socket *socket, const weir_address *address, const weir_error *error,
                      void *user) {
  (void)socket;
  (void)user;
  note_at(weir_err_name(error->code), address);
}

static void on_error(weir_socket *socket, const weir_error *error, void *user) {
  net_handlers.on_error(socket, error, user);
  attempted = weir_socket_auto_select_family_attempted_addresses(socket, NULL, 0);
  parts = error->error_count;
  if (parts > 0) (void)weir_error_message(error->errors[0], part_message, sizeof part_message);
}

/* Connects with a block list and runs until that has come to an end. */
static void try_to_connect(net_fixture *net, const char *rules, const char *host) {
  weir_socket_handlers table = net_handlers;
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  weir_connect_options target = net_target(net, NET_IPV4);
  weir_block_filter *filter = net_filter_of(rules);
  static weir_socket_handlers kept;
  table.on_connection_attempt = on_attempt;
  table.on_connection_attempt_failed = on_failed;
  table.on_error = on_error;
  kept = table;
  options.block_list = filter;
  target.host = host;
  target.auto_select_family = WEIR_YES;
  told = (net_log){.length = 0};
  parts = attempted = 0;
  assert_int_equal(
      weir_connect(net->loop, &options, &target, &kept, &net->client, &net->client.socket),
      WEIR_OK);
  weir_block_filter_release(filter); /* The socket has its own. */
  assert_string_equal(net->client.log.text, "");
  net_settle(net);
}

static void a_blocked_address_is_refused_and_told_later(void **state) {
  (void)state;
  static const char *const hosts[] = {"127.0.0.1", "::ffff:127.0.0.1", "::ffff:7f00:1"};
  char expected[128];
  for (size_t i = 0; i < COUNT_OF(hosts); i++) {
    net_fixture *net = create();
    try_to_connect(net, "127.0.0.0/8", hosts[i]);
    net_expect(hosts[i], &net->client.log, "error(ERR_IP_BLOCKED) close(1)");
    assert_string_equal(net->client.syscall, "connect");
    assert_int_equal(net->client.full.address.port, net->port);
    (void)snprintf(expected, sizeof expected, "IP(%s) is blocked by net.BlockList",
                   i == 0 ? "127.0.0.1" : "::ffff:127.0.0.1");
    assert_string_equal(net->client.message, expected);
    assert_int_equal(transports, 0);
    assert_int_equal(net->peer_count, 0);
    net_free(net);
  }
  assert_string_equal(weir_err_text(WEIR_ERR_IP_BLOCKED), "IP is blocked by net.BlockList");
}

static void another_address_is_reached(void **state) {
  (void)state;
  net_fixture *net = create();
  try_to_connect(net, "127.0.0.2\n::1", "127.0.0.1");
  net_expect("another", &net->client.log, "connect ready");
  net_free(net);
}

static void a_name_that_leads_to_one_blocked_address(void **state) {
  (void)state;
  static const char *const one[] = {"127.0.0.1"};
  net_fixture *net = create();
  answers = one;
  answer_count = 1;
  try_to_connect(net, "127.0.0.1", "one.test");
  assert_true(net_was_told(&net->client.log, "error(ERR_IP_BLOCKED)"));
  assert_int_equal(transports, 0);
  net_expect("no selection", &told, "");
  net_free(net);
}

static void family_selection_goes_on_with_the_next(void **state) {
  (void)state;
  static const char *const three[] = {"127.0.0.9", "::ffff:127.0.0.8", "127.0.0.1"};
  net_fixture *net = create();
  answers = three;
  answer_count = 3;
  try_to_connect(net, "127.0.0.8\n127.0.0.9", "three.test");
  assert_true(net_was_told(&net->client.log, "connect"));
  net_expect("attempts", &told,
             "ERR_IP_BLOCKED(127.0.0.9) ERR_IP_BLOCKED(::ffff:127.0.0.8) attempt(127.0.0.1)");
  assert_int_equal(transports, 1);
  net_free(net);
}

static void all_are_blocked(void **state) {
  (void)state;
  static const char *const two[] = {"127.0.0.1", "::1"};
  net_fixture *net = create();
  answers = two;
  answer_count = 2;
  try_to_connect(net, "127.0.0.1\n::1", "two.test");
  assert_true(net_was_told(&net->client.log, "error(ERR_IP_BLOCKED)"));
  net_expect("attempts", &told, "ERR_IP_BLOCKED(127.0.0.1) ERR_IP_BLOCKED(::1)");
  assert_int_equal(parts, 2);
  assert_int_equal(attempted, 0);
  assert_string_equal(part_message, "IP(127.0.0.1) is blocked by net.BlockList");
  assert_int_equal(transports, 0);
  net_free(net);
}

static void one_is_blocked_and_one_fails(void **state) {
  (void)state;
  static const char *const two[] = {"127.0.0.9", "127.0.0.1"};
  net_fixture *net = create();
  answers = two;
  answer_count = 2;
  try_to_connect(net, "127.0.0.1", "two.test");
  assert_true(net_was_told(&net->client.log, "error(ECONNREFUSED)"));
  net_expect("attempts", &told,
             "attempt(127.0.0.9) ECONNREFUSED(127.0.0.9) ERR_IP_BLOCKED(127.0.0.1)");
  assert_int_equal(parts, 2);
  assert_int_equal(attempted, 1);
  net_free(net);
}

static void end_it(weir_socket *socket, const weir_address *address, const weir_error *error,
                   void *user) {
  on_failed(socket, address, error, user);
  weir_socket_destroy(socket, NULL);
}

static void who_is_told_may_end_it(void **state) {
  (void)state;
  static const char *const two[] = {"127.0.0.9", "127.0.0.1"};
  static const weir_socket_handlers ending = {.size = sizeof(weir_socket_handlers),
                                              .on_connection_attempt = on_attempt,
                                              .on_connection_attempt_failed = end_it};
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  net_fixture *net = create();
  weir_connect_options target = net_target(net, NET_IPV4);
  weir_socket *socket;
  answers = two;
  answer_count = 2;
  options.block_list = net_filter_of("127.0.0.9");
  target.host = "two.test";
  told = (net_log){.length = 0};
  assert_int_equal(weir_connect(net->loop, &options, &target, &ending, NULL, &socket), WEIR_OK);
  weir_block_filter_release(options.block_list);
  net_settle(net);
  net_expect("attempts", &told, "ERR_IP_BLOCKED(127.0.0.9)");
  assert_int_equal(transports, 0);
  net_free(net);
}

static void it_stays_when_the_socket_connects_again(void **state) {
  (void)state;
  net_fixture *net = create();
  try_to_connect(net, "127.0.0.9", "127.0.0.1");
  weir_socket *socket = weir_socket_retain(net->client.socket);
  weir_socket_destroy(socket, NULL);
  net_settle(net);
  weir_connect_options target = net_target(net, NET_IPV4);
  target.host = "127.0.0.9";
  net->client.log = (net_log){.length = 0};
  net->client.closes = 0;
  net->client.socket = socket;
  transports = 0;
  assert_int_equal(weir_socket_connect(socket, &target, NULL, NULL), WEIR_OK);
  net_settle(net);
  net_expect("again", &net->client.log, "error(ERR_IP_BLOCKED) close(1)");
  assert_int_equal(transports, 0);
  weir_socket_release(socket);
  net_free(net);
}

static void a_path_has_no_address(void **state) {
  (void)state;
  net_fixture *net = net_create();
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  options.block_list = net_filter_of("0.0.0.0/0\n::/0");
  net_open_with(net, NET_PATH, &options, NULL, NULL);
  weir_block_filter_release(options.block_list);
  net_free(net);
}

/* Whatever allocation fails, the socket holds the filter or does not: ASan and valgrind see it. */
static void without_memory_it_is_let_go(void **state) {
  (void)state;
  net_fixture *net = create();
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  weir_socket *socket = NULL;
  options.block_list = net_filter_of("127.0.0.1");
  weir_err err = WEIR_ENOMEM;
  for (size_t i = 1; err == WEIR_ENOMEM; i++) {
    loop_fixture_fail_at(&net->base, i);
    err = weir_socket_create(net->loop, &options, NULL, NULL, &socket);
    if (err != WEIR_OK) assert_null(socket);
  }
  loop_fixture_fail_at(&net->base, 0);
  assert_int_equal(err, WEIR_OK);
  weir_socket_destroy(socket, NULL);
  net_settle(net);
  weir_block_filter_release(options.block_list);
  net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_blocked_address_is_refused_and_told_later),
      cmocka_unit_test(another_address_is_reached),
      cmocka_unit_test(a_name_that_leads_to_one_blocked_address),
      cmocka_unit_test(family_selection_goes_on_with_the_next),
      cmocka_unit_test(all_are_blocked),
      cmocka_unit_test(one_is_blocked_and_one_fails),
      cmocka_unit_test(who_is_told_may_end_it),
      cmocka_unit_test(it_stays_when_the_socket_connects_again),
      cmocka_unit_test(a_path_has_no_address),
      cmocka_unit_test(without_memory_it_is_let_go),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
