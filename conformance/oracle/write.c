/* Writing and ending in every state: return values, callbacks, refusals. Queueing is in queue.c. */
#include "conformance/oracle/scenarios.h"

#include <stdio.h>
#include <string.h>

static void log_state(peer *p, const char *before, const char *after) {
  const weir_socket *x = p->socket;
  trace_log(p->scene->t, p->name,
            "%sreadyState=%s writableLength=%zu bytesWritten=%llu needDrain=%s%s", before,
            weir_ready_state_name(weir_socket_ready_state(x)), weir_socket_writable_length(x),
            (unsigned long long)weir_socket_bytes_written(x),
            truth(weir_socket_writable_need_drain(x)), after);
}

static note *told(scene *s, const char *label) {
  return scene_note(s, label, NOTE_CODE_TEXT);
}

/* t.call('client', label, () => client.write(text, callback)) */
static void call_write(scene *s, const char *label, const char *text, note *callback) {
  trace_call(s->t, "client", label, TRACE_BOOLEAN, peer_write(&s->client, text, callback));
}

static void log_next_step(scene *s) {
  trace_log(s->t, "client", "next tick");
}

static void small_write(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    call_write(s, "write", "hello", told(s, "write"));
    log_state(&s->client, "", "");
    scene_next_step(s, log_next_step);
    scene_tick(s);
    return;
  case 2: weir_socket_destroy(s->client.socket, NULL); scene_closed(s, &s->client);
  }
}

/* What the connection brought, for one line at its end. */
static char total[16];

static void add_to_total(scene *s, const uint8_t *data, size_t length) {
  size_t room = sizeof total - 1 - s->count;
  size_t taken = length < room ? length : room;
  memcpy(total + s->count, data, taken);
  s->count += taken;
  total[s->count] = '\0';
}

static void log_total(scene *s) {
  trace_log(s->t, "conn", "total %s", total);
}

static void collect_conn(scene *s, weir_socket *socket) {
  s->conn.on_bytes = add_to_total;
  s->conn.on[PEER_END] = log_total;
  peer_adopt(&s->conn, socket, WATCH_ALL);
}

static void log_in_connect(scene *s) {
  log_state(&s->client, "in connect ", "");
}

static void queued_before_connect(scene *s, int stage) {
  switch (stage) {
  case 0:
    s->on_connection = collect_conn;
    scene_serve(s, OPEN_PLAIN);
    return;
  case 1:
    peer_connect_new(&s->client, WATCH_ALL);
    call_write(s, "write a", "aaa", told(s, "write-a"));
    call_write(s, "write b", "bb", told(s, "write-b"));
    log_state(&s->client, "", "");
    s->client.on[PEER_CONNECT] = log_in_connect;
    (void)peer_end(&s->client, NULL, scene_note(s, "end", NOTE_NAME));
    log_state(&s->client, "", "");
    scene_closed(s, &s->client);
    return;
  case 2: scene_sleep(s, 10);
  }
}

static void write_fresh(scene *s, int stage) {
  char destroyed[24];
  if (stage > 0) return;
  peer_create(&s->client, WATCH_ALL, false);
  call_write(s, "write", "x", told(s, "write"));
  (void)snprintf(destroyed, sizeof destroyed, " destroyed=%s",
                 truth(weir_socket_destroyed(s->client.socket)));
  log_state(&s->client, "", destroyed);
  scene_closed(s, &s->client);
}

static void end_fresh(scene *s, int stage) {
  char more[48];
  switch (stage) {
  case 0:
    peer_create(&s->client, WATCH_ALL, false);
    (void)peer_end(&s->client, NULL, scene_note(s, "end", NOTE_NAME));
    scene_sleep(s, 20);
    return;
  case 1:
    (void)snprintf(more, sizeof more, " destroyed=%s finished=%s",
                   truth(weir_socket_destroyed(s->client.socket)),
                   truth(weir_socket_writable_finished(s->client.socket)));
    log_state(&s->client, "", more);
  }
}

static void watch_conn(scene *s, weir_socket *socket) {
  peer_adopt(&s->conn, socket, WATCH_ALL);
}

static void end_connecting(scene *s, int stage) {
  switch (stage) {
  case 0:
    s->on_connection = watch_conn;
    scene_serve(s, OPEN_PLAIN);
    return;
  case 1:
    peer_connect_new(&s->client, WATCH_ALL);
    (void)peer_end(&s->client, "data", scene_note(s, "end", NOTE_NAME));
    log_state(&s->client, "", "");
    scene_closed(s, &s->client);
    return;
  case 2: scene_sleep(s, 10);
  }
}

static void write_two(scene *s) {
  (void)peer_write(&s->client, "a", told(s, "write-a"));
  (void)peer_write(&s->client, "b", told(s, "write-b"));
}

