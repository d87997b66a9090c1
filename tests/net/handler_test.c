/* A socket that is ended, changed, connected or let go in each of its own handlers and callbacks:
 * every event times every action. What is owed is told once, 'close' comes last and once, and no
 * memory is kept. */
#include "tests/net/session.h"
#include "tests/support/descriptor.h"
#include "tests/support/system.h"
#include "tests/support/test.h"

#include <string.h>

enum { SOME = 1000000 };

static void destroy_plain(session *s) {
  weir_socket_destroy(s->socket, NULL);
}

static void destroy_with_error(session *s) {
  weir_error error = WEIR_ERROR_INIT;
  error.code = WEIR_EIO;
  error.message = "the program's own";
  weir_socket_destroy(s->socket, &error);
  weir_socket_destroy(s->socket, &error);
}

static void detach(session *s) {
  intptr_t fd;
  if (weir_socket_detach(s->socket, &fd) == WEIR_OK) descriptor_close(fd);
}

static void destroy_soon(session *s) {
  weir_socket_destroy_soon(s->socket);
}

static void reset(session *s) {
  (void)weir_socket_reset_and_destroy(s->socket);
}

static void end_and_destroy(session *s) {
  session_end(s);
  weir_socket_destroy(s->socket, NULL);
  session_end(s);
}

static void write_all_ways(session *s) {
  weir_socket_cork(s->socket);
  session_write(s, 10);
  session_write_owned(s, SOME);
  session_timeout(s, SESSION_LONG_MS);
  weir_socket_uncork(s->socket);
  weir_socket_cork(s->socket);
  session_write(s, 10);
}

static void write_and_destroy(session *s) {
  session_write(s, SESSION_MUCH);
  weir_socket_destroy(s->socket, NULL);
  session_write_owned(s, 10);
}

static void connect_and_destroy(session *s) {
  session_connect(s);
  weir_socket_destroy(s->socket, NULL);
  session_connect(s);
}

static void let_go(session *s) {
  if (s->kept == 0) return;
  s->kept--;
  weir_socket_release(s->socket);
}

static void destroy_and_let_go(session *s) {
  weir_socket_destroy(s->socket, NULL);
  let_go(s);
}

static void take_handlers_away(session *s) {
  s->kept++;
  (void)weir_socket_retain(s->socket);
  s->unheard = true;
  (void)weir_socket_set_handlers(s->socket, NULL, NULL);
}

static void pause_and_resume(session *s) {
  weir_socket_pause(s->socket);
  weir_socket_resume(s->socket);
  weir_socket_pause(s->socket);
}

static void read_by_asking(session *s) {
  uint8_t byte;
  size_t length;
  (void)weir_socket_set_encoding(s->socket, WEIR_ENCODING_UTF8);
  (void)weir_socket_read(s->socket, &byte, 1, &length);
  (void)weir_socket_set_encoding(s->socket, WEIR_ENCODING_HEX);
}

static void pipe_and_unpipe(session *s) {
  weir_socket *other = s->peer_count > 0 ? s->peers[0].socket : NULL;
  (void)weir_socket_pipe(s->socket, s->socket, NULL);
  if (other) (void)weir_socket_pipe(other, s->socket, NULL);
  weir_socket_unpipe(other, s->socket);
  weir_socket_unpipe(s->socket, NULL);
  if (other) (void)weir_socket_pipe(s->socket, other, NULL);
}

static void close_server(session *s) {
  if (s->server) (void)weir_server_close(s->server, NULL, NULL);
}

static void free_server(session *s) {
  weir_server_free(s->server);
  s->server = NULL;
}

static void abort_it(session *s) {
  weir_abort(s->signal);
}

static void run_inside(session *s) {
  if (weir_loop_run(s->loop, WEIR_RUN_ONCE) != WEIR_EBUSY) session_wrong(s, "ran inside", NOWHERE);
  if (weir_loop_free(s->loop) != WEIR_EBUSY) session_wrong(s, "freed inside", NOWHERE);
}

static void replace_handlers(session *s) {
  (void)weir_socket_set_handlers(s->socket,
                                 s->course == ASKING ? &session_flowing : &session_asking, s);
  (void)weir_socket_set_handlers(s->socket,
                                 s->course == ASKING ? &session_asking : &session_flowing, s);
  (void)weir_socket_set_handlers(s->socket,
                                 s->course == ASKING ? &session_flowing : &session_asking, s);
}

typedef struct action {
  const char *name;
  void (*run)(session *s);
  bool lets_go; /* It gives a reference back. */
} action;

