/*
 * The block list: when rules are compiled, and what a check does while they are not. Between two
 * compilations the filter blocks at least what the rules it was made of block now, as some may be
 * gone; newer rules are looked at one by one. So the filter's "no" stands, and its "yes" stands
 * unless a rule was taken away.
 */
#include "core/block_list.h"

#include "core/block_filter.h"
#include "core/memory.h"
#include "core/options.h"

#include <string.h>

/* Compiling costs about as much as looking at each rule so many times. */
enum { EFFORT_PER_RULE = 4 };

static weir_block_list *make_list(const weir_allocator *allocator, bool embedded) {
  weir_block_list *list = weirc_allocate_zeroed(allocator, sizeof *list);
  if (!list) return NULL;
  list->allocator = *allocator;
  list->embedded = embedded;
  return list;
}

weir_err weir_block_list_create(const weir_block_list_options *options,
                                weir_block_list **out_list) {
  if (!out_list) return WEIR_ERR_INVALID_ARG_TYPE;
  *out_list = NULL;
  weir_block_list_options taken = WEIR_BLOCK_LIST_OPTIONS_INIT;
  weir_err err = weirc_options_take(&taken, sizeof taken, options);
  if (err != WEIR_OK) return err;
  *out_list =
      make_list(taken.allocator ? taken.allocator : &weirc_default_allocator, taken.embedded);
  return *out_list ? WEIR_OK : WEIR_ENOMEM;
}

/* Without a filter nothing of the rules is compiled. */
static void replace_filter(weir_block_list *list, weir_block_filter *filter, size_t compiled) {
  weir_block_filter_release(list->filter);
  list->filter = filter;
  list->compiled = compiled;
  list->shrunk = false;
  list->effort = 0;
}

void weir_block_list_free(weir_block_list *list) {
  if (!list) return;
  weir_allocator allocator = list->allocator;
  replace_filter(list, NULL, 0);
  weirc_block_rules_free(&list->rules, &allocator);
  weirc_release(&allocator, list);
}

weir_err weir_block_list_clone(const weir_block_list *list, weir_block_list **out_list) {
  if (out_list) *out_list = NULL;
  if (!list || !out_list) return WEIR_ERR_INVALID_ARG_TYPE;
  weir_block_list *clone = make_list(&list->allocator, list->embedded);
  if (!clone) return WEIR_ENOMEM;
  weir_err err = weirc_block_rules_copy(&list->rules, &clone->allocator, &clone->rules);
  if (err != WEIR_OK) {
    weir_block_list_free(clone);
    return err;
  }
  clone->filter = weir_block_filter_retain(list->filter);
  clone->compiled = list->compiled;
  clone->shrunk = list->shrunk;
  *out_list = clone;
  return WEIR_OK;
}

static weir_err add(weir_block_list *list, const weirc_block_rule *rule) {
  return weirc_block_rules_add(&list->rules, &list->allocator, rule);
}

static weir_err take_away(weir_block_list *list, const weirc_block_rule *rule) {
  size_t place = weirc_block_rules_find(&list->rules, rule);
  if (place == WEIRC_BLOCK_NO_RULE) return WEIR_ENOENT;
  weirc_block_rules_remove(&list->rules, place);
  if (place < list->compiled) {
    list->compiled--;
    list->shrunk = true;
  }
  return WEIR_OK;
}

/* Adding and removing differ in what is done with the rule that the arguments make. */
typedef weir_err (*rule_use)(weir_block_list *list, const weirc_block_rule *rule);

static weir_err use_address(weir_block_list *list, rule_use use, const weir_address *address) {
  weirc_block_rule rule;
  weir_err err = list ? weirc_block_rule_address(address, &rule) : WEIR_ERR_INVALID_ARG_TYPE;
  return err == WEIR_OK ? use(list, &rule) : err;
}

static weir_err use_range(weir_block_list *list, rule_use use, const weir_address *start,
                          const weir_address *end) {
  weirc_block_rule rule;
  weir_err err = list ? weirc_block_rule_range(start, end, &rule) : WEIR_ERR_INVALID_ARG_TYPE;
  return err == WEIR_OK ? use(list, &rule) : err;
}

