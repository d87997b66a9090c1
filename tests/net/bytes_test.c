/* Other ways to hand bytes over: memory that is given away, several slices at once, and how much
 * may wait. */
#include "conformance/clause.h"
#include "tests/support/net_fixture.h"

#include <stdlib.h>
#include <string.h>

enum { MUCH = 8 << 20 };

/* Memory that was given away. */
typedef struct gift {
  net_end *end; /* Whose log the release is noted in. */
  net_tag tag;  /* Of the callback. */
  uint8_t *bytes;
  size_t length;
  unsigned released;
  bool wrong; /* It came back as something else. */
} gift;

static void release(void *data, size_t length, void *user) {
  gift *g = user;
  if (data != g->bytes || length != g->length) g->wrong = true;
  g->released++;
  net_note(&g->end->log, "release");
  memset(g->bytes, 0, g->length); /* Whoever still needs it sends rubbish. */
}

/* The callback's user pointer is the release's. */
static void given(weir_socket *socket, const weir_error *error, void *user) {
  gift *g = user;
  net_called(socket, error, &g->tag);
}

static void wrap(gift *g, net_end *end, uint64_t from, size_t length) {
  *g = (gift){.end = end, .length = length, .tag = {.end = end, .name = "w"}};
  g->bytes = malloc(length > 0 ? length : 1);
  if (!g->bytes) return;
  for (size_t i = 0; i < length; i++) g->bytes[i] = net_byte(from + i);
}

static weir_err give(gift *g, bool tell) {
  return weir_socket_write_owned(g->end->socket, g->bytes, g->length, release, tell ? given : NULL,
                                 g);
}

static void unwrap(gift *g) {
  assert_int_equal(g->released, 1);
  assert_false(g->wrong);
  free(g->bytes);
}

static void stop_net(net_fixture *net) {
  net_stop_listening(net);
  if (net->client.socket) weir_socket_destroy(net->client.socket, NULL);
  if (net->peers[0].socket) weir_socket_destroy(net->peers[0].socket, NULL);
  net_run(net);
  net_free(net);
}

static void memory_comes_back_at_once_if_the_system_takes_all(void **state) {
  (void)state;
  for (net_kind kind = NET_IPV4; kind < NET_KINDS; kind++) {
    net_fixture *net = net_create();
    gift g[3];
    bool sim = loop_fixture_is_sim(&net->base); /* Its system may take a part at a time. */
    net_open(net, kind);
    wrap(&g[0], &net->client, 0, 100);
    wrap(&g[1], &net->client, 100, 50);
    wrap(&g[2], &net->client, 150, 0);
    assert_int_equal(give(&g[0], false), WEIR_OK);
    assert_int_equal(give(&g[1], true), WEIR_OK);
    assert_int_equal(give(&g[2], false), WEIR_OK);
    CLAUSES("STR-01", "STR-05") {
      if (!sim)
        net_expect("in the call", &net->client.log, "connect ready release release release");
      net_settle(net);
      if (!sim) net_expect("told", &net->client.log, "connect ready release release release w");
      net_expect("peer", &net->peers[0].log, "data(150)");
      assert_false(net->peers[0].garbled);
      assert_int_equal(weir_socket_bytes_written(net->client.socket), 150);
    }
    for (size_t i = 0; i < COUNT_OF(g); i++) unwrap(&g[i]);
    stop_net(net);
  }
}

static bool all_came(const net_fixture *net) {
  return net->peers[0].received >= 2 * MUCH && net_was_told(&net->client.log, "w");
}

