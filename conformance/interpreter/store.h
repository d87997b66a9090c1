/**
 * @file
 * @brief Memory that is given back all at once.
 */
#ifndef WEIR_INTERPRETER_STORE_H
#define WEIR_INTERPRETER_STORE_H

#include <stddef.h>

/** What belongs together; zeroed memory is an empty one. */
typedef struct store {
  struct store_block *blocks;
} store;

/** Zeroed memory, good until store_free(). Without memory the program ends with status 2. */
void *store_take(store *s, size_t size);
/** A copy of some text with a NUL behind it. */
char *store_text(store *s, const char *text, size_t length);
/** What printf() would print. */
char *store_format(store *s, const char *format, ...);
/** Gives everything back; the store is empty then. */
void store_free(store *s);

#endif
