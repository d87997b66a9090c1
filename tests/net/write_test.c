/* What goes out: return values, callbacks and their order, 'drain', corks, ends with data, writes
 * that may not be. */
#include "tests/support/net_fixture.h"

#include <stdio.h>
#include <string.h>

enum { MUCH = 4000000 };

static bool callback_ran(const net_fixture *net) {
  return net_was_told(&net->client.log, "w");
}

/* STR-02, STR-03, STR-05, STR-07: what the system takes at once asks for no 'drain', unless the
 * mark is 0. */
static void a_write_the_system_takes_at_once_is_ok_and_calls_back_later(void **state) {
  (void)state;
  static const int64_t marks[] = {-1, 0, 5};
  for (size_t i = 0; i < COUNT_OF(marks); i++) {
    weir_socket_options client = WEIR_SOCKET_OPTIONS_INIT;
    net_fixture *net = net_create();
    client.writable_high_water_mark_bytes = marks[i];
    net_open_with(net, NET_PATH, &client, NULL, NULL);
    weir_err err = net_write(&net->client, 0, 6, "w");
    /* The simulator may take part of it: then the whole chunk counts. */
    size_t waits = weir_socket_writable_length(net->client.socket);
    if (!loop_fixture_is_sim(&net->base)) assert_int_equal(waits, 0);
    bool drains = marks[i] == 0 || (waits > 0 && marks[i] > 0);
    assert_int_equal(err, drains ? WEIR_WAIT_DRAIN : WEIR_OK);
    net_expect("inside the call", &net->client.log, "connect ready");
    net_run_until(net, callback_ran);
    net_expect("told", &net->client.log,
               err == WEIR_OK ? "connect ready w" : "connect ready drain w");
    net_free(net);
  }
}

/* STR-02, STR-08, SOC-26: while connecting all is queued, and the mark decides the answer. */
static void while_connecting_the_mark_decides_what_a_write_returns(void **state) {
  (void)state;
  static const struct {
    int64_t mark;
    size_t first;
    weir_err answer;
    size_t second;
    weir_err then;
  } cases[] = {{-1, 16383, WEIR_OK, 1, WEIR_WAIT_DRAIN},
               {5, 4, WEIR_OK, 1, WEIR_WAIT_DRAIN},
               {0, 0, WEIR_WAIT_DRAIN, 1, WEIR_WAIT_DRAIN}};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    weir_socket_options client = WEIR_SOCKET_OPTIONS_INIT;
    net_fixture *net = net_create();
    client.writable_high_water_mark_bytes = cases[i].mark;
    net_listen(net, NET_IPV4, NULL);
    net_connect(net, NET_IPV4, &client, &net->client);
    assert_int_equal(net_write(&net->client, 0, cases[i].first, NULL), cases[i].answer);
    assert_int_equal(net_write(&net->client, cases[i].first, cases[i].second, "w"), cases[i].then);
    assert_int_equal(weir_socket_writable_length(net->client.socket),
                     cases[i].first + cases[i].second);
    assert_int_equal(weir_socket_bytes_written(net->client.socket),
                     cases[i].first + cases[i].second);
    assert_true(weir_socket_writable_need_drain(net->client.socket));
    net_run_until(net, callback_ran);
    assert_true(net_was_told(&net->client.log, "drain"));
    assert_false(weir_socket_writable_need_drain(net->client.socket));
    assert_int_equal(weir_socket_writable_length(net->client.socket), 0);
    net_free(net);
  }
}

static bool last_callback_ran(const net_fixture *net) {
  return net_was_told(&net->client.log, "w20");
}

/* STR-05, STR-08, STR-20: they arrive in order, as one stream, and call back in order. */
static void twenty_chunks_queued_while_connecting_arrive_in_order(void **state) {
  (void)state;
  static char names[20][8];
  for (net_kind kind = NET_IPV4; kind < NET_KINDS; kind++) {
    char expected[256] = "";
    net_fixture *net = net_create();
    net_listen(net, kind, NULL);
    net_connect(net, kind, NULL, &net->client);
    for (unsigned i = 0; i < 20; i++) {
      (void)snprintf(names[i], sizeof names[i], "w%u", i + 1);
      assert_int_equal(net_write(&net->client, i * 100, 100, names[i]), WEIR_OK);
      strcat(strcat(expected, i > 0 ? " " : ""), names[i]);
    }
    net_run_until(net, last_callback_ran);
    net_settle(net);
    assert_non_null(strstr(net->client.log.text, expected));
    assert_int_equal(net->peers[0].received, 2000);
    assert_false(net->peers[0].garbled);
    net_free(net);
  }
}

