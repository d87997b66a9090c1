/* Clauses of the specification that no other test has in view: what C makes of errors nobody hears,
 * of text that is a number, of modes there are none of; and accepting that fails. */
#include "conformance/clause.h"
#include "tests/support/net_fixture.h"
#include "weir/backend.h"

#include <stdio.h>
#include <string.h>

static void note_end(weir_socket *socket, bool had_error, void *user) {
  net_end *end = user;
  net_note(&end->log, "close(%d) %s", had_error, weir_err_name(weir_socket_errored(socket)));
  end->closes++;
  end->socket = NULL;
}

static const weir_socket_handlers close_only = {.size = sizeof close_only, .on_close = note_end};

static weir_socket *connect_with(net_fixture *net, const weir_connect_options *target,
                                 const weir_socket_handlers *handlers, void *user) {
  weir_socket *socket = NULL;
  assert_int_equal(weir_connect(net->loop, NULL, target, handlers, user, &socket), WEIR_OK);
  return socket;
}

static bool first_came(const net_fixture *net) {
  return net->peer_count == 1;
}

/* GEN-04: the program goes on, and the end says that there was an error, and which. */
static void an_error_of_a_socket_that_nobody_hears_is_told_by_its_end(void **state) {
  (void)state;
  weir_error own = WEIR_ERROR_INIT;
  net_fixture *net = net_create();
  net_end refused = {.net = net};
  net->peer_handlers = &close_only;
  net_listen(net, NET_IPV4, NULL);
  weir_connect_options target = net_target(net, NET_IPV4);
  net->client.socket = connect_with(net, &target, &close_only, &net->client);
  net_run_until(net, first_came);
  net_settle(net);
  net_stop_listening(net);
  (void)connect_with(net, &target, &close_only, &refused);
  weir_socket *unheard = weir_socket_retain(connect_with(net, &target, NULL, NULL));
  own.code = WEIR_ETIMEDOUT;
  weir_socket_destroy(net->client.socket, &own);
  net_run(net);
  CLAUSES("GEN-04") {
    net_expect("refused", &refused.log, "close(1) ECONNREFUSED");
    net_expect("its own error", &net->client.log, "close(1) ETIMEDOUT");
    net_expect("no error", &net->peers[0].log, "close(0) OK");
    assert_true(weir_socket_destroyed(unheard));
    assert_int_equal(weir_socket_errored(unheard), WEIR_ECONNREFUSED);
  }
  weir_socket_release(unheard);
  net_free(net);
}

/* GEN-04: the callback hears it, the server does not listen, and may listen again. */
static void an_error_of_a_server_that_nobody_hears_is_told_by_the_callback(void **state) {
  (void)state;
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  net_fixture *net = net_create();
  net_server unheard = {.net = net};
  net_listen(net, NET_IPV4, NULL);
  options.host = "127.0.0.1";
  options.port = net->port;
  assert_int_equal(weir_create_server(net->loop, NULL, NULL, NULL, &unheard.server), WEIR_OK);
  CLAUSES("GEN-04") {
    assert_int_equal(weir_server_listen(unheard.server, &options, net_server_called,
                                        net_server_tag(&unheard, "l1")),
                     WEIR_OK);
    net_settle(net);
    net_expect("unheard", &unheard.log, "l1:EADDRINUSE");
    assert_false(weir_server_listening(unheard.server));
    options.port = 0;
    assert_int_equal(weir_server_listen(unheard.server, &options, net_server_called,
                                        net_server_tag(&unheard, "l2")),
                     WEIR_OK);
    net_settle(net);
    net_expect("again", &unheard.log, "l1:EADDRINUSE l2");
  }
  net_free(net);
}

/* GEN-07: what stands for the name of a module is a header, and it is that of this library. */
static void the_header_is_that_of_the_library(void **state) {
  (void)state;
  char version[64];
  (void)snprintf(version, sizeof version, "%d.%d.%d", WEIR_VERSION_MAJOR, WEIR_VERSION_MINOR,
                 WEIR_VERSION_PATCH);
  CLAUSES("GEN-07") {
    assert_string_equal(weir_version(), version);
  }
}

