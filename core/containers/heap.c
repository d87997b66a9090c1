/* The order of deadlines. What they are for is the caller's business. */
#include "core/containers/heap.h"

#include <assert.h>

enum { BRANCHES = 4 };

weir_err weirc_heap_reserve(weirc_heap *heap, const weir_allocator *allocator, size_t count) {
  if (count <= heap->capacity) return WEIR_OK;
  size_t capacity = heap->capacity < 8 ? 8 : heap->capacity * 2;
  if (capacity < count) capacity = count;
  void *nodes = weirc_reallocate(allocator, heap->nodes, capacity * sizeof *heap->nodes);
  if (!nodes) return WEIR_ENOMEM;
  heap->nodes = nodes;
  heap->capacity = capacity;
  return WEIR_OK;
}

void weirc_heap_free(weirc_heap *heap, const weir_allocator *allocator) {
  weirc_release(allocator, heap->nodes);
  heap->nodes = NULL;
  heap->count = heap->capacity = 0;
}

static void put(weirc_heap *heap, size_t index, weirc_heap_node *node) {
  heap->nodes[index] = node;
  node->place = index + 1;
}

static bool before(const weirc_heap_node *a, const weirc_heap_node *b) {
  return a->key != b->key ? a->key < b->key : a->sequence < b->sequence;
}

static void sift_up(weirc_heap *heap, size_t index, weirc_heap_node *node) {
  while (index > 0) {
    size_t parent = (index - 1) / BRANCHES;
    if (!before(node, heap->nodes[parent])) break;
    put(heap, index, heap->nodes[parent]);
    index = parent;
  }
  put(heap, index, node);
}

static size_t least_child(const weirc_heap *heap, size_t index) {
  size_t first = index * BRANCHES + 1;
  size_t end = first + BRANCHES < heap->count ? first + BRANCHES : heap->count;
  size_t least = first;
  for (size_t child = first + 1; child < end; child++)
    if (before(heap->nodes[child], heap->nodes[least])) least = child;
  return least;
}

static void sift_down(weirc_heap *heap, size_t index, weirc_heap_node *node) {
  while (index * BRANCHES + 1 < heap->count) {
    size_t child = least_child(heap, index);
    if (!before(heap->nodes[child], node)) break;
    put(heap, index, heap->nodes[child]);
    index = child;
  }
  put(heap, index, node);
}

static void settle(weirc_heap *heap, size_t index, weirc_heap_node *node) {
  if (index > 0 && before(node, heap->nodes[(index - 1) / BRANCHES]))
    sift_up(heap, index, node);
  else
    sift_down(heap, index, node);
}

void weirc_heap_insert(weirc_heap *heap, weirc_heap_node *node) {
  assert(node->place == 0);
  assert(heap->count < heap->capacity);
  node->sequence = ++heap->sequence;
  sift_up(heap, heap->count++, node);
}

void weirc_heap_remove(weirc_heap *heap, weirc_heap_node *node) {
  if (node->place == 0) return;
  size_t index = node->place - 1;
  assert(index < heap->count && heap->nodes[index] == node);
  weirc_heap_node *last = heap->nodes[--heap->count];
  node->place = 0;
  if (last != node) settle(heap, index, last);
}

void weirc_heap_update(weirc_heap *heap, weirc_heap_node *node, weir_time key) {
  assert(node->place > 0);
  node->key = key;
  node->sequence = ++heap->sequence;
  settle(heap, node->place - 1, node);
}
