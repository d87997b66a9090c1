/* listen() on a name: who is asked, every kind of answer, and that nothing listens when nobody
 * waits for the answer any more. */
#include "tests/support/net_fixture.h"

#include "conformance/clause.h"

#include <string.h>

/* A resolver that answers when it is told to. */
typedef struct asked {
  net_fixture *net;
  weir_lookup *lookup;
  weir_lookup_options options;
  char host[64];
  unsigned questions, canceled;
  void (*inside)(struct asked *); /* What the resolver does when it is asked. */
  void (*at_cancel)(struct asked *);
} asked;

static asked a;

static void on_cancel(weir_lookup *lookup, void *user) {
  (void)user;
  assert_ptr_equal(lookup, a.lookup);
  a.canceled++;
  if (a.at_cancel) a.at_cancel(&a);
}

static void keep(weir_lookup *lookup, const char *host, const weir_lookup_options *options,
                 void *user) {
  (void)user;
  a.lookup = lookup;
  a.options = *options;
  a.questions++;
  (void)strncat(a.host, host, sizeof a.host - strlen(a.host) - 1);
  weir_lookup_set_cancel(lookup, on_cancel, NULL);
  if (a.inside) a.inside(&a);
}

static weir_err answer_with(const char *text) {
  weir_address address = {0};
  assert_int_equal(weir_address_parse(text, strlen(text), 9, &address), WEIR_OK);
  return weir_lookup_answer(a.lookup, NULL, &address, 1);
}

static int setup(void **state) {
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  options.lookup = keep;
  a = (asked){0};
  net_fixture *net = net_create_with(&options);
  net_make_server(net, &net->server);
  a.net = net;
  *state = net;
  return 0;
}

static weir_err listen_on_name(net_fixture *net, const char *callback) {
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  options.port = 0;
  options.host = "x.test";
  return weir_server_listen(net->server.server, &options, callback ? net_server_called : NULL,
                            callback ? net_server_tag(&net->server, callback) : NULL);
}

static void the_first_address_counts(void **state) {
  net_fixture *net = *state;
  weir_address addresses[2] = {0}, bound;
  assert_int_equal(weir_address_parse("127.0.0.1", 9, 9, &addresses[0]), WEIR_OK);
  assert_int_equal(weir_address_parse("::1", 3, 9, &addresses[1]), WEIR_OK);
  CLAUSES("LSN-24") {
    assert_int_equal(listen_on_name(net, "l"), WEIR_OK);
    assert_string_equal(a.host, "x.test");
    assert_false(a.options.all);
    assert_int_equal(a.options.family, WEIR_FAMILY_NONE);
    assert_false(weir_server_listening(net->server.server));
    assert_int_equal(weir_server_address(net->server.server, &bound), WEIR_OK);
    assert_int_equal(bound.family, WEIR_FAMILY_NONE);
    assert_true(weir_loop_alive(net->loop));
    assert_int_equal(weir_lookup_answer(a.lookup, NULL, addresses, 2), WEIR_OK);
    assert_true(weir_server_listening(net->server.server));
    net_settle(net);
    net_expect("answered", &net->server.log, "listening l");
    assert_int_equal(weir_server_address(net->server.server, &bound), WEIR_OK);
    assert_int_equal(bound.family, WEIR_FAMILY_IPV4);
    assert_int_not_equal(bound.port, 9);
  }
}

static void answer_inside(asked *of) {
  (void)of;
  assert_int_equal(answer_with("127.0.0.1"), WEIR_OK);
}

static void an_answer_may_come_inside(void **state) {
  net_fixture *net = *state;
  a.inside = answer_inside;
  assert_int_equal(listen_on_name(net, "l"), WEIR_OK);
  assert_true(weir_server_listening(net->server.server));
  net_expect("inside", &net->server.log, "");
  net_settle(net);
  net_expect("told", &net->server.log, "listening l");
}

