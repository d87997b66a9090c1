/* destroy(), destroySoon() and resetAndDestroy() in every state. */
#include "conformance/oracle/scenarios.h"

#include <stdio.h>

static void log_state(peer *p, const char *before, const char *after) {
  const weir_socket *x = p->socket;
  trace_log(p->scene->t, p->name, "%sreadyState=%s connecting=%s pending=%s destroyed=%s%s", before,
            weir_ready_state_name(weir_socket_ready_state(x)), truth(weir_socket_connecting(x)),
            truth(weir_socket_pending(x)), truth(weir_socket_destroyed(x)), after);
}

static void destroy_client(scene *s) {
  weir_socket_destroy(s->client.socket, NULL);
}

static void destroy_fresh(scene *s, int stage) {
  if (stage > 0) return;
  peer_create(&s->client, WATCH_ALL, false);
  destroy_client(s);
  trace_call(s->t, "client", "destroy()", TRACE_SELF, WEIR_OK);
  log_state(&s->client, "", "");
  scene_closed(s, &s->client);
}

static void destroy_fresh_with_error(scene *s, int stage) {
  if (stage > 0) return;
  peer_create(&s->client, WATCH_ALL, false);
  peer_destroy_with(&s->client, "mine");
  scene_closed(s, &s->client);
}

static void destroy_after_connect_call(scene *s, int stage) {
  switch (stage) {
  case 0: scene_serve(s, OPEN_PLAIN); return;
  case 1:
    peer_connect_new(&s->client, WATCH_ALL);
    destroy_client(s);
    log_state(&s->client, "", "");
    scene_closed(s, &s->client);
    return;
  case 2: scene_sleep(s, 20);
  }
}

static void destroy_between_states(scene *s) {
  log_state(&s->client, "", "");
  destroy_client(s);
  log_state(&s->client, "", "");
}

static void next_step_again(scene *s) {
  scene_next_step(s, destroy_between_states);
}

static void destroy_one_step_later(scene *s, int stage) {
  switch (stage) {
  case 0: scene_serve(s, OPEN_PLAIN); return;
  case 1:
    peer_connect_new(&s->client, WATCH_ALL);
    scene_next_step(s, next_step_again);
    scene_closed(s, &s->client);
    return;
  case 2: scene_sleep(s, 20);
  }
}

static void destroy_connecting_with_error(scene *s, int stage) {
  switch (stage) {
  case 0: scene_serve(s, OPEN_PLAIN); return;
  case 1:
    peer_connect_new(&s->client, WATCH_ALL);
    peer_destroy_with(&s->client, "mine");
    scene_closed(s, &s->client);
  }
}

static void destroy_now(scene *s) {
  destroy_client(s);
  log_state(&s->client, "in connect ", "");
}

static void destroy_in_connect(scene *s, int stage) {
  switch (stage) {
  case 0: scene_serve(s, OPEN_PLAIN); return;
  case 1:
    peer_create(&s->client, WATCH_ALL, false);
    s->client.on[PEER_CONNECT] = destroy_now;
    peer_connect(&s->client);
    scene_closed(s, &s->client);
  }
}

static void destroy_open_with_error(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    peer_destroy_with(&s->client, "mine");
    log_state(&s->client, "", "");
    scene_both_closed(s);
  }
}

static void destroy_then_with_error(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    destroy_client(s);
    peer_destroy_with(&s->client, "ignored");
    scene_closed(s, &s->client);
  }
}

static void destroy_twice_with_error(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    peer_destroy_with(&s->client, "first");
    peer_destroy_with(&s->client, "second");
    scene_closed(s, &s->client);
  }
}

static void log_next_step(scene *s) {
  trace_log(s->t, "client", "next tick");
}

static void log_next_turn(scene *s) {
  trace_log(s->t, "client", "next loop turn");
}

static void destroy_is_asynchronous(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    peer_destroy_with(&s->client, "mine");
    trace_log(s->t, "client", "destroy() returned");
    scene_next_step(s, log_next_step);
    scene_immediate(s, log_next_turn);
    scene_closed(s, &s->client);
    return;
  case 2: scene_sleep(s, 5);
  }
}

