/* Named pipes: which names there are, and what an instance and its other end are like. */
#include "platform/win32/credentials.h"
#include "platform/win32/ipc.h"
#include "tests/support/test.h"
#include "tests/support/win32/handle_count.h"

#include <stdio.h>
#include <string.h>

/* For texts that may hold NULs. */
#define TEXT_OF(text) (text), sizeof(text) - 1

static weir_err made_of(const char *path, size_t length, wchar_t *out_text) {
  weirp_ipc_name name = {L"unwritten"};
  weir_err err = weirp_ipc_name_make(path, length, &name);
  memcpy(out_text, name.text, sizeof name.text);
  return err;
}

static void assert_name(const char *path, size_t length, const wchar_t *expected) {
  wchar_t text[WEIRP_IPC_NAME_ROOM];
  assert_int_equal(made_of(path, length, text), WEIR_OK);
  assert_int_equal(wcscmp(text, expected), 0);
}

static void assert_no_name(const char *path, size_t length, weir_err expected) {
  wchar_t text[WEIRP_IPC_NAME_ROOM];
  weir_err err = made_of(path, length, text);
  if (err != expected) fail_msg("%.*s: %d", (int)length, path, (int)err);
  assert_int_equal(wcscmp(text, L"unwritten"), 0);
}

static void both_forms_are_names(void **state) {
  (void)state;
  assert_name(TEXT_OF("\\\\.\\pipe\\weir"), L"\\\\.\\pipe\\weir");
  assert_name(TEXT_OF("\\\\?\\pipe\\weir"), L"\\\\?\\pipe\\weir");
  assert_name(TEXT_OF("//./pipe/weir"), L"//./pipe/weir");
  assert_name(TEXT_OF("//?/pipe/weir"), L"//?/pipe/weir");
  assert_name(TEXT_OF("\\\\.\\PiPe\\w"), L"\\\\.\\PiPe\\w");
  assert_name(TEXT_OF("\\\\.\\pipe\\a\\b/c"), L"\\\\.\\pipe\\a\\b/c");
  assert_name(TEXT_OF("\\\\.\\pipe\\.a..b. "), L"\\\\.\\pipe\\.a..b. ");
  assert_name(TEXT_OF("\\\\.\\pipe\\...\\a"), L"\\\\.\\pipe\\...\\a");
}

static void what_is_no_pipe_is_refused(void **state) {
  static const char *const names[] = {
      "weir",
      "/tmp/weir.sock",
      "C:\\weir",
      "\\\\.\\pipe",
      "\\\\.\\pipe\\",
      "\\\\.\\pipe\\\\",
      "\\\\.\\pipe\\ . ",
      "\\\\?\\pipe\\",
      "\\\\?\\pipe/weir", /* Slashes are nothing special behind this beginning. */
      "\\\\.\\pip\\weir",
      "\\\\.\\pipes\\weir",
      "\\\\,\\pipe\\weir",
      "\\.\\pipe\\weir",
      "\\\\server\\pipe\\weir",
      "\\\\.\\C:\\weir",
      "\\\\.\\mailslot\\weir",
      "\\??\\pipe\\weir",
      "GLOBAL\\pipe\\weir",
      " \\\\.\\pipe\\weir",
  };
  (void)state;
  for (size_t i = 0; i < COUNT_OF(names); i++)
    assert_no_name(names[i], strlen(names[i]), WEIR_EACCES);
}

/* By these the system walks out to any file and any device. */
static void a_name_walks_nowhere(void **state) {
  static const char *const names[] = {
      "\\\\.\\pipe\\..\\C:\\weir",   "\\\\.\\pipe\\..",          "\\\\.\\pipe\\.",
      "\\\\.\\pipe\\a\\..\\..\\NUL", "\\\\.\\pipe\\a/../../NUL", "//./pipe/../NUL",
      "\\\\?\\pipe\\..\\NUL",        "\\\\.\\pipe\\a\\.",        "\\\\.\\pipe\\a\\.\\b",
      "\\\\.\\pipe\\a/..",
  };
  (void)state;
  for (size_t i = 0; i < COUNT_OF(names); i++)
    assert_no_name(names[i], strlen(names[i]), WEIR_EACCES);
}