/* The server may be made to listen again, and the loop does not wait for it. */
static void what_fails_is_told_as_the_resolver_said_it(void **state) {
  net_fixture *net = *state;
  weir_error error = WEIR_ERROR_INIT;
  error.code = WEIR_ENOTFOUND;
  error.syscall = "getaddrinfo";
  error.host = "x.test";
  CLAUSES("LSN-25", "ERR-03") {
    assert_int_equal(listen_on_name(net, "l"), WEIR_OK);
    assert_int_equal(weir_lookup_answer(a.lookup, &error, NULL, 0), WEIR_OK);
    assert_int_equal(listen_on_name(net, "too early"), WEIR_ERR_SERVER_ALREADY_LISTEN);
    net_settle(net);
    net_expect("failed", &net->server.log, "error l:ENOTFOUND");
    assert_string_equal(net->server.message, "getaddrinfo ENOTFOUND x.test");
    assert_false(weir_server_listening(net->server.server));
    assert_false(weir_loop_alive(net->loop));
  }
  assert_int_equal(listen_on_name(net, "again"), WEIR_OK);
  assert_int_equal(answer_with("127.0.0.1"), WEIR_OK);
  net_settle(net);
  assert_true(net_was_told(&net->server.log, "again"));
}

static void what_is_no_address_is_refused(void **state) {
  net_fixture *net = *state;
  weir_address none = {0};
  assert_int_equal(listen_on_name(net, "l"), WEIR_OK);
  assert_int_equal(weir_lookup_answer(a.lookup, NULL, &none, 1), WEIR_OK);
  net_settle(net);
  net_expect("no address", &net->server.log, "error l:ERR_INVALID_IP_ADDRESS");
  none.family = 9;
  assert_int_equal(listen_on_name(net, "m"), WEIR_OK);
  assert_int_equal(weir_lookup_answer(a.lookup, NULL, &none, 1), WEIR_OK);
  net_settle(net);
  net_expect("no family", &net->server.log,
             "error l:ERR_INVALID_IP_ADDRESS error m:ERR_INVALID_ADDRESS_FAMILY");
  assert_non_null(strstr(net->server.message, "x.test"));
}

static void a_reason_needs_no_code(void **state) {
  net_fixture *net = *state;
  weir_error error = WEIR_ERROR_INIT;
  error.message = "not today";
  assert_int_equal(listen_on_name(net, "l"), WEIR_OK);
  assert_int_equal(weir_lookup_answer(a.lookup, &error, NULL, 0), WEIR_OK);
  net_settle(net);
  assert_true(net_was_told(&net->server.log, "error"));
  assert_string_equal(net->server.message, "not today");
  assert_int_equal(net->tags[0].calls, 1);
  assert_int_equal(listen_on_name(net, "again"), WEIR_OK);
  assert_int_equal(answer_with("127.0.0.1"), WEIR_OK);
  net_settle(net);
  assert_true(net_was_told(&net->server.log, "again"));
}

/* 'close' waits for the listen() behind it, and comes if nothing becomes of that. */
static void a_listen_that_fails_does_not_hold_close(void **state) {
  net_fixture *net = *state;
  weir_server *server = net->server.server;
  weir_error error = WEIR_ERROR_INIT;
  error.code = WEIR_ENOTFOUND;
  for (int bound = 0; bound < 2; bound++) {
    weir_address address;
    assert_int_equal(listen_on_name(net, NULL), WEIR_OK);
    assert_int_equal(answer_with("127.0.0.1"), WEIR_OK);
    assert_int_equal(weir_server_address(server, &address), WEIR_OK);
    net->port = address.port;
    net_end client = {.net = net};
    net_connect(net, NET_IPV4, NULL, &client);
    net_settle(net);
    net->server.log = (net_log){0};
    assert_int_equal(
        weir_server_close(server, net_server_called, net_server_tag(&net->server, "c")), WEIR_OK);
    assert_int_equal(listen_on_name(net, "l"), WEIR_OK);
    weir_socket_destroy(client.socket, NULL);
    net_settle(net);
    net_expect("waits", &net->server.log, "");
    if (bound)
      assert_int_equal(answer_with("203.0.113.9"), WEIR_OK);
    else
      assert_int_equal(weir_lookup_answer(a.lookup, &error, NULL, 0), WEIR_OK);
    net_settle(net);
    net_expect("closed", &net->server.log,
               bound ? "error l:EADDRNOTAVAIL close c" : "error l:ENOTFOUND close c");
  }
}

