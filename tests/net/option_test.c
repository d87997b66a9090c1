/* No-delay, keep-alive and type of service: what the backend is told, and when. A backend that
 * notes it stands before the one under test. */
#include "conformance/clause.h"
#include "tests/support/net_fixture.h"

#include "weir/backend.h"

#include <string.h>

static weir_backend_ops ops;
static const weir_backend_ops *inner;
static net_log asked; /* "delay0", "alive1:5", with "!" behind it if it failed */

static weir_err note_no_delay(weir_backend *backend, weir_handle *handle, bool no_delay) {
  weir_err err = inner->set_no_delay(backend, handle, no_delay);
  net_note(&asked, "nodelay%d%s", no_delay, err == WEIR_OK ? "" : "!");
  return err;
}

static weir_err note_keep_alive(weir_backend *backend, weir_handle *handle, bool keep_alive,
                                uint32_t delay_s, uint32_t interval_s, uint32_t count) {
  weir_err err = inner->set_keep_alive(backend, handle, keep_alive, delay_s, interval_s, count);
  net_note(&asked, "alive%d:%u%s", keep_alive, (unsigned)delay_s, err == WEIR_OK ? "" : "!");
  /* Node's are not worth a word. */
  if (interval_s != 1 || count != 10)
    net_note(&asked, "probes%u:%u", (unsigned)interval_s, (unsigned)count);
  return err;
}

static weir_err note_type_of_service(weir_backend *backend, weir_handle *handle, int tos) {
  weir_err err = inner->set_type_of_service(backend, handle, tos);
  /* Windows has no such setting, and says so. */
  bool without = strcmp(inner->name, "iocp") == 0;
  net_note(&asked, "tos%d%s", tos, err == (without ? WEIR_ENOTSUP : WEIR_OK) ? "" : "!");
  return err;
}

static net_fixture *create(void) {
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  inner = weir_backend_find(loop_fixture_backend_name());
  ops = *inner;
  ops.set_no_delay = note_no_delay;
  ops.set_keep_alive = note_keep_alive;
  ops.set_type_of_service = note_type_of_service;
  options.custom_backend = &ops;
  asked = (net_log){.length = 0};
  return net_create_with(&options);
}

/* What was asked up to now, from the beginning or the last call on. */
static void expect_asked(const char *what, const char *expected) {
  net_expect(what, &asked, expected);
  asked = (net_log){.length = 0};
}

static void without_settings_nothing_is_asked(void **state) {
  (void)state;
  net_fixture *net = create();
  CLAUSES("OPT-02", "DEF-11") {
    net_open(net, NET_IPV4);
    expect_asked("connect and accept", "");
  }
  net_free(net);
}

static net_log seen; /* What had been asked when an event came. */

static void look(net_end *end) {
  (void)end;
  seen = asked;
}

static void options_are_set_before_connect_is_told(void **state) {
  (void)state;
  net_fixture *net = create();
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  options.no_delay = true;
  options.keep_alive = true;
  options.keep_alive_initial_delay_ms = 1500;
  net->client.at = "connect";
  net->client.act = look;
  CLAUSES("CON-22", "CON-23", "CON-24", "CON-25") {
    net_open_with(net, NET_IPV4, &options, NULL, NULL);
    assert_string_equal(seen.text, "nodelay1 alive1:1");
    expect_asked("once", "nodelay1 alive1:1");
  }
  net_free(net);
}

static void a_delay_alone_sets_nothing(void **state) {
  (void)state;
  net_fixture *net = create();
  weir_socket_options client = WEIR_SOCKET_OPTIONS_INIT;
  weir_server_options server = WEIR_SERVER_OPTIONS_INIT;
  client.keep_alive_initial_delay_ms = server.keep_alive_initial_delay_ms = 5000;
  CLAUSES("CON-24", "SRV-12") {
    net_open_with(net, NET_IPV4, &client, &server, NULL);
    expect_asked("connect and accept", "");
    assert_int_equal(weir_socket_set_keep_alive(net->client.socket, true, 5999), WEIR_OK);
    expect_asked("with the same delay", "alive1:5");
  }
  net_free(net);
}

