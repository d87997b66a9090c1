/* Writes down which clauses a test shows. What they say, and which must be shown, is not known
 * here.
 */
#include "conformance/clause.h"

#include <stdio.h>
#include <stdlib.h>

/* A line for each clause, in one write, so that a crash loses nothing that was noted before. */
static void note(const clause_block *block, const char *what) {
  static bool begun;
  const char *path = getenv("WEIR_CLAUSE_LOG");
  if (!path || !*path) return;
  FILE *log = fopen(path, begun ? "ab" : "wb");
  if (!log) {
    fprintf(stderr, "clauses: cannot write %s\n", path);
    exit(2);
  }
  begun = true;
  for (size_t i = 0; block->ids[i]; i++)
    fprintf(log, "%s\t%s\t%s\t%s\n", what, block->ids[i], block->test, block->file);
  if (fclose(log) != 0) {
    fprintf(stderr, "clauses: cannot write %s\n", path);
    exit(2);
  }
}

clause_block clauses_begin(const char *test, const char *file, const char *const *ids) {
  clause_block block = {.test = test, .file = file, .open = true};
  size_t count = 0;
  while (ids[count]) {
    if (count == CLAUSES_MAX) {
      fprintf(stderr, "%s: %s names more than %d clauses\n", file, test, CLAUSES_MAX);
      exit(2);
    }
    block.ids[count] = ids[count];
    count++;
  }
  note(&block, "begin");
  return block;
}

void clauses_end(clause_block *block) {
  note(block, "pass");
  block->open = false;
}
