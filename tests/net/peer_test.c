/* Other programs as peers: plain bytes, as netcat and socat send them, and an answer for curl. */
#include "tests/net/program.h"
#include "tests/net/raw_peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 100000, BODY = 32000 };

static void echo_back(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  net_end *end = user;
  end->received += length;
  (void)weir_socket_write(socket, data, length, NULL, NULL);
}

static void note_close(weir_socket *socket, bool had_error, void *user) {
  net_end *end = user;
  (void)socket;
  end->closes++;
  net_note(&end->log, "close(%d)", had_error);
  end->socket = NULL;
}

static const weir_socket_handlers echo_handlers = {
    .size = sizeof(weir_socket_handlers), .on_data = echo_back, .on_close = note_close};

static bool client_has_many(const net_fixture *net) {
  return net->client.received == MANY;
}

/* Runs the program against an echo server and compares what it prints. Its last argument is what
 * `format` makes of the port or the path. */
static void talk_to(net_kind kind, const char *const *command, const char *format) {
  const char *arguments[8] = {NULL};
  char target[256], port[16], answer[16];
  size_t count = 0;
  program_needed(command[0]);
  net_fixture *net = net_create();
  net->peer_handlers = &echo_handlers;
  net_listen(net, kind, NULL);
  (void)snprintf(port, sizeof port, "%u", (unsigned)net->port);
  (void)snprintf(target, sizeof target, format, kind == NET_PATH ? net->path : port);
  for (; command[count]; count++) arguments[count] = command[count];
  arguments[count] = target;
  program peer = program_start(arguments, false);
  program_say(&peer, "hello", 5);
  net_run_until(net, net_peer_closed);
  assert_int_equal(program_output(&peer, answer, sizeof answer), 5);
  assert_memory_equal(answer, "hello", 5);
  program_end(&peer);
  net_expect(command[0], &net->peers[0].log, "close(0)");
  net_free(net);
}

static const char *const socat[] = {"socat", "-t", "10", "STDIO", NULL};

/* GEN-12, GEN-09: nothing but the program's bytes goes over a TCP connection. */
static void socat_over_tcp_gets_its_bytes_back(void **state) {
  (void)state;
  talk_to(NET_IPV4, socat, "TCP4:127.0.0.1:%s");
}

/* GEN-12, GEN-09: nor over a Unix socket. */
static void socat_over_a_path_gets_its_bytes_back(void **state) {
  (void)state;
  talk_to(NET_PATH, socat, "UNIX-CONNECT:%s");
}

/* GEN-12, GEN-09: the same with netcat. */
static void netcat_over_tcp_gets_its_bytes_back(void **state) {
  const char *const netcat[] = {"nc", "-q", "1", "127.0.0.1", NULL};
  (void)state;
  talk_to(NET_IPV4, netcat, "%s");
}

/* GEN-12, GEN-09: and on a path. */
static void netcat_over_a_path_gets_its_bytes_back(void **state) {
  const char *const netcat[] = {"nc", "-q", "1", "-U", NULL};
  (void)state;
  talk_to(NET_PATH, netcat, "%s");
}

/* The server is socat with `cat` behind it; it says where it listens when it does. */
static void talk_to_a_server(net_kind kind) {
  char address[256], line[512], rest[4096];
  program_needed("socat");
  net_fixture *net = net_create();
  (void)snprintf(address, sizeof address,
                 kind == NET_PATH ? "UNIX-LISTEN:%s" : "TCP4-LISTEN:0,bind=127.0.0.1", net->path);
  const char *const server[] = {"socat", "-d", "-d", "-t", "10", address, "EXEC:cat", NULL};
  program peer = program_start(server, true);
  do program_line(&peer, line, sizeof line);
  while (!strstr(line, "listening on"));
  if (kind != NET_PATH) net->port = (uint16_t)strtoul(strrchr(line, ':') + 1, NULL, 10);
  net_connect(net, kind, NULL, &net->client);
  (void)net_write(&net->client, 0, MANY, "w");
  net_run_until(net, client_has_many);
  assert_int_equal(net->tags[0].error, WEIR_OK);
  (void)net_finish(&net->client, NULL);
  net_run_until(net, net_client_closed);
  assert_int_equal(net->client.received, MANY);
  assert_false(net->client.garbled);
  assert_true(net_was_told(&net->client.log, "end"));
  assert_true(net_was_told(&net->client.log, "close(0)"));
  (void)program_output(&peer, rest, sizeof rest);
  program_end(&peer);
  net_free(net);
}

