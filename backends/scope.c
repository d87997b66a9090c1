/* The public question for an interface's number. The platform knows it; its names are not public.
 */
#include "platform/scope.h"
#include "weir/address.h"

weir_err weir_scope_id(const char *name, size_t length, uint32_t *out_scope_id) {
  if (!name || !out_scope_id) return WEIR_ERR_INVALID_ARG_TYPE;
  return weirp_scope_id(name, length, out_scope_id);
}
