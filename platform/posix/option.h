/**
 * @file
 * @brief Settings of TCP connections that the system keeps.
 */
#ifndef WEIRP_OPTION_H
#define WEIRP_OPTION_H

#include "weir/base.h"

/** Switches Nagle's algorithm off or on. @return WEIR_OK, or what the system says */
weir_err weirp_option_no_delay(int descriptor, bool no_delay);

/**
 * Has the system look after an idle connection, or not: each second after the delay, ten times.
 * @param delay_s seconds; 0: as it is
 * @return WEIR_OK, or what the system says to the first setting it refuses; those behind are not
 * made
 */
weir_err weirp_option_keep_alive(int descriptor, bool keep_alive, uint32_t delay_s);

#endif
