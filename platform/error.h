/**
 * @file
 * @brief The system's error numbers as weir's codes.
 */
#ifndef WEIRP_ERROR_H
#define WEIRP_ERROR_H

#include "weir/base.h"

/** The code of an error number: of errno, or of GetLastError() and WSAGetLastError(). @return never
 * WEIR_OK; WEIR_UNKNOWN if it has no name in weir */
weir_err weirp_error(int number);

/** Node's errno of a code, negative: the system's number, or on Windows, where it has other ones,
 * libuv's; 0: there is none. */
int32_t weirp_error_number(weir_err code);

/** The code of what a call that has just failed has left behind. */
weir_err weirp_error_last(void);

#endif
