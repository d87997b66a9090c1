/* Freeing a loop: whoever is owed something is told exactly once, from inside the call, and every
 * byte comes back. */
#include "tests/support/connection.h"
#include "tests/support/loop_fixture.h"

#include <stdlib.h>
#include <string.h>

enum { COUNTERS = 32, BIG = 8 << 20 };

/* How often each thing was told, and with what. */
static int told[COUNTERS];
static weir_err told_err[COUNTERS];

static int setup(void **state) {
  memset(told, 0, sizeof told);
  memset(told_err, 0, sizeof told_err);
  return loop_fixture_setup(state);
}

static void *tag(int number) {
  return (void *)(intptr_t)number;
}

static void tell(const void *user, weir_err err) {
  int number = (int)(intptr_t)user;
  told[number]++;
  told_err[number] = err;
}

static void tell_later(weir_loop *loop, weir_err status, void *user) {
  (void)loop;
  tell(user, status);
}

static void tell_write(weir_socket *socket, const weir_error *error, void *user) {
  (void)socket;
  tell(user, error ? error->code : WEIR_OK);
}

static void tell_server(weir_server *server, const weir_error *error, void *user) {
  (void)server;
  tell(user, error ? error->code : WEIR_OK);
}

static void tell_close(weir_socket *socket, bool had_error, void *user) {
  (void)socket;
  tell(user, had_error ? WEIR_UNKNOWN : WEIR_OK);
}

static void tell_timer(weir_timer *timer, void *user) {
  (void)timer;
  tell(user, WEIR_OK);
}

static const weir_socket_handlers close_handlers = {.size = sizeof close_handlers,
                                                    .on_close = tell_close};

/* Frees the fixture's loop and checks the memory; the teardown has nothing left to do. */
static void free_loop(loop_fixture *f) {
  assert_int_equal(loop_fixture_free(f->loop), WEIR_OK);
  f->loop = NULL;
  assert_int_equal(f->memory.blocks, 0);
  assert_int_equal(f->memory.bytes, 0);
}

static void assert_told_once(int first, int last) {
  for (int i = first; i <= last; i++)
    if (told[i] != 1) fail_msg("number %d was told %d times", i, told[i]);
}

static void posts_and_steps_are_told(void **state) {
  loop_fixture *f = *state;
  assert_int_equal(weir_loop_post(f->loop, tell_later, tag(0)), WEIR_OK);
  assert_int_equal(weir_loop_post(f->loop, tell_later, tag(1)), WEIR_OK);
  assert_int_equal(weir_loop_next_step(f->loop, tell_later, tag(2)), WEIR_OK);
  assert_int_equal(weir_loop_next_step(f->loop, tell_later, tag(3)), WEIR_OK);
  free_loop(f);
  assert_told_once(0, 3);
  for (int i = 0; i < 4; i++) assert_int_equal(told_err[i], WEIR_ECANCELED);
}

static void timers_are_freed_and_told_nothing(void **state) {
  loop_fixture *f = *state;
  for (int i = 0; i < 20; i++) {
    weir_timer *timer;
    assert_int_equal(weir_timer_create(f->loop, tell_timer, tag(0), &timer), WEIR_OK);
    if (i % 2) weir_timer_start(timer, 0, (uint64_t)i);
  }
  free_loop(f);
  assert_int_equal(told[0], 0);
}

static void sockets_in_every_state_are_closed(void **state) {
  loop_fixture *f = *state;
  weir_socket *fresh;
  weir_socket *failing;
  weir_socket *retained;
  connection c = {.keep_server = true};
  weir_error error = WEIR_ERROR_INIT;
  error.code = WEIR_EPROTO;
  assert_int_equal(weir_socket_create(f->loop, NULL, &close_handlers, tag(0), &fresh), WEIR_OK);
  assert_int_equal(weir_socket_create(f->loop, NULL, &close_handlers, tag(1), &failing), WEIR_OK);
  assert_int_equal(weir_socket_create(f->loop, NULL, &close_handlers, tag(2), &retained), WEIR_OK);
  assert_int_equal(connection_start(&c, f->loop, &close_handlers, NULL, tag(3)), WEIR_OK);
  assert_int_equal(weir_socket_write(c.client, "x", 1, tell_write, tag(4)), WEIR_OK);
  assert_int_equal(weir_socket_write(c.client, "y", 1, tell_write, tag(5)), WEIR_OK);
  assert_int_equal(weir_socket_end(c.client, NULL, 0, tell_write, tag(6)), WEIR_OK);
  weir_socket_retain(retained);
  weir_socket_destroy(failing, &error);
  free_loop(f);
  assert_told_once(0, 6);
  assert_int_equal(told_err[1], WEIR_UNKNOWN);
  for (int i = 4; i <= 6; i++)
    assert_int_equal(told_err[i], WEIR_ERR_SOCKET_CLOSED_BEFORE_CONNECTION);
}

static void stop_when_connected(weir_socket *socket, void *user) {
  (void)user;
  weir_loop_stop(weir_socket_loop(socket));
}

