/**
 * @file
 * @brief A call that is being made: its arguments, its callback, what it returns.
 */
#ifndef WEIR_INTERPRETER_CALL_H
#define WEIR_INTERPRETER_CALL_H

#include "conformance/interpreter/scene.h"

/** What a call came to. */
typedef enum call_outcome {
  CALL_UNDEFINED,
  CALL_SELF,
  CALL_BOOLEAN, /**< true if `err` is WEIR_OK */
  CALL_VALUE    /**< What stands in `shown`. */
} call_outcome;

/** A call. */
typedef struct call {
  scene *s;
  object *o;
  const statement *at;
  call_outcome outcome;
  weir_err err;
  bool throws;    /**< Node would throw `err`; otherwise it tells it in an event. */
  bool unsayable; /**< C cannot write this call: nothing was done, and no line is shown. */
  trace_text shown;
} call;

/** Makes a call and logs what it returned, if it is shown. */
void call_run(scene *s, const statement *at, bool shown);

/** It returned this. Whether `err` is one that Node throws follows from it. */
void call_returns(call *c, call_outcome outcome, weir_err err);

/** A value it was given; NULL: not so many. */
const value *call_value(const call *c, size_t index);
/** An option it was given, or NULL. */
const value *call_option(const call *c, const char *name);
/** Bytes of a value, which are good until the scenario is over. @return false: the call cannot be
 * written in C, or the scenario failed */
bool call_bytes(call *c, const value *v, const char **out_bytes, size_t *out_length);

/** The callback that logs the label; NULL: there is no label. The second is its user pointer. */
weir_socket_callback call_socket_callback(const call *c);
weir_server_callback call_server_callback(const call *c);
void *call_user(call *c);
/** The user pointer that all calls of the object with the same label share. */
void *call_user_of_label(call *c);
/** Logs the label for another outcome: "label text". */
void call_tell(const object *o, const statement *at, const char *text);

/* Options as numbers and flags. Without the option nothing is changed; a value that C cannot write
 * fails the scenario. */
void option_flag(scene *s, const value *v, bool *out_flag);
void option_mark(scene *s, const value *v, int64_t *out_mark);
void option_int(scene *s, const value *v, int32_t *out_number);
/** The delay of keep-alive: a negative one counts as 0. */
void option_delay(scene *s, const value *v, uint32_t *out_delay_ms);
/** An idle timeout that is given with a connection: 0 and false are none. */
void option_timeout(scene *s, const value *v, int64_t *out_timeout_ms);
/** Text, or an address without quotes. */
void option_text(scene *s, const value *v, const char **out_text);

/** The signal of an object. */
void option_signal(scene *s, const value *v, weir_abort_signal **out_signal);

/** Where a call connects to, or listens at: port, host, path, and objects that have them. */
typedef struct endpoint {
  int32_t port;
  const char *host;
  const char *path;
  size_t path_length;
} endpoint;

/** Reads it from the first value and the options. */
void endpoint_read(call *c, endpoint *out_endpoint);

#endif
