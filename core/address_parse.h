/**
 * @file
 * @brief Reading addresses: the two families, for each other and for the public functions.
 */
#ifndef WEIRC_ADDRESS_PARSE_H
#define WEIRC_ADDRESS_PARSE_H

#include "weir/address.h"

/** Reads a text that must be an IPv4 address. @param bytes undefined if it is none */
bool weirc_ipv4_read(const char *text, size_t length, uint8_t bytes[4]);

/**
 * Reads a text that must be an IPv6 address, without a zone or with a number as its zone.
 * @param text not NULL, as are the other pointers
 * @param out_address written on success only
 * @return WEIR_OK; WEIR_ERR_INVALID_ADDRESS
 */
weir_err weirc_ipv6_parse(const char *text, size_t length, uint16_t port,
                          weir_address *out_address);

/**
 * The same for a text with any zone.
 * @param out_zone set to a zone that is no number of 32 bits, which is a name, and left alone
 * otherwise
 * @return WEIR_OK; WEIR_ERR_INVALID_ADDRESS
 */
weir_err weirc_ipv6_parse_zone(const char *text, size_t length, uint16_t port,
                               weir_address *out_address, weir_slice *out_zone);

/** @return WEIR_FAMILY_IPV6 for an IPv6 address with or without a zone, or WEIR_FAMILY_NONE */
weir_family weirc_ipv6_family(const char *text, size_t length);

/** The same answer by reading the address. */
weir_family weirc_ipv6_family_read(const char *text, size_t length);

/** Reads a number of digits only, of any length. @return false: it is none, or above the limit */
bool weirc_number_read(const char *text, size_t length, uint32_t limit, uint32_t *out);

#endif
