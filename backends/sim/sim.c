/* Decides how the functions of a backend map to the simulated world; not what happens in it. */
#include "backends/sim/sim.h"

#include "backends/sim/connect.h"
#include "backends/sim/connection.h"
#include "backends/sim/hosts.h"
#include "backends/sim/listener.h"
#include "backends/sim/name.h"
#include "backends/sim/place.h"
#include "backends/sim/resolve.h"
#include "backends/sim/turn.h"

#include <assert.h>
#include <string.h>

/* Where the clock starts: a time that is nobody's "no time". */
#define FIRST_MOMENT ((weir_time)1000 * WEIR_TIME_MS)

static weir_err check_options(const weir_sim_options *options) {
  bool good = options->latency_min_ns <= options->latency_max_ns &&
              options->latency_max_ns < WEIR_TIME_NEVER / 4 && options->buffer_bytes > 0 &&
              options->short_send_permille <= 1000 && options->short_receive_permille <= 1000;
  return good ? weirb_sim_hosts_check(options->names, options->name_count)
              : WEIR_ERR_INVALID_ARG_VALUE;
}

/* A shorter struct is one of an older program, a longer one of a newer: what this version does not
 * know must be zero. */
static weir_err read_options(const void *given, weir_sim_options *out_options) {
  static const weir_sim_options defaults = WEIR_SIM_OPTIONS_INIT;
  *out_options = defaults;
  if (given == NULL) return WEIR_OK;
  size_t size = 0;
  memcpy(&size, given, sizeof size);
  if (size < sizeof size) return WEIR_ERR_INVALID_ARG_VALUE;
  for (size_t i = sizeof *out_options; i < size; i++) {
    if (((const uint8_t *)given)[i] != 0) return WEIR_ERR_INVALID_ARG_VALUE;
  }
  memcpy(out_options, given, size < sizeof *out_options ? size : sizeof *out_options);
  return check_options(out_options);
}

static weir_err sim_open(const weir_backend_options *options, weir_backend **out_backend) {
  weir_sim_options known;
  weir_err err = read_options(options->backend_options, &known);
  if (err != WEIR_OK) return err;
  const weir_allocator *allocator = options->allocator;
  weir_backend *world = allocator->allocate(sizeof *world, allocator->user);
  if (world == NULL) return WEIR_ENOMEM;
  memset(world, 0, sizeof *world);
  world->allocator = allocator;
  world->options = known;
  world->random.state = known.seed;
  world->now = FIRST_MOMENT;
  err = weirb_sim_hosts_copy(world);
  if (err == WEIR_OK) err = weirb_sim_resolve_open(world);
  if (err != WEIR_OK) {
    weirb_sim_hosts_free(world);
    weirb_sim_release(world, world);
    return err;
  }
  *out_backend = world;
  return WEIR_OK;
}

static void sim_free(weir_backend *world) {
  weirb_sim_resolve_close(world);
  assert(world->descriptors == 0 && world->listeners == NULL);
  assert(!weirb_sim_turn_has_work(world) && world->happenings.first == NULL);
  weirb_sim_name_free_all(world);
  weirb_sim_hosts_free(world);
  weirb_sim_release(world, world);
}

/* Moves the clock until there is something to hand out. */
static weir_err wait_until(weir_backend *world, weir_time deadline) {
  while (!weirb_sim_turn_has_work(world) && world->now < deadline) {
    weir_time next = weirb_sim_next(world);
    if (next > deadline) next = deadline;
    if (next == WEIR_TIME_NEVER) {
      return weirc_atomic_int_exchange(&world->woken, 0) != 0 ? WEIR_OK : WEIR_EDEADLK;
    }
    world->now = next;
    weirb_sim_run_due(world);
  }
  return WEIR_OK;
}

static weir_err sim_poll(weir_backend *world, weir_time deadline, weir_completions *done) {
  weirb_sim_resolve_forget(world);
  if (deadline != WEIR_POLL_REAP) {
    bool woken = weirc_atomic_int_exchange(&world->woken, 0) != 0;
    weirb_sim_turn_gather(world);
    weirb_sim_run_due(world);
    weir_err err = woken ? WEIR_OK : wait_until(world, deadline);
    if (err != WEIR_OK) return err;
    weirb_sim_turn_begin(world);
  }
  weirb_sim_turn_hand_out(world, done);
  return WEIR_OK;
}

static void sim_wake(weir_backend *world) {
  weirc_atomic_int_store(&world->woken, 1);
}

static weir_time sim_now(weir_backend *world) {
  return world->now;
}

