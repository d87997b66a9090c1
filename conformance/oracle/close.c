/* How connections end: graceful ends in both directions, half-open, resets, and the order of
 * events. */
#include "conformance/oracle/scenarios.h"

#include <stdio.h>

static void log_state(peer *p, const char *before, const char *after) {
  const weir_socket *x = p->socket;
  trace_log(p->scene->t, p->name,
            "%sreadyState=%s readable=%s writable=%s readableEnded=%s writableEnded=%s "
            "writableFinished=%s destroyed=%s%s",
            before, weir_ready_state_name(weir_socket_ready_state(x)),
            truth(weir_socket_readable(x)), truth(weir_socket_writable(x)),
            truth(weir_socket_readable_ended(x)), truth(weir_socket_writable_ended(x)),
            truth(weir_socket_writable_finished(x)), truth(weir_socket_destroyed(x)), after);
}

static void client_in_end(scene *s) {
  log_state(&s->client, "  in end: ", "");
}

static void client_in_finish(scene *s) {
  log_state(&s->client, "  in finish: ", "");
}

static void client_in_close(scene *s) {
  log_state(&s->client, "  in close: ", "");
}

static void conn_in_end(scene *s) {
  log_state(&s->conn, "  in end: ", "");
}

static void conn_in_finish(scene *s) {
  log_state(&s->conn, "  in finish: ", "");
}

static void conn_in_close(scene *s) {
  log_state(&s->conn, "  in close: ", "");
}

static void client_ends_first(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    s->client.on[PEER_END] = client_in_end;
    s->client.on[PEER_FINISH] = client_in_finish;
    s->client.on[PEER_CLOSE] = client_in_close;
    s->conn.on[PEER_END] = conn_in_end;
    s->conn.on[PEER_FINISH] = conn_in_finish;
    s->conn.on[PEER_CLOSE] = conn_in_close;
    (void)peer_end(&s->client, "bye", scene_note(s, "end", NOTE_NAME));
    log_state(&s->client, "after end() ", "");
    scene_both_closed(s);
  }
}

static void conn_end_was_told(scene *s) {
  trace_log(s->t, "conn", "end callback");
}

static void server_ends_first(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    (void)peer_end(&s->conn, "bye", scene_note_run(s, conn_end_was_told));
    scene_both_closed(s);
  }
}

static void write_last(scene *s) {
  log_state(&s->conn, "still open: ", "");
  (void)peer_end(&s->conn, "last", NULL);
}

static void write_late(scene *s) {
  log_state(&s->conn, "in end: ", "");
  (void)peer_write(&s->conn, "late", NULL);
  scene_after(s, 20, write_last);
}

static void server_keeps_writing(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, SERVER_HALF_OPEN); return;
  case 1:
    s->conn.on[PEER_END] = write_late;
    (void)peer_end(&s->client, NULL, NULL);
    scene_both_closed(s);
  }
}

static void client_writes_on(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, CLIENT_HALF_OPEN | SERVER_HALF_OPEN); return;
  case 1:
    (void)peer_end(&s->conn, NULL, NULL);
    scene_once(s, &s->client, PEER_END);
    return;
  case 2:
    log_state(&s->client, "after end event: ", "");
    trace_call(s->t, "client", "write(\"more\")", TRACE_BOOLEAN,
               peer_write(&s->client, "more", NULL));
    (void)peer_end(&s->client, NULL, NULL);
    scene_both_closed(s);
  }
}

static void both_end(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    (void)peer_end(&s->client, "a", NULL);
    (void)peer_end(&s->conn, "b", NULL);
    scene_both_closed(s);
  }
}

static const char *flow_text(const peer *p) {
  static const char *const texts[] = {"null", "true", "false"};
  return texts[weir_socket_readable_flowing(p->socket)];
}

