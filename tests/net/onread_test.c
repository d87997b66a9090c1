/* Receiving into the program's memory: whose it is when, and what stops and starts it. */
#include "conformance/clause.h"
#include "tests/support/net_fixture.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM = 4096, MEMORIES = 4 };

/* A client that receives, with what its callbacks were told in its end's log. */
typedef struct receiver {
  net_end *end;
  uint8_t memory[MEMORIES][ROOM]; /* The provider gives them in turn. */
  size_t length;                  /* Of each. */
  unsigned provided;
  unsigned fail_from; /* The provider gives nothing from this call on; 0: never. */
  unsigned pieces;
  unsigned stop_at; /* The callback returns false for this piece. */
  void (*act)(struct receiver *r);
  unsigned act_at; /* The piece in whose callback it runs. */
  uint64_t received;
  size_t longest;
  bool garbled;
  bool wrong_memory;
} receiver;

static void *provide(weir_socket *socket, size_t *out_length, void *user) {
  receiver *r = user;
  (void)socket;
  net_note(&r->end->log, "buffer");
  r->provided++;
  *out_length = r->length;
  if (r->fail_from > 0 && r->provided >= r->fail_from) return NULL;
  return r->memory[r->provided % MEMORIES];
}

static bool receive(weir_socket *socket, uint8_t *data, size_t length, void *user) {
  receiver *r = user;
  (void)socket;
  for (size_t i = 0; i < length; i++)
    if (data[i] != net_byte(r->received + i)) r->garbled = true;
  if (data != r->memory[r->provided % MEMORIES]) r->wrong_memory = true;
  r->received += length;
  if (length > r->longest) r->longest = length;
  r->pieces++;
  net_note(&r->end->log, "got(%zu)", length);
  if (r->act && r->pieces == r->act_at) r->act(r);
  return r->pieces != r->stop_at;
}

/* Everybody but on_data notes itself; on_data must never come. */
static net_fixture *open_receiver(receiver *r, net_kind kind, bool provided, size_t length) {
  weir_onread how = WEIR_ONREAD_INIT;
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  net_fixture *net = net_create();
  r->end = &net->client;
  r->length = length;
  if (provided) {
    how.provider = provide;
  } else {
    how.buffer = r->memory[0];
    how.buffer_length = length;
  }
  how.callback = receive;
  how.user = r;
  options.onread = &how;
  net_open_with(net, kind, &options, NULL, NULL);
  return net;
}

static void stop_net(net_fixture *net) {
  net_settle(net);
  net_stop_listening(net);
  if (net->client.socket) weir_socket_destroy(net->client.socket, NULL);
  if (net->peers[0].socket) weir_socket_destroy(net->peers[0].socket, NULL);
  net_run(net);
  net_free(net);
}

static void a_fixed_buffer_is_filled_again_and_again(void **state) {
  (void)state;
  for (net_kind kind = NET_IPV4; kind < NET_KINDS; kind++) {
    static receiver r;
    r = (receiver){0};
    net_fixture *net = open_receiver(&r, kind, false, 4);
    (void)net_write(&net->peers[0], 0, 10, NULL);
    (void)net_finish(&net->peers[0], NULL);
    uint64_t before = weir_socket_bytes_read(net->client.socket);
    net_run_until(net, net_both_closed);
    CLAUSES("STR-45", "STR-46", "STR-47", "STR-55", "CON-26") {
      assert_int_equal(before, 0);
      net_expect("client", &net->client.log,
                 "connect ready got(4) got(4) got(2) end finish close(0)");
      assert_false(r.garbled || r.wrong_memory);
      assert_int_equal(net->client.received, 0);
    }
    stop_net(net);
  }
}

static void a_provider_is_asked_before_connect_and_after_every_piece(void **state) {
  (void)state;
  for (net_kind kind = NET_IPV4; kind < NET_KINDS; kind++) {
    static receiver r;
    r = (receiver){0};
    net_fixture *net = open_receiver(&r, kind, true, 4);
    (void)net_write(&net->peers[0], 0, 6, NULL);
    (void)net_finish(&net->peers[0], NULL);
    net_run_until(net, net_both_closed);
    CLAUSES("STR-45") {
      net_expect("client", &net->client.log,
                 "buffer connect ready got(4) buffer got(2) buffer end finish close(0)");
      assert_false(r.garbled || r.wrong_memory);
    }
    stop_net(net);
  }
}

static void a_false_stops_until_resume(void **state) {
  (void)state;
  static receiver r;
  r = (receiver){.stop_at = 1};
  net_fixture *net = open_receiver(&r, NET_IPV4, false, 4);
  (void)net_write(&net->peers[0], 0, 8, NULL);
  (void)net_finish(&net->peers[0], NULL);
  net_settle(net);
  CLAUSES("STR-48") {
    net_expect("stopped", &net->client.log, "connect ready got(4)");
    assert_false(weir_socket_is_paused(net->client.socket));
    assert_int_equal(weir_socket_bytes_read(net->client.socket), 4);
    weir_socket_resume(net->client.socket);
    net_expect("inside the call", &net->client.log, "connect ready got(4)");
    net_run_until(net, net_both_closed);
    net_expect("resumed", &net->client.log, "connect ready got(4) got(4) end finish close(0)");
  }
  stop_net(net);
}

