/* destroy(), destroySoon() and resetAndDestroy() in every state and in every handler. */
#include "tests/support/net_fixture.h"

#include <stdio.h>
#include <string.h>

enum { MUCH = 4000000 };

static void destroy_plain(net_end *end) {
  weir_socket_destroy(end->socket, NULL);
}

static void destroy_with_error(net_end *end) {
  weir_error error = WEIR_ERROR_INIT;
  error.code = WEIR_EIO;
  error.message = "the program's own";
  weir_socket_destroy(end->socket, &error);
}

static void destroy_soon(net_end *end) {
  weir_socket_destroy_soon(end->socket);
}

static void reset(net_end *end) {
  net_note(&end->log, "[%s]", weir_err_name(weir_socket_reset_and_destroy(end->socket)));
}

/* The states of behaviour.md: each brings the client there. */
static void fresh(net_fixture *net) {
  net->client.net = net;
  (void)weir_socket_create(net->loop, NULL, &net_handlers, &net->client, &net->client.socket);
}

static void connecting(net_fixture *net) {
  net_listen(net, NET_IPV4, NULL);
  net_connect(net, NET_IPV4, NULL, &net->client);
}

static void open_half(net_fixture *net) {
  weir_server_options server = WEIR_SERVER_OPTIONS_INIT;
  weir_socket_options client = WEIR_SOCKET_OPTIONS_INIT;
  server.allow_half_open = client.allow_half_open = true;
  net_open_with(net, NET_IPV4, &client, &server, NULL);
}

static void flushing(net_fixture *net) {
  open_half(net);
  weir_socket_pause(net->peers[0].socket);
  (void)net_write(&net->client, 0, MUCH, NULL);
  (void)net_finish(&net->client, NULL);
}

static void fin_out(net_fixture *net) {
  open_half(net);
  (void)net_finish(&net->client, NULL);
}

static void finished(net_fixture *net) {
  open_half(net);
  (void)net_finish(&net->client, NULL);
  net_settle(net);
}

static void half_open(net_fixture *net) {
  open_half(net);
  (void)net_finish(&net->peers[0], NULL);
  net_settle(net);
}

static void destroyed(net_fixture *net) {
  open_half(net);
  weir_socket_destroy(net->client.socket, NULL);
}

typedef struct state_case {
  const char *name;
  void (*reach)(net_fixture *net);
  const char *plain, *with_error, *soon, *reset; /* What is told from the call on. */
} state_case;

/* Behind the state's own events: "connect ready" of an open client, and what came since. */
static const state_case states[] = {
    {"fresh", fresh, "close(0)", "error(EIO) close(1)", "finish close(0)",
     "[OK] error(ERR_SOCKET_CLOSED) close(1)"},
    {"connecting", connecting, "close(0)", "error(EIO) close(1)", "connect ready finish close(0)",
     "[OK] connect ready close(0)"},
    {"open", open_half, "close(0)", "error(EIO) close(1)", "finish close(0)", "[OK] close(0)"},
    {"flushing", flushing, "close(0)", "error(EIO) close(1)", "finish close(0)", "[OK] close(0)"},
    {"FIN under way", fin_out, "close(0)", "error(EIO) close(1)", "finish close(0)",
     "[OK] close(0)"},
    {"finished", finished, "close(0)", "error(EIO) close(1)", "close(0)", "[OK] close(0)"},
    {"half-open", half_open, "close(0)", "error(EIO) close(1)", "finish close(0)", "[OK] close(0)"},
    {"destroyed", destroyed, "close(0)", "close(0)", "close(0)", "[OK] close(0)"}};

static void in_each_state(net_act act, size_t expected_at) {
  for (size_t i = 0; i < COUNT_OF(states); i++) {
    const char *expected;
    net_fixture *net = net_create();
    memcpy(&expected, (const char *)&states[i] + expected_at, sizeof expected);
    states[i].reach(net);
    size_t before = net->client.log.length;
    act(&net->client);
    if (net->peer_count > 0) weir_socket_resume(net->peers[0].socket);
    net_run_until(net, net_client_closed);
    net_settle(net);
    net_log told = {.length = 0};
    net_note(&told, "%s", net->client.log.text + before + (before > 0 ? 1 : 0));
    net_expect(states[i].name, &told, expected);
    net_free(net);
  }
}

/* SOC-33, SOC-34, SOC-36, STR-53: only 'close' follows, whatever was going on. */
static void destroying_tells_close_and_nothing_else_in_each_state(void **state) {
  (void)state;
  in_each_state(destroy_plain, offsetof(state_case, plain));
}

/* SOC-34, SOC-35, SOC-21, SOC-19: 'error' with that error, then 'close' with true. */
static void destroying_with_an_error_tells_it_first_in_each_state(void **state) {
  (void)state;
  in_each_state(destroy_with_error, offsetof(state_case, with_error));
}

