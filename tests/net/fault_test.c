/* What the core makes of calls that fail: a backend that stands on the one under test and fails
 * where it is told to. */
#include "tests/support/net_fixture.h"
#include "tests/support/test.h"

#include "weir/backend.h"

#include <string.h>

enum { KINDS = 8, MUCH = 4000000 };

/* The backend of one loop; only one is under test at a time. */
static struct {
  const weir_backend_ops *real;
  weir_backend_ops ops;
  weir_op *failed; /* Operations to be handed out as failed. */
  weir_err op_error[KINDS];
  unsigned op_times[KINDS]; /* How many of a kind fail. */
  weir_err ipv6, send, listen;
  bool sends_nothing;   /* Nothing can be sent at once. */
  bool holds_accepts;   /* What was accepted is handed out later. */
  bool keeps_receiving; /* cancel() comes too late for a receive. */
} fault;

static weir_err fault_create(weir_backend *backend, weir_handle *handle, weir_transport transport,
                             weir_family family) {
  if (family == WEIR_FAMILY_IPV6 && fault.ipv6 != WEIR_OK) return fault.ipv6;
  return fault.real->create(backend, handle, transport, family);
}

static weir_err fault_listen(weir_backend *backend, weir_handle *handle, int backlog) {
  return fault.listen != WEIR_OK ? fault.listen : fault.real->listen(backend, handle, backlog);
}

static void fault_submit(weir_backend *backend, weir_op *op) {
  if (fault.op_times[op->kind] == 0) {
    fault.real->submit(backend, op);
    return;
  }
  fault.op_times[op->kind]--;
  op->error = fault.op_error[op->kind];
  op->next = fault.failed;
  fault.failed = op;
  fault.real->wake(backend);
}

static weir_err fault_poll(weir_backend *backend, weir_time deadline, weir_completions *done) {
  weir_op **link = done->end;
  weir_err err = fault.real->poll(backend, deadline, done);
  while (fault.holds_accepts && *link) {
    weir_op *op = *link;
    if (op->kind != WEIR_OP_ACCEPT) {
      link = &op->next;
      continue;
    }
    *link = op->next;
    if (!*link) done->end = link;
    op->next = fault.failed;
    fault.failed = op;
  }
  while (!fault.holds_accepts && fault.failed) {
    weir_op *op = fault.failed;
    fault.failed = op->next;
    op->next = NULL;
    *done->end = op;
    done->end = &op->next;
  }
  return err;
}

static ptrdiff_t fault_try_send(weir_backend *backend, weir_handle *handle,
                                const weir_slice *slices, size_t count) {
  if (fault.send != WEIR_OK) return -(ptrdiff_t)fault.send;
  if (fault.sends_nothing) return 0;
  return fault.real->try_send(backend, handle, slices, count);
}

static void fault_cancel(weir_backend *backend, weir_op *op) {
  if (op->kind == WEIR_OP_RECEIVE && fault.keeps_receiving) return;
  fault.real->cancel(backend, op);
}

static net_fixture *create(void) {
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  memset(&fault, 0, sizeof fault);
  fault.real = weir_backend_find(loop_fixture_backend_name());
  assert_non_null(fault.real);
  fault.ops = *fault.real;
  fault.ops.create = fault_create;
  fault.ops.listen = fault_listen;
  fault.ops.submit = fault_submit;
  fault.ops.poll = fault_poll;
  fault.ops.try_send = fault_try_send;
  fault.ops.cancel = fault_cancel;
  options.custom_backend = &fault.ops;
  return net_create_with(&options);
}

static void fail_op(weir_op_kind kind, unsigned times, weir_err err) {
  fault.op_times[kind] = times;
  fault.op_error[kind] = err;
}

static void end_all(net_fixture *net) {
  weir_socket_destroy(net->client.socket, NULL);
  for (size_t i = 0; i < net->peer_count; i++) weir_socket_destroy(net->peers[i].socket, NULL);
  weir_server_free(net->server.server);
  net_run(net);
  net_free(net);
}

