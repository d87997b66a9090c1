/* The server of a scenario, the connection it gets, and names for it: ports, paths. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "conformance/oracle/scene.h"

#include "conformance/oracle/scene_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void on_connection(weir_server *server, weir_socket *socket, void *user) {
  scene *s = user;
  (void)server;
  if (s->on_connection) s->on_connection(s, socket);
}

static void on_close(weir_server *server, void *user) {
  scene *s = user;
  (void)server;
  if (s->on_server_close) s->on_server_close(s);
  if (!s->server_awaited) return;
  s->server_awaited = false;
  scene_happened(s);
}

static void on_error(weir_server *server, const weir_error *error, void *user) {
  scene *s = user;
  (void)server;
  trace_log_error(s->t, "harness", "server error", error);
}

static const weir_server_handlers handlers = {sizeof handlers, NULL,     on_connection,
                                              on_close,        on_error, NULL};

static void listen_with(scene *s, unsigned flags, const weir_listen_options *where,
                        weir_server_callback listening) {
  weir_server_options options = WEIR_SERVER_OPTIONS_INIT;
  options.allow_half_open = (flags & SERVER_HALF_OPEN) != 0;
  options.pause_on_connect = (flags & SERVER_PAUSES) != 0;
  scene_wait(s);
  scene_check(s, "weir_create_server",
              weir_create_server(s->loop, &options, &handlers, s, &s->server));
  scene_check(s, "weir_server_listen", weir_server_listen(s->server, where, listening, s));
}

/* The callback of listen() runs behind 'listening'. */
static void tell_listening(weir_server *server, const weir_error *error, void *user) {
  scene *s = user;
  (void)server;
  if (!error) scene_happened(s);
}

static void learn_port(scene *s, const char *label) {
  weir_address address = {0};
  scene_check(s, "weir_server_address", weir_server_address(s->server, &address));
  s->port = address.port;
  if (s->port != 0) trace_mask_port(s->t, s->port, label);
}

static const weir_listen_options *loopback(weir_listen_options *where) {
  *where = (weir_listen_options)WEIR_LISTEN_OPTIONS_INIT;
  where->port = 0;
  where->host = "127.0.0.1";
  return where;
}

void scene_serve(scene *s, unsigned flags) {
  weir_listen_options where;
  listen_with(s, flags, loopback(&where), tell_listening);
  learn_port(s, "PORT");
}

void scene_serve_path(scene *s, unsigned flags) {
  weir_listen_options where = WEIR_LISTEN_OPTIONS_INIT;
  where.path = s->path;
  listen_with(s, flags, &where, tell_listening);
}

void scene_dead_port(scene *s) {
  weir_listen_options where;
  listen_with(s, 0, loopback(&where), NULL);
  learn_port(s, "DEAD");
  scene_check(s, "weir_server_close", weir_server_close(s->server, NULL, NULL));
  s->server_awaited = true;
}

void scene_server_closed(scene *s) {
  scene_wait(s);
  s->server_awaited = true;
}

static void take_conn(scene *s, weir_socket *socket) {
  unsigned watch = WATCH_ALL;
  if (s->open_flags & CONN_NO_DATA) watch |= WATCH_NO_DATA;
  if (s->open_flags & CONN_NO_CONNECT) watch |= WATCH_NO_CONNECT;
  if (s->open_flags & CONN_ONLY_DATA) watch |= WATCH_ONLY_DATA;
  peer_adopt(&s->conn, socket, watch);
  scene_happened(s);
}

static void open_client(weir_server *server, const weir_error *error, void *user) {
  scene *s = user;
  (void)server;
  if (error) return;
  peer_create(&s->client, s->open_flags & CLIENT_NO_DATA ? WATCH_NO_DATA : WATCH_ALL,
              (s->open_flags & CLIENT_HALF_OPEN) != 0);
  peer_connect(&s->client);
}

/* Waits for the accepted socket and for 'ready'; listening goes before both. */
void scene_open(scene *s, unsigned flags) {
  weir_listen_options where;
  s->open_flags = flags;
  s->on_connection = take_conn;
  listen_with(s, flags, loopback(&where), open_client);
  learn_port(s, "PORT");
  scene_once(s, &s->client, PEER_READY);
}

void scene_path(scene *s) {
  const char *root = getenv("TMPDIR");
  (void)snprintf(s->directory, sizeof s->directory, "%s/wt-XXXXXX", root ? root : "/tmp");
  if (!mkdtemp(s->directory)) {
    s->directory[0] = '\0';
    scene_fail(s, "mkdtemp", WEIR_EIO);
    return;
  }
  (void)snprintf(s->path, sizeof s->path, "%s/s", s->directory);
  trace_mask(s->t, s->directory, "TMP");
}

/* The loop is freed, so the socket's file is gone. */
void serve_remove_directory(scene *s) {
  if (s->directory[0] != '\0') (void)rmdir(s->directory);
}
