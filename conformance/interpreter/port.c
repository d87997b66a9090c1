/* Ports and addresses: where servers listen, where nobody does, where nobody answers, and how they
 * are shown. */
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700
#endif
#include "conformance/interpreter/call.h"
#include "conformance/interpreter/place.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void place_learn(object *server) {
  weir_address address = {0};
  char host[WEIR_ADDRESS_TEXT_SIZE];
  scene *s = server->s;
  size_t length = 0;
  const char *path = weir_server_path(server->server, &length);
  if (path) {
    server->path = store_text(&s->memory, path, length);
    server->path_length = length;
    return;
  }
  (void)weir_server_address(server->server, &address);
  if (address.family == WEIR_FAMILY_NONE) return;
  (void)weir_address_format(&address, host, sizeof host);
  bool any = strcmp(host, "::") == 0 || strcmp(host, "0.0.0.0") == 0;
  server->path = NULL;
  server->port = address.port;
  server->host = store_format(&s->memory, "%s", any ? "127.0.0.1" : host);
  trace_mask_port(s->t, address.port, "PORT");
}

void place_print_port(const scene *s, unsigned port, trace_text *out) {
  const char *label = trace_mask_of(s->t, port);
  trace_text_format(out, "%s", label ? label : "EPHEMERAL");
}

void place_print_address(const scene *s, const weir_address *address, trace_text *out) {
  char shown[WEIR_ADDRESS_TEXT_SIZE];
  if (address->family == WEIR_FAMILY_NONE) {
    trace_text_format(out, "{}");
    return;
  }
  (void)weir_address_format(address, shown, sizeof shown);
  trace_text_format(out, "{\"address\":\"%s\",\"family\":\"IPv%d\",\"port\":", shown,
                    address->family);
  place_print_port(s, address->port, out);
  trace_text_format(out, "}");
}

const option_entry port_options[] = {
    {"host", 0, true}, {"dead", 0, true}, {"hole", 0, true}, {.name = NULL}};

/* The simulator gives a port out once, so one that was listened on is dead. */
static weir_err find_simulated(object *o) {
  weir_listen_options where = WEIR_LISTEN_OPTIONS_INIT;
  weir_address address = {0};
  weir_server *server;
  where.port = 0;
  where.host = o->host;
  weir_err err = weir_create_server(o->s->loop, NULL, NULL, NULL, &server);
  if (err != WEIR_OK) return err;
  err = weir_server_listen(server, &where, NULL, NULL);
  if (err == WEIR_OK) err = weir_server_address(server, &address);
  weir_server_free(server);
  o->port = address.port;
  return err;
}

/* On a system a socket is bound and does not listen, so nobody else gets the port. */
static bool bind_port(object *o, const weir_address *host) {
  struct sockaddr_in v4 = {.sin_family = AF_INET};
  struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
  bool is_v6 = host->family == WEIR_FAMILY_IPV6;
  struct sockaddr *address = is_v6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4;
  socklen_t size = is_v6 ? (socklen_t)sizeof v6 : (socklen_t)sizeof v4;
  memcpy(&v4.sin_addr, host->bytes, sizeof v4.sin_addr);
  memcpy(&v6.sin6_addr, host->bytes, sizeof v6.sin6_addr);
  int on = 1; /* A server of the scenario may listen there all the same. */
  o->descriptor = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
  if (o->descriptor < 0) return false;
  (void)setsockopt(o->descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(o->descriptor, address, size) != 0) return false;
  if (getsockname(o->descriptor, address, &size) != 0) return false;
  o->port = ntohs(is_v6 ? v6.sin6_port : v4.sin_port);
  return true;
}

static weir_err find_bound(object *o) {
  weir_address host;
  weir_err err = weir_address_parse(o->host, strlen(o->host), 0, &host);
  if (err != WEIR_OK) return err;
  return bind_port(o, &host) ? WEIR_OK : WEIR_EADDRNOTAVAIL;
}

void place_release(object *o) {
  if (o->descriptor >= 0) (void)close(o->descriptor);
  for (size_t i = 0; i < o->filler_count; i++) (void)close(o->fillers[i]);
  o->descriptor = -1;
  o->filler_count = 0;
}

/* One more connection that waits; the first is there when connect() returns. */
static bool fill(object *o) {
  struct sockaddr_storage address;
  socklen_t size = (socklen_t)sizeof address;
  if (getsockname(o->descriptor, (struct sockaddr *)&address, &size) != 0) return false;
  int fd = socket(address.ss_family, SOCK_STREAM, 0);
  if (fd < 0) return false;
  o->fillers[o->filler_count++] = fd;
  if (o->filler_count > 1 && fcntl(fd, F_SETFL, O_NONBLOCK) != 0) return false;
  return connect(fd, (struct sockaddr *)&address, size) == 0 || errno == EINPROGRESS;
}

/* A queue of connections that is full and stays so: Linux answers no further ones. */
static bool dig_hole(object *o) {
  bool done = listen(o->descriptor, 0) == 0;
  while (done && o->filler_count < FILLERS) done = fill(o);
  return done;
}

/* A port on which nobody listens. */
void port_make(object *o, const statement *at) {
  object_options(o, at->options, NULL);
  o->host = "127.0.0.1";
  option_text(o->s, option_find(at->options, NULL, "host"), &o->host);
  if (o->s->over) return;
  if (!scene_check(o->s, "port", o->s->simulated ? find_simulated(o) : find_bound(o))) return;
  const value *hole = option_find(at->options, NULL, "hole");
  trace_mask_port(o->s->t, (unsigned)o->port, hole ? "HOLE" : "DEAD");
  if (hole && (o->s->simulated || !dig_hole(o)))
    scene_fail(o->s, "there can be no address here that does not answer");
}
