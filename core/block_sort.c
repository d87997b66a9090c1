/* How ranges get into order: IPv4 by digits, IPv6 by merging. No memory of its own, and qsort(),
 * which may take some, is not used. */
#include "core/block_sort.h"

#include <string.h>

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS, RUN = 12 };

static unsigned digit(const weirc_ipv4_range *range, unsigned shift) {
  return range->start >> shift & (DIGITS - 1);
}

/* One pass: stable, by one digit of the start. */
static void pass(const weirc_ipv4_range *from, size_t count, unsigned shift, weirc_ipv4_range *to) {
  uint32_t places[DIGITS] = {0};
  for (size_t i = 0; i < count; i++) places[digit(&from[i], shift)]++;
  uint32_t place = 0;
  for (size_t i = 0; i < DIGITS; i++) {
    uint32_t here = places[i];
    places[i] = place;
    place += here;
  }
  for (size_t i = 0; i < count; i++) to[places[digit(&from[i], shift)]++] = from[i];
}

static size_t join_ipv4(weirc_ipv4_range *ranges, size_t count) {
  size_t last = 0;
  if (count == 0) return 0;
  for (size_t i = 1; i < count; i++) {
    bool apart = ranges[last].end != UINT32_MAX && ranges[i].start > ranges[last].end + 1;
    if (apart)
      ranges[++last] = ranges[i];
    else if (ranges[i].end > ranges[last].end)
      ranges[last].end = ranges[i].end;
  }
  return last + 1;
}

size_t weirc_block_sort_ipv4(weirc_ipv4_range *ranges, size_t count, weirc_ipv4_range *scratch) {
  pass(ranges, count, 0, scratch);
  pass(scratch, count, DIGIT_BITS, ranges);
  pass(ranges, count, 2 * DIGIT_BITS, scratch);
  if (count > 0) memcpy(ranges, scratch, count * sizeof *ranges);
  return join_ipv4(ranges, count);
}

/* Few ranges, each moved forward to its place. */
static void sort_run(weirc_ip_range *ranges, size_t count) {
  for (size_t i = 1; i < count; i++) {
    weirc_ip_range moving = ranges[i];
    size_t at = i;
    for (; at > 0 && weirc_ip_less(moving.start, ranges[at - 1].start); at--)
      ranges[at] = ranges[at - 1];
    ranges[at] = moving;
  }
}

/* Two sorted neighbours become one; those in order already, as in a sorted list, are only copied.
 */
static void merge(const weirc_ip_range *from, size_t middle, size_t count, weirc_ip_range *to) {
  size_t left = 0;
  size_t right = middle;
  if (middle == count || !weirc_ip_less(from[middle].start, from[middle - 1].start)) {
    memcpy(to, from, count * sizeof *to);
    return;
  }
  while (left < middle && right < count)
    *to++ = weirc_ip_less(from[right].start, from[left].start) ? from[right++] : from[left++];
  memcpy(to, from + left, (middle - left) * sizeof *to);
  memcpy(to + (middle - left), from + right, (count - right) * sizeof *to);
}

static size_t least(size_t a, size_t b) {
  return a < b ? a : b;
}

static bool touches(weirc_ip end, weirc_ip start) {
  weirc_ip next = {end.high + (end.low == UINT64_MAX), end.low + 1};
  bool wrapped = next.high == 0 && next.low == 0;
  return wrapped || !weirc_ip_less(next, start);
}

static size_t join_ipv6(weirc_ip_range *ranges, size_t count) {
  size_t last = 0;
  if (count == 0) return 0;
  for (size_t i = 1; i < count; i++) {
    if (!touches(ranges[last].end, ranges[i].start))
      ranges[++last] = ranges[i];
    else if (weirc_ip_less(ranges[last].end, ranges[i].end))
      ranges[last].end = ranges[i].end;
  }
  return last + 1;
}

size_t weirc_block_sort_ipv6(weirc_ip_range *ranges, size_t count, weirc_ip_range *scratch) {
  weirc_ip_range *from = ranges;
  weirc_ip_range *to = scratch;
  for (size_t at = 0; at < count; at += RUN) sort_run(ranges + at, least(RUN, count - at));
  for (size_t width = RUN; width < count; width *= 2) {
    for (size_t at = 0; at < count; at += 2 * width)
      merge(from + at, least(width, count - at), least(2 * width, count - at), to + at);
    weirc_ip_range *swap = from;
    from = to;
    to = swap;
  }
  if (from != ranges) memcpy(ranges, from, count * sizeof *ranges);
  return join_ipv6(ranges, count);
}
