/**
 * @file
 * @brief An account of everything that was asked of sockets and servers, and of everything told.
 *
 * What a session may do is the test's matter; the ledger says afterwards whether each operation's
 * callback ran exactly once, in order, and whether each socket was told 'close' exactly once and
 * last.
 */
#ifndef WEIR_TESTS_LEDGER_H
#define WEIR_TESTS_LEDGER_H

#include "tests/support/loop_fixture.h"

enum { LEDGER_ENDS = 64, LEDGER_OPERATIONS = 1024 };

typedef enum ledger_kind {
  LEDGER_CONNECT,
  LEDGER_WRITE,
  LEDGER_END,
  LEDGER_TIMEOUT,
  LEDGER_LISTEN,
  LEDGER_CLOSE
} ledger_kind;

/** What a hook is told of. */
typedef enum ledger_event {
  LEDGER_TOLD_CONNECT,
  LEDGER_TOLD_READY,
  LEDGER_TOLD_ACCEPTED,
  LEDGER_TOLD_DATA,
  LEDGER_TOLD_END,
  LEDGER_TOLD_DRAIN,
  LEDGER_TOLD_FINISH,
  LEDGER_TOLD_TIMEOUT,
  LEDGER_TOLD_ERROR,
  LEDGER_TOLD_CLOSE,
  LEDGER_TOLD_CALLBACK
} ledger_event;

typedef struct ledger ledger;

/** A socket. */
typedef struct ledger_end {
  ledger *book;
  weir_socket *socket; /**< NULL from the return of 'close' on. */
  bool accepted;       /**< A server made it. */
  unsigned told[LEDGER_TOLD_CALLBACK + 1];
  unsigned next_write; /**< Writes that were taken, in order... */
  unsigned told_write; /**< ...and how many of them have called back. */
  uint64_t received;
} ledger_end;

/** A call with a callback. */
typedef struct ledger_operation {
  ledger *book;
  ledger_kind kind;
  ledger_end *end; /**< NULL: the server's. */
  weir_err answer;
  unsigned number; /**< Of a write that was taken. */
  unsigned writes; /**< Of an end(): how many were taken before it. */
  unsigned calls;
  bool late; /**< Asked for in or behind 'close'. */
  bool over; /**< The writing side had ended, or the call ended it. */
} ledger_operation;

struct ledger {
  weir_loop *loop;
  weir_server *server;
  ledger_end ends[LEDGER_ENDS];
  size_t end_count;
  ledger_operation operations[LEDGER_OPERATIONS];
  size_t operation_count;
  unsigned server_closes, server_errors, overloads, open;
  char wrong[256]; /**< The first thing that was not right. */
  void (*hook)(ledger *book, ledger_end *end, ledger_event event);
  void *user; /**< The test's. */
};

/** Begins an account. */
void ledger_init(ledger *book, weir_loop *loop);

/** Makes the server if there is none. @return false: there is no memory */
bool ledger_serve(ledger *book, const weir_server_options *options);

/** listen() with a callback. @return what it returned */
weir_err ledger_listen(ledger *book, const weir_listen_options *options);

/** close() with a callback. */
weir_err ledger_close(ledger *book);

/** Makes a socket and connects it with a callback. @return NULL: there is none */
ledger_end *ledger_connect(ledger *book, const weir_connect_options *target,
                           const weir_socket_options *options);

/** write() of so many bytes with a callback. */
weir_err ledger_write(ledger_end *end, size_t length);

/** end() with so many bytes and a callback. */
weir_err ledger_finish(ledger_end *end, size_t length);

/** setTimeout() with a callback. */
weir_err ledger_timeout(ledger_end *end, int64_t timeout_ms);

/** setTimeout(0) that takes back the last callback that has not run. */
void ledger_no_timeout(ledger_end *end);

/** destroy() without error. */
void ledger_destroy(ledger_end *end);

/** resetAndDestroy(). */
void ledger_reset(ledger_end *end);

/** When the loop was freed: what was not right, or NULL. */
const char *ledger_audit(ledger *book);

#endif
