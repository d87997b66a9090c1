/* Node itself as the peer, as client and as server: every byte of an echo, an end from one side
 * while the other still sends, a reset from either side. */
#include "tests/net/program.h"
#include "tests/net/raw_peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 100000 };

/* What happens on a connection with Node. */
typedef struct meeting {
  const char *conversation; /* What Node does; see node_peer.js. */
  bool echoes;              /* weir sends back what comes. */
  bool half_open;           /* allow_half_open. */
  bool only_tcp;            /* Unix sockets know no reset. */
  const char *at;           /* When weir does something: an event, or NULL: at the beginning... */
  net_act act;              /* ...and what. */
  const char *log;          /* What weir is told, from the open connection on. */
  const char *printed;      /* What Node was told. */
} meeting;

/* As net_handlers, but how often there was a 'drain' is the system's affair. */
static weir_socket_handlers plain_handlers;
static weir_socket_handlers echo_handlers;

static void echo_back(weir_socket *socket, const uint8_t *data, size_t length, void *user) {
  (void)weir_socket_write(socket, data, length, NULL, NULL);
  net_handlers.on_data(socket, data, length, user);
}

static int fill_handlers(void **state) {
  (void)state;
  plain_handlers = net_handlers;
  plain_handlers.on_drain = NULL;
  echo_handlers = plain_handlers;
  echo_handlers.on_data = echo_back;
  return 0;
}

static void finish(net_end *end) {
  (void)net_finish(end, NULL);
}

static void send_and_finish(net_end *end) {
  (void)net_write(end, 0, MANY, NULL);
  (void)net_finish(end, NULL);
}

static void finish_when_all_is_back(net_end *end) {
  if (end->received == MANY) {
    (void)net_finish(end, NULL);
    return;
  }
  end->at = "data";
}

static void send_and_await(net_end *end) {
  end->at = "data";
  end->act = finish_when_all_is_back;
  (void)net_write(end, 0, MANY, NULL);
}

static void send_a_byte(net_end *end) {
  (void)net_write(end, 0, 1, NULL);
}

static void reset(net_end *end) {
  (void)weir_socket_reset_and_destroy(end->socket);
}

static void act_on_first_peer(net_server *server) {
  net_end *end = &server->net->peers[0];
  net_act act = end->act;
  end->act = NULL;
  act(end);
}

static program start_node(const char *role, const char *target, const meeting *what) {
  const char *const arguments[] = {"node", WEIR_NODE_PEER, role, target, what->conversation, NULL};
  return program_start(arguments, false);
}

static void expect_meeting(const meeting *what, const net_end *end, const char *log,
                           program *node) {
  char printed[128];
  net_expect(what->conversation, &end->log, log);
  assert_false(end->garbled);
  program_line(node, printed, sizeof printed);
  assert_string_equal(printed, what->printed);
  assert_int_equal(program_output(node, printed, sizeof printed), 0);
  program_end(node);
}

static void meet_as_server(net_kind kind, const meeting *what) {
  char port[16];
  weir_server_options options = WEIR_SERVER_OPTIONS_INIT;
  net_fixture *net = net_create();
  options.allow_half_open = what->half_open;
  net->peer_handlers = what->echoes ? &echo_handlers : &plain_handlers;
  net->peers[0].at = what->at;
  net->peers[0].act = what->act;
  if (what->act && !what->at) {
    net->server.at = "connection";
    net->server.act = act_on_first_peer;
  }
  net_listen(net, kind, &options);
  (void)snprintf(port, sizeof port, "%u", (unsigned)net->port);
  program node = start_node("client", kind == NET_PATH ? net->path : port, what);
  net_run_until(net, net_peer_closed);
  expect_meeting(what, &net->peers[0], what->log, &node);
  net_free(net);
}

static void meet_as_client(net_kind kind, const meeting *what) {
  char line[256], log[256];
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  net_fixture *net = net_create();
  program node = start_node("server", kind == NET_PATH ? net->path : "0", what);
  program_line(&node, line, sizeof line);
  if (kind != NET_PATH) net->port = (uint16_t)strtoul(line, NULL, 10);
  weir_connect_options target = net_target(net, kind);
  options.allow_half_open = what->half_open;
  net->client.at = what->at ? what->at : "ready";
  net->client.act = what->act;
  if (!what->act) net->client.at = NULL;
  assert_int_equal(weir_connect(net->loop, &options, &target,
                                what->echoes ? &echo_handlers : &plain_handlers, &net->client,
                                &net->client.socket),
                   WEIR_OK);
  net_run_until(net, net_client_closed);
  (void)snprintf(log, sizeof log, "connect ready %s", what->log);
  expect_meeting(what, &net->client, log, &node);
  net_free(net);
}

static void meet(const meeting *what) {
  program_needed("node");
  for (net_kind kind = NET_IPV4; kind < NET_KINDS; kind++) {
    if (kind == NET_IPV6 || (kind == NET_PATH && what->only_tcp)) continue;
    meet_as_server(kind, what);
    meet_as_client(kind, what);
  }
}

/* GEN-12, SOC-13, SOC-16 */
static void node_gets_every_byte_back(void **state) {
  const meeting what = {.conversation = "send",
                        .echoes = true,
                        .log = "data(100000) end finish close(0)",
                        .printed = "100000 bytes, no wrong one: end"};
  (void)state;
  meet(&what);
}

/* GEN-12, SOC-13, STR-24 */
static void node_sends_every_byte_back(void **state) {
  const meeting what = {.conversation = "echo",
                        .act = send_and_await,
                        .log = "data(100000) finish end close(0)",
                        .printed = "100000 bytes, no wrong one: end"};
  (void)state;
  meet(&what);
}

/* STR-24, STR-30: an end() does not stop what still comes. */
static void node_sends_on_after_the_end_of_this_side(void **state) {
  const meeting what = {.conversation = "answer",
                        .act = finish,
                        .log = "finish data(100000) end close(0)",
                        .printed = "0 bytes, no wrong one: end"};
  (void)state;
  meet(&what);
}

/* SOC-04, SRV-04 */
static void node_is_sent_everything_after_its_end(void **state) {
  const meeting what = {.conversation = "ask",
                        .half_open = true,
                        .at = "end",
                        .act = send_and_finish,
                        .log = "end finish close(0)",
                        .printed = "100000 bytes, no wrong one: end"};
  (void)state;
  meet(&what);
}

/* SOC-19, SOC-20 */
static void a_reset_by_node_is_an_error(void **state) {
  const meeting what = {.conversation = "reset",
                        .only_tcp = true,
                        .act = send_a_byte,
                        .log = "error(ECONNRESET) close(1)",
                        .printed = "1 bytes, no wrong one: nothing"};
  (void)state;
  meet(&what);
}

/* Node is told of a reset as weir is. */
static void a_reset_of_this_side_is_an_error_for_node(void **state) {
  const meeting what = {.conversation = "wait",
                        .only_tcp = true,
                        .at = "data",
                        .act = reset,
                        .log = "data(1) close(0)",
                        .printed = "0 bytes, no wrong one: ECONNRESET"};
  (void)state;
  meet(&what);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(node_gets_every_byte_back),
      cmocka_unit_test(node_sends_every_byte_back),
      cmocka_unit_test(node_sends_on_after_the_end_of_this_side),
      cmocka_unit_test(node_is_sent_everything_after_its_end),
      cmocka_unit_test(a_reset_by_node_is_an_error),
      cmocka_unit_test(a_reset_of_this_side_is_an_error_for_node),
  };
  return cmocka_run_group_tests(tests, fill_handlers, NULL);
}
