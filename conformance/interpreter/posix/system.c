/* Asks the system about sockets. weir does not tell the descriptors of servers, so the one with the
 * right port is looked for. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* struct tcp_info */
#endif
#include "conformance/interpreter/system.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { DESCRIPTORS = 1024 };

static int port_of(const struct sockaddr_storage *address) {
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
  memcpy(&v4, address, sizeof v4);
  memcpy(&v6, address, sizeof v6);
  if (address->ss_family == AF_INET) return ntohs(v4.sin_port);
  return address->ss_family == AF_INET6 ? ntohs(v6.sin6_port) : -1;
}

static int local_port(int fd) {
  struct sockaddr_storage address;
  socklen_t size = (socklen_t)sizeof address;
  return getsockname(fd, (struct sockaddr *)&address, &size) == 0 ? port_of(&address) : -1;
}

static bool listens(int fd) {
  int on = 0;
  socklen_t size = (socklen_t)sizeof on;
  return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &size) == 0 && on;
}

static int find_server(const object *o) {
  for (int fd = 0; fd < DESCRIPTORS && o->port > 0; fd++)
    if (listens(fd) && local_port(fd) == o->port) return fd;
  return -1;
}

static int find_socket(const object *o) {
  return (int)weir_socket_fd(o->socket);
}

/* False: the scenario failed. */
static bool ask(object *o, int fd, int level, int name, int *out_number) {
  socklen_t size = (socklen_t)sizeof *out_number;
  if (fd >= 0 && !o->s->simulated && getsockopt(fd, level, name, out_number, &size) == 0)
    return true;
  scene_fail(o->s, "the system cannot be asked about %s", o->as->name);
  return false;
}

static void print_flag(object *o, int level, int name, trace_text *out) {
  int on = 0;
  if (ask(o, find_socket(o), level, name, &on)) trace_text_format(out, "%s", on ? "true" : "false");
}

void system_no_delay(object *o, trace_text *out) {
  print_flag(o, IPPROTO_TCP, TCP_NODELAY, out);
}

void system_keep_alive(object *o, trace_text *out) {
  print_flag(o, SOL_SOCKET, SO_KEEPALIVE, out);
}

#ifdef __linux__
void system_backlog(object *o, trace_text *out) {
  struct tcp_info info = {0};
  socklen_t size = (socklen_t)sizeof info;
  int fd = o->s->simulated ? -1 : find_server(o);
  if (fd < 0 || getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
    scene_fail(o->s, "the system cannot be asked about %s", o->as->name);
  else
    trace_text_format(out, "%u", (unsigned)info.tcpi_sacked);
}

/* What a socket has that nobody has told anything. */
static int system_delay(void) {
  int seconds = 0;
  FILE *file = fopen("/proc/sys/net/ipv4/tcp_keepalive_time", "r");
  if (!file) return 0;
  if (fscanf(file, "%d", &seconds) != 1) seconds = 0;
  (void)fclose(file);
  return seconds;
}

void system_keep_alive_delay(object *o, trace_text *out) {
  int seconds = 0;
  if (!ask(o, find_socket(o), IPPROTO_TCP, TCP_KEEPIDLE, &seconds)) return;
  if (seconds == system_delay())
    trace_text_format(out, "null");
  else
    trace_text_format(out, "%d", seconds);
}
#else
void system_backlog(object *o, trace_text *out) {
  (void)out;
  (void)find_server(o);
  scene_fail(o->s, "the system cannot be asked about %s", o->as->name);
}

void system_keep_alive_delay(object *o, trace_text *out) {
  (void)out;
  scene_fail(o->s, "the system cannot be asked about %s", o->as->name);
}
#endif
