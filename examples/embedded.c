/*
 * The weir half of the programs with a loop of their own: connections are echoed and end when they
 * are idle, and lines of standard input say when all of it ends. How weir is turned is not decided
 * here: nothing in this file waits.
 */
#define _POSIX_C_SOURCE 200809L

#include "embedded.h"

#include "arguments.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <weir/backend.h>

#define IDLE_MS  30000
#define TICK_MS  1000
#define GRACE_MS 2000 /* How long connections may take to send what is queued. */

static const char usage[] =
    "--tcp PORT | --unix PATH [--idle MS] [--tick MS] [--backend NAME]\n"
    "  --tcp PORT      listens on a port of 127.0.0.1; 0: a free one, printed with 'listening'\n"
    "  --unix PATH     listens on a Unix domain socket\n"
    "  --idle MS       ends connections on which nothing happens; 30000, 0: never\n"
    "  --tick MS       how often the host has something of its own to do; 1000, 0: never\n"
    "  --backend NAME  how weir asks the system; in_uv has no choice\n"
    "Lines of standard input: \"count\" tells how many connections there are, \"close\" takes no\n"
    "more of them and ends with the last one, as does the end of the input, \"quit\" ends all now.";

static void tell(const embedded *e, const char *who, const char *event, const char *detail) {
  timeline_event(&e->timeline, who, event, detail);
}

static void tell_number(const embedded *e, const char *who, const char *event, size_t number) {
  char text[32];
  snprintf(text, sizeof text, "%zu", number);
  tell(e, who, event, text);
}

void embedded_failed(embedded *e, const char *what) {
  fprintf(stderr, "%s: %s: %s\n", e->program, what, strerror(errno));
  e->status = 1;
}

void embedded_refused(embedded *e, const char *what, weir_err err) {
  program_refused(e->program, what, err);
  e->status = 1;
}

/* ---- Connections ---- */

static weir_socket **place_of(embedded *e, const weir_socket *socket) {
  for (size_t i = 0; i < EMBEDDED_CONNECTIONS_MAX; i++)
    if (e->sockets[i] == socket) return &e->sockets[i];
  return NULL;
}

static void on_timeout(weir_socket *socket, void *user) {
  tell(user, "weir", "idle", "");
  weir_socket_destroy_soon(socket);
}

static void on_socket_error(weir_socket *socket, const weir_error *error, void *user) {
  const embedded *e = user;
  (void)socket;
  timeline_failure(&e->timeline, error);
}

static void on_close(weir_socket *socket, bool had_error, void *user) {
  embedded *e = user;
  weir_socket **place = place_of(e, socket);
  (void)had_error;
  if (place != NULL) *place = NULL;
  tell_number(e, "weir", "closed, left:", weir_server_connections(e->server));
}

static const weir_socket_handlers socket_handlers = {.size = sizeof(weir_socket_handlers),
                                                     .on_timeout = on_timeout,
                                                     .on_error = on_socket_error,
                                                     .on_close = on_close};

/* A socket piped into itself is an echo that reads no faster than it can write. */
static void on_connection(weir_server *server, weir_socket *socket, void *user) {
  embedded *e = user;
  weir_socket **place = place_of(e, NULL);
  weir_err err = weir_socket_set_handlers(socket, &socket_handlers, e);
  if (err == WEIR_OK) err = weir_socket_set_timeout(socket, e->idle_ms, NULL, NULL);
  if (err == WEIR_OK) err = weir_socket_pipe(socket, socket, NULL);
  if (err != WEIR_OK || place == NULL) {
    weir_socket_destroy(socket, NULL);
    return;
  }
  *place = socket;
  tell_number(e, "weir", "connection", weir_server_connections(server));
}

/* ---- The server ---- */

static void on_listening(weir_server *server, void *user) {
  char text[TIMELINE_PLACE_SIZE];
  embedded *e = user;
  weir_address address;
  weir_err err = weir_server_address(server, &address);
  if (err != WEIR_OK) {
    embedded_refused(e, "listening", err);
    return;
  }
  timeline_place(&address, weir_server_path(server, NULL), text, sizeof text);
  tell(e, "weir", "listening", text);
}

/* A server that does not listen has failed to, and then nothing keeps the loop alive; otherwise one
 * connection was lost, no more. */
static void on_server_error(weir_server *server, const weir_error *error, void *user) {
  embedded *e = user;
  timeline_failure(&e->timeline, error);
  if (!weir_server_listening(server)) e->status = 1;
}

static const weir_server_handlers server_handlers = {.size = sizeof(weir_server_handlers),
                                                     .on_listening = on_listening,
                                                     .on_connection = on_connection,
                                                     .on_error = on_server_error};

bool embedded_serve(embedded *e) {
  weir_server_options options = WEIR_SERVER_OPTIONS_INIT;
  options.max_connections = EMBEDDED_CONNECTIONS_MAX;
  weir_err err = weir_create_server(e->loop, &options, &server_handlers, e, &e->server);
  if (err == WEIR_OK) err = weir_server_listen(e->server, &e->endpoint, NULL, NULL);
  if (err == WEIR_OK) return true;
  embedded_refused(e, "listen", err);
  return false;
}

/* ---- What the host is told ---- */

static void close_server(embedded *e) {
  if (!weir_server_listening(e->server)) return;
  weir_err err = weir_server_close(e->server, NULL, NULL);
  if (err == WEIR_OK)
    tell(e, "host", "closing", "");
  else
    embedded_refused(e, "close", err);
}