/* SOC-38, SOC-39, SOC-40, SOC-41: what is queued goes out first. */
static void destroying_soon_waits_for_the_queue_in_each_state(void **state) {
  (void)state;
  in_each_state(destroy_soon, offsetof(state_case, soon));
}

/* SOC-50, SOC-51, SOC-52, SOC-54, SOC-55: reset, in the state between end() and FIN as well. */
static void resetting_ends_the_socket_in_each_state(void **state) {
  (void)state;
  in_each_state(reset, offsetof(state_case, reset));
}

typedef struct handler_case {
  const char *at;    /* The client's event or callback in which it is destroyed. */
  const char *plain; /* What the client is told, all in all, by a system that takes all at once. */
} handler_case;

/* A session in which each event comes: writes that wait, an answer, both ends. */
static void play(net_fixture *net) {
  weir_socket_options client = WEIR_SOCKET_OPTIONS_INIT;
  net_listen(net, NET_IPV4, NULL);
  client.writable_high_water_mark_bytes = 1;
  weir_connect_options target = net_target(net, NET_IPV4);
  net->client.net = net;
  assert_int_equal(
      weir_socket_create(net->loop, &client, &net_handlers, &net->client, &net->client.socket),
      WEIR_OK);
  assert_int_equal(
      weir_socket_connect(net->client.socket, &target, net_called, net_tag_of(&net->client, "c")),
      WEIR_OK);
  (void)net_write(&net->client, 0, 10, "w1");
  (void)net_write(&net->client, 10, 10, "w2");
  net_settle(net);
  if (net->client.socket && net->peer_count > 0 && net->peers[0].socket) {
    (void)net_write(&net->peers[0], 0, 5, NULL);
    net_settle(net);
  }
  if (net->client.socket) (void)net_finish(&net->client, "e");
  net_settle(net);
}

/* SOC-12, SOC-33, SOC-36, STR-12, STR-53: what is owed is told, no event but 'close' follows. */
static void destroying_in_each_handler_leaves_callbacks_and_close(void **state) {
  (void)state;
  static const handler_case cases[] = {
      {"connect", "connect c w1 w2 close(0)"},
      {"c", "connect c w1 w2 close(0)"},
      {"ready", "connect c ready w1 w2 close(0)"},
      {"drain", "connect c ready drain w1 w2 close(0)"},
      {"w1", "connect c ready drain w1 w2 close(0)"},
      {"w2", "connect c ready drain w1 w2 close(0)"},
      {"data", "connect c ready drain w1 w2 data(5) close(0)"},
      {"e", "connect c ready drain w1 w2 data(5) e close(0)"},
      {"finish", "connect c ready drain w1 w2 data(5) e finish close(0)"},
      {"end", "connect c ready drain w1 w2 data(5) e finish end close(0)"},
      {"close", "connect c ready drain w1 w2 data(5) e finish end close(0)"}};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    static const net_act acts[] = {destroy_plain, destroy_with_error, destroy_soon};
    for (size_t how = 0; how < COUNT_OF(acts); how++) {
      net_fixture *net = net_create();
      net->client.net = net;
      net->client.at = cases[i].at;
      net->client.act = acts[how];
      play(net);
      net_run_until(net, net_client_closed);
      const char *told = net->client.log.text;
      assert_null(net->client.at);
      assert_int_equal(net->client.closes, 1);
      if (strcmp(cases[i].at, "connect") == 0 && how < 2)
        assert_false(net_was_told(&net->client.log, "ready"));
      /* destroySoon() lets the rest go out; the others drop what was not sent. */
      if (how == 0 && !loop_fixture_is_sim(&net->base))
        net_expect(cases[i].at, &net->client.log, cases[i].plain);
      if (how == 1 && strcmp(cases[i].at, "close") != 0)
        assert_non_null(strstr(told, "error(EIO)"));
      for (size_t tag = 0; tag < 3; tag++)
        if (net->tags[tag].calls != 1)
          fail_msg("destroyed in %s: %s: %s ran %u times", cases[i].at, told, net->tags[tag].name,
                   net->tags[tag].calls);
      net_free(net);
    }
  }
}

/* SOC-19, SOC-35: destroying in 'error' changes nothing. */
static void destroying_in_the_error_handler_changes_nothing(void **state) {
  (void)state;
  static const net_act acts[] = {destroy_plain, destroy_with_error, destroy_soon, reset};
  for (size_t how = 0; how < COUNT_OF(acts); how++) {
    net_fixture *net = net_create();
    net->client.at = "error";
    net->client.act = acts[how];
    net_connect(net, NET_PATH, NULL, &net->client);
    net_run_until(net, net_client_closed);
    assert_true(net_was_told(&net->client.log, "error(ENOENT)"));
    assert_true(net_was_told(&net->client.log, "close(1)"));
    assert_int_equal(net->client.error, WEIR_ENOENT);
    net_free(net);
  }
}

