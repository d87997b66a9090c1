/* The trace hook: which lines a small conversation leaves, and on which objects. */
#include "tests/support/connection.h"
#include "tests/support/journal.h"
#include "tests/support/loop_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINES = 512 };

typedef struct line {
  weir_time time;
  uint64_t object;
  weir_trace_event event;
  uint64_t a;
  uint64_t b;
} line;

static line lines[LINES];
static size_t line_count;
static int user_mark;
static const char *const names[] = {"turn",     "step",    "timer",   "listening", "connection",
                                    "overload", "connect", "receive", "sent",      "drain",
                                    "finish",   "end",     "error",   "close",     "timeout",
                                    "lookup",   "attempt", "failed"};

static void note_line(weir_time now, uint64_t object, weir_trace_event event, uint64_t a,
                      uint64_t b, void *user) {
  if (user == &user_mark && line_count < LINES)
    lines[line_count++] = (line){now, object, event, a, b};
}

static int setup(void **state) {
  loop_fixture *f = malloc(sizeof *f);
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  options.trace = note_line;
  options.trace_user = &user_mark;
  line_count = 0;
  *state = f;
  return f && loop_fixture_open(f, &options) == WEIR_OK ? 0 : -1;
}

/* The lines of one object but for its steps. */
static void story_of(uint64_t object, journal *out) {
  *out = (journal){.length = 0};
  for (size_t i = 0; i < line_count; i++)
    if (lines[i].object == object && lines[i].event != WEIR_TRACE_STEP)
      journal_note(out, "%s:%llu:%llu", names[lines[i].event], (unsigned long long)lines[i].a,
                   (unsigned long long)lines[i].b);
}

static size_t count_of(weir_trace_event event) {
  size_t count = 0;
  for (size_t i = 0; i < line_count; i++) count += lines[i].event == event;
  return count;
}

static void end_with_bytes(weir_socket *socket, void *user) {
  (void)user;
  (void)weir_socket_end(socket, "hello", 5, NULL, NULL);
}

static void take(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  (void)socket;
  (void)data;
  (void)length;
  (void)user;
}

static void a_conversation_is_told_by_object(void **state) {
  loop_fixture *f = *state;
  static const weir_socket_handlers client = {.size = sizeof client, .on_connect = end_with_bytes};
  static const weir_socket_handlers peer = {.size = sizeof peer, .on_data = take};
  weir_address address;
  connection c = {0};
  journal story;
  char expected[64];
  assert_int_equal(connection_start(&c, f->loop, &client, &peer, NULL), WEIR_OK);
  assert_int_equal(weir_server_address(c.server, &address), WEIR_OK);
  uint64_t server = weir_server_id(c.server);
  uint64_t client_id = weir_socket_id(c.client);
  assert_true(server != client_id && server != 0 && client_id != 0);
  loop_fixture_run(f);
  story_of(server, &story);
  snprintf(expected, sizeof expected, "listening:%u:0 connection:", (unsigned)address.port);
  assert_memory_equal(story.text, expected, strlen(expected));
  assert_non_null(strstr(story.text, ":1 close:0:0"));
  story_of(client_id, &story);
  assert_string_equal(story.text, "connect:0:0 sent:5:0 finish:0:0 end:0:0 close:0:0");
}

static void the_peers_story_says_how_much_came(void **state) {
  loop_fixture *f = *state;
  static const weir_socket_handlers client = {.size = sizeof client, .on_connect = end_with_bytes};
  static const weir_socket_handlers peer = {.size = sizeof peer, .on_data = take};
  connection c = {0};
  uint64_t peer_id = 0;
  uint64_t received = 0;
  assert_int_equal(connection_start(&c, f->loop, &client, &peer, NULL), WEIR_OK);
  loop_fixture_run(f);
  for (size_t i = 0; i < line_count; i++) {
    if (lines[i].event == WEIR_TRACE_CONNECTION) peer_id = lines[i].a;
    if (lines[i].event != WEIR_TRACE_RECEIVE) continue;
    received += lines[i].a;
    assert_true(lines[i].object == peer_id);
    assert_true(lines[i].b == received);
  }
  assert_true(peer_id != 0);
  assert_true(received == 5);
  assert_int_equal(count_of(WEIR_TRACE_CLOSE), 3);
  assert_int_equal(count_of(WEIR_TRACE_ERROR), 0);
}

static void a_failure_is_told_with_its_code(void **state) {
  loop_fixture *f = *state;
  weir_error error = WEIR_ERROR_INIT;
  weir_socket *socket;
  journal story;
  error.code = WEIR_EPROTO;
  assert_int_equal(weir_socket_create(f->loop, NULL, NULL, NULL, &socket), WEIR_OK);
  uint64_t id = weir_socket_id(socket);
  weir_socket_destroy(socket, &error);
  loop_fixture_run(f);
  char expected[64];
  snprintf(expected, sizeof expected, "error:%d:0 close:1:0", WEIR_EPROTO);
  story_of(id, &story);
  assert_string_equal(story.text, expected);
  assert_int_equal(count_of(WEIR_TRACE_STEP), 2);
}

static void nothing(weir_timer *timer, void *user) {
  (void)timer;
  (void)user;
}

static void turns_and_timers_have_times_in_order(void **state) {
  loop_fixture *f = *state;
  weir_timer *timer;
  weir_time start = weir_loop_now(f->loop);
  assert_int_equal(weir_timer_create(f->loop, nothing, NULL, &timer), WEIR_OK);
  weir_timer_start(timer, 2, 0);
  loop_fixture_run(f);
  assert_int_equal(count_of(WEIR_TRACE_TIMER), 1);
  assert_true(count_of(WEIR_TRACE_TURN) >= 1);
  for (size_t i = 0; i < line_count; i++) {
    if (i > 0) assert_true(lines[i].time >= lines[i - 1].time);
    if (lines[i].event == WEIR_TRACE_TIMER) assert_true(lines[i].time - start >= 2 * WEIR_TIME_MS);
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, loop_fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_conversation_is_told_by_object),
      TEST(the_peers_story_says_how_much_came),
      TEST(a_failure_is_told_with_its_code),
      TEST(turns_and_timers_have_times_in_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
