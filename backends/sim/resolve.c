/* Decides when a look-up is answered; not what the answer is.
 *
 * What is handed out belongs to a handle, and a RESOLVE has none. So each has one of its own here,
 * which makes it one of those that are simultaneous, and shuffled, like any other. */
#include "backends/sim/resolve.h"

#include "backends/sim/hosts.h"
#include "backends/sim/turn.h"
#include "core/containers/list.h"

#include <assert.h>

/* One look-up. While its operation is out, or waits to be handed out, the operation's `data`. */
typedef struct look_up {
  weirb_sim_handle handle;  /* It is handed out from here. */
  weirc_link link;          /* In `out`. */
  weirb_sim_node answering; /* When it is answered. */
  weir_resolve_op *op;      /* NULL: it is answered, or was given up. */
  struct look_up *next;     /* In `shown`. */
  weir_err error;           /* The answer. */
  size_t count;
  weir_address addresses[];
} look_up;

struct weirb_sim_resolves {
  weirc_link out;           /* Look-ups that were not handed out. */
  look_up *shown;           /* Those whose addresses the core may look at. */
  weirb_sim_handle refused; /* Where operations are handed out from for which there is no memory. */
};

weir_err weirb_sim_resolve_open(weir_backend *world) {
  struct weirb_sim_resolves *resolves = weirb_sim_allocate(world, sizeof *resolves);
  if (resolves == NULL) return WEIR_ENOMEM;
  weirc_list_init(&resolves->out);
  world->resolves = resolves;
  return WEIR_OK;
}

static void leave_turns(weir_backend *world, weirb_sim_handle *handle) {
  weirb_sim_schedule_remove(handle->in_turn ? &world->turn : &world->pending, &handle->ready);
}

void weirb_sim_resolve_close(weir_backend *world) {
  struct weirb_sim_resolves *resolves = world->resolves;
  while (!weirc_list_empty(&resolves->out)) {
    look_up *one = weirc_container(resolves->out.next, look_up, link);
    weirc_list_remove(&one->link);
    weirb_sim_forget(world, &one->answering);
    leave_turns(world, &one->handle);
    weirb_sim_release(world, one);
  }
  leave_turns(world, &resolves->refused);
  weirb_sim_resolve_forget(world);
  weirb_sim_release(world, resolves);
}

static void finish(weir_backend *world, look_up *one, weir_err error) {
  weir_resolve_op *op = one->op;
  one->op = NULL;
  if (error != WEIR_OK) one->count = 0;
  weirb_sim_finish_in(world, &one->handle, &op->op, error);
}

static void answer(weir_backend *world, void *owner) {
  look_up *one = owner;
  finish(world, one, one->error);
}

static void fill(look_up *one, const weir_sim_name *name) {
  one->error = name != NULL ? name->error : WEIR_ENOTFOUND;
  if (one->error != WEIR_OK) return;
  one->count = weirb_sim_hosts_select(name, one->op->family, one->op->hints, one->addresses);
  if (one->count == 0) one->error = WEIR_ENOTFOUND;
}

void weirb_sim_resolve_start(weir_backend *world, weir_op *op) {
  weir_resolve_op *resolve = (weir_resolve_op *)(void *)op;
  struct weirb_sim_resolves *resolves = world->resolves;
  const weir_sim_name *name = weirb_sim_hosts_find(world, resolve->host);
  size_t room = name != NULL ? name->count : 0;
  look_up *one = weirb_sim_allocate(world, sizeof *one + room * sizeof *one->addresses);
  op->data = one;
  if (one == NULL) {
    weirb_sim_finish_in(world, &resolves->refused, op, WEIR_ENOMEM);
    return;
  }
  one->op = resolve;
  weirc_list_append(&resolves->out, &one->link);
  fill(one, name);
  weir_time delay = name != NULL ? name->delay_ns : 0;
  if (delay == WEIR_TIME_NEVER) return;
  weir_time when = delay > 0 ? weirb_sim_later(world->now, delay) : weirb_sim_arrival(world);
  weirb_sim_happen(world, &one->answering, when, one, answer);
}

void weirb_sim_resolve_cancel(weir_backend *world, weir_op *op) {
  look_up *one = op->data;
  if (one == NULL || one->op == NULL) return;
  weirb_sim_forget(world, &one->answering);
  finish(world, one, WEIR_ECANCELED);
}

void weirb_sim_resolve_take(weir_backend *world, weir_op *op) {
  weir_resolve_op *resolve = (weir_resolve_op *)(void *)op;
  look_up *one = op->data;
  op->data = NULL;
  resolve->addresses = NULL;
  resolve->count = 0;
  if (one == NULL) return;
  weirc_list_remove(&one->link);
  one->next = world->resolves->shown;
  world->resolves->shown = one;
  if (one->count == 0) return;
  resolve->addresses = one->addresses;
  resolve->count = one->count;
}

void weirb_sim_resolve_forget(weir_backend *world) {
  look_up *one = world->resolves->shown;
  world->resolves->shown = NULL;
  while (one != NULL) {
    look_up *next = one->next;
    assert(!one->handle.ready.queued);
    weirb_sim_release(world, one);
    one = next;
  }
}
