/**
 * @file
 * @brief How long a turn may wait in the system.
 */
#ifndef WEIRB_WAIT_H
#define WEIRB_WAIT_H

#include "platform/clock.h"

#include <limits.h>

/** A time that has passed: there is work in hand. */
#define WEIRB_WAIT_NOT ((weir_time)1)

/** Milliseconds from now until a time, rounded up so that nothing comes early, INT_MAX at the most;
 * -1: no end. */
static inline int weirb_wait_ms(weir_time time) {
  if (time == WEIR_TIME_NEVER) return -1;
  if (time <= WEIRB_WAIT_NOT) return 0;
  weir_time now = weirp_clock_now();
  if (time <= now) return 0;
  weir_time ms = (time - now - 1) / WEIR_TIME_MS + 1;
  return ms < INT_MAX ? (int)ms : INT_MAX;
}

#endif
