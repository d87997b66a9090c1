/* Closing while the system is at something, whatever that is: what is owed is told once and with
 * Node's code, nothing comes behind 'close', the loop has nothing left to do and the process has as
 * many handles as before. */
#include "tests/net/pipe_peer.h"
#include "tests/support/host_table.h"

#include <winsock2.h>

#include <stdio.h>
#include <string.h>

enum { QUEUED = 64, FULL_TCP = 8000000, FULL_PIPE = 200000, PART = 10, ROOM = 65536 };

/* How a connection is made. */
typedef enum transport { TCP, BYTES, MESSAGES, TRANSPORTS } transport;

/* Who closes. */
typedef enum way { DESTROYED, ABORTED, RESET, FREED, WAYS } way;

/* A test's own, beside the fixture. */
typedef struct scene {
  net_fixture *net;
  weir_abort_signal *sign;
  transport through;
  bool pause; /* Connections are taken paused. */
  HANDLE pipes[2];
  SOCKET sockets[QUEUED];
  unsigned socket_count;
} scene;

static scene scene_open(transport through) {
  scene s = {.net = net_create(), .through = through, .pipes = {NULL, NULL}};
  assert_int_equal(weir_abort_signal_create(s.net->loop, &s.sign), WEIR_OK);
  return s;
}

static void scene_close(scene *s) {
  for (size_t i = 0; i < COUNT_OF(s->pipes); i++)
    if (s->pipes[i] != NULL) (void)CloseHandle(s->pipes[i]);
  for (unsigned i = 0; i < s->socket_count; i++) (void)closesocket(s->sockets[i]);
  net_free(s->net);
  weir_abort_signal_release(s->sign);
}

static SOCKET plain_socket(scene *s) {
  u_long yes = 1;
  SOCKET made = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  assert_true(made != INVALID_SOCKET && s->socket_count < QUEUED);
  assert_int_equal(ioctlsocket(made, (long)FIONBIO, &yes), 0);
  s->sockets[s->socket_count++] = made;
  return made;
}

static struct sockaddr_in loopback(uint16_t port) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

/* Begins to connect; whether that comes to something is not waited for. */
static SOCKET plain_connect(scene *s) {
  struct sockaddr_in to = loopback(s->net->port);
  SOCKET made = plain_socket(s);
  (void)connect(made, (const struct sockaddr *)&to, (int)sizeof to);
  return made;
}

static SOCKET plain_listen(scene *s, int backlog) {
  struct sockaddr_in at = loopback(0);
  int length = (int)sizeof at;
  SOCKET made = plain_socket(s);
  assert_int_equal(bind(made, (const struct sockaddr *)&at, length), 0);
  assert_int_equal(listen(made, backlog), 0);
  assert_int_equal(getsockname(made, (struct sockaddr *)&at, &length), 0);
  s->net->port = ntohs(at.sin_port);
  return made;
}

static net_end *client_of(scene *s) {
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  net_end *end = &s->net->client;
  options.signal = s->sign;
  assert_int_equal(weir_socket_create(s->net->loop, &options, &net_handlers, end, &end->socket),
                   WEIR_OK);
  return end;
}

/* Connects, with something of each kind that waits for that. */
static void connect_and_queue(scene *s, const weir_connect_options *to) {
  net_end *end = client_of(s);
  assert_int_equal(weir_socket_connect(end->socket, to, net_called, net_tag_of(end, "c")), WEIR_OK);
  assert_int_equal(net_write(end, 0, PART, "w1"), WEIR_OK);
  assert_int_equal(net_write(end, PART, PART, "w2"), WEIR_OK);
  assert_int_equal(net_finish(end, "e"), WEIR_OK);
}

static weir_connect_options target_of(const scene *s) {
  weir_connect_options options = net_target(s->net, s->through == TCP ? NET_IPV4 : NET_PATH);
  options.pipe_half_close = s->through == MESSAGES;
  return options;
}

static void listen_at(scene *s) {
  weir_listen_options at = WEIR_LISTEN_OPTIONS_INIT;
  net_fixture *net = s->net;
  weir_address address;
  weir_server_options options = WEIR_SERVER_OPTIONS_INIT;
  options.pause_on_connect = s->pause;
  assert_int_equal(weir_create_server(net->loop, &options, &net_server_handlers, &net->server,
                                      &net->server.server),
                   WEIR_OK);
  net->peer_handlers = &net_quiet_handlers;
  pipe_peer_name(net, "");
  at.signal = s->sign;
  if (s->through == TCP) {
    at.host = "127.0.0.1";
    at.port = 0;
  } else {
    at.path = net->path;
    at.pipe_half_close = s->through == MESSAGES;
  }
  assert_int_equal(weir_server_listen(net->server.server, &at, NULL, NULL), WEIR_OK);
  assert_int_equal(weir_server_address(net->server.server, &address), WEIR_OK);
  net->port = address.port;
}

