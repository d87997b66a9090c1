/*
 * One port, several processes: a parent that listens and takes no connection, and workers that do.
 *
 * It shows how a listener goes to other processes over a local connection (weir_socket_write_fd(),
 * on_fd, weir_listen_options.fd), how they are asked how many connections they have, and that a
 * worker may be killed: the port stays open, the others go on, and a new one takes its place. Each
 * worker is this program again, with its way to the parent at descriptor 3. POSIX only.
 */
#include "arguments.h"

#include <weir/weir.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM         "workers"
#define WORKERS_MAX     64
#define CHANNEL         3    /* A worker's descriptor of its way to the parent. */
#define SIGNAL_CHECK_MS 50   /* How long a signal may wait until it is seen. */
#define GRACE_MS        2000 /* How long connections may take to end when a worker does. */

static const char usage[] =
    "[--workers N] [--host ADDRESS] [--port PORT] [--report MS] [--backend NAME]\n"
    "  --workers N     how many processes take connections; 2\n"
    "  --host ADDRESS  where to listen; all addresses, IPv4 and IPv6\n"
    "  --port PORT     0, as without it: a free one, printed with 'listening'\n"
    "  --report MS     how often the number of connections is printed; 0: never\n"
    "  --backend NAME  how the system is asked";

static volatile sig_atomic_t signaled;

static void on_signal(int number) {
  signaled = number;
}

static void die(const char *what, weir_err err) {
  fprintf(stderr, "%s: %s: %s\n", PROGRAM, what, weir_err_text(err));
  exit(1);
}

static void must(weir_err err, const char *what) {
  if (err != WEIR_OK) die(what, err);
}

/* ---- The worker ---- */

typedef struct worker_program {
  weir_socket *parent;
  weir_server *server;
} worker_program;

/* A socket piped into itself is an echo that reads no faster than it can write. */
static void on_connection(weir_server *server, weir_socket *socket, void *user) {
  (void)server;
  (void)user;
  (void)weir_socket_pipe(socket, socket, NULL);
}

static void on_server_error(weir_server *server, const weir_error *error, void *user) {
  (void)server;
  (void)user;
  die("listen", error->code);
}

static const weir_server_handlers worker_server = {.size = sizeof(weir_server_handlers),
                                                   .on_connection = on_connection,
                                                   .on_error = on_server_error};

static void on_listener(weir_socket *parent, intptr_t fd, void *user) {
  worker_program *program = user;
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  options.fd = fd;
  must(
      weir_create_server(weir_socket_loop(parent), NULL, &worker_server, program, &program->server),
      "server");
  must(weir_server_listen(program->server, &options, NULL, NULL), "listen");
}

static void on_counted(weir_server *server, const weir_error *error, size_t count, void *user) {
  const worker_program *program = user;
  char line[32];
  (void)server;
  if (error) return;
  int length = snprintf(line, sizeof line, "%zu\n", count);
  (void)weir_socket_write(program->parent, line, (size_t)length, NULL, NULL);
}

/* Each '?' asks for an answer. */
static void on_question(weir_socket *parent, const uint8_t *data, size_t length, void *user) {
  worker_program *program = user;
  (void)parent;
  for (size_t i = 0; i < length; i++)
    if (data[i] == '?' && program->server)
      (void)weir_server_get_connections(program->server, on_counted, program);
}

static void on_done(weir_server *server, const weir_error *error, void *user) {
  const worker_program *program = user;
  (void)server;
  (void)error;
  (void)weir_socket_end(program->parent, NULL, 0, NULL, NULL);
}

/* The parent has ended, or wants an end: it hears of it when the last connection is gone. */
static void on_parent_end(weir_socket *parent, void *user) {
  worker_program *program = user;
  (void)parent;
  if (program->server)
    (void)weir_server_close_within(program->server, GRACE_MS, on_done, program);
  else
    on_done(NULL, NULL, program);
}

static const weir_socket_handlers worker_channel = {.size = sizeof(weir_socket_handlers),
                                                    .on_fd = on_listener,
                                                    .on_data = on_question,
                                                    .on_end = on_parent_end};

