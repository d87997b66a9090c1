/* Servers: listening and how it fails, closing in every state, freeing, and what a close waits
 * for. */
#include "tests/support/net_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static weir_listen_options on_loopback(uint16_t port) {
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  options.port = port;
  options.host = "127.0.0.1";
  return options;
}

static weir_err listen_on(net_fixture *net, const weir_listen_options *options, const char *name) {
  return weir_server_listen(net->server.server, options, net_server_called,
                            net_server_tag(&net->server, name));
}

static weir_err close_it(net_server *server, const char *name) {
  return weir_server_close(server->server, net_server_called, net_server_tag(server, name));
}

/* LSN-01, SRV-03, SRV-13, SRV-33, SRV-43: known at once, told later, callback behind the event. */
static void listening_is_told_after_the_call_and_known_inside(void **state) {
  (void)state;
  weir_address address;
  net_fixture *net = net_create();
  weir_listen_options options = on_loopback(0);
  net_make_server(net, &net->server);
  assert_false(weir_server_listening(net->server.server));
  assert_int_equal(weir_server_address(net->server.server, &address), WEIR_OK);
  assert_int_equal(address.family, WEIR_FAMILY_NONE);
  assert_int_equal(listen_on(net, &options, "l"), WEIR_OK);
  assert_true(weir_server_listening(net->server.server));
  assert_int_equal(weir_server_address(net->server.server, &address), WEIR_OK);
  assert_int_not_equal(address.port, 0);
  net_expect("inside the call", &net->server.log, "");
  net_settle(net);
  net_expect("told", &net->server.log, "listening l");
  net_free(net);
}

/* LSN-09, LSN-11, LSN-34, ERR-02, SRV-20: error, no 'close', and the next listen() works. */
static void a_port_in_use_is_an_error_and_may_be_retried(void **state) {
  (void)state;
  char expected[128];
  net_fixture *net = net_create();
  net_listen(net, NET_IPV4, NULL);
  net_server other;
  weir_listen_options options = on_loopback(net->port);
  net_make_server(net, &other);
  assert_int_equal(
      weir_server_listen(other.server, &options, net_server_called, net_server_tag(&other, "l")),
      WEIR_OK);
  assert_false(weir_server_listening(other.server));
  net_settle(net);
  net_expect("in use", &other.log, "error l:EADDRINUSE");
  (void)snprintf(expected, sizeof expected,
                 "listen EADDRINUSE: address already in use 127.0.0.1:%u", (unsigned)net->port);
  assert_string_equal(other.message, expected);
  options.port = 0;
  assert_int_equal(weir_server_listen(other.server, &options, NULL, NULL), WEIR_OK);
  net_settle(net);
  net_expect("again", &other.log, "error l:EADDRINUSE listening");
  net_free(net);
}

/* LSN-10, LSN-34, ERR-02: an address of somebody else; documentation addresses are nobody's. */
static void a_foreign_address_is_eaddrnotavail(void **state) {
  (void)state;
  net_fixture *net = net_create();
  weir_listen_options options = on_loopback(0);
  options.host = "203.0.113.9";
  net_make_server(net, &net->server);
  assert_int_equal(listen_on(net, &options, "l"), WEIR_OK);
  net_run(net);
  net_expect("foreign", &net->server.log, "error l:EADDRNOTAVAIL");
  assert_string_equal(net->server.message,
                      "listen EADDRNOTAVAIL: address not available 203.0.113.9");
  net_free(net);
}

/* LSN-07, LSN-17, LSN-19, CON-33: refused at once, and nothing has changed. */
static void arguments_that_cannot_be_are_refused_at_once(void **state) {
  (void)state;
  static const struct {
    int32_t port;
    weir_err err;
  } cases[] = {{-1, WEIR_ERR_INVALID_ARG_VALUE},
               {65536, WEIR_ERR_SOCKET_BAD_PORT},
               {-2, WEIR_ERR_SOCKET_BAD_PORT}};
  net_fixture *net = net_create();
  net_make_server(net, &net->server);
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
    options.port = cases[i].port;
    assert_int_equal(listen_on(net, &options, "never"), cases[i].err);
    assert_false(weir_server_listening(net->server.server));
  }
  net_run(net);
  net_expect("refused", &net->server.log, "");
  net_free(net);
}