static void what_is_set_before_there_is_a_connection_is_remembered(void **state) {
  (void)state;
  net_fixture *net = create();
  net_end *end = &net->client;
  net_listen(net, NET_IPV4, NULL);
  weir_connect_options target = net_target(net, NET_IPV4);
  assert_int_equal(weir_socket_create(net->loop, NULL, &net_handlers, end, &end->socket), WEIR_OK);
  CLAUSES("OPT-03", "OPT-09") {
    assert_int_equal(weir_socket_set_no_delay(end->socket, true), WEIR_OK);
    assert_int_equal(weir_socket_set_no_delay(end->socket, false), WEIR_OK);
    assert_int_equal(weir_socket_set_keep_alive(end->socket, true, 9000), WEIR_OK);
    assert_int_equal(weir_socket_set_keep_alive(end->socket, true, 2999), WEIR_OK);
    expect_asked("without a connection", "");
    assert_int_equal(weir_socket_connect(end->socket, &target, NULL, NULL), WEIR_OK);
    expect_asked("connecting", "");
    net_settle(net);
    net_expect("connected", &end->log, "connect ready");
    expect_asked("connected", "alive1:2");
  }
  net_free(net);
}

static void while_connecting_it_is_set_at_once_and_again(void **state) {
  (void)state;
  net_fixture *net = create();
  net_listen(net, NET_IPV4, NULL);
  net_connect(net, NET_IPV4, NULL, &net->client);
  CLAUSES("OPT-03", "OPT-09") {
    assert_int_equal(weir_socket_set_no_delay(net->client.socket, true), WEIR_OK);
    assert_int_equal(weir_socket_set_no_delay(net->client.socket, true), WEIR_OK);
    assert_int_equal(weir_socket_set_keep_alive(net->client.socket, true, 1000), WEIR_OK);
    expect_asked("connecting", "nodelay1 alive1:1");
    net_settle(net);
    expect_asked("connected", "nodelay1 alive1:1");
  }
  net_free(net);
}

static void only_changes_reach_the_system(void **state) {
  (void)state;
  net_fixture *net = create();
  net_open(net, NET_IPV4);
  weir_socket *socket = net->client.socket;
  static const struct {
    bool on;
    uint32_t delay_ms;
    const char *expected;
  } rows[] = {
      {false, 0, ""},           {true, 0, "alive1:0"},    {true, 999, ""},
      {true, 1000, "alive1:1"}, {true, 1999, ""},         {false, 7000, "alive0:7"},
      {false, 3000, ""},        {true, 7000, "alive1:7"}, {true, 0, "alive1:0"},
  };
  CLAUSES("OPT-01", "OPT-04", "OPT-05", "OPT-07", "OPT-08") {
    static const bool no_delays[] = {false, true, true, false, true};
    for (size_t i = 0; i < COUNT_OF(no_delays); i++)
      assert_int_equal(weir_socket_set_no_delay(socket, no_delays[i]), WEIR_OK);
    expect_asked("no delay", "nodelay1 nodelay0 nodelay1");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
      assert_int_equal(weir_socket_set_keep_alive(socket, rows[i].on, rows[i].delay_ms), WEIR_OK);
      expect_asked("keep-alive", rows[i].expected);
    }
  }
  net_free(net);
}

static void look_at_connection(net_server *server) {
  (void)server;
  seen = asked;
}

static void a_server_sets_them_before_it_tells_the_connection(void **state) {
  (void)state;
  net_fixture *net = create();
  weir_server_options server = WEIR_SERVER_OPTIONS_INIT;
  server.no_delay = true;
  server.keep_alive = true;
  server.keep_alive_initial_delay_ms = 2500;
  net->server.at = "connection";
  net->server.act = look_at_connection;
  CLAUSES("SRV-10", "SRV-11", "SRV-12", "OPT-08") {
    net_open_with(net, NET_IPV4, NULL, &server, NULL);
    assert_string_equal(seen.text, "nodelay1 alive1:2");
    expect_asked("accepted", "nodelay1 alive1:2");
    weir_socket *socket = net->peers[0].socket;
    assert_int_equal(weir_socket_set_no_delay(socket, true), WEIR_OK);
    assert_int_equal(weir_socket_set_keep_alive(socket, true, 2000), WEIR_OK);
    expect_asked("the same again", "");
    assert_int_equal(weir_socket_set_no_delay(socket, false), WEIR_OK);
    expect_asked("another one", "nodelay0");
  }
  net_free(net);
}

