/**
 * @file
 * @brief What handlers saw, as one line of text that a test compares.
 */
#ifndef WEIR_TESTS_JOURNAL_H
#define WEIR_TESTS_JOURNAL_H

#include <stddef.h>

/** Words separated by blanks. Zeroed memory is an empty journal. */
typedef struct journal {
  char text[4096];
  size_t length;
} journal;

/** Adds words; what does not fit is cut. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void journal_note(journal *j, const char *format, ...);

#endif
