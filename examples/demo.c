/*
 * The demonstration: an echo server on three endpoints and two clients for each, on one loop and
 * over real sockets. Every client streams the same file through the server and compares what comes
 * back with the file, byte for byte.
 *
 * It decides what is shown: the first events of each connection as they happen, then one line for
 * each stream and a last one for all. Its exit status is 0 if every stream came back whole.
 */
#include "arguments.h"
#include "system.h"
#include "timeline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAM           "demo"
#define MIB               1048576u
#define FILE_MIB          8u
#define PIECE_SIZE        65536u
#define PLACES            3
#define CLIENTS_PER_PLACE 2
#define STREAMS           (PLACES * CLIENTS_PER_PLACE)
#define STALLED_MS        20000 /* Nothing has come anywhere for so long: something is wrong. */

typedef struct demo demo;

/* An endpoint with its server. */
typedef struct place {
  demo *demo;
  const char *name;
  weir_listen_options listen;
  weir_server *server;
  char text[TIMELINE_PLACE_SIZE]; /* Where it really listens. */
  size_t clients;                 /* Those that are not closed yet. */
} place;

/* The server's end of a connection. */
typedef struct echo {
  demo *demo;
  char name[32];
  bool got_data; /* The first bytes have been shown. */
  unsigned pauses;
  uint64_t bytes;
} echo;

/* A client's end of a connection. */
typedef struct stream {
  place *place;
  weir_socket *socket;
  char name[32];
  FILE *source; /* What is sent. */
  FILE *model;  /* The same file, for what comes back. */
  uint64_t sent;
  uint64_t received;
  unsigned drains;
  weir_time begin;
  weir_time end;
  bool ended;  /* The server has said that nothing follows. */
  bool broken; /* Something has failed, or what came back is not the file. */
} stream;

struct demo {
  weir_loop *loop;
  timeline timeline;
  weir_timer *stalled; /* Ends a demonstration that stands still. */
  char directory[SYSTEM_PATH_SIZE];
  char file[SYSTEM_PATH_SIZE + 16];
  char path[SYSTEM_PATH_SIZE + 16];
  uint64_t file_bytes;
  place places[PLACES];
  stream streams[STREAMS];
  size_t stream_count;
  unsigned connections; /* The server has had so many. */
  bool failed;
};

static void tell(const demo *d, const char *who, const char *event, const char *detail) {
  timeline_event(&d->timeline, who, event, detail);
}

/* ---- The server: sends back what comes ---- */

static void echo_on_data(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  echo *e = user;
  if (!e->got_data) tell(e->demo, e->name, "first data", "");
  e->got_data = true;
  e->bytes += length;
  weir_err err = weir_socket_write(socket, data, length, NULL, NULL);
  if (err == WEIR_WAIT_DRAIN) {
    e->pauses++;
    weir_socket_pause(socket);
  } else if (err != WEIR_OK) {
    program_refused(PROGRAM, "echo", err);
    weir_socket_destroy(socket, NULL); /* The client sees that bytes are missing. */
  }
}

static void echo_on_drain(weir_socket *socket, void *user) {
  (void)user;
  weir_socket_resume(socket);
}

static void echo_on_end(weir_socket *socket, void *user) {
  echo *e = user;
  (void)socket;
  tell(e->demo, e->name, "end", "");
}

static void echo_on_finish(weir_socket *socket, void *user) {
  echo *e = user;
  (void)socket;
  tell(e->demo, e->name, "finish", "");
}

static void echo_on_error(weir_socket *socket, const weir_error *error, void *user) {
  echo *e = user;
  (void)socket;
  timeline_failure(&e->demo->timeline, error);
}

static void echo_on_close(weir_socket *socket, bool had_error, void *user) {
  echo *e = user;
  char detail[96];
  (void)socket;
  snprintf(detail, sizeof detail, "%s(%llu bytes, paused %u times)",
           had_error ? "after an error " : "", (unsigned long long)e->bytes, e->pauses);
  tell(e->demo, e->name, "close", detail);
  free(e);
}

static const weir_socket_handlers echo_handlers = {.size = sizeof(weir_socket_handlers),
                                                   .on_data = echo_on_data,
                                                   .on_drain = echo_on_drain,
                                                   .on_end = echo_on_end,
                                                   .on_finish = echo_on_finish,
                                                   .on_error = echo_on_error,
                                                   .on_close = echo_on_close};

static void on_connection(weir_server *server, weir_socket *socket, void *user) {
  place *p = user;
  echo *opened = calloc(1, sizeof *opened);
  (void)server;
  if (opened == NULL || weir_socket_set_handlers(socket, &echo_handlers, opened) != WEIR_OK) {
    free(opened);
    weir_socket_destroy(socket, NULL);
    return;
  }
  opened->demo = p->demo;
  snprintf(opened->name, sizeof opened->name, "server %s #%u", p->name, ++p->demo->connections);
  tell(opened->demo, opened->name, "connection", "");
}