static void connection_that_nobody_takes(scene *s) {
  (void)plain_listen(s, SOMAXCONN);
  weir_connect_options to = target_of(s);
  connect_and_queue(s, &to);
}

static void fill_queue(scene *s) {
  (void)plain_listen(s, 1);
  for (unsigned i = 1; i < 8; i++) (void)plain_connect(s);
}

/* Where such a queue refuses nothing is told yet either. */
static void connection_to_a_full_queue(scene *s) {
  fill_queue(s);
  weir_connect_options to = target_of(s);
  connect_and_queue(s, &to);
}

static void connection_to_a_busy_pipe(scene *s) {
  pipe_peer_name(s->net, "");
  s->pipes[0] = pipe_peer_create(s->net->path, 1);
  s->pipes[1] = pipe_peer_open(s->net->path);
  assert_true(s->pipes[0] != INVALID_HANDLE_VALUE && s->pipes[1] != INVALID_HANDLE_VALUE);
  weir_connect_options to = target_of(s);
  connect_and_queue(s, &to);
  net_settle(s->net);
}

static bool attempts(const net_fixture *net) {
  return weir_socket_auto_select_family_attempted_addresses(net->client.socket, NULL, 0) > 0;
}

/* The first attempt has begun, nothing more. */
static void attempt_at_a_name(scene *s) {
  static const weir_address addresses[] = {
      {.family = WEIR_FAMILY_IPV4, .bytes = {127, 0, 0, 1}},
      {.family = WEIR_FAMILY_IPV4, .bytes = {127, 0, 0, 2}},
  };
  static const weir_sim_name names[] = {
      {.host = "full.test", .addresses = addresses, .count = COUNT_OF(addresses)}};
  fill_queue(s);
  host_table_use(names, COUNT_OF(names));
  weir_connect_options to = target_of(s);
  to.host = "full.test";
  connect_and_queue(s, &to);
  net_run_until(s->net, attempts);
}

static void look_up(scene *s) {
  static const weir_sim_name names[] = {
      {.host = "hanging.test", .delay_ns = WEIR_TIME_NEVER, .error = WEIR_ENOTFOUND}};
  host_table_use(names, COUNT_OF(names));
  weir_connect_options to = WEIR_CONNECT_OPTIONS_INIT;
  to.host = "hanging.test";
  to.port = 1;
  connect_and_queue(s, &to);
  host_table_await_hanging(1);
  net_settle(s->net);
}

static bool both_open(const net_fixture *net) {
  return net->peer_count > 0 && net_was_told(&net->client.log, "ready");
}

/* A connection to a peer that reads no more than it has room for. */
static void receive(scene *s) {
  listen_at(s);
  weir_connect_options to = target_of(s);
  assert_int_equal(weir_socket_connect(client_of(s)->socket, &to, NULL, NULL), WEIR_OK);
  net_run_until(s->net, both_open);
  net_stop_listening(s->net);
  net_settle(s->net);
}

static void send_more(scene *s) {
  net_end *end = &s->net->client;
  receive(s);
  size_t full = s->through == TCP ? FULL_TCP : FULL_PIPE;
  assert_int_equal(net_write(end, 0, full, "w1"), WEIR_WAIT_DRAIN);
  assert_int_equal(net_write(end, full, PART, "w2"), WEIR_WAIT_DRAIN);
  assert_int_equal(net_write(end, full + PART, PART, "w3"), WEIR_WAIT_DRAIN);
  net_settle(s->net);
}

static void end_behind_bytes(scene *s) {
  send_more(s);
  assert_int_equal(net_finish(&s->net->client, "e"), WEIR_OK);
  net_settle(s->net);
}

static bool connected(const net_fixture *net) {
  return net_was_told(&net->client.log, "ready");
}

/* The system has taken the beginning of a write that nobody remembers. */
static void write_without_memory(scene *s) {
  net_end *end = &s->net->client;
  pipe_peer_name(s->net, "");
  s->pipes[0] = pipe_peer_create(s->net->path, 1);
  weir_connect_options to = target_of(s);
  assert_int_equal(weir_socket_connect(client_of(s)->socket, &to, NULL, NULL), WEIR_OK);
  net_run_until(s->net, connected);
  assert_int_equal(net_write(end, 0, ROOM, NULL), WEIR_OK);
  assert_int_equal(weir_socket_writable_length(end->socket), 0);
  loop_fixture_fail_from(&s->net->base, 1);
  assert_int_equal(net_write(end, 0, PART, NULL), WEIR_ENOMEM);
  loop_fixture_fail_at(&s->net->base, 0);
  net_settle(s->net);
}

