/* What only a real system does to connections: no descriptors left, urgent bytes, descriptors sent
 * along, resets in the middle of a transfer, many connections, many bytes. */
#include "tests/net/raw_peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WAITING = 6, SHORT_ONES = 300, STREAMS = 8, STREAM_BYTES = 8 << 20, CHUNK = 65536 };

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
  assert_int_equal(net->server.error, WEIR_EMFILE);
  assert_true(idle_turns < 30);
  assert_int_equal(net->peer_count, 1);
  net_run_until(net, all_taken);
  assert_false(net_was_told(&net->server.log, "error"));
  for (size_t i = 0; i < WAITING; i++) assert_int_equal(close(waiting[i]), 0);
  net_free(net);
}

static bool peer_has_13(const net_fixture *net) {
  return net->peers[0].received == 13;
}

static bool peer_is_there(const net_fixture *net) {
  return net->peer_count == 1;
}

static bool peer_closed(const net_fixture *net) {
  return net->peers[0].closes > 0;
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
    net_run_until(net, peer_closed);
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
    assert_int_equal(raw_descriptors(), before);
    assert_int_equal(close(fd), 0);
    net_run_until(net, peer_closed);
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
  net_run_until(net, peer_closed);
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
    assert_int_equal(raw_descriptors(), before);
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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(without_descriptors_connections_wait_and_are_taken_later,
                                give_descriptors_back),
      cmocka_unit_test(bytes_behind_urgent_data_do_not_stall),
      cmocka_unit_test(a_descriptor_sent_along_is_dropped_and_its_bytes_arrive),
      cmocka_unit_test(a_reset_in_the_middle_of_a_transfer_fails_what_is_queued),
      cmocka_unit_test(three_hundred_short_connections_leave_no_descriptor_behind),
      cmocka_unit_test(sixty_four_mebibytes_arrive_in_bounded_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
