/* Sockets with an encoding: what on_data gets and when, what is kept and converted, how it ends;
 * and texts that are written. */
#include "conformance/clause.h"
#include "tests/support/net_fixture.h"

#include <stdlib.h>
#include <string.h>

enum { MANY = 200000 };

/* What a test does in the first on_data. */
static void (*act)(net_end *end);

/* All text of an end, besides its log. */
static char whole[WEIR_DECODER_TEXT_SIZE(MANY)];
static size_t whole_length;
static size_t longest;

static void on_text(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  net_end *end = user;
  void (*now)(net_end *) = act;
  (void)socket;
  if (length <= 32) net_note(&end->log, "<%.*s>", (int)length, (const char *)data);
  if (whole_length + length <= sizeof whole) memcpy(whole + whole_length, data, length);
  whole_length += length;
  if (length > longest) longest = length;
  act = NULL;
  if (now) now(end);
}

static weir_socket_handlers text_handlers(void) {
  weir_socket_handlers handlers = net_handlers;
  handlers.on_data = on_text;
  return handlers;
}

/* A connection whose client reads text; the peer writes. */
static net_fixture *open_with(weir_encoding encoding, weir_socket_handlers *handlers) {
  net_fixture *net = net_create();
  *handlers = text_handlers();
  act = NULL;
  whole_length = longest = 0;
  net_open_with(net, NET_IPV4, NULL, NULL, handlers);
  if (encoding != WEIR_ENCODING_NONE)
    assert_int_equal(weir_socket_set_encoding(net->client.socket, encoding), WEIR_OK);
  net->client.log.length = 0;
  net->client.log.text[0] = '\0';
  return net;
}

static void send_bytes(net_fixture *net, const void *bytes, size_t length) {
  assert_true(weir_socket_write(net->peers[0].socket, bytes, length, NULL, NULL) <=
              WEIR_WAIT_DRAIN);
  net_settle(net);
}

static void send_end(net_fixture *net) {
  assert_int_equal(net_finish(&net->peers[0], NULL), WEIR_OK);
  net_settle(net);
}

static void characters_come_whole(void **state) {
  weir_socket_handlers handlers;
  net_fixture *net = open_with(WEIR_ENCODING_UTF8, &handlers);
  (void)state;
  assert_int_equal(weir_socket_encoding(net->client.socket), WEIR_ENCODING_UTF8);
  send_bytes(net, "a\xe2", 2);
  send_bytes(net, "\x82", 1);
  send_bytes(net, "\xac\xf0\x9f", 3);
  send_bytes(net, "\x98\x80z", 3);
  CLAUSES("SOC-13", "STR-38", "STR-39") {
    net_expect("pieces", &net->client.log, "<a> <\xe2\x82\xac> <\xf0\x9f\x98\x80z>");
    assert_int_equal(weir_socket_readable_length(net->client.socket), 0);
  }
  CLAUSES("SOC-28") {
    assert_int_equal(weir_socket_bytes_read(net->client.socket), 9);
  }
  net_free(net);
}

/* What the client is told of bytes and the end behind them. */
static void expect_last(weir_encoding encoding, const char *bytes, size_t length,
                        const char *expected) {
  weir_socket_handlers handlers;
  net_fixture *net = open_with(encoding, &handlers);
  send_bytes(net, bytes, length);
  send_end(net);
  net_expect(weir_encoding_name(encoding), &net->client.log, expected);
  net_free(net);
}

static void what_is_held_back_comes_before_the_end(void **state) {
  (void)state;
  CLAUSES("STR-40", "STR-44", "STR-41") {
    expect_last(WEIR_ENCODING_UTF8, "a\xe2\x82", 3, "<a> <\xef\xbf\xbd> end finish close(0)");
    expect_last(WEIR_ENCODING_UTF8, "\xf0\x9f\x98", 3, "<\xef\xbf\xbd> end finish close(0)");
    expect_last(WEIR_ENCODING_UTF16LE, "a\0b", 3, "<a> end finish close(0)");
    expect_last(WEIR_ENCODING_UTF16LE, "\x3d\xd8", 2, "<\xef\xbf\xbd> end finish close(0)");
    expect_last(WEIR_ENCODING_BASE64, "\xfb\xff\x01\x02", 4, "<+/8B> <Ag==> end finish close(0)");
    expect_last(WEIR_ENCODING_BASE64URL, "\xfb\xff", 2, "<-_8> end finish close(0)");
    expect_last(WEIR_ENCODING_HEX, "\x01\xab", 2, "<01ab> end finish close(0)");
    expect_last(WEIR_ENCODING_LATIN1, "\xe9", 1, "<\xc3\xa9> end finish close(0)");
    expect_last(WEIR_ENCODING_ASCII, "\xe9", 1, "<i> end finish close(0)");
  }
}

