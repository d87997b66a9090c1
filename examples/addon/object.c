/* Decides how long a JavaScript object lives and how it is told something. What is told when is
 * weir's affair. */
#include "examples/addon/object.h"

#include "examples/addon/value.h"

#include <stdlib.h>

struct addon_request {
  addon_object *object;
  napi_ref callback;
};

static void forget_reference(const addon_object *object, napi_ref *reference) {
  if (*reference) (void)napi_delete_reference(addon_host_env(object->host), *reference);
  *reference = NULL;
}

static void on_garbage(napi_env env, void *data, void *hint) {
  addon_object *object = data;
  (void)env;
  (void)hint;
  addon_host_collect(object->host, true);
  if (object->weir) object->kind->drop(object->weir);
  addon_host_collect(object->host, false);
  forget_reference(object, &object->reason);
  addon_host_remove(object->host, object);
  free(object);
}

addon_object *addon_object_create(addon_host *host, const addon_kind *kind, napi_value value) {
  napi_env env = addon_host_env(host);
  addon_object *object = calloc(1, sizeof *object);
  if (!object) {
    (void)addon_throw(env, WEIR_ENOMEM);
    return NULL;
  }
  object->host = host;
  object->kind = kind;
  if (napi_type_tag_object(env, value, &kind->tag) != napi_ok ||
      napi_wrap(env, value, object, on_garbage, NULL, NULL) != napi_ok) {
    free(object);
    (void)addon_failed(env);
    return NULL;
  }
  addon_host_add(host, object);
  return object;
}

addon_object *addon_object_of(napi_env env, const addon_kind *kind, napi_value value) {
  bool is = false;
  void *object = NULL;
  napi_valuetype type = napi_undefined;
  if (napi_typeof(env, value, &type) == napi_ok && type == napi_object &&
      napi_check_object_type_tag(env, value, &kind->tag, &is) == napi_ok && is &&
      napi_unwrap(env, value, &object) == napi_ok && ((addon_object *)object)->weir)
    return object;
  (void)addon_throw(env, object ? WEIR_ECANCELED : WEIR_ERR_INVALID_ARG_TYPE);
  return NULL;
}

bool addon_object_hold(addon_object *object, napi_value value) {
  napi_env env = addon_host_env(object->host);
  if (object->holds == 0 && napi_create_reference(env, value, 1, &object->self) != napi_ok) {
    object->self = NULL;
    return addon_failed(env);
  }
  object->holds++;
  return true;
}

void addon_object_release(addon_object *object) {
  if (object->holds > 0 && --object->holds == 0) forget_reference(object, &object->self);
}

void addon_object_forget(addon_object *object) {
  object->weir = NULL;
  object->holds = 0;
  forget_reference(object, &object->self);
}

bool addon_object_set_reason(addon_object *object, napi_value reason) {
  napi_value holder;
  napi_env env = addon_host_env(object->host);
  if (object->reason) return true;
  /* Whatever may be thrown may be a reason, and only objects can be referred to. */
  if (napi_create_array_with_length(env, 1, &holder) == napi_ok &&
      napi_set_element(env, holder, 0, reason) == napi_ok &&
      napi_create_reference(env, holder, 1, &object->reason) == napi_ok)
    return true;
  object->reason = NULL;
  return addon_failed(env);
}

void addon_object_clear_reason(addon_object *object) {
  forget_reference(object, &object->reason);
}

napi_value addon_object_error(addon_object *object, const weir_error *error) {
  napi_env env = addon_host_env(object->host);
  napi_value holder, reason;
  if (object->reason && error->code == WEIR_UNKNOWN &&
      napi_get_reference_value(env, object->reason, &holder) == napi_ok &&
      napi_get_element(env, holder, 0, &reason) == napi_ok)
    return reason;
  return addon_error(env, error);
}

static bool call_emit(addon_object *object, const char *event, size_t count,
                      const napi_value *arguments) {
  napi_env env = addon_host_env(object->host);
  napi_value self, emit, values[3];
  if (napi_get_reference_value(env, object->self, &self) != napi_ok ||
      napi_get_named_property(env, self, "emit", &emit) != napi_ok ||
      napi_create_string_utf8(env, event, NAPI_AUTO_LENGTH, &values[0]) != napi_ok)
    return false;
  for (size_t i = 0; i < count; i++) values[i + 1] = arguments[i];
  return napi_call_function(env, self, emit, count + 1, values, NULL) == napi_ok;
}

void addon_object_emit(addon_object *object, const char *event, size_t count,
                       const napi_value *arguments) {
  if (!addon_host_speaks(object->host) || !object->self) return;
  if (!call_emit(object, event, count, arguments)) addon_host_report(object->host);
}

void addon_object_emit_error(addon_object *object, const weir_error *error) {
  if (!addon_host_speaks(object->host)) return;
  napi_value value = addon_object_error(object, error);
  if (value)
    addon_object_emit(object, "error", 1, &value);
  else
    addon_host_report(object->host);
}

bool addon_request_create(addon_object *object, napi_value value, napi_value callback,
                          addon_request **out_request) {
  napi_env env = addon_host_env(object->host);
  napi_valuetype type;
  *out_request = NULL;
  if (napi_typeof(env, callback, &type) != napi_ok) return addon_failed(env);
  if (type == napi_undefined) return true;
  if (type != napi_function) return addon_throw(env, WEIR_ERR_INVALID_ARG_TYPE);
  addon_request *request = calloc(1, sizeof *request);
  if (!request) return addon_throw(env, WEIR_ENOMEM);
  request->object = object;
  if (napi_create_reference(env, callback, 1, &request->callback) != napi_ok) {
    free(request);
    return addon_failed(env);
  }
  if (!addon_object_hold(object, value)) {
    forget_reference(object, &request->callback);
    free(request);
    return false;
  }
  *out_request = request;
  return true;
}

void addon_request_free(addon_request *request) {
  if (!request) return;
  forget_reference(request->object, &request->callback);
  addon_object_release(request->object);
  free(request);
}

static bool call_back(addon_object *object, napi_ref callback, const weir_error *error) {
  napi_env env = addon_host_env(object->host);
  napi_value self, function, value = NULL;
  if (napi_get_reference_value(env, object->self, &self) != napi_ok ||
      napi_get_reference_value(env, callback, &function) != napi_ok)
    return false;
  if (error && (value = addon_object_error(object, error)) == NULL) return false;
  return napi_call_function(env, self, function, error ? 1 : 0, &value, NULL) == napi_ok;
}

void addon_request_finish(addon_request *request, const weir_error *error) {
  if (!request) return;
  addon_object *object = request->object;
  if (addon_host_speaks(object->host) && !call_back(object, request->callback, error))
    addon_host_report(object->host);
  addon_request_free(request);
}
