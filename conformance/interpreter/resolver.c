/* Resolvers of a scenario. What becomes of their answers is weir's to decide. */
#include "conformance/interpreter/resolver.h"

#include "conformance/interpreter/place.h"

#include <string.h>

enum { ANSWERS_MAX = 32 };

/* Node's numbers of the hints, as Linux has them. */
enum { NODE_ALL = 16, NODE_V4MAPPED = 8, NODE_ADDRCONFIG = 32 };

typedef enum moment { NOW, NEXT, NEVER, HELD } moment;

/* What a resolver was asked and has not answered. */
typedef struct asked {
  struct resolver *of;
  weir_lookup *lookup;
  const char *host;
  bool all;
  struct asked *next;
} asked;

/* What the object of the kind is. */
typedef struct resolver {
  object *o;
  weir_address answers[ANSWERS_MAX];
  size_t count;
  weir_err error; /* WEIR_OK: it has answers. */
  moment when;
  bool logs;
  asked *held;
} resolver;

/* Who asks, as far as a line tells more than weir does. */
typedef struct asker {
  resolver *of;
  bool family_given;
} asker;

/* A look-up that is given up is answered, as it stays otherwise. */
static void on_cancel(weir_lookup *lookup, void *user) {
  asked *a = user;
  (void)lookup;
  a->of->o->s->happened++;
}

static void reply(asked *a) {
  resolver *r = a->of;
  weir_error error = WEIR_ERROR_INIT;
  error.code = r->error;
  error.syscall = "getaddrinfo";
  error.host = a->host;
  r->o->s->happened++;
  size_t count = a->all || r->count == 0 ? r->count : 1;
  (void)weir_lookup_answer(a->lookup, r->error == WEIR_OK ? NULL : &error, r->answers, count);
}

static void reply_later(weir_loop *loop, weir_err status, void *user) {
  asked *a = user;
  (void)loop;
  if (status == WEIR_OK) reply(a);
}

static int node_hints(int32_t hints) {
  return (hints & WEIR_LOOKUP_ADDRCONFIG ? NODE_ADDRCONFIG : 0) |
         (hints & WEIR_LOOKUP_V4MAPPED ? NODE_V4MAPPED : 0) |
         (hints & WEIR_LOOKUP_ALL ? NODE_ALL : 0);
}

/* What Node's function is given, as sorted JSON; what was not asked for is not there. */
static void log_question(const asker *by, const char *host, const weir_lookup_options *options) {
  trace_text text = {0};
  const char *before = "";
  if (options->all) {
    trace_text_format(&text, "\"all\":true");
    before = ",";
  }
  if (by->family_given) {
    trace_text_format(&text, "%s\"family\":%d", before, (int)options->family);
    before = ",";
  }
  trace_text_format(&text, "%s\"hints\":%d", before, node_hints(options->hints));
  trace_log(by->of->o->s->t, by->of->o->as->name, "host=%s options={%s}", host, text.bytes);
  trace_text_free(&text);
}

static void lookup(weir_lookup *question, const char *host, const weir_lookup_options *options,
                   void *user) {
  const asker *by = user;
  resolver *r = by->of;
  scene *s = r->o->s;
  asked *a = store_take(&s->memory, sizeof *a);
  *a = (asked){.of = r,
               .lookup = question,
               .host = store_format(&s->memory, "%s", host),
               .all = options->all};
  s->happened++;
  if (r->logs && !s->over) log_question(by, host, options);
  weir_lookup_set_cancel(question, on_cancel, a);
  switch (r->when) {
  case NOW: reply(a); break;
  case NEXT:
    (void)scene_check(s, "weir_loop_next_step", weir_loop_next_step(s->loop, reply_later, a));
    break;
  case HELD:
    a->next = r->held;
    r->held = a;
    break;
  case NEVER: break;
  }
}

