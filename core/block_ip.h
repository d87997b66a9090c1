/**
 * @file
 * @brief IP addresses as numbers, in which IPv4 and IPv4-mapped are the same.
 */
#ifndef WEIRC_BLOCK_IP_H
#define WEIRC_BLOCK_IP_H

#include "weir/address.h"

/** An IPv6 address, or an IPv4 address in its mapped form. */
typedef struct weirc_ip {
  uint64_t high; /**< The first eight bytes. */
  uint64_t low;  /**< The other eight. */
} weirc_ip;

/** Addresses from start to end, both included. */
typedef struct weirc_ip_range {
  weirc_ip start; /**< The first. */
  weirc_ip end;   /**< The last; not less than the first. */
} weirc_ip_range;

/** The same for IPv4. */
typedef struct weirc_ipv4_range {
  uint32_t start; /**< The first. */
  uint32_t end;   /**< The last; not less than the first. */
} weirc_ipv4_range;

/** The most that weirc_ip_embedded() finds. */
enum { WEIRC_IP_EMBEDDED_MAX = 8 };

/** Order of addresses. */
static inline bool weirc_ip_less(weirc_ip a, weirc_ip b) {
  return a.high < b.high || (a.high == b.high && a.low < b.low);
}

/** True for "::ffff:0:0/96". */
static inline bool weirc_ip_is_ipv4(weirc_ip ip) {
  return ip.high == 0 && ip.low >> 32 == 0xffff;
}

/** The mapped form. */
static inline weirc_ip weirc_ip_from_ipv4(uint32_t ipv4) {
  return (weirc_ip){0, UINT64_C(0xffff00000000) | ipv4};
}

/** Four bytes in network order as a number. */
static inline uint32_t weirc_load_32(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/** The number of an address. @return false: it has no family */
static inline bool weirc_ip_from_address(const weir_address *address, weirc_ip *out_ip) {
  const uint8_t *bytes = address->bytes;
  if (address->family == WEIR_FAMILY_IPV4) {
    *out_ip = weirc_ip_from_ipv4(weirc_load_32(bytes));
    return true;
  }
  if (address->family != WEIR_FAMILY_IPV6) return false;
  out_ip->high = (uint64_t)weirc_load_32(bytes) << 32 | weirc_load_32(bytes + 4);
  out_ip->low = (uint64_t)weirc_load_32(bytes + 8) << 32 | weirc_load_32(bytes + 12);
  return true;
}

/** The address of a number: an IPv6 one, or the IPv4 address of a mapped one. */
weir_address weirc_ip_to_address(weirc_ip ip, bool ipv6);

/** The first (`fill` false) or last (true) address of the network of so many bits. */
weirc_ip weirc_ip_network(weirc_ip ip, unsigned prefix_bits, bool fill);

/**
 * Finds the IPv4 addresses inside an IPv6 address by the forms that
 * weir_block_list_options.embedded lists.
 * @param ip no mapped one
 * @param out_ipv4 what was found
 * @return how many
 */
size_t weirc_ip_embedded(weirc_ip ip, uint32_t out_ipv4[WEIRC_IP_EMBEDDED_MAX]);

#endif
