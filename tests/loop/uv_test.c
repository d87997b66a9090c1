/* weir as a guest on a loop of libuv's that the program has: what of it is libuv's, when that loop
 * ends, and how weir leaves it. */
#include "tests/support/connection.h"
#include "tests/support/journal.h"
#include "tests/support/loop_fixture.h"
#include "weir/uv.h"

#include <string.h>
#include <uv.h>

enum { LARGE = 1 << 20 };

typedef struct guest {
  uv_loop_t uv;
  loop_fixture base;
} guest;

static guest g;
static journal seen;
static char large[LARGE];
static size_t echoed;

static int setup(void **state) {
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  weir_uv_options on = WEIR_UV_OPTIONS_INIT;
  (void)state;
  seen = (journal){.length = 0};
  echoed = 0;
  on.uv_loop = &g.uv;
  options.backend = "uv";
  options.backend_options = &on;
  if (uv_loop_init(&g.uv) != 0) return -1;
  return loop_fixture_open(&g.base, &options) == WEIR_OK ? 0 : -1;
}

/* Nothing of weir is left in libuv's loop. */
static int teardown(void **state) {
  (void)state;
  if (g.base.loop && !loop_fixture_close(&g.base)) return -1;
  while (uv_run(&g.uv, UV_RUN_DEFAULT) != 0) {
  }
  return uv_loop_close(&g.uv) == 0 ? 0 : -1;
}

static void send_all(weir_socket *socket, void *user) {
  (void)user;
  (void)weir_socket_end(socket, large, sizeof large, NULL, NULL);
}

static void count(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  (void)socket;
  (void)user;
  if (memcmp(data, large + echoed, length) == 0) echoed += length;
}

typedef struct census {
  unsigned tcp, polls, all;
} census;

static void count_handle(uv_handle_t *handle, void *user) {
  census *c = user;
  c->tcp += handle->type == UV_TCP;
  c->polls += handle->type == UV_POLL;
  c->all += uv_is_closing(handle) == 0;
}

static census met;

static void echo(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  (void)user;
  met = (census){0};
  uv_walk(&g.uv, count_handle, &met);
  (void)weir_socket_write(socket, data, length, NULL, NULL);
}

static const weir_socket_handlers client_handlers = {
    .size = sizeof client_handlers, .on_connect = send_all, .on_data = count};
static const weir_socket_handlers peer_handlers = {.size = sizeof peer_handlers, .on_data = echo};

/* A listener and both ends are handles of libuv's, and nothing is watched behind its back. The loop
 * ends by itself when weir has nothing to do. */
static void its_handles_do_the_work(void **state) {
  (void)state;
  connection c = {.keep_server = true};
  for (size_t i = 0; i < sizeof large; i++) large[i] = (char)(i * 7 + i / 251);
  assert_int_equal(connection_start(&c, g.base.loop, &client_handlers, &peer_handlers, NULL),
                   WEIR_OK);
  weir_server_unref(c.server);
  assert_int_equal(uv_run(&g.uv, UV_RUN_DEFAULT), 0);
  assert_int_equal(echoed, sizeof large);
  assert_int_equal(met.tcp, 3);
  assert_int_equal(met.polls, 0);
  assert_false(weir_loop_alive(g.base.loop));
}

static void note_timer(weir_timer *timer, void *user) {
  (void)timer;
  journal_note(&seen, "%s", (const char *)user);
}

static weir_timer *started(uint64_t ms, const char *name) {
  weir_timer *timer = NULL;
  assert_int_equal(weir_timer_create(g.base.loop, note_timer, (void *)(uintptr_t)name, &timer),
                   WEIR_OK);
  weir_timer_start(timer, ms, 0);
  return timer;
}

static void what_is_unreferenced_does_not_hold_it(void **state) {
  (void)state;
  weir_timer_unref(started(3600000, "never"));
  assert_int_equal(uv_run(&g.uv, UV_RUN_DEFAULT), 0);
  (void)started(1, "soon");
  assert_int_equal(uv_run(&g.uv, UV_RUN_DEFAULT), 0);
  assert_string_equal(seen.text, "soon");
}

static void note_ended(weir_loop *loop, weir_err status, void *user) {
  journal_note(&seen, "%s:%s", (const char *)user, weir_err_name(status));
  assert_int_equal(weir_loop_close(loop, NULL, NULL), WEIR_EALREADY);
}

static void note_close(weir_socket *socket, bool had_error, void *user) {
  (void)socket;
  (void)user;
  journal_note(&seen, "close:%d", had_error);
}