static void what_is_no_text_is_refused(void **state) {
  (void)state;
  assert_no_name("", 0, WEIR_EINVAL);
  assert_no_name(NULL, 0, WEIR_EINVAL);
  assert_no_name(TEXT_OF("\\\\.\\pipe\\a\0b"), WEIR_EINVAL);
  assert_no_name(TEXT_OF("\0\\\\.\\pipe\\a"), WEIR_EINVAL);
  assert_no_name(TEXT_OF("\\\\.\\pipe\\\xff"), WEIR_EINVAL);
  assert_no_name(TEXT_OF("\\\\.\\pipe\\\xc0\xaf"), WEIR_EINVAL);         /* A long slash. */
  assert_no_name(TEXT_OF("\\\\.\\pipe\\\xe2\x82"), WEIR_EINVAL);         /* Cut off. */
  assert_no_name(TEXT_OF("\\\\.\\pipe\\\xed\xa0\x80"), WEIR_EINVAL);     /* A surrogate. */
  assert_no_name(TEXT_OF("\\\\.\\pipe\\\xf4\x90\x80\x80"), WEIR_EINVAL); /* Beyond the last. */
}

static void characters_of_every_size_are_kept(void **state) {
  static const wchar_t expected[] = {L'\\',  L'\\',  L'.',   L'\\',  L'p',   L'i',
                                     L'p',   L'e',   L'\\',  0x00E9, 0x20AC, 0xD83D,
                                     0xDE00, 0xDBFF, 0xDFFF, 0xFFFD, L'z',   L'\0'};
  (void)state;
  assert_name(
      TEXT_OF("\\\\.\\pipe\\\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf\xef\xbf\xbdz"),
      expected);
}

/* 256 units of UTF-16, however many bytes they were. */
static void the_longest_name_has_256_units(void **state) {
  char path[2000] = "\\\\.\\pipe\\";
  wchar_t text[WEIRP_IPC_NAME_ROOM];
  (void)state;
  memset(path + 9, 'x', sizeof path - 9);
  assert_int_equal(made_of(path, 256, text), WEIR_OK);
  assert_int_equal(wcslen(text), 256);
  assert_no_name(path, 257, WEIR_ENAMETOOLONG);
  assert_no_name(path, sizeof path, WEIR_ENAMETOOLONG);
  for (size_t i = 9; i < 9 + 247 * 3; i += 3) memcpy(path + i, "\xe2\x82\xac", 3);
  assert_int_equal(made_of(path, 9 + 247 * 3, text), WEIR_OK);
  assert_int_equal(wcslen(text), 256);
  assert_int_equal(text[255], 0x20AC);
  assert_no_name(path, 9 + 247 * 3 + 1, WEIR_ENAMETOOLONG);
  path[9] = 'y';
  for (size_t i = 10; i < 10 + 124 * 4; i += 4) memcpy(path + i, "\xf0\x9f\x98\x80", 4);
  assert_int_equal(made_of(path, 10 + 123 * 4, text), WEIR_OK);
  assert_int_equal(wcslen(text), 256);
  assert_no_name(path, 10 + 124 * 4, WEIR_ENAMETOOLONG);
  /* What is no name of a pipe is that first of all. */
  memset(path, 'x', sizeof path);
  assert_no_name(path, sizeof path, WEIR_EACCES);
}

/* A name that nobody else has, of this process and this test. */
static weirp_ipc_name own_name(const char *what) {
  char path[128];
  weirp_ipc_name name;
  int length = snprintf(path, sizeof path, "\\\\.\\pipe\\weir-test-%lu-%s",
                        (unsigned long)GetCurrentProcessId(), what);
  assert_int_equal(weirp_ipc_name_make(path, (size_t)length, &name), WEIR_OK);
  return name;
}

static HANDLE created(const weirp_ipc_name *name, bool first, bool message, unsigned flags) {
  HANDLE pipe = INVALID_HANDLE_VALUE;
  assert_int_equal(weirp_ipc_create(name, first, message, flags, &pipe), WEIR_OK);
  assert_true(pipe != INVALID_HANDLE_VALUE);
  return pipe;
}

