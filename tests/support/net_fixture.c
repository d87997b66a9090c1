/* Servers and sockets under test and the record of what they tell; what is right is for the tests
 * to say. */
#include "tests/support/net_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETTLE_TURNS = 64, SETTLE_SIM_MS = 2000, PATIENCE_MS = 10000, PATIENCE_SIM_MS = 3600000 };

const char *net_kind_name(net_kind kind) {
  static const char *const names[] = {"IPv4", "IPv6", "path"};
  return names[kind];
}

uint8_t net_byte(uint64_t at) {
  return (uint8_t)(at * 31 + (at >> 8) * 7 + (at >> 16));
}

static void append(net_log *log, const char *entry) {
  int n = snprintf(log->text + log->length, sizeof log->text - log->length, "%s%s",
                   log->length > 0 ? " " : "", entry);
  log->length += (size_t)n;
  if (log->length >= sizeof log->text) log->length = sizeof log->text - 1;
}

void net_note(net_log *log, const char *format, ...) {
  char entry[128];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(entry, sizeof entry, format, arguments);
  va_end(arguments);
  log->data_bytes = 0;
  append(log, entry);
}

static void note_data(net_log *log, size_t length) {
  char entry[64];
  if (log->data_bytes > 0)
    log->length = log->data_at;
  else
    log->data_at = log->length;
  log->data_bytes += length;
  log->text[log->length] = '\0';
  (void)snprintf(entry, sizeof entry, "data(%zu)", log->data_bytes);
  append(log, entry);
}

bool net_was_told(const net_log *log, const char *entry) {
  size_t length = strlen(entry);
  for (const char *at = log->text; (at = strstr(at, entry)) != NULL; at += length) {
    char behind = at[length];
    if ((at == log->text || at[-1] == ' ') && (behind == ' ' || behind == '\0')) return true;
  }
  return false;
}

void net_expect(const char *what, const net_log *log, const char *expected) {
  if (strcmp(log->text, expected) == 0) return;
  fail_msg("%s:\n  told     %s\n  expected %s", what, log->text, expected);
}

static void act_at(net_end *end, const char *event) {
  if (!end->at || strcmp(end->at, event) != 0) return;
  end->at = NULL;
  end->act(end);
}

static void tell(net_end *end, const char *event) {
  if (end->closes > 0) end->after_close++;
  net_note(&end->log, "%s", event);
  act_at(end, event);
}

static void on_connect(weir_socket *socket, void *user) {
  (void)socket;
  tell(user, "connect");
}

static void on_ready(weir_socket *socket, void *user) {
  (void)socket;
  tell(user, "ready");
}

static void on_data(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  net_end *end = user;
  (void)socket;
  if (end->closes > 0) end->after_close++;
  for (size_t i = 0; i < length; i++)
    if (data[i] != net_byte(end->received + i)) end->garbled = true;
  end->received += length;
  note_data(&end->log, length);
  act_at(end, "data");
}

static void on_end(weir_socket *socket, void *user) {
  (void)socket;
  tell(user, "end");
}

static void on_drain(weir_socket *socket, void *user) {
  (void)socket;
  tell(user, "drain");
}

static void on_finish(weir_socket *socket, void *user) {
  (void)socket;
  tell(user, "finish");
}

static void on_error(weir_socket *socket, const weir_error *error, void *user) {
  net_end *end = user;
  (void)socket;
  if (end->closes > 0) end->after_close++;
  end->error = error->code;
  end->full = *error;
  (void)snprintf(end->path, sizeof end->path, "%s", error->path ? error->path : "");
  (void)snprintf(end->syscall, sizeof end->syscall, "%s", error->syscall ? error->syscall : "");
  end->full.path = end->full.syscall = end->full.message = NULL;
  (void)weir_error_message(error, end->message, sizeof end->message);
  net_note(&end->log, "error(%s)", weir_err_name(error->code));
  act_at(end, "error");
}

static void on_close(weir_socket *socket, bool had_error, void *user) {
  net_end *end = user;
  (void)socket;
  if (end->closes++ > 0) end->after_close++;
  net_note(&end->log, "close(%d)", had_error);
  act_at(end, "close");
  end->socket = NULL;
}

