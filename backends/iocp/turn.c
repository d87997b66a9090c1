/* Decides how long is waited at the port, and in which order a turn hands out what it has: what was
 * finished on the spot before, what the port tells, the streams that may have more, and what was
 * finished on the spot meanwhile. Does not decide what an event means. */
#include "backends/iocp/turn.h"

#include "backends/completions.h"
#include "backends/iocp/connect.h"
#include "backends/iocp/listener.h"
#include "backends/iocp/receive.h"
#include "backends/iocp/send.h"
#include "backends/iocp/stream.h"
#include "backends/wait.h"
#include "core/containers/list.h"
#include "platform/clock.h"
#include "platform/error.h"

void weirb_iocp_queue(weir_backend *backend, weirb_iocp_stream *stream) {
  if (stream->flags & WEIRB_IOCP_QUEUED) return;
  weirb_iocp_set(stream, WEIRB_IOCP_QUEUED);
  stream->next = NULL;
  *backend->ready_end = stream;
  backend->ready_end = &stream->next;
}

int weirb_iocp_result(weirb_iocp_request *request, size_t *out_bytes) {
  DWORD bytes = 0;
  /* It is over, so the object is not looked at. */
  BOOL good = GetOverlappedResult(NULL, &request->overlapped, &bytes, FALSE);
  *out_bytes = bytes;
  return good ? 0 : (int)GetLastError();
}

weir_time weirb_iocp_due(const weir_backend *backend) {
  if (backend->ready != NULL || backend->serving != NULL || backend->pending.first != NULL ||
      backend->pending.closed != NULL || backend->at < backend->count) {
    return WEIRB_WAIT_NOT;
  }
  return backend->retries.at;
}

void weirb_iocp_wake(weir_backend *backend) {
  /* Without memory for a packet there will be none later either, so whoever is next tries. */
  if (weirc_atomic_int_exchange(&backend->woken, 1) != 0) return;
  if (!PostQueuedCompletionStatus(backend->port, 0, 0, NULL))
    weirc_atomic_int_store(&backend->woken, 0);
}

/* @return how many packets came; negative: a weir_err */
static int wait_at_port(weir_backend *backend, int ms) {
  ULONG count = 0;
  backend->at = backend->count = 0;
  BOOL any = GetQueuedCompletionStatusEx(backend->port, backend->packets, WEIRB_IOCP_PACKETS,
                                         &count, ms < 0 ? INFINITE : (DWORD)ms, FALSE);
  if (any) {
    backend->count = (unsigned)count;
    return (int)count;
  }
  DWORD error = GetLastError();
  return error == WAIT_TIMEOUT ? 0 : -(int)weirp_error((int)error);
}

static weir_err begin_turn(weir_backend *backend, weir_time deadline) {
  backend->turn_over = false;
  backend->serving = backend->ready;
  backend->ready = NULL;
  backend->ready_end = &backend->ready;
  for (;;) {
    if (backend->retries.first != NULL) weirb_iocp_connect_retry(backend, weirp_clock_now());
    weir_time work = weirb_iocp_due(backend);
    int count = wait_at_port(backend, weirb_wait_ms(work < deadline ? work : deadline));
    if (count < 0) return (weir_err)-count;
    if (count > 0 || work <= WEIRB_WAIT_NOT || deadline <= work) return WEIR_OK;
    /* A busy pipe is to be tried again: the deadline is still to come. */
  }
}

static void serve_request(weir_backend *backend, weirb_iocp_request *request,
                          weir_completions *done) {
  /* A stray: of a pipe whose call was over at once and was told of all the same. */
  if (!HasOverlappedIoCompleted(&request->overlapped)) return;
  switch (request->kind) {
  case WEIRB_IOCP_READ:
    weirb_iocp_receive_event(backend, weirc_container(request, weirb_iocp_stream, in), done);
    break;
  case WEIRB_IOCP_CONNECT:
    weirb_iocp_connect_event(backend, weirc_container(request, weirb_iocp_stream, in), done);
    break;
  case WEIRB_IOCP_WRITE: weirb_iocp_send_event(backend, request, done); break;
  case WEIRB_IOCP_ACCEPT: weirb_iocp_listener_event(backend, request, done); break;
  }
}

static void serve_packet(weir_backend *backend, const OVERLAPPED_ENTRY *packet,
                         weir_completions *done) {
  if (packet->lpOverlapped != NULL) {
    serve_request(backend, weirc_container(packet->lpOverlapped, weirb_iocp_request, overlapped),
                  done);
    return;
  }
  weirc_atomic_int_store(&backend->woken, 0);
  /* Only now: what is answered behind this wakes again. */
  weirb_resolves_collect(&backend->resolves, done);
}

static void serve_queued(weir_backend *backend, weir_completions *done) {
  weirb_iocp_stream *stream = backend->serving;
  backend->serving = stream->next;
  weirb_iocp_clear(stream, WEIRB_IOCP_QUEUED);
  if (stream->owner == NULL)
    weirb_iocp_stream_free(backend, stream);
  else if (stream->flags & WEIRB_IOCP_LISTENER)
    weirb_iocp_listener_serve(backend, stream, done);
  else
    weirb_iocp_receive_serve(backend, stream, done);
}

static void end_turn(weir_backend *backend, weir_completions *done) {
  backend->turn_over = true;
  weirb_completions_move(&backend->pending, done);
}

weir_err weirb_iocp_poll(weir_backend *backend, weir_time deadline, weir_completions *done) {
  weir_op **before = done->end;
  if (deadline != WEIR_POLL_REAP && backend->at == backend->count) {
    weirb_resolves_turn(&backend->resolves);
    weir_err err = begin_turn(backend, deadline);
    if (err != WEIR_OK) return err;
    /* Before anything is read: what comes of it, a close for one, is to happen first. */
    weirb_completions_move_ops(&backend->pending, done);
  }
  /* One at a time, as all share the receive buffer. */
  while (done->end == before && backend->at < backend->count)
    serve_packet(backend, &backend->packets[backend->at++], done);
  while (done->end == before && backend->serving != NULL) serve_queued(backend, done);
  if (done->end == before && !backend->turn_over) end_turn(backend, done);
  return WEIR_OK;
}

void weirb_iocp_drain(weir_backend *backend) {
  weir_completions nobody;
  weirb_completions_init(&nobody);
  while (backend->serving != NULL) serve_queued(backend, &nobody);
  backend->serving = backend->ready;
  while (backend->serving != NULL) serve_queued(backend, &nobody);
  for (;;) {
    while (backend->at < backend->count) {
      const OVERLAPPED_ENTRY *packet = &backend->packets[backend->at++];
      if (packet->lpOverlapped != NULL) serve_packet(backend, packet, &nobody);
    }
    if (backend->held == 0 || wait_at_port(backend, -1) < 0) return;
  }
}