static void destroy_on_bytes(scene *s, const uint8_t *data, size_t length) {
  (void)data;
  trace_log(s->t, "client", "data %zu", length);
  destroy_client(s);
}

static void destroy_in_data(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    s->client.on_bytes = destroy_on_bytes;
    (void)peer_write(&s->conn, "abc", NULL);
    scene_closed(s, &s->client);
  }
}

static void destroy_drops_writes(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, CONN_NO_DATA | SERVER_PAUSES); return;
  case 1:
    (void)peer_write_zeros(&s->client, 8 << 20, scene_note(s, "write-1", NOTE_CODE));
    (void)peer_write(&s->client, "tail", scene_note(s, "write-2", NOTE_CODE));
    (void)peer_end(&s->client, NULL, scene_note(s, "end", NOTE_CODE));
    destroy_client(s);
    scene_closed(s, &s->client);
  }
}

static void destroy_drops_writes_with_error(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, CONN_NO_DATA | SERVER_PAUSES); return;
  case 1:
    (void)peer_write_zeros(&s->client, 8 << 20, scene_note(s, "write-1", NOTE_TEXT));
    (void)peer_write(&s->client, "tail", scene_note(s, "write-2", NOTE_TEXT));
    peer_destroy_with(&s->client, "mine");
    scene_closed(s, &s->client);
  }
}

static void count_bytes(scene *s, const uint8_t *data, size_t length) {
  (void)data;
  s->count += length;
}

static void soon_flushes(scene *s, int stage) {
  char ended[32];
  switch (stage) {
  case 0: scene_open(s, CONN_NO_DATA); return;
  case 1:
    s->conn.on_bytes = count_bytes;
    peer_consume(&s->conn, true);
    (void)peer_write_zeros(&s->client, 4 << 20, NULL);
    weir_socket_destroy_soon(s->client.socket);
    (void)snprintf(ended, sizeof ended, " writableEnded=%s",
                   truth(weir_socket_writable_ended(s->client.socket)));
    log_state(&s->client, "", ended);
    scene_both_closed(s);
    return;
  case 2: trace_log(s->t, "conn", "received %zu", s->count);
  }
}

static void soon_after_finish(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    (void)peer_end(&s->client, "x", NULL);
    scene_once(s, &s->client, PEER_FINISH);
    return;
  case 2:
    weir_socket_destroy_soon(s->client.socket);
    log_state(&s->client, "after finish: ", "");
    scene_both_closed(s);
  }
}

static void watch_conn(scene *s, weir_socket *socket) {
  peer_adopt(&s->conn, socket, WATCH_ALL);
}

static void soon_while_connecting(scene *s, int stage) {
  switch (stage) {
  case 0:
    s->on_connection = watch_conn;
    scene_serve(s, OPEN_PLAIN);
    return;
  case 1:
    peer_connect_new(&s->client, WATCH_ALL);
    (void)peer_write(&s->client, "queued", NULL);
    weir_socket_destroy_soon(s->client.socket);
    log_state(&s->client, "", "");
    scene_closed(s, &s->client);
    return;
  case 2: scene_sleep(s, 20);
  }
}

static void soon_fresh(scene *s, int stage) {
  if (stage > 0) return;
  peer_create(&s->client, WATCH_ALL, false);
  weir_socket_destroy_soon(s->client.socket);
  log_state(&s->client, "", "");
  scene_closed(s, &s->client);
}

static void soon_destroyed(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    destroy_client(s);
    scene_closed(s, &s->client);
    return;
  case 2: weir_socket_destroy_soon(s->client.socket); log_state(&s->client, "", "");
  }
}

static void reset_client(scene *s, const char *label) {
  trace_call(s->t, "client", label, TRACE_SELF, peer_reset(&s->client));
}

static void reset_open(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    reset_client(s, "resetAndDestroy()");
    log_state(&s->client, "", "");
    scene_both_closed(s);
  }
}

