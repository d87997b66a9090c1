/* Decides the order of what waits (a pairing heap); not when anything happens or what it does. */
#include "backends/sim/schedule.h"

#include <assert.h>

static bool comes_before(const weirb_sim_node *a, const weirb_sim_node *b) {
  if (a->key != b->key) return a->key < b->key;
  return a->sequence < b->sequence;
}

/* Both are roots without siblings, or NULL. */
static weirb_sim_node *meld(weirb_sim_node *a, weirb_sim_node *b) {
  if (a == NULL) return b;
  if (b == NULL) return a;
  weirb_sim_node *parent = comes_before(b, a) ? b : a;
  weirb_sim_node *child = parent == a ? b : a;
  child->previous = parent;
  child->next = parent->child;
  if (child->next != NULL) child->next->previous = child;
  parent->child = child;
  return parent;
}

static weirb_sim_node *detach_first(weirb_sim_node **list) {
  weirb_sim_node *node = *list;
  if (node == NULL) return NULL;
  *list = node->next;
  node->next = NULL;
  node->previous = NULL;
  return node;
}

/* Melds siblings two by two from the left, then the pairs from the right: the amortised bound of
 * the heap rests on this order. */
static weirb_sim_node *meld_siblings(weirb_sim_node *siblings) {
  weirb_sim_node *pairs = NULL;
  while (siblings != NULL) {
    weirb_sim_node *a = detach_first(&siblings);
    weirb_sim_node *b = detach_first(&siblings);
    weirb_sim_node *pair = meld(a, b);
    pair->next = pairs;
    pairs = pair;
  }
  weirb_sim_node *root = NULL;
  while (pairs != NULL) {
    weirb_sim_node *pair = detach_first(&pairs);
    root = meld(root, pair);
  }
  return root;
}

void weirb_sim_schedule_add(weirb_sim_schedule *schedule, weirb_sim_node *node, uint64_t key,
                            uint64_t sequence) {
  assert(!node->queued);
  node->child = NULL;
  node->next = NULL;
  node->previous = NULL;
  node->key = key;
  node->sequence = sequence;
  node->queued = true;
  schedule->first = meld(schedule->first, node);
}

weirb_sim_node *weirb_sim_schedule_pop(weirb_sim_schedule *schedule) {
  weirb_sim_node *node = schedule->first;
  if (node != NULL) weirb_sim_schedule_remove(schedule, node);
  return node;
}

void weirb_sim_schedule_remove(weirb_sim_schedule *schedule, weirb_sim_node *node) {
  if (!node->queued) return;
  if (schedule->first == node) {
    schedule->first = meld_siblings(node->child);
  } else {
    if (node->previous->child == node) {
      node->previous->child = node->next;
    } else {
      node->previous->next = node->next;
    }
    if (node->next != NULL) node->next->previous = node->previous;
    schedule->first = meld(schedule->first, meld_siblings(node->child));
  }
  node->child = NULL;
  node->next = NULL;
  node->previous = NULL;
  node->queued = false;
}
