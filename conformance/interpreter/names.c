/* The names of objects: declared once, before they are used, and used. */
#include "conformance/interpreter/parse.h"

static bool find(const parser *p, word name, size_t *out_object) {
  for (size_t i = 0; i < p->here->object_count; i++)
    if (word_is(name, p->here->objects[i].name)) {
      *out_object = i;
      return true;
    }
  return false;
}

bool names_declare(parser *p, word name, object_kind kind, size_t *out_object) {
  scenario *s = p->here;
  if (!word_is_name(name))
    return parse_wrong(p, "\"%.*s\" is no name", (int)name.length, name.text);
  if (find(p, name, out_object))
    return parse_wrong(p, "%.*s is declared twice, first in line %u", (int)name.length, name.text,
                       s->objects[*out_object].line);
  if (s->object_count == DECLARED_MAX) return parse_wrong(p, "there are too many objects");
  *out_object = s->object_count;
  s->objects[s->object_count++] = (declared){parse_copy(p, name), kind, p->line, false};
  return true;
}

bool names_find(parser *p, word name, size_t *out_object) {
  if (!find(p, name, out_object)) return false;
  p->here->objects[*out_object].used = true;
  return true;
}

bool names_use(parser *p, word name, unsigned kinds, size_t *out_object) {
  if (!names_find(p, name, out_object))
    return parse_wrong(p, "there is no object %.*s", (int)name.length, name.text);
  const declared *d = &p->here->objects[*out_object];
  if (!(kinds & 1u << d->kind))
    return parse_wrong(p, "%s is a %s", d->name, kind_of(d->kind)->name);
  return true;
}

void names_check(parser *p) {
  for (size_t i = 0; i < p->here->object_count; i++) {
    const declared *d = &p->here->objects[i];
    if (!d->used) source_complain(&p->t->source, d->line, "%s is never used", d->name);
  }
}