static void run_release(call *c) {
  resolver *r = c->o->aid;
  asked *turned = NULL;
  while (r->held) {
    asked *a = r->held;
    r->held = a->next;
    a->next = turned;
    turned = a;
  }
  for (; turned; turned = turned->next) reply(turned);
}

const option_entry resolver_options[] = {{"answer", 0, true}, {"families", 0, true},
                                         {"error", 0, true},  {"when", 0, true},
                                         {"log", 0, true},    {.name = NULL}};
const call_entry resolver_calls[] = {{"release", 0, 0, 0, NO_WORDS, NULL, false, run_release},
                                     {.name = NULL}};

/* Text that is no address stands for an answer that is none. */
static void add_answer(resolver *r, const value *v, const value *families) {
  weir_address *address = &r->answers[r->count];
  if (r->count == ANSWERS_MAX) {
    scene_fail(r->o->s, "more than %d answers", ANSWERS_MAX);
    return;
  }
  *address = (weir_address){0};
  bool is_address = weir_address_parse(v->text, v->length, 0, address) == WEIR_OK;
  if (is_address && families && r->count < families->count)
    address->family = (uint8_t)families->items[r->count].number;
  r->count++;
}

static void take_moment(resolver *r, const value *when) {
  static const char *const moments[] = {"now", "next", "never", "held"};
  size_t i = 0;
  while (i < 4 && strcmp(when->text, moments[i]) != 0) i++;
  if (i == 4) scene_fail(r->o->s, "when is now, next, never or held");
  r->when = (moment)(i % 4);
}

static void take_error(resolver *r, const value *error) {
  for (int code = WEIR_UNKNOWN + 1; code < WEIR_ERR_INVALID_ARG_TYPE; code++)
    if (strcmp(weir_err_name((weir_err)code), error->text) == 0) r->error = (weir_err)code;
  if (r->error == WEIR_OK) scene_fail(r->o->s, "weir has no error %s of a resolver", error->text);
}

void resolver_make(object *o, const statement *at) {
  resolver *r = store_take(&o->s->memory, sizeof *r);
  const value *answer = option_find(at->options, NULL, "answer");
  const value *families = option_find(at->options, NULL, "families");
  const value *error = option_find(at->options, NULL, "error");
  const value *when = option_find(at->options, NULL, "when");
  object_options(o, at->options, NULL);
  *r = (resolver){.o = o, .when = NEXT};
  r->logs = option_find(at->options, NULL, "log") != NULL;
  if (when) take_moment(r, when);
  if (error) take_error(r, error);
  if (answer && answer->kind != VALUE_LIST) add_answer(r, answer, families);
  for (size_t i = 0; answer && answer->kind == VALUE_LIST && i < answer->count; i++)
    add_answer(r, &answer->items[i], families);
  o->aid = r;
}

void resolver_print_lookup(object *o, const weir_error *error, const weir_address *address,
                           const char *host) {
  char text[WEIR_ADDRESS_TEXT_SIZE] = "undefined";
  if (address && address->family != WEIR_FAMILY_NONE)
    (void)weir_address_format(address, text, sizeof text);
  if (address)
    trace_log(o->s->t, o->as->name, "lookup err=null address=%s family=%d host=%s", text,
              address->family, host);
  else
    trace_log(o->s->t, o->as->name, "lookup err=%s address=undefined family=undefined host=%s",
              error ? weir_err_name(error->code) : "null", host);
}

static void take_resolver(call *c, weir_connect_options *options) {
  const value *v = call_option(c, "lookup");
  if (!v) return;
  const object *o = v->kind == VALUE_OBJECT ? object_of(c->s, v->object) : NULL;
  if (!o) {
    scene_fail(c->s, "lookup is a resolver");
    return;
  }
  asker *by = store_take(&c->s->memory, sizeof *by);
  *by = (asker){o->aid, call_option(c, "family") != NULL};
  options->lookup = lookup;
  options->lookup_user = by;
}

