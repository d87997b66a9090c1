/* Descriptors that go from process to process with the bytes of a local connection: their place in
 * the stream, who closes what, and listening in another process on what came. */
#include "tests/net/raw_peer.h"
#include "tests/support/test.h"

#include "conformance/clause.h"
#include "platform/posix/passing.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MANY = 600, MUCH = 3000000 };

static net_fixture *net;
static size_t before; /* Descriptors that were open. */

/* What the other end was told. */
static struct {
  uint64_t at[MANY]; /* Bytes before each descriptor. */
  ino_t inode[MANY];
  size_t count;
  net_end *end;
  void (*act)(void);
} came;

static void on_fd(weir_socket *socket, intptr_t fd, void *user) {
  struct stat file;
  (void)socket;
  assert_int_equal(fstat((int)fd, &file), 0);
  assert_true(fcntl((int)fd, F_GETFD) & FD_CLOEXEC);
  came.at[came.count] = ((net_end *)user)->received;
  came.inode[came.count++] = file.st_ino;
  (void)close((int)fd);
  if (came.act) came.act();
}

static weir_socket_handlers keeping;

static int setup(void **state) {
  (void)state;
  memset(&came, 0, sizeof came);
  before = raw_descriptors();
  net = net_create();
  keeping = net_handlers;
  keeping.on_fd = on_fd;
  return net ? 0 : -1;
}

static int teardown(void **state) {
  (void)state;
  net_free(net);
  return raw_all_closed(before) ? 0 : -1;
}

static void needs_passing(void) {
  raw_needs_system();
}

static void open_path(bool keep) {
  needs_passing();
  net_open_with(net, NET_PATH, NULL, NULL, keep ? &keeping : NULL);
}

static weir_err pass(intptr_t fd, uint64_t from, size_t length, const char *callback) {
  uint8_t bytes[100];
  for (size_t i = 0; i < length; i++) bytes[i] = net_byte(from + i);
  return weir_socket_write_fd(net->client.socket, fd, bytes, length, callback ? net_called : NULL,
                              callback ? net_tag_of(&net->client, callback) : NULL);
}

static ino_t inode_of(int fd) {
  struct stat file;
  assert_int_equal(fstat(fd, &file), 0);
  return file.st_ino;
}

/* Told before the bytes it came with. The caller's may be closed at once. */
static void a_descriptor_has_its_place(void **state) {
  (void)state;
  open_path(true);
  int pipes[2];
  assert_int_equal(pipe(pipes), 0);
  ino_t inode = inode_of(pipes[0]);
  CLAUSES("SRV-09") {
    assert_int_equal(net_write(&net->client, 0, 10, "w1"), WEIR_OK);
    assert_int_equal(pass(pipes[0], 10, 5, "fd"), WEIR_OK);
    assert_int_equal(net_write(&net->client, 15, 10, "w2"), WEIR_OK);
    (void)close(pipes[0]);
    (void)close(pipes[1]);
    net_settle(net);
    net_expect("callbacks", &net->client.log, "connect ready w1 fd w2");
    assert_int_equal(came.count, 1);
    assert_true(came.at[0] <= 10);
    assert_true(came.inode[0] == inode);
    assert_int_equal(net->peers[0].received, 25);
    assert_false(net->peers[0].garbled);
  }
}

static bool one_came(const net_fixture *fixture) {
  (void)fixture;
  return came.count == 1;
}

static void a_descriptor_waits_for_the_connection(void **state) {
  (void)state;
  needs_passing();
  net->peer_handlers = &keeping;
  net_listen(net, NET_PATH, NULL);
  net_connect(net, NET_PATH, NULL, &net->client);
  assert_true(weir_socket_connecting(net->client.socket));
  assert_int_equal(pass(0, 0, 5, "fd"), WEIR_OK);
  net_run_until(net, one_came);
  net_settle(net);
  net_expect("callbacks", &net->client.log, "connect ready fd");
  assert_true(came.inode[0] == inode_of(0));
  assert_int_equal(net->peers[0].received, 5);
}

static bool all_came(const net_fixture *fixture) {
  return came.count == MANY && fixture->peers[0].received == MUCH + 2 * MANY;
}

/* More than one message holds, behind more than the system takes at once. */
static void many_wait_in_the_queue(void **state) {
  (void)state;
  open_path(true);
  weir_socket_pause(net->peers[0].socket);
  net_settle(net);
  (void)net_write(&net->client, 0, MUCH, "much");
  assert_true(weir_socket_writable_length(net->client.socket) > 0);
  int fd = open("/dev/null", O_RDONLY);
  for (uint64_t i = 0; i < MANY; i++)
    assert_int_equal(pass(fd, MUCH + 2 * i, 2, NULL), WEIR_WAIT_DRAIN);
  (void)close(fd);
  assert_int_equal(net_finish(&net->client, "e"), WEIR_OK);
  weir_socket_resume(net->peers[0].socket);
  net_run_until(net, all_came);
  net_settle(net);
  assert_int_equal(came.count, MANY);
  for (uint64_t i = 0; i < MANY; i++) assert_true(came.at[i] <= MUCH + 2 * i);
  assert_true(came.at[0] > 0);
  assert_int_equal(net->peers[0].received, MUCH + 2 * MANY);
  assert_false(net->peers[0].garbled);
}

