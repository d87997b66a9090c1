/**
 * @file
 * @brief A session of one socket in which an action is taken in one event, and an account of it.
 *
 * The session's course brings the event; its first one runs the action, whatever that does. After
 * that everything is ended, and play() says whether all that was asked for was told once, 'close'
 * came last and once, and all memory came back.
 */
#ifndef WEIR_TESTS_SESSION_H
#define WEIR_TESTS_SESSION_H

#include "tests/support/loop_fixture.h"

enum { SESSION_OPERATIONS = 64, SESSION_PEERS = 8, SESSION_ADDRESSES = 3, SESSION_MUCH = 4000000 };
enum { SESSION_LONG_MS = 3600000 };

/** What a socket tells. */
typedef enum event {
  ON_CONNECT,
  ON_READY,
  ON_DATA,
  ON_READABLE,
  ON_END,
  ON_DRAIN,
  ON_FINISH,
  ON_ERROR,
  ON_CLOSE,
  ON_TIMEOUT,
  ON_LOOKUP,
  ON_ATTEMPT,
  ON_ATTEMPT_FAILED,
  ON_ATTEMPT_TIMEOUT,
  CONNECT_CALLED,
  WRITE_CALLED,
  OWNED_CALLED,
  END_CALLED,
  TIMEOUT_CALLED,
  ONREAD_PROVIDES,
  ONREAD_CALLED,
  LOOKUP_CANCELED,
  NOWHERE
} event;

/** How the session goes that brings an event. */
typedef enum course {
  TALKING,     /**< Both sides send, and end. */
  STUCK,       /**< The peer reads nothing: writes and the end wait; destroyed when it times out. */
  REFUSED,     /**< Nobody listens; writes and the end were queued. */
  ASKING,      /**< A table with on_readable. */
  INTO_MEMORY, /**< onread. */
  BY_NAME,     /**< An address that hangs, one that refuses, one that answers. */
  OVERLAPPING, /**< The same, and attempts overlap. */
  HANGING,     /**< The resolver has no answer; destroyed in a step. */
  LATE,        /**< Writes in 'close', so that a callback comes behind it. */
  LATE_KEPT    /**< The same, retained. */
} course;

typedef struct session session;

/** A call with a callback. */
typedef struct operation {
  session *of;
  event told_as;
  unsigned calls, expected;
  unsigned closes; /**< How often 'close' had come. */
} operation;

/** What the server took. */
typedef struct peer {
  weir_socket *socket; /**< NULL from the return of 'close' on. */
  unsigned closes;
} peer;

/** One run. */
struct session {
  loop_fixture base;
  weir_loop *loop;
  weir_loop *stuck; /**< Has a server whose backlog is full; never run. */
  weir_server *server;
  weir_connect_options there;
  weir_address answer[SESSION_ADDRESSES];
  weir_socket *socket;
  weir_abort_signal *signal;
  peer peers[SESSION_PEERS];
  size_t peer_count;
  operation operations[SESSION_OPERATIONS];
  size_t operation_count;
  course course;
  event at;               /**< Where the action is taken, once. */
  void (*act)(session *); /**< The action. */
  bool acted, unheard, settled;
  unsigned lives, closes, errors; /**< connect() after 'close' begins another life. */
  unsigned kept;                  /**< References that are the test's. */
  unsigned given, given_back;     /**< Memory for write_owned(). */
  uint8_t room[64];
  char wrong[128]; /**< The first thing that was not right. */
};

/** Handlers that note everything; `user` is the session. */
extern const weir_socket_handlers session_flowing;
/** The same with on_readable in place of on_data. */
extern const weir_socket_handlers session_asking;

/** True while the socket may be used. */
bool session_has_socket(const session *s);

/** Notes what was not right. */
void session_wrong(session *s, const char *what, event e);

/** write() of so many bytes with a callback. */
void session_write(session *s, size_t length);

/** write_owned() of so many bytes with a callback. */
void session_write_owned(session *s, size_t length);

/** end() with a callback. */
void session_end(session *s);

/** set_timeout() with a callback. */
void session_timeout(session *s, int64_t timeout_ms);

/** connect() with a callback; is refused, with the right code, unless 'close' was told. */
void session_connect(session *s);

/** Destroys what the server took. */
void session_destroy_peers(session *s);

/**
 * Plays a session. Fails the test if something was not right.
 * @param c its course
 * @param at where the action is taken, once
 * @param name the action's
 * @param act the action
 * @param lets_go whether it gives back a reference, which is taken before
 */
void session_play(course c, event at, const char *name, void (*act)(session *), bool lets_go);

#endif
