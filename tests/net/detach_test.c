/* Transports that are taken out of their sockets: across loops and processes, with bytes under way.
 */
#include "conformance/clause.h"
#include "tests/net/raw_peer.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { IN_FLIGHT = 50000 };

static net_fixture *net;
static size_t descriptors;

static int setup(void **state) {
  (void)state;
  descriptors = raw_descriptors();
  net = net_create();
  return 0;
}

/* Whatever was adopted is closed with its socket, and nothing else is. */
static int teardown(void **state) {
  (void)state;
  net_free(net);
  return raw_all_closed(descriptors) ? 0 : -1;
}

static weir_socket_options wrapping(int fd) {
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  options.fd = fd;
  return options;
}

static weir_err wrap_with(net_end *end, const weir_socket_options *options) {
  end->net = net;
  return weir_socket_create(net->loop, options, &net_handlers, end, &end->socket);
}

static void wrap(net_end *end, int fd) {
  weir_socket_options options = wrapping(fd);
  assert_int_equal(wrap_with(end, &options), WEIR_OK);
}

static bool client_has_all(const net_fixture *n) {
  return n->client.received == IN_FLIGHT;
}

static void make_pair(int pair[2]) {
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
}

/* Reads until the end. */
static size_t read_all(int fd) {
  char buffer[4096];
  size_t total = 0;
  ssize_t n;
  while ((n = read(fd, buffer, sizeof buffer)) > 0) total += (size_t)n;
  assert_int_equal(n, 0);
  return total;
}

static void detach(net_end *end, weir_err expected, int *out_fd) {
  intptr_t fd = -7;
  weir_err err = weir_socket_detach(end->socket, &fd);
  assert_int_equal(err, expected);
  assert_true(expected == WEIR_OK || fd == -7);
  *out_fd = (int)fd;
}

static intptr_t taken;

static void detach_in_handler(net_end *end) {
  net_note(&end->log, "[%s]", weir_err_name(weir_socket_detach(end->socket, &taken)));
}

/* Before, in and behind a handler, and of every kind: nothing of what is under way is lost. */
static void a_connection_moves_to_another_loop(void **state) {
  (void)state;
  raw_needs_system();
  for (net_kind kind = NET_IPV4; kind < NET_KINDS; kind++) {
    int fd;
    if (kind != NET_IPV4) assert_int_equal(setup(state), 0);
    net_open(net, kind);
    net_end *peer = &net->peers[0];
    assert_int_equal(weir_socket_fd(peer->socket) >= 0, true);
    assert_int_equal(net_write(&net->client, 0, IN_FLIGHT, NULL), WEIR_OK);
    detach(peer, WEIR_OK, &fd);
    assert_true(weir_socket_destroyed(peer->socket));
    assert_int_equal(weir_socket_fd(peer->socket), -1);
    net_settle(net);
    net_expect("detached", &peer->log, "close(0)");
    assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);

    net_fixture *first = net;
    net = net_create();
    wrap(&net->client, fd);
    net_run_until(net, client_has_all);
    assert_false(net->client.garbled);
    assert_int_equal(net_write(&net->client, 0, 9, NULL), WEIR_OK);
    assert_int_equal(net_finish(&net->client, NULL), WEIR_OK);
    net_settle(net);
    net_run_until(first, net_client_closed);
    assert_int_equal(first->client.received, 9);
    net_run(net);
    net_expect("adopted", &net->client.log, "data(50000) finish end close(0)");
    net_free(net);
    net = first;
    weir_server_release_connection(net->server.server);
    if (kind + 1 < NET_KINDS) assert_int_equal(teardown(state), 0);
  }
}

/* The usual way: the first bytes say where the connection belongs. */
static void a_handler_may_take_its_own_transport_out(void **state) {
  (void)state;
  raw_needs_system();
  net_open(net, NET_IPV4);
  net_end *peer = &net->peers[0];
  peer->at = "data";
  peer->act = detach_in_handler;
  assert_int_equal(net_write(&net->client, 0, 4, NULL), WEIR_OK);
  net_run_until(net, net_peer_closed);
  net_expect("peer", &peer->log, "data(4) [OK] close(0)");
  int fd = (int)taken;
  assert_int_equal(net_write(&net->client, 4, 3, NULL), WEIR_OK);
  char bytes[8];
  assert_int_equal(fcntl(fd, F_SETFL, 0), 0);
  assert_int_equal(read(fd, bytes, sizeof bytes), 3);
  (void)close(fd);
  net_run_until(net, net_client_closed);
}

static net_end *other;

static void detach_the_other(net_end *end) {
  intptr_t fd = -1;
  other = end == &end->net->peers[0] ? &end->net->peers[1] : &end->net->peers[0];
  other->at = NULL;
  net_note(&end->log, "[%s]", weir_err_name(weir_socket_detach(other->socket, &fd)));
}