/* A server at that path takes what connects to the path; no port is involved. */
static void expect_path(net_fixture *net, const char *text) {
  weir_listen_options listen = WEIR_LISTEN_OPTIONS_INIT;
  weir_connect_options connect = WEIR_CONNECT_OPTIONS_INIT;
  net_server server;
  net_end client = {.net = net};
  weir_address address;
  size_t before = net->peer_count;
  listen.path = connect.path = text;
  net_make_server(net, &server);
  assert_int_equal(weir_server_listen(server.server, &listen, NULL, NULL), WEIR_OK);
  assert_int_equal(weir_server_address(server.server, &address), WEIR_OK);
  assert_int_equal(address.family, WEIR_FAMILY_NONE);
  assert_string_equal(weir_server_path(server.server, NULL), text);
  assert_int_equal(weir_connect(net->loop, NULL, &connect, &net_handlers, &client, &client.socket),
                   WEIR_OK);
  net_settle(net);
  net_expect(text, &client.log, "connect ready");
  net_expect(text, &server.log, "listening connection");
  assert_int_equal(net->peer_count, before + 1);
  weir_socket_destroy(client.socket, NULL);
  net_settle(net);
  weir_server_free(server.server);
  net_settle(net);
}

/* IPC-25: text that Node takes for a port, and text that it does not, are paths in `path`. */
static void a_path_is_a_path_whatever_number_it_looks_like(void **state) {
  (void)state;
  static const char *const texts[] = {"0", "8080", "0x0", "-1", "1a"};
  char port[16];
  net_fixture *net = net_create();
  if (!loop_fixture_is_sim(&net->base) && !local_name_enter(&net->name)) {
    net_free(net);
    print_message("skipped: names are never relative on this system\n");
    skip();
  }
  net_open(net, NET_IPV4);
  (void)snprintf(port, sizeof port, "%u", (unsigned)net->port);
  CLAUSES("IPC-25") {
    for (size_t i = 0; i < COUNT_OF(texts); i++) expect_path(net, texts[i]);
    expect_path(net, port);
    assert_null(weir_server_path(net->server.server, NULL));
    net_expect("the port", &net->server.log, "listening connection");
  }
  local_name_leave();
  net_free(net);
}

/* IPC-25: nor is a path looked for in the text of a host. */
static void a_path_is_not_looked_for_elsewhere(void **state) {
  (void)state;
  weir_listen_options listen = WEIR_LISTEN_OPTIONS_INIT;
  weir_connect_options connect = WEIR_CONNECT_OPTIONS_INIT;
  weir_server *server = NULL;
  weir_socket *socket = NULL;
  net_fixture *net = net_create();
  listen.host = connect.host = net->path;
  assert_int_equal(weir_create_server(net->loop, NULL, NULL, NULL, &server), WEIR_OK);
  CLAUSES("IPC-25") {
    assert_int_equal(weir_server_listen(server, &listen, NULL, NULL), WEIR_ERR_INVALID_ARG_VALUE);
    assert_false(weir_server_listening(server));
    assert_int_equal(weir_connect(net->loop, NULL, &connect, NULL, NULL, &socket),
                     WEIR_ERR_MISSING_ARGS);
    assert_null(socket);
  }
  net_free(net);
}

/* SRV-17: behind 'close' of the socket and of the server, until the server is freed. */
static void a_closed_socket_knows_its_server_until_that_is_freed(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_open(net, NET_IPV4);
  weir_socket *peer = weir_socket_retain(net->peers[0].socket);
  weir_socket_destroy(net->client.socket, NULL);
  net_run_until(net, net_both_closed);
  CLAUSES("SRV-17") {
    assert_true(weir_socket_closed(peer));
    assert_ptr_equal(weir_socket_server(peer), net->server.server);
    net_stop_listening(net);
    net_run(net);
    net_expect("closed", &net->server.log, "listening connection close");
    assert_ptr_equal(weir_socket_server(peer), net->server.server);
    weir_server_free(net->server.server);
    assert_null(weir_socket_server(peer));
    net_run(net);
    assert_null(weir_socket_server(peer));
  }
  weir_socket_release(peer);
  net_free(net);
}

