/* Decides which settings of the system are meant by no-delay, keep-alive and type of service. Does
 * not decide when they are made. */
#include "platform/posix/option.h"

#include "platform/error.h"

#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

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

/* What is beyond the system's numbers is refused by the system. */
static int number_of(uint32_t value) {
  return value < INT_MAX ? (int)value : INT_MAX;
}

weir_err weirp_option_no_delay(int descriptor, bool no_delay) {
  return set(descriptor, IPPROTO_TCP, TCP_NODELAY, no_delay);
}

weir_err weirp_option_keep_alive(int descriptor, bool keep_alive, uint32_t delay_s,
                                 uint32_t interval_s, uint32_t count) {
  weir_err err = set(descriptor, SOL_SOCKET, SO_KEEPALIVE, keep_alive);
  if (err != WEIR_OK || !keep_alive) return err;
#ifdef DELAY_OPTION
  /* Zero is refused by the system, and means here that nobody has said a delay. */
  if (delay_s > 0) err = set(descriptor, IPPROTO_TCP, DELAY_OPTION, number_of(delay_s));
#else
  (void)delay_s;
#endif
  (void)interval_s;
  (void)count;
#ifdef TCP_KEEPINTVL
  if (err == WEIR_OK) err = set(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, number_of(interval_s));
#endif
#ifdef TCP_KEEPCNT
  if (err == WEIR_OK) err = set(descriptor, IPPROTO_TCP, TCP_KEEPCNT, number_of(count));
#endif
  return err;
}

static weir_err set_traffic_class(int descriptor, int tos) {
#ifdef IPV6_TCLASS
  weir_err err = set(descriptor, IPPROTO_IPV6, IPV6_TCLASS, tos);
  /* It counts for mapped addresses only; not every system takes it on an IPv6 socket. */
  if (err == WEIR_OK) (void)set(descriptor, IPPROTO_IP, IP_TOS, tos);
  return err;
#else
  (void)descriptor;
  (void)tos;
  return WEIR_ENOTSUP;
#endif
}

weir_err weirp_option_type_of_service(int descriptor, int tos) {
  struct sockaddr_storage local = {0};
  socklen_t length = sizeof local;
  if (getsockname(descriptor, (struct sockaddr *)&local, &length) < 0) return weirp_error_last();
  switch (local.ss_family) {
  case AF_INET: return set(descriptor, IPPROTO_IP, IP_TOS, tos);
  case AF_INET6: return set_traffic_class(descriptor, tos);
  default: return WEIR_ENOTSUP;
  }
}
