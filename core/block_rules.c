/* How rules are packed. Within an array they stand in their order, so the newest ones are its last
 * ones. What rules mean is not known here. */
#include "core/block_rules.h"

#include "core/memory.h"

#include <assert.h>
#include <string.h>

/* What both kinds of records end in. */
typedef struct record_form {
  uint8_t kind;
  uint8_t prefix_bits;
  uint8_t start_is_ipv6;
  uint8_t end_is_ipv6;
} record_form;

typedef struct narrow_record {
  uint32_t start;
  uint32_t end;
  record_form form;
} narrow_record;

/* Halves of the numbers, so that nothing is lost to alignment. */
typedef struct wide_record {
  uint32_t start[4];
  uint32_t end[4];
  record_form form;
} wide_record;

#define IS_WIDE    (UINT32_C(1) << 31)
#define RULES_MAX  ((size_t)1 << 30)
#define FIRST_ROOM 8

static weir_err make_room(weirc_block_array *array, const weir_allocator *allocator, size_t size) {
  if (array->count < array->capacity) return WEIR_OK;
  size_t capacity = array->capacity + array->capacity / 8 + FIRST_ROOM;
  if (capacity > RULES_MAX || capacity > SIZE_MAX / size) return WEIR_ENOMEM;
  void *items = weirc_reallocate(allocator, array->items, capacity * size);
  if (!items) return WEIR_ENOMEM;
  array->items = items;
  array->capacity = capacity;
  return WEIR_OK;
}

static void split_ip(weirc_ip ip, uint32_t out[4]) {
  out[0] = (uint32_t)(ip.high >> 32);
  out[1] = (uint32_t)(ip.high & UINT32_MAX);
  out[2] = (uint32_t)(ip.low >> 32);
  out[3] = (uint32_t)(ip.low & UINT32_MAX);
}

static weirc_ip join_ip(const uint32_t parts[4]) {
  return (weirc_ip){(uint64_t)parts[0] << 32 | parts[1], (uint64_t)parts[2] << 32 | parts[3]};
}

/* A network that is wider than IPv4's may still begin and end inside it as written. */
static bool is_narrow(const weirc_block_rule *rule) {
  if (rule->kind == WEIRC_BLOCK_SUBNET && rule->prefix_bits < 96) return false;
  return weirc_ip_is_ipv4(rule->start) && weirc_ip_is_ipv4(rule->end);
}

static record_form form_of(const weirc_block_rule *rule) {
  return (record_form){rule->kind, rule->prefix_bits, rule->start_is_ipv6, rule->end_is_ipv6};
}

static narrow_record pack_narrow(const weirc_block_rule *rule) {
  return (narrow_record){(uint32_t)(rule->start.low & UINT32_MAX),
                         (uint32_t)(rule->end.low & UINT32_MAX), form_of(rule)};
}

static wide_record pack_wide(const weirc_block_rule *rule) {
  wide_record record;
  split_ip(rule->start, record.start);
  split_ip(rule->end, record.end);
  record.form = form_of(rule);
  return record;
}

weir_err weirc_block_rules_add(weirc_block_rules *rules, const weir_allocator *allocator,
                               const weirc_block_rule *rule) {
  bool narrow = is_narrow(rule);
  weirc_block_array *array = narrow ? &rules->narrow : &rules->wide;
  if (make_room(&rules->order, allocator, sizeof(uint32_t)) != WEIR_OK ||
      make_room(array, allocator, narrow ? sizeof(narrow_record) : sizeof(wide_record)) != WEIR_OK)
    return WEIR_ENOMEM;
  if (narrow)
    ((narrow_record *)array->items)[array->count] = pack_narrow(rule);
  else
    ((wide_record *)array->items)[array->count] = pack_wide(rule);
  uint32_t *order = rules->order.items;
  order[rules->order.count++] = (uint32_t)array->count++ | (narrow ? 0 : IS_WIDE);
  return WEIR_OK;
}

static weirc_block_rule unpack(weirc_ip start, weirc_ip end, record_form form) {
  return (weirc_block_rule){
      start, end, form.kind, form.prefix_bits, form.start_is_ipv6 != 0, form.end_is_ipv6 != 0};
}

weirc_block_rule weirc_block_rules_at(const weirc_block_rules *rules, size_t place) {
  assert(place < rules->order.count);
  uint32_t slot = ((const uint32_t *)rules->order.items)[place];
  if (slot & IS_WIDE) {
    const wide_record *wide = (const wide_record *)rules->wide.items + (slot & ~IS_WIDE);
    return unpack(join_ip(wide->start), join_ip(wide->end), wide->form);
  }
  const narrow_record *narrow = (const narrow_record *)rules->narrow.items + slot;
  return unpack(weirc_ip_from_ipv4(narrow->start), weirc_ip_from_ipv4(narrow->end), narrow->form);
}

/* The place of the last record that has these bytes; SIZE_MAX: none. Both kinds of records consist
 * of such words, and most differ in the first one. */
