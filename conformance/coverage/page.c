/* Writes which test shows which clause, area by area. */
#include "conformance/coverage/page.h"

#include <string.h>

static void write_text(const char *text, FILE *to) {
  for (; *text; text++) {
    if (strchr("\\|<*_", *text)) fputc('\\', to);
    fputc(*text, to);
  }
}

static int by_name(const clause_test *a, const clause_test *b) {
  int order = strcmp(a->name, b->name);
  return order != 0 ? order : strcmp(a->file, b->file);
}

/* The tests in the order of their names, whatever order their logs were read in. */
static void write_tests(const clause *c, FILE *to) {
  const clause_test *last = NULL;
  for (size_t written = 0; written < c->test_count; written++) {
    const clause_test *next = NULL;
    for (size_t i = 0; i < c->test_count; i++) {
      const clause_test *test = &c->tests[i];
      if ((!last || by_name(test, last) > 0) && (!next || by_name(test, next) < 0)) next = test;
    }
    fprintf(to, "%s`%s`%s", last ? ", " : "", next->name, next->recorded ? " on Windows" : "");
    last = next;
  }
}

static void write_status(const clause *c, FILE *to) {
  if (clause_is_done(c) && clause_is_shown(c))
    fputs(clause_is_recorded(c) ? "shown on Windows" : "shown", to);
  else if (clause_is_done(c))
    fputs("works", to);
  else
    write_text(c->status ? c->status : "not in the map", to);
  if (c->differs && *c->differs) fprintf(to, ", %s", c->differs);
}

static void write_area(const clause_table *table, const char *area, FILE *to) {
  fprintf(to, "\n## %s\n\n| Clause | | Status | Tests |\n| --- | --- | --- | --- |\n", area);
  for (size_t i = 0; i < table->count; i++) {
    const clause *c = &table->clauses[i];
    if (strcmp(c->area, area) != 0) continue;
    fprintf(to, "| %s | ", c->id);
    write_text(c->text, to);
    fputs(" | ", to);
    write_status(c, to);
    fputs(" | ", to);
    write_tests(c, to);
    fputs(" |\n", to);
  }
}

void page_write(const clause_table *table, FILE *to) {
  fputs(
      "# Every clause and the tests that show it\n\n"
      "Written by `conformance/coverage` from what the tests noted while they ran; not by hand.\n"
      "A clause is *shown* when a test named it around its assertions and passed. What else there\n"
      "is to say of its status is in the [map of the API](api-map.md), and a number is a declared\n"
      "[difference](divergences.md) from Node. What is said of a test *on Windows* is in\n"
      "`conformance/coverage/windows.tsv`, which a build for Windows compares with its own run.\n",
      to);
  for (size_t i = 0; i < table->count; i++) {
    const char *area = table->clauses[i].area;
    size_t first = 0;
    while (strcmp(table->clauses[first].area, area) != 0) first++;
    if (first == i) write_area(table, area, to);
  }
}
