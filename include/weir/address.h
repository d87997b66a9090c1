/**
 * @file
 * @brief IP addresses with a port: a value to copy, compare and print.
 */
#ifndef WEIR_ADDRESS_H
#define WEIR_ADDRESS_H

#include "weir/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The family of an address; the values are the numbers Node uses. */
typedef enum weir_family {
  WEIR_FAMILY_NONE = 0, /**< No address: a local endpoint, or nothing known. */
  WEIR_FAMILY_IPV4 = 4, /**< IPv4. */
  WEIR_FAMILY_IPV6 = 6  /**< IPv6. */
} weir_family;

/** An IP address and a port. Zeroed memory is "no address". @source ADR-01 */
typedef struct weir_address {
  uint8_t family;      /**< A weir_family. */
  uint16_t port;       /**< Host byte order. */
  uint32_t flow_label; /**< IPv6 only, 0..0xFFFFF. @source ADR-10 */
  uint32_t scope_id;   /**< IPv6 only: the number of the interface; 0: none. */
  uint8_t bytes[16];   /**< Network byte order; IPv4 uses the first four. */
} weir_address;

/** Bytes that hold the longest text weir_address_format() writes, its NUL included. */
#define WEIR_ADDRESS_TEXT_SIZE 64

/**
 * Reads an IPv4 or IPv6 address in text form, strictly: the whole text must be the address, as
 * Node's isIP() wants it. An IPv6 scope ("%1") must be a number.
 * @param text the text; it needs no NUL
 * @param length bytes of text
 * @param port goes into the address as it is
 * @param out_address written on success only
 * @return WEIR_OK; WEIR_ERR_INVALID_ARG_TYPE: NULL; WEIR_ERR_INVALID_ADDRESS: not an address
 * @source IP-05, IP-06, IP-07, ADR-05
 */
WEIR_API weir_err weir_address_parse(const char *text, size_t length, uint16_t port,
                                     weir_address *out_address);

/**
 * Writes the address without its port in Node's normal form: lower case, the longest run of zero
 * groups as "::".
 * @param address what to write; WEIR_FAMILY_NONE gives the empty text
 * @param buffer where to write; always ended by a NUL if capacity is not 0
 * @param capacity bytes in buffer; WEIR_ADDRESS_TEXT_SIZE holds every text
 * @return the bytes of the whole text, NUL not counted
 * @source ADR-06
 */
WEIR_API size_t weir_address_format(const weir_address *address, char *buffer, size_t capacity);

/** "IPv4", "IPv6", or NULL for no address: the text of Node's remoteFamily. @source SOC-44 */
WEIR_API const char *weir_address_family_name(const weir_address *address);

/** True if family, bytes, port and scope are the same. */
WEIR_API bool weir_address_equal(const weir_address *a, const weir_address *b);

#ifdef __cplusplus
}
#endif
#endif
