/**
 * @file
 * @brief Chance for tests: the same numbers each time, or from the seed in WEIR_TEST_SEED.
 */
#ifndef WEIR_TESTS_RANDOM_H
#define WEIR_TESTS_RANDOM_H

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/** A source of numbers. */
typedef struct test_random {
  uint64_t state;
} test_random;

/** A source with the seed to use, which is printed so that a failure can be repeated. */
static inline test_random test_random_start(void) {
  const char *text = getenv("WEIR_TEST_SEED");
  test_random random = {text && *text ? strtoull(text, NULL, 10) : 20231017};
  printf("seed %llu (WEIR_TEST_SEED)\n", (unsigned long long)random.state);
  return random;
}

/** How many random cases to run of as many: the percentage in WEIR_TEST_PERCENT, or all. What is no
 * percentage counts as all. The number is printed, so that nobody takes a few for all of them. */
static inline unsigned test_random_cases(unsigned all) {
  const char *text = getenv("WEIR_TEST_PERCENT");
  unsigned long percent = text ? strtoul(text, NULL, 10) : 0;
  if (percent < 1 || percent > 100000) percent = 100;
  uint64_t cases = ((uint64_t)all * percent + 99) / 100;
  unsigned count = cases < UINT_MAX ? (unsigned)cases : UINT_MAX;
  printf("%u cases of %u (WEIR_TEST_PERCENT)\n", count, all);
  return count;
}

/** The next number. */
static inline uint64_t test_random_next(test_random *random) {
  uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

/** A number below a limit. */
static inline uint64_t test_random_below(test_random *random, uint64_t limit) {
  return test_random_next(random) % limit;
}

#endif