/* STR-48: read() goes on as well, and has nothing to give. */
static void a_read_goes_on_too(void **state) {
  (void)state;
  static receiver r;
  uint8_t byte;
  size_t taken = 9;
  r = (receiver){.stop_at = 1};
  net_fixture *net = open_receiver(&r, NET_IPV4, false, 4);
  (void)net_write(&net->peers[0], 0, 8, NULL);
  net_settle(net);
  assert_int_equal(weir_socket_read(net->client.socket, &byte, 1, &taken), WEIR_EAGAIN);
  assert_int_equal(taken, 0);
  net_settle(net);
  net_expect("goes on", &net->client.log, "connect ready got(4) got(4)");
  stop_net(net);
}

static void pausing_stops_the_transport_at_once(void **state) {
  (void)state;
  static receiver r;
  r = (receiver){0};
  net_fixture *net = open_receiver(&r, NET_IPV4, false, 16);
  net_settle(net);
  weir_socket_pause(net->client.socket);
  (void)net_write(&net->peers[0], 0, 4, NULL);
  net_settle(net);
  CLAUSES("STR-47") {
    assert_int_equal(weir_socket_bytes_read(net->client.socket), 0);
    assert_true(weir_socket_is_paused(net->client.socket));
    net_expect("paused", &net->client.log, "connect ready");
    weir_socket_resume(net->client.socket);
    net_settle(net);
    net_expect("resumed", &net->client.log, "connect ready got(4)");
    assert_int_equal(weir_socket_bytes_read(net->client.socket), 4);
  }
  stop_net(net);
}

/* Pausing and going on in one go, also when bytes and the end are there already: nothing is lost,
 * doubled or told while paused. */
static void pausing_and_resuming_at_any_time_loses_nothing(void **state) {
  (void)state;
  for (unsigned turns = 0; turns < 6; turns++) {
    static receiver r;
    r = (receiver){0};
    net_fixture *net = open_receiver(&r, NET_IPV4, turns % 2 == 1, 16);
    (void)net_write(&net->peers[0], 0, 50, NULL);
    (void)net_finish(&net->peers[0], NULL);
    for (unsigned i = 0; i < turns; i++) (void)weir_loop_run(net->loop, WEIR_RUN_NOWAIT);
    if (net->client.socket) {
      weir_socket_pause(net->client.socket);
      weir_socket_resume(net->client.socket);
      weir_socket_pause(net->client.socket);
      weir_socket_pause(net->client.socket);
    }
    uint64_t told = r.received;
    net_settle(net);
    assert_int_equal(r.received, told);
    if (net->client.socket) weir_socket_resume(net->client.socket);
    net_run_until(net, net_both_closed);
    assert_int_equal(r.received, 50);
    assert_false(r.garbled || r.wrong_memory);
    assert_true(net_was_told(&net->client.log, "end"));
    stop_net(net);
  }
}

static void pause_it(receiver *r) {
  weir_socket_pause(r->end->socket);
}

static void pause_and_resume_it(receiver *r) {
  weir_socket_pause(r->end->socket);
  weir_socket_resume(r->end->socket);
}

static void destroy_it(receiver *r) {
  weir_socket_destroy(r->end->socket, NULL);
}

static void the_callback_may_pause_resume_and_destroy(void **state) {
  (void)state;
  static const struct {
    const char *name;
    void (*act)(receiver *r);
    const char *told;
  } cases[] = {{"pause", pause_it, "buffer connect ready got(4) buffer"},
               {"both", pause_and_resume_it, "buffer connect ready got(4) buffer got(4) buffer"},
               {"destroy", destroy_it, "buffer connect ready got(4) close(0)"}};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    static receiver r;
    r = (receiver){.act = cases[i].act, .act_at = 1};
    net_fixture *net = open_receiver(&r, NET_IPV4, true, 4);
    (void)net_write(&net->peers[0], 0, 8, NULL);
    net_settle(net);
    net_expect(cases[i].name, &net->client.log, cases[i].told);
    assert_false(r.garbled || r.wrong_memory);
    stop_net(net);
  }
}

static void a_provider_without_memory_destroys_the_socket(void **state) {
  (void)state;
  for (unsigned from = 1; from <= 2; from++) {
    weir_onread how = WEIR_ONREAD_INIT;
    weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
    static receiver r;
    net_fixture *net = net_create();
    r = (receiver){.end = &net->client, .length = 4, .fail_from = from};
    how.provider = provide;
    how.callback = receive;
    how.user = &r;
    options.onread = &how;
    net_listen(net, NET_IPV4, NULL);
    net_connect(net, NET_IPV4, &options, &net->client);
    net_settle(net);
    if (from == 2) (void)net_write(&net->peers[0], 0, 8, NULL);
    net_run_until(net, net_both_closed);
    CLAUSES("STR-45") {
      net_expect("client", &net->client.log,
                 from == 1 ? "buffer error(ENOBUFS) close(1)"
                           : "buffer connect ready got(4) buffer error(ENOBUFS) close(1)");
      assert_string_equal(net->client.message, "read ENOBUFS");
    }
    stop_net(net);
  }
}