/* LSN-07: one socket at a time; the first one is not harmed. */
static void listening_twice_is_refused(void **state) {
  (void)state;
  net_fixture *net = net_create();
  weir_listen_options options = on_loopback(0);
  net_make_server(net, &net->server);
  assert_int_equal(listen_on(net, &options, "l"), WEIR_OK);
  assert_int_equal(listen_on(net, &options, "never"), WEIR_ERR_SERVER_ALREADY_LISTEN);
  net_settle(net);
  assert_int_equal(listen_on(net, &options, "never"), WEIR_ERR_SERVER_ALREADY_LISTEN);
  net_settle(net);
  net_expect("twice", &net->server.log, "listening l");
  net_free(net);
}

/* LSN-09, IPC-01, ERR-02: a missing directory reads EACCES, as in Node. */
static void a_path_in_a_missing_directory_is_eacces(void **state) {
  (void)state;
  net_fixture *net = net_create();
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  options.path = "/nonexistent/weir";
  net_make_server(net, &net->server);
  assert_int_equal(listen_on(net, &options, "l"), WEIR_OK);
  net_run(net);
  net_expect("missing", &net->server.log, "error l:EACCES");
  assert_string_equal(net->server.message, "listen EACCES: permission denied /nonexistent/weir");
  assert_null(weir_server_path(net->server.server, NULL));
  net_free(net);
}

/* LSN-09, IPC-01: the path of a live server, which goes on. */
static void a_path_of_a_live_server_is_eaddrinuse(void **state) {
  (void)state;
  char expected[256];
  net_fixture *net = net_create();
  net_listen(net, NET_PATH, NULL);
  net_server other;
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  options.path = net->path;
  net_make_server(net, &other);
  assert_int_equal(weir_server_listen(other.server, &options, NULL, NULL), WEIR_OK);
  net_settle(net);
  net_expect("in use", &other.log, "error");
  (void)snprintf(expected, sizeof expected, "listen EADDRINUSE: address already in use %s",
                 net->path);
  assert_string_equal(other.message, expected);
  weir_server_free(other.server);
  net_connect(net, NET_PATH, NULL, &net->client);
  net_settle(net);
  net_expect("client", &net->client.log, "connect ready");
  net_free(net);
}

/* IPC-01, LSN-17: a path without a byte is none; nothing gets bound to a name nobody chose. */
static void an_empty_path_is_refused(void **state) {
  (void)state;
  net_fixture *net = net_create();
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  options.path = "";
  net_make_server(net, &net->server);
  if (listen_on(net, &options, "l") == WEIR_OK) {
    net_run(net);
    net_expect("empty", &net->server.log, "error l:EINVAL");
  }
  assert_false(weir_server_listening(net->server.server));
  net_free(net);
}

/* SRV-36, SRV-37, SRV-38, SRV-39, SRV-41: 'close' comes for a listen() that bound, not else. */
static void closing_in_each_state_tells_close_and_the_callback(void **state) {
  (void)state;
  static const struct {
    const char *name;
    bool listens, settles;
    weir_err answer;
    const char *told;
  } cases[] = {{"new", false, false, WEIR_ERR_SERVER_NOT_RUNNING, "c:ERR_SERVER_NOT_RUNNING"},
               {"before 'listening'", true, false, WEIR_OK, "l:ECANCELED close c"},
               {"listening", true, true, WEIR_OK, "listening l close c"}};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    net_fixture *net = net_create();
    weir_listen_options options = on_loopback(0);
    net_make_server(net, &net->server);
    if (cases[i].listens) assert_int_equal(listen_on(net, &options, "l"), WEIR_OK);
    if (cases[i].settles) net_settle(net);
    assert_int_equal(close_it(&net->server, "c"), cases[i].answer);
    assert_false(weir_server_listening(net->server.server));
    net_run(net);
    net_expect(cases[i].name, &net->server.log, cases[i].told);
    net_free(net);
  }
}