static void what_was_kept_is_converted(void **state) {
  weir_socket_handlers handlers;
  net_fixture *net = open_with(WEIR_ENCODING_NONE, &handlers);
  weir_socket *client = net->client.socket;
  (void)state;
  weir_socket_pause(client);
  send_bytes(net, "a\xe9", 2);
  send_bytes(net, "b", 1);
  assert_int_equal(weir_socket_readable_length(client), 3);
  CLAUSES("STR-43") {
    assert_int_equal(weir_socket_set_encoding(client, WEIR_ENCODING_LATIN1), WEIR_OK);
    assert_int_equal(weir_socket_readable_length(client), 4);
    send_bytes(net, "\xe8", 1);
    assert_int_equal(weir_socket_readable_length(client), 6);
    net_expect("paused", &net->client.log, "");
    weir_socket_resume(client);
    net_settle(net);
    net_expect("resumed", &net->client.log,
               "<a\xc3\xa9"
               "b> <\xc3\xa8>");
    assert_int_equal(weir_socket_bytes_read(client), 4);
  }
  net_free(net);
}

/* Nothing but the beginning of a character was kept: with its end the stream ends. */
static void kept_bytes_without_text_do_not_hold_the_end_back(void **state) {
  weir_socket_handlers handlers;
  net_fixture *net = open_with(WEIR_ENCODING_NONE, &handlers);
  (void)state;
  weir_socket_pause(net->client.socket);
  send_bytes(net, "\xe2\x82", 2);
  send_end(net);
  net_expect("kept", &net->client.log, "");
  assert_int_equal(weir_socket_set_encoding(net->client.socket, WEIR_ENCODING_UTF8), WEIR_OK);
  assert_int_equal(weir_socket_readable_length(net->client.socket), 0);
  net_settle(net);
  net_expect("converted", &net->client.log, "end finish close(0)");
  net_free(net);
}

static void much_that_was_kept_comes_in_pieces_of_a_receive(void **state) {
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  weir_socket_handlers handlers = text_handlers();
  net_fixture *net = net_create();
  char *bytes = malloc(MANY);
  (void)state;
  assert_non_null(bytes);
  memset(bytes, 0xe9, MANY);
  whole_length = longest = 0;
  act = NULL;
  options.readable_high_water_mark_bytes = (int64_t)1 << 30;
  net_open_with(net, NET_IPV4, &options, NULL, &handlers);
  weir_socket_pause(net->client.socket);
  for (size_t sent = 0; sent < MANY; sent += 10000) send_bytes(net, bytes + sent, 10000);
  assert_int_equal(weir_socket_readable_length(net->client.socket), MANY);
  assert_int_equal(weir_socket_set_encoding(net->client.socket, WEIR_ENCODING_LATIN1), WEIR_OK);
  assert_int_equal(weir_socket_readable_length(net->client.socket), 2 * MANY);
  weir_socket_resume(net->client.socket);
  net_settle(net);
  assert_int_equal(whole_length, 2 * MANY);
  assert_true(longest > 65536 && longest <= 2 * 65536);
  free(bytes);
  net_free(net);
}

