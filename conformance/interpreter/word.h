/**
 * @file
 * @brief The words of a line.
 */
#ifndef WEIR_INTERPRETER_WORD_H
#define WEIR_INTERPRETER_WORD_H

#include <stdbool.h>
#include <stddef.h>

/** A piece of a line, without a NUL. */
typedef struct word {
  const char *text;
  size_t length;
} word;

/** Takes the next word off a line; blanks inside quotes are part of it. @return false: no more */
bool word_next(const char **line, word *out_word);
/** What is left of a line, without blanks in front. */
const char *word_rest(const char *line);
/** True if the word is this text. */
bool word_is(word w, const char *text);
/** True for a letter, then letters, digits, "-" and "_". */
bool word_is_name(word w);
/** Cuts "name.thing" at its first dot. @return false: there is none, or nothing behind it */
bool word_cut(word w, char at, word *out_before, word *out_behind);
/** Reads a whole number. @return false: it is none, or too large */
bool word_number(word w, unsigned long *out_number);

#endif
