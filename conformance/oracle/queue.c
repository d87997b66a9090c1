/* What is queued: marks, 'drain', order of callbacks, corking, counters. */
#include "conformance/oracle/scenarios.h"

#include <stdio.h>

static void log_state(peer *p, const char *before) {
  const weir_socket *x = p->socket;
  trace_log(
      p->scene->t, p->name, "%sreadyState=%s writableLength=%zu bytesWritten=%llu needDrain=%s",
      before, weir_ready_state_name(weir_socket_ready_state(x)), weir_socket_writable_length(x),
      (unsigned long long)weir_socket_bytes_written(x), truth(weir_socket_writable_need_drain(x)));
}

static note *told(scene *s, const char *label) {
  return scene_note(s, label, NOTE_CODE_TEXT);
}

static void call_write(scene *s, const char *label, const char *text, note *callback) {
  trace_call(s->t, "client", label, TRACE_BOOLEAN, peer_write(&s->client, text, callback));
}

static void call_write_zeros(scene *s, const char *label, size_t length, note *callback) {
  trace_call(s->t, "client", label, TRACE_BOOLEAN, peer_write_zeros(&s->client, length, callback));
}

static void resume(scene *s, weir_socket *socket) {
  (void)s;
  weir_socket_resume(socket);
}

static void destroy_client(scene *s) {
  weir_socket_destroy(s->client.socket, NULL);
  scene_closed(s, &s->client);
}

static void mark_and_drain(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, CONN_NO_DATA | SERVER_PAUSES); return;
  case 1:
    call_write_zeros(s, "write 8MiB", 8 << 20, told(s, "write"));
    log_state(&s->client, "");
    call_write(s, "write 1 more", "x", told(s, "write-2"));
    log_state(&s->client, "");
    weir_socket_resume(s->conn.socket);
    scene_once(s, &s->client, PEER_DRAIN);
    return;
  case 2:
    log_state(&s->client, "at drain ");
    (void)peer_end(&s->client, NULL, NULL);
    scene_closed(s, &s->client);
  }
}

static void taken_at_once(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    peer_consume(&s->conn, false);
    weir_socket_resume(s->conn.socket);
    call_write_zeros(s, "write 16383", 16383, NULL);
    log_state(&s->client, "");
    scene_tick(s);
    return;
  case 2:
    call_write_zeros(s, "write 16384", 16384, NULL);
    log_state(&s->client, "");
    scene_tick(s);
    return;
  case 3: destroy_client(s);
  }
}

static void queued_while_connecting(scene *s, int stage) {
  switch (stage) {
  case 0:
    s->on_connection = resume;
    scene_serve(s, OPEN_PLAIN);
    return;
  case 1:
    peer_connect_new(&s->client, WATCH_ALL);
    call_write_zeros(s, "write 16383", 16383, NULL);
    call_write(s, "write 1", "x", NULL);
    log_state(&s->client, "");
    scene_once(s, &s->client, PEER_DRAIN);
    return;
  case 2: log_state(&s->client, "at drain "); destroy_client(s);
  }
}

static void no_drain_unasked(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    (void)peer_write(&s->client, "a", NULL);
    (void)peer_write(&s->client, "b", NULL);
    scene_sleep(s, 20);
    return;
  case 2: destroy_client(s);
  }
}

static void no_drain_after_end(scene *s, int stage) {
  switch (stage) {
  case 0:
    s->on_connection = resume;
    scene_serve(s, OPEN_PLAIN);
    return;
  case 1:
    peer_connect_new(&s->client, WATCH_ALL);
    call_write_zeros(s, "write 20000", 20000, NULL);
    (void)peer_end(&s->client, NULL, NULL);
    log_state(&s->client, "");
    scene_closed(s, &s->client);
  }
}

static void callback_order(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, CONN_NO_DATA | SERVER_PAUSES); return;
  case 1:
    (void)peer_write_zeros(&s->client, 8 << 20, told(s, "w1"));
    (void)peer_write(&s->client, "2", told(s, "w2"));
    (void)peer_write(&s->client, "3", told(s, "w3"));
    weir_socket_resume(s->conn.socket);
    scene_once(s, &s->client, PEER_DRAIN);
    return;
  case 2: (void)peer_end(&s->client, "4", told(s, "end")); scene_closed(s, &s->client);
  }
}

