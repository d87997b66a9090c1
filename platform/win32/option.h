/**
 * @file
 * @brief Settings of TCP connections that the system keeps.
 */
#ifndef WEIRP_OPTION_H
#define WEIRP_OPTION_H

#include "platform/win32/system.h"
#include "weir/base.h"

/** Switches Nagle's algorithm off or on. @return WEIR_OK, or what the system says */
weir_err weirp_option_no_delay(SOCKET socket, bool no_delay);

/**
 * Has the system look after an idle connection, or not.
 * @param delay_s seconds before the first look; 0: as it is, before Windows 10 1709 two hours
 * @param interval_s seconds between looks that got no answer
 * @param count how many of them are the end; before Windows 10 1709 there are always ten
 * @return WEIR_OK, or what the system says to the first setting it refuses; those behind are not
 * made
 */
weir_err weirp_option_keep_alive(SOCKET socket, bool keep_alive, uint32_t delay_s,
                                 uint32_t interval_s, uint32_t count);

/**
 * Windows takes a type of service and sends none: that is its quality-of-service interface's to do,
 * for traffic of kinds that an administrator has allowed.
 * @param tos 0..255
 * @return WEIR_ENOTSUP
 */
weir_err weirp_option_type_of_service(SOCKET socket, int tos);

#endif
