/* A growing line of text; what it means is the test's business. */
#include "tests/support/journal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void journal_note(journal *j, const char *format, ...) {
  va_list arguments;
  size_t room = sizeof j->text - j->length;
  if (j->length > 0 && room > 1) {
    j->text[j->length++] = ' ';
    room--;
  }
  va_start(arguments, format);
  int written = vsnprintf(j->text + j->length, room, format, arguments);
  va_end(arguments);
  if (written > 0) j->length += (size_t)written < room ? (size_t)written : room - 1;
}
