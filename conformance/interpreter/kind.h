/**
 * @file
 * @brief What kinds of objects there are, and the words of each: options, events, calls,
 * properties.
 *
 * A word without a function (or not `there`) is one of Node's that weir does not have yet: it can
 * be written, and the scenario fails where it is used.
 */
#ifndef WEIR_INTERPRETER_KIND_H
#define WEIR_INTERPRETER_KIND_H

#include "conformance/interpreter/word.h"
#include "conformance/trace.h"

struct object;
struct call;
struct statement;

/** The kinds; `1u << kind` makes a set of them. */
typedef enum object_kind {
  KIND_SERVER,
  KIND_SOCKET,
  KIND_SIGNAL,
  KIND_RESOLVER,
  KIND_PATH,
  KIND_PORT,
  KIND_NET, /**< Node's module, declared by nobody. */
  KINDS     /**< How many there are. */
} object_kind;

enum {
  A_SERVER = 1u << KIND_SERVER,
  A_SOCKET = 1u << KIND_SOCKET,
  A_SIGNAL = 1u << KIND_SIGNAL,
  A_RESOLVER = 1u << KIND_RESOLVER,
  A_PATH = 1u << KIND_PATH,
  A_PORT = 1u << KIND_PORT
};

/** "key=value" of an object or a call. */
typedef struct option_entry {
  const char *name;
  unsigned objects; /**< Which kinds its value may name. */
  bool there;       /**< weir, or the language, has it. */
} option_entry;

/** Something an object tells. */
typedef struct event_entry {
  const char *name;
  bool there;
} event_entry;

enum { NO_WORDS = 99 };

/** Something an object can be asked to do. */
typedef struct call_entry {
  const char *name;
  unsigned least;      /**< Fewest values. */
  unsigned most;       /**< Most values. */
  unsigned objects;    /**< Which kinds the first value may name. */
  unsigned words_from; /**< From which value on bare words are values; NO_WORDS: none is. */
  const option_entry *options;
  bool callback;               /**< It takes "-> label". */
  void (*run)(struct call *c); /**< NULL: weir does not have it yet. */
} call_entry;

/** Something an object shows. */
typedef struct property_entry {
  const char *name;
  void (*print)(struct object *o, trace_text *out); /**< NULL: weir does not have it yet. */
} property_entry;

/** A kind of object. Each table ends with an entry without a name. */
typedef struct kind_entry {
  const char *name;
  const option_entry *options;
  const event_entry *events;
  const call_entry *calls;
  const property_entry *properties;
  /** What the declaration does; a failure is told to the scene. */
  void (*make)(struct object *o, const struct statement *at);
} kind_entry;

/** The entry of a kind. */
const kind_entry *kind_of(object_kind kind);
/** The kind with a name. @return false: there is none */
bool kind_find(word name, object_kind *out_kind);

/** Entries by name; NULL: there is none. */
const option_entry *kind_option(const option_entry *table, word name);
const event_entry *kind_event(const kind_entry *kind, word name);
const call_entry *kind_call(const kind_entry *kind, word name);
const property_entry *kind_property(const kind_entry *kind, word name);

/** The events of a socket, in the order of their table. */
typedef enum socket_event {
  SOCKET_LOOKUP,
  SOCKET_CONNECT,
  SOCKET_READY,
  SOCKET_DATA,
  SOCKET_END,
  SOCKET_TIMEOUT,
  SOCKET_DRAIN,
  SOCKET_FINISH,
  SOCKET_ERROR,
  SOCKET_CLOSE,
  SOCKET_ACCEPTED,
  SOCKET_READABLE
} socket_event;

/** The events of a server, in the order of their table. */
typedef enum server_event {
  SERVER_LISTENING,
  SERVER_CONNECTION,
  SERVER_DROP,
  SERVER_ERROR,
  SERVER_CLOSE,
  EVENTS_MAX = SOCKET_READABLE + 1
} server_event;

/* The tables, each in the file with the functions it names. */
extern const option_entry socket_options[];
extern const event_entry socket_events[];
extern const call_entry socket_calls[];
extern const call_entry connection_call; /**< The statement `connection`. */
extern const property_entry socket_properties[];
extern const option_entry server_options[];
extern const event_entry server_events[];
extern const call_entry server_calls[];
extern const property_entry server_properties[];
extern const call_entry signal_calls[];
extern const property_entry signal_properties[];
extern const option_entry path_options[];
extern const call_entry path_calls[];
extern const option_entry port_options[];
extern const option_entry resolver_options[];
extern const call_entry resolver_calls[];
extern const call_entry net_calls[];

void socket_make(struct object *o, const struct statement *at);
void server_make(struct object *o, const struct statement *at);
void signal_make(struct object *o, const struct statement *at);
void path_make(struct object *o, const struct statement *at);
void port_make(struct object *o, const struct statement *at);
void resolver_make(struct object *o, const struct statement *at);

#endif