static void local_endpoints_and_destroyed_sockets_have_none(void **state) {
  (void)state;
  net_fixture *net = create();
  weir_socket_options client = WEIR_SOCKET_OPTIONS_INIT;
  weir_server_options server = WEIR_SERVER_OPTIONS_INIT;
  client.no_delay = client.keep_alive = server.no_delay = server.keep_alive = true;
  net_open_with(net, NET_PATH, &client, &server, NULL);
  weir_socket *socket = weir_socket_retain(net->client.socket);
  CLAUSES("OPT-11") {
    assert_int_equal(weir_socket_set_no_delay(socket, false), WEIR_OK);
    assert_int_equal(weir_socket_set_keep_alive(socket, true, 9000), WEIR_OK);
    weir_socket_destroy(socket, NULL);
    assert_int_equal(weir_socket_set_no_delay(socket, true), WEIR_OK);
    assert_int_equal(weir_socket_set_keep_alive(socket, true, 8000), WEIR_OK);
    net_settle(net);
    assert_int_equal(weir_socket_set_keep_alive(socket, false, 7000), WEIR_OK);
    expect_asked("local", "");
    net_expect("client", &net->client.log, "connect ready close(0)");
  }
  weir_socket_release(socket);
  net_free(net);
}

static void probes_are_remembered_and_told_when_keep_alive_is_on(void **state) {
  (void)state;
  net_fixture *net = create();
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  options.keep_alive_interval_ms = 3999;
  options.keep_alive_count = 4;
  net_open_with(net, NET_IPV4, &options, NULL, NULL);
  expect_asked("off", "");
  weir_socket *socket = net->client.socket;
  assert_int_equal(weir_socket_set_keep_alive(socket, true, 7000), WEIR_OK);
  expect_asked("on", "alive1:7 probes3:4");
  static const struct {
    uint32_t interval_ms, count;
    const char *expected;
  } rows[] = {{3000, 4, ""},
              {3000, 5, "alive1:7 probes3:5"},
              {5000, 0, "alive1:7 probes5:10"},
              {999, 10, "alive1:7"},
              {0, 0, ""},
              {1000, 10, ""}};
  for (size_t i = 0; i < COUNT_OF(rows); i++) {
    assert_int_equal(weir_socket_set_keep_alive_probes(socket, rows[i].interval_ms, rows[i].count),
                     WEIR_OK);
    expect_asked("changed", rows[i].expected);
  }
  assert_int_equal(weir_socket_set_keep_alive(socket, false, 7000), WEIR_OK);
  expect_asked("off again", "alive0:7");
  assert_int_equal(weir_socket_set_keep_alive_probes(socket, 2000, 3), WEIR_OK);
  expect_asked("while it is off", "");
  net_free(net);
}

static void connect_again(net_end *end) {
  weir_connect_options target = net_target(end->net, NET_IPV4);
  assert_int_equal(weir_socket_connect(end->socket, &target, NULL, NULL), WEIR_OK);
}

static void settings_are_told_again_after_a_reconnect(void **state) {
  (void)state;
  net_fixture *net = create();
  net_end *end = &net->client;
  net_listen(net, NET_IPV4, NULL);
  assert_int_equal(weir_socket_create(net->loop, NULL, &net_handlers, end, &end->socket), WEIR_OK);
  weir_socket *socket = weir_socket_retain(end->socket);
  CLAUSES("CON-05") {
    assert_int_equal(weir_socket_set_keep_alive(socket, true, 9000), WEIR_OK);
    assert_int_equal(weir_socket_set_keep_alive_probes(socket, 2000, 3), WEIR_OK);
    assert_int_equal(weir_socket_set_type_of_service(socket, 40), WEIR_OK);
    connect_again(end);
    net_settle(net);
    expect_asked("connected", "tos40 alive1:9 probes2:3");
    weir_socket_destroy(socket, NULL);
    net_settle(net);
    end->socket = socket;
    end->closes = 0;
    connect_again(end);
    net_settle(net);
    expect_asked("connected again", "tos40 alive1:9 probes2:3");
    assert_int_equal(weir_socket_type_of_service(socket), 40);
  }
  weir_socket_release(socket);
  net_free(net);
}