/* However much is given away, nothing is copied. */
static void memory_that_has_to_wait_is_sent_from_where_it_is(void **state) {
  (void)state;
  net_fixture *net = net_create();
  gift g[2];
  net_open(net, NET_IPV4);
  net_settle(net);
  weir_socket_pause(net->peers[0].socket);
  wrap(&g[0], &net->client, 0, MUCH);
  wrap(&g[1], &net->client, MUCH, MUCH);
  size_t before = loop_fixture_bytes(&net->base);
  bool sim = loop_fixture_is_sim(&net->base);
  assert_int_equal(give(&g[0], false), WEIR_WAIT_DRAIN);
  assert_int_equal(give(&g[1], true), WEIR_WAIT_DRAIN);
  if (!sim) assert_true(loop_fixture_bytes(&net->base) - before < 4096);
  assert_int_equal(g[0].released + g[1].released, 0);
  assert_int_equal(weir_socket_writable_length(net->client.socket), 2 * MUCH);
  weir_socket_resume(net->peers[0].socket);
  net_run_until(net, all_came);
  CLAUSES("STR-05", "STR-06") {
    assert_false(net->peers[0].garbled);
    net_expect("told", &net->client.log, "connect ready release release drain w");
  }
  unwrap(&g[0]);
  unwrap(&g[1]);
  stop_net(net);
}

static void memory_of_refused_writes_comes_back(void **state) {
  (void)state;
  static const struct {
    const char *name;
    bool fresh, end, destroy;
    weir_err err;
    const char *told;
  } cases[] = {
      {"never connected", true, false, false, WEIR_ERR_SOCKET_CLOSED,
       "release w:ERR_SOCKET_CLOSED error(ERR_SOCKET_CLOSED) close(1)"},
      {"after end()", false, true, false, WEIR_ERR_STREAM_WRITE_AFTER_END,
       "connect ready release w:ERR_STREAM_WRITE_AFTER_END error(ERR_STREAM_WRITE_AFTER_END) "
       "close(1)"},
      {"after destroy()", false, false, true, WEIR_ERR_STREAM_DESTROYED,
       "connect ready release w:ERR_STREAM_DESTROYED close(0)"}};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    net_fixture *net = net_create();
    gift g;
    if (cases[i].fresh) {
      net_listen(net, NET_IPV4, NULL);
      net->client.net = net;
      assert_int_equal(
          weir_socket_create(net->loop, NULL, &net_handlers, &net->client, &net->client.socket),
          WEIR_OK);
    } else {
      net_open(net, NET_IPV4);
    }
    wrap(&g, &net->client, 0, 10);
    if (cases[i].end) (void)net_finish(&net->client, NULL);
    if (cases[i].destroy) weir_socket_destroy(net->client.socket, NULL);
    weir_err err = give(&g, true);
    if (err != cases[i].err) fail_msg("%s: %d", cases[i].name, (int)err);
    assert_int_equal(g.released, 1);
    net_settle(net);
    net_expect(cases[i].name, &net->client.log, cases[i].told);
    unwrap(&g);
    stop_net(net);
  }
}

/* Destroyed with one on its way and one behind it: each comes back before its callback. */
static void memory_comes_back_when_the_socket_is_destroyed(void **state) {
  (void)state;
  for (int connected = 0; connected < 2; connected++) {
    net_fixture *net = net_create();
    gift g[2];
    if (connected) {
      net_open(net, NET_IPV4);
      weir_socket_pause(net->peers[0].socket);
    } else {
      net_listen(net, NET_IPV4, NULL);
      net_connect(net, NET_IPV4, NULL, &net->client);
    }
    wrap(&g[0], &net->client, 0, MUCH);
    wrap(&g[1], &net->client, MUCH, 10);
    (void)give(&g[0], true);
    (void)give(&g[1], true);
    weir_socket_destroy(net->client.socket, NULL);
    net_settle(net);
    net_expect("client", &net->client.log,
               connected
                   ? "connect ready release w:ECANCELED release w:ERR_STREAM_DESTROYED close(0)"
                   : "release w:ERR_SOCKET_CLOSED_BEFORE_CONNECTION release "
                     "w:ERR_SOCKET_CLOSED_BEFORE_CONNECTION close(0)");
    unwrap(&g[0]);
    unwrap(&g[1]);
    stop_net(net);
  }
}

