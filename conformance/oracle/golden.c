/* Golden traces and how a printed trace differs from one. What a difference means is decided by the
 * caller. */
#include "conformance/oracle/golden.h"

#include <stdio.h>
#include <string.h>

enum { LINES = 96, NO_OBJECT = LINES };

typedef struct line {
  const char *text;
  size_t length;
} line;

typedef struct line_list {
  line lines[LINES];
  size_t count;
} line_list;

bool golden_read(const char *directory, const char *name, golden *out_golden) {
  char path[512];
  char block[4096];
  size_t length;
  *out_golden = (golden){{0}};
  (void)snprintf(path, sizeof path, "%s/%s", directory, name);
  FILE *file = fopen(path, "rb");
  if (!file) return false;
  while ((length = fread(block, 1, sizeof block, file)) > 0)
    trace_text_add(&out_golden->text, block, length);
  bool whole = !ferror(file) && out_golden->text.length > 0 && !out_golden->text.failed;
  (void)fclose(file);
  return whole;
}

void golden_free(golden *g) {
  trace_text_free(&g->text);
}

static const char *next_title(const char *at) {
  if (at[0] == '#' && at[1] == ' ') return at;
  const char *found = strstr(at, "\n# ");
  return found ? found + 1 : NULL;
}

const char *golden_find(const golden *g, const char *scenario, size_t *out_length) {
  size_t length = strlen(scenario);
  for (const char *at = next_title(g->text.bytes); at; at = next_title(at + 1)) {
    if (strncmp(at + 2, scenario, length) != 0 || at[2 + length] != '\n') continue;
    const char *first = at + 2 + length + 1;
    const char *end = strstr(first, "\n\n");
    *out_length = end ? (size_t)(end + 1 - first) : strlen(first);
    return first;
  }
  return NULL;
}

size_t golden_count(const golden *g) {
  size_t count = 0;
  for (const char *at = next_title(g->text.bytes); at; at = next_title(at + 1)) count++;
  return count;
}

static bool split(const char *text, size_t length, line_list *out_list) {
  const char *end = text + length;
  out_list->count = 0;
  while (text < end) {
    const char *stop = memchr(text, '\n', (size_t)(end - text));
    if (!stop) stop = end;
    if (out_list->count == LINES) return false;
    out_list->lines[out_list->count++] = (line){text, (size_t)(stop - text)};
    text = stop + 1;
  }
  return true;
}

static size_t object_length(const line *l) {
  for (size_t i = 0; i + 1 < l->length; i++)
    if (l->text[i] == ':' && l->text[i + 1] == ' ') return i;
  return l->length;
}

static bool same_object(const line *a, const line *b) {
  size_t length = object_length(a);
  return length == object_length(b) && memcmp(a->text, b->text, length) == 0;
}

static bool same_line(const line *a, const line *b) {
  return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
}

/* Where an object appears first. */
static size_t rank(const line_list *order, const line *l) {
  for (size_t i = 0; i < order->count; i++)
    if (same_object(&order->lines[i], l)) return i;
  return NO_OBJECT;
}

/* Puts the groups into the order they have in the golden trace; lines of one object stay in order.
 */
static void order_groups(const line_list *order, line_list *list) {
  for (size_t i = 1; i < list->count; i++) {
    line moved = list->lines[i];
    size_t at = i;
    for (; at > 0 && rank(order, &list->lines[at - 1]) > rank(order, &moved); at--)
      list->lines[at] = list->lines[at - 1];
    list->lines[at] = moved;
  }
}

/* How many lines the two have in common from a place on, in order. */
static unsigned char common[LINES + 1][LINES + 1];

static void find_common(const line_list *a, const line_list *b) {
  memset(common, 0, sizeof common);
  for (size_t i = a->count; i-- > 0;)
    for (size_t k = b->count; k-- > 0;)
      if (same_line(&a->lines[i], &b->lines[k]))
        common[i][k] = (unsigned char)(common[i + 1][k + 1] + 1);
      else
        common[i][k] = common[i + 1][k] >= common[i][k + 1] ? common[i + 1][k] : common[i][k + 1];
}

static void put(trace_text *out, char sign, size_t number, const line *l) {
  trace_text_format(out, "%c%zu %.*s\n", sign, number, (int)l->length, l->text);
}

static void walk(const line_list *a, const line_list *b, trace_text *out) {
  size_t i = 0;
  size_t k = 0;
  while (i < a->count || k < b->count) {
    if (i < a->count && k < b->count && same_line(&a->lines[i], &b->lines[k])) {
      i++;
      k++;
    } else if (k == b->count || (i < a->count && common[i + 1][k] >= common[i][k + 1])) {
      i++;
      put(out, '-', i, &a->lines[i - 1]);
    } else {
      put(out, '+', i, &b->lines[k++]);
    }
  }
}

bool golden_difference(const char *expected, size_t expected_length, const char *printed,
                       size_t printed_length, bool global, trace_text *out_lines) {
  line_list a;
  line_list b;
  if (!split(expected, expected_length, &a) || !split(printed, printed_length, &b)) return false;
  if (!global) order_groups(&a, &b);
  find_common(&a, &b);
  walk(&a, &b, out_lines);
  return !out_lines->failed;
}