/* As it always was: the system closes them, and the bytes come. */
static void nobody_wants_them(void **state) {
  (void)state;
  open_path(false);
  size_t open = raw_descriptors();
  for (uint64_t i = 0; i < 10; i++) assert_int_equal(pass(0, 3 * i, 3, NULL), WEIR_OK);
  net_settle(net);
  assert_int_equal(net->peers[0].received, 30);
  assert_true(raw_all_closed(open));
}

static void destroy_it(void) {
  weir_socket_destroy(net->peers[0].socket, NULL);
}

static void take_the_handler_away(void) {
  (void)weir_socket_set_handlers(net->peers[0].socket, &net_handlers, &net->peers[0]);
}

/* What came and is not told is closed. */
static void the_handler_may_end_it(void **state) {
  (void)state;
  static void (*const acts[])(void) = {destroy_it, take_the_handler_away};
  for (size_t i = 0; i < COUNT_OF(acts); i++) {
    if (i > 0) assert_int_equal(setup(NULL), 0);
    open_path(true);
    came.act = acts[i];
    for (uint64_t j = 0; j < 5; j++) assert_int_equal(pass(0, j, 1, NULL), WEIR_OK);
    net_settle(net);
    assert_int_equal(came.count, 1);
    if (i + 1 < COUNT_OF(acts)) assert_int_equal(teardown(NULL), 0);
  }
}

/* Nobody reads, and the sender goes: its own duplicates go with it. */
static void what_was_not_sent_is_closed(void **state) {
  (void)state;
  open_path(true);
  weir_socket_pause(net->peers[0].socket);
  net_settle(net);
  (void)net_write(&net->client, 0, MUCH, NULL);
  size_t open = raw_descriptors();
  for (int i = 0; i < 10; i++) assert_int_equal(pass(0, 0, 1, NULL), WEIR_WAIT_DRAIN);
  assert_int_equal(raw_descriptors(), open + 10);
  weir_socket_destroy(net->client.socket, NULL);
  net_settle(net);
  assert_int_equal(raw_descriptors(), open - 1);
}

static void take_out(net_end *end) {
  intptr_t fd;
  net_note(&end->log, "[%s]", weir_err_name(weir_socket_detach(end->socket, &fd)));
  (void)close((int)fd);
}

/* As from one that wants no descriptors. */
static void a_connection_may_be_taken_out_while_it_reads(void **state) {
  (void)state;
  open_path(true);
  net->peers[0].at = "data";
  net->peers[0].act = take_out;
  assert_int_equal(net_write(&net->client, 0, 5, NULL), WEIR_OK);
  net_settle(net);
  net_expect("taken out", &net->peers[0].log, "data(5) [OK] close(0)");
}

/* Whose socket tells of credentials gets these in front of each descriptor. */
static void a_descriptor_comes_behind_credentials(void **state) {
  (void)state;
  needs_passing();
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  int channel[2], yes = 1;
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, channel), 0);
  assert_int_equal(setsockopt(channel[0], SOL_SOCKET, SO_PASSCRED, &yes, sizeof yes), 0);
  options.fd = channel[0];
  net->client.net = net;
  assert_int_equal(
      weir_socket_create(net->loop, &options, &keeping, &net->client, &net->client.socket),
      WEIR_OK);
  weir_socket_resume(net->client.socket);
  assert_int_equal(weirp_passing_send(channel[1], channel[1], "x", 1), 1);
  net_run_until(net, one_came);
  assert_true(came.inode[0] == inode_of(channel[1]));
  weir_socket_destroy(net->client.socket, NULL);
  net_settle(net);
  (void)close(channel[1]);
}

/* An end of a pipe is no connection, though it is no TCP either. */
static void nothing_goes_through_a_pipe(void **state) {
  (void)state;
  needs_passing();
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  options.fd = ends[1];
  options.readable = false;
  net->client.net = net;
  assert_int_equal(
      weir_socket_create(net->loop, &options, &net_handlers, &net->client, &net->client.socket),
      WEIR_OK);
  assert_int_equal(pass(0, 0, 1, "fd"), WEIR_ERR_INVALID_HANDLE_TYPE);
  assert_int_equal(net_write(&net->client, 0, 1, "w"), WEIR_OK);
  net_settle(net);
  net_expect("unharmed", &net->client.log, "w");
  weir_socket_destroy(net->client.socket, NULL);
  net_settle(net);
  (void)close(ends[0]);
}

