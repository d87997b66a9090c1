/* Names: the program's resolver and the loop's, answers of every kind and none, and look-ups that
 * nobody waits for any more. */
#include "tests/support/net_fixture.h"
#include "tests/support/test.h"

#include "conformance/clause.h"

#include <stdlib.h>
#include <string.h>

/* A resolver that keeps what it is asked. */
typedef struct asked {
  weir_lookup *lookup;
  weir_lookup_options options;
  char host[64];
  unsigned questions;
  unsigned canceled;
  weir_err answered;
} asked;

static void on_cancel(weir_lookup *lookup, void *user) {
  asked *a = user;
  assert_ptr_equal(lookup, a->lookup);
  a->canceled++;
}

static void keep(weir_lookup *lookup, const char *host, const weir_lookup_options *options,
                 void *user) {
  asked *a = user;
  a->lookup = lookup;
  a->options = *options;
  a->questions++;
  (void)strncat(a->host, host, sizeof a->host - strlen(a->host) - 1);
  weir_lookup_set_cancel(lookup, on_cancel, a);
}

static weir_connect_options named(const net_fixture *net, asked *a) {
  weir_connect_options options = net_target(net, NET_IPV4);
  options.host = "x.test";
  options.lookup = keep;
  options.lookup_user = a;
  return options;
}

static void connect_to(net_fixture *net, const weir_connect_options *options) {
  net->client.net = net;
  assert_int_equal(
      weir_connect(net->loop, NULL, options, &net_handlers, &net->client, &net->client.socket),
      WEIR_OK);
}

static weir_err answer_with(asked *a, const char *text) {
  weir_address address = {0};
  assert_int_equal(weir_address_parse(text, strlen(text), 9, &address), WEIR_OK);
  a->answered = weir_lookup_answer(a->lookup, NULL, &address, 1);
  return a->answered;
}

static void a_resolver_is_asked_what_connect_was(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_listen(net, NET_IPV4, NULL);
  asked a = {0};
  weir_connect_options options = named(net, &a);
  CLAUSES("CON-13", "CON-14", "CON-15", "HE-02", "HE-05") {
    connect_to(net, &options);
    assert_string_equal(a.host, "x.test");
    assert_true(a.options.all);
    assert_int_equal(a.options.family, WEIR_FAMILY_NONE);
    assert_int_equal(a.options.hints, WEIR_LOOKUP_ADDRCONFIG);
    assert_true(weir_socket_connecting(net->client.socket));
    assert_int_equal(answer_with(&a, "127.0.0.1"), WEIR_OK);
    net_settle(net);
    net_expect("by name", &net->client.log, "connect ready");
  }
  net_free(net);
}

static void a_family_or_a_local_address_wants_one_address(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_listen(net, NET_IPV4, NULL);
  asked a = {0};
  weir_connect_options options = named(net, &a);
  CLAUSES("CON-13", "CON-14", "CON-17", "HE-05") {
    options.family = WEIR_FAMILY_IPV4;
    options.hints = WEIR_LOOKUP_ALL;
    connect_to(net, &options);
    assert_false(a.options.all);
    assert_int_equal(a.options.family, WEIR_FAMILY_IPV4);
    assert_int_equal(a.options.hints, WEIR_LOOKUP_ALL);
    assert_int_equal(answer_with(&a, "127.0.0.1"), WEIR_OK);
    net_settle(net);
    net_expect("one address", &net->client.log, "connect ready");
    assert_int_equal(
        weir_socket_auto_select_family_attempted_addresses(net->client.socket, NULL, 0), 0);
  }
  net_free(net);
}

static void literal_addresses_are_not_looked_up(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_listen(net, NET_IPV4, NULL);
  asked a = {0};
  weir_connect_options options = named(net, &a);
  CLAUSES("CON-16") {
    options.host = "127.0.0.1";
    connect_to(net, &options);
    net_settle(net);
    assert_int_equal(a.questions, 0);
    net_expect("literal", &net->client.log, "connect ready");
  }
  net_free(net);
}

