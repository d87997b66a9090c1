/*
 * Receiving into the program's memory: whose turn it is to have it. While the receive operation is
 * out it is the system's; while the callback runs, and from the end of the transport on, it is the
 * program's.
 */
#include "core/socket_onread.h"

#include "core/options.h"

#include <assert.h>

static bool is_complete(const weir_onread *how) {
  bool has_buffer = how->buffer && how->buffer_length > 0;
  return how->callback && has_buffer == !how->provider;
}

weir_err weirc_onread_take(weir_socket *socket, const weir_onread *given) {
  weir_onread how = WEIR_ONREAD_INIT;
  weir_err err = weirc_options_take(&how, sizeof how, given);
  if (err != WEIR_OK) return err;
  if (!is_complete(&how)) return WEIR_ERR_INVALID_ARG_VALUE;
  weirc_socket_extra *extra = weirc_socket_extra_of(socket);
  if (!extra) return WEIR_ENOMEM;
  weirc_onread *onread =
      weirc_allocate_zeroed(&socket->object.loop->allocator, sizeof *extra->onread);
  if (!onread) return WEIR_ENOMEM;
  onread->how = how;
  if (!how.provider) {
    onread->memory = how.buffer;
    onread->length = how.buffer_length;
  }
  extra->onread = onread;
  weirc_socket_refresh(socket);
  return WEIR_OK;
}

static void ask(weir_socket *socket, weirc_onread *onread) {
  size_t length = 0;
  void *memory = onread->how.provider(socket, &length, onread->how.user);
  onread->memory = length > 0 ? memory : NULL;
  onread->length = length;
  if (!onread->memory) weirc_socket_destroy_with(socket, WEIR_ENOBUFS, "read");
}

void weirc_onread_begin(weir_socket *socket) {
  weirc_onread *onread = weirc_onread_of(socket);
  if (!onread || !onread->how.provider) return;
  onread->told = true;
  ask(socket, onread);
  onread->told = false;
}

void weirc_onread_forget(weir_socket *socket) {
  weirc_onread *onread = weirc_onread_of(socket);
  if (!onread) return;
  onread->held = 0;
  onread->stopped = onread->told = onread->cancelled = false;
}

bool weirc_onread_wants(const weirc_onread *onread) {
  return !onread->stopped && !onread->told && onread->held == 0;
}

/* Handlers may stop and go on as they like: what counts is how it stands when they have returned.
 */
static void tell(weir_socket *socket, weirc_onread *onread, size_t length) {
  assert(!onread->told && onread->held == 0);
  onread->told = true;
  if (!onread->how.callback(socket, onread->memory, length, onread->how.user))
    onread->stopped = true;
  if (onread->how.provider && !weir_socket_destroyed(socket)) ask(socket, onread);
  onread->told = false;
}

void weirc_onread_received(weir_socket *socket, size_t length) {
  weirc_onread *onread = weirc_onread_of(socket);
  if (onread->stopped)
    onread->held = length;
  else
    tell(socket, onread, length);
}

void weirc_onread_go_on(weir_socket *socket) {
  weirc_onread *onread = weirc_onread_of(socket);
  if (weir_socket_destroyed(socket) || onread->stopped) return;
  size_t held = onread->held;
  onread->held = 0;
  if (!onread->memory)
    weirc_onread_begin(socket);
  else if (held > 0)
    tell(socket, onread, held);
}

void weirc_onread_stop(weir_socket *socket) {
  weirc_onread *onread = weirc_onread_of(socket);
  weir_loop *loop = socket->object.loop;
  if (!onread || socket->state.transport != WEIRC_TRANSPORT_OPEN) return;
  onread->stopped = true;
  if (!socket->receiving || onread->told || onread->cancelled) return;
  onread->cancelled = true;
  loop->ops->cancel(loop->backend, &socket->receive);
}

void weirc_onread_resume(weir_socket *socket) {
  weirc_onread *onread = weirc_onread_of(socket);
  if (!onread || !onread->stopped) return;
  onread->stopped = false;
  if (onread->held > 0 || socket->input_ended)
    weirc_step_queue_kind(&socket->object, WEIRC_STEP_RESUME);
}