static weir_err told, again;

static void listen_again(weir_server *server, const weir_error *error, void *user) {
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  (void)user;
  told = error->code;
  options.port = 0;
  again = weir_server_listen(server, &options, NULL, NULL);
}

static void a_loop_that_is_being_freed_does_not_listen(void **state) {
  net_fixture *net = *state;
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  options.port = 0;
  options.host = "x.test";
  told = again = WEIR_OK;
  assert_int_equal(weir_server_listen(net->server.server, &options, listen_again, NULL), WEIR_OK);
  net_free(net);
  assert_int_equal(a.canceled, 1);
  assert_int_equal(told, WEIR_ECANCELED);
  assert_int_equal(again, WEIR_ERR_LOOP_CLOSED);
}

static void an_address_of_somebody_else_is_the_systems_error(void **state) {
  net_fixture *net = *state;
  assert_int_equal(listen_on_name(net, "l"), WEIR_OK);
  assert_int_equal(answer_with("203.0.113.9"), WEIR_OK);
  net_settle(net);
  net_expect("not here", &net->server.log, "error l:EADDRNOTAVAIL");
  assert_false(weir_loop_alive(net->loop));
}

static void a_second_listen_is_refused_meanwhile(void **state) {
  net_fixture *net = *state;
  CLAUSES("LSN-08") {
    assert_int_equal(listen_on_name(net, "l"), WEIR_OK);
    assert_int_equal(listen_on_name(net, "second"), WEIR_ERR_SERVER_ALREADY_LISTEN);
    assert_int_equal(a.questions, 1);
    assert_int_equal(answer_with("127.0.0.1"), WEIR_OK);
    net_settle(net);
    net_expect("one", &net->server.log, "listening l");
  }
}

static void close_cancels(void **state) {
  net_fixture *net = *state;
  CLAUSES("LSN-26") {
    assert_int_equal(listen_on_name(net, "l"), WEIR_OK);
    assert_int_equal(
        weir_server_close(net->server.server, net_server_called, net_server_tag(&net->server, "c")),
        WEIR_OK);
    assert_int_equal(a.canceled, 1);
    assert_int_equal(answer_with("127.0.0.1"), WEIR_ECANCELED);
    net_settle(net);
    net_expect("closed", &net->server.log, "l:ECANCELED close c");
    assert_false(weir_server_listening(net->server.server));
    assert_false(weir_loop_alive(net->loop));
  }
  assert_int_equal(listen_on_name(net, "again"), WEIR_OK);
  assert_int_equal(answer_with("127.0.0.1"), WEIR_OK);
  net_settle(net);
  net_expect("again", &net->server.log, "l:ECANCELED close c listening again");
}

static void a_signal_cancels(void **state) {
  net_fixture *net = *state;
  weir_abort_signal *signal;
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  assert_int_equal(weir_abort_signal_create(net->loop, &signal), WEIR_OK);
  options.port = 0;
  options.host = "x.test";
  options.signal = signal;
  assert_int_equal(weir_server_listen(net->server.server, &options, NULL, NULL), WEIR_OK);
  weir_abort(signal);
  net_settle(net);
  net_expect("aborted", &net->server.log, "close");
  assert_int_equal(a.canceled, 1);
  assert_int_equal(answer_with("127.0.0.1"), WEIR_ECANCELED);
  weir_abort_signal_release(signal);
}

static void free_it(asked *of) {
  weir_server_free(of->net->server.server);
  of->net->server.server = NULL;
}

static void a_server_is_freed_meanwhile(void **state) {
  net_fixture *net = *state;
  assert_int_equal(listen_on_name(net, "l"), WEIR_OK);
  free_it(&a);
  assert_int_equal(a.canceled, 1);
  assert_int_equal(answer_with("127.0.0.1"), WEIR_ECANCELED);
  net_settle(net);
  net_expect("freed", &net->server.log, "l:ECANCELED");
}

