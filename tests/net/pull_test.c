/* Reading by asking: what read() gives, and when on_readable is told. The expected orders are those
 * of Node with the same calls. */
#include "conformance/clause.h"
#include "tests/support/net_fixture.h"

#include <stdlib.h>
#include <string.h>

/* What a handler does about it, and where bytes go. */
typedef struct reader {
  net_end end;   /* Must be first: the handlers of the fixture are given it. */
  size_t amount; /* Asked for in each read(). 0: all there is. */
  bool reads;    /* In on_readable. */
  bool once;     /* Only once there. */
  uint64_t taken;
  bool garbled;
} reader;

static weir_err read_some(reader *r, size_t length) {
  uint8_t *bytes = malloc(length + 1);
  size_t taken = 99;
  if (!bytes) return WEIR_ENOMEM;
  weir_err err = weir_socket_read(r->end.socket, bytes, length, &taken);
  for (size_t i = 0; i < taken; i++)
    if (bytes[i] != net_byte(r->taken + i)) r->garbled = true;
  r->taken += taken;
  if (taken > 0) net_note(&r->end.log, "read(%zu)", taken);
  free(bytes);
  return err == WEIR_OK && taken == 0 ? WEIR_EAGAIN : err;
}

static void on_readable(weir_socket *socket, void *user) {
  reader *r = user;
  net_note(&r->end.log, "readable(%zu)", weir_socket_readable_length(socket));
  if (r->end.at && strcmp(r->end.at, "readable") == 0) {
    r->end.at = NULL;
    r->end.act(&r->end);
    return;
  }
  if (!r->reads) return;
  while (read_some(r, r->amount > 0 ? r->amount : weir_socket_readable_length(socket)) == WEIR_OK &&
         !r->once) {
  }
}

static weir_socket_handlers pulling, pulling_and_data;

static int make_tables(void **state) {
  (void)state;
  pulling = net_quiet_handlers;
  pulling.on_readable = on_readable;
  pulling_and_data = net_handlers;
  pulling_and_data.on_readable = on_readable;
  return 0;
}

static const reader no_reader;

/* An accepted socket with a reader. `r` outlives the fixture. */
static net_fixture *open_reader(reader *r, net_kind kind) {
  net_fixture *net = net_create();
  *r = no_reader;
  net_open_with(net, kind, NULL, NULL, &net_quiet_handlers);
  r->end = net->peers[0];
  (void)weir_socket_set_handlers(r->end.socket, &pulling, r);
  return net;
}

static void end_both(net_fixture *net, reader *r) {
  if (net->client.socket) weir_socket_destroy(net->client.socket, NULL);
  if (r->end.socket) weir_socket_destroy(r->end.socket, NULL);
  net_settle(net);
  net_free(net);
}

static void send_in_three(net_fixture *net) {
  (void)net_write(&net->client, 0, 3, NULL);
  net_settle(net);
  (void)net_write(&net->client, 3, 5, NULL);
  net_settle(net);
  (void)net_write(&net->client, 8, 2, NULL);
  net_settle(net);
  (void)net_finish(&net->client, NULL);
  net_settle(net);
}

/* STR-37: the sequences that Node tells with the same handlers. */
static void readable_is_told_when_more_has_come_and_at_the_end(void **state) {
  (void)state;
  static const struct {
    const char *name;
    reader how;
    const char *told;
  } cases[] = {
      {"everything",
       {.reads = true},
       "readable(3) read(3) readable(5) read(5) readable(2) read(2) readable(0) end finish "
       "close(0)"},
      {"four at a time",
       {.reads = true, .amount = 4},
       "readable(3) readable(8) read(4) read(4) readable(2) readable(2) read(2) end finish "
       "close(0)"},
      {"once",
       {.reads = true, .once = true},
       "readable(3) read(3) readable(5) read(5) readable(2) read(2) readable(0) end finish "
       "close(0)"},
      {"nothing", {.reads = false}, "readable(3) readable(8) readable(10) readable(10)"}};
  for (size_t i = 0; i < COUNT_OF(cases); i++)
    for (net_kind kind = NET_IPV4; kind < NET_KINDS; kind++) {
      reader r;
      net_fixture *net = open_reader(&r, kind);
      r.reads = cases[i].how.reads;
      r.amount = cases[i].how.amount;
      r.once = cases[i].how.once;
      assert_int_equal(weir_socket_readable_flowing(r.end.socket), WEIR_FLOW_PAUSED);
      send_in_three(net);
      CLAUSES("STR-37", "STR-30") {
        net_expect(cases[i].name, &r.end.log, cases[i].told);
        assert_false(r.garbled);
      }
      end_both(net, &r);
    }
}