static weir_err listen_anywhere(net_fixture *net, weir_listen_options *options) {
  options->port = 0;
  if (!net->server.server) net_make_server(net, &net->server);
  weir_err err = weir_server_listen(net->server.server, options, NULL, NULL);
  weir_address address = {0};
  assert_int_equal(weir_server_address(net->server.server, &address), WEIR_OK);
  net->port = address.port;
  return err;
}

/* LSN-21: "::" becomes 0.0.0.0 where there is no IPv6; nothing else does. */
static void without_ipv6_a_server_listens_on_ipv4(void **state) {
  (void)state;
  static const weir_err codes[] = {WEIR_EAFNOSUPPORT, WEIR_EADDRNOTAVAIL, WEIR_EINVAL};
  for (size_t i = 0; i < COUNT_OF(codes); i++) {
    net_fixture *net = create();
    weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
    weir_address address;
    fault.ipv6 = codes[i];
    assert_int_equal(listen_anywhere(net, &options), WEIR_OK);
    assert_int_equal(weir_server_address(net->server.server, &address), WEIR_OK);
    assert_int_equal(address.family, WEIR_FAMILY_IPV4);
    net_connect(net, NET_IPV4, NULL, &net->client);
    net_settle(net);
    net_expect("the client", &net->client.log, "connect ready");
    end_all(net);
  }
}

/* LSN-21, LSN-23, SRV-20 */
static void who_wants_ipv6_is_told_that_there_is_none(void **state) {
  (void)state;
  for (int i = 0; i < 3; i++) {
    net_fixture *net = create();
    weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
    options.host = i == 0 ? "::" : NULL;
    options.ipv6_only = i == 1;
    fault.ipv6 = i == 2 ? WEIR_EMFILE : WEIR_EAFNOSUPPORT;
    assert_int_equal(listen_anywhere(net, &options), WEIR_OK);
    assert_int_equal(listen_anywhere(net, &options), WEIR_ERR_SERVER_ALREADY_LISTEN);
    net_run(net);
    net_expect("the server", &net->server.log, "error");
    assert_int_equal(net->server.error, fault.ipv6);
    fault.ipv6 = WEIR_OK;
    fault.listen = WEIR_EADDRINUSE;
    assert_int_equal(listen_anywhere(net, &options), WEIR_OK);
    net_run(net);
    net_expect("the server", &net->server.log, "error error");
    end_all(net);
  }
}

/* SRV-21: an accept that fails is told and tried again. */
static void a_server_goes_on_when_an_accept_fails(void **state) {
  (void)state;
  static const struct {
    weir_err code;
    const char *told;
  } cases[] = {{WEIR_ECONNABORTED, "listening error error connection"},
               {WEIR_EMFILE, "listening overload overload connection"},
               {WEIR_ENFILE, "listening overload overload connection"},
               {WEIR_ENOBUFS, "listening overload overload connection"},
               {WEIR_ENOMEM, "listening overload overload connection"}};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    net_fixture *net = create();
    fail_op(WEIR_OP_ACCEPT, 2, cases[i].code);
    net_open(net, NET_IPV4);
    net_expect("the server", &net->server.log, cases[i].told);
    assert_int_equal(net->server.error, cases[i].code);
    end_all(net);
  }
}

static bool accept_is_held(const net_fixture *net) {
  (void)net;
  return fault.failed != NULL;
}

