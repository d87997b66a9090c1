/* The structure of a file: scenarios, what stands at their heads, blocks. */
#include "conformance/interpreter/parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { WHAT_SIZE = 512 };

bool parse_wrong(parser *p, const char *format, ...) {
  char what[WHAT_SIZE];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(what, sizeof what, format, arguments);
  va_end(arguments);
  source_complain(&p->t->source, p->line, "%s", what);
  return false;
}

const char *parse_copy(parser *p, word w) {
  return store_text(&p->t->memory, w.text, w.length);
}

static bool parse_clauses(parser *p, const char *line) {
  word w;
  size_t count = 0;
  while (p->here->clauses[count]) count++;
  size_t before = count;
  while (word_next(&line, &w)) {
    if (count == CLAUSES_MAX) return parse_wrong(p, "more than %d clauses", CLAUSES_MAX);
    p->here->clauses[count++] = parse_copy(p, w);
  }
  return count > before ? true : parse_wrong(p, "which clauses?");
}

static bool parse_differs(parser *p, const char *line) {
  word id;
  word sign;
  difference_line **end = &p->here->differences;
  while (*end) end = &(*end)->next;
  if (!word_next(&line, &id) || !word_next(&line, &sign) ||
      (!word_is(sign, "-") && !word_is(sign, "+")) || *word_rest(line) == '\0')
    return parse_wrong(p, "it is: differs ID - LINE, or +");
  *end = store_take(&p->t->memory, sizeof **end);
  **end = (difference_line){p->line, parse_copy(p, id), sign.text[0], word_rest(line), false, NULL};
  return true;
}

static bool parse_later(parser *p, const char *line) {
  word w;
  p->here->later = true;
  return word_next(&line, &w) ? true : parse_wrong(p, "later for which clauses?");
}

static bool parse_not(parser *p, const char *line) {
  word where;
  exclusion *made = store_take(&p->t->memory, sizeof *made);
  if (!word_next(&line, &where) || *word_rest(line) == '\0')
    return parse_wrong(p, "it is: not WHERE REASON");
  *made = (exclusion){parse_copy(p, where), word_rest(line), p->here->exclusions};
  p->here->exclusions = made;
  return true;
}

static bool parse_global(parser *p, const char *line) {
  p->here->global = true;
  return *word_rest(line) == '\0' ? true : parse_wrong(p, "it is: global");
}

static bool parse_loopback(parser *p, const char *line) {
  p->here->loopback = true;
  return *word_rest(line) == '\0' ? true : parse_wrong(p, "it is: loopback");
}

static bool parse_head(parser *p, const char *line, bool *out_is_head) {
  static const struct {
    const char *word;
    bool (*parse)(parser *p, const char *line);
  } heads[] = {{"clauses", parse_clauses}, {"differs", parse_differs},
               {"later", parse_later},     {"not", parse_not},
               {"global", parse_global},   {"loopback", parse_loopback}};
  word w;
  (void)word_next(&line, &w);
  *out_is_head = true;
  for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
    if (word_is(w, heads[i].word)) return heads[i].parse(p, line);
  *out_is_head = false;
  return true;
}

static const source_line *peek(const parser *p) {
  return p->at < p->t->source.count ? &p->t->source.lines[p->at] : NULL;
}

static statement *parse_block(parser *p, size_t depth);

static bool is_block(const statement *s) {
  return s->kind >= STATEMENT_ON;
}

static bool may_be_block(const statement *s) {
  return is_block(s) || s->label;
}

static void parse_body(parser *p, size_t depth, statement *s) {
  const source_line *line = peek(p);
  unsigned number = p->line;
  if (line && line->depth > depth && may_be_block(s))
    s->body = parse_block(p, depth + 1);
  else if (is_block(s))
    parse_wrong(p, "a block without statements");
  p->line = number;
}

/* Lines that are too deep are read as if they were not, so that what is wrong with them is told. */
static statement *parse_block(parser *p, size_t depth) {
  statement *first = NULL;
  statement **end = &first;
  for (const source_line *line; (line = peek(p)) && line->depth >= depth; end = &(*end)->next) {
    *end = store_take(&p->t->memory, sizeof **end);
    p->line = line->number;
    p->at++;
    if (line->depth > depth) parse_wrong(p, "it is indented too far");
    (void)parse_statement(p, line->text, *end);
    parse_body(p, line->depth, *end);
  }
  return first;
}

static void parse_heads(parser *p) {
  bool is_head = true;
  for (const source_line *line; (line = peek(p)) && line->depth == 1;) {
    p->line = line->number;
    (void)parse_head(p, line->text, &is_head);
    if (!is_head) return;
    p->at++;
  }
}

static void check_title(parser *p, const scenario *s) {
  if (*s->title == '\0') parse_wrong(p, "the scenario has no title");
  for (const scenario *x = p->t->scenarios; x != s; x = x->next)
    if (strcmp(x->title, s->title) == 0)
      parse_wrong(p, "there is a scenario with this title in line %u", x->line);
}

static scenario *parse_scenario(parser *p, const char *title) {
  scenario *s = store_take(&p->t->memory, sizeof *s);
  unsigned before = p->t->source.complaints;
  s->title = word_rest(title);
  s->line = p->line;
  s->objects[s->object_count++] = (declared){"net", KIND_NET, p->line, true};
  p->here = s;
  parse_heads(p);
  s->body = parse_block(p, 1);
  p->line = s->line;
  if (!s->body) parse_wrong(p, "a scenario without statements");
  if (p->t->source.complaints == before) names_check(p);
  return s;
}

static void parse_file(parser *p) {
  scenario **end = &p->t->scenarios;
  for (const source_line *line; (line = peek(p));) {
    const char *rest = line->text;
    word w;
    p->line = line->number;
    p->at++;
    if (line->depth > 0 || !word_next(&rest, &w) || !word_is(w, "scenario")) {
      parse_wrong(p, "a scenario is wanted, not \"%s\"", line->text);
      continue;
    }
    *end = parse_scenario(p, rest);
    p->line = (*end)->line;
    check_title(p, *end);
    end = &(*end)->next;
  }
}

bool tree_read(tree *t, const char *path) {
  parser p = {.t = t};
  *t = (tree){.scenarios = NULL};
  if (!source_read(&t->source, &t->memory, path)) return false;
  parse_file(&p);
  return t->source.complaints == 0;
}

void tree_free(tree *t) {
  store_free(&t->memory);
}
