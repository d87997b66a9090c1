/*
 * POSIX: the one file of the examples for all systems that asks for more than C offers.
 */
#define _POSIX_C_SOURCE 200809L
#define _DARWIN_C_SOURCE

#include "system.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A Unix socket's name has room for some hundred bytes, its directory for fewer. */
#define LONGEST 80

const char system_local_kind[] = "Unix";

bool system_make_directory(const char *program, char directory[SYSTEM_PATH_SIZE]) {
  static const char name[] = "weir-XXXXXX";
  const char *parent = getenv("TMPDIR");
  int length = -1;
  if (parent != NULL && parent[0] != '\0')
    length = snprintf(directory, LONGEST, "%s/%s", parent, name);
  /* A TMPDIR that is too long is passed over. */
  if (length < 0 || length >= LONGEST) snprintf(directory, LONGEST, "/tmp/%s", name);
  if (mkdtemp(directory) != NULL) return true;
  fprintf(stderr, "%s: temporary directory: %s\n", program, strerror(errno));
  return false;
}

bool system_remove_directory(const char *program, const char *directory) {
  if (rmdir(directory) == 0) return true;
  fprintf(stderr, "%s: %s stays behind: %s\n", program, directory, strerror(errno));
  return false;
}

void system_local_name(const char *directory, char *name, size_t size) {
  snprintf(name, size, "%s/socket", directory);
}

void system_binary(FILE *stream) {
  (void)stream;
}
