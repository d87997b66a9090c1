/* What only a real system does to connections: no descriptors left, urgent bytes, descriptors sent
 * along, resets in the middle of a transfer, many connections, many bytes, plain sockets as peers,
 * its bound on the backlog. */
#include "conformance/clause.h"
#include "tests/net/raw_peer.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  WAITING = 6,
  SHORT_ONES = 300,
  STREAMS = 8,
  STREAM_BYTES = 8 << 20,
  CHUNK = 65536,
  EVERY_BYTE = 256,
  PIECE = 20000 /* More than the mark. */
};

static unsigned turns;

static void count_turns(weir_time now, uint64_t object, weir_trace_event event, uint64_t a,
                        uint64_t b, void *user) {
  (void)now;
  (void)object;
  (void)a;
  (void)b;
  (void)user;
  if (event == WEIR_TRACE_TURN) turns++;
}

static bool overloaded_three_times(const net_fixture *net) {
  return strstr(net->server.log.text, "overload overload overload") != NULL;
}

static bool peer_has_bytes(const net_fixture *net) {
  return net->peers[0].received == 9;
}

static bool all_taken(const net_fixture *net) {
  return net->peer_count == 1 + WAITING;
}

static struct rlimit descriptors;

/* No descriptor with a number that is free now can be had any more. */
static void take_descriptors_away(void) {
  struct rlimit none;
  int free_one = dup(0);
  assert_true(free_one >= 0);
  (void)close(free_one);
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &descriptors), 0);
  none = descriptors;
  none.rlim_cur = (rlim_t)free_one;
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
}

static int give_descriptors_back(void **state) {
  (void)state;
  return descriptors.rlim_cur > 0 ? setrlimit(RLIMIT_NOFILE, &descriptors) : 0;
}

/* SRV-21, SRV-46: they wait, the program is told, others go on, the processor rests. */
static void without_descriptors_connections_wait_and_are_taken_later(void **state) {
  (void)state;
  raw_needs_system();
  raw_skip_on("uv", "libuv closes what it has no descriptor for");
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  int waiting[WAITING];
  options.trace = count_turns;
  net_fixture *net = net_create_with(&options);
  net_open(net, NET_IPV4);
  for (size_t i = 0; i < WAITING; i++) waiting[i] = raw_connect_tcp(net->port);
  take_descriptors_away();
  turns = 0;
  net_run_until(net, overloaded_three_times);
  unsigned idle_turns = turns;
  (void)net_write(&net->client, 0, 9, NULL);
  net_run_until(net, peer_has_bytes);
  assert_int_equal(give_descriptors_back(NULL), 0);
  CLAUSES("SRV-21") {
    assert_int_equal(net->server.error, WEIR_EMFILE);
    assert_true(idle_turns < 30);
    assert_int_equal(net->peer_count, 1);
    assert_true(weir_server_listening(net->server.server));
    net_run_until(net, all_taken);
    for (size_t i = 1; i <= WAITING; i++) net_expect("taken later", &net->peers[i].log, "");
    assert_false(net_was_told(&net->server.log, "error"));
  }
  for (size_t i = 0; i < WAITING; i++) assert_int_equal(close(waiting[i]), 0);
  net_free(net);
}

static bool peer_has_13(const net_fixture *net) {
  return net->peers[0].received == 13;
}

static bool peer_is_there(const net_fixture *net) {
  return net->peer_count == 1;
}

/* SOC-13, SOC-16, GEN-12: an urgent byte cuts reads short; what lies behind it comes all the same.
 */
static void bytes_behind_urgent_data_do_not_stall(void **state) {
  (void)state;
  raw_needs_system();
  for (int together = 0; together < 2; together++) {
    net_fixture *net = net_create();
    net_listen(net, NET_IPV4, NULL);
    int fd = raw_connect_tcp(net->port);
    if (!together) net_run_until(net, peer_is_there);
    raw_send(fd, 0, 3);
    if (!together) net_settle(net);
    assert_int_equal(send(fd, "!", 1, MSG_OOB), 1);
    raw_send(fd, 3, 10);
    net_run_until(net, peer_has_13);
    assert_false(net->peers[0].garbled);
    assert_int_equal(send(fd, "!", 1, MSG_OOB), 1);
    assert_int_equal(close(fd), 0);
    net_run_until(net, net_peer_closed);
    net_expect("peer", &net->peers[0].log, "data(13) end finish close(0)");
    net_free(net);
  }
}