/* SRV-35: a connection that the system took before close() and that comes behind it is closed. */
static void a_connection_that_comes_behind_close_is_closed(void **state) {
  (void)state;
  for (int freed = 0; freed < 3; freed++) {
    net_fixture *net = create();
    net_listen(net, NET_IPV4, NULL);
    net_connect(net, NET_IPV4, NULL, &net->client);
    fault.holds_accepts = true;
    net_run_until(net, accept_is_held);
    if (freed > 0) weir_server_free(net->server.server);
    if (freed > 0) net->server.server = NULL;
    if (freed == 0) assert_int_equal(weir_server_close(net->server.server, NULL, NULL), WEIR_OK);
    fault.holds_accepts = false;
    if (freed < 2) net_run_until(net, net_client_closed);
    assert_int_equal(net->peer_count, 0);
    assert_false(net_was_told(&net->server.log, "connection"));
    if (freed == 0) assert_true(net_was_told(&net->server.log, "close"));
    if (freed < 2)
      end_all(net);
    else
      net_free(net);
  }
}

static void close_it(net_server *server) {
  (void)weir_server_close(server->server, NULL, NULL);
}

static void free_it(net_server *server) {
  weir_server_free(server->server);
  server->server = NULL;
}

static void listen_again(net_server *server) {
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  options.host = "127.0.0.1";
  options.port = 0;
  (void)weir_server_close(server->server, NULL, NULL);
  (void)weir_server_listen(server->server, &options, net_server_called,
                           net_server_tag(server, "l"));
}

/* SRV-20, SRV-21: the handler may end its server, or have it listen elsewhere. */
static void a_server_may_go_when_an_accept_fails(void **state) {
  (void)state;
  static const struct {
    net_server_act act;
    const char *told;
  } cases[] = {{close_it, " close"}, {free_it, ""}, {listen_again, " close listening l"}};
  for (size_t i = 0; i < COUNT_OF(cases); i++)
    for (int overload = 0; overload < 2; overload++) {
      net_fixture *net = create();
      net_log expected = {.length = 0};
      net->server.at = overload ? "overload" : "error";
      net->server.act = cases[i].act;
      net_note(&expected, "listening %s%s", net->server.at, cases[i].told);
      fail_op(WEIR_OP_ACCEPT, 1, overload ? WEIR_EMFILE : WEIR_ECONNABORTED);
      net_listen(net, NET_IPV4, NULL);
      net_settle(net);
      net_expect("the server", &net->server.log, expected.text);
      end_all(net);
    }
}

static bool client_is_ready(const net_fixture *net) {
  return net_was_told(&net->client.log, "ready");
}

/* SRV-21: nobody has to listen to it. */
static void without_handlers_it_goes_on_as_well(void **state) {
  (void)state;
  static const weir_err codes[] = {WEIR_ECONNABORTED, WEIR_EMFILE};
  for (size_t i = 0; i < COUNT_OF(codes); i++) {
    net_fixture *net = create();
    fail_op(WEIR_OP_ACCEPT, 1, codes[i]);
    net_listen(net, NET_IPV4, NULL);
    assert_int_equal(weir_server_set_handlers(net->server.server, NULL, NULL), WEIR_OK);
    net_connect(net, NET_IPV4, NULL, &net->client);
    net_run_until(net, client_is_ready);
    while (weir_server_connections(net->server.server) == 0)
      assert_int_equal(weir_loop_run(net->loop, WEIR_RUN_ONCE), WEIR_OK);
    weir_socket_destroy(net->client.socket, NULL);
    weir_server_free(net->server.server);
    net_settle(net);
    net_free(net);
  }
}

/* ---- A guest whose host closes in its own time. ---- */

static weir_handle *closed; /* What the host has not closed yet. */
static bool host_waits;

static weir_err guest_poll(weir_backend *backend, weir_time deadline, weir_completions *done) {
  weir_err err = fault.real->poll(backend, deadline == WEIR_POLL_REAP ? deadline : 1, done);
  *done->closed_end = closed;
  while (*done->closed_end) done->closed_end = &(*done->closed_end)->next;
  closed = NULL;
  if (!host_waits) return err;
  closed = done->closed;
  done->closed = NULL;
  done->closed_end = &done->closed;
  return err;
}