/* The answer comes when nobody waits: it is still to be given, and does nothing. */
static void an_answer_after_destroy_does_nothing(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_listen(net, NET_IPV4, NULL);
  asked a = {0};
  weir_connect_options options = named(net, &a);
  CLAUSES("CON-20", "HE-26") {
    connect_to(net, &options);
    weir_socket_destroy(net->client.socket, NULL);
    assert_int_equal(a.canceled, 1);
    net_settle(net);
    net_expect("destroyed", &net->client.log, "close(0)");
    assert_int_equal(answer_with(&a, "127.0.0.1"), WEIR_ECANCELED);
    net_settle(net);
    net_expect("answered", &net->client.log, "close(0)");
    assert_int_equal(a.canceled, 1);
  }
  net_free(net);
}

/* Who never answers has the loop's end as the last word. */
static void a_loop_that_is_freed_takes_its_questions_along(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_listen(net, NET_IPV4, NULL);
  asked a = {0};
  weir_connect_options options = named(net, &a);
  connect_to(net, &options);
  net_free(net);
  assert_int_equal(a.canceled, 1);
}

static void answer_when_canceled(weir_lookup *lookup, void *user) {
  *(weir_err *)user = weir_lookup_answer(lookup, NULL, NULL, 0);
}

/* It may be answered inside, also when the loop is freed and nobody has waited for long. */
static void a_question_may_be_answered_when_its_loop_is_freed(void **state) {
  (void)state;
  for (int destroyed = 0; destroyed < 2; destroyed++) {
    net_fixture *net = net_create();
    net_listen(net, NET_IPV4, NULL);
    asked a = {0};
    weir_err answered = WEIR_OK;
    weir_connect_options options = named(net, &a);
    connect_to(net, &options);
    if (destroyed) weir_lookup_set_cancel(a.lookup, NULL, NULL);
    if (destroyed) weir_socket_destroy(net->client.socket, NULL);
    weir_lookup_set_cancel(a.lookup, answer_when_canceled, &answered);
    net_free(net);
    assert_int_equal(answered, WEIR_ECANCELED);
    assert_int_equal(a.canceled, 0);
  }
}

static void write_when_canceled(weir_lookup *lookup, void *user) {
  net_end *end = user;
  (void)lookup;
  (void)net_write(end, 0, 1, "late");
}

/* The last function of a program's that freeing a loop runs: what it asks for is told as well. */
static void what_is_asked_for_when_a_loop_is_freed_is_told(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_listen(net, NET_IPV4, NULL);
  asked a = {0};
  weir_connect_options options = named(net, &a);
  connect_to(net, &options);
  weir_socket *socket = weir_socket_retain(net->client.socket);
  weir_lookup_set_cancel(a.lookup, NULL, NULL);
  weir_socket_destroy(socket, NULL);
  net_stop_listening(net);
  net_run(net);
  net->client.socket = socket;
  weir_lookup_set_cancel(a.lookup, write_when_canceled, &net->client);
  assert_int_equal(loop_fixture_free(net->loop), WEIR_OK);
  net_expect("late", &net->client.log, "close(0) late:ERR_STREAM_DESTROYED");
  net->base.loop = NULL;
  net_free(net);
}

static void errors_reach_the_socket_unchanged(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_listen(net, NET_IPV4, NULL);
  asked a = {0};
  weir_error error = WEIR_ERROR_INIT;
  weir_connect_options options = named(net, &a);
  error.code = WEIR_EAI_AGAIN;
  error.syscall = "getaddrinfo";
  error.host = "x.test";
  CLAUSES("CON-18", "ERR-03") {
    connect_to(net, &options);
    assert_int_equal(weir_lookup_answer(a.lookup, &error, NULL, 0), WEIR_OK);
    net_settle(net);
    net_expect("failed", &net->client.log, "error(EAI_AGAIN) close(1)");
    assert_string_equal(net->client.message, "getaddrinfo EAI_AGAIN x.test");
  }
  net_free(net);
}

static void an_empty_answer_is_enotfound(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_listen(net, NET_IPV4, NULL);
  asked a = {0};
  weir_connect_options options = named(net, &a);
  CLAUSES("HE-19") {
    connect_to(net, &options);
    assert_int_equal(weir_lookup_answer(a.lookup, NULL, NULL, 0), WEIR_OK);
    net_settle(net);
    assert_string_equal(net->client.message, "getaddrinfo ENOTFOUND x.test");
    assert_int_equal(net->client.full.system_code, -3008);
  }
  assert_int_equal(weir_lookup_answer(NULL, NULL, NULL, 0), WEIR_ERR_INVALID_ARG_TYPE);
  net_free(net);
}