/* A backend on which the next accept that is begun fails with `fault`. */
static weir_backend_ops faulty;
static const weir_backend_ops *sound;
static weir_err fault;
static weir_op *failed;

static void submit_or_fail(weir_backend *backend, weir_op *op) {
  if (fault == WEIR_OK || op->kind != WEIR_OP_ACCEPT) {
    sound->submit(backend, op);
    return;
  }
  op->error = fault;
  fault = WEIR_OK;
  failed = op;
}

static void cancel_unless_failed(weir_backend *backend, weir_op *op) {
  if (op != failed) sound->cancel(backend, op);
}

static weir_err poll_failed_first(weir_backend *backend, weir_time deadline,
                                  weir_completions *done) {
  if (!failed) return sound->poll(backend, deadline, done);
  weir_completions_add(done, failed);
  failed = NULL;
  return WEIR_OK;
}

static const weir_backend_ops *faulty_backend(void) {
  sound = weir_backend_find(loop_fixture_backend_name());
  faulty = *sound;
  faulty.submit = submit_or_fail;
  faulty.cancel = cancel_unless_failed;
  faulty.poll = poll_failed_first;
  fault = WEIR_OK;
  failed = NULL;
  return &faulty;
}

static bool failure_was_told(const net_fixture *net) {
  return net_was_told(&net->server.log, "error") || net_was_told(&net->server.log, "overload");
}

static bool second_came(const net_fixture *net) {
  return net->peer_count == 2;
}

/* SRV-21: the server tells it, goes on listening and takes the next one; exhaustion is told as an
 * overload instead (D18). */
static void a_server_goes_on_when_an_accept_fails(void **state) {
  (void)state;
  static const struct {
    weir_err fault;
    const char *told, *message;
  } cases[] = {{WEIR_EPROTO, "listening connection error", "accept EPROTO"},
               {WEIR_ECONNABORTED, "listening connection error", "accept ECONNABORTED"},
               {WEIR_EMFILE, "listening connection overload", ""}};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
    options.custom_backend = faulty_backend();
    net_fixture *net = net_create_with(&options);
    net_end second = {.net = net};
    char then[128];
    net_listen(net, NET_IPV4, NULL);
    fault = cases[i].fault;
    net_connect(net, NET_IPV4, NULL, &net->client);
    net_run_until(net, failure_was_told);
    (void)snprintf(then, sizeof then, "%s connection", cases[i].told);
    CLAUSES("SRV-21") {
      net_expect("failed", &net->server.log, cases[i].told);
      assert_int_equal(net->server.error, cases[i].fault);
      assert_string_equal(net->server.message, cases[i].message);
      assert_true(weir_server_listening(net->server.server));
      net_connect(net, NET_IPV4, NULL, &second);
      net_run_until(net, second_came);
      net_expect("then", &net->server.log, then);
    }
    net_free(net);
  }
}

/* What a server and its connection are told from listen() to the end. */
static void use_server(net_fixture *net) {
  net_open(net, NET_IPV4);
  assert_int_equal(net_write(&net->client, 0, 5, NULL), WEIR_OK);
  (void)net_finish(&net->client, NULL);
  net_stop_listening(net);
  net_run(net);
  net_expect("server", &net->server.log, "listening connection close");
  net_expect("client", &net->client.log, "connect ready finish end close(0)");
  net_expect("peer", &net->peers[0].log, "data(5) end finish close(0)");
}

