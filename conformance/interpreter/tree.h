/**
 * @file
 * @brief A scenario file as a tree of statements.
 */
#ifndef WEIR_INTERPRETER_TREE_H
#define WEIR_INTERPRETER_TREE_H

#include "conformance/clause.h"
#include "conformance/interpreter/kind.h"
#include "conformance/interpreter/source.h"
#include "conformance/interpreter/value.h"

typedef enum statement_kind {
  STATEMENT_OBJECT, /**< server, socket, signal, resolver, path, port */
  STATEMENT_ACCEPT,
  STATEMENT_OPEN,
  STATEMENT_CONNECTION, /**< A socket that connects at once: net.createConnection() */
  STATEMENT_CALL,
  STATEMENT_SHOW_CALL,
  STATEMENT_SHOW,
  STATEMENT_EXPECT,
  STATEMENT_LOG,
  STATEMENT_WAIT_DURATION,
  STATEMENT_WAIT_TURN,
  STATEMENT_WAIT_QUIET,
  STATEMENT_WAIT_EVENT,
  STATEMENT_WAIT_CLOSED,
  STATEMENT_ON,
  STATEMENT_ONCE,
  STATEMENT_AFTER,
  STATEMENT_NEXT,
  STATEMENT_IMMEDIATE
} statement_kind;

/** "key=value" */
typedef struct option {
  const option_entry *entry;
  const char *prefix; /**< "server", "client", "conn" of `open`; else NULL. */
  value v;
  struct option *next;
} option;

/** "name.property" */
typedef struct property_use {
  size_t object;
  const property_entry *entry;
  struct property_use *next;
} property_use;

/** "name.event" */
typedef struct event_use {
  size_t object;
  const event_entry *entry;
  struct event_use *next;
} event_use;

/** A name of a list of names. */
typedef struct name_use {
  size_t object;
  struct name_use *next;
} name_use;

/** A line. Which members count is the kind's. */
typedef struct statement {
  statement_kind kind;
  unsigned line;
  const char *text; /**< As it was written; a call's without its object and label. */
  size_t object;    /**< Whom it is about. */
  size_t other;     /**< `accept`: the server; `open`: the accepted socket. */
  const call_entry *call;
  event_use *events; /**< `on` and `once` have one. */
  char comparison;   /**< `expect`: '=', '<' for at most, '>' for at least. */
  value *values;
  size_t value_count;
  option *options;
  bool ipc;          /**< `open` */
  const char *label; /**< NULL: none. */
  property_use *properties;
  name_use *names;
  unsigned long ms;
  struct statement *body; /**< Of a block, or under a label. */
  struct statement *next;
} statement;

/** An object of a scenario. */
typedef struct declared {
  const char *name;
  object_kind kind;
  unsigned line;
  bool used;
} declared;

/** "differs D28 - conn: end" */
typedef struct difference_line {
  unsigned line;
  const char *id; /**< An entry of docs/divergences.md, or a system. */
  char sign;
  const char *text;
  bool taken_back; /**< A system has it, or has it not, against another line. */
  struct difference_line *next;
} difference_line;

/** "not sim why" */
typedef struct exclusion {
  const char *where; /**< A backend, a system, or "node". */
  const char *reason;
  struct exclusion *next;
} exclusion;

enum { DECLARED_MAX = 64 };

/** A scenario. */
typedef struct scenario {
  const char *title;
  unsigned line;
  const char *clauses[CLAUSES_MAX + 1]; /**< Ended by NULL. */
  difference_line *differences;
  bool later;
  exclusion *exclusions;
  bool global;
  bool loopback;    /**< The network takes no time, whatever chance decides. */
  bool sees_pieces; /**< It reacts to 'data', so it sees in which pieces bytes come. */
  declared objects[DECLARED_MAX];
  size_t object_count;
  statement *body;
  struct scenario *next;
} scenario;

/** A file. */
typedef struct tree {
  source source;
  store memory;
  scenario *scenarios;
} tree;

/**
 * Reads a file. What is wrong with it is written to the standard error.
 * @return false: it is not to be run; freed by tree_free() all the same
 */
bool tree_read(tree *t, const char *path);

/** Gives everything back. */
void tree_free(tree *t);

#endif
