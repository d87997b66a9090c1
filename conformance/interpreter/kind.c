/* The kinds of objects, and those of them that weir does not have yet. */
#include "conformance/interpreter/kind.h"

static const option_entry no_options[] = {{.name = NULL}};
static const event_entry no_events[] = {{.name = NULL}};
static const call_entry no_calls[] = {{.name = NULL}};
static const property_entry no_properties[] = {{.name = NULL}};

static const kind_entry kinds[KINDS] = {
    [KIND_SERVER] = {"server", server_options, server_events, server_calls, server_properties,
                     server_make},
    [KIND_SOCKET] = {"socket", socket_options, socket_events, socket_calls, socket_properties,
                     socket_make},
    [KIND_SIGNAL] = {"signal", no_options, no_events, signal_calls, signal_properties, signal_make},
    [KIND_RESOLVER] = {"resolver", resolver_options, no_events, resolver_calls, no_properties,
                       resolver_make},
    [KIND_PATH] = {"path", path_options, no_events, path_calls, no_properties, path_make},
    [KIND_PORT] = {"port", port_options, no_events, no_calls, no_properties, port_make},
    [KIND_NET] = {"net", no_options, no_events, net_calls, no_properties, NULL}};

const kind_entry *kind_of(object_kind kind) {
  return &kinds[kind];
}

bool kind_find(word name, object_kind *out_kind) {
  for (int i = 0; i < KIND_NET; i++)
    if (word_is(name, kinds[i].name)) {
      *out_kind = (object_kind)i;
      return true;
    }
  return false;
}

const option_entry *kind_option(const option_entry *table, word name) {
  for (; table && table->name; table++)
    if (word_is(name, table->name)) return table;
  return NULL;
}

const event_entry *kind_event(const kind_entry *kind, word name) {
  for (const event_entry *e = kind->events; e->name; e++)
    if (word_is(name, e->name)) return e;
  return NULL;
}

const call_entry *kind_call(const kind_entry *kind, word name) {
  for (const call_entry *e = kind->calls; e->name; e++)
    if (word_is(name, e->name)) return e;
  return NULL;
}

const property_entry *kind_property(const kind_entry *kind, word name) {
  for (const property_entry *e = kind->properties; e->name; e++)
    if (word_is(name, e->name)) return e;
  return NULL;
}
