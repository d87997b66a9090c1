/* The socket as an object: making it, its handlers, its properties. What happens to it is
 * elsewhere. */
#include "core/socket.h"

#include "core/options.h"
#include "core/race.h"
#include "core/server.h"
#include "weir/defaults.h"
#include "core/socket_onread.h"
#include "core/socket_pipe.h"

#include <assert.h>

const weir_socket_handlers weirc_no_socket_handlers = WEIR_SOCKET_HANDLERS_INIT;

weir_socket *weirc_socket_create(weir_loop *loop) {
  weir_socket *socket = weirc_object_create(loop, sizeof *socket, WEIRC_STEP_SOCKET);
  if (!socket) return NULL;
  socket->handlers = &weirc_no_socket_handlers;
  socket->read_mark = socket->write_mark = (uint32_t)weir_default_high_water_mark_bytes();
  socket->receive.kind = WEIR_OP_RECEIVE;
  socket->receive.handle = weirc_handle(&socket->object);
  return socket;
}

void weirc_socket_discard(weir_socket *socket) {
  if (!socket) return;
  weirc_socket_free_extra(socket);
  weirc_object_free(&socket->object);
}

weir_err weirc_mark_take(int64_t given, uint32_t *out_mark) {
  if (given < -1) return WEIR_ERR_OUT_OF_RANGE;
  if (given >= 0) *out_mark = given < UINT32_MAX ? (uint32_t)given : UINT32_MAX;
  return WEIR_OK;
}

/* A side that is not wanted is one that has ended, though nobody is told. */
static void take_sides(weir_socket *socket, const weir_socket_options *options) {
  if (!options->readable) {
    socket->state.read_ended = 1;
    socket->state.never_read = 1;
    socket->input_ended = true;
  }
  if (options->writable) return;
  socket->state.never_write = 1;
  socket->state.write = WEIRC_WRITE_FINISHED;
}

/* How much may be queued is looked at where something is. */
static weir_err take_limit(weir_socket *socket, int64_t given) {
  if (given < -1) return WEIR_ERR_OUT_OF_RANGE;
  if (given == -1) return WEIR_OK;
  weirc_socket_extra *extra = weirc_socket_extra_of(socket);
  if (!extra) return WEIR_ENOMEM;
  extra->limited = true;
  extra->max_buffered = (uint64_t)given < SIZE_MAX ? (size_t)given : SIZE_MAX;
  return WEIR_OK;
}

weir_err weir_socket_set_block_list(weir_socket *socket, weir_block_filter *block_list) {
  if (!socket) return WEIR_ERR_INVALID_ARG_TYPE;
  if (weirc_elsewhere(&socket->object)) return WEIR_ERR_WRONG_THREAD;
  if (!socket->extra && !block_list) return WEIR_OK;
  weirc_socket_extra *extra = weirc_socket_extra_of(socket);
  if (!extra) return WEIR_ENOMEM;
  weir_block_filter *before = extra->block_list;
  extra->block_list = block_list ? weir_block_filter_retain(block_list) : NULL;
  weir_block_filter_release(before);
  return WEIR_OK;
}

static weir_err take_options(weir_socket *socket, const weir_socket_options *options) {
  weir_err err = weirc_mark_take(options->readable_high_water_mark_bytes, &socket->read_mark);
  if (err == WEIR_OK)
    err = weirc_mark_take(options->writable_high_water_mark_bytes, &socket->write_mark);
  socket->state.allow_half_open = options->allow_half_open;
  take_sides(socket, options);
  if (err == WEIR_OK) err = weirc_socket_take_settings(socket, options);
  if (err == WEIR_OK && options->onread) err = weirc_onread_take(socket, options->onread);
  if (err == WEIR_OK) err = take_limit(socket, options->max_buffered_bytes);
  if (err == WEIR_OK) err = weir_socket_set_block_list(socket, options->block_list);
  if (err == WEIR_OK) err = weirc_socket_take_signal(socket, options->signal);
  return err;
}

/* The descriptor comes last: it is weir's from success on. */
static weir_err fill(weir_socket *socket, const weir_socket_options *given,
                     const weir_socket_handlers *handlers, void *user) {
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  weir_err err = weirc_options_take(&options, sizeof options, given);
  if (err == WEIR_OK) err = take_options(socket, &options);
  if (err == WEIR_OK) err = weir_socket_set_handlers(socket, handlers, user);
  if (err == WEIR_OK && options.fd != -1) err = weirc_socket_adopt(socket, options.fd);
  return err;
}

