/* Decides what the generator wears a server out with, and what must have held all the while. How
 * long it goes on is said by whoever calls it. */
#include "bench/client.h"
#include "bench/process.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  RESIDENTS = 16,        /* Connections that are there from the beginning to the end. */
  GREETING = 64,         /* Bytes of an echo on one of them. */
  VISITS = 1000,         /* Short connections in a row. */
  CHILDREN = 4,          /* Processes that are killed at a time... */
  CHILD_HOLDS = 4,       /* ...and the connections of each. */
  STREAM_MOST = 8 << 20, /* What a killed process has sent on each at the most. */
  EXHAUSTION_MS = 2100,  /* A server looks again within a second: twice and some. */
  EVENTS = 256
};

typedef struct resident {
  int fd;
  uint64_t position; /* Of its stream: so much was echoed. */
} resident;

typedef struct tally {
  unsigned long cycles;
  unsigned long resets;
  unsigned long killed;
  unsigned long overloads; /* In exhaustion only. */
  double exhausted;        /* Seconds of it... */
  double cpu;              /* ...and what the server used of them. */
} tally;

typedef struct endurance {
  bench_client *client;
  resident residents[RESIDENTS];
  unsigned long room; /* Connections the server can take beside those. */
  tally done;
} endurance;

/* How a short connection goes. Those behind LEAVE end with a reset; the last two at once. */
typedef enum manner { LEAVE, RESET, RESET_AT_ONCE, RESET_UNREAD, MANNERS } manner;

typedef struct guest {
  int fd;
  manner manner;
  bool echoed;
} guest;

static void reset(endurance *e, int fd) {
  struct linger now = {1, 0};
  if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now) < 0) bench_fail("SO_LINGER");
  bench_client_close(fd);
  e->done.resets++;
}

static void send_all(int fd, const void *bytes, size_t length) {
  if (send(fd, bytes, length, MSG_NOSIGNAL) != (ssize_t)length) bench_fail("send");
}

/* Waits for the echo of one byte. */
static void take_echo(int fd) {
  unsigned char byte;
  ssize_t n = recv(fd, &byte, 1, 0);
  if (n < 0) bench_fail("recv");
  if (n == 0) bench_usage("the server has closed a connection");
  bench_client_check(&byte, 1, 0);
}

/* Neither a byte nor an end has come, and a message comes back as it was sent. */
static void check_resident(resident *r) {
  unsigned char bytes[GREETING];
  ssize_t n = recv(r->fd, bytes, sizeof bytes, MSG_DONTWAIT);
  if (n >= 0) bench_usage("a connection that was idle was told something");
  if (errno != EAGAIN) bench_fail("a connection that was idle");
  send_all(r->fd, bench_client_pattern(r->position), sizeof bytes);
  n = recv(r->fd, bytes, sizeof bytes, MSG_WAITALL);
  if (n != (ssize_t)sizeof bytes) bench_usage("a connection that was idle has lost an echo");
  bench_client_check(bytes, sizeof bytes, r->position);
  r->position += sizeof bytes;
}

/* One half of them is spoken to all the time, the other at the end only. */
static void check_residents(endurance *e, int step) {
  for (int i = 0; i < RESIDENTS; i += step) check_resident(&e->residents[i]);
}

/* Everything that came before this one was accepted when its echo is there: a backlog is in order.
 */
static void settle(endurance *e) {
  int fd = bench_place_connect(&e->client->echo, e->client->connected++);
  send_all(fd, bench_client_pattern(0), 1);
  take_echo(fd);
  bench_client_close(fd);
  bench_client_until(e->client, RESIDENTS);
}

/* True: the visit is over already. */
static bool arrive(endurance *e, guest *g, unsigned long number) {
  *g = (guest){.manner = (manner)(number % MANNERS)};
  g->fd = bench_client_connect(e->client, g, EPOLLIN);
  size_t length = g->manner == RESET_UNREAD ? 4096 : 1;
  send_all(g->fd, bench_client_pattern(0), length);
  if (g->manner < RESET_AT_ONCE) return false;
  reset(e, g->fd);
  return true;
}