static void answers_that_are_no_addresses_are_refused(void **state) {
  (void)state;
  static const struct {
    uint8_t family;
    const char *message;
  } cases[] = {{0, "Invalid IP address"}, {100, "Invalid address family: 100 x.test:"}};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    net_fixture *net = net_create();
    net_listen(net, NET_IPV4, NULL);
    asked a = {0};
    weir_address address = {.family = cases[i].family};
    weir_connect_options options = named(net, &a);
    CLAUSES("CON-19", "HE-18", "HE-20") {
      connect_to(net, &options);
      assert_int_equal(weir_lookup_answer(a.lookup, NULL, &address, 1), WEIR_OK);
      net_settle(net);
      assert_memory_equal(net->client.message, cases[i].message, strlen(cases[i].message));
    }
    net_free(net);
  }
}

static void answer_at_once(weir_lookup *lookup, const char *host,
                           const weir_lookup_options *options, void *user) {
  asked *a = user;
  keep(lookup, host, options, user);
  (void)answer_with(a, "127.0.0.1");
}

/* The loop's resolver; the answer comes inside connect(), what follows does not. */
static void a_loop_has_a_resolver_for_all(void **state) {
  (void)state;
  asked a = {0};
  weir_loop_options loop_options = WEIR_LOOP_OPTIONS_INIT;
  loop_options.lookup = answer_at_once;
  loop_options.lookup_user = &a;
  net_fixture *net = net_create_with(&loop_options);
  net_listen(net, NET_IPV4, NULL);
  weir_connect_options options = net_target(net, NET_IPV4);
  options.host = NULL;
  CLAUSES("CON-09", "CON-21", "DEF-12") {
    connect_to(net, &options);
    net_expect("inside", &net->client.log, "");
    assert_string_equal(a.host, "localhost");
    net_settle(net);
    net_expect("by default", &net->client.log, "connect ready");
  }
  net_free(net);
}

static bool client_is_ready(const net_fixture *net) {
  return net_was_told(&net->client.log, "ready");
}

/* Nobody's resolver: the system's. */
static void localhost_is_known(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_listen(net, NET_IPV4, NULL);
  weir_connect_options options = net_target(net, NET_IPV4);
  options.host = "localhost";
  connect_to(net, &options);
  net_run_until(net, client_is_ready);
  net_free(net);
}

/* Bytes and the end wait for the connection, whatever it takes. */
static void what_is_written_meanwhile_is_sent(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_listen(net, NET_IPV4, NULL);
  asked a = {0};
  weir_connect_options options = named(net, &a);
  weir_address two[2] = {{0}, {0}};
  assert_int_equal(weir_address_parse("127.0.0.9", 9, 0, &two[0]), WEIR_OK);
  assert_int_equal(weir_address_parse("127.0.0.1", 9, 0, &two[1]), WEIR_OK);
  CLAUSES("HE-24", "HE-25", "CON-39") {
    connect_to(net, &options);
    assert_int_equal(net_write(&net->client, 0, 1000, "w1"), WEIR_OK);
    assert_int_equal(net_finish(&net->client, "e1"), WEIR_OK);
    assert_int_equal(weir_lookup_answer(a.lookup, NULL, two, 2), WEIR_OK);
    net_settle(net);
    assert_int_equal(net->peer_count, 1);
    assert_int_equal(net->peers[0].received, 1000);
    assert_false(net->peers[0].garbled);
    net_expect("client", &net->client.log, "connect ready w1 e1 finish end close(0)");
  }
  net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_resolver_is_asked_what_connect_was),
      cmocka_unit_test(a_family_or_a_local_address_wants_one_address),
      cmocka_unit_test(literal_addresses_are_not_looked_up),
      cmocka_unit_test(an_answer_after_destroy_does_nothing),
      cmocka_unit_test(a_loop_that_is_freed_takes_its_questions_along),
      cmocka_unit_test(a_question_may_be_answered_when_its_loop_is_freed),
      cmocka_unit_test(what_is_asked_for_when_a_loop_is_freed_is_told),
      cmocka_unit_test(errors_reach_the_socket_unchanged),
      cmocka_unit_test(an_empty_answer_is_enotfound),
      cmocka_unit_test(answers_that_are_no_addresses_are_refused),
      cmocka_unit_test(a_loop_has_a_resolver_for_all),
      cmocka_unit_test(localhost_is_known),
      cmocka_unit_test(what_is_written_meanwhile_is_sent),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
