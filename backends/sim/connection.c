/* Decides what either end of a connection sees of the other, by Linux' rules for TCP and Unix
 * sockets; not how connections come about, nor when bytes arrive. */
#include "backends/sim/connection.h"

#include "backends/sim/turn.h"

#include <assert.h>

static weir_op *op_out(const weirb_sim_endpoint *endpoint, weir_op_kind kind) {
  return endpoint->handle != NULL ? endpoint->handle->out[kind] : NULL;
}

static void arrive(weir_backend *world, void *owner);

/* Makes the next thing in an endpoint's pipe arrive. Called after each sending into the pipe. What
 * takes no time is there when the call that sent it returns, as on a system's loopback. */
static void await_arrival(weir_backend *world, weirb_sim_endpoint *endpoint) {
  weir_time when = weirb_sim_pipe_next(&endpoint->in);
  if (endpoint->arriving.queued && endpoint->arriving.key == when) return;
  weirb_sim_forget(world, &endpoint->arriving);
  if (when == WEIR_TIME_NEVER) return;
  if (when <= world->now && world->options.latency_max_ns == 0) {
    arrive(world, endpoint);
    return;
  }
  weirb_sim_happen(world, &endpoint->arriving, when, endpoint, arrive);
}

void weirb_sim_connection_join(weirb_sim_endpoint *a, weirb_sim_endpoint *b) {
  a->state = WEIRB_SIM_CONNECTED;
  b->state = WEIRB_SIM_CONNECTED;
  a->peer = b;
  b->peer = a;
}

static bool has_ended(const weirb_sim_endpoint *endpoint) {
  return endpoint->peer->in.fin_sent;
}

/* A reset is told once, by whichever call meets it first; TCP forgets it behind a FIN. */
static weir_err meet_reset(weirb_sim_endpoint *endpoint, weir_err otherwise) {
  bool behind_fin = endpoint->in.fin_here && endpoint->transport == WEIR_TRANSPORT_TCP;
  if (!endpoint->in.reset_here || behind_fin || endpoint->reset_told) return otherwise;
  endpoint->reset_told = true;
  return WEIR_ECONNRESET;
}

/* Whether sending is allowed at all. A Unix socket knows at once that its peer is gone. */
static weir_err may_send(weirb_sim_endpoint *endpoint) {
  if (endpoint->state != WEIRB_SIM_CONNECTED) {
    return endpoint->transport == WEIR_TRANSPORT_TCP ? WEIR_EPIPE : WEIR_ENOTCONN;
  }
  bool ipc = endpoint->transport == WEIR_TRANSPORT_IPC;
  if (has_ended(endpoint) || (ipc && endpoint->peer->closed)) return WEIR_EPIPE;
  if (endpoint->in.reset_here) return ipc ? WEIR_EPIPE : meet_reset(endpoint, WEIR_EPIPE);
  return WEIR_OK;
}

static size_t bytes_of(const weir_slice *slices, size_t count) {
  size_t bytes = 0;
  for (size_t i = 0; i < count; i++) bytes += slices[i].length;
  return bytes;
}

/* Puts `length` bytes into the pipe that lie `skip` bytes behind the beginning of the slices. */
static void put_slices(weirb_sim_pipe *pipe, const weir_slice *slices, size_t skip, size_t length) {
  for (const weir_slice *slice = slices; length > 0; slice++) {
    if (skip >= slice->length) {
      skip -= slice->length;
      continue;
    }
    size_t part = slice->length - skip;
    if (part > length) part = length;
    weirb_sim_pipe_put(pipe, (const uint8_t *)slice->data + skip, part);
    length -= part;
    skip = 0;
  }
}

/* Sends what there is room for and what chance allows. @return bytes taken */
static size_t send_some(weir_backend *world, weirb_sim_endpoint *endpoint, const weir_slice *slices,
                        size_t skip, size_t left) {
  weirb_sim_pipe *pipe = &endpoint->peer->in;
  size_t length = weirb_sim_pipe_room(pipe);
  if (length > left) length = left;
  if (length == 0) return 0;
  if (weirb_sim_random_chance(&world->random, world->options.short_send_permille)) {
    length = (size_t)weirb_sim_random_below(&world->random, length) + 1;
  }
  put_slices(pipe, slices, skip, length);
  weirb_sim_pipe_send(world, pipe, length);
  await_arrival(world, endpoint->peer);
  return length;
}

