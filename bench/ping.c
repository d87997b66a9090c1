/* Decides how the generator plays ping-pong, and how it holds many connections open. */
#include "bench/client.h"
#include "bench/process.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>

enum { EVENTS = 256, BATCH = 128 };

typedef struct player {
  int fd;
  size_t received;      /* Of the echo that is awaited. */
  unsigned long echoes; /* So far. */
} player;

static void serve_ball(const bench_client *client, const player *p) {
  ssize_t n = send(p->fd, bench_client_pattern(p->echoes), client->bytes, MSG_NOSIGNAL);
  if (n != (ssize_t)client->bytes) bench_fail("send");
}

/* Takes what has come. True: the echo is whole. */
static bool take_ball(const bench_client *client, player *p) {
  unsigned char bytes[65536];
  ssize_t n = recv(p->fd, bytes, client->bytes - p->received, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (n < 0) bench_fail("recv");
  if (n == 0) bench_usage("the server has closed a connection");
  bench_client_check(bytes, (size_t)n, p->echoes + p->received);
  p->received += (size_t)n;
  if (p->received < client->bytes) return false;
  p->received = 0;
  p->echoes++;
  return true;
}

/* Plays until every connection has had so many echoes. */
static void play(const bench_client *client, player *players, unsigned long rounds) {
  struct epoll_event events[EVENTS];
  unsigned long left = client->connections;
  for (unsigned long i = 0; i < client->connections; i++) serve_ball(client, &players[i]);
  while (left > 0) {
    int count = epoll_wait(client->epoll_fd, events, EVENTS, -1);
    if (count < 0 && errno != EINTR) bench_fail("epoll_wait");
    for (int i = 0; i < count; i++) {
      player *p = events[i].data.ptr;
      if (!take_ball(client, p)) continue;
      if (p->echoes < rounds) {
        serve_ball(client, p);
      } else {
        left--;
      }
    }
  }
}

static player *join(bench_client *client) {
  player *players = calloc(client->connections, sizeof *players);
  if (players == NULL) bench_fail("calloc");
  for (unsigned long i = 0; i < client->connections; i++) {
    players[i].fd = bench_client_connect(client, &players[i], EPOLLIN);
    /* More at once would not fit the server's backlog. */
    if (i % BATCH == BATCH - 1) bench_client_until(client, i + 1);
  }
  bench_client_until(client, client->connections);
  return players;
}

static void leave(bench_client *client, player *players) {
  for (unsigned long i = 0; i < client->connections; i++) bench_client_close(players[i].fd);
  bench_client_until(client, 0);
  free(players);
}

void bench_load_ping(bench_client *client) {
  player *players = join(client);
  play(client, players, 2); /* Whatever is made on first use is there then. */
  bench_client_begin(client);
  double begin = bench_seconds();
  play(client, players, 2 + client->rounds);
  double seconds = bench_seconds() - begin;
  bench_client_end(client);
  double echoes = (double)client->connections * (double)client->rounds;
  printf("ping echoes=%.0f seconds=%.6f rate=%.0f\n", echoes, seconds, echoes / seconds);
  leave(client, players);
}

void bench_load_idle(bench_client *client) {
  bench_client_begin(client);
  player *players = join(client);
  bench_client_end(client);
  printf("idle connections=%lu\n", client->connections);
  leave(client, players);
}
