/* Decides when weir runs in a Node environment and when it ends with it. Node's own callbacks are
 * the pattern: process.nextTick() and promises come to their turn when weir has run, and each of
 * weir's steps is a process.nextTick() of its own. Nothing here is global, as each worker has an
 * environment and a loop. */
#include "examples/addon/host.h"

#include "examples/addon/object.h"
#include "examples/addon/steps.h"
#include "examples/addon/value.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

struct addon_host {
  napi_env env;
  weir_loop *loop; /* NULL: it has ended. */
  addon_steps steps;
  size_t ticks; /* How many process.nextTick() are out. */
  napi_ref next_tick;
  napi_ref run_step;
  napi_ref socket_class; /* NULL: not told yet. */
  napi_async_context context;
  napi_handle_scope handles;    /* Open while libuv runs weir. */
  napi_callback_scope callback; /* The same. */
  napi_async_cleanup_hook_handle hook;
  uv_idle_t last;        /* Never runs. It is closed behind all that weir has. */
  addon_object *objects; /* All there are. */
  unsigned references;   /* The environment's, and one for each object. */
  bool mute;             /* The environment goes: no JavaScript any more. */
  bool lost;             /* A step for which there was no memory. */
  bool collecting;       /* See addon_host_collect(). */
};

napi_env addon_host_env(const addon_host *host) {
  return host->env;
}

weir_loop *addon_host_loop(const addon_host *host) {
  return host->loop;
}

bool addon_host_speaks(const addon_host *host) {
  return !host->mute;
}

void addon_host_collect(addon_host *host, bool collecting) {
  host->collecting = collecting;
}

void addon_host_report(addon_host *host) {
  napi_value thrown;
  bool pending = false;
  if (napi_is_exception_pending(host->env, &pending) != napi_ok || !pending) return;
  if (napi_get_and_clear_last_exception(host->env, &thrown) == napi_ok)
    (void)napi_fatal_exception(host->env, thrown);
}

static void release(addon_host *host) {
  if (--host->references > 0) return;
  addon_steps_free(&host->steps);
  free(host);
}

void addon_host_add(addon_host *host, addon_object *object) {
  object->next = host->objects;
  object->link = &host->objects;
  if (object->next) object->next->link = &object->next;
  host->objects = object;
  host->references++;
}

void addon_host_remove(addon_host *host, addon_object *object) {
  *object->link = object->next;
  if (object->next) object->next->link = object->link;
  release(host);
}

/* One more process.nextTick(). It may throw: the stack may be full, a worker may be ending. */
static bool ask_for_tick(addon_host *host) {
  napi_value nothing, next_tick, run_step, thrown;
  bool asked = napi_get_undefined(host->env, &nothing) == napi_ok &&
               napi_get_reference_value(host->env, host->next_tick, &next_tick) == napi_ok &&
               napi_get_reference_value(host->env, host->run_step, &run_step) == napi_ok &&
               napi_call_function(host->env, nothing, next_tick, 1, &run_step, NULL) == napi_ok;
  if (asked)
    host->ticks++;
  else /* weir has the loop run soon while a step waits, and leave() asks again. */
    (void)napi_get_and_clear_last_exception(host->env, &thrown);
  return asked;
}

static void ask_for_ticks(addon_host *host) {
  if (host->mute || host->collecting || host->lost) return;
  while (host->ticks < host->steps.count && ask_for_tick(host)) {
  }
}

/* Nothing of weir's is there any more; its part of libuv's loop has yet to be closed. */
static void on_ended(weir_loop *loop, weir_err status, void *user) {
  addon_host *host = user;
  (void)loop;
  (void)status;
  host->loop = NULL;
  addon_steps_clear(&host->steps);
  for (addon_object *object = host->objects; object; object = object->next)
    addon_object_forget(object);
}

static void schedule(weir_step *step, void *user) {
  addon_host *host = user;
  if (host->lost || !addon_steps_add(&host->steps, step))
    host->lost = true; /* There is no memory to know what is to be run: leave() ends weir. */
  else
    ask_for_ticks(host);
}

static napi_value run_step(napi_env env, napi_callback_info info) {
  void *data;
  if (napi_get_cb_info(env, info, NULL, NULL, NULL, &data) != napi_ok) return NULL;
  addon_host *host = data;
  if (host->ticks > 0) host->ticks--;
  if (!host->lost) weir_step_run(addon_steps_take(&host->steps));
  ask_for_ticks(host);
  return NULL;
}

static void enter(void *user) {
  addon_host *host = user;
  host->callback = NULL;
  if (napi_open_handle_scope(host->env, &host->handles) != napi_ok) {
    host->handles = NULL;
    return;
  }
  if (host->mute) return;
  if (napi_open_callback_scope(host->env, NULL, host->context, &host->callback) != napi_ok)
    host->callback = NULL;
}

static void forget_reference(addon_host *host, napi_ref *reference) {
  if (*reference) (void)napi_delete_reference(host->env, *reference);
  *reference = NULL;
}

/* libuv has let go of all that was weir's: the environment may go, or end without this. */
static void on_last_closed(uv_handle_t *handle) {
  addon_host *host = handle->data;
  napi_handle_scope scope;
  if (napi_open_handle_scope(host->env, &scope) == napi_ok) {
    forget_reference(host, &host->next_tick);
    forget_reference(host, &host->run_step);
    forget_reference(host, &host->socket_class);
    (void)napi_async_destroy(host->env, host->context);
    (void)napi_close_handle_scope(host->env, scope);
  }
  (void)napi_remove_async_cleanup_hook(host->hook);
  release(host);
}