static bool both_have_bytes(const net_fixture *n) {
  return n->peers[0].received > 0 && n->peers[1].received > 0;
}

static bool two_peers(const net_fixture *n) {
  return n->peer_count == 2;
}

/* Both were received together, and the handler of one runs before the other is told: its bytes are
 * not in the system any more, so it has to stay. */
static void bytes_on_their_way_to_a_handler_keep_the_transport(void **state) {
  (void)state;
  raw_needs_system();
  raw_skip_on("uv", "libuv reads for one connection at a time");
  net_open(net, NET_IPV4);
  int second = raw_connect_tcp(net->port);
  net_run_until(net, two_peers);
  net_settle(net);
  for (int i = 0; i < 2; i++) {
    net->peers[i].at = "data";
    net->peers[i].act = detach_the_other;
  }
  assert_int_equal(net_write(&net->client, 0, 5, NULL), WEIR_OK);
  raw_send(second, 0, 5);
  net_run_until(net, both_have_bytes);
  net_end *first = other == &net->peers[0] ? &net->peers[1] : &net->peers[0];
  net_expect("the first one", &first->log, "data(5) [EBUSY]");
  net_expect("the other one", &other->log, "data(5)");
  (void)close(second);
  weir_socket_destroy(net->client.socket, NULL);
  net_settle(net);
}

static void what_cannot_be_taken_out_goes_on(void **state) {
  (void)state;
  raw_needs_system();
  int fd;
  intptr_t none;
  net->client.net = net;
  assert_int_equal(weir_socket_detach(NULL, &none), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_socket_fd(NULL), -1);
  net_listen(net, NET_IPV4, NULL);
  net_connect(net, NET_IPV4, NULL, &net->client);
  assert_int_equal(weir_socket_detach(net->client.socket, NULL), WEIR_ERR_INVALID_ARG_TYPE);
  detach(&net->client, WEIR_ENOTCONN, &fd);
  net_settle(net);
  net_end *peer = &net->peers[0];
  weir_socket_pause(peer->socket);
  assert_int_equal(net_write(&net->client, 0, 100, NULL), WEIR_OK);
  net_settle(net);
  detach(peer, WEIR_EBUSY, &fd);
  weir_socket_resume(peer->socket);
  net_settle(net);
  weir_socket_pause(peer->socket);
  assert_int_equal(net_write(&net->client, 100, 16 << 20, NULL), WEIR_WAIT_DRAIN);
  detach(&net->client, WEIR_EBUSY, &fd);
  assert_int_equal(net_finish(&net->client, NULL), WEIR_OK);
  detach(&net->client, WEIR_EBUSY, &fd);
  weir_socket_resume(peer->socket);
  net_run_until(net, net_both_closed);
  assert_int_equal(peer->received, 100 + (16 << 20));
  assert_false(peer->garbled);
  weir_socket *socket;
  assert_int_equal(weir_socket_create(net->loop, NULL, NULL, NULL, &socket), WEIR_OK);
  weir_socket_destroy(socket, NULL);
  assert_int_equal(weir_socket_detach(socket, &none), WEIR_ERR_STREAM_DESTROYED);
  net_settle(net);
}

/* Half of it is over: whoever takes it over writes on. */
static void a_connection_whose_end_was_sent_can_be_taken_out(void **state) {
  (void)state;
  raw_needs_system();
  int fd;
  weir_server_options half = WEIR_SERVER_OPTIONS_INIT;
  half.allow_half_open = true;
  net_open_with(net, NET_IPV4, NULL, &half, NULL);
  assert_int_equal(net_finish(&net->client, NULL), WEIR_OK);
  detach(&net->client, WEIR_EBUSY, &fd);
  net_settle(net);
  detach(&net->client, WEIR_OK, &fd);
  assert_int_equal(net_write(&net->peers[0], 0, 8, NULL), WEIR_OK);
  assert_int_equal(net_finish(&net->peers[0], NULL), WEIR_OK);
  net_run_until(net, net_peer_closed);
  assert_int_equal(fcntl(fd, F_SETFL, 0), 0);
  assert_int_equal(read_all(fd), 8);
  (void)close(fd);
}

static void counted(weir_server *server, const weir_error *error, size_t count, void *user) {
  (void)server;
  assert_null(error);
  *(size_t *)user = count;
}