static void start_clients(place *p);

static void on_listening(weir_server *server, void *user) {
  place *p = user;
  weir_address address;
  weir_err err = weir_server_address(server, &address);
  if (err != WEIR_OK) {
    program_refused(PROGRAM, p->name, err);
    p->demo->failed = true;
    return;
  }
  timeline_place(&address, weir_server_path(server, NULL), p->text, sizeof p->text);
  tell(p->demo, p->name, "listening", p->text);
  start_clients(p);
}

/* Machines without IPv6 are common enough, and no fault of weir's. */
static bool may_be_missing(const place *p, weir_err err) {
  return p->listen.host != NULL && strchr(p->listen.host, ':') != NULL &&
         (err == WEIR_EADDRNOTAVAIL || err == WEIR_EAFNOSUPPORT);
}

static void on_server_error(weir_server *server, const weir_error *error, void *user) {
  place *p = user;
  char text[256];
  weir_error_message(error, text, sizeof text);
  if (!weir_server_listening(server) && may_be_missing(p, error->code)) {
    tell(p->demo, p->name, "not available on this machine, left out:", text);
    return;
  }
  timeline_failure(&p->demo->timeline, error);
  p->demo->failed = true;
}

static const weir_server_handlers server_handlers = {.size = sizeof(weir_server_handlers),
                                                     .on_listening = on_listening,
                                                     .on_connection = on_connection,
                                                     .on_error = on_server_error};

static void start_server(place *p) {
  weir_err err = weir_create_server(p->demo->loop, NULL, &server_handlers, p, &p->server);
  if (err == WEIR_OK) err = weir_server_listen(p->server, &p->listen, NULL, NULL);
  if (err == WEIR_OK) return;
  program_refused(PROGRAM, p->name, err);
  p->demo->failed = true;
}

/* ---- A client: sends the file and compares what comes back ---- */

static void tell_stream(const stream *s, const char *event, const char *detail) {
  tell(s->place->demo, s->name, event, detail);
}

static void break_stream(stream *s, const char *why) {
  fprintf(stderr, "%s: %s: %s\n", PROGRAM, s->name, why);
  s->broken = true;
  weir_socket_destroy(s->socket, NULL);
}

/* Sends until the connection takes no more, and on at 'drain'. At any time there is one piece of
 * the file in memory, however large it is. */
static void send_pieces(stream *s) {
  static uint8_t piece[PIECE_SIZE];
  weir_err err = WEIR_OK;
  size_t length = 0;
  while (err == WEIR_OK && (length = fread(piece, 1, sizeof piece, s->source)) > 0) {
    err = weir_socket_write(s->socket, piece, length, NULL, NULL);
    if (err == WEIR_OK || err == WEIR_WAIT_DRAIN) s->sent += length;
  }
  if (err == WEIR_WAIT_DRAIN) return;
  if (err == WEIR_OK && ferror(s->source)) {
    break_stream(s, "the file cannot be read");
    return;
  }
  if (err == WEIR_OK) err = weir_socket_end(s->socket, NULL, 0, NULL, NULL);
  if (err != WEIR_OK) break_stream(s, weir_err_text(err));
}

static void stream_on_connect(weir_socket *socket, void *user) {
  stream *s = user;
  (void)socket;
  tell_stream(s, "connect", s->place->text);
  s->begin = weir_loop_now(s->place->demo->loop);
  send_pieces(s);
}

static void stream_on_data(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  static uint8_t expected[PIECE_SIZE];
  stream *s = user;
  (void)socket;
  if (s->received == 0) tell_stream(s, "first data", "");
  weir_timer_refresh(s->place->demo->stalled);
  for (size_t done = 0; done < length;) {
    size_t part = length - done < sizeof expected ? length - done : sizeof expected;
    if (fread(expected, 1, part, s->model) != part || memcmp(expected, data + done, part) != 0) {
      break_stream(s, "what came back is not the file");
      return;
    }
    done += part;
  }
  s->received += length;
}

static void stream_on_drain(weir_socket *socket, void *user) {
  stream *s = user;
  (void)socket;
  s->drains++;
  send_pieces(s);
}

static void stream_on_finish(weir_socket *socket, void *user) {
  stream *s = user;
  char detail[96];
  (void)socket;
  snprintf(detail, sizeof detail, "(%llu bytes, waited %u times for drain)",
           (unsigned long long)s->sent, s->drains);
  tell_stream(s, "finish", detail);
}