static int work(const weir_loop_options *how) {
  worker_program program = {NULL, NULL};
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  weir_loop *loop;
  /* Who stops the parent from a terminal means the parent, which tells the workers. */
  (void)signal(SIGINT, SIG_IGN);
  must(weir_loop_create(how, &loop), "loop");
  options.fd = CHANNEL;
  options.allow_half_open = true;
  must(weir_socket_create(loop, &options, &worker_channel, &program, &program.parent), "channel");
  must(weir_loop_run(loop, WEIR_RUN_DEFAULT), "run");
  return weir_loop_free(loop) == WEIR_OK ? 0 : 1;
}

/* ---- The parent ---- */

typedef struct worker {
  struct parent_program *program;
  unsigned number;
  pid_t pid;
  weir_socket *channel; /* NULL: it has ended. */
  char answer[32];      /* What there is of a line. */
  size_t answered;
  size_t connections; /* The last number it told. */
} worker;

typedef struct parent_program {
  const char *path; /* This program's. */
  const weir_loop_options *how;
  weir_loop *loop;
  int listener; /* Held open, so that nobody is refused while a worker is missing. */
  worker workers[WORKERS_MAX];
  size_t count;
  weir_timer *signals;
  weir_timer *report;
  size_t to_answer; /* Answers that are missing in a report. */
  bool ending;
} parent_program;

static void start_worker(worker *w);

static void print_report(const parent_program *program) {
  size_t sum = 0;
  for (size_t i = 0; i < program->count; i++) sum += program->workers[i].connections;
  printf("connections %zu =", sum);
  for (size_t i = 0; i < program->count; i++) printf(" %zu", program->workers[i].connections);
  printf("\n");
}

static void take_answer(worker *w) {
  w->answer[w->answered] = '\0';
  w->answered = 0;
  w->connections = (size_t)strtoul(w->answer, NULL, 10);
  if (w->program->to_answer > 0 && --w->program->to_answer == 0) print_report(w->program);
}

static void on_answer(weir_socket *channel, const uint8_t *data, size_t length, void *user) {
  worker *w = user;
  (void)channel;
  for (size_t i = 0; i < length; i++) {
    if (data[i] == '\n')
      take_answer(w);
    else if (w->answered < sizeof w->answer - 1)
      w->answer[w->answered++] = (char)data[i];
  }
}

/* A worker's way to here ends with the worker. */
static void on_worker_close(weir_socket *channel, bool had_error, void *user) {
  worker *w = user;
  int status = 0;
  (void)channel;
  (void)had_error;
  w->channel = NULL;
  w->connections = 0;
  w->program->to_answer = 0; /* The report that is under way is void. */
  while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR) {
  }
  printf("worker %u ended\n", w->number);
  if (w->program->ending) return;
  /* It has said why, and the next one would say the same. */
  if (WIFEXITED(status) && WEXITSTATUS(status) != 0) exit(1);
  start_worker(w);
}

static const weir_socket_handlers parent_channel = {
    .size = sizeof(weir_socket_handlers), .on_data = on_answer, .on_close = on_worker_close};

static void become_worker(const parent_program *program, const int *ends) {
  const char *path = program->path, *backend = program->how->backend;
  (void)close(ends[0]);
  if (ends[1] != CHANNEL) {
    (void)dup2(ends[1], CHANNEL);
    (void)close(ends[1]);
  }
  (void)execlp(path, path, "--worker", backend ? "--backend" : NULL, backend, (char *)NULL);
  perror(path);
  _exit(127);
}

static void start_worker(worker *w) {
  parent_program *program = w->program;
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) die("socketpair", WEIR_EMFILE);
  (void)fflush(stdout);
  w->pid = fork();
  if (w->pid < 0) die("fork", WEIR_ENOMEM);
  if (w->pid == 0) become_worker(program, ends);
  (void)close(ends[1]);
  options.fd = ends[0];
  must(weir_socket_create(program->loop, &options, &parent_channel, w, &w->channel), "channel");
  must(weir_socket_write_fd(w->channel, program->listener, "!", 1, NULL, NULL), "hand over");
  printf("worker %u pid %ld\n", w->number, (long)w->pid);
}

