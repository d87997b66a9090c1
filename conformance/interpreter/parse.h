/**
 * @file
 * @brief What the parts of the parser share.
 */
#ifndef WEIR_INTERPRETER_PARSE_H
#define WEIR_INTERPRETER_PARSE_H

#include "conformance/interpreter/tree.h"

/** A parser on its way through a file. */
typedef struct parser {
  tree *t;
  scenario *here; /**< The scenario it is in. */
  size_t at;      /**< The next line. */
  unsigned line;  /**< The number of the line it reads. */
} parser;

/** Complains of the line being read. @return false */
bool parse_wrong(parser *p, const char *format, ...);

/** A copy of a word. */
const char *parse_copy(parser *p, word w);

/** Reads the words of a statement, not its block. @return false: complained */
bool parse_statement(parser *p, const char *line, statement *s);

/** Reads values and options of a call and its label, up to the end of the line. */
bool parse_call(parser *p, const call_entry *call, const char *line, statement *s);

/** Reads options up to the end of the line. */
bool parse_options(parser *p, const char *line, const option_entry *table, statement *s);

/** Reads one option of the table. @param prefix a constant: whose it is, see option; or NULL
 * @return false: complained */
bool parse_option(parser *p, word w, const option_entry *table, const char *prefix, statement *s);

/** The options of both ends and the server, and `ipc`. */
bool parse_open_options(parser *p, const char *line, statement *s);

/** Declares an object. @return false: complained */
bool names_declare(parser *p, word name, object_kind kind, size_t *out_object);

/** Finds an object, which is used then. @return false: there is none of that name */
bool names_find(parser *p, word name, size_t *out_object);

/** Finds an object that must be there and of a kind of the set. @return false: complained */
bool names_use(parser *p, word name, unsigned kinds, size_t *out_object);

/** Complains of objects that were never used. */
void names_check(parser *p);

#endif
