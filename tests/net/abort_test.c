/* Abort signals on the loop's own thread: sockets and servers in every state, and whose they are.
 */
#include "tests/support/net_fixture.h"

#include "conformance/clause.h"

#include <string.h>

enum { MANY = 2000 };

static net_fixture *net;
static weir_abort_signal *sign;

static int setup(void **state) {
  (void)state;
  net = net_create();
  return weir_abort_signal_create(net->loop, &sign) == WEIR_OK ? 0 : -1;
}

static int teardown(void **state) {
  (void)state;
  net_free(net);
  weir_abort_signal_release(sign);
  return 0;
}

static weir_socket_options with_signal(void) {
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  options.signal = sign;
  return options;
}

static weir_err make(net_end *end) {
  weir_socket_options options = with_signal();
  end->net = net;
  return weir_socket_create(net->loop, &options, &net_handlers, end, &end->socket);
}

static void fresh(void) {
  assert_int_equal(make(&net->client), WEIR_OK);
}

static void connecting(void) {
  weir_socket_options options = with_signal();
  net_listen(net, NET_IPV4, NULL);
  net_connect(net, NET_IPV4, &options, &net->client);
}

static void open(void) {
  weir_socket_options options = with_signal();
  options.allow_half_open = true;
  weir_server_options server = WEIR_SERVER_OPTIONS_INIT;
  server.allow_half_open = true;
  net_open_with(net, NET_IPV4, &options, &server, NULL);
}

static void finished(void) {
  open();
  assert_int_equal(net_finish(&net->client, NULL), WEIR_OK);
  net_settle(net);
}

static void half_open(void) {
  open();
  assert_int_equal(net_finish(&net->peers[0], NULL), WEIR_OK);
  net_settle(net);
}

static void a_signal_destroys_a_socket_in_each_state(void **state) {
  static const struct {
    const char *name;
    void (*reach)(void);
  } states[] = {{"fresh", fresh},
                {"connecting", connecting},
                {"open", open},
                {"finished", finished},
                {"half-open", half_open}};
  for (size_t i = 0; i < COUNT_OF(states); i++) {
    if (i > 0) assert_int_equal(setup(state), 0);
    states[i].reach();
    size_t before = net->client.log.length;
    CLAUSES("ABT-04") {
      assert_false(weir_abort_signal_aborted(sign));
      weir_abort(sign);
      assert_true(weir_abort_signal_aborted(sign));
      assert_true(weir_socket_destroyed(net->client.socket));
      assert_int_equal(net->client.log.length, before);
      net_run_until(net, net_client_closed);
      net_log told = {.length = 0};
      net_note(&told, "%s", net->client.log.text + before + (before > 0 ? 1 : 0));
      net_expect(states[i].name, &told, "error(ABORT_ERR) close(1)");
      assert_string_equal(net->client.message, "The operation was aborted");
    }
    net_settle(net);
    if (i + 1 < COUNT_OF(states)) assert_int_equal(teardown(state), 0);
  }
}

static void a_signal_fired_before_destroys_at_once(void **state) {
  (void)state;
  weir_abort(sign);
  CLAUSES("ABT-05") {
    assert_int_equal(make(&net->client), WEIR_OK);
    assert_true(weir_socket_destroyed(net->client.socket));
    weir_connect_options target = WEIR_CONNECT_OPTIONS_INIT;
    target.port = 1;
    assert_int_equal(weir_socket_connect(net->client.socket, &target, NULL, NULL),
                     WEIR_ERR_STREAM_DESTROYED);
    net_run(net);
    net_expect("fresh", &net->client.log, "error(ABORT_ERR) close(1)");
  }
}

static void a_signal_fired_before_destroys_what_connects(void **state) {
  (void)state;
  weir_socket_options options = with_signal();
  weir_connect_options target;
  net_end *end = &net->client;
  net_listen(net, NET_IPV4, NULL);
  target = net_target(net, NET_IPV4);
  end->net = net;
  weir_abort(sign);
  CLAUSES("ABT-05") {
    assert_int_equal(weir_connect(net->loop, &options, &target, &net_handlers, end, &end->socket),
                     WEIR_OK);
    assert_true(weir_socket_destroyed(end->socket));
    net_run_until(net, net_client_closed);
    net_expect("connecting", &end->log, "error(ABORT_ERR) close(1)");
  }
  /* What is refused anyway is refused, and there is no socket. */
  target.port = 70000;
  assert_int_equal(weir_connect(net->loop, &options, &target, &net_handlers, end, &end->socket),
                   WEIR_ERR_SOCKET_BAD_PORT);
  assert_null(end->socket);
}

/* Were the sockets still in its list, the allocator would have kept bytes, and firing would run
 * into memory that is gone. */
