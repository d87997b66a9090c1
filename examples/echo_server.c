/*
 * An echo server on any number of TCP ports and Unix domain sockets: the program to start from.
 *
 * It shows how one set of handlers serves both kinds of endpoint, how a slow reader slows its own
 * sender down and nobody else, and how a signal ends a program that lives on a loop. It decides
 * nothing about bytes: what comes in goes back.
 */
#include "arguments.h"
#include "timeline.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAM         "echo_server"
#define ENDPOINTS_MAX   16
#define SIGNAL_CHECK_MS 50   /* How long a signal may wait until it is seen. */
#define GRACE_MS        2000 /* How long connections may take to send what is queued. */

static const char usage[] =
    "[--host ADDRESS] --tcp PORT | --unix PATH ... [--backend NAME] [--greet] [--quiet]\n"
    "  --host ADDRESS  for the --tcp behind it; without it: all addresses, IPv4 and IPv6\n"
    "  --tcp PORT      listens on a port; 0: a free one, printed with 'listening'\n"
    "  --unix PATH     listens on a Unix domain socket; on Windows a named pipe\n"
    "  --backend NAME  how the system is asked\n"
    "  --greet         says hello to each connection first\n"
    "  --quiet         prints failures only";

/* What the command line asks for. */
typedef struct echo_settings {
  weir_listen_options endpoints[ENDPOINTS_MAX];
  size_t endpoint_count;
  const char *backend;
  bool greet;
  bool quiet;
} echo_settings;

typedef struct echo_program {
  const echo_settings *settings;
  weir_loop *loop;
  timeline timeline;
  weir_timer *timer; /* Looks for signals, and later ends the grace period. */
  weir_server *servers[ENDPOINTS_MAX];
  size_t server_count;
  struct echo_connection *connections; /* Those that live, newest first. */
  unsigned numbered;                   /* How many there ever were. */
  bool ending;
  bool failed;
} echo_program;

/* One connection, from 'connection' until 'close'. */
typedef struct echo_connection {
  echo_program *program;
  weir_socket *socket;
  struct echo_connection *next;
  char name[TIMELINE_PLACE_SIZE + 16]; /* "#1 127.0.0.1:40000" */
} echo_connection;

/* ---- A connection ---- */

static void tell(const echo_connection *connection, const char *event, const char *detail) {
  timeline_event(&connection->program->timeline, connection->name, event, detail);
}

/* Sends bytes and stops reading while the peer does not take them: this is all the flow control
 * there is to do. Without it a peer that only sends would fill this program's memory. */
static void send_back(echo_connection *connection, const void *data, size_t length) {
  weir_err err = weir_socket_write(connection->socket, data, length, NULL, NULL);
  if (err == WEIR_WAIT_DRAIN) {
    weir_socket_pause(connection->socket);
  } else if (err != WEIR_OK) {
    /* An echo with a hole in it is worse than none. Most refusals have destroyed the socket
     * already, and then this does nothing. */
    weir_error error = WEIR_ERROR_INIT;
    error.code = err;
    error.syscall = "write";
    weir_socket_destroy(connection->socket, &error);
  }
}

static void on_data(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  char count[32];
  if (!weir_socket_writable(socket)) return; /* The program is ending, and this side with it. */
  snprintf(count, sizeof count, "%zu", length);
  tell(user, "data", count);
  send_back(user, data, length);
}

static void on_drain(weir_socket *socket, void *user) {
  tell(user, "drain", "");
  weir_socket_resume(socket);
}

/* Nothing to do: without allow_half_open weir ends this side too, behind all that is queued. */
static void on_end(weir_socket *socket, void *user) {
  (void)socket;
  tell(user, "end", "");
}

static void on_finish(weir_socket *socket, void *user) {
  (void)socket;
  tell(user, "finish", "");
}

static void on_error(weir_socket *socket, const weir_error *error, void *user) {
  char text[256];
  (void)socket;
  weir_error_message(error, text, sizeof text);
  tell(user, "error", text);
}

/* The last event of a socket, whatever happened before: the place to free what belongs to it. */
static void on_close(weir_socket *socket, bool had_error, void *user) {
  echo_connection *closed = user;
  echo_connection **link = &closed->program->connections;
  (void)socket;
  tell(closed, "close", had_error ? "after an error" : "");
  while (*link != closed) link = &(*link)->next;
  *link = closed->next;
  free(closed);
}

