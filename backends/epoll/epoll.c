/* Asks epoll: edge-triggered, so that a descriptor is told of once, and its entry is never touched
 * again in the common case. */
#include "backends/epoll/epoll.h"

#include "backends/ready/ready.h"
#include "backends/ready/state.h"
#include "platform/error.h"
#include "platform/posix/descriptor.h"

#include <string.h>

static weir_err control(weir_backend *backend, int action, int fd, uint64_t data,
                        unsigned interest) {
  static const uint32_t receive = (uint32_t)EPOLLIN | EPOLLRDHUP | EPOLLPRI | (uint32_t)EPOLLET;
  static const uint32_t send = (uint32_t)EPOLLOUT | (uint32_t)EPOLLET;
  struct epoll_event event;
  memset(&event, 0, sizeof event);
  event.data.u64 = data;
  if (interest & WEIRB_READY_TO_RECEIVE) event.events |= receive;
  if (interest & WEIRB_READY_TO_SEND) event.events |= send;
  if (interest & WEIRB_READY_TO_ACCEPT) event.events |= EPOLLIN;
  return epoll_ctl(backend->system_fd, action, fd, &event) < 0 ? weirp_error_last() : WEIR_OK;
}

static weir_err watch(weir_backend *backend, int fd, uint64_t data, unsigned interest) {
  return control(backend, EPOLL_CTL_ADD, fd, data, interest);
}

static weir_err change(weir_backend *backend, int fd, uint64_t data, unsigned before,
                       unsigned interest) {
  (void)before;
  return control(backend, EPOLL_CTL_MOD, fd, data, interest);
}

static void unwatch(weir_backend *backend, int fd, unsigned before, bool closes) {
  (void)before;
  if (!closes) (void)control(backend, EPOLL_CTL_DEL, fd, 0, 0);
}

/* Whoever has a copy of the descriptor, as a forked process may, keeps its events coming. */
static void stray(weir_backend *backend, int fd) {
  unwatch(backend, fd, 0, false);
}

static int wait(weir_backend *backend, int timeout_ms) {
  return epoll_wait(backend->system_fd, backend->events, WEIRB_READY_EVENTS, timeout_ms);
}

static weir_err begin(weir_backend *backend) {
  backend->system_fd = epoll_create1(EPOLL_CLOEXEC);
  return backend->system_fd < 0 ? weirp_error_last() : WEIR_OK;
}

static void end(weir_backend *backend) {
  if (backend->system_fd >= 0) weirp_descriptor_close(backend->system_fd);
}

static weir_err open_epoll(const weir_backend_options *options, weir_backend **out_backend) {
  static const weirb_ready_poller poller = {.tells_once = true,
                                            .open = begin,
                                            .close = end,
                                            .watch = watch,
                                            .change = change,
                                            .unwatch = unwatch,
                                            .stray = stray,
                                            .wait = wait};
  return weirb_ready_open(&poller, options, out_backend);
}

const weir_backend_ops weirb_epoll_ops = WEIRB_READY_OPS("epoll", open_epoll, weirb_ready_try_send);
