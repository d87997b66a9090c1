/* Plain calls of Windows, without weir; what is right is for the tests to say. */
#include "tests/net/pipe_peer.h"

#include <stdio.h>
#include <string.h>

/* What a program may take at the most. */
enum { PATIENCE_MS = 30000 };

void pipe_peer_name(net_fixture *net, const char *behind) {
  static unsigned last;
  static char path[200];
  (void)snprintf(path, sizeof path, "\\\\.\\pipe\\weir-%lu-%u%s", GetCurrentProcessId(), ++last,
                 behind);
  net->path = path;
}

HANDLE pipe_peer_open(const char *path) {
  return CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
}

HANDLE pipe_peer_create(const char *path, unsigned instances) {
  return CreateNamedPipeA(path, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT,
                          instances, 65536, 65536, 0, NULL);
}

bool pipe_peer_directions_count(net_fixture *net) {
  const char *path = net->path;
  pipe_peer_name(net, "");
  HANDLE server =
      CreateNamedPipeA(net->path, PIPE_ACCESS_OUTBOUND, PIPE_TYPE_BYTE, 1, 4096, 4096, 0, NULL);
  assert_ptr_not_equal(server, INVALID_HANDLE_VALUE);
  HANDLE client = CreateFileA(net->path, FILE_READ_DATA | FILE_WRITE_DATA | SYNCHRONIZE, 0, NULL,
                              OPEN_EXISTING, 0, NULL);
  bool counts = client == INVALID_HANDLE_VALUE;
  if (counts)
    assert_int_equal(GetLastError(), ERROR_ACCESS_DENIED);
  else
    (void)CloseHandle(client);
  (void)CloseHandle(server);
  net->path = path;
  return counts;
}

void pipe_peer_write(HANDLE pipe, const void *bytes, size_t length) {
  DWORD written = 0;
  assert_true(WriteFile(pipe, bytes, (DWORD)length, &written, NULL));
  assert_int_equal(written, length);
}

size_t pipe_peer_read(HANDLE pipe, void *bytes, size_t room) {
  DWORD length = 0;
  if (ReadFile(pipe, bytes, (DWORD)room, &length, NULL)) return length;
  assert_int_equal(GetLastError(), ERROR_BROKEN_PIPE);
  return 0;
}

pipe_program pipe_program_start(const char *mode, const char *path) {
  SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
  STARTUPINFOA start = {0};
  PROCESS_INFORMATION process;
  pipe_program started;
  HANDLE theirs;
  char command[512];
  assert_true(CreatePipe(&started.out, &theirs, &inherited, 0));
  assert_true(SetHandleInformation(started.out, HANDLE_FLAG_INHERIT, 0));
  start.cb = sizeof start;
  start.dwFlags = STARTF_USESTDHANDLES;
  start.hStdInput = INVALID_HANDLE_VALUE;
  start.hStdOutput = theirs;
  start.hStdError = theirs;
  (void)snprintf(command, sizeof command, "\"%s\" %s \"%s\"", WEIR_PIPE_PROGRAM, mode, path);
  if (!CreateProcessA(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL, &start, &process))
    fail_msg("%s could not be started: %lu", command, GetLastError());
  (void)CloseHandle(theirs);
  (void)CloseHandle(process.hThread);
  started.process = process.hProcess;
  return started;
}

void pipe_program_line(const pipe_program *started, char *line, size_t size) {
  size_t length = 0;
  for (;;) {
    DWORD got = 0;
    assert_true(length + 1 < size);
    if (!ReadFile(started->out, line + length, 1, &got, NULL) || got == 0)
      fail_msg("The program ended without a line");
    if (line[length] == '\n') break;
    if (line[length] != '\r') length++;
  }
  line[length] = '\0';
}

unsigned pipe_program_end(pipe_program *started) {
  DWORD status = 99;
  assert_int_equal(WaitForSingleObject(started->process, PATIENCE_MS), WAIT_OBJECT_0);
  assert_true(GetExitCodeProcess(started->process, &status));
  (void)CloseHandle(started->process);
  (void)CloseHandle(started->out);
  return (unsigned)status;
}

void pipe_program_kill(pipe_program *started) {
  assert_true(TerminateProcess(started->process, 0));
  (void)pipe_program_end(started);
}
