/* Sockets and pipes are descriptors. */
#include "tests/support/descriptor.h"

#include <unistd.h>

void descriptor_close(intptr_t fd) {
  (void)close((int)fd);
}
