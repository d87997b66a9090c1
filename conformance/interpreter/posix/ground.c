/* The ground on POSIX: local names are files in a temporary directory. */
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700
#endif
#include "conformance/interpreter/ground.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

const char ground_separator[] = "/";
const char ground_slashes[] = "/";

static int left = -1; /* The directory that was left. */

static const char *done(bool it_is) {
  return it_is ? NULL : strerror(errno);
}

bool ground_is(const char *system) {
  return strcmp(system, "posix") == 0;
}

void ground_prepare(void) {
  (void)umask(077);
}

unsigned long ground_process(void) {
  return (unsigned long)getpid();
}

bool ground_reads_as(const char *golden, const char *printed) {
  return strcmp(golden, printed) == 0; /* Golden traces are made on POSIX. */
}

bool ground_is_directory(const char *path) {
  struct stat found;
  return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

const char *ground_make(char *out_place, size_t size) {
  const char *root = getenv("TMPDIR");
  int length = snprintf(out_place, size, "%s/wt-XXXXXX", root ? root : "/tmp");
  if (length > 0 && (size_t)length < size && mkdtemp(out_place)) return NULL;
  out_place[0] = '\0';
  return strerror(errno);
}

static int remove_one(const char *path, const struct stat *what, int kind, struct FTW *where) {
  (void)what;
  (void)kind;
  (void)where;
  (void)remove(path);
  return 0;
}

void ground_remove(const char *place) {
  if (place[0] != '\0') (void)nftw(place, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

const char *ground_enter(const char *place) {
  if (left < 0) left = open(".", O_RDONLY | O_DIRECTORY);
  return done(left >= 0 && chdir(place) == 0);
}

void ground_leave(void) {
  if (left < 0) return;
  if (fchdir(left) != 0) perror("fchdir");
  (void)close(left);
  left = -1;
}

const char *ground_leave_file(const char *path) {
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
  return done(fd >= 0 && close(fd) == 0);
}

const char *ground_leave_socket(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (fd < 0) return strerror(errno);
  (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
  const char *wrong = done(bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
  (void)close(fd);
  return wrong;
}

const char *ground_leave_directory(const char *path) {
  return done(mkdir(path, 0700) == 0);
}

const char *ground_unlink(const char *path) {
  return done(unlink(path) == 0);
}

const char *ground_kind(const char *path) {
  struct stat found;
  if (lstat(path, &found) != 0)
    return errno == ENOENT || errno == ENOTDIR ? "ENOENT" : strerror(errno);
  if (S_ISSOCK(found.st_mode)) return "socket";
  if (S_ISREG(found.st_mode)) return "file";
  return S_ISDIR(found.st_mode) ? "directory" : "other";
}

const char *ground_mode(const char *path, unsigned *out_mode) {
  struct stat found;
  if (lstat(path, &found) != 0) return strerror(errno);
  *out_mode = (unsigned)found.st_mode & 0777u;
  return NULL;
}

/* A socket is bound and does not listen, so nobody else gets the port. */
const char *ground_bind(const weir_address *host, intptr_t *out_socket, uint16_t *out_port) {
  struct sockaddr_in v4 = {.sin_family = AF_INET};
  struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
  bool is_v6 = host->family == WEIR_FAMILY_IPV6;
  struct sockaddr *address = is_v6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4;
  socklen_t size = is_v6 ? (socklen_t)sizeof v6 : (socklen_t)sizeof v4;
  memcpy(&v4.sin_addr, host->bytes, sizeof v4.sin_addr);
  memcpy(&v6.sin6_addr, host->bytes, sizeof v6.sin6_addr);
  int on = 1; /* A server of the scenario may listen there all the same. */
  int fd = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
  *out_socket = fd;
  if (fd < 0) return strerror(errno);
  (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, address, size) != 0) return strerror(errno);
  if (getsockname(fd, address, &size) != 0) return strerror(errno);
  *out_port = ntohs(is_v6 ? v6.sin6_port : v4.sin_port);
  return NULL;
}

/* One more connection that waits; the first is there when connect() returns. */
static const char *fill(int listener, bool first, intptr_t *out_socket) {
  struct sockaddr_storage address;
  socklen_t size = (socklen_t)sizeof address;
  if (getsockname(listener, (struct sockaddr *)&address, &size) != 0) return strerror(errno);
  int fd = socket(address.ss_family, SOCK_STREAM, 0);
  *out_socket = fd;
  if (fd < 0) return strerror(errno);
  if (!first && fcntl(fd, F_SETFL, O_NONBLOCK) != 0) return strerror(errno);
  return done(connect(fd, (struct sockaddr *)&address, size) == 0 || errno == EINPROGRESS);
}

/* A queue of connections that is full and stays so: Linux answers no further ones. */
const char *ground_fill(intptr_t socket, intptr_t *sockets, size_t count) {
  const char *wrong = done(listen((int)socket, 0) == 0);
  for (size_t i = 0; !wrong && i < count; i++) wrong = fill((int)socket, i == 0, &sockets[i]);
  return wrong;
}

void ground_lend(intptr_t *socket) {
  (void)socket; /* It may be bound once more, and listened on. */
}

void ground_close(intptr_t socket) {
  if (socket >= 0) (void)close((int)socket);
}
