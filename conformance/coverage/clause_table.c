/* Reads the clauses, their status and what tests noted. What must be shown is not decided here. */
#include "conformance/coverage/clause_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LINE_MAX_LENGTH = 8192, COLUMNS_MAX = 8 };

/* What is read, line by line. */
typedef struct source {
  const char *path;
  FILE *file;
  size_t number;
  char line[LINE_MAX_LENGTH];
} source;

static bool complain(const source *s, const char *what, const char *about) {
  fprintf(stderr, "%s:%zu: %s%s%s\n", s->path, s->number, what, *about ? ": " : "", about);
  return false;
}

static bool open_source(source *s, const char *path) {
  *s = (source){.path = path, .file = fopen(path, "r")};
  if (!s->file) fprintf(stderr, "%s: cannot be read\n", path);
  return s->file != NULL;
}

/* The next line without its end; false at the end of the file. */
static bool next_line(source *s) {
  if (!fgets(s->line, sizeof s->line, s->file)) {
    fclose(s->file);
    return false;
  }
  s->line[strcspn(s->line, "\r\n")] = '\0';
  s->number++;
  return true;
}

/* Cuts a line at each separator. @return how many columns it has */
static size_t split(char *line, char separator, char *columns[COLUMNS_MAX]) {
  size_t count = 0;
  char *at = line;
  while (count < COLUMNS_MAX) {
    columns[count++] = at;
    at = strchr(at, separator);
    if (!at) break;
    *at++ = '\0';
  }
  return count;
}

static char *trimmed(char *text) {
  text += strspn(text, " ");
  size_t length = strlen(text);
  while (length > 0 && text[length - 1] == ' ') text[--length] = '\0';
  return text;
}

static char *copy(const char *text) {
  size_t size = strlen(text) + 1;
  char *made = malloc(size);
  if (!made) {
    fprintf(stderr, "out of memory\n");
    exit(2);
  }
  memcpy(made, text, size);
  return made;
}

/* Room for one more element. */
static void *grown(void *elements, size_t count, size_t size) {
  void *more = realloc(elements, (count + 1) * size);
  if (!more) {
    fprintf(stderr, "out of memory\n");
    exit(2);
  }
  return more;
}

clause *clause_table_find(const clause_table *table, const char *id) {
  for (size_t i = 0; i < table->count; i++)
    if (strcmp(table->clauses[i].id, id) == 0) return &table->clauses[i];
  return NULL;
}

bool clause_table_read(clause_table *table, const char *path) {
  source s;
  char *columns[COLUMNS_MAX];
  if (!open_source(&s, path)) return false;
  while (next_line(&s)) {
    if (s.number == 1) continue; /* the names of the columns */
    if (split(s.line, '\t', columns) < 4) return complain(&s, "too few columns", "");
    if (clause_table_find(table, columns[0])) return complain(&s, "twice", columns[0]);
    table->clauses = grown(table->clauses, table->count, sizeof *table->clauses);
    table->clauses[table->count++] = (clause){.id = copy(columns[0]),
                                              .area = copy(columns[1]),
                                              .text = copy(columns[2]),
                                              .kind = copy(columns[3])};
  }
  return true;
}

/* Rows like "| BLK-01 | `names` | works | D3 |"; other lines are something else. */
bool clause_table_read_status(clause_table *table, const char *path) {
  source s;
  char *columns[COLUMNS_MAX];
  if (!open_source(&s, path)) return false;
  while (next_line(&s)) {
    if (s.line[0] != '|' || split(s.line, '|', columns) != 6) continue;
    clause *c = clause_table_find(table, trimmed(columns[1]));
    if (!c) continue;
    if (c->status) return complain(&s, "twice", c->id);
    c->status = copy(trimmed(columns[3]));
    c->differs = copy(trimmed(columns[4]));
  }
  return true;
}

/* Adds a number to those that the list has for a clause. */
static void declare(clause *c, const char *number) {
  char joined[LINE_MAX_LENGTH];
  (void)snprintf(joined, sizeof joined, "%s%s%s", c->declared ? c->declared : "",
                 c->declared ? ", " : "", number);
  free(c->declared);
  c->declared = copy(joined);
}

static bool is_number(const char *text) {
  return (*text == 'D' || *text == 'W') && text[1] != '\0' &&
         strspn(text + 1, "0123456789") == strlen(text + 1);
}

