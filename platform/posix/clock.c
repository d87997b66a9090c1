/* Decides which of the system's clocks is weir's. Does not decide who reads it. */
#include "platform/clock.h"

#include <time.h>

weir_time weirp_clock_now(void) {
  struct timespec now = {0, 0};
  /* It cannot fail: every system this is built for has the clock, and the memory is good. */
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  weir_time time = (weir_time)now.tv_sec * 1000 * WEIR_TIME_MS + (weir_time)now.tv_nsec;
  return time != 0 ? time : 1;
}