static void no_reader_no_data(scene *s, int stage) {
  char flow[32];
  switch (stage) {
  case 0: scene_open(s, CLIENT_NO_DATA); return;
  case 1:
    (void)peer_end(&s->conn, NULL, NULL);
    scene_sleep(s, 30);
    return;
  case 2:
    (void)snprintf(flow, sizeof flow, " readableFlowing=%s", flow_text(&s->client));
    log_state(&s->client, "30ms later: ", flow);
    weir_socket_destroy(s->client.socket, NULL);
    scene_both_closed(s);
  }
}

static void resume_discards(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, CLIENT_NO_DATA); return;
  case 1:
    weir_socket_resume(s->client.socket);
    (void)peer_end(&s->conn, "discarded", NULL);
    scene_both_closed(s);
    return;
  case 2:
    trace_log(s->t, "client", "bytesRead=%u", (unsigned)weir_socket_bytes_read(s->client.socket));
  }
}

static void paused_withholds_end(scene *s, int stage) {
  char length[40];
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    weir_socket_pause(s->client.socket);
    (void)peer_end(&s->conn, "x", NULL);
    scene_sleep(s, 30);
    return;
  case 2:
    (void)snprintf(length, sizeof length, " readableLength=%zu",
                   weir_socket_readable_length(s->client.socket));
    log_state(&s->client, "paused 30ms: ", length);
    weir_socket_resume(s->client.socket);
    scene_both_closed(s);
  }
}

static void reset_while_idle(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1: (void)peer_reset(&s->conn); scene_both_closed(s);
  }
}

static void reset_discards(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    weir_socket_pause(s->client.socket);
    (void)peer_write(&s->client, "x", NULL);
    scene_once(s, &s->conn, PEER_DATA);
    return;
  case 2:
    (void)peer_write(&s->conn, "y", NULL);
    scene_sleep(s, 10);
    return;
  case 3:
    (void)peer_reset(&s->conn);
    scene_sleep(s, 20);
    return;
  case 4:
    log_state(&s->client, "paused: ", "");
    weir_socket_resume(s->client.socket);
    scene_both_closed(s);
  }
}

static void reset_behind_data(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, SERVER_PAUSES); return;
  case 1:
    (void)peer_write(&s->client, "unread", NULL);
    scene_sleep(s, 20);
    return;
  case 2:
    (void)peer_reset(&s->client);
    scene_closed(s, &s->client);
    return;
  case 3: scene_sleep(s, 20); return;
  case 4: weir_socket_resume(s->conn.socket); scene_closed(s, &s->conn);
  }
}

static void half_open_reset(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, CLIENT_HALF_OPEN | SERVER_HALF_OPEN); return;
  case 1:
    (void)peer_end(&s->conn, NULL, NULL);
    scene_once(s, &s->client, PEER_END);
    return;
  case 2:
    (void)peer_reset(&s->conn);
    scene_sleep(s, 20);
    return;
  case 3:
    log_state(&s->client, "", "");
    (void)peer_write(&s->client, "x", scene_note(s, "write", NOTE_CODE));
    scene_closed(s, &s->client);
  }
}

static void close_with_unread(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, CONN_NO_DATA | SERVER_PAUSES); return;
  case 1:
    (void)peer_write(&s->client, "never read", NULL);
    scene_sleep(s, 20);
    return;
  case 2: weir_socket_destroy(s->conn.socket, NULL); scene_both_closed(s);
  }
}

static void close_with_nothing_unread(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    weir_socket_destroy(s->client.socket, NULL);
    log_state(&s->client, "after destroy(): ", "");
    scene_both_closed(s);
  }
}

static void write_to_destroyed(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, CLIENT_HALF_OPEN); return;
  case 1:
    weir_socket_destroy(s->conn.socket, NULL);
    scene_once(s, &s->client, PEER_END);
    return;
  case 2:
    (void)peer_write(&s->client, "one", scene_note(s, "write-1", NOTE_CODE));
    scene_sleep(s, 20);
    return;
  case 3:
    if (!weir_socket_destroyed(s->client.socket))
      (void)peer_write(&s->client, "two", scene_note(s, "write-2", NOTE_CODE_MESSAGE));
    scene_closed(s, &s->client);
  }
}

