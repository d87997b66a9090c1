/**
 * @file
 * @brief JavaScript values from and for C: arguments, options, errors.
 */
#ifndef EXAMPLES_ADDON_VALUE_H
#define EXAMPLES_ADDON_VALUE_H

#include <weir/weir.h>

#include <node_api.h>
#include <stdbool.h>

/** Throws what a code says. Always false. */
bool addon_throw(napi_env env, weir_err err);

/** A call of Node-API has failed: throws, unless JavaScript has. Always false. */
bool addon_failed(napi_env env);

/** A function for JavaScript. */
typedef struct addon_function {
  const char *name;   /**< Its name there. */
  napi_callback call; /**< What it does. */
} addon_function;

/** Adds functions to a module. @return false: an exception is pending */
bool addon_define(napi_env env, napi_value exports, const addon_function *functions, size_t count);

/** The first `count` arguments of a call; those that are missing are undefined. @return false: an
 * exception is pending */
bool addon_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *out_values);

/** An option that is true or false; neither: `out_value` stays. @return as addon_arguments() */
bool addon_option_flag(napi_env env, napi_value options, const char *name, bool *out_value);

/** An option that is a whole number; not there: `out_value` stays. One that does not fit is -2.
 * @return as addon_arguments() */
bool addon_option_number(napi_env env, napi_value options, const char *name, int32_t *out_value);

/** An option that is a text; not there: NULL. To be given to free(). @return as addon_arguments()
 */
bool addon_option_text(napi_env env, napi_value options, const char *name, char **out_text,
                       size_t *out_length);

/** The bytes of a Buffer or another view; never NULL on success. @return as addon_arguments() */
bool addon_bytes(napi_env env, napi_value value, const void **out_data, size_t *out_length);

/** An error as Node makes it. NULL: an exception may be pending. */
napi_value addon_error(napi_env env, const weir_error *error);

#endif