static void write_refused(scene *s, int stage) {
  switch (stage) {
  case 0: scene_dead_port(s); return;
  case 1:
    peer_connect_new(&s->client, WATCH_ALL);
    write_two(s);
    (void)peer_end(&s->client, NULL, told(s, "end"));
    scene_closed(s, &s->client);
    return;
  case 2: scene_sleep(s, 5);
  }
}

static void write_then_destroy(scene *s, int stage) {
  switch (stage) {
  case 0: scene_serve(s, OPEN_PLAIN); return;
  case 1:
    peer_connect_new(&s->client, WATCH_ALL);
    write_two(s);
    weir_socket_destroy(s->client.socket, NULL);
    scene_closed(s, &s->client);
    return;
  case 2: scene_sleep(s, 5);
  }
}

static void write_after_end(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    (void)peer_end(&s->client, NULL, NULL);
    call_write(s, "write", "late", told(s, "write"));
    trace_log(s->t, "client", "destroyed=%s", truth(weir_socket_destroyed(s->client.socket)));
    scene_closed(s, &s->client);
  }
}

static void kept_before_end(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    (void)peer_write(&s->client, "kept", NULL);
    (void)peer_end(&s->client, NULL, NULL);
    (void)peer_write(&s->client, "late", NULL);
    scene_both_closed(s);
  }
}

static void end_with_data_after_end(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    (void)peer_end(&s->client, NULL, NULL);
    (void)peer_end(&s->client, "late", told(s, "end-2"));
    scene_closed(s, &s->client);
  }
}

static void end_again(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    (void)peer_end(&s->client, NULL, told(s, "end-1"));
    (void)peer_end(&s->client, NULL, told(s, "end-2"));
    scene_once(s, &s->client, PEER_FINISH);
    return;
  case 2:
    (void)peer_end(&s->client, NULL, told(s, "end-3"));
    scene_closed(s, &s->client);
    return;
  case 3: (void)peer_end(&s->client, NULL, told(s, "end-4")); scene_sleep(s, 5);
  }
}

static void write_destroyed(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    weir_socket_destroy(s->client.socket, NULL);
    call_write(s, "write", "x", told(s, "write"));
    scene_closed(s, &s->client);
    return;
  case 2:
    call_write(s, "write after close", "x", told(s, "write"));
    trace_call(s->t, "client", "end after close", TRACE_UNDEFINED,
               peer_end(&s->client, NULL, told(s, "end")));
    scene_sleep(s, 5);
  }
}

static void write_after_peer_end(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    (void)peer_end(&s->conn, NULL, NULL);
    scene_once(s, &s->client, PEER_END);
    return;
  case 2: scene_tick(s); return;
  case 3:
    trace_log(s->t, "client", "writableEnded=%s",
              truth(weir_socket_writable_ended(s->client.socket)));
    call_write(s, "write", "x", told(s, "write"));
    scene_closed(s, &s->client);
    return;
  case 4: scene_sleep(s, 5);
  }
}

static void write_after_peer_end_flushing(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, CONN_NO_DATA | SERVER_PAUSES | SERVER_HALF_OPEN); return;
  case 1:
    (void)peer_write_zeros(&s->client, 8 << 20, told(s, "big"));
    (void)peer_end(&s->conn, NULL, NULL);
    scene_once(s, &s->client, PEER_END);
    return;
  case 2: scene_tick(s); return;
  case 3:
    trace_log(s->t, "client", "writableEnded=%s destroyed=%s",
              truth(weir_socket_writable_ended(s->client.socket)),
              truth(weir_socket_destroyed(s->client.socket)));
    call_write(s, "write", "x", told(s, "write"));
    scene_closed(s, &s->client);
  }
}

static void invalid_chunks(scene *s, int stage) {
  char destroyed[24];
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    trace_call(s->t, "client", "write null", TRACE_BOOLEAN,
               weir_socket_write(s->client.socket, NULL, 1, NULL, NULL));
    call_write(s, "write empty string", "", told(s, "empty"));
    trace_call(s->t, "client", "write empty buffer", TRACE_BOOLEAN,
               peer_write_zeros(&s->client, 0, told(s, "empty-buffer")));
    (void)snprintf(destroyed, sizeof destroyed, "destroyed=%s ",
                   truth(weir_socket_destroyed(s->client.socket)));
    log_state(&s->client, destroyed, "");
    scene_tick(s);
    return;
  case 2: weir_socket_destroy(s->client.socket, NULL); scene_closed(s, &s->client);
  }
}

static void write_again(scene *s) {
  char digit[2] = {0};
  if (++s->count == 4) {
    (void)peer_end(&s->client, NULL, NULL);
    return;
  }
  digit[0] = (char)('0' + s->count);
  (void)peer_write(&s->client, digit, scene_note_run(s, write_again));
}