weir_err weir_socket_create(weir_loop *loop, const weir_socket_options *options,
                            const weir_socket_handlers *handlers, void *user,
                            weir_socket **out_socket) {
  weir_err err = weirc_socket_make(loop, options, handlers, user, out_socket);
  if (err == WEIR_OK) weirc_socket_begin(*out_socket);
  return err;
}

weir_err weirc_socket_make(weir_loop *loop, const weir_socket_options *options,
                           const weir_socket_handlers *handlers, void *user,
                           weir_socket **out_socket) {
  if (out_socket) *out_socket = NULL;
  if (!loop || !out_socket) return WEIR_ERR_INVALID_ARG_TYPE;
  weir_err err = weirc_loop_refuses(loop);
  if (err != WEIR_OK) return err;
  weir_socket *socket = weirc_socket_create(loop);
  if (!socket) return WEIR_ENOMEM;
  err = fill(socket, options, handlers, user);
  if (err != WEIR_OK) {
    weirc_socket_discard(socket);
    return err;
  }
  weirc_list_append(&loop->sockets, &socket->object.link);
  *out_socket = socket;
  return WEIR_OK;
}

weirc_socket_extra *weirc_socket_extra_of(weir_socket *socket) {
  if (socket->extra) return socket->extra;
  weirc_socket_extra *extra = weirc_allocate_zeroed(&socket->object.loop->allocator, sizeof *extra);
  if (!extra) return NULL;
  extra->pieces_end = &extra->pieces;
  socket->extra = extra;
  return extra;
}

weir_err weir_socket_set_handlers(weir_socket *socket, const weir_socket_handlers *handlers,
                                  void *user) {
  if (!socket) return WEIR_ERR_INVALID_ARG_TYPE;
  if (weirc_elsewhere(&socket->object)) return WEIR_ERR_WRONG_THREAD;
  if (handlers && handlers->size < WEIRC_SOCKET_HANDLERS_LEAST) return WEIR_ERR_INVALID_ARG_VALUE;
  bool had_consumer = socket->handlers->on_data != NULL;
  bool pulled = weirc_socket_pulls(socket);
  socket->handlers = handlers ? handlers : &weirc_no_socket_handlers;
  socket->user = user;
  weirc_socket_watch_fds(socket);
  weirc_socket_refresh(socket);
  bool pulls = weirc_socket_pulls(socket);
  if (pulls && !pulled)
    weirc_socket_pull_begin(socket);
  else if (pulled && !pulls)
    weirc_socket_pull_end(socket);
  else if (socket->handlers->on_data && !had_consumer && socket->flow == WEIR_FLOW_INITIAL)
    weir_socket_resume(socket);
  return WEIR_OK;
}

/* Callbacks may give the last reference to a closed socket back: it stays until the step is over.
 */
void weirc_socket_run_step(weir_socket *socket, unsigned kind) {
  unsigned outer = socket->object.pending & WEIRC_STEP_RUNS;
  socket->object.pending |= WEIRC_STEP_RUNS;
  switch ((weirc_socket_step_kind)kind) {
  case WEIRC_STEP_CONNECT_FAILED: weirc_socket_connected(socket); break;
  case WEIRC_STEP_WRITE_DONE:
    weirc_socket_tell_taken_back(socket);
    weirc_socket_tell_writes(socket);
    break;
  case WEIRC_STEP_RESUME: weirc_socket_deliver(socket); break;
  case WEIRC_STEP_END: weirc_socket_tell_end(socket); break;
  case WEIRC_STEP_AUTO_END: weirc_socket_auto_end(socket); break;
  case WEIRC_STEP_FINISH: weirc_socket_tell_finish(socket); break;
  case WEIRC_STEP_ERROR: weirc_socket_tell_error(socket); break;
  case WEIRC_STEP_LOOKUP: weirc_race_tell_answer(socket->extra->race); break;
  case WEIRC_STEP_CLOSE: weirc_socket_closed(socket); break;
  case WEIRC_STEP_PIPE_END: weirc_pipes_ended(socket); break;
  case WEIRC_STEP_READABLE: weirc_socket_tell_readable(socket); break;
  }
  if (!outer) socket->object.pending &= (uint16_t)~WEIRC_STEP_RUNS;
  if (socket->closed) weirc_socket_free_if_done(socket);
}

/* Flowing to on_data and to nobody else, with nothing kept that has to go first. */
static bool may_flow(const weir_socket *socket) {
  return socket->handlers->on_data && !weirc_socket_takes_fds(socket) && !weirc_onread_of(socket) &&
         !weirc_pipes_out_of(socket) && socket->state.transport == WEIRC_TRANSPORT_OPEN &&
         socket->reading && !socket->input_ended && socket->flow == WEIR_FLOW_FLOWING &&
         weir_socket_readable_length(socket) == 0 && !weirc_socket_has_encoding(socket);
}

