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

enum { QUEUE = 64 };

/* A host's queue: filled while weir runs or is called, emptied when weir has run. */
typedef struct step_host {
  weir_step *queue[QUEUE];
  size_t queued;
  size_t ran;
  unsigned entered;
  unsigned inside;
  bool early; /* A handler ran while another one did, or a step without weir having returned. */
} step_host;

static step_host host;

static void schedule(weir_step *step, void *user) {
  step_host *h = user;
  if (h->queued < QUEUE) h->queue[h->queued++] = step;
}

static void enter(void *user) {
  step_host *h = user;
  h->entered++;
  if (h->inside++ > 0) h->early = true;
}

static void leave(void *user) {
  step_host *h = user;
  h->inside--;
  while (h->ran < h->queued) weir_step_run(h->queue[h->ran++]);
  h->queued = h->ran = 0;
}

static weir_loop *hosted_loop(void) {
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  weir_uv_options on = WEIR_UV_OPTIONS_INIT;
  weir_loop *loop;
  host = (step_host){.queued = 0};
  on.uv_loop = &g.uv;
  on.enter = enter;
  on.leave = leave;
  on.user = options.schedule_user = &host;
  options.backend = "uv";
  options.backend_options = &on;
  options.schedule = schedule;
  assert_int_equal(weir_loop_create(&options, &loop), WEIR_OK);
  return loop;
}

static void note_later(weir_loop *loop, weir_err status, void *user) {
  (void)loop;
  journal_note(&seen, status == WEIR_OK ? "%s" : "%s:canceled", (const char *)user);
}

static void note_end(weir_socket *socket, void *user) {
  (void)socket;
  journal_note(&seen, host.inside > 0 ? "early" : "end-%s", (const char *)user);
}

static void say_hello(weir_socket *socket, void *user) {
  (void)user;
  journal_note(&seen, host.inside > 0 ? "connect" : "late");
  assert_int_equal(weir_loop_next_step(weir_socket_loop(socket), note_later, "step"), WEIR_OK);
  (void)weir_socket_end(socket, "hello", 5, NULL, NULL);
  weir_socket_resume(socket);
}

/* Events of the system come between enter() and leave(), steps when leave() empties the queue. */
static void a_host_empties_its_queue_when_weir_has_run(void **state) {
  static const weir_socket_handlers client = {
      .size = sizeof client, .on_connect = say_hello, .on_end = note_end};
  static const weir_socket_handlers peer = {.size = sizeof peer, .on_data = echo};
  connection c = {.keep_server = false};
  weir_loop *loop = hosted_loop();
  (void)state;
  assert_int_equal(connection_start(&c, loop, &client, &peer, (void *)(uintptr_t) "c"), WEIR_OK);
  leave((enter(&host), &host)); /* As a host does behind each of its own functions. */
  assert_int_equal(uv_run(&g.uv, UV_RUN_DEFAULT), 0);
  assert_string_equal(seen.text, "connect step end-c");
  assert_false(host.early);
  assert_int_equal(host.inside, 0);
  assert_true(host.entered > 3);
  assert_int_equal(loop_fixture_free(loop), WEIR_OK);
}

/* Each step is run once, by the host as long as the loop is not gone. */
static void closing_waits_for_the_hosts_steps(void **state) {
  weir_loop *loop = hosted_loop();
  (void)state;
  assert_int_equal(weir_loop_next_step(loop, note_later, "a"), WEIR_OK);
  assert_int_equal(weir_loop_next_step(loop, note_later, "b"), WEIR_OK);
  assert_int_equal(weir_loop_close(loop, note_ended, "ended"), WEIR_OK);
  assert_int_equal(weir_loop_next_step(loop, note_later, "c"), WEIR_ERR_LOOP_CLOSED);
  assert_int_equal(host.queued, 2);
  assert_int_equal(uv_run(&g.uv, UV_RUN_DEFAULT), 0);
  assert_string_equal(seen.text, "a b ended:OK");
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
      TEST(its_handles_do_the_work),           TEST(what_is_unreferenced_does_not_hold_it),
      TEST(it_ends_in_its_own_turns),          TEST(it_ends_while_weir_runs_it),
      TEST(freeing_it_asks_for_a_turn),        TEST(a_host_empties_its_queue_when_weir_has_run),
      TEST(closing_waits_for_the_hosts_steps), TEST(a_loop_of_its_own_is_not_closed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