/* While connecting, and held back: in order among other writes. */
static void memory_waits_in_order_with_other_writes(void **state) {
  (void)state;
  net_fixture *net = net_create();
  gift g[2];
  net_listen(net, NET_IPV4, NULL);
  net_connect(net, NET_IPV4, NULL, &net->client);
  wrap(&g[0], &net->client, 5, 20000);
  wrap(&g[1], &net->client, 20010, 7);
  assert_int_equal(net_write(&net->client, 0, 5, NULL), WEIR_OK);
  assert_int_equal(give(&g[0], true), WEIR_WAIT_DRAIN);
  assert_int_equal(net_write(&net->client, 20005, 5, NULL), WEIR_WAIT_DRAIN);
  assert_int_equal(give(&g[1], false), WEIR_WAIT_DRAIN);
  (void)net_finish(&net->client, NULL);
  net_run_until(net, net_both_closed);
  assert_int_equal(net->peers[0].received, 20017);
  assert_false(net->peers[0].garbled);
  unwrap(&g[0]);
  unwrap(&g[1]);
  stop_net(net);
}

/* Without memory for the record nothing has happened. */
static void a_gift_without_memory_is_not_taken(void **state) {
  (void)state;
  net_fixture *net = net_create();
  gift g;
  net_open(net, NET_IPV4);
  wrap(&g, &net->client, 0, 10);
  loop_fixture_fail_from(&net->base, 1);
  weir_err err = give(&g, false);
  loop_fixture_fail_at(&net->base, 0);
  assert_int_equal(err, WEIR_ENOMEM);
  assert_int_equal(g.released, 0);
  assert_int_equal(weir_socket_write_owned(NULL, g.bytes, 10, release, NULL, &g),
                   WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_socket_write_owned(net->client.socket, NULL, 10, release, NULL, &g),
                   WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(g.released, 0);
  assert_int_equal(give(&g, false), WEIR_OK);
  net_settle(net);
  net_expect("peer", &net->peers[0].log, "data(10)");
  unwrap(&g);
  stop_net(net);
}

static void memory_without_release_is_simply_sent(void **state) {
  (void)state;
  net_fixture *net = net_create();
  uint8_t byte = net_byte(0);
  net_open(net, NET_IPV4);
  assert_int_equal(weir_socket_write_owned(net->client.socket, &byte, 1, NULL, NULL, NULL),
                   WEIR_OK);
  net_settle(net);
  net_expect("peer", &net->peers[0].log, "data(1)");
  stop_net(net);
}

/* Cuts the pattern into `count` slices of growing length, every third of them empty. */
static size_t slice_up(uint8_t **out_bytes, weir_slice *slices, size_t count, size_t step) {
  size_t length = 0;
  for (size_t i = 0; i < count; i++) {
    slices[i] = (weir_slice){NULL, i % 3 == 2 ? 0 : i * step + 1};
    length += slices[i].length;
  }
  uint8_t *bytes = *out_bytes = malloc(length);
  if (!bytes) return 0;
  for (size_t i = 0; i < length; i++) bytes[i] = net_byte(i);
  for (size_t i = 0, at = 0; i < count; at += slices[i].length, i++)
    if (slices[i].length > 0) slices[i].data = bytes + at;
  return length;
}

enum { SLICES = 200 };

/* STR-01, STR-05: through, while connecting, corked, and when the system takes a part. */
static void slices_leave_as_one_write(void **state) {
  (void)state;
  static const struct {
    const char *name;
    bool connecting, cork, slow;
    size_t step;
  } cases[] = {{"through", false, false, false, 1},
               {"connecting", true, false, false, 1},
               {"corked", false, true, false, 1},
               {"a part", false, false, true, 1000}};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    net_fixture *net = net_create();
    weir_slice slices[SLICES];
    uint8_t *bytes;
    size_t length = slice_up(&bytes, slices, SLICES, cases[i].step);
    assert_true(length > 0);
    if (cases[i].connecting) {
      net_listen(net, NET_IPV4, NULL);
      net_connect(net, NET_IPV4, NULL, &net->client);
    } else {
      net_open(net, NET_IPV4);
    }
    if (cases[i].slow) weir_socket_pause(net->peers[0].socket);
    if (cases[i].cork) weir_socket_cork(net->client.socket);
    weir_err err = weir_socket_writev(net->client.socket, slices, SLICES, net_called,
                                      net_tag_of(&net->client, "w"));
    assert_true(err == WEIR_OK || err == WEIR_WAIT_DRAIN);
    memset(bytes, 0, length); /* They were borrowed. */
    if (cases[i].slow) assert_int_equal(weir_socket_writable_length(net->client.socket), length);
    assert_int_equal(weir_socket_bytes_written(net->client.socket), length);
    if (cases[i].cork) weir_socket_uncork(net->client.socket);
    if (cases[i].slow) weir_socket_resume(net->peers[0].socket);
    (void)net_finish(&net->client, NULL);
    net_run_until(net, net_both_closed);
    CLAUSES("STR-01", "STR-05") {
      if (net->peers[0].received != length || net->peers[0].garbled)
        fail_msg("%s: %zu of %zu", cases[i].name, (size_t)net->peers[0].received, length);
      assert_true(net_was_told(&net->client.log, "w"));
      assert_int_equal(net->tags[0].calls, 1);
    }
    free(bytes);
    stop_net(net);
  }
}