static const weir_socket_handlers connection_handlers = {.size = sizeof(weir_socket_handlers),
                                                         .on_data = on_data,
                                                         .on_drain = on_drain,
                                                         .on_end = on_end,
                                                         .on_finish = on_finish,
                                                         .on_error = on_error,
                                                         .on_close = on_close};

/* ---- A server ---- */

/* Peers on a Unix domain socket have no address, so the server's path stands for them. */
static void name_connection(echo_connection *connection, weir_server *server, unsigned number) {
  char place[TIMELINE_PLACE_SIZE];
  weir_address address;
  weir_err err = weir_socket_remote_address(connection->socket, &address);
  if (err != WEIR_OK) memset(&address, 0, sizeof address);
  timeline_place(&address, weir_server_path(server, NULL), place, sizeof place);
  snprintf(connection->name, sizeof connection->name, "#%u %s", number, place);
}

static void on_connection(weir_server *server, weir_socket *socket, void *user) {
  static const char greeting[] = "hello\r\n";
  echo_program *program = user;
  echo_connection *opened = calloc(1, sizeof *opened);
  if (program->ending || opened == NULL ||
      weir_socket_set_handlers(socket, &connection_handlers, opened) != WEIR_OK) {
    free(opened);
    weir_socket_destroy(socket, NULL);
    return;
  }
  opened->program = program;
  opened->socket = socket;
  opened->next = program->connections;
  program->connections = opened;
  name_connection(opened, server, ++program->numbered);
  tell(opened, "connection", "");
  if (program->settings->greet) send_back(opened, greeting, sizeof greeting - 1);
}

static void on_listening(weir_server *server, void *user) {
  char place[TIMELINE_PLACE_SIZE];
  echo_program *program = user;
  weir_address address;
  weir_err err = weir_server_address(server, &address);
  if (err != WEIR_OK) {
    program_refused(PROGRAM, "listening", err);
    return;
  }
  timeline_place(&address, weir_server_path(server, NULL), place, sizeof place);
  timeline_event(&program->timeline, "--", "listening", place);
}

/* Closes all servers, whereby socket files go, and lets each connection send what is queued. The
 * loop then runs out of things to do, and weir_loop_run() returns. */
static void end_program(echo_program *program) {
  if (program->ending) return;
  program->ending = true;
  for (size_t i = 0; i < program->server_count; i++) {
    if (!weir_server_listening(program->servers[i])) continue;
    weir_err err = weir_server_close(program->servers[i], NULL, NULL);
    if (err != WEIR_OK) program_refused(PROGRAM, "close", err);
  }
  for (echo_connection *c = program->connections; c != NULL; c = c->next)
    weir_socket_destroy_soon(c->socket);
  weir_timer_start(program->timer, GRACE_MS, 0);
}

/* A server that should listen and does not has failed to; otherwise one connection was lost, no
 * more. */
static void on_server_error(weir_server *server, const weir_error *error, void *user) {
  echo_program *program = user;
  timeline_failure(&program->timeline, error);
  if (program->ending || weir_server_listening(server)) return;
  program->failed = true;
  end_program(program);
}

static void on_overload(weir_server *server, const weir_error *error, uint32_t retry_ms,
                        void *user) {
  echo_program *program = user;
  (void)server;
  (void)retry_ms;
  timeline_failure(&program->timeline, error);
}

static const weir_server_handlers server_handlers = {.size = sizeof(weir_server_handlers),
                                                     .on_listening = on_listening,
                                                     .on_connection = on_connection,
                                                     .on_error = on_server_error,
                                                     .on_overload = on_overload};

/* ---- Signals ---- */

static volatile sig_atomic_t signalled;

/* A handler may do next to nothing, so it only leaves a note. The next signal ends the program at
 * once, for those who do not want to wait. */
static void note_signal(int number) {
  signalled = 1;
  signal(number, SIG_DFL);
}

static void on_timer(weir_timer *timer, void *user) {
  echo_program *program = user;
  (void)timer;
  if (program->ending) {
    weir_loop_stop(program->loop);
  } else if (signalled) {
    timeline_event(&program->timeline, "--", "signal", "");
    end_program(program);
  }
}