static void a_signal_forgets_sockets_that_have_closed(void **state) {
  (void)state;
  weir_socket_options options = with_signal();
  weir_socket *socket;
  assert_int_equal(weir_socket_create(net->loop, &options, NULL, NULL, &socket), WEIR_OK);
  weir_socket_destroy(socket, NULL);
  net_run(net);
  size_t bytes = loop_fixture_bytes(&net->base);
  for (int i = 0; i < MANY; i++) {
    assert_int_equal(weir_socket_create(net->loop, &options, NULL, NULL, &socket), WEIR_OK);
    if (i % 2) weir_socket_retain(socket);
    weir_socket_destroy(socket, NULL);
    net_run(net);
    if (i % 2) weir_socket_release(socket);
  }
  CLAUSES("ABT-06") {
    assert_int_equal(loop_fixture_bytes(&net->base), bytes);
    open();
    assert_int_equal(net_finish(&net->client, NULL), WEIR_OK);
    assert_int_equal(net_finish(&net->peers[0], NULL), WEIR_OK);
    net_run_until(net, net_both_closed);
    weir_abort(sign);
    net_settle(net);
    assert_false(net_was_told(&net->client.log, "error(ABORT_ERR)"));
  }
}

static void the_first_error_counts(void **state) {
  (void)state;
  weir_error mine = WEIR_ERROR_INIT;
  mine.code = WEIR_EIO;
  fresh();
  weir_socket_destroy(net->client.socket, &mine);
  CLAUSES("ABT-06") {
    weir_abort(sign);
    weir_abort(sign);
    net_run(net);
    net_expect("destroyed before", &net->client.log, "error(EIO) close(1)");
  }
}

static void abort_it(net_end *end) {
  (void)end;
  weir_abort(sign);
}

static void a_handler_may_fire_the_signal_of_its_own_socket(void **state) {
  (void)state;
  net->client.at = "connect";
  net->client.act = abort_it;
  connecting();
  CLAUSES("ABT-04") {
    net_run_until(net, net_client_closed);
    net_expect("in on_connect", &net->client.log, "connect error(ABORT_ERR) close(1)");
  }
}

static char order[8];

static void note_order(weir_socket *socket, const weir_error *error, void *user) {
  (void)socket;
  (void)error;
  (void)strncat(order, user, sizeof order - strlen(order) - 1);
}

static void sockets_end_in_the_order_of_being_given_the_signal(void **state) {
  (void)state;
  static char names[] = "a\0b\0c";
  weir_socket_handlers handlers = WEIR_SOCKET_HANDLERS_INIT;
  weir_socket_options options = with_signal();
  weir_socket *sockets[3];
  handlers.on_error = note_order;
  order[0] = '\0';
  for (int i = 0; i < 3; i++)
    assert_int_equal(
        weir_socket_create(net->loop, &options, &handlers, names + (ptrdiff_t)2 * i, &sockets[i]),
        WEIR_OK);
  weir_abort(sign);
  for (int i = 0; i < 3; i++) assert_true(weir_socket_destroyed(sockets[i]));
  net_run(net);
  assert_string_equal(order, "abc");
}

/* Sockets hold what they were given; asan sees who frees it too early, or never. */
static void whoever_gave_a_signal_away_may_let_go_of_it(void **state) {
  (void)state;
  weir_abort_signal *given = sign;
  fresh();
  assert_int_equal(weir_abort_signal_create(net->loop, &sign), WEIR_OK);
  weir_abort_signal_release(given);
  weir_abort_signal_release(NULL);
  assert_false(weir_abort_signal_aborted(given));
  weir_abort(given);
  assert_true(weir_socket_destroyed(net->client.socket));
  net_run(net);
}

static weir_err listen_with(weir_abort_signal *signal, net_kind kind, const char *callback) {
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  net_server *server = &net->server;
  if (!server->server) net_make_server(net, server);
  if (kind == NET_PATH) {
    options.path = net->path;
  } else {
    options.port = 0;
    options.host = "127.0.0.1";
  }
  options.signal = signal;
  return weir_server_listen(server->server, &options, net_server_called,
                            net_server_tag(server, callback));
}

static void a_signal_closes_a_server(void **state) {
  (void)state;
  assert_int_equal(listen_with(sign, NET_PATH, "cb"), WEIR_OK);
  net_settle(net);
  CLAUSES("ABT-01") {
    weir_abort(sign);
    assert_false(weir_server_listening(net->server.server));
    net_run(net);
    net_expect("closed", &net->server.log, "listening cb close");
    /* The name is free again. */
    assert_int_equal(listen_with(NULL, NET_PATH, "cb2"), WEIR_OK);
    net_settle(net);
    net_expect("again", &net->server.log, "listening cb close listening cb2");
  }
}