/* Takes the echo, and the end if that was asked for. False: not over yet. */
static bool proceed(endurance *e, guest *g) {
  unsigned char byte;
  if (!g->echoed) {
    take_echo(g->fd);
    g->echoed = true;
    if (g->manner == RESET) {
      reset(e, g->fd);
      return true;
    }
    if (shutdown(g->fd, SHUT_WR) < 0) bench_fail("shutdown");
    return false;
  }
  ssize_t n = recv(g->fd, &byte, 1, 0);
  if (n < 0) bench_fail("recv");
  if (n > 0) bench_usage("a byte came that was not sent");
  bench_client_close(g->fd);
  return true;
}

/* Lets in one after another until one stays. False: there is nobody left. */
static bool let_in(endurance *e, guest *g, unsigned long *begun) {
  while (*begun < VISITS) {
    if (!arrive(e, g, (*begun)++)) return true;
  }
  return false;
}

/* So many connections at a time, which may be more than the server has room for. */
static void churn(endurance *e, guest *guests, unsigned long at_a_time) {
  struct epoll_event events[EVENTS];
  unsigned long begun = 0, there = 0;
  while (there < at_a_time && let_in(e, &guests[there], &begun)) there++;
  while (there > 0) {
    int count = epoll_wait(e->client->epoll_fd, events, EVENTS, -1);
    if (count < 0 && errno != EINTR) bench_fail("epoll_wait");
    for (int i = 0; i < count; i++) {
      guest *g = events[i].data.ptr;
      if (proceed(e, g) && !let_in(e, g, &begun)) there--;
    }
  }
  settle(e);
}

/* A process that sends and never reads. It says so when it is in the middle, and stays there. */
_Noreturn static void be_killed(endurance *e, int tell, bool is_served) {
  int fds[CHILD_HOLDS];
  for (int i = 0; i < CHILD_HOLDS; i++) {
    fds[i] = bench_place_connect(&e->client->echo, e->client->connected + (unsigned long)i);
    send_all(fds[i], bench_client_pattern(0), 1);
    if (is_served) take_echo(fds[i]);
  }
  for (int i = 0; i < CHILD_HOLDS; i++) {
    ssize_t n = 1;
    for (size_t sent = 0; n > 0 && sent < STREAM_MOST; sent += (size_t)(n > 0 ? n : 0))
      n = send(fds[i], bench_client_pattern(0), 65536, MSG_DONTWAIT | MSG_NOSIGNAL);
  }
  if (write(tell, "x", 1) != 1) _exit(1);
  for (;;) pause();
}

/* @param is_served false: the server cannot take its connections */
static void kill_processes(endurance *e, int count, bool is_served) {
  pid_t children[CHILDREN];
  int tell[2];
  char said;
  if (pipe(tell) < 0) bench_fail("pipe");
  fflush(stdout);
  for (int i = 0; i < count; i++) {
    children[i] = fork();
    if (children[i] < 0) bench_fail("fork");
    if (children[i] == 0) be_killed(e, tell[1], is_served);
  }
  bench_client_close(tell[1]);
  for (int i = 0; i < count; i++) {
    if (read(tell[0], &said, 1) != 1) bench_usage("a process that was to be killed has ended");
  }
  for (int i = 0; i < count; i++) {
    if (kill(children[i], SIGKILL) < 0) bench_fail("kill");
    if (waitpid(children[i], NULL, 0) < 0) bench_fail("waitpid");
    e->done.killed++;
  }
  bench_client_close(tell[0]);
}

static void come_in(endurance *e, guest *guests, unsigned long count) {
  for (unsigned long i = 0; i < count; i++) {
    guests[i].fd = bench_client_connect(e->client, &guests[i], EPOLLIN);
    send_all(guests[i].fd, bench_client_pattern(0), 1);
  }
}

