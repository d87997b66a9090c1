/**
 * @file
 * @brief Memory through the loop's allocator, and pools of blocks that come and go.
 */
#ifndef WEIRC_MEMORY_H
#define WEIRC_MEMORY_H

#include "weir/base.h"

/** malloc(), realloc() and free(). */
extern const weir_allocator weirc_default_allocator;

/** Memory with undefined content; NULL if there is none. */
static inline void *weirc_allocate(const weir_allocator *allocator, size_t size) {
  return allocator->allocate(size, allocator->user);
}

/** Zeroed memory; NULL if there is none. */
void *weirc_allocate_zeroed(const weir_allocator *allocator, size_t size);

/** Like realloc(); on failure the old memory stays. */
static inline void *weirc_reallocate(const weir_allocator *allocator, void *memory, size_t size) {
  return allocator->reallocate(memory, size, allocator->user);
}

/** Like free(). */
static inline void weirc_release(const weir_allocator *allocator, void *memory) {
  if (memory) allocator->release(memory, allocator->user);
}

/** A copy of bytes with a NUL behind them; NULL if there is no memory. */
char *weirc_copy_text(const weir_allocator *allocator, const char *text, size_t length);

/** Blocks of one size: those given back are kept for the next taker, up to a limit. */
typedef struct weirc_pool {
  void *free;        /**< Kept blocks, linked through their first bytes. */
  size_t block_size; /**< Bytes of each. */
  size_t kept;       /**< How many are kept. */
  size_t keep;       /**< How many may be kept. */
} weirc_pool;

/** A block with undefined content; NULL if there is none. */
void *weirc_pool_take(weirc_pool *pool, const weir_allocator *allocator);

/** Gives a block back. */
void weirc_pool_give(weirc_pool *pool, const weir_allocator *allocator, void *block);

/** Frees what is kept. */
void weirc_pool_free(weirc_pool *pool, const weir_allocator *allocator);

#endif