static size_t take(weir_socket *socket, size_t length, weir_err *out_err) {
  static uint8_t bytes[4096];
  size_t taken = 99;
  assert_true(length <= sizeof bytes);
  *out_err = weir_socket_read(socket, bytes, length, &taken);
  return taken;
}

/* STR-37: short, exact, across pieces, at the end. */
static void read_takes_exactly_what_is_asked_for(void **state) {
  (void)state;
  net_fixture *net = net_create();
  weir_err err;
  net_open_with(net, NET_IPV4, NULL, NULL, &net_quiet_handlers);
  net_end *end = &net->peers[0];
  for (unsigned i = 0; i < 10; i++) {
    (void)net_write(&net->client, i * 10, 10, NULL);
    net_settle(net);
  }
  uint8_t bytes[128];
  size_t taken = 0;
  CLAUSES("STR-37") {
    assert_int_equal(take(end->socket, 101, &err), 0);
    assert_int_equal(err, WEIR_EAGAIN);
    assert_int_equal(take(end->socket, 0, &err), 0);
    assert_int_equal(err, WEIR_OK);
    uint64_t at = 0;
    static const size_t parts[] = {1, 3, 17, 40, 9};
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
      assert_int_equal(weir_socket_read(end->socket, bytes, parts[i], &taken), WEIR_OK);
      assert_int_equal(taken, parts[i]);
      for (size_t k = 0; k < taken; k++) assert_int_equal(bytes[k], net_byte(at + k));
      at += taken;
      assert_int_equal(weir_socket_readable_length(end->socket), 100 - at);
    }
    assert_int_equal(weir_socket_bytes_read(end->socket), 100);
    (void)net_finish(&net->client, NULL);
    net_settle(net);
    net_expect("kept", &end->log, "");
    assert_int_equal(weir_socket_read(end->socket, bytes, 128, &taken), WEIR_OK);
    assert_int_equal(taken, 30);
    assert_int_equal(take(end->socket, 1, &err), 0);
    assert_int_equal(err, WEIR_OK);
    net_settle(net);
    net_expect("taken", &end->log, "end finish close(0)");
  }
  net_free(net);
}

/* STR-32, STR-30: what a read() has left flows on, beginning in the middle of a piece. */
static void what_read_leaves_can_flow_afterwards(void **state) {
  (void)state;
  net_fixture *net = net_create();
  weir_err err;
  net_open_with(net, NET_IPV4, NULL, NULL, &net_quiet_handlers);
  net_end *end = &net->peers[0];
  (void)net_write(&net->client, 0, 20, NULL);
  net_settle(net);
  assert_int_equal(take(end->socket, 6, &err), 6);
  end->received = 6;
  (void)weir_socket_set_handlers(end->socket, &net_handlers, end);
  net_settle(net);
  net_expect("flowed", &end->log, "data(14)");
  assert_false(end->garbled);
  net_free(net);
}

/* STR-37: a length above the mark raises it, so that it can be had. */
static void a_length_above_the_mark_raises_it(void **state) {
  (void)state;
  reader r;
  net_fixture *net = open_reader(&r, NET_IPV4);
  r.reads = true;
  r.amount = 300000;
  (void)net_write(&net->client, 0, 1000000, NULL);
  net_settle(net);
  (void)net_finish(&net->client, NULL);
  net_settle(net);
  CLAUSES("STR-37") {
    assert_int_equal(r.taken, 1000000);
    assert_false(r.garbled);
    assert_true(net_was_told(&r.end.log, "read(300000)"));
    assert_true(net_was_told(&r.end.log, "read(100000)"));
    assert_true(net_was_told(&r.end.log, "end"));
  }
  end_both(net, &r);
}