static void much_text_comes_whole_whatever_it_takes(void **state) {
  static const weir_encoding encodings[] = {WEIR_ENCODING_UTF8, WEIR_ENCODING_HEX,
                                            WEIR_ENCODING_UTF16LE, WEIR_ENCODING_BASE64};
  char *bytes = malloc(MANY);
  (void)state;
  assert_non_null(bytes);
  for (size_t i = 0; i < MANY; i++) bytes[i] = (char)(i * 7 + i / 256);
  for (size_t i = 0; i < COUNT_OF(encodings); i++) {
    weir_socket_handlers handlers;
    weir_decoder decoder;
    net_fixture *net = open_with(encodings[i], &handlers);
    char *expected = malloc(WEIR_DECODER_TEXT_SIZE(MANY) + WEIR_DECODER_TEXT_SIZE(0));
    size_t length = 0;
    size_t rest = 0;
    assert_non_null(expected);
    assert_int_equal(weir_decoder_init(&decoder, encodings[i]), WEIR_OK);
    assert_int_equal(
        weir_decoder_write(&decoder, bytes, MANY, expected, WEIR_DECODER_TEXT_SIZE(MANY), &length),
        WEIR_OK);
    assert_int_equal(
        weir_decoder_end(&decoder, expected + length, WEIR_DECODER_TEXT_SIZE(0), &rest), WEIR_OK);
    send_bytes(net, bytes, MANY);
    send_end(net);
    assert_int_equal(whole_length, length + rest);
    assert_memory_equal(whole, expected, whole_length);
    assert_true(longest <= WEIR_DECODER_TEXT_SIZE(65536));
    free(expected);
    net_free(net);
  }
  free(bytes);
}

/* Requests for memory while bytes come; the simulator makes some of its own. */
static size_t allocations_of(net_fixture *net, const void *bytes, size_t length) {
  size_t before = loop_fixture_allocations(&net->base);
  send_bytes(net, bytes, length);
  return loop_fixture_is_sim(&net->base) ? 0 : loop_fixture_allocations(&net->base) - before;
}

static void text_costs_no_allocation_once_there_was_some(void **state) {
  weir_socket_handlers handlers;
  net_fixture *net = open_with(WEIR_ENCODING_UTF8, &handlers);
  (void)state;
  assert_int_equal(allocations_of(net, "hello \xe2\x82\xac", 9), 0);
  (void)allocations_of(net, "\xff", 1);
  assert_int_equal(allocations_of(net, "\xff\xe2", 2), 0);
  assert_int_equal(allocations_of(net, "\x82\xac", 2), 0);
  net_expect("told", &net->client.log,
             "<hello \xe2\x82\xac> <\xef\xbf\xbd> <\xef\xbf\xbd> <\xe2\x82\xac>");
  net_free(net);
}

static void bytes_come_again_and_none_is_lost(void **state) {
  weir_socket_handlers handlers;
  net_fixture *net = open_with(WEIR_ENCODING_UTF8, &handlers);
  weir_socket *client = net->client.socket;
  (void)state;
  send_bytes(net, "a\xe2\x82", 3);
  CLAUSES("STR-38") {
    assert_int_equal(weir_socket_set_encoding(client, WEIR_ENCODING_NONE), WEIR_OK);
    assert_int_equal(weir_socket_encoding(client), WEIR_ENCODING_NONE);
    net_expect("inside the call", &net->client.log, "<a>");
    send_bytes(net, "\xff", 1);
    net_expect("bytes", &net->client.log, "<a> <\xe2\x82> <\xff>");
  }
  assert_int_equal(weir_socket_set_encoding(client, WEIR_ENCODING_NONE), WEIR_OK);
  send_end(net);
  net_expect("end", &net->client.log, "<a> <\xe2\x82> <\xff> end finish close(0)");
  net_free(net);
}

static void set_hex(net_end *end) {
  (void)weir_socket_set_encoding(end->socket, WEIR_ENCODING_HEX);
}

static void set_none(net_end *end) {
  (void)weir_socket_set_encoding(end->socket, WEIR_ENCODING_NONE);
}

static void pause_it(net_end *end) {
  weir_socket_pause(end->socket);
}

static void destroy_it(net_end *end) {
  weir_socket_destroy(end->socket, NULL);
}

static void handlers_may_change_anything(void **state) {
  weir_socket_handlers handlers;
  (void)state;
  net_fixture *net = open_with(WEIR_ENCODING_NONE, &handlers);
  act = set_hex;
  send_bytes(net, "a", 1);
  send_bytes(net, "b", 1);
  act = set_none;
  send_bytes(net, "c", 1);
  send_bytes(net, "d", 1);
  net_expect("changed", &net->client.log, "<a> <62> <63> <d>");
  set_hex(&net->client);
  act = pause_it;
  send_bytes(net, "e", 1);
  send_bytes(net, "f", 1);
  net_expect("paused", &net->client.log, "<a> <62> <63> <d> <65>");
  weir_socket_resume(net->client.socket);
  act = destroy_it;
  net_settle(net);
  net_expect("destroyed", &net->client.log, "<a> <62> <63> <d> <65> <66> close(0)");
  net_free(net);
}