const weir_socket_handlers net_handlers = {.size = sizeof(weir_socket_handlers),
                                           .on_connect = on_connect,
                                           .on_ready = on_ready,
                                           .on_data = on_data,
                                           .on_end = on_end,
                                           .on_drain = on_drain,
                                           .on_finish = on_finish,
                                           .on_error = on_error,
                                           .on_close = on_close};
const weir_socket_handlers net_quiet_handlers = {.size = sizeof(weir_socket_handlers),
                                                 .on_connect = on_connect,
                                                 .on_ready = on_ready,
                                                 .on_end = on_end,
                                                 .on_drain = on_drain,
                                                 .on_finish = on_finish,
                                                 .on_error = on_error,
                                                 .on_close = on_close};

static void tell_server(net_server *server, const char *event) {
  net_note(&server->log, "%s", event);
  if (!server->at || strcmp(server->at, event) != 0) return;
  server->at = NULL;
  server->act(server);
}

static void on_listening(weir_server *server, void *user) {
  (void)server;
  tell_server(user, "listening");
}

static void on_connection(weir_server *server, weir_socket *socket, void *user) {
  net_server *told = user;
  net_fixture *net = told->net;
  (void)server;
  if (net->peer_count < NET_PEERS) {
    net_end *end = &net->peers[net->peer_count++];
    end->net = net;
    end->socket = socket;
    (void)weir_socket_set_handlers(socket, net->peer_handlers ? net->peer_handlers : &net_handlers,
                                   end);
  } else {
    weir_socket_destroy(socket, NULL);
  }
  tell_server(told, "connection");
}

static void on_server_close(weir_server *server, void *user) {
  (void)server;
  tell_server(user, "close");
}

static void on_server_error(weir_server *server, const weir_error *error, void *user) {
  net_server *told = user;
  (void)server;
  told->error = error->code;
  (void)weir_error_message(error, told->message, sizeof told->message);
  tell_server(told, "error");
}

static void on_overload(weir_server *server, const weir_error *error, uint32_t retry_ms,
                        void *user) {
  net_server *told = user;
  (void)server;
  (void)retry_ms;
  told->error = error->code;
  tell_server(told, "overload");
}

static void on_drop(weir_server *server, const weir_drop *drop, void *user) {
  net_server *told = user;
  (void)server;
  told->drops++;
  told->drop = *drop;
  tell_server(told, "drop");
}

const weir_server_handlers net_server_handlers = {sizeof(weir_server_handlers),
                                                  on_listening,
                                                  on_connection,
                                                  on_server_close,
                                                  on_server_error,
                                                  on_overload,
                                                  on_drop};

static void pause_over(weir_timer *timer, void *user) {
  net_fixture *net = user;
  (void)timer;
  net->pause_over = true;
}

net_fixture *net_create_with(const weir_loop_options *options) {
  net_fixture *net = calloc(1, sizeof *net);
  assert_non_null(net);
  assert_int_equal(loop_fixture_open(&net->base, options), WEIR_OK);
  net->loop = net->base.loop;
  net->client.net = net;
  net->server.net = net;
  net->directory = net->name.directory;
  net->path = "/simulated/socket";
  if (!loop_fixture_is_sim(&net->base)) {
    assert_true(local_name_make(&net->name));
    net->path = net->name.text;
  }
  assert_int_equal(weir_timer_create(net->loop, pause_over, net, &net->pause), WEIR_OK);
  return net;
}

net_fixture *net_create(void) {
  return net_create_with(NULL);
}

net_fixture *net_create_sim(uint64_t seed) {
  weir_sim_options world = WEIR_SIM_OPTIONS_INIT;
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  world.seed = seed;
  options.backend = "sim";
  options.backend_options = &world;
  return net_create_with(&options);
}

static bool told_after_close(const net_end *end) {
  if (end->after_close == 0) return false;
  print_error("Told after 'close': %s\n", end->log.text);
  return true;
}

