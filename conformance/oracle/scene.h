/**
 * @file
 * @brief What the scenarios are written with: stages that wait, watched sockets, a server.
 *
 * A scenario is one function that runs its stages in order: `switch (stage)`. A stage names what it
 * waits for (scene_sleep(), scene_once(), ...) and returns; when all of it has happened the next
 * stage runs. A stage that waits for nothing ends the scenario. So it reads like the asynchronous
 * function it repeats, each `await` being the end of a stage. Everything runs on one loop.
 */
#ifndef WEIR_ORACLE_SCENE_H
#define WEIR_ORACLE_SCENE_H

#include "conformance/trace.h"

typedef struct scene scene;
typedef struct peer peer;

/** What a watched socket can tell. */
typedef enum peer_event {
  PEER_CONNECT,
  PEER_READY,
  PEER_DATA,
  PEER_END,
  PEER_DRAIN,
  PEER_FINISH,
  PEER_ERROR,
  PEER_CLOSE,
  PEER_EVENTS /**< How many there are. */
} peer_event;

/** How a socket is watched: bits. */
typedef enum peer_watch {
  WATCH_ALL = 0,        /**< Every event is a line, bytes too. */
  WATCH_NO_DATA = 1,    /**< No handler for bytes. */
  WATCH_NO_CONNECT = 2, /**< No line for 'connect'. */
  WATCH_ONLY_DATA = 4,  /**< Lines for bytes, drain and errors only. */
  WATCH_NOTHING = 8     /**< No lines and no handler for bytes; not waited for at the end. */
} peer_watch;

/** A socket of a scenario. It is kept until the scenario is over, so its properties stay. */
struct peer {
  scene *scene;
  const char *name;    /**< As in the trace. */
  weir_socket *socket; /**< NULL before it is there. */
  unsigned watch;      /**< peer_watch bits. */
  bool closed;         /**< 'close' was told. */
  /** Further listeners, run behind the line of the event; any may be NULL. */
  void (*on[PEER_EVENTS])(scene *s);
  /** What takes bytes instead of a line for each. */
  void (*on_bytes)(scene *s, const uint8_t *data, size_t length);
  unsigned awaited[PEER_EVENTS]; /**< How often each is waited for. */
};

/** What callbacks print of the error they are given. */
typedef enum note_style {
  NOTE_NAME,        /**< Only the label. */
  NOTE_CODE,        /**< The code, or null. */
  NOTE_TEXT,        /**< The message, or null. */
  NOTE_CODE_TEXT,   /**< The code and the message as JSON, or null. */
  NOTE_CODE_MESSAGE /**< The code and "message=" with the bare message. */
} note_style;

/** A callback that writes a line for the client: handed to the operations below. */
typedef struct note note;

/** Something that runs later. */
typedef void (*scene_function)(scene *s);
/** A scenario. */
typedef void (*scene_stages)(scene *s, int stage);

/** How scene_open() makes its two ends: bits. */
typedef enum scene_open_flags {
  OPEN_PLAIN = 0,
  SERVER_HALF_OPEN = 1,
  SERVER_PAUSES = 2, /**< pauseOnConnect */
  CLIENT_HALF_OPEN = 4,
  CLIENT_NO_DATA = 8,
  CONN_NO_DATA = 16,
  CONN_NO_CONNECT = 32,
  CONN_ONLY_DATA = 64
} scene_open_flags;

/** One run of one scenario. */
struct scene {
  trace *t;
  weir_loop *loop;
  peer client;         /**< "client" */
  peer conn;           /**< "conn": what the server accepted. */
  peer other;          /**< A third one, if there is one. */
  weir_server *server; /**< Of scene_serve(). */
  unsigned port;       /**< Where it listens, or where nobody does. */
  char path[96];       /**< Of scene_path(). */
  size_t count;        /**< For the scenario's own use. */
  bool flag;           /**< The same. */
  /** Told of each connection; NULL: it is left alone. */
  void (*on_connection)(scene *s, weir_socket *socket);
  /** Told of the server's 'close'. */
  scene_function on_server_close;