static void destroyed_in_the_last_text(void **state) {
  weir_socket_handlers handlers;
  net_fixture *net = open_with(WEIR_ENCODING_UTF8, &handlers);
  (void)state;
  act = destroy_it;
  send_bytes(net, "\xe2", 1);
  send_end(net);
  net_expect("destroyed", &net->client.log, "<\xef\xbf\xbd> close(0)");
  net_free(net);
}

/* Whoever reads text without taking it loses it as bytes would be. */
static void text_without_consumer_is_lost_and_the_decoder_goes_on(void **state) {
  weir_socket_handlers handlers;
  net_fixture *net = open_with(WEIR_ENCODING_UTF8, &handlers);
  weir_socket *client = net->client.socket;
  (void)state;
  assert_int_equal(weir_socket_set_handlers(client, &net_quiet_handlers, &net->client), WEIR_OK);
  send_bytes(net, "lost\xe2\x82", 6);
  assert_int_equal(weir_socket_set_handlers(client, &handlers, &net->client), WEIR_OK);
  send_bytes(net, "\xac", 1);
  net_expect("the rest", &net->client.log, "<\xe2\x82\xac>");
  net_free(net);
}

static void the_encoding_outlives_the_connection(void **state) {
  weir_socket_handlers handlers;
  net_fixture *net = open_with(WEIR_ENCODING_BASE64, &handlers);
  weir_socket *client = weir_socket_retain(net->client.socket);
  (void)state;
  weir_socket_destroy(client, NULL);
  net_settle(net);
  assert_int_equal(weir_socket_encoding(client), WEIR_ENCODING_BASE64);
  assert_int_equal(weir_socket_set_encoding(client, WEIR_ENCODING_HEX), WEIR_OK);
  assert_int_equal(weir_socket_encoding(client), WEIR_ENCODING_HEX);
  weir_socket_release(client);
  net_free(net);
}

static void an_encoding_that_is_none_is_refused(void **state) {
  weir_socket_handlers handlers;
  net_fixture *net = open_with(WEIR_ENCODING_UTF8, &handlers);
  weir_socket *client = net->client.socket;
  weir_encoding wrong = (weir_encoding)99;
  (void)state;
  assert_int_equal(weir_socket_set_encoding(NULL, WEIR_ENCODING_UTF8), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_socket_encoding(NULL), WEIR_ENCODING_NONE);
  CLAUSES("STR-18", "STR-38") {
    assert_int_equal(weir_socket_set_encoding(client, wrong), WEIR_ERR_UNKNOWN_ENCODING);
    assert_int_equal(weir_socket_encoding(client), WEIR_ENCODING_UTF8);
    assert_int_equal(weir_socket_write_text(client, "x", 1, wrong, NULL, NULL),
                     WEIR_ERR_UNKNOWN_ENCODING);
    assert_int_equal(weir_socket_write_text(client, NULL, 1, WEIR_ENCODING_UTF8, NULL, NULL),
                     WEIR_ERR_INVALID_ARG_TYPE);
    assert_int_equal(weir_socket_end_text(client, "x", 1, wrong, NULL, NULL),
                     WEIR_ERR_UNKNOWN_ENCODING);
    assert_int_equal(weir_socket_bytes_written(client), 0);
    assert_true(weir_socket_writable(client));
  }
  assert_int_equal(weir_socket_write_text(NULL, "x", 1, WEIR_ENCODING_UTF8, NULL, NULL),
                   WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_socket_end_text(NULL, "x", 1, WEIR_ENCODING_UTF8, NULL, NULL),
                   WEIR_ERR_INVALID_ARG_TYPE);
  net_free(net);
}

