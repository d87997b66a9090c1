/* What another thread is told while one runs the loop: that it is not its loop, and nothing else
 * happens. Behind weir_loop_run() the loop is anybody's again. */
#include "tests/support/loop_fixture.h"
#include "tests/support/semaphore.h"

#include <string.h>

/* A thread that runs the loop and stays in a handler for as long as the test wants. */
typedef struct runner {
  weirp_thread thread;
  weir_loop *loop;
  semaphore arrived;
  semaphore go_on;
  weir_err result;
} runner;

static runner r;
static weir_server *server;
static weir_socket *client;
static weir_timer *timer;
static unsigned happened;

static void stay(weir_loop *loop, weir_err status, void *user) {
  (void)loop;
  (void)status;
  (void)user;
  semaphore_post(&r.arrived);
  semaphore_wait(&r.go_on);
}

static void run_loop(void *user) {
  (void)user;
  r.result = weir_loop_run(r.loop, WEIR_RUN_DEFAULT);
}

static void later(weir_loop *loop, weir_err status, void *user) {
  (void)loop;
  (void)status;
  (void)user;
  happened++;
}

static void told(weir_socket *of, const weir_error *error, void *user) {
  (void)of;
  (void)error;
  (void)user;
  happened++;
}

static void server_told(weir_server *of, const weir_error *error, void *user) {
  (void)of;
  (void)error;
  (void)user;
  happened++;
}

static void counted(weir_server *of, const weir_error *error, size_t count, void *user) {
  (void)of;
  (void)error;
  (void)count;
  (void)user;
  happened++;
}

static void given_back(void *data, size_t length, void *user) {
  (void)data;
  (void)length;
  (void)user;
  happened++;
}

static void fires(weir_timer *of, void *user) {
  (void)of;
  (void)user;
  happened++;
}

static int setup(void **state) {
  if (loop_fixture_setup(state) != 0) return -1;
  weir_loop *loop = ((loop_fixture *)*state)->loop;
  happened = 0;
  r.loop = loop;
  semaphore_init(&r.arrived);
  semaphore_init(&r.go_on);
  if (weir_create_server(loop, NULL, NULL, NULL, &server) != WEIR_OK ||
      weir_socket_create(loop, NULL, NULL, NULL, &client) != WEIR_OK ||
      weir_timer_create(loop, fires, NULL, &timer) != WEIR_OK)
    return -1;
  weir_socket_retain(client);
  return 0;
}

static void begin(void) {
  assert_int_equal(weir_loop_post(r.loop, stay, NULL), WEIR_OK);
  assert_true(weirp_thread_start(&r.thread, run_loop, NULL));
  semaphore_wait(&r.arrived);
}

static void finish(void) {
  semaphore_post(&r.go_on);
  weirp_thread_join(&r.thread);
  assert_int_equal(r.result, WEIR_OK);
  assert_int_equal(happened, 0);
}

#define REFUSED(call) assert_int_equal(call, WEIR_ERR_WRONG_THREAD)

static void the_loop_is_the_other_threads(void **state) {
  weir_timer *another = NULL;
  weir_abort_signal *signal = NULL;
  (void)state;
  begin();
  REFUSED(weir_loop_run(r.loop, WEIR_RUN_NOWAIT));
  REFUSED(weir_loop_dispatch(r.loop));
  REFUSED(weir_loop_free(r.loop));
  REFUSED(weir_loop_close(r.loop, later, NULL));
  REFUSED(weir_loop_next_step(r.loop, later, NULL));
  REFUSED(weir_timer_create(r.loop, fires, NULL, &another));
  REFUSED(weir_abort_signal_create(r.loop, &signal));
  assert_null(another);
  assert_null(signal);
  weir_timer_start(timer, 0, 0);
  assert_false(weir_timer_active(timer));
  weir_timer_unref(timer);
  assert_true(weir_timer_has_ref(timer));
  finish();
}

static void nothing_is_begun_on_it(void **state) {
  weir_connect_options connect = WEIR_CONNECT_OPTIONS_INIT;
  weir_listen_options listen = WEIR_LISTEN_OPTIONS_INIT;
  weir_socket *another = NULL;
  weir_server *second = NULL;
  (void)state;
  connect.port = 1;
  listen.port = 0;
  begin();
  REFUSED(weir_socket_create(r.loop, NULL, NULL, NULL, &another));
  REFUSED(weir_connect(r.loop, NULL, &connect, NULL, NULL, &another));
  REFUSED(weir_socket_connect(client, &connect, told, NULL));
  REFUSED(weir_create_server(r.loop, NULL, NULL, NULL, &second));
  REFUSED(weir_server_listen(server, &listen, server_told, NULL));
  REFUSED(weir_server_close(server, server_told, NULL));
  REFUSED(weir_server_close_within(server, 0, server_told, NULL));
  REFUSED(weir_server_get_connections(server, counted, NULL));
  REFUSED(weir_server_set_handlers(server, NULL, NULL));
  REFUSED(weir_server_set_max_connections(server, 0));
  weir_server_free(server);
  assert_null(another);
  assert_null(second);
  finish();
  assert_false(weir_server_listening(server));
  assert_int_equal(weir_server_max_connections(server), -1);
}