static void reset_fresh(scene *s, int stage) {
  if (stage > 0) return;
  peer_create(&s->client, WATCH_ALL, false);
  reset_client(s, "resetAndDestroy()");
  scene_closed(s, &s->client);
}

static void reset_connecting(scene *s, int stage) {
  switch (stage) {
  case 0:
    s->on_connection = watch_conn;
    scene_serve(s, OPEN_PLAIN);
    return;
  case 1:
    peer_connect_new(&s->client, WATCH_ALL);
    (void)peer_reset(&s->client);
    log_state(&s->client, "", "");
    scene_closed(s, &s->client);
    return;
  case 2: scene_sleep(s, 20);
  }
}

static void reset_refused(scene *s, int stage) {
  switch (stage) {
  case 0: scene_dead_port(s); return;
  case 1:
    peer_connect_new(&s->client, WATCH_ALL);
    (void)peer_reset(&s->client);
    scene_closed(s, &s->client);
  }
}

static void reset_destroyed(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    destroy_client(s);
    scene_closed(s, &s->client);
    return;
  case 2: reset_client(s, "resetAndDestroy()"); scene_sleep(s, 10);
  }
}

static void reset_finished(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, SERVER_HALF_OPEN); return;
  case 1:
    (void)peer_end(&s->client, NULL, NULL);
    scene_once(s, &s->client, PEER_FINISH);
    return;
  case 2:
    (void)peer_reset(&s->client);
    scene_closed(s, &s->client);
    return;
  case 3: scene_sleep(s, 10); return;
  case 4:
    if (!weir_socket_destroyed(s->conn.socket)) {
      log_state(&s->conn, "alive ", "");
      (void)peer_end(&s->conn, NULL, NULL);
    }
    scene_closed(s, &s->conn);
  }
}

static void note_close(scene *s) {
  s->flag = true;
}

static void reset_ending(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    s->client.on[PEER_CLOSE] = note_close;
    (void)peer_end(&s->client, NULL, NULL);
    (void)peer_reset(&s->client);
    scene_closed(s, &s->conn);
    return;
  case 2: scene_sleep(s, 50); return;
  case 3: trace_log(s->t, "client", "close emitted within 50ms: %s", truth(s->flag));
  }
}

static void reset_flushing(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, CONN_NO_DATA | SERVER_PAUSES); return;
  case 1:
    (void)peer_write_zeros(&s->client, 8 << 20, NULL);
    (void)peer_end(&s->client, NULL, NULL);
    (void)peer_reset(&s->client);
    scene_closed(s, &s->client);
    return;
  case 2: weir_socket_destroy(s->conn.socket, NULL);
  }
}

static void reset_ipc(scene *s, int stage) {
  switch (stage) {
  case 0:
    scene_path(s);
    scene_serve_path(s, OPEN_PLAIN);
    return;
  case 1:
    peer_create(&s->client, WATCH_ALL, false);
    peer_connect_path(&s->client);
    reset_client(s, "while connecting");
    scene_once(s, &s->client, PEER_READY);
    return;
  case 2:
    reset_client(s, "connected");
    log_state(&s->client, "", "");
    destroy_client(s);
    scene_closed(s, &s->client);
  }
}

static void log_server_close(scene *s) {
  trace_log(s->t, "server", "close conn.destroyed=%s",
            truth(weir_socket_destroyed(s->conn.socket)));
}

static void server_close(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    s->on_server_close = log_server_close;
    scene_check(s, "weir_server_close", weir_server_close(s->server, NULL, NULL));
    trace_log(s->t, "server", "listening=%s", truth(weir_server_listening(s->server)));
    scene_sleep(s, 10);
    return;
  case 2:
    weir_socket_destroy(s->conn.socket, NULL);
    trace_log(s->t, "server", "conn.destroy() returned");
    scene_server_closed(s);
    return;
  case 3: destroy_client(s);
  }
}

