/* The public questions for the sockets a program is started with. The platform knows them; its
 * names are not public. */
#include "weir/activation.h"

#include "platform/activation.h"

#include <string.h>

size_t weir_activation_count(void) {
  return weirp_activation_count();
}

intptr_t weir_activation_fd(size_t index) {
  return weirp_activation_descriptor(index);
}

size_t weir_activation_name(size_t index, char *out_name, size_t size) {
  weir_slice name = weirp_activation_name(index);
  if (size == 0 || out_name == NULL) return name.length;
  size_t length = name.length < size ? name.length : size - 1;
  memcpy(out_name, name.data, length);
  out_name[length] = '\0';
  return name.length;
}
