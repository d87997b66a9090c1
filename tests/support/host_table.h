/**
 * @file
 * @brief The names a test's resolver knows: on the simulator through its options, on a system in
 * place of getaddrinfo().
 *
 * A name with the delay WEIR_TIME_NEVER hangs: on a system until host_table_release().
 */
#ifndef WEIR_TESTS_HOST_TABLE_H
#define WEIR_TESTS_HOST_TABLE_H

#include "weir/sim.h"

/** Has the system's resolver know these names and no others. They stay until
 * host_table_restore(). */
void host_table_use(const weir_sim_name *names, size_t count);

/** Lets every look-up that hangs, now or later, have the answer of its name. */
void host_table_release(void);

/** Waits until so many look-ups hang at once. */
void host_table_await_hanging(size_t count);

/** How many look-ups have begun since host_table_use(). */
size_t host_table_begun(void);

/** The most look-ups that were under way at once since host_table_use(). */
size_t host_table_most(void);

/** Releases, waits until no thread is left, and gives the system its resolver back. */
void host_table_restore(void);

#endif
