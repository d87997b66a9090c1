/* Decides when the core runs on libuv's loop: when something was told, when a deadline has come,
 * and when another thread wants it. Does not decide what handles do. */
#include "backends/uv/uv.h"

#include "backends/completions.h"
#include "backends/uv/connect.h"
#include "backends/uv/handle.h"
#include "backends/uv/listener.h"
#include "backends/uv/passing.h"
#include "backends/uv/receive.h"
#include "backends/uv/send.h"
#include "backends/uv/state.h"
#include "core/options.h"
#include "platform/clock.h"
#include "platform/error.h"
#include "platform/scope.h"

#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

weir_err weirb_uv_error(int result) {
  return result < 0 ? weirp_error(-result) : WEIR_OK;
}

static void run_soon(weirb_uv_host *host);

void weirb_uv_run_core(weir_backend *backend) {
  weirb_uv_host *host = backend->host;
  const weir_uv_options given = backend->given;
  bool outermost = backend->inside++ == 0;
  if (outermost && given.enter != NULL) given.enter(given.user);
  backend->on_ready(backend->core);
  if (outermost && given.leave != NULL) given.leave(given.user);
  if (host->backend == NULL) return;
  backend->inside--;
  if (backend->once) run_soon(host);
}

void weirb_uv_tell(weir_backend *backend, weir_op *op, weir_err error) {
  op->error = error;
  weir_completions_add(&backend->told, op);
  weirb_uv_run_core(backend);
}

static void on_idle(uv_idle_t *idle) {
  (void)idle;
}

static bool has_work(const weir_backend *backend) {
  return backend->told.first != NULL || backend->told.closed != NULL ||
         backend->pending.first != NULL || backend->pending.closed != NULL ||
         !weirc_list_empty(&backend->resuming);
}

/* Another loop that watches our own loop's descriptor must also do what libuv asks of it:
 * descriptors that are new are only watched from the next turn on, and a closed handle ends in one.
 * What the idle handle asks for the core asks for by itself, and of the timers it knows all but the
 * one that tries CONNECTs again. A loop that is not alive says "at once" for ever. */
static weir_time due(const weir_backend *backend) {
  if (has_work(backend)) return 1;
  if (backend->own == NULL || uv_loop_alive(backend->own) == 0 ||
      uv_is_active((const uv_handle_t *)&backend->host->idle))
    return WEIR_TIME_NEVER;
  int ms = uv_backend_timeout(backend->own);
  if (ms == 0) return 1;
  if (ms < 0 || backend->retries.first == NULL) return WEIR_TIME_NEVER;
  /* It is counted from the loop's time, which may be long ago. */
  return (uv_now(backend->own) + (uint64_t)ms) * WEIR_TIME_MS;
}

static void on_timer(uv_timer_t *timer);
static void on_check(uv_check_t *check);

/* A timer that is due at once would run again and again before anything is read, so that is not a
 * timer's work: an idle handle keeps libuv from waiting, and what follows the reading is told. */
static void run_soon(weirb_uv_host *host) {
  (void)uv_timer_stop(&host->timer);
  (void)uv_idle_start(&host->idle, on_idle);
  (void)uv_check_start(&host->check, on_check);
}

static void run_at(weirb_uv_host *host, weir_time next) {
  uint64_t now = uv_now(host->backend->loop);
  uint64_t then = (next - 1) / WEIR_TIME_MS + 1;
  (void)uv_idle_stop(&host->idle);
  if (!host->backend->once) (void)uv_check_stop(&host->check);
  if (next == WEIR_TIME_NEVER)
    (void)uv_timer_stop(&host->timer);
  else /* libuv's clock may lag behind ours. */
    (void)uv_timer_start(&host->timer, on_timer, then > now ? then - now : 1, 0);
}

static void arm(weir_backend *backend) {
  if (has_work(backend) ||
      (backend->deadline != WEIR_TIME_NEVER && backend->deadline <= weirp_clock_now()))
    run_soon(backend->host);
  else
    run_at(backend->host, backend->deadline);
}

static void on_timer(uv_timer_t *timer) {
  weir_backend *backend = ((weirb_uv_host *)timer->data)->backend;
  if (!has_work(backend) && backend->deadline > weirp_clock_now()) {
    uv_update_time(backend->loop);
    arm(backend);
    return;
  }
  backend->deadline = WEIR_TIME_NEVER;
  weirb_uv_run_core(backend);
}

static void on_check(uv_check_t *check) {
  weir_backend *backend = ((weirb_uv_host *)check->data)->backend;
  backend->once = false;
  weirb_uv_send_resume(backend);
  backend->deadline = WEIR_TIME_NEVER;
  arm(backend);
  weirb_uv_run_core(backend);
}

