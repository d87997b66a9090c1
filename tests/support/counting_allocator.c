/* Counts memory. It stops the program when a block comes back twice; everything else is for the
 * test to judge. */
#include "tests/support/counting_allocator.h"

#include <stdlib.h>
#include <string.h>

/* In front of each block; as wide as the strictest alignment. */
typedef union block_head {
  struct {
    size_t size;
    size_t mark;
  } block;
  max_align_t align;
} block_head;

/* Set while a block is given out: a stray or second release is seen at once. */
#define BLOCK_LIVE ((size_t)0x5eed1e55)

static bool refuse(counting_allocator *memory) {
  memory->allocations++;
  if (memory->fail_in == 0 || memory->fail_in > 1) {
    if (memory->fail_in > 1) memory->fail_in--;
    return false;
  }
  if (memory->fail_count != SIZE_MAX && --memory->fail_count == 0) memory->fail_in = 0;
  memory->refused++;
  return true;
}

static void *allocate(size_t size, void *user) {
  counting_allocator *memory = user;
  if (refuse(memory)) return NULL;
  block_head *head = malloc(sizeof *head + size);
  if (!head) return NULL;
  head->block.size = size;
  head->block.mark = BLOCK_LIVE;
  memory->bytes += size;
  memory->blocks++;
  return head + 1;
}

static void release(void *block, void *user) {
  counting_allocator *memory = user;
  if (!block) return;
  block_head *head = (block_head *)block - 1;
  if (head->block.mark != BLOCK_LIVE) abort();
  head->block.mark = 0;
  memory->bytes -= head->block.size;
  memory->blocks--;
  free(head);
}

static void *reallocate(void *block, size_t size, void *user) {
  if (!block) return allocate(size, user);
  const block_head *head = (const block_head *)block - 1;
  void *moved = allocate(size, user);
  if (!moved) return NULL;
  memcpy(moved, block, head->block.size < size ? head->block.size : size);
  release(block, user);
  return moved;
}

void counting_allocator_init(counting_allocator *memory) {
  *memory = (counting_allocator){.allocator = {allocate, reallocate, release, memory}};
}