static void destroy_the_peer(net_server *server) {
  weir_socket_destroy(server->net->peers[0].socket, NULL);
}

/* SRV-14, SOC-33: a connection may go in the handler that brings it. */
static void destroying_in_the_connection_handler_closes_the_connection(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net->server.at = "connection";
  net->server.act = destroy_the_peer;
  net_listen(net, NET_IPV4, NULL);
  net_connect(net, NET_IPV4, NULL, &net->client);
  net_run_until(net, net_both_closed);
  net_expect("peer", &net->peers[0].log, "close(0)");
  net_expect("client", &net->client.log, "connect ready end finish close(0)");
  assert_int_equal(weir_server_connections(net->server.server), 0);
  net_free(net);
}

/* SOC-35: the first error wins. */
static void only_the_first_destroy_counts(void **state) {
  (void)state;
  weir_error second = WEIR_ERROR_INIT;
  net_fixture *net = net_create();
  second.code = WEIR_EPERM;
  net_open(net, NET_IPV4);
  destroy_with_error(&net->client);
  weir_socket_destroy(net->client.socket, &second);
  weir_socket_destroy(net->client.socket, NULL);
  net_run_until(net, net_both_closed);
  net_expect("client", &net->client.log, "connect ready error(EIO) close(1)");
  assert_string_equal(net->client.message, "the program's own");
  net_expect("peer", &net->peers[0].log, "end finish close(0)");
  net_free(net);
}

/* STR-12, STR-22: what was out is told, what waited fails with the reason. */
static void destroying_with_a_queue_fails_each_write_once(void **state) {
  (void)state;
  static const struct {
    net_act act;
    const char *told;
  } cases[] = {{destroy_plain, "connect ready w1:ECANCELED w2:ERR_STREAM_DESTROYED "
                               "e:ERR_STREAM_DESTROYED close(0)"},
               {destroy_with_error, "connect ready error(EIO) w1:ECANCELED w2:EIO e:EIO close(1)"}};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    net_fixture *net = net_create();
    net_open(net, NET_IPV4);
    weir_socket_pause(net->peers[0].socket);
    (void)net_write(&net->client, 0, MUCH, "w1");
    (void)net_write(&net->client, MUCH, 7, "w2");
    (void)net_finish(&net->client, "e");
    cases[i].act(&net->client);
    assert_int_equal(weir_socket_bytes_written(net->client.socket), MUCH + 7);
    weir_socket *kept = weir_socket_retain(net->client.socket);
    net_run_until(net, net_client_closed);
    net_expect("queued", &net->client.log, cases[i].told);
    assert_int_equal(weir_socket_bytes_written(kept), MUCH);
    weir_socket_release(kept);
    net_free(net);
  }
}

/* SOC-37: a peer that has unread bytes in the system resets, any other one ends. */
static void destroying_with_unread_bytes_resets_the_connection(void **state) {
  (void)state;
  static const struct {
    const char *name;
    size_t sent;
    const char *client;
  } cases[] = {{"unread", 9, "connect ready error(ECONNRESET) close(1)"},
               {"nothing unread", 0, "connect ready end finish close(0)"}};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    weir_server_options server = WEIR_SERVER_OPTIONS_INIT;
    net_fixture *net = net_create();
    server.pause_on_connect = true;
    net_open_with(net, NET_IPV4, NULL, &server, NULL);
    (void)net_write(&net->client, 0, cases[i].sent, NULL);
    net_settle(net);
    weir_socket_destroy(net->peers[0].socket, NULL);
    net_run_until(net, net_both_closed);
    net_expect(cases[i].name, &net->client.log, cases[i].client);
    net_free(net);
  }
}

/* SOC-50, STR-50, ERR-05: the other end of a reset. */
static void a_reset_is_an_error_for_the_peer(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_open(net, NET_IPV6);
  reset(&net->client);
  net_run_until(net, net_both_closed);
  net_expect("client", &net->client.log, "connect ready [OK] close(0)");
  net_expect("peer", &net->peers[0].log, "error(ECONNRESET) close(1)");
  assert_string_equal(net->peers[0].message, "read ECONNRESET");
  assert_string_equal(net->peers[0].syscall, "read");
  net_free(net);
}

/* SOC-53: Unix sockets cannot be reset; nothing happens to them. */
static void resetting_a_unix_socket_is_refused_and_harms_nothing(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_listen(net, NET_PATH, NULL);
  net_connect(net, NET_PATH, NULL, &net->client);
  reset(&net->client);
  net_settle(net);
  reset(&net->client);
  (void)net_write(&net->client, 0, 4, NULL);
  net_settle(net);
  net_expect("client", &net->client.log,
             "[ERR_INVALID_HANDLE_TYPE] connect ready [ERR_INVALID_HANDLE_TYPE]");
  net_expect("peer", &net->peers[0].log, "data(4)");
  net_free(net);
}