static weir_err sim_create(weir_backend *world, weir_handle *handle, weir_transport transport,
                           weir_family family) {
  weirb_sim_handle *mine = weirb_sim_handle_of(handle);
  assert(mine->endpoint == NULL);
  bool known_family = family == WEIR_FAMILY_IPV4 || family == WEIR_FAMILY_IPV6;
  if (transport == WEIR_TRANSPORT_TCP && !known_family) return WEIR_EAFNOSUPPORT;
  if (!weirb_sim_descriptor_take(world)) return WEIR_EMFILE;
  mine->endpoint = weirb_sim_endpoint_create(world, transport, family);
  if (mine->endpoint == NULL) {
    weirb_sim_descriptor_give(world);
    return WEIR_ENOMEM;
  }
  mine->endpoint->handle = mine;
  return WEIR_OK;
}

static weir_err sim_bind(weir_backend *world, weir_handle *handle, weir_endpoint *local,
                         unsigned flags) {
  weirb_sim_endpoint *endpoint = weirb_sim_handle_of(handle)->endpoint;
  if (endpoint == NULL) return WEIR_EBADF;
  if (local->transport != endpoint->transport) return WEIR_EINVAL;
  if (endpoint->transport == WEIR_TRANSPORT_IPC) {
    return weirb_sim_name_bind(world, endpoint, local, (flags & WEIR_BIND_PATH_REFUSE) != 0);
  }
  /* There is one system, and it spreads nothing. */
  if (flags & WEIR_BIND_REUSE_PORT) return WEIR_ENOTSUP;
  return weirb_sim_place_bind(world, endpoint, &local->address, (flags & WEIR_BIND_IPV6_ONLY) != 0);
}

static weir_err sim_listen(weir_backend *world, weir_handle *handle, int backlog) {
  weirb_sim_endpoint *endpoint = weirb_sim_handle_of(handle)->endpoint;
  return endpoint != NULL ? weirb_sim_listener_begin(world, endpoint, backlog) : WEIR_EBADF;
}

static weir_err sim_address(weir_backend *world, weir_handle *handle, weir_end end,
                            weir_address *out_address) {
  (void)world;
  const weirb_sim_endpoint *endpoint = weirb_sim_handle_of(handle)->endpoint;
  if (endpoint == NULL) return WEIR_EBADF;
  if (end == WEIR_END_REMOTE && endpoint->state != WEIRB_SIM_CONNECTED) return WEIR_ENOTCONN;
  *out_address = end == WEIR_END_LOCAL ? endpoint->local : endpoint->remote;
  return WEIR_OK;
}

static void sim_release_name(weir_backend *world, weir_handle *handle) {
  weirb_sim_endpoint *endpoint = weirb_sim_handle_of(handle)->endpoint;
  if (endpoint != NULL) weirb_sim_name_remove(world, endpoint);
}

static ptrdiff_t sim_try_send(weir_backend *world, weir_handle *handle, const weir_slice *slices,
                              size_t count) {
  weirb_sim_endpoint *endpoint = weirb_sim_handle_of(handle)->endpoint;
  size_t sent = 0;
  if (endpoint == NULL) return -(ptrdiff_t)WEIR_EBADF;
  weir_err err = weirb_sim_try_send(world, endpoint, slices, count, &sent);
  return err == WEIR_OK ? (ptrdiff_t)sent : -(ptrdiff_t)err;
}

static void sim_submit(weir_backend *world, weir_op *op) {
  if (op->kind == WEIR_OP_RESOLVE) {
    weirb_sim_resolve_start(world, op);
    return;
  }
  weirb_sim_handle *handle = weirb_sim_handle_of(op->handle);
  weirb_sim_endpoint *endpoint = handle->endpoint;
  assert(handle->out[op->kind] == NULL && !handle->closing);
  handle->out[op->kind] = op;
  if (endpoint == NULL) {
    weirb_sim_finish(world, op, WEIR_EBADF);
    return;
  }
  switch (op->kind) {
  case WEIR_OP_CONNECT: weirb_sim_connect_start(world, endpoint); break;
  case WEIR_OP_ACCEPT: weirb_sim_accept_start(world, endpoint); break;
  case WEIR_OP_RECEIVE: weirb_sim_receive_start(world, endpoint); break;
  case WEIR_OP_SEND: weirb_sim_send_start(world, endpoint); break;
  case WEIR_OP_SHUTDOWN: weirb_sim_shutdown_start(world, endpoint); break;
  case WEIR_OP_RESOLVE: break; /* Above. */
  }
}

