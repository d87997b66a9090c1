/* The model that block lists are compared with. It knows no speed and shares nothing with core/. */
#include "fuzz/block_model.h"

#include <stdio.h>
#include <string.h>

enum { BITS = 128, MAPPED_BITS = 96 };

/* The 128 bits of the IPv6 address, or of the mapped form. */
static void spread(const weir_address *address, uint8_t bits[BITS]) {
  uint8_t bytes[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (address->family == WEIR_FAMILY_IPV4)
    memcpy(bytes + 12, address->bytes, 4);
  else
    memcpy(bytes, address->bytes, 16);
  for (int i = 0; i < BITS; i++) bits[i] = bytes[i / 8] >> (7 - i % 8) & 1;
}

/* -1, 0 or 1 as the first bit that differs says, among the first `count`. */
static int compare(const weir_address *a, const weir_address *b, int count) {
  uint8_t a_bits[BITS];
  uint8_t b_bits[BITS];
  spread(a, a_bits);
  spread(b, b_bits);
  for (int i = 0; i < count; i++)
    if (a_bits[i] != b_bits[i]) return a_bits[i] < b_bits[i] ? -1 : 1;
  return 0;
}

static bool is_ipv4(const weir_address *address) {
  static const weir_address ipv4 = {WEIR_FAMILY_IPV4, 0, 0, 0, {0}};
  return compare(address, &ipv4, MAPPED_BITS) == 0;
}

weir_err block_model_judge(const block_model_rule *rule) {
  const weir_address *start = &rule->start;
  const weir_address *end = &rule->end;
  switch (rule->kind) {
  case BLOCK_MODEL_ADDRESS: return WEIR_OK;
  case BLOCK_MODEL_RANGE:
    if (start->family != end->family && is_ipv4(start) != is_ipv4(end))
      return WEIR_ERR_INVALID_ARG_VALUE;
    return compare(start, end, BITS) > 0 ? WEIR_ERR_INVALID_ARG_VALUE : WEIR_OK;
  case BLOCK_MODEL_SUBNET: {
    int32_t most = start->family == WEIR_FAMILY_IPV4 ? 32 : 128;
    return rule->prefix_bits < 0 || rule->prefix_bits > most ? WEIR_ERR_OUT_OF_RANGE : WEIR_OK;
  }
  }
  return WEIR_UNKNOWN;
}

void block_model_add(block_model *model, const block_model_rule *rule) {
  if (model->count < BLOCK_MODEL_RULES) model->rules[model->count++] = *rule;
}

static const char *text_of(const weir_address *address, char buffer[WEIR_ADDRESS_TEXT_SIZE]) {
  weir_address bare = *address;
  bare.scope_id = 0;
  (void)weir_address_format(&bare, buffer, WEIR_ADDRESS_TEXT_SIZE);
  return buffer;
}

static void write_text(const block_model_rule *rule, char buffer[BLOCK_MODEL_TEXT_SIZE]) {
  size_t capacity = BLOCK_MODEL_TEXT_SIZE;
  char start[WEIR_ADDRESS_TEXT_SIZE];
  char end[WEIR_ADDRESS_TEXT_SIZE];
  const char *family = weir_address_family_name(&rule->start);
  text_of(&rule->start, start);
  text_of(&rule->end, end);
  switch (rule->kind) {
  case BLOCK_MODEL_ADDRESS:
    (void)snprintf(buffer, capacity, "Address: %s %s", family, start);
    break;
  case BLOCK_MODEL_RANGE:
    (void)snprintf(buffer, capacity, "Range: %s %s-%s", family, start, end);
    break;
  case BLOCK_MODEL_SUBNET:
    (void)snprintf(buffer, capacity, "Subnet: %s %s/%d", family, start, (int)rule->prefix_bits);
    break;
  }
}

bool block_model_remove(block_model *model, const block_model_rule *rule) {
  char wanted[BLOCK_MODEL_TEXT_SIZE];
  char text[BLOCK_MODEL_TEXT_SIZE];
  write_text(rule, wanted);
  for (size_t i = model->count; i > 0; i--) {
    write_text(&model->rules[i - 1], text);
    if (strcmp(text, wanted) != 0) continue;
    memmove(&model->rules[i - 1], &model->rules[i], (model->count - i) * sizeof model->rules[0]);
    model->count--;
    return true;
  }
  return false;
}

static bool matches(const block_model_rule *rule, const weir_address *address) {
  int prefix_bits = rule->prefix_bits;
  switch (rule->kind) {
  case BLOCK_MODEL_ADDRESS: return compare(&rule->start, address, BITS) == 0;
  case BLOCK_MODEL_RANGE:
    return compare(&rule->start, address, BITS) <= 0 && compare(address, &rule->end, BITS) <= 0;
  case BLOCK_MODEL_SUBNET:
    if (rule->start.family == WEIR_FAMILY_IPV4) prefix_bits += MAPPED_BITS;
    return compare(&rule->start, address, prefix_bits) == 0;
  }
  return false;
}

bool block_model_check(const block_model *model, const weir_address *address) {
  for (size_t i = 0; i < model->count; i++)
    if (matches(&model->rules[i], address)) return true;
  return false;
}

void block_model_text(const block_model *model, size_t index, char buffer[BLOCK_MODEL_TEXT_SIZE]) {
  write_text(&model->rules[model->count - 1 - index], buffer);
}