static void note_data(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  (void)data;
  (void)length;
  (void)user;
  /* From inside a handler, with everything open. */
  assert_int_equal(weir_loop_close(weir_socket_loop(socket), note_ended, "ended"), WEIR_OK);
}

/* In its own turns, without waiting; the loop's memory is gone when the callback has returned. */
static void end_in_its_own_turns(bool run_by_weir) {
  static const weir_socket_handlers client = {
      .size = sizeof client, .on_connect = send_all, .on_close = note_close};
  static const weir_socket_handlers peer = {
      .size = sizeof peer, .on_data = note_data, .on_close = note_close};
  connection c = {.keep_server = true};
  (void)started(3600000, "never");
  assert_int_equal(connection_start(&c, g.base.loop, &client, &peer, NULL), WEIR_OK);
  if (run_by_weir)
    assert_int_equal(weir_loop_run(g.base.loop, WEIR_RUN_DEFAULT), WEIR_OK);
  else
    assert_int_equal(uv_run(&g.uv, UV_RUN_DEFAULT), 0);
  assert_string_equal(seen.text, "close:0 close:0 ended:OK");
  assert_int_equal(g.base.memory.bytes, 0);
  g.base.loop = NULL;
}

static void it_ends_in_its_own_turns(void **state) {
  (void)state;
  end_in_its_own_turns(false);
}

static void it_ends_while_weir_runs_it(void **state) {
  (void)state;
  end_in_its_own_turns(true);
}

static void freeing_it_asks_for_a_turn(void **state) {
  (void)state;
  connection c = {.keep_server = true};
  assert_int_equal(connection_start(&c, g.base.loop, NULL, NULL, NULL), WEIR_OK);
  assert_int_equal(weir_loop_free(g.base.loop), WEIR_EBUSY);
  assert_int_equal(weir_loop_free(g.base.loop), WEIR_EBUSY);
  while (weir_loop_free(g.base.loop) == WEIR_EBUSY) (void)uv_run(&g.uv, UV_RUN_ONCE);
  assert_int_equal(g.base.memory.bytes, 0);
  g.base.loop = NULL;
}

static weir_step *queued[16];
static size_t queued_count;

static void schedule(weir_step *step, void *user) {
  (void)user;
  queued[queued_count++] = step;
}

static void note_later(weir_loop *loop, weir_err status, void *user) {
  (void)loop;
  (void)status;
  journal_note(&seen, "%s", (const char *)user);
}

/* A host with a queue of its own gets each step. */
static void steps_go_to_the_hosts_queue(void **state) {
  (void)state;
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  weir_uv_options on = WEIR_UV_OPTIONS_INIT;
  weir_loop *loop;
  on.uv_loop = &g.uv;
  options.backend = "uv";
  options.backend_options = &on;
  options.schedule = schedule;
  queued_count = 0;
  assert_int_equal(weir_loop_create(&options, &loop), WEIR_OK);
  assert_int_equal(weir_loop_next_step(loop, note_later, "a"), WEIR_OK);
  assert_int_equal(weir_loop_next_step(loop, note_later, "b"), WEIR_OK);
  assert_int_equal(queued_count, 2);
  for (size_t i = 0; i < queued_count; i++) weir_step_run(queued[i]);
  assert_string_equal(seen.text, "a b");
  assert_int_equal(loop_fixture_free(loop), WEIR_OK);
}

static void a_loop_of_its_own_is_not_closed(void **state) {
  (void)state;
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  weir_uv_options on = WEIR_UV_OPTIONS_INIT;
  weir_loop *loop;
  options.backend = "uv";
  assert_int_equal(weir_loop_create(&options, &loop), WEIR_OK);
  assert_int_equal(weir_loop_close(loop, NULL, NULL), WEIR_ENOTSUP);
  assert_int_equal(weir_loop_close(NULL, NULL, NULL), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_loop_free(loop), WEIR_OK);
  on.size = 0;
  options.backend_options = &on;
  assert_int_equal(weir_loop_create(&options, &loop), WEIR_ERR_INVALID_ARG_VALUE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(its_handles_do_the_work),         TEST(what_is_unreferenced_does_not_hold_it),
      TEST(it_ends_in_its_own_turns),        TEST(it_ends_while_weir_runs_it),
      TEST(freeing_it_asks_for_a_turn),      TEST(steps_go_to_the_hosts_queue),
      TEST(a_loop_of_its_own_is_not_closed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
