/* Who may use a socket file, at every instant, and taking the name of one that nobody listens on.
 */
#include "tests/net/raw_peer.h"
#include "tests/support/test.h"

#include "conformance/clause.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STARTERS = 64, ROUNDS = 300, MODE = 0777 };

static bool refuse_chmod;

/* In place of the system's: what refuses is hard to come by where everything is allowed. */
int chmod(const char *path, mode_t mode) {
  if (!refuse_chmod) return fchmodat(AT_FDCWD, path, mode, 0);
  errno = EPERM;
  return -1;
}

static unsigned lock_refusals;

/* The same: somebody else has the lock when it is tried so often. */
int flock(int fd, int operation) {
  if (lock_refusals == 0) return (int)syscall(SYS_flock, fd, operation);
  lock_refusals--;
  errno = EWOULDBLOCK;
  return -1;
}

static weir_listen_options at_path(const net_fixture *net) {
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  options.path = net->path;
  return options;
}

static void listen_with(net_fixture *net, const weir_listen_options *options) {
  assert_int_equal(weir_server_listen(net->server.server, options, NULL, NULL), WEIR_OK);
}

static unsigned mode_of(const char *path) {
  struct stat file;
  return lstat(path, &file) == 0 ? file.st_mode & MODE : 0;
}

/* As asked for when listen() returns, on top of what the umask leaves. */
static void the_mode_is_what_was_asked_for(void **state) {
  net_fixture *net = *state;
  raw_needs_system();
  static const struct {
    mode_t mask;
    bool readable, writable;
    unsigned mode;
  } cases[] = {{077, false, false, 0700}, {077, true, false, 0744},  {077, false, true, 0722},
               {077, true, true, 0766},   {022, false, false, 0755}, {0177, true, true, 0666},
               {0, false, false, 0777},   {0777, false, true, 0222}};
  CLAUSES("LSN-30", "LSN-32") {
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
      weir_listen_options options = at_path(net);
      options.readable_all = cases[i].readable;
      options.writable_all = cases[i].writable;
      mode_t before = umask(cases[i].mask);
      listen_with(net, &options);
      (void)umask(before);
      assert_int_equal(mode_of(net->path), cases[i].mode);
      assert_int_equal(weir_server_close(net->server.server, NULL, NULL), WEIR_OK);
      net_settle(net);
    }
  }
}

/* Nothing is left of a server that would have another mode than the one that was asked for. */
static void a_mode_that_is_refused_is_an_error(void **state) {
  net_fixture *net = *state;
  raw_needs_system();
  weir_listen_options options = at_path(net);
  options.readable_all = true;
  refuse_chmod = true;
  CLAUSES("LSN-33") {
    listen_with(net, &options);
    assert_false(weir_server_listening(net->server.server));
    assert_false(raw_exists(net->path));
    net_settle(net);
    net_expect("refused", &net->server.log, "error");
    assert_int_equal(net->server.error, WEIR_EPERM);
  }
  refuse_chmod = false;
  listen_with(net, &options);
  net_settle(net);
  net_expect("allowed", &net->server.log, "error listening");
}

typedef struct watcher {
  const char *path;
  unsigned allowed;
  atomic_bool over;
  atomic_uint seen;  /* How often there was a file. */
  atomic_uint wider; /* A mode that was never asked for; 0: none. */
} watcher;

static void *watch(void *user) {
  watcher *w = user;
  while (!atomic_load(&w->over)) {
    unsigned mode = mode_of(w->path);
    if (mode != 0) atomic_fetch_add(&w->seen, 1);
    if (mode & ~w->allowed) atomic_store(&w->wider, mode);
  }
  return NULL;
}

/* Somebody looks all the time. */
static void the_mode_is_never_wider(void **state) {
  net_fixture *net = *state;
  raw_needs_system();
  watcher w = {.path = net->path, .allowed = 0744};
  pthread_t thread;
  weir_listen_options options = at_path(net);
  options.readable_all = true;
  mode_t before = umask(077);
  assert_int_equal(pthread_create(&thread, NULL, watch, &w), 0);
  for (int i = 0; i < ROUNDS || atomic_load(&w.seen) < ROUNDS; i++) {
    listen_with(net, &options);
    assert_int_equal(mode_of(net->path), w.allowed);
    assert_int_equal(weir_server_close(net->server.server, NULL, NULL), WEIR_OK);
    net_settle(net);
  }
  atomic_store(&w.over, true);
  assert_int_equal(pthread_join(thread, NULL), 0);
  (void)umask(before);
  assert_int_equal(atomic_load(&w.wider), 0);
}

/* TCP has no files, and an abstract name has none either. */
static void what_is_no_file_has_no_mode(void **state) {
  net_fixture *net = *state;
  char name[64] = "";
  size_t length = 1 + (size_t)snprintf(name + 1, sizeof name - 1, "weir-mode-%ld", (long)getpid());
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  options.readable_all = options.writable_all = options.reclaim_path = true;
  options.port = 0;
  options.host = "127.0.0.1";
  listen_with(net, &options);
  net_settle(net);
  net_expect("TCP", &net->server.log, "listening");
  assert_int_equal(weir_server_close(net->server.server, NULL, NULL), WEIR_OK);
  options.port = -1;
  options.path = name;
  options.path_length = length;
  listen_with(net, &options);
  net_settle(net);
  net_expect("abstract", &net->server.log, "listening close listening");
}

