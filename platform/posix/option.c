/* Decides which settings of the system are meant by no-delay and keep-alive. Does not decide when
 * they are made. */
#include "platform/posix/option.h"

#include "platform/posix/error.h"

#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

/* Seconds between looks that get no answer, and how many of them are the end. */
enum { PAUSE_S = 1, LOOKS = 10 };

/* What others call TCP_KEEPIDLE. */
#if defined(TCP_KEEPIDLE)
#define DELAY_OPTION TCP_KEEPIDLE
#elif defined(TCP_KEEPALIVE)
#define DELAY_OPTION TCP_KEEPALIVE
#endif

static weir_err set(int descriptor, int level, int name, int value) {
  int result = setsockopt(descriptor, level, name, &value, (socklen_t)sizeof value);
  return result < 0 ? weirp_error_last() : WEIR_OK;
}

weir_err weirp_option_no_delay(int descriptor, bool no_delay) {
  return set(descriptor, IPPROTO_TCP, TCP_NODELAY, no_delay);
}

weir_err weirp_option_keep_alive(int descriptor, bool keep_alive, uint32_t delay_s) {
  weir_err err = set(descriptor, SOL_SOCKET, SO_KEEPALIVE, keep_alive);
  if (err != WEIR_OK || !keep_alive) return err;
#ifdef DELAY_OPTION
  /* Zero is refused by the system, and means here that nobody has said a delay. */
  int delay = delay_s < INT_MAX ? (int)delay_s : INT_MAX;
  if (delay > 0) err = set(descriptor, IPPROTO_TCP, DELAY_OPTION, delay);
#else
  (void)delay_s;
#endif
#ifdef TCP_KEEPINTVL
  if (err == WEIR_OK) err = set(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, PAUSE_S);
#endif
#ifdef TCP_KEEPCNT
  if (err == WEIR_OK) err = set(descriptor, IPPROTO_TCP, TCP_KEEPCNT, LOOKS);
#endif
  return err;
}
