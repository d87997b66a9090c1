/* Cuts a file into lines. What the lines say is not known here. */
#include "conformance/interpreter/source.h"

#include "conformance/trace.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void source_complain(source *s, unsigned line, const char *format, ...) {
  va_list arguments;
  fprintf(stderr, "%s:%u: ", s->path, line);
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
  s->complaints++;
}

static size_t count_lines(const trace_text *text) {
  size_t count = 1;
  for (size_t i = 0; i < text->length; i++) count += text->bytes[i] == '\n';
  return count;
}

static void add_line(source *s, unsigned number, const char *text, size_t length) {
  size_t blanks = 0;
  while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\r')) length--;
  while (blanks < length && text[blanks] == ' ') blanks++;
  if (blanks == length || text[blanks] == '#') return;
  if (memchr(text, '\t', length)) {
    source_complain(s, number, "there is a tab");
    return;
  }
  if (blanks % 2 != 0) source_complain(s, number, "the indentation is not a multiple of two");
  source_line *line = &s->lines[s->count++];
  line->number = number;
  line->depth = blanks / 2;
  line->text = store_text(s->memory, text + blanks, length - blanks);
}

bool source_read(source *s, store *memory, const char *path) {
  trace_text whole = {0};
  unsigned number = 0;
  *s = (source){.path = path, .memory = memory};
  if (!trace_text_read(&whole, path)) {
    fprintf(stderr, "%s: cannot be read: %s\n", path, strerror(errno));
    trace_text_free(&whole);
    return false;
  }
  s->lines = store_take(memory, count_lines(&whole) * sizeof *s->lines);
  const char *at = whole.bytes ? whole.bytes : "";
  for (const char *end = at + whole.length; at < end;) {
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    if (!stop) stop = end;
    add_line(s, ++number, at, (size_t)(stop - at));
    at = stop + 1;
  }
  trace_text_free(&whole);
  return true;
}