static void send_descriptor(int fd, int passed, uint64_t from, size_t length) {
  union {
    char room[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
  } control;
  uint8_t bytes[16];
  struct iovec piece = {bytes, length};
  struct msghdr message;
  for (size_t i = 0; i < length; i++) bytes[i] = net_byte(from + i);
  memset(&message, 0, sizeof message);
  memset(&control, 0, sizeof control);
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.room;
  message.msg_controllen = sizeof control.room;
  struct cmsghdr *head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof passed);
  memcpy(CMSG_DATA(head), &passed, sizeof passed);
  assert_int_equal(sendmsg(fd, &message, 0), length);
}

/* SOC-13, IPC-01, GEN-12: bytes before and behind it arrive, and nothing is kept open. */
static void a_descriptor_sent_along_is_dropped_and_its_bytes_arrive(void **state) {
  (void)state;
  raw_needs_system();
  for (int together = 0; together < 2; together++) {
    net_fixture *net = net_create();
    net_listen(net, NET_PATH, NULL);
    int fd = raw_connect_path(net->path, strlen(net->path));
    assert_true(fd >= 0);
    net_run_until(net, peer_is_there);
    size_t before = raw_descriptors();
    raw_send(fd, 0, 3);
    if (!together) net_settle(net);
    send_descriptor(fd, 1, 3, 4);
    send_descriptor(fd, 2, 7, 1);
    raw_send(fd, 8, 5);
    net_run_until(net, peer_has_13);
    assert_false(net->peers[0].garbled);
    assert_true(raw_all_closed(before));
    assert_int_equal(close(fd), 0);
    net_run_until(net, net_peer_closed);
    net_expect("peer", &net->peers[0].log, "data(13) end finish close(0)");
    net_free(net);
  }
}

/* STR-16, STR-50, ERR-05, SOC-20: what was queued fails once, with the system's reason. */
static void a_reset_in_the_middle_of_a_transfer_fails_what_is_queued(void **state) {
  (void)state;
  raw_needs_system();
  char some[1000];
  net_fixture *net = net_create();
  net_listen(net, NET_IPV4, NULL);
  int fd = raw_connect_tcp(net->port);
  net_run_until(net, peer_is_there);
  assert_int_equal(net_write(&net->peers[0], 0, 16 << 20, "w1"), WEIR_WAIT_DRAIN);
  (void)net_write(&net->peers[0], 0, 5, "w2");
  (void)net_finish(&net->peers[0], "e");
  net_settle(net);
  assert_int_equal(recv(fd, some, sizeof some, 0), sizeof some);
  raw_reset(fd);
  net_run_until(net, net_peer_closed);
  weir_err err = net->peers[0].error;
  assert_true(err == WEIR_ECONNRESET || err == WEIR_EPIPE);
  for (size_t i = 0; i < 3; i++) {
    assert_int_equal(net->tags[i].calls, 1);
    assert_int_not_equal(net->tags[i].error, WEIR_OK);
  }
  assert_true(net_was_told(&net->peers[0].log, "close(1)"));
  assert_false(net_was_told(&net->peers[0].log, "end"));
  net_free(net);
}

/* SRV-46, SOC-20, SRV-27: nothing is left of them. */
static void three_hundred_short_connections_leave_no_descriptor_behind(void **state) {
  (void)state;
  raw_needs_system();
  for (net_kind kind = NET_IPV4; kind < NET_KINDS; kind++) {
    net_fixture *net = net_create();
    net_listen(net, kind, NULL);
    size_t before = raw_descriptors();
    size_t bytes = 0;
    for (unsigned i = 0; i < SHORT_ONES; i++) {
      net->client = (net_end){.net = net};
      net->peers[0] = (net_end){.net = net};
      net->peer_count = 0;
      net_connect(net, kind, NULL, &net->client);
      (void)net_write(&net->client, 0, 100, NULL);
      (void)net_finish(&net->client, NULL);
      net_run_until(net, net_both_closed);
      assert_int_equal(net->peers[0].received, 100);
      if (i == SHORT_ONES / 2) bytes = loop_fixture_bytes(&net->base);
    }
    assert_true(raw_all_closed(before));
    assert_true(loop_fixture_bytes(&net->base) <= bytes);
    assert_int_equal(weir_server_connections(net->server.server), 0);
    net_free(net);
  }
}

/* Sends until it has to wait, again at each 'drain', and ends. */
static void pump(net_end *end) {
  uint64_t sent;
  while ((sent = weir_socket_bytes_written(end->socket)) < STREAM_BYTES) {
    if (net_write(end, sent, CHUNK, NULL) == WEIR_OK) continue;
    end->log.length = 0;
    end->at = "drain";
    end->act = pump;
    return;
  }
  (void)net_finish(end, NULL);
}

