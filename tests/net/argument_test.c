/* NULL and what else makes no sense, for every function of sockets and servers: refused, or nothing
 * happens, and never a crash. */
#include "tests/support/net_fixture.h"

#include <string.h>

/* GEN-06: functions that return a code refuse. */
static void null_is_refused_by_functions_that_return_a_code(void **state) {
  (void)state;
  weir_address address;
  weir_peer_credentials credentials = WEIR_PEER_CREDENTIALS_INIT;
  weir_socket *socket = (weir_socket *)&address;
  weir_server *server = (weir_server *)&address;
  net_fixture *net = net_create();
  weir_connect_options target = WEIR_CONNECT_OPTIONS_INIT;
  weir_listen_options listen = WEIR_LISTEN_OPTIONS_INIT;
  target.port = 1;
  listen.port = 0;
  net_listen(net, NET_IPV4, NULL);
  net_connect(net, NET_IPV4, NULL, &net->client);
  weir_socket *real = net->client.socket;
  const weir_err results[] = {weir_socket_create(NULL, NULL, NULL, NULL, &socket),
                              weir_socket_create(net->loop, NULL, NULL, NULL, NULL),
                              weir_socket_connect(NULL, &target, NULL, NULL),
                              weir_socket_connect(real, NULL, NULL, NULL),
                              weir_connect(NULL, NULL, &target, NULL, NULL, &socket),
                              weir_connect(net->loop, NULL, NULL, NULL, NULL, &socket),
                              weir_connect(net->loop, NULL, &target, NULL, NULL, NULL),
                              weir_socket_set_handlers(NULL, NULL, NULL),
                              weir_socket_write(NULL, "a", 1, NULL, NULL),
                              weir_socket_write(real, NULL, 1, NULL, NULL),
                              weir_socket_write_owned(NULL, &address, 1, NULL, NULL, NULL),
                              weir_socket_write_owned(real, NULL, 1, NULL, NULL, NULL),
                              weir_socket_read(real, NULL, 1, &(size_t){0}),
                              weir_socket_read(real, &address, 1, NULL),
                              weir_socket_end(NULL, NULL, 0, NULL, NULL),
                              weir_socket_end(real, NULL, 1, NULL, NULL),
                              weir_socket_reset_and_destroy(NULL),
                              weir_socket_local_address(NULL, &address),
                              weir_socket_local_address(real, NULL),
                              weir_socket_remote_address(NULL, &address),
                              weir_socket_remote_address(real, NULL),
                              weir_socket_peer_credentials(NULL, &credentials),
                              weir_socket_peer_credentials(real, NULL),
                              weir_create_server(NULL, NULL, NULL, NULL, &server),
                              weir_create_server(net->loop, NULL, NULL, NULL, NULL),
                              weir_server_listen(NULL, &listen, NULL, NULL),
                              weir_server_listen(net->server.server, NULL, NULL, NULL),
                              weir_server_close(NULL, NULL, NULL),
                              weir_server_set_handlers(NULL, NULL, NULL),
                              weir_server_address(NULL, &address),
                              weir_server_address(net->server.server, NULL)};
  for (size_t i = 0; i < COUNT_OF(results); i++)
    if (results[i] != WEIR_ERR_INVALID_ARG_TYPE)
      fail_msg("call %zu returned %s", i, weir_err_name(results[i]));
  assert_null(socket);
  assert_null(server);
  net_settle(net);
  net_expect("unharmed", &net->client.log, "connect ready");
  net_free(net);
}

