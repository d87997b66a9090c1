/* Keeps what tests have shown on Windows. Whether that is enough is not decided here. */
#include "conformance/coverage/record.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_LENGTH = 1024, SOURCE_SIZE = 1 << 18 };

/* Whether a test is still where it was, and names the clause. */
static bool names(const char *root, const char *file, const char *test, const char *id) {
  char path[LINE_LENGTH], called[LINE_LENGTH], quoted[LINE_LENGTH];
  (void)snprintf(path, sizeof path, "%s/%s", root, file);
  (void)snprintf(called, sizeof called, "%s(void", test);
  (void)snprintf(quoted, sizeof quoted, "\"%s\"", id);
  FILE *from = fopen(path, "rb");
  if (!from) return false;
  char *text = malloc(SOURCE_SIZE);
  size_t length = text ? fread(text, 1, SOURCE_SIZE - 1, from) : 0;
  fclose(from);
  if (!text) return false;
  text[length] = '\0';
  bool found = strstr(text, called) && strstr(text, quoted);
  free(text);
  return found;
}

static bool take_line(clause_table *table, char *line, const char *root) {
  line[strcspn(line, "\r\n")] = '\0';
  const char *id = strtok(line, "\t"), *test = strtok(NULL, "\t"), *file = strtok(NULL, "\t");
  clause *c = id ? clause_table_find(table, id) : NULL;
  if (!c || !test || !file || !names(root, file, test, id)) return false;
  clause_test *added = clause_test_of(c, test, file);
  added->begun++;
  added->passed++;
  added->recorded = true;
  return true;
}

bool record_read(clause_table *table, const char *path, const char *root) {
  char line[LINE_LENGTH];
  FILE *from = fopen(path, "r");
  bool good = from != NULL;
  if (!from) fprintf(stderr, "%s: cannot be read\n", path);
  for (unsigned number = 1; good && fgets(line, sizeof line, from); number++) {
    good = take_line(table, line, root);
    if (!good)
      fprintf(stderr, "%s:%u: there is no such clause, or no such test of it\n", path, number);
  }
  if (from) fclose(from);
  return good;
}

/* Whether a test shows something about Windows only. */
static bool is_windows(const clause_table *table, const clause_test *test) {
  for (size_t i = 0; i < table->count; i++) {
    const clause *c = &table->clauses[i];
    for (size_t j = 0; clause_is_windows(c) && j < c->test_count; j++)
      if (strcmp(c->tests[j].name, test->name) == 0 && strcmp(c->tests[j].file, test->file) == 0)
        return true;
  }
  return false;
}

static void write_line(const clause *c, const clause_test *test, const char *root, FILE *to) {
  const char *file = test->file + (strlen(test->file) > strlen(root) ? strlen(root) + 1 : 0);
  fprintf(to, "%s\t%s\t", c->id, test->name);
  for (; *file; file++) fputc(*file == '\\' ? '/' : *file, to);
  fputc('\n', to);
}

void record_write(const clause_table *table, const char *root, FILE *to) {
  for (size_t i = 0; i < table->count; i++)
    for (size_t j = 0; j < table->clauses[i].test_count; j++) {
      const clause_test *test = &table->clauses[i].tests[j];
      if (is_windows(table, test)) write_line(&table->clauses[i], test, root, to);
    }
}
