/* The error numbers of Windows, beside what libuv makes of them and what Node calls them. */
#include "platform/error.h"
#include "platform/win32/system.h"
#include "tests/support/test.h"
#include "weir/error.h"

typedef struct known {
  int number;
  weir_err code;
} known;

/* Each thing that a socket or a pipe can say, in its several numbers. */
static const known all_known[] = {
    {ERROR_ACCESS_DENIED, WEIR_EPERM},
    {ERROR_BAD_PIPE, WEIR_EPIPE},
    {ERROR_BROKEN_PIPE, WEIR_EPIPE},
    {ERROR_CONNECTION_ABORTED, WEIR_ECONNABORTED},
    {ERROR_CONNECTION_REFUSED, WEIR_ECONNREFUSED},
    {ERROR_FILE_NOT_FOUND, WEIR_ENOENT},
    {ERROR_HOST_UNREACHABLE, WEIR_EHOSTUNREACH},
    {ERROR_INVALID_HANDLE, WEIR_EBADF},
    {ERROR_INVALID_PARAMETER, WEIR_EINVAL},
    {ERROR_NETNAME_DELETED, WEIR_ECONNRESET},
    {ERROR_NETWORK_UNREACHABLE, WEIR_ENETUNREACH},
    {ERROR_NO_DATA, WEIR_EAGAIN},
    {ERROR_NO_SYSTEM_RESOURCES, WEIR_ENOBUFS},
    {ERROR_NOT_ENOUGH_MEMORY, WEIR_ENOMEM},
    {ERROR_OPERATION_ABORTED, WEIR_ECANCELED},
    {ERROR_PIPE_BUSY, WEIR_EBUSY},
    {ERROR_PIPE_NOT_CONNECTED, WEIR_EPIPE},
    {ERROR_PORT_UNREACHABLE, WEIR_ECONNREFUSED},
    {ERROR_SEM_TIMEOUT, WEIR_ETIMEDOUT},
    {ERROR_TOO_MANY_OPEN_FILES, WEIR_EMFILE},
    {740, WEIR_EACCES}, /* ERROR_ELEVATION_REQUIRED */
    {WSAEACCES, WEIR_EACCES},
    {WSAEADDRINUSE, WEIR_EADDRINUSE},
    {WSAEADDRNOTAVAIL, WEIR_EADDRNOTAVAIL},
    {WSAEAFNOSUPPORT, WEIR_EAFNOSUPPORT},
    {WSAEALREADY, WEIR_EALREADY},
    {WSAECONNABORTED, WEIR_ECONNABORTED},
    {WSAECONNREFUSED, WEIR_ECONNREFUSED},
    {WSAECONNRESET, WEIR_ECONNRESET},
    {WSAEFAULT, WEIR_EFAULT},
    {WSAEHOSTUNREACH, WEIR_EHOSTUNREACH},
    {WSAEINTR, WEIR_ECANCELED},
    {WSAEINVAL, WEIR_EINVAL},
    {WSAEISCONN, WEIR_EISCONN},
    {WSAEMFILE, WEIR_EMFILE},
    {WSAEMSGSIZE, WEIR_EMSGSIZE},
    {WSAENETDOWN, WEIR_ENETDOWN},
    {WSAENETRESET, WEIR_ECONNRESET},
    {WSAENETUNREACH, WEIR_ENETUNREACH},
    {WSAENOBUFS, WEIR_ENOBUFS},
    {WSAENOPROTOOPT, WEIR_ENOPROTOOPT},
    {WSAENOTCONN, WEIR_ENOTCONN},
    {WSAENOTSOCK, WEIR_ENOTSOCK},
    {WSAEOPNOTSUPP, WEIR_ENOTSUP},
    {WSAEPROTONOSUPPORT, WEIR_EPROTONOSUPPORT},
    {WSAESHUTDOWN, WEIR_EPIPE},
    {WSAETIMEDOUT, WEIR_ETIMEDOUT},
    {WSAEWOULDBLOCK, WEIR_EAGAIN},
};

static void numbers_become_libuvs_codes(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT_OF(all_known); i++) {
    weir_err code = weirp_error(all_known[i].number);
    if (code != all_known[i].code)
      fail_msg("%d is %s, not %s", all_known[i].number, weir_err_name(code),
               weir_err_name(all_known[i].code));
  }
}

static void no_number_is_success(void **state) {
  (void)state;
  for (int number = -1; number < 20000; number++)
    assert_int_not_equal(weirp_error(number), WEIR_OK);
  assert_int_equal(weirp_error(0), WEIR_UNKNOWN);
  assert_int_equal(weirp_error(19999), WEIR_UNKNOWN);
}

static void what_a_call_left_behind_is_read(void **state) {
  (void)state;
  SetLastError(ERROR_FILE_NOT_FOUND);
  assert_int_equal(weirp_error_last(), WEIR_ENOENT);
  WSASetLastError(WSAECONNRESET);
  assert_int_equal(weirp_error_last(), WEIR_ECONNRESET);
}

/* What `util.getSystemErrorMap()` has on Windows, for some that are seen often. */
static void codes_have_nodes_numbers(void **state) {
  (void)state;
  assert_int_equal(weirp_error_number(WEIR_EACCES), -4092);
  assert_int_equal(weirp_error_number(WEIR_EADDRINUSE), -4091);
  assert_int_equal(weirp_error_number(WEIR_ECONNREFUSED), -4078);
  assert_int_equal(weirp_error_number(WEIR_ECONNRESET), -4077);
  assert_int_equal(weirp_error_number(WEIR_ENOENT), -4058);
  assert_int_equal(weirp_error_number(WEIR_EPERM), -4048);
  assert_int_equal(weirp_error_number(WEIR_EPIPE), -4047);
  assert_int_equal(weirp_error_number(WEIR_ETIMEDOUT), -4039);
  assert_int_equal(weirp_error_number(WEIR_ERR_OUT_OF_RANGE), 0);
  assert_int_equal(weirp_error_number(WEIR_OK), 0);
}

/* EDEADLK is the simulator's alone, and those of look-ups are numbered by the core. */
static void each_code_of_the_system_has_a_number_of_its_own(void **state) {
  (void)state;
  for (int code = WEIR_EACCES; code <= WEIR_UNKNOWN; code++) {
    int32_t number = weirp_error_number((weir_err)code);
    if (code == WEIR_EDEADLK) continue;
    if (number >= -4000 || number < -4095)
      fail_msg("%s: %d", weir_err_name((weir_err)code), number);
    for (int other = WEIR_EACCES; other < code; other++)
      assert_int_not_equal(weirp_error_number((weir_err)other), number);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_become_libuvs_codes),
      cmocka_unit_test(no_number_is_success),
      cmocka_unit_test(what_a_call_left_behind_is_read),
      cmocka_unit_test(codes_have_nodes_numbers),
      cmocka_unit_test(each_code_of_the_system_has_a_number_of_its_own),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
