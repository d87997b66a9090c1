/*
 * The compiled form: disjoint sorted ranges behind an index, in one block of memory that never
 * changes. IPv4 has a table by the first bits of the address. What the rules were is unknown here.
 */
#include "core/block_filter.h"

#include "core/atomic.h"
#include "core/block_index.h"
#include "core/block_sort.h"
#include "core/memory.h"

#include <string.h>

/* Two to four ranges a slot on average, until a larger table would outgrow the caches. */
enum { TABLE_BITS_MAX = 20 };

struct weir_block_filter {
  weirc_atomic_int references;
  bool embedded;
  uint8_t ipv4_shift;
  uint32_t ipv4_count;
  const weirc_ipv4_range *ipv4;
  const uint32_t *ipv4_table; /* For each value of the first bits: how many ranges start below. */
  weirc_block_index ipv6;
  size_t bytes;
  const weir_allocator *allocator;
};

static unsigned table_bits(size_t count) {
  unsigned bits = 0;
  while (bits < TABLE_BITS_MAX && count >> (bits + 2) != 0) bits++;
  return bits;
}

static void fill_table(const weirc_ipv4_range *ranges, uint32_t count, unsigned bits,
                       uint32_t *table) {
  uint32_t at = 0;
  for (uint32_t slot = 0; slot < UINT32_C(1) << bits; slot++) {
    while (at < count && (uint64_t)ranges[at].start >> (32 - bits) < slot) at++;
    table[slot] = at;
  }
  table[UINT32_C(1) << bits] = count;
}

/* The parts of the block behind the struct, the strictest alignment first. */
typedef struct layout {
  size_t ipv6;
  size_t nodes;
  size_t ipv4;
  size_t table;
  size_t slots;
  size_t bytes;
} layout;

static layout lay_out(const weirc_block_index *index, uint32_t ipv4_count, unsigned bits) {
  layout parts;
  parts.ipv6 = (sizeof(weir_block_filter) + 7) / 8 * 8;
  parts.nodes = parts.ipv6 + index->count * sizeof(weirc_ip_range);
  parts.ipv4 = parts.nodes + index->node_count * sizeof(weirc_block_node);
  parts.table = parts.ipv4 + ipv4_count * sizeof(weirc_ipv4_range);
  parts.slots = parts.table + (((size_t)1 << bits) + 1) * sizeof(uint32_t);
  parts.bytes = parts.slots + index->slot_count * sizeof(uint32_t);
  return parts;
}

static void *copy(void *to, const void *from, size_t bytes) {
  if (bytes > 0) memcpy(to, from, bytes);
  return to;
}

static void fill(weir_block_filter *filter, const layout *parts, const weirc_block_ranges *ranges,
                 unsigned bits) {
  char *block = (char *)filter;
  uint32_t *table = (uint32_t *)(void *)(block + parts->table);
  fill_table(ranges->ipv4, filter->ipv4_count, bits, table);
  filter->ipv4_table = table;
  filter->ipv4 =
      copy(block + parts->ipv4, ranges->ipv4, filter->ipv4_count * sizeof(weirc_ipv4_range));
  filter->ipv6.ranges =
      copy(block + parts->ipv6, ranges->ipv6, filter->ipv6.count * sizeof(weirc_ip_range));
  filter->ipv6.nodes = (weirc_block_node *)(void *)(block + parts->nodes);
  filter->ipv6.slots = (uint32_t *)(void *)(block + parts->slots);
  weirc_block_index_build(&filter->ipv6);
}

weir_block_filter *weirc_block_filter_create(weirc_block_ranges *ranges,
                                             const weir_allocator *allocator) {
  size_t ipv4_count =
      weirc_block_sort_ipv4(ranges->ipv4, ranges->ipv4_count, ranges->ipv4 + ranges->ipv4_count);
  size_t ipv6_count =
      weirc_block_sort_ipv6(ranges->ipv6, ranges->ipv6_count, ranges->ipv6 + ranges->ipv6_count);
  weirc_block_index index = {ranges->ipv6, (uint32_t)ipv6_count, NULL, NULL, 0, 0};
  weirc_block_index_build(&index);
  unsigned bits = table_bits(ipv4_count);
  layout parts = lay_out(&index, (uint32_t)ipv4_count, bits);
  weir_block_filter *filter = weirc_allocate(allocator, parts.bytes);
  if (!filter) return NULL;
  memset(filter, 0, sizeof *filter);
  weirc_atomic_int_store(&filter->references, 1);
  filter->embedded = ranges->embedded;
  filter->ipv4_shift = (uint8_t)(32 - bits);
  filter->ipv4_count = (uint32_t)ipv4_count;
  filter->ipv6 = index;
  filter->bytes = parts.bytes;
  filter->allocator = allocator;
  fill(filter, &parts, ranges, bits);
  return filter;
}

/* The range that may hold the address is the last one that starts at it or before it. */
static bool has_ipv4(const weir_block_filter *filter, uint32_t ipv4) {
  const uint32_t *slot = filter->ipv4_table + ((uint64_t)ipv4 >> filter->ipv4_shift);
  const weirc_ipv4_range *ranges = filter->ipv4;
  uint32_t at = slot[0];
  uint32_t left = slot[1] - at;
  while (left > 4) {
    uint32_t half = left / 2;
    at = ranges[at + half - 1].start <= ipv4 ? at + half : at;
    left -= half;
  }
  uint32_t behind = at;
  for (uint32_t i = 0; i < left; i++) behind += ranges[at + i].start <= ipv4;
  return behind > 0 && ranges[behind - 1].end >= ipv4;
}

bool weirc_block_filter_has(const weir_block_filter *filter, weirc_ip ip) {
  uint32_t embedded[WEIRC_IP_EMBEDDED_MAX];
  if (weirc_ip_is_ipv4(ip)) return has_ipv4(filter, (uint32_t)(ip.low & UINT32_MAX));
  if (weirc_block_index_has(&filter->ipv6, ip)) return true;
  if (!filter->embedded) return false;
  size_t count = weirc_ip_embedded(ip, embedded);
  for (size_t i = 0; i < count; i++)
    if (has_ipv4(filter, embedded[i])) return true;
  return false;
}

size_t weirc_block_filter_bytes(const weir_block_filter *filter) {
  return filter->bytes;
}

bool weir_block_filter_check(const weir_block_filter *filter, const weir_address *address) {
  weirc_ip ip;
  if (!filter || !address || !weirc_ip_from_address(address, &ip)) return false;
  return weirc_block_filter_has(filter, ip);
}

weir_block_filter *weir_block_filter_retain(weir_block_filter *filter) {
  if (filter) (void)weirc_atomic_int_fetch_add(&filter->references, 1);
  return filter;
}

void weir_block_filter_release(weir_block_filter *filter) {
  if (filter && weirc_atomic_int_fetch_add(&filter->references, -1) == 1)
    weirc_release(filter->allocator, filter);
}
