/**
 * @file
 * @brief One run of one scenario: its loop, its objects, its tasks, its trace.
 */
#ifndef WEIR_INTERPRETER_SCENE_H
#define WEIR_INTERPRETER_SCENE_H

#include "conformance/interpreter/tree.h"

typedef struct scene scene;
typedef struct object object;
typedef struct task task;

enum { FILLERS = 3 };

/** What happens when an object tells an event: a block that starts, or a task that goes on. */
typedef struct reaction {
  const statement *block; /**< NULL: a task. */
  task *waiting;
  bool once;
  struct reaction *next;
} reaction;

/** What is done with bytes that come. */
typedef enum data_mode { DATA_LOG, DATA_NONE, DATA_COUNT, DATA_JOIN, DATA_READABLE } data_mode;

/** An object of a scenario. Which members count is its kind's. */
struct object {
  scene *s;
  const declared *as;
  bool made; /**< Its statement has run. */
  bool quiet;
  unsigned skipped; /**< Events without a line, bits by their place in the table. */
  reaction *reactions[EVENTS_MAX];

  weir_socket *socket; /**< NULL: an accepted one that is not there yet. */
  data_mode data;
  bool consumes; /**< There is a handler for bytes. */
  bool asks;     /**< There is one for 'readable'. */
  bool accepted;
  bool closed; /**< 'close' was told; of servers too. */
  uint64_t received;
  trace_text total;
  struct label *labels;  /**< Callbacks that are the same function when they have the same label. */
  bool total_is_text;    /**< Some of it came with an encoding. */
  weir_encoding written; /**< Of texts that are written without saying. */

  weir_server *server;
  object *pending; /**< Of a server: the objects its next connections become. */
  object *next_pending;

  void *aid; /**< Of a resolver: what it answers. */
  weir_abort_signal *signal;

  intptr_t bound;            /**< What keeps a port from others; -1: nothing. */
  intptr_t fillers[FILLERS]; /**< Connections that wait there and are never taken; -1: none. */
  int32_t port;              /**< Where a server listens or nobody does; -1: none. */
  const char *host;
  const char *path; /**< Where a server listens, or a path's own. */
  size_t path_length;

  object *next;
};

/** What the network of a scenario is like. */
typedef struct world {
  const char *backend; /**< NULL: the system's default. */
  bool whims;          /**< On the simulator: chance decides, from the seed. */
  bool pieces;         /**< With whims: bytes may come in pieces. */
  uint64_t seed;
} world;

/** A run. */
struct scene {
  const scenario *of;
  store memory;
  trace *t;
  weir_loop *loop;
  object *objects[DECLARED_MAX]; /**< Those that have names. */
  object *all;                   /**< Those without as well. */
  task *tasks;
  size_t held;          /**< Tasks that keep the scenario from being over. */
  unsigned settled;     /**< How often the end was looked for. */
  weir_timer *settling; /**< Looks for the end. */
  weir_timer *guard;    /**< Ends a scenario that does not. */
  uint64_t turn;        /**< The loop's turns so far. */
  uint64_t last_turn;   /**< The turn in which setImmediate() ran last. */
  uint64_t happened;    /**< Events so far. */
  bool simulated;
  bool over;          /**< The trace is complete. */
  unsigned line;      /**< Of the statement that runs. */
  trace_text problem; /**< Why the scenario failed: "line: what"; empty: it did not. */
  trace_text untold;  /**< What the system does not tell, so that nothing can be said. */
  char place[96];     /**< What local names begin with, to be removed; empty: none yet. */
};

/** What came of a run. */
typedef struct run_result {
  trace_text trace;   /**< As in the golden traces. */
  trace_text problem; /**< "file:line: why it failed", or empty. */
  trace_text untold;  /**< Why nothing can be said of it on this system, or empty. */
} run_result;

/** Runs a scenario. The texts are freed by the caller. */
void scene_run(const scenario *of, const char *file, const world *w, run_result *out_result);

/** The scenario fails at the line that runs; only the first failure counts. */
void scene_fail(scene *s, const char *format, ...);
/** An error was thrown that nobody catches: the scenario fails. */
void scene_throw(scene *s, weir_err err);
/** Fails with "weir has no <what> yet". */
void scene_lacks(scene *s, const char *what);
/** Ends the scenario, which is left out then: the system does not tell what it wants to know. */
void scene_leave_out(scene *s, const char *why);
/** Fails if a call failed that cannot. @return true: it did not */
bool scene_check(scene *s, const char *what, weir_err err);
/** A task stopped keeping the scenario from being over: perhaps it is. */
void scene_settle(scene *s);

/** Notes that something watched has happened, whether it is a line or not. */
bool object_tells(object *o, size_t event);
/** Runs the reactions to an event. */
void object_react(object *o, size_t event);
/** Writes a line with an event's name, then runs the reactions. */
void object_event(object *o, size_t event);
/** The object of a declaration that runs. NULL: it ran before, the scenario failed. */
object *object_new(scene *s, size_t index);
/** Prepares an object. */
void object_begin(object *o, scene *s, const declared *as);
/** The object of a statement. NULL: it is not there yet, the scenario failed. */
object *object_of(scene *s, size_t index);
/** Takes the options that are the language's: quiet, skip. Others fail unless weir has them. */
void object_options(object *o, const option *options, const char *prefix);
/** Finds an option. NULL: it was not given. */
const value *option_find(const option *options, const char *prefix, const char *name);

#endif