void weirb_uv_soon(weir_backend *backend) {
  arm(backend);
}

static void set_deadline(weir_backend *backend, weir_time deadline) {
  backend->deadline = deadline;
  arm(backend);
}

static void set_alive(weir_backend *backend, bool alive) {
  uv_handle_t *handle = (uv_handle_t *)&backend->host->async;
  backend->alive = alive;
  if (alive)
    uv_ref(handle);
  else
    uv_unref(handle);
}

static void on_async(uv_async_t *async) {
  const weirb_uv_host *host = async->data;
  weir_backend *backend = host->backend;
  weirb_uv_run_core(backend);
}

static void wake(weir_backend *backend) {
  (void)uv_async_send(&backend->host->async);
}

/* What was finished on the spot comes out once in a turn, behind the rest, so that a turn ends. */
static weir_err poll_uv(weir_backend *backend, weir_time deadline, weir_completions *done) {
  weir_op **before = done->end;
  if (deadline != WEIR_POLL_REAP) {
    backend->turn_over = false;
    /* It is being freed: nobody else sees that a loop of weir's own runs. */
    if (backend->own != NULL && backend->inside == 0) (void)uv_run(backend->own, UV_RUN_NOWAIT);
    weirb_resolves_turn(&backend->resolves);
    weirb_resolves_collect(&backend->resolves, &backend->told);
  }
  weirb_completions_move(&backend->told, done);
  if (done->end != before || backend->turn_over) return WEIR_OK;
  backend->turn_over = true;
  weirb_completions_move(&backend->pending, done);
  return WEIR_OK;
}

static weir_time now(weir_backend *backend) {
  (void)backend;
  return weirp_clock_now();
}

/* Also if nothing is referenced, when libuv would not look; and what is due by the clock is, also
 * if libuv's counts whole milliseconds. */
static void turn_own(weir_backend *backend) {
  uv_handle_t *handle = (uv_handle_t *)&backend->host->async;
  arm(backend);
  uv_ref(handle);
  (void)uv_run(backend->own, UV_RUN_NOWAIT);
  if (!backend->alive) uv_unref(handle);
}

/* libuv waits behind timers that it has run, and the one turn shall not: up to its check, what runs
 * the core also keeps it from waiting. */
static void begin_once(weir_backend *backend) {
  backend->once = true;
  (void)uv_check_start(&backend->host->check, on_check);
}

static weir_err run(weir_backend *backend, weir_run_mode mode) {
  static const uv_run_mode modes[] = {UV_RUN_DEFAULT, UV_RUN_ONCE, UV_RUN_NOWAIT};
  if (mode == WEIR_RUN_ONCE) begin_once(backend);
  if (mode == WEIR_RUN_NOWAIT && backend->own != NULL)
    turn_own(backend);
  else /* Behind it the backend may be gone. */
    (void)uv_run(backend->loop, modes[mode]);
  return WEIR_OK;
}

static bool busy(const weir_backend *backend) {
  return backend->own == NULL && backend->streams > 0;
}

static bool owns(const weir_backend *backend) {
  return backend->own != NULL;
}

static void stop(weir_backend *backend) {
  uv_stop(backend->loop);
}

static void on_host_closed(uv_handle_t *handle) {
  weirb_uv_host *host = handle->data;
  if (--host->open == 0) free(host);
}

static void close_host(weirb_uv_host *host) {
  host->backend = NULL;
  uv_close((uv_handle_t *)&host->timer, on_host_closed);
  uv_close((uv_handle_t *)&host->retry, on_host_closed);
  uv_close((uv_handle_t *)&host->idle, on_host_closed);
  uv_close((uv_handle_t *)&host->check, on_host_closed);
  uv_close((uv_handle_t *)&host->async, on_host_closed);
}

static void free_backend(weir_backend *backend) {
  weir_allocator allocator = backend->allocator;
  while (backend->own != NULL && backend->streams > 0) (void)uv_run(backend->own, UV_RUN_ONCE);
  assert(backend->streams == 0);
  weirb_resolves_free(&backend->resolves);
  close_host(backend->host);
  if (backend->own != NULL) {
    (void)uv_run(backend->own, UV_RUN_DEFAULT);
    (void)uv_loop_close(backend->own);
    free(backend->own);
  }
  allocator.release(backend, allocator.user);
}

