/* Addresses beside the system's own inet_pton() and inet_ntop(), on random texts and bytes. */
#include "weir/address.h"

#include "tests/support/random.h"
#include "tests/support/test.h"

#include <arpa/inet.h>
#include <string.h>

enum { ROUNDS = 300000, TEXT = 48 };

static const char *const pieces[] = {"0", "1",   "9",    "ff",   "a1b2", "255",     "256",  "00",
                                     ":", "::",  ".",    ":",    ".",    "1.2.3.4", "ffff", "12345",
                                     ":", "0:0", "127.", "fe80", ":",    "10",      "g",    "-"};

/* A text that is nearly an address, and now and then is one. */
static size_t random_text(test_random *random, char *text) {
  size_t length = 0;
  uint64_t count = 1 + test_random_below(random, 17);
  for (uint64_t i = 0; i < count; i++) {
    const char *piece = pieces[test_random_below(random, COUNT_OF(pieces))];
    if (length + strlen(piece) >= TEXT) break;
    memcpy(text + length, piece, strlen(piece));
    length += strlen(piece);
  }
  text[length] = '\0';
  return length;
}

/* An address of the system's making with one byte changed, or none. */
static size_t damaged_text(test_random *random, char *text) {
  uint8_t bytes[16];
  bool six = test_random_below(random, 2) != 0;
  for (size_t i = 0; i < sizeof bytes; i++) {
    bytes[i] = (uint8_t)test_random_next(random);
    if (test_random_below(random, 2)) bytes[i] = 0;
  }
  assert_non_null(inet_ntop(six ? AF_INET6 : AF_INET, bytes, text, TEXT));
  size_t length = strlen(text);
  if (test_random_below(random, 3) > 0)
    text[test_random_below(random, length)] =
        "0123456789abcdefABC:.gz "[test_random_below(random, 24)];
  return length;
}

/* @return true if it is an address */
static bool compare(const char *text, size_t length) {
  uint8_t bytes[16] = {0};
  weir_address address;
  int family = inet_pton(AF_INET, text, bytes) == 1    ? WEIR_FAMILY_IPV4
               : inet_pton(AF_INET6, text, bytes) == 1 ? WEIR_FAMILY_IPV6
                                                       : WEIR_FAMILY_NONE;
  weir_err err = weir_address_parse(text, length, 0, &address);
  if ((err == WEIR_OK) != (family != WEIR_FAMILY_NONE)) fail_msg("\"%s\": %d", text, (int)err);
  if (err != WEIR_OK) return false;
  assert_int_equal(address.family, family);
  assert_memory_equal(address.bytes, bytes, family == WEIR_FAMILY_IPV4 ? 4 : 16);
  return true;
}

static void texts_are_read_as_the_system_reads_them(void **state) {
  (void)state;
  test_random random = test_random_start();
  int good = 0;
  for (int i = 0; i < ROUNDS; i++) {
    char text[TEXT];
    size_t length = i % 2 ? random_text(&random, text) : damaged_text(&random, text);
    good += compare(text, length);
  }
  assert_in_range(good, ROUNDS / 20, ROUNDS - ROUNDS / 20);
}

static void bytes_are_written_as_the_system_writes_them(void **state) {
  (void)state;
  test_random random = test_random_start();
  for (int i = 0; i < ROUNDS; i++) {
    char mine[WEIR_ADDRESS_TEXT_SIZE];
    char theirs[INET6_ADDRSTRLEN];
    bool six = test_random_below(&random, 4) > 0;
    weir_address address = {six ? WEIR_FAMILY_IPV6 : WEIR_FAMILY_IPV4, 0, 0, 0, {0}};
    uint64_t zeros = test_random_next(&random);
    for (size_t j = 0; j < sizeof address.bytes; j++)
      if (zeros >> j / 2 & 1) address.bytes[j] = (uint8_t)test_random_next(&random);
    if (test_random_below(&random, 8) == 0) memset(address.bytes, 0, 10);
    if (test_random_below(&random, 8) == 0) memset(address.bytes + 10, 0xff, 2);
    (void)inet_ntop(six ? AF_INET6 : AF_INET, address.bytes, theirs, sizeof theirs);
    assert_int_equal(weir_address_format(&address, mine, sizeof mine), strlen(theirs));
    assert_string_equal(mine, theirs);
    assert_true(compare(mine, strlen(mine)));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(texts_are_read_as_the_system_reads_them),
      cmocka_unit_test(bytes_are_written_as_the_system_writes_them),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