static weir_listen_options reclaiming(const net_fixture *net) {
  weir_listen_options options = at_path(net);
  options.reclaim_path = true;
  return options;
}

static void a_stale_file_is_replaced(void **state) {
  net_fixture *net = *state;
  raw_needs_system();
  weir_listen_options options = at_path(net);
  raw_leave_stale(net->path);
  listen_with(net, &options);
  net_settle(net);
  net_expect("only when it is asked for", &net->server.log, "error");
  options = reclaiming(net);
  listen_with(net, &options);
  net_settle(net);
  net_expect("replaced", &net->server.log, "error listening");
  net_connect(net, NET_PATH, NULL, &net->client);
  net_settle(net);
  net_expect("alive", &net->client.log, "connect ready");
  net_stop_listening(net);
  assert_false(raw_exists(net->path));
}

static void where_there_is_nothing_it_is_an_ordinary_listen(void **state) {
  net_fixture *net = *state;
  raw_needs_system();
  weir_listen_options options = reclaiming(net);
  listen_with(net, &options);
  net_settle(net);
  net_expect("nothing to reclaim", &net->server.log, "listening");
}

/* A regular file, a directory, a link and a socket of another kind. */
static void anything_else_is_left_alone(void **state) {
  net_fixture *net = *state;
  raw_needs_system();
  weir_listen_options options = reclaiming(net);
  for (int kind = 0; kind < 4; kind++) {
    struct stat before, after;
    int fd = -1;
    if (kind == 0) fd = open(net->path, O_CREAT | O_WRONLY, 0600);
    if (kind == 1) assert_int_equal(mkdir(net->path, 0700), 0);
    if (kind == 2) assert_int_equal(symlink("nowhere", net->path), 0);
    if (kind == 3) fd = raw_bind_path(net->path, SOCK_DGRAM);
    assert_int_equal(lstat(net->path, &before), 0);
    net->server.error = WEIR_OK;
    listen_with(net, &options);
    net_settle(net);
    assert_int_equal(net->server.error, WEIR_EADDRINUSE);
    assert_int_equal(lstat(net->path, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_int_equal(before.st_mode, after.st_mode);
    if (fd >= 0) (void)close(fd);
    assert_int_equal(kind == 1 ? rmdir(net->path) : unlink(net->path), 0);
  }
}

/* It is just slow, or its backlog is full: it is alive. */
static void a_listener_that_lives_keeps_its_name(void **state) {
  net_fixture *net = *state;
  raw_needs_system();
  weir_listen_options options = reclaiming(net);
  struct stat before, after;
  int fillers[3];
  size_t count = 0;
  int owner = raw_bind_path(net->path, SOCK_STREAM);
  /* Who asks whether it lives waits in the backlog too: there is room for that and a filler. */
  assert_int_equal(listen(owner, 1), 0);
  assert_int_equal(lstat(net->path, &before), 0);
  for (int full = 0; full < 2; full++) {
    if (full) count = raw_fill_backlog(net->path, fillers, COUNT_OF(fillers));
    net->server.error = WEIR_OK;
    listen_with(net, &options);
    net_settle(net);
    assert_int_equal(net->server.error, WEIR_EADDRINUSE);
    assert_int_equal(lstat(net->path, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
  }
  for (size_t i = 0; i < count; i++) (void)close(fillers[i]);
  (void)close(owner);
  (void)unlink(net->path);
}

/* Whatever the second one wants: the first has its name, mode and owner, and its clients. */
static void a_second_server_changes_nothing(void **state) {
  net_fixture *net = *state;
  raw_needs_system();
  net_server second;
  struct stat first, after;
  weir_listen_options options = at_path(net);
  net_make_server(net, &second);
  listen_with(net, &options);
  net_settle(net);
  assert_int_equal(lstat(net->path, &first), 0);
  options.readable_all = options.writable_all = true;
  for (int reclaim = 0; reclaim < 2; reclaim++) {
    second.error = WEIR_OK;
    options.reclaim_path = reclaim != 0;
    assert_int_equal(weir_server_listen(second.server, &options, NULL, NULL), WEIR_OK);
    net_settle(net);
    assert_int_equal(second.error, WEIR_EADDRINUSE);
    assert_int_equal(lstat(net->path, &after), 0);
    assert_int_equal(first.st_ino, after.st_ino);
    assert_int_equal(first.st_mode, after.st_mode);
    assert_int_equal(first.st_uid, after.st_uid);
    assert_int_equal(first.st_gid, after.st_gid);
  }
  net_connect(net, NET_PATH, NULL, &net->client);
  net_settle(net);
  net_expect("still served", &net->client.log, "connect ready");
}

/* Who has the lock is about to listen. It is free again when that listens, or could not. */
static void only_one_reclaims_at_a_time(void **state) {
  net_fixture *net = *state;
  raw_needs_system();
  weir_listen_options options = reclaiming(net);
  int directory = open(net->directory, O_RDONLY | O_DIRECTORY);
  raw_leave_stale(net->path);
  assert_int_equal(flock(directory, LOCK_EX), 0);
  listen_with(net, &options);
  net_settle(net);
  assert_int_equal(net->server.error, WEIR_EADDRINUSE);
  assert_int_equal(flock(directory, LOCK_UN), 0);
  listen_with(net, &options);
  assert_int_equal(flock(directory, LOCK_EX | LOCK_NB), 0);
  assert_int_equal(flock(directory, LOCK_UN), 0);
  net_settle(net);
  net_expect("free again", &net->server.log, "error listening");
  net_stop_listening(net);
  assert_int_equal(mkdir(net->path, 0700), 0);
  listen_with(net, &options);
  assert_int_equal(flock(directory, LOCK_EX | LOCK_NB), 0);
  net_settle(net);
  assert_int_equal(rmdir(net->path), 0);
  (void)close(directory);
}

/* As a server with another name in the directory has it. */
static void a_lock_is_waited_for_a_moment(void **state) {
  net_fixture *net = *state;
  raw_needs_system();
  weir_listen_options options = reclaiming(net);
  lock_refusals = 3;
  listen_with(net, &options);
  assert_int_equal(lock_refusals, 0);
  net_settle(net);
  net_expect("at last", &net->server.log, "listening");
}

/* A process: reclaims, says how it went in a byte, and if it listens, stays until everybody has
 * spoken. The other ends are the test's alone: should it fail, it does not leave processes behind.
 */
static int start_one(int go, int said, int stay, const char *path) {
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  weir_server *server;
  weir_loop_options how = WEIR_LOOP_OPTIONS_INIT;
  weir_loop *loop;
  char byte;
  options.path = path;
  options.reclaim_path = true;
  how.backend = loop_fixture_backend_name();
  if (weir_loop_create(&how, &loop) != WEIR_OK) return 1;
  if (weir_create_server(loop, NULL, NULL, NULL, &server) != WEIR_OK) return 2;
  if (read(go, &byte, 1) != 0) return 3; /* All begin when the other end is closed. */
  if (weir_server_listen(server, &options, NULL, NULL) != WEIR_OK) return 4;
  byte = weir_server_listening(server) ? 'y' : 'n';
  if (write(said, &byte, 1) != 1) return 5;
  (void)close(said);
  if (byte == 'y' && read(stay, &byte, 1) != 0) return 6;
  return 0;
}

static void of_many_that_start_at_once_one_wins(void **state) {
  net_fixture *net = *state;
  raw_needs_system();
  int go[2], said[2], stay[2], status;
  pid_t starters[STARTERS];
  char heard[STARTERS];
  unsigned winners = 0;
  raw_leave_stale(net->path);
  assert_int_equal(pipe(go), 0);
  assert_int_equal(pipe(said), 0);
  assert_int_equal(pipe(stay), 0);
  for (int i = 0; i < STARTERS; i++) {
    starters[i] = fork();
    if (starters[i] == 0) {
      (void)close(go[1]);
      (void)close(stay[1]);
      _exit(start_one(go[0], said[1], stay[0], net->path));
    }
  }
  (void)close(go[1]);
  (void)close(said[1]); /* There is an end to read if one dies before it speaks. */
  for (int i = 0; i < STARTERS; i++) assert_int_equal(read(said[0], &heard[i], 1), 1);
  for (int i = 0; i < STARTERS; i++) winners += heard[i] == 'y';
  assert_int_equal(winners, 1);
  /* The name leads to the one that won. */
  int peer = raw_connect_path(net->path, strlen(net->path));
  assert_true(peer >= 0);
  (void)close(peer);
  (void)close(stay[1]);
  for (int i = 0; i < STARTERS; i++)
    assert_int_equal(waitpid(starters[i], &status, 0), starters[i]);
  (void)close(go[0]);
  (void)close(said[0]);
  (void)close(stay[0]);
  (void)unlink(net->path);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, net_setup_server, net_teardown)
  const struct CMUnitTest tests[] = {
      TEST(the_mode_is_what_was_asked_for),  TEST(a_mode_that_is_refused_is_an_error),
      TEST(the_mode_is_never_wider),         TEST(what_is_no_file_has_no_mode),
      TEST(a_stale_file_is_replaced),        TEST(where_there_is_nothing_it_is_an_ordinary_listen),
      TEST(anything_else_is_left_alone),     TEST(a_listener_that_lives_keeps_its_name),
      TEST(a_second_server_changes_nothing), TEST(only_one_reclaims_at_a_time),
      TEST(a_lock_is_waited_for_a_moment),   TEST(of_many_that_start_at_once_one_wins),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