bool weirc_socket_may_write_through(const weir_socket *socket) {
  return socket->state.transport == WEIRC_TRANSPORT_OPEN &&
         socket->state.write == WEIRC_WRITE_OPEN && !socket->state.queued &&
         !socket->write_failed && weir_socket_writable_corked(socket) == 0;
}

void weirc_socket_refresh(weir_socket *socket) {
  weirc_idle_state idle = weirc_socket_idle_state(socket);
  bool may = may_flow(socket);
  socket->flows = may && idle == WEIRC_IDLE_OFF;
  socket->flows_timed = may && idle == WEIRC_IDLE_ARMED;
  socket->flows_on = socket->flows || socket->flows_timed;
  /* With a mark of 0 each write is followed by a drain. */
  may = weirc_socket_may_write_through(socket) && socket->write_mark > 0;
  socket->writes_through = may && idle == WEIRC_IDLE_OFF;
  socket->writes_timed = may && idle == WEIRC_IDLE_ARMED;
}

bool weirc_socket_is_fresh(const weir_socket *socket) {
  weir_socket fresh = *socket;
  weirc_socket_refresh(&fresh);
  return socket->flows == fresh.flows && socket->flows_timed == fresh.flows_timed &&
         socket->writes_through == fresh.writes_through &&
         socket->writes_timed == fresh.writes_timed;
}

/* Who goes with 'finish' leaves the end to the close, see socket_state.c. What destroySoon() has
 * not read makes that a reset, which must not overtake the end. */
static weir_close_how plain_or_end(const weir_socket *socket) {
  const weirc_socket_state *state = &socket->state;
  bool sent = state->fin_sent || !state->was_open;
  bool all_read = state->read_ended && !state->never_read;
  return state->destroy_soon && !sent && !all_read ? WEIR_CLOSE_END : WEIR_CLOSE_PLAIN;
}

void weirc_socket_event_now(weir_socket *socket, weirc_socket_event event) {
  unsigned effects = weirc_socket_step(&socket->state, event);
  weirc_socket_refresh(socket);
  weirc_object *object = &socket->object;
  if (effects & WEIRC_DO_SEND_FIN) weirc_socket_send_fin(socket);
  if (effects & WEIRC_DO_FINISH) weirc_step_queue_kind(object, WEIRC_STEP_FINISH);
  if (effects & WEIRC_DO_AUTO_END) weirc_step_queue_kind(object, WEIRC_STEP_AUTO_END);
  if (effects & WEIRC_DO_DESTROY) weirc_socket_destroy(socket, NULL, plain_or_end(socket));
  if (effects & WEIRC_DO_RESET) weirc_socket_destroy(socket, NULL, WEIR_CLOSE_RESET);
  if (effects & WEIRC_DO_REFUSE) weirc_socket_destroy_with(socket, WEIR_ERR_SOCKET_CLOSED, NULL);
  if (socket->state.write != WEIRC_WRITE_OPEN) weirc_socket_uncork_all(socket);
}

weir_socket *weir_socket_retain(weir_socket *socket) {
  if (socket) socket->object.retained++;
  return socket;
}

void weir_socket_release(weir_socket *socket) {
  if (!weirc_socket_here(socket) || socket->object.retained == 0) return;
  socket->object.retained--;
  if (socket->closed) weirc_socket_free_if_done(socket);
}

void weir_socket_ref(weir_socket *socket) {
  if (weirc_socket_here(socket)) weirc_object_reference(&socket->object, true);
}

void weir_socket_unref(weir_socket *socket) {
  if (weirc_socket_here(socket)) weirc_object_reference(&socket->object, false);
}

bool weir_socket_has_ref(const weir_socket *socket) {
  return socket && !socket->closed && socket->object.referenced;
}

void *weir_socket_user(const weir_socket *socket) {
  return socket ? socket->user : NULL;
}

weir_loop *weir_socket_loop(const weir_socket *socket) {
  return socket ? socket->object.loop : NULL;
}

weir_server *weir_socket_server(const weir_socket *socket) {
  return socket ? socket->server : NULL;
}

uint64_t weir_socket_id(const weir_socket *socket) {
  return socket ? socket->object.id : 0;
}

bool weir_socket_connecting(const weir_socket *socket) {
  return socket && socket->state.transport == WEIRC_TRANSPORT_CONNECTING;
}

bool weir_socket_pending(const weir_socket *socket) {
  return socket && socket->state.transport != WEIRC_TRANSPORT_OPEN;
}

