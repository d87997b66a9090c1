/*
 * A client of an echo server: sends a file, or what is typed, prints what comes back and knows
 * whether it is the same.
 *
 * It shows how to send more than a queue should hold: piece by piece, as long as write() says that
 * there is room, and on with it at 'drain'. It decides nothing about the server: any program that
 * sends everything back will do.
 */
#include "arguments.h"
#include "system.h"
#include "timeline.h"

#include <errno.h>
#include <string.h>

#define PROGRAM    "echo_client"
#define PIECE_SIZE 65536

static const char usage[] =
    "[--host ADDRESS] --tcp PORT | --unix PATH [--backend NAME] [--greet] [--quiet] [FILE]\n"
    "  --host ADDRESS  whom to connect to; without it: 127.0.0.1\n"
    "  --tcp PORT      connects to a port\n"
    "  --unix PATH     connects to a Unix domain socket; on Windows a named pipe\n"
    "  --backend NAME  how the system is asked\n"
    "  --greet         sends \"world!\" instead of a file and ends on the first answer\n"
    "  --quiet         prints failures only, and on standard output what comes back\n"
    "  FILE            what to send; without it: standard input, line by line\n"
    "The exit status is 0 if everything that was sent came back.";

static const char greeting[] = "world!\r\n";
/* What an echo server that greets says first: see its option --greet. */
static const char server_greeting[] = "hello\r\n";

/* What the command line asks for. */
typedef struct client_settings {
  weir_connect_options endpoint;
  const char *backend;
  const char *file;
  bool greet;
  bool quiet;
} client_settings;

/* Bytes without keeping them: as many, with the same checksum, are the same. */
typedef struct tally {
  uint64_t bytes;
  uint64_t checksum;
} tally;

typedef struct echo_client {
  const client_settings *settings;
  timeline timeline;
  weir_socket *socket; /* NULL from 'close' on. */
  FILE *input;         /* NULL: there is nothing more to send. */
  uint64_t window;     /* How much may be on its way. */
  bool piece_posted;   /* send_piece() will run. */
  size_t greeted;      /* Bytes of the server's greeting that came. */
  bool ended;          /* The server has said that nothing follows. */
  bool failed;
  tally sent;
  tally received;
} echo_client;

#define TALLY_BEGIN                                                                                \
  { 0, 14695981039346656037u }

/* FNV-1a, which is enough against mistakes. */
static void tally_add(tally *tally_of, const uint8_t *data, size_t length) {
  for (size_t i = 0; i < length; i++)
    tally_of->checksum = (tally_of->checksum ^ data[i]) * 1099511628211u;
  tally_of->bytes += length;
}

static void tell(const echo_client *client, const char *event, const char *detail) {
  timeline_event(&client->timeline, "client", event, detail);
}

static void tell_bytes(const echo_client *client, const char *event, uint64_t bytes) {
  char text[32];
  snprintf(text, sizeof text, "%llu", (unsigned long long)bytes);
  tell(client, event, text);
}

/* Ends everything after a failure that weir knows nothing of, or has only returned. */
static void give_up(echo_client *client, const char *what, const char *why) {
  fprintf(stderr, "%s: %s: %s\n", PROGRAM, what, why);
  client->failed = true;
  weir_socket_destroy(client->socket, NULL);
}

/* ---- Sending ---- */

/* A file comes in whole pieces. A terminal gives lines, which nobody wants to wait for; C has no
 * way to take what is there, so a piece ends where a line does. */
static size_t read_piece(FILE *input, uint8_t *piece) {
  size_t length = 0;
  int byte = 0;
  if (input != stdin) return fread(piece, 1, PIECE_SIZE, input);
  while (length < PIECE_SIZE && byte != '\n' && (byte = getc(input)) != EOF)
    piece[length++] = (uint8_t)byte;
  return length;
}

static void close_input(echo_client *client) {
  if (client->input != NULL && client->input != stdin) fclose(client->input);
  client->input = NULL;
}

static void send_end(echo_client *client) {
  if (ferror(client->input)) {
    give_up(client, "input", strerror(errno));
  } else {
    weir_err err = weir_socket_end(client->socket, NULL, 0, NULL, NULL);
    if (err != WEIR_OK) give_up(client, "end", weir_err_text(err));
  }
  close_input(client);
}

