/* Bytes through named pipes in numbers: with programs of plain Win32 calls at the other end, from
 * many writers to a slow reader, and what a process holds when all of it is over. */
#include "platform/thread.h"
#include "tests/net/pipe_peer.h"
#include "tests/support/semaphore.h"

#include <stdlib.h>
#include <string.h>

enum { TOTAL = 200000, WRITERS = 1000, EACH = 70000, ROUNDS = 100 };

static void listen_at(net_fixture *net, bool half_close) {
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  options.path = net->path;
  options.pipe_half_close = half_close;
  assert_int_equal(weir_server_listen(net->server.server, &options, NULL, NULL), WEIR_OK);
}

static void connect_to(net_fixture *net) {
  weir_connect_options options = WEIR_CONNECT_OPTIONS_INIT;
  options.path = net->path;
  net->client = (net_end){.net = net};
  assert_int_equal(
      weir_connect(net->loop, NULL, &options, &net_handlers, &net->client, &net->client.socket),
      WEIR_OK);
}

static bool all_came_back(const net_fixture *net) {
  return net->client.received == TOTAL;
}

static void a_win32_program_serves(void **state) {
  net_fixture *net = *state;
  char line[32];
  pipe_peer_name(net, "");
  pipe_program started = pipe_program_start("echo", net->path);
  pipe_program_line(&started, line, sizeof line);
  assert_string_equal(line, "ready");
  connect_to(net);
  (void)net_write(&net->client, 0, TOTAL, "w");
  net_run_until(net, all_came_back);
  assert_false(net->client.garbled);
  assert_int_equal(net_finish(&net->client, "e"), WEIR_OK);
  net_run_until(net, net_client_closed);
  assert_int_equal(pipe_program_end(&started), 0);
}

static void send_back(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  (void)user;
  (void)weir_socket_write(socket, data, length, NULL, NULL);
}

static void note_close(weir_socket *socket, bool had_error, void *user) {
  net_end *end = user;
  (void)socket;
  net_note(&end->log, "close(%d)", had_error);
  end->closes++;
  end->socket = NULL;
}

static const weir_socket_handlers echoing = {
    .size = sizeof(weir_socket_handlers), .on_data = send_back, .on_close = note_close};

static void a_win32_program_asks(void **state) {
  net_fixture *net = *state;
  net->peer_handlers = &echoing;
  pipe_peer_name(net, "");
  listen_at(net, false);
  pipe_program started = pipe_program_start("ask", net->path);
  net_run_until(net, net_peer_closed);
  net_expect("the server", &net->peers[0].log, "close(0)");
  assert_int_equal(pipe_program_end(&started), 0);
}

static pipe_program start_one_way(net_fixture *net, const char *mode) {
  char line[32];
  pipe_peer_name(net, "");
  pipe_program started = pipe_program_start(mode, net->path);
  pipe_program_line(&started, line, sizeof line);
  assert_string_equal(line, "ready");
  return started;
}

/* From a pipe that goes one way: what cannot be written has ended. */
static void a_win32_program_only_tells(void **state) {
  net_fixture *net = *state;
  bool counts = pipe_peer_directions_count(net);
  pipe_program started = start_one_way(net, "tell");
  connect_to(net);
  net_run_until(net, net_client_closed);
  assert_int_equal(net->client.received, TOTAL);
  assert_false(net->client.garbled);
  assert_int_equal(pipe_program_end(&started), 0);
  net_expect("the client", &net->client.log,
             counts ? "connect ready finish data(200000) end close(0)"
                    : "connect ready data(200000) end finish close(0)");
  assert_int_equal(net->client.error, WEIR_OK);
  /* To such a pipe nothing can be sent. */
  if (!counts) return;
  started = start_one_way(net, "tell");
  connect_to(net);
  (void)net_write(&net->client, 0, 1, "w");
  net_run_until(net, net_client_closed);
  net_expect("the client", &net->client.log, "connect ready w:EPIPE error(EPIPE) close(1)");
  pipe_program_kill(&started);
}

/* Into one that goes the other way. */
static void a_win32_program_only_hears(void **state) {
  net_fixture *net = *state;
  bool counts = pipe_peer_directions_count(net);
  pipe_program started = start_one_way(net, "hear");
  connect_to(net);
  assert_int_equal(net_write(&net->client, 0, TOTAL, "w"), WEIR_WAIT_DRAIN);
  assert_int_equal(net_finish(&net->client, "e"), WEIR_OK);
  net_run_until(net, net_client_closed);
  assert_int_equal(pipe_program_end(&started), 0);
  if (counts) assert_true(net_was_told(&net->client.log, "end"));
  assert_true(net_was_told(&net->client.log, "w"));
  assert_true(net_was_told(&net->client.log, "e"));
  assert_true(net_was_told(&net->client.log, "close(0)"));
}

/* The reader's side, in a loop of its own: each connection is read a little at a time. */
typedef struct reader {
  const char *path;
  weir_loop *loop;
  weir_server *server;
  weir_timer *timer;
  semaphore listens;
  struct reading *first;
  unsigned ended, wrong;
} reader;

typedef struct reading {
  reader *of;
  weir_socket *socket;
  struct reading *next;
  uint64_t received;
} reading;

static void read_slowly(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  reading *mine = user;
  for (size_t i = 0; i < length; i++)
    if (data[i] != net_byte(mine->received + i)) mine->of->wrong++;
  mine->received += length;
  weir_socket_pause(socket);
}

