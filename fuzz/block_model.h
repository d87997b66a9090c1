/**
 * @file
 * @brief A block list that is as simple as can be: rules in a row, addresses bit by bit.
 */
#ifndef WEIR_FUZZ_BLOCK_MODEL_H
#define WEIR_FUZZ_BLOCK_MODEL_H

#include "weir/block_list.h"

enum { BLOCK_MODEL_RULES = 256, BLOCK_MODEL_TEXT_SIZE = 256 };

/** The kinds of rules. */
typedef enum block_model_kind {
  BLOCK_MODEL_ADDRESS, /**< start. */
  BLOCK_MODEL_RANGE,   /**< start to end. */
  BLOCK_MODEL_SUBNET   /**< The network of start. */
} block_model_kind;

/** A rule as it was given. */
typedef struct block_model_rule {
  block_model_kind kind;
  weir_address start;
  weir_address end;
  int32_t prefix_bits;
} block_model_rule;

/** A list; zeroed memory is the empty one. The last rule is the newest. */
typedef struct block_model {
  block_model_rule rules[BLOCK_MODEL_RULES];
  size_t count;
} block_model;

/** Says what adding the rule should return. */
weir_err block_model_judge(const block_model_rule *rule);
/** Adds a rule that block_model_judge() allows, while there is room. */
void block_model_add(block_model *model, const block_model_rule *rule);
/** Takes the newest rule with the same text away. @return false: there is none */
bool block_model_remove(block_model *model, const block_model_rule *rule);
/** True if a rule matches. */
bool block_model_check(const block_model *model, const weir_address *address);
/** Writes a rule's text, index 0 being the newest. */
void block_model_text(const block_model *model, size_t index, char buffer[BLOCK_MODEL_TEXT_SIZE]);

#endif