void net_free(net_fixture *net) {
  bool clean = loop_fixture_close(&net->base);
  if (!loop_fixture_is_sim(&net->base)) local_name_remove(&net->name);
  if (told_after_close(&net->client)) clean = false;
  for (size_t i = 0; i < net->peer_count; i++)
    if (told_after_close(&net->peers[i])) clean = false;
  for (size_t i = 0; i < net->tag_count; i++) {
    if (net->tags[i].calls <= 1) continue;
    print_error("The callback %s ran %u times\n", net->tags[i].name, net->tags[i].calls);
    clean = false;
  }
  free(net);
  assert_true(clean);
}

void net_make_server(net_fixture *net, net_server *server) {
  *server = (net_server){.net = net};
  assert_int_equal(
      weir_create_server(net->loop, NULL, &net_server_handlers, server, &server->server), WEIR_OK);
}

int net_setup_server(void **state) {
  net_fixture *net = net_create();
  net_make_server(net, &net->server);
  *state = net;
  return 0;
}

int net_teardown(void **state) {
  net_free(*state);
  return 0;
}

weir_block_filter *net_filter_of(const char *rules) {
  weir_block_list *list;
  weir_block_filter *filter;
  assert_int_equal(weir_block_list_create(NULL, &list), WEIR_OK);
  assert_int_equal(weir_block_list_from_text(list, rules, strlen(rules), NULL), WEIR_OK);
  assert_int_equal(weir_block_list_snapshot(list, &filter), WEIR_OK);
  weir_block_list_free(list);
  return filter;
}

void net_listen(net_fixture *net, net_kind kind, const weir_server_options *options) {
  weir_listen_options listen = WEIR_LISTEN_OPTIONS_INIT;
  weir_address address;
  if (!net->server.server)
    assert_int_equal(weir_create_server(net->loop, options, &net_server_handlers, &net->server,
                                        &net->server.server),
                     WEIR_OK);
  if (kind == NET_PATH) {
    listen.path = net->path;
    listen.pipe_half_close = true; /* As Unix sockets have it. */
  } else {
    listen.port = 0;
    listen.host = kind == NET_IPV4 ? "127.0.0.1" : "::1";
  }
  assert_int_equal(weir_server_listen(net->server.server, &listen, NULL, NULL), WEIR_OK);
  assert_true(weir_server_listening(net->server.server));
  assert_int_equal(weir_server_address(net->server.server, &address), WEIR_OK);
  net->port = address.port;
}

weir_connect_options net_target(const net_fixture *net, net_kind kind) {
  weir_connect_options options = WEIR_CONNECT_OPTIONS_INIT;
  if (kind == NET_PATH) {
    options.path = net->path;
    options.pipe_half_close = true;
  } else {
    options.port = net->port;
    options.host = kind == NET_IPV4 ? "127.0.0.1" : "::1";
  }
  return options;
}

void net_connect(net_fixture *net, net_kind kind, const weir_socket_options *options,
                 net_end *end) {
  weir_connect_options target = net_target(net, kind);
  end->net = net;
  assert_int_equal(weir_connect(net->loop, options, &target, &net_handlers, end, &end->socket),
                   WEIR_OK);
}

static bool both_open(const net_fixture *net) {
  return net->peer_count > 0 && net_was_told(&net->client.log, "ready");
}

void net_open_with(net_fixture *net, net_kind kind, const weir_socket_options *client,
                   const weir_server_options *server, const weir_socket_handlers *handlers) {
  weir_connect_options target;
  net->peer_handlers = handlers;
  net_listen(net, kind, server);
  target = net_target(net, kind);
  assert_int_equal(weir_connect(net->loop, client, &target, handlers ? handlers : &net_handlers,
                                &net->client, &net->client.socket),
                   WEIR_OK);
  net_run_until(net, both_open);
}

void net_open(net_fixture *net, net_kind kind) {
  net_open_with(net, kind, NULL, NULL, NULL);
}

static void start_watchdog(net_fixture *net) {
  weir_timer_start(net->base.watchdog,
                   loop_fixture_is_sim(&net->base) ? PATIENCE_SIM_MS : PATIENCE_MS, 0);
}

