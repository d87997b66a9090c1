/* Piping: what reaches the other end, what waits for what, and what is left when one end goes. The
 * cases of the table are what Node tells of the same. */
#include "conformance/clause.h"
#include "tests/support/net_fixture.h"

#include <stdlib.h>
#include <string.h>

/* Two connections to one server; what comes from `client` is piped out at `other`: client ->
 * peers[0] | peers[1] -> other. All are half-open and quiet. */
typedef struct relay {
  net_fixture *net;
  net_end other;
  weir_socket *from; /* peers[0], retained. */
  weir_socket *to;   /* peers[1], retained. */
} relay;

static size_t wanted_peers;

static bool peers_came(const net_fixture *net) {
  return net->peer_count == wanted_peers;
}

static void connect_one(net_fixture *net, net_kind kind, net_end *end,
                        const weir_socket_handlers *handlers) {
  weir_connect_options target = net_target(net, kind);
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  options.allow_half_open = true;
  end->net = net;
  assert_int_equal(weir_connect(net->loop, &options, &target, handlers, end, &end->socket),
                   WEIR_OK);
  wanted_peers = net->peer_count + 1;
  net_run_until(net, peers_came);
}

static void listen_half_open(net_fixture *net, net_kind kind) {
  weir_server_options server = WEIR_SERVER_OPTIONS_INIT;
  server.allow_half_open = true;
  net->peer_handlers = &net_quiet_handlers;
  net_listen(net, kind, &server);
}

static void open_relay(relay *r, net_kind kind) {
  *r = (relay){.net = net_create()};
  net_fixture *net = r->net;
  listen_half_open(net, kind);
  connect_one(net, kind, &net->client, &net_handlers);
  connect_one(net, kind, &r->other, &net_handlers);
  net_settle(net);
  r->from = weir_socket_retain(net->peers[0].socket);
  r->to = weir_socket_retain(net->peers[1].socket);
  net->client.log = r->other.log = (net_log){0};
}

static void close_relay(relay *r) {
  net_fixture *net = r->net;
  net_stop_listening(net);
  weir_socket_destroy(r->from, NULL);
  weir_socket_destroy(r->to, NULL);
  if (net->client.socket) weir_socket_destroy(net->client.socket, NULL);
  if (r->other.socket) weir_socket_destroy(r->other.socket, NULL);
  net_run(net);
  weir_socket_release(r->from);
  weir_socket_release(r->to);
  net_free(net);
}

static void bytes_and_the_end_go_through(void **state) {
  (void)state;
  for (net_kind kind = NET_IPV4; kind < NET_KINDS; kind++) {
    relay r;
    open_relay(&r, kind);
    (void)net_write(&r.net->client, 0, 30, NULL);
    net_settle(r.net);
    assert_int_equal(weir_socket_pipe(r.from, r.to, NULL), WEIR_OK);
    net_settle(r.net);
    (void)net_write(&r.net->client, 30, 30, NULL);
    (void)net_finish(&r.net->client, NULL);
    net_settle(r.net);
    CLAUSES("STR-54") {
      net_expect("other", &r.other.log, "data(60) end");
      assert_false(r.other.garbled);
      net_expect("from", &r.net->peers[0].log, "end");
      net_expect("to", &r.net->peers[1].log, "finish");
    }
    close_relay(&r);
  }
}

/* What happens to one of the two sockets after three bytes went through. */
typedef struct fate {
  const char *name;
  void (*act)(relay *r);
  const char *from; /* What the sockets were told. */
  const char *to;
  bool no_end;         /* The option. */
  bool from_destroyed; /* What they are then. */
  bool paused;
  bool to_destroyed;
  size_t kept; /* Of three bytes more. */
} fate;

static void destroy_to(relay *r) {
  weir_socket_destroy(r->to, NULL);
}

static void fail_to(relay *r) {
  weir_error error = WEIR_ERROR_INIT;
  error.code = WEIR_ETIMEDOUT;
  weir_socket_destroy(r->to, &error);
}

static void end_to(relay *r) {
  (void)weir_socket_end(r->to, NULL, 0, NULL, NULL);
}

static void destroy_from(relay *r) {
  weir_socket_destroy(r->from, NULL);
}

