/* Joins lines about bytes. When they are to be joined is decided by the caller. */
#include "conformance/interpreter/chunk.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES_SHOWN = 24 };

typedef struct chunk {
  size_t object_length;
  size_t count;
  const char *digits;
  size_t digit_count;
} chunk;

static bool read_chunk(const char *line, chunk *out) {
  static const char mark[] = ": data bytes[";
  const char *found = strstr(line, ": ");
  char *end;
  if (!found || strncmp(found, mark, sizeof mark - 1) != 0) return false;
  out->object_length = (size_t)(found - line);
  out->count = strtoul(found + sizeof mark - 1, &end, 10);
  out->digits = end + 2;
  out->digit_count = end[0] == ']' && end[1] == '<' ? strcspn(out->digits, ">") : 0;
  return true;
}

const char *chunk_join(store *memory, const char *first, const char *second) {
  chunk a;
  chunk b;
  if (!read_chunk(first, &a) || !read_chunk(second, &b)) return NULL;
  if (a.object_length != b.object_length || memcmp(first, second, a.object_length) != 0)
    return NULL;
  size_t count = a.count + b.count;
  int name = (int)a.object_length;
  if (count > BYTES_SHOWN) return store_format(memory, "%.*s: data bytes[%zu]", name, first, count);
  return store_format(memory, "%.*s: data bytes[%zu]<%.*s%.*s>", name, first, count,
                      (int)a.digit_count, a.digits, (int)b.digit_count, b.digits);
}
