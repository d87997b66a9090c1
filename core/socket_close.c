/* How a socket ends: destroy() in its forms, 'error', 'close', and letting go of the memory. */
#include "core/endpoint.h"
#include "core/error.h"
#include "core/race.h"
#include "core/server.h"
#include "core/socket_onread.h"
#include "core/socket_pipe.h"

#include <assert.h>

static void note_error(weir_socket *socket, const weir_error *error) {
  weirc_socket_extra *extra = weirc_socket_extra_of(socket);
  socket->had_error = true;
  /* The program's own error may have no code; a write that failed before has said its own. */
  if (!socket->write_failed)
    socket->error_code = (uint16_t)(error->code != WEIR_OK ? error->code : WEIR_UNKNOWN);
  /* Without memory for a copy the code is still told. */
  if (extra) extra->error = weirc_error_copy(&socket->object.loop->allocator, error);
}

void weirc_socket_destroy_error(const weir_socket *socket, weir_error *out_error) {
  *out_error = weirc_error_of(socket->object.loop, (weir_err)socket->error_code, NULL);
  if (socket->extra && socket->extra->error) *out_error = *socket->extra->error;
}

void weirc_socket_destroy(weir_socket *socket, const weir_error *error, weir_close_how how) {
  unsigned effects = weirc_socket_step(&socket->state, WEIRC_SOCKET_DESTROY);
  if (effects == 0) return;
  weirc_socket_refresh(socket);
  weirc_socket_stop_timeout(socket);
  if (error) {
    note_error(socket, error);
    weirc_step_queue_kind(&socket->object, WEIRC_STEP_ERROR);
  }
  weirc_socket_drop_pieces(socket);
  if (socket->extra) weirc_race_stop(socket->extra->race);
  if (socket->extra) weirc_abort_unlisten(socket->object.loop, &socket->extra->abort_listener);
  if (socket->server) weirc_server_connection_gone(socket->server);
  if (effects & WEIRC_DO_CLOSE_TRANSPORT)
    weirc_object_close(&socket->object, how);
  else
    weirc_step_queue_kind(&socket->object, WEIRC_STEP_CLOSE);
}

void weirc_socket_destroy_with(weir_socket *socket, weir_err code, const char *syscall) {
  weir_error error = weirc_error_of(socket->object.loop, code, syscall);
  weirc_socket_destroy(socket, &error, WEIR_CLOSE_PLAIN);
}

static void end_aborted(void *owner) {
  weirc_socket_destroy_with(owner, WEIR_ABORT_ERR, NULL);
}

weir_err weirc_socket_take_signal(weir_socket *socket, weir_abort_signal *signal) {
  if (!signal) return WEIR_OK;
  weir_err err = weirc_abort_check(socket->object.loop, signal);
  if (err != WEIR_OK) return err;
  weirc_socket_extra *extra = weirc_socket_extra_of(socket);
  if (!extra) return WEIR_ENOMEM;
  extra->abort_listener = weirc_abort_listen(socket->object.loop, signal, end_aborted, socket);
  return extra->abort_listener ? WEIR_OK : WEIR_ENOMEM;
}

void weir_socket_destroy(weir_socket *socket, const weir_error *error) {
  if (weirc_socket_here(socket)) weirc_socket_destroy(socket, error, WEIR_CLOSE_PLAIN);
}

void weir_socket_destroy_soon(weir_socket *socket) {
  if (weirc_socket_here(socket)) weirc_socket_event_now(socket, WEIRC_SOCKET_DESTROY_SOON);
}

weir_err weir_socket_reset_and_destroy(weir_socket *socket) {
  if (!socket) return WEIR_ERR_INVALID_ARG_TYPE;
  if (weirc_elsewhere(&socket->object)) return WEIR_ERR_WRONG_THREAD;
  bool has_transport = socket->state.transport == WEIRC_TRANSPORT_CONNECTING ||
                       socket->state.transport == WEIRC_TRANSPORT_OPEN;
  if (has_transport && socket->transport != WEIR_TRANSPORT_TCP) return WEIR_ERR_INVALID_HANDLE_TYPE;
  weirc_socket_event_now(socket, WEIRC_SOCKET_RESET);
  return WEIR_OK;
}