static void fail_from(relay *r) {
  weir_error error = WEIR_ERROR_INIT;
  error.code = WEIR_ETIMEDOUT;
  weir_socket_destroy(r->from, &error);
}

static void end_client(relay *r) {
  (void)net_finish(&r->net->client, NULL);
}

static void unpipe_it(relay *r) {
  weir_socket_unpipe(r->from, r->to);
}

static void unpipe_all(relay *r) {
  weir_socket_unpipe(r->from, NULL);
}

static void what_is_left_when_an_end_goes_is_what_node_leaves(void **state) {
  (void)state;
  static const fate fates[] = {
      {"target destroyed", destroy_to, "", "close(0)", false, false, true, true, 3},
      {"target failed", fail_to, "", "error(ETIMEDOUT) close(1)", false, false, true, true, 3},
      {"target ended", end_to, "", "finish", false, false, true, false, 3},
      {"source destroyed", destroy_from, "close(0)", "", false, true, false, false, 0},
      {"source failed", fail_from, "error(ETIMEDOUT) close(1)", "", false, true, false, false, 0},
      {"source ended", end_client, "end", "finish", false, false, true, false, 0},
      {"source ended, not passed on", end_client, "end", "", true, false, true, false, 0},
      {"unpiped", unpipe_it, "", "", false, false, true, false, 3},
      {"all unpiped", unpipe_all, "", "", false, false, true, false, 3}};
  for (size_t i = 0; i < COUNT_OF(fates); i++) {
    weir_pipe_options options = WEIR_PIPE_OPTIONS_INIT;
    relay r;
    open_relay(&r, NET_IPV4);
    options.end = !fates[i].no_end;
    assert_int_equal(weir_socket_pipe(r.from, r.to, &options), WEIR_OK);
    (void)net_write(&r.net->client, 0, 3, NULL);
    net_settle(r.net);
    fates[i].act(&r);
    net_settle(r.net);
    if (r.net->client.socket && weir_socket_writable(r.net->client.socket))
      (void)net_write(&r.net->client, 3, 3, NULL);
    net_settle(r.net);
    CLAUSES("STR-54") {
      net_expect(fates[i].name, &r.net->peers[0].log, fates[i].from);
      net_expect(fates[i].name, &r.net->peers[1].log, fates[i].to);
      assert_int_equal(weir_socket_destroyed(r.from), fates[i].from_destroyed);
      assert_int_equal(weir_socket_destroyed(r.to), fates[i].to_destroyed);
      assert_int_equal(weir_socket_is_paused(r.from), fates[i].paused);
      assert_int_equal(weir_socket_readable_length(r.from), fates[i].kept);
      assert_int_equal(r.other.received, 3);
    }
    close_relay(&r);
  }
}

static void a_pipe_that_cannot_be_is_refused(void **state) {
  (void)state;
  weir_pipe_options options = WEIR_PIPE_OPTIONS_INIT;
  net_fixture *elsewhere = net_create();
  weir_socket *foreign = NULL;
  relay r;
  open_relay(&r, NET_IPV4);
  assert_int_equal(weir_socket_create(elsewhere->loop, NULL, NULL, NULL, &foreign), WEIR_OK);
  assert_int_equal(weir_socket_pipe(NULL, r.to, NULL), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_socket_pipe(r.from, NULL, NULL), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_socket_pipe(r.from, foreign, NULL), WEIR_ERR_INVALID_ARG_VALUE);
  options.size = 0;
  assert_int_equal(weir_socket_pipe(r.from, r.to, &options), WEIR_ERR_INVALID_ARG_VALUE);
  assert_int_equal(weir_socket_pipe(r.from, r.to, NULL), WEIR_OK);
  assert_int_equal(weir_socket_pipe(r.from, r.to, NULL), WEIR_EEXIST);
  weir_socket_unpipe(NULL, NULL);
  weir_socket_unpipe(r.to, r.from);
  weir_socket_unpipe(r.from, NULL);
  weir_socket_unpipe(r.from, NULL);
  assert_int_equal(weir_socket_pipe(r.from, r.to, NULL), WEIR_OK);
  weir_socket_destroy(r.to, NULL);
  assert_int_equal(weir_socket_pipe(r.to, r.from, NULL), WEIR_ERR_STREAM_DESTROYED);
  assert_int_equal(weir_socket_pipe(r.from, r.to, NULL), WEIR_ERR_STREAM_DESTROYED);
  weir_socket_destroy(foreign, NULL);
  net_run(elsewhere);
  net_free(elsewhere);
  close_relay(&r);
}

