/**
 * @file
 * @brief Golden traces: finding a scenario's lines in a file, and how printed lines differ.
 */
#ifndef WEIR_ORACLE_GOLDEN_H
#define WEIR_ORACLE_GOLDEN_H

#include "conformance/trace.h"

/** A file of golden traces, in memory. */
typedef struct golden {
  trace_text text;
} golden;

/** Reads a file. @return false: it cannot be read, or no memory */
bool golden_read(const char *directory, const char *name, golden *out_golden);

/** Gives the memory back. */
void golden_free(golden *g);

/**
 * The lines of a scenario.
 * @return its first line, ended by an empty one or the end of the file; NULL: it is not there
 */
const char *golden_find(const golden *g, const char *scenario, size_t *out_length);

/** How many scenarios a file has. */
size_t golden_count(const golden *g);

/**
 * What differs, one line each: "-4 conn: end" is the golden trace's fourth line, which was not
 * printed; "+4 conn: end" was printed behind it. Unless `global`, only the order of each object's
 * own lines counts.
 * @return false: no memory, or too many lines
 */
bool golden_difference(const char *expected, size_t expected_length, const char *printed,
                       size_t printed_length, bool global, trace_text *out_lines);

#endif