static HANDLE connected_for(const weirp_ipc_name *name, bool message,
                            weirp_ipc_directions expected) {
  HANDLE pipe = INVALID_HANDLE_VALUE;
  weirp_ipc_directions directions;
  assert_int_equal(weirp_ipc_connect(name, message, &directions, &pipe), WEIR_OK);
  assert_true(pipe != INVALID_HANDLE_VALUE);
  assert_int_equal(directions, expected);
  return pipe;
}

static HANDLE connected(const weirp_ipc_name *name, bool message) {
  return connected_for(name, message, WEIRP_IPC_BOTH);
}

static void refused(const weirp_ipc_name *name, bool message, weir_err expected) {
  HANDLE pipe = INVALID_HANDLE_VALUE;
  weirp_ipc_directions directions;
  assert_int_equal(weirp_ipc_connect(name, message, &directions, &pipe), expected);
  assert_true(pipe == INVALID_HANDLE_VALUE);
}

static void end(HANDLE handle) {
  assert_true(CloseHandle(handle));
}

static void an_instance_is_connected_to(void **state) {
  (void)state;
  weirp_ipc_name name = own_name("plain");
  refused(&name, false, WEIR_ENOENT);
  HANDLE server = created(&name, true, false, 0);
  HANDLE client = connected(&name, false);
  refused(&name, false, WEIR_EAGAIN);
  HANDLE second = created(&name, false, false, 0);
  HANDLE other = connected(&name, false);
  end(other);
  end(second);
  end(client);
  end(server);
  refused(&name, false, WEIR_ENOENT);
}

static bool directions_count(void) {
  weirp_ipc_name name = own_name("directions");
  HANDLE server =
      CreateNamedPipeW(name.text, PIPE_ACCESS_OUTBOUND, PIPE_TYPE_BYTE, 1, 4096, 4096, 0, NULL);
  assert_true(server != INVALID_HANDLE_VALUE);
  HANDLE client = CreateFileW(name.text, FILE_READ_DATA | FILE_WRITE_DATA | SYNCHRONIZE, 0, NULL,
                              OPEN_EXISTING, 0, NULL);
  bool count = client == INVALID_HANDLE_VALUE;
  if (!count) end(client);
  end(server);
  return count;
}

/* What a pipe of one direction is good for is found out, also when its instance is taken. */
static void a_pipe_may_have_one_direction(void **state) {
  static const struct {
    DWORD access;
    weirp_ipc_directions directions;
  } kinds[] = {{PIPE_ACCESS_OUTBOUND, WEIRP_IPC_READ_ONLY},
               {PIPE_ACCESS_INBOUND, WEIRP_IPC_WRITE_ONLY}};
  (void)state;
  if (!directions_count()) {
    print_message("SKIPPED: the system opens a pipe of one direction for both\n");
    skip();
  }
  for (size_t i = 0; i < COUNT_OF(kinds) * 2; i++) {
    bool message = i >= COUNT_OF(kinds);
    weirp_ipc_name name = own_name("one-way");
    HANDLE server =
        CreateNamedPipeW(name.text, kinds[i % 2].access,
                         message ? PIPE_TYPE_MESSAGE : PIPE_TYPE_BYTE, 1, 4096, 4096, 0, NULL);
    assert_true(server != INVALID_HANDLE_VALUE);
    HANDLE client = connected_for(&name, message, kinds[i % 2].directions);
    refused(&name, message, WEIR_EAGAIN);
    end(client);
    end(server);
  }
}

static void both_forms_are_one_name(void **state) {
  char path[128];
  weirp_ipc_name other;
  (void)state;
  weirp_ipc_name name = own_name("forms");
  HANDLE server = created(&name, true, false, 0);
  int length = snprintf(path, sizeof path, "\\\\?\\PIPE\\weir-test-%lu-forms",
                        (unsigned long)GetCurrentProcessId());
  assert_int_equal(weirp_ipc_name_make(path, (size_t)length, &other), WEIR_OK);
  end(connected(&other, false));
  end(server);
  server = created(&other, true, false, 0);
  end(connected(&name, false));
  end(server);
}

