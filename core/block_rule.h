/**
 * @file
 * @brief A rule of a block list as a value, its text, and what it matches.
 */
#ifndef WEIRC_BLOCK_RULE_H
#define WEIRC_BLOCK_RULE_H

#include "core/block_ip.h"
#include "weir/block_list.h"

/** The kinds of rules. */
typedef enum weirc_block_kind {
  WEIRC_BLOCK_ADDRESS, /**< One address: start. */
  WEIRC_BLOCK_RANGE,   /**< From start to end. */
  WEIRC_BLOCK_SUBNET   /**< The network of start; end is its last address. */
} weirc_block_kind;

/** A rule. */
typedef struct weirc_block_rule {
  weirc_ip start;      /**< As it was given, host bits included. */
  weirc_ip end;        /**< The last address that matches. */
  uint8_t kind;        /**< A weirc_block_kind. */
  uint8_t prefix_bits; /**< Of a subnet, 0..128; IPv4 has 96 more than were given. */
  bool start_is_ipv6;  /**< How start is written: a mapped address may be either. */
  bool end_is_ipv6;    /**< How end is written. */
} weirc_block_rule;

/** Makes a rule. @return as weir_block_list_add_address() */
weir_err weirc_block_rule_address(const weir_address *address, weirc_block_rule *out_rule);
/** Makes a rule. @return as weir_block_list_add_range() */
weir_err weirc_block_rule_range(const weir_address *start, const weir_address *end,
                                weirc_block_rule *out_rule);
/** Makes a rule. @return as weir_block_list_add_subnet() */
weir_err weirc_block_rule_subnet(const weir_address *net, int32_t prefix_bits,
                                 weirc_block_rule *out_rule);

/** The addresses that match. */
static inline weirc_ip_range weirc_block_rule_matches(const weirc_block_rule *rule) {
  weirc_ip start = rule->start;
  if (rule->kind == WEIRC_BLOCK_SUBNET) start = weirc_ip_network(start, rule->prefix_bits, false);
  return (weirc_ip_range){start, rule->end};
}

/** Reads an address as block lists do: an IPv6 scope of any form is passed over. @return as
 * weir_address_parse() */
weir_err weirc_block_parse_address(const char *text, size_t length, weir_address *out_address);
/** Reads a network. @return as weir_block_list_add_cidr() */
weir_err weirc_block_parse_cidr(const char *text, size_t length, weirc_block_rule *out_rule);
/** Reads a rule of any form. @return as weir_block_list_add_rule() */
weir_err weirc_block_parse_rule(const char *text, size_t length, weirc_block_rule *out_rule);

/** Writes Node's text of a rule. @return its bytes, NUL not counted */
size_t weirc_block_rule_format(const weirc_block_rule *rule,
                               char buffer[WEIR_BLOCK_LIST_RULE_SIZE]);

#endif