static void read_end(weir_socket *socket, void *user) {
  reading *mine = user;
  (void)socket;
  if (mine->received != EACH) mine->of->wrong++;
  mine->of->ended++;
}

static void read_close(weir_socket *socket, bool had_error, void *user) {
  reading *mine = user;
  reading **link = &mine->of->first;
  (void)socket;
  (void)had_error;
  while (*link != mine) link = &(*link)->next;
  *link = mine->next;
  if (mine->of->ended == WRITERS && mine->of->first == NULL) {
    (void)weir_server_close(mine->of->server, NULL, NULL);
    weir_timer_stop(mine->of->timer);
  }
  free(mine);
}

static const weir_socket_handlers reads = {.size = sizeof(weir_socket_handlers),
                                           .on_data = read_slowly,
                                           .on_end = read_end,
                                           .on_close = read_close};

static void take_one(weir_server *server, weir_socket *socket, void *user) {
  reading *mine = calloc(1, sizeof *mine);
  (void)server;
  if (mine == NULL) return;
  *mine = (reading){user, socket, ((reader *)user)->first, 0};
  mine->of->first = mine;
  (void)weir_socket_set_handlers(socket, &reads, mine);
}

static const weir_server_handlers takes = {.size = sizeof(weir_server_handlers),
                                           .on_connection = take_one};

static void go_on(weir_timer *timer, void *user) {
  const reader *r = user;
  (void)timer;
  for (const reading *each = r->first; each != NULL; each = each->next)
    weir_socket_resume(each->socket);
}

static void read_all(void *user) {
  reader *r = user;
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  weir_listen_options listen = WEIR_LISTEN_OPTIONS_INIT;
  listen.path = r->path;
  options.backend = loop_fixture_backend_name();
  weir_err err = weir_loop_create(&options, &r->loop);
  if (err == WEIR_OK) err = weir_create_server(r->loop, NULL, &takes, r, &r->server);
  if (err == WEIR_OK) err = weir_timer_create(r->loop, go_on, r, &r->timer);
  if (err == WEIR_OK) err = weir_server_listen(r->server, &listen, NULL, NULL);
  if (err != WEIR_OK) r->wrong++;
  semaphore_post(&r->listens);
  if (err != WEIR_OK) return;
  weir_timer_start(r->timer, 5, 5);
  if (weir_loop_run(r->loop, WEIR_RUN_DEFAULT) != WEIR_OK) r->wrong++;
  weir_server_free(r->server);
  if (weir_loop_free(r->loop) != WEIR_OK) r->wrong++;
}

/* Each writes more than a pipe has room for and ends, and the loop is over before all is read: what
 * the system has taken it delivers. */
static void a_thousand_writers_lose_no_byte(void **state) {
  net_fixture *net = *state;
  static uint8_t bytes[EACH];
  reader r = {0};
  weirp_thread thread;
  pipe_peer_name(net, "");
  r.path = net->path;
  semaphore_init(&r.listens);
  for (size_t i = 0; i < EACH; i++) bytes[i] = net_byte(i);
  assert_true(weirp_thread_start(&thread, read_all, &r));
  semaphore_wait(&r.listens);
  assert_int_equal(r.wrong, 0);
  for (unsigned i = 0; i < WRITERS; i++) {
    weir_connect_options options = WEIR_CONNECT_OPTIONS_INIT;
    weir_socket *writer;
    options.path = net->path;
    assert_int_equal(weir_connect(net->loop, NULL, &options, NULL, NULL, &writer), WEIR_OK);
    assert_int_equal(weir_socket_end(writer, bytes, EACH, NULL, NULL), WEIR_OK);
  }
  assert_int_equal(weir_loop_run(net->loop, WEIR_RUN_DEFAULT), WEIR_OK);
  weirp_thread_join(&thread);
  assert_int_equal(r.ended, WRITERS);
  assert_int_equal(r.wrong, 0);
}

/* A connection of each kind, opened and ended in many ways. */
static void come_and_go(net_kind kind, unsigned how) {
  net_fixture *net = net_create();
  char path[200];
  pipe_peer_name(net, "");
  strcpy(path, net->path);
  net->path = path;
  net_open(net, kind);
  (void)net_write(&net->client, 0, 1000000, "w");
  if (how % 4 == 0) weir_socket_destroy(net->client.socket, NULL);
  if (how % 4 == 1) weir_socket_destroy(net->peers[0].socket, NULL);
  if (how % 4 == 2) (void)net_finish(&net->client, "e");
  if (how % 4 < 3) net_run_until(net, net_both_closed);
  net_free(net);
}

static void no_handle_is_kept(void **state) {
  (void)state;
  /* What the system makes once for a process is there after this. */
  for (unsigned i = 0; i < 8; i++)
    for (net_kind kind = NET_IPV4; kind < NET_KINDS; kind++) come_and_go(kind, i);
  unsigned before = handle_count();
  for (unsigned i = 0; i < ROUNDS; i++)
    for (net_kind kind = NET_IPV4; kind < NET_KINDS; kind++) come_and_go(kind, i);
  assert_int_equal(handle_count(), before);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, net_setup_server, net_teardown)
  const struct CMUnitTest tests[] = {
      TEST(a_win32_program_serves),          TEST(a_win32_program_asks),
      TEST(a_win32_program_only_tells),      TEST(a_win32_program_only_hears),
      TEST(a_thousand_writers_lose_no_byte), cmocka_unit_test(no_handle_is_kept),
  };
  return cmocka_run_group_tests_name("pipe traffic", tests, NULL, NULL);
}
