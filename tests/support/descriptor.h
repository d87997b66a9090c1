/**
 * @file
 * @brief What a socket that was detached has become: the system's, and the test's to close.
 */
#ifndef WEIR_TESTS_DESCRIPTOR_H
#define WEIR_TESTS_DESCRIPTOR_H

#include <stdint.h>

/** Closes a socket or a pipe of the system's. */
void descriptor_close(intptr_t fd);

#endif
