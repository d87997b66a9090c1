/* Calls: their values, options and labels. */
#include "conformance/interpreter/parse.h"

#include <string.h>

/* A bare word is an object of a kind that fits, or, where words are values, itself. */
static bool resolve(parser *p, word w, unsigned objects, bool words, value *v) {
  size_t object;
  if (v->kind != VALUE_WORD) return true;
  if (objects && names_find(p, w, &object)) {
    const declared *d = &p->here->objects[object];
    if (!(objects & 1u << d->kind))
      return parse_wrong(p, "%s is a %s", d->name, kind_of(d->kind)->name);
    v->kind = VALUE_OBJECT;
    v->object = object;
    return true;
  }
  if (words || word_is(w, "undefined") || word_is(w, "NaN") || word_is(w, "Infinity")) return true;
  if (objects) return parse_wrong(p, "there is no object %.*s", (int)w.length, w.text);
  return parse_wrong(p, "\"%.*s\" is no value", (int)w.length, w.text);
}

static bool read_value(parser *p, word w, unsigned objects, bool words, value *v) {
  const char *wrong = value_read(&p->t->memory, w, v);
  if (wrong) return parse_wrong(p, "%.*s: %s", (int)w.length, w.text, wrong);
  return resolve(p, w, objects, words, v);
}

/* @return false: it was said before */
static bool add_option(statement *s, option *made) {
  option **end = &s->options;
  for (; *end; end = &(*end)->next)
    if ((*end)->entry == made->entry && (*end)->prefix == made->prefix) return false;
  *end = made;
  return true;
}

bool parse_option(parser *p, word w, const option_entry *table, const char *prefix, statement *s) {
  word key = w;
  word given = {"true", 4};
  option *made = store_take(&p->t->memory, sizeof *made);
  bool has_value = memchr(w.text, '=', w.length) != NULL;
  if (has_value && !word_cut(w, '=', &key, &given))
    return parse_wrong(p, "%.*s: there is no value", (int)w.length, w.text);
  made->entry = kind_option(table, key);
  if (word_is(key, "onread") || word_is(given, "readable")) p->here->sees_pieces = true;
  if (!made->entry) return parse_wrong(p, "there is no option %.*s", (int)key.length, key.text);
  made->prefix = prefix;
  if (!add_option(s, made)) return parse_wrong(p, "%.*s is said twice", (int)key.length, key.text);
  bool words = made->entry->objects == 0;
  return read_value(p, given, made->entry->objects, words, &made->v);
}

bool parse_options(parser *p, const char *line, const option_entry *table, statement *s) {
  word w;
  while (word_next(&line, &w))
    if (!parse_option(p, w, table, NULL, s)) return false;
  return true;
}

/* "key=...", and a key alone where the call has it. */
static bool is_option(word w, const option_entry *table) {
  word key;
  word given;
  if (kind_option(table, w)) return true;
  return w.text[0] != '"' && word_cut(w, '=', &key, &given) && word_is_name(key);
}

static bool take_value(parser *p, word w, statement *s) {
  const call_entry *e = s->call;
  if (s->value_count == e->most)
    return parse_wrong(p, "%s takes no %.*s", e->name, (int)w.length, w.text);
  unsigned objects = s->value_count == 0 ? e->objects : 0;
  bool words = s->value_count >= e->words_from;
  return read_value(p, w, objects, words, &s->values[s->value_count++]);
}

/* The text of a call in the trace: its words with one blank between them. */
static void add_word(parser *p, statement *s, word w) {
  s->text = store_format(&p->t->memory, "%s %.*s", s->text, (int)w.length, w.text);
}

static bool take_label(parser *p, const char *line, statement *s) {
  const char *label = word_rest(line);
  if (*label == '\0') return parse_wrong(p, "there is no label");
  if (!s->call->callback) return parse_wrong(p, "%s takes no callback", s->call->name);
  s->label = label;
  return true;
}

bool parse_call(parser *p, const call_entry *call, const char *line, statement *s) {
  word w;
  s->call = call;
  s->values = store_take(&p->t->memory, (s->call->most + 1) * sizeof *s->values);
  s->text = call->name;
  while (word_next(&line, &w)) {
    if (word_is(w, "->")) {
      if (!take_label(p, line, s)) return false;
      break;
    }
    add_word(p, s, w);
    if (is_option(w, s->call->options)) {
      if (!parse_option(p, w, s->call->options, NULL, s)) return false;
    } else if (!take_value(p, w, s)) {
      return false;
    }
  }
  if (s->value_count < s->call->least) return parse_wrong(p, "%s of what?", s->call->name);
  return true;
}

static const option_entry *open_table(word prefix, const char **out_prefix) {
  static const char *const names[] = {"server", "client", "conn"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (word_is(prefix, names[i])) {
      *out_prefix = names[i];
      return i == 0 ? server_options : socket_options;
    }
  return NULL;
}

bool parse_open_options(parser *p, const char *line, statement *s) {
  word w;
  word prefix;
  word key;
  while (word_next(&line, &w)) {
    const char *name = NULL;
    const option_entry *table = word_cut(w, '.', &prefix, &key) ? open_table(prefix, &name) : NULL;
    s->ipc = s->ipc || word_is(w, "ipc");
    if (word_is(w, "ipc")) continue;
    if (!table) return parse_wrong(p, "there is no option %.*s", (int)w.length, w.text);
    if (!parse_option(p, key, table, name, s)) return false;
  }
  return true;
}
