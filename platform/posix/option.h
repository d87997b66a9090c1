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
 * Has the system look after an idle connection, or not.
 * @param delay_s seconds before the first look; 0: as it is
 * @param interval_s seconds between looks that got no answer
 * @param count how many of them are the end
 * @return WEIR_OK, or what the system says to the first setting it refuses; those behind are not
 * made
 */
weir_err weirp_option_keep_alive(int descriptor, bool keep_alive, uint32_t delay_s,
                                 uint32_t interval_s, uint32_t count);

/**
 * Sets the type of service of a TCP socket, or the traffic class; for IPv6 both, as its packets are
 * IPv4 when the peer's address is a mapped one.
 * @param tos 0..255
 * @return WEIR_OK; WEIR_ENOTSUP: there is no such setting; what the system says
 */
weir_err weirp_option_type_of_service(int descriptor, int tos);

#endif