void weirc_socket_tell_error(weir_socket *socket) {
  weir_error error;
  weirc_socket_destroy_error(socket, &error);
  weirc_pipes_leave(socket);
  weirc_trace(socket->object.loop, socket->object.id, WEIR_TRACE_ERROR, socket->error_code, 0);
  if (socket->handlers->on_error) socket->handlers->on_error(socket, &error, socket->user);
}

/* connect()'s callback, if the connection never came. */
static void fail_connect(weir_socket *socket) {
  weirc_socket_extra *extra = socket->extra;
  weir_error error;
  if (!extra || !extra->connect_callback) return;
  weir_socket_callback callback = extra->connect_callback;
  extra->connect_callback = NULL;
  weirc_socket_destroy_error(socket, &error);
  if (!socket->had_error) error.code = WEIR_ERR_SOCKET_CLOSED_BEFORE_CONNECTION;
  callback(socket, &error, extra->connect_user);
}

void weirc_socket_forget_connection(weir_socket *socket) {
  weirc_socket_extra *extra = socket->extra;
  const weir_allocator *allocator = &socket->object.loop->allocator;
  socket->keeps_fds = false;
  if (!extra) return;
  weirc_abort_unlisten(socket->object.loop, &extra->abort_listener);
  weirc_endpoint_free(allocator, &extra->connect.remote);
  weirc_race_free(extra->race);
  extra->race = NULL;
  weirc_socket_drop_pieces(socket);
  weirc_onread_forget(socket);
  weirc_release(allocator, extra->pipes);
  extra->pipes = NULL;
  extra->type_of_service_due = false;
  weirc_release(allocator, extra->error);
  extra->error = NULL;
  (void)weir_decoder_init(&extra->decoder, extra->decoder.encoding);
}

void weirc_socket_free_extra(weir_socket *socket) {
  weirc_socket_forget_connection(socket);
  if (!socket->extra) return;
  weirc_socket_free_timeout(socket);
  weir_block_filter_release(socket->extra->block_list);
  weirc_release(&socket->object.loop->allocator, socket->extra->onread);
  weirc_release(&socket->object.loop->allocator, socket->extra);
  socket->extra = NULL;
}

void weirc_socket_transport_closed(weir_socket *socket) {
  if (socket->object.pending != 0)
    weirc_step_queue_kind(&socket->object, WEIRC_STEP_CLOSE);
  else
    weirc_socket_closed(socket);
}

void weirc_socket_closed(weir_socket *socket) {
  assert(weir_socket_destroyed(socket) && !socket->closed);
  assert(!socket->receiving);
  weirc_pipes_closed(socket);
  fail_connect(socket);
  weirc_socket_fail_timeouts(socket);
  weirc_socket_fail_writes(socket);
  weirc_trace(socket->object.loop, socket->object.id, WEIR_TRACE_CLOSE, socket->had_error, 0);
  socket->telling_close = true;
  if (socket->handlers->on_close)
    socket->handlers->on_close(socket, socket->had_error, socket->user);
  socket->telling_close = false;
  if (socket->begun_anew) {
    socket->begun_anew = false;
    return;
  }
  weirc_object_deactivate(&socket->object);
  socket->closed = true;
  weirc_socket_free_if_done(socket);
}

void weirc_socket_free_if_done(weir_socket *socket) {
  if (!socket->closed || socket->object.retained > 0 || socket->object.pending != 0) return;
  weirc_socket_drop_idle_writer(socket);
  weirc_socket_free_extra(socket);
  assert(!socket->writer);
  weirc_object_free(&socket->object);
}

static void destroy_list(weirc_link *list) {
  weirc_link *link = list->next;
  /* Destroying tells nothing at once, so the list stays as it is meanwhile. */
  for (; link != list; link = link->next)
    weir_socket_destroy((weir_socket *)(void *)weirc_container(link, weirc_object, link), NULL);
}

void weirc_socket_destroy_all(weir_loop *loop) {
  destroy_list(&loop->sockets);
  for (weirc_link *link = loop->servers.next; link != &loop->servers; link = link->next)
    destroy_list(&((weir_server *)(void *)weirc_container(link, weirc_object, link))->sockets);
}

void weirc_socket_free_all(weir_loop *loop) {
  while (!weirc_list_empty(&loop->sockets)) {
    weirc_object *object = weirc_container(loop->sockets.next, weirc_object, link);
    weirc_list_remove(&object->link);
    object->retained = 0;
    /* If the system failed to close it, its memory may still be in use and is given up. */
    weirc_socket_free_if_done((weir_socket *)(void *)object);
  }
}