static net_end streams[STREAMS];
static size_t most_bytes;

static bool streams_closed(const net_fixture *net) {
  if (net->base.memory.bytes > most_bytes) most_bytes = net->base.memory.bytes;
  for (size_t i = 0; i < STREAMS; i++)
    if (streams[i].closes == 0 || net->peers[i].closes == 0) return false;
  return true;
}

/* SOC-27, STR-03, STR-29, SOC-28: every byte in its place, and memory for a few chunks only. */
static void sixty_four_mebibytes_arrive_in_bounded_memory(void **state) {
  (void)state;
  raw_needs_system();
  net_fixture *net = net_create();
  memset(streams, 0, sizeof streams);
  most_bytes = 0;
  net_listen(net, NET_IPV4, NULL);
  for (size_t i = 0; i < STREAMS; i++) {
    streams[i].at = "ready";
    streams[i].act = pump;
    net_connect(net, NET_IPV4, NULL, &streams[i]);
  }
  net_run_until(net, streams_closed);
  for (size_t i = 0; i < STREAMS; i++) {
    assert_int_equal(net->peers[i].received, STREAM_BYTES);
    assert_false(net->peers[i].garbled);
  }
  assert_true(most_bytes < (size_t)STREAMS * 4 * CHUNK);
  net_free(net);
}

static void echo_back(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  net_end *end = user;
  end->received += length;
  (void)weir_socket_write(socket, data, length, NULL, NULL);
}

static void note_close(weir_socket *socket, bool had_error, void *user) {
  net_end *end = user;
  (void)socket;
  net_note(&end->log, "close(%d)", had_error);
  end->closes++;
}

static const weir_socket_handlers echo_handlers = {
    .size = sizeof echo_handlers, .on_data = echo_back, .on_close = note_close};

static bool peer_sent_all(const net_fixture *net) {
  const net_end *peer = &net->peers[0];
  return peer->received == EVERY_BYTE && weir_socket_writable_length(peer->socket) == 0;
}

static void expect_nothing(int fd) {
  char byte;
  errno = 0;
  assert_int_equal(recv(fd, &byte, 1, MSG_DONTWAIT), -1);
  assert_true(errno == EAGAIN || errno == EWOULDBLOCK);
}

/* GEN-12: no greeting, no framing, no farewell; each byte there is goes both ways as it is. */
static void a_plain_socket_gets_its_bytes_back_and_nothing_else(void **state) {
  (void)state;
  raw_needs_system();
  uint8_t bytes[EVERY_BYTE], answer[EVERY_BYTE + 1];
  for (size_t i = 0; i < EVERY_BYTE; i++) bytes[i] = (uint8_t)i;
  for (net_kind kind = NET_IPV4; kind < NET_KINDS; kind++) {
    if (kind == NET_IPV6) continue;
    net_fixture *net = net_create();
    net->peer_handlers = &echo_handlers;
    net_listen(net, kind, NULL);
    int fd = kind == NET_PATH ? raw_connect_path(net->path, strlen(net->path))
                              : raw_connect_tcp(net->port);
    net_run_until(net, peer_is_there);
    net_settle(net);
    CLAUSES("GEN-12") {
      expect_nothing(fd);
      assert_int_equal(send(fd, bytes, sizeof bytes, MSG_NOSIGNAL), EVERY_BYTE);
      net_run_until(net, peer_sent_all);
      assert_int_equal(recv(fd, answer, EVERY_BYTE, MSG_WAITALL), EVERY_BYTE);
      assert_memory_equal(answer, bytes, EVERY_BYTE);
      expect_nothing(fd);
      assert_int_equal(shutdown(fd, SHUT_WR), 0);
      net_run_until(net, net_peer_closed);
      assert_int_equal(recv(fd, answer, sizeof answer, 0), 0);
      net_expect(net_kind_name(kind), &net->peers[0].log, "close(0)");
    }
    assert_int_equal(close(fd), 0);
    net_free(net);
  }
}

/* The system's own bound, or -1 if it does not tell. */
static int largest_backlog(void) {
  int largest = -1;
  FILE *file = fopen("/proc/sys/net/core/somaxconn", "r");
  if (!file) return -1;
  if (fscanf(file, "%d", &largest) != 1) largest = -1;
  (void)fclose(file);
  return largest;
}

