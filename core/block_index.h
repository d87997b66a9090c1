/**
 * @file
 * @brief An index over sorted IPv6 ranges: its tables divide only what there is.
 */
#ifndef WEIRC_BLOCK_INDEX_H
#define WEIRC_BLOCK_INDEX_H

#include "core/block_ip.h"

/** Divides the ranges between two starts into slots of one width. */
typedef struct weirc_block_node {
  weirc_ip low;   /**< Start of the first range. */
  weirc_ip high;  /**< Start of the last range. */
  uint32_t from;  /**< Place of the first range. */
  uint32_t to;    /**< Place behind the last range. */
  uint32_t slots; /**< Its first slot; behind the others is one that holds `to`. */
  uint32_t shift; /**< A slot is as wide as so many bits. */
} weirc_block_node;

/** The index. Its arrays belong to the filter. */
typedef struct weirc_block_index {
  const weirc_ip_range *ranges; /**< Sorted and disjoint. */
  uint32_t count;               /**< How many; less than 2^31. */
  weirc_block_node *nodes;      /**< The first is the root; each is in front of its children. */
  uint32_t *slots;     /**< The place of the first range, or a node that divides further. */
  uint32_t node_count; /**< Nodes that are needed. */
  uint32_t slot_count; /**< Slots that are needed. */
} weirc_block_index;

/**
 * Fills nodes and slots. While they are NULL it only counts them, so it is called twice.
 * @param index ranges and count are set; the counts are set by this
 */
void weirc_block_index_build(weirc_block_index *index);

/** True if one of the ranges holds the address. */
bool weirc_block_index_has(const weirc_block_index *index, weirc_ip ip);

#endif
