/* Decides which texts Windows can be told: those that are UTF-8 without NULs. The system's own
 * conversion is not used, as versions of it differ in what they take for UTF-8. */
#include "platform/win32/wide.h"

#include "core/utf8.h"

#include <string.h>

static size_t units_of(uint32_t point) {
  return point < 0x10000 ? 1 : 2;
}

static void put(uint32_t point, wchar_t *out_text) {
  if (units_of(point) == 1) {
    out_text[0] = (wchar_t)point;
    return;
  }
  point -= 0x10000;
  out_text[0] = (wchar_t)(0xD800 + (point >> 10));
  out_text[1] = (wchar_t)(0xDC00 + (point & 0x3FF));
}

weir_err weirp_wide_make(const char *text, size_t length, wchar_t *out_text, size_t room) {
  const uint8_t *at = (const uint8_t *)text;
  const uint8_t *end = at + length;
  size_t used = 0;
  if (memchr(text, '\0', length) != NULL) return WEIR_EINVAL;
  if (weirc_utf8_valid_length(at, length) != length) return WEIR_EINVAL;
  while (at < end) {
    uint32_t point = weirc_utf8_take(&at, end);
    size_t units = units_of(point);
    if (room - used <= units) return WEIR_ENAMETOOLONG;
    put(point, out_text + used);
    used += units;
  }
  if (room == 0) return WEIR_ENAMETOOLONG;
  out_text[used] = L'\0';
  return WEIR_OK;
}
