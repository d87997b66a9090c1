/* The rule of sizes: how the struct of an older or a newer program is taken. */
#include "core/options.h"

#include "tests/support/test.h"

#include <string.h>

typedef struct known {
  size_t size;
  int first;
  int second;
} known;

/* The same struct, from a newer header. */
typedef struct newer {
  known common;
  int third;
  unsigned char fourth;
} newer;

static const known defaults = {sizeof(known), 1, 2};

static void nothing_given_leaves_the_defaults(void **state) {
  (void)state;
  known taken = defaults;
  assert_int_equal(weirc_options_take(&taken, sizeof taken, NULL), WEIR_OK);
  assert_memory_equal(&taken, &defaults, sizeof taken);
}

static void a_struct_of_the_known_size_is_taken(void **state) {
  (void)state;
  known taken = defaults;
  const known given = {sizeof given, 10, 20};
  assert_int_equal(weirc_options_take(&taken, sizeof taken, &given), WEIR_OK);
  assert_int_equal(taken.first, 10);
  assert_int_equal(taken.second, 20);
}

static void a_struct_without_size_is_refused(void **state) {
  (void)state;
  known taken = defaults;
  known given = {0, 10, 20};
  for (size_t size = 0; size <= sizeof given.size; size++) {
    given.size = size;
    assert_int_equal(weirc_options_take(&taken, sizeof taken, &given), WEIR_ERR_INVALID_ARG_VALUE);
  }
  given.size = SIZE_MAX;
  assert_int_equal(weirc_options_take(&taken, sizeof taken, &given), WEIR_ERR_INVALID_ARG_VALUE);
  assert_memory_equal(&taken, &defaults, sizeof taken);
}

static void a_shorter_struct_is_taken_and_the_rest_is_default(void **state) {
  (void)state;
  known taken = defaults;
  const known given = {offsetof(known, second), 10, 20};
  assert_int_equal(weirc_options_take(&taken, sizeof taken, &given), WEIR_OK);
  assert_int_equal(taken.first, 10);
  assert_int_equal(taken.second, 2);
}

static void a_longer_struct_is_taken_if_what_is_unknown_is_zero(void **state) {
  (void)state;
  known taken = defaults;
  newer given;
  memset(&given, 0, sizeof given);
  given.common = (known){sizeof given, 10, 20};
  assert_int_equal(weirc_options_take(&taken, sizeof taken, &given), WEIR_OK);
  assert_int_equal(taken.first, 10);
  assert_int_equal(taken.second, 20);
}

static void any_unknown_byte_that_is_not_zero_is_refused(void **state) {
  (void)state;
  for (size_t at = sizeof(known); at < sizeof(newer); at++) {
    known taken = defaults;
    newer given;
    memset(&given, 0, sizeof given);
    given.common = (known){sizeof given, 10, 20};
    ((unsigned char *)&given)[at] = 1;
    assert_int_equal(weirc_options_take(&taken, sizeof taken, &given), WEIR_ERR_INVALID_ARG_VALUE);
    assert_memory_equal(&taken, &defaults, sizeof taken);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_given_leaves_the_defaults),
      cmocka_unit_test(a_struct_of_the_known_size_is_taken),
      cmocka_unit_test(a_struct_without_size_is_refused),
      cmocka_unit_test(a_shorter_struct_is_taken_and_the_rest_is_default),
      cmocka_unit_test(a_longer_struct_is_taken_if_what_is_unknown_is_zero),
      cmocka_unit_test(any_unknown_byte_that_is_not_zero_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