static void a_connection_with_a_full_queue_is_closed_at_both_ends(void **state) {
  loop_fixture *f = *state;
  static const weir_socket_handlers client = {
      .size = sizeof client, .on_ready = stop_when_connected, .on_close = tell_close};
  connection c = {.keep_server = true};
  void *big = calloc(1, BIG);
  assert_int_equal(connection_start(&c, f->loop, &client, &close_handlers, tag(0)), WEIR_OK);
  loop_fixture_run(f);
  while (!c.peer) assert_int_equal(weir_loop_run(f->loop, WEIR_RUN_ONCE), WEIR_OK);
  assert_int_equal(weir_socket_write(c.client, big, BIG, tell_write, tag(1)), WEIR_WAIT_DRAIN);
  assert_int_equal(weir_socket_write(c.client, "x", 1, tell_write, tag(2)), WEIR_WAIT_DRAIN);
  assert_int_equal(weir_socket_end(c.client, NULL, 0, tell_write, tag(3)), WEIR_OK);
  free(big);
  free_loop(f);
  assert_int_equal(told[0], 2);
  assert_told_once(1, 3);
  assert_int_equal(told_err[1], WEIR_ECANCELED);
  assert_int_equal(told_err[2], WEIR_ERR_STREAM_DESTROYED);
  assert_int_equal(told_err[3], WEIR_ERR_STREAM_DESTROYED);
}

static void servers_are_closed_and_their_callbacks_told(void **state) {
  loop_fixture *f = *state;
  weir_server *servers[3];
  weir_listen_options listen = WEIR_LISTEN_OPTIONS_INIT;
  listen.port = 0;
  listen.host = "127.0.0.1";
  for (int i = 0; i < 3; i++)
    assert_int_equal(weir_create_server(f->loop, NULL, NULL, NULL, &servers[i]), WEIR_OK);
  assert_int_equal(weir_server_listen(servers[0], &listen, tell_server, tag(0)), WEIR_OK);
  assert_int_equal(weir_server_listen(servers[1], &listen, tell_server, tag(1)), WEIR_OK);
  assert_int_equal(weir_server_close(servers[1], tell_server, tag(2)), WEIR_OK);
  assert_int_equal(weir_server_close(servers[2], tell_server, tag(3)), WEIR_ERR_SERVER_NOT_RUNNING);
  free_loop(f);
  assert_told_once(0, 3);
  assert_int_equal(told_err[3], WEIR_ERR_SERVER_NOT_RUNNING);
}

/* What handlers try while the loop is being freed. */
static weir_err tried[8];

static void try_everything(weir_socket *socket, bool had_error, void *user) {
  weir_loop *loop = weir_socket_loop(socket);
  weir_connect_options connect = WEIR_CONNECT_OPTIONS_INIT;
  weir_socket *another;
  weir_server *server;
  (void)had_error;
  connect.port = 1;
  tried[0] = weir_loop_next_step(loop, tell_later, tag(1));
  tried[1] = weir_socket_create(loop, NULL, NULL, NULL, &another);
  tried[2] = weir_connect(loop, NULL, &connect, NULL, NULL, &another);
  tried[3] = weir_create_server(loop, NULL, NULL, NULL, &server);
  tried[4] = weir_loop_run(loop, WEIR_RUN_NOWAIT);
  tried[5] = weir_loop_free(loop);
  tried[6] = weir_loop_post(loop, tell_later, tag(2));
  weir_socket_destroy(socket, NULL);
  tell(user, WEIR_OK);
}

static void nothing_new_begins_while_a_loop_is_freed(void **state) {
  loop_fixture *f = *state;
  static const weir_socket_handlers handlers = {.size = sizeof handlers,
                                                .on_close = try_everything};
  weir_socket *socket;
  assert_int_equal(weir_socket_create(f->loop, NULL, &handlers, tag(0), &socket), WEIR_OK);
  free_loop(f);
  assert_int_equal(told[0], 1);
  for (int i = 0; i < 4; i++) assert_int_equal(tried[i], WEIR_ERR_LOOP_CLOSED);
  assert_int_equal(tried[4], WEIR_EBUSY);
  assert_int_equal(tried[5], WEIR_EBUSY);
  assert_int_equal(told[1], 0);
  assert_int_equal(tried[6], WEIR_OK);
  assert_told_once(2, 2);
  assert_int_equal(told_err[2], WEIR_ECANCELED);
}

static void post_again(weir_loop *loop, weir_err status, void *user) {
  tell(user, status);
  (void)weir_loop_post(loop, tell_later, tag(1));
}

static void a_post_of_a_canceled_post_is_told_too(void **state) {
  loop_fixture *f = *state;
  assert_int_equal(weir_loop_post(f->loop, post_again, tag(0)), WEIR_OK);
  free_loop(f);
  assert_told_once(0, 1);
}

/* Closing a transport takes a turn, and turns run posts. */
static void a_post_beside_an_open_socket_is_canceled(void **state) {
  loop_fixture *f = *state;
  connection c = {.keep_server = true};
  assert_int_equal(connection_start(&c, f->loop, &close_handlers, NULL, tag(0)), WEIR_OK);
  assert_int_equal(weir_loop_post(f->loop, tell_later, tag(1)), WEIR_OK);
  free_loop(f);
  assert_told_once(0, 1);
  assert_int_equal(told_err[1], WEIR_ECANCELED);
}

static void freeing_frees_what_handlers_have_freed_already(void **state) {
  loop_fixture *f = *state;
  connection c = {.keep_server = true};
  assert_int_equal(connection_start(&c, f->loop, &close_handlers, NULL, tag(0)), WEIR_OK);
  weir_server_free(c.server);
  weir_socket_destroy(c.client, NULL);
  free_loop(f);
  assert_told_once(0, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, loop_fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(posts_and_steps_are_told),
      TEST(timers_are_freed_and_told_nothing),
      TEST(sockets_in_every_state_are_closed),
      TEST(a_connection_with_a_full_queue_is_closed_at_both_ends),
      TEST(servers_are_closed_and_their_callbacks_told),
      TEST(nothing_new_begins_while_a_loop_is_freed),
      TEST(a_post_of_a_canceled_post_is_told_too),
      TEST(a_post_beside_an_open_socket_is_canceled),
      TEST(freeing_frees_what_handlers_have_freed_already),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