/* Each connection sends what is queued and ends. A peer that does not take it has its time. */
static void quit(embedded *e) {
  close_server(e);
  for (size_t i = 0; i < EMBEDDED_CONNECTIONS_MAX; i++)
    if (e->sockets[i] != NULL) weir_socket_destroy_soon(e->sockets[i]);
  weir_err err = weir_server_close_within(e->server, GRACE_MS, NULL, NULL);
  if (err != WEIR_OK && err != WEIR_ERR_SERVER_NOT_RUNNING) embedded_refused(e, "quit", err);
}

static void obey(embedded *e) {
  e->line[e->line_length] = '\0';
  e->line_length = 0;
  if (strcmp(e->line, "count") == 0)
    tell_number(e, "host", "connections", weir_server_connections(e->server));
  else if (strcmp(e->line, "close") == 0)
    close_server(e);
  else if (strcmp(e->line, "quit") == 0)
    quit(e);
  else if (e->line[0] != '\0')
    tell(e, "host", "does not know", e->line);
}

static void take_bytes(embedded *e, const char *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if (bytes[i] == '\n')
      obey(e);
    else if (e->line_length < EMBEDDED_LINE_SIZE - 1)
      e->line[e->line_length++] = bytes[i];
  }
}

bool embedded_input(embedded *e) {
  char bytes[256];
  ssize_t length = read(STDIN_FILENO, bytes, sizeof bytes);
  if (length > 0) {
    take_bytes(e, bytes, (size_t)length);
    return true;
  }
  if (length < 0 && (errno == EINTR || errno == EAGAIN)) return true;
  if (length < 0) embedded_failed(e, "standard input");
  obey(e); /* A last line may lack its end. */
  close_server(e);
  return false;
}

void embedded_tick(embedded *e) {
  tell_number(e, "host", "tick", ++e->ticks);
}

/* ---- Beginning and end ---- */

static command_line read_arguments(embedded *e, char **argv, weir_loop_options *how) {
  static const weir_listen_options unset = WEIR_LISTEN_OPTIONS_INIT;
  command_line line = arguments_begin(argv);
  bool may_choose = how->backend == NULL;
  const char *text;
  e->endpoint = unset;
  e->endpoint.host = "127.0.0.1";
  while (arguments_left(&line)) {
    if (arguments_value(&line, "--tcp", &text)) {
      e->endpoint.port = arguments_number(&line, text, ARGUMENTS_PORT_MAX);
    } else if (arguments_value(&line, "--unix", &text)) {
      e->endpoint.path = text;
      e->endpoint.path_overflow = WEIR_PATH_REFUSE; /* A cut name is not what the user typed. */
      e->endpoint.reclaim_path = true;              /* From a run that was killed. */
      if (text[0] == '\0') arguments_refuse(&line, "--unix", "needs a path");
    } else if (arguments_value(&line, "--idle", &text)) {
      e->idle_ms = arguments_number(&line, text, INT32_MAX);
    } else if (arguments_value(&line, "--tick", &text)) {
      e->tick_ms = arguments_number(&line, text, INT32_MAX);
    } else if (!may_choose || !arguments_value(&line, "--backend", &how->backend)) {
      arguments_refuse(&line, arguments_word(&line), "is not expected here");
    }
  }
  if ((e->endpoint.port < 0) == (e->endpoint.path == NULL))
    arguments_refuse(&line, "--tcp or --unix", "is needed, one of them");
  return line;
}

bool embedded_begin(embedded *e, const char *program, char **argv, weir_loop_options *how) {
  memset(e, 0, sizeof *e);
  e->program = program;
  e->idle_ms = IDLE_MS;
  e->tick_ms = TICK_MS;
  command_line line = read_arguments(e, argv, how);
  if (line.problem != NULL) {
    arguments_usage(&line, program, usage);
    e->status = 2;
    return false;
  }
  weir_err err = weir_loop_create(how, &e->loop);
  if (err != WEIR_OK) {
    embedded_refused(e, how->backend == NULL ? "loop" : how->backend, err);
    if (err == WEIR_ERR_INVALID_ARG_VALUE) e->status = 2; /* There is no such backend. */
    return false;
  }
  e->timeline = timeline_begin(program, stdout, e->loop);
  return true;
}

/* Which backends those are depends on the system, so each is asked. */
static void print_backends_to_watch(void) {
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  weir_loop *loop;
  for (size_t i = 0; (options.backend = weir_backend_name_at(i)) != NULL; i++) {
    if (weir_loop_create(&options, &loop) != WEIR_OK) continue;
    if (weir_loop_fd(loop) >= 0) fprintf(stderr, " %s", options.backend);
    (void)weir_loop_free(loop); /* Nothing was begun on it, so nothing is in the way. */
  }
}

bool embedded_has_descriptor(embedded *e) {
  if (weir_loop_fd(e->loop) >= 0) return true;
  fprintf(stderr,
          "%s: the backend %s has no descriptor for another loop to watch; use one of:", e->program,
          weir_loop_backend_name(e->loop));
  print_backends_to_watch();
  fputc('\n', stderr);
  e->status = 2;
  return false;
}

int embedded_end(embedded *e) {
  weir_err err = weir_loop_free(e->loop);
  e->loop = NULL;
  if (err != WEIR_OK) embedded_refused(e, "free", err);
  if (e->status == 0) printf("%s: %lu turns, %lu ticks\n", e->program, e->turns, e->ticks);
  return e->status;
}