#define EARLY "ERR_SOCKET_CLOSED_BEFORE_CONNECTION"
#define NEVER_THERE                                                                                \
  "c:" EARLY " w1:" EARLY " w2:" EARLY " e:" EARLY " close(0)",                                    \
      "error(ABORT_ERR) c:ABORT_ERR w1:" EARLY " w2:ABORT_ERR e:ABORT_ERR close(1)"
#define GONE  "ERR_STREAM_DESTROYED"
#define READY "connect ready"
#define SENDS                                                                                      \
  "w1:ECANCELED w2:" GONE " w3:" GONE " close(0)",                                                 \
      "error(ABORT_ERR) w1:ECANCELED w2:ABORT_ERR w3:ABORT_ERR close(1)"
#define ENDS                                                                                       \
  "w1:ECANCELED w2:" GONE " w3:" GONE " e:" GONE " close(0)",                                      \
      "error(ABORT_ERR) w1:ECANCELED w2:ABORT_ERR w3:ABORT_ERR e:ABORT_ERR close(1)"

/* What a socket is at, and what it tells when it is destroyed and when it is aborted. */
static const struct pending {
  const char *what;
  void (*begin)(scene *s);
  transport through;
  const char *before;
  const char *destroyed, *aborted;
} pendings[] = {
    {"a connection that nobody takes", connection_that_nobody_takes, TCP, "", NEVER_THERE},
    {"a connection to a full queue", connection_to_a_full_queue, TCP, "", NEVER_THERE},
    {"a connection to a busy pipe", connection_to_a_busy_pipe, BYTES, "", NEVER_THERE},
    {"the same, of messages", connection_to_a_busy_pipe, MESSAGES, "", NEVER_THERE},
    {"an attempt at a name", attempt_at_a_name, TCP, "", NEVER_THERE},
    {"a look-up", look_up, TCP, "", NEVER_THERE},
    {"a receive on TCP", receive, TCP, READY, "close(0)", "error(ABORT_ERR) close(1)"},
    {"a receive on a pipe", receive, BYTES, READY, "close(0)", "error(ABORT_ERR) close(1)"},
    {"a receive of messages", receive, MESSAGES, READY, "close(0)", "error(ABORT_ERR) close(1)"},
    {"a send on TCP", send_more, TCP, READY, SENDS},
    {"a send on a pipe", send_more, BYTES, READY, SENDS},
    {"a send of messages", send_more, MESSAGES, READY, SENDS},
    {"a write without memory", write_without_memory, BYTES, READY, "close(0)",
     "error(ABORT_ERR) close(1)"},
    {"an end on TCP", end_behind_bytes, TCP, READY, ENDS},
    {"an end on a pipe", end_behind_bytes, BYTES, READY, ENDS},
    {"an end of messages", end_behind_bytes, MESSAGES, READY, ENDS},
};

static void close_it(scene *s, way how) {
  net_fixture *net = s->net;
  weir_socket *socket = net->client.socket;
  if (how == DESTROYED) weir_socket_destroy(socket, NULL);
  if (how == ABORTED) weir_abort(s->sign);
  if (how == RESET) assert_int_equal(weir_socket_reset_and_destroy(socket), WEIR_OK);
  if (how == FREED) {
    assert_true(loop_fixture_close(&net->base));
    return;
  }
  assert_true(weir_socket_destroyed(socket));
  net_run_until(net, net_client_closed);
  /* Twice is once. */
  weir_abort(s->sign);
  if (net->peer_count > 0 && net->peers[0].socket != NULL)
    weir_socket_destroy(net->peers[0].socket, NULL);
  net_run(net);
  assert_false(weir_loop_alive(net->loop));
}

static void run_one(const struct pending *one, way how) {
  scene s = scene_open(one->through);
  net_end *end = &s.net->client;
  one->begin(&s);
  net_expect(one->what, &end->log, one->before);
  size_t before = end->log.length + (end->log.length > 0 ? 1 : 0);
  close_it(&s, how);
  net_log told = {.length = 0};
  net_note(&told, "%s", "");
  (void)strcpy(told.text, end->log.text + before);
  net_expect(one->what, &told, how == ABORTED ? one->aborted : one->destroyed);
  assert_int_equal(end->closes, 1);
  if (how == ABORTED) assert_string_equal(end->message, "The operation was aborted");
  scene_close(&s);
  if (one->begin == look_up || one->begin == attempt_at_a_name) host_table_restore();
}