/* STR-49, D42 */
static void an_incomplete_option_is_refused(void **state) {
  (void)state;
  static receiver r;
  net_fixture *net = net_create();
  static const struct {
    const char *name;
    weir_onread how;
  } cases[] = {{"nothing", WEIR_ONREAD_INIT},
               {"no callback", {sizeof(weir_onread), &r, 4, NULL, NULL, NULL}},
               {"no memory", {sizeof(weir_onread), NULL, 0, NULL, receive, NULL}},
               {"memory of no bytes", {sizeof(weir_onread), &r, 0, NULL, receive, NULL}},
               {"bytes of no memory", {sizeof(weir_onread), NULL, 4, NULL, receive, NULL}},
               {"both", {sizeof(weir_onread), &r, 4, provide, receive, NULL}},
               {"no size", {0, &r, 4, NULL, receive, NULL}}};
  CLAUSES("STR-49") {
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
      weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
      weir_socket *socket = NULL;
      options.onread = &cases[i].how;
      weir_err err = weir_socket_create(net->loop, &options, NULL, NULL, &socket);
      if (err != WEIR_ERR_INVALID_ARG_VALUE) fail_msg("%s: %d", cases[i].name, (int)err);
      assert_null(socket);
    }
  }
  net_free(net);
}

/* Nothing is written into the memory any more once 'close' was told. */
static void the_memory_is_the_programs_again_after_close(void **state) {
  (void)state;
  weir_onread how = WEIR_ONREAD_INIT;
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  static receiver r;
  net_fixture *net = net_create();
  uint8_t *memory = malloc(ROOM);
  assert_non_null(memory);
  r = (receiver){.end = &net->client};
  how.buffer = memory;
  how.buffer_length = ROOM;
  how.callback = receive;
  how.user = &r;
  options.onread = &how;
  net_open_with(net, NET_IPV4, &options, NULL, NULL);
  net_settle(net);
  memset(memory, 0x5a, ROOM);
  (void)net_write(&net->peers[0], 0, 100, NULL);
  weir_socket_destroy(net->client.socket, NULL);
  net_run_until(net, net_both_closed);
  memset(memory, 0xa5, ROOM);
  net_settle(net);
  for (size_t i = 0; i < ROOM; i++) assert_int_equal(memory[i], 0xa5);
  free(memory);
  net_expect("client", &net->client.log, "connect ready close(0)");
  stop_net(net);
}

/* Each failing allocation of making one is told, and leaves nothing behind. */
static void making_one_without_memory_fails_cleanly(void **state) {
  (void)state;
  static receiver r;
  weir_onread how = {sizeof(weir_onread), &r, 4, NULL, receive, NULL};
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  net_fixture *net = net_create();
  weir_err err = WEIR_ENOMEM;
  options.onread = &how;
  size_t tries = 0;
  for (; err == WEIR_ENOMEM && tries < 10; tries++) {
    weir_socket *socket = NULL;
    loop_fixture_fail_at(&net->base, tries + 1);
    err = weir_socket_create(net->loop, &options, NULL, NULL, &socket);
    loop_fixture_fail_at(&net->base, 0);
    if (err == WEIR_OK) weir_socket_destroy(socket, NULL);
  }
  assert_int_equal(err, WEIR_OK);
  assert_int_equal(tries, 4);
  net_run(net);
  net_free(net);
}

/* STR-45, STR-46: lots of bytes, more than any buffer of a backend's at a time. */
static void much_comes_whole(void **state) {
  (void)state;
  for (unsigned provided = 0; provided < 2; provided++) {
    static receiver r;
    r = (receiver){0};
    net_fixture *net = open_receiver(&r, NET_IPV4, provided == 1, ROOM);
    (void)net_write(&net->peers[0], 0, 3000000, NULL);
    (void)net_finish(&net->peers[0], NULL);
    net_run_until(net, net_both_closed);
    assert_int_equal(r.received, 3000000);
    assert_true(r.longest <= ROOM);
    assert_false(r.garbled || r.wrong_memory);
    stop_net(net);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_fixed_buffer_is_filled_again_and_again),
      cmocka_unit_test(a_provider_is_asked_before_connect_and_after_every_piece),
      cmocka_unit_test(a_false_stops_until_resume),
      cmocka_unit_test(a_read_goes_on_too),
      cmocka_unit_test(pausing_stops_the_transport_at_once),
      cmocka_unit_test(pausing_and_resuming_at_any_time_loses_nothing),
      cmocka_unit_test(the_callback_may_pause_resume_and_destroy),
      cmocka_unit_test(a_provider_without_memory_destroys_the_socket),
      cmocka_unit_test(an_incomplete_option_is_refused),
      cmocka_unit_test(the_memory_is_the_programs_again_after_close),
      cmocka_unit_test(making_one_without_memory_fails_cleanly),
      cmocka_unit_test(much_comes_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
