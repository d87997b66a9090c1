/* Decides how the functions of a backend map to the files of this one, and how it begins and ends.
 */
#include "backends/iocp/iocp.h"

#include "backends/completions.h"
#include "backends/iocp/adopt.h"
#include "backends/iocp/handle.h"
#include "backends/iocp/listener.h"
#include "backends/iocp/send.h"
#include "backends/iocp/stream.h"
#include "backends/iocp/turn.h"
#include "core/options.h"
#include "platform/clock.h"
#include "platform/error.h"
#include "platform/scope.h"

#include <stddef.h>
#include <string.h>

enum { ACCEPTS_MAX = 256, INSTANCES_MAX = 64 };

static void free_iocp(weir_backend *backend) {
  weir_allocator allocator = backend->allocator;
  weirb_resolves_free(&backend->resolves);
  if (backend->port != NULL) {
    weirb_iocp_drain(backend);
    (void)CloseHandle(backend->port);
  }
  if (backend->event != NULL) (void)CloseHandle(backend->event);
  weirb_iocp_stream_free_pool(backend);
  if (backend->copy != NULL) allocator.release(backend->copy, allocator.user);
  allocator.release(backend, allocator.user);
}

/* What is there on failure is free_iocp()'s to close. */
static weir_err begin(weir_backend *backend) {
  weir_err err = weirp_descriptor_start();
  if (err != WEIR_OK) return err;
  backend->port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
  if (backend->port == NULL) return weirp_error_last();
  backend->event = CreateEventW(NULL, TRUE, FALSE, NULL);
  return backend->event != NULL ? WEIR_OK : weirp_error_last();
}

static weir_err open_iocp(const weir_backend_options *options, weir_backend **out_backend) {
  const weir_allocator *allocator = options->allocator;
  weir_iocp_options given = WEIR_IOCP_OPTIONS_INIT;
  weir_err err = weirc_options_take(&given, sizeof given, options->backend_options);
  if (err != WEIR_OK) return err;
  if (given.pending_accepts < 1 || given.pending_accepts > ACCEPTS_MAX ||
      given.pending_instances < 1 || given.pending_instances > INSTANCES_MAX)
    return WEIR_ERR_OUT_OF_RANGE;
  weir_backend *backend = allocator->allocate(sizeof *backend, allocator->user);
  if (backend == NULL) return WEIR_ENOMEM;
  memset(backend, 0, offsetof(weir_backend, packets));
  backend->allocator = *allocator;
  backend->given = given;
  backend->turn_over = true;
  backend->ready_end = &backend->ready;
  weirb_completions_init(&backend->pending);
  weirb_retries_init(&backend->retries);
  weirb_resolves_init(&backend->resolves, backend, weirb_iocp_wake);
  err = begin(backend);
  if (err == WEIR_OK)
    *out_backend = backend;
  else
    free_iocp(backend);
  return err;
}

static weir_time now(weir_backend *backend) {
  (void)backend;
  return weirp_clock_now();
}

const weir_backend_ops weirb_iocp_ops = {
    .size = sizeof(weir_backend_ops),
    .name = "iocp",
    .handle_size = sizeof(weirb_iocp_handle),
    .open = open_iocp,
    .free = free_iocp,
    .poll = weirb_iocp_poll,
    .wake = weirb_iocp_wake,
    .now = now,
    .create = weirb_iocp_create,
    .bind = weirb_iocp_bind,
    .listen = weirb_iocp_listen,
    .address = weirb_iocp_address,
    .release_name = weirb_iocp_release_name,
    .try_send = weirb_iocp_try_send,
    .submit = weirb_iocp_submit,
    .cancel = weirb_iocp_cancel,
    .close = weirb_iocp_close,
    .due = weirb_iocp_due,
    .set_no_delay = weirb_iocp_set_no_delay,
    .set_keep_alive = weirb_iocp_set_keep_alive,
    .adopt = weirb_iocp_adopt,
    .handle_fd = weirb_iocp_handle_fd,
    .move = weirb_iocp_move,
    .scope_id = weirp_scope_id,
    .set_type_of_service = weirb_iocp_set_type_of_service,
    .peer_credentials = weirb_iocp_peer_credentials,
    .system_code = weirp_error_number,
};
