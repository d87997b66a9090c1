/* Reads golden traces. How a trace is compared with one is in difference.c. */
#include "conformance/interpreter/golden.h"

#include "conformance/trace.h"

#include <string.h>

static void end_block(golden *g, golden_block *block, trace_text *lines) {
  if (block) block->lines = store_text(&g->memory, lines->bytes, lines->length);
  trace_text_free(lines);
}

static golden_block *begin_block(golden *g, golden_block *before, const char *title,
                                 size_t length) {
  golden_block *block = store_take(&g->memory, sizeof *block);
  block->title = store_text(&g->memory, title, length);
  if (before)
    before->next = block;
  else
    g->blocks = block;
  return block;
}

/* What made the traces is said in the first line; what is cut begins behind it. */
static const char *skip_version(const char *text) {
  static const char version[] = "# Node.js ";
  if (!text || strncmp(text, version, sizeof version - 1) != 0) return text;
  return text + strcspn(text, "\n");
}

static void cut(golden *g, const trace_text *text) {
  golden_block *block = NULL;
  trace_text lines = {0};
  for (const char *at = skip_version(text->bytes); at && *at;) {
    size_t end = strcspn(at, "\n");
    size_t length = end > 0 && at[end - 1] == '\r' ? end - 1 : end;
    if (length >= 2 && at[0] == '#' && at[1] == ' ') {
      end_block(g, block, &lines);
      block = begin_block(g, block, at + 2, length - 2);
    } else if (length > 0) {
      trace_text_format(&lines, "%.*s\n", (int)length, at);
    }
    at += end + (at[end] == '\n');
  }
  end_block(g, block, &lines);
}

bool golden_read(golden *g, const char *path) {
  trace_text text = {0};
  *g = (golden){.blocks = NULL};
  bool whole = trace_text_read(&text, path);
  if (whole) cut(g, &text);
  trace_text_free(&text);
  return whole;
}

const golden_block *golden_find(golden *g, const char *title) {
  for (golden_block *b = g->blocks; b; b = b->next)
    if (strcmp(b->title, title) == 0) {
      b->taken = true;
      return b;
    }
  return NULL;
}

void golden_free(golden *g) {
  store_free(&g->memory);
}
