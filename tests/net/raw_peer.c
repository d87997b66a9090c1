/* Plain sockets for tests; what is right is for the tests to say. */
#include "tests/net/raw_peer.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

void raw_needs_system(void) {
  if (strcmp(loop_fixture_backend_name(), "sim") != 0) return;
  print_message("SKIPPED: the simulator has no descriptors and no files\n");
  skip();
}

int raw_connect_tcp(uint16_t port) {
  struct sockaddr_in to;
  memset(&to, 0, sizeof to);
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  assert_true(fd >= 0);
  assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
  return fd;
}

static socklen_t fill_name(struct sockaddr_un *name, const char *path, size_t length) {
  memset(name, 0, sizeof *name);
  assert_true(length <= sizeof name->sun_path);
  name->sun_family = AF_UNIX;
  memcpy(name->sun_path, path, length);
  return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

int raw_connect_path(const char *path, size_t length) {
  struct sockaddr_un to;
  socklen_t size = fill_name(&to, path, length);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  assert_true(fd >= 0);
  if (connect(fd, (struct sockaddr *)&to, size) == 0) return fd;
  (void)close(fd);
  return -1;
}

int raw_bind_path(const char *path, int type) {
  struct sockaddr_un name;
  socklen_t size = fill_name(&name, path, strlen(path));
  int fd = socket(AF_UNIX, type, 0);
  assert_true(fd >= 0);
  assert_int_equal(bind(fd, (struct sockaddr *)&name, size), 0);
  return fd;
}

size_t raw_fill_backlog(const char *path, int *fds, size_t most) {
  struct sockaddr_un to;
  socklen_t size = fill_name(&to, path, strlen(path));
  size_t count = 0;
  for (;; count++) {
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_true(fd >= 0);
    if (connect(fd, (struct sockaddr *)&to, size) != 0) {
      assert_int_equal(errno, EAGAIN);
      assert_int_equal(close(fd), 0);
      break;
    }
    assert_true(count < most);
    fds[count] = fd;
  }
  assert_true(count > 0);
  return count;
}

void raw_leave_stale(const char *path) {
  assert_int_equal(close(raw_bind_path(path, SOCK_STREAM)), 0);
}

void raw_send(int fd, uint64_t from, size_t length) {
  uint8_t bytes[256];
  assert_true(length <= sizeof bytes);
  for (size_t i = 0; i < length; i++) bytes[i] = net_byte(from + i);
  assert_int_equal(send(fd, bytes, length, MSG_NOSIGNAL), length);
}

void raw_reset(int fd) {
  struct linger now = {1, 0};
  assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now), 0);
  assert_int_equal(close(fd), 0);
}

void raw_skip_on(const char *backend, const char *why) {
  if (strcmp(loop_fixture_backend_name(), backend) != 0) return;
  printf("skipped on %s: %s\n", backend, why);
  skip();
}

/* What a backend opens once for all of its loops is no loop's. */
static void open_what_stays(void) {
  static bool is_open;
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  weir_loop *loop;
  options.backend = loop_fixture_backend_name();
  if (!is_open && weir_loop_create(&options, &loop) == WEIR_OK)
    is_open = weir_loop_free(loop) == WEIR_OK;
}

size_t raw_descriptors(void) {
  size_t count = 0;
  open_what_stays();
  DIR *directory = opendir("/proc/self/fd");
  assert_non_null(directory);
  while (readdir(directory)) count++;
  (void)closedir(directory);
  return count;
}

bool raw_all_closed(size_t before) {
#ifdef __linux__
  /* libkqueue lets go of its own in a thread of its own, when it likes. */
  if (strcmp(loop_fixture_backend_name(), "kqueue") == 0) return true;
#endif
  return raw_descriptors() == before;
}

bool raw_exists(const char *path) {
  struct stat file;
  return lstat(path, &file) == 0;
}
