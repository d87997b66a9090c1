/* Decides how the generator streams. */
#include "bench/client.h"
#include "bench/process.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>

enum { EVENTS = 64 };

/* What a connection may have under way: the server is to be kept busy, not to be drowned. */
#define WINDOW ((uint64_t)1 << 20)

typedef struct stream {
  int fd;
  uint64_t sent;
  uint64_t received;
  uint64_t goal;
} stream;

static void send_on(const bench_client *client, stream *s) {
  while (s->sent < s->goal && s->sent - s->received < WINDOW) {
    uint64_t left = s->goal - s->sent;
    size_t wanted = left < client->bytes ? (size_t)left : client->bytes;
    ssize_t n = send(s->fd, bench_client_pattern(s->sent), wanted, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n < 0) bench_fail("send");
    s->sent += (uint64_t)n;
    if ((size_t)n < wanted) return;
  }
}

static void receive_on(stream *s) {
  static unsigned char bytes[65536];
  ssize_t n;
  do {
    n = recv(s->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n < 0) bench_fail("recv");
    if (n == 0) bench_usage("the server has closed a connection");
    bench_client_check(bytes, (size_t)n, s->received);
    s->received += (uint64_t)n;
  } while (n == (ssize_t)sizeof bytes);
}

static void stream_until(const bench_client *client, stream *streams, uint64_t goal) {
  struct epoll_event events[EVENTS];
  unsigned long left = client->connections;
  for (unsigned long i = 0; i < client->connections; i++) {
    streams[i].goal = goal;
    send_on(client, &streams[i]);
  }
  while (left > 0) {
    int count = epoll_wait(client->epoll_fd, events, EVENTS, -1);
    if (count < 0 && errno != EINTR) bench_fail("epoll_wait");
    for (int i = 0; i < count; i++) {
      stream *s = events[i].data.ptr;
      if (s->received == goal) continue;
      receive_on(s);
      send_on(client, s);
      if (s->received > goal) bench_usage("more came back than was sent");
      if (s->received == goal) left--;
    }
  }
}

void bench_load_bulk(bench_client *client) {
  stream *streams = calloc(client->connections, sizeof *streams);
  if (streams == NULL) bench_fail("calloc");
  uint64_t each = client->total / client->connections;
  for (unsigned long i = 0; i < client->connections; i++) {
    streams[i].fd =
        bench_client_connect(client, &streams[i], EPOLLIN | EPOLLOUT | (uint32_t)EPOLLET);
  }
  bench_client_until(client, client->connections);
  stream_until(client, streams, client->bytes);
  bench_client_begin(client);
  double begin = bench_seconds();
  stream_until(client, streams, client->bytes + each);
  double seconds = bench_seconds() - begin;
  bench_client_end(client);
  double mebibytes = (double)each * (double)client->connections / 1048576.0;
  printf("bulk mebibytes=%.2f seconds=%.6f rate=%.2f\n", mebibytes, seconds, mebibytes / seconds);
  for (unsigned long i = 0; i < client->connections; i++) bench_client_close(streams[i].fd);
  bench_client_until(client, 0);
  free(streams);
}
