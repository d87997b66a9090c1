/* Lists as text: a rule a line, comments, and the refusal of the whole for one bad line. */
#include "core/block_list.h"

#include <string.h>

/* A text that is written as far as there is room; its whole length is counted. */
typedef struct output {
  char *buffer;
  size_t capacity;
  size_t length;
} output;

static void put(output *out, const char *text, size_t length) {
  if (out->length + 1 < out->capacity) {
    size_t room = out->capacity - 1 - out->length;
    memcpy(out->buffer + out->length, text, length < room ? length : room);
  }
  out->length += length;
}

static size_t finish(const output *out) {
  if (out->capacity == 0) return out->length;
  out->buffer[out->length < out->capacity ? out->length : out->capacity - 1] = '\0';
  return out->length;
}

/* Index 0 is the newest. */
static void put_rule(const weir_block_list *list, size_t index, output *out) {
  char text[WEIR_BLOCK_LIST_RULE_SIZE];
  size_t place = weirc_block_rules_count(&list->rules) - 1 - index;
  weirc_block_rule rule = weirc_block_rules_at(&list->rules, place);
  put(out, text, weirc_block_rule_format(&rule, text));
}

size_t weir_block_list_rule(const weir_block_list *list, size_t index, char *buffer,
                            size_t capacity) {
  output out = {buffer, buffer ? capacity : 0, 0};
  if (index < weir_block_list_size(list)) put_rule(list, index, &out);
  return finish(&out);
}

size_t weir_block_list_to_text(const weir_block_list *list, char *buffer, size_t capacity) {
  output out = {buffer, buffer ? capacity : 0, 0};
  size_t count = weir_block_list_size(list);
  for (size_t i = 0; i < count; i++) {
    put_rule(list, i, &out);
    put(&out, "\n", 1);
  }
  return finish(&out);
}

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

/* Where the rule of a line ends: at a comment, if there is one, without the blanks before it. */
static const char *rule_end(const char *line, const char *end) {
  const char *at = line;
  while (at < end && *at != '#' && *at != ';') at++;
  while (at > line && is_blank(at[-1])) at--;
  return at;
}

static weir_err add_line(weir_block_list *list, const char *line, const char *end) {
  weirc_block_rule rule;
  end = rule_end(line, end);
  while (line < end && is_blank(*line)) line++;
  if (line == end) return WEIR_OK;
  weir_err err = weirc_block_parse_rule(line, (size_t)(end - line), &rule);
  return err == WEIR_OK ? weirc_block_rules_add(&list->rules, &list->allocator, &rule) : err;
}

/* Editors of some systems put it in front of UTF-8. */
static const char *skip_byte_order_mark(const char *text, size_t length) {
  static const char mark[] = "\xef\xbb\xbf";
  return length >= 3 && memcmp(text, mark, 3) == 0 ? text + 3 : text;
}

weir_err weir_block_list_from_text(weir_block_list *list, const char *text, size_t length,
                                   size_t *out_line) {
  if (out_line) *out_line = 0;
  if (!list || !text) return WEIR_ERR_INVALID_ARG_TYPE;
  size_t before = weirc_block_rules_count(&list->rules);
  size_t line = 0;
  const char *stop = text + length;
  for (const char *at = skip_byte_order_mark(text, length); at < stop;) {
    const char *feed = memchr(at, '\n', (size_t)(stop - at));
    const char *end = feed ? feed : stop;
    weir_err err = add_line(list, at, end);
    line++;
    if (err != WEIR_OK) {
      weirc_block_rules_truncate(&list->rules, before);
      if (out_line) *out_line = line;
      return err;
    }
    at = feed ? feed + 1 : stop;
  }
  weirc_block_rules_reverse(&list->rules, before);
  return WEIR_OK;
}
