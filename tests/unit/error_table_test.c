/* The table of codes: each has a name and a text of its own, and there is no other code. */
#include "weir/base.h"

#include "tests/support/test.h"

#include <string.h>

typedef struct named {
  weir_err err;
  const char *name;
} named;

/* In the order of the enum; the name is what Node shows in error.code. */
static const named codes[] = {
    {WEIR_OK, "OK"},
    {WEIR_WAIT_DRAIN, "WAIT_DRAIN"},
    {WEIR_EACCES, "EACCES"},
    {WEIR_EADDRINUSE, "EADDRINUSE"},
    {WEIR_EADDRNOTAVAIL, "EADDRNOTAVAIL"},
    {WEIR_EAFNOSUPPORT, "EAFNOSUPPORT"},
    {WEIR_EAGAIN, "EAGAIN"},
    {WEIR_EALREADY, "EALREADY"},
    {WEIR_EBADF, "EBADF"},
    {WEIR_EBUSY, "EBUSY"},
    {WEIR_ECANCELED, "ECANCELED"},
    {WEIR_ECONNABORTED, "ECONNABORTED"},
    {WEIR_ECONNREFUSED, "ECONNREFUSED"},
    {WEIR_ECONNRESET, "ECONNRESET"},
    {WEIR_EDEADLK, "EDEADLK"},
    {WEIR_EEXIST, "EEXIST"},
    {WEIR_EFAULT, "EFAULT"},
    {WEIR_EHOSTUNREACH, "EHOSTUNREACH"},
    {WEIR_EINTR, "EINTR"},
    {WEIR_EINVAL, "EINVAL"},
    {WEIR_EIO, "EIO"},
    {WEIR_EISCONN, "EISCONN"},
    {WEIR_EISDIR, "EISDIR"},
    {WEIR_ELOOP, "ELOOP"},
    {WEIR_EMFILE, "EMFILE"},
    {WEIR_EMSGSIZE, "EMSGSIZE"},
    {WEIR_ENAMETOOLONG, "ENAMETOOLONG"},
    {WEIR_ENETDOWN, "ENETDOWN"},
    {WEIR_ENETUNREACH, "ENETUNREACH"},
    {WEIR_ENFILE, "ENFILE"},
    {WEIR_ENOBUFS, "ENOBUFS"},
    {WEIR_ENODEV, "ENODEV"},
    {WEIR_ENOENT, "ENOENT"},
    {WEIR_ENOMEM, "ENOMEM"},
    {WEIR_ENOPROTOOPT, "ENOPROTOOPT"},
    {WEIR_ENOSPC, "ENOSPC"},
    {WEIR_ENOSYS, "ENOSYS"},
    {WEIR_ENOTCONN, "ENOTCONN"},
    {WEIR_ENOTDIR, "ENOTDIR"},
    {WEIR_ENOTSOCK, "ENOTSOCK"},
    {WEIR_ENOTSUP, "ENOTSUP"},
    {WEIR_EPERM, "EPERM"},
    {WEIR_EPIPE, "EPIPE"},
    {WEIR_EPROTO, "EPROTO"},
    {WEIR_EPROTONOSUPPORT, "EPROTONOSUPPORT"},
    {WEIR_EPROTOTYPE, "EPROTOTYPE"},
    {WEIR_EROFS, "EROFS"},
    {WEIR_ETIMEDOUT, "ETIMEDOUT"},
    {WEIR_UNKNOWN, "UNKNOWN"},
    {WEIR_ENOTFOUND, "ENOTFOUND"},
    {WEIR_EAI_AGAIN, "EAI_AGAIN"},
    {WEIR_EAI_BADFLAGS, "EAI_BADFLAGS"},
    {WEIR_EAI_FAIL, "EAI_FAIL"},
    {WEIR_EAI_FAMILY, "EAI_FAMILY"},
    {WEIR_EAI_MEMORY, "EAI_MEMORY"},
    {WEIR_EAI_OVERFLOW, "EAI_OVERFLOW"},
    {WEIR_EAI_SERVICE, "EAI_SERVICE"},
    {WEIR_EAI_SOCKTYPE, "EAI_SOCKTYPE"},
    {WEIR_ERR_INVALID_ARG_TYPE, "ERR_INVALID_ARG_TYPE"},
    {WEIR_ERR_INVALID_ARG_VALUE, "ERR_INVALID_ARG_VALUE"},
    {WEIR_ERR_INVALID_ADDRESS, "ERR_INVALID_ADDRESS"},
    {WEIR_ERR_INVALID_HANDLE_TYPE, "ERR_INVALID_HANDLE_TYPE"},
    {WEIR_ERR_INVALID_IP_ADDRESS, "ERR_INVALID_IP_ADDRESS"},
    {WEIR_ERR_MISSING_ARGS, "ERR_MISSING_ARGS"},
    {WEIR_ERR_OUT_OF_RANGE, "ERR_OUT_OF_RANGE"},
    {WEIR_ERR_SERVER_ALREADY_LISTEN, "ERR_SERVER_ALREADY_LISTEN"},
    {WEIR_ERR_SERVER_NOT_RUNNING, "ERR_SERVER_NOT_RUNNING"},
    {WEIR_ERR_SOCKET_BAD_PORT, "ERR_SOCKET_BAD_PORT"},
    {WEIR_ERR_SOCKET_CLOSED, "ERR_SOCKET_CLOSED"},
    {WEIR_ERR_SOCKET_CLOSED_BEFORE_CONNECTION, "ERR_SOCKET_CLOSED_BEFORE_CONNECTION"},
    {WEIR_ERR_STREAM_ALREADY_FINISHED, "ERR_STREAM_ALREADY_FINISHED"},
    {WEIR_ERR_STREAM_DESTROYED, "ERR_STREAM_DESTROYED"},
    {WEIR_ERR_STREAM_WRITE_AFTER_END, "ERR_STREAM_WRITE_AFTER_END"},
    {WEIR_ABORT_ERR, "ABORT_ERR"},
    {WEIR_ERR_INVALID_ADDRESS_FAMILY, "ERR_INVALID_ADDRESS_FAMILY"},
    {WEIR_ERR_INVALID_FD_TYPE, "ERR_INVALID_FD_TYPE"},
    {WEIR_ERR_UNKNOWN_ENCODING, "ERR_UNKNOWN_ENCODING"},
    {WEIR_ERR_IP_BLOCKED, "ERR_IP_BLOCKED"},
    {WEIR_ERR_WRONG_THREAD, "ERR_WRONG_THREAD"},
    {WEIR_ERR_LOOP_CLOSED, "ERR_LOOP_CLOSED"},
};

