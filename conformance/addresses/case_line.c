/* The form of a line. What its fields mean is not known here. */
#include "conformance/addresses/case_line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

/* Escapes become bytes, in place: a text never grows by that. */
static bool unescape(case_field *field) {
  char *out = field->bytes;
  const char *at = field->bytes;
  const char *end = at + field->length;
  while (at < end) {
    if (*at != '\\') {
      *out++ = *at++;
    } else if (end - at >= 2 && at[1] == 'e') {
      at += 2;
    } else {
      if (end - at < 4 || at[1] != 'x' || hex_value(at[2]) < 0 || hex_value(at[3]) < 0)
        return false;
      *out++ = (char)(hex_value(at[2]) << 4 | hex_value(at[3]));
      at += 4;
    }
  }
  *out = '\0';
  field->length = (size_t)(out - field->bytes);
  return true;
}

bool case_line_read(char *text, case_line *out_line) {
  char *at = text;
  out_line->count = 0;
  for (;;) {
    size_t length = strcspn(at, " ");
    bool last = at[length] == '\0';
    if (length == 1 && *at == '=') {
      out_line->answer = last ? at + 1 : at + 2;
      return out_line->count > 0;
    }
    if (last || length == 0 || out_line->count == CASE_FIELDS) return false;
    case_field *field = &out_line->fields[out_line->count++];
    *field = (case_field){at, length};
    at[length] = '\0';
    if (!unescape(field)) return false;
    at += length + 1;
  }
}

bool case_field_is(const case_field *field, const char *text) {
  size_t length = strlen(text);
  return field->length == length && memcmp(field->bytes, text, length) == 0;
}

bool case_field_number(const case_field *field, int64_t *out_number) {
  char *end;
  errno = 0;
  long long number = strtoll(field->bytes, &end, 10);
  if (errno != 0 || field->length == 0 || *end != '\0') return false;
  *out_number = number;
  return true;
}

static bool is_plain(unsigned char c) {
  return c > 0x20 && c < 0x7f && c != '\\' && c != '=';
}

size_t case_field_write(const char *bytes, size_t length, char *buffer, size_t capacity) {
  size_t used = 0;
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)bytes[i];
    if (capacity - used < sizeof "\\xHH") break;
    if (is_plain(c))
      buffer[used++] = (char)c;
    else
      used += (size_t)snprintf(buffer + used, capacity - used, "\\x%02x", (unsigned)c);
  }
  buffer[used] = '\0';
  return used;
}
