/* What can be observed of a socket in every state. */
#include "conformance/oracle/scenarios.h"

#include <stdio.h>

static const char *errored_text(const weir_socket *socket) {
  weir_err err = weir_socket_errored(socket);
  return err == WEIR_OK ? "null" : weir_err_name(err);
}

static void log_properties(peer *p, const char *when, const char *after) {
  const weir_socket *x = p->socket;
  char buffer_size[24] = "undefined";
  int64_t size = weir_socket_buffer_size(x);
  if (size >= 0) (void)snprintf(buffer_size, sizeof buffer_size, "%lld", (long long)size);
  trace_log(p->scene->t, p->name,
            "%sreadyState=%s connecting=%d pending=%d destroyed=%d closed=%d readable=%d "
            "writable=%d rEnded=%d wEnded=%d wFinished=%d bufferSize=%s errored=%s%s",
            when, weir_ready_state_name(weir_socket_ready_state(x)), weir_socket_connecting(x),
            weir_socket_pending(x), weir_socket_destroyed(x), weir_socket_closed(x),
            weir_socket_readable(x), weir_socket_writable(x), weir_socket_readable_ended(x),
            weir_socket_writable_ended(x), weir_socket_writable_finished(x), buffer_size,
            errored_text(x), after);
}

static void keep_conn(scene *s, weir_socket *socket) {
  peer_adopt(&s->conn, socket, WATCH_NOTHING);
}

static void keep_and_resume_conn(scene *s, weir_socket *socket) {
  peer_adopt(&s->conn, socket, WATCH_NOTHING);
  weir_socket_resume(socket);
}

static void half_open_stages(scene *s, int stage) {
  switch (stage) {
  case 0:
    s->on_connection = keep_conn;
    scene_serve(s, SERVER_HALF_OPEN);
    return;
  case 1:
    peer_create(&s->client, WATCH_NOTHING, true);
    log_properties(&s->client, "new: ", "");
    peer_connect(&s->client);
    log_properties(&s->client, "connect() called: ", "");
    scene_once(s, &s->client, PEER_CONNECT);
    return;
  case 2:
    log_properties(&s->client, "connected: ", "");
    weir_socket_resume(s->client.socket);
    scene_sleep(s, 5);
    return;
  case 3:
    (void)peer_end(&s->conn, NULL, NULL);
    scene_once(s, &s->client, PEER_END);
    return;
  case 4:
    log_properties(&s->client, "peer ended: ", "");
    (void)peer_end(&s->client, NULL, NULL);
    log_properties(&s->client, "end() called: ", "");
    scene_once(s, &s->client, PEER_FINISH);
    return;
  case 5:
    log_properties(&s->client, "finish: ", "");
    scene_closed(s, &s->client);
    return;
  case 6: log_properties(&s->client, "close: ", "");
  }
}

static void end_before_peer(scene *s, int stage) {
  switch (stage) {
  case 0:
    s->on_connection = keep_and_resume_conn;
    scene_serve(s, SERVER_HALF_OPEN);
    return;
  case 1:
    peer_connect_new(&s->client, WATCH_NOTHING);
    weir_socket_resume(s->client.socket);
    scene_once(s, &s->client, PEER_READY);
    return;
  case 2:
    (void)peer_end(&s->client, NULL, NULL);
    log_properties(&s->client, "end() called: ", "");
    scene_once(s, &s->client, PEER_FINISH);
    return;
  case 3:
    log_properties(&s->client, "finish: ", "");
    (void)peer_end(&s->conn, NULL, NULL);
    scene_once(s, &s->client, PEER_END);
    return;
  case 4:
    log_properties(&s->client, "end: ", "");
    scene_closed(s, &s->client);
    return;
  case 5: log_properties(&s->client, "close: ", "");
  }
}

static void end_connecting(scene *s, int stage) {
  switch (stage) {
  case 0:
    s->on_connection = keep_and_resume_conn;
    scene_serve(s, OPEN_PLAIN);
    return;
  case 1:
    peer_connect_new(&s->client, WATCH_NOTHING);
    (void)peer_end(&s->client, NULL, NULL);
    log_properties(&s->client, "connecting + end(): ", "");
    scene_once(s, &s->client, PEER_CONNECT);
    return;
  case 2: log_properties(&s->client, "in connect: ", ""); scene_closed(s, &s->client);
  }
}

static void client_in_error(scene *s) {
  log_properties(&s->client, "in error: ", "");
}

static void client_in_close(scene *s) {
  log_properties(&s->client, "in close: ", "");
}

static void fresh_in_error(scene *s) {
  log_properties(&s->other, "in error: ", "");
}