static bool is_code(int number) {
  for (size_t i = 0; i < COUNT_OF(codes); i++)
    if ((int)codes[i].err == number) return true;
  return false;
}

static void the_list_follows_the_numbers(void **state) {
  (void)state;
  for (size_t i = 1; i < COUNT_OF(codes); i++) {
    int step = (int)codes[i].err - (int)codes[i - 1].err;
    assert_true(step == 1 || codes[i].err == WEIR_ERR_INVALID_ARG_TYPE);
    assert_true(step > 0);
  }
}

static void each_code_has_nodes_name(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT_OF(codes); i++)
    assert_string_equal(weir_err_name(codes[i].err), codes[i].name);
}

static void each_code_has_a_text_of_its_own(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT_OF(codes); i++) {
    const char *text = weir_err_text(codes[i].err);
    assert_true(strlen(text) > 0);
    for (size_t j = 0; j < i; j++) {
      assert_string_not_equal(text, weir_err_text(codes[j].err));
      assert_string_not_equal(weir_err_name(codes[i].err), weir_err_name(codes[j].err));
    }
  }
}

static void a_number_that_is_no_code_is_unknown(void **state) {
  (void)state;
  for (int number = -1; number < 512; number++) {
    if (is_code(number)) continue;
    assert_string_equal(weir_err_name((weir_err)number), "UNKNOWN");
    assert_string_equal(weir_err_text((weir_err)number), weir_err_text(WEIR_UNKNOWN));
  }
}

/* The words a user of Node knows. */
static void library_texts_are_nodes(void **state) {
  (void)state;
  assert_string_equal(weir_err_text(WEIR_EADDRINUSE), "address already in use");
  assert_string_equal(weir_err_text(WEIR_EADDRNOTAVAIL), "address not available");
  assert_string_equal(weir_err_text(WEIR_EACCES), "permission denied");
  assert_string_equal(weir_err_text(WEIR_EINVAL), "invalid argument");
  assert_string_equal(weir_err_text(WEIR_ERR_SOCKET_CLOSED), "Socket is closed");
  assert_string_equal(weir_err_text(WEIR_ERR_SOCKET_CLOSED_BEFORE_CONNECTION),
                      "Socket closed before the connection was established");
  assert_string_equal(weir_err_text(WEIR_ERR_SERVER_NOT_RUNNING), "Server is not running.");
  assert_string_equal(weir_err_text(WEIR_ERR_SERVER_ALREADY_LISTEN),
                      "Listen method has been called more than once without closing.");
  assert_string_equal(weir_err_text(WEIR_ERR_STREAM_WRITE_AFTER_END), "write after end");
  assert_string_equal(weir_err_text(WEIR_ERR_STREAM_DESTROYED),
                      "Cannot call write after a stream was destroyed");
  assert_string_equal(weir_err_text(WEIR_ERR_STREAM_ALREADY_FINISHED),
                      "Cannot call end after a stream was finished");
  assert_string_equal(weir_err_text(WEIR_ERR_INVALID_HANDLE_TYPE),
                      "This handle type cannot be sent");
  assert_string_equal(weir_err_text(WEIR_ERR_INVALID_ADDRESS), "Invalid socket address");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_list_follows_the_numbers),
      cmocka_unit_test(each_code_has_nodes_name),
      cmocka_unit_test(each_code_has_a_text_of_its_own),
      cmocka_unit_test(a_number_that_is_no_code_is_unknown),
      cmocka_unit_test(library_texts_are_nodes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