/* SRV-47: with defaults or options that spell them, with its listener at once or later. */
static void a_server_is_the_same_however_it_is_made(void **state) {
  (void)state;
  weir_server_options defaults = WEIR_SERVER_OPTIONS_INIT;
  CLAUSES("SRV-47") {
    for (int how = 0; how < 4; how++) {
      net_fixture *net = net_create();
      net_server *told = &net->server;
      bool later = how & 1;
      assert_int_equal(weir_create_server(net->loop, how & 2 ? &defaults : NULL,
                                          later ? NULL : &net_server_handlers, later ? NULL : told,
                                          &told->server),
                       WEIR_OK);
      if (later)
        assert_int_equal(weir_server_set_handlers(told->server, &net_server_handlers, told),
                         WEIR_OK);
      use_server(net);
      net_free(net);
    }
  }
}

/* SRV-47: options hold for a server whose listener comes later; what are no options is refused. */
static void options_of_a_server_do_not_depend_on_its_listener(void **state) {
  (void)state;
  static const weir_server_options no_options;
  weir_server_options options = WEIR_SERVER_OPTIONS_INIT;
  net_fixture *net = net_create();
  net_server *told = &net->server;
  options.allow_half_open = true;
  options.high_water_mark_bytes = 5;
  CLAUSES("SRV-47") {
    assert_int_equal(weir_create_server(net->loop, &no_options, NULL, NULL, &told->server),
                     WEIR_ERR_INVALID_ARG_VALUE);
    assert_null(told->server);
    assert_int_equal(weir_create_server(net->loop, &options, NULL, NULL, &told->server), WEIR_OK);
    assert_int_equal(weir_server_set_handlers(told->server, &net_server_handlers, told), WEIR_OK);
    net_open(net, NET_IPV4);
    assert_true(weir_socket_allow_half_open(net->peers[0].socket));
    assert_int_equal(weir_socket_readable_high_water_mark(net->peers[0].socket), 5);
  }
  net_free(net);
}

/* Options of a header in which there would be a mode that this library does not know. */
typedef struct mode_options {
  weir_socket_options known;
  uint64_t object_mode;
} mode_options;

static weir_err ask_for_mode(net_fixture *net, bool on) {
  mode_options options = {WEIR_SOCKET_OPTIONS_INIT, on};
  weir_connect_options target = net_target(net, NET_IPV4);
  options.known.size = sizeof options;
  return weir_connect(net->loop, &options.known, &target, &net_handlers, &net->client,
                      &net->client.socket);
}

/* SOC-09: no such mode; a write is no message, so one without bytes is nothing. */
static void there_is_no_mode_of_messages(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_listen(net, NET_IPV4, NULL);
  CLAUSES("SOC-09") {
    assert_int_equal(ask_for_mode(net, true), WEIR_ERR_INVALID_ARG_VALUE);
    assert_null(net->client.socket);
    assert_int_equal(ask_for_mode(net, false), WEIR_OK);
    net_settle(net);
    for (size_t i = 0; i < 2; i++) assert_int_equal(net_write(&net->client, 0, 0, NULL), WEIR_OK);
    net_settle(net);
    net_expect("no bytes", &net->peers[0].log, "");
    assert_int_equal(weir_socket_bytes_written(net->client.socket), 0);
    (void)net_write(&net->client, 0, 3, NULL);
    (void)net_write(&net->client, 3, 3, NULL);
    net_settle(net);
    net_expect("bytes", &net->peers[0].log, "data(6)");
  }
  net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_error_of_a_socket_that_nobody_hears_is_told_by_its_end),
      cmocka_unit_test(an_error_of_a_server_that_nobody_hears_is_told_by_the_callback),
      cmocka_unit_test(the_header_is_that_of_the_library),
      cmocka_unit_test(a_path_is_a_path_whatever_number_it_looks_like),
      cmocka_unit_test(a_path_is_not_looked_for_elsewhere),
      cmocka_unit_test(a_closed_socket_knows_its_server_until_that_is_freed),
      cmocka_unit_test(a_server_goes_on_when_an_accept_fails),
      cmocka_unit_test(a_server_is_the_same_however_it_is_made),
      cmocka_unit_test(options_of_a_server_do_not_depend_on_its_listener),
      cmocka_unit_test(there_is_no_mode_of_messages),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