static void bytes_are_refused(void **state) {
  static char bytes[] = "bytes";
  const weir_slice slice = {bytes, sizeof bytes};
  size_t length;
  (void)state;
  begin();
  REFUSED(weir_socket_write(client, bytes, sizeof bytes, told, NULL));
  REFUSED(weir_socket_write(client, bytes, sizeof bytes, NULL, NULL));
  REFUSED(weir_socket_writev(client, &slice, 1, told, NULL));
  REFUSED(weir_socket_write_owned(client, bytes, sizeof bytes, given_back, told, NULL));
  REFUSED(weir_socket_write_text(client, "text", 4, WEIR_ENCODING_LATIN1, told, NULL));
  REFUSED(weir_socket_end(client, bytes, sizeof bytes, told, NULL));
  REFUSED(weir_socket_end_text(client, "text", 4, WEIR_ENCODING_UTF8, told, NULL));
  REFUSED(weir_socket_read(client, NULL, 0, &length));
  finish();
  assert_true(weir_socket_writable(client));
  assert_int_equal(weir_socket_writable_length(client), 0);
}

static void a_socket_stays_as_it_is(void **state) {
  weir_socket *second;
  intptr_t fd = -1;
  (void)state;
  assert_int_equal(weir_socket_create(r.loop, NULL, NULL, NULL, &second), WEIR_OK);
  begin();
  REFUSED(weir_socket_set_handlers(client, NULL, NULL));
  REFUSED(weir_socket_set_timeout(client, 1, told, NULL));
  REFUSED(weir_socket_set_encoding(client, WEIR_ENCODING_UTF8));
  REFUSED(weir_socket_set_no_delay(client, true));
  REFUSED(weir_socket_set_keep_alive(client, true, 0));
  REFUSED(weir_socket_set_keep_alive_probes(client, 1000, 1));
  REFUSED(weir_socket_set_type_of_service(client, 16));
  REFUSED(weir_socket_set_block_list(client, NULL));
  REFUSED(weir_socket_pipe(client, second, NULL));
  REFUSED(weir_socket_detach(client, &fd));
  REFUSED(weir_socket_reset_and_destroy(client));
  weir_socket_pause(client);
  weir_socket_cork(client);
  weir_socket_unref(client);
  weir_socket_set_allow_half_open(client, true);
  weir_socket_destroy_soon(client);
  weir_socket_destroy(client, NULL);
  weir_socket_release(client);
  finish();
  assert_false(weir_socket_destroyed(client));
  assert_false(weir_socket_is_paused(client));
  assert_int_equal(weir_socket_writable_corked(client), 0);
  assert_true(weir_socket_has_ref(client));
  assert_false(weir_socket_allow_half_open(client));
  assert_int_equal(weir_socket_timeout_ms(client), -1);
}

static void stop(weir_loop *loop, weir_err status, void *user) {
  (void)status;
  (void)user;
  weir_loop_stop(loop);
}

/* Not only while a handler runs: also while the loop waits. Its posts are the way in. */
static void it_is_while_it_waits_as_well(void **state) {
  const loop_fixture *f = *state;
  weir_listen_options listen = WEIR_LISTEN_OPTIONS_INIT;
  if (loop_fixture_is_sim(f)) {
    print_message("skipped on sim: it never waits\n");
    skip();
  }
  listen.port = 0;
  listen.host = "127.0.0.1";
  assert_int_equal(weir_server_listen(server, &listen, NULL, NULL), WEIR_OK);
  begin();
  semaphore_post(&r.go_on);
  REFUSED(weir_server_close(server, server_told, NULL));
  REFUSED(weir_socket_write(client, "x", 1, told, NULL));
  assert_int_equal(weir_loop_post(r.loop, stop, NULL), WEIR_OK);
  finish();
}

static void afterwards_it_is_anybodys(void **state) {
  (void)state;
  begin();
  finish();
  assert_int_equal(weir_loop_next_step(r.loop, later, NULL), WEIR_OK);
  assert_int_equal(weir_loop_run(r.loop, WEIR_RUN_NOWAIT), WEIR_OK);
  assert_int_equal(happened, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, loop_fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(the_loop_is_the_other_threads),
      TEST(nothing_is_begun_on_it),
      TEST(bytes_are_refused),
      TEST(a_socket_stays_as_it_is),
      TEST(it_is_while_it_waits_as_well),
      TEST(afterwards_it_is_anybodys),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
