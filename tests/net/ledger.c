/* Keeps the account; what a session does is in the tests. */
#include "tests/net/ledger.h"

#include <stdio.h>
#include <string.h>

enum { MOST_BYTES = 400000 };

static void wrong(ledger *book, const char *format, ...) {
  va_list arguments;
  if (book->wrong[0] != '\0') return;
  va_start(arguments, format);
  (void)vsnprintf(book->wrong, sizeof book->wrong, format, arguments);
  va_end(arguments);
}

static size_t number_of(const ledger_end *end) {
  return (size_t)(end - end->book->ends);
}

/* What the properties must say while an event is told: the state is final before. */
static bool state_fits(const weir_socket *socket, ledger_event event) {
  switch (event) {
  case LEDGER_TOLD_CONNECT: return !weir_socket_connecting(socket) && !weir_socket_pending(socket);
  case LEDGER_TOLD_DATA: return !weir_socket_readable_ended(socket);
  case LEDGER_TOLD_END: return weir_socket_readable_ended(socket) && !weir_socket_readable(socket);
  case LEDGER_TOLD_DRAIN: return weir_socket_writable_length(socket) == 0;
  case LEDGER_TOLD_FINISH: return weir_socket_writable_finished(socket);
  case LEDGER_TOLD_ERROR: return weir_socket_errored(socket) != WEIR_OK;
  case LEDGER_TOLD_CLOSE:
    return weir_socket_closed(socket) && weir_socket_buffer_size(socket) == -1 &&
           weir_socket_ready_state(socket) == WEIR_READY_STATE_CLOSED;
  case LEDGER_TOLD_TIMEOUT: return weir_socket_timeout_ms(socket) > 0;
  case LEDGER_TOLD_READY:
  case LEDGER_TOLD_ACCEPTED:
  case LEDGER_TOLD_CALLBACK: break;
  }
  return true;
}

static bool is_alive(ledger_event event) {
  return event != LEDGER_TOLD_ERROR && event != LEDGER_TOLD_CLOSE;
}

static void tell(ledger_end *end, ledger_event event) {
  static const char *const names[] = {"connect", "ready",   "accepted", "data",  "end",     "drain",
                                      "finish",  "timeout", "error",    "close", "callback"};
  bool often =
      event == LEDGER_TOLD_DATA || event == LEDGER_TOLD_DRAIN || event == LEDGER_TOLD_TIMEOUT;
  unsigned most = often ? UINT32_MAX : 1;
  if (end->told[LEDGER_TOLD_CLOSE] > 0)
    wrong(end->book, "socket %zu was told '%s' after 'close'", number_of(end), names[event]);
  if (!state_fits(end->socket, event))
    wrong(end->book, "socket %zu: the state does not fit '%s'", number_of(end), names[event]);
  if (is_alive(event) && weir_socket_destroyed(end->socket))
    wrong(end->book, "socket %zu was told '%s' after destroy()", number_of(end), names[event]);
  if (++end->told[event] > most)
    wrong(end->book, "socket %zu was told '%s' again", number_of(end), names[event]);
  if (event == LEDGER_TOLD_CLOSE) end->book->open--;
  if (end->book->hook) end->book->hook(end->book, end, event);
  if (event == LEDGER_TOLD_CLOSE) end->socket = NULL;
}

static void on_connect(weir_socket *socket, void *user) {
  (void)socket;
  tell(user, LEDGER_TOLD_CONNECT);
}

static void on_ready(weir_socket *socket, void *user) {
  (void)socket;
  tell(user, LEDGER_TOLD_READY);
}

static void on_data(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  ledger_end *end = user;
  (void)socket;
  if (end->told[LEDGER_TOLD_END] > 0) wrong(end->book, "data behind 'end'");
  for (size_t i = 0; i < length; i++)
    if (data[i] != 'w') wrong(end->book, "a byte that nobody wrote");
  end->received += length;
  tell(end, LEDGER_TOLD_DATA);
}

static void on_end(weir_socket *socket, void *user) {
  (void)socket;
  tell(user, LEDGER_TOLD_END);
}

static void on_drain(weir_socket *socket, void *user) {
  (void)socket;
  tell(user, LEDGER_TOLD_DRAIN);
}

static void on_finish(weir_socket *socket, void *user) {
  (void)socket;
  tell(user, LEDGER_TOLD_FINISH);
}

static void on_timeout(weir_socket *socket, void *user) {
  (void)socket;
  tell(user, LEDGER_TOLD_TIMEOUT);
}

static void on_error(weir_socket *socket, const weir_error *error, void *user) {
  ledger_end *end = user;
  if (error->code == WEIR_OK) wrong(end->book, "an error without code");
  if (!weir_socket_destroyed(socket)) wrong(end->book, "'error' of a socket that is alive");
  tell(end, LEDGER_TOLD_ERROR);
}

