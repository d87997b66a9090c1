/**
 * @file
 * @brief Which clauses of the specification a test shows, said where it shows them.
 *
 *     CLAUSES("BLK-07", "BLK-08") {
 *       assert_int_equal(weir_block_list_add_subnet(list, &net, 33), WEIR_ERR_OUT_OF_RANGE);
 *     }
 *
 * What was begun and what was reached without a failure goes to the file that WEIR_CLAUSE_LOG names;
 * conformance/coverage makes the report of all of them. Without that variable nothing is written.
 */
#ifndef WEIR_CONFORMANCE_CLAUSE_H
#define WEIR_CONFORMANCE_CLAUSE_H

#include <stdbool.h>
#include <stddef.h>

/** The most clauses that one test may name: one that names more shows none of them well. */
#define CLAUSES_MAX 5

/** A block of assertions that is being run. */
typedef struct clause_block {
  const char *ids[CLAUSES_MAX + 1];
  const char *test;
  const char *file;
  bool open; /**< False when the block was reached to its end. */
} clause_block;

/**
 * Notes that the assertions for some clauses begin.
 * @param test its name, unique in the file
 * @param ids ended by NULL
 */
clause_block clauses_begin(const char *test, const char *file, const char *const *ids);

/** Notes that none of them failed. */
void clauses_end(clause_block *block);

/** The block behind it shows these clauses, if its end is reached. It is left at its end only. */
#define CLAUSES(...)                                                                               \
  for (clause_block clauses_ =                                                                     \
           clauses_begin(__func__, __FILE__, (const char *const[]){__VA_ARGS__, NULL});            \
       clauses_.open; clauses_end(&clauses_))

#endif
