/**
 * @file
 * @brief A backend whose clock stands still until the test moves it: for exact times on every
 * backend.
 *
 * The loop must be turned by weir_loop_dispatch() or WEIR_RUN_NOWAIT: a wait would be measured by
 * the real clock.
 */
#ifndef WEIR_TESTS_MANUAL_CLOCK_H
#define WEIR_TESTS_MANUAL_CLOCK_H

#include "weir/backend.h"

/** The backend under test, on this clock, which is set to one second. */
const weir_backend_ops *manual_clock_backend(const char *name);

/** Moves the clock. */
void manual_clock_advance_ms(uint64_t ms);

#endif