/* GEN-12: a program of another kind as the server. */
static void socat_as_a_tcp_server_sends_its_bytes_back(void **state) {
  (void)state;
  talk_to_a_server(NET_IPV4);
}

/* GEN-12: the same on a path. */
static void socat_as_a_server_on_a_path_sends_its_bytes_back(void **state) {
  (void)state;
  talk_to_a_server(NET_PATH);
}

/* How far the blank line behind the head of a request has been seen. */
static size_t blank_line(const uint8_t *data, size_t length, size_t seen) {
  static const char blank[] = "\r\n\r\n";
  for (size_t i = 0; i < length && seen < 4; i++) {
    if (data[i] == (uint8_t)blank[seen])
      seen++;
    else
      seen = data[i] == '\r';
  }
  return seen;
}

/* An answer of HTTP/1.0, which ends with the connection. `received` is of the blank line. */
static void answer_request(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  static const char head[] = "HTTP/1.0 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n";
  static uint8_t body[BODY];
  net_end *end = user;
  if (end->received == 4) return;
  end->received = blank_line(data, length, (size_t)end->received);
  if (end->received < 4) return;
  for (size_t i = 0; i < sizeof body; i++) body[i] = net_byte(i);
  (void)weir_socket_write(socket, (const uint8_t *)head, strlen(head), NULL, NULL);
  (void)weir_socket_end(socket, body, sizeof body, NULL, NULL);
}

static const weir_socket_handlers web_handlers = {
    .size = sizeof(weir_socket_handlers), .on_data = answer_request, .on_close = note_close};

/* The body is short enough for a pipe, so that curl does not wait for its reader. */
static void browse(net_kind kind) {
  static uint8_t body[BODY + 1];
  char url[64];
  program_needed("curl");
  net_fixture *net = net_create();
  net->peer_handlers = &web_handlers;
  net_listen(net, kind, NULL);
  (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/", (unsigned)net->port);
  const char *const over_tcp[] = {"curl", "-q", "-sS", "--http1.0", "--noproxy", "*", url, NULL};
  const char *const over_path[] = {"curl",
                                   "-q",
                                   "-sS",
                                   "--http1.0",
                                   "--noproxy",
                                   "*",
                                   "--unix-socket",
                                   net->path,
                                   "http://localhost/",
                                   NULL};
  program peer = program_start(kind == NET_PATH ? over_path : over_tcp, false);
  net_run_until(net, net_peer_closed);
  assert_int_equal(program_output(&peer, body, sizeof body), BODY);
  for (size_t i = 0; i < BODY; i++) assert_int_equal(body[i], net_byte(i));
  program_end(&peer);
  net_expect("curl", &net->peers[0].log, "close(0)");
  net_free(net);
}

/* GEN-12, STR-24: a protocol whose answer ends with the connection. */
static void curl_over_tcp_gets_its_answer(void **state) {
  (void)state;
  browse(NET_IPV4);
}

/* GEN-12, STR-24: the same on a path. */
static void curl_over_a_path_gets_its_answer(void **state) {
  (void)state;
  browse(NET_PATH);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(socat_over_tcp_gets_its_bytes_back),
      cmocka_unit_test(socat_over_a_path_gets_its_bytes_back),
      cmocka_unit_test(netcat_over_tcp_gets_its_bytes_back),
      cmocka_unit_test(netcat_over_a_path_gets_its_bytes_back),
      cmocka_unit_test(socat_as_a_tcp_server_sends_its_bytes_back),
      cmocka_unit_test(socat_as_a_server_on_a_path_sends_its_bytes_back),
      cmocka_unit_test(curl_over_tcp_gets_its_answer),
      cmocka_unit_test(curl_over_a_path_gets_its_answer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
