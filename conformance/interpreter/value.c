/* Reads and prints values. Whether a word names an object is decided by the parser. */
#include "conformance/interpreter/value.h"

#include <stdlib.h>
#include <string.h>

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

static size_t put_utf8(char *out, unsigned long point) {
  if (point < 0x80) {
    out[0] = (char)point;
    return 1;
  }
  size_t size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  static const unsigned first[] = {0, 0, 0xC0, 0xE0, 0xF0};
  for (size_t i = size - 1; i > 0; i--, point >>= 6) out[i] = (char)(0x80 | (point & 0x3F));
  out[0] = (char)(first[size] | point);
  return size;
}

/* Four hexadecimal digits; false: they are not there. */
static bool take_unit(const char **at, const char *end, unsigned long *out_unit) {
  unsigned long unit = 0;
  if (end - *at < 4) return false;
  for (int i = 0; i < 4; i++) {
    int digit = hex_digit((*at)[i]);
    if (digit < 0) return false;
    unit = unit << 4 | (unsigned long)digit;
  }
  *at += 4;
  *out_unit = unit;
  return true;
}

/* What stands behind "\u": one unit, or two that are one character. */
static bool take_point(const char **at, const char *end, unsigned long *out_point) {
  unsigned long low;
  if (!take_unit(at, end, out_point)) return false;
  const char *behind = *at + 2;
  if (*out_point < 0xD800 || *out_point > 0xDBFF) return true;
  if (end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u') return true;
  if (!take_unit(&behind, end, &low) || low < 0xDC00 || low > 0xDFFF) return true;
  *at = behind;
  *out_point = 0x10000 + ((*out_point - 0xD800) << 10) + (low - 0xDC00);
  return true;
}

/* One escape; `at` stands behind the backslash. */
static bool take_escape(const char **at, const char *end, char *out, size_t *length) {
  static const char letters[] = "\"\\/bfnrt";
  static const char meant[] = "\"\\/\b\f\n\r\t";
  unsigned long point;
  if (*at == end) return false;
  char c = *(*at)++;
  const char *found = memchr(letters, c, sizeof letters - 1);
  if (found) {
    out[(*length)++] = meant[found - letters];
    return true;
  }
  if (c != 'u' || !take_point(at, end, &point)) return false;
  *length += put_utf8(out + *length, point);
  return true;
}

static const char *read_text(store *memory, word w, value *v) {
  const char *end = w.text + w.length;
  const char *at = w.text + 1;
  char *out = store_take(memory, w.length + 1);
  unsigned long repeat = 1;
  while (at < end && *at != '"') {
    if (*at != '\\') {
      out[v->length++] = *at++;
      continue;
    }
    at++;
    if (!take_escape(&at, end, out, &v->length)) return "an escape in the text is wrong";
  }
  if (at == end) return "the text has no end";
  at++;
  if (at < end && (*at != '*' || !word_number((word){at + 1, (size_t)(end - at - 1)}, &repeat)))
    return "behind the text stands something else";
  v->kind = VALUE_TEXT;
  v->text = out;
  v->repeat = repeat;
  return NULL;
}

static const char *read_hex(store *memory, word digits, value *v) {
  char *out = store_take(memory, digits.length / 2 + 1);
  for (size_t i = 0; i + 1 < digits.length; i += 2) {
    int high = hex_digit(digits.text[i]);
    int low = hex_digit(digits.text[i + 1]);
    if (high < 0 || low < 0) return "that is not hexadecimal";
    out[i / 2] = (char)(high << 4 | low);
  }
  v->kind = VALUE_BYTES;
  v->text = out;
  v->length = digits.length / 2;
  v->repeat = 1;
  return digits.length % 2 ? "that is half a byte" : NULL;
}

static const char *read_zeros(word digits, value *v) {
  unsigned long repeat;
  if (!word_number(digits, &repeat)) return "how many zeros?";
  v->kind = VALUE_BYTES;
  v->text = "";
  v->length = 1;
  v->repeat = repeat;
  return NULL;
}

/* The item at the start of a list's inside, without the comma behind it. */
static word item(const char *at, const char *end) {
  const char *from = at;
  bool quoted = false;
  for (; at < end && (quoted || *at != ','); at++)
    if (quoted && *at == '\\' && at + 1 < end)
      at++;
    else if (*at == '"')
      quoted = !quoted;
  return (word){from, (size_t)(at - from)};
}

static const char *read_list(store *memory, word w, value *v) {
  const char *end = w.text + w.length - 1;
  v->kind = VALUE_LIST;
  v->items = store_take(memory, w.length * sizeof *v->items);
  if (w.length < 2 || *end != ']') return "the list has no end";
  for (const char *at = w.text + 1; at < end;) {
    word w1 = item(at, end);
    const char *wrong =
        w1.length > 0 ? value_read(memory, w1, &v->items[v->count++]) : "the list has a gap";
    if (wrong) return wrong;
    at += w1.length + 1;
    if (at == end) return "the list has a gap";
  }
  return NULL;
}

static bool is_number(word w, double *out_number) {
  char digits[40];
  char *end;
  if (w.length >= sizeof digits || strspn(w.text, "-0123456789.eE+") < w.length) return false;
  if (w.text[w.length - 1] < '0' || w.text[w.length - 1] > '9') return false;
  memcpy(digits, w.text, w.length);
  digits[w.length] = '\0';
  *out_number = strtod(digits, &end);
  return *end == '\0';
}

static bool begins(word w, const char *with) {
  return w.length >= strlen(with) && memcmp(w.text, with, strlen(with)) == 0;
}

const char *value_read(store *memory, word w, value *out_value) {
  *out_value = (value){.repeat = 1};
  if (w.length == 0) return "there is no value";
  if (w.text[0] == '"') return read_text(memory, w, out_value);
  if (w.text[0] == '[') return read_list(memory, w, out_value);
  if (begins(w, "hex:")) return read_hex(memory, (word){w.text + 4, w.length - 4}, out_value);
  if (begins(w, "zeros:")) return read_zeros((word){w.text + 6, w.length - 6}, out_value);
  out_value->text = store_text(memory, w.text, w.length);
  out_value->length = w.length;
  out_value->boolean = word_is(w, "true");
  if (word_is(w, "null"))
    out_value->kind = VALUE_NULL;
  else if (word_is(w, "true") || word_is(w, "false"))
    out_value->kind = VALUE_BOOLEAN;
  else if (is_number(w, &out_value->number))
    out_value->kind = VALUE_NUMBER;
  else
    out_value->kind = VALUE_WORD;
  return NULL;
}

char *value_bytes(const value *v, size_t *out_length) {
  *out_length = v->length * v->repeat;
  char *bytes = malloc(*out_length + 1);
  if (!bytes) return NULL;
  if (v->length == 1) memset(bytes, v->text[0], v->repeat);
  for (size_t i = 0; v->length > 1 && i < v->repeat; i++)
    memcpy(bytes + i * v->length, v->text, v->length);
  bytes[*out_length] = '\0';
  return bytes;
}

static void print_bytes(const value *v, trace_text *out) {
  size_t length;
  char *bytes = value_bytes(v, &length);
  if (!bytes)
    out->failed = true;
  else if (v->kind == VALUE_TEXT)
    trace_text_show(out, bytes, length);
  else
    trace_text_bytes(out, (const uint8_t *)bytes, length);
  free(bytes);
}

void value_print(const value *v, trace_text *out) {
  switch (v->kind) {
  case VALUE_TEXT:
  case VALUE_BYTES: print_bytes(v, out); break;
  case VALUE_LIST:
    for (size_t i = 0; i < v->count; i++) {
      trace_text_format(out, "%s", i == 0 ? "[" : ",");
      value_print(&v->items[i], out);
    }
    trace_text_format(out, "%s", v->count == 0 ? "[]" : "]");
    break;
  default: trace_text_add(out, v->text, v->length);
  }
}
