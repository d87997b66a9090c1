/**
 * @file
 * @brief What a service manager has handed over, by the environment and from descriptor 3 on.
 */
#ifndef WEIRP_ACTIVATION_H
#define WEIRP_ACTIVATION_H

#include "weir/base.h"

/** How many sockets; 0: none, or they are not for this process. */
size_t weirp_activation_count(void);

/** One of them, not for programs that are started. @return -1: there is none */
int weirp_activation_descriptor(size_t index);

/** Its name; good until the environment changes. @return empty: there is none */
weir_slice weirp_activation_name(size_t index);

#endif