static void guest_deadline(weir_backend *backend, weir_time deadline) {
  (void)backend;
  (void)deadline;
}

/* GEN-06: freeing comes again when the host has run. */
static void a_loop_is_freed_when_its_host_has_closed_everything(void **state) {
  (void)state;
  loop_fixture base;
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  weir_listen_options listen = WEIR_LISTEN_OPTIONS_INIT;
  weir_server *server;
  net_fixture *net = create();
  net_free(net);
  fault.ops.poll = guest_poll;
  fault.ops.set_deadline = guest_deadline;
  fault.ops.run = NULL;
  options.custom_backend = &fault.ops;
  listen.host = "127.0.0.1";
  listen.port = 0;
  host_waits = true;
  assert_int_equal(loop_fixture_open(&base, &options), WEIR_OK);
  assert_int_equal(weir_loop_run(base.loop, WEIR_RUN_ONCE), WEIR_ENOTSUP);
  assert_int_equal(weir_create_server(base.loop, NULL, NULL, NULL, &server), WEIR_OK);
  assert_int_equal(weir_server_listen(server, &listen, NULL, NULL), WEIR_OK);
  assert_int_equal(weir_loop_dispatch(base.loop), WEIR_OK);
  assert_int_equal(weir_loop_free(base.loop), WEIR_EBUSY);
  assert_int_equal(weir_loop_free(base.loop), WEIR_EBUSY);
  host_waits = false;
  assert_true(loop_fixture_close(&base));
}

static unsigned given_back;

static void give_back(void *data, size_t length, void *user) {
  (void)data;
  (void)length;
  (void)user;
  given_back++;
}

/* STR-05, STR-09: what the system refuses comes back, and the socket ends with it. */
static void memory_comes_back_when_the_system_refuses_it(void **state) {
  (void)state;
  static uint8_t bytes[10];
  net_fixture *net = create();
  net_open(net, NET_IPV4);
  given_back = 0;
  fault.send = WEIR_EPIPE;
  weir_socket *socket = net->client.socket;
  assert_int_equal(weir_socket_write_owned(socket, bytes, sizeof bytes, give_back, net_called,
                                           net_tag_of(&net->client, "w")),
                   WEIR_EPIPE);
  assert_int_equal(given_back, 1);
  assert_int_equal(weir_socket_write_owned(socket, bytes, sizeof bytes, give_back, NULL, NULL),
                   WEIR_EPIPE);
  assert_int_equal(given_back, 2);
  assert_int_equal(weir_socket_write_owned(socket, bytes, sizeof bytes, NULL, NULL, NULL),
                   WEIR_EPIPE);
  net_settle(net);
  net_expect("the client", &net->client.log, "connect ready w:EPIPE error(EPIPE) close(1)");
  end_all(net);
}

/* What may not wait comes back as well, and the socket goes on. */
static void memory_comes_back_when_it_may_not_wait(void **state) {
  (void)state;
  static uint8_t bytes[10];
  net_fixture *net = create();
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  options.max_buffered_bytes = 9;
  net_open_with(net, NET_IPV4, &options, NULL, NULL);
  weir_socket *socket = net->client.socket;
  given_back = 0;
  fault.sends_nothing = true;
  assert_int_equal(weir_socket_write_owned(socket, bytes, 10, give_back, net_called,
                                           net_tag_of(&net->client, "w")),
                   WEIR_ENOBUFS);
  assert_int_equal(given_back, 1);
  assert_int_equal(weir_socket_write_owned(socket, bytes, 10, NULL, NULL, NULL), WEIR_ENOBUFS);
  assert_int_equal(weir_socket_write(socket, bytes, 10, net_called, net_tag_of(&net->client, "v")),
                   WEIR_ENOBUFS);
  fault.sends_nothing = false;
  assert_int_equal(weir_socket_write(socket, bytes, 9, NULL, NULL), WEIR_OK);
  net_settle(net);
  net_expect("the client", &net->client.log, "connect ready w:ENOBUFS v:ENOBUFS");
  assert_int_equal(net->peers[0].received, 9);
  end_all(net);
}

