/* Groups and digits of base64; where the groups begin is decided by the decoder. */
#include "core/base64.h"

#include <assert.h>
#include <string.h>

unsigned weirc_base64_value(uint8_t digit) {
  if (digit >= 'A' && digit <= 'Z') return digit - 'A' + 0u;
  if (digit >= 'a' && digit <= 'z') return digit - 'a' + 26u;
  if (digit >= '0' && digit <= '9') return digit - '0' + 52u;
  if (digit == '+' || digit == '-') return 62;
  if (digit == '/' || digit == '_') return 63;
  return digit == '=' ? WEIRC_BASE64_END : WEIRC_BASE64_FOREIGN;
}

size_t weirc_base64_put(const uint8_t *bytes, size_t count, bool url, char *out) {
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  uint32_t group = 0;
  assert(count >= 1 && count <= 3);
  for (size_t i = 0; i < 3; i++) group = group << 8 | (i < count ? bytes[i] : 0u);
  for (size_t i = 0; i <= count; i++) {
    uint32_t value = group >> (18 - 6 * i) & 63;
    out[i] = value < 62 ? alphabet[value] : value == 62 ? (url ? '-' : '+') : (url ? '_' : '/');
  }
  if (url) return count + 1;
  for (size_t i = count + 1; i < 4; i++) out[i] = '=';
  return 4;
}
