/* Where the core's memory comes from. Who may keep how much is the caller's business. */
#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

static void *default_allocate(size_t size, void *user) {
  (void)user;
  return malloc(size);
}

static void *default_reallocate(void *memory, size_t size, void *user) {
  (void)user;
  return realloc(memory, size);
}

static void default_release(void *memory, void *user) {
  (void)user;
  free(memory);
}

const weir_allocator weirc_default_allocator = {default_allocate, default_reallocate,
                                                default_release, NULL};

void *weirc_allocate_zeroed(const weir_allocator *allocator, size_t size) {
  void *memory = weirc_allocate(allocator, size);
  if (memory) memset(memory, 0, size);
  return memory;
}

char *weirc_copy_text(const weir_allocator *allocator, const char *text, size_t length) {
  char *copy = weirc_allocate(allocator, length + 1);
  if (!copy) return NULL;
  if (length > 0) memcpy(copy, text, length);
  copy[length] = '\0';
  return copy;
}

void *weirc_pool_take(weirc_pool *pool, const weir_allocator *allocator) {
  void *block = pool->free;
  if (!block) return weirc_allocate(allocator, pool->block_size);
  memcpy(&pool->free, block, sizeof pool->free);
  pool->kept--;
  return block;
}

void weirc_pool_give(weirc_pool *pool, const weir_allocator *allocator, void *block) {
  if (pool->kept == pool->keep) {
    weirc_release(allocator, block);
    return;
  }
  memcpy(block, &pool->free, sizeof pool->free);
  pool->free = block;
  pool->kept++;
}

void weirc_pool_free(weirc_pool *pool, const weir_allocator *allocator) {
  pool->keep = 0;
  while (pool->free) {
    void *block = pool->free;
    memcpy(&pool->free, block, sizeof pool->free);
    weirc_release(allocator, block);
  }
  pool->kept = 0;
}
