/* A program of plain Win32 calls at the other end of a pipe, and a server of weir's in a process
 * that is to be ended:
 *
 * pipe_program echo <path>: makes the pipe, says "ready", sends back what comes, until the end
 *
 * pipe_program ask <path>: connects, sends 200000 bytes and reads as many back
 *
 * pipe_program tell <path>: makes a pipe out of which it only sends 200000 bytes, says "ready"
 *
 * pipe_program hear <path>: the same, but into which as many come
 *
 * pipe_program hold <path>: makes the pipe, says "ready", and stays until it is ended
 *
 * pipe_program serve <path>: the same by weir, which says "taken" if it cannot
 */
#include "weir/weir.h"

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>

#include <stdio.h>
#include <string.h>

enum { TOTAL = 200000, PART = 10000, STAY_MS = 30000 };

static char buffer[65536];

static int say(const char *line) {
  return puts(line) < 0 || fflush(stdout) != 0;
}

static HANDLE create(const char *path) {
  return CreateNamedPipeA(path, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT,
                          1, 65536, 65536, 0, NULL);
}

static int echo(const char *path) {
  HANDLE pipe = create(path);
  DWORD got, sent;
  if (pipe == INVALID_HANDLE_VALUE || say("ready")) return 2;
  if (!ConnectNamedPipe(pipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED) return 3;
  while (ReadFile(pipe, buffer, sizeof buffer, &got, NULL) && got > 0)
    if (!WriteFile(pipe, buffer, got, &sent, NULL) || sent != got) return 4;
  return GetLastError() == ERROR_BROKEN_PIPE ? 0 : 5;
}

/* As the tests' net_byte(). */
static char byte_at(unsigned at) {
  return (char)(at * 31 + (at >> 8) * 7 + (at >> 16));
}

static int ask(const char *path) {
  HANDLE pipe = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
  unsigned sent = 0, back = 0;
  DWORD length;
  if (pipe == INVALID_HANDLE_VALUE) return 2;
  for (; sent < TOTAL; sent += PART) {
    for (unsigned i = 0; i < PART; i++) buffer[i] = byte_at(sent + i);
    if (!WriteFile(pipe, buffer, PART, &length, NULL) || length != PART) return 3;
    for (unsigned part = 0; part < PART; part += (unsigned)length) {
      if (!ReadFile(pipe, buffer, PART - part, &length, NULL)) return 4;
      for (unsigned i = 0; i < length; i++)
        if (buffer[i] != byte_at(back++)) return 5;
    }
  }
  return CloseHandle(pipe) && back == TOTAL ? 0 : 6;
}

/* Waits for a client at a pipe of one direction. */
static HANDLE one_way(const char *path, DWORD direction) {
  HANDLE pipe = CreateNamedPipeA(path, direction, PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT,
                                 1, 4096, 4096, 0, NULL);
  if (pipe == INVALID_HANDLE_VALUE || say("ready")) return INVALID_HANDLE_VALUE;
  if (ConnectNamedPipe(pipe, NULL) || GetLastError() == ERROR_PIPE_CONNECTED) return pipe;
  return INVALID_HANDLE_VALUE;
}

static int tell(const char *path) {
  HANDLE pipe = one_way(path, PIPE_ACCESS_OUTBOUND);
  DWORD length;
  if (pipe == INVALID_HANDLE_VALUE) return 2;
  for (unsigned sent = 0; sent < TOTAL; sent += PART) {
    for (unsigned i = 0; i < PART; i++) buffer[i] = byte_at(sent + i);
    if (!WriteFile(pipe, buffer, PART, &length, NULL) || length != PART) return 3;
  }
  return FlushFileBuffers(pipe) && CloseHandle(pipe) ? 0 : 4;
}

static int hear(const char *path) {
  HANDLE pipe = one_way(path, PIPE_ACCESS_INBOUND);
  unsigned heard = 0;
  DWORD length;
  if (pipe == INVALID_HANDLE_VALUE) return 2;
  while (ReadFile(pipe, buffer, sizeof buffer, &length, NULL))
    for (unsigned i = 0; i < length; i++)
      if (buffer[i] != byte_at(heard++)) return 3;
  return GetLastError() == ERROR_BROKEN_PIPE && heard == TOTAL ? 0 : 4;
}

static int hold(const char *path) {
  if (create(path) == INVALID_HANDLE_VALUE || say("ready")) return 2;
  Sleep(STAY_MS);
  return 3;
}

static void stay(weir_timer *timer, void *user) {
  (void)timer;
  (void)user;
}

static int serve(const char *path) {
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  weir_loop *loop;
  weir_server *server;
  weir_timer *timer;
  options.path = path;
  if (weir_loop_create(NULL, &loop) != WEIR_OK) return 2;
  if (weir_create_server(loop, NULL, NULL, NULL, &server) != WEIR_OK) return 2;
  if (weir_timer_create(loop, stay, NULL, &timer) != WEIR_OK) return 2;
  if (weir_server_listen(server, &options, NULL, NULL) != WEIR_OK) return 3;
  if (say(weir_server_listening(server) ? "ready" : "taken")) return 4;
  weir_timer_start(timer, STAY_MS, 0);
  while (weir_timer_active(timer)) (void)weir_loop_run(loop, WEIR_RUN_ONCE);
  return 5;
}

int main(int count, char **arguments) {
  static const struct {
    const char *name;
    int (*run)(const char *path);
  } modes[] = {{"echo", echo}, {"ask", ask},   {"tell", tell},
               {"hear", hear}, {"hold", hold}, {"serve", serve}};
  for (size_t i = 0; count == 3 && i < sizeof modes / sizeof *modes; i++)
    if (strcmp(arguments[1], modes[i].name) == 0) return modes[i].run(arguments[2]);
  fprintf(stderr, "usage: pipe_program echo|ask|tell|hear|hold|serve <path>\n");
  return 1;
}