static void slices_are_looked_at_first(void **state) {
  (void)state;
  net_fixture *net = net_create();
  weir_slice slices[2] = {{"abc", 3}, {NULL, 4}};
  weir_slice too_long[2] = {{"abc", SIZE_MAX / 2}, {"abc", 3}};
  net_open(net, NET_IPV4);
  weir_socket *socket = net->client.socket;
  assert_int_equal(weir_socket_writev(socket, slices, 2, NULL, NULL), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_socket_writev(NULL, slices, 1, NULL, NULL), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_socket_writev(socket, NULL, 1, NULL, NULL), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_socket_writev(socket, too_long, 2, NULL, NULL), WEIR_ENOMEM);
  assert_int_equal(weir_socket_writev(socket, NULL, 0, net_called, net_tag_of(&net->client, "w")),
                   WEIR_OK);
  net_settle(net);
  net_expect("client", &net->client.log, "connect ready w");
  net_expect("peer", &net->peers[0].log, "");
  stop_net(net);
}

/* A client with a limit, whose connection is still to come if `connecting`. */
static net_fixture *open_limited(int64_t limit, bool connecting) {
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  net_fixture *net = net_create();
  options.max_buffered_bytes = limit;
  if (connecting) {
    net_listen(net, NET_IPV4, NULL);
    net_connect(net, NET_IPV4, &options, &net->client);
  } else {
    net_open_with(net, NET_IPV4, &options, NULL, NULL);
  }
  return net;
}

static void what_may_not_wait_is_refused_and_the_socket_goes_on(void **state) {
  (void)state;
  net_fixture *net = open_limited(100, true);
  net_end *client = &net->client;
  gift g;
  weir_slice slice = {"abc", 3};
  wrap(&g, client, 0, 41);
  assert_int_equal(net_write(client, 0, 60, "w1"), WEIR_OK);
  assert_int_equal(net_write(client, 60, 41, "w2"), WEIR_ENOBUFS);
  assert_int_equal(give(&g, true), WEIR_ENOBUFS);
  assert_int_equal(net_write(client, 60, 40, "w3"), WEIR_OK);
  assert_int_equal(weir_socket_writev(client->socket, &slice, 1, NULL, NULL), WEIR_ENOBUFS);
  assert_int_equal(net_write(client, 0, 0, NULL), WEIR_OK);
  assert_int_equal(weir_socket_end(client->socket, "abc", 3, net_called, net_tag_of(client, "e1")),
                   WEIR_ENOBUFS);
  assert_true(weir_socket_writable(client->socket));
  assert_int_equal(weir_socket_writable_length(client->socket), 100);
  net_expect("inside the calls", &client->log, "release");
  net_settle(net);
  net_expect("client", &client->log, "release w2:ENOBUFS w:ENOBUFS e1:ENOBUFS connect ready w1 w3");
  assert_int_equal(net_write(client, 100, 90, NULL), WEIR_OK); /* It does not wait. */
  assert_int_equal(net_finish(client, NULL), WEIR_OK);
  net_run_until(net, net_both_closed);
  assert_int_equal(net->peers[0].received, 190);
  assert_false(net->peers[0].garbled);
  unwrap(&g);
  stop_net(net);
}