/* The longest name, and one whose characters are pairs, are more than a form. */
static void any_name_that_is_made_is_taken(void **state) {
  char path[300] = "\\\\.\\pipe\\\xf0\x9f\x98\x80";
  weirp_ipc_name name;
  (void)state;
  size_t length = strlen(path);
  int more =
      snprintf(path + length, sizeof path - length, "%lu", (unsigned long)GetCurrentProcessId());
  length += (size_t)more;
  assert_int_equal(weirp_ipc_name_make(path, length, &name), WEIR_OK);
  HANDLE server = created(&name, true, false, 0);
  end(connected(&name, false));
  end(server);
  memset(path + length, 'x', sizeof path - length);
  assert_int_equal(weirp_ipc_name_make(path, 258, &name), WEIR_OK); /* Four bytes are two units. */
  server = created(&name, true, false, 0);
  end(connected(&name, false));
  end(server);
}

static void a_first_instance_is_the_only_one(void **state) {
  HANDLE second = INVALID_HANDLE_VALUE;
  (void)state;
  weirp_ipc_name name = own_name("first");
  HANDLE server = created(&name, true, false, 0);
  unsigned before = handle_count();
  assert_int_equal(weirp_ipc_create(&name, true, false, 0, &second), WEIR_EADDRINUSE);
  assert_true(second == INVALID_HANDLE_VALUE);
  assert_int_equal(handle_count(), before);
  /* Whoever came second has taken nothing away. */
  HANDLE client = connected(&name, false);
  /* A name is in use for as long as any instance of it is. */
  assert_int_equal(weirp_ipc_create(&name, true, false, 0, &second), WEIR_EADDRINUSE);
  end(client);
  end(server);
  end(created(&name, true, false, 0));
}

static void a_name_that_cannot_be_is_refused(void **state) {
  static const weirp_ipc_name names[] = {{L"\\\\.\\no such device\\weir"}, {L"weir"}};
  HANDLE pipe = INVALID_HANDLE_VALUE;
  (void)state;
  for (size_t i = 0; i < COUNT_OF(names); i++)
    assert_int_equal(weirp_ipc_create(&names[i], true, false, 0, &pipe), WEIR_EACCES);
  assert_true(pipe == INVALID_HANDLE_VALUE);
}

static void what_is_no_pipe_is_not_connected_to(void **state) {
  static const weirp_ipc_name name = {L"\\\\.\\NUL"};
  (void)state;
  unsigned before = handle_count();
  refused(&name, false, WEIR_ENOTSOCK);
  assert_int_equal(handle_count(), before);
}

static DWORD pipe_flags(HANDLE pipe) {
  DWORD flags = 0;
  DWORD state = 0;
  assert_true(GetNamedPipeInfo(pipe, &flags, NULL, NULL, NULL));
  assert_true(GetNamedPipeHandleStateW(pipe, &state, NULL, NULL, NULL, NULL, 0));
  assert_int_equal(state & PIPE_NOWAIT, 0);
  return (flags & PIPE_TYPE_MESSAGE) | (state & PIPE_READMODE_MESSAGE);
}

static void bytes_or_messages(void **state) {
  (void)state;
  weirp_ipc_name name = own_name("kind");
  HANDLE server = created(&name, true, false, 0);
  unsigned before = handle_count();
  assert_int_equal(pipe_flags(server), 0);
  refused(&name, true, WEIR_EPROTOTYPE);
  assert_int_equal(handle_count(), before);
  end(server);
  server = created(&name, true, true, 0);
  HANDLE client = connected(&name, true);
  assert_int_equal(pipe_flags(server), PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE);
  assert_int_equal(pipe_flags(client), PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE);
  end(client);
  end(server);
}

static void buffers_are_large_and_instances_without_number(void **state) {
  DWORD out = 0;
  DWORD in = 0;
  DWORD most = 0;
  (void)state;
  weirp_ipc_name name = own_name("buffers");
  HANDLE server = created(&name, true, false, 0);
  assert_true(GetNamedPipeInfo(server, NULL, &out, &in, &most));
  assert_int_equal(out, 65536);
  assert_int_equal(in, 65536);
  bool unlimited = most == PIPE_UNLIMITED_INSTANCES || most == UINT32_MAX;
  assert_true(unlimited);
  end(server);
}

