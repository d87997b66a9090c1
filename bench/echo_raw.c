/* The control of the measurements: the same echo server straight on epoll, with no call and no byte
 * more than it takes. Registered once and edge-triggered; a short read means that the socket is
 * empty unless the peer has ended; what a send leaves over is kept, and reading waits for it. */
#include "bench/control.h"
#include "bench/place.h"
#include "bench/process.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { BUFFER_SIZE = 65536, EVENTS = 256, BACKLOG = 511 };

typedef enum channel_kind { ECHO, CONTROL, ECHO_LISTENER, CONTROL_LISTENER } channel_kind;

/* What an event leads to; 24 bytes. */
typedef struct channel {
  int fd;
  uint16_t kind;
  uint16_t watches_out; /* EPOLLOUT is registered. */
  uint32_t rest_length;
  uint32_t rest_sent;
  unsigned char *rest; /* What the system did not take, or NULL. */
} channel;

typedef struct raw_server {
  int epoll_fd;
  bool quit;
  int asker; /* The control connection that is to be answered, or -1. */
  bench_counts counts;
  unsigned char buffer[BUFFER_SIZE];
} raw_server;

#define IN_EVENTS  ((uint32_t)EPOLLIN | EPOLLRDHUP | (uint32_t)EPOLLET)
#define END_EVENTS ((uint32_t)EPOLLRDHUP | EPOLLHUP | EPOLLERR)

static bool watch(raw_server *server, channel *c, int action, uint32_t events) {
  struct epoll_event event;
  memset(&event, 0, sizeof event);
  event.events = events;
  event.data.ptr = c;
  return epoll_ctl(server->epoll_fd, action, c->fd, &event) == 0;
}

static channel *add_channel(raw_server *server, int fd, channel_kind kind) {
  channel *c = bench_allocate(sizeof *c, &server->counts.memory);
  if (c == NULL) bench_fail("malloc");
  memset(c, 0, sizeof *c);
  c->fd = fd;
  c->kind = (uint16_t)kind;
  if (!watch(server, c, EPOLL_CTL_ADD, IN_EVENTS)) bench_fail("epoll_ctl");
  return c;
}

static void answer_if_reached(raw_server *server) {
  if (server->asker < 0 || !bench_counts_reached(&server->counts)) return;
  if (send(server->asker, "until\n", 6, MSG_NOSIGNAL) != 6) bench_fail("send");
}

static void drop(raw_server *server, channel *c) {
  if (server->asker == c->fd) server->asker = -1;
  close(c->fd);
  if (c->rest != NULL) bench_release(c->rest, &server->counts.memory);
  if (c->kind == ECHO) {
    server->counts.connections--;
    answer_if_reached(server);
  }
  bench_release(c, &server->counts.memory);
}

/* Accepts everything that waits. */
static void accept_all(raw_server *server, const channel *listener) {
  channel_kind kind = listener->kind == ECHO_LISTENER ? ECHO : CONTROL;
  for (;;) {
    int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && errno == EAGAIN) return;
    if (fd < 0 && (errno == EINTR || errno == ECONNABORTED)) continue;
    if (fd < 0) bench_fail("accept4");
    (void)add_channel(server, fd, kind);
    if (kind != ECHO) continue;
    server->counts.connections++;
    answer_if_reached(server);
  }
}

/* Keeps what a send left over; false: the connection is lost. */
static bool keep_rest(raw_server *server, channel *c, const unsigned char *data, size_t length) {
  c->rest = bench_allocate(length, &server->counts.memory);
  if (c->rest == NULL) return false;
  memcpy(c->rest, data, length);
  c->rest_length = (uint32_t)length;
  c->rest_sent = 0;
  if (c->watches_out) return true;
  c->watches_out = true;
  return watch(server, c, EPOLL_CTL_MOD, IN_EVENTS | EPOLLOUT);
}

/* Sends what was kept. True: nothing is left; false: it stays, or the connection is gone. */
static bool send_rest(raw_server *server, channel *c) {
  ssize_t n = send(c->fd, c->rest + c->rest_sent, c->rest_length - c->rest_sent, MSG_NOSIGNAL);
  if (n < 0 && errno == EAGAIN) return false;
  if (n < 0) {
    drop(server, c);
    return false;
  }
  c->rest_sent += (uint32_t)n;
  if (c->rest_sent < c->rest_length) return false;
  bench_release(c->rest, &server->counts.memory);
  c->rest = NULL;
  return true;
}

static void obey(raw_server *server, channel *c, size_t length) {
  char answer[BENCH_ANSWER_SIZE];
  server->asker = c->fd;
  switch (bench_control_take(&server->counts, server->buffer, length, answer)) {
  case BENCH_REQUEST_ANSWER:
    if (send(c->fd, answer, strlen(answer), MSG_NOSIGNAL) < 0) bench_fail("send");
    break;
  case BENCH_REQUEST_WAIT: answer_if_reached(server); break;
  case BENCH_REQUEST_QUIT: server->quit = true; break;
  }
}

/* Sends back what was read. False: reading has to wait, or the connection is gone. */
static bool echo(raw_server *server, channel *c, size_t length) {
  ssize_t sent = send(c->fd, server->buffer, length, MSG_NOSIGNAL);
  if (sent == (ssize_t)length) return true;
  if (sent < 0 && errno != EAGAIN) {
    drop(server, c);
    return false;
  }
  size_t taken = sent > 0 ? (size_t)sent : 0;
  if (!keep_rest(server, c, server->buffer + taken, length - taken)) drop(server, c);
  return false;
}

static void serve(raw_server *server, channel *c, uint32_t events) {
  bool drain = (events & END_EVENTS) != 0;
  if (c->rest != NULL) {
    if (!send_rest(server, c)) return;
    drain = true; /* What the events of the meantime said was not looked at. */
  } else if ((events & ~(uint32_t)EPOLLOUT) == 0) {
    return;
  }
  for (;;) {
    ssize_t n = recv(c->fd, server->buffer, sizeof server->buffer, 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
      drop(server, c);
      return;
    }
    if (c->kind == CONTROL) {
      obey(server, c, (size_t)n);
    } else if (!echo(server, c, (size_t)n)) {
      return;
    }
    if (n < BUFFER_SIZE && !drain) return;
  }
}

static void run(raw_server *server) {
  static struct epoll_event events[EVENTS];
  while (!server->quit) {
    int count = epoll_wait(server->epoll_fd, events, EVENTS, -1);
    if (count < 0 && errno != EINTR) bench_fail("epoll_wait");
    for (int i = 0; i < count; i++) {
      channel *c = events[i].data.ptr;
      if (c->kind == ECHO || c->kind == CONTROL) {
        serve(server, c, events[i].events);
      } else {
        accept_all(server, c);
      }
    }
  }
}

int main(int argc, char **argv) {
  static raw_server server;
  bench_server_options given = bench_server_options_read(argc, argv);
  bench_place place = bench_place_parse(given.place);
  bench_place control = bench_place_parse("tcp:0");
  bench_pin(given.cpu);
  bench_raise_descriptor_limit();
  server.asker = -1;
  server.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (server.epoll_fd < 0) bench_fail("epoll_create1");
  (void)add_channel(&server, bench_place_listen(&place, BACKLOG), ECHO_LISTENER);
  (void)add_channel(&server, bench_place_listen(&control, BACKLOG), CONTROL_LISTENER);
  bench_server_announce(given.place, place.is_tcp ? bench_place_bound_port(&place) : 0,
                        bench_place_bound_port(&control));
  run(&server);
  if (bench_place_path(given.place) != NULL) (void)unlink(bench_place_path(given.place));
  return 0;
}