/* Resetting is for connections over TCP, and before there is one it waits for that. */
static bool makes_sense(const struct pending *one, way how) {
  return how != RESET || (one->through == TCP && one->before[0] != '\0');
}

static void run_all(void) {
  for (size_t i = 0; i < COUNT_OF(pendings); i++)
    for (way how = DESTROYED; how < WAYS; how++)
      if (makes_sense(&pendings[i], how)) run_one(&pendings[i], how);
}

static void what_a_socket_is_at_ends_once(void **state) {
  (void)state;
  run_all();
}

/* Two come that the loop has not seen yet. */
static void come(scene *s) {
  for (unsigned i = 0; i < 2; i++) {
    if (s->through == TCP) {
      (void)plain_connect(s);
    } else {
      s->pipes[i] = pipe_peer_open(s->net->path);
      assert_ptr_not_equal(s->pipes[i], INVALID_HANDLE_VALUE);
    }
  }
}

/* What a client that had come finds. */
static void expect_gone(HANDLE pipe) {
  char byte;
  DWORD got = 0;
  if (pipe == NULL) return;
  assert_false(ReadFile(pipe, &byte, 1, &got, NULL));
  assert_int_equal(GetLastError(), ERROR_BROKEN_PIPE);
}

/* Closes a server with all its accepts pending, and with connections that have come since. */
static void close_server(transport through, way how, bool somebody) {
  scene s = scene_open(through);
  net_server *server = &s.net->server;
  listen_at(&s);
  net_settle(s.net);
  net_expect("listens", &server->log, "listening");
  if (somebody) come(&s);
  if (how == DESTROYED)
    assert_int_equal(
        weir_server_close(server->server, net_server_called, net_server_tag(server, "c")), WEIR_OK);
  if (how == ABORTED) weir_abort(s.sign);
  if (how == FREED)
    assert_true(loop_fixture_close(&s.net->base));
  else
    net_run(s.net);
  /* With its loop a server is freed, and tells nothing any more. */
  static const char *const told[] = {
      [DESTROYED] = "listening close c", [ABORTED] = "listening close", [FREED] = "listening"};
  net_expect("closed", &server->log, told[how]);
  assert_int_equal(s.net->peer_count, 0);
  expect_gone(s.pipes[0]);
  expect_gone(s.pipes[1]);
  scene_close(&s);
}

static void close_all_servers(void) {
  for (transport through = TCP; through < TRANSPORTS; through++) {
    for (unsigned somebody = 0; somebody < 2; somebody++) {
      close_server(through, DESTROYED, somebody);
      close_server(through, ABORTED, somebody);
      close_server(through, FREED, somebody);
    }
  }
}

static void what_a_server_waits_for_ends_with_it(void **state) {
  (void)state;
  close_all_servers();
}

static bool has_peer(const net_fixture *net) {
  return net->peer_count > 0;
}

static SOCKET connected_to(scene *s) {
  SOCKET made = plain_connect(s);
  fd_set writable;
  FD_ZERO(&writable);
  FD_SET(made, &writable);
  assert_int_equal(select(0, NULL, &writable, NULL, NULL), 1);
  return made;
}

/* A client that goes takes with it what it has not read; every write and the end are told so. */
static void vanish(transport through) {
  static const char *const told[] = {
      "w1:ECONNRESET w2:ECONNRESET e:ECONNRESET error(ECONNRESET) close(1)",
      "w1:EPIPE w2:EPIPE e:EPIPE error(EPIPE) close(1)",
      "w1:EPIPE w2:EPIPE e:EPIPE error(EPIPE) close(1)"};
  scene s = scene_open(through);
  net_fixture *net = s.net;
  net_end *peer = &net->peers[0];
  SOCKET socket = INVALID_SOCKET;
  HANDLE pipe = INVALID_HANDLE_VALUE;
  s.pause = true; /* So that it is a write that meets it. */
  listen_at(&s);
  if (through == TCP)
    socket = connected_to(&s);
  else
    pipe = pipe_peer_open(net->path);
  net_run_until(net, has_peer);
  assert_int_equal(net_write(peer, 0, FULL_TCP, "w1"), WEIR_WAIT_DRAIN);
  assert_int_equal(net_write(peer, FULL_TCP, PART, "w2"), WEIR_WAIT_DRAIN);
  assert_int_equal(net_finish(peer, "e"), WEIR_OK);
  net_settle(net);
  net_expect("queued", &peer->log, "");
  if (through == TCP) {
    s.socket_count--;
    assert_int_equal(closesocket(socket), 0);
  } else {
    assert_true(CloseHandle(pipe));
  }
  net_run_until(net, net_peer_closed);
  net_expect("vanished", &peer->log, told[through]);
  assert_string_equal(peer->message, through == TCP ? "write ECONNRESET" : "write EPIPE");
  assert_string_equal(peer->syscall, "write");
  net_stop_listening(net);
  net_run(net);
  scene_close(&s);
}

