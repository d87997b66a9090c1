/* Network interfaces by name. What a zone looks like in text is not known here. */
#include "platform/scope.h"

#include "platform/error.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>

weir_err weirp_scope_id(const char *name, size_t length, uint32_t *out_scope_id) {
  char text[IF_NAMESIZE];
  /* No interface has a longer name, and the system would stop reading at a NUL. */
  if (length == 0 || length >= sizeof text || memchr(name, '\0', length)) return WEIR_ENODEV;
  memcpy(text, name, length);
  text[length] = '\0';
  unsigned number = if_nametoindex(text);
  if (number == 0) return errno == ENXIO || errno == ENODEV ? WEIR_ENODEV : weirp_error_last();
  *out_scope_id = number;
  return WEIR_OK;
}
