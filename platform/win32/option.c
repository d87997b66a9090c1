/* Decides which settings of the system are meant by no-delay, keep-alive and type of service. Does
 * not decide when they are made. */
#include "platform/win32/option.h"

#include "platform/error.h"

#include <limits.h>
#include <mstcpip.h>

/* Windows 10 1709 and later. Not every compiler's headers have these. */
#ifndef TCP_KEEPIDLE
#define TCP_KEEPIDLE 3
#endif
#ifndef TCP_KEEPCNT
#define TCP_KEEPCNT 16
#endif
#ifndef TCP_KEEPINTVL
#define TCP_KEEPINTVL 17
#endif

/* The system's own delay. */
enum { TWO_HOURS = 7200 };

static weir_err set(SOCKET socket, int level, int name, int value) {
  int result = setsockopt(socket, level, name, (const char *)&value, (int)sizeof value);
  return result != 0 ? weirp_error_last() : WEIR_OK;
}

/* What is beyond the system's numbers is refused by the system. */
static int number_of(uint32_t value) {
  return value < INT_MAX ? (int)value : INT_MAX;
}

static u_long milliseconds_of(uint32_t seconds) {
  return seconds < ULONG_MAX / 1000 ? seconds * 1000 : ULONG_MAX;
}

weir_err weirp_option_no_delay(SOCKET socket, bool no_delay) {
  return set(socket, IPPROTO_TCP, TCP_NODELAY, no_delay);
}

/* The way of the systems that do not have the options. */
static weir_err set_both_times(SOCKET socket, uint32_t delay_s, uint32_t interval_s) {
  struct tcp_keepalive wanted = {1, milliseconds_of(delay_s > 0 ? delay_s : TWO_HOURS),
                                 milliseconds_of(interval_s)};
  DWORD written = 0;
  int result = WSAIoctl(socket, SIO_KEEPALIVE_VALS, &wanted, (DWORD)sizeof wanted, NULL, 0,
                        &written, NULL, NULL);
  return result != 0 ? weirp_error_last() : WEIR_OK;
}

weir_err weirp_option_keep_alive(SOCKET socket, bool keep_alive, uint32_t delay_s,
                                 uint32_t interval_s, uint32_t count) {
  weir_err err = set(socket, SOL_SOCKET, SO_KEEPALIVE, keep_alive);
  if (err != WEIR_OK || !keep_alive) return err;
  /* The delay last: there are systems without the others that take it for milliseconds. */
  err = set(socket, IPPROTO_TCP, TCP_KEEPINTVL, number_of(interval_s));
  if (err == WEIR_ENOPROTOOPT) return set_both_times(socket, delay_s, interval_s);
  if (err == WEIR_OK) err = set(socket, IPPROTO_TCP, TCP_KEEPCNT, number_of(count));
  /* Zero is refused by the system, and means here that nobody has said a delay. */
  if (err == WEIR_OK && delay_s > 0)
    err = set(socket, IPPROTO_TCP, TCP_KEEPIDLE, number_of(delay_s));
  return err;
}

weir_err weirp_option_type_of_service(SOCKET socket, int tos) {
  (void)socket;
  (void)tos;
  return WEIR_ENOTSUP;
}