/* SRV-38, SRV-40: the second close() finds it closed; one 'close' for one listen(). */
static void closing_twice_tells_close_once(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_open(net, NET_IPV4);
  assert_int_equal(close_it(&net->server, "c1"), WEIR_OK);
  assert_int_equal(close_it(&net->server, "c2"), WEIR_ERR_SERVER_NOT_RUNNING);
  weir_socket_destroy(net->client.socket, NULL);
  net_run(net);
  net_expect("twice", &net->server.log, "listening connection close c1 c2:ERR_SERVER_NOT_RUNNING");
  net_free(net);
}

static void note_server(net_end *end) {
  net_note(&end->log, "[server told %s]",
           net_was_told(&end->net->server.log, "close") ? "close" : "nothing");
}

/* SRV-18, SRV-19, SRV-35, SRV-36: 'close' waits for the last connection and comes before its own.
 */
static void closing_waits_for_the_last_connection(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_open(net, NET_IPV4);
  net_end late = {.net = net};
  net->peers[0].at = "close";
  net->peers[0].act = note_server;
  assert_int_equal(close_it(&net->server, "c"), WEIR_OK);
  assert_int_equal(net_write(&net->client, 0, 5, NULL), WEIR_OK);
  net_connect(net, NET_IPV4, NULL, &late);
  net_settle(net);
  net_expect("late", &late.log, "error(ECONNREFUSED) close(1)");
  net_expect("waiting", &net->server.log, "listening connection");
  net_expect("alive", &net->peers[0].log, "data(5)");
  (void)net_finish(&net->client, NULL);
  net_run(net);
  net_expect("closed", &net->server.log, "listening connection close c");
  net_expect("peer", &net->peers[0].log, "data(5) end finish close(0) [server told close]");
  net_free(net);
}

/* SRV-42, SRV-01: a server listens again at once, and its 'close' waits for the new socket too. */
static void a_closed_server_listens_again_while_connections_live(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_open(net, NET_IPV4);
  net_end second = {.net = net};
  assert_int_equal(close_it(&net->server, "c1"), WEIR_OK);
  net_listen(net, NET_PATH, NULL);
  weir_socket_destroy(net->client.socket, NULL);
  net_settle(net);
  net_expect("withheld", &net->server.log, "listening connection listening");
  net_connect(net, NET_PATH, NULL, &second);
  net_settle(net);
  net_expect("second", &second.log, "connect ready");
  assert_int_equal(close_it(&net->server, "c2"), WEIR_OK);
  weir_socket_destroy(second.socket, NULL);
  net_run(net);
  net_expect("closed", &net->server.log, "listening connection listening connection close c1 c2");
  net_free(net);
}

/* SRV-41, SRV-42: close() before 'listening' is no reason to refuse the next listen(). */
static void a_server_closed_before_listening_listens_again_at_once(void **state) {
  (void)state;
  net_fixture *net = net_create();
  weir_listen_options options = on_loopback(0);
  net_make_server(net, &net->server);
  assert_int_equal(listen_on(net, &options, "l1"), WEIR_OK);
  assert_int_equal(close_it(&net->server, "c"), WEIR_OK);
  assert_int_equal(listen_on(net, &options, "l2"), WEIR_OK);
  assert_true(weir_server_listening(net->server.server));
  net_settle(net);
  assert_true(net_was_told(&net->server.log, "l2"));
  assert_true(net_was_told(&net->server.log, "l1:ECANCELED"));
  net_free(net);
}

/* SRV-35, SRV-42: nothing is left at close(), so a listen() behind it does not hold 'close' back.
 */
static void closing_and_listening_at_once_tells_both(void **state) {
  (void)state;
  net_fixture *net = net_create();
  weir_listen_options options = on_loopback(0);
  net_make_server(net, &net->server);
  assert_int_equal(listen_on(net, &options, "l1"), WEIR_OK);
  net_settle(net);
  assert_int_equal(close_it(&net->server, "c"), WEIR_OK);
  assert_int_equal(listen_on(net, &options, "l2"), WEIR_OK);
  net_settle(net);
  net_expect("server", &net->server.log, "listening l1 close c listening l2");
  net_free(net);
}