  /* The rest belongs to scene.c and its neighbours. */
  scene_stages stages;      /**< The scenario. */
  int stage;                /**< The stage that comes next. */
  unsigned waits;           /**< What is still to happen before it. */
  bool waited;              /**< The running stage has named something. */
  bool in_stage;            /**< A stage is running. */
  bool server_awaited;      /**< The server's 'close' is waited for. */
  unsigned open_flags;      /**< Of scene_open(). */
  unsigned settle_turns;    /**< How often the end was put off. */
  bool finished;            /**< The trace is complete. */
  bool failed;              /**< Memory or the system failed; the trace says how. */
  char directory[64];       /**< The temporary one, to be removed. */
  struct scene_task *tasks; /**< Timers and steps that are out. */
  note *notes;              /**< All callbacks that were handed out. */
};

/**
 * Runs a scenario and renders its trace.
 * @return false if the machinery failed, not the scenario; the trace says why
 */
bool scene_run(const char *backend, scene_stages stages, bool global, trace_text *out_text);

/* What a stage can wait for. */

/** So many milliseconds. */
void scene_sleep(scene *s, unsigned ms);
/** The end of all steps, before what the turn closes: setImmediate(). */
void scene_tick(scene *s);
/** An event that is still to come. */
void scene_once(scene *s, peer *p, peer_event event);
/** 'close', now or in the past. */
void scene_closed(scene *s, peer *p);
/** 'close' of the client and the accepted socket. */
void scene_both_closed(scene *s);
/** 'close' of the server, still to come. */
void scene_server_closed(scene *s);
/** A server on loopback; half-open and pausing as `flags` say. */
void scene_serve(scene *s, unsigned flags);
/** The same on s->path; the two ends are "client" and "conn" all the same. */
void scene_serve_path(scene *s, unsigned flags);
/** A server, a client and its accepted socket, all connected: s->client and s->conn. */
void scene_open(scene *s, unsigned flags);
/** s->port becomes one nobody listens on. */
void scene_dead_port(scene *s);

/* What does not wait. */

/** Puts a name into a fresh directory into s->path. */
void scene_path(scene *s);
/** Runs a function after so many milliseconds. */
void scene_after(scene *s, unsigned ms, scene_function run);
/** Runs a function in the next step: process.nextTick(). */
void scene_next_step(scene *s, scene_function run);
/** Runs a function behind all steps and before what the turn closes: setImmediate(). */
void scene_immediate(scene *s, scene_function run);
/** Notes that a call failed which cannot; the scenario fails. */
void scene_check(scene *s, const char *what, weir_err err);

/** A socket that is not connected, and what is watched of it. */
void peer_create(peer *p, unsigned watch, bool half_open);
/** Watches a socket that is there. */
void peer_adopt(peer *p, weir_socket *socket, unsigned watch);
/** Adds (true) or removes the handler for bytes. */
void peer_consume(peer *p, bool consume);
/** connect() to s->port on loopback. */
void peer_connect(peer *p);
/** connect() to s->path. */
void peer_connect_path(peer *p);
/** The whole of net.connect(): create and connect to s->port. */
void peer_connect_new(peer *p, unsigned watch);

/** A callback with a label that prints in a style. */
note *scene_note(scene *s, const char *label, note_style style);
/** A callback that writes nothing and runs a function. */
note *scene_note_run(scene *s, scene_function run);
/** write(text); the note may be NULL. */
weir_err peer_write(peer *p, const char *text, note *told);
/** write() of so many zero bytes. */
weir_err peer_write_zeros(peer *p, size_t length, note *told);
/** end(text); the text and the note may be NULL. */
weir_err peer_end(peer *p, const char *text, note *told);
/** destroy(new Error(message)). */
void peer_destroy_with(peer *p, const char *message);
/** resetAndDestroy() */
weir_err peer_reset(peer *p);

/** "true" or "false". */
const char *truth(bool value);

#endif
