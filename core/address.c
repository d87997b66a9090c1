/* Addresses as values: made from options, ordered, named. Their text is read and written elsewhere.
 */
#include "weir/address.h"

#include "core/options.h"

#include <string.h>

enum { IPV4_BYTES = 4, IPV6_BYTES = 16, FLOW_LABEL_MAX = 0xfffff };

/* Checked in the order Node checks: family, port, flow label, text. */
weir_err weir_address_make(const weir_address_options *options, weir_address *out_address) {
  weir_address_options taken = WEIR_ADDRESS_OPTIONS_INIT;
  weir_address address;
  if (!out_address) return WEIR_ERR_INVALID_ARG_TYPE;
  weir_err err = weirc_options_take(&taken, sizeof taken, options);
  if (err != WEIR_OK) return err;
  if (taken.family != WEIR_FAMILY_IPV4 && taken.family != WEIR_FAMILY_IPV6)
    return WEIR_ERR_INVALID_ARG_VALUE;
  bool ipv6 = taken.family == WEIR_FAMILY_IPV6;
  if (taken.port < 0 || taken.port > UINT16_MAX) return WEIR_ERR_SOCKET_BAD_PORT;
  if (taken.flow_label > FLOW_LABEL_MAX) return WEIR_ERR_OUT_OF_RANGE;
  const char *text = taken.address ? taken.address : ipv6 ? "::" : "127.0.0.1";
  err = weir_address_parse(text, strlen(text), (uint16_t)taken.port, &address);
  if (err != WEIR_OK) return err;
  if (address.family != taken.family) return WEIR_ERR_INVALID_ADDRESS;
  if (ipv6) address.flow_label = taken.flow_label;
  *out_address = address;
  return WEIR_OK;
}

const char *weir_address_family_name(const weir_address *address) {
  if (!address) return NULL;
  if (address->family == WEIR_FAMILY_IPV4) return "IPv4";
  if (address->family == WEIR_FAMILY_IPV6) return "IPv6";
  return NULL;
}

static int order(uint32_t a, uint32_t b) {
  return (a > b) - (a < b);
}

int weir_address_compare(const weir_address *a, const weir_address *b) {
  if (!a || !b) return (a != NULL) - (b != NULL);
  if (a->family != b->family) return order(a->family, b->family);
  bool ipv4 = a->family == WEIR_FAMILY_IPV4;
  int bytes = memcmp(a->bytes, b->bytes, ipv4 ? IPV4_BYTES : IPV6_BYTES);
  if (bytes != 0) return bytes < 0 ? -1 : 1;
  if (!ipv4 && a->scope_id != b->scope_id) return order(a->scope_id, b->scope_id);
  return order(a->port, b->port);
}

bool weir_address_equal(const weir_address *a, const weir_address *b) {
  return a && b && weir_address_compare(a, b) == 0;
}