/* SOC-51, CON-02: a reset that waits for a connection which never comes. */
static void a_connection_that_fails_tells_its_own_error_though_a_reset_waits(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_listen(net, NET_IPV4, NULL);
  net_stop_listening(net);
  net_connect(net, NET_IPV4, NULL, &net->client);
  reset(&net->client);
  net_run(net);
  net_expect("client", &net->client.log, "[OK] error(ECONNREFUSED) close(1)");
  net_free(net);
}

/* SOC-40, STR-19: a cork does not keep destroySoon() waiting. */
static void destroying_soon_uncorks(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_open(net, NET_IPV4);
  weir_socket_cork(net->client.socket);
  (void)net_write(&net->client, 0, 8, "w");
  weir_socket_destroy_soon(net->client.socket);
  net_settle(net);
  net_expect("client", &net->client.log, "connect ready w finish close(0)");
  net_expect("peer", &net->peers[0].log, "data(8) end finish close(0)");
  net_free(net);
}

/* In a callback of a write that is lost: undoes the cork, and has another socket write and end. */
static void uncork_and_use_another(net_end *end) {
  weir_socket_uncork(end->socket);
  (void)net_write(&end->net->client, 0, MUCH, "w");
  (void)net_finish(&end->net->client, "e");
}

/* STR-05, STR-11, STR-19: what one socket gives up in its callbacks another one may use. */
static void a_callback_of_a_lost_write_may_uncork_and_use_another_socket(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_open(net, NET_IPV4);
  net_end lost = {.net = net, .at = "lost", .act = uncork_and_use_another};
  weir_connect_options target = net_target(net, NET_IPV4);
  assert_int_equal(weir_socket_create(net->loop, NULL, &net_handlers, &lost, &lost.socket),
                   WEIR_OK);
  weir_socket_cork(lost.socket);
  assert_int_equal(weir_socket_connect(lost.socket, &target, NULL, NULL), WEIR_OK);
  (void)net_write(&lost, 0, 5, "lost");
  weir_socket_destroy(lost.socket, NULL);
  net_run_until(net, net_both_closed);
  net_expect("lost", &lost.log, "lost:ERR_SOCKET_CLOSED_BEFORE_CONNECTION close(0)");
  net_expect("client", &net->client.log, "connect ready w e finish end close(0)");
  assert_int_equal(net->peers[0].received, MUCH);
  net_free(net);
}

static void write_again(net_end *end) {
  (void)net_write(end, 0, 5, "again");
}

/* STR-13, STR-53: what is asked for in the last callbacks is answered before 'close' as well. */
static void a_write_in_the_callback_of_a_lost_write_is_answered_before_close(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net->client.at = "lost";
  net->client.act = write_again;
  net_connect(net, NET_PATH, NULL, &net->client);
  (void)net_write(&net->client, 0, 5, "lost");
  weir_socket_destroy(net->client.socket, NULL);
  net_run(net);
  net_expect("client", &net->client.log,
             "lost:ERR_SOCKET_CLOSED_BEFORE_CONNECTION again:ERR_STREAM_DESTROYED close(0)");
  net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(destroying_tells_close_and_nothing_else_in_each_state),
      cmocka_unit_test(destroying_with_an_error_tells_it_first_in_each_state),
      cmocka_unit_test(destroying_soon_waits_for_the_queue_in_each_state),
      cmocka_unit_test(resetting_ends_the_socket_in_each_state),
      cmocka_unit_test(destroying_in_each_handler_leaves_callbacks_and_close),
      cmocka_unit_test(destroying_in_the_error_handler_changes_nothing),
      cmocka_unit_test(destroying_in_the_connection_handler_closes_the_connection),
      cmocka_unit_test(only_the_first_destroy_counts),
      cmocka_unit_test(destroying_with_a_queue_fails_each_write_once),
      cmocka_unit_test(destroying_with_unread_bytes_resets_the_connection),
      cmocka_unit_test(a_reset_is_an_error_for_the_peer),
      cmocka_unit_test(resetting_a_unix_socket_is_refused_and_harms_nothing),
      cmocka_unit_test(a_connection_that_fails_tells_its_own_error_though_a_reset_waits),
      cmocka_unit_test(destroying_soon_uncorks),
      cmocka_unit_test(a_callback_of_a_lost_write_may_uncork_and_use_another_socket),
      cmocka_unit_test(a_write_in_the_callback_of_a_lost_write_is_answered_before_close),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
