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

/** Options of weir_address_make(). Start from WEIR_ADDRESS_OPTIONS_INIT. */
typedef struct weir_address_options {
  size_t size; /**< Set by WEIR_ADDRESS_OPTIONS_INIT. */
  /** Text of the family, a number as its zone at most; NULL: 127.0.0.1 or "::". @source ADR-03 */
  const char *address;
  weir_family family;  /**< WEIR_FAMILY_IPV4 or WEIR_FAMILY_IPV6. @source ADR-02 */
  int32_t port;        /**< 0..65535, host byte order. @source ADR-08 */
  uint32_t flow_label; /**< 0..0xFFFFF; goes into IPv6 addresses only. @source ADR-10 */
} weir_address_options;

/** Node's defaults: 127.0.0.1, port 0. */
#define WEIR_ADDRESS_OPTIONS_INIT                                                                  \
  { sizeof(weir_address_options), NULL, WEIR_FAMILY_IPV4, 0, 0 }

/**
 * Makes an address as Node's `new net.SocketAddress(options)` does.
 * @param options NULL: the defaults
 * @param out_address written on success only
 * @return WEIR_OK; WEIR_ERR_INVALID_ARG_TYPE: out_address is NULL; WEIR_ERR_INVALID_ARG_VALUE: the
 * size or the family is not known; WEIR_ERR_SOCKET_BAD_PORT; WEIR_ERR_OUT_OF_RANGE: a flow label of
 * more than 20 bits, of either family; WEIR_ERR_INVALID_ADDRESS: not an address of that family
 * @source ADR-01, ADR-03, ADR-05, ADR-08, ADR-11, ADR-17
 */
WEIR_API weir_err weir_address_make(const weir_address_options *options, weir_address *out_address);

/**
 * What Node's net.isIP() says of a text: 6 for an IPv6 address, with or without a zone of letters,
 * digits, "-", "." and ":"; 4 for an IPv4 address; 0 for everything else.
 *
 * The whole text counts, a NUL inside makes it no address. A C string has strlen(text) bytes.
 * @param text the text; it needs no NUL
 * @param length bytes of text
 * @return WEIR_FAMILY_IPV4, WEIR_FAMILY_IPV6, WEIR_FAMILY_NONE; the last one for NULL
 * @source IP-01, IP-05, IP-06, IP-07, IP-08, IP-09, IP-10, IP-11
 */
WEIR_API weir_family weir_is_ip(const char *text, size_t length);
/** True if weir_is_ip() says WEIR_FAMILY_IPV4. @source IP-02 */
WEIR_API bool weir_is_ipv4(const char *text, size_t length);
/** True if weir_is_ip() says WEIR_FAMILY_IPV6. @source IP-03 */
WEIR_API bool weir_is_ipv6(const char *text, size_t length);

/**
 * Reads an IPv4 or IPv6 address in text form, strictly: the whole text must be the address, as
 * weir_is_ip() wants it. A zone of IPv6 ("%1") must be a number, which becomes the scope_id; the
 * name of an interface is for weir_scope_id().
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
 * Reads an address with its port: "1.2.3.4:80", "[::1]:80", "[fe80::1%eth0]:80". IPv6 needs the
 * brackets, both need the port, which has no sign and no leading zeros.
 * @param text the text; it needs no NUL
 * @param length bytes of text
 * @param out_address written on success only
 * @param out_zone written on success only: the zone if it is a name, a piece of `text`, whose
 * number weir_scope_id() tells; else of length 0, as a number is in scope_id already. What is above
 * 4294967295 is a name as well. NULL: a name is refused
 * @return WEIR_OK; WEIR_ERR_INVALID_ARG_TYPE: NULL; WEIR_ERR_INVALID_ADDRESS: what stands in front
 * is not an address; WEIR_ERR_SOCKET_BAD_PORT: it is, but no ":" and 0..65535 follow
 * @source IP-05, IP-06, IP-07, IP-08, CON-07
 */
WEIR_API weir_err weir_address_parse_endpoint(const char *text, size_t length,
                                              weir_address *out_address, weir_slice *out_zone);

/**
 * The number by which this system knows an interface, for weir_address.scope_id.
 * @param name the name of the interface, e.g. "eth0"; it needs no NUL
 * @param length bytes of name
 * @param out_scope_id written on success only; never 0
 * @return WEIR_OK; WEIR_ERR_INVALID_ARG_TYPE: NULL; WEIR_ENODEV: there is no such interface; other
 * codes: the system could not tell
 * @thread any
 */
WEIR_API weir_err weir_scope_id(const char *name, size_t length, uint32_t *out_scope_id);

/** Bytes that hold the longest text of weir_address_format(), weir_address_format_with_port() and
 * weir_address_format_endpoint(), its NUL included. */
#define WEIR_ADDRESS_TEXT_SIZE 64
/** Bytes that hold the longest text weir_address_format_json() writes, its NUL included. */
#define WEIR_ADDRESS_JSON_SIZE 128

/**
 * Writes the address without its port in Node's normal form: lower case, the longest run of zero
 * groups as "::".
 * @param address what to write; WEIR_FAMILY_NONE and NULL give the empty text
 * @param buffer where to write; always ended by a NUL if capacity is not 0; what it holds behind
 * the NUL afterwards is not said
 * @param capacity bytes in buffer; WEIR_ADDRESS_TEXT_SIZE holds every text; what does not fit is
 * cut
 * @return the bytes of the whole text, NUL not counted
 * @source ADR-06
 */
WEIR_API size_t weir_address_format(const weir_address *address, char *buffer, size_t capacity);

/**
 * Writes "127.0.0.1:80", "::1:80": the form of Node's error texts, which leave a port of 0 out.
 * weir_address_parse_endpoint() does not read this; see weir_address_format_endpoint().
 * @return as weir_address_format()
 * @source HE-15, ERR-01
 */
WEIR_API size_t weir_address_format_with_port(const weir_address *address, char *buffer,
                                              size_t capacity);

/**
 * Writes "127.0.0.1:80", "[::1]:80", the port always: what weir_address_parse_endpoint() reads.
 * @return as weir_address_format()
 */
WEIR_API size_t weir_address_format_endpoint(const weir_address *address, char *buffer,
                                             size_t capacity);

/**
 * Writes {"address":"::1","port":1,"family":"ipv6","flowlabel":0}; WEIR_ADDRESS_JSON_SIZE holds
 * every text.
 * @return as weir_address_format()
 * @source ADR-16
 */
WEIR_API size_t weir_address_format_json(const weir_address *address, char *buffer,
                                         size_t capacity);

/** "IPv4", "IPv6", or NULL for no address: the text of Node's remoteFamily. @source SOC-44 */
WEIR_API const char *weir_address_family_name(const weir_address *address);

/** True if family, bytes, port and scope are the same; false with NULL. */
WEIR_API bool weir_address_equal(const weir_address *a, const weir_address *b);

/**
 * Orders addresses, for sorting and searching: by family, then bytes, scope and port. The flow
 * label does not count, nor do the scope and the other bytes of IPv4; NULL comes first.
 * @return -1: a comes first; 0: the same, as weir_address_equal() sees it; 1: b comes first
 */
WEIR_API int weir_address_compare(const weir_address *a, const weir_address *b);

#ifdef __cplusplus
}
#endif
#endif