/* Nothing can be accepted and nobody leaves: the server says so, and rests. */
static void exhaust(endurance *e) {
  struct epoll_event event;
  bench_strain before = bench_client_strain(e->client);
  double begin = bench_seconds();
  if (epoll_wait(e->client->epoll_fd, &event, 1, EXHAUSTION_MS) != 0)
    bench_usage("a server without descriptors told a client something");
  e->done.exhausted += bench_seconds() - begin;
  bench_strain after = bench_client_strain(e->client);
  if (after.connections != RESIDENTS + e->room)
    bench_usage("a server without descriptors has another number of connections");
  if (after.overloads <= before.overloads) bench_usage("the server told no overload");
  e->done.overloads += after.overloads - before.overloads;
  e->done.cpu += after.cpu - before.cpu;
}

/* Fills the server, lets more wait than it can take, some of which are gone before it could, and
 * makes room again: all that are still there must be served. */
static void overrun(endurance *e, guest *guests) {
  unsigned long waiting = e->client->connections - e->room;
  guest *queue = guests + e->room;
  come_in(e, guests, e->room);
  for (unsigned long i = 0; i < e->room; i++) take_echo(guests[i].fd);
  bench_client_until(e->client, RESIDENTS + e->room);
  come_in(e, queue, waiting);
  for (unsigned long i = 0; i < waiting; i += 4) reset(e, queue[i].fd);
  kill_processes(e, 1, false);
  exhaust(e);
  check_residents(e, 2);
  for (unsigned long i = 0; i < e->room; i++) {
    if (i % 2 == 0)
      reset(e, guests[i].fd);
    else
      bench_client_close(guests[i].fd);
  }
  for (unsigned long i = 0; i < waiting; i++) {
    if (i % 4 == 0) continue;
    take_echo(queue[i].fd);
    bench_client_close(queue[i].fd);
  }
  settle(e);
}

static void go_round(endurance *e, guest *guests) {
  churn(e, guests, e->room / 2);
  check_residents(e, 2);
  churn(e, guests, e->client->connections);
  check_residents(e, 2);
  kill_processes(e, CHILDREN, true);
  settle(e);
  check_residents(e, 2);
  overrun(e, guests);
  e->done.cycles++;
}

static void move_in(endurance *e) {
  for (int i = 0; i < RESIDENTS; i++)
    e->residents[i].fd = bench_place_connect(&e->client->echo, e->client->connected++);
  check_residents(e, 1);
  e->room = bench_client_strain(e->client).room;
  if (e->room < CHILDREN * CHILD_HOLDS || e->client->connections <= e->room)
    bench_usage("endure: a server with few --descriptors, and more --connections than those");
}

static void move_out(endurance *e) {
  check_residents(e, 1);
  for (int i = 0; i < RESIDENTS; i++) bench_client_close(e->residents[i].fd);
  bench_client_until(e->client, 0);
}

void bench_load_endure(bench_client *client) {
  endurance e = {.client = client};
  guest *guests = calloc(client->connections, sizeof *guests);
  if (guests == NULL) bench_fail("calloc");
  move_in(&e);
  go_round(&e, guests); /* From here on the server has been through everything once. */
  unsigned long connected = client->connected;
  e.done = (tally){0};
  bench_client_begin(client);
  double end = bench_seconds() + (double)client->seconds;
  do {
    go_round(&e, guests);
  } while (bench_seconds() < end);
  bench_client_end(client);
  printf("endure cycles=%lu connections=%lu resets=%lu killed=%lu overloads=%lu exhausted=%.3f "
         "cpu=%.6f\n",
         e.done.cycles, client->connected - connected, e.done.resets, e.done.killed,
         e.done.overloads, e.done.exhausted, e.done.cpu);
  move_out(&e);
  free(guests);
}
