/*
 * weir inside another epoll: its descriptor is watched as any other.
 *
 * It shows that one epoll may watch the next, that epoll_wait()'s timeout is weir's while the
 * program's own timer is a descriptor (timerfd), and that weir is turned when there is a cause and
 * not with each event of somebody else's. Linux only. What weir does meanwhile is in embedded.c.
 */
#define _POSIX_C_SOURCE 200809L

#include "embedded.h"

#include <errno.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define PROGRAM    "in_epoll"
#define EVENTS_MAX 8

/* Whose event it is. */
enum { WEIR, INPUT, TICKER };

typedef struct epoll_host {
  embedded weir;
  int epoll;
  int ticker; /* The program's own timer. */
} epoll_host;

/* ---- What the host watches ---- */

static bool watch(const epoll_host *host, int fd, uint32_t whose) {
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = whose};
  return epoll_ctl(host->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

/* A file is always ready, so epoll refuses it; then all of it is read now. */
static bool watch_input(epoll_host *host) {
  if (watch(host, STDIN_FILENO, INPUT)) return true;
  if (errno != EPERM) return false;
  while (embedded_input(&host->weir)) {
  }
  return true;
}

/* A period of 0 leaves it unarmed. */
static bool watch_ticker(const epoll_host *host) {
  int32_t ms = host->weir.tick_ms;
  struct timespec period = {ms / 1000, ms % 1000 * 1000000L};
  struct itimerspec every = {period, period};
  return timerfd_settime(host->ticker, 0, &every, NULL) == 0 && watch(host, host->ticker, TICKER);
}

static bool watch_all(epoll_host *host) {
  int flags = TFD_NONBLOCK | TFD_CLOEXEC;
  host->epoll = epoll_create1(EPOLL_CLOEXEC);
  host->ticker = timerfd_create(CLOCK_MONOTONIC, flags);
  if (host->epoll >= 0 && host->ticker >= 0 && watch_ticker(host) &&
      watch(host, (int)weir_loop_fd(host->weir.loop), WEIR) && watch_input(host))
    return true;
  embedded_failed(&host->weir, "epoll");
  return false;
}

/* ---- Its loop ---- */

static void on_input(epoll_host *host) {
  if (embedded_input(&host->weir)) return;
  if (epoll_ctl(host->epoll, EPOLL_CTL_DEL, STDIN_FILENO, NULL) != 0)
    embedded_failed(&host->weir, "epoll_ctl");
}

/* Ticks that were missed are one. */
static void on_ticker(epoll_host *host) {
  uint64_t expired;
  if (read(host->ticker, &expired, sizeof expired) == (ssize_t)sizeof expired)
    embedded_tick(&host->weir);
}

/* @return whether weir has something ready */
static bool take_events(epoll_host *host, const struct epoll_event *events, int count) {
  bool ready = false;
  for (int i = 0; i < count; i++) {
    switch (events[i].data.u32) {
    case WEIR: ready = true; break;
    case INPUT: on_input(host); break;
    default: on_ticker(host);
    }
  }
  return ready;
}

static void run(epoll_host *host) {
  struct epoll_event events[EVENTS_MAX];
  weir_loop *loop = host->weir.loop;
  while (weir_loop_alive(loop)) {
    int count = epoll_wait(host->epoll, events, EVENTS_MAX, weir_loop_timeout(loop));
    host->weir.turns++;
    if (count < 0 && errno != EINTR) {
      embedded_failed(&host->weir, "epoll_wait");
      return;
    }
    /* weir's timeout is asked again, as what the input said may have left it something to do. */
    if (!take_events(host, events, count) && weir_loop_timeout(loop) != 0) continue;
    weir_err err = weir_loop_dispatch(loop);
    if (err != WEIR_OK) {
      embedded_refused(&host->weir, "dispatch", err);
      return;
    }
  }
}

static void close_if_open(int fd) {
  if (fd >= 0) (void)close(fd); /* Nothing was written to it that could be lost. */
}

int main(int argc, char **argv) {
  weir_loop_options how = WEIR_LOOP_OPTIONS_INIT;
  epoll_host host = {.epoll = -1, .ticker = -1};
  embedded *e = &host.weir;
  (void)argc;
  if (embedded_begin(e, PROGRAM, argv, &how) && embedded_has_descriptor(e) && embedded_serve(e) &&
      watch_all(&host))
    run(&host);
  close_if_open(host.ticker);
  close_if_open(host.epoll);
  return embedded_end(e);
}
