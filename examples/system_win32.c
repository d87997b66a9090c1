/*
 * Windows, with the same functions as system_posix.c.
 */
#include "system.h"

#include <fcntl.h>
#include <io.h>
#include <windows.h>

const char system_local_kind[] = "pipe";

static bool refused(const char *program, const char *what) {
  fprintf(stderr, "%s: %s: error %lu\n", program, what, GetLastError());
  return false;
}

/* The directory for temporary files is the user's own. */
bool system_make_directory(const char *program, char directory[SYSTEM_PATH_SIZE]) {
  char parent[MAX_PATH + 1];
  DWORD length = GetTempPathA(sizeof parent, parent);
  if (length == 0 || length >= sizeof parent - 32) return refused(program, "temporary directory");
  /* One may be left from a process that had the same number. */
  for (unsigned attempt = 0; attempt < 100; attempt++) {
    snprintf(directory, SYSTEM_PATH_SIZE, "%sweir-%lu-%u", parent, GetCurrentProcessId(), attempt);
    if (CreateDirectoryA(directory, NULL)) return true;
    if (GetLastError() != ERROR_ALREADY_EXISTS) break;
  }
  return refused(program, "temporary directory");
}

bool system_remove_directory(const char *program, const char *directory) {
  return RemoveDirectoryA(directory) ? true : refused(program, directory);
}

void system_local_name(const char *directory, char *name, size_t size) {
  (void)directory;
  snprintf(name, size, "\\\\.\\pipe\\weir-%lu", GetCurrentProcessId());
}

void system_binary(FILE *stream) {
  (void)_setmode(_fileno(stream), _O_BINARY);
}