static void send_bytes(echo_client *client, const uint8_t *data, size_t length) {
  weir_err err = weir_socket_write(client->socket, data, length, NULL, NULL);
  if (err == WEIR_OK || err == WEIR_WAIT_DRAIN) {
    tally_add(&client->sent, data, length);
    tell_bytes(client, err == WEIR_OK ? "sent" : "sent, wait for drain:", length);
  } else {
    give_up(client, "write", weir_err_text(err));
  }
}

static void send_if_room(echo_client *client);

static void send_piece(weir_loop *loop, weir_err status, void *user) {
  static uint8_t piece[PIECE_SIZE];
  echo_client *client = user;
  (void)loop;
  client->piece_posted = false;
  if (status != WEIR_OK || client->input == NULL || weir_socket_destroyed(client->socket)) return;
  size_t length = read_piece(client->input, piece);
  if (length == 0) {
    send_end(client);
    return;
  }
  send_bytes(client, piece, length);
  send_if_room(client);
}

/* Each piece is a post of its own, so that what comes back is taken in between: a loop of writes
 * here would not return before the connection is full in both directions. */
static void send_if_room(echo_client *client) {
  bool room = !weir_socket_writable_need_drain(client->socket) &&
              client->sent.bytes < client->received.bytes + client->window;
  if (client->input == NULL || client->piece_posted || !room) return;
  weir_err err = weir_loop_post(client->timeline.loop, send_piece, client);
  client->piece_posted = err == WEIR_OK;
  if (err != WEIR_OK) give_up(client, "post", weir_err_text(err));
}

/* ---- The connection ---- */

static void on_connect(weir_socket *socket, void *user) {
  char place[TIMELINE_PLACE_SIZE];
  echo_client *client = user;
  weir_address address;
  weir_err err = weir_socket_remote_address(socket, &address);
  if (err != WEIR_OK) {
    give_up(client, "connect", weir_err_text(err));
    return;
  }
  timeline_place(&address, client->settings->endpoint.path, place, sizeof place);
  tell(client, "connect", place);
  if (client->settings->greet)
    send_bytes(client, (const uint8_t *)greeting, sizeof greeting - 1);
  else
    send_if_room(client);
}

/* The server's own greeting, if there is one, is not part of the echo; it may come in parts. */
static void take_answer(echo_client *client, const uint8_t *data, size_t length) {
  while (length > 0 && client->received.bytes == 0 &&
         client->greeted < sizeof server_greeting - 1 &&
         *data == (uint8_t)server_greeting[client->greeted]) {
    client->greeted++;
    data++;
    length--;
  }
  tally_add(&client->received, data, length);
  if (weir_socket_writable_ended(client->socket)) return;
  weir_err err = weir_socket_end(client->socket, NULL, 0, NULL, NULL);
  if (err != WEIR_OK) give_up(client, "end", weir_err_text(err));
}

static void on_data(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  echo_client *client = user;
  (void)socket;
  tell_bytes(client, "data", length);
  if (fwrite(data, 1, length, stdout) != length || fflush(stdout) != 0) {
    give_up(client, "output", strerror(errno));
  } else if (client->settings->greet) {
    take_answer(client, data, length);
  } else {
    tally_add(&client->received, data, length);
    send_if_room(client);
  }
}

static void on_drain(weir_socket *socket, void *user) {
  (void)socket;
  tell(user, "drain", "");
  send_if_room(user);
}

static void on_end(weir_socket *socket, void *user) {
  echo_client *client = user;
  (void)socket;
  client->ended = true;
  tell(client, "end", "");
}

static void on_finish(weir_socket *socket, void *user) {
  (void)socket;
  tell(user, "finish", "");
}

static void on_error(weir_socket *socket, const weir_error *error, void *user) {
  echo_client *client = user;
  (void)socket;
  timeline_failure(&client->timeline, error);
  client->failed = true;
}

static void on_close(weir_socket *socket, bool had_error, void *user) {
  echo_client *client = user;
  (void)socket;
  tell(client, "close", had_error ? "after an error" : "");
  close_input(client);
  client->socket = NULL;
}

static const weir_socket_handlers handlers = {.size = sizeof(weir_socket_handlers),
                                              .on_connect = on_connect,
                                              .on_data = on_data,
                                              .on_drain = on_drain,
                                              .on_end = on_end,
                                              .on_finish = on_finish,
                                              .on_error = on_error,
                                              .on_close = on_close};

