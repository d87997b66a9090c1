/* Decides how the generator makes short connections. */
#include "bench/client.h"
#include "bench/process.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>

enum { EVENTS = 256 };

typedef struct visitor {
  int fd;
} visitor;

static void visit(bench_client *client, visitor *v) {
  v->fd = bench_client_connect(client, v, EPOLLIN);
  if (send(v->fd, bench_client_pattern(client->connected), 1, MSG_NOSIGNAL) != 1) {
    bench_fail("send");
  }
}

/* Takes the echo and leaves. False: it is not there yet. */
static bool finish(const visitor *v) {
  unsigned char byte;
  ssize_t n = recv(v->fd, &byte, 1, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (n < 0) bench_fail("recv");
  if (n == 0) bench_usage("the server has closed a connection");
  bench_client_close(v->fd);
  return true;
}

static void visit_often(bench_client *client, visitor *visitors, unsigned long times) {
  struct epoll_event events[EVENTS];
  unsigned long begun = 0, ended = 0;
  while (begun < client->connections && begun < times) visit(client, &visitors[begun++]);
  while (ended < times) {
    int count = epoll_wait(client->epoll_fd, events, EVENTS, -1);
    if (count < 0 && errno != EINTR) bench_fail("epoll_wait");
    for (int i = 0; i < count; i++) {
      visitor *v = events[i].data.ptr;
      if (!finish(v)) continue;
      ended++;
      if (begun >= times) continue;
      visit(client, v);
      begun++;
    }
  }
  bench_client_until(client, 0);
}

void bench_load_churn(bench_client *client) {
  visitor *visitors = calloc(client->connections, sizeof *visitors);
  if (visitors == NULL) bench_fail("calloc");
  visit_often(client, visitors, 4 * client->connections);
  bench_client_begin(client);
  double begin = bench_seconds();
  visit_often(client, visitors, client->rounds);
  double seconds = bench_seconds() - begin;
  bench_client_end(client);
  printf("churn connections=%lu seconds=%.6f rate=%.0f\n", client->rounds, seconds,
         (double)client->rounds / seconds);
  free(visitors);
}
