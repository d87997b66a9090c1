/**
 * @file
 * @brief Sockets: making, naming and closing them.
 */
#ifndef WEIRP_DESCRIPTOR_H
#define WEIRP_DESCRIPTOR_H

#include "platform/win32/system.h"
#include "weir/backend.h"

/**
 * Has the system load what sockets need, once in the process's life.
 * @return WEIR_OK, or what the system says; it may be tried again
 * @thread any
 */
weir_err weirp_descriptor_start(void);

#endif