static void error_states(scene *s, int stage) {
  switch (stage) {
  case 0: scene_dead_port(s); return;
  case 1:
    peer_connect_new(&s->client, WATCH_NOTHING);
    s->client.on[PEER_ERROR] = client_in_error;
    s->client.on[PEER_CLOSE] = client_in_close;
    scene_closed(s, &s->client);
    return;
  case 2:
    s->other.name = "fresh";
    peer_create(&s->other, WATCH_NOTHING, false);
    s->other.on[PEER_ERROR] = fresh_in_error;
    peer_destroy_with(&s->other, "mine");
    log_properties(&s->other, "destroy(err) returned: ", "");
    scene_closed(s, &s->other);
  }
}

static void log_accepted(scene *s, weir_socket *socket) {
  char more[80];
  keep_conn(s, socket);
  (void)snprintf(more, sizeof more, " allowHalfOpen=%s server-linked=%s",
                 truth(weir_socket_allow_half_open(socket)),
                 truth(weir_socket_server(socket) == s->server));
  log_properties(&s->conn, "connection: ", more);
  weir_socket_resume(socket);
}

static void accepted_socket(scene *s, int stage) {
  char linked[32];
  switch (stage) {
  case 0:
    s->on_connection = log_accepted;
    scene_serve(s, OPEN_PLAIN);
    return;
  case 1:
    peer_connect_new(&s->client, WATCH_NOTHING);
    weir_socket_resume(s->client.socket);
    scene_once(s, &s->client, PEER_READY);
    return;
  case 2: scene_sleep(s, 5); return;
  case 3:
    (void)peer_end(&s->client, NULL, NULL);
    scene_closed(s, &s->conn);
    return;
  case 4:
    (void)snprintf(linked, sizeof linked, " server-linked=%s",
                   truth(weir_socket_server(s->conn.socket) == s->server));
    log_properties(&s->conn, "closed: ", linked);
  }
}

static const char *address_text(const weir_address *address, char *text, size_t size) {
  if (address->family == WEIR_FAMILY_NONE) return "undefined";
  (void)weir_address_format(address, text, size);
  return text;
}

static void log_ipc(scene *s, weir_socket *socket) {
  weir_address remote = {0};
  weir_address local = {0};
  char remote_text[WEIR_ADDRESS_TEXT_SIZE];
  char local_text[WEIR_ADDRESS_TEXT_SIZE];
  char more[160];
  keep_conn(s, socket);
  scene_check(s, "weir_socket_remote_address", weir_socket_remote_address(socket, &remote));
  scene_check(s, "weir_socket_local_address", weir_socket_local_address(socket, &local));
  (void)snprintf(more, sizeof more, " remote=%s local=%s",
                 address_text(&remote, remote_text, sizeof remote_text),
                 address_text(&local, local_text, sizeof local_text));
  log_properties(&s->conn, "", more);
  (void)peer_end(&s->conn, NULL, NULL);
}

static void ipc_socket(scene *s, int stage) {
  switch (stage) {
  case 0:
    s->on_connection = log_ipc;
    scene_path(s);
    scene_serve_path(s, OPEN_PLAIN);
    return;
  case 1:
    peer_create(&s->client, WATCH_NOTHING, false);
    peer_connect_path(&s->client);
    weir_socket_resume(s->client.socket);
    log_properties(&s->client, "connecting: ", "");
    scene_once(s, &s->client, PEER_CONNECT);
    return;
  case 2: log_properties(&s->client, "connected: ", ""); scene_closed(s, &s->client);
  }
}

const scenario state_scenarios[] = {
    {.name = "client, half-open allowed, every stage", .stages = half_open_stages},
    {.name = "client ends before the peer", .stages = end_before_peer},
    {.name = "end() while connecting", .stages = end_connecting},
    {.name = "error states",
     .stages = error_states,
     .declared = "D50: errored is a weir_err: UNKNOWN for a program's error without code",
     .lines =
         "-3 fresh: destroy(err) returned: readyState=closed connecting=0 pending=1 destroyed=1 "
         "closed=1 readable=0 writable=0 rEnded=0 wEnded=0 wFinished=0 bufferSize=undefined "
         "errored=mine\n"
         "-4 fresh: in error: readyState=closed connecting=0 pending=1 destroyed=1 closed=1 "
         "readable=0 writable=0 rEnded=0 wEnded=0 wFinished=0 bufferSize=undefined errored=mine\n"
         "+4 fresh: destroy(err) returned: readyState=closed connecting=0 pending=1 destroyed=1 "
         "closed=1 readable=0 writable=0 rEnded=0 wEnded=0 wFinished=0 bufferSize=undefined "
         "errored=UNKNOWN\n"
         "+4 fresh: in error: readyState=closed connecting=0 pending=1 destroyed=1 closed=1 "
         "readable=0 writable=0 rEnded=0 wEnded=0 wFinished=0 bufferSize=undefined "
         "errored=UNKNOWN\n"},
    {.name = "accepted socket", .stages = accepted_socket},
    {.name = "IPC socket", .stages = ipc_socket},
    {.name = "readable and writable switched off without a descriptor",
     .later = "options readable and writable"},
    {.name = "wrapping an existing descriptor",
     .later = "sockets of adopted descriptors, in a child process"},
    {.name = NULL}};
