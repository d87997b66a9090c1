/* Compares weir with a file of answers that generate.js had from Node, and counts. Which
 * differences are meant is not decided here. */
#include "conformance/addresses/answer.h"
#include "conformance/addresses/declared.h"

#include <stdio.h>
#include <string.h>

enum { LINE_SIZE = 32768, SHOWN_MAX = 40 };

typedef struct counts {
  unsigned long lines;
  unsigned long same;
  unsigned long declared;
  unsigned long different;
} counts;

static void show(unsigned long number, const char *text, const char *weir) {
  printf("line %lu: %s\n  weir: %s\n", number, text, weir);
}

static void compare(answer_state *state, char *text, unsigned long number, counts *c) {
  static char original[LINE_SIZE];
  static char weir[LINE_SIZE];
  case_line line;
  c->lines++;
  memcpy(original, text, strlen(text) + 1);
  if (!case_line_read(text, &line)) {
    c->different++;
    show(number, original, "? the line cannot be read");
    return;
  }
  answer_line(state, &line, weir, sizeof weir);
  difference d = {&line, weir, state->list};
  if (strcmp(line.answer, weir) == 0)
    c->same++;
  else if (declared_count(&d))
    c->declared++;
  else if (c->different++ < SHOWN_MAX)
    show(number, original, weir);
}

/* Takes the line end away. @return false: the line was too long */
static bool chop(char *text) {
  size_t length = strlen(text);
  if (length == 0 || text[length - 1] != '\n') return false;
  text[--length] = '\0';
  if (length > 0 && text[length - 1] == '\r') text[length - 1] = '\0';
  return true;
}

static bool compare_file(FILE *file, const char *path, counts *c) {
  static char text[LINE_SIZE];
  answer_state state = {NULL};
  unsigned long number = 0;
  bool whole = true;
  while (whole && fgets(text, sizeof text, file)) {
    number++;
    whole = chop(text);
    if (!whole) printf("%s, line %lu: too long, or cut\n", path, number);
    if (whole && number == 1 && text[0] == '#') {
      printf("%s: %s\n", path, text + 2);
      continue;
    }
    if (whole) compare(&state, text, number, c);
  }
  answer_end(&state);
  return whole && !ferror(file);
}

int main(int argc, char **argv) {
  counts c = {0, 0, 0, 0};
  if (argc != 2) {
    fprintf(stderr, "usage: conformance_addresses FILE\n");
    return 2;
  }
  FILE *file = fopen(argv[1], "rb");
  if (!file) {
    perror(argv[1]);
    return 2;
  }
  bool read = compare_file(file, argv[1], &c);
  (void)fclose(file);
  declared_print();
  printf("%lu lines: same %lu, declared %lu, different %lu\n", c.lines, c.same, c.declared,
         c.different);
  return read && c.lines > 0 && c.different == 0 ? 0 : 1;
}
