/**
 * @file
 * @brief The clauses of the specification, whether they are done, and the tests that show them.
 */
#ifndef WEIR_CONFORMANCE_CLAUSE_TABLE_H
#define WEIR_CONFORMANCE_CLAUSE_TABLE_H

#include <stdbool.h>
#include <stddef.h>

/** A test that named a clause, over all the logs it was found in. */
typedef struct clause_test {
  char *name;
  char *file;
  size_t begun;
  size_t passed;
  bool recorded; /**< By a run on Windows, see record.h. */
} clause_test;

/** A clause. */
typedef struct clause {
  char *id;
  char *area;
  char *text;
  char *kind;
  char *status;   /**< As docs/api-map.md has it; NULL: it is not there. */
  char *differs;  /**< Numbers of divergences, as the map has them, or empty. */
  char *declared; /**< The same as the list of divergences has them; NULL: none. */
  clause_test *tests;
  size_t test_count;
} clause;

/** All of them, in the order of the specification. */
typedef struct clause_table {
  clause *clauses;
  size_t count;
  size_t logs; /**< That were read. */
} clause_table;

/** Reads the specification's table. @return false, having said what is wrong with which line */
bool clause_table_read(clause_table *table, const char *path);

/** Reads each clause's status out of the map of the API. @return as above */
bool clause_table_read_status(clause_table *table, const char *path);

/**
 * Reads which clauses each numbered row of the list of divergences names.
 * @return as above; a clause that does not exist is wrong
 */
bool clause_table_read_divergences(clause_table *table, const char *path);

/**
 * Reads the logs that a file lists, a line each: the log, a tab, the program that writes it. One
 * that is not there, or is older than its program, is of a test that was not run.
 * @return as above; a clause that does not exist is wrong
 */
bool clause_table_read_logs(clause_table *table, const char *path);

/** The clause of that id; NULL: there is none. */
clause *clause_table_find(const clause_table *table, const char *id);

/** The test of that name, which is added to the clause if it is not there. */
clause_test *clause_test_of(clause *c, const char *name, const char *file);

/** How many clauses a test names in all its blocks. */
size_t clause_table_count(const clause_table *table, const char *test, const char *file);

/** Frees what was read; the table is empty then. */
void clause_table_free(clause_table *table);

/** True if the map says that all of the clause works. */
bool clause_is_done(const clause *c);

/** True if some test showed it, and none that named it failed. */
bool clause_is_shown(const clause *c);

/** True if all tests that showed it did so on Windows. */
bool clause_is_recorded(const clause *c);

/** True if it is about Windows only. */
bool clause_is_windows(const clause *c);

/** True if the map and the list of divergences have the same numbers for it. */
bool clause_is_declared(const clause *c);

/** True if a test that named it failed. */
bool clause_is_refuted(const clause *c);

#endif
