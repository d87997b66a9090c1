/* Decides that what libuv allocates by itself counts too, such as its table of descriptors. */
#include "bench/uv_memory.h"

#ifdef BENCH_WITH_UV

#include "bench/process.h"

#include <stdint.h>
#include <string.h>
#include <uv.h>

static bench_memory *counted; /* libuv's allocator has no place for it. */

static void *allocate(size_t size) {
  return bench_allocate(size, counted);
}

static void *reallocate(void *block, size_t size) {
  return bench_reallocate(block, size, counted);
}

static void *allocate_zeroed(size_t count, size_t size) {
  if (size != 0 && count > SIZE_MAX / size) return NULL;
  void *block = bench_allocate(count * size, counted);
  return block != NULL ? memset(block, 0, count * size) : NULL;
}

static void release(void *block) {
  bench_release(block, counted);
}

void bench_uv_memory_count(bench_memory *memory) {
  counted = memory;
  if (uv_replace_allocator(allocate, reallocate, allocate_zeroed, release) != 0)
    bench_usage("libuv does not take an allocator");
}

#else

void bench_uv_memory_count(bench_memory *memory) {
  (void)memory;
}

#endif
