/* Decides what counts as a request for memory and how large it was. */
#include "bench/memory.h"

#include <stdalign.h>
#include <stdlib.h>

/* In front of each block, so that the size is known when it comes back. */
typedef struct block_head {
  alignas(max_align_t) size_t size;
} block_head;

void bench_memory_mark(bench_memory *memory) {
  memory->allocations = 0;
  memory->peak = memory->live;
}

void *bench_reallocate(void *block, size_t size, void *user) {
  bench_memory *memory = user;
  block_head *head = block != NULL ? (block_head *)block - 1 : NULL;
  size_t before = head != NULL ? head->size : 0;
  head = realloc(head, sizeof *head + size);
  if (head == NULL) return NULL;
  head->size = size;
  memory->allocations++;
  memory->live += size - before;
  if (memory->live > memory->peak) memory->peak = memory->live;
  return head + 1;
}

void *bench_allocate(size_t size, void *user) {
  return bench_reallocate(NULL, size, user);
}

void bench_release(void *block, void *user) {
  bench_memory *memory = user;
  if (block == NULL) return;
  block_head *head = (block_head *)block - 1;
  memory->live -= head->size;
  free(head);
}
