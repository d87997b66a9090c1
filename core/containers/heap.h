/**
 * @file
 * @brief A heap of deadlines: the earliest is first, room is made ahead so that insertion cannot
 * fail.
 */
#ifndef WEIRC_HEAP_H
#define WEIRC_HEAP_H

#include "core/memory.h"
#include "weir/base.h"

/** A member of a heap; it knows its place. */
typedef struct weirc_heap_node {
  weir_time key;     /**< The heap's order. */
  uint64_t sequence; /**< Its order among equal keys: what was inserted first is first. */
  size_t place;      /**< Index + 1; 0: not in a heap. */
} weirc_heap_node;

/** A four-way heap in one array. Zeroed memory is an empty heap. */
typedef struct weirc_heap {
  weirc_heap_node **nodes; /**< The array. */
  size_t count;            /**< Members. */
  size_t capacity;         /**< Room. */
  uint64_t sequence;       /**< The last one given. */
} weirc_heap;

/** Makes room for so many members. @return WEIR_OK or WEIR_ENOMEM */
weir_err weirc_heap_reserve(weirc_heap *heap, const weir_allocator *allocator, size_t count);

/** Frees the array. */
void weirc_heap_free(weirc_heap *heap, const weir_allocator *allocator);

/** The earliest member, NULL if there is none. */
static inline weirc_heap_node *weirc_heap_first(const weirc_heap *heap) {
  return heap->count > 0 ? heap->nodes[0] : NULL;
}

/** Inserts a node that is in no heap; there must be room. */
void weirc_heap_insert(weirc_heap *heap, weirc_heap_node *node);

/** Removes a node; does nothing if it is not in. */
void weirc_heap_remove(weirc_heap *heap, weirc_heap_node *node);

/** Gives a member another key. */
void weirc_heap_update(weirc_heap *heap, weirc_heap_node *node, weir_time key);

#endif
