/* Decides how places are written, and how one listens or connects there. */
#include "bench/place.h"

#include "bench/process.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

/* Connections that leave from one local address. A closed one keeps its port for a minute. */
#define PORTS_OF_AN_ADDRESS 16384u

const char *bench_place_path(const char *text) {
  return strncmp(text, "unix:", 5) == 0 ? text + 5 : NULL;
}

int bench_place_port(const char *text) {
  if (strncmp(text, "tcp:", 4) != 0) return -1;
  char *end;
  long port = strtol(text + 4, &end, 10);
  return *end == '\0' && end != text + 4 && port >= 0 && port <= 65535 ? (int)port : -1;
}

static void set_tcp(bench_place *place, uint32_t host, int port) {
  struct sockaddr_in address;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(host);
  address.sin_port = htons((uint16_t)port);
  memcpy(&place->address, &address, sizeof address);
  place->length = sizeof address;
  place->is_tcp = true;
}

static void set_unix(bench_place *place, const char *path) {
  struct sockaddr_un address;
  memset(&address, 0, sizeof address);
  address.sun_family = AF_UNIX;
  if (strlen(path) >= sizeof address.sun_path) bench_usage("the path is too long");
  memcpy(address.sun_path, path, strlen(path) + 1);
  memcpy(&place->address, &address, sizeof address);
  place->length = sizeof address;
  place->is_tcp = false;
}

bench_place bench_place_parse(const char *text) {
  bench_place place;
  memset(&place, 0, sizeof place);
  const char *path = bench_place_path(text);
  int port = bench_place_port(text);
  if (path == NULL && port < 0) bench_usage("a place is tcp:PORT or unix:PATH");
  if (path != NULL) {
    set_unix(&place, path);
  } else {
    set_tcp(&place, INADDR_LOOPBACK, port);
  }
  return place;
}

int bench_place_listen(bench_place *place, int backlog) {
  int fd = socket(place->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) bench_fail("socket");
  if (bind(fd, (struct sockaddr *)&place->address, place->length) < 0) bench_fail("bind");
  if (listen(fd, backlog) < 0) bench_fail("listen");
  socklen_t length = sizeof place->address;
  if (place->is_tcp && getsockname(fd, (struct sockaddr *)&place->address, &length) < 0) {
    bench_fail("getsockname");
  }
  return fd;
}

int bench_place_bound_port(const bench_place *place) {
  struct sockaddr_in address;
  memcpy(&address, &place->address, sizeof address);
  return ntohs(address.sin_port);
}

/* 127.0.0.1 for the first connections, then 127.0.1.1 and so on. */
static void leave_from(int fd, unsigned long number) {
  bench_place local;
  int on = 1;
  uint32_t third = (uint32_t)(number / PORTS_OF_AN_ADDRESS % 255);
  if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on) < 0) {
    bench_fail("setsockopt");
  }
  memset(&local, 0, sizeof local);
  set_tcp(&local, INADDR_LOOPBACK + (third << 8), 0);
  if (bind(fd, (struct sockaddr *)&local.address, local.length) < 0) bench_fail("bind");
}

int bench_place_connect(const bench_place *place, unsigned long number) {
  int fd = socket(place->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) bench_fail("socket");
  if (place->is_tcp) {
    int on = 1;
    leave_from(fd, number);
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0) bench_fail("setsockopt");
  }
  if (connect(fd, (const struct sockaddr *)&place->address, place->length) < 0) {
    bench_fail("connect");
  }
  return fd;
}
