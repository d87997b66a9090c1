/**
 * @file
 * @brief The report as a page of the documentation.
 */
#ifndef WEIR_CONFORMANCE_PAGE_H
#define WEIR_CONFORMANCE_PAGE_H

#include "conformance/coverage/clause_table.h"

#include <stdio.h>

/** Writes the page. It depends on the clauses and the names of the tests only. */
void page_write(const clause_table *table, FILE *to);

#endif