/* STR-05: without memory for what has to wait a write has not happened. */
static void what_cannot_be_kept_was_not_written(void **state) {
  (void)state;
  net_fixture *net = create();
  net_open(net, NET_IPV4);
  weir_socket *socket = net->client.socket;
  fault.sends_nothing = true;
  for (size_t n = 1; n <= 2; n++) {
    /* More than a pooled record holds, with a record for the callback before. */
    static uint8_t bytes[200000];
    loop_fixture_fail_from(&net->base, n);
    assert_int_equal(
        weir_socket_write(socket, bytes, sizeof bytes, net_called, net_tag_of(&net->client, "w")),
        WEIR_ENOMEM);
    assert_int_equal(weir_socket_write(socket, bytes, sizeof bytes, NULL, NULL), WEIR_ENOMEM);
    assert_int_equal(
        weir_socket_end(socket, bytes, sizeof bytes, net_called, net_tag_of(&net->client, "e")),
        WEIR_ENOMEM);
    loop_fixture_fail_at(&net->base, 0);
    assert_true(weir_socket_writable(socket));
    assert_int_equal(weir_socket_bytes_written(socket), 0);
  }
  fault.sends_nothing = false;
  net_settle(net);
  net_expect("the client", &net->client.log, "connect ready");
  end_all(net);
}

/* SOC-19, STR-24: a FIN that does not leave is an error. */
static void an_end_that_the_system_refuses_is_an_error(void **state) {
  (void)state;
  net_fixture *net = create();
  net_open(net, NET_IPV4);
  fail_op(WEIR_OP_SHUTDOWN, 1, WEIR_ENOTCONN);
  assert_int_equal(net_finish(&net->client, "e"), WEIR_OK);
  net_settle(net);
  assert_int_equal(net->client.error, WEIR_ENOTCONN);
  assert_string_equal(net->client.syscall, "shutdown");
  assert_int_equal(net->client.closes, 1);
  end_all(net);
}

/* SOC-33: a FIN that fails when the socket is destroyed already is nobody's affair. */
static void an_end_that_fails_too_late_is_no_error(void **state) {
  (void)state;
  net_fixture *net = create();
  net_open(net, NET_IPV4);
  fail_op(WEIR_OP_SHUTDOWN, 1, WEIR_ENOTCONN);
  assert_int_equal(net_finish(&net->client, NULL), WEIR_OK);
  weir_socket_destroy(net->client.socket, NULL);
  net_settle(net);
  net_expect("the client", &net->client.log, "connect ready close(0)");
  end_all(net);
}

typedef struct memory {
  uint8_t room[16];
  uint64_t came;
  unsigned asked;
  bool provides;
} memory;

static void *provide(weir_socket *socket, size_t *out_length, void *user) {
  memory *m = user;
  (void)socket;
  m->asked++;
  *out_length = sizeof m->room;
  return m->room;
}

static bool receive(weir_socket *socket, uint8_t *data, size_t length, void *user) {
  memory *m = user;
  (void)socket;
  (void)data;
  m->came += length;
  return true;
}

