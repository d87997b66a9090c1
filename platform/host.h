/**
 * @file
 * @brief The addresses of a host's name, as the system's resolver tells them. It may take long.
 */
#ifndef WEIRP_HOST_H
#define WEIRP_HOST_H

#include "weir/lookup.h"

/**
 * Asks the system for the addresses of a host and waits for its answer.
 * @param host a name, ended by a NUL
 * @param family WEIR_FAMILY_NONE: both
 * @param hints weir_lookup_hint, or 0
 * @param out_addresses written on success only: memory of malloc(), ports 0, in the system's order
 * @param out_count written on success only; at least one
 * @return WEIR_OK, or as weirp_host_error(); WEIR_ENOMEM
 * @thread any
 */
weir_err weirp_host_look_up(const char *host, weir_family family, int32_t hints,
                            weir_address **out_addresses, size_t *out_count);

/**
 * The code of what getaddrinfo() returned; for EAI_SYSTEM, where it is, that of errno.
 * @return never WEIR_OK; WEIR_ENOTFOUND: no such name, or no address of the family; WEIR_EAI_...
 */
weir_err weirp_host_error(int number);

#endif