static void watch_conn(scene *s, weir_socket *socket) {
  peer_adopt(&s->conn, socket, WATCH_ALL);
}

static void watch_conn_without_data(scene *s, weir_socket *socket) {
  peer_adopt(&s->conn, socket, WATCH_NO_DATA);
}

static void ipc_peer_destroyed(scene *s, int stage) {
  switch (stage) {
  case 0:
    scene_path(s);
    s->on_connection = watch_conn;
    scene_serve_path(s, OPEN_PLAIN);
    return;
  case 1:
    peer_create(&s->client, WATCH_ALL, true);
    peer_connect_path(&s->client);
    scene_once(s, &s->client, PEER_READY);
    return;
  case 2: scene_sleep(s, 5); return;
  case 3:
    weir_socket_destroy(s->conn.socket, NULL);
    scene_once(s, &s->client, PEER_END);
    return;
  case 4:
    (void)peer_write(&s->client, "one", scene_note(s, "write", NOTE_CODE));
    scene_closed(s, &s->client);
  }
}

static void ipc_close_with_unread(scene *s, int stage) {
  switch (stage) {
  case 0:
    scene_path(s);
    s->on_connection = watch_conn_without_data;
    scene_serve_path(s, SERVER_PAUSES);
    return;
  case 1:
    peer_create(&s->client, WATCH_ALL, false);
    peer_connect_path(&s->client);
    scene_once(s, &s->client, PEER_READY);
    return;
  case 2:
    (void)peer_write(&s->client, "never read", NULL);
    scene_sleep(s, 10);
    return;
  case 3: weir_socket_destroy(s->conn.socket, NULL); scene_closed(s, &s->client);
  }
}

static void show_address(char *text, size_t size, const weir_address *address) {
  char shown[WEIR_ADDRESS_TEXT_SIZE];
  (void)weir_address_format(address, shown, sizeof shown);
  (void)snprintf(text, size, "%s/%s", shown, weir_address_family_name(address));
}

/* The script keeps this line for the end; the order within "server" is the same. */
static void greet(scene *s, weir_socket *socket) {
  weir_address address = {0};
  char remote[80];
  char local[80];
  char more[256];
  scene_check(s, "weir_socket_remote_address", weir_socket_remote_address(socket, &address));
  show_address(remote, sizeof remote, &address);
  scene_check(s, "weir_socket_local_address", weir_socket_local_address(socket, &address));
  show_address(local, sizeof local, &address);
  (void)snprintf(more, sizeof more, " connecting=%s pending=%s remote=%s local=%s server-linked=%s",
                 truth(weir_socket_connecting(socket)), truth(weir_socket_pending(socket)), remote,
                 local, truth(weir_socket_server(socket) == s->server));
  peer_adopt(&s->conn, socket, WATCH_ALL);
  s->conn.name = "server";
  log_state(&s->conn, "connection listener: ", more);
  s->conn.name = "conn";
  (void)peer_end(&s->conn, "hi", NULL);
}

static void accept_order(scene *s, int stage) {
  switch (stage) {
  case 0:
    s->on_connection = greet;
    scene_serve(s, OPEN_PLAIN);
    return;
  case 1:
    peer_connect_new(&s->client, WATCH_NOTHING);
    weir_socket_resume(s->client.socket);
    scene_closed(s, &s->client);
    return;
  case 2: scene_sleep(s, 10); return;
  case 3:
    scene_check(s, "weir_server_close", weir_server_close(s->server, NULL, NULL));
    scene_server_closed(s);
  }
}

static void log_next_step(scene *s) {
  trace_log(s->t, "client", "next tick: writableEnded=%s",
            truth(weir_socket_writable_ended(s->client.socket)));
}