static void take_local(call *c, weir_connect_options *options) {
  const value *port = call_option(c, "localPort");
  place_lend(c->s, port);
  option_text(c->s, call_option(c, "localAddress"), &options->local_address);
  if (!port) return;
  const object *o = port->kind == VALUE_OBJECT ? object_of(c->s, port->object) : NULL;
  if (port->kind != VALUE_OBJECT)
    option_int(c->s, port, &options->local_port);
  else if (o)
    options->local_port = o->port;
}

static int32_t hints_of(int32_t node) {
  return (node & NODE_ADDRCONFIG ? WEIR_LOOKUP_ADDRCONFIG : 0) |
         (node & NODE_V4MAPPED ? WEIR_LOOKUP_V4MAPPED : 0) |
         (node & NODE_ALL ? WEIR_LOOKUP_ALL : 0);
}

void resolver_options_read(call *c, weir_connect_options *out_options) {
  int32_t family = 0;
  int32_t hints = 0;
  int64_t timeout = 0;
  bool selects = false;
  const value *choice = call_option(c, "autoSelectFamily");
  take_resolver(c, out_options);
  take_local(c, out_options);
  option_int(c->s, call_option(c, "family"), &family);
  option_int(c->s, call_option(c, "hints"), &hints);
  option_mark(c->s, call_option(c, "autoSelectFamilyAttemptTimeout"), &timeout);
  option_flag(c->s, choice, &selects);
  out_options->family = (weir_family)family;
  if (call_option(c, "hints")) out_options->hints = hints_of(hints);
  /* What C cannot write, such as -1, is out of range as well. */
  out_options->auto_select_family_attempt_timeout_ms =
      timeout < 0 || timeout > UINT32_MAX ? UINT32_MAX : (uint32_t)timeout;
  if (choice) out_options->auto_select_family = selects ? WEIR_YES : WEIR_NO;
}

static void run_get_select(call *c) {
  trace_text_format(&c->shown, "%s", weir_default_auto_select_family() ? "true" : "false");
  call_returns(c, CALL_VALUE, WEIR_OK);
}

static void run_set_select(call *c) {
  bool selects = false;
  option_flag(c->s, call_value(c, 0), &selects);
  if (!c->s->over) weir_set_default_auto_select_family(selects);
}

static void run_get_timeout(call *c) {
  trace_text_format(&c->shown, "%u",
                    (unsigned)weir_default_auto_select_family_attempt_timeout_ms());
  call_returns(c, CALL_VALUE, WEIR_OK);
}

static void run_set_timeout(call *c) {
  int64_t timeout = 0;
  const value *v = call_value(c, 0);
  c->unsayable = v->kind != VALUE_NUMBER || v->number != (double)(int64_t)v->number;
  if (c->unsayable) return;
  option_mark(c->s, v, &timeout);
  uint32_t ms = timeout < 0 || timeout > UINT32_MAX ? UINT32_MAX : (uint32_t)timeout;
  if (c->s->over) return;
  call_returns(c, CALL_UNDEFINED, weir_set_default_auto_select_family_attempt_timeout(ms));
}

const call_entry net_calls[] = {
    {"getDefaultAutoSelectFamily", 0, 0, 0, NO_WORDS, NULL, false, run_get_select},
    {"setDefaultAutoSelectFamily", 0, 1, 0, NO_WORDS, NULL, false, run_set_select},
    {"getDefaultAutoSelectFamilyAttemptTimeout", 0, 0, 0, NO_WORDS, NULL, false, run_get_timeout},
    {"setDefaultAutoSelectFamilyAttemptTimeout", 0, 1, 0, NO_WORDS, NULL, false, run_set_timeout},
    {.name = NULL}};

void resolver_restore_defaults(void) {
  weir_set_default_auto_select_family(true);
  (void)weir_set_default_auto_select_family_attempt_timeout(250);
}
