/*
 * Block lists beside a model, by operations that are read from the bytes:
 *
 *     how many allocations work, 0: all      what to do, and its operands ...
 *
 * An operand of few bytes stays near the others, so that rules touch, overlap and miss by one.
 */
#include "fuzz/block_model.h"
#include "fuzz/fuzz.h"

#include <string.h>

enum { FILTERS = 4 };

typedef struct input {
  const uint8_t *at;
  const uint8_t *end;
} input;

/* A filter and what was in the list when it was made. */
typedef struct kept_filter {
  weir_block_filter *filter;
  block_model model;
} kept_filter;

typedef struct run {
  input in;
  uint32_t allocations_left;
  bool allocations_end;
  weir_block_list *list;
  block_model model;
  kept_filter filters[FILTERS];
} run;

static uint8_t take(input *in) {
  return in->at < in->end ? *in->at++ : 0;
}

static bool may_allocate(run *r) {
  if (!r->allocations_end) return true;
  if (r->allocations_left == 0) return false;
  r->allocations_left--;
  return true;
}

static void *allocate(size_t size, void *user) {
  return may_allocate(user) ? malloc(size) : NULL;
}

static void *reallocate(void *memory, size_t size, void *user) {
  return may_allocate(user) ? realloc(memory, size) : NULL;
}

static void release(void *memory, void *user) {
  (void)user;
  free(memory);
}

static void take_bytes(input *in, uint8_t *out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = take(in);
}

static void map(weir_address *address) {
  memmove(address->bytes + 12, address->bytes, 4);
  memset(address->bytes, 0, 10);
  address->bytes[10] = address->bytes[11] = 0xff;
  address->family = WEIR_FAMILY_IPV6;
}

/* Port, flow label and scope should not matter. */
static weir_address take_address(input *in) {
  weir_address address = {WEIR_FAMILY_IPV4, 80, 0, 0, {10, 0}};
  uint8_t form = take(in);
  switch (form % 8) {
  case 0: take_bytes(in, address.bytes + 3, 1); break;
  case 1: take_bytes(in, address.bytes, 4); break;
  case 2:
    take_bytes(in, address.bytes + 3, 1);
    map(&address);
    break;
  case 3:
    take_bytes(in, address.bytes, 4);
    map(&address);
    break;
  case 4: memset(address.bytes, form & 8 ? 0xff : 0, 4); break;
  case 5:
    memset(address.bytes, form & 8 ? 0xff : 0, 16);
    address.family = WEIR_FAMILY_IPV6;
    take_bytes(in, address.bytes + 15, 1);
    break;
  case 6:
    memset(address.bytes, 0, 16);
    address.family = WEIR_FAMILY_IPV6;
    take_bytes(in, address.bytes + 8, 8);
    break;
  default: address.family = WEIR_FAMILY_IPV6; take_bytes(in, address.bytes, 16);
  }
  if (address.family == WEIR_FAMILY_IPV6) {
    address.scope_id = form >> 5;
    address.flow_label = form >> 4;
  }
  return address;
}

static block_model_rule take_rule(input *in, unsigned kind) {
  block_model_rule rule = {(block_model_kind)kind, take_address(in), {0}, 0};
  if (rule.kind == BLOCK_MODEL_RANGE) rule.end = take_address(in);
  if (rule.kind == BLOCK_MODEL_SUBNET) rule.prefix_bits = (int32_t)take(in) - 4;
  return rule;
}

static weir_err add(weir_block_list *list, const block_model_rule *rule) {
  switch (rule->kind) {
  case BLOCK_MODEL_ADDRESS: return weir_block_list_add_address(list, &rule->start);
  case BLOCK_MODEL_RANGE: return weir_block_list_add_range(list, &rule->start, &rule->end);
  case BLOCK_MODEL_SUBNET: return weir_block_list_add_subnet(list, &rule->start, rule->prefix_bits);
  }
  return WEIR_UNKNOWN;
}

static weir_err take_away(weir_block_list *list, const block_model_rule *rule) {
  switch (rule->kind) {
  case BLOCK_MODEL_ADDRESS: return weir_block_list_remove_address(list, &rule->start);
  case BLOCK_MODEL_RANGE: return weir_block_list_remove_range(list, &rule->start, &rule->end);
  case BLOCK_MODEL_SUBNET:
    return weir_block_list_remove_subnet(list, &rule->start, rule->prefix_bits);
  }
  return WEIR_UNKNOWN;
}

/* Without memory nothing has changed. */
static bool failed_for_memory(const run *r, weir_err err) {
  return err == WEIR_ENOMEM && r->allocations_end;
}

static void add_rule(run *r, block_model_rule rule) {
  if (r->model.count == BLOCK_MODEL_RULES) return;
  weir_err err = add(r->list, &rule);
  if (failed_for_memory(r, err)) return;
  FUZZ_CHECK(err == block_model_judge(&rule));
  if (err == WEIR_OK) block_model_add(&r->model, &rule);
}

static void do_add(run *r, unsigned kind) {
  add_rule(r, take_rule(&r->in, kind));
}