/* STR-47: bytes that come in spite of pause() are handed on at resume(), once. */
static void what_came_into_memory_in_spite_of_pause_is_kept(void **state) {
  (void)state;
  for (int provides = 0; provides < 2; provides++) {
    net_fixture *net = create();
    memory m = {.came = 0};
    weir_onread how = {sizeof how, NULL, 0, provide, receive, &m};
    weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
    if (!provides) how = (weir_onread){sizeof how, m.room, sizeof m.room, NULL, receive, &m};
    options.onread = &how;
    fault.keeps_receiving = true;
    net_open_with(net, NET_IPV4, &options, NULL, NULL);
    weir_socket *socket = net->client.socket;
    weir_socket_pause(socket);
    weir_socket_pause(socket);
    assert_int_equal(net_write(&net->peers[0], 0, 10, NULL), WEIR_OK);
    assert_int_equal(net_finish(&net->peers[0], NULL), WEIR_OK);
    net_settle(net);
    assert_int_equal(m.came, 0);
    weir_socket_resume(socket);
    weir_socket_pause(socket);
    net_settle(net);
    assert_int_equal(m.came, 0);
    weir_socket_resume(socket);
    net_settle(net);
    assert_int_equal(m.came, 10);
    assert_int_equal(m.asked, provides ? 2 : 0);
    assert_true(net_was_told(&net->client.log, "end"));
    end_all(net);
  }
}

/* STR-47, SOC-33: or dropped, if the socket is destroyed first. */
static void what_came_into_memory_is_dropped_by_destroy(void **state) {
  (void)state;
  net_fixture *net = create();
  memory m = {.came = 0};
  weir_onread how = {sizeof how, m.room, sizeof m.room, NULL, receive, &m};
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  options.onread = &how;
  fault.keeps_receiving = true;
  net_open_with(net, NET_IPV4, &options, NULL, NULL);
  weir_socket_pause(net->client.socket);
  assert_int_equal(net_write(&net->peers[0], 0, 10, NULL), WEIR_OK);
  net_settle(net);
  weir_socket_resume(net->client.socket);
  weir_socket_destroy(net->client.socket, NULL);
  net_settle(net);
  assert_int_equal(m.came, 0);
  assert_int_equal(net->client.closes, 1);
  end_all(net);
}

/* SOC-19: so do a receive and a send that fail on their way. */
static void operations_that_fail_end_the_socket(void **state) {
  (void)state;
  net_fixture *net = create();
  fail_op(WEIR_OP_SEND, 1, WEIR_ETIMEDOUT);
  net_open(net, NET_IPV4);
  weir_socket_pause(net->peers[0].socket);
  assert_int_equal(net_write(&net->client, 0, MUCH, "w"), WEIR_WAIT_DRAIN);
  assert_int_equal(net_finish(&net->client, "e"), WEIR_OK);
  net_settle(net);
  net_expect("the client", &net->client.log,
             "connect ready w:ETIMEDOUT e:ETIMEDOUT error(ETIMEDOUT) close(1)");
  end_all(net);
  net = create();
  fail_op(WEIR_OP_CONNECT, 1, WEIR_ENETUNREACH);
  net_listen(net, NET_IPV4, NULL);
  net_connect(net, NET_IPV4, NULL, &net->client);
  net_settle(net);
  net_expect("the client", &net->client.log, "error(ENETUNREACH) close(1)");
  end_all(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(without_ipv6_a_server_listens_on_ipv4),
      cmocka_unit_test(who_wants_ipv6_is_told_that_there_is_none),
      cmocka_unit_test(a_server_goes_on_when_an_accept_fails),
      cmocka_unit_test(a_connection_that_comes_behind_close_is_closed),
      cmocka_unit_test(a_server_may_go_when_an_accept_fails),
      cmocka_unit_test(without_handlers_it_goes_on_as_well),
      cmocka_unit_test(a_loop_is_freed_when_its_host_has_closed_everything),
      cmocka_unit_test(memory_comes_back_when_the_system_refuses_it),
      cmocka_unit_test(memory_comes_back_when_it_may_not_wait),
      cmocka_unit_test(what_cannot_be_kept_was_not_written),
      cmocka_unit_test(an_end_that_the_system_refuses_is_an_error),
      cmocka_unit_test(an_end_that_fails_too_late_is_no_error),
      cmocka_unit_test(what_came_into_memory_in_spite_of_pause_is_kept),
      cmocka_unit_test(what_came_into_memory_is_dropped_by_destroy),
      cmocka_unit_test(operations_that_fail_end_the_socket),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
