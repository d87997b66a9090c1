/* Decides what of the environment is believed. */
#include "platform/activation.h"

#include "core/address_parse.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIRST = 3 };

static const char unknown[] = "unknown";

/* A number, whole and without sign. @return false: there is none */
static bool read_number(const char *variable, uint32_t *out_number) {
  const char *text = getenv(variable);
  return text != NULL && weirc_number_read(text, strlen(text), INT_MAX - FIRST, out_number);
}

size_t weirp_activation_count(void) {
  uint32_t pid, count;
  if (!read_number("LISTEN_PID", &pid) || pid != (uint32_t)getpid()) return 0;
  return read_number("LISTEN_FDS", &count) ? count : 0;
}

int weirp_activation_descriptor(size_t index) {
  if (index >= weirp_activation_count()) return -1;
  int descriptor = FIRST + (int)index;
  int flags = fcntl(descriptor, F_GETFD);
  if (flags < 0) return -1; /* Somebody has closed it. */
  (void)fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC);
  return descriptor;
}

static size_t count_names(const char *names) {
  size_t count = 1;
  for (const char *at = names; (at = strchr(at, ':')) != NULL; at++) count++;
  return count;
}

weir_slice weirp_activation_name(size_t index) {
  const char *names = getenv("LISTEN_FDNAMES");
  size_t count = weirp_activation_count();
  if (index >= count) return (weir_slice){"", 0};
  if (names == NULL || count_names(names) != count)
    return (weir_slice){unknown, sizeof unknown - 1};
  for (; index > 0; index--) names = strchr(names, ':') + 1;
  return (weir_slice){names, strcspn(names, ":")};
}
