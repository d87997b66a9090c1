/**
 * @file
 * @brief Reading addresses: the two families, for each other and for the public functions.
 */
#ifndef WEIRC_ADDRESS_PARSE_H
#define WEIRC_ADDRESS_PARSE_H

#include "weir/address.h"

/** Reads a text that must be an IPv4 address. @param out its first byte in the highest bits */
bool weirc_ipv4_read(const char *text, size_t length, uint32_t *out);

/**
 * Reads a text that must be an IPv6 address, with or without a zone.
 * @param text not NULL, as are the other pointers unless it is said
 * @param out_address written on success only
 * @param out_zone set to the zone if that is a name, and left alone otherwise; NULL: a name is
 * refused
 * @return WEIR_OK; WEIR_ERR_INVALID_ADDRESS
 */
weir_err weirc_ipv6_parse(const char *text, size_t length, uint16_t port, weir_address *out_address,
                          weir_slice *out_zone);

/** Reads a number of digits only, of any length. @return false: it is none, or above the limit */
bool weirc_number_read(const char *text, size_t length, uint32_t limit, uint32_t *out);

#endif