static void the_mark_becomes_a_power_of_two(void **state) {
  (void)state;
  net_fixture *net = net_create();
  weir_socket *socket = NULL;
  uint8_t *bytes = malloc(20001);
  size_t taken = 9;
  assert_non_null(bytes);
  assert_int_equal(weir_socket_create(net->loop, NULL, NULL, NULL, &socket), WEIR_OK);
  assert_int_equal(weir_socket_read(socket, bytes, 20000, &taken), WEIR_EAGAIN);
  assert_int_equal(taken, 0);
  assert_int_equal(weir_socket_readable_high_water_mark(socket), 32768);
  assert_int_equal(weir_socket_read(socket, bytes, ((size_t)1 << 30) + 1, &taken),
                   WEIR_ERR_OUT_OF_RANGE);
  assert_int_equal(weir_socket_read(NULL, bytes, 1, &taken), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_socket_read(socket, NULL, 1, &taken), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_socket_read(socket, bytes, 1, NULL), WEIR_ERR_INVALID_ARG_TYPE);
  weir_socket_destroy(socket, NULL);
  taken = 9;
  assert_int_equal(weir_socket_read(socket, bytes, 1, &taken), WEIR_ERR_STREAM_DESTROYED);
  assert_int_equal(taken, 0);
  net_run(net);
  free(bytes);
  net_free(net);
}

/* SRV-08, STR-37: read(), or waiting for 'readable', starts what was paused on connect. */
static void reading_starts_a_socket_that_was_paused_on_connect(void **state) {
  (void)state;
  for (int waits = 0; waits < 2; waits++) {
    weir_server_options server = WEIR_SERVER_OPTIONS_INIT;
    net_fixture *net = net_create();
    reader r = no_reader;
    weir_err err;
    server.pause_on_connect = true;
    net_open_with(net, NET_IPV4, NULL, &server, &net_quiet_handlers);
    r.end = net->peers[0];
    (void)net_write(&net->client, 0, 7, NULL);
    net_settle(net);
    assert_int_equal(weir_socket_bytes_read(r.end.socket), 0);
    if (waits)
      (void)weir_socket_set_handlers(r.end.socket, &pulling, &r);
    else
      assert_int_equal(take(r.end.socket, 1, &err), 0);
    net_settle(net);
    CLAUSES("SRV-08") {
      assert_int_equal(weir_socket_bytes_read(r.end.socket), 7);
      net_expect("told", &r.end.log, waits ? "readable(7)" : "");
      assert_int_equal(take(r.end.socket, 7, &err), 7);
    }
    net_free(net);
  }
}

/* STR-37: on_readable comes before on_data and keeps it away; without it the socket flows. */
static void who_reads_by_asking_is_not_handed_anything(void **state) {
  (void)state;
  reader r;
  net_fixture *net = open_reader(&r, NET_IPV4);
  (void)weir_socket_set_handlers(r.end.socket, &pulling_and_data, &r);
  (void)net_write(&net->client, 0, 9, NULL);
  net_settle(net);
  weir_socket_resume(r.end.socket);
  net_settle(net);
  net_expect("both", &r.end.log, "readable(9)");
  assert_true(weir_socket_is_paused(r.end.socket));
  (void)weir_socket_set_handlers(r.end.socket, &net_handlers, &r);
  net_settle(net);
  net_expect("on_data only", &r.end.log, "readable(9) data(9)");
  (void)weir_socket_set_handlers(r.end.socket, &pulling, &r);
  (void)weir_socket_set_handlers(r.end.socket, &net_quiet_handlers, &r);
  assert_int_equal(weir_socket_readable_flowing(r.end.socket), WEIR_FLOW_INITIAL);
  end_both(net, &r);
}

