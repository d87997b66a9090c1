/* Two sockets and their server; what they say to each other is the test's business. */
#include "tests/support/connection.h"

static void accepted(weir_server *server, weir_socket *socket, void *user) {
  connection *c = user;
  c->peer = socket;
  (void)weir_socket_set_handlers(socket, c->peer_handlers, c->user);
  if (!c->keep_server) (void)weir_server_close(server, NULL, NULL);
}

static const weir_server_handlers server_handlers = {.size = sizeof server_handlers,
                                                     .on_connection = accepted};

weir_err connection_start(connection *c, weir_loop *loop, const weir_socket_handlers *client,
                          const weir_socket_handlers *peer, void *user) {
  weir_listen_options listen = WEIR_LISTEN_OPTIONS_INIT;
  weir_connect_options connect = WEIR_CONNECT_OPTIONS_INIT;
  connect.host = "127.0.0.1";
  weir_address address;
  c->client = c->peer = NULL;
  c->peer_handlers = peer;
  c->user = user;
  weir_err err = weir_create_server(loop, NULL, &server_handlers, c, &c->server);
  if (err != WEIR_OK) return err;
  listen.host = "127.0.0.1";
  listen.port = 0;
  err = weir_server_listen(c->server, &listen, NULL, NULL);
  if (err == WEIR_OK) err = weir_server_address(c->server, &address);
  if (err != WEIR_OK) return err;
  connect.port = address.port;
  return weir_connect(loop, NULL, &connect, client, user, &c->client);
}
