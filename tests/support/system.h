/**
 * @file
 * @brief What systems do otherwise than each other, for tests that cannot do without.
 */
#ifndef WEIR_TESTS_SYSTEM_H
#define WEIR_TESTS_SYSTEM_H

#include <stdbool.h>

/** Whether a listener whose queue is full leaves those that come unanswered; else it refuses. */
bool system_full_queue_is_silent(void);

#endif