static void the_type_of_service_is_told_before_the_connection_begins(void **state) {
  (void)state;
  net_fixture *net = create();
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  options.type_of_service = 0;
  net_listen(net, NET_IPV6, NULL);
  net_connect(net, NET_IPV6, &options, &net->client);
  expect_asked("begun", "tos0");
  weir_socket *socket = net->client.socket;
  assert_int_equal(weir_socket_set_type_of_service(socket, 0), WEIR_OK);
  net_settle(net);
  expect_asked("connected", "");
  if (strcmp(net->base.backend, "iocp") == 0) {
    assert_int_equal(weir_socket_set_type_of_service(socket, 184), WEIR_ENOTSUP);
    net_free(net);
    return;
  }
  assert_int_equal(weir_socket_set_type_of_service(socket, 184), WEIR_OK);
  assert_int_equal(weir_socket_set_type_of_service(socket, 184), WEIR_OK);
  expect_asked("open", "tos184");
  weir_socket *peer = net->peers[0].socket;
  assert_int_equal(weir_socket_type_of_service(peer), -1);
  assert_int_equal(weir_socket_set_type_of_service(peer, 8), WEIR_OK);
  expect_asked("accepted", "tos8");
  net_free(net);
}

static void what_is_set_while_connecting_is_told_with_the_connection(void **state) {
  (void)state;
  net_fixture *net = create();
  net_listen(net, NET_IPV4, NULL);
  net_connect(net, NET_IPV4, NULL, &net->client);
  assert_int_equal(weir_socket_set_type_of_service(net->client.socket, 16), WEIR_OK);
  assert_int_equal(weir_socket_type_of_service(net->client.socket), 16);
  expect_asked("connecting", "");
  net_settle(net);
  expect_asked("connected", "tos16");
  net_free(net);
}

static weir_err refuse_type_of_service(weir_backend *backend, weir_handle *handle, int tos) {
  (void)backend;
  (void)handle;
  (void)tos;
  return WEIR_EPERM;
}

static void a_refused_type_of_service_is_an_error_of_an_open_socket_only(void **state) {
  (void)state;
  net_fixture *net = create();
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  options.type_of_service = 16;
  ops.set_type_of_service = refuse_type_of_service;
  net_open_with(net, NET_IPV4, &options, NULL, NULL);
  net_expect("client", &net->client.log, "connect ready");
  weir_socket *socket = net->client.socket;
  assert_int_equal(weir_socket_set_type_of_service(socket, 24), WEIR_EPERM);
  assert_int_equal(weir_socket_type_of_service(socket), 16);
  ops.set_type_of_service = NULL;
  assert_int_equal(weir_socket_set_type_of_service(socket, 24), WEIR_ENOTSUP);
  assert_int_equal(weir_socket_type_of_service(socket), 16);
  net_free(net);
}

static void a_type_of_service_is_a_byte(void **state) {
  (void)state;
  net_fixture *net = create();
  static const int32_t wrong[] = {-2, 256, INT32_MIN, INT32_MAX};
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  weir_socket *socket = NULL;
  for (size_t i = 0; i < COUNT_OF(wrong); i++) {
    options.type_of_service = wrong[i];
    assert_int_equal(weir_socket_create(net->loop, &options, NULL, NULL, &socket),
                     WEIR_ERR_OUT_OF_RANGE);
  }
  assert_int_equal(weir_socket_create(net->loop, NULL, NULL, NULL, &socket), WEIR_OK);
  assert_int_equal(weir_socket_set_type_of_service(socket, -1), WEIR_ERR_OUT_OF_RANGE);
  assert_int_equal(weir_socket_set_type_of_service(socket, 256), WEIR_ERR_OUT_OF_RANGE);
  assert_int_equal(weir_socket_set_type_of_service(NULL, 1), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_socket_type_of_service(NULL), -1);
  loop_fixture_fail_from(&net->base, 1);
  assert_int_equal(weir_socket_set_type_of_service(socket, 255), WEIR_ENOMEM);
  loop_fixture_fail_at(&net->base, 0);
  assert_int_equal(weir_socket_type_of_service(socket), -1);
  assert_int_equal(weir_socket_set_type_of_service(socket, 255), WEIR_OK);
  assert_int_equal(weir_socket_type_of_service(socket), 255);
  weir_socket_destroy(socket, NULL);
  net_free(net);
}

