/* The host's side: when it calls weir, and when it ends. */
#include "toy_host.h"

#include <poll.h>

enum { PATIENCE_MS = 10000 };

toy_host host;

static weir_backend_ops guest;

static weir_err open_guest(const weir_backend_options *options, weir_backend **out_backend) {
  host.on_ready = options->on_ready;
  host.core = options->core;
  weir_err err = host.ops->open(options, out_backend);
  if (err == WEIR_OK) host.backend = *out_backend;
  return err;
}

static void set_deadline(weir_backend *backend, weir_time deadline) {
  (void)backend;
  host.deadline = deadline;
  host.deadlines++;
}

static void set_alive(weir_backend *backend, bool alive) {
  (void)backend;
  host.alive = alive;
  host.changes++;
}

const weir_backend_ops *toy_host_backend(const char *name) {
  host = (toy_host){.ops = weir_backend_find(name), .deadline = WEIR_TIME_NEVER};
  guest = *host.ops;
  guest.name = "guest";
  guest.open = open_guest;
  guest.set_deadline = set_deadline;
  guest.set_alive = set_alive;
  return &guest;
}

/* When weir has something to do though its descriptor does not say so. */
static weir_time due(void) {
  weir_time inside = host.ops->due ? host.ops->due(host.backend) : WEIR_TIME_NEVER;
  return inside < host.deadline ? inside : host.deadline;
}

/* Milliseconds, rounded up: a timer that fires early is no timer. */
static int milliseconds_left(void) {
  weir_time now = host.ops->now(host.backend);
  weir_time then = due();
  if (then <= now) return 0;
  weir_time ms = (then - now - 1) / WEIR_TIME_MS + 1;
  return ms < PATIENCE_MS ? (int)ms : PATIENCE_MS;
}

static void call_weir(void) {
  if (host.inside) host.reentered = true;
  host.inside = true;
  host.wakeups++;
  host.on_ready(host.core);
  host.inside = false;
}

bool toy_host_turn(void) {
  struct pollfd watched = {(int)host.ops->fd(host.backend), POLLIN, 0};
  int ready = poll(&watched, 1, milliseconds_left());
  weir_time now = host.ops->now(host.backend);
  if (ready <= 0 && due() > now) return false;
  if (host.deadline <= now) host.deadline = WEIR_TIME_NEVER;
  call_weir();
  return true;
}

bool toy_host_run(void) {
  while (host.alive)
    if (!toy_host_turn()) return false;
  return true;
}