/* GEN-06: functions that return nothing do nothing, properties are zero. */
static void null_does_nothing_elsewhere(void **state) {
  (void)state;
  size_t length = 7;
  weir_socket_destroy(NULL, NULL);
  weir_socket_destroy_soon(NULL);
  weir_socket_release(NULL);
  weir_socket_cork(NULL);
  weir_socket_uncork(NULL);
  weir_socket_pause(NULL);
  weir_socket_resume(NULL);
  weir_socket_ref(NULL);
  weir_socket_unref(NULL);
  weir_socket_set_allow_half_open(NULL, true);
  weir_server_free(NULL);
  weir_server_ref(NULL);
  weir_server_unref(NULL);
  weir_server_release_connection(NULL);
  weir_lookup_set_cancel(NULL, NULL, NULL);
  weir_step_run(NULL);
  assert_null(weir_socket_retain(NULL));
  assert_null(weir_socket_user(NULL));
  assert_null(weir_socket_loop(NULL));
  assert_null(weir_socket_server(NULL));
  assert_null(weir_server_user(NULL));
  assert_null(weir_server_loop(NULL));
  assert_null(weir_server_path(NULL, &length));
  assert_int_equal(length, 0);
  assert_int_equal(weir_socket_id(NULL) + weir_server_id(NULL) + weir_server_connections(NULL), 0);
  assert_int_equal(weir_socket_bytes_read(NULL) + weir_socket_bytes_written(NULL), 0);
  assert_int_equal(weir_socket_readable_length(NULL) + weir_socket_writable_length(NULL), 0);
  assert_int_equal(weir_socket_readable_high_water_mark(NULL), 0);
  assert_int_equal(weir_socket_writable_high_water_mark(NULL), 0);
  assert_int_equal(weir_socket_writable_corked(NULL), 0);
  assert_int_equal(weir_socket_buffer_size(NULL), -1);
  assert_int_equal(weir_socket_fd(NULL), -1);
  assert_int_equal(weir_socket_errored(NULL), WEIR_OK);
  assert_int_equal(weir_socket_readable_flowing(NULL), WEIR_FLOW_INITIAL);
  assert_int_equal(weir_socket_ready_state(NULL), WEIR_READY_STATE_CLOSED);
}

/* GEN-06, SOC-32: the yes-or-no properties. */
static void null_has_no_property(void **state) {
  (void)state;
  assert_false(weir_socket_is_paused(NULL) || weir_socket_connecting(NULL));
  assert_false(weir_socket_pending(NULL) || weir_socket_destroyed(NULL));
  assert_false(weir_socket_closed(NULL) || weir_socket_readable(NULL));
  assert_false(weir_socket_writable(NULL) || weir_socket_readable_ended(NULL));
  assert_false(weir_socket_writable_ended(NULL) || weir_socket_writable_finished(NULL));
  assert_false(weir_socket_writable_need_drain(NULL) || weir_socket_allow_half_open(NULL));
  assert_false(weir_socket_has_ref(NULL) || weir_server_listening(NULL));
}

/* GEN-06, DEF-08, SRV-06: options that were not started from their INIT, and marks below -1. */
static void options_that_make_no_sense_are_refused(void **state) {
  (void)state;
  static const weir_socket_options no_size;
  static const weir_server_options no_server_size;
  static const weir_connect_options no_connect_size;
  static const weir_listen_options no_listen_size;
  static const weir_socket_handlers no_handlers_size;
  static const weir_server_handlers no_server_handlers_size;
  weir_socket_options marks[] = {WEIR_SOCKET_OPTIONS_INIT, WEIR_SOCKET_OPTIONS_INIT};
  weir_server_options mark = WEIR_SERVER_OPTIONS_INIT;
  weir_socket *socket = NULL;
  weir_server *server = NULL;
  net_fixture *net = net_create();
  weir_loop *loop = net->loop;
  marks[0].readable_high_water_mark_bytes = -2;
  marks[1].writable_high_water_mark_bytes = INT64_MIN;
  mark.high_water_mark_bytes = -2;
  for (size_t i = 0; i < COUNT_OF(marks); i++)
    assert_int_equal(weir_socket_create(loop, &marks[i], NULL, NULL, &socket),
                     WEIR_ERR_OUT_OF_RANGE);
  assert_int_equal(weir_create_server(loop, &mark, NULL, NULL, &server), WEIR_ERR_OUT_OF_RANGE);
  assert_int_equal(weir_socket_create(loop, &no_size, NULL, NULL, &socket),
                   WEIR_ERR_INVALID_ARG_VALUE);
  assert_int_equal(weir_socket_create(loop, NULL, &no_handlers_size, NULL, &socket),
                   WEIR_ERR_INVALID_ARG_VALUE);
  assert_int_equal(weir_create_server(loop, &no_server_size, NULL, NULL, &server),
                   WEIR_ERR_INVALID_ARG_VALUE);
  assert_int_equal(weir_create_server(loop, NULL, &no_server_handlers_size, NULL, &server),
                   WEIR_ERR_INVALID_ARG_VALUE);
  assert_int_equal(weir_connect(loop, NULL, &no_connect_size, NULL, NULL, &socket),
                   WEIR_ERR_INVALID_ARG_VALUE);
  assert_null(socket);
  assert_null(server);
  net_listen(net, NET_IPV4, NULL);
  net_stop_listening(net);
  assert_int_equal(weir_server_listen(net->server.server, &no_listen_size, NULL, NULL),
                   WEIR_ERR_INVALID_ARG_VALUE);
  net_run(net);
  net_free(net);
}

