/**
 * @file
 * @brief The inside of a block list, for those who load and write it.
 */
#ifndef WEIRC_BLOCK_LIST_H
#define WEIRC_BLOCK_LIST_H

#include "core/block_rules.h"

/** A list: its rules, and a filter made of those that were there when it was last compiled. */
struct weir_block_list {
  weir_allocator allocator;  /**< For everything but the filter. */
  bool embedded;             /**< As in weir_block_list_options. */
  bool shrunk;               /**< A rule that is in the filter has been taken away. */
  weirc_block_rules rules;   /**< The oldest first. */
  weir_block_filter *filter; /**< NULL: not compiled yet. */
  size_t compiled;           /**< So many of the oldest rules are in the filter. */
  size_t effort;             /**< Rules looked at one by one since. */
};

#endif
