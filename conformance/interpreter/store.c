/* Memory that is given back all at once. A program that compares traces cannot do anything sensible
 * without memory, so it ends here. */
#include "conformance/interpreter/store.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct store_block {
  struct store_block *next;
  max_align_t bytes[];
} store_block;

void *store_take(store *s, size_t size) {
  store_block *block = calloc(1, sizeof *block + size);
  if (!block) {
    fprintf(stderr, "no memory left\n");
    exit(2);
  }
  block->next = s->blocks;
  s->blocks = block;
  return block->bytes;
}

char *store_text(store *s, const char *text, size_t length) {
  char *copy = store_take(s, length + 1);
  if (length > 0) memcpy(copy, text, length);
  return copy;
}

char *store_format(store *s, const char *format, ...) {
  char brief[256];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(brief, sizeof brief, format, arguments);
  va_end(arguments);
  if (length < 0) return store_text(s, "", 0);
  if ((size_t)length < sizeof brief) return store_text(s, brief, (size_t)length);
  char *text = store_take(s, (size_t)length + 1);
  va_start(arguments, format);
  (void)vsnprintf(text, (size_t)length + 1, format, arguments);
  va_end(arguments);
  return text;
}

void store_free(store *s) {
  while (s->blocks) {
    store_block *gone = s->blocks;
    s->blocks = gone->next;
    free(gone);
  }
}