/* What the system made of the backlog of the listener that has the port. */
static unsigned effective_backlog(uint16_t port) {
  struct tcp_info info = {0};
  for (int fd = 0; fd < 1024; fd++) {
    struct sockaddr_in local = {0};
    int listens = 0;
    socklen_t size = sizeof listens;
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || !listens) continue;
    size = sizeof local;
    assert_int_equal(getsockname(fd, (struct sockaddr *)&local, &size), 0);
    if (local.sin_family != AF_INET || ntohs(local.sin_port) != port) continue;
    size = sizeof info;
    assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size), 0);
    return info.tcpi_sacked;
  }
  fail_msg("No descriptor listens on port %u", (unsigned)port);
  return 0;
}

/* LSN-05: what is asked for below the system's bound, and the bound above it. */
static void the_system_bounds_the_backlog(void **state) {
  (void)state;
  raw_needs_system();
  int largest = largest_backlog();
  if (largest < 2 || largest == INT_MAX) {
    print_message("SKIPPED: the system does not tell a bound of the backlog\n");
    skip();
  }
  const int asked[] = {1, largest - 1, largest, largest + 1, INT_MAX};
  for (size_t i = 0; i < COUNT_OF(asked); i++) {
    weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
    weir_server *server = NULL;
    weir_address address;
    net_fixture *net = net_create();
    options.host = "127.0.0.1";
    options.port = 0;
    options.backlog = asked[i];
    assert_int_equal(weir_create_server(net->loop, NULL, NULL, NULL, &server), WEIR_OK);
    CLAUSES("LSN-05") {
      assert_int_equal(weir_server_listen(server, &options, NULL, NULL), WEIR_OK);
      assert_true(weir_server_listening(server));
      assert_int_equal(weir_server_address(server, &address), WEIR_OK);
      assert_int_equal(effective_backlog(address.port), asked[i] < largest ? asked[i] : largest);
    }
    net_free(net);
  }
}

static void pause_reading(net_end *end) {
  weir_socket_pause(end->socket);
}

/* When a program stops reading: before anything comes, at the first bytes, not at all. */
typedef enum { AT_FIRST, AT_DATA, NEVER, PAUSES } pause_at;

static const uint8_t more_than_two_reads[150000];

/* A peer that has sent bytes and leaves 16 MiB of ours unread, which makes its end a reset. */
static void be_reset_with_bytes_before(net_fixture *net, net_kind kind, pause_at pauses) {
  net_listen(net, kind, NULL);
  int raw = kind == NET_PATH ? raw_connect_path(net->path, strlen(net->path))
                             : raw_connect_tcp(net->port);
  net_run_until(net, peer_is_there);
  net_end *peer = &net->peers[0];
  assert_int_equal(net_write(peer, 0, 16 << 20, "w"), WEIR_WAIT_DRAIN);
  net_settle(net);
  if (pauses == AT_FIRST) weir_socket_pause(peer->socket); /* The RECEIVE stays out. */
  if (pauses == AT_DATA) {
    peer->at = "data";
    peer->act = pause_reading;
  }
  assert_int_equal(send(raw, more_than_two_reads, sizeof more_than_two_reads, MSG_NOSIGNAL),
                   sizeof more_than_two_reads);
  assert_int_equal(close(raw), 0);
  net_run_until(net, net_peer_closed);
}

static bool ends_in(const char *text, const char *end) {
  size_t length = strlen(text), least = strlen(end);
  return length >= least && strcmp(text + length - least, end) == 0;
}

/* What came before a reset is read before anybody hears of it. Who does not read hears of it when
 * the write fails, or would wait for 'drain' for ever. */
static void a_reset_fails_the_write_when_reading_is_over(void **state) {
  (void)state;
  raw_needs_system();
  for (net_kind kind = NET_IPV4; kind < NET_KINDS; kind += NET_PATH) {
    bool path = kind == NET_PATH;
    const char *at_write =
        path ? "w:EPIPE error(EPIPE) close(1)" : "w:ECONNRESET error(ECONNRESET) close(1)";
    for (pause_at pauses = AT_FIRST; pauses < PAUSES; pauses++) {
      net_fixture *net = net_create();
      be_reset_with_bytes_before(net, kind, pauses);
      const char *end = pauses == NEVER ? " error(ECONNRESET) w:ECANCELED close(1)" : at_write;
      const net_end *peer = &net->peers[0];
      if (!ends_in(peer->log.text, end)) fail_msg("%s, not %s", peer->log.text, end);
      assert_int_equal(peer->received > 0, pauses != AT_FIRST);
      /* TCP throws away what it has not sent yet. */
      if (path && pauses == NEVER) assert_int_equal(peer->received, sizeof more_than_two_reads);
      net_free(net);
    }
  }
}