static const action actions[] = {{"destroy", destroy_plain, false},
                                 {"destroy with an error", destroy_with_error, false},
                                 {"end", session_end, false},
                                 {"end, then destroy", end_and_destroy, false},
                                 {"destroy_soon", destroy_soon, false},
                                 {"detach", detach, false},
                                 {"reset_and_destroy", reset, false},
                                 {"connect", session_connect, false},
                                 {"connect, destroy, connect", connect_and_destroy, false},
                                 {"release", let_go, true},
                                 {"destroy, then release", destroy_and_let_go, true},
                                 {"no handlers", take_handlers_away, false},
                                 {"other handlers", replace_handlers, false},
                                 {"pause and resume", pause_and_resume, false},
                                 {"read", read_by_asking, false},
                                 {"write in all ways", write_all_ways, false},
                                 {"write, then destroy", write_and_destroy, false},
                                 {"pipe and unpipe", pipe_and_unpipe, false},
                                 {"close the server", close_server, false},
                                 {"free the server", free_server, false},
                                 {"abort the signal", abort_it, false},
                                 {"destroy the peers", session_destroy_peers, false},
                                 {"run and free the loop", run_inside, false}};

static void all_actions(course c, const event *events, size_t count) {
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < COUNT_OF(actions); j++)
      session_play(c, events[i], actions[j].name, actions[j].run, actions[j].lets_go);
}

#define EVERY_ACTION(course, ...)                                                                  \
  do {                                                                                             \
    static const event events_[] = {__VA_ARGS__};                                                  \
    all_actions(course, events_, COUNT_OF(events_));                                               \
  } while (0)

/* SOC-12, SOC-33, STR-53 */
static void in_the_handlers_of_a_conversation(void **state) {
  (void)state;
  EVERY_ACTION(TALKING, ON_CONNECT, ON_READY, ON_DATA, ON_END, ON_DRAIN, ON_FINISH, ON_CLOSE,
               CONNECT_CALLED, WRITE_CALLED, OWNED_CALLED, END_CALLED);
}

/* SOC-36, STR-05, STR-53, TMO-02 */
static void while_writes_wait_for_the_peer(void **state) {
  (void)state;
  EVERY_ACTION(STUCK, ON_TIMEOUT, TIMEOUT_CALLED, WRITE_CALLED, OWNED_CALLED, END_CALLED, ON_CLOSE);
}

/* SOC-19, CON-28, STR-53 */
static void when_nobody_listens(void **state) {
  (void)state;
  EVERY_ACTION(REFUSED, ON_ERROR, CONNECT_CALLED, WRITE_CALLED, OWNED_CALLED, END_CALLED,
               TIMEOUT_CALLED, ON_CLOSE);
}

/* STR-37 */
static void in_on_readable(void **state) {
  (void)state;
  EVERY_ACTION(ASKING, ON_READABLE, ON_END, ON_CLOSE);
}

/* STR-45, STR-47 */
static void in_onread(void **state) {
  (void)state;
  EVERY_ACTION(INTO_MEMORY, ONREAD_PROVIDES, ONREAD_CALLED, ON_CONNECT, ON_END, ON_CLOSE);
}

/* SOC-22, HE-04, HE-06 */
static void while_addresses_are_tried(void **state) {
  (void)state;
  EVERY_ACTION(BY_NAME, ON_LOOKUP, ON_ATTEMPT, ON_ATTEMPT_FAILED, ON_CONNECT, ON_CLOSE);
  EVERY_ACTION(OVERLAPPING, ON_ATTEMPT, ON_ATTEMPT_FAILED, ON_CONNECT);
}

/* HE-06 */
static void while_an_address_does_not_answer(void **state) {
  (void)state;
  if (strcmp(loop_fixture_backend_name(), "sim") != 0 && !system_full_queue_is_silent()) {
    print_message("skipped: every address of this system answers, or refuses\n");
    skip();
  }
  EVERY_ACTION(BY_NAME, ON_ATTEMPT_TIMEOUT);
}

/* CON-20: it runs inside destroy(). */
static void in_a_resolver_that_nobody_waits_for(void **state) {
  (void)state;
  EVERY_ACTION(HANGING, LOOKUP_CANCELED, ON_CLOSE);
}

/* SOC-20, CON-05: callbacks that were asked for in 'close'. */
static void behind_close(void **state) {
  (void)state;
  EVERY_ACTION(LATE, WRITE_CALLED, ON_CLOSE);
  EVERY_ACTION(LATE_KEPT, WRITE_CALLED, ON_CLOSE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(in_the_handlers_of_a_conversation),
      cmocka_unit_test(while_writes_wait_for_the_peer),
      cmocka_unit_test(when_nobody_listens),
      cmocka_unit_test(in_on_readable),
      cmocka_unit_test(in_onread),
      cmocka_unit_test(while_addresses_are_tried),
      cmocka_unit_test(while_an_address_does_not_answer),
      cmocka_unit_test(in_a_resolver_that_nobody_waits_for),
      cmocka_unit_test(behind_close),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
