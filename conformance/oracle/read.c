/* Reading: flow control, marks, pausing, counters. */
#include "conformance/oracle/scenarios.h"

#include <stdio.h>

static const char *flow_text(const peer *p) {
  static const char *const texts[] = {"null", "true", "false"};
  return texts[weir_socket_readable_flowing(p->socket)];
}

static void log_flow(peer *p, const char *before) {
  const weir_socket *x = p->socket;
  trace_log(p->scene->t, p->name, "%sflowing=%s isPaused=%s readableLength=%zu bytesRead=%llu",
            before, flow_text(p), truth(weir_socket_is_paused(x)), weir_socket_readable_length(x),
            (unsigned long long)weir_socket_bytes_read(x));
}

static void log_text(scene *s, const uint8_t *data, size_t length) {
  trace_log(s->t, "client", "data %.*s", (int)length, (const char *)data);
}

static void count_bytes(scene *s, const uint8_t *data, size_t length) {
  (void)data;
  s->count += length;
}

/* client.on('data', ...) on a socket without one. */
static void consume_client(scene *s, void (*take)(scene *, const uint8_t *, size_t)) {
  s->client.on_bytes = take;
  peer_consume(&s->client, true);
}

static void destroy_client(scene *s) {
  weir_socket_destroy(s->client.socket, NULL);
  scene_closed(s, &s->client);
}

static void flow_states(scene *s, int stage) {
  if (stage > 0) return;
  peer_create(&s->client, WATCH_NO_DATA, false);
  log_flow(&s->client, "new ");
  peer_consume(&s->client, true);
  log_flow(&s->client, "data listener ");
  weir_socket_pause(s->client.socket);
  log_flow(&s->client, "pause() ");
  peer_consume(&s->client, true);
  log_flow(&s->client, "second data listener ");
  weir_socket_resume(s->client.socket);
  log_flow(&s->client, "resume() ");
  peer_consume(&s->client, false);
  log_flow(&s->client, "listeners removed ");
}

static void buffers_to_the_mark(scene *s, int stage) {
  const weir_socket *client = s->client.socket;
  size_t kept;
  switch (stage) {
  case 0: scene_open(s, CLIENT_NO_DATA | CONN_ONLY_DATA); return;
  case 1:
    (void)peer_write_zeros(&s->conn, 1 << 20, NULL);
    scene_sleep(s, 50);
    return;
  case 2:
    kept = weir_socket_readable_length(client);
    trace_log(s->t, "client",
              "flowing=%s buffered-at-least-mark=%s buffered-bounded=%s "
              "bytesRead-equals-buffered=%s",
              flow_text(&s->client), truth(kept >= weir_socket_readable_high_water_mark(client)),
              truth(kept <= 16384 + 65536), truth(weir_socket_bytes_read(client) == kept));
    consume_client(s, count_bytes);
    (void)peer_end(&s->conn, NULL, NULL);
    scene_closed(s, &s->client);
    return;
  case 3: trace_log(s->t, "client", "received %zu", s->count);
  }
}

static void pause_before_data(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, CONN_ONLY_DATA); return;
  case 1:
    weir_socket_pause(s->client.socket);
    (void)peer_write(&s->conn, "abc", NULL);
    scene_sleep(s, 20);
    return;
  case 2:
    log_flow(&s->client, "");
    weir_socket_resume(s->client.socket);
    trace_log(s->t, "client", "resume() returned");
    scene_once(s, &s->client, PEER_DATA);
    return;
  case 3: destroy_client(s);
  }
}

static void pause_once(scene *s) {
  s->client.on[PEER_DATA] = NULL;
  weir_socket_pause(s->client.socket);
}

static void pause_after_one(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, CONN_ONLY_DATA); return;
  case 1:
    s->client.on[PEER_DATA] = pause_once;
    (void)peer_write(&s->conn, "first", NULL);
    scene_sleep(s, 20);
    return;
  case 2:
    (void)peer_write(&s->conn, "second", NULL);
    scene_sleep(s, 20);
    return;
  case 3:
    log_flow(&s->client, "");
    weir_socket_resume(s->client.socket);
    scene_once(s, &s->client, PEER_DATA);
    return;
  case 4: destroy_client(s);
  }
}

