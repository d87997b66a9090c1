/**
 * @file
 * @brief Things in the order of a key: an intrusive heap that never needs memory.
 */
#ifndef WEIRB_SIM_SCHEDULE_H
#define WEIRB_SIM_SCHEDULE_H

#include "weir/backend.h"

/** A place in a schedule, part of the object that waits there. Zeroed memory is one not queued. */
typedef struct weirb_sim_node {
  struct weirb_sim_node *child;    /**< First of those that come later than this one. */
  struct weirb_sim_node *next;     /**< The next of the same parent. */
  struct weirb_sim_node *previous; /**< The one before, or the parent of a first child. */
  uint64_t key;                    /**< What orders. */
  uint64_t sequence;               /**< What orders equal keys; no two are the same. */
  void *owner;                     /**< Whose place it is. */
  void (*fire)(weir_backend *world, void *owner); /**< For happenings: what happens. */
  bool queued;                                    /**< In a schedule. */
} weirb_sim_node;

/** Nodes in the order of (key, sequence). Zeroed memory is an empty one. */
typedef struct weirb_sim_schedule {
  weirb_sim_node *first; /**< The least, NULL when empty. */
} weirb_sim_schedule;

/** Puts a node that is not queued into its place. */
void weirb_sim_schedule_add(weirb_sim_schedule *schedule, weirb_sim_node *node, uint64_t key,
                            uint64_t sequence);

/** Takes the least. @return NULL if the schedule is empty */
weirb_sim_node *weirb_sim_schedule_pop(weirb_sim_schedule *schedule);

/** Takes a node out; one that is not queued stays as it is. */
void weirb_sim_schedule_remove(weirb_sim_schedule *schedule, weirb_sim_node *node);

#endif
