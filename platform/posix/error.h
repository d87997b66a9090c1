/**
 * @file
 * @brief The system's error numbers as weir's codes.
 */
#ifndef WEIRP_ERROR_H
#define WEIRP_ERROR_H

#include "weir/base.h"

/** The code of an errno value. @return never WEIR_OK; WEIR_UNKNOWN if it has no name in weir */
weir_err weirp_error(int number);

/** Node's errno of a code: the system's number, negative; 0: it has none. */
int32_t weirp_error_number(weir_err code);

/** The code of errno, right after a call that failed. */
weir_err weirp_error_last(void);

#endif