static void run_steps(addon_host *host) {
  for (weir_step *step; (step = addon_steps_take(&host->steps)) != NULL;) weir_step_run(step);
}

/* Freeing the loop runs all steps, those that are lost too; what is left is libuv's to close. */
static void give_up(addon_host *host) {
  addon_steps_clear(&host->steps);
  if (weir_loop_free(host->loop) == WEIR_OK)
    on_ended(NULL, WEIR_OK, host);
  else
    (void)weir_loop_close(host->loop, on_ended, host);
}

static void leave(void *user) {
  addon_host *host = user;
  if (host->loop && host->lost)
    give_up(host);
  else if (host->mute)
    run_steps(host);
  else
    ask_for_ticks(host);
  if (host->callback) (void)napi_close_callback_scope(host->env, host->callback);
  if (host->handles) (void)napi_close_handle_scope(host->env, host->handles);
  if (!host->loop) uv_close((uv_handle_t *)&host->last, on_last_closed);
}

/* The environment goes, be it that the process ends or that a worker does. Node runs its loop until
 * the hook is removed. */
static void on_environment_ends(napi_async_cleanup_hook_handle handle, void *data) {
  addon_host *host = data;
  (void)handle;
  host->mute = true;
  (void)weir_loop_close(host->loop, on_ended, host);
}

static void on_instance_gone(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  release(data);
}

static bool keep_functions(addon_host *host) {
  napi_value global, process, next_tick, step;
  napi_env env = host->env;
  return napi_get_global(env, &global) == napi_ok &&
         napi_get_named_property(env, global, "process", &process) == napi_ok &&
         napi_get_named_property(env, process, "nextTick", &next_tick) == napi_ok &&
         napi_create_reference(env, next_tick, 1, &host->next_tick) == napi_ok &&
         napi_create_function(env, "runStep", NAPI_AUTO_LENGTH, run_step, host, &step) == napi_ok &&
         napi_create_reference(env, step, 1, &host->run_step) == napi_ok;
}

static bool join_environment(addon_host *host, uv_loop_t **out_loop) {
  napi_value name;
  napi_env env = host->env;
  return napi_get_uv_event_loop(env, out_loop) == napi_ok && keep_functions(host) &&
         napi_create_string_utf8(env, "weir", NAPI_AUTO_LENGTH, &name) == napi_ok &&
         napi_async_init(env, NULL, name, &host->context) == napi_ok;
}

static weir_err create_loop(addon_host *host, uv_loop_t *uv_loop) {
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  weir_uv_options on = WEIR_UV_OPTIONS_INIT;
  on.uv_loop = uv_loop;
  on.enter = enter;
  on.leave = leave;
  on.user = host;
  options.backend = "uv";
  options.backend_options = &on;
  options.schedule = schedule;
  options.schedule_user = host;
  return weir_loop_create(&options, &host->loop);
}

static void discard(addon_host *host) {
  forget_reference(host, &host->next_tick);
  forget_reference(host, &host->run_step);
  if (host->context) (void)napi_async_destroy(host->env, host->context);
  free(host);
}

/* Last, as from then on the host goes with its environment. */
static bool tie_to_environment(addon_host *host) {
  if (napi_add_async_cleanup_hook(host->env, on_environment_ends, host, &host->hook) != napi_ok)
    return false;
  if (napi_set_instance_data(host->env, host, on_instance_gone, NULL) == napi_ok) return true;
  (void)napi_remove_async_cleanup_hook(host->hook);
  return false;
}

bool addon_host_start(napi_env env) {
  uv_loop_t *uv_loop;
  addon_host *host = calloc(1, sizeof *host);
  if (!host) return addon_throw(env, WEIR_ENOMEM);
  host->env = env;
  host->references = 2; /* The environment's, and the loop's until its last handle is closed. */
  if (!join_environment(host, &uv_loop)) {
    discard(host);
    return addon_failed(env);
  }
  weir_err err = create_loop(host, uv_loop);
  if (err != WEIR_OK) {
    discard(host);
    return addon_throw(env, err);
  }
  if (!tie_to_environment(host)) {
    (void)weir_loop_free(host->loop); /* Nothing is open, so nothing waits for libuv. */
    discard(host);
    return addon_failed(env);
  }
  (void)uv_idle_init(uv_loop, &host->last);
  host->last.data = host;
  return true;
}

addon_host *addon_host_of(napi_env env) {
  void *host = NULL;
  if (napi_get_instance_data(env, &host) != napi_ok || !host) (void)addon_failed(env);
  return host;
}

bool addon_host_set_socket_class(addon_host *host, napi_value constructor) {
  forget_reference(host, &host->socket_class);
  return napi_create_reference(host->env, constructor, 1, &host->socket_class) == napi_ok ||
         addon_failed(host->env);
}

napi_value addon_host_new_socket(addon_host *host) {
  napi_value constructor, socket;
  if (!host->socket_class) return NULL;
  if (napi_get_reference_value(host->env, host->socket_class, &constructor) != napi_ok) return NULL;
  return napi_new_instance(host->env, constructor, 0, NULL, &socket) == napi_ok ? socket : NULL;
}