static void a_signal_fired_before_listening_was_told_cancels_it(void **state) {
  (void)state;
  assert_int_equal(listen_with(sign, NET_IPV4, "cb"), WEIR_OK);
  weir_abort(sign);
  CLAUSES("ABT-01", "ABT-02") {
    net_run(net);
    net_expect("server", &net->server.log, "cb:ECANCELED close");
  }
}

static void a_signal_fired_before_listen_closes_in_the_next_step(void **state) {
  (void)state;
  weir_abort(sign);
  CLAUSES("ABT-02") {
    assert_int_equal(listen_with(sign, NET_IPV4, "cb"), WEIR_OK);
    assert_true(weir_server_listening(net->server.server));
    net_run(net);
    assert_false(weir_server_listening(net->server.server));
    assert_true(net_was_told(&net->server.log, "close"));
    assert_true(net_was_told(&net->server.log, "cb:ECANCELED"));
    assert_false(net_was_told(&net->server.log, "listening"));
  }
}

static void a_server_that_is_freed_is_not_closed_again(void **state) {
  (void)state;
  weir_abort(sign);
  assert_int_equal(listen_with(sign, NET_IPV4, "cb"), WEIR_OK);
  weir_server_free(net->server.server);
  net_run(net);
  net_expect("server", &net->server.log, "cb:ECANCELED");
}

/* close() comes first, and its step finds another listen() without signal. */
static void a_listen_behind_an_aborted_one_is_not_closed(void **state) {
  (void)state;
  weir_abort(sign);
  assert_int_equal(listen_with(sign, NET_IPV4, "cb"), WEIR_OK);
  assert_int_equal(weir_server_close(net->server.server, NULL, NULL), WEIR_OK);
  assert_int_equal(listen_with(NULL, NET_IPV4, "cb2"), WEIR_OK);
  net_settle(net);
  assert_true(weir_server_listening(net->server.server));
}

/* Nor by the one before, if it has a signal of its own. */
static void a_signal_is_one_listens(void **state) {
  (void)state;
  weir_abort_signal *other;
  assert_int_equal(weir_abort_signal_create(net->loop, &other), WEIR_OK);
  weir_abort(sign);
  assert_int_equal(listen_with(sign, NET_IPV4, "cb"), WEIR_OK);
  assert_int_equal(weir_server_close(net->server.server, NULL, NULL), WEIR_OK);
  assert_int_equal(listen_with(other, NET_IPV4, "cb2"), WEIR_OK);
  net_settle(net);
  assert_true(weir_server_listening(net->server.server));
  weir_abort(other);
  assert_false(weir_server_listening(net->server.server));
  weir_abort_signal_release(other);
}

static void a_signal_forgets_a_server_that_was_closed(void **state) {
  (void)state;
  assert_int_equal(listen_with(sign, NET_IPV4, "cb"), WEIR_OK);
  net_settle(net);
  assert_int_equal(weir_server_close(net->server.server, NULL, NULL), WEIR_OK);
  net_run(net);
  assert_int_equal(listen_with(NULL, NET_IPV4, "cb2"), WEIR_OK);
  net_settle(net);
  CLAUSES("ABT-03") {
    weir_abort(sign);
    assert_true(weir_server_listening(net->server.server));
  }
  weir_server_free(net->server.server);
  net->server.server = NULL;
  net_run(net);
}

static void a_failed_listen_lets_go_of_the_signal(void **state) {
  (void)state;
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  weir_server *other;
  net_listen(net, NET_IPV4, NULL);
  options.port = net->port;
  options.host = "127.0.0.1";
  options.signal = sign;
  assert_int_equal(weir_create_server(net->loop, NULL, NULL, NULL, &other), WEIR_OK);
  assert_int_equal(weir_server_listen(other, &options, NULL, NULL), WEIR_OK);
  net_settle(net);
  assert_false(weir_server_listening(other));
  options.port = 0;
  options.signal = NULL;
  assert_int_equal(weir_server_listen(other, &options, NULL, NULL), WEIR_OK);
  weir_abort(sign);
  assert_true(weir_server_listening(other));
  weir_server_free(other);
}

