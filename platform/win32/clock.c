/* Decides which of the system's clocks is weir's. Does not decide who reads it. */
#include "platform/clock.h"

#include "platform/win32/system.h"

weir_time weirp_clock_now(void) {
  const uint64_t second = 1000 * WEIR_TIME_MS;
  LARGE_INTEGER ticks, frequency;
  /* Neither can fail since Windows XP. */
  (void)QueryPerformanceCounter(&ticks);
  (void)QueryPerformanceFrequency(&frequency);
  uint64_t count = (uint64_t)ticks.QuadPart;
  uint64_t each = (uint64_t)frequency.QuadPart;
  /* Seconds apart from the rest: the product of all ticks has no room after half an hour of a clock
   * of 10 MHz. That of the rest has for clocks of up to 18 GHz. */
  weir_time time = count / each * second + count % each * second / each;
  return time != 0 ? time : 1;
}