/* Each failing allocation of pipe() leaves it undone: the one it came to is made again by the next
 * try, which gets further. */
static void a_pipe_without_memory_is_not_made(void **state) {
  (void)state;
  relay r;
  size_t tries = 0;
  open_relay(&r, NET_IPV4);
  loop_fixture_fail_at(&r.net->base, 1);
  while (weir_socket_pipe(r.from, r.to, NULL) == WEIR_ENOMEM) {
    assert_int_equal(weir_socket_readable_flowing(r.from), WEIR_FLOW_INITIAL);
    loop_fixture_fail_at(&r.net->base, ++tries % 2 ? 2 : 1);
    if (tries > 20) fail_msg("it never succeeds");
  }
  loop_fixture_fail_at(&r.net->base, 0);
  assert_true(tries >= 3);
  (void)net_write(&r.net->client, 0, 3, NULL);
  net_settle(r.net);
  net_expect("other", &r.other.log, "data(3)");
  close_relay(&r);
}

/* Behind the end only the end is passed on, and not inside the call. */
static void piping_behind_the_end_passes_it_on(void **state) {
  (void)state;
  relay r;
  open_relay(&r, NET_IPV4);
  (void)net_finish(&r.net->client, NULL);
  net_settle(r.net);
  net_expect("ended", &r.net->peers[0].log, "end");
  assert_int_equal(weir_socket_pipe(r.from, r.to, NULL), WEIR_OK);
  assert_true(weir_socket_writable(r.to));
  net_settle(r.net);
  net_expect("to", &r.net->peers[1].log, "finish");
  net_expect("other", &r.other.log, "end");
  close_relay(&r);
}

/* Two targets: the slow one holds back the fast one, and no longer when it is gone. */
static void the_slowest_of_several_targets_counts(void **state) {
  (void)state;
  enum { MUCH = 32 << 20 };
  relay r;
  static net_end third;
  open_relay(&r, NET_IPV4);
  third = (net_end){0};
  connect_one(r.net, NET_IPV4, &third, &net_handlers);
  weir_socket *slow = weir_socket_retain(r.net->peers[2].socket);
  weir_socket_pause(third.socket);
  assert_int_equal(weir_socket_pipe(r.from, r.to, NULL), WEIR_OK);
  assert_int_equal(weir_socket_pipe(r.from, slow, NULL), WEIR_OK);
  (void)net_write(&r.net->client, 0, MUCH, NULL);
  for (int i = 0; i < 20; i++) net_settle(r.net);
  uint64_t held = r.other.received;
  assert_true(held > 0 && held < MUCH);
  assert_true(weir_socket_is_paused(r.from));
  weir_socket_destroy(slow, NULL);
  for (int i = 0; i < 400 && r.other.received < MUCH; i++) net_settle(r.net);
  assert_int_equal(r.other.received, MUCH);
  assert_false(r.other.garbled);
  weir_socket_release(slow);
  if (third.socket) weir_socket_destroy(third.socket, NULL);
  close_relay(&r);
}

/* Both targets wait: the source goes on with the last of them. */
static void all_that_wait_are_waited_for(void **state) {
  (void)state;
  enum { MUCH = 32 << 20 };
  relay r;
  static net_end third;
  open_relay(&r, NET_IPV4);
  third = (net_end){0};
  connect_one(r.net, NET_IPV4, &third, &net_handlers);
  weir_socket_pause(r.other.socket);
  weir_socket_pause(third.socket);
  assert_int_equal(weir_socket_pipe(r.from, r.to, NULL), WEIR_OK);
  assert_int_equal(weir_socket_pipe(r.from, r.net->peers[2].socket, NULL), WEIR_OK);
  (void)net_write(&r.net->client, 0, MUCH, NULL);
  for (int i = 0; i < 20; i++) net_settle(r.net);
  weir_socket_resume(r.other.socket);
  for (int i = 0; i < 20; i++) net_settle(r.net);
  assert_true(r.other.received < MUCH && third.received == 0);
  weir_socket_resume(third.socket);
  for (int i = 0; i < 400 && r.other.received + third.received < 2 * MUCH; i++) net_settle(r.net);
  assert_int_equal(r.other.received, MUCH);
  assert_int_equal(third.received, MUCH);
  weir_socket_destroy(third.socket, NULL);
  weir_socket_destroy(r.net->peers[2].socket, NULL);
  close_relay(&r);
}

