/**
 * @file
 * @brief What tests have shown on Windows, kept in the tree, as elsewhere they are not even built.
 *
 * A line for each clause that a test showed: the clause, the test and its file, with tabs between.
 * The tests are those that show a clause about Windows only, with all they show. The test `clauses`
 * of a build for Windows compares the file with what its own tests noted.
 */
#ifndef WEIR_CONFORMANCE_RECORD_H
#define WEIR_CONFORMANCE_RECORD_H

#include "conformance/coverage/clause_table.h"

#include <stdio.h>

/**
 * Adds what is recorded to what was read from logs.
 * @param root the folder that the files are in; a test that its file does not have any more is
 * wrong
 * @return false, having said what is wrong with which line
 */
bool record_read(clause_table *table, const char *path, const char *root);

/**
 * Writes the record of what the logs tell.
 * @param root what the files of the logs begin with
 */
void record_write(const clause_table *table, const char *root, FILE *to);

#endif