static weir_err reserve(weir_backend *world, weirb_sim_endpoint *endpoint, size_t bytes) {
  weirb_sim_pipe *pipe = &endpoint->peer->in;
  size_t want = bytes < SIZE_MAX - pipe->held ? pipe->held + bytes : SIZE_MAX;
  return weirb_sim_pipe_reserve(world, pipe, want);
}

weir_err weirb_sim_try_send(weir_backend *world, weirb_sim_endpoint *endpoint,
                            const weir_slice *slices, size_t count, size_t *out_sent) {
  *out_sent = 0;
  weir_err err = may_send(endpoint);
  if (err != WEIR_OK) return err;
  size_t bytes = bytes_of(slices, count);
  err = reserve(world, endpoint, bytes);
  if (err != WEIR_OK) return err;
  *out_sent = send_some(world, endpoint, slices, 0, bytes);
  return WEIR_OK;
}

static void finish_send(weir_backend *world, weirb_sim_endpoint *endpoint, weir_err err) {
  weirb_sim_forget(world, &endpoint->writable);
  weirb_sim_finish(world, op_out(endpoint, WEIR_OP_SEND), err);
  if (op_out(endpoint, WEIR_OP_SHUTDOWN) != NULL) weirb_sim_shutdown_start(world, endpoint);
}

static void go_on_sending(weir_backend *world, void *owner) {
  weirb_sim_endpoint *endpoint = owner;
  weir_send_op *send = (weir_send_op *)op_out(endpoint, WEIR_OP_SEND);
  if (send == NULL) return;
  size_t left = bytes_of(send->slices, send->count) - send->op.length;
  size_t taken = send_some(world, endpoint, send->slices, send->op.length, left);
  send->op.length += taken;
  if (taken == left) {
    finish_send(world, endpoint, WEIR_OK);
  } else if (weirb_sim_pipe_room(&endpoint->peer->in) > 0) {
    /* It was chance that took only a part, not the lack of room: nobody else would go on. */
    weirb_sim_happen(world, &endpoint->writable, weirb_sim_arrival(world), endpoint, go_on_sending);
  }
}

void weirb_sim_send_start(weir_backend *world, weirb_sim_endpoint *endpoint) {
  weir_send_op *send = (weir_send_op *)op_out(endpoint, WEIR_OP_SEND);
  send->op.length = 0;
  weir_err err = may_send(endpoint);
  if (err == WEIR_OK) err = reserve(world, endpoint, bytes_of(send->slices, send->count));
  if (err == WEIR_OK) {
    go_on_sending(world, endpoint);
  } else {
    finish_send(world, endpoint, err);
  }
}

void weirb_sim_send_cancel(weir_backend *world, weirb_sim_endpoint *endpoint) {
  finish_send(world, endpoint, WEIR_ECANCELED);
}

void weirb_sim_shutdown_start(weir_backend *world, weirb_sim_endpoint *endpoint) {
  if (op_out(endpoint, WEIR_OP_SEND) != NULL) return;
  bool connected = endpoint->state == WEIRB_SIM_CONNECTED;
  weirb_sim_finish(world, op_out(endpoint, WEIR_OP_SHUTDOWN), connected ? WEIR_OK : WEIR_ENOTCONN);
  /* A connection that is gone has ended, which is all that was wanted. */
  bool gone = endpoint->in.reset_here && endpoint->transport == WEIR_TRANSPORT_TCP;
  if (!connected || gone) return;
  weirb_sim_pipe_send_fin(world, &endpoint->peer->in);
  await_arrival(world, endpoint->peer);
}

void weirb_sim_receive_start(weir_backend *world, weirb_sim_endpoint *endpoint) {
  weir_op *op = op_out(endpoint, WEIR_OP_RECEIVE);
  const weirb_sim_pipe *in = &endpoint->in;
  if (op == NULL) return;
  if (endpoint->state != WEIRB_SIM_CONNECTED) {
    weirb_sim_finish(world, op, WEIR_ENOTCONN);
  } else if (in->arrived > 0 || in->fin_here || in->reset_here) {
    weirb_sim_finish(world, op, WEIR_OK);
  }
}

static void receive_bytes(weir_backend *world, weirb_sim_endpoint *endpoint, weir_op *op) {
  weirb_sim_pipe *in = &endpoint->in;
  if (op->data == NULL) {
    op->data = world->scratch;
    op->length = sizeof world->scratch;
  }
  size_t length = op->length < in->arrived ? op->length : in->arrived;
  if (length > 0 &&
      weirb_sim_random_chance(&world->random, world->options.short_receive_permille)) {
    length = (size_t)weirb_sim_random_below(&world->random, length) + 1;
  }
  weirb_sim_pipe_take(in, op->data, length);
  op->length = length;
  /* There is room now for a peer that waits for it, or for its end. */
  if (!endpoint->peer->writable.queued) go_on_sending(world, endpoint->peer);
  await_arrival(world, endpoint);
}

