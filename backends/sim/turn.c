/* Decides in which order and in which turn things are handed out; not what they came to. */
#include "backends/sim/turn.h"

#include "backends/sim/connection.h"
#include "backends/sim/listener.h"
#include "backends/sim/resolve.h"

#include <assert.h>

/* Keys of a snapshot lie below this, those of what comes in later above. */
#define BEHIND_THE_SNAPSHOT (UINT64_C(1) << 63)

static void enter_turn(weir_backend *world, weirb_sim_handle *handle, bool base) {
  uint64_t sequence = weirb_sim_sequence(world);
  handle->base_of_turn = base;
  handle->in_turn = true;
  if (base) world->turn_base += 1;
  weirb_sim_schedule_add(&world->turn, &handle->ready, BEHIND_THE_SNAPSHOT + sequence, sequence);
}

static void wait_for_next_turn(weir_backend *world, weirb_sim_handle *handle) {
  uint64_t sequence = weirb_sim_sequence(world);
  handle->base_of_turn = false;
  handle->in_turn = false;
  weirb_sim_schedule_add(&world->pending, &handle->ready, sequence, sequence);
}

/* What is over when it is called comes first in the next turn, before what the network brings. */
static void be_first_in_next_turn(weir_backend *world, weirb_sim_handle *handle) {
  weirb_sim_schedule_remove(&world->pending, &handle->ready);
  handle->in_turn = false;
  weirb_sim_schedule_add(&world->pending, &handle->ready, 0, weirb_sim_sequence(world));
}

/* A connection goes on receiving in its turn as long as its budget lasts. */
static bool goes_on(const weir_backend *world, const weirb_sim_handle *handle) {
  return world->turn_open && handle->served_turn == world->turn_number && handle->received &&
         handle->served < WEIRB_SIM_BUDGET;
}

static void make_ready(weir_backend *world, weirb_sim_handle *handle, bool base, bool first) {
  bool waits = handle->ready.queued;
  handle->ready.owner = handle;
  if (!waits && (base || world->turn_base > 0)) {
    enter_turn(world, handle, base);
  } else if (first && !(waits && handle->in_turn)) {
    be_first_in_next_turn(world, handle);
  } else if (!waits) {
    wait_for_next_turn(world, handle);
  }
}

/* A shutdown is over when it is called; what a receive has to take is seen when it is handed out.
 */
static void append(weirb_sim_handle *handle, weir_op *op) {
  weir_op *last = handle->last_finished;
  bool first = handle->finished == NULL;
  if (!first && last == handle->finished && last->kind == WEIR_OP_RECEIVE &&
      op->kind == WEIR_OP_SHUTDOWN) {
    handle->finished = op;
    op->next = last;
    return;
  }
  op->next = NULL;
  if (first) {
    handle->finished = op;
  } else {
    last->next = op;
  }
  handle->last_finished = op;
}

void weirb_sim_finish_in(weir_backend *world, weirb_sim_handle *handle, weir_op *op,
                         weir_err error) {
  op->error = error;
  append(handle, op);
  make_ready(world, handle, op->kind == WEIR_OP_RECEIVE && goes_on(world, handle),
             op->kind == WEIR_OP_SHUTDOWN);
}

void weirb_sim_finish(weir_backend *world, weir_op *op, weir_err error) {
  weirb_sim_handle *handle = weirb_sim_handle_of(op->handle);
  assert(handle->out[op->kind] == op);
  handle->out[op->kind] = NULL;
  if (op->kind == WEIR_OP_RECEIVE && error != WEIR_OK) op->length = 0;
  weirb_sim_finish_in(world, handle, op, error);
}