/* Addresses at a distance, of which the index has to make a table. */
static void do_add_many(run *r) {
  block_model_rule rule = take_rule(&r->in, BLOCK_MODEL_ADDRESS);
  uint8_t distance = take(&r->in);
  size_t at = rule.start.family == WEIR_FAMILY_IPV4 ? 2 : distance % 15u;
  for (unsigned left = take(&r->in); left > 0; left--) {
    add_rule(r, rule);
    unsigned sum = rule.start.bytes[at + 1] + distance;
    rule.start.bytes[at + 1] = (uint8_t)(sum & 0xff);
    rule.start.bytes[at] = (uint8_t)((rule.start.bytes[at] + (sum >> 8)) & 0xff);
  }
}

static void do_remove(run *r, unsigned kind) {
  block_model_rule rule = take_rule(&r->in, kind);
  weir_err err = take_away(r->list, &rule);
  weir_err expected = block_model_judge(&rule);
  if (failed_for_memory(r, err)) return;
  if (expected == WEIR_OK && !block_model_remove(&r->model, &rule)) expected = WEIR_ENOENT;
  FUZZ_CHECK(err == expected);
}

static void check_text(run *r, const weir_address *address, bool blocked) {
  char text[WEIR_ADDRESS_TEXT_SIZE];
  size_t length = weir_address_format(address, text, sizeof text);
  FUZZ_CHECK(weir_block_list_check_text(r->list, text, length) == blocked);
}

static void check_filters(const run *r, const weir_address *address) {
  for (size_t i = 0; i < FILTERS; i++) {
    const kept_filter *kept = &r->filters[i];
    if (!kept->filter) continue;
    FUZZ_CHECK(weir_block_filter_check(kept->filter, address) ==
               block_model_check(&kept->model, address));
  }
}

static void check_address(run *r, const weir_address *address) {
  bool blocked = block_model_check(&r->model, address);
  FUZZ_CHECK(weir_block_list_check(r->list, address) == blocked);
  check_text(r, address, blocked);
  check_filters(r, address);
}

static void step_by(weir_address *address, int by) {
  size_t i = address->family == WEIR_FAMILY_IPV4 ? 4 : 16;
  int sum;
  do {
    i--;
    sum = address->bytes[i] + by;
    address->bytes[i] = (uint8_t)(sum & 0xff);
  } while (i > 0 && (sum < 0 || sum > 0xff));
}

/* An address and both neighbours. */
static void do_check(run *r) {
  weir_address address = take_address(&r->in);
  check_address(r, &address);
  step_by(&address, 1);
  check_address(r, &address);
  step_by(&address, -2);
  check_address(r, &address);
}

static void check_rules(const run *r) {
  char expected[BLOCK_MODEL_TEXT_SIZE];
  char text[WEIR_BLOCK_LIST_RULE_SIZE];
  FUZZ_CHECK(weir_block_list_size(r->list) == r->model.count);
  for (size_t i = 0; i < r->model.count; i++) {
    block_model_text(&r->model, i, expected);
    FUZZ_CHECK(weir_block_list_rule(r->list, i, text, sizeof text) == strlen(expected));
    FUZZ_CHECK(strcmp(text, expected) == 0);
  }
  FUZZ_CHECK(weir_block_list_rule(r->list, r->model.count, text, sizeof text) == 0);
}

static void do_snapshot(run *r) {
  kept_filter *kept = &r->filters[take(&r->in) % FILTERS];
  weir_block_filter_release(kept->filter);
  weir_err err = weir_block_list_snapshot(r->list, &kept->filter);
  FUZZ_CHECK(err == WEIR_OK || failed_for_memory(r, err));
  FUZZ_CHECK((err == WEIR_OK) == (kept->filter != NULL));
  kept->model = r->model;
}

/* The copy takes the list's place. */
static void do_clone(run *r) {
  weir_block_list *copy;
  weir_err err = weir_block_list_clone(r->list, &copy);
  FUZZ_CHECK(err == WEIR_OK || failed_for_memory(r, err));
  if (err != WEIR_OK) return;
  weir_block_list_free(r->list);
  r->list = copy;
}

static void do_next(run *r) {
  uint8_t what = take(&r->in);
  switch (what % 12) {
  case 0:
  case 1:
  case 2: do_add(r, what % 12u); break;
  case 3:
  case 4:
  case 5: do_remove(r, what % 12u - 3); break;
  case 6: do_snapshot(r); break;
  case 7: check_rules(r); break;
  case 8:
    if (take(&r->in) != 0) break;
    weir_block_list_clear(r->list);
    r->model.count = 0;
    break;
  case 9: do_clone(r); break;
  case 11: do_add_many(r); break;
  default: do_check(r);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static run r;
  weir_allocator allocator = {allocate, reallocate, release, &r};
  weir_block_list_options options = WEIR_BLOCK_LIST_OPTIONS_INIT;
  memset(&r, 0, sizeof r);
  r.in = (input){data, data + size};
  r.allocations_left = take(&r.in);
  r.allocations_end = r.allocations_left != 0;
  options.allocator = &allocator;
  weir_err err = weir_block_list_create(&options, &r.list);
  FUZZ_CHECK(err == WEIR_OK || failed_for_memory(&r, err));
  if (err != WEIR_OK) return 0;
  while (r.in.at < r.in.end) do_next(&r);
  check_rules(&r);
  weir_block_list_free(r.list);
  for (size_t i = 0; i < FILTERS; i++) weir_block_filter_release(r.filters[i].filter);
  return 0;
}
