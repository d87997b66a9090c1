/* Errors as values: Node's message of each shape, and copies. */
#include "core/error.h"
#include "core/memory.h"

#include "tests/support/counting_allocator.h"
#include "tests/support/test.h"

#include <string.h>

static weir_address address_of(const char *text, uint16_t port) {
  weir_address address;
  assert_int_equal(weir_address_parse(text, strlen(text), port, &address), WEIR_OK);
  return address;
}

static void assert_message(const weir_error *error, const char *expected) {
  char text[256];
  size_t length = weir_error_message(error, text, sizeof text);
  assert_string_equal(text, expected);
  assert_int_equal(length, strlen(expected));
}

static void a_connect_error_names_the_address(void **state) {
  (void)state;
  weir_error error = weirc_error_of(NULL, WEIR_ECONNREFUSED, "connect");
  error.address = address_of("127.0.0.1", 1);
  assert_message(&error, "connect ECONNREFUSED 127.0.0.1:1");
  error.address = address_of("::1", 65535);
  assert_message(&error, "connect ECONNREFUSED ::1:65535");
  error.local_address = address_of("127.0.0.1", 4001);
  error.address = address_of("127.0.0.1", 1);
  assert_message(&error, "connect ECONNREFUSED 127.0.0.1:1 - Local (127.0.0.1:4001)");
}

static void a_port_of_zero_is_left_out(void **state) {
  (void)state;
  weir_error error = weirc_error_of(NULL, WEIR_EADDRNOTAVAIL, "bind");
  error.address = address_of("203.0.113.9", 0);
  assert_message(&error, "bind EADDRNOTAVAIL 203.0.113.9");
  error.code = WEIR_EINVAL;
  error.address = address_of("::1", 0);
  assert_message(&error, "bind EINVAL ::1");
}

static void a_path_stands_where_the_address_would(void **state) {
  (void)state;
  weir_error error = weirc_error_of(NULL, WEIR_ENOENT, "connect");
  error.path = "/tmp/weir.sock, cut here";
  error.path_length = strlen("/tmp/weir.sock");
  assert_message(&error, "connect ENOENT /tmp/weir.sock");
}

static void a_name_with_a_nul_keeps_its_length(void **state) {
  (void)state;
  static const char expected[] = "connect ECONNREFUSED \0abstract";
  char text[64];
  weir_error error = weirc_error_of(NULL, WEIR_ECONNREFUSED, "connect");
  error.path = "\0abstract";
  error.path_length = 9;
  assert_int_equal(weir_error_message(&error, text, sizeof text), sizeof expected - 1);
  assert_memory_equal(text, expected, sizeof expected);
}

static void a_listen_error_says_what_the_code_means(void **state) {
  (void)state;
  weir_error error = weirc_error_of(NULL, WEIR_EADDRINUSE, "listen");
  error.address = address_of("127.0.0.1", 80);
  assert_message(&error, "listen EADDRINUSE: address already in use 127.0.0.1:80");
  error.address = address_of("::", 80);
  assert_message(&error, "listen EADDRINUSE: address already in use :::80");
  error.code = WEIR_EADDRNOTAVAIL;
  error.address = address_of("203.0.113.9", 0);
  assert_message(&error, "listen EADDRNOTAVAIL: address not available 203.0.113.9");
  error = weirc_error_of(NULL, WEIR_EINVAL, "listen");
  assert_message(&error, "listen EINVAL: invalid argument");
  error.code = WEIR_EACCES;
  error.path = "/none/x";
  error.path_length = 7;
  assert_message(&error, "listen EACCES: permission denied /none/x");
}

static void errors_of_an_established_stream_have_call_and_code(void **state) {
  (void)state;
  weir_error error = weirc_error_of(NULL, WEIR_ECONNRESET, "read");
  assert_message(&error, "read ECONNRESET");
  error = weirc_error_of(NULL, WEIR_EPIPE, "write");
  assert_message(&error, "write EPIPE");
  error = weirc_error_of(NULL, WEIR_ENOTCONN, "shutdown");
  assert_message(&error, "shutdown ENOTCONN");
}

