/**
 * @file
 * @brief The rules of a block list in the order in which they were added, packed.
 */
#ifndef WEIRC_BLOCK_RULES_H
#define WEIRC_BLOCK_RULES_H

#include "core/block_rule.h"

/** An array that grows. */
typedef struct weirc_block_array {
  void *items;     /**< The first item. */
  size_t count;    /**< How many there are. */
  size_t capacity; /**< For how many there is room. */
} weirc_block_array;

/**
 * The rules. A rule that lies within IPv4 takes 12 bytes, another one 36, and each 4 more for its
 * place in the order. Zeroed memory is "no rules".
 */
typedef struct weirc_block_rules {
  weirc_block_array order;  /**< uint32_t: which array, and where in it; the oldest first. */
  weirc_block_array narrow; /**< Rules within IPv4, in order. */
  weirc_block_array wide;   /**< All others, in order. */
} weirc_block_rules;

/** What a rule is when nothing was found. */
#define WEIRC_BLOCK_NO_RULE SIZE_MAX

/** How many rules. */
static inline size_t weirc_block_rules_count(const weirc_block_rules *rules) {
  return rules->order.count;
}

/** Adds a rule as the newest. @return WEIR_OK; WEIR_ENOMEM, nothing has changed */
weir_err weirc_block_rules_add(weirc_block_rules *rules, const weir_allocator *allocator,
                               const weirc_block_rule *rule);

/** The rule at a place; 0 is the oldest. */
weirc_block_rule weirc_block_rules_at(const weirc_block_rules *rules, size_t place);

/** The place of the newest rule that is the same in everything, or WEIRC_BLOCK_NO_RULE. */
size_t weirc_block_rules_find(const weirc_block_rules *rules, const weirc_block_rule *rule);

/** Takes a rule away. */
void weirc_block_rules_remove(weirc_block_rules *rules, size_t place);

/** Takes all rules away but the `count` oldest. */
void weirc_block_rules_truncate(weirc_block_rules *rules, size_t count);

/** Turns the order of the rules from a place on round. */
void weirc_block_rules_reverse(weirc_block_rules *rules, size_t place);

/** Copies all rules to where there are none. @return WEIR_OK; WEIR_ENOMEM */
weir_err weirc_block_rules_copy(const weirc_block_rules *rules, const weir_allocator *allocator,
                                weirc_block_rules *out_rules);

/** Frees all memory; there are no rules then. */
void weirc_block_rules_free(weirc_block_rules *rules, const weir_allocator *allocator);

#endif
