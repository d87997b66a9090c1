/* Descriptors of the program's become sockets: of every kind, and those that cannot. */
#include "conformance/clause.h"
#include "tests/net/raw_peer.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PIPE_BYTES = 1 << 20, TRIES = 8 };

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

static bool client_has_bytes(const net_fixture *n) {
  return n->client.received > 0;
}

static void make_pair(int pair[2]) {
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
}

static void make_tcp_pair(int pair[2]) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  socklen_t size = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
  assert_int_equal(listen(listener, 1), 0);
  assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
  pair[0] = raw_connect_tcp(ntohs(address.sin_port));
  pair[1] = accept(listener, NULL, NULL);
  assert_true(pair[1] >= 0);
  (void)close(listener);
}

static void make_pipe(int ends[2]) {
  assert_int_equal(pipe(ends), 0);
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

static void a_wrapped_socket_is_open_at_once(void **state) {
  (void)state;
  raw_needs_system();
  int pair[2];
  weir_address address;
  make_pair(pair);
  raw_send(pair[1], 0, 3);
  wrap(&net->client, pair[0]);
  CLAUSES("SOC-03", "SOC-08") {
    weir_socket *socket = net->client.socket;
    assert_false(weir_socket_connecting(socket));
    assert_false(weir_socket_pending(socket));
    assert_int_equal(weir_socket_ready_state(socket), WEIR_READY_STATE_OPEN);
    assert_int_equal(weir_socket_fd(socket), pair[0]);
    assert_int_equal(weir_socket_remote_address(socket, &address), WEIR_OK);
    assert_int_equal(address.family, WEIR_FAMILY_NONE);
    assert_int_equal(fcntl(pair[0], F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    assert_int_equal(fcntl(pair[0], F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    net_run_until(net, client_has_bytes);
    raw_send(pair[1], 3, 4);
    assert_int_equal(net_write(&net->client, 0, 5, "w"), WEIR_OK);
    (void)shutdown(pair[1], SHUT_WR);
    net_run(net);
    net_expect("wrapped", &net->client.log, "data(3) w data(4) end finish close(0)");
    assert_false(net->client.garbled);
    assert_int_equal(read_all(pair[1]), 5);
  }
  (void)close(pair[1]);
}

static uint8_t room[4];
static unsigned asked, came;

static void *provide(weir_socket *socket, size_t *out_length, void *user) {
  (void)socket;
  (void)user;
  asked++;
  *out_length = sizeof room;
  return room;
}

static bool take(weir_socket *socket, uint8_t *data, size_t length, void *user) {
  (void)socket;
  (void)data;
  (void)user;
  came += (unsigned)length;
  return true;
}

/* SOC-03, STR-45: memory is asked for in a step, not inside the call. */
static void a_wrapped_socket_receives_into_memory(void **state) {
  (void)state;
  raw_needs_system();
  int pair[2];
  make_pair(pair);
  weir_socket_options options = wrapping(pair[0]);
  weir_onread how = {sizeof how, NULL, 0, provide, take, NULL};
  options.onread = &how;
  asked = came = 0;
  assert_int_equal(wrap_with(&net->client, &options), WEIR_OK);
  assert_int_equal(asked, 0);
  raw_send(pair[1], 0, 8);
  (void)close(pair[1]);
  net_run(net);
  assert_int_equal(came, 8);
  assert_int_equal(asked, 3);
  net_expect("wrapped", &net->client.log, "end finish close(0)");
}

static void a_wrapped_tcp_socket_knows_its_ends(void **state) {
  (void)state;
  raw_needs_system();
  int pair[2];
  weir_address remote, local;
  struct sockaddr_in there;
  socklen_t size = sizeof there;
  make_tcp_pair(pair);
  assert_int_equal(getsockname(pair[1], (struct sockaddr *)&there, &size), 0);
  wrap(&net->client, pair[0]);
  CLAUSES("SOC-03") {
    assert_int_equal(weir_socket_remote_address(net->client.socket, &remote), WEIR_OK);
    assert_int_equal(weir_socket_local_address(net->client.socket, &local), WEIR_OK);
    assert_int_equal(remote.port, ntohs(there.sin_port));
    assert_int_equal(remote.family, WEIR_FAMILY_IPV4);
    assert_int_equal(local.family, WEIR_FAMILY_IPV4);
  }
  weir_socket_reset_and_destroy(net->client.socket);
  net_run(net);
  char byte;
  assert_int_equal(recv(pair[1], &byte, 1, 0), -1);
  assert_int_equal(errno, ECONNRESET);
  (void)close(pair[1]);
}

static void a_connection_that_was_lost_already_tells_so(void **state) {
  (void)state;
  raw_needs_system();
  int pair[2];
  make_tcp_pair(pair);
  raw_reset(pair[1]);
  wrap(&net->client, pair[0]);
  net_run(net);
  net_expect("lost", &net->client.log, "error(ECONNRESET) close(1)");
}

static void the_reading_end_of_a_pipe(void **state) {
  (void)state;
  raw_needs_system();
  int ends[2];
  make_pipe(ends);
  assert_int_equal(write(ends[1], "abc", 3), 3);
  weir_socket_options options = wrapping(ends[0]);
  weir_address address;
  options.writable = false;
  CLAUSES("SOC-03", "SOC-06") {
    assert_int_equal(wrap_with(&net->client, &options), WEIR_OK);
    assert_int_equal(weir_socket_ready_state(net->client.socket), WEIR_READY_STATE_READ_ONLY);
    assert_int_equal(weir_socket_local_address(net->client.socket, &address), WEIR_OK);
    assert_int_equal(address.family, WEIR_FAMILY_NONE);
    net_run_until(net, client_has_bytes);
    assert_int_equal(write(ends[1], "de", 2), 2);
    (void)close(ends[1]);
    net_run(net);
    assert_int_equal(net->client.received, 5);
    assert_true(net_was_told(&net->client.log, "end"));
    assert_true(net_was_told(&net->client.log, "close(0)"));
  }
}

/* More than a pipe holds, so it has to wait for room. */
static void the_writing_end_of_a_pipe(void **state) {
  (void)state;
  raw_needs_system();
  int ends[2];
  make_pipe(ends);
  weir_socket_options options = wrapping(ends[1]);
  options.readable = false;
  assert_int_equal(wrap_with(&net->client, &options), WEIR_OK);
  pid_t child = fork();
  if (child == 0) {
    (void)close(ends[1]);
    _exit(read_all(ends[0]) == PIPE_BYTES + 10 ? 0 : 1);
  }
  CLAUSES("SOC-03", "SOC-05") {
    int status;
    assert_int_equal(net_write(&net->client, 0, PIPE_BYTES, "much"), WEIR_WAIT_DRAIN);
    assert_int_equal(net_write(&net->client, 0, 10, "more"), WEIR_WAIT_DRAIN);
    assert_int_equal(net_finish(&net->client, "end"), WEIR_OK);
    net_run(net);
    net_expect("pipe", &net->client.log, "much more end finish close(0)");
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  (void)close(ends[0]);
}

static bool sigpipe_pending(void) {
  sigset_t pending;
  return sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
}

/* The signal's default would end the test. One that waits already is the program's and stays. */
static void a_broken_pipe_is_an_error_and_no_signal(void **state) {
  (void)state;
  raw_needs_system();
  raw_skip_on("uv", "libuv wants the signal ignored");
  sigset_t broken;
  (void)sigemptyset(&broken);
  (void)sigaddset(&broken, SIGPIPE);
  for (int round = 0; round < 2; round++) {
    int ends[2], number;
    if (round > 0) assert_int_equal(setup(state), 0);
    make_pipe(ends);
    weir_socket_options options = wrapping(ends[1]);
    options.readable = false;
    if (round > 0) assert_int_equal(sigprocmask(SIG_BLOCK, &broken, NULL), 0);
    if (round > 0) assert_int_equal(raise(SIGPIPE), 0);
    assert_int_equal(wrap_with(&net->client, &options), WEIR_OK);
    (void)close(ends[0]);
    assert_int_equal(net_write(&net->client, 0, 3, "w"), WEIR_EPIPE);
    assert_int_equal(sigpipe_pending(), round > 0);
    net_run(net);
    net_expect("broken", &net->client.log, "w:EPIPE error(EPIPE) close(1)");
    if (round > 0) {
      (void)sigwait(&broken, &number);
      assert_int_equal(sigprocmask(SIG_UNBLOCK, &broken, NULL), 0);
    } else {
      net_free(net);
    }
  }
}

static void a_pipe_goes_one_way(void **state) {
  (void)state;
  raw_needs_system();
  int ends[2];
  make_pipe(ends);
  wrap(&net->client, ends[1]);
  net_run(net);
  net_expect("reading", &net->client.log, "error(ENOTCONN) close(1)");
  assert_string_equal(net->client.syscall, "read");
  (void)close(ends[0]);
  make_pipe(ends);
  wrap(&net->peers[0], ends[0]);
  assert_int_equal(net_write(&net->peers[0], 0, 1, "w"), WEIR_EPIPE);
  net_run(net);
  net_expect("writing", &net->peers[0].log, "w:EPIPE error(EPIPE) close(1)");
  (void)close(ends[1]);
}

/* Opened for both, it is both. */
static void a_fifo_that_goes_both_ways(void **state) {
  (void)state;
  raw_needs_system();
  char path[160];
  (void)snprintf(path, sizeof path, "%s/fifo", net->directory);
  assert_int_equal(mkfifo(path, 0600), 0);
  int fd = open(path, O_RDWR);
  assert_true(fd >= 0);
  assert_int_equal(unlink(path), 0);
  wrap(&net->client, fd);
  assert_int_equal(net_write(&net->client, 0, 6, NULL), WEIR_OK);
  net_run_until(net, client_has_bytes);
  assert_int_equal(net_finish(&net->client, "end"), WEIR_OK);
  weir_socket_destroy_soon(net->client.socket);
  net_run(net);
  assert_int_equal(net->client.received, 6);
  assert_true(net_was_told(&net->client.log, "end"));
}

static void refused(int fd, weir_err expected) {
  weir_socket_options options = wrapping(fd);
  weir_socket *socket;
  int flags = fd >= 0 ? fcntl(fd, F_GETFL) : 0;
  assert_int_equal(weir_socket_create(net->loop, &options, NULL, NULL, &socket), expected);
  assert_null(socket);
  if (fd >= 0) assert_int_equal(fcntl(fd, F_GETFL), flags);
}

static void what_is_no_stream_is_refused(void **state) {
  (void)state;
  raw_needs_system();
  char path[] = "/tmp/weir-descriptor-XXXXXX";
  int pair[2];
  int file = mkstemp(path), datagram = socket(AF_INET, SOCK_DGRAM, 0);
  int fresh = socket(AF_INET, SOCK_STREAM, 0);
  (void)unlink(path);
  assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
  assert_int_equal(listen(fresh, 1), 0);
  CLAUSES("SOC-03") {
    refused(file, WEIR_ERR_INVALID_FD_TYPE);
    refused(datagram, WEIR_ERR_INVALID_FD_TYPE);
    refused(pair[0], WEIR_ERR_INVALID_FD_TYPE);
    refused(fresh, WEIR_ERR_INVALID_FD_TYPE);
    int own = (int)weir_loop_fd(net->loop);
    if (own >= 0) refused(own, WEIR_ERR_INVALID_FD_TYPE);
    refused(-2, WEIR_ERR_OUT_OF_RANGE);
  }
  (void)close(file);
  refused(file, WEIR_EBADF);
  refused(1 << 30, WEIR_EBADF);
  (void)close(datagram);
  (void)close(fresh);
  (void)close(pair[0]);
  (void)close(pair[1]);
}

static void one_descriptor_is_one_socket(void **state) {
  (void)state;
  raw_needs_system();
  int pair[2];
  make_pair(pair);
  wrap(&net->client, pair[0]);
  refused(pair[0], WEIR_EEXIST);
  raw_send(pair[1], 0, 3);
  net_run_until(net, client_has_bytes);
  weir_socket_destroy(net->client.socket, NULL);
  net_run(net);
  (void)close(pair[1]);
}

/* What is connected already is not adopted to be told so. */
static void a_refused_connect_leaves_the_descriptor_alone(void **state) {
  (void)state;
  raw_needs_system();
  int pair[2];
  make_pair(pair);
  weir_socket_options options = wrapping(pair[0]);
  weir_connect_options target = WEIR_CONNECT_OPTIONS_INIT;
  weir_socket *socket;
  target.port = 1;
  assert_int_equal(weir_connect(net->loop, &options, &target, &net_handlers, NULL, &socket),
                   WEIR_EISCONN);
  assert_null(socket);
  raw_send(pair[1], 0, 3);
  wrap(&net->client, pair[0]);
  assert_int_equal(weir_socket_connect(net->client.socket, &target, NULL, NULL), WEIR_EISCONN);
  net_run_until(net, client_has_bytes);
  (void)close(pair[1]);
  net_run(net);
}

static void without_memory_the_descriptor_stays_the_programs(void **state) {
  (void)state;
  raw_needs_system();
  int pair[2];
  weir_err err;
  make_pair(pair);
  weir_socket_options options = wrapping(pair[0]);
  for (size_t n = 1;; n++) {
    loop_fixture_fail_at(&net->base, n);
    err = wrap_with(&net->client, &options);
    if (err == WEIR_OK) break;
    assert_int_equal(err, WEIR_ENOMEM);
    assert_int_equal(fcntl(pair[0], F_GETFL) & O_NONBLOCK, 0);
    assert_true(n < TRIES);
  }
  loop_fixture_fail_at(&net->base, 0);
  raw_send(pair[1], 0, 3);
  net_run_until(net, client_has_bytes);
  (void)close(pair[1]);
  net_run(net);
}

static void a_signal_fired_before_closes_the_descriptor(void **state) {
  (void)state;
  raw_needs_system();
  int pair[2];
  weir_abort_signal *signal;
  make_pair(pair);
  weir_socket_options options = wrapping(pair[0]);
  assert_int_equal(weir_abort_signal_create(net->loop, &signal), WEIR_OK);
  options.signal = signal;
  weir_abort(signal);
  assert_int_equal(wrap_with(&net->client, &options), WEIR_OK);
  assert_true(weir_socket_destroyed(net->client.socket));
  assert_int_equal(weir_socket_fd(net->client.socket), -1);
  net_run(net);
  net_expect("aborted", &net->client.log, "error(ABORT_ERR) close(1)");
  assert_int_equal(read_all(pair[1]), 0);
  (void)close(pair[1]);
  weir_abort_signal_release(signal);
}

/* Closing what holds unread bytes sends a reset: the end has to leave before it. */
static void the_end_of_a_socket_that_may_not_be_read_arrives(void **state) {
  (void)state;
  raw_needs_system();
  int pair[2];
  make_tcp_pair(pair);
  raw_send(pair[1], 0, 100);
  weir_socket_options options = wrapping(pair[0]);
  options.readable = false;
  CLAUSES("SOC-05") {
    assert_int_equal(wrap_with(&net->client, &options), WEIR_OK);
    assert_int_equal(net_write(&net->client, 0, 7, NULL), WEIR_OK);
    assert_int_equal(net_finish(&net->client, "e"), WEIR_OK);
    net_run(net);
    net_expect("unread", &net->client.log, "e finish close(0)");
    assert_int_equal(net->client.received, 0);
    assert_int_equal(read_all(pair[1]), 7);
  }
  (void)close(pair[1]);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(a_wrapped_socket_is_open_at_once),
      TEST(a_wrapped_socket_receives_into_memory),
      TEST(a_wrapped_tcp_socket_knows_its_ends),
      TEST(a_connection_that_was_lost_already_tells_so),
      TEST(the_reading_end_of_a_pipe),
      TEST(the_writing_end_of_a_pipe),
      TEST(a_broken_pipe_is_an_error_and_no_signal),
      TEST(a_pipe_goes_one_way),
      TEST(a_fifo_that_goes_both_ways),
      TEST(what_is_no_stream_is_refused),
      TEST(one_descriptor_is_one_socket),
      TEST(a_refused_connect_leaves_the_descriptor_alone),
      TEST(without_memory_the_descriptor_stays_the_programs),
      TEST(a_signal_fired_before_closes_the_descriptor),
      TEST(the_end_of_a_socket_that_may_not_be_read_arrives),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