static size_t find_record(const weirc_block_array *array, const void *record, size_t size) {
  const uint32_t *words = array->items;
  uint32_t first;
  memcpy(&first, record, sizeof first);
  for (size_t i = array->count; i > 0; i--) {
    const uint32_t *at = words + (i - 1) * (size / sizeof first);
    if (*at == first && memcmp(at, record, size) == 0) return i - 1;
  }
  return SIZE_MAX;
}

/* Which rule a record is: at its own number at the earliest, as no record is before its like. */
static size_t place_of(const weirc_block_rules *rules, uint32_t wide, size_t record) {
  const uint32_t *order = rules->order.items;
  size_t place = record;
  while (order[place] != ((uint32_t)record | wide)) place++;
  return place;
}

size_t weirc_block_rules_find(const weirc_block_rules *rules, const weirc_block_rule *rule) {
  bool narrow = is_narrow(rule);
  narrow_record wanted_narrow = pack_narrow(rule);
  wide_record wanted_wide = pack_wide(rule);
  size_t found = narrow ? find_record(&rules->narrow, &wanted_narrow, sizeof wanted_narrow)
                        : find_record(&rules->wide, &wanted_wide, sizeof wanted_wide);
  if (found == SIZE_MAX) return WEIRC_BLOCK_NO_RULE;
  return place_of(rules, narrow ? 0 : IS_WIDE, found);
}

static void remove_item(weirc_block_array *array, size_t at, size_t size) {
  char *item = (char *)array->items + at * size;
  array->count--;
  memmove(item, item + size, (array->count - at) * size);
}

void weirc_block_rules_remove(weirc_block_rules *rules, size_t place) {
  assert(place < rules->order.count);
  uint32_t *order = rules->order.items;
  uint32_t slot = order[place];
  if (slot & IS_WIDE)
    remove_item(&rules->wide, slot & ~IS_WIDE, sizeof(wide_record));
  else
    remove_item(&rules->narrow, slot, sizeof(narrow_record));
  remove_item(&rules->order, place, sizeof *order);
  for (size_t i = place; i < rules->order.count; i++)
    if ((order[i] & IS_WIDE) == (slot & IS_WIDE)) order[i]--;
}

void weirc_block_rules_truncate(weirc_block_rules *rules, size_t count) {
  const uint32_t *order = rules->order.items;
  while (rules->order.count > count) {
    bool wide = order[--rules->order.count] & IS_WIDE;
    (wide ? &rules->wide : &rules->narrow)->count--;
  }
}

static void swap_items(weirc_block_array *array, size_t size, size_t a, size_t b) {
  wide_record held; /* The largest there is. */
  char *first = (char *)array->items + a * size;
  char *second = (char *)array->items + b * size;
  assert(size <= sizeof held);
  memcpy(&held, first, size);
  memcpy(first, second, size);
  memcpy(second, &held, size);
}

static void reverse_items(weirc_block_array *array, size_t size, size_t from) {
  size_t to = array->count;
  while (to > from + 1) swap_items(array, size, from++, --to);
}

void weirc_block_rules_reverse(weirc_block_rules *rules, size_t place) {
  uint32_t *order = rules->order.items;
  uint32_t wide = 0;
  for (size_t i = place; i < rules->order.count; i++) wide += (order[i] & IS_WIDE) != 0;
  uint32_t next_wide = (uint32_t)rules->wide.count - wide;
  uint32_t next_narrow = (uint32_t)(rules->narrow.count - (rules->order.count - place - wide));
  reverse_items(&rules->narrow, sizeof(narrow_record), next_narrow);
  reverse_items(&rules->wide, sizeof(wide_record), next_wide);
  reverse_items(&rules->order, sizeof *order, place);
  for (size_t i = place; i < rules->order.count; i++)
    order[i] = order[i] & IS_WIDE ? IS_WIDE | next_wide++ : next_narrow++;
}

static weir_err copy_array(const weirc_block_array *array, const weir_allocator *allocator,
                           size_t size, weirc_block_array *out_array) {
  if (array->count == 0) return WEIR_OK;
  out_array->items = weirc_allocate(allocator, array->count * size);
  if (!out_array->items) return WEIR_ENOMEM;
  memcpy(out_array->items, array->items, array->count * size);
  out_array->count = out_array->capacity = array->count;
  return WEIR_OK;
}

weir_err weirc_block_rules_copy(const weirc_block_rules *rules, const weir_allocator *allocator,
                                weirc_block_rules *out_rules) {
  if (copy_array(&rules->order, allocator, sizeof(uint32_t), &out_rules->order) == WEIR_OK &&
      copy_array(&rules->narrow, allocator, sizeof(narrow_record), &out_rules->narrow) == WEIR_OK &&
      copy_array(&rules->wide, allocator, sizeof(wide_record), &out_rules->wide) == WEIR_OK)
    return WEIR_OK;
  weirc_block_rules_free(out_rules, allocator);
  return WEIR_ENOMEM;
}

void weirc_block_rules_free(weirc_block_rules *rules, const weir_allocator *allocator) {
  weirc_release(allocator, rules->order.items);
  weirc_release(allocator, rules->narrow.items);
  weirc_release(allocator, rules->wide.items);
  memset(rules, 0, sizeof *rules);
}