/* ---- The program ---- */

/* What is typed waits for its echo, so that a reader sees question and answer; a file does not. */
static bool open_input(echo_client *client) {
  const char *file = client->settings->file;
  system_binary(stdin);
  system_binary(stdout);
  client->window = file == NULL ? 1 : UINT64_MAX / 2;
  if (client->settings->greet) return true;
  client->input = file == NULL ? stdin : fopen(file, "rb");
  if (client->input != NULL) return true;
  fprintf(stderr, "%s: %s: %s\n", PROGRAM, file, strerror(errno));
  client->failed = true;
  return false;
}

static bool whole(const echo_client *client) {
  return client->ended && !client->failed && client->sent.bytes == client->received.bytes &&
         client->sent.checksum == client->received.checksum;
}

static void report(const echo_client *client) {
  if (client->failed || whole(client)) return;
  fprintf(stderr, "%s: sent %llu bytes, got back %llu%s\n", PROGRAM,
          (unsigned long long)client->sent.bytes, (unsigned long long)client->received.bytes,
          client->sent.bytes == client->received.bytes ? ", not the same" : "");
}

static void exchange(echo_client *client, weir_loop *loop) {
  const client_settings *settings = client->settings;
  client->timeline = timeline_begin(PROGRAM, settings->quiet ? NULL : stderr, loop);
  weir_err err = weir_connect(loop, NULL, &settings->endpoint, &handlers, client, &client->socket);
  if (err == WEIR_OK) err = weir_loop_run(loop, WEIR_RUN_DEFAULT);
  if (err == WEIR_OK) return;
  program_refused(PROGRAM, "failed", err);
  client->failed = true;
}

static command_line read_arguments(char **argv, client_settings *settings) {
  static const weir_connect_options unset = WEIR_CONNECT_OPTIONS_INIT;
  command_line line = arguments_begin(argv);
  weir_connect_options *endpoint = &settings->endpoint;
  const char *text;
  *endpoint = unset;
  endpoint->pipe_half_close = true; /* The end of what is sent is not that of what comes back. */
  while (arguments_left(&line)) {
    if (arguments_value(&line, "--host", &text)) {
      endpoint->host = arguments_address(&line, text);
    } else if (arguments_value(&line, "--tcp", &text)) {
      endpoint->port = arguments_number(&line, text, ARGUMENTS_PORT_MAX);
    } else if (arguments_value(&line, "--unix", &endpoint->path)) {
      if (endpoint->path[0] == '\0') arguments_refuse(&line, "--unix", "needs a path");
    } else if (arguments_flag(&line, "--greet")) {
      settings->greet = true;
    } else if (arguments_flag(&line, "--quiet")) {
      settings->quiet = true;
    } else if (!arguments_value(&line, "--backend", &settings->backend)) {
      if (settings->file != NULL) arguments_refuse(&line, *line.next, "is one file too many");
      settings->file = arguments_word(&line);
    }
  }
  if ((endpoint->port < 0) == (endpoint->path == NULL))
    arguments_refuse(&line, "one of --tcp and --unix", "is needed");
  if (endpoint->path != NULL && endpoint->host != NULL)
    arguments_refuse(&line, "--host", "belongs to --tcp");
  if (settings->greet && settings->file != NULL)
    arguments_refuse(&line, "--greet", "sends no file");
  return line;
}

int main(int argc, char **argv) {
  client_settings settings = {.file = NULL};
  echo_client client = {.settings = &settings, .sent = TALLY_BEGIN, .received = TALLY_BEGIN};
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  weir_loop *loop;
  (void)argc;

  command_line line = read_arguments(argv, &settings);
  if (line.problem != NULL) {
    arguments_usage(&line, PROGRAM, usage);
    return 2;
  }
  options.backend = settings.backend;
  weir_err err = weir_loop_create(&options, &loop);
  if (err != WEIR_OK) {
    program_refused(PROGRAM, settings.backend == NULL ? "loop" : settings.backend, err);
    return err == WEIR_ERR_INVALID_ARG_VALUE ? 2 : 1;
  }
  if (open_input(&client)) exchange(&client, loop);
  /* Tells the socket's 'close' if it has not come yet, so the client must live until here. */
  err = weir_loop_free(loop);
  close_input(&client);
  report(&client);
  return err == WEIR_OK && whole(&client) ? 0 : 1;
}