static bool all_written(const net_fixture *net) {
  return net_was_told(&net->client.log, "finish");
}

/* STR-02, STR-03, STR-06, STR-23: 'drain', callbacks in order, end callback, 'finish'. */
static void a_queue_that_empties_tells_drain_then_callbacks_then_the_end(void **state) {
  (void)state;
  for (net_kind kind = NET_IPV4; kind < NET_KINDS; kind++) {
    net_fixture *net = net_create();
    net_open(net, kind);
    assert_int_equal(net_write(&net->client, 0, MUCH, "w1"), WEIR_WAIT_DRAIN);
    assert_int_equal(weir_socket_writable_length(net->client.socket), MUCH);
    assert_int_equal(net_write(&net->client, MUCH, 10, "w2"), WEIR_WAIT_DRAIN);
    net_settle(net);
    (void)net_finish(&net->client, "e");
    net_run_until(net, all_written);
    assert_non_null(strstr(net->client.log.text, "connect ready drain w1 w2 e finish"));
    net_settle(net);
    assert_int_equal(net->peers[0].received, MUCH + 10);
    assert_false(net->peers[0].garbled);
    net_free(net);
  }
}

/* STR-04: after end() nobody is asked to write on. */
static void drain_is_not_told_after_end(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_open(net, NET_IPV4);
  assert_int_equal(net_write(&net->client, 0, MUCH, "w"), WEIR_WAIT_DRAIN);
  (void)net_finish(&net->client, "e");
  assert_false(weir_socket_writable_need_drain(net->client.socket));
  net_run_until(net, net_both_closed);
  net_expect("client", &net->client.log, "connect ready w e finish end close(0)");
  net_free(net);
}

/* STR-17: nothing goes over the wire, the callback runs. */
static void an_empty_write_calls_back_and_sends_nothing(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_open(net, NET_IPV4);
  assert_int_equal(
      weir_socket_write(net->client.socket, NULL, 0, net_called, net_tag_of(&net->client, "w")),
      WEIR_OK);
  net_settle(net);
  net_expect("client", &net->client.log, "connect ready w");
  net_expect("peer", &net->peers[0].log, "");
  assert_int_equal(weir_socket_bytes_written(net->client.socket), 0);
  net_free(net);
}

/* STR-19: held back until the last uncork(), marks count meanwhile, surplus uncork() is nothing. */
static void corked_writes_leave_together_at_the_last_uncork(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_open(net, NET_IPV4);
  weir_socket *socket = net->client.socket;
  weir_socket_cork(socket);
  weir_socket_cork(socket);
  assert_int_equal(weir_socket_writable_corked(socket), 2);
  assert_int_equal(net_write(&net->client, 0, 16383, "w1"), WEIR_OK);
  assert_int_equal(net_write(&net->client, 16383, 1, "w2"), WEIR_WAIT_DRAIN);
  weir_socket_uncork(socket);
  net_settle(net);
  net_expect("peer", &net->peers[0].log, "");
  assert_int_equal(weir_socket_writable_length(socket), 16384);
  weir_socket_uncork(socket);
  weir_socket_uncork(socket);
  assert_int_equal(weir_socket_writable_corked(socket), 0);
  net_settle(net);
  net_expect("client", &net->client.log, "connect ready drain w1 w2");
  net_expect("peer", &net->peers[0].log, "data(16384)");
  net_free(net);
}

/* STR-19, STR-09: what was held back before connect() is refused when it would leave. */
static void uncorking_without_connect_destroys_the_socket(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net->client.net = net;
  assert_int_equal(
      weir_socket_create(net->loop, NULL, &net_handlers, &net->client, &net->client.socket),
      WEIR_OK);
  weir_socket_cork(net->client.socket);
  weir_socket_uncork(net->client.socket);
  weir_socket_cork(net->client.socket);
  assert_int_equal(net_write(&net->client, 0, 3, "w"), WEIR_OK);
  net_settle(net);
  net_expect("corked", &net->client.log, "");
  weir_socket_uncork(net->client.socket);
  assert_false(weir_socket_writable(net->client.socket));
  net_run(net);
  net_expect("client", &net->client.log, "w:ERR_SOCKET_CLOSED error(ERR_SOCKET_CLOSED) close(1)");
  net_free(net);
}

/* STR-19, STR-23: end() uncorks completely. */
static void ending_uncorks(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_open(net, NET_IPV4);
  weir_socket_cork(net->client.socket);
  weir_socket_cork(net->client.socket);
  (void)net_write(&net->client, 0, 8, "w");
  (void)net_finish(&net->client, "e");
  assert_int_equal(weir_socket_writable_corked(net->client.socket), 0);
  net_run_until(net, net_both_closed);
  net_expect("client", &net->client.log, "connect ready w e finish end close(0)");
  net_expect("peer", &net->peers[0].log, "data(8) end finish close(0)");
  net_free(net);
}

