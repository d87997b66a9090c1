/* What makes a rule and what is refused. How rules are kept and compiled is not known here. */
#include "core/block_rule.h"

static bool take_end(const weir_address *address, weirc_ip *out_ip, bool *out_is_ipv6) {
  *out_is_ipv6 = address->family == WEIR_FAMILY_IPV6;
  return weirc_ip_from_address(address, out_ip);
}

weir_err weirc_block_rule_address(const weir_address *address, weirc_block_rule *out_rule) {
  weirc_block_rule rule = {.kind = WEIRC_BLOCK_ADDRESS};
  if (!address) return WEIR_ERR_INVALID_ARG_TYPE;
  if (!take_end(address, &rule.start, &rule.start_is_ipv6)) return WEIR_ERR_INVALID_ADDRESS;
  rule.end = rule.start;
  rule.end_is_ipv6 = rule.start_is_ipv6;
  *out_rule = rule;
  return WEIR_OK;
}

/* BLK-19: a mapped address is as good as an IPv4 one beside IPv4, no other IPv6 address is. */
static bool families_fit(const weirc_block_rule *rule) {
  if (rule->start_is_ipv6 == rule->end_is_ipv6) return true;
  return weirc_ip_is_ipv4(rule->start) && weirc_ip_is_ipv4(rule->end);
}

weir_err weirc_block_rule_range(const weir_address *start, const weir_address *end,
                                weirc_block_rule *out_rule) {
  weirc_block_rule rule = {.kind = WEIRC_BLOCK_RANGE};
  if (!start || !end) return WEIR_ERR_INVALID_ARG_TYPE;
  if (!take_end(start, &rule.start, &rule.start_is_ipv6) ||
      !take_end(end, &rule.end, &rule.end_is_ipv6))
    return WEIR_ERR_INVALID_ADDRESS;
  if (!families_fit(&rule) || weirc_ip_less(rule.end, rule.start))
    return WEIR_ERR_INVALID_ARG_VALUE;
  *out_rule = rule;
  return WEIR_OK;
}

weir_err weirc_block_rule_subnet(const weir_address *net, int32_t prefix_bits,
                                 weirc_block_rule *out_rule) {
  weirc_block_rule rule = {.kind = WEIRC_BLOCK_SUBNET};
  if (!net) return WEIR_ERR_INVALID_ARG_TYPE;
  if (!take_end(net, &rule.start, &rule.start_is_ipv6)) return WEIR_ERR_INVALID_ADDRESS;
  if (prefix_bits < 0 || prefix_bits > (rule.start_is_ipv6 ? 128 : 32))
    return WEIR_ERR_OUT_OF_RANGE;
  rule.prefix_bits = (uint8_t)(rule.start_is_ipv6 ? prefix_bits : prefix_bits + 96);
  rule.end = weirc_ip_network(rule.start, rule.prefix_bits, true);
  rule.end_is_ipv6 = rule.start_is_ipv6;
  *out_rule = rule;
  return WEIR_OK;
}