static void close_again(net_server *server) {
  net_note(&server->log, "[%s]", weir_err_name(close_it(server, "c2")));
}

/* SRV-38, SRV-39, SRV-40: nothing listens any more, so only the callback is told. */
static void closing_in_a_close_callback_tells_the_callback_only(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_listen(net, NET_IPV4, NULL);
  net_settle(net);
  net->server.at = "c1";
  net->server.act = close_again;
  assert_int_equal(close_it(&net->server, "c1"), WEIR_OK);
  net_run(net);
  net_expect("nested", &net->server.log,
             "listening close c1 [ERR_SERVER_NOT_RUNNING] c2:ERR_SERVER_NOT_RUNNING");
  net_free(net);
}

static void free_it(net_server *server) {
  weir_server_free(server->server);
  server->server = NULL;
}

/* SRV-13, SRV-14, SRV-18, SRV-20: a server may be freed in each of its handlers and callbacks. */
static void a_server_may_be_freed_in_each_of_its_handlers(void **state) {
  (void)state;
  static const char *const places[] = {"listening", "l", "connection", "close", "c"};
  for (size_t i = 0; i < COUNT_OF(places); i++) {
    net_fixture *net = net_create();
    weir_listen_options options = on_loopback(0);
    weir_address address;
    net->server.at = places[i];
    net->server.act = free_it;
    net_make_server(net, &net->server);
    assert_int_equal(listen_on(net, &options, "l"), WEIR_OK);
    (void)weir_server_address(net->server.server, &address);
    net->port = address.port;
    net_connect(net, NET_IPV4, NULL, &net->client);
    net_settle(net);
    if (net->server.server) assert_int_equal(close_it(&net->server, "c"), WEIR_OK);
    if (net->client.socket) weir_socket_destroy(net->client.socket, NULL);
    net_run(net);
    assert_null(net->server.at);
    assert_int_equal(net->client.closes, 1);
    for (size_t tag = 0; tag < net->tag_count; tag++) assert_int_equal(net->tags[tag].calls, 1);
    net_free(net);
  }
}

/* SRV-17, SRV-20: connections outlive their server, and callbacks that are owed are told. */
static void connections_live_on_when_their_server_is_freed(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_open(net, NET_IPV4);
  assert_ptr_equal(weir_socket_server(net->peers[0].socket), net->server.server);
  assert_int_equal(close_it(&net->server, "c"), WEIR_OK);
  weir_server_free(net->server.server);
  assert_null(weir_socket_server(net->peers[0].socket));
  (void)net_write(&net->client, 0, 5, NULL);
  (void)net_finish(&net->client, NULL);
  net_run(net);
  net_expect("server", &net->server.log, "listening connection c:ECANCELED");
  net_expect("peer", &net->peers[0].log, "data(5) end finish close(0)");
  net_free(net);
}

/* SRV-44, SRV-45: an unreferenced server does not hold the loop; ref() is no counter. */
static void an_unreferenced_server_lets_the_loop_end(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_make_server(net, &net->server);
  weir_server_unref(net->server.server);
  net_listen(net, NET_IPV4, NULL);
  net_run(net);
  net_expect("unref", &net->server.log, "listening");
  assert_true(weir_server_listening(net->server.server));
  weir_server_unref(net->server.server);
  weir_server_ref(net->server.server);
  assert_true(weir_loop_alive(net->loop));
  net_stop_listening(net);
  net_run(net);
  net_free(net);
}

static bool server_closed(const net_fixture *net) {
  return net_was_told(&net->server.log, "c");
}

