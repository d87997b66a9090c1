/* Addresses as numbers, and where IPv6 hides IPv4. Whether anybody looks there is not decided here.
 */
#include "core/block_ip.h"

static void store_64(uint8_t *bytes, uint64_t value) {
  for (int i = 7; i >= 0; i--) {
    bytes[i] = (uint8_t)(value & 0xff);
    value >>= 8;
  }
}

weir_address weirc_ip_to_address(weirc_ip ip, bool ipv6) {
  weir_address address = {0};
  if (ipv6) {
    address.family = WEIR_FAMILY_IPV6;
    store_64(address.bytes, ip.high);
    store_64(address.bytes + 8, ip.low);
    return address;
  }
  address.family = WEIR_FAMILY_IPV4;
  store_64(address.bytes, ip.low << 32);
  return address;
}

/* The lowest bits set; 64 sets all. */
static uint64_t low_bits(unsigned count) {
  return count >= 64 ? UINT64_MAX : (UINT64_C(1) << count) - 1;
}

weirc_ip weirc_ip_network(weirc_ip ip, unsigned prefix_bits, bool fill) {
  unsigned host_bits = 128 - prefix_bits;
  uint64_t low = low_bits(host_bits);
  uint64_t high = host_bits > 64 ? low_bits(host_bits - 64) : 0;
  if (fill) return (weirc_ip){ip.high | high, ip.low | low};
  return (weirc_ip){ip.high & ~high, ip.low & ~low};
}

/* RFC 8215 leaves the length of the prefix open, so each form of RFC 6052 that is not shorter than
 * the /48 counts; byte 8 of the address is none of the IPv4 address's. */
static size_t nat64_local(weirc_ip ip, uint32_t *out) {
  uint32_t first_of_low = (uint32_t)(ip.low >> 32);
  out[0] = (uint32_t)((ip.high & 0xffff) << 16) | (first_of_low >> 8 & 0xffff);
  out[1] = (uint32_t)((ip.high & 0xff) << 24) | (first_of_low & 0xffffff);
  out[2] = (uint32_t)(ip.low >> 24 & UINT32_MAX);
  out[3] = (uint32_t)(ip.low & UINT32_MAX);
  return 4;
}

size_t weirc_ip_embedded(weirc_ip ip, uint32_t out_ipv4[WEIRC_IP_EMBEDDED_MAX]) {
  uint32_t last = (uint32_t)(ip.low & UINT32_MAX);
  uint32_t interface_start = (uint32_t)(ip.low >> 32);
  size_t count = 0;
  if (ip.high == 0 && interface_start == 0 && last > 1) out_ipv4[count++] = last;
  if (ip.high == 0 && interface_start == UINT32_C(0xffff0000)) out_ipv4[count++] = last;
  if (ip.high == UINT64_C(0x0064ff9b00000000) && interface_start == 0) out_ipv4[count++] = last;
  if (ip.high >> 16 == UINT64_C(0x0064ff9b0001)) count += nat64_local(ip, out_ipv4 + count);
  if (ip.high >> 48 == 0x2002) out_ipv4[count++] = (uint32_t)(ip.high >> 16 & UINT32_MAX);
  if (ip.high >> 32 == UINT64_C(0x20010000)) {
    out_ipv4[count++] = (uint32_t)(ip.high & UINT32_MAX);
    out_ipv4[count++] = ~last; /* Teredo turns the client's bits over. */
  }
  if ((interface_start & ~UINT32_C(0x02000000)) == UINT32_C(0x5efe)) out_ipv4[count++] = last;
  return count;
}
