/* Statements, one line each. Blocks are in parse.c. */
#include "conformance/interpreter/parse.h"

#include <string.h>

/* "name.what"; the object is found. */
static bool cut_name(parser *p, word w, size_t *out_object, word *out_what) {
  word name;
  if (!word_cut(w, '.', &name, out_what) || !word_is_name(name))
    return parse_wrong(p, "\"%.*s\" is no statement", (int)w.length, w.text);
  return names_use(p, name, ~0u, out_object);
}

static bool parse_event(parser *p, word w, event_use *use) {
  word event;
  if (!cut_name(p, w, &use->object, &event)) return false;
  const kind_entry *kind = kind_of(p->here->objects[use->object].kind);
  use->entry = kind_event(kind, event);
  if (use->entry == &socket_events[SOCKET_DATA] || use->entry == &socket_events[SOCKET_READABLE])
    p->here->sees_pieces = true;
  if (use->entry) return true;
  return parse_wrong(p, "a %s has no event %.*s", kind->name, (int)event.length, event.text);
}

static bool at_end(parser *p, const char *line) {
  const char *rest = word_rest(line);
  return *rest == '\0' ? true : parse_wrong(p, "\"%s\" is too much", rest);
}

/* "30ms" */
static bool is_duration(word w, unsigned long *out_ms) {
  if (w.length < 3 || memcmp(w.text + w.length - 2, "ms", 2) != 0) return false;
  return word_number((word){w.text, w.length - 2}, out_ms);
}

static bool parse_object(parser *p, object_kind kind, const char *line, statement *s) {
  word name;
  s->kind = STATEMENT_OBJECT;
  if (!word_next(&line, &name)) return parse_wrong(p, "the %s has no name", kind_of(kind)->name);
  return names_declare(p, name, kind, &s->object) &&
         parse_options(p, line, kind_of(kind)->options, s);
}

static bool parse_accept(parser *p, const char *line, statement *s) {
  word name;
  word from;
  word server;
  s->kind = STATEMENT_ACCEPT;
  if (!word_next(&line, &name) || !word_next(&line, &from) || !word_is(from, "from") ||
      !word_next(&line, &server))
    return parse_wrong(p, "it is: accept NAME from SERVER");
  if (!names_use(p, server, A_SERVER, &s->other)) return false;
  if (!names_declare(p, name, KIND_SOCKET, &s->object)) return false;
  p->here->objects[s->object].used = true;
  return parse_options(p, line, socket_options, s);
}

static bool parse_open(parser *p, const char *line, statement *s) {
  word client;
  word conn;
  s->kind = STATEMENT_OPEN;
  if (!word_next(&line, &client) || !word_next(&line, &conn))
    return parse_wrong(p, "it is: open CLIENT CONN");
  if (!names_declare(p, client, KIND_SOCKET, &s->object)) return false;
  if (!names_declare(p, conn, KIND_SOCKET, &s->other)) return false;
  p->here->objects[s->object].used = p->here->objects[s->other].used = true;
  return parse_open_options(p, line, s);
}

/* Its options are those of connect() and of the socket, so it is read as the call it makes. */
static bool parse_connection(parser *p, const char *line, statement *s) {
  word name;
  if (!word_next(&line, &name)) return parse_wrong(p, "the connection has no name");
  if (!names_declare(p, name, KIND_SOCKET, &s->object)) return false;
  p->here->objects[s->object].used = true;
  bool right = parse_call(p, &connection_call, line, s);
  s->kind = STATEMENT_CONNECTION;
  return right;
}

static bool parse_properties(parser *p, word w, const char *line, statement *s) {
  property_use **end = &s->properties;
  do {
    property_use *use = store_take(&p->t->memory, sizeof *use);
    word what;
    if (!cut_name(p, w, &use->object, &what)) return false;
    const kind_entry *kind = kind_of(p->here->objects[use->object].kind);
    use->entry = kind_property(kind, what);
    if (!use->entry)
      return parse_wrong(p, "a %s has no %.*s", kind->name, (int)what.length, what.text);
    *end = use;
    end = &use->next;
  } while (word_next(&line, &w));
  s->object = s->properties->object;
  return true;
}

static bool parse_method(parser *p, word method, const char *line, statement *s) {
  const kind_entry *kind = kind_of(p->here->objects[s->object].kind);
  const call_entry *call = kind_call(kind, method);
  if (call) return parse_call(p, call, line, s);
  return parse_wrong(p, "a %s has no %.*s", kind->name, (int)method.length, method.text);
}

static bool parse_show(parser *p, const char *line, statement *s) {
  word w;
  word what;
  s->kind = STATEMENT_SHOW;
  if (!word_next(&line, &w)) return parse_wrong(p, "show what?");
  if (!cut_name(p, w, &s->object, &what)) return false;
  if (kind_property(kind_of(p->here->objects[s->object].kind), what))
    return parse_properties(p, w, line, s);
  s->kind = STATEMENT_SHOW_CALL;
  return parse_method(p, what, line, s);
}

