/**
 * @file
 * @brief Short ways to write addresses and calls in the tests of block lists.
 */
#ifndef WEIR_TESTS_BLOCK_SUPPORT_H
#define WEIR_TESTS_BLOCK_SUPPORT_H

#include "weir/block_list.h"

#include "tests/support/test.h"

#include <string.h>

/** An address from text; the test fails if it is none. */
static inline weir_address block_address(const char *text) {
  weir_address address = {0};
  if (weir_address_parse(text, strlen(text), 0, &address) != WEIR_OK) fail_msg("%s", text);
  return address;
}

/** A list with Node's defaults, or one that looks into embedded addresses. */
static inline weir_block_list *block_list_new(bool embedded) {
  weir_block_list_options options = WEIR_BLOCK_LIST_OPTIONS_INIT;
  weir_block_list *list;
  options.embedded = embedded;
  assert_int_equal(weir_block_list_create(&options, &list), WEIR_OK);
  return list;
}

static inline weir_err block_add(weir_block_list *list, const char *rule) {
  return weir_block_list_add_rule(list, rule, strlen(rule));
}

static inline weir_err block_remove(weir_block_list *list, const char *rule) {
  return weir_block_list_remove_rule(list, rule, strlen(rule));
}

static inline bool block_check(weir_block_list *list, const char *text) {
  return weir_block_list_check_text(list, text, strlen(text));
}

/** The rules, the newest first, are these lines. */
static inline void block_assert_rules(const weir_block_list *list, const char *lines) {
  char text[4096];
  assert_int_equal(weir_block_list_to_text(list, text, sizeof text), strlen(lines));
  assert_string_equal(text, lines);
}

#endif
