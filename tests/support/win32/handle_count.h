/**
 * @file
 * @brief How many handles a process holds.
 */
#ifndef WEIR_TESTS_HANDLE_COUNT_H
#define WEIR_TESTS_HANDLE_COUNT_H

/** Handles of this process, sockets included. Wine 8 answers 0 to GetProcessHandleCount(). */
unsigned handle_count(void);

#endif
