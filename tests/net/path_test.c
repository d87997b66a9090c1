/* Unix sockets as files: their names' lengths, abstract names, files that are in the way, and whose
 * file is removed. */
#include "conformance/clause.h"
#include "tests/net/raw_peer.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { LONGEST = 108, ROOM = sizeof(((struct sockaddr_un *)0)->sun_path) };

static void listen_at(net_fixture *net, const char *path, size_t length, weir_path_overflow how) {
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  options.path = path;
  options.path_length = length;
  options.path_overflow = how;
  if (!net->server.server) net_make_server(net, &net->server);
  assert_int_equal(weir_server_listen(net->server.server, &options, NULL, NULL), WEIR_OK);
}

static void connect_how(net_fixture *net, const char *path, size_t length, weir_path_overflow how) {
  weir_connect_options options = WEIR_CONNECT_OPTIONS_INIT;
  options.path_overflow = how;
  options.path = path;
  options.path_length = length;
  net->client = (net_end){.net = net};
  assert_int_equal(
      weir_connect(net->loop, NULL, &options, &net_handlers, &net->client, &net->client.socket),
      WEIR_OK);
}

static void connect_to(net_fixture *net, const char *path, size_t length) {
  connect_how(net, path, length, WEIR_PATH_CUT);
}

/* A name of so many bytes in the fixture's directory. */
static char *long_name(const net_fixture *net, size_t length) {
  char *name = malloc(length + 1);
  assert_non_null(name);
  int n = snprintf(name, length + 1, "%s/", net->directory);
  memset(name + n, 'x', length - (size_t)n);
  name[length] = '\0';
  return name;
}

/* IPC-02, IPC-03, IPC-04, IPC-06, IPC-07: cut to 108 bytes, known and removed under that name. */
static void long_names_are_cut_and_removed_under_the_name_that_was_bound(void **state) {
  (void)state;
  raw_needs_system();
  static const size_t lengths[] = {106, 107, 108, 109, 200};
  for (size_t i = 0; i < COUNT_OF(lengths); i++) {
    size_t bound = lengths[i] < LONGEST ? lengths[i] : LONGEST;
    size_t told = 0;
    net_fixture *net = net_create();
    char *given = long_name(net, lengths[i]);
    char *file = long_name(net, bound);
    listen_at(net, given, 0, WEIR_PATH_CUT);
    const char *path = weir_server_path(net->server.server, &told);
    assert_int_equal(told, bound);
    assert_int_equal(strlen(path), bound);
    assert_string_equal(path, file);
    assert_true(raw_exists(file));
    connect_to(net, given, 0);
    net_settle(net);
    net_expect("client", &net->client.log, "connect ready");
    net_stop_listening(net);
    assert_false(raw_exists(file));
    free(given);
    free(file);
    net_free(net);
  }
}

/* IPC-03, ERR-02: on demand they are refused, and no file is made. */
static void long_names_are_refused_on_demand(void **state) {
  (void)state;
  raw_needs_system();
  static const struct {
    size_t length;
    const char *told;
  } cases[] = {{108, "listening"}, {109, "error"}, {200, "error"}};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    net_fixture *net = net_create();
    char *given = long_name(net, cases[i].length);
    char *file = long_name(net, LONGEST);
    listen_at(net, given, 0, WEIR_PATH_REFUSE);
    net_settle(net);
    net_expect("refuse", &net->server.log, cases[i].told);
    assert_int_equal(raw_exists(file), cases[i].length <= LONGEST);
    if (cases[i].length > LONGEST) assert_int_equal(net->server.error, WEIR_ENAMETOOLONG);
    connect_how(net, given, 0, WEIR_PATH_REFUSE);
    net_settle(net);
    net_expect("refuse", &net->client.log,
               cases[i].length > LONGEST ? "error(ENAMETOOLONG) close(1)" : "connect ready");
    free(given);
    free(file);
    net_free(net);
  }
}

/* IPC-02, ERR-02: a name with a NUL inside is not cut there. */
static void a_name_with_a_nul_inside_is_refused(void **state) {
  (void)state;
  raw_needs_system();
  net_fixture *net = net_create();
  char name[160];
  int n = snprintf(name, sizeof name, "%s/a", net->directory);
  memcpy(name + n, "\0b", 2);
  listen_at(net, name, (size_t)n + 2, WEIR_PATH_CUT);
  connect_to(net, name, (size_t)n + 2);
  net_settle(net);
  assert_int_equal(net->server.error, WEIR_EINVAL);
  net_expect("client", &net->client.log, "error(EINVAL) close(1)");
  assert_false(raw_exists(name));
  net_free(net);
}