static void say_hello(scene *s, weir_socket *socket) {
  scene_check(s, "weir_socket_end", weir_socket_end(socket, "hello", 5, NULL, NULL));
}

static void pause_connecting(scene *s, int stage) {
  switch (stage) {
  case 0:
    s->on_connection = say_hello;
    scene_serve(s, OPEN_PLAIN);
    return;
  case 1:
    peer_connect_new(&s->client, WATCH_NO_DATA);
    weir_socket_pause(s->client.socket);
    scene_once(s, &s->client, PEER_READY);
    return;
  case 2: scene_sleep(s, 30); return;
  case 3:
    log_flow(&s->client, "");
    consume_client(s, log_text);
    weir_socket_resume(s->client.socket);
    scene_closed(s, &s->client);
  }
}

static void pause_connecting_consumed(scene *s, int stage) {
  switch (stage) {
  case 0:
    s->on_connection = say_hello;
    scene_serve(s, OPEN_PLAIN);
    return;
  case 1:
    peer_connect_new(&s->client, WATCH_ALL);
    weir_socket_pause(s->client.socket);
    scene_once(s, &s->client, PEER_READY);
    return;
  case 2: scene_sleep(s, 30); return;
  case 3:
    log_flow(&s->client, "");
    weir_socket_resume(s->client.socket);
    scene_closed(s, &s->client);
  }
}

static void paused_server_reads_nothing(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, SERVER_PAUSES | CONN_NO_CONNECT); return;
  case 1:
    (void)peer_write(&s->client, "x", NULL);
    scene_sleep(s, 30);
    return;
  case 2:
    log_flow(&s->conn, "");
    weir_socket_resume(s->conn.socket);
    scene_once(s, &s->conn, PEER_DATA);
    return;
  case 3:
    log_flow(&s->conn, "");
    (void)peer_end(&s->client, NULL, NULL);
    scene_closed(s, &s->conn);
  }
}

static void paused_server_sees_no_end(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, SERVER_PAUSES | CONN_NO_DATA); return;
  case 1:
    (void)peer_end(&s->client, NULL, NULL);
    scene_sleep(s, 30);
    return;
  case 2:
    trace_log(s->t, "conn", "readableEnded=%s readyState=%s",
              truth(weir_socket_readable_ended(s->conn.socket)),
              weir_ready_state_name(weir_socket_ready_state(s->conn.socket)));
    weir_socket_resume(s->conn.socket);
    scene_closed(s, &s->conn);
  }
}

static void lost_without_consumer(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, CLIENT_NO_DATA | CONN_ONLY_DATA); return;
  case 1:
    weir_socket_resume(s->client.socket);
    (void)peer_write(&s->conn, "lost", NULL);
    scene_sleep(s, 20);
    return;
  case 2:
    log_flow(&s->client, "");
    consume_client(s, log_text);
    (void)peer_write(&s->conn, "seen", NULL);
    scene_sleep(s, 20);
    return;
  case 3: destroy_client(s);
  }
}

static void slow_reader_blocks(scene *s, int stage) {
  weir_err err;
  switch (stage) {
  case 0: scene_open(s, CLIENT_NO_DATA | CONN_ONLY_DATA); return;
  case 1:
    err = peer_write_zeros(&s->conn, 16 << 20, NULL);
    trace_call(s->t, "conn", "write", TRACE_BOOLEAN, err);
    scene_sleep(s, 50);
    return;
  case 2:
    trace_log(s->t, "conn", "still queued: %s",
              truth(weir_socket_writable_length(s->conn.socket) > 0));
    weir_socket_resume(s->client.socket);
    scene_once(s, &s->conn, PEER_DRAIN);
    return;
  case 3:
    trace_log(s->t, "conn", "queued after drain: %zu", weir_socket_writable_length(s->conn.socket));
    (void)peer_end(&s->conn, NULL, NULL);
    scene_closed(s, &s->client);
    return;
  case 4:
    trace_log(s->t, "client", "bytesRead=%llu",
              (unsigned long long)weir_socket_bytes_read(s->client.socket));
  }
}