static void an_end_is_not_inherited(void **state) {
  (void)state;
  weirp_ipc_name name = own_name("inherit");
  HANDLE ends[3];
  ends[0] = created(&name, true, false, 0);
  ends[1] = created(&name, false, false, 0);
  ends[2] = connected(&name, false);
  for (size_t i = 0; i < COUNT_OF(ends); i++) {
    DWORD flags = HANDLE_FLAG_INHERIT;
    assert_true(GetHandleInformation(ends[i], &flags));
    assert_int_equal(flags & HANDLE_FLAG_INHERIT, 0);
    end(ends[i]);
  }
}

/* An overlapped call does not wait: what was begun is given up again. */
static void an_end_is_for_overlapped_calls(void **state) {
  char byte;
  (void)state;
  weirp_ipc_name name = own_name("overlapped");
  HANDLE server = created(&name, true, false, 0);
  HANDLE client = connected(&name, false);
  HANDLE ends[] = {server, client};
  for (size_t i = 0; i < COUNT_OF(ends); i++) {
    OVERLAPPED overlapped;
    DWORD bytes = 0;
    memset(&overlapped, 0, sizeof overlapped);
    overlapped.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    assert_non_null(overlapped.hEvent);
    assert_false(ReadFile(ends[i], &byte, 1, NULL, &overlapped));
    assert_int_equal(GetLastError(), ERROR_IO_PENDING);
    assert_true(CancelIoEx(ends[i], &overlapped));
    assert_false(GetOverlappedResult(ends[i], &overlapped, &bytes, TRUE));
    assert_int_equal(GetLastError(), ERROR_OPERATION_ABORTED);
    end(overlapped.hEvent);
  }
  end(client);
  end(server);
}

static void each_end_knows_the_others_process(void **state) {
  (void)state;
  weirp_ipc_name name = own_name("process");
  HANDLE server = created(&name, true, false, 0);
  HANDLE client = connected(&name, false);
  HANDLE ends[] = {server, client};
  for (size_t i = 0; i < COUNT_OF(ends); i++) {
    weir_peer_credentials peer = WEIR_PEER_CREDENTIALS_INIT;
    assert_int_equal(weirp_credentials_of_peer(ends[i], ends[i] == server, &peer), WEIR_OK);
    assert_int_equal(peer.size, sizeof peer);
    assert_int_equal(peer.process_id, GetCurrentProcessId());
    /* Not 0, which is somebody elsewhere. */
    assert_int_equal(peer.user_id, UINT32_MAX);
    assert_int_equal(peer.group_id, UINT32_MAX);
  }
  end(client);
  end(server);
}

static void what_has_no_peer_has_no_credentials(void **state) {
  weir_peer_credentials peer = WEIR_PEER_CREDENTIALS_INIT;
  (void)state;
  HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
  assert_non_null(event);
  assert_int_not_equal(weirp_credentials_of_peer(event, true, &peer), WEIR_OK);
  assert_int_not_equal(weirp_credentials_of_peer(event, false, &peer), WEIR_OK);
  assert_int_equal(peer.process_id, -1);
  end(event);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(both_forms_are_names),
      cmocka_unit_test(what_is_no_pipe_is_refused),
      cmocka_unit_test(a_name_walks_nowhere),
      cmocka_unit_test(what_is_no_text_is_refused),
      cmocka_unit_test(characters_of_every_size_are_kept),
      cmocka_unit_test(the_longest_name_has_256_units),
      cmocka_unit_test(an_instance_is_connected_to),
      cmocka_unit_test(a_pipe_may_have_one_direction),
      cmocka_unit_test(both_forms_are_one_name),
      cmocka_unit_test(any_name_that_is_made_is_taken),
      cmocka_unit_test(a_first_instance_is_the_only_one),
      cmocka_unit_test(a_name_that_cannot_be_is_refused),
      cmocka_unit_test(what_is_no_pipe_is_not_connected_to),
      cmocka_unit_test(bytes_or_messages),
      cmocka_unit_test(buffers_are_large_and_instances_without_number),
      cmocka_unit_test(an_end_is_not_inherited),
      cmocka_unit_test(an_end_is_for_overlapped_calls),
      cmocka_unit_test(each_end_knows_the_others_process),
      cmocka_unit_test(what_has_no_peer_has_no_credentials),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
