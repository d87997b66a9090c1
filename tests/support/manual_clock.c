/* Another clock under a backend. All loops of the program share it. */
#include "tests/support/manual_clock.h"

static weir_backend_ops ops;
static weir_time time_now;

static weir_time manual_now(weir_backend *backend) {
  (void)backend;
  return time_now;
}

const weir_backend_ops *manual_clock_backend(const char *name) {
  ops = *weir_backend_find(name);
  ops.now = manual_now;
  time_now = 1000 * WEIR_TIME_MS;
  return &ops;
}

void manual_clock_advance_ms(uint64_t ms) {
  time_now += ms * WEIR_TIME_MS;
}