/* Rows like "| D1 | GEN-03, GEN-04 | ..."; other lines are something else. */
bool clause_table_read_divergences(clause_table *table, const char *path) {
  source s;
  char *columns[COLUMNS_MAX];
  if (!open_source(&s, path)) return false;
  while (next_line(&s)) {
    if (s.line[0] != '|' || split(s.line, '|', columns) < 4) continue;
    const char *number = trimmed(columns[1]);
    if (!is_number(number)) continue;
    for (char *id = strtok(columns[2], ", "); id; id = strtok(NULL, ", ")) {
      clause *c = clause_table_find(table, id);
      if (!c) return complain(&s, "no such clause", id);
      declare(c, number);
    }
  }
  return true;
}

clause_test *clause_test_of(clause *c, const char *name, const char *file) {
  for (size_t i = 0; i < c->test_count; i++)
    if (strcmp(c->tests[i].name, name) == 0 && strcmp(c->tests[i].file, file) == 0)
      return &c->tests[i];
  c->tests = grown(c->tests, c->test_count, sizeof *c->tests);
  c->tests[c->test_count] = (clause_test){.name = copy(name), .file = copy(file)};
  return &c->tests[c->test_count++];
}

/* Lines like "pass<tab>BLK-01<tab>test<tab>file". */
static bool read_log(clause_table *table, source *s) {
  char *columns[COLUMNS_MAX];
  while (next_line(s)) {
    if (split(s->line, '\t', columns) != 4) return complain(s, "not four columns", "");
    clause *c = clause_table_find(table, columns[1]);
    if (!c) return complain(s, "no such clause", columns[1]);
    clause_test *test = clause_test_of(c, columns[2], columns[3]);
    if (strcmp(columns[0], "begin") == 0)
      test->begun++;
    else if (strcmp(columns[0], "pass") == 0)
      test->passed++;
    else
      return complain(s, "neither begin nor pass", columns[0]);
  }
  return true;
}

/* A log that is older than its program is of a test that was another one. */
static bool is_current(const char *log, const char *program) {
  struct stat noted;
  struct stat built;
  if (stat(log, &noted) != 0 || stat(program, &built) != 0) return false;
#ifdef _WIN32
  return noted.st_mtime >= built.st_mtime;
#else
  return noted.st_mtim.tv_sec > built.st_mtim.tv_sec ||
         (noted.st_mtim.tv_sec == built.st_mtim.tv_sec &&
          noted.st_mtim.tv_nsec >= built.st_mtim.tv_nsec);
#endif
}

bool clause_table_read_logs(clause_table *table, const char *path) {
  source list;
  source log;
  char *columns[COLUMNS_MAX];
  if (!open_source(&list, path)) return false;
  while (next_line(&list)) {
    if (split(list.line, '\t', columns) != 2) return complain(&list, "not two columns", "");
    if (!is_current(columns[0], columns[1])) continue;
    if (!open_source(&log, columns[0]) || !read_log(table, &log)) return false;
    table->logs++;
  }
  return true;
}

size_t clause_table_count(const clause_table *table, const char *test, const char *file) {
  size_t count = 0;
  for (size_t i = 0; i < table->count; i++)
    for (size_t j = 0; j < table->clauses[i].test_count; j++) {
      const clause_test *other = &table->clauses[i].tests[j];
      count += strcmp(other->name, test) == 0 && strcmp(other->file, file) == 0;
    }
  return count;
}

static void free_clause(clause *c) {
  for (size_t i = 0; i < c->test_count; i++) {
    free(c->tests[i].name);
    free(c->tests[i].file);
  }
  free(c->tests);
  free(c->id);
  free(c->area);
  free(c->text);
  free(c->kind);
  free(c->status);
  free(c->differs);
  free(c->declared);
}

void clause_table_free(clause_table *table) {
  for (size_t i = 0; i < table->count; i++) free_clause(&table->clauses[i]);
  free(table->clauses);
  *table = (clause_table){0};
}

bool clause_is_done(const clause *c) {
  return c->status && strcmp(c->status, "works") == 0;
}

bool clause_is_refuted(const clause *c) {
  for (size_t i = 0; i < c->test_count; i++)
    if (c->tests[i].passed != c->tests[i].begun) return true;
  return false;
}

bool clause_is_shown(const clause *c) {
  return c->test_count > 0 && !clause_is_refuted(c);
}

bool clause_is_recorded(const clause *c) {
  for (size_t i = 0; i < c->test_count; i++)
    if (!c->tests[i].recorded) return false;
  return c->test_count > 0;
}

bool clause_is_windows(const clause *c) {
  return strcmp(c->kind, "platform-win32") == 0;
}

bool clause_is_declared(const clause *c) {
  return strcmp(c->differs ? c->differs : "", c->declared ? c->declared : "") == 0;
}