static void texts_are_written_as_their_bytes(void **state) {
  weir_socket_handlers handlers;
  net_fixture *net = open_with(WEIR_ENCODING_HEX, &handlers);
  weir_socket *peer = net->peers[0].socket;
  static const char text[] = "\xc3\xa9\xe2\x82\xac";
  (void)state;
  CLAUSES("STR-01", "STR-21", "STR-42") {
    weir_socket_cork(peer);
    assert_int_equal(weir_socket_write_text(peer, text, 5, WEIR_ENCODING_UTF8, NULL, NULL), 0);
    assert_int_equal(weir_socket_writable_length(peer), 5);
    assert_int_equal(weir_socket_write_text(peer, text, 5, WEIR_ENCODING_UTF16LE, NULL, NULL), 0);
    assert_int_equal(weir_socket_write_text(peer, text, 5, WEIR_ENCODING_LATIN1, NULL, NULL), 0);
    assert_int_equal(weir_socket_write_text(peer, "abcdzz", 6, WEIR_ENCODING_HEX, NULL, NULL), 0);
    assert_int_equal(weir_socket_write_text(peer, "\xff", 1, WEIR_ENCODING_UTF8, NULL, NULL), 0);
    assert_int_equal(weir_socket_write_text(peer, "\xff", 1, WEIR_ENCODING_NONE, NULL, NULL), 0);
    assert_int_equal(weir_socket_write_text(peer, NULL, 0, WEIR_ENCODING_HEX, net_called,
                                            net_tag_of(&net->peers[0], "empty")),
                     0);
    assert_int_equal(weir_socket_writable_length(peer), 5 + 4 + 2 + 2 + 3 + 1);
    assert_int_equal(weir_socket_bytes_written(peer), 5 + 4 + 2 + 2 + 3 + 1);
    assert_int_equal(weir_socket_end_text(peer, "aG!k", 4, WEIR_ENCODING_BASE64, net_called,
                                          net_tag_of(&net->peers[0], "ended")),
                     WEIR_OK);
    net_settle(net);
    whole[whole_length] = '\0';
    assert_string_equal(whole, "c3a9e282ac"
                               "e900ac20"
                               "e9ac"
                               "abcd"
                               "efbfbd"
                               "ff"
                               "6869");
    assert_true(net_was_told(&net->peers[0].log, "empty"));
    assert_true(net_was_told(&net->peers[0].log, "ended"));
  }
  net_free(net);
}

static void long_texts_are_encoded_whole(void **state) {
  weir_socket_handlers handlers;
  net_fixture *net = open_with(WEIR_ENCODING_UTF16LE, &handlers);
  char *text = malloc(MANY);
  (void)state;
  assert_non_null(text);
  memset(text, 'x', MANY);
  assert_true(weir_socket_write_text(net->peers[0].socket, text, MANY, WEIR_ENCODING_UTF16LE, NULL,
                                     NULL) <= WEIR_WAIT_DRAIN);
  assert_int_equal(weir_socket_bytes_written(net->peers[0].socket), 2 * MANY);
  send_end(net);
  assert_int_equal(whole_length, MANY);
  assert_memory_equal(whole, text, MANY);
  free(text);
  net_free(net);
}

static void without_memory_nothing_has_changed(void **state) {
  weir_socket_handlers handlers;
  net_fixture *net = open_with(WEIR_ENCODING_NONE, &handlers);
  weir_socket *client = net->client.socket;
  char text[300];
  (void)state;
  memset(text, 'x', sizeof text);
  loop_fixture_fail_from(&net->base, 1);
  assert_int_equal(
      weir_socket_write_text(client, text, sizeof text, WEIR_ENCODING_UTF16LE, NULL, NULL),
      WEIR_ENOMEM);
  loop_fixture_fail_at(&net->base, 0);
  assert_int_equal(weir_socket_bytes_written(client), 0);
  weir_socket_pause(client);
  send_bytes(net, "a\xe9", 2);
  send_bytes(net, "b", 1);
  for (size_t n = 1; n <= 2; n++) {
    loop_fixture_fail_at(&net->base, n);
    assert_int_equal(weir_socket_set_encoding(client, WEIR_ENCODING_HEX), WEIR_ENOMEM);
    loop_fixture_fail_at(&net->base, 0);
    assert_int_equal(weir_socket_encoding(client), WEIR_ENCODING_NONE);
    assert_int_equal(weir_socket_readable_length(client), 3);
  }
  weir_socket_resume(client);
  net_settle(net);
  net_expect("bytes", &net->client.log, "<a\xe9> <b>");
  net_free(net);
}

