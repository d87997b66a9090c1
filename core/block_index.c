/*
 * How an IPv6 range is found: by where its start lies between the least and the greatest one, as
 * addresses in use crowd in few places. A crowded slot is divided again the same way. What is left
 * after DEPTH tables, or is small, is searched by halves, so no list is slower than that.
 */
#include "core/block_index.h"

#include <assert.h>

/* With these the index takes no more than eight bytes a range, whatever the ranges are. */
enum { DEPTH = 3, CROWD = 32, RANGES_PER_SLOT = 2 };

#define IS_NODE (UINT32_C(1) << 31)

static weirc_ip distance(weirc_ip from, weirc_ip to) {
  return (weirc_ip){to.high - from.high - (to.low < from.low), to.low - from.low};
}

static unsigned bit_length(weirc_ip ip) {
  unsigned length = 0;
  for (uint64_t rest = ip.high; rest != 0; rest >>= 1) length++;
  if (length > 0) return length + 64;
  for (uint64_t rest = ip.low; rest != 0; rest >>= 1) length++;
  return length;
}

/* Only what fits 32 bits after the shift is asked for. */
static inline uint32_t shifted(weirc_ip ip, uint32_t shift) {
  if (shift >= 64) return (uint32_t)(ip.high >> (shift - 64));
  if (shift == 0) return (uint32_t)ip.low;
  return (uint32_t)(ip.high << (64 - shift) | ip.low >> shift);
}

static inline uint32_t slot_of(const weirc_block_node *node, weirc_ip ip) {
  return shifted(distance(node->low, ip), node->shift);
}

/* How many slots there are: a power of two at most, as many of it as are in use. */
static weirc_block_node make_node(const weirc_block_index *index, uint32_t from, uint32_t to,
                                  uint32_t ranges_per_slot) {
  weirc_block_node node = {index->ranges[from].start, index->ranges[to - 1].start, from, to, 0, 0};
  unsigned bits = 1;
  while ((to - from) / ranges_per_slot >> (bits + 1) != 0) bits++;
  unsigned span = bit_length(distance(node.low, node.high));
  node.shift = span > bits ? span - bits : 0;
  return node;
}

static void divide(weirc_block_index *index, uint32_t from, uint32_t to, unsigned depth) {
  weirc_block_node node =
      make_node(index, from, to, depth == 0 ? RANGES_PER_SLOT : 2 * RANGES_PER_SLOT);
  uint32_t last_slot = slot_of(&node, node.high);
  uint32_t at = from;
  node.slots = index->slot_count;
  index->slot_count += last_slot + 2;
  if (index->nodes) index->nodes[index->node_count] = node;
  index->node_count++;
  for (uint32_t slot = 0; slot <= last_slot; slot++) {
    uint32_t begin = at;
    uint32_t value = begin;
    while (at < to && slot_of(&node, index->ranges[at].start) == slot) at++;
    if (at - begin > CROWD && depth + 1 < DEPTH) {
      value = IS_NODE | index->node_count;
      divide(index, begin, at, depth + 1);
    }
    if (index->slots) index->slots[node.slots + slot] = value;
  }
  if (index->slots) index->slots[node.slots + last_slot + 1] = to;
  assert(at == to);
}

void weirc_block_index_build(weirc_block_index *index) {
  index->node_count = 0;
  index->slot_count = 0;
  if (index->count > 0) divide(index, 0, index->count, 0);
}

/* How many of the ranges between two places start at the address or before it, added to begin. */
static uint32_t search(const weirc_ip_range *ranges, uint32_t begin, uint32_t end, weirc_ip ip) {
  uint32_t left = end - begin;
  while (left > 0) {
    uint32_t half = left / 2;
    bool behind = !weirc_ip_less(ip, ranges[begin + half].start);
    begin = behind ? begin + half + 1 : begin;
    left = behind ? left - half - 1 : half;
  }
  return begin;
}

/* How many ranges start at the address or before it. */
static uint32_t place(const weirc_block_index *index, weirc_ip ip) {
  const weirc_block_node *node = index->nodes;
  for (;;) {
    if (weirc_ip_less(ip, node->low)) return node->from;
    if (weirc_ip_less(node->high, ip)) return node->to;
    const uint32_t *slot = index->slots + node->slots + slot_of(node, ip);
    if (!(slot[0] & IS_NODE)) {
      uint32_t end = slot[1] & IS_NODE ? index->nodes[slot[1] & ~IS_NODE].from : slot[1];
      return search(index->ranges, slot[0], end, ip);
    }
    node = &index->nodes[slot[0] & ~IS_NODE];
  }
}

bool weirc_block_index_has(const weirc_block_index *index, weirc_ip ip) {
  if (index->count == 0) return false;
  uint32_t behind = place(index, ip);
  return behind > 0 && !weirc_ip_less(index->ranges[behind - 1].end, ip);
}
