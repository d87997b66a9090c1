/* before_connect: when it is shown a transport, what its answer does, and that nothing is left of a
 * refused one. A backend that notes what it is asked stands before the one under test. */
#include "tests/support/net_fixture.h"

#include "weir/backend.h"

#include <string.h>

static weir_backend_ops ops;
static const weir_backend_ops *inner;
static net_log asked; /* "create", "tos", "shown", "bind", "connect", "close" */

static weir_err note_create(weir_backend *backend, weir_handle *handle, weir_transport transport,
                            weir_family family) {
  net_note(&asked, "create");
  return inner->create(backend, handle, transport, family);
}

static weir_err note_bind(weir_backend *backend, weir_handle *handle, weir_endpoint *local,
                          unsigned flags) {
  net_note(&asked, "bind");
  return inner->bind(backend, handle, local, flags);
}

static weir_err note_type_of_service(weir_backend *backend, weir_handle *handle, int tos) {
  net_note(&asked, "tos");
  return inner->set_type_of_service(backend, handle, tos);
}

static void note_submit(weir_backend *backend, weir_op *op) {
  if (op->kind == WEIR_OP_CONNECT) net_note(&asked, "connect");
  inner->submit(backend, op);
}

static void note_close(weir_backend *backend, weir_handle *handle, weir_close_how how) {
  net_note(&asked, "close");
  inner->close(backend, handle, how);
}

static const char *const *answers;
static size_t answer_count;

static void answer(weir_lookup *lookup, const char *host, const weir_lookup_options *options,
                   void *user) {
  weir_address addresses[4] = {{0}};
  (void)host;
  (void)options;
  (void)user;
  for (size_t i = 0; i < answer_count; i++)
    (void)weir_address_parse(answers[i], strlen(answers[i]), 0, &addresses[i]);
  (void)weir_lookup_answer(lookup, NULL, addresses, answer_count);
}

static net_fixture *create(net_kind kind) {
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  inner = weir_backend_find(loop_fixture_backend_name());
  ops = *inner;
  ops.create = note_create;
  ops.bind = note_bind;
  ops.set_type_of_service = note_type_of_service;
  ops.submit = note_submit;
  ops.close = note_close;
  options.custom_backend = &ops;
  options.lookup = answer;
  net_fixture *net = net_create_with(&options);
  net_listen(net, kind, NULL);
  asked = (net_log){.length = 0};
  return net;
}

static void expect_asked(const char *what, const char *expected) {
  net_expect(what, &asked, expected);
  asked = (net_log){.length = 0};
}

/* What it was shown, and what it answers: the last one again and again. */
typedef struct hook {
  const weir_err *answers;
  size_t count;
  size_t calls;
  bool wrong;   /* Of its arguments, or of what can be read. */
  bool without; /* There is no descriptor: a named pipe is made by connecting it. */
  weir_socket *socket;
  bool destroys;
} hook;

static weir_err before_connect(weir_socket *socket, intptr_t fd, void *user) {
  hook *h = user;
  net_fixture *net = ((net_end *)weir_socket_user(socket))->net;
  bool has_descriptors = !loop_fixture_is_sim(&net->base) && !h->without;
  net_note(&asked, "shown");
  if (!weir_socket_connecting(socket) || (fd >= 0) != has_descriptors) h->wrong = true;
  if (h->socket && h->socket != socket) h->wrong = true;
  h->socket = socket;
  if (h->destroys) weir_socket_destroy(socket, NULL);
  size_t at = h->calls++;
  return h->count == 0 ? WEIR_OK : h->answers[at < h->count ? at : h->count - 1];
}

static net_log told; /* Of family selection. */

static void note_at(const char *what, const weir_address *address) {
  char text[WEIR_ADDRESS_TEXT_SIZE];
  (void)weir_address_format(address, text, sizeof text);
  net_note(&told, "%s(%s)", what, text);
}

static void on_attempt(weir_socket *socket, const weir_address *address, void *user) {
  (void)socket;
  (void)user;
  note_at("attempt", address);
}

static void on_failed(weir_socket *socket, const weir_address *address, const weir_error *error,
                      void *user) {
  (void)socket;
  (void)user;
  note_at(weir_err_name(error->code), address);
}

static void begin(net_fixture *net, hook *h, weir_connect_options *target) {
  static weir_socket_handlers table;
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  table = net_handlers;
  table.on_connection_attempt = on_attempt;
  table.on_connection_attempt_failed = on_failed;
  options.type_of_service = 8;
  target->before_connect = before_connect;
  target->before_connect_user = h;
  target->auto_select_family = WEIR_YES;
  told = (net_log){.length = 0};
  assert_int_equal(
      weir_connect(net->loop, &options, target, &table, &net->client, &net->client.socket),
      WEIR_OK);
}

static void it_comes_between_making_and_binding(void **state) {
  (void)state;
  hook h = {.count = 0};
  net_fixture *net = create(NET_IPV4);
  weir_connect_options target = net_target(net, NET_IPV4);
  target.local_address = "127.0.0.1";
  begin(net, &h, &target);
  expect_asked("inside the call", "create tos shown bind connect");
  net_settle(net);
  net_expect("client", &net->client.log, "connect ready");
  expect_asked("afterwards", "");
  assert_int_equal(h.calls, 1);
  assert_false(h.wrong);
  net_free(net);
}

static void a_path_has_a_transport_too(void **state) {
  (void)state;
  hook h = {.count = 0};
  net_fixture *net = create(NET_PATH);
  h.without = strcmp(net->base.backend, "iocp") == 0;
  weir_connect_options target = net_target(net, NET_PATH);
  begin(net, &h, &target);
  expect_asked("inside the call", "create shown connect");
  net_settle(net);
  net_expect("client", &net->client.log, "connect ready");
  assert_false(h.wrong);
  net_free(net);
}