static void without_memory_for_what_came_the_socket_fails(void **state) {
  weir_socket_handlers handlers;
  net_fixture *net = open_with(WEIR_ENCODING_LATIN1, &handlers);
  (void)state;
  assert_int_equal(weir_socket_write(net->peers[0].socket, "\xe9", 1, NULL, NULL), WEIR_OK);
  loop_fixture_fail_from(&net->base, 1);
  net_settle(net);
  loop_fixture_fail_at(&net->base, 0);
  net_expect("failed", &net->client.log, "error(ENOMEM) close(1)");
  net_free(net);
}

/* GEN-06, STR-38: memory that runs out for text that is kept, for a character that the end of input
 * cuts off, and for bytes that are held back. */
static void text_without_memory_ends_the_socket(void **state) {
  (void)state;
  static const struct {
    weir_encoding encoding;
    const char *before, *failing;
  } cases[] = {{WEIR_ENCODING_HEX, "", "ab"},
               {WEIR_ENCODING_UTF8, "", "ab"},
               {WEIR_ENCODING_UTF8, "\xe2\x82", "x"},
               {WEIR_ENCODING_UTF8, "\xe2\x82", NULL}};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    weir_socket_handlers handlers;
    net_fixture *net = open_with(cases[i].encoding, &handlers);
    weir_socket *client = net->client.socket;
    weir_socket_pause(client);
    if (*cases[i].before) send_bytes(net, cases[i].before, strlen(cases[i].before));
    if (*cases[i].before) {
      loop_fixture_fail_from(&net->base, 1);
      assert_int_equal(weir_socket_set_encoding(client, WEIR_ENCODING_NONE), WEIR_ENOMEM);
      loop_fixture_fail_at(&net->base, 0);
      assert_int_equal(weir_socket_encoding(client), cases[i].encoding);
    }
    if (cases[i].failing)
      (void)weir_socket_write(net->peers[0].socket, cases[i].failing, strlen(cases[i].failing),
                              NULL, NULL);
    else
      (void)net_finish(&net->peers[0], NULL);
    loop_fixture_fail_from(&net->base, 1);
    for (int turn = 0; turn < 50 && net->client.closes == 0; turn++)
      assert_int_equal(weir_loop_run(net->loop, WEIR_RUN_ONCE), WEIR_OK);
    loop_fixture_fail_at(&net->base, 0);
    net_expect("client", &net->client.log, "error(ENOMEM) close(1)");
    net_free(net);
  }
}

/* GEN-06 */
static void an_encoding_without_memory_is_not_set(void **state) {
  (void)state;
  net_fixture *net = net_create();
  weir_socket *socket;
  assert_int_equal(weir_socket_create(net->loop, NULL, NULL, NULL, &socket), WEIR_OK);
  loop_fixture_fail_from(&net->base, 1);
  assert_int_equal(weir_socket_set_encoding(socket, WEIR_ENCODING_UTF8), WEIR_ENOMEM);
  loop_fixture_fail_at(&net->base, 0);
  assert_int_equal(weir_socket_encoding(socket), WEIR_ENCODING_NONE);
  weir_socket_destroy(socket, NULL);
  net_run(net);
  net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(characters_come_whole),
      cmocka_unit_test(what_is_held_back_comes_before_the_end),
      cmocka_unit_test(what_was_kept_is_converted),
      cmocka_unit_test(kept_bytes_without_text_do_not_hold_the_end_back),
      cmocka_unit_test(much_that_was_kept_comes_in_pieces_of_a_receive),
      cmocka_unit_test(much_text_comes_whole_whatever_it_takes),
      cmocka_unit_test(text_costs_no_allocation_once_there_was_some),
      cmocka_unit_test(bytes_come_again_and_none_is_lost),
      cmocka_unit_test(handlers_may_change_anything),
      cmocka_unit_test(destroyed_in_the_last_text),
      cmocka_unit_test(text_without_consumer_is_lost_and_the_decoder_goes_on),
      cmocka_unit_test(the_encoding_outlives_the_connection),
      cmocka_unit_test(an_encoding_that_is_none_is_refused),
      cmocka_unit_test(texts_are_written_as_their_bytes),
      cmocka_unit_test(long_texts_are_encoded_whole),
      cmocka_unit_test(without_memory_nothing_has_changed),
      cmocka_unit_test(text_without_memory_ends_the_socket),
      cmocka_unit_test(an_encoding_without_memory_is_not_set),
      cmocka_unit_test(without_memory_for_what_came_the_socket_fails)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
