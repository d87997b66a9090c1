/**
 * @file
 * @brief One line of a file of generate.js: fields, " = ", and Node's answer.
 */
#ifndef WEIR_CONFORMANCE_CASE_LINE_H
#define WEIR_CONFORMANCE_CASE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CASE_FIELDS = 8 };

/** A field with its escapes read. It may hold NULs; one stands behind it besides. */
typedef struct case_field {
  char *bytes;   /**< In the line's own memory. */
  size_t length; /**< NUL not counted. */
} case_field;

/** A line in its parts. */
typedef struct case_line {
  case_field fields[CASE_FIELDS]; /**< The kind is the first. */
  size_t count;                   /**< How many fields. */
  const char *answer;             /**< As it is written; empty if there is none. */
} case_line;

/**
 * Takes a line apart, in place.
 * @param text ended by a NUL, without line end; changed
 * @param out_line points into text
 * @return false: it is no such line
 */
bool case_line_read(char *text, case_line *out_line);

/** True if the field has this text. */
bool case_field_is(const case_field *field, const char *text);

/** Reads a decimal number with or without a minus. @return false: it is none */
bool case_field_number(const case_field *field, int64_t *out_number);

/**
 * Writes bytes as a field is written, ended by a NUL.
 * @return how many bytes that took, NUL not counted; what does not fit is left out
 */
size_t case_field_write(const char *bytes, size_t length, char *buffer, size_t capacity);

#endif
