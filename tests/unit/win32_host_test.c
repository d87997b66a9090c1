/* What Windows tells of names and interfaces, and that it hands over no sockets. */
#include "platform/host.h"
#include "platform/scope.h"
#include "platform/win32/system.h"
#include "tests/support/test.h"
#include "weir/activation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <iphlpapi.h>

static void names_are_looked_up(void **state) {
  weir_address *addresses = NULL;
  size_t number = 0;
  (void)state;
  assert_int_equal(weirp_host_look_up("localhost", WEIR_FAMILY_IPV4, 0, &addresses, &number),
                   WEIR_OK);
  assert_true(number >= 1);
  assert_int_equal(addresses[0].family, WEIR_FAMILY_IPV4);
  assert_int_equal(addresses[0].bytes[0], 127);
  assert_int_equal(addresses[0].port, 0);
  free(addresses);
}

/* Of names that nobody has: no server is asked for any of them. */
static void what_is_no_name_is_not_found(void **state) {
  static const char *const names[] = {"", "\xff\xfe", "\xc0\x80", "a\xed\xa0\x80"};
  weir_address *addresses = NULL;
  size_t number = 0;
  (void)state;
  for (size_t i = 0; i < COUNT_OF(names); i++)
    assert_int_equal(weirp_host_look_up(names[i], WEIR_FAMILY_NONE, 0, &addresses, &number),
                     WEIR_ENOTFOUND);
  assert_null(addresses);
}

static void refusals_of_the_resolver_have_codes(void **state) {
  (void)state;
  assert_int_equal(weirp_host_error(WSAHOST_NOT_FOUND), WEIR_ENOTFOUND);
  assert_int_equal(weirp_host_error(WSANO_DATA), WEIR_ENOTFOUND);
  assert_int_equal(weirp_host_error(WSATRY_AGAIN), WEIR_EAI_AGAIN);
  assert_int_equal(weirp_host_error(WSANO_RECOVERY), WEIR_EAI_FAIL);
  assert_int_equal(weirp_host_error(WSA_NOT_ENOUGH_MEMORY), WEIR_EAI_MEMORY);
  assert_int_equal(weirp_host_error(WSAEAFNOSUPPORT), WEIR_EAI_FAMILY);
  assert_int_equal(weirp_host_error(WSAEINVAL), WEIR_EAI_BADFLAGS);
  assert_int_equal(weirp_host_error(WSATYPE_NOT_FOUND), WEIR_EAI_SERVICE);
  assert_int_equal(weirp_host_error(WSAESOCKTNOSUPPORT), WEIR_EAI_SOCKTYPE);
  assert_int_equal(weirp_host_error(WSAENETDOWN), WEIR_ENETDOWN);
}

static void assert_no_interface(const char *name, size_t length) {
  uint32_t scope_id = 77;
  assert_int_equal(weirp_scope_id(name, length, &scope_id), WEIR_ENODEV);
  assert_int_equal(scope_id, 77);
}

/* By its number, and by the name that Windows has for each: in UTF-8. */
static void assert_interface(NET_IFINDEX index) {
  wchar_t wide[IF_MAX_STRING_SIZE + 1];
  char text[4 * (IF_MAX_STRING_SIZE + 1)];
  NET_LUID luid;
  uint32_t scope_id = 0;
  int length = snprintf(text, sizeof text, "%lu", (unsigned long)index);
  assert_int_equal(weirp_scope_id(text, (size_t)length, &scope_id), WEIR_OK);
  assert_int_equal(scope_id, index);
  assert_int_equal(ConvertInterfaceIndexToLuid(index, &luid), NO_ERROR);
  assert_int_equal(ConvertInterfaceLuidToAlias(&luid, wide, COUNT_OF(wide)), NO_ERROR);
  length = WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, (int)sizeof text, NULL, NULL);
  assert_true(length > 1);
  scope_id = 0;
  assert_int_equal(weirp_scope_id(text, (size_t)length - 1, &scope_id), WEIR_OK);
  assert_int_equal(scope_id, index);
}

static void interfaces_have_the_systems_numbers(void **state) {
  static const char with_nul[] = {'1', '\0'};
  char longest[400];
  unsigned found = 0;
  (void)state;
  for (NET_IFINDEX index = 1; index < 100; index++) {
    NET_LUID luid;
    if (ConvertInterfaceIndexToLuid(index, &luid) != NO_ERROR) continue;
    assert_interface(index);
    found++;
  }
  assert_true(found > 0);
  memset(longest, 'x', sizeof longest);
  assert_no_interface(longest, sizeof longest);
  assert_no_interface("no such interface", 17);
  assert_no_interface("4294967295", 10);
  assert_no_interface("4294967297", 10);
  assert_no_interface("0", 1);
  assert_no_interface("", 0);
  assert_no_interface("\xff", 1);
  assert_no_interface(with_nul, sizeof with_nul);
}

static void no_sockets_are_handed_over(void **state) {
  char name[WEIR_ACTIVATION_NAME_SIZE] = "x";
  (void)state;
  assert_int_equal(weir_activation_count(), 0);
  assert_int_equal(weir_activation_fd(0), -1);
  assert_int_equal(weir_activation_name(0, name, sizeof name), 0);
  assert_string_equal(name, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_are_looked_up),
      cmocka_unit_test(what_is_no_name_is_not_found),
      cmocka_unit_test(refusals_of_the_resolver_have_codes),
      cmocka_unit_test(interfaces_have_the_systems_numbers),
      cmocka_unit_test(no_sockets_are_handed_over),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
