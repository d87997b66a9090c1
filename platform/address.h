/**
 * @file
 * @brief Addresses of weir as the system's, and back.
 */
#ifndef WEIRP_ADDRESS_H
#define WEIRP_ADDRESS_H

#include "weir/address.h"

#ifdef _WIN32
#include "platform/win32/system.h"
#else
#include <netinet/in.h>
#include <sys/socket.h>
#endif

/** The number the system has for a family; AF_UNSPEC for WEIR_FAMILY_NONE. */
int weirp_address_domain(weir_family family);

/**
 * Writes an address in the system's form.
 * @return the bytes that count in out_system; 0 if the address has no family
 */
socklen_t weirp_address_to_system(const weir_address *address, struct sockaddr_storage *out_system);

/** Reads an address in the system's form; families other than IP give WEIR_FAMILY_NONE. */
void weirp_address_from_system(const struct sockaddr_storage *system, socklen_t length,
                               weir_address *out_address);

#endif
