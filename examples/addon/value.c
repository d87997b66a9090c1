/* Decides what a JavaScript value means in C, and what a failure looks like in JavaScript: Node's
 * properties, under Node's names. */
#include "examples/addon/value.h"

#include <stdlib.h>

/* Text of an error, cut if it is longer. */
enum { MESSAGE_SIZE = 512 };

bool addon_throw(napi_env env, weir_err err) {
  char message[MESSAGE_SIZE];
  weir_error error = WEIR_ERROR_INIT;
  error.code = err;
  (void)weir_error_message(&error, message, sizeof message);
  if (err == WEIR_ERR_INVALID_ARG_TYPE)
    (void)napi_throw_type_error(env, weir_err_name(err), message);
  else
    (void)napi_throw_error(env, weir_err_name(err), message);
  return false;
}

bool addon_failed(napi_env env) {
  const napi_extended_error_info *info = NULL;
  bool pending = false;
  if (napi_get_last_error_info(env, &info) != napi_ok || !info) return false;
  const char *message = info->error_message;
  if (napi_is_exception_pending(env, &pending) == napi_ok && !pending)
    (void)napi_throw_error(env, NULL, message ? message : "Node-API failed");
  return false;
}

bool addon_define(napi_env env, napi_value exports, const addon_function *functions, size_t count) {
  for (size_t i = 0; i < count; i++) {
    napi_value function;
    const char *name = functions[i].name;
    if (napi_create_function(env, name, NAPI_AUTO_LENGTH, functions[i].call, NULL, &function) !=
            napi_ok ||
        napi_set_named_property(env, exports, name, function) != napi_ok)
      return addon_failed(env);
  }
  return true;
}

bool addon_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *out_values) {
  return napi_get_cb_info(env, info, &count, out_values, NULL, NULL) == napi_ok ||
         addon_failed(env);
}

/* An option that is there, and its type: that of undefined if it is not. */
static bool option(napi_env env, napi_value options, const char *name, napi_value *out_value,
                   napi_valuetype *out_type) {
  if (napi_typeof(env, options, out_type) != napi_ok) return addon_failed(env);
  if (*out_type != napi_object) {
    *out_type = napi_undefined;
    return true;
  }
  return (napi_get_named_property(env, options, name, out_value) == napi_ok &&
          napi_typeof(env, *out_value, out_type) == napi_ok) ||
         addon_failed(env);
}

bool addon_option_flag(napi_env env, napi_value options, const char *name, bool *out_value) {
  napi_value value;
  napi_valuetype type;
  if (!option(env, options, name, &value, &type)) return false;
  if (type != napi_boolean) return true;
  return napi_get_value_bool(env, value, out_value) == napi_ok || addon_failed(env);
}

bool addon_option_number(napi_env env, napi_value options, const char *name, int32_t *out_value) {
  napi_value value;
  napi_valuetype type;
  double number;
  if (!option(env, options, name, &value, &type)) return false;
  if (type == napi_undefined) return true;
  if (type != napi_number) return addon_throw(env, WEIR_ERR_INVALID_ARG_TYPE);
  if (napi_get_value_double(env, value, &number) != napi_ok) return addon_failed(env);
  bool fits = number >= 0 && number <= INT32_MAX && (double)(int32_t)number == number;
  *out_value = fits ? (int32_t)number : -2;
  return true;
}

bool addon_option_text(napi_env env, napi_value options, const char *name, char **out_text,
                       size_t *out_length) {
  napi_value value;
  napi_valuetype type;
  size_t length;
  *out_text = NULL;
  *out_length = 0;
  if (!option(env, options, name, &value, &type)) return false;
  if (type == napi_undefined) return true;
  if (type != napi_string) return addon_throw(env, WEIR_ERR_INVALID_ARG_TYPE);
  if (napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok) return addon_failed(env);
  char *text = malloc(length + 1);
  if (!text) return addon_throw(env, WEIR_ENOMEM);
  if (napi_get_value_string_utf8(env, value, text, length + 1, out_length) != napi_ok) {
    free(text);
    return addon_failed(env);
  }
  *out_text = text;
  return true;
}