static weir_socket *doomed;

static void destroy_doomed(net_end *end) {
  (void)end;
  weir_socket_destroy(doomed, NULL);
}

/* D62: a target that was destroyed right before it is written to holds nobody back. */
static void a_target_that_is_gone_is_not_waited_for(void **state) {
  (void)state;
  relay r;
  static net_end third;
  open_relay(&r, NET_IPV4);
  third = (net_end){0};
  connect_one(r.net, NET_IPV4, &third, &net_handlers);
  doomed = r.net->peers[2].socket;
  net_end *end = &r.net->peers[0];
  (void)weir_socket_set_handlers(r.from, &net_handlers, end);
  assert_int_equal(weir_socket_pipe(r.from, doomed, NULL), WEIR_OK);
  assert_int_equal(weir_socket_pipe(r.from, r.to, NULL), WEIR_OK);
  end->at = "data";
  end->act = destroy_doomed;
  (void)net_write(&r.net->client, 0, 3, NULL);
  net_settle(r.net);
  (void)net_write(&r.net->client, 3, 3, NULL);
  net_settle(r.net);
  net_expect("other", &r.other.log, "data(6)");
  assert_false(weir_socket_is_paused(r.from));
  if (third.socket) weir_socket_destroy(third.socket, NULL);
  close_relay(&r);
}

/* A target that waits for its drain when the pipe is made is not written to before. */
static void a_target_that_is_full_is_waited_for(void **state) {
  (void)state;
  enum { MUCH = 16 << 20 };
  relay r;
  open_relay(&r, NET_IPV4);
  weir_socket_pause(r.other.socket);
  assert_int_equal(net_write(&r.net->peers[1], 0, MUCH, NULL), WEIR_WAIT_DRAIN);
  (void)net_write(&r.net->client, MUCH, 10, NULL);
  assert_int_equal(weir_socket_pipe(r.from, r.to, NULL), WEIR_OK);
  net_settle(r.net);
  assert_int_equal(weir_socket_readable_length(r.from), 10);
  weir_socket_resume(r.other.socket);
  for (int i = 0; i < 400 && r.other.received < MUCH + 10; i++) net_settle(r.net);
  assert_int_equal(r.other.received, MUCH + 10);
  assert_false(r.other.garbled);
  close_relay(&r);
}

/* Bytes that a target cannot keep would be missing: it ends with an error, and the source goes on
 * without it. */
static void a_target_that_cannot_keep_bytes_is_destroyed(void **state) {
  (void)state;
  net_fixture *net = net_create();
  net_end limited = {0};
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  weir_connect_options nowhere = WEIR_CONNECT_OPTIONS_INIT;
  options.max_buffered_bytes = 5;
  listen_half_open(net, NET_IPV4);
  connect_one(net, NET_IPV4, &net->client, &net_handlers);
  nowhere = net_target(net, NET_IPV4);
  limited.net = net;
  assert_int_equal(
      weir_socket_create(net->loop, &options, &net_handlers, &limited, &limited.socket), WEIR_OK);
  weir_socket_cork(limited.socket); /* So that everything has to wait. */
  assert_int_equal(weir_socket_connect(limited.socket, &nowhere, NULL, NULL), WEIR_OK);
  assert_int_equal(weir_socket_pipe(net->peers[0].socket, limited.socket, NULL), WEIR_OK);
  net_settle(net);
  (void)net_write(&net->client, 0, 3, NULL);
  net_settle(net);
  (void)net_write(&net->client, 3, 3, NULL);
  net_settle(net);
  net_expect("limited", &limited.log, "connect ready error(ENOBUFS) close(1)");
  assert_true(weir_socket_is_paused(net->peers[0].socket));
  net_stop_listening(net);
  weir_socket_destroy(net->client.socket, NULL);
  for (size_t i = 0; i < net->peer_count; i++)
    if (net->peers[i].socket) weir_socket_destroy(net->peers[i].socket, NULL);
  net_run(net);
  net_free(net);
}

