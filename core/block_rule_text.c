/* Rules in text form: Node's rule strings, and the short forms of list files. */
#include "core/block_rule.h"

#include <string.h>

/* Part of a text. */
typedef struct piece {
  const char *at;
  size_t length;
} piece;

/* Cuts a text at the first such byte. */
static bool split(piece text, char separator, piece *out_head, piece *out_tail) {
  const char *found = text.length > 0 ? memchr(text.at, separator, text.length) : NULL;
  if (!found) return false;
  size_t head = (size_t)(found - text.at);
  *out_head = (piece){text.at, head};
  *out_tail = (piece){found + 1, text.length - head - 1};
  return true;
}

static bool skip(piece *text, const char *start) {
  size_t length = strlen(start);
  if (text->length < length || memcmp(text->at, start, length) != 0) return false;
  text->at += length;
  text->length -= length;
  return true;
}

static weir_err parse_address(piece text, weir_address *out_address) {
  piece head, scope;
  bool scoped = split(text, '%', &head, &scope);
  if (scoped) {
    bool plain = scope.length > 0 && !memchr(scope.at, '%', scope.length) &&
                 !memchr(scope.at, '\0', scope.length);
    if (!plain) return WEIR_ERR_INVALID_ADDRESS;
    text = head;
  }
  weir_address address;
  weir_err err = weir_address_parse(text.at, text.length, 0, &address);
  if (err != WEIR_OK) return err;
  if (scoped && address.family != WEIR_FAMILY_IPV6) return WEIR_ERR_INVALID_ADDRESS;
  *out_address = address;
  return WEIR_OK;
}

/* Digits without a leading zero; what is above every prefix is out of range, however long. */
static weir_err parse_prefix(piece text, int32_t *out_bits) {
  int32_t bits = 0;
  if (text.length == 0 || (text.length > 1 && text.at[0] == '0')) return WEIR_ERR_INVALID_ADDRESS;
  for (size_t i = 0; i < text.length; i++) {
    if (text.at[i] < '0' || text.at[i] > '9') return WEIR_ERR_INVALID_ADDRESS;
    if (bits < 1000) bits = bits * 10 + (text.at[i] - '0');
  }
  *out_bits = bits;
  return WEIR_OK;
}

static weir_err parse_single(piece text, weirc_block_rule *out_rule) {
  weir_address address;
  weir_err err = parse_address(text, &address);
  return err == WEIR_OK ? weirc_block_rule_address(&address, out_rule) : err;
}

static weir_err parse_subnet(piece text, weirc_block_rule *out_rule) {
  piece net, prefix;
  weir_address address;
  int32_t bits = 0;
  if (!split(text, '/', &net, &prefix)) return WEIR_ERR_INVALID_ADDRESS;
  weir_err err = parse_address(net, &address);
  if (err == WEIR_OK) err = parse_prefix(prefix, &bits);
  return err == WEIR_OK ? weirc_block_rule_subnet(&address, bits, out_rule) : err;
}

static weir_err parse_range(piece text, weirc_block_rule *out_rule) {
  piece first, second;
  weir_address start, end;
  if (!split(text, '-', &first, &second)) return WEIR_ERR_INVALID_ADDRESS;
  weir_err err = parse_address(first, &start);
  if (err == WEIR_OK) err = parse_address(second, &end);
  return err == WEIR_OK ? weirc_block_rule_range(&start, &end, out_rule) : err;
}

typedef weir_err (*parser)(piece text, weirc_block_rule *out_rule);

/* The names of the kinds in Node's rule strings, by weirc_block_kind. */
static const struct {
  const char *name;
  parser parse;
} kinds[] = {{"Address: ", parse_single}, {"Range: ", parse_range}, {"Subnet: ", parse_subnet}};

/* Which kind a short form is tells the first byte that is in no address. */
static parser short_form(piece text) {
  for (size_t i = 0; i < text.length; i++) {
    if (text.at[i] == '/') return parse_subnet;
    if (text.at[i] == '-') return parse_range;
  }
  return parse_single;
}

weir_err weirc_block_parse_address(const char *text, size_t length, weir_address *out_address) {
  if (!text) return WEIR_ERR_INVALID_ARG_TYPE;
  return parse_address((piece){text, length}, out_address);
}

weir_err weirc_block_parse_cidr(const char *text, size_t length, weirc_block_rule *out_rule) {
  if (!text) return WEIR_ERR_INVALID_ARG_TYPE;
  return parse_subnet((piece){text, length}, out_rule);
}

weir_err weirc_block_parse_rule(const char *text, size_t length, weirc_block_rule *out_rule) {
  if (!text) return WEIR_ERR_INVALID_ARG_TYPE;
  piece rest = {text, length};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if (!skip(&rest, kinds[i].name)) continue;
    bool ipv6 = skip(&rest, "IPv6 ");
    if (!ipv6 && !skip(&rest, "IPv4 ")) return WEIR_ERR_INVALID_ADDRESS;
    weirc_block_rule rule;
    weir_err err = kinds[i].parse(rest, &rule);
    if (err != WEIR_OK) return err;
    if (rule.start_is_ipv6 != ipv6) return WEIR_ERR_INVALID_ADDRESS;
    *out_rule = rule;
    return WEIR_OK;
  }
  return short_form(rest)(rest, out_rule);
}

static char *put_text(char *at, const char *text) {
  size_t length = strlen(text);
  memcpy(at, text, length);
  return at + length;
}

static char *put_ip(char *at, weirc_ip ip, bool ipv6) {
  weir_address address = weirc_ip_to_address(ip, ipv6);
  return at + weir_address_format(&address, at, WEIR_ADDRESS_TEXT_SIZE);
}

static char *put_prefix(char *at, unsigned bits) {
  if (bits >= 100) *at++ = (char)('0' + bits / 100);
  if (bits >= 10) *at++ = (char)('0' + bits / 10 % 10);
  *at++ = (char)('0' + bits % 10);
  return at;
}

/* An end is written at 60 bytes of text at most, so a whole WEIR_ADDRESS_TEXT_SIZE is left. */
size_t weirc_block_rule_format(const weirc_block_rule *rule,
                               char buffer[WEIR_BLOCK_LIST_RULE_SIZE]) {
  char *at = put_text(buffer, kinds[rule->kind].name);
  at = put_text(at, rule->start_is_ipv6 ? "IPv6 " : "IPv4 ");
  at = put_ip(at, rule->start, rule->start_is_ipv6);
  if (rule->kind == WEIRC_BLOCK_RANGE) {
    *at++ = '-';
    at = put_ip(at, rule->end, rule->end_is_ipv6);
  }
  if (rule->kind == WEIRC_BLOCK_SUBNET) {
    *at++ = '/';
    at = put_prefix(at, rule->prefix_bits - (rule->start_is_ipv6 ? 0U : 96U));
  }
  *at = '\0';
  return (size_t)(at - buffer);
}
