/* The process-wide settings. Each is an atomic that holds the difference from what it is at first,
 * as zeroed memory is what an atomic begins with. */
#include "weir/defaults.h"

#include "core/atomic.h"

enum { ATTEMPT_TIMEOUT_MS = 250, ATTEMPT_TIMEOUT_LEAST_MS = 10, HIGH_WATER_MARK = 16384 };

static weirc_atomic_int select_off;
static weirc_atomic_int timeout_beyond;
static weirc_atomic_int mark_beyond;

bool weir_default_auto_select_family(void) {
  return weirc_atomic_int_load(&select_off) == 0;
}

void weir_set_default_auto_select_family(bool auto_select_family) {
  weirc_atomic_int_store(&select_off, auto_select_family ? 0 : 1);
}

uint32_t weir_default_auto_select_family_attempt_timeout_ms(void) {
  return (uint32_t)(ATTEMPT_TIMEOUT_MS + weirc_atomic_int_load(&timeout_beyond));
}

weir_err weir_set_default_auto_select_family_attempt_timeout(uint32_t timeout_ms) {
  if (timeout_ms == 0 || timeout_ms > INT32_MAX) return WEIR_ERR_OUT_OF_RANGE;
  if (timeout_ms < ATTEMPT_TIMEOUT_LEAST_MS) timeout_ms = ATTEMPT_TIMEOUT_LEAST_MS;
  weirc_atomic_int_store(&timeout_beyond, (int)timeout_ms - ATTEMPT_TIMEOUT_MS);
  return WEIR_OK;
}

size_t weir_default_high_water_mark_bytes(void) {
  return (size_t)(HIGH_WATER_MARK + weirc_atomic_int_load(&mark_beyond));
}

weir_err weir_set_default_high_water_mark(size_t high_water_mark_bytes) {
  if (high_water_mark_bytes > INT32_MAX) return WEIR_ERR_OUT_OF_RANGE;
  weirc_atomic_int_store(&mark_beyond, (int)high_water_mark_bytes - HIGH_WATER_MARK);
  return WEIR_OK;
}