/* One connection ends by itself; the other one has until the deadline, and is reset then. */
static void close_within_resets_what_is_left(void **state) {
  (void)state;
  for (net_kind kind = 0; kind < NET_KINDS; kind++) {
    net_fixture *net = net_create();
    net_end early = {.net = net};
    net_open(net, kind);
    net_connect(net, kind, NULL, &early);
    net_settle(net);
    assert_int_equal(weir_server_close_within(net->server.server, 50, net_server_called,
                                              net_server_tag(&net->server, "c")),
                     WEIR_OK);
    weir_socket_destroy(early.socket, NULL);
    net_run_until(net, server_closed);
    net_expect("served", &net->server.log, "listening connection connection close c");
    net_run(net);
    assert_true(net_was_told(&net->client.log, kind == NET_PATH ? "close(0)" : "close(1)"));
    if (kind != NET_PATH) assert_int_equal(net->client.error, WEIR_ECONNRESET);
    net_expect("the other one", &early.log, "connect ready close(0)");
    net_free(net);
  }
}

/* Nobody waits for a deadline when everything has ended, and a new listen() is none of its matter.
 */
static void close_within_leaves_later_connections_alone(void **state) {
  (void)state;
  net_fixture *net = net_create();
  weir_listen_options options = on_loopback(0);
  weir_address bound;
  net_end late = {.net = net};
  net_open(net, NET_IPV4);
  weir_server *server = net->server.server;
  assert_int_equal(weir_server_close_within(NULL, 1, NULL, NULL), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_server_close(server, NULL, NULL), WEIR_OK);
  assert_int_equal(weir_server_close_within(server, 10, NULL, NULL), WEIR_ERR_SERVER_NOT_RUNNING);
  assert_int_equal(weir_server_listen(server, &options, NULL, NULL), WEIR_OK);
  assert_int_equal(weir_server_address(server, &bound), WEIR_OK);
  net->port = bound.port;
  net_connect(net, NET_IPV4, NULL, &late);
  net_run_until(net, net_client_closed);
  net_settle(net);
  assert_int_equal(net->client.error, WEIR_ECONNRESET);
  net_expect("nobody has set it an end", &late.log, "connect ready");
  assert_int_equal(weir_server_close_within(server, 3600000, NULL, NULL), WEIR_OK);
  weir_socket_destroy(late.socket, NULL);
  net_run(net); /* Does not wait for an hour. */
  net_free(net);
}

/* A server that is freed has no deadline. */
static void close_within_and_free(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_open(net, NET_IPV4);
  assert_int_equal(weir_server_close_within(net->server.server, 1, NULL, NULL), WEIR_OK);
  weir_server_free(net->server.server);
  assert_int_equal(weir_server_close_within(net->server.server, 1, NULL, NULL),
                   WEIR_ERR_INVALID_ARG_TYPE);
  net->server.server = NULL;
  net_settle(net);
  assert_int_equal(net->peers[0].closes, 0);
  net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(listening_is_told_after_the_call_and_known_inside),
      cmocka_unit_test(a_port_in_use_is_an_error_and_may_be_retried),
      cmocka_unit_test(a_foreign_address_is_eaddrnotavail),
      cmocka_unit_test(arguments_that_cannot_be_are_refused_at_once),
      cmocka_unit_test(listening_twice_is_refused),
      cmocka_unit_test(a_path_in_a_missing_directory_is_eacces),
      cmocka_unit_test(a_path_of_a_live_server_is_eaddrinuse),
      cmocka_unit_test(an_empty_path_is_refused),
      cmocka_unit_test(closing_in_each_state_tells_close_and_the_callback),
      cmocka_unit_test(closing_twice_tells_close_once),
      cmocka_unit_test(closing_waits_for_the_last_connection),
      cmocka_unit_test(a_closed_server_listens_again_while_connections_live),
      cmocka_unit_test(a_server_closed_before_listening_listens_again_at_once),
      cmocka_unit_test(closing_and_listening_at_once_tells_both),
      cmocka_unit_test(closing_in_a_close_callback_tells_the_callback_only),
      cmocka_unit_test(a_server_may_be_freed_in_each_of_its_handlers),
      cmocka_unit_test(connections_live_on_when_their_server_is_freed),
      cmocka_unit_test(an_unreferenced_server_lets_the_loop_end),
      cmocka_unit_test(close_within_resets_what_is_left),
      cmocka_unit_test(close_within_leaves_later_connections_alone),
      cmocka_unit_test(close_within_and_free),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