static weir_err use_subnet(weir_block_list *list, rule_use use, const weir_address *net,
                           int32_t prefix_bits) {
  weirc_block_rule rule;
  weir_err err =
      list ? weirc_block_rule_subnet(net, prefix_bits, &rule) : WEIR_ERR_INVALID_ARG_TYPE;
  return err == WEIR_OK ? use(list, &rule) : err;
}

static weir_err use_cidr(weir_block_list *list, rule_use use, const char *text, size_t length) {
  weirc_block_rule rule;
  weir_err err = list ? weirc_block_parse_cidr(text, length, &rule) : WEIR_ERR_INVALID_ARG_TYPE;
  return err == WEIR_OK ? use(list, &rule) : err;
}

static weir_err use_rule(weir_block_list *list, rule_use use, const char *text, size_t length) {
  weirc_block_rule rule;
  weir_err err = list ? weirc_block_parse_rule(text, length, &rule) : WEIR_ERR_INVALID_ARG_TYPE;
  return err == WEIR_OK ? use(list, &rule) : err;
}

weir_err weir_block_list_add_address(weir_block_list *list, const weir_address *address) {
  return use_address(list, add, address);
}

weir_err weir_block_list_add_range(weir_block_list *list, const weir_address *start,
                                   const weir_address *end) {
  return use_range(list, add, start, end);
}

weir_err weir_block_list_add_subnet(weir_block_list *list, const weir_address *net,
                                    int32_t prefix_bits) {
  return use_subnet(list, add, net, prefix_bits);
}

weir_err weir_block_list_add_cidr(weir_block_list *list, const char *text, size_t length) {
  return use_cidr(list, add, text, length);
}

weir_err weir_block_list_add_rule(weir_block_list *list, const char *text, size_t length) {
  return use_rule(list, add, text, length);
}

weir_err weir_block_list_remove_address(weir_block_list *list, const weir_address *address) {
  return use_address(list, take_away, address);
}

weir_err weir_block_list_remove_range(weir_block_list *list, const weir_address *start,
                                      const weir_address *end) {
  return use_range(list, take_away, start, end);
}

weir_err weir_block_list_remove_subnet(weir_block_list *list, const weir_address *net,
                                       int32_t prefix_bits) {
  return use_subnet(list, take_away, net, prefix_bits);
}

weir_err weir_block_list_remove_cidr(weir_block_list *list, const char *text, size_t length) {
  return use_cidr(list, take_away, text, length);
}

weir_err weir_block_list_remove_rule(weir_block_list *list, const char *text, size_t length) {
  return use_rule(list, take_away, text, length);
}

void weir_block_list_clear(weir_block_list *list) {
  if (!list) return;
  weirc_block_rules_free(&list->rules, &list->allocator);
  replace_filter(list, NULL, 0);
}

/* The part of a range that is mapped IPv4, if there is one. */
static bool ipv4_part(weirc_ip_range range, weirc_ipv4_range *out_part) {
  weirc_ip first = weirc_ip_from_ipv4(0);
  weirc_ip last = weirc_ip_from_ipv4(UINT32_MAX);
  if (weirc_ip_less(range.end, first) || weirc_ip_less(last, range.start)) return false;
  weirc_ip start = weirc_ip_less(range.start, first) ? first : range.start;
  weirc_ip end = weirc_ip_less(last, range.end) ? last : range.end;
  *out_part =
      (weirc_ipv4_range){(uint32_t)(start.low & UINT32_MAX), (uint32_t)(end.low & UINT32_MAX)};
  return true;
}

/* Puts what the rules match where the filter is made from. */
static void collect(const weir_block_list *list, weirc_block_ranges *ranges) {
  for (size_t i = 0; i < weirc_block_rules_count(&list->rules); i++) {
    weirc_block_rule rule = weirc_block_rules_at(&list->rules, i);
    weirc_ip_range matches = weirc_block_rule_matches(&rule);
    if (ipv4_part(matches, &ranges->ipv4[ranges->ipv4_count])) ranges->ipv4_count++;
    if (!weirc_ip_is_ipv4(matches.start) || !weirc_ip_is_ipv4(matches.end))
      ranges->ipv6[ranges->ipv6_count++] = matches;
  }
}

/* Room for each rule in both families' arrays, as a wide rule may be in both, and for sorting; one
 * more, so that none is empty. */