bool weir_socket_destroyed(const weir_socket *socket) {
  return socket && socket->state.transport == WEIRC_TRANSPORT_DESTROYED;
}

bool weir_socket_closed(const weir_socket *socket) {
  return weir_socket_destroyed(socket);
}

bool weir_socket_readable(const weir_socket *socket) {
  return socket && !weir_socket_destroyed(socket) && !socket->state.read_ended;
}

bool weir_socket_writable(const weir_socket *socket) {
  return socket && !weir_socket_destroyed(socket) && !socket->write_failed &&
         socket->state.write == WEIRC_WRITE_OPEN;
}

weir_ready_state weir_socket_ready_state(const weir_socket *socket) {
  if (weir_socket_connecting(socket)) return WEIR_READY_STATE_OPENING;
  bool readable = weir_socket_readable(socket);
  bool writable = weir_socket_writable(socket);
  if (readable && writable) return WEIR_READY_STATE_OPEN;
  if (readable) return WEIR_READY_STATE_READ_ONLY;
  return writable ? WEIR_READY_STATE_WRITE_ONLY : WEIR_READY_STATE_CLOSED;
}

const char *weir_ready_state_name(weir_ready_state state) {
  switch (state) {
  case WEIR_READY_STATE_OPENING: return "opening";
  case WEIR_READY_STATE_OPEN: return "open";
  case WEIR_READY_STATE_READ_ONLY: return "readOnly";
  case WEIR_READY_STATE_WRITE_ONLY: return "writeOnly";
  case WEIR_READY_STATE_CLOSED: break;
  }
  return "closed";
}

bool weir_socket_readable_ended(const weir_socket *socket) {
  return socket && socket->state.read_ended;
}

bool weir_socket_writable_ended(const weir_socket *socket) {
  return socket && (socket->end_called || socket->state.write != WEIRC_WRITE_OPEN);
}

bool weir_socket_writable_finished(const weir_socket *socket) {
  return socket && socket->state.write == WEIRC_WRITE_FINISHED;
}

weir_err weir_socket_errored(const weir_socket *socket) {
  return socket ? (weir_err)socket->error_code : WEIR_OK;
}

bool weir_socket_is_paused(const weir_socket *socket) {
  return socket && socket->flow == WEIR_FLOW_PAUSED;
}

weir_flow weir_socket_readable_flowing(const weir_socket *socket) {
  return socket ? (weir_flow)socket->flow : WEIR_FLOW_INITIAL;
}

size_t weir_socket_readable_length(const weir_socket *socket) {
  return socket && socket->extra ? socket->extra->pieces_length : 0;
}

int64_t weir_socket_buffer_size(const weir_socket *socket) {
  if (!socket || socket->state.transport == WEIRC_TRANSPORT_NONE || weir_socket_destroyed(socket))
    return -1;
  return (int64_t)weir_socket_writable_length(socket);
}

bool weir_socket_writable_need_drain(const weir_socket *socket) {
  return socket && socket->need_drain && !weir_socket_destroyed(socket) &&
         socket->state.write == WEIRC_WRITE_OPEN;
}

size_t weir_socket_readable_high_water_mark(const weir_socket *socket) {
  return socket ? socket->read_mark : 0;
}

size_t weir_socket_writable_high_water_mark(const weir_socket *socket) {
  return socket ? socket->write_mark : 0;
}

uint64_t weir_socket_bytes_read(const weir_socket *socket) {
  return socket ? socket->bytes_read : 0;
}

uint64_t weir_socket_bytes_written(const weir_socket *socket) {
  return socket ? socket->bytes_written : 0;
}

bool weir_socket_allow_half_open(const weir_socket *socket) {
  return socket && socket->state.allow_half_open;
}

void weir_socket_set_allow_half_open(weir_socket *socket, bool allow) {
  if (weirc_socket_here(socket)) socket->state.allow_half_open = allow;
}

weir_err weir_socket_local_address(weir_socket *socket, weir_address *out_address) {
  if (!socket || !out_address) return WEIR_ERR_INVALID_ARG_TYPE;
  *out_address = (weir_address){0};
  if (weir_socket_pending(socket)) return WEIR_OK;
  weir_loop *loop = socket->object.loop;
  return loop->ops->address(loop->backend, weirc_handle(&socket->object), WEIR_END_LOCAL,
                            out_address);
}

weir_err weir_socket_remote_address(const weir_socket *socket, weir_address *out_address) {
  if (!socket || !out_address) return WEIR_ERR_INVALID_ARG_TYPE;
  *out_address = socket->remote;
  return WEIR_OK;
}