/* A struct of a newer header: taken if what is unknown in it is zero. */
typedef struct newer_options {
  weir_socket_options known;
  int64_t unknown;
} newer_options;

/* GEN-06: options grow at their end. */
static void longer_options_are_taken_if_the_rest_is_zero(void **state) {
  (void)state;
  newer_options options = {WEIR_SOCKET_OPTIONS_INIT, 0};
  weir_socket *socket = NULL;
  net_fixture *net = net_create();
  options.known.size = sizeof options;
  options.known.readable_high_water_mark_bytes = 77;
  assert_int_equal(weir_socket_create(net->loop, &options.known, NULL, NULL, &socket), WEIR_OK);
  assert_int_equal(weir_socket_readable_high_water_mark(socket), 77);
  weir_socket_destroy(socket, NULL);
  options.unknown = 1;
  assert_int_equal(weir_socket_create(net->loop, &options.known, NULL, NULL, &socket),
                   WEIR_ERR_INVALID_ARG_VALUE);
  net_run(net);
  net_free(net);
}

/* CON-06, CON-07, CON-10, CON-33: refused at once, and the socket is as fresh as before. */
static void connect_options_that_cannot_be_leave_the_socket_fresh(void **state) {
  (void)state;
  static const struct {
    int32_t port;
    const char *host;
    const char *local_address;
    int32_t local_port;
    int family;
    weir_err err;
  } cases[] = {{-1, NULL, NULL, -1, 0, WEIR_ERR_MISSING_ARGS},
               {65536, NULL, NULL, -1, 0, WEIR_ERR_SOCKET_BAD_PORT},
               {-2, NULL, NULL, -1, 0, WEIR_ERR_SOCKET_BAD_PORT},
               {1, "127.0.0.1", "localhost", -1, 0, WEIR_ERR_INVALID_IP_ADDRESS},
               {1, "127.0.0.1", "", -1, 0, WEIR_ERR_INVALID_IP_ADDRESS},
               {1, "127.0.0.1", NULL, 65536, 0, WEIR_ERR_SOCKET_BAD_PORT},
               {1, "127.0.0.1", NULL, -2, 0, WEIR_ERR_SOCKET_BAD_PORT},
               {1, "x.test", NULL, -1, 5, WEIR_ERR_INVALID_ARG_VALUE}};
  net_fixture *net = net_create();
  net_listen(net, NET_IPV4, NULL);
  net->client.net = net;
  assert_int_equal(
      weir_socket_create(net->loop, NULL, &net_handlers, &net->client, &net->client.socket),
      WEIR_OK);
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    weir_connect_options options = WEIR_CONNECT_OPTIONS_INIT;
    options.port = cases[i].port;
    options.host = cases[i].host;
    options.local_address = cases[i].local_address;
    options.local_port = cases[i].local_port;
    options.family = (weir_family)cases[i].family;
    assert_int_equal(weir_socket_connect(net->client.socket, &options, net_called,
                                         net_tag_of(&net->client, "never")),
                     cases[i].err);
    assert_false(weir_socket_connecting(net->client.socket));
    assert_int_equal(weir_socket_ready_state(net->client.socket), WEIR_READY_STATE_OPEN);
  }
  weir_connect_options good = net_target(net, NET_IPV4);
  assert_int_equal(weir_socket_connect(net->client.socket, &good, NULL, NULL), WEIR_OK);
  net_settle(net);
  net_expect("client", &net->client.log, "connect ready");
  net_free(net);
}

/* CON-40: a path wins; port and host are not even looked at. */
static void a_path_wins_over_a_port_that_cannot_be(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_listen(net, NET_PATH, NULL);
  weir_connect_options options = net_target(net, NET_PATH);
  options.port = 70000;
  options.host = "nonsense";
  net->client.net = net;
  assert_int_equal(
      weir_connect(net->loop, NULL, &options, &net_handlers, &net->client, &net->client.socket),
      WEIR_OK);
  net_settle(net);
  net_expect("client", &net->client.log, "connect ready");
  net_free(net);
}