static void stream_on_end(weir_socket *socket, void *user) {
  stream *s = user;
  (void)socket;
  s->ended = true;
  s->end = weir_loop_now(s->place->demo->loop);
  tell_stream(s, "end", "");
}

static void stream_on_error(weir_socket *socket, const weir_error *error, void *user) {
  stream *s = user;
  (void)socket;
  timeline_failure(&s->place->demo->timeline, error);
  s->broken = true;
}

static void close_files(stream *s) {
  if (s->source != NULL) fclose(s->source);
  if (s->model != NULL) fclose(s->model);
  s->source = NULL;
  s->model = NULL;
}

/* A server is closed with the last of its clients; without servers and sockets the loop ends. */
static void leave_place(place *p) {
  if (--p->clients > 0 || !weir_server_listening(p->server)) return;
  weir_err err = weir_server_close(p->server, NULL, NULL);
  if (err != WEIR_OK) program_refused(PROGRAM, p->name, err);
}

static void stream_on_close(weir_socket *socket, bool had_error, void *user) {
  stream *s = user;
  (void)socket;
  tell_stream(s, "close", had_error ? "after an error" : "");
  close_files(s);
  s->socket = NULL;
  leave_place(s->place);
}

static const weir_socket_handlers stream_handlers = {.size = sizeof(weir_socket_handlers),
                                                     .on_connect = stream_on_connect,
                                                     .on_data = stream_on_data,
                                                     .on_end = stream_on_end,
                                                     .on_drain = stream_on_drain,
                                                     .on_finish = stream_on_finish,
                                                     .on_error = stream_on_error,
                                                     .on_close = stream_on_close};

static bool open_files(stream *s) {
  s->source = fopen(s->place->demo->file, "rb");
  s->model = fopen(s->place->demo->file, "rb");
  if (s->source != NULL && s->model != NULL) return true;
  fprintf(stderr, "%s: %s: %s\n", PROGRAM, s->place->demo->file, strerror(errno));
  return false;
}

static weir_err connect_stream(stream *s) {
  place *p = s->place;
  weir_connect_options to = WEIR_CONNECT_OPTIONS_INIT;
  weir_address address;
  weir_err err = weir_server_address(p->server, &address);
  if (err != WEIR_OK) return err;
  if (p->listen.path != NULL) {
    to.path = p->listen.path;
    to.pipe_half_close = true;
  } else {
    to.host = p->listen.host;
    to.port = address.port;
  }
  return weir_connect(p->demo->loop, NULL, &to, &stream_handlers, s, &s->socket);
}

static bool start_stream(stream *s) {
  if (!open_files(s)) return false;
  weir_err err = connect_stream(s);
  if (err != WEIR_OK) program_refused(PROGRAM, s->name, err);
  return err == WEIR_OK;
}

static void start_clients(place *p) {
  demo *d = p->demo;
  p->clients = CLIENTS_PER_PLACE;
  for (int i = 0; i < CLIENTS_PER_PLACE; i++) {
    stream *s = &d->streams[d->stream_count++];
    s->place = p;
    snprintf(s->name, sizeof s->name, "client %s #%zu", p->name, d->stream_count);
    if (start_stream(s)) continue;
    close_files(s);
    leave_place(p);
  }
}

/* ---- The demonstration ---- */

static bool write_file(const demo *d) {
  FILE *file = fopen(d->file, "wb");
  uint64_t state = 0x9e3779b97f4a7c15u; /* The seed: every run sends the same bytes. */
  if (file == NULL) return false;
  for (uint64_t i = 0; i < d->file_bytes; i += sizeof state) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    if (fwrite(&state, sizeof state, 1, file) != 1) break;
  }
  bool written = ferror(file) == 0;
  return fclose(file) == 0 && written;
}

static bool make_files(demo *d) {
  if (!system_make_directory(PROGRAM, d->directory)) {
    d->directory[0] = '\0';
    return false;
  }
  snprintf(d->file, sizeof d->file, "%s/file", d->directory);
  system_local_name(d->directory, d->path, sizeof d->path);
  if (write_file(d)) return true;
  fprintf(stderr, "%s: %s: %s\n", PROGRAM, d->file, strerror(errno));
  return false;
}

static bool remove_files(const demo *d) {
  if (d->directory[0] == '\0') return true;
  remove(d->file); /* If it stays, the directory does, and that is told. */
  return system_remove_directory(PROGRAM, d->directory);
}

