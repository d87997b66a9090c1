/* Abort signals: what they can be asked to do, and who is given one. */
#include "conformance/interpreter/call.h"

void signal_make(object *o, const statement *at) {
  object_options(o, at->options, NULL);
  (void)scene_check(o->s, "new AbortController()",
                    weir_abort_signal_create(o->s->loop, &o->signal));
}

static void run_abort(call *c) {
  weir_abort(c->o->signal);
}

const call_entry signal_calls[] = {{"abort", 0, 0, 0, NO_WORDS, NULL, false, run_abort},
                                   {.name = NULL}};

static void print_aborted(object *o, trace_text *out) {
  trace_text_format(out, "%s", weir_abort_signal_aborted(o->signal) ? "true" : "false");
}

const property_entry signal_properties[] = {{"aborted", print_aborted}, {.name = NULL}};

void option_signal(scene *s, const value *v, weir_abort_signal **out_signal) {
  const object *o = v ? object_of(s, v->object) : NULL;
  if (o) *out_signal = o->signal;
}