static void what_is_no_signal_of_the_loop_is_refused(void **state) {
  (void)state;
  net_fixture *other = net_create();
  weir_abort_signal *strange;
  weir_abort_signal *none = sign;
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  weir_socket *socket;
  assert_int_equal(weir_abort_signal_create(other->loop, &strange), WEIR_OK);
  options.signal = strange;
  CLAUSES("ABT-08") {
    assert_int_equal(weir_socket_create(net->loop, &options, NULL, NULL, &socket),
                     WEIR_ERR_INVALID_ARG_VALUE);
    assert_null(socket);
    assert_int_equal(listen_with(strange, NET_IPV4, "cb"), WEIR_ERR_INVALID_ARG_VALUE);
    assert_int_equal(weir_abort_signal_create(NULL, &none), WEIR_ERR_INVALID_ARG_TYPE);
    assert_null(none);
    assert_int_equal(weir_abort_signal_create(net->loop, NULL), WEIR_ERR_INVALID_ARG_TYPE);
    weir_abort(NULL);
    assert_false(weir_abort_signal_aborted(NULL));
    assert_null(weir_abort_signal_retain(NULL));
  }
  net_free(other);
  /* Nor is one whose loop is gone. */
  assert_int_equal(weir_socket_create(net->loop, &options, NULL, NULL, &socket),
                   WEIR_ERR_INVALID_ARG_VALUE);
  weir_abort_signal_release(strange);
}

static void a_signal_may_outlive_its_loop(void **state) {
  (void)state;
  net_fixture *other = net_create();
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  weir_abort_signal *late;
  weir_socket *socket;
  assert_int_equal(weir_abort_signal_create(other->loop, &late), WEIR_OK);
  options.signal = late;
  assert_int_equal(weir_socket_create(other->loop, &options, NULL, NULL, &socket), WEIR_OK);
  net_free(other);
  assert_false(weir_abort_signal_aborted(late));
  weir_abort(late);
  weir_abort(late);
  assert_true(weir_abort_signal_aborted(late));
  weir_abort_signal_release(late);
}

static weir_err late_create = WEIR_OK;

static void create_late(weir_loop *loop, weir_err status, void *user) {
  (void)status;
  (void)user;
  weir_abort_signal *signal;
  late_create = weir_abort_signal_create(loop, &signal);
}

static void a_loop_that_is_being_freed_makes_no_signal(void **state) {
  (void)state;
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  weir_loop *loop;
  options.backend = loop_fixture_backend_name();
  assert_int_equal(weir_loop_create(&options, &loop), WEIR_OK);
  assert_int_equal(weir_loop_post(loop, create_late, NULL), WEIR_OK);
  assert_int_equal(loop_fixture_free(loop), WEIR_OK);
  assert_int_equal(late_create, WEIR_ERR_LOOP_CLOSED);
}

/* Whatever there is no memory for, the signal keeps nobody who was never made. */
static void without_memory_nothing_is_left_in_the_signal(void **state) {
  (void)state;
  weir_err err;
  size_t failed = 0;
  do {
    loop_fixture_fail_at(&net->base, ++failed);
    err = make(&net->client);
    assert_true(err == WEIR_OK || err == WEIR_ENOMEM);
    assert_true(err == WEIR_OK || !net->client.socket);
  } while (err != WEIR_OK);
  assert_true(failed > 3);
  failed = 0;
  loop_fixture_fail_at(&net->base, 0);
  assert_int_equal(listen_with(NULL, NET_IPV4, "first"), WEIR_OK);
  assert_int_equal(weir_server_close(net->server.server, NULL, NULL), WEIR_OK);
  net_settle(net);
  do {
    loop_fixture_fail_at(&net->base, ++failed);
    err = listen_with(sign, NET_IPV4, "next");
    assert_true(err == WEIR_OK || err == WEIR_ENOMEM);
  } while (err != WEIR_OK);
  assert_true(failed > 2);
  loop_fixture_fail_at(&net->base, 0);
  weir_abort(sign);
  assert_true(weir_socket_destroyed(net->client.socket));
  net_run(net);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(a_signal_destroys_a_socket_in_each_state),
      TEST(a_signal_fired_before_destroys_at_once),
      TEST(a_signal_fired_before_destroys_what_connects),
      TEST(a_signal_forgets_sockets_that_have_closed),
      TEST(the_first_error_counts),
      TEST(a_handler_may_fire_the_signal_of_its_own_socket),
      TEST(sockets_end_in_the_order_of_being_given_the_signal),
      TEST(whoever_gave_a_signal_away_may_let_go_of_it),
      TEST(a_signal_closes_a_server),
      TEST(a_signal_fired_before_listening_was_told_cancels_it),
      TEST(a_signal_fired_before_listen_closes_in_the_next_step),
      TEST(a_server_that_is_freed_is_not_closed_again),
      TEST(a_listen_behind_an_aborted_one_is_not_closed),
      TEST(a_signal_is_one_listens),
      TEST(a_signal_forgets_a_server_that_was_closed),
      TEST(a_failed_listen_lets_go_of_the_signal),
      TEST(what_is_no_signal_of_the_loop_is_refused),
      TEST(a_signal_may_outlive_its_loop),
      TEST(a_loop_that_is_being_freed_makes_no_signal),
      TEST(without_memory_nothing_is_left_in_the_signal),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
