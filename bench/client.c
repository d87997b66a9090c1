/* Decides how the generator talks to a server and what it sends. Does not decide when. */
#include "bench/client.h"

#include "bench/control.h"
#include "bench/process.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* No power of two, so that a piece that is moved by a buffer's size is seen. */
#define PERIOD  65521u
#define LONGEST 65536u

/* Sends a line to the server and takes the answer, of which the first word is checked. */
static void ask(const bench_client *client, const char *line, const char *word,
                char answer[BENCH_ANSWER_SIZE]) {
  size_t used = 0;
  if (send(client->control, line, strlen(line), MSG_NOSIGNAL) < 0) bench_fail("control");
  do {
    ssize_t n = recv(client->control, answer + used, BENCH_ANSWER_SIZE - 1 - used, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) bench_fail("control");
    if (n == 0) bench_usage("the server has ended");
    used += (size_t)n;
  } while (answer[used - 1] != '\n' && used < BENCH_ANSWER_SIZE - 1);
  answer[used] = '\0';
  if (strncmp(answer, word, strlen(word)) != 0) bench_usage("the server said something else");
}

void bench_client_begin(bench_client *client) {
  char answer[BENCH_ANSWER_SIZE];
  ask(client, "begin\n", "begin ", answer);
  printf("before %s", answer + strlen("begin "));
}

void bench_client_end(bench_client *client) {
  char answer[BENCH_ANSWER_SIZE];
  ask(client, "end\n", "end ", answer);
  printf("after %s", answer + strlen("end "));
}

bench_strain bench_client_strain(const bench_client *client) {
  char answer[BENCH_ANSWER_SIZE];
  bench_strain strain;
  ask(client, "strain\n", "strain ", answer);
  if (sscanf(answer, "strain connections=%lu room=%lu overloads=%lu cpu=%lf", &strain.connections,
             &strain.room, &strain.overloads, &strain.cpu) != 4) {
    bench_usage("the server's strain has another form");
  }
  return strain;
}

void bench_client_until(bench_client *client, unsigned long connections) {
  char line[32], answer[BENCH_ANSWER_SIZE];
  snprintf(line, sizeof line, "until %lu\n", connections);
  ask(client, line, "until", answer);
}

int bench_client_connect(bench_client *client, void *data, uint32_t events) {
  int fd = bench_place_connect(&client->echo, client->connected++);
  struct epoll_event event;
  memset(&event, 0, sizeof event);
  event.events = events;
  event.data.ptr = data;
  if (epoll_ctl(client->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) bench_fail("epoll_ctl");
  return fd;
}

void bench_client_close(int fd) {
  if (close(fd) < 0) bench_fail("close");
}

const unsigned char *bench_client_pattern(uint64_t position) {
  static unsigned char pattern[PERIOD + LONGEST];
  static bool made;
  if (!made) {
    uint32_t x = 2463534242u;
    for (size_t i = 0; i < PERIOD; i++) {
      x ^= x << 13;
      x ^= x >> 17;
      x ^= x << 5;
      pattern[i] = (unsigned char)(x >> 24);
    }
    memcpy(pattern + PERIOD, pattern, LONGEST - PERIOD);
    memcpy(pattern + LONGEST, pattern + LONGEST - PERIOD, PERIOD);
    made = true;
  }
  return pattern + position % PERIOD;
}

void bench_client_check(const void *bytes, size_t length, uint64_t position) {
  if (memcmp(bytes, bench_client_pattern(position), length) != 0) {
    bench_usage("a byte came back that was not sent there");
  }
}
