/* Compares traces. Which differences are meant is decided by the caller. */
#include "conformance/interpreter/difference.h"

#include "conformance/interpreter/chunk.h"
#include "conformance/interpreter/ground.h"

#include <string.h>

typedef struct line {
  const char *text;
  size_t object_length;
} line;

typedef struct lines {
  line *at;
  size_t count;
} lines;

static size_t object_length(const char *text) {
  const char *end = strstr(text, ": ");
  return end ? (size_t)(end - text) : strlen(text);
}

static lines split(store *memory, const char *text) {
  lines found = {NULL, 0};
  size_t count = 0;
  for (const char *at = text; *at; at++) count += *at == '\n';
  found.at = store_take(memory, (count + 1) * sizeof *found.at);
  while (*text) {
    size_t length = strcspn(text, "\n");
    const char *copy = store_text(memory, text, length);
    found.at[found.count++] = (line){copy, object_length(copy)};
    text += length + (text[length] == '\n');
  }
  return found;
}

static bool same_object(const line *a, const line *b) {
  return a->object_length == b->object_length && memcmp(a->text, b->text, a->object_length) == 0;
}

/* Where an object appears first; behind all others if it does not. */
static size_t rank(const lines *order, const line *l) {
  size_t i = 0;
  while (i < order->count && !same_object(&order->at[i], l)) i++;
  return i;
}

/* Puts the lines of each object together, in the order the objects have in the first trace. */
static void group(const lines *order, lines *list) {
  for (size_t i = 1; i < list->count; i++) {
    line moved = list->at[i];
    size_t at = i;
    for (; at > 0 && rank(order, &list->at[at - 1]) > rank(order, &moved); at--)
      list->at[at] = list->at[at - 1];
    list->at[at] = moved;
  }
}

/* Joins what came in pieces. */
static void join(store *memory, lines *list) {
  size_t kept = 0;
  for (size_t i = 0; i < list->count; i++) {
    const char *joined =
        kept > 0 ? chunk_join(memory, list->at[kept - 1].text, list->at[i].text) : NULL;
    if (joined)
      list->at[kept - 1].text = joined;
    else
      list->at[kept++] = list->at[i];
  }
  list->count = kept;
}

/* How many lines the rests of both have in common, in order: a row for each line of the first. */
static unsigned *find_common(store *memory, const lines *a, const lines *b) {
  size_t width = b->count + 1;
  unsigned *common = store_take(memory, (a->count + 1) * width * sizeof *common);
  for (size_t i = a->count; i-- > 0;)
    for (size_t k = b->count; k-- > 0;) {
      unsigned *here = &common[i * width + k];
      if (ground_reads_as(a->at[i].text, b->at[k].text))
        *here = here[width + 1] + 1;
      else
        *here = here[width] >= here[1] ? here[width] : here[1];
    }
  return common;
}

static difference **put(store *memory, difference **end, char sign, const line *l) {
  *end = store_take(memory, sizeof **end);
  **end = (difference){sign, l->text, NULL};
  return &(*end)->next;
}

difference *difference_find(store *memory, const char *expected, const char *printed, bool global,
                            bool pieces) {
  lines a = split(memory, expected);
  lines b = split(memory, printed);
  difference *first = NULL;
  difference **end = &first;
  size_t i = 0;
  size_t k = 0;
  if (!global) group(&a, &b);
  if (pieces) join(memory, &a);
  if (pieces) join(memory, &b);
  const unsigned *common = find_common(memory, &a, &b);
  size_t width = b.count + 1;
  while (i < a.count || k < b.count) {
    if (i < a.count && k < b.count && ground_reads_as(a.at[i].text, b.at[k].text)) {
      i++;
      k++;
    } else if (k == b.count ||
               (i < a.count && common[(i + 1) * width + k] >= common[i * width + k + 1])) {
      end = put(memory, end, '-', &a.at[i++]);
    } else {
      end = put(memory, end, '+', &b.at[k++]);
    }
  }
  return first;
}