static void on_close(weir_socket *socket, bool had_error, void *user) {
  ledger_end *end = user;
  (void)socket;
  if (had_error != (end->told[LEDGER_TOLD_ERROR] > 0))
    wrong(end->book, "'close' and 'error' do not agree");
  tell(end, LEDGER_TOLD_CLOSE);
}

static const weir_socket_handlers handlers = {.size = sizeof(weir_socket_handlers),
                                              .on_connect = on_connect,
                                              .on_ready = on_ready,
                                              .on_data = on_data,
                                              .on_end = on_end,
                                              .on_drain = on_drain,
                                              .on_finish = on_finish,
                                              .on_error = on_error,
                                              .on_close = on_close,
                                              .on_timeout = on_timeout};

static ledger_end *new_end(ledger *book, weir_socket *socket) {
  if (book->end_count == LEDGER_ENDS) return NULL;
  ledger_end *end = &book->ends[book->end_count++];
  *end = (ledger_end){.book = book, .socket = socket};
  book->open++;
  return end;
}

static void on_connection(weir_server *server, weir_socket *socket, void *user) {
  ledger *book = user;
  (void)server;
  ledger_end *end = new_end(book, socket);
  if (!end) {
    weir_socket_destroy(socket, NULL);
    return;
  }
  end->accepted = true;
  (void)weir_socket_set_handlers(socket, &handlers, end);
  tell(end, LEDGER_TOLD_ACCEPTED);
}

static void on_server_close(weir_server *server, void *user) {
  (void)server;
  ((ledger *)user)->server_closes++;
}

static void on_server_error(weir_server *server, const weir_error *error, void *user) {
  (void)server;
  (void)error;
  ((ledger *)user)->server_errors++;
}

static void on_overload(weir_server *server, const weir_error *error, uint32_t retry_ms,
                        void *user) {
  (void)server;
  (void)error;
  (void)retry_ms;
  ((ledger *)user)->overloads++;
}

static const weir_server_handlers server_handlers = {sizeof(weir_server_handlers),
                                                     NULL,
                                                     on_connection,
                                                     on_server_close,
                                                     on_server_error,
                                                     on_overload,
                                                     NULL};

void ledger_init(ledger *book, weir_loop *loop) {
  memset(book, 0, sizeof *book);
  book->loop = loop;
}

bool ledger_serve(ledger *book, const weir_server_options *options) {
  return weir_create_server(book->loop, options, &server_handlers, book, &book->server) == WEIR_OK;
}

static ledger_operation *begin(ledger *book, ledger_kind kind, ledger_end *end) {
  static ledger_operation none;
  if (book->operation_count == LEDGER_OPERATIONS) {
    wrong(book, "the ledger is full");
    return &none;
  }
  ledger_operation *operation = &book->operations[book->operation_count++];
  *operation = (ledger_operation){.book = book, .kind = kind, .end = end};
  if (end) operation->late = end->told[LEDGER_TOLD_CLOSE] > 0;
  if (end) operation->over = !weir_socket_writable(end->socket);
  return operation;
}

static bool taken(weir_err answer) {
  return answer == WEIR_OK || answer == WEIR_WAIT_DRAIN;
}

static void returned(ledger_operation *operation, weir_err answer) {
  ledger_end *end = operation->end;
  if (operation->calls > 0) wrong(operation->book, "a callback ran inside its call");
  operation->answer = answer;
  if (operation->kind == LEDGER_WRITE) operation->over = !weir_socket_writable(end->socket);
  if (operation->kind == LEDGER_END && weir_socket_destroyed(end->socket)) operation->over = true;
  if (operation->kind == LEDGER_WRITE && taken(answer)) operation->number = ++end->next_write;
  if (operation->kind == LEDGER_END) operation->writes = end->next_write;
}

static void called(ledger_operation *operation) {
  ledger *book = operation->book;
  ledger_end *end = operation->end;
  if (++operation->calls > 1) wrong(book, "a callback of kind %d ran again", operation->kind);
  if (!end) return;
  if (end->told[LEDGER_TOLD_CLOSE] > 0 && !operation->late)
    wrong(book, "a callback of kind %d of socket %zu ran after 'close'", operation->kind,
          number_of(end));
  if (operation->kind == LEDGER_WRITE && taken(operation->answer) &&
      operation->number != ++end->told_write)
    wrong(book, "write %u of socket %zu called back as number %u", operation->number,
          number_of(end), end->told_write);
  if (operation->kind == LEDGER_END && operation->answer == WEIR_OK &&
      end->told_write < operation->writes)
    wrong(book, "an end callback of socket %zu ran before a write's", number_of(end));
}