static void sim_cancel(weir_backend *world, weir_op *op) {
  if (op->kind == WEIR_OP_RESOLVE) {
    weirb_sim_resolve_cancel(world, op);
    return;
  }
  weirb_sim_handle *handle = weirb_sim_handle_of(op->handle);
  if (handle->out[op->kind] != op) return;
  if (op->kind == WEIR_OP_SEND) {
    weirb_sim_send_cancel(world, handle->endpoint);
    return;
  }
  if (op->kind == WEIR_OP_CONNECT) weirb_sim_connect_abandon(world, handle->endpoint);
  weirb_sim_finish(world, op, WEIR_ECANCELED);
}

static void sim_close(weir_backend *world, weir_handle *handle, weir_close_how how) {
  weirb_sim_handle *mine = weirb_sim_handle_of(handle);
  weirb_sim_endpoint *endpoint = mine->endpoint;
  mine->endpoint = NULL;
  weirb_sim_finish_handle(world, mine);
  if (endpoint == NULL) return;
  weirb_sim_descriptor_give(world);
  weirb_sim_endpoint_close(world, endpoint, how);
}

static void sim_move(weir_backend *world, weir_handle *from, weir_handle *to) {
  weirb_sim_handle *old = weirb_sim_handle_of(from);
  weirb_sim_handle *mine = weirb_sim_handle_of(to);
  (void)world;
  assert(old->endpoint != NULL && mine->endpoint == NULL && old->finished == NULL);
  mine->endpoint = old->endpoint;
  mine->endpoint->handle = mine;
  old->endpoint = NULL;
}

/* There is one interface, and every name is its. */
static weir_err sim_scope_id(const char *name, size_t length, uint32_t *out_scope_id) {
  if (name == NULL || length == 0) return WEIR_ENODEV;
  *out_scope_id = 1;
  return WEIR_OK;
}

/* The endpoint of a handle that has TCP's settings, or why not. */
static weir_err tcp_endpoint(weir_handle *handle, weirb_sim_endpoint **out_endpoint) {
  weirb_sim_endpoint *endpoint = weirb_sim_handle_of(handle)->endpoint;
  if (endpoint == NULL) return WEIR_EBADF;
  if (endpoint->transport != WEIR_TRANSPORT_TCP) return WEIR_ENOTSUP;
  *out_endpoint = endpoint;
  return WEIR_OK;
}

static weir_err sim_set_no_delay(weir_backend *world, weir_handle *handle, bool no_delay) {
  weirb_sim_endpoint *endpoint;
  (void)world;
  weir_err err = tcp_endpoint(handle, &endpoint);
  if (err == WEIR_OK) endpoint->no_delay = no_delay;
  return err;
}

static weir_err sim_set_keep_alive(weir_backend *world, weir_handle *handle, bool keep_alive,
                                   uint32_t delay_s, uint32_t interval_s, uint32_t count) {
  weirb_sim_endpoint *endpoint;
  (void)world;
  weir_err err = tcp_endpoint(handle, &endpoint);
  if (err != WEIR_OK) return err;
  assert(interval_s > 0 && count > 0);
  endpoint->keep_alive = keep_alive;
  if (!keep_alive) return WEIR_OK;
  if (delay_s > 0) endpoint->keep_alive_delay_s = delay_s;
  endpoint->keep_alive_interval_s = interval_s;
  endpoint->keep_alive_count = count;
  return WEIR_OK;
}

static weir_err sim_set_type_of_service(weir_backend *world, weir_handle *handle, int tos) {
  weirb_sim_endpoint *endpoint;
  (void)world;
  weir_err err = tcp_endpoint(handle, &endpoint);
  if (err == WEIR_OK) endpoint->type_of_service = (uint8_t)tos;
  return err;
}

const weir_backend_ops weirb_sim_ops = {
    .size = sizeof(weir_backend_ops),
    .name = "sim",
    .handle_size = sizeof(weirb_sim_handle),
    .open = sim_open,
    .free = sim_free,
    .poll = sim_poll,
    .wake = sim_wake,
    .now = sim_now,
    .create = sim_create,
    .bind = sim_bind,
    .listen = sim_listen,
    .address = sim_address,
    .release_name = sim_release_name,
    .try_send = sim_try_send,
    .submit = sim_submit,
    .cancel = sim_cancel,
    .close = sim_close,
    .move = sim_move,
    .scope_id = sim_scope_id,
    .set_no_delay = sim_set_no_delay,
    .set_keep_alive = sim_set_keep_alive,
    .set_type_of_service = sim_set_type_of_service,
};
