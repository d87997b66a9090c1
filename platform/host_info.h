/**
 * @file
 * @brief What the system's resolver is asked, and what it answers.
 */
#ifndef WEIRP_HOST_INFO_H
#define WEIRP_HOST_INFO_H

#include "weir/lookup.h"

#ifdef _WIN32

#include "platform/win32/system.h"

/** A question to a Windows system, or a piece of its answer. */
typedef ADDRINFOW weirp_host_info;

#else

#include <netdb.h>

/** A question to a POSIX system, or a piece of its answer. */
typedef struct addrinfo weirp_host_info;

#endif

/**
 * Writes the question for a host's addresses.
 * @param family WEIR_FAMILY_NONE: both
 * @param hints weir_lookup_hint, or 0
 * @param out_question the whole of it is written
 */
void weirp_host_info_ask(weir_family family, int32_t hints, weirp_host_info *out_question);

/**
 * Reads the addresses out of an answer.
 * @param answer its first piece, or NULL; it stays the caller's
 * @param out_addresses written on success only: memory of malloc(), in the system's order
 * @param out_count written on success only; at least one
 * @return WEIR_OK; WEIR_ENOTFOUND: there is none of IP; WEIR_ENOMEM
 */
weir_err weirp_host_info_take(const weirp_host_info *answer, weir_address **out_addresses,
                              size_t *out_count);

#endif