static void unpipe_inside(weir_lookup *lookup, void *user) {
  weir_socket_unpipe(user, NULL);
  (void)weir_lookup_answer(lookup, NULL, NULL, 0);
}

static void never(weir_lookup *lookup, const char *host, const weir_lookup_options *options,
                  void *user) {
  (void)host;
  (void)options;
  weir_lookup_set_cancel(lookup, unpipe_inside, user);
}

/* One that is destroyed like this tells its resolver at once, which may take all pipes away. */
static void a_resolver_of_a_target_may_unpipe_all(void **state) {
  (void)state;
  relay r;
  net_end targets[2] = {0};
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  weir_connect_options nowhere = WEIR_CONNECT_OPTIONS_INIT;
  open_relay(&r, NET_IPV4);
  options.max_buffered_bytes = 5;
  nowhere.host = "x.test";
  nowhere.port = 9;
  nowhere.lookup = never;
  nowhere.lookup_user = r.from;
  for (size_t i = 0; i < COUNT_OF(targets); i++) {
    net_end *end = &targets[i];
    end->net = r.net;
    assert_int_equal(
        weir_connect(r.net->loop, &options, &nowhere, &net_handlers, end, &end->socket), WEIR_OK);
    assert_int_equal(weir_socket_pipe(r.from, end->socket, NULL), WEIR_OK);
  }
  (void)net_write(&r.net->client, 0, 6, NULL);
  net_settle(r.net);
  net_expect("first", &targets[0].log, "error(ENOBUFS) close(1)");
  assert_true(weir_socket_is_paused(r.from));
  if (targets[1].socket) weir_socket_destroy(targets[1].socket, NULL);
  close_relay(&r);
}

static void unpipe_peer(net_end *end) {
  weir_socket_unpipe(end->socket, NULL);
}

static void destroy_peer(net_end *end) {
  weir_socket_destroy(end->socket, NULL);
}

/* on_data is told first, of the same bytes, and may do what it likes. */
static void a_consumer_beside_the_pipe_hears_the_same(void **state) {
  (void)state;
  static const struct {
    const char *name;
    net_act act;
    bool destroyed;
  } cases[] = {
      {"nothing", NULL, false}, {"unpipe", unpipe_peer, false}, {"destroy", destroy_peer, true}};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    relay r;
    open_relay(&r, NET_IPV4);
    net_end *end = &r.net->peers[0];
    (void)weir_socket_set_handlers(r.from, &net_handlers, end);
    assert_int_equal(weir_socket_pipe(r.from, r.to, NULL), WEIR_OK);
    if (cases[i].act) {
      end->at = "data";
      end->act = cases[i].act;
    }
    (void)net_write(&r.net->client, 0, 30, NULL);
    net_settle(r.net);
    assert_true(end->received > 0);
    assert_false(end->garbled);
    assert_int_equal(weir_socket_destroyed(r.from), cases[i].destroyed);
    if (!cases[i].act) assert_int_equal(r.other.received, 30);
    close_relay(&r);
  }
}

/* An end that sends so many bytes, as fast as drains allow, and counts what comes. */
typedef struct station {
  net_end *end;
  uint64_t to_send;
  uint64_t sent;
  uint64_t received;
  bool garbled;
  bool ended;
} station;

enum { PIECE = 30000 };

static void pump(station *s) {
  static uint8_t bytes[PIECE];
  weir_err err = WEIR_OK;
  while (err == WEIR_OK && s->sent < s->to_send) {
    size_t length = s->to_send - s->sent < PIECE ? (size_t)(s->to_send - s->sent) : PIECE;
    for (size_t i = 0; i < length; i++) bytes[i] = net_byte(s->sent + i);
    err = weir_socket_write(s->end->socket, bytes, length, NULL, NULL);
    if (err == WEIR_OK || err == WEIR_WAIT_DRAIN) s->sent += length;
  }
  if (s->sent == s->to_send) (void)weir_socket_end(s->end->socket, NULL, 0, NULL, NULL);
}

static void station_data(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  station *s = user;
  (void)socket;
  for (size_t i = 0; i < length; i++)
    if (data[i] != net_byte(s->received + i)) s->garbled = true;
  s->received += length;
}

static void station_drain(weir_socket *socket, void *user) {
  (void)socket;
  pump(user);
}

