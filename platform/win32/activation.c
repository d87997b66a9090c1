/* Decides that a program is started with no sockets: Windows' service manager binds none. */
#include "platform/activation.h"

size_t weirp_activation_count(void) {
  return 0;
}

int weirp_activation_descriptor(size_t index) {
  (void)index;
  return -1;
}

weir_slice weirp_activation_name(size_t index) {
  (void)index;
  return (weir_slice){"", 0};
}
