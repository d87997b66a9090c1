/**
 * @file
 * @brief The system's monotonic clock.
 */
#ifndef WEIRP_CLOCK_H
#define WEIRP_CLOCK_H

#include "weir/base.h"

/** Nanoseconds of the system's monotonic clock; never 0 and never going back. @thread any */
weir_time weirp_clock_now(void);

#endif
