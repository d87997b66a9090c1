/* Words, names, numbers. What they mean is not known here. */
#include "conformance/interpreter/word.h"

#include <limits.h>
#include <string.h>

const char *word_rest(const char *line) {
  while (*line == ' ') line++;
  return line;
}

bool word_next(const char **line, word *out_word) {
  const char *at = word_rest(*line);
  bool quoted = false;
  out_word->text = at;
  for (; *at && (quoted || *at != ' '); at++) {
    if (quoted && *at == '\\' && at[1])
      at++;
    else if (*at == '"')
      quoted = !quoted;
  }
  out_word->length = (size_t)(at - out_word->text);
  *line = at;
  return out_word->length > 0;
}

bool word_is(word w, const char *text) {
  return strlen(text) == w.length && memcmp(w.text, text, w.length) == 0;
}

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool word_is_name(word w) {
  if (w.length == 0 || !is_letter(w.text[0])) return false;
  for (size_t i = 1; i < w.length; i++) {
    char c = w.text[i];
    if (!is_letter(c) && !(c >= '0' && c <= '9') && c != '-' && c != '_') return false;
  }
  return true;
}

bool word_cut(word w, char at, word *out_before, word *out_behind) {
  const char *found = memchr(w.text, at, w.length);
  if (!found) return false;
  *out_before = (word){w.text, (size_t)(found - w.text)};
  *out_behind = (word){found + 1, w.length - out_before->length - 1};
  return out_behind->length > 0;
}

bool word_number(word w, unsigned long *out_number) {
  unsigned long number = 0;
  if (w.length == 0) return false;
  for (size_t i = 0; i < w.length; i++) {
    if (w.text[i] < '0' || w.text[i] > '9' || number > (ULONG_MAX - 9) / 10) return false;
    number = number * 10 + (unsigned long)(w.text[i] - '0');
  }
  *out_number = number;
  return true;
}