static void late_consumer(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, CLIENT_NO_DATA | CONN_ONLY_DATA); return;
  case 1:
    (void)peer_write(&s->conn, "a", NULL);
    scene_sleep(s, 10);
    return;
  case 2:
    (void)peer_write(&s->conn, "b", NULL);
    scene_sleep(s, 20);
    return;
  case 3:
    log_flow(&s->client, "");
    consume_client(s, log_text);
    trace_log(s->t, "client", "listener added");
    scene_sleep(s, 10);
    return;
  case 4: destroy_client(s);
  }
}

static void none_after_destroy(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, CONN_ONLY_DATA); return;
  case 1:
    weir_socket_pause(s->client.socket);
    (void)peer_end(&s->conn, "payload", NULL);
    scene_sleep(s, 20);
    return;
  case 2: destroy_client(s); return;
  case 3: scene_sleep(s, 10);
  }
}

const scenario read_scenarios[] = {
    {.name = "flow state of a fresh, listening, paused, resumed socket", .stages = flow_states},
    {.name = "no data listener: buffers up to about the high water mark, then stops",
     .stages = buffers_to_the_mark},
    {.name = "pause() before any data: first chunk is still buffered", .stages = pause_before_data},
    {.name = "data listener pauses after one chunk", .stages = pause_after_one},
    {.name = "pause() while connecting, no data listener: nothing is read until resume",
     .stages = pause_connecting},
    {.name =
         "pause() while connecting, data listener attached first: one buffer-full is still read",
     .stages = pause_connecting_consumed},
    {.name = "pauseOnConnect: nothing is read until resume", .stages = paused_server_reads_nothing},
    {.name = "pauseOnConnect: the end of the peer is not noticed either",
     .stages = paused_server_sees_no_end},
    {.name = "pauseOnConnect: read() also starts reading", .later = LATER_READ},
    {.name = "data events emitted with no listener are lost when flowing",
     .stages = lost_without_consumer},
    {.name = "read(n): short, exact, remainder", .later = LATER_READ},
    {.name = "a peer that writes while the reader is slow is eventually blocked",
     .stages = slow_reader_blocks},
    {.name = "bytesRead counts bytes, survives destroy, ignores encoding", .later = LATER_ENCODING},
    {.name = "setEncoding utf8: multibyte characters split across chunks", .later = LATER_ENCODING},
    {.name = "setEncoding utf8: truncated sequence at end of stream", .later = LATER_ENCODING},
    {.name = "setEncoding utf8: invalid bytes and byte order mark", .later = LATER_ENCODING},
    {.name = "setEncoding utf8: every maximal broken part gives one replacement",
     .later = LATER_ENCODING},
    {.name = "setEncoding utf16le: units and surrogates split across chunks",
     .later = LATER_ENCODING},
    {.name = "setEncoding base64 and base64url: groups split across chunks",
     .later = LATER_ENCODING},
    {.name = "setEncoding hex, latin1, ascii", .later = LATER_ENCODING},
    {.name = "setEncoding: no argument, unknown name", .later = LATER_ENCODING},
    {.name = "setEncoding after data was buffered converts the buffer", .later = LATER_ENCODING},
    {.name = "onread with a fixed buffer: no data events, chunks capped by the buffer",
     .later = LATER_ONREAD},
    {.name = "onread with a buffer function: called once up front and after every chunk",
     .later = LATER_ONREAD},
    {.name = "onread returning false stops reading; resume continues", .later = LATER_ONREAD},
    {.name = "onread: pause() and resume()", .later = LATER_ONREAD},
    {.name = "adding a data listener late delivers what was buffered", .stages = late_consumer},
    {.name = "echo by piping; end propagates", .later = "weir_socket_pipe()"},
    {.name = "data already received is delivered before end, none after destroy",
     .stages = none_after_destroy},
    {.name = NULL}};