static void write_in_end(scene *s) {
  trace_log(s->t, "client", "in end listener: writableEnded=%s",
            truth(weir_socket_writable_ended(s->client.socket)));
  scene_next_step(s, log_next_step);
  trace_call(s->t, "client", "write in end listener", TRACE_BOOLEAN,
             peer_write(&s->client, "still allowed", NULL));
}

static void automatic_end(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    s->client.on[PEER_END] = write_in_end;
    (void)peer_end(&s->conn, NULL, NULL);
    scene_both_closed(s);
  }
}

static void half_open_set_late(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, OPEN_PLAIN); return;
  case 1:
    weir_socket_set_allow_half_open(s->client.socket, true);
    (void)peer_end(&s->conn, NULL, NULL);
    scene_once(s, &s->client, PEER_END);
    return;
  case 2: scene_sleep(s, 10); return;
  case 3:
    log_state(&s->client, "", "");
    (void)peer_end(&s->client, NULL, NULL);
    scene_both_closed(s);
  }
}

static void end_without_reader(scene *s, int stage) {
  switch (stage) {
  case 0: scene_open(s, CLIENT_NO_DATA); return;
  case 1:
    (void)peer_end(&s->client, NULL, NULL);
    scene_once(s, &s->client, PEER_FINISH);
    return;
  case 2: scene_sleep(s, 30); return;
  case 3:
    log_state(&s->client, "finished, peer auto-ended, nobody reads: ", "");
    weir_socket_resume(s->client.socket);
    scene_both_closed(s);
  }
}

const scenario close_scenarios[] = {
    {.name = "client ends first, neither side half-open", .stages = client_ends_first},
    {.name = "server ends first, neither side half-open", .stages = server_ends_first},
    {.name = "client ends, server allowHalfOpen keeps writing", .stages = server_keeps_writing},
    {.name = "client allowHalfOpen, server ends; client writes on then ends",
     .stages = client_writes_on},
    {.name = "both end at the same time", .stages = both_end},
    {.name = "no data listener: end is withheld while data is buffered", .later = LATER_READ},
    {.name = "no data listener and no data: end is delivered anyway", .stages = no_reader_no_data},
    {.name = "resume() without a data listener discards data and lets end through",
     .stages = resume_discards},
    {.name = "paused socket: end is withheld until resume", .stages = paused_withholds_end},
    {.name = "peer RST while idle and reading", .stages = reset_while_idle},
    {.name = "peer RST discards received data that was not delivered yet",
     .stages = reset_discards},
    {.name = "peer RST behind data that was not read yet looks like a plain end",
     .stages = reset_behind_data,
     .declared = "D43: a reset behind unread data is told as one",
     .lines = "-5 conn: end\n"
              "-6 conn: finish\n"
              "-7 conn: close hadError=false\n"
              "+7 conn: error Error code=ECONNRESET syscall=read message=\"read ECONNRESET\"\n"
              "+7 conn: close hadError=true\n"},
    {.name = "half-open, peer RST: noticed by the next write only", .stages = half_open_reset},
    {.name = "close() with unread received data sends RST to the peer",
     .stages = close_with_unread},
    {.name = "destroy() with nothing unread sends FIN to the peer",
     .stages = close_with_nothing_unread},
    {.name = "write to a peer that was destroyed: first write ok, then ECONNRESET or EPIPE",
     .stages = write_to_destroyed},
    {.name = "IPC: peer destroyed, reader sees end; writer sees EPIPE",
     .stages = ipc_peer_destroyed},
    {.name = "IPC: closing with unread data resets the peer", .stages = ipc_close_with_unread},
    {.name = "server connection socket: events and order on accept", .stages = accept_order},
    {.name = "allowHalfOpen=false: automatic end happens after the end listeners",
     .stages = automatic_end},
    {.name = "allowHalfOpen may be changed on a live socket", .stages = half_open_set_late},
    {.name = "end() with no reader at all still closes once the peer ends",
     .stages = end_without_reader},
    {.name = NULL}};
