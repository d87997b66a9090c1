/**
 * @file
 * @brief The compiled form of a block list: made from ranges, asked by any thread.
 */
#ifndef WEIRC_BLOCK_FILTER_H
#define WEIRC_BLOCK_FILTER_H

#include "core/block_ip.h"
#include "weir/block_list.h"

/** What a filter is made of. */
typedef struct weirc_block_ranges {
  weirc_ipv4_range *ipv4; /**< In any order, with room for twice as many; they get sorted. */
  size_t ipv4_count;      /**< How many. */
  weirc_ip_range *ipv6;   /**< The same for IPv6. Mapped addresses in them are never looked for. */
  size_t ipv6_count;      /**< How many. */
  bool embedded;          /**< As in weir_block_list_options. */
} weirc_block_ranges;

/**
 * Makes a filter with one reference.
 * @param ranges what it blocks; the arrays are used up
 * @param allocator for the filter's one block; any thread may release it; it outlives the filter
 * @return NULL: no memory
 */
weir_block_filter *weirc_block_filter_create(weirc_block_ranges *ranges,
                                             const weir_allocator *allocator);

/** True if the filter blocks the address, also by what is embedded in it if that counts. */
bool weirc_block_filter_has(const weir_block_filter *filter, weirc_ip ip);

/** Bytes that a filter occupies. */
size_t weirc_block_filter_bytes(const weir_block_filter *filter);

#endif