/* Refused before anything has happened. */
static void what_cannot_be_passed_is_refused(void **state) {
  (void)state;
  needs_passing();
  assert_int_equal(weir_socket_write_fd(NULL, 0, "x", 1, NULL, NULL), WEIR_ERR_INVALID_ARG_TYPE);
  net_open(net, NET_IPV4);
  assert_int_equal(pass(0, 0, 1, "tcp"), WEIR_ERR_INVALID_HANDLE_TYPE);
  net_settle(net);
  net_expect("unharmed", &net->client.log, "connect ready");
  assert_int_equal(teardown(NULL), 0);
  assert_int_equal(setup(NULL), 0);
  open_path(true);
  assert_int_equal(pass(0, 0, 0, "nothing"), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(pass(12345, 0, 1, "closed"), WEIR_EBADF);
  assert_int_equal(pass(-1, 0, 1, "none"), WEIR_EBADF);
  assert_int_equal(weir_socket_write_fd(net->client.socket, 0, NULL, 1, NULL, NULL),
                   WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(pass(0, 0, 1, "fd"), WEIR_OK);
  net_settle(net);
  net_expect("unharmed", &net->client.log, "connect ready fd");
  assert_int_equal(came.count, 1);
  (void)net_finish(&net->client, NULL);
  assert_int_equal(pass(0, 0, 1, "late"), WEIR_ERR_STREAM_WRITE_AFTER_END);
  net_settle(net);
}

/* The write is refused and nothing is lost; or what was read is lost, and says so. */
static void without_memory(void **state) {
  (void)state;
  raw_needs_system();
  for (size_t n = 1;; n++) {
    if (n > 1) assert_int_equal(setup(NULL), 0);
    open_path(true);
    loop_fixture_fail_at(&net->base, n);
    weir_err err = pass(0, 0, 1, NULL);
    net_settle(net);
    bool over = net->base.memory.fail_in != 0;
    loop_fixture_fail_at(&net->base, 0);
    if (err == WEIR_ENOMEM)
      assert_int_equal(came.count, 0);
    else if (came.count == 0)
      assert_int_equal(net->peers[0].error, WEIR_ENOMEM);
    if (over) {
      assert_int_equal(came.count, 1);
      return;
    }
    assert_int_equal(teardown(NULL), 0);
  }
}

/* ---- Another process. ---- */

static weir_server *other_server;

static void on_other_connection(weir_server *server, weir_socket *socket, void *user) {
  (void)user;
  (void)weir_socket_end(socket, "from the other process", 22, NULL, NULL);
  (void)weir_server_close(server, NULL, NULL);
}

static void on_other_fd(weir_socket *socket, intptr_t fd, void *user) {
  static const weir_server_handlers handlers = {.size = sizeof handlers,
                                                .on_connection = on_other_connection};
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  options.fd = fd;
  (void)user;
  (void)weir_create_server(weir_socket_loop(socket), NULL, &handlers, NULL, &other_server);
  (void)weir_server_listen(other_server, &options, NULL, NULL);
}

static int serve_in_another_process(int channel) {
  weir_socket_handlers handlers = WEIR_SOCKET_HANDLERS_INIT;
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  weir_loop *loop;
  weir_socket *socket;
  handlers.on_fd = on_other_fd;
  options.fd = channel;
  if (weir_loop_create(NULL, &loop) != WEIR_OK) return 1;
  if (weir_socket_create(loop, &options, &handlers, NULL, &socket) != WEIR_OK) return 2;
  weir_socket_resume(socket);
  if (weir_loop_run(loop, WEIR_RUN_DEFAULT) != WEIR_OK) return 3;
  return loop_fixture_free(loop) == WEIR_OK && other_server ? 0 : 4;
}

static void another_process_listens_on_what_came(void **state) {
  (void)state;
  needs_passing();
  int channel[2], status;
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  net_end way = {.net = net};
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, channel), 0);
  pid_t child = fork();
  if (child == 0) {
    (void)close(channel[0]);
    _exit(serve_in_another_process(channel[1]));
  }
  (void)close(channel[1]);
  options.fd = channel[0];
  net_listen(net, NET_IPV4, NULL);
  assert_int_equal(weir_socket_create(net->loop, &options, &net_handlers, &way, &way.socket),
                   WEIR_OK);
  CLAUSES("LSN-13", "LSN-27") {
    assert_int_equal(
        weir_socket_write_fd(way.socket, weir_server_fd(net->server.server), "!", 1, NULL, NULL),
        WEIR_OK);
    /* Nobody here takes connections any more, and the port is still there. */
    weir_server_free(net->server.server);
    net->server.server = NULL;
    net_connect(net, NET_IPV4, NULL, &net->client);
    net_run_until(net, net_client_closed);
    assert_int_equal(net->client.received, 22);
    (void)weir_socket_end(way.socket, NULL, 0, NULL, NULL);
    net_run(net);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(a_descriptor_has_its_place),
      TEST(a_descriptor_waits_for_the_connection),
      TEST(many_wait_in_the_queue),
      TEST(nobody_wants_them),
      TEST(the_handler_may_end_it),
      TEST(what_was_not_sent_is_closed),
      TEST(a_connection_may_be_taken_out_while_it_reads),
      TEST(a_descriptor_comes_behind_credentials),
      TEST(nothing_goes_through_a_pipe),
      TEST(what_cannot_be_passed_is_refused),
      TEST(without_memory),
      TEST(another_process_listens_on_what_came),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