static void clients_vanish(void) {
  for (transport through = TCP; through < TRANSPORTS; through++) vanish(through);
}

static void a_client_vanishes_while_bytes_are_queued(void **state) {
  (void)state;
  clients_vanish();
}

static void expect_error(const net_end *end, const char *what, const char *path) {
  char text[300];
  (void)snprintf(text, sizeof text, "%s%s%s", what, path[0] != '\0' ? " " : "", path);
  assert_string_equal(end->message, text);
}

/* Who waits for an instance learns that there will be none. */
static void go_while_an_instance_is_waited_for(void) {
  scene s = scene_open(BYTES);
  net_end *end = &s.net->client;
  char line[32];
  pipe_peer_name(s.net, "");
  pipe_program server = pipe_program_start("hold", s.net->path);
  pipe_program_line(&server, line, sizeof line);
  HANDLE first = pipe_peer_open(s.net->path);
  assert_ptr_not_equal(first, INVALID_HANDLE_VALUE);
  weir_connect_options to = target_of(&s);
  connect_and_queue(&s, &to);
  net_settle(s.net);
  net_expect("waits", &end->log, "");
  pipe_program_kill(&server);
  (void)CloseHandle(first);
  net_run(s.net);
  net_expect("no server", &end->log,
             "error(ENOENT) c:ENOENT w1:" EARLY " w2:ENOENT e:ENOENT close(1)");
  expect_error(end, "connect ENOENT", s.net->path);
  assert_string_equal(end->path, s.net->path);
  scene_close(&s);
}

/* Who is connected to a process that ends meets the end of what comes. */
static void go_while_bytes_are_waited_for(void) {
  scene s = scene_open(BYTES);
  char line[32];
  pipe_peer_name(s.net, "");
  pipe_program server = pipe_program_start("serve", s.net->path);
  pipe_program_line(&server, line, sizeof line);
  weir_connect_options to = target_of(&s);
  assert_int_equal(weir_socket_connect(client_of(&s)->socket, &to, NULL, NULL), WEIR_OK);
  net_run_until(s.net, connected);
  net_settle(s.net);
  pipe_program_kill(&server);
  net_run(s.net);
  net_expect("no server", &s.net->client.log, "connect ready end finish close(0)");
  scene_close(&s);
}

static void go_while_a_queue_is_waited_in(void) {
  scene s = scene_open(TCP);
  (void)plain_listen(&s, SOMAXCONN);
  weir_connect_options to = target_of(&s);
  assert_int_equal(weir_socket_connect(client_of(&s)->socket, &to, NULL, NULL), WEIR_OK);
  net_run_until(s.net, connected);
  net_settle(s.net);
  assert_int_equal(closesocket(s.sockets[--s.socket_count]), 0);
  net_run(s.net);
  net_expect("no server", &s.net->client.log, "connect ready error(ECONNRESET) close(1)");
  expect_error(&s.net->client, "read ECONNRESET", "");
  scene_close(&s);
}

static void servers_go(void) {
  go_while_an_instance_is_waited_for();
  go_while_bytes_are_waited_for();
  go_while_a_queue_is_waited_in();
}

static void a_server_goes_while_a_client_waits(void **state) {
  (void)state;
  servers_go();
}

static void everything(void) {
  run_all();
  close_all_servers();
  clients_vanish();
  servers_go();
}

static void no_handle_is_kept(void **state) {
  (void)state;
  /* What the system makes once for a process is there after this. */
  everything();
  unsigned before = handle_count();
  everything();
  assert_int_equal(handle_count(), before);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_a_socket_is_at_ends_once),
      cmocka_unit_test(what_a_server_waits_for_ends_with_it),
      cmocka_unit_test(a_client_vanishes_while_bytes_are_queued),
      cmocka_unit_test(a_server_goes_while_a_client_waits),
      cmocka_unit_test(no_handle_is_kept),
  };
  return cmocka_run_group_tests_name("closing on completion ports", tests, NULL, NULL);
}
