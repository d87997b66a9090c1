/* Decides how a write to a pipe whose reader is gone stays without the signal. The signal goes to
 * the writing thread, so blocking it there and taking it back hides it from the whole program. */
#include "platform/posix/fifo.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

static bool is_pending(void) {
  sigset_t pending;
  return sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
}

ssize_t weirp_fifo_write(int descriptor, const struct iovec *pieces, int count) {
  sigset_t broken, before;
  (void)sigemptyset(&broken);
  (void)sigaddset(&broken, SIGPIPE);
  bool was_pending = is_pending();
  int number = pthread_sigmask(SIG_BLOCK, &broken, &before);
  if (number != 0) {
    errno = number;
    return -1;
  }
  ssize_t n = writev(descriptor, pieces, count);
  int reason = errno;
  /* One that was there before belongs to the program. */
  if (n < 0 && reason == EPIPE && !was_pending && is_pending()) (void)sigwait(&broken, &number);
  (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
  errno = reason == EBADF ? EPIPE : reason;
  return n;
}
