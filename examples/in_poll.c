/*
 * weir inside a poll() loop: the smallest way to have both.
 *
 * A turn of the program's own loop waits for weir_loop_fd(), beside its own descriptors, for no
 * longer than weir_loop_timeout() says, and calls weir_loop_dispatch(), in which weir's handlers
 * run. It shows that nothing else is needed: no thread, no lock, no turn without a cause. What weir
 * does meanwhile is in embedded.c.
 */
#define _POSIX_C_SOURCE 200809L

#include "embedded.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#define PROGRAM "in_poll"

/* What is waited for. */
enum { WEIR, INPUT, WATCHED };

/* ---- The timer of the host's own ---- */

static int64_t now_ms(void) {
  struct timespec now = {0, 0};
  (void)clock_gettime(CLOCK_MONOTONIC, &now); /* A clock that every system has. */
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* How long poll() may wait for the next tick; -1: there is none. */
static int until_tick(const embedded *e, int64_t next_tick) {
  int64_t left = next_tick - now_ms();
  if (e->tick_ms == 0) return -1;
  return left > 0 ? (int)left : 0;
}

static int64_t tick_if_due(embedded *e, int64_t next_tick) {
  if (until_tick(e, next_tick) != 0) return next_tick;
  embedded_tick(e);
  return now_ms() + e->tick_ms;
}

/* ---- The loop ---- */

/* The shorter of two timeouts, of which -1 is the longest. */
static int sooner(int a, int b) {
  if (a < 0 || b < 0) return a < 0 ? b : a;
  return a < b ? a : b;
}

static bool wait_for_events(embedded *e, struct pollfd *watched, int timeout) {
  int ready = poll(watched, WATCHED, timeout);
  e->turns++;
  if (ready >= 0) return true;
  /* What poll() leaves behind then is of the turn before. */
  for (int i = 0; i < WATCHED; i++) watched[i].revents = 0;
  if (errno == EINTR) return true;
  embedded_failed(e, "poll");
  return false;
}

static void run(embedded *e) {
  struct pollfd watched[WATCHED] = {{(int)weir_loop_fd(e->loop), POLLIN, 0},
                                    {STDIN_FILENO, POLLIN, 0}};
  int64_t next_tick = now_ms() + e->tick_ms;
  while (weir_loop_alive(e->loop)) {
    /* Asked anew each time: whatever was called since may have changed it. */
    int timeout = sooner(weir_loop_timeout(e->loop), until_tick(e, next_tick));
    if (!wait_for_events(e, watched, timeout)) return;
    if (watched[INPUT].revents != 0 && !embedded_input(e)) watched[INPUT].fd = -1;
    next_tick = tick_if_due(e, next_tick);
    /* Also without an event: a timeout of weir's may be over. With nothing to do it is cheap. */
    weir_err err = weir_loop_dispatch(e->loop);
    if (err != WEIR_OK) {
      embedded_refused(e, "dispatch", err);
      return;
    }
  }
}

int main(int argc, char **argv) {
  weir_loop_options how = WEIR_LOOP_OPTIONS_INIT;
  embedded e;
  (void)argc;
  if (embedded_begin(&e, PROGRAM, argv, &how) && embedded_has_descriptor(&e) && embedded_serve(&e))
    run(&e);
  return embedded_end(&e);
}
