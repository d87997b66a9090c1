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

/** Adds words; what does not fit is cut. MinGW's compiler would expect Microsoft's formats. */
#if defined(__GNUC__) && !defined(_WIN32)
__attribute__((format(printf, 2, 3)))
#endif
void journal_note(journal *j, const char *format, ...);

#endif