static void set_place(demo *d, size_t index, const char *name, const char *host, const char *path) {
  static const weir_listen_options unset = WEIR_LISTEN_OPTIONS_INIT;
  place *p = &d->places[index];
  p->demo = d;
  p->name = name;
  p->listen = unset;
  p->listen.host = host;
  p->listen.path = path;
  p->listen.path_overflow = WEIR_PATH_REFUSE;
  p->listen.pipe_half_close = true;     /* Both ends of a pipe have to say so. */
  if (path == NULL) p->listen.port = 0; /* Any that is free. */
}

static void on_stalled(weir_timer *timer, void *user) {
  demo *d = user;
  (void)timer;
  fprintf(stderr, "%s: nothing has come back for %d ms\n", PROGRAM, STALLED_MS);
  d->failed = true;
  weir_loop_stop(d->loop);
}

static weir_err run(demo *d) {
  weir_err err = weir_timer_create(d->loop, on_stalled, d, &d->stalled);
  if (err != WEIR_OK) return err;
  weir_timer_unref(d->stalled);
  weir_timer_start(d->stalled, STALLED_MS, 0);
  set_place(d, 0, "IPv4", "127.0.0.1", NULL);
  set_place(d, 1, "IPv6", "::1", NULL);
  set_place(d, 2, system_local_kind, NULL, d->path);
  for (size_t i = 0; i < PLACES; i++) start_server(&d->places[i]);
  return weir_loop_run(d->loop, WEIR_RUN_DEFAULT);
}

static bool whole(const stream *s) {
  return s->ended && !s->broken && s->received == s->place->demo->file_bytes;
}

static double seconds(weir_time from, weir_time to) {
  return to > from ? (double)(to - from) / 1e9 : 1e-9;
}

static void print_stream(const stream *s) {
  double spent = seconds(s->begin, s->end);
  double mib = (double)s->received / MIB;
  if (whole(s))
    printf("%-15s  %.1f MiB there and back in %.3f s: %.0f MiB/s, whole  (%s)\n", s->name, mib,
           spent, mib / spent, s->place->text);
  else
    printf("%-15s  %.1f MiB came back, NOT whole  (%s)\n", s->name, mib, s->place->text);
}

static bool print_summary(const demo *d, double spent) {
  size_t good = 0;
  double mib = 0;
  for (size_t i = 0; i < d->stream_count; i++) {
    print_stream(&d->streams[i]);
    mib += (double)d->streams[i].received / MIB;
    if (whole(&d->streams[i])) good++;
  }
  printf("demo: %zu of %zu streams came back whole, %.0f MiB in %.2f s (%.0f MiB/s)\n", good,
         d->stream_count, mib, spent, mib / spent);
  return good > 0 && good == d->stream_count && !d->failed;
}

static bool demonstrate(demo *d) {
  d->timeline = timeline_begin(PROGRAM, stdout, d->loop);
  printf("demo: weir %s on %s: 2 clients for each endpoint send a file of %llu MiB and compare\n",
         weir_version(), weir_loop_backend_name(d->loop),
         (unsigned long long)(d->file_bytes / MIB));
  weir_err err = run(d);
  if (err != WEIR_OK) {
    program_refused(PROGRAM, "failed", err);
    d->failed = true;
  }
  return print_summary(d, seconds(d->timeline.start, weir_loop_now(d->loop)));
}

static command_line read_arguments(char **argv, weir_loop_options *options, uint64_t *file_bytes) {
  command_line line = arguments_begin(argv);
  const char *text;
  while (arguments_left(&line)) {
    if (arguments_value(&line, "--mib", &text)) {
      *file_bytes = (uint64_t)arguments_number(&line, text, 4096) * MIB;
      if (*file_bytes == 0) arguments_refuse(&line, "--mib", "needs at least 1");
    } else if (!arguments_value(&line, "--backend", &options->backend)) {
      arguments_refuse(&line, arguments_word(&line), "is not expected here");
    }
  }
  return line;
}

int main(int argc, char **argv) {
  demo d = {.file_bytes = FILE_MIB * MIB};
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  (void)argc;

  command_line line = read_arguments(argv, &options, &d.file_bytes);
  if (line.problem != NULL) {
    arguments_usage(&line, PROGRAM, "[--backend NAME] [--mib SIZE]");
    return 2;
  }
  weir_err err = weir_loop_create(&options, &d.loop);
  if (err != WEIR_OK) {
    program_refused(PROGRAM, options.backend == NULL ? "loop" : options.backend, err);
    return err == WEIR_ERR_INVALID_ARG_VALUE ? 2 : 1;
  }
  bool ok = make_files(&d) && demonstrate(&d);
  /* Before the files: a socket file may be left in the directory. */
  ok = weir_loop_free(d.loop) == WEIR_OK && ok;
  for (size_t i = 0; i < d.stream_count; i++) close_files(&d.streams[i]);
  ok = remove_files(&d) && ok;
  return ok ? 0 : 1;
}