/* STR-23, STR-24: the last piece is written as by write(). */
static void ending_with_data_sends_it_first(void **state) {
  (void)state;
  static const uint8_t bytes[] = {0, 31, 62};
  net_fixture *net = net_create();
  net_open(net, NET_IPV4);
  assert_int_equal(weir_socket_end(net->client.socket, bytes, sizeof bytes, net_called,
                                   net_tag_of(&net->client, "e")),
                   WEIR_OK);
  net_run_until(net, net_both_closed);
  net_expect("client", &net->client.log, "connect ready e finish end close(0)");
  net_expect("peer", &net->peers[0].log, "data(3) end finish close(0)");
  assert_false(net->peers[0].garbled);
  net_free(net);
}

/* STR-25: behind 'finish' the callback gets an error and nothing else happens. */
static void ending_again_after_finish_fails_the_callback_only(void **state) {
  (void)state;
  net_fixture *net = net_create();
  weir_server_options server = WEIR_SERVER_OPTIONS_INIT;
  server.allow_half_open = true;
  net_open_with(net, NET_IPV4, NULL, &server, NULL);
  (void)net_finish(&net->client, "e1");
  net_settle(net);
  assert_int_equal(net_finish(&net->client, "e2"), WEIR_ERR_STREAM_ALREADY_FINISHED);
  net_settle(net);
  net_expect("client", &net->client.log, "connect ready e1 finish e2:ERR_STREAM_ALREADY_FINISHED");
  (void)net_finish(&net->peers[0], NULL);
  net_run_until(net, net_both_closed);
  net_free(net);
}

static void write_in_finish(net_end *end) {
  (void)net_write(end, 0, 3, "late");
}

/* STR-14, STR-24: a write behind end() ends the socket, its callback first. */
static void writing_after_end_destroys_the_socket(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_open(net, NET_IPV4);
  (void)net_finish(&net->client, "e");
  assert_int_equal(net_write(&net->client, 0, 3, "w"), WEIR_ERR_STREAM_WRITE_AFTER_END);
  assert_true(weir_socket_destroyed(net->client.socket));
  net_run_until(net, net_both_closed);
  assert_non_null(strstr(net->client.log.text, "w:ERR_STREAM_WRITE_AFTER_END"));
  assert_non_null(strstr(net->client.log.text, "error(ERR_STREAM_WRITE_AFTER_END)"));
  assert_true(net_was_told(&net->client.log, "close(1)"));
  assert_string_equal(net->client.message, "write after end");
  net_free(net);
}

/* STR-14: the same in the finish handler. */
static void writing_in_the_finish_handler_destroys_the_socket(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_open(net, NET_IPV4);
  net->client.at = "finish";
  net->client.act = write_in_finish;
  (void)net_finish(&net->client, "e");
  net_run_until(net, net_both_closed);
  net_expect("client", &net->client.log,
             "connect ready e finish late:ERR_STREAM_WRITE_AFTER_END "
             "error(ERR_STREAM_WRITE_AFTER_END) close(1)");
  net_free(net);
}

/* STR-15: the peer ended and this side with it while a queue was flushing. */
static void writing_after_the_automatic_end_is_epipe(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_open(net, NET_IPV4);
  weir_socket_pause(net->client.socket);
  assert_int_equal(net_write(&net->peers[0], 0, MUCH, NULL), WEIR_WAIT_DRAIN);
  (void)net_finish(&net->client, NULL);
  net_settle(net);
  net_expect("peer", &net->peers[0].log, "end");
  assert_int_equal(net_write(&net->peers[0], 0, 3, "w"), WEIR_EPIPE);
  weir_socket_resume(net->client.socket);
  net_run_until(net, net_both_closed);
  net_expect("peer", &net->peers[0].log, "end w:EPIPE error(EPIPE) close(1)");
  assert_string_equal(net->peers[0].message, "This socket has been ended by the other party");
  net_free(net);
}

/* STR-09, CON-04: without connect() there is nowhere to write to. */
static void writing_before_connect_destroys_the_socket(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net->client.net = net;
  assert_int_equal(
      weir_socket_create(net->loop, NULL, &net_handlers, &net->client, &net->client.socket),
      WEIR_OK);
  assert_int_equal(net_write(&net->client, 0, 3, "w"), WEIR_ERR_SOCKET_CLOSED);
  net_run(net);
  net_expect("client", &net->client.log, "w:ERR_SOCKET_CLOSED error(ERR_SOCKET_CLOSED) close(1)");
  assert_string_equal(net->client.message, "Socket is closed");
  net_free(net);
}