/* The program's resolver runs inside listen(), and hears of the end inside close(). */
static void a_resolver_may_free_the_server(void **state) {
  net_fixture *net = *state;
  a.inside = free_it;
  assert_int_equal(listen_on_name(net, "l"), WEIR_OK);
  assert_int_equal(answer_with("127.0.0.1"), WEIR_ECANCELED);
  net_settle(net);
  net_expect("inside the question", &net->server.log, "l:ECANCELED");
}

static void a_resolver_may_free_the_server_when_it_is_canceled(void **state) {
  net_fixture *net = *state;
  a.at_cancel = free_it;
  assert_int_equal(listen_on_name(net, "l"), WEIR_OK);
  assert_int_equal(
      weir_server_close(net->server.server, net_server_called, net_server_tag(&net->server, "c")),
      WEIR_OK);
  assert_int_equal(answer_with("127.0.0.1"), WEIR_ECANCELED);
  net_settle(net);
  net_expect("inside close()", &net->server.log, "l:ECANCELED c:ECANCELED");
}

static void answer_late(asked *of) {
  (void)of;
  assert_int_equal(answer_with("127.0.0.1"), WEIR_ECANCELED);
}

static void a_resolver_may_answer_when_it_is_canceled(void **state) {
  net_fixture *net = *state;
  a.at_cancel = answer_late;
  assert_int_equal(listen_on_name(net, "l"), WEIR_OK);
  assert_int_equal(weir_server_close(net->server.server, NULL, NULL), WEIR_OK);
  net_settle(net);
  net_expect("answered inside", &net->server.log, "l:ECANCELED close");
}

/* An unreferenced server does not hold the loop for its name either. */
static void unref_counts_meanwhile(void **state) {
  net_fixture *net = *state;
  weir_server_unref(net->server.server);
  assert_int_equal(listen_on_name(net, "l"), WEIR_OK);
  assert_false(weir_loop_alive(net->loop));
  weir_server_ref(net->server.server);
  assert_true(weir_loop_alive(net->loop));
  assert_int_equal(answer_with("127.0.0.1"), WEIR_OK);
}

/* A listen() that is refused for lack of memory has changed nothing. */
static void listen_without_memory(void **state) {
  net_fixture *net = *state;
  weir_err err = WEIR_ENOMEM;
  unsigned failures = 0;
  for (size_t n = 1; err == WEIR_ENOMEM; n++) {
    loop_fixture_fail_at(&net->base, n);
    err = listen_on_name(net, "l");
    if (err != WEIR_ENOMEM) break;
    failures++;
    assert_false(weir_loop_alive(net->loop));
    assert_int_equal(a.questions, 0);
  }
  loop_fixture_fail_at(&net->base, 0);
  assert_int_equal(failures, 2); /* The callback's record and the look-up. */
  assert_int_equal(err, WEIR_OK);
  assert_int_equal(answer_with("127.0.0.1"), WEIR_OK);
  net_settle(net);
  net_expect("at last", &net->server.log, "listening l");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, net_teardown)
  const struct CMUnitTest tests[] = {
      TEST(the_first_address_counts),
      TEST(an_answer_may_come_inside),
      TEST(what_fails_is_told_as_the_resolver_said_it),
      TEST(what_is_no_address_is_refused),
      TEST(a_reason_needs_no_code),
      TEST(a_listen_that_fails_does_not_hold_close),
      cmocka_unit_test_setup(a_loop_that_is_being_freed_does_not_listen, setup),
      TEST(an_address_of_somebody_else_is_the_systems_error),
      TEST(a_second_listen_is_refused_meanwhile),
      TEST(close_cancels),
      TEST(a_signal_cancels),
      TEST(a_server_is_freed_meanwhile),
      TEST(a_resolver_may_free_the_server),
      TEST(a_resolver_may_free_the_server_when_it_is_canceled),
      TEST(a_resolver_may_answer_when_it_is_canceled),
      TEST(unref_counts_meanwhile),
      TEST(listen_without_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