static void log_corked(scene *s) {
  char corked[24];
  (void)snprintf(corked, sizeof corked, "corked=%u ",
                 weir_socket_writable_corked(s->client.socket));
  log_state(&s->client, corked);
}

static void cork_nests(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    weir_socket_cork(s->client.socket);
    weir_socket_cork(s->client.socket);
    call_write(s, "write a", "a", told(s, "a"));
    call_write(s, "write b", "b", told(s, "b"));
    log_corked(s);
    weir_socket_uncork(s->client.socket);
    log_corked(s);
    scene_sleep(s, 10);
    return;
  case 2:
    weir_socket_uncork(s->client.socket);
    log_corked(s);
    scene_once(s, &s->conn, PEER_DATA);
    return;
  case 3:
    weir_socket_uncork(s->client.socket);
    trace_log(s->t, "client", "extra uncork corked=%u",
              weir_socket_writable_corked(s->client.socket));
    destroy_client(s);
  }
}

static void end_uncorks(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    weir_socket_cork(s->client.socket);
    weir_socket_cork(s->client.socket);
    (void)peer_write(&s->client, "ab", NULL);
    (void)peer_end(&s->client, NULL, NULL);
    trace_log(s->t, "client", "corked=%u", weir_socket_writable_corked(s->client.socket));
    scene_both_closed(s);
  }
}

static void cork_and_mark(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, CONN_NO_DATA); return;
  case 1:
    weir_socket_resume(s->conn.socket);
    weir_socket_cork(s->client.socket);
    call_write_zeros(s, "write 20000", 20000, NULL);
    log_state(&s->client, "");
    weir_socket_uncork(s->client.socket);
    scene_once(s, &s->client, PEER_DRAIN);
    return;
  case 2: destroy_client(s);
  }
}

static void log_counters(scene *s, const char *when) {
  trace_log(s->t, "client", "%s bytesWritten=%llu writableLength=%zu", when,
            (unsigned long long)weir_socket_bytes_written(s->client.socket),
            weir_socket_writable_length(s->client.socket));
}

static void counters_after_destroy(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, CONN_NO_DATA | SERVER_PAUSES); return;
  case 1:
    (void)peer_write_zeros(&s->client, 8 << 20, NULL);
    (void)peer_write(&s->client, "tail", NULL);
    log_counters(s, "queued");
    weir_socket_destroy(s->client.socket, NULL);
    log_counters(s, "destroyed");
    scene_closed(s, &s->client);
    return;
  case 2: log_counters(s, "closed");
  }
}

const scenario queue_scenarios[] = {
    {.name = "defaults: high water marks and state of a fresh socket",
     .later = "weir_socket_timeout()"},
    {.name = "write() returns false at the high water mark; drain follows",
     .stages = mark_and_drain},
    {.name = "a chunk the kernel takes at once never counts against the mark",
     .stages = taken_at_once},
    {.name = "while connecting: return value and queue accounting",
     .stages = queued_while_connecting,
     .declared = "D1: no drain inside the dispatch of connect",
     .lines = "-5 client: drain\n"
              "+6 client: drain\n"},
    {.name = "drain is not emitted when write() never returned false", .stages = no_drain_unasked},
    {.name = "drain is suppressed after end()", .stages = no_drain_after_end},
    {.name = "callback order: drain before write callbacks, write before end, end before finish",
     .stages = callback_order},
    {.name = "cork/uncork coalesces; nesting", .stages = cork_nests},
    {.name = "end() uncorks everything", .stages = end_uncorks},
    {.name = "cork: return value still reflects the mark; drain after uncork",
     .stages = cork_and_mark},
    {.name = "bytesWritten counts queued bytes, by encoded size", .later = LATER_ENCODING},
    {.name = "bytesWritten after destroy() with data still queued",
     .stages = counters_after_destroy},
    {.name = NULL}};
