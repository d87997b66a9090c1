/*
 * Where temporary files go. The one file of the examples that asks for more than C offers.
 */
#define _POSIX_C_SOURCE 200809L
#define _DARWIN_C_SOURCE

#include "scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool scratch_directory(char directory[SCRATCH_SIZE]) {
  static const char name[] = "weir-XXXXXX";
  const char *parent = getenv("TMPDIR");
  int length = -1;
  if (parent != NULL && parent[0] != '\0')
    length = snprintf(directory, SCRATCH_SIZE, "%s/%s", parent, name);
  /* A Unix socket's name has room for some hundred bytes, so a long TMPDIR is passed over. */
  if (length < 0 || length >= SCRATCH_SIZE) snprintf(directory, SCRATCH_SIZE, "/tmp/%s", name);
  return mkdtemp(directory) != NULL;
}
