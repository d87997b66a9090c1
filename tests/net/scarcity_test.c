/* Pipes, onread, read() and memory given away while each allocation fails in turn: nothing breaks,
 * leaks, comes back twice or not at all. */
#include "tests/net/ledger.h"

#include <stdlib.h>
#include <string.h>

enum { BIG = 300000, GIFT = 250000, MOST_ALLOCATIONS = 3000, PATIENCE_MS = 10000 };

typedef struct session {
  counting_allocator memory;
  ledger book;
  weir_timer *watchdog;
  bool timed_out, closing;
  uint8_t room[5000]; /* For onread. */
  uint64_t came;      /* Into it. */
  uint64_t taken;     /* By read(). */
  uint8_t gift[GIFT];
  unsigned given, given_back; /* Gifts. */
  ledger_end *echoed, *receiving, *giving;
} session;

static void bark(weir_timer *timer, void *user) {
  session *s = user;
  (void)timer;
  s->timed_out = true;
  weir_loop_stop(s->book.loop);
}

static void *provide(weir_socket *socket, size_t *out_length, void *user) {
  session *s = user;
  (void)socket;
  *out_length = sizeof s->room;
  return s->room;
}

static bool receive(weir_socket *socket, uint8_t *data, size_t length, void *user) {
  session *s = user;
  (void)data;
  s->came += length;
  if (s->came % 3 == 0) weir_socket_pause(socket);
  if (s->came % 3 == 0) weir_socket_resume(socket);
  return true;
}

static void give_back(void *data, size_t length, void *user) {
  session *s = user;
  (void)data;
  (void)length;
  s->given_back++;
}

static void give(session *s, ledger_end *end) {
  weir_err err = weir_socket_write_owned(end->socket, s->gift, sizeof s->gift, give_back, NULL, s);
  if (err != WEIR_ENOMEM) s->given++;
}

/* The server echoes, and takes a little by hand first. */
static void serve(session *s, ledger_end *end, ledger_event event) {
  if (event != LEDGER_TOLD_ACCEPTED) return;
  uint8_t byte;
  size_t taken = 0;
  (void)weir_socket_read(end->socket, &byte, 1, &taken);
  s->taken += taken;
  if (weir_socket_pipe(end->socket, end->socket, NULL) != WEIR_OK) ledger_destroy(end);
}

static void request(session *s, ledger_end *end, ledger_event event) {
  if (event != LEDGER_TOLD_READY) return;
  weir_slice slices[3] = {{"w", 1}, {NULL, 0}, {"ww", 2}};
  (void)weir_socket_writev(end->socket, slices, 3, NULL, NULL);
  if (end == s->giving) {
    give(s, end);
    give(s, end);
  } else {
    (void)ledger_write(end, BIG);
  }
  if (ledger_finish(end, 50) == WEIR_ENOMEM) ledger_destroy(end);
}

static void hook(ledger *book, ledger_end *end, ledger_event event) {
  session *s = book->user;
  if (end->accepted)
    serve(s, end, event);
  else
    request(s, end, event);
  if (event != LEDGER_TOLD_CLOSE || book->open > 0 || s->closing) return;
  s->closing = true;
  if (ledger_close(book) == WEIR_ENOMEM) weir_server_free(book->server);
}

static void perform(session *s) {
  ledger *book = &s->book;
  weir_listen_options listen = WEIR_LISTEN_OPTIONS_INIT;
  weir_connect_options there = WEIR_CONNECT_OPTIONS_INIT;
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  weir_onread how = {sizeof how, NULL, 0, provide, receive, s};
  weir_address address = {0};
  book->hook = hook;
  book->user = s;
  listen.host = "127.0.0.1";
  listen.port = 0;
  if (!ledger_serve(book, NULL)) return;
  (void)ledger_listen(book, &listen);
  (void)weir_server_address(book->server, &address);
  there.port = address.port == 0 ? 1 : address.port;
  s->echoed = ledger_connect(book, &there, NULL);
  s->giving = ledger_connect(book, &there, NULL);
  if (s->giving && s->giving->socket) give(s, s->giving);
  options.onread = &how;
  s->receiving = ledger_connect(book, &there, &options);
  if (book->open == 0) weir_server_free(book->server);
}

static weir_err make_loop(session *s) {
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  weir_loop *loop;
  options.backend = loop_fixture_backend_name();
  options.allocator = &s->memory.allocator;
  weir_err err = weir_loop_create(&options, &loop);
  if (err == WEIR_OK) ledger_init(&s->book, loop);
  if (err == WEIR_OK) err = weir_timer_create(loop, bark, s, &s->watchdog);
  if (err != WEIR_OK && s->book.loop) (void)weir_loop_free(loop);
  return err;
}

/* Runs the script once. @return what was not right, or NULL */
static const char *run(session *s) {
  if (make_loop(s) == WEIR_OK) {
    weir_timer_unref(s->watchdog);
    weir_timer_start(s->watchdog, PATIENCE_MS, 0);
    perform(s);
    weir_err err = weir_loop_run(s->book.loop, WEIR_RUN_DEFAULT);
    if (loop_fixture_free(s->book.loop) != WEIR_OK) return "the loop could not be freed";
    if (err != WEIR_OK) return weir_err_name(err);
    const char *wrong = ledger_audit(&s->book);
    if (wrong) return wrong;
  }
  if (s->given != s->given_back) return "a gift did not come back, or came back twice";
  if (s->memory.bytes > 0 || s->memory.blocks > 0) return "memory was kept";
  return NULL;
}

static void assert_complete(const session *s) {
  assert_false(s->timed_out);
  assert_int_equal(s->book.end_count, 6);
  assert_int_equal(s->given, 3);
  assert_int_equal(s->echoed->received + s->giving->received + s->came + s->taken,
                   2 * (BIG + 53) + 3 * GIFT + 53);
}

/* STR-54, STR-45, GEN-06, STR-05 */
static void each_allocation_may_fail(void **state) {
  (void)state;
  for (size_t n = 1; n <= MOST_ALLOCATIONS; n++) {
    session *s = calloc(1, sizeof *s);
    assert_non_null(s);
    counting_allocator_init(&s->memory);
    memset(s->gift, 'w', sizeof s->gift);
    s->memory.fail_in = n;
    s->memory.fail_count = 1;
    const char *wrong = run(s);
    if (wrong) fail_msg("allocation %zu: %s", n, wrong);
    if (s->timed_out) fail_msg("allocation %zu: time was up", n);
    bool untouched = s->memory.refused == 0;
    if (untouched) assert_complete(s);
    free(s);
    if (untouched) return;
  }
  fail_msg("The script never passed untouched");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(each_allocation_may_fail)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
