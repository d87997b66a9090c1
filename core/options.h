/**
 * @file
 * @brief Taking over an options struct that an older or a newer program has filled.
 */
#ifndef WEIRC_OPTIONS_H
#define WEIRC_OPTIONS_H

#include "weir/base.h"

/**
 * Copies an options struct whose first member is its size over a struct of defaults.
 * @param target filled with defaults, target_size bytes
 * @param target_size what this library knows
 * @param source the program's; NULL leaves the defaults
 * @return WEIR_OK; WEIR_ERR_INVALID_ARG_VALUE: no size, or an unknown member is not zero
 */
weir_err weirc_options_take(void *target, size_t target_size, const void *source);

#endif
