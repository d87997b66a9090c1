/* Node's onread for onread=N and onread=fn:N: memory of the scenario's, and a line for each piece.
 */
#include "conformance/interpreter/socket_watch.h"

#include <stdlib.h>
#include <string.h>

enum { SIZE_MAX_BYTES = 1 << 20 };

/* A socket's memory and what came into it. */
typedef struct receiver {
  object *o;
  uint8_t *memory;
  size_t size;
  double pieces; /* So far. */
  double stop;   /* The piece for which the callback returns false; 0: none. */
} receiver;

static void *provide(weir_socket *socket, size_t *out_length, void *user) {
  receiver *r = user;
  (void)socket;
  if (!r->o->s->over && !r->o->quiet) trace_log(r->o->s->t, r->o->as->name, "buffer");
  *out_length = r->size;
  return r->memory;
}

static bool receive(weir_socket *socket, uint8_t *data, size_t length, void *user) {
  receiver *r = user;
  trace_text text = {0};
  (void)socket;
  if (r->o->s->over) return true;
  r->o->s->happened++;
  trace_text_bytes(&text, data, length);
  if (!r->o->quiet) trace_log(r->o->s->t, r->o->as->name, "onread %s", text.bytes);
  trace_text_free(&text);
  r->pieces += 1;
  return r->pieces != r->stop;
}

/* N, or fn:N. */
static size_t size_of(const value *v, bool *out_made) {
  *out_made = v->kind == VALUE_WORD && strncmp(v->text, "fn:", 3) == 0;
  double size = *out_made ? strtod(v->text + 3, NULL) : v->kind == VALUE_NUMBER ? v->number : 0;
  return size >= 1 && size <= SIZE_MAX_BYTES ? (size_t)size : 0;
}

const weir_onread *socket_onread(object *o, const option *options, const char *prefix) {
  const value *given = option_find(options, prefix, "onread");
  const value *stop = option_find(options, prefix, "onreadStop");
  bool made;
  if (!given) return NULL;
  receiver *r = store_take(&o->s->memory, sizeof *r);
  weir_onread *how = store_take(&o->s->memory, sizeof *how);
  r->o = o;
  r->size = size_of(given, &made);
  if (r->size == 0) {
    scene_fail(o->s, "onread is a number of bytes, or fn: and a number");
    return NULL;
  }
  r->memory = store_take(&o->s->memory, r->size);
  r->stop = stop ? stop->number : 0;
  *how = (weir_onread)WEIR_ONREAD_INIT;
  if (made)
    how->provider = provide;
  else
    how->buffer = r->memory;
  how->buffer_length = made ? 0 : r->size;
  how->callback = receive;
  how->user = r;
  return how;
}