/* Bytes that the system takes do not wait; one that it takes in part waits whole; behind it nothing
 * more may. */
static void a_limit_counts_what_waits_only(void **state) {
  (void)state;
  net_fixture *net = open_limited(1000, false);
  net_end *client = &net->client;
  weir_socket_pause(net->peers[0].socket);
  uint64_t at = 0;
  weir_err err = WEIR_OK;
  for (int i = 0; err == WEIR_OK && i < 10000; i++) {
    err = net_write(client, at, 900, NULL);
    if (err >= WEIR_OK) at += 900;
    if (weir_socket_writable_length(client->socket) > 0) break;
  }
  for (int i = 0; i < 10000 && err != WEIR_ENOBUFS; i++) {
    err = net_write(client, at, 900, NULL);
    if (err != WEIR_ENOBUFS) at += 900;
  }
  assert_int_equal(err, WEIR_ENOBUFS);
  assert_true(weir_socket_writable_length(client->socket) <= 1000);
  assert_int_equal(net_write(client, at, 2000, "w"), WEIR_ENOBUFS);
  assert_int_equal(weir_socket_bytes_written(client->socket), at);
  weir_socket_resume(net->peers[0].socket);
  net_settle(net);
  (void)net_finish(client, NULL);
  net_run_until(net, net_both_closed);
  assert_int_equal(net->peers[0].received, at);
  assert_false(net->peers[0].garbled);
  assert_true(net_was_told(&client->log, "w:ENOBUFS"));
  stop_net(net);
}

static void a_limit_of_nothing_lets_the_system_take_what_it_can(void **state) {
  (void)state;
  net_fixture *net = open_limited(0, false);
  net_end *client = &net->client;
  assert_int_equal(net_write(client, 0, 500, "w1"), WEIR_OK);
  weir_socket_cork(client->socket);
  assert_int_equal(net_write(client, 500, 1, "w2"), WEIR_ENOBUFS);
  weir_socket_uncork(client->socket);
  assert_int_equal(net_write(client, 500, 5, NULL), WEIR_OK);
  net_settle(net);
  net_expect("client", &client->log, "connect ready w1 w2:ENOBUFS");
  net_expect("peer", &net->peers[0].log, "data(505)");
  stop_net(net);
}

static void a_limit_below_none_is_refused(void **state) {
  (void)state;
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  weir_socket *socket = NULL;
  net_fixture *net = net_create();
  options.max_buffered_bytes = -2;
  assert_int_equal(weir_socket_create(net->loop, &options, NULL, NULL, &socket),
                   WEIR_ERR_OUT_OF_RANGE);
  assert_null(socket);
  net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(memory_comes_back_at_once_if_the_system_takes_all),
      cmocka_unit_test(memory_that_has_to_wait_is_sent_from_where_it_is),
      cmocka_unit_test(memory_of_refused_writes_comes_back),
      cmocka_unit_test(memory_comes_back_when_the_socket_is_destroyed),
      cmocka_unit_test(memory_waits_in_order_with_other_writes),
      cmocka_unit_test(a_gift_without_memory_is_not_taken),
      cmocka_unit_test(memory_without_release_is_simply_sent),
      cmocka_unit_test(slices_leave_as_one_write),
      cmocka_unit_test(slices_are_looked_at_first),
      cmocka_unit_test(what_may_not_wait_is_refused_and_the_socket_goes_on),
      cmocka_unit_test(a_limit_counts_what_waits_only),
      cmocka_unit_test(a_limit_of_nothing_lets_the_system_take_what_it_can),
      cmocka_unit_test(a_limit_below_none_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