void net_run_until(net_fixture *net, bool (*holds)(const net_fixture *net)) {
  weir_err err = WEIR_OK;
  start_watchdog(net);
  while (!holds(net) && !net->base.timed_out && err == WEIR_OK && weir_loop_alive(net->loop))
    err = weir_loop_run(net->loop, WEIR_RUN_ONCE);
  weir_timer_stop(net->base.watchdog);
  if (holds(net)) return;
  fail_msg("What was waited for did not come (%s)\n  client %s\n  peer   %s\n  server %s",
           net->base.timed_out ? "time was up" : weir_err_name(err), net->client.log.text,
           net->peers[0].log.text, net->server.log.text);
}

void net_run(net_fixture *net) {
  start_watchdog(net);
  weir_err err = weir_loop_run(net->loop, WEIR_RUN_DEFAULT);
  weir_timer_stop(net->base.watchdog);
  if (err == WEIR_OK && !net->base.timed_out) return;
  fail_msg("The loop did not come to its end (%s)\n  client %s\n  peer   %s\n  server %s",
           net->base.timed_out ? "time was up" : weir_err_name(err), net->client.log.text,
           net->peers[0].log.text, net->server.log.text);
}

static bool is_over(const net_fixture *net) {
  return net->pause_over;
}

/* On a real system whatever is on its way over the loopback interface is there already: turns
 * suffice. */
void net_settle(net_fixture *net) {
  if (loop_fixture_is_sim(&net->base)) {
    net->pause_over = false;
    weir_timer_start(net->pause, SETTLE_SIM_MS, 0);
    net_run_until(net, is_over);
    return;
  }
  for (int i = 0; i < SETTLE_TURNS; i++)
    assert_int_equal(weir_loop_run(net->loop, WEIR_RUN_NOWAIT), WEIR_OK);
}

void net_stop_listening(net_fixture *net) {
  assert_int_equal(weir_server_close(net->server.server, NULL, NULL), WEIR_OK);
}

bool net_client_closed(const net_fixture *net) {
  return net->client.closes > 0;
}

bool net_peer_closed(const net_fixture *net) {
  return net->peers[0].closes > 0;
}

bool net_both_closed(const net_fixture *net) {
  return net_client_closed(net) && net_peer_closed(net);
}

static net_tag *new_tag(net_fixture *net, const char *name) {
  if (net->tag_count == NET_TAGS) return NULL;
  net_tag *tag = &net->tags[net->tag_count++];
  *tag = (net_tag){.name = name};
  return tag;
}

net_tag *net_tag_of(net_end *end, const char *name) {
  net_tag *tag = new_tag(end->net, name);
  if (!tag) return NULL;
  tag->end = end;
  tag->late = end->closes > 0;
  return tag;
}

net_tag *net_server_tag(net_server *server, const char *name) {
  net_tag *tag = new_tag(server->net, name);
  if (tag) tag->server = server;
  return tag;
}

static void note_call(net_tag *tag, net_log *log, const weir_error *error) {
  tag->calls++;
  tag->error = error ? error->code : WEIR_OK;
  if (error)
    net_note(log, "%s:%s", tag->name, weir_err_name(error->code));
  else
    net_note(log, "%s", tag->name);
}

void net_called(weir_socket *socket, const weir_error *error, void *user) {
  net_tag *tag = user;
  (void)socket;
  if (tag->end->closes > 0 && !tag->late) tag->end->after_close++;
  note_call(tag, &tag->end->log, error);
  act_at(tag->end, tag->name);
}

void net_server_called(weir_server *server, const weir_error *error, void *user) {
  net_tag *tag = user;
  (void)server;
  note_call(tag, &tag->server->log, error);
  if (!tag->server->at || strcmp(tag->server->at, tag->name) != 0) return;
  tag->server->at = NULL;
  tag->server->act(tag->server);
}

weir_err net_write(net_end *end, uint64_t from, size_t length, const char *name) {
  uint8_t *bytes = malloc(length > 0 ? length : 1);
  if (!bytes) return WEIR_ENOMEM;
  for (size_t i = 0; i < length; i++) bytes[i] = net_byte(from + i);
  weir_err err = weir_socket_write(end->socket, bytes, length, name ? net_called : NULL,
                                   name ? net_tag_of(end, name) : NULL);
  free(bytes);
  return err;
}

weir_err net_finish(net_end *end, const char *name) {
  return weir_socket_end(end->socket, NULL, 0, name ? net_called : NULL,
                         name ? net_tag_of(end, name) : NULL);
}