static bool parse_expect(parser *p, const char *line, statement *s) {
  word w;
  word property;
  word given;
  s->kind = STATEMENT_EXPECT;
  s->values = store_take(&p->t->memory, sizeof *s->values);
  if (!word_next(&line, &w) || !word_cut(w, '=', &property, &given) || property.length == 0)
    return parse_wrong(p, "it is: expect NAME.PROPERTY=VALUE, or >=, or <=");
  char last = property.text[property.length - 1];
  s->comparison = last == '<' || last == '>' ? last : '=';
  if (s->comparison != '=') property.length--;
  const char *wrong = value_read(&p->t->memory, given, s->values);
  if (wrong) return parse_wrong(p, "%.*s: %s", (int)given.length, given.text, wrong);
  s->text = parse_copy(p, property);
  return parse_properties(p, property, "", s) && at_end(p, line);
}

static bool parse_log(parser *p, const char *line, statement *s) {
  word name;
  s->kind = STATEMENT_LOG;
  if (!word_next(&line, &name)) return parse_wrong(p, "it is: log NAME TEXT");
  s->text = word_rest(line);
  if (*s->text == '\0') return parse_wrong(p, "it is: log NAME TEXT");
  return names_use(p, name, ~0u, &s->object);
}

static bool parse_closed(parser *p, const char *line, statement *s) {
  name_use **end = &s->names;
  word name;
  s->kind = STATEMENT_WAIT_CLOSED;
  while (word_next(&line, &name)) {
    name_use *use = store_take(&p->t->memory, sizeof *use);
    if (!names_use(p, name, A_SOCKET | A_SERVER, &use->object)) return false;
    *end = use;
    end = &use->next;
  }
  return s->names ? true : parse_wrong(p, "wait for whom?");
}

/* Several events: each is waited for. */
static bool parse_events(parser *p, word w, const char *line, statement *s) {
  event_use **end = &s->events;
  do {
    event_use *use = store_take(&p->t->memory, sizeof *use);
    if (!parse_event(p, w, use)) return false;
    *end = use;
    end = &use->next;
  } while (word_next(&line, &w));
  return true;
}

static bool parse_wait(parser *p, const char *line, statement *s) {
  word w;
  if (!word_next(&line, &w)) return parse_wrong(p, "wait for what?");
  if (word_is(w, "closed")) return parse_closed(p, line, s);
  s->kind = STATEMENT_WAIT_EVENT;
  if (word_is(w, "turn"))
    s->kind = STATEMENT_WAIT_TURN;
  else if (word_is(w, "quiet"))
    s->kind = STATEMENT_WAIT_QUIET;
  else if (is_duration(w, &s->ms))
    s->kind = STATEMENT_WAIT_DURATION;
  else
    return parse_events(p, w, line, s);
  return at_end(p, line);
}

static bool parse_on(parser *p, const char *line, statement *s) {
  word w;
  s->events = store_take(&p->t->memory, sizeof *s->events);
  if (!word_next(&line, &w)) return parse_wrong(p, "on what?");
  return parse_event(p, w, s->events) && at_end(p, line);
}

static bool parse_after(parser *p, const char *line, statement *s) {
  word w;
  if (!word_next(&line, &w) || !is_duration(w, &s->ms))
    return parse_wrong(p, "it is: after NUMBERms");
  return at_end(p, line);
}

/* Blocks have their kind before their words are read, so that their lines are found all the same.
 */
static bool parse_block_head(parser *p, const char *line, statement *s) {
  switch (s->kind) {
  case STATEMENT_AFTER: return parse_after(p, line, s);
  case STATEMENT_NEXT:
  case STATEMENT_IMMEDIATE: return at_end(p, line);
  default: return parse_on(p, line, s);
  }
}

typedef struct keyword {
  const char *word;
  statement_kind kind;
  bool (*parse)(parser *p, const char *line, statement *s);
} keyword;

static const keyword keywords[] = {{"accept", STATEMENT_ACCEPT, parse_accept},
                                   {"open", STATEMENT_OPEN, parse_open},
                                   {"connection", STATEMENT_CONNECTION, parse_connection},
                                   {"show", STATEMENT_SHOW, parse_show},
                                   {"expect", STATEMENT_EXPECT, parse_expect},
                                   {"log", STATEMENT_LOG, parse_log},
                                   {"wait", STATEMENT_WAIT_EVENT, parse_wait},
                                   {"on", STATEMENT_ON, parse_block_head},
                                   {"once", STATEMENT_ONCE, parse_block_head},
                                   {"after", STATEMENT_AFTER, parse_block_head},
                                   {"next", STATEMENT_NEXT, parse_block_head},
                                   {"immediate", STATEMENT_IMMEDIATE, parse_block_head}};

bool parse_statement(parser *p, const char *line, statement *s) {
  word w;
  word what;
  object_kind kind;
  s->line = p->line;
  s->text = line;
  (void)word_next(&line, &w);
  for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
    if (!word_is(w, keywords[i].word)) continue;
    s->kind = keywords[i].kind;
    return keywords[i].parse(p, line, s);
  }
  if (kind_find(w, &kind)) return parse_object(p, kind, line, s);
  s->kind = STATEMENT_CALL;
  return cut_name(p, w, &s->object, &what) && parse_method(p, what, line, s);
}
