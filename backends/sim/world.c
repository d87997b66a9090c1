/* Decides when things happen and what memory and descriptors cost; not what happens. */
#include "backends/sim/world.h"

#include <assert.h>
#include <string.h>

void *weirb_sim_allocate(weir_backend *world, size_t size) {
  void *memory = world->allocator->allocate(size, world->allocator->user);
  if (memory != NULL) memset(memory, 0, size);
  return memory;
}

void weirb_sim_release(weir_backend *world, void *memory) {
  if (memory != NULL) world->allocator->release(memory, world->allocator->user);
}

bool weirb_sim_descriptor_take(weir_backend *world) {
  if (world->options.descriptors > 0 && world->descriptors >= world->options.descriptors) {
    return false;
  }
  world->descriptors += 1;
  return true;
}

void weirb_sim_descriptor_give(weir_backend *world) {
  assert(world->descriptors > 0);
  world->descriptors -= 1;
}

weir_time weirb_sim_later(weir_time from, weir_time span) {
  return span < WEIR_TIME_NEVER - from ? from + span : WEIR_TIME_NEVER - 1;
}

weir_time weirb_sim_arrival(weir_backend *world) {
  weir_time spread = world->options.latency_max_ns - world->options.latency_min_ns;
  weir_time latency = world->options.latency_min_ns;
  if (spread > 0) latency += weirb_sim_random_below(&world->random, spread + 1);
  return weirb_sim_later(world->now, latency);
}

uint64_t weirb_sim_sequence(weir_backend *world) {
  return ++world->sequence;
}

void weirb_sim_happen(weir_backend *world, weirb_sim_node *node, weir_time when, void *owner,
                      void (*fire)(weir_backend *world, void *owner)) {
  weirb_sim_schedule_remove(&world->happenings, node);
  node->owner = owner;
  node->fire = fire;
  weirb_sim_schedule_add(&world->happenings, node, when, weirb_sim_sequence(world));
}

void weirb_sim_forget(weir_backend *world, weirb_sim_node *node) {
  weirb_sim_schedule_remove(&world->happenings, node);
}

void weirb_sim_run_due(weir_backend *world) {
  while (weirb_sim_next(world) <= world->now) {
    weirb_sim_node *node = weirb_sim_schedule_pop(&world->happenings);
    node->fire(world, node->owner);
  }
}

weir_time weirb_sim_next(const weir_backend *world) {
  return world->happenings.first != NULL ? world->happenings.first->key : WEIR_TIME_NEVER;
}