static weir_err compile(weir_block_list *list) {
  size_t wide = list->rules.wide.count + 1;
  size_t all = list->rules.narrow.count + wide;
  if (wide > SIZE_MAX / 4 / sizeof(weirc_ip_range) || all > SIZE_MAX / 4 / sizeof(weirc_ipv4_range))
    return WEIR_ENOMEM;
  weirc_block_ranges ranges = {.embedded = list->embedded};
  ranges.ipv4 = weirc_allocate(&list->allocator, 2 * all * sizeof *ranges.ipv4);
  ranges.ipv6 = weirc_allocate(&list->allocator, 2 * wide * sizeof *ranges.ipv6);
  weir_block_filter *filter = NULL;
  if (ranges.ipv4 && ranges.ipv6) {
    collect(list, &ranges);
    filter = weirc_block_filter_create(&ranges, &weirc_default_allocator);
  }
  weirc_release(&list->allocator, ranges.ipv4);
  weirc_release(&list->allocator, ranges.ipv6);
  if (!filter) return WEIR_ENOMEM;
  replace_filter(list, filter, weirc_block_rules_count(&list->rules));
  return WEIR_OK;
}

/* The address itself, and the others it counts as. */
typedef struct wanted {
  weirc_ip ips[1 + WEIRC_IP_EMBEDDED_MAX];
  size_t count;
} wanted;

static wanted wanted_for(const weir_block_list *list, weirc_ip ip) {
  uint32_t embedded[WEIRC_IP_EMBEDDED_MAX];
  wanted w = {.ips = {ip}, .count = 1};
  if (!list->embedded || weirc_ip_is_ipv4(ip)) return w;
  size_t found = weirc_ip_embedded(ip, embedded);
  for (size_t i = 0; i < found; i++) w.ips[w.count++] = weirc_ip_from_ipv4(embedded[i]);
  return w;
}

/* Looks at each rule from a place on. */
static bool scan(const weir_block_list *list, size_t place, weirc_ip ip) {
  wanted w = wanted_for(list, ip);
  for (; place < weirc_block_rules_count(&list->rules); place++) {
    weirc_block_rule rule = weirc_block_rules_at(&list->rules, place);
    weirc_ip_range matches = weirc_block_rule_matches(&rule);
    for (size_t i = 0; i < w.count; i++)
      if (!weirc_ip_less(w.ips[i], matches.start) && !weirc_ip_less(matches.end, w.ips[i]))
        return true;
  }
  return false;
}

static bool check(weir_block_list *list, weirc_ip ip) {
  size_t count = weirc_block_rules_count(&list->rules);
  bool blocked = list->filter && weirc_block_filter_has(list->filter, ip);
  if (blocked && !list->shrunk) return true;
  size_t from = blocked ? 0 : list->compiled;
  if (from == count) return false;
  list->effort += count - from;
  if (list->effort > count * EFFORT_PER_RULE) {
    list->effort = 0; /* Without memory, the next attempt is as far away. */
    if (compile(list) == WEIR_OK) return weirc_block_filter_has(list->filter, ip);
  }
  return scan(list, from, ip);
}

bool weir_block_list_check(weir_block_list *list, const weir_address *address) {
  weirc_ip ip;
  if (!list || !address || !weirc_ip_from_address(address, &ip)) return false;
  return check(list, ip);
}

bool weir_block_list_check_text(weir_block_list *list, const char *text, size_t length) {
  weir_address address;
  if (!list || weirc_block_parse_address(text, length, &address) != WEIR_OK) return false;
  return weir_block_list_check(list, &address);
}

size_t weir_block_list_size(const weir_block_list *list) {
  return list ? weirc_block_rules_count(&list->rules) : 0;
}

weir_err weir_block_list_snapshot(weir_block_list *list, weir_block_filter **out_filter) {
  if (out_filter) *out_filter = NULL;
  if (!list || !out_filter) return WEIR_ERR_INVALID_ARG_TYPE;
  bool current =
      list->filter && !list->shrunk && list->compiled == weirc_block_rules_count(&list->rules);
  weir_err err = current ? WEIR_OK : compile(list);
  if (err != WEIR_OK) return err;
  *out_filter = weir_block_filter_retain(list->filter);
  return WEIR_OK;
}
