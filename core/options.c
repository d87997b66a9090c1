/* The rule of sizes for options structs. What the options mean is decided where they are used. */
#include "core/options.h"

#include <string.h>

/* A bigger size is a slip, not a newer header. */
enum { SIZE_LIMIT = 4096 };

weir_err weirc_options_take(void *target, size_t target_size, const void *source) {
  size_t size;
  if (!source) return WEIR_OK;
  memcpy(&size, source, sizeof size);
  if (size <= sizeof size || size > SIZE_LIMIT) return WEIR_ERR_INVALID_ARG_VALUE;
  const unsigned char *bytes = source;
  for (size_t i = target_size; i < size; i++)
    if (bytes[i] != 0) return WEIR_ERR_INVALID_ARG_VALUE;
  memcpy(target, source, size < target_size ? size : target_size);
  return WEIR_OK;
}