static void station_end(weir_socket *socket, void *user) {
  (void)socket;
  ((station *)user)->ended = true;
}

static const weir_socket_handlers station_handlers = {.size = sizeof station_handlers,
                                                      .on_data = station_data,
                                                      .on_drain = station_drain,
                                                      .on_end = station_end};

static station *stations[2];
static size_t most_bytes;

static bool both_ended(const net_fixture *net) {
  size_t bytes = loop_fixture_bytes(&net->base);
  if (bytes > most_bytes) most_bytes = bytes;
  return stations[0]->ended && stations[1]->ended;
}

static void pipe_both_ways(weir_socket *a, weir_socket *b) {
  assert_int_equal(weir_socket_pipe(a, b, NULL), WEIR_OK);
  assert_int_equal(weir_socket_pipe(b, a, NULL), WEIR_OK);
}

/* client = peers[0] | second = peers[1] | third = peers[2]: three connections in a row. */
static void send_through_three(net_fixture *net, net_kind kind, uint64_t there, uint64_t back) {
  net_end second = {0}, third = {0};
  listen_half_open(net, kind);
  connect_one(net, kind, &net->client, &net_quiet_handlers);
  connect_one(net, kind, &second, &net_quiet_handlers);
  connect_one(net, kind, &third, &net_quiet_handlers);
  net_settle(net);
  station first = {.end = &net->client, .to_send = there};
  station last = {.end = &net->peers[2], .to_send = back};
  stations[0] = &first;
  stations[1] = &last;
  most_bytes = 0;
  pipe_both_ways(net->peers[0].socket, second.socket);
  pipe_both_ways(net->peers[1].socket, third.socket);
  (void)weir_socket_set_handlers(net->client.socket, &station_handlers, &first);
  (void)weir_socket_set_handlers(net->peers[2].socket, &station_handlers, &last);
  pump(&first);
  pump(&last);
  net_run_until(net, both_ended);
  assert_int_equal(first.received, back);
  assert_int_equal(last.received, there);
  assert_false(first.garbled || last.garbled);
  net_stop_listening(net);
  net_run(net); /* All ends were passed on, so everything closes by itself. */
  for (size_t i = 0; i < 2; i++) {
    assert_true(net_was_told(&net->peers[i].log, "end"));
    assert_true(net_was_told(&net->peers[i].log, "finish"));
    assert_true(net_was_told(&net->peers[i].log, "close(0)"));
  }
}

static void megabytes_go_both_ways_through_three_connections(void **state) {
  (void)state;
  for (net_kind kind = NET_IPV4; kind < NET_KINDS; kind++) {
    net_fixture *net = net_create();
    send_through_three(net, kind, 12 << 20, 7 << 20);
    CLAUSES("STR-54") {
      /* The network of the simulator is in the count. */
      size_t most = loop_fixture_is_sim(&net->base) ? 4 << 20 : 1 << 20;
      if (most_bytes > most) fail_msg("%zu bytes at a time", most_bytes);
    }
    net_free(net);
  }
}

static void chance_changes_nothing_about_what_goes_through(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 12; seed++) {
    net_fixture *net = net_create_sim(seed);
    send_through_three(net, seed % 2 ? NET_IPV4 : NET_PATH, 300000, 200000);
    net_free(net);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bytes_and_the_end_go_through),
      cmocka_unit_test(what_is_left_when_an_end_goes_is_what_node_leaves),
      cmocka_unit_test(a_pipe_that_cannot_be_is_refused),
      cmocka_unit_test(a_pipe_without_memory_is_not_made),
      cmocka_unit_test(piping_behind_the_end_passes_it_on),
      cmocka_unit_test(the_slowest_of_several_targets_counts),
      cmocka_unit_test(all_that_wait_are_waited_for),
      cmocka_unit_test(a_target_that_is_gone_is_not_waited_for),
      cmocka_unit_test(a_target_that_is_full_is_waited_for),
      cmocka_unit_test(a_target_that_cannot_keep_bytes_is_destroyed),
      cmocka_unit_test(a_resolver_of_a_target_may_unpipe_all),
      cmocka_unit_test(a_consumer_beside_the_pipe_hears_the_same),
      cmocka_unit_test(megabytes_go_both_ways_through_three_connections),
      cmocka_unit_test(chance_changes_nothing_about_what_goes_through),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
