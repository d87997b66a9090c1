/* Judges which clauses are shown by tests, from what the tests noted. */
#include "conformance/clause.h"
#include "conformance/coverage/clause_table.h"
#include "conformance/coverage/page.h"
#include "conformance/coverage/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the command line says. */
typedef struct request {
  const char *clauses;
  const char *map;
  const char *divergences;
  const char *logs;
  const char *record; /* What is shown on Windows: read for the page, and written without one. */
  const char *root;
  const char *page;  /* NULL: this is Windows. */
  const char *areas; /* NULL: all */
  bool update;
} request;

static bool take(request *r, const char *option, const char *value) {
  if (strcmp(option, "--clauses") == 0) return (r->clauses = value) != NULL;
  if (strcmp(option, "--map") == 0) return (r->map = value) != NULL;
  if (strcmp(option, "--divergences") == 0) return (r->divergences = value) != NULL;
  if (strcmp(option, "--record") == 0) return (r->record = value) != NULL;
  if (strcmp(option, "--root") == 0) return (r->root = value) != NULL;
  if (strcmp(option, "--logs") == 0) return (r->logs = value) != NULL;
  if (strcmp(option, "--page") == 0) return (r->page = value) != NULL;
  if (strcmp(option, "--areas") == 0) return (r->areas = value) != NULL;
  return false;
}

static bool take_all(request *r, int count, char **arguments) {
  for (int i = 1; i < count; i++) {
    if (strcmp(arguments[i], "--update") == 0)
      r->update = true;
    else if (i + 1 == count || !take(r, arguments[i], arguments[i + 1]))
      return false;
    else
      i++;
  }
  return r->clauses && r->map && r->divergences && r->logs && r->record && r->root;
}

/* Whether an area is in a list of names with commas between. */
static bool is_asked_for(const char *areas, const char *area) {
  size_t length = strlen(area);
  for (const char *at = areas; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
    if (strncmp(at, area, length) == 0 && (at[length] == ',' || at[length] == '\0')) return true;
  return areas == NULL;
}

static void print_failed(const clause *c) {
  for (size_t i = 0; i < c->test_count; i++)
    if (c->tests[i].passed != c->tests[i].begun)
      printf("  by %s in %s\n", c->tests[i].name, c->tests[i].file);
}

/* A test that names many clauses shows none of them well. */
static bool tests_name_few(const clause_table *table, const clause *c) {
  for (size_t i = 0; i < c->test_count; i++) {
    const clause_test *test = &c->tests[i];
    size_t count = clause_table_count(table, test->name, test->file);
    if (count <= CLAUSES_MAX) continue;
    printf("%s: %s in %s names %zu clauses, at most %d are allowed\n", c->id, test->name,
           test->file, count, CLAUSES_MAX);
    return false;
  }
  return true;
}

/* Prints what is wrong with a clause. @return true if nothing is */
static bool judge(const clause_table *table, const clause *c, bool asked) {
  if (!c->status) {
    printf("%s: it is not in the map of the API\n", c->id);
  } else if (!clause_is_declared(c)) {
    printf("%s: it differs by \"%s\" in the map, by \"%s\" in the list of divergences\n", c->id,
           c->differs, c->declared ? c->declared : "");
  } else if (clause_is_refuted(c)) {
    printf("%s: %s, and a test of it failed\n", c->id, c->status);
    print_failed(c);
  } else if (asked && clause_is_done(c) && c->test_count == 0) {
    printf("%s: it works, and no test shows it\n", c->id);
  } else {
    return tests_name_few(table, c);
  }
  return false;
}

/* The page, or on Windows the record. */
static void write_result(const request *r, const clause_table *table, FILE *to) {
  if (r->page)
    page_write(table, to);
  else
    record_write(table, r->root, to);
}

static bool update(const request *r, const clause_table *table, const char *path) {
  FILE *to = fopen(path, "wb");
  if (!to) {
    fprintf(stderr, "%s: cannot be written\n", path);
    return false;
  }
  write_result(r, table, to);
  return fclose(to) == 0;
}

static bool same(FILE *a, FILE *b) {
  int c;
  do {
    c = fgetc(a);
    if (c != fgetc(b)) return false;
  } while (c != EOF);
  return true;
}

/* What is wanted is left in the folder of the build, to be compared. */
static bool is_current(const request *r, const clause_table *table, const char *path) {
  FILE *there = fopen(path, "rb");
  FILE *wanted = fopen("wanted", "w+b");
  bool current = false;
  if (there && wanted) {
    write_result(r, table, wanted);
    rewind(wanted);
    current = same(there, wanted);
  }
  if (there) fclose(there);
  if (wanted) fclose(wanted);
  if (!current) printf("%s: not what the tests noted; the target clauses writes it anew\n", path);
  return current;
}

/* How many clauses are in which state. */
typedef struct totals {
  size_t shown;
  size_t partly;
  size_t later;
  size_t wrong;
} totals;

/* On Windows only what is about it: all else is judged elsewhere, and Wine leaves scenarios out
 * while they run, which looks like a failure. */
static totals judge_all(const clause_table *table, const request *r) {
  totals t = {0};
  for (size_t i = 0; i < table->count; i++) {
    const clause *c = &table->clauses[i];
    if (!r->page && !clause_is_windows(c)) continue;
    if (!judge(table, c, is_asked_for(r->areas, c->area)))
      t.wrong++;
    else if (!clause_is_shown(c))
      t.later++;
    else if (clause_is_done(c))
      t.shown++;
    else
      t.partly++;
  }
  return t;
}

static bool read_all(const request *r, clause_table *table) {
  return clause_table_read(table, r->clauses) && clause_table_read_status(table, r->map) &&
         clause_table_read_divergences(table, r->divergences) &&
         clause_table_read_logs(table, r->logs) &&
         (!r->page || record_read(table, r->record, r->root));
}

static bool report(const request *r, clause_table *table) {
  if (!read_all(r, table)) return false;
  totals t = judge_all(table, r);
  const char *path = r->page ? r->page : r->record;
  bool current = r->update ? update(r, table, path) : is_current(r, table, path);
  printf("clauses: %zu, shown: %zu, shown as far as they work: %zu, not yet: %zu, wrong: %zu; from "
         "%zu logs\n",
         table->count, t.shown, t.partly, t.later, t.wrong, table->logs);
  return t.wrong == 0 && current;
}

int main(int argc, char **argv) {
  request r = {0};
  clause_table table = {0};
  if (!take_all(&r, argc, argv)) {
    fprintf(stderr, "usage: coverage --clauses FILE --map FILE --divergences FILE --logs FILE "
                    "--record FILE --root FOLDER [--page FILE] [--areas A,B] [--update]\n");
    return 2;
  }
  bool good = report(&r, &table);
  clause_table_free(&table);
  return good ? 0 : 1;
}