/* Also for the limit, so one who is taken out keeps others from coming in. */
static void what_was_taken_out_counts_for_the_limit(void **state) {
  (void)state;
  raw_needs_system();
  int fd;
  size_t count = 99;
  net_end late = {.net = net};
  weir_server_options one = WEIR_SERVER_OPTIONS_INIT;
  one.max_connections = 1;
  net_open_with(net, NET_IPV4, NULL, &one, NULL);
  weir_server *server = net->server.server;
  detach(&net->peers[0], WEIR_OK, &fd);
  (void)close(fd);
  assert_int_equal(weir_server_get_connections(server, counted, &count), WEIR_OK);
  net_connect(net, NET_IPV4, NULL, &late);
  net_settle(net);
  CLAUSES("SRV-28", "SRV-30") {
    assert_int_equal(count, 1);
    assert_int_equal(net->server.drops, 1);
    weir_server_release_connection(server);
    assert_int_equal(weir_server_get_connections(server, counted, &count), WEIR_OK);
    net_settle(net);
    assert_int_equal(count, 0);
  }
}

static void a_server_counts_what_was_taken_out(void **state) {
  (void)state;
  raw_needs_system();
  int fd;
  net_open(net, NET_IPV4);
  weir_server *server = net->server.server;
  weir_server_release_connection(server);
  assert_int_equal(weir_server_connections(server), 1);
  detach(&net->peers[0], WEIR_OK, &fd);
  net_settle(net);
  assert_int_equal(weir_server_connections(server), 1);
  net_stop_listening(net);
  net_settle(net);
  assert_false(net_was_told(&net->server.log, "close"));
  (void)close(fd);
  net_run(net);
  weir_server_release_connection(server);
  weir_server_release_connection(server);
  weir_server_release_connection(NULL);
  assert_int_equal(weir_server_connections(server), 0);
  net_run(net);
  assert_true(net_was_told(&net->server.log, "close"));
}

/* One end of a descriptor's way to another process. */
static void send_descriptor(int channel, int fd) {
  char byte = 'x', control[CMSG_SPACE(sizeof fd)] = {0};
  struct iovec piece = {&byte, 1};
  struct msghdr message = {
      .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof fd);
  memcpy(CMSG_DATA(head), &fd, sizeof fd);
  assert_int_equal(sendmsg(channel, &message, 0), 1);
}

static int receive_descriptor(int channel) {
  int fd = -1;
  char byte, control[CMSG_SPACE(sizeof fd)];
  struct iovec piece = {&byte, 1};
  struct msghdr message = {
      .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  if (recvmsg(channel, &message, 0) != 1) return -1;
  memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
  return fd;
}

static void echo(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  (void)user;
  (void)weir_socket_write(socket, data, length, NULL, NULL);
}

/* The other process: a loop of its own, and what it was sent. */
static int serve_one(int channel) {
  weir_socket_handlers handlers = WEIR_SOCKET_HANDLERS_INIT;
  weir_socket_options options = wrapping(receive_descriptor(channel));
  weir_loop *loop;
  weir_socket *socket;
  handlers.on_data = echo;
  if (weir_loop_create(NULL, &loop) != WEIR_OK) return 1;
  if (weir_socket_create(loop, &options, &handlers, NULL, &socket) != WEIR_OK) return 2;
  if (weir_loop_run(loop, WEIR_RUN_DEFAULT) != WEIR_OK) return 3;
  return loop_fixture_free(loop) == WEIR_OK ? 0 : 4;
}

static void a_connection_moves_to_another_process(void **state) {
  (void)state;
  raw_needs_system();
  int channel[2], fd, status;
  make_pair(channel);
  pid_t child = fork();
  if (child == 0) {
    (void)close(channel[0]);
    _exit(serve_one(channel[1]));
  }
  (void)close(channel[1]);
  weir_server_options paused = WEIR_SERVER_OPTIONS_INIT;
  paused.pause_on_connect = true;
  net_open_with(net, NET_IPV4, NULL, &paused, NULL);
  CLAUSES("SOC-03", "SRV-09") {
    assert_int_equal(net_write(&net->client, 0, 1000, NULL), WEIR_OK);
    detach(&net->peers[0], WEIR_OK, &fd);
    send_descriptor(channel[0], fd);
    (void)close(fd);
    assert_int_equal(net_write(&net->client, 1000, 1000, NULL), WEIR_OK);
    assert_int_equal(net_finish(&net->client, NULL), WEIR_OK);
    net_run_until(net, net_client_closed);
    assert_int_equal(net->client.received, 2000);
    assert_false(net->client.garbled);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  (void)close(channel[0]);
  weir_server_release_connection(net->server.server);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(a_connection_moves_to_another_loop),
      TEST(a_handler_may_take_its_own_transport_out),
      TEST(bytes_on_their_way_to_a_handler_keep_the_transport),
      TEST(what_cannot_be_taken_out_goes_on),
      TEST(a_connection_whose_end_was_sent_can_be_taken_out),
      TEST(what_was_taken_out_counts_for_the_limit),
      TEST(a_server_counts_what_was_taken_out),
      TEST(a_connection_moves_to_another_process),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