/* Looking at the note every few milliseconds is the one way that needs nothing but C. */
static weir_err watch_signals(echo_program *program) {
  weir_err err = weir_timer_create(program->loop, on_timer, program, &program->timer);
  if (err != WEIR_OK) return err;
  weir_timer_unref(program->timer); /* It shall not keep a loop open that has nothing else. */
  weir_timer_start(program->timer, SIGNAL_CHECK_MS, SIGNAL_CHECK_MS);
  signal(SIGINT, note_signal);
  signal(SIGTERM, note_signal);
  return WEIR_OK;
}

/* ---- The program ---- */

static weir_err listen_on(echo_program *program, const weir_listen_options *endpoint) {
  weir_server *server;
  weir_err err = weir_create_server(program->loop, NULL, &server_handlers, program, &server);
  if (err != WEIR_OK) return err;
  program->servers[program->server_count++] = server;
  return weir_server_listen(server, endpoint, NULL, NULL);
}

static weir_err serve(echo_program *program) {
  const echo_settings *settings = program->settings;
  program->timeline = timeline_begin(PROGRAM, settings->quiet ? NULL : stdout, program->loop);
  weir_err err = watch_signals(program);
  for (size_t i = 0; err == WEIR_OK && i < settings->endpoint_count; i++)
    err = listen_on(program, &settings->endpoints[i]);
  if (err == WEIR_OK) err = weir_loop_run(program->loop, WEIR_RUN_DEFAULT);
  return err;
}

static weir_listen_options *add_endpoint(echo_settings *settings, command_line *line) {
  static const weir_listen_options unset = WEIR_LISTEN_OPTIONS_INIT;
  if (settings->endpoint_count == ENDPOINTS_MAX) {
    arguments_refuse(line, line->next[-1], "is one endpoint too many");
    settings->endpoint_count--;
  }
  weir_listen_options *endpoint = &settings->endpoints[settings->endpoint_count++];
  *endpoint = unset;
  return endpoint;
}

static command_line read_arguments(char **argv, echo_settings *settings) {
  command_line line = arguments_begin(argv);
  const char *host = NULL;
  const char *text;
  while (arguments_left(&line)) {
    if (arguments_value(&line, "--host", &text)) {
      host = arguments_address(&line, text);
    } else if (arguments_value(&line, "--tcp", &text)) {
      weir_listen_options *endpoint = add_endpoint(settings, &line);
      endpoint->port = arguments_number(&line, text, ARGUMENTS_PORT_MAX);
      endpoint->host = host;
      host = NULL;
    } else if (arguments_value(&line, "--unix", &text)) {
      weir_listen_options *endpoint = add_endpoint(settings, &line);
      endpoint->path = text;
      endpoint->path_overflow = WEIR_PATH_REFUSE; /* A cut name is not what the user typed. */
      endpoint->pipe_half_close = true;           /* As echo_client, which ends first. */
      if (text[0] == '\0') arguments_refuse(&line, "--unix", "needs a path");
    } else if (arguments_flag(&line, "--greet")) {
      settings->greet = true;
    } else if (arguments_flag(&line, "--quiet")) {
      settings->quiet = true;
    } else if (!arguments_value(&line, "--backend", &settings->backend)) {
      arguments_refuse(&line, arguments_word(&line), "is not expected here");
    }
  }
  if (host != NULL) arguments_refuse(&line, host, "needs a --tcp behind it");
  if (settings->endpoint_count == 0) arguments_refuse(&line, "--tcp or --unix", "is missing");
  return line;
}

int main(int argc, char **argv) {
  echo_settings settings = {.endpoint_count = 0};
  echo_program program = {.settings = &settings};
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  (void)argc;

  command_line line = read_arguments(argv, &settings);
  if (line.problem != NULL) {
    arguments_usage(&line, PROGRAM, usage);
    return 2;
  }
  options.backend = settings.backend;
  weir_err err = weir_loop_create(&options, &program.loop);
  if (err != WEIR_OK) {
    program_refused(PROGRAM, settings.backend == NULL ? "loop" : settings.backend, err);
    return err == WEIR_ERR_INVALID_ARG_VALUE ? 2 : 1;
  }
  err = serve(&program);
  if (err != WEIR_OK) program_refused(PROGRAM, "failed", err);
  /* Frees the servers, the timer and what is left of the connections with the loop. */
  weir_err freed = weir_loop_free(program.loop);
  return err == WEIR_OK && freed == WEIR_OK && !program.failed ? 0 : 1;
}