typedef struct stubborn {
  unsigned asked, told;
} stubborn;

static void write_again(weir_socket *socket, const weir_error *error, void *user) {
  stubborn *s = user;
  (void)error;
  s->told++;
  if (s->asked++ < 40) (void)weir_socket_write(socket, "x", 1, write_again, s);
}

/* STR-13, STR-05: callbacks that write again are told, before 'close' as a rule, in any case once.
 */
static void writing_again_in_failed_callbacks_ends(void **state) {
  (void)state;
  net_fixture *net = net_create();
  stubborn s = {.asked = 1};
  net_listen(net, NET_IPV4, NULL);
  net_connect(net, NET_IPV4, NULL, &net->client);
  assert_int_equal(weir_socket_write(net->client.socket, "x", 1, write_again, &s), WEIR_OK);
  weir_socket_destroy(net->client.socket, NULL);
  net_stop_listening(net);
  net_run(net);
  net_expect("client", &net->client.log, "close(0)");
  assert_int_equal(s.told, 40);
  net_free(net);
}

/* STR-13: after destroy() the callback gets the error, and no event comes of it. */
static void writing_after_destroy_fails_the_callback_only(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_open(net, NET_IPV4);
  weir_socket_destroy(net->client.socket, NULL);
  assert_int_equal(net_write(&net->client, 0, 3, "w"), WEIR_ERR_STREAM_DESTROYED);
  assert_int_equal(net_finish(&net->client, "e"), WEIR_ERR_STREAM_DESTROYED);
  net_run_until(net, net_both_closed);
  net_expect("client", &net->client.log,
             "connect ready w:ERR_STREAM_DESTROYED e:ERR_STREAM_DESTROYED close(0)");
  net_free(net);
}

/* STR-10, STR-11: what was queued fails; the first one with a code of its own. */
static void writes_queued_while_connecting_fail_with_the_connection(void **state) {
  (void)state;
  static const struct {
    const char *name;
    bool destroy;
    const char *told;
  } cases[] = {{"refused", false,
                "error(ENOENT) w1:ERR_SOCKET_CLOSED_BEFORE_CONNECTION w2:ENOENT e:ENOENT close(1)"},
               {"destroyed", true,
                "w1:ERR_SOCKET_CLOSED_BEFORE_CONNECTION w2:ERR_SOCKET_CLOSED_BEFORE_CONNECTION "
                "e:ERR_SOCKET_CLOSED_BEFORE_CONNECTION close(0)"}};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    net_fixture *net = net_create();
    net_connect(net, NET_PATH, NULL, &net->client);
    (void)net_write(&net->client, 0, 5, "w1");
    (void)net_write(&net->client, 5, 5, "w2");
    (void)net_finish(&net->client, "e");
    if (cases[i].destroy) weir_socket_destroy(net->client.socket, NULL);
    net_run_until(net, net_client_closed);
    net_expect(cases[i].name, &net->client.log, cases[i].told);
    net_free(net);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_write_the_system_takes_at_once_is_ok_and_calls_back_later),
      cmocka_unit_test(while_connecting_the_mark_decides_what_a_write_returns),
      cmocka_unit_test(twenty_chunks_queued_while_connecting_arrive_in_order),
      cmocka_unit_test(a_queue_that_empties_tells_drain_then_callbacks_then_the_end),
      cmocka_unit_test(drain_is_not_told_after_end),
      cmocka_unit_test(an_empty_write_calls_back_and_sends_nothing),
      cmocka_unit_test(corked_writes_leave_together_at_the_last_uncork),
      cmocka_unit_test(uncorking_without_connect_destroys_the_socket),
      cmocka_unit_test(ending_uncorks),
      cmocka_unit_test(ending_with_data_sends_it_first),
      cmocka_unit_test(ending_again_after_finish_fails_the_callback_only),
      cmocka_unit_test(writing_after_end_destroys_the_socket),
      cmocka_unit_test(writing_in_the_finish_handler_destroys_the_socket),
      cmocka_unit_test(writing_after_the_automatic_end_is_epipe),
      cmocka_unit_test(writing_before_connect_destroys_the_socket),
      cmocka_unit_test(writing_again_in_failed_callbacks_ends),
      cmocka_unit_test(writing_after_destroy_fails_the_callback_only),
      cmocka_unit_test(writes_queued_while_connecting_fail_with_the_connection),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
