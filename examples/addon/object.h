/**
 * @file
 * @brief A socket or server of weir's together with its JavaScript object.
 *
 * The JavaScript object is an EventEmitter. It is held while something of it is still to be told,
 * and garbage like any other when not.
 */
#ifndef EXAMPLES_ADDON_OBJECT_H
#define EXAMPLES_ADDON_OBJECT_H

#include "examples/addon/host.h"

/** What a kind of objects has in common. */
typedef struct addon_kind {
  napi_type_tag tag;        /**< Tells its JavaScript objects from all others. */
  void (*drop)(void *weir); /**< The JavaScript object is garbage. */
} addon_kind;

/** One of them. */
typedef struct addon_object addon_object;

/** Its members; only object.c and host.c change them. */
struct addon_object {
  addon_host *host;
  const addon_kind *kind;
  void *weir;      /**< The weir_socket or weir_server; NULL: gone with the loop. */
  napi_ref self;   /**< The JavaScript object while it is held. */
  napi_ref reason; /**< What JavaScript has destroyed it with; NULL: nothing. */
  unsigned holds;  /**< How often it is held. */
  struct addon_object *next, **link; /**< In the host's list. */
};

/** Makes the native part of a JavaScript object. NULL: an exception is pending. */
addon_object *addon_object_create(addon_host *host, const addon_kind *kind, napi_value value);

/** The native part of a JavaScript object; NULL: it has none of this kind, an exception is pending.
 * Its `weir` is there. */
addon_object *addon_object_of(napi_env env, const addon_kind *kind, napi_value value);

/** Keeps the JavaScript object, which is `value`, until addon_object_release(). @return false: an
 * exception is pending */
bool addon_object_hold(addon_object *object, napi_value value);

/** Undoes one addon_object_hold(). */
void addon_object_release(addon_object *object);

/** The loop has ended, and with it the object. */
void addon_object_forget(addon_object *object);

/** Keeps what it is destroyed with, for its 'error'. @return false: an exception is pending */
bool addon_object_set_reason(addon_object *object, napi_value reason);

/** Forgets it. */
void addon_object_clear_reason(addon_object *object);

/** What was kept, or a JavaScript error. NULL: an exception may be pending. */
napi_value addon_object_error(addon_object *object, const weir_error *error);

/** Calls the JavaScript object's emit(event, arguments...): two arguments at most. */
void addon_object_emit(addon_object *object, const char *event, size_t count,
                       const napi_value *arguments);

/** emit('error', error): what addon_object_error() gives. */
void addon_object_emit_error(addon_object *object, const weir_error *error);

/** A JavaScript callback that runs once. It holds its object. */
typedef struct addon_request addon_request;

/**
 * Makes one for a function.
 * @param object whose
 * @param value its JavaScript object
 * @param callback a function; undefined: there is none
 * @param out_request NULL: there is none
 * @return false: an exception is pending
 */
bool addon_request_create(addon_object *object, napi_value value, napi_value callback,
                          addon_request **out_request);

/** Calls the function, with the error if there is one, and frees the request. NULL does nothing. */
void addon_request_finish(addon_request *request, const weir_error *error);

/** Frees a request that nothing came of. NULL does nothing. */
void addon_request_free(addon_request *request);

#endif