static void local_endpoints_have_neither_probes_nor_type_of_service(void **state) {
  (void)state;
  net_fixture *net = create();
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  options.type_of_service = 16;
  net_open_with(net, NET_PATH, &options, NULL, NULL);
  assert_int_equal(weir_socket_set_keep_alive_probes(net->client.socket, 2000, 3), WEIR_OK);
  assert_int_equal(weir_socket_set_type_of_service(net->client.socket, 24), WEIR_OK);
  assert_int_equal(weir_socket_type_of_service(net->client.socket), 16);
  expect_asked("local", "");
  net_free(net);
}

static weir_err refuse_no_delay(weir_backend *backend, weir_handle *handle, bool no_delay) {
  (void)backend;
  (void)handle;
  net_note(&asked, "nodelay%d!", no_delay);
  return WEIR_EINVAL;
}

static void what_the_system_refuses_is_nobodys_error(void **state) {
  (void)state;
  net_fixture *net = create();
  net_open(net, NET_IPV4);
  ops.set_no_delay = refuse_no_delay;
  CLAUSES("OPT-08") {
    assert_int_equal(weir_socket_set_no_delay(net->client.socket, true), WEIR_OK);
    assert_int_equal(weir_socket_set_no_delay(net->client.socket, true), WEIR_OK);
    net_settle(net);
    expect_asked("refused", "nodelay1!");
    net_expect("client", &net->client.log, "connect ready");
  }
  net_free(net);
}

static void bad_arguments_and_missing_memory_change_nothing(void **state) {
  (void)state;
  net_fixture *net = create();
  weir_socket *socket = NULL;
  assert_int_equal(weir_socket_set_no_delay(NULL, true), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_socket_set_keep_alive(NULL, true, 0), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_socket_create(net->loop, NULL, NULL, NULL, &socket), WEIR_OK);
  loop_fixture_fail_from(&net->base, 1);
  assert_int_equal(weir_socket_set_keep_alive(socket, true, 0), WEIR_OK);
  assert_int_equal(weir_socket_set_keep_alive(socket, true, 5000), WEIR_ENOMEM);
  assert_int_equal(weir_socket_set_keep_alive_probes(socket, 999, 0), WEIR_OK);
  assert_int_equal(weir_socket_set_keep_alive_probes(socket, 1000, 0), WEIR_ENOMEM);
  assert_int_equal(weir_socket_set_keep_alive_probes(NULL, 0, 0), WEIR_ERR_INVALID_ARG_TYPE);
  loop_fixture_fail_at(&net->base, 0);
  weir_socket_destroy(socket, NULL);
  net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(without_settings_nothing_is_asked),
      cmocka_unit_test(options_are_set_before_connect_is_told),
      cmocka_unit_test(a_delay_alone_sets_nothing),
      cmocka_unit_test(what_is_set_before_there_is_a_connection_is_remembered),
      cmocka_unit_test(while_connecting_it_is_set_at_once_and_again),
      cmocka_unit_test(only_changes_reach_the_system),
      cmocka_unit_test(a_server_sets_them_before_it_tells_the_connection),
      cmocka_unit_test(local_endpoints_and_destroyed_sockets_have_none),
      cmocka_unit_test(probes_are_remembered_and_told_when_keep_alive_is_on),
      cmocka_unit_test(settings_are_told_again_after_a_reconnect),
      cmocka_unit_test(the_type_of_service_is_told_before_the_connection_begins),
      cmocka_unit_test(what_is_set_while_connecting_is_told_with_the_connection),
      cmocka_unit_test(a_refused_type_of_service_is_an_error_of_an_open_socket_only),
      cmocka_unit_test(a_type_of_service_is_a_byte),
      cmocka_unit_test(local_endpoints_have_neither_probes_nor_type_of_service),
      cmocka_unit_test(what_the_system_refuses_is_nobodys_error),
      cmocka_unit_test(bad_arguments_and_missing_memory_change_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
