/* An echo server on weir, as a user would write it. Decides nothing about what is measured. */
#include "bench/control.h"
#include "bench/place.h"
#include "bench/process.h"
#include "bench/uv_memory.h"

#include <stdio.h>
#include <string.h>
#include <weir/weir.h>

typedef struct echo_server {
  weir_loop *loop;
  weir_socket *asker; /* The control connection that is to be answered. */
  int idle_ms;        /* The idle timeout of echo connections; 0: none. */
  bench_counts counts;
} echo_server;

static void must(weir_err err, const char *what) {
  if (err == WEIR_OK) return;
  fprintf(stderr, "%s: %s\n", what, weir_err_name(err));
  bench_usage("the server cannot run");
}

static void answer_if_reached(echo_server *server) {
  if (server->asker == NULL || !bench_counts_reached(&server->counts)) return;
  (void)weir_socket_write(server->asker, "until\n", 6, NULL, NULL);
}

static void echo(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  (void)user;
  /* Other failures destroy the socket, and its end is counted in on_close. */
  if (weir_socket_write(socket, data, length, NULL, NULL) == WEIR_WAIT_DRAIN) {
    weir_socket_pause(socket);
  }
}

static void go_on(weir_socket *socket, void *user) {
  (void)user;
  weir_socket_resume(socket);
}

static void echo_ended(weir_socket *socket, bool had_error, void *user) {
  echo_server *server = user;
  (void)socket;
  (void)had_error;
  server->counts.connections--;
  answer_if_reached(server);
}

static const weir_socket_handlers echo_handlers = {
    .size = sizeof(weir_socket_handlers),
    .on_data = echo,
    .on_drain = go_on,
    .on_close = echo_ended,
};

static void accept_echo(weir_server *listener, weir_socket *socket, void *user) {
  echo_server *server = user;
  (void)listener;
  server->counts.connections++;
  must(weir_socket_set_handlers(socket, &echo_handlers, server), "weir_socket_set_handlers");
  if (server->idle_ms > 0)
    must(weir_socket_set_timeout(socket, server->idle_ms, NULL, NULL), "weir_socket_set_timeout");
  answer_if_reached(server);
}

static void obey(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  echo_server *server = user;
  char answer[BENCH_ANSWER_SIZE];
  server->asker = socket;
  switch (bench_control_take(&server->counts, data, length, answer)) {
  case BENCH_REQUEST_ANSWER:
    (void)weir_socket_write(socket, answer, strlen(answer), NULL, NULL);
    break;
  case BENCH_REQUEST_WAIT: answer_if_reached(server); break;
  case BENCH_REQUEST_QUIT: weir_loop_stop(server->loop); break;
  }
}

static void asker_ended(weir_socket *socket, bool had_error, void *user) {
  echo_server *server = user;
  (void)had_error;
  if (server->asker == socket) server->asker = NULL;
}

static const weir_socket_handlers control_handlers = {
    .size = sizeof(weir_socket_handlers),
    .on_data = obey,
    .on_close = asker_ended,
};

static void accept_control(weir_server *listener, weir_socket *socket, void *user) {
  (void)listener;
  must(weir_socket_set_handlers(socket, &control_handlers, user), "weir_socket_set_handlers");
}

static void refused(weir_server *listener, const weir_error *error, void *user) {
  (void)listener;
  (void)user;
  must(error->code, "weir_server_listen");
}

static void count_overload(weir_server *listener, const weir_error *error, uint32_t retry_ms,
                           void *user) {
  echo_server *server = user;
  (void)listener;
  (void)error;
  (void)retry_ms;
  server->counts.overloads++;
}

static const weir_server_handlers echo_listener = {
    .size = sizeof(weir_server_handlers),
    .on_connection = accept_echo,
    .on_error = refused,
    .on_overload = count_overload,
};

static const weir_server_handlers control_listener = {
    .size = sizeof(weir_server_handlers),
    .on_connection = accept_control,
    .on_error = refused,
};

static weir_server *listen_at(echo_server *server, const char *place,
                              const weir_server_handlers *handlers) {
  weir_server *listener;
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  options.host = "127.0.0.1";
  options.port = bench_place_port(place);
  options.path = bench_place_path(place);
  must(weir_create_server(server->loop, NULL, handlers, server, &listener), "weir_create_server");
  must(weir_server_listen(listener, &options, NULL, NULL), "weir_server_listen");
  return listener;
}

static int port_of(weir_server *listener) {
  weir_address address;
  must(weir_server_address(listener, &address), "weir_server_address");
  return address.port;
}

int main(int argc, char **argv) {
  bench_server_options given = bench_server_options_read(argc, argv);
  echo_server server = {0};
  weir_allocator allocator = {bench_allocate, bench_reallocate, bench_release,
                              &server.counts.memory};
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  options.backend = given.backend;
  server.idle_ms = given.idle_ms;
  if (given.count_allocations) {
    options.allocator = &allocator;
    bench_uv_memory_count(&server.counts.memory);
  }
  bench_pin(given.cpu);
  if (given.descriptors > 0)
    bench_limit_descriptors(given.descriptors);
  else
    bench_raise_descriptor_limit();
  must(weir_loop_create(&options, &server.loop), "weir_loop_create");
  int port = port_of(listen_at(&server, given.place, &echo_listener));
  int control_port = port_of(listen_at(&server, "tcp:0", &control_listener));
  bench_server_announce(given.place, port, control_port);
  must(weir_loop_run(server.loop, WEIR_RUN_DEFAULT), "weir_loop_run");
  must(weir_loop_free(server.loop), "weir_loop_free");
  if (server.counts.memory.live == 0) return 0;
  fprintf(stderr, "%zu bytes were not given back\n", server.counts.memory.live);
  return 1;
}