/* IPC-01, IPC-02: exactly the bytes that were given, so that others meet them. */
static void an_abstract_name_has_exactly_its_length(void **state) {
  (void)state;
  raw_needs_system();
  char name[64] = "";
  size_t told = 0;
  size_t length = 1 + (size_t)snprintf(name + 1, sizeof name - 1, "weir-%ld", (long)getpid());
  net_fixture *net = net_create();
  listen_at(net, name, length, WEIR_PATH_CUT);
  (void)weir_server_path(net->server.server, &told);
  assert_int_equal(told, length);
  int exact = raw_connect_path(name, length);
  assert_true(exact >= 0);
  assert_int_equal(raw_connect_path(name, length + 1), -1);
  assert_int_equal(raw_connect_path(name, length - 1), -1);
  connect_to(net, name, length);
  net_settle(net);
  net_expect("client", &net->client.log, "connect ready");
  assert_int_equal(net->peer_count, 2);
  net_stop_listening(net);
  assert_int_equal(raw_connect_path(name, length), -1);
  (void)close(exact);
  net_free(net);
}

static void make_file(const char *path) {
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_int_equal(fclose(file), 0);
}

static void make_directory(const char *path) {
  assert_int_equal(mkdir(path, 0700), 0);
}

/* LSN-09, CON-02, IPC-08, ERR-01, ERR-02: whatever has the name keeps it. */
static void a_name_that_is_taken_stays_as_it_is(void **state) {
  (void)state;
  raw_needs_system();
  static const struct {
    const char *name;
    void (*make)(const char *path);
    int (*unmake)(const char *path);
  } cases[] = {{"stale socket", raw_leave_stale, unlink},
               {"regular file", make_file, unlink},
               {"directory", make_directory, rmdir}};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    char listening[256], connecting[256];
    net_fixture *net = net_create();
    cases[i].make(net->path);
    listen_at(net, net->path, 0, WEIR_PATH_CUT);
    connect_to(net, net->path, 0);
    net_run(net);
    (void)snprintf(listening, sizeof listening, "listen EADDRINUSE: address already in use %s",
                   net->path);
    (void)snprintf(connecting, sizeof connecting, "connect ECONNREFUSED %s", net->path);
    assert_string_equal(net->server.message, listening);
    assert_string_equal(net->client.message, connecting);
    weir_server_free(net->server.server);
    net_run(net);
    assert_int_equal(cases[i].unmake(net->path), 0);
    net_free(net);
  }
}

/* IPC-08, SRV-35: the file is gone when close() returns, or when the loop is freed. */
static void the_file_is_gone_when_close_returns(void **state) {
  (void)state;
  raw_needs_system();
  for (int how = 0; how < 3; how++) {
    char path[128];
    net_fixture *net = net_create();
    net_listen(net, NET_PATH, NULL);
    assert_true(raw_exists(net->path));
    memcpy(path, net->path, sizeof path);
    if (how == 0) net_stop_listening(net);
    if (how == 1) weir_server_free(net->server.server);
    if (how < 2) assert_false(raw_exists(path));
    net_free(net);
    assert_false(raw_exists(path));
  }
}

/* IPC-08: somebody else's file under the name is not weir's to remove; a missing one is fine. */
static void only_the_file_that_was_bound_is_removed(void **state) {
  (void)state;
  raw_needs_system();
  for (int replaced = 0; replaced < 2; replaced++) {
    net_fixture *net = net_create();
    net_listen(net, NET_PATH, NULL);
    assert_int_equal(unlink(net->path), 0);
    if (replaced) raw_leave_stale(net->path);
    net_stop_listening(net);
    assert_int_equal(raw_exists(net->path), replaced);
    if (replaced) assert_int_equal(unlink(net->path), 0);
    net_run(net);
    net_free(net);
  }
}

/* IPC-02: relative names are used as they are. */
static void a_relative_name_is_used_as_it_is(void **state) {
  (void)state;
  raw_needs_system();
  char before[256];
  net_fixture *net = net_create();
  assert_non_null(getcwd(before, sizeof before));
  assert_int_equal(chdir(net->directory), 0);
  listen_at(net, "relative", 0, WEIR_PATH_CUT);
  assert_string_equal(weir_server_path(net->server.server, NULL), "relative");
  connect_to(net, "./relative", 0);
  net_settle(net);
  net_expect("client", &net->client.log, "connect ready");
  net_stop_listening(net);
  assert_false(raw_exists("relative"));
  assert_int_equal(chdir(before), 0);
  net_free(net);
}

/* IPC-05: what is usable is the room that the system's header gives, but for a NUL: 103 bytes where
 * there are 104, 107 where there are 108. */
