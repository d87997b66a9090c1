/*
 * weir inside a program on libuv: weir's sockets are handles of the program's own uv_loop_t.
 *
 * There is no descriptor to watch and nothing to dispatch: with the backend "uv", weir's handlers
 * run inside uv_run(). It shows that the loop goes on for as long as weir is alive, with a timer
 * and a watch of the program's beside it, and how weir leaves: weir_loop_close(), which the loop
 * has to be run for. What weir does meanwhile is in embedded.c.
 */
#define _POSIX_C_SOURCE 200809L

#include "embedded.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <uv.h>
#include <weir/uv.h>

#define PROGRAM "in_uv"

typedef struct uv_host {
  embedded weir;
  uv_loop_t loop;
  uv_timer_t ticker;
  uv_poll_t input;
  uv_prepare_t turns;
} uv_host;

/* ---- What the program has of its own ---- */

static bool is_done(uv_host *host, const char *what, int result) {
  if (result == 0) return true;
  fprintf(stderr, "%s: %s: %s\n", PROGRAM, what, uv_strerror(result));
  host->weir.status = 1;
  return false;
}

static void on_turn(uv_prepare_t *turns) {
  uv_host *host = turns->data;
  host->weir.turns++;
}

static void on_tick(uv_timer_t *ticker) {
  uv_host *host = ticker->data;
  embedded_tick(&host->weir);
}

static void on_input(uv_poll_t *input, int status, int events) {
  uv_host *host = input->data;
  (void)events;
  if (!is_done(host, "standard input", status) || !embedded_input(&host->weir))
    (void)uv_poll_stop(input); /* It cannot fail. */
}

/* A file is always ready, so libuv does not watch it; then all of it is read now. */
static bool watch_input(uv_host *host) {
  int result = uv_poll_init(&host->loop, &host->input, STDIN_FILENO);
  if (result == UV_EPERM) {
    while (embedded_input(&host->weir)) {
    }
    return true;
  }
  if (!is_done(host, "standard input", result)) return false;
  host->input.data = host;
  uv_unref((uv_handle_t *)&host->input);
  return is_done(host, "standard input", uv_poll_start(&host->input, UV_READABLE, on_input));
}

/* None of it holds the loop: that is weir's to do. */
static bool begin(uv_host *host) {
  uint64_t ms = (uint64_t)host->weir.tick_ms;
  bool done = is_done(host, "timer", uv_timer_init(&host->loop, &host->ticker)) &&
              is_done(host, "prepare", uv_prepare_init(&host->loop, &host->turns));
  if (!done) return false;
  host->ticker.data = host->turns.data = host;
  uv_unref((uv_handle_t *)&host->ticker);
  uv_unref((uv_handle_t *)&host->turns);
  return is_done(host, "prepare", uv_prepare_start(&host->turns, on_turn)) &&
         (ms == 0 || is_done(host, "timer", uv_timer_start(&host->ticker, on_tick, ms, ms))) &&
         watch_input(host);
}

/* ---- The end ---- */

static void on_weir_closed(weir_loop *loop, weir_err status, void *user) {
  embedded *e = user;
  (void)loop;
  if (status != WEIR_OK) embedded_refused(e, "close", status);
  e->loop = NULL; /* It is gone when this returns. */
}

/* When weir has left, all that are there are the program's. */
static void close_handle(uv_handle_t *handle, void *user) {
  (void)user;
  if (!uv_is_closing(handle)) uv_close(handle, NULL);
}

/* First weir, then the rest; each needs turns of the loop. */
static void leave(uv_host *host) {
  weir_err err = weir_loop_close(host->weir.loop, on_weir_closed, &host->weir);
  if (err != WEIR_OK) embedded_refused(&host->weir, "close", err);
  (void)uv_run(&host->loop, UV_RUN_DEFAULT);
  uv_walk(&host->loop, close_handle, NULL);
  (void)uv_run(&host->loop, UV_RUN_DEFAULT);
}

int main(int argc, char **argv) {
  weir_loop_options how = WEIR_LOOP_OPTIONS_INIT;
  weir_uv_options on = WEIR_UV_OPTIONS_INIT;
  uv_host host;
  (void)argc;
  int result = uv_loop_init(&host.loop);
  if (result != 0) {
    fprintf(stderr, "%s: %s\n", PROGRAM, uv_strerror(result));
    return 1;
  }
  on.uv_loop = &host.loop;
  how.backend = "uv";
  how.backend_options = &on;
  /* libuv has the descriptor not wait, which others may share. */
  int flags = fcntl(STDIN_FILENO, F_GETFL);
  if (embedded_begin(&host.weir, PROGRAM, argv, &how)) {
    if (embedded_serve(&host.weir) && begin(&host)) (void)uv_run(&host.loop, UV_RUN_DEFAULT);
    leave(&host);
  }
  if (flags >= 0) (void)fcntl(STDIN_FILENO, F_SETFL, flags);
  (void)is_done(&host, "loop", uv_loop_close(&host.loop));
  return embedded_end(&host.weir);
}