/* STR-37, GEN-11: what was kept before is told to who comes later. */
static void attaching_late_tells_what_is_there(void **state) {
  (void)state;
  net_fixture *net = net_create();
  reader r = no_reader;
  net_open_with(net, NET_IPV4, NULL, NULL, &net_quiet_handlers);
  r.end = net->peers[0];
  r.reads = true;
  (void)net_write(&net->client, 0, 7, NULL);
  (void)net_finish(&net->client, NULL);
  net_settle(net);
  (void)weir_socket_set_handlers(r.end.socket, &pulling, &r);
  net_expect("inside the call", &r.end.log, "");
  net_settle(net);
  net_expect("told", &r.end.log, "readable(7) read(7) end finish close(0)");
  end_both(net, &r);
}

/* STR-37, STR-36: a client that has on_readable from the beginning reads although it does not flow.
 */
static void a_client_may_read_by_asking_from_the_beginning(void **state) {
  (void)state;
  net_fixture *net = net_create();
  reader r = no_reader;
  net_listen(net, NET_IPV4, NULL);
  weir_connect_options target = net_target(net, NET_IPV4);
  r.end.net = net;
  r.reads = true;
  assert_int_equal(weir_connect(net->loop, NULL, &target, &pulling, &r, &r.end.socket), WEIR_OK);
  net_settle(net);
  (void)net_write(&net->peers[0], 0, 7, NULL);
  (void)net_finish(&net->peers[0], NULL);
  net_settle(net);
  net_settle(net);
  assert_int_equal(r.taken, 7);
  assert_false(r.garbled);
  assert_true(net_was_told(&r.end.log, "read(7)"));
  assert_true(net_was_told(&r.end.log, "close(0)"));
  net_free(net);
}

static void destroy_it(net_end *end) {
  weir_socket_destroy(end->socket, NULL);
}

static void destroying_in_readable_ends_everything(void **state) {
  (void)state;
  for (int at_end = 0; at_end < 2; at_end++) {
    reader r;
    net_fixture *net = open_reader(&r, NET_IPV4);
    r.end.at = "readable";
    r.end.act = destroy_it;
    if (!at_end) (void)net_write(&net->client, 0, 7, NULL);
    if (at_end) (void)net_finish(&net->client, NULL);
    net_settle(net);
    net_expect("told", &r.end.log, at_end ? "readable(0) close(0)" : "readable(7) close(0)");
    end_both(net, &r);
  }
}

/* Taking small parts of what is kept costs what is taken, not what is left: this would take minutes
 * otherwise. */
static void taking_bytes_one_by_one_is_not_quadratic(void **state) {
  (void)state;
  enum { MARK = 4 << 20 };
  weir_server_options server = WEIR_SERVER_OPTIONS_INIT;
  net_fixture *net = net_create();
  server.high_water_mark_bytes = MARK;
  net_open_with(net, NET_IPV4, NULL, &server, &net_quiet_handlers);
  weir_socket *socket = net->peers[0].socket;
  (void)net_write(&net->client, 0, MARK, NULL);
  net_settle(net);
  size_t kept = weir_socket_readable_length(socket);
  uint8_t byte;
  size_t taken = 0, wrong = 0;
  for (size_t i = 0; i < kept; i++) {
    if (weir_socket_read(socket, &byte, 1, &taken) != WEIR_OK || taken != 1) wrong++;
    if (byte != net_byte(i)) wrong++;
  }
  assert_true(kept > 65536);
  assert_int_equal(wrong, 0);
  net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(readable_is_told_when_more_has_come_and_at_the_end),
      cmocka_unit_test(read_takes_exactly_what_is_asked_for),
      cmocka_unit_test(what_read_leaves_can_flow_afterwards),
      cmocka_unit_test(a_length_above_the_mark_raises_it),
      cmocka_unit_test(the_mark_becomes_a_power_of_two),
      cmocka_unit_test(reading_starts_a_socket_that_was_paused_on_connect),
      cmocka_unit_test(who_reads_by_asking_is_not_handed_anything),
      cmocka_unit_test(attaching_late_tells_what_is_there),
      cmocka_unit_test(a_client_may_read_by_asking_from_the_beginning),
      cmocka_unit_test(destroying_in_readable_ends_everything),
      cmocka_unit_test(taking_bytes_one_by_one_is_not_quadratic),
  };
  return cmocka_run_group_tests(tests, make_tables, NULL);
}