static void a_path_that_fits_the_system_with_its_nul_is_used_whole(void **state) {
  (void)state;
  raw_needs_system();
  size_t told = 0;
  net_fixture *net = net_create();
  char *usable = long_name(net, ROOM - 1);
  char *longer = long_name(net, ROOM + 1);
  CLAUSES("IPC-05") {
    listen_at(net, longer, 0, WEIR_PATH_REFUSE);
    net_settle(net);
    net_expect("longer", &net->server.log, "error");
    assert_int_equal(net->server.error, WEIR_ENAMETOOLONG);
    listen_at(net, usable, 0, WEIR_PATH_REFUSE);
    connect_to(net, usable, 0);
    net_settle(net);
    net_expect("usable", &net->server.log, "error listening connection");
    net_expect("client", &net->client.log, "connect ready");
    assert_string_equal(weir_server_path(net->server.server, &told), usable);
    assert_int_equal(told, ROOM - 1);
    assert_true(raw_exists(usable));
    int whole = raw_connect_path(usable, ROOM - 1);
    assert_true(whole >= 0);
    assert_int_equal(raw_connect_path(usable, ROOM - 2), -1);
    assert_int_equal(close(whole), 0);
  }
  free(usable);
  free(longer);
  net_free(net);
}

/* The only name in the fixture's directory. */
static void expect_file(const net_fixture *net, const char *name) {
  size_t count = 0;
  DIR *directory = opendir(net->directory);
  assert_non_null(directory);
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    assert_string_equal(entry->d_name, name);
    count++;
  }
  assert_int_equal(closedir(directory), 0);
  assert_int_equal(count, 1);
}

/* GEN-08: escaping is the compiler's affair; the bytes arrive as they are, none escapes another. */
static void a_path_with_backslashes_arrives_byte_for_byte(void **state) {
  (void)state;
  raw_needs_system();
  static const char name[] = {'\\', 'a', '\\', '\\', 'n', '\\', 'x', '4', '1', '\\', 0};
  char path[160], other[160];
  net_fixture *net = net_create();
  (void)snprintf(path, sizeof path, "%s/%s", net->directory, name);
  (void)snprintf(other, sizeof other, "%s/\\a\\n\\x41\\", net->directory);
  listen_at(net, path, 0, WEIR_PATH_CUT);
  CLAUSES("GEN-08") {
    expect_file(net, name);
    assert_string_equal(weir_server_path(net->server.server, NULL), path);
    connect_to(net, other, 0);
    net_settle(net);
    net_expect("one backslash less", &net->client.log, "error(ENOENT) close(1)");
    connect_to(net, path, 0);
    net_settle(net);
    net_expect("client", &net->client.log, "connect ready");
  }
  net_free(net);
}

static bool client_has_connected(const net_fixture *net) {
  return net_was_told(&net->client.log, "connect");
}

/* Linux answers EAGAIN instead of letting it wait: it is tried again until there is room. */
static void a_full_backlog_makes_a_client_wait(void **state) {
  (void)state;
  raw_needs_system();
  net_fixture *net = net_create();
  int fillers[3], taken[3];
  int owner = raw_bind_path(net->path, SOCK_STREAM);
  assert_int_equal(listen(owner, 0), 0);
  size_t count = raw_fill_backlog(net->path, fillers, COUNT_OF(fillers));
  connect_to(net, net->path, 0);
  net_settle(net);
  net_expect("waits", &net->client.log, "");
  for (size_t i = 0; i < count; i++) taken[i] = accept(owner, NULL, NULL);
  net_run_until(net, client_has_connected);
  net_expect("there is room", &net->client.log, "connect ready");
  for (size_t i = 0; i < count; i++) (void)close(taken[i]);
  for (size_t i = 0; i < count; i++) (void)close(fillers[i]);
  (void)close(owner);
  (void)unlink(net->path);
  net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(long_names_are_cut_and_removed_under_the_name_that_was_bound),
      cmocka_unit_test(long_names_are_refused_on_demand),
      cmocka_unit_test(a_name_with_a_nul_inside_is_refused),
      cmocka_unit_test(an_abstract_name_has_exactly_its_length),
      cmocka_unit_test(a_name_that_is_taken_stays_as_it_is),
      cmocka_unit_test(the_file_is_gone_when_close_returns),
      cmocka_unit_test(only_the_file_that_was_bound_is_removed),
      cmocka_unit_test(a_relative_name_is_used_as_it_is),
      cmocka_unit_test(a_path_that_fits_the_system_with_its_nul_is_used_whole),
      cmocka_unit_test(a_path_with_backslashes_arrives_byte_for_byte),
      cmocka_unit_test(a_full_backlog_makes_a_client_wait),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