void weirb_sim_finish_handle(weir_backend *world, weirb_sim_handle *handle) {
  assert(!handle->closing);
  for (weir_op *op = handle->finished; op != NULL; op = op->next) {
    if (op->error != WEIR_OK) continue;
    if (op->kind == WEIR_OP_RECEIVE) op->length = 0;
    if (op->kind == WEIR_OP_RECEIVE || op->kind == WEIR_OP_ACCEPT) op->error = WEIR_ECANCELED;
  }
  for (size_t kind = 0; kind < WEIRB_SIM_OP_KINDS; kind++) {
    if (handle->out[kind] != NULL) weirb_sim_finish(world, handle->out[kind], WEIR_ECANCELED);
  }
  handle->closing = true;
  make_ready(world, handle, false, false);
}

void weirb_sim_turn_gather(weir_backend *world) {
  world->turn_base = 0;
  world->turn_open = false;
  weirb_sim_node *node = weirb_sim_schedule_pop(&world->turn);
  while (node != NULL) {
    wait_for_next_turn(world, node->owner);
    node = weirb_sim_schedule_pop(&world->turn);
  }
}

bool weirb_sim_turn_has_work(const weir_backend *world) {
  return world->pending.first != NULL || world->turn.first != NULL;
}

void weirb_sim_turn_begin(weir_backend *world) {
  assert(world->turn.first == NULL);
  world->turn_number += 1;
  world->turn_open = true;
  weirb_sim_node *node = weirb_sim_schedule_pop(&world->pending);
  while (node != NULL) {
    weirb_sim_handle *handle = node->owner;
    uint64_t key = node->key;
    if (world->options.shuffle) key = weirb_sim_random_next(&world->random) >> 1;
    handle->base_of_turn = true;
    handle->in_turn = true;
    world->turn_base += 1;
    weirb_sim_schedule_add(&world->turn, node, key, weirb_sim_sequence(world));
    node = weirb_sim_schedule_pop(&world->pending);
  }
}

static weir_op *take_finished(weirb_sim_handle *handle) {
  weir_op *op = handle->finished;
  handle->finished = op->next;
  if (handle->finished == NULL) handle->last_finished = NULL;
  return op;
}

/* Counts an operation. @return false if the budget of the turn is used up */
static bool serve(const weir_backend *world, weirb_sim_handle *handle) {
  if (handle->served_turn != world->turn_number) {
    handle->served_turn = world->turn_number;
    handle->served = 0;
    handle->received = false;
  }
  if (handle->served == WEIRB_SIM_BUDGET) return false;
  handle->served += 1;
  return true;
}

static void hand_out_operation(weir_backend *world, weirb_sim_handle *handle,
                               weir_completions *done) {
  weir_op *op = take_finished(handle);
  if (op->kind == WEIR_OP_RECEIVE && op->error == WEIR_OK) {
    handle->received = true;
    weirb_sim_receive_take(world, handle->endpoint, op);
  } else if (op->kind == WEIR_OP_ACCEPT && op->error == WEIR_OK) {
    weirb_sim_listener_accept(world, handle->endpoint, (weir_accept_op *)op);
  } else if (op->kind == WEIR_OP_RESOLVE) {
    weirb_sim_resolve_take(world, op);
  }
  weir_completions_add(done, op);
}

/* @return false if the handle has to wait for the next turn */
static bool hand_out_of(weir_backend *world, weirb_sim_handle *handle, weir_completions *done) {
  bool base = handle->base_of_turn;
  bool handed_out = true;
  if (handle->finished == NULL) {
    assert(handle->closing);
    weir_completions_add_closed(done, &handle->base);
  } else if (serve(world, handle)) {
    hand_out_operation(world, handle, done);
    if (handle->finished != NULL || handle->closing) enter_turn(world, handle, base);
  } else {
    wait_for_next_turn(world, handle);
    handed_out = false;
  }
  /* Only now: what this one finished elsewhere, such as a waiting send, belongs to its turn. */
  if (base) world->turn_base -= 1;
  return handed_out;
}

void weirb_sim_turn_hand_out(weir_backend *world, weir_completions *done) {
  weirb_sim_node *node = weirb_sim_schedule_pop(&world->turn);
  while (node != NULL && !hand_out_of(world, node->owner, done)) {
    node = weirb_sim_schedule_pop(&world->turn);
  }
  if (node == NULL) world->turn_open = false;
}
