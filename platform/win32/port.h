/**
 * @file
 * @brief TCP ports that somebody listens on or is connected from.
 */
#ifndef WEIRP_PORT_H
#define WEIRP_PORT_H

#include <stdbool.h>
#include <stdint.h>

/** Whether a socket of this machine has a port, by the system's tables of both kinds of IP; false
 * also if they cannot be had. @param port 1..65535 */
bool weirp_port_is_taken(uint16_t port);

#endif