static void callback_writes_again(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1: (void)peer_write(&s->client, "0", scene_note_run(s, write_again)); scene_both_closed(s);
  }
}

static void failing_write(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, CONN_NO_DATA | SERVER_PAUSES); return;
  case 1:
    (void)peer_write_zeros(&s->client, 8 << 20, told(s, "w1"));
    (void)peer_write(&s->client, "2", told(s, "w2"));
    (void)peer_end(&s->client, NULL, told(s, "end"));
    (void)peer_reset(&s->conn);
    scene_closed(s, &s->client);
    return;
  case 2: scene_sleep(s, 5);
  }
}

const scenario write_scenarios[] = {
    {.name = "small write on an idle connection: sync kernel write, callback next tick",
     .stages = small_write},
    {.name = "writes before connect are queued and flushed in order",
     .stages = queued_before_connect,
     .declared = "D1: no callback inside the dispatch of connect",
     .lines = "-6 client: write-a callback err=null\n"
              "+8 client: write-a callback err=null\n"},
    {.name = "write before connect() was ever called",
     .stages = write_fresh,
     .declared = "D29: had_error is told without a transport too",
     .lines = "-5 client: close hadError=undefined\n"
              "+5 client: close hadError=true\n"},
    {.name = "end() before connect() was ever called",
     .stages = end_fresh,
     .declared = "D39: the end waits for a connection",
     .lines = "-1 client: end callback\n"
              "-2 client: finish\n"
              "-3 client: readyState=readOnly writableLength=0 bytesWritten=0 needDrain=false "
              "destroyed=false finished=true\n"
              "+3 client: readyState=readOnly writableLength=0 bytesWritten=0 needDrain=false "
              "destroyed=false finished=false\n"},
    {.name = "end() while connecting: FIN goes out after connect", .stages = end_connecting},
    {.name = "write while connecting, connect refused",
     .stages = write_refused,
     .declared = "D5: callbacks come before close",
     .lines = "-2 client: close hadError=true\n"
              "+5 client: close hadError=true\n"},
    {.name = "write while connecting, then destroy()",
     .stages = write_then_destroy,
     .declared = "D5: callbacks come before close",
     .lines = "-1 client: close hadError=false\n"
              "+3 client: close hadError=false\n"},
    {.name = "write after end()", .stages = write_after_end},
    {.name = "write after end(): data queued before end() is still delivered",
     .stages = kept_before_end},
    {.name = "end(data) after end()", .stages = end_with_data_after_end},
    {.name = "end() twice, before and after finish, and after close", .stages = end_again},
    {.name = "write after destroy()",
     .stages = write_destroyed,
     .declared = "D48: the callback of end() is told its failure",
     .lines = "+8 client: end callback err=ERR_STREAM_DESTROYED \"Cannot call end after a stream "
              "was destroyed\"\n"},
    {.name = "write after the peer ended (half-open not allowed)", .stages = write_after_peer_end},
    {.name = "write after the peer ended, while own queue is still flushing",
     .stages = write_after_peer_end_flushing,
     .declared = "D40: the unfinished write is not told as sent",
     .lines = "-8 client: big callback err=null\n"
              "+8 client: big callback err=ECANCELED \"write ECANCELED\"\n"},
    {.name = "invalid chunks",
     .stages = invalid_chunks,
     .declared = "D11: C can pass no chunk of a wrong type; NULL is refused",
     .lines = "-3 client: write null -> throws TypeError code=ERR_STREAM_NULL_VALUES message=\"May "
              "not write null values to stream\"\n"
              "-4 client: write undefined -> throws TypeError code=ERR_INVALID_ARG_TYPE "
              "message=\"The \\\"chunk\\\" argument must be of type string or an instance of "
              "Buffer or Uint8Array. Received undefined\"\n"
              "-5 client: write number -> throws TypeError code=ERR_INVALID_ARG_TYPE message=\"The "
              "\\\"chunk\\\" argument must be of type string or an instance of Buffer or "
              "Uint8Array. Received type number (5)\"\n"
              "-6 client: write bad encoding -> throws TypeError code=ERR_UNKNOWN_ENCODING "
              "message=\"Unknown encoding: nope\"\n"
              "+6 client: write null -> throws TypeError code=ERR_INVALID_ARG_TYPE message=\"The "
              "argument must not be NULL\"\n"},
    {.name = "every write encoding produces the expected bytes", .later = LATER_ENCODING},
    {.name = "default encoding can be changed", .later = LATER_ENCODING},
    {.name = "a write callback may write again", .stages = callback_writes_again},
    {.name = "one failing write fails the queue behind it",
     .stages = failing_write,
     .declared = "D40: the unfinished write is not told as sent",
     .lines = "-4 client: w1 callback err=null\n"
              "+4 client: w1 callback err=ECANCELED \"write ECANCELED\"\n"},
    {.name = NULL}};