/* SRV-02, SOC-33: objects without any handler live and die as others do. */
static void objects_without_handlers_work(void **state) {
  (void)state;
  net_fixture *net = net_create();
  weir_server *server = NULL;
  weir_socket *socket = NULL;
  weir_address address;
  weir_listen_options listen = WEIR_LISTEN_OPTIONS_INIT;
  listen.port = 0;
  listen.host = "127.0.0.1";
  assert_int_equal(weir_create_server(net->loop, NULL, NULL, NULL, &server), WEIR_OK);
  assert_int_equal(weir_server_listen(server, &listen, NULL, NULL), WEIR_OK);
  assert_int_equal(weir_server_address(server, &address), WEIR_OK);
  net->port = address.port;
  weir_connect_options target = net_target(net, NET_IPV4);
  assert_int_equal(weir_connect(net->loop, NULL, &target, NULL, NULL, &socket), WEIR_OK);
  net_settle(net);
  assert_int_equal(weir_server_connections(server), 1);
  assert_int_equal(weir_socket_end(socket, NULL, 0, NULL, NULL), WEIR_OK);
  net_settle(net);
  assert_int_equal(weir_server_connections(server), 0);
  assert_int_equal(weir_server_close(server, NULL, NULL), WEIR_OK);
  net_run(net);
  net_free(net);
}

/* DEF-06, DEF-07, DEF-13: defaults of the process, and what is out of their range. */
static void defaults_hold_for_what_is_made_since(void **state) {
  (void)state;
  net_fixture *net = net_create();
  weir_socket *socket = NULL;
  size_t mark = weir_default_high_water_mark_bytes();
  uint32_t ms = weir_default_auto_select_family_attempt_timeout_ms();
  assert_int_equal(weir_set_default_high_water_mark((size_t)INT32_MAX + 1), WEIR_ERR_OUT_OF_RANGE);
  assert_int_equal(weir_set_default_high_water_mark(SIZE_MAX), WEIR_ERR_OUT_OF_RANGE);
  assert_int_equal(weir_default_high_water_mark_bytes(), mark);
  assert_int_equal(weir_set_default_high_water_mark(1000), WEIR_OK);
  assert_int_equal(weir_socket_create(net->loop, NULL, NULL, NULL, &socket), WEIR_OK);
  assert_int_equal(weir_set_default_high_water_mark(mark), WEIR_OK);
  assert_int_equal(weir_socket_readable_high_water_mark(socket), 1000);
  assert_int_equal(weir_socket_writable_high_water_mark(socket), 1000);
  assert_int_equal(weir_set_default_auto_select_family_attempt_timeout(0), WEIR_ERR_OUT_OF_RANGE);
  assert_int_equal(weir_set_default_auto_select_family_attempt_timeout((uint32_t)INT32_MAX + 1),
                   WEIR_ERR_OUT_OF_RANGE);
  assert_int_equal(weir_default_auto_select_family_attempt_timeout_ms(), ms);
  weir_socket_destroy(socket, NULL);
  net_run(net);
  net_free(net);
}

static void answer_three(weir_lookup *lookup, const char *host, const weir_lookup_options *options,
                         void *user) {
  weir_address addresses[3] = {0};
  (void)host;
  (void)options;
  (void)user;
  (void)weir_address_parse("127.0.0.9", 9, 0, &addresses[0]);
  (void)weir_address_parse("127.0.0.8", 9, 0, &addresses[1]);
  (void)weir_address_parse("127.0.0.1", 9, 0, &addresses[2]);
  (void)weir_lookup_answer(lookup, NULL, addresses, 3);
}

