/* Ports and addresses: where servers listen, where nobody does, where nobody answers, and how they
 * are shown. */
#include "conformance/interpreter/call.h"
#include "conformance/interpreter/ground.h"
#include "conformance/interpreter/place.h"

#include <string.h>

void place_learn(object *server) {
  weir_address address = {0};
  char host[WEIR_ADDRESS_TEXT_SIZE];
  scene *s = server->s;
  size_t length = 0;
  const char *path = weir_server_path(server->server, &length);
  if (path) {
    server->path = store_text(&s->memory, path, length);
    server->path_length = length;
    return;
  }
  (void)weir_server_address(server->server, &address);
  if (address.family == WEIR_FAMILY_NONE) return;
  (void)weir_address_format(&address, host, sizeof host);
  bool any = strcmp(host, "::") == 0 || strcmp(host, "0.0.0.0") == 0;
  server->path = NULL;
  server->port = address.port;
  server->host = store_format(&s->memory, "%s", any ? "127.0.0.1" : host);
  trace_mask_port(s->t, address.port, "PORT");
}

void place_print_port(const scene *s, unsigned port, trace_text *out) {
  const char *label = trace_mask_of(s->t, port);
  trace_text_format(out, "%s", label ? label : "EPHEMERAL");
}

void place_print_address(const scene *s, const weir_address *address, trace_text *out) {
  char shown[WEIR_ADDRESS_TEXT_SIZE];
  if (address->family == WEIR_FAMILY_NONE) {
    trace_text_format(out, "{}");
    return;
  }
  (void)weir_address_format(address, shown, sizeof shown);
  trace_text_format(out, "{\"address\":\"%s\",\"family\":\"IPv%d\",\"port\":", shown,
                    address->family);
  place_print_port(s, address->port, out);
  trace_text_format(out, "}");
}

const option_entry port_options[] = {
    {"host", 0, true}, {"dead", 0, true}, {"hole", 0, true}, {.name = NULL}};

/* The simulator gives a port out once, so one that was listened on is dead. */
static weir_err find_simulated(object *o) {
  weir_listen_options where = WEIR_LISTEN_OPTIONS_INIT;
  weir_address address = {0};
  weir_server *server;
  where.port = 0;
  where.host = o->host;
  weir_err err = weir_create_server(o->s->loop, NULL, NULL, NULL, &server);
  if (err != WEIR_OK) return err;
  err = weir_server_listen(server, &where, NULL, NULL);
  if (err == WEIR_OK) err = weir_server_address(server, &address);
  weir_server_free(server);
  o->port = address.port;
  return err;
}

static weir_err find_bound(object *o, const char **out_wrong) {
  weir_address host;
  uint16_t port = 0;
  weir_err err = weir_address_parse(o->host, strlen(o->host), 0, &host);
  if (err != WEIR_OK) return err;
  *out_wrong = ground_bind(&host, &o->bound, &port);
  o->port = port;
  return WEIR_OK;
}

void place_lend(scene *s, const value *v) {
  object *o = v && v->kind == VALUE_OBJECT ? object_of(s, v->object) : NULL;
  if (o) ground_lend(&o->bound);
}

void place_release(object *o) {
  ground_close(o->bound);
  for (size_t i = 0; i < FILLERS; i++) ground_close(o->fillers[i]);
  o->bound = -1;
  for (size_t i = 0; i < FILLERS; i++) o->fillers[i] = -1;
}

/* A port on which nobody listens. */
void port_make(object *o, const statement *at) {
  object_options(o, at->options, NULL);
  o->host = "127.0.0.1";
  option_text(o->s, option_find(at->options, NULL, "host"), &o->host);
  if (o->s->over) return;
  const char *wrong = NULL;
  weir_err err = o->s->simulated ? find_simulated(o) : find_bound(o, &wrong);
  if (!scene_check(o->s, "port", err)) return;
  const value *hole = option_find(at->options, NULL, "hole");
  trace_mask_port(o->s->t, (unsigned)o->port, hole ? "HOLE" : "DEAD");
  if (hole && o->s->simulated) wrong = "the simulator has no address that does not answer";
  if (hole && !wrong) wrong = ground_fill(o->bound, o->fillers, FILLERS);
  if (wrong) scene_fail(o->s, "%s: %s", o->as->name, wrong);
}
