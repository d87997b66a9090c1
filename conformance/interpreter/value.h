/**
 * @file
 * @brief Values as they are written in a scenario.
 */
#ifndef WEIR_INTERPRETER_VALUE_H
#define WEIR_INTERPRETER_VALUE_H

#include "conformance/interpreter/store.h"
#include "conformance/interpreter/word.h"
#include "conformance/trace.h"

typedef enum value_kind {
  VALUE_NUMBER,
  VALUE_BOOLEAN,
  VALUE_NULL,
  VALUE_TEXT,   /**< JSON text, perhaps repeated. */
  VALUE_BYTES,  /**< hex: and zeros: */
  VALUE_WORD,   /**< Anything else: an address, an encoding, an event... */
  VALUE_OBJECT, /**< The name of an object. */
  VALUE_LIST
} value_kind;

/** A value. */
typedef struct value {
  value_kind kind;
  double number;
  bool boolean;
  const char *text; /**< Of text and bytes once; of the others as it was written. */
  size_t length;
  size_t repeat; /**< How often the text follows itself. */
  size_t object; /**< Which one, of an object. */
  struct value *items;
  size_t count;
} value;

/** Reads a value. @return NULL, or what is wrong with it */
const char *value_read(store *memory, word w, value *out_value);

/** The bytes of text and bytes, with the repetition; freed by the caller. NULL: no memory. */
char *value_bytes(const value *v, size_t *out_length);

/** Appends a value as `show` prints it. */
void value_print(const value *v, trace_text *out);

#endif
