/**
 * @file
 * @brief The names of hosts in a simulated world, and which addresses they have.
 */
#ifndef WEIRB_SIM_HOSTS_H
#define WEIRB_SIM_HOSTS_H

#include "backends/sim/world.h"

/** Whether a table of names makes sense. @return WEIR_OK, WEIR_ERR_INVALID_ARG_VALUE */
weir_err weirb_sim_hosts_check(const weir_sim_name *names, size_t count);

/** Replaces the table in the world's options by a copy. @return WEIR_OK, WEIR_ENOMEM */
weir_err weirb_sim_hosts_copy(weir_backend *world);

/** Frees the copy. */
void weirb_sim_hosts_free(weir_backend *world);

/** What is said of a host; NULL: nobody knows it. */
const weir_sim_name *weirb_sim_hosts_find(const weir_backend *world, const char *host);

/**
 * Picks the addresses that a look-up asks for, as getaddrinfo() does.
 * @param hints weir_lookup_hint, or 0
 * @param out_addresses room for as many as the name has; one of IPv6 and a mapped one never come
 * from the same entry
 * @return how many there are
 */
size_t weirb_sim_hosts_select(const weir_sim_name *name, weir_family family, int32_t hints,
                              weir_address *out_addresses);

#endif
