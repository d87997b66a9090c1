/* Joins lines about bytes and about text. When they are to be joined is decided by the caller. */
#include "conformance/interpreter/chunk.h"

#include <stdlib.h>
#include <string.h>

enum { BYTES_SHOWN = 24, UNITS_SHOWN = 80 };

typedef struct chunk {
  size_t object_length;
  bool is_text;
  size_t count;      /* Bytes, or UTF-16 units of text. */
  const char *shown; /* Hexadecimal digits, or what stands between the quotes. */
  size_t shown_length;
} chunk;

static bool begins(const char *line, const char *with) {
  return strncmp(line, with, strlen(with)) == 0;
}

static void read_bytes(const char *count, chunk *out) {
  char *end;
  out->count = strtoul(count, &end, 10);
  out->shown = end + 2;
  out->shown_length = end[0] == ']' && end[1] == '<' ? strcspn(out->shown, ">") : 0;
}

/* The quotes are the last thing of a line; an escape is a unit. */
static void read_quoted(const char *inside, chunk *out) {
  const char *at = inside;
  out->is_text = true;
  for (; *at && *at != '"'; out->count++) at += *at != '\\' ? 1 : at[1] == 'u' ? 6 : 2;
  out->shown = inside;
  out->shown_length = (size_t)(at - inside);
}

static bool read_chunk(const char *line, chunk *out) {
  static const char mark[] = ": data ";
  const char *found = strstr(line, ": ");
  *out = (chunk){.shown = ""};
  if (!found || !begins(found, mark)) return false;
  const char *what = found + sizeof mark - 1;
  out->object_length = (size_t)(found - line);
  if (begins(what, "bytes[")) {
    read_bytes(what + 6, out);
  } else if (begins(what, "string[")) {
    out->is_text = true;
    out->count = strtoul(what + 7, NULL, 10);
  } else if (*what == '"') {
    read_quoted(what + 1, out);
  } else {
    return false;
  }
  return true;
}

bool chunk_is(const char *line) {
  chunk c;
  return read_chunk(line, &c);
}

const char *chunk_join(store *memory, const char *first, const char *second) {
  chunk a;
  chunk b;
  if (!read_chunk(first, &a) || !read_chunk(second, &b) || a.is_text != b.is_text) return NULL;
  if (a.object_length != b.object_length || memcmp(first, second, a.object_length) != 0)
    return NULL;
  size_t count = a.count + b.count;
  int name = (int)a.object_length;
  if (count > (a.is_text ? UNITS_SHOWN : BYTES_SHOWN))
    return store_format(memory, "%.*s: data %s[%zu]", name, first, a.is_text ? "string" : "bytes",
                        count);
  if (a.is_text)
    return store_format(memory, "%.*s: data \"%.*s%.*s\"", name, first, (int)a.shown_length,
                        a.shown, (int)b.shown_length, b.shown);
  return store_format(memory, "%.*s: data bytes[%zu]<%.*s%.*s>", name, first, count,
                      (int)a.shown_length, a.shown, (int)b.shown_length, b.shown);
}
