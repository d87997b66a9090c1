/* Objects: what they tell, and who reacts. */
#include "conformance/interpreter/task.h"

#include <string.h>

void object_begin(object *o, scene *s, const declared *as) {
  *o = (object){.s = s,
                .as = as,
                .written = WEIR_ENCODING_UTF8,
                .bound = -1,
                .fillers = {-1, -1, -1},
                .port = -1,
                .next = s->all};
  s->all = o;
}

object *object_new(scene *s, size_t index) {
  object *o = s->objects[index];
  if (o->made) scene_fail(s, "%s is there already", o->as->name);
  return s->over ? NULL : o;
}

object *object_of(scene *s, size_t index) {
  object *o = s->objects[index];
  if (!o->made)
    scene_fail(s, "%s is not there yet", o->as->name);
  else if (o->as->kind == KIND_SOCKET && !o->socket)
    scene_fail(s, "%s has not been accepted yet", o->as->name);
  else
    return o;
  return NULL;
}

bool object_tells(object *o, size_t event) {
  if (o->s->over) return false;
  o->s->happened++;
  return !o->quiet && !(o->skipped & 1u << event);
}

/* A task or a block that starts by the event may add reactions and remove none: they are for the
 * next time. */
void object_react(object *o, size_t event) {
  scene *s = o->s;
  reaction *all = o->reactions[event];
  reaction **kept = &o->reactions[event];
  o->reactions[event] = NULL;
  for (reaction *r = all; r; r = r->next)
    if (!r->once) {
      reaction *again = store_take(&s->memory, sizeof *again);
      *again = (reaction){.block = r->block};
      *kept = again;
      kept = &again->next;
    }
  for (reaction *r = all; r && !s->over; r = r->next)
    if (r->block)
      task_start(s, r->block, false);
    else
      task_happened(r->waiting);
}

void object_event(object *o, size_t event) {
  if (object_tells(o, event))
    trace_log(o->s->t, o->as->name, "%s", kind_of(o->as->kind)->events[event].name);
  object_react(o, event);
}

const value *option_find(const option *options, const char *prefix, const char *name) {
  for (const option *x = options; x; x = x->next) {
    if (strcmp(x->entry->name, name) != 0) continue;
    if (!prefix != !x->prefix || (prefix && strcmp(prefix, x->prefix) != 0)) continue;
    return &x->v;
  }
  return NULL;
}

static void skip_event(object *o, const value *name) {
  word w = {name->text, name->length};
  const kind_entry *kind = kind_of(o->as->kind);
  const event_entry *event = name->kind == VALUE_WORD ? kind_event(kind, w) : NULL;
  if (event)
    o->skipped |= 1u << (unsigned)(event - kind->events);
  else
    scene_fail(o->s, "skip: there is no event %.*s", (int)w.length, w.text);
}

void object_options(object *o, const option *options, const char *prefix) {
  const value *quiet = option_find(options, prefix, "quiet");
  const value *skip = option_find(options, prefix, "skip");
  o->made = true;
  o->quiet = quiet && quiet->boolean;
  for (size_t i = 0; skip && i < skip->count; i++) skip_event(o, &skip->items[i]);
  for (const option *x = options; x; x = x->next) {
    bool mine = prefix ? x->prefix && strcmp(prefix, x->prefix) == 0 : !x->prefix;
    if (mine && !x->entry->there) scene_lacks(o->s, x->entry->name);
  }
}
