/* Decides what a thread that waits for descriptors is woken by. */
#include "platform/posix/wakeup.h"

#include "platform/error.h"
#include "platform/posix/descriptor.h"

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/eventfd.h>

weir_err weirp_wakeup_open(weirp_wakeup *out_wakeup) {
  int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  out_wakeup->wait_fd = out_wakeup->signal_fd = fd;
  return fd < 0 ? weirp_error_last() : WEIR_OK;
}

#else

weir_err weirp_wakeup_open(weirp_wakeup *out_wakeup) {
  int ends[2] = {-1, -1};
  weir_err err = pipe(ends) < 0 ? weirp_error_last() : WEIR_OK;
  out_wakeup->wait_fd = ends[0];
  out_wakeup->signal_fd = ends[1];
  if (err == WEIR_OK) err = weirp_descriptor_prepare(ends[0]);
  if (err == WEIR_OK) err = weirp_descriptor_prepare(ends[1]);
  if (err != WEIR_OK) weirp_wakeup_close(out_wakeup);
  return err;
}

#endif

void weirp_wakeup_close(weirp_wakeup *wakeup) {
  if (wakeup->wait_fd < 0) return;
  weirp_descriptor_close(wakeup->wait_fd);
  if (wakeup->signal_fd != wakeup->wait_fd) weirp_descriptor_close(wakeup->signal_fd);
  wakeup->wait_fd = wakeup->signal_fd = -1;
}

void weirp_wakeup_signal(const weirp_wakeup *wakeup) {
  uint64_t one = 1;
  /* What is full wakes as well. */
  while (write(wakeup->signal_fd, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

void weirp_wakeup_reset(const weirp_wakeup *wakeup) {
  uint64_t count[16];
  ssize_t n;
  do n = read(wakeup->wait_fd, count, sizeof count);
  while (n == (ssize_t)sizeof count || (n < 0 && errno == EINTR));
}
