/* Names are those of files, in a directory of their own. */
#include "tests/support/local_name.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int left = -1; /* The directory that was left. */

bool local_name_make(local_name *name) {
  (void)snprintf(name->directory, sizeof name->directory, "/tmp/weir-test-XXXXXX");
  if (!mkdtemp(name->directory)) return false;
  (void)snprintf(name->text, sizeof name->text, "%s/socket", name->directory);
  return true;
}

void local_name_remove(const local_name *name) {
  (void)rmdir(name->directory);
}

bool local_name_enter(const local_name *name) {
  left = open(".", O_RDONLY | O_DIRECTORY);
  return left >= 0 && chdir(name->directory) == 0;
}

void local_name_leave(void) {
  if (left < 0) return;
  if (fchdir(left) != 0) perror("fchdir");
  (void)close(left);
  left = -1;
}