static void socket_called(weir_socket *socket, const weir_error *error, void *user) {
  ledger_operation *operation = user;
  (void)socket;
  (void)error;
  called(operation);
  if (operation->book->hook)
    operation->book->hook(operation->book, operation->end, LEDGER_TOLD_CALLBACK);
}

static void server_called(weir_server *server, const weir_error *error, void *user) {
  (void)server;
  (void)error;
  called(user);
}

weir_err ledger_listen(ledger *book, const weir_listen_options *options) {
  ledger_operation *operation = begin(book, LEDGER_LISTEN, NULL);
  returned(operation, weir_server_listen(book->server, options, server_called, operation));
  return operation->answer;
}

weir_err ledger_close(ledger *book) {
  ledger_operation *operation = begin(book, LEDGER_CLOSE, NULL);
  returned(operation, weir_server_close(book->server, server_called, operation));
  return operation->answer;
}

ledger_end *ledger_connect(ledger *book, const weir_connect_options *target,
                           const weir_socket_options *options) {
  if (book->end_count == LEDGER_ENDS) return NULL;
  ledger_end *next = &book->ends[book->end_count];
  weir_socket *socket;
  if (weir_socket_create(book->loop, options, &handlers, next, &socket) != WEIR_OK) return NULL;
  ledger_end *end = new_end(book, socket);
  ledger_operation *operation = begin(book, LEDGER_CONNECT, end);
  returned(operation, weir_socket_connect(socket, target, socket_called, operation));
  if (operation->answer != WEIR_OK) weir_socket_destroy(socket, NULL);
  return end;
}

static const uint8_t *some_bytes(void) {
  static uint8_t bytes[MOST_BYTES];
  if (bytes[0] == 0) memset(bytes, 'w', sizeof bytes);
  return bytes;
}

weir_err ledger_write(ledger_end *end, size_t length) {
  ledger_operation *operation = begin(end->book, LEDGER_WRITE, end);
  if (length > MOST_BYTES) length = MOST_BYTES;
  returned(operation,
           weir_socket_write(end->socket, some_bytes(), length, socket_called, operation));
  return operation->answer;
}

weir_err ledger_finish(ledger_end *end, size_t length) {
  ledger_operation *operation = begin(end->book, LEDGER_END, end);
  returned(operation, weir_socket_end(end->socket, some_bytes(), length, socket_called, operation));
  return operation->answer;
}

weir_err ledger_timeout(ledger_end *end, int64_t timeout_ms) {
  ledger_operation *operation = begin(end->book, LEDGER_TIMEOUT, end);
  returned(operation, weir_socket_set_timeout(end->socket, timeout_ms, socket_called, operation));
  return operation->answer;
}

void ledger_no_timeout(ledger_end *end) {
  ledger *book = end->book;
  ledger_operation *last = NULL;
  for (size_t i = 0; i < book->operation_count; i++) {
    ledger_operation *o = &book->operations[i];
    if (o->kind == LEDGER_TIMEOUT && o->end == end && o->answer == WEIR_OK && o->calls == 0)
      last = o;
  }
  (void)weir_socket_set_timeout(end->socket, 0, last ? socket_called : NULL, last);
}

void ledger_destroy(ledger_end *end) {
  weir_socket_destroy(end->socket, NULL);
}

void ledger_reset(ledger_end *end) {
  (void)weir_socket_reset_and_destroy(end->socket);
}

/* How often the callback of a call that returned this may have run. */
static bool right_count(const ledger_operation *operation) {
  unsigned calls = operation->calls;
  switch (operation->kind) {
  case LEDGER_CONNECT:
  case LEDGER_TIMEOUT:
  case LEDGER_LISTEN: return calls == (operation->answer == WEIR_OK ? 1 : 0);
  case LEDGER_CLOSE: return calls == (operation->answer == WEIR_ENOMEM ? 0 : 1);
  case LEDGER_WRITE:
  case LEDGER_END: break;
  }
  /* Without memory nothing has happened, unless it was the end of the writing side. */
  if (operation->answer == WEIR_ENOMEM) return calls == 0 || (calls == 1 && operation->over);
  return calls == 1;
}

const char *ledger_audit(ledger *book) {
  for (size_t i = 0; i < book->operation_count; i++) {
    const ledger_operation *o = &book->operations[i];
    if (!right_count(o))
      wrong(book, "operation %zu, kind %d, returned %s and its callback ran %u times", i, o->kind,
            weir_err_name(o->answer), o->calls);
  }
  for (size_t i = 0; i < book->end_count; i++)
    if (book->ends[i].told[LEDGER_TOLD_CLOSE] != 1)
      wrong(book, "socket %zu was told 'close' %u times", i, book->ends[i].told[LEDGER_TOLD_CLOSE]);
  return book->wrong[0] != '\0' ? book->wrong : NULL;
}