bool addon_bytes(napi_env env, napi_value value, const void **out_data, size_t *out_length) {
  bool is = false;
  void *data;
  if (napi_is_buffer(env, value, &is) != napi_ok) return addon_failed(env);
  if (!is) return addon_throw(env, WEIR_ERR_INVALID_ARG_TYPE);
  if (napi_get_buffer_info(env, value, &data, out_length) != napi_ok) return addon_failed(env);
  *out_data = *out_length > 0 ? data : "";
  return true;
}

static bool set_text(napi_env env, napi_value object, const char *name, const char *text,
                     size_t length) {
  napi_value value;
  return napi_create_string_utf8(env, text, length, &value) == napi_ok &&
         napi_set_named_property(env, object, name, value) == napi_ok;
}

static bool set_number(napi_env env, napi_value object, const char *name, int32_t number) {
  napi_value value;
  return napi_create_int32(env, number, &value) == napi_ok &&
         napi_set_named_property(env, object, name, value) == napi_ok;
}

static bool set_address(napi_env env, napi_value object, const weir_address *address) {
  char text[WEIR_ADDRESS_TEXT_SIZE];
  (void)weir_address_format(address, text, sizeof text);
  return set_text(env, object, "address", text, NAPI_AUTO_LENGTH) &&
         (address->port == 0 || set_number(env, object, "port", address->port));
}

/* Where it happened. */
static bool set_place(napi_env env, napi_value object, const weir_error *error) {
  if (error->path) return set_text(env, object, "address", error->path, error->path_length);
  if (error->host && !set_text(env, object, "hostname", error->host, NAPI_AUTO_LENGTH))
    return false;
  return error->address.family == WEIR_FAMILY_NONE || set_address(env, object, &error->address);
}

/* What family selection has tried: an AggregateError. */
static bool make_aggregate(napi_env env, const weir_error *error, napi_value message,
                           napi_value *out_object) {
  napi_value global, constructor, arguments[2];
  arguments[1] = message;
  if (napi_get_global(env, &global) != napi_ok ||
      napi_get_named_property(env, global, "AggregateError", &constructor) != napi_ok ||
      napi_create_array_with_length(env, error->error_count, &arguments[0]) != napi_ok)
    return false;
  for (uint32_t i = 0; i < error->error_count; i++) {
    napi_value part = addon_error(env, error->errors[i]);
    if (!part || napi_set_element(env, arguments[0], i, part) != napi_ok) return false;
  }
  return napi_new_instance(env, constructor, 2, arguments, out_object) == napi_ok;
}

static bool make_error(napi_env env, const weir_error *error, napi_value *out_object) {
  char text[MESSAGE_SIZE];
  napi_value message, code;
  (void)weir_error_message(error, text, sizeof text);
  if (napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &message) != napi_ok) return false;
  if (error->errors)
    return make_aggregate(env, error, message, out_object) &&
           set_text(env, *out_object, "code", weir_err_name(error->code), NAPI_AUTO_LENGTH);
  return napi_create_string_utf8(env, weir_err_name(error->code), NAPI_AUTO_LENGTH, &code) ==
             napi_ok &&
         napi_create_error(env, code, message, out_object) == napi_ok;
}

napi_value addon_error(napi_env env, const weir_error *error) {
  napi_value object;
  if (!make_error(env, error, &object)) return NULL;
  if (error->system_code != 0 && !set_number(env, object, "errno", error->system_code)) return NULL;
  if (error->syscall && !set_text(env, object, "syscall", error->syscall, NAPI_AUTO_LENGTH))
    return NULL;
  return error->errors || set_place(env, object, error) ? object : NULL;
}