/* What lies behind a table of the first header is not looked at. */
static void a_shorter_table_of_handlers_is_taken(void **state) {
  (void)state;
  net_fixture *net = net_create();
  struct {
    weir_socket_handlers table;
  } told = {net_handlers};
  memset((char *)&told.table + offsetof(weir_socket_handlers, on_timeout), 0x5a,
         sizeof told.table - offsetof(weir_socket_handlers, on_timeout));
  told.table.size = offsetof(weir_socket_handlers, on_timeout);
  net_listen(net, NET_IPV4, NULL);
  weir_connect_options target = net_target(net, NET_IPV4);
  target.host = "x.test";
  target.lookup = answer_three;
  net->client.net = net;
  assert_int_equal(
      weir_connect(net->loop, NULL, &target, &told.table, &net->client, &net->client.socket),
      WEIR_OK);
  assert_int_equal(
      weir_socket_set_timeout(net->client.socket, 1, net_called, net_tag_of(&net->client, "t")),
      WEIR_OK);
  while (!net_was_told(&net->client.log, "t") || !net_was_told(&net->client.log, "ready"))
    net_settle(net);
  told.table.size--;
  assert_int_equal(weir_socket_set_handlers(net->client.socket, &told.table, NULL),
                   WEIR_ERR_INVALID_ARG_VALUE);
  (void)weir_socket_set_handlers(net->client.socket, &net_handlers, &net->client);
  net_free(net);
}

static void a_freed_server_refuses(net_server *server) {
  weir_listen_options listen = WEIR_LISTEN_OPTIONS_INIT;
  weir_server *freed = server->server;
  listen.port = 0;
  weir_server_free(freed);
  weir_server_free(freed);
  net_note(&server->log, "%s", weir_err_name(weir_server_close(freed, NULL, NULL)));
  net_note(&server->log, "%s", weir_err_name(weir_server_listen(freed, &listen, NULL, NULL)));
  net_note(&server->log, "%s", weir_err_name(weir_server_set_handlers(freed, NULL, NULL)));
}

/* GEN-06 */
static void nothing_is_asked_of_a_server_that_is_freed(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net->server.at = "listening";
  net->server.act = a_freed_server_refuses;
  net_listen(net, NET_IPV4, NULL);
  net_run(net);
  net_expect("server", &net->server.log,
             "listening ERR_INVALID_ARG_TYPE ERR_INVALID_ARG_TYPE ERR_INVALID_ARG_TYPE");
  net_free(net);
}

/* A backend without descriptors says so, and its sockets have none. */
static void descriptors_are_refused_where_there_are_none(void **state) {
  (void)state;
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  weir_socket *socket;
  intptr_t fd;
  net_fixture *net = net_create();
  net_open(net, NET_IPV4);
  bool none = loop_fixture_is_sim(&net->base);
  assert_int_equal(weir_socket_fd(net->client.socket) == -1, none);
  if (none) {
    options.fd = 0;
    assert_int_equal(weir_socket_create(net->loop, &options, NULL, NULL, &socket), WEIR_ENOTSUP);
    assert_int_equal(weir_socket_detach(net->client.socket, &fd), WEIR_ENOTSUP);
    assert_int_equal(weir_socket_write_fd(net->client.socket, 0, "x", 1, NULL, NULL), WEIR_ENOTSUP);
    weir_listen_options listen = WEIR_LISTEN_OPTIONS_INIT;
    listen.fd = 0;
    weir_server_close(net->server.server, NULL, NULL);
    assert_int_equal(weir_server_listen(net->server.server, &listen, NULL, NULL), WEIR_OK);
    net_settle(net);
    assert_int_equal(net->server.error, WEIR_ENOTSUP);
  }
  net_write(&net->client, 0, 1, NULL);
  net_settle(net);
  net_expect("works", &net->peers[0].log, "data(1)");
  net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(null_is_refused_by_functions_that_return_a_code),
      cmocka_unit_test(null_does_nothing_elsewhere),
      cmocka_unit_test(null_has_no_property),
      cmocka_unit_test(options_that_make_no_sense_are_refused),
      cmocka_unit_test(longer_options_are_taken_if_the_rest_is_zero),
      cmocka_unit_test(connect_options_that_cannot_be_leave_the_socket_fresh),
      cmocka_unit_test(a_path_wins_over_a_port_that_cannot_be),
      cmocka_unit_test(objects_without_handlers_work),
      cmocka_unit_test(defaults_hold_for_what_is_made_since),
      cmocka_unit_test(a_shorter_table_of_handlers_is_taken),
      cmocka_unit_test(nothing_is_asked_of_a_server_that_is_freed),
      cmocka_unit_test(descriptors_are_refused_where_there_are_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