static weirb_uv_host *open_host(weir_backend *backend) {
  weirb_uv_host *host = malloc(sizeof *host);
  if (host == NULL) return NULL;
  memset(host, 0, sizeof *host);
  if (uv_async_init(backend->loop, &host->async, on_async) != 0) {
    free(host);
    return NULL;
  }
  (void)uv_timer_init(backend->loop, &host->timer);
  (void)uv_timer_init(backend->loop, &host->retry);
  (void)uv_idle_init(backend->loop, &host->idle);
  (void)uv_check_init(backend->loop, &host->check);
  host->timer.data = host->retry.data = host->idle.data = host->check.data = host->async.data =
      host;
  host->open = 5;
  host->backend = backend;
  uv_unref((uv_handle_t *)&host->timer);
  uv_unref((uv_handle_t *)&host->retry);
  uv_unref((uv_handle_t *)&host->idle);
  uv_unref((uv_handle_t *)&host->check);
  uv_unref((uv_handle_t *)&host->async);
  return host;
}

/* NULL: no memory, or no descriptors. */
static uv_loop_t *open_own(void) {
  uv_loop_t *loop = malloc(sizeof *loop);
  if (loop != NULL && uv_loop_init(loop) == 0) return loop;
  free(loop);
  return NULL;
}

/* libuv writes without saying that it wants no signal. */
static void ignore_broken_pipes(void) {
  struct sigaction action;
  if (sigaction(SIGPIPE, NULL, &action) != 0 || (action.sa_flags & SA_SIGINFO)) return;
  if (action.sa_handler == SIG_DFL) (void)signal(SIGPIPE, SIG_IGN);
}

static weir_err open_uv(const weir_backend_options *options, weir_backend **out_backend) {
  const weir_allocator *allocator = options->allocator;
  weir_uv_options given = WEIR_UV_OPTIONS_INIT;
  weir_err err = weirc_options_take(&given, sizeof given, options->backend_options);
  if (err != WEIR_OK) return err;
  weir_backend *backend = allocator->allocate(sizeof *backend, allocator->user);
  if (backend == NULL) return WEIR_ENOMEM;
  memset(backend, 0, offsetof(weir_backend, buffer));
  backend->allocator = *allocator;
  backend->own = given.uv_loop == NULL ? open_own() : NULL;
  backend->loop = backend->own != NULL ? backend->own : given.uv_loop;
  backend->deadline = WEIR_TIME_NEVER;
  backend->turn_over = true;
  backend->on_ready = options->on_ready;
  backend->core = options->core;
  backend->given = given;
  weirb_completions_init(&backend->told);
  weirb_completions_init(&backend->pending);
  weirc_list_init(&backend->resuming);
  backend->host = backend->loop != NULL ? open_host(backend) : NULL;
  if (backend->host == NULL) {
    if (backend->own != NULL) (void)uv_loop_close(backend->own);
    free(backend->own);
    allocator->release(backend, allocator->user);
    return WEIR_ENOMEM;
  }
  weirb_resolves_init(&backend->resolves, backend, wake);
  ignore_broken_pipes();
  *out_backend = backend;
  return WEIR_OK;
}

static intptr_t descriptor(const weir_backend *backend) {
  return uv_backend_fd(backend->loop);
}

const weir_backend_ops weirb_uv_ops = {
    .size = sizeof(weir_backend_ops),
    .name = "uv",
    .handle_size = sizeof(weirb_uv_handle),
    .open = open_uv,
    .free = free_backend,
    .poll = poll_uv,
    .wake = wake,
    .now = now,
    .fd = descriptor,
    .create = weirb_uv_create,
    .bind = weirb_uv_bind,
    .listen = weirb_uv_listen,
    .address = weirb_uv_address,
    .release_name = weirb_uv_release_name,
    .try_send = weirb_uv_try_send,
    .submit = weirb_uv_submit,
    .cancel = weirb_uv_cancel,
    .close = weirb_uv_close,
    .set_deadline = set_deadline,
    .set_alive = set_alive,
    .due = due,
    .set_no_delay = weirb_uv_set_no_delay,
    .set_keep_alive = weirb_uv_set_keep_alive,
    .adopt = weirb_uv_adopt,
    .release = weirb_uv_release,
    .handle_fd = weirb_uv_handle_fd,
    .move = weirb_uv_move,
    .scope_id = weirp_scope_id,
    .set_type_of_service = weirb_uv_set_type_of_service,
    .peer_credentials = weirb_uv_peer_credentials,
    .adopt_listener = weirb_uv_adopt_listener,
    .try_send_fd = weirb_uv_try_send_fd,
    .keep_fds = weirb_uv_keep_fds,
    .take_fd = weirb_uv_take_fd,
    .duplicate_fd = weirb_uv_duplicate_fd,
    .close_fd = weirb_uv_close_fd,
    .run = run,
    .stop = stop,
    .busy = busy,
    .owns = owns,
    .system_code = weirp_error_number,
};
