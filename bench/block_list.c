/* Measures block lists: checks beside a plain binary search, adding, compiling, loading, bytes.
 * Prints a line for each measurement; what the figures are held against is the script's business.
 */
#include "bench/memory.h"
#include "bench/process.h"
#include "weir/weir.h"

#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So many probes that those of a million rules do not stay in the caches. */
enum { PROBES = 1 << 20, ROUNDS = 5 };

static uint64_t chance = 20231017;

static uint64_t next(void) {
  uint64_t z = chance += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

/* Anywhere in IPv4; for IPv6 in 2000::/3, all 125 bits of it in use. */
static weir_address random_address(int family) {
  weir_address address = {.family = (uint8_t)family};
  uint64_t parts[2] = {next(), next()};
  memcpy(address.bytes, parts, family == 4 ? 4 : 16);
  if (family == 6) address.bytes[0] = (uint8_t)(0x20 | (address.bytes[0] & 0x1f));
  return address;
}

/* Up to 15 addresses further on, so that rules stay small and apart. */
static weir_address behind(weir_address address) {
  uint8_t *last = &address.bytes[address.family == 4 ? 3 : 15];
  *last = (uint8_t)(*last | 0x0f);
  return address;
}

static void must(weir_err err) {
  if (err != WEIR_OK) bench_usage(weir_err_name(err));
}

/* Half addresses, a quarter ranges, a quarter subnets. Where each is goes to `inside`. */
static void add_rules(weir_block_list *list, weir_address *inside, size_t count, int family) {
  for (size_t i = 0; i < count; i++) {
    weir_address start = random_address(family);
    weir_address end = behind(start);
    inside[i] = start;
    if (i % 4 < 2) must(weir_block_list_add_address(list, &start));
    if (i % 4 == 2) must(weir_block_list_add_range(list, &start, &end));
    if (i % 4 == 3) must(weir_block_list_add_subnet(list, &start, family == 4 ? 29 : 121));
  }
}

static int compare(const void *a, const void *b) {
  return memcmp(((const weir_address *)a)->bytes, ((const weir_address *)b)->bytes, 16);
}

/* The control: addresses alone, sorted, by halves. */
static bool search(const weir_address *sorted, size_t count, const weir_address *wanted) {
  size_t from = 0;
  size_t to = count;
  while (from < to) {
    size_t middle = from + (to - from) / 2;
    int order = compare(&sorted[middle], wanted);
    if (order == 0) return true;
    if (order < 0)
      from = middle + 1;
    else
      to = middle;
  }
  return false;
}

static size_t found;

static int by_size(const void *a, const void *b) {
  double first = *(const double *)a;
  double second = *(const double *)b;
  return (first > second) - (first < second);
}

/* Nanoseconds of a check, the median of some rounds. */
static double time_filter(const weir_block_filter *filter, const weir_address *probes) {
  double each[ROUNDS];
  for (int round = 0; round < ROUNDS; round++) {
    double start = bench_seconds();
    for (int i = 0; i < PROBES; i++) found += weir_block_filter_check(filter, &probes[i]);
    each[round] = (bench_seconds() - start) * 1e9 / PROBES;
  }
  qsort(each, ROUNDS, sizeof *each, by_size);
  return each[ROUNDS / 2];
}

/* One round is enough for what is several times as slow. */
static double time_search(const weir_address *sorted, size_t count, const weir_address *probes) {
  double start = bench_seconds();
  for (int i = 0; i < PROBES; i++) found += search(sorted, count, &probes[i]);
  return (bench_seconds() - start) * 1e9 / PROBES;
}

static void measure_checks(const weir_block_filter *filter, weir_address *inside, size_t count,
                           int family) {
  weir_address *hits = calloc(PROBES, sizeof *hits);
  weir_address *misses = calloc(PROBES, sizeof *misses);
  if (!hits || !misses) bench_fail("calloc");
  for (int i = 0; i < PROBES; i++) {
    hits[i] = inside[next() % count];
    misses[i] = random_address(family);
  }
  double hit = time_filter(filter, hits);
  double miss = time_filter(filter, misses);
  qsort(inside, count, sizeof *inside, compare);
  printf("check family=%d rules=%zu hit_ns=%.1f miss_ns=%.1f search_hit_ns=%.1f "
         "search_miss_ns=%.1f\n",
         family, count, hit, miss, time_search(inside, count, hits),
         time_search(inside, count, misses));
  free(hits);
  free(misses);
}

static void measure(size_t count, int family) {
  bench_memory memory = {0, 0, 0};
  weir_allocator allocator = {bench_allocate, bench_reallocate, bench_release, &memory};
  weir_block_list_options options = WEIR_BLOCK_LIST_OPTIONS_INIT;
  weir_block_list *list;
  weir_block_filter *filter;
  weir_address *inside = calloc(count, sizeof *inside);
  if (!inside) bench_fail("calloc");
  options.allocator = &allocator;
  must(weir_block_list_create(&options, &list));
  double start = bench_seconds();
  add_rules(list, inside, count, family);
  double added = bench_seconds();
  size_t kept = memory.live;
  size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
  double compiling = bench_seconds();
  must(weir_block_list_snapshot(list, &filter));
  double compiled = bench_seconds();
  size_t after = mallinfo2().uordblks + mallinfo2().hblkhd;
  printf("build family=%d rules=%zu add_ns=%.0f compile_ms=%.2f rule_bytes=%.1f "
         "filter_bytes=%.2f\n",
         family, count, (added - start) * 1e9 / (double)count, (compiled - compiling) * 1e3,
         (double)kept / (double)count, (double)(after - before) / (double)count);
  measure_checks(filter, inside, count, family);
  weir_block_filter_release(filter);
  weir_block_list_free(list);
  free(inside);
}

/* Writes so many rules as text and reads them again into a list that is then compiled. */
static void measure_load(size_t count) {
  weir_block_list *list;
  weir_block_filter *filter;
  weir_address *inside = calloc(count, sizeof *inside);
  if (!inside) bench_fail("calloc");
  must(weir_block_list_create(NULL, &list));
  add_rules(list, inside, count / 2, 4);
  add_rules(list, inside, count - count / 2, 6);
  size_t length = weir_block_list_to_text(list, NULL, 0);
  char *text = malloc(length + 1);
  if (!text) bench_fail("malloc");
  double writing = bench_seconds();
  (void)weir_block_list_to_text(list, text, length + 1);
  double written = bench_seconds();
  weir_block_list_clear(list);
  double start = bench_seconds();
  must(weir_block_list_from_text(list, text, length, NULL));
  double loaded = bench_seconds();
  must(weir_block_list_snapshot(list, &filter));
  printf("load rules=%zu write_s=%.3f read_s=%.3f compile_s=%.3f total_s=%.3f\n", count,
         written - writing, loaded - start, bench_seconds() - loaded, bench_seconds() - start);
  weir_block_filter_release(filter);
  weir_block_list_free(list);
  free(text);
  free(inside);
}

int main(int count, char **arguments) {
  size_t most = count > 1 ? (size_t)strtoul(arguments[1], NULL, 10) : 1000000;
  static const size_t sizes[] = {10, 1000, 100000, 1000000};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes && sizes[i] <= most; i++) {
    measure(sizes[i], 4);
    measure(sizes[i], 6);
  }
  measure_load(most);
  fprintf(stderr, "%zu found\n", found);
  return 0;
}