static void the_librarys_own_errors_are_free_text(void **state) {
  (void)state;
  weir_error error = weirc_error_of(NULL, WEIR_ERR_SOCKET_CLOSED, "write");
  assert_null(error.syscall);
  assert_message(&error, "Socket is closed");
  error.message = "Something else";
  assert_message(&error, "Something else");
  error.message = "";
  assert_message(&error, "");
}

static void what_does_not_fit_is_cut_and_the_whole_length_is_told(void **state) {
  (void)state;
  static const char whole[] = "read ECONNRESET";
  weir_error error = weirc_error_of(NULL, WEIR_ECONNRESET, "read");
  for (size_t capacity = 0; capacity <= sizeof whole + 1; capacity++) {
    char text[sizeof whole + 2];
    memset(text, '#', sizeof text);
    assert_int_equal(weir_error_message(&error, text, capacity), sizeof whole - 1);
    assert_int_equal(text[capacity], '#');
    if (capacity == 0) continue;
    size_t shown = capacity < sizeof whole ? capacity - 1 : sizeof whole - 1;
    assert_int_equal(strlen(text), shown);
    assert_memory_equal(text, whole, shown);
  }
  assert_int_equal(weir_error_message(&error, NULL, 100), sizeof whole - 1);
}

static void no_error_has_no_message(void **state) {
  (void)state;
  char text[8] = "before";
  assert_int_equal(weir_error_message(NULL, text, sizeof text), 0);
  assert_string_equal(text, "");
}

static void a_copy_owns_its_texts_in_one_block(void **state) {
  (void)state;
  counting_allocator memory;
  char message[] = "Mine";
  char path[] = "\0name and more";
  weir_error error = WEIR_ERROR_INIT;
  counting_allocator_init(&memory);
  error.code = WEIR_EPROTO;
  error.message = message;
  error.path = path;
  error.path_length = 5;
  error.address = address_of("10.0.0.1", 7);
  weir_error *copy = weirc_error_copy(&memory.allocator, &error);
  assert_int_equal(memory.blocks, 1);
  memset(message, 'x', sizeof message - 1);
  memset(path, 'x', sizeof path - 1);
  assert_int_equal(copy->code, WEIR_EPROTO);
  assert_string_equal(copy->message, "Mine");
  assert_int_equal(copy->path_length, 5);
  assert_memory_equal(copy->path, "\0name\0", 6);
  assert_true(weir_address_equal(&copy->address, &error.address));
  weirc_release(&memory.allocator, copy);
  assert_int_equal(memory.bytes, 0);
}

static void a_copy_can_fail(void **state) {
  (void)state;
  counting_allocator memory;
  weir_error error = WEIR_ERROR_INIT;
  counting_allocator_init(&memory);
  memory.fail_in = memory.fail_count = 1;
  assert_null(weirc_error_copy(&memory.allocator, &error));
  error.size = 0;
  assert_null(weirc_error_copy(&memory.allocator, &error));
  assert_int_equal(memory.blocks, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_connect_error_names_the_address),
      cmocka_unit_test(a_port_of_zero_is_left_out),
      cmocka_unit_test(a_path_stands_where_the_address_would),
      cmocka_unit_test(a_name_with_a_nul_keeps_its_length),
      cmocka_unit_test(a_listen_error_says_what_the_code_means),
      cmocka_unit_test(errors_of_an_established_stream_have_call_and_code),
      cmocka_unit_test(the_librarys_own_errors_are_free_text),
      cmocka_unit_test(what_does_not_fit_is_cut_and_the_whole_length_is_told),
      cmocka_unit_test(no_error_has_no_message),
      cmocka_unit_test(a_copy_owns_its_texts_in_one_block),
      cmocka_unit_test(a_copy_can_fail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