static void ask(weir_timer *timer, void *user) {
  parent_program *program = user;
  (void)timer;
  if (program->to_answer > 0) return;
  for (size_t i = 0; i < program->count; i++) {
    if (!program->workers[i].channel) continue;
    program->to_answer++;
    (void)weir_socket_write(program->workers[i].channel, "?", 1, NULL, NULL);
  }
}

/* The workers are told by the end of their channels, and end in their time. */
static void look_for_signals(weir_timer *timer, void *user) {
  parent_program *program = user;
  if (!signaled || program->ending) return;
  program->ending = true;
  weir_timer_stop(timer);
  weir_timer_stop(program->report);
  (void)close(program->listener);
  for (size_t i = 0; i < program->count; i++)
    (void)weir_socket_end(program->workers[i].channel, NULL, 0, NULL, NULL);
}

/* Binds with a server, and keeps the listener without it: it would take connections. */
static int make_listener(weir_loop *loop, const weir_listen_options *where) {
  weir_server *server;
  weir_address bound;
  must(weir_create_server(loop, NULL, &worker_server, NULL, &server), "server");
  must(weir_server_listen(server, where, NULL, NULL), "listen");
  if (!weir_server_listening(server)) must(weir_loop_run(loop, WEIR_RUN_DEFAULT), "run");
  (void)weir_server_address(server, &bound);
  int listener = dup((int)weir_server_fd(server));
  if (listener < 0 || fcntl(listener, F_SETFD, FD_CLOEXEC) != 0) die("dup", WEIR_EMFILE);
  weir_server_free(server);
  printf("listening %u\n", (unsigned)bound.port);
  return listener;
}

static int lead(const char *path, const weir_loop_options *how, const weir_listen_options *where,
                size_t workers, uint64_t report_ms) {
  static parent_program program;
  program.path = path;
  program.how = how;
  program.count = workers;
  must(weir_loop_create(how, &program.loop), "loop");
  program.listener = make_listener(program.loop, where);
  must(weir_timer_create(program.loop, look_for_signals, &program, &program.signals), "timer");
  must(weir_timer_create(program.loop, ask, &program, &program.report), "timer");
  weir_timer_start(program.signals, SIGNAL_CHECK_MS, SIGNAL_CHECK_MS);
  if (report_ms > 0) weir_timer_start(program.report, report_ms, report_ms);
  for (size_t i = 0; i < workers; i++) {
    program.workers[i].program = &program;
    program.workers[i].number = (unsigned)i + 1;
    start_worker(&program.workers[i]);
  }
  must(weir_loop_run(program.loop, WEIR_RUN_DEFAULT), "run");
  return weir_loop_free(program.loop) == WEIR_OK ? 0 : 1;
}

int main(int argc, char **argv) {
  command_line line = arguments_begin(argv);
  weir_listen_options where = WEIR_LISTEN_OPTIONS_INIT;
  weir_loop_options how = WEIR_LOOP_OPTIONS_INIT;
  int32_t workers = 2, report_ms = 0;
  const char *text = NULL;
  bool is_worker = false;
  (void)argc;
  where.port = 0;
  while (arguments_left(&line)) {
    if (arguments_flag(&line, "--worker")) {
      is_worker = true;
    } else if (arguments_value(&line, "--workers", &text)) {
      workers = arguments_number(&line, text, WORKERS_MAX);
    } else if (arguments_value(&line, "--host", &text)) {
      where.host = arguments_address(&line, text);
    } else if (arguments_value(&line, "--port", &text)) {
      where.port = arguments_number(&line, text, ARGUMENTS_PORT_MAX);
    } else if (arguments_value(&line, "--report", &text)) {
      report_ms = arguments_number(&line, text, INT32_MAX);
    } else if (!arguments_value(&line, "--backend", &how.backend)) {
      arguments_refuse(&line, *line.next, "is not known");
    }
  }
  if (line.problem) {
    arguments_usage(&line, PROGRAM, usage);
    return 2;
  }
  if (is_worker) return work(&how);
  (void)setvbuf(stdout, NULL, _IOLBF, 0);
  (void)signal(SIGINT, on_signal);
  (void)signal(SIGTERM, on_signal);
  return lead(argv[0], &how, &where, (size_t)workers, (uint64_t)report_ms);
}
