/* What getaddrinfo() fails with, under Node's names; the numbers are POSIX's. */
#include "platform/host.h"
#include "tests/support/test.h"

#include <errno.h>
#include <netdb.h>

static void the_systems_errors_have_nodes_names(void **state) {
  (void)state;
  assert_int_equal(weirp_host_error(EAI_NONAME), WEIR_ENOTFOUND);
  assert_int_equal(weirp_host_error(EAI_AGAIN), WEIR_EAI_AGAIN);
  assert_int_equal(weirp_host_error(EAI_BADFLAGS), WEIR_EAI_BADFLAGS);
  assert_int_equal(weirp_host_error(EAI_FAIL), WEIR_EAI_FAIL);
  assert_int_equal(weirp_host_error(EAI_FAMILY), WEIR_EAI_FAMILY);
  assert_int_equal(weirp_host_error(EAI_MEMORY), WEIR_EAI_MEMORY);
  assert_int_equal(weirp_host_error(EAI_OVERFLOW), WEIR_EAI_OVERFLOW);
  assert_int_equal(weirp_host_error(EAI_SERVICE), WEIR_EAI_SERVICE);
  assert_int_equal(weirp_host_error(EAI_SOCKTYPE), WEIR_EAI_SOCKTYPE);
  errno = EMFILE;
  assert_int_equal(weirp_host_error(EAI_SYSTEM), WEIR_EMFILE);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_systems_errors_have_nodes_names)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
