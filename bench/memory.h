/**
 * @file
 * @brief An allocator that counts what it is asked for.
 */
#ifndef BENCH_MEMORY_H
#define BENCH_MEMORY_H

#include <stddef.h>

/** What was asked for so far: the bytes of the requests, without any overhead of malloc(). */
typedef struct bench_memory {
  size_t allocations; /**< Requests for memory. */
  size_t live;        /**< Bytes given out and not given back. */
  size_t peak;        /**< The most that `live` has been. */
} bench_memory;

/** Begins to count requests and the peak anew; what is given out stays so. */
void bench_memory_mark(bench_memory *memory);

/** Like malloc(); `user` is a bench_memory, as for the others. */
void *bench_allocate(size_t size, void *user);
/** Like realloc(). */
void *bench_reallocate(void *block, size_t size, void *user);
/** Like free(). */
void bench_release(void *block, void *user);

#endif