static bool peer_has_all_pieces(const net_fixture *net) {
  return net->peers[0].received == PIECE + 5;
}

/* Room to send says nothing of what there is to read: a socket that was full, and whose program has
 * paused, hears of bytes when it wants them. */
static void room_to_send_hides_nothing_to_read(void **state) {
  (void)state;
  raw_needs_system();
  static uint8_t bytes[PIECE + 5];
  static char taken[1 << 20];
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = net_byte(i);
  for (net_kind kind = NET_IPV4; kind < NET_KINDS; kind += NET_PATH) {
    net_fixture *net = net_create();
    net_listen(net, kind, NULL);
    int raw = kind == NET_PATH ? raw_connect_path(net->path, strlen(net->path))
                               : raw_connect_tcp(net->port);
    net_run_until(net, peer_is_there);
    weir_socket *socket = net->peers[0].socket;
    weir_socket_pause(socket);
    assert_int_equal(net_write(&net->peers[0], 0, 16 << 20, NULL), WEIR_WAIT_DRAIN);
    /* More than is kept, and less than a read takes: nobody asks for more. */
    assert_int_equal(send(raw, bytes, PIECE, MSG_NOSIGNAL), PIECE);
    net_settle(net);
    assert_true(recv(raw, taken, sizeof taken, 0) > 0);
    net_settle(net);
    assert_int_equal(send(raw, bytes + PIECE, 5, MSG_NOSIGNAL), 5);
    net_settle(net);
    weir_socket_resume(socket);
    net_run_until(net, peer_has_all_pieces);
    assert_false(net->peers[0].garbled);
    (void)close(raw);
    net_run_until(net, net_peer_closed);
    net_free(net);
  }
}

static struct { unsigned now, most; /* Connections of a turn. */ } taken_in_a_turn;

static void count_connections(weir_time now, uint64_t object, weir_trace_event event, uint64_t a,
                              uint64_t b, void *user) {
  (void)now;
  (void)object;
  (void)a;
  (void)b;
  (void)user;
  if (event == WEIR_TRACE_TURN) taken_in_a_turn.now = 0;
  if (event != WEIR_TRACE_CONNECTION) return;
  taken_in_a_turn.now++;
  if (taken_in_a_turn.now > taken_in_a_turn.most) taken_in_a_turn.most = taken_in_a_turn.now;
}

/* Others have their turn in between: a listener takes a bounded number of those that wait. */
static void a_crowd_is_taken_a_few_at_a_time(void **state) {
  (void)state;
  raw_needs_system();
  raw_skip_on("uv", "libuv takes all there are");
  enum { CROWD = 400, AT_ONCE = 64 };
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  int waiting[CROWD];
  options.trace = count_connections;
  net_fixture *net = net_create_with(&options);
  net_listen(net, NET_IPV4, NULL);
  /* More than the fixture notes. */
  assert_int_equal(weir_server_set_handlers(net->server.server, NULL, NULL), WEIR_OK);
  memset(&taken_in_a_turn, 0, sizeof taken_in_a_turn);
  for (size_t i = 0; i < CROWD; i++) waiting[i] = raw_connect_tcp(net->port);
  while (weir_server_connections(net->server.server) < CROWD)
    assert_int_equal(weir_loop_run(net->loop, WEIR_RUN_ONCE), WEIR_OK);
  assert_true(taken_in_a_turn.most > 1);
  assert_true(taken_in_a_turn.most <= AT_ONCE);
  for (size_t i = 0; i < CROWD; i++) (void)close(waiting[i]);
  net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(without_descriptors_connections_wait_and_are_taken_later,
                                give_descriptors_back),
      cmocka_unit_test(bytes_behind_urgent_data_do_not_stall),
      cmocka_unit_test(a_descriptor_sent_along_is_dropped_and_its_bytes_arrive),
      cmocka_unit_test(a_reset_in_the_middle_of_a_transfer_fails_what_is_queued),
      cmocka_unit_test(three_hundred_short_connections_leave_no_descriptor_behind),
      cmocka_unit_test(sixty_four_mebibytes_arrive_in_bounded_memory),
      cmocka_unit_test(a_plain_socket_gets_its_bytes_back_and_nothing_else),
      cmocka_unit_test(the_system_bounds_the_backlog),
      cmocka_unit_test(a_reset_fails_the_write_when_reading_is_over),
      cmocka_unit_test(room_to_send_hides_nothing_to_read),
      cmocka_unit_test(a_crowd_is_taken_a_few_at_a_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