const scenario destroy_scenarios[] = {
    {.name = "destroy() on a fresh socket",
     .stages = destroy_fresh,
     .declared = "D29: had_error is told without a transport too",
     .lines = "-3 client: close hadError=undefined\n"
              "+3 client: close hadError=false\n"},
    {.name = "destroy(error) on a fresh socket",
     .stages = destroy_fresh_with_error,
     .declared = "D29: had_error is told without a transport too",
     .lines = "-2 client: close hadError=undefined\n"
              "+2 client: close hadError=true\n"},
    {.name = "destroy() right after connect()", .stages = destroy_after_connect_call},
    {.name = "destroy() one turn after connect(), before completion",
     .stages = destroy_one_step_later},
    {.name = "destroy(error) while connecting", .stages = destroy_connecting_with_error},
    {.name = "destroy() in the connect listener suppresses nothing already due",
     .stages = destroy_in_connect,
     .declared = "D28: nothing but close follows destroy()",
     .lines = "-3 client: ready\n"},
    {.name = "destroy(error) on an open socket; peer sees a plain end",
     .stages = destroy_open_with_error},
    {.name = "destroy() twice, second with an error", .stages = destroy_then_with_error},
    {.name = "destroy(error) twice: first error wins", .stages = destroy_twice_with_error},
    {.name = "destroy() is asynchronous for error and close", .stages = destroy_is_asynchronous},
    {.name = "destroy() inside the data listener stops delivery", .stages = destroy_in_data},
    {.name = "destroy() drops queued writes; callbacks get the error",
     .stages = destroy_drops_writes,
     .declared = "D40: the unfinished write is not told as sent",
     .lines = "-3 client: write-1 callback err=null\n"
              "+3 client: write-1 callback err=ECANCELED\n"},
    {.name = "destroy(error) drops queued writes; callbacks get that error",
     .stages = destroy_drops_writes_with_error,
     .declared = "D40: the unfinished write is not told as sent",
     .lines = "-4 client: write-1 callback err=null\n"
              "+4 client: write-1 callback err=write ECANCELED\n"},
    {.name = "destroySoon() flushes queued data, then closes", .stages = soon_flushes},
    {.name = "destroySoon() after end() and after finish", .stages = soon_after_finish},
    {.name = "destroySoon() while connecting waits for the connection",
     .stages = soon_while_connecting},
    {.name = "destroySoon() on a fresh socket",
     .stages = soon_fresh,
     .declared = "D29: had_error is told without a transport too",
     .lines = "-3 client: close hadError=undefined\n"
              "+3 client: close hadError=false\n"},
    {.name = "destroySoon() on a destroyed socket", .stages = soon_destroyed},
    {.name = "resetAndDestroy() on an open tcp socket", .stages = reset_open},
    {.name = "resetAndDestroy() on a fresh socket",
     .stages = reset_fresh,
     .declared = "D29: had_error is told without a transport too",
     .lines = "-3 client: close hadError=undefined\n"
              "+3 client: close hadError=true\n"},
    {.name = "resetAndDestroy() while connecting waits for connect", .stages = reset_connecting},
    {.name = "resetAndDestroy() while connecting to a dead port", .stages = reset_refused},
    {.name = "resetAndDestroy() on a destroyed socket", .stages = reset_destroyed},
    {.name = "resetAndDestroy() after end(), before the peer answered", .stages = reset_finished},
    {.name = "resetAndDestroy() right after end(), before finish",
     .stages = reset_ending,
     .declared = "D32: nobody waits for the end, and close comes",
     .lines = "-3 client: error Error code=EINVAL syscall=reset message=\"reset EINVAL\"\n"
              "-4 client: close emitted within 50ms: false\n"
              "+4 client: close hadError=false\n"
              "+4 client: close emitted within 50ms: true\n"},
    {.name = "resetAndDestroy() after end() while the queue is still flushing",
     .stages = reset_flushing},
    {.name = "resetAndDestroy() on an IPC socket", .stages = reset_ipc},
    {.name = "server.close() completes when the last socket is destroyed", .stages = server_close},
    {.name = "an error with no listener is fatal to the program",
     .later = "D2: an error without a handler ends nothing, so there is no crash to see"},
    {.name = NULL}};