void weirb_sim_receive_take(weir_backend *world, weirb_sim_endpoint *endpoint, weir_op *op) {
  const weirb_sim_pipe *in = &endpoint->in;
  if (in->arrived > 0) {
    receive_bytes(world, endpoint, op);
    return;
  }
  assert(in->fin_here || in->reset_here);
  op->length = 0;
  /* Behind a FIN, or told once already, a reset looks like the end of the stream. */
  op->error = meet_reset(endpoint, WEIR_OK);
}

/* Something has arrived at an end that is closed: TCP answers bytes with a reset. */
static void arrive_at_closed(weir_backend *world, weirb_sim_endpoint *endpoint, size_t bytes) {
  weirb_sim_pipe_drop_arrived(&endpoint->in);
  if (bytes == 0) return;
  weirb_sim_pipe_send_reset(world, &endpoint->peer->in);
  await_arrival(world, endpoint->peer);
  if (!endpoint->peer->writable.queued) go_on_sending(world, endpoint->peer);
}

/* A reset comes from a closed end only, so nothing that is on its way there matters any more. Who
 * receives hears of it first. */
static void arrive_reset(weir_backend *world, weirb_sim_endpoint *endpoint, bool receiving) {
  weirb_sim_pipe_drop_unarrived(&endpoint->peer->in);
  await_arrival(world, endpoint->peer);
  if (op_out(endpoint, WEIR_OP_SEND) == NULL) return;
  bool tcp = endpoint->transport == WEIR_TRANSPORT_TCP;
  weir_err err = tcp && !receiving ? meet_reset(endpoint, WEIR_EPIPE) : WEIR_EPIPE;
  finish_send(world, endpoint, err);
}

static void arrive(weir_backend *world, void *owner) {
  weirb_sim_endpoint *endpoint = owner;
  bool reset_before = endpoint->in.reset_here;
  size_t bytes = weirb_sim_pipe_arrive(&endpoint->in, world->now);
  await_arrival(world, endpoint);
  if (endpoint->closed) {
    arrive_at_closed(world, endpoint, bytes);
    return;
  }
  bool receiving = op_out(endpoint, WEIR_OP_RECEIVE) != NULL;
  weirb_sim_receive_start(world, endpoint);
  if (endpoint->in.reset_here && !reset_before) arrive_reset(world, endpoint, receiving);
}

/* What the peer hears of a close. */
static void tell_peer(weir_backend *world, weirb_sim_endpoint *endpoint, weir_close_how how) {
  weirb_sim_endpoint *peer = endpoint->peer;
  bool tcp = endpoint->transport == WEIR_TRANSPORT_TCP;
  bool unread = tcp ? endpoint->in.arrived > 0 : endpoint->in.held > 0;
  if (how == WEIR_CLOSE_RESET) {
    /* What the system still holds back goes; a FIN that was sent is on its way, and all before it.
     */
    if (!peer->in.fin_sent) weirb_sim_pipe_drop_unarrived(&peer->in);
    weirb_sim_pipe_send_reset(world, &peer->in);
  } else if (unread) {
    if (how == WEIR_CLOSE_END) weirb_sim_pipe_send_fin(world, &peer->in);
    weirb_sim_pipe_send_reset(world, &peer->in);
  } else {
    weirb_sim_pipe_send_fin(world, &peer->in);
  }
  await_arrival(world, peer);
}

void weirb_sim_connection_close(weir_backend *world, weirb_sim_endpoint *endpoint,
                                weir_close_how how) {
  weirb_sim_endpoint *peer = endpoint->peer;
  endpoint->closed = true;
  weirb_sim_forget(world, &endpoint->writable);
  if (peer->closed) {
    weirb_sim_endpoint_free(world, peer);
    weirb_sim_endpoint_free(world, endpoint);
    return;
  }
  if (!endpoint->in.reset_here) tell_peer(world, endpoint, how);
  weirb_sim_pipe_drop_arrived(&endpoint->in);
  if (endpoint->transport == WEIR_TRANSPORT_IPC) {
    weirb_sim_pipe_drop_unarrived(&endpoint->in);
    await_arrival(world, endpoint);
    if (op_out(peer, WEIR_OP_SEND) != NULL) finish_send(world, peer, WEIR_EPIPE);
  }
}