static void a_refusal_is_told_later_as_a_failed_connect(void **state) {
  (void)state;
  static const weir_err codes[] = {WEIR_EPERM, WEIR_ERR_OUT_OF_RANGE};
  static const char *const expected[] = {"error(EPERM) close(1)",
                                         "error(ERR_OUT_OF_RANGE) close(1)"};
  for (size_t i = 0; i < COUNT_OF(codes); i++) {
    hook h = {.answers = &codes[i], .count = 1};
    net_fixture *net = create(NET_IPV4);
    weir_connect_options target = net_target(net, NET_IPV4);
    target.local_address = "127.0.0.1";
    begin(net, &h, &target);
    net_expect("nothing yet", &net->client.log, "");
    net_settle(net);
    net_expect("refused", &net->client.log, expected[i]);
    expect_asked("and closed", "create tos shown close");
    if (i == 0) assert_string_equal(net->client.syscall, "connect");
    assert_int_equal(net->client.full.address.port, net->port);
    assert_int_equal(net->peer_count, 0);
    net_free(net);
  }
}

static void a_refused_path_names_it(void **state) {
  (void)state;
  static const weir_err code = WEIR_EPERM;
  hook h = {.answers = &code, .count = 1};
  net_fixture *net = create(NET_PATH);
  weir_connect_options target = net_target(net, NET_PATH);
  begin(net, &h, &target);
  net_settle(net);
  net_expect("refused", &net->client.log, "error(EPERM) close(1)");
  assert_string_equal(net->client.path, net->path);
  expect_asked("and closed", "create shown close");
  net_free(net);
}

static void each_attempt_of_family_selection_is_shown(void **state) {
  (void)state;
  static const char *const three[] = {"127.0.0.9", "127.0.0.8", "127.0.0.1"};
  static const weir_err codes[] = {WEIR_OK, WEIR_EPERM, WEIR_OK};
  hook h = {.answers = codes, .count = 3};
  net_fixture *net = create(NET_IPV4);
  weir_connect_options target = net_target(net, NET_IPV4);
  target.host = "three.test";
  answers = three;
  answer_count = 3;
  begin(net, &h, &target);
  expect_asked("nothing inside the call", "");
  net_settle(net);
  net_expect("attempts", &told,
             "attempt(127.0.0.9) ECONNREFUSED(127.0.0.9) attempt(127.0.0.8) EPERM(127.0.0.8) "
             "attempt(127.0.0.1)");
  assert_true(net_was_told(&net->client.log, "connect"));
  expect_asked("each", "create tos shown connect close create tos shown close "
                       "create tos shown connect");
  assert_false(h.wrong);
  net_free(net);
}

static void all_attempts_are_refused(void **state) {
  (void)state;
  static const char *const two[] = {"127.0.0.1", "127.0.0.9"};
  static const weir_err code = WEIR_EACCES;
  hook h = {.answers = &code, .count = 1};
  net_fixture *net = create(NET_IPV4);
  weir_connect_options target = net_target(net, NET_IPV4);
  target.host = "two.test";
  answers = two;
  answer_count = 2;
  begin(net, &h, &target);
  net_settle(net);
  assert_true(net_was_told(&net->client.log, "error(EACCES)"));
  expect_asked("each", "create tos shown close create tos shown close close");
  assert_int_equal(net->peer_count, 0);
  net_free(net);
}

/* It is not allowed, and breaks nothing. */
static void who_destroys_in_it_gets_no_connection(void **state) {
  (void)state;
  static const char *const two[] = {"127.0.0.1", "127.0.0.9"};
  static const char *const hosts[] = {"127.0.0.1", "two.test"};
  for (size_t i = 0; i < COUNT_OF(hosts); i++) {
    hook h = {.destroys = true};
    net_fixture *net = create(NET_IPV4);
    weir_connect_options target = net_target(net, NET_IPV4);
    target.host = hosts[i];
    answers = two;
    answer_count = 2;
    begin(net, &h, &target);
    net_settle(net);
    assert_true(net_was_told(&net->client.log, "close(0)"));
    assert_false(net_was_told(&asked, "connect"));
    net_expect("no attempt", &told, "");
    assert_int_equal(h.calls, 1);
    assert_int_equal(net->peer_count, 0);
    net_free(net);
  }
}

static void it_belongs_to_one_connect(void **state) {
  (void)state;
  static const weir_err code = WEIR_EPERM;
  hook h = {.answers = &code, .count = 1};
  net_fixture *net = create(NET_IPV4);
  weir_connect_options target = net_target(net, NET_IPV4);
  begin(net, &h, &target);
  weir_socket *socket = weir_socket_retain(net->client.socket);
  net_settle(net);
  net->client.log = (net_log){.length = 0};
  net->client.closes = 0;
  net->client.socket = socket;
  target = net_target(net, NET_IPV4);
  assert_int_equal(weir_socket_connect(socket, &target, NULL, NULL), WEIR_OK);
  net_settle(net);
  net_expect("without it", &net->client.log, "connect ready");
  assert_int_equal(h.calls, 1);
  weir_socket_release(socket);
  net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_comes_between_making_and_binding),
      cmocka_unit_test(a_path_has_a_transport_too),
      cmocka_unit_test(a_refusal_is_told_later_as_a_failed_connect),
      cmocka_unit_test(a_refused_path_names_it),
      cmocka_unit_test(each_attempt_of_family_selection_is_shown),
      cmocka_unit_test(all_attempts_are_refused),
      cmocka_unit_test(who_destroys_in_it_gets_no_connection),
      cmocka_unit_test(it_belongs_to_one_connect),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
