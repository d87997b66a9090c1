/* Named pipes: their names, who may take one, how clients wait for an instance, and how an end
 * reaches the other side. The peers are plain calls of Windows where two of weir's would not show
 * it. */
#include "conformance/clause.h"
#include "tests/net/pipe_peer.h"

#include "weir/iocp.h"

#include <aclapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

enum { MANY = 500, MANY_MS = 90000, BIG = 1000000 };

static void listen_at(net_fixture *net, const char *path) {
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  options.path = path;
  assert_int_equal(weir_server_listen(net->server.server, &options, NULL, NULL), WEIR_OK);
}

static void connect_to(net_fixture *net, const char *path, net_end *end) {
  weir_connect_options options = WEIR_CONNECT_OPTIONS_INIT;
  options.path = path;
  *end = (net_end){.net = net};
  assert_int_equal(weir_connect(net->loop, NULL, &options, &net_handlers, end, &end->socket),
                   WEIR_OK);
}

static bool client_ready(const net_fixture *net) {
  return net_was_told(&net->client.log, "ready");
}

static bool server_told(const net_fixture *net) {
  return net->server.log.length > 0;
}

static bool peer_there(const net_fixture *net) {
  return net->peer_count > 0;
}

static bool both_there(const net_fixture *net) {
  return client_ready(net) && peer_there(net);
}

static bool peer_ended(const net_fixture *net) {
  return net_was_told(&net->peers[0].log, "end");
}

/* What is no pipe's name makes nothing and reaches nothing, be it a file's. */
static void a_path_is_a_pipes_name(void **state) {
  net_fixture *net = *state;
  static const char *const bad[] = {"C:\\weir",
                                    "/tmp/weir",
                                    "weir",
                                    "\\\\.\\pipe\\",
                                    "\\\\?\\pipe\\",
                                    "\\\\.\\mailslot\\weir",
                                    "\\\\.\\pipeline\\a",
                                    "\\\\server\\pipe\\weir",
                                    "\\.\\pipe\\weir"};
  CLAUSES("IPC-20") {
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
      char told[200];
      net->server.log.length = net->client.log.length = 0;
      listen_at(net, bad[i]);
      net_run_until(net, server_told);
      assert_int_equal(net->server.error, WEIR_EACCES);
      (void)snprintf(told, sizeof told, "listen EACCES: permission denied %s", bad[i]);
      assert_string_equal(net->server.message, told);
      connect_to(net, bad[i], &net->client);
      net_run_until(net, net_client_closed);
      net_expect(bad[i], &net->client.log, "error(ENOENT) close(1)");
      (void)snprintf(told, sizeof told, "connect ENOENT %s", bad[i]);
      assert_string_equal(net->client.message, told);
    }
  }
  connect_to(net, "\\\\.\\pipe\\weir-nobody-has-this", &net->client);
  net_run_until(net, net_client_closed);
  net_expect("nobody", &net->client.log, "error(ENOENT) close(1)");
}

static void serve_once(net_fixture *net, const char *path) {
  net->peer_count = 0;
  memset(net->peers, 0, sizeof net->peers[0]);
  listen_at(net, path);
  connect_to(net, path, &net->client);
  net_run_until(net, both_there);
  assert_string_equal(weir_server_path(net->server.server, NULL), path);
  assert_int_equal(net_finish(&net->client, NULL), WEIR_OK);
  net_run_until(net, net_both_closed);
  net_stop_listening(net);
  net_settle(net);
}

/* With both prefixes, and with anything behind them; what looks like a folder is none. */
static void any_characters_make_a_name(void **state) {
  net_fixture *net = *state;
  static const char *const behind[] = {
      "plain", "with blanks ", "a:b*c|d<e>f\"g", "dots...", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\x8a",
      "%s%n"};
  static const char *const prefixes[] = {"\\\\.\\pipe\\", "\\\\?\\pipe\\"};
  char path[200];
  CLAUSES("IPC-21", "GEN-02") {
    for (size_t i = 0; i < COUNT_OF(behind) * 2; i++) {
      (void)snprintf(path, sizeof path, "%sweir-%lu-%s", prefixes[i % 2], GetCurrentProcessId(),
                     behind[i / 2]);
      serve_once(net, path);
    }
  }
  CLAUSES("IPC-22") {
    for (size_t i = 0; i < 2; i++) {
      (void)snprintf(path, sizeof path, "%sweir-%lu\\b\\c", prefixes[i], GetCurrentProcessId());
      serve_once(net, path);
      path[strlen(path) - 4] = '\0';
      assert_ptr_equal(pipe_peer_open(path), INVALID_HANDLE_VALUE);
    }
  }
}

/* The name is there as long as one end is, and then at once free. */
static void a_pipe_goes_with_its_last_handle(void **state) {
  net_fixture *net = *state;
  CLAUSES("IPC-23") {
    pipe_peer_name(net, "");
    assert_int_equal(GetFileAttributesA(net->path), INVALID_FILE_ATTRIBUTES);
    listen_at(net, net->path);
    HANDLE client = pipe_peer_open(net->path);
    assert_ptr_not_equal(client, INVALID_HANDLE_VALUE);
    net_run_until(net, peer_there);
    net_stop_listening(net);
    weir_socket_destroy(net->peers[0].socket, NULL);
    (void)CloseHandle(client);
    net_run_until(net, net_peer_closed);
    assert_ptr_equal(pipe_peer_open(net->path), INVALID_HANDLE_VALUE);
    assert_int_equal(GetLastError(), ERROR_FILE_NOT_FOUND);
    serve_once(net, net->path);
  }
}

/* A server that has closed leaves its name to its connections; nobody else gets it meanwhile. */
static void a_name_stays_while_connections_live(void **state) {
  net_fixture *net = *state;
  CLAUSES("IPC-23") {
    pipe_peer_name(net, "");
    listen_at(net, net->path);
    HANDLE client = pipe_peer_open(net->path);
    net_run_until(net, peer_there);
    net_stop_listening(net);
    net->server.log.length = 0;
    listen_at(net, net->path);
    net_run_until(net, server_told);
    assert_int_equal(net->server.error, WEIR_EADDRINUSE);
    connect_to(net, net->path, &net->client);
    net_settle(net);
    net_expect("waits", &net->client.log, "");
    weir_socket_destroy(net->peers[0].socket, NULL);
    (void)CloseHandle(client);
    net_run_until(net, net_client_closed);
    net_expect("all is gone", &net->client.log, "error(ENOENT) close(1)");
    serve_once(net, net->path);
  }
}

static void the_pipes_of_a_process_that_ends_are_gone(void **state) {
  net_fixture *net = *state;
  char line[32];
  CLAUSES("IPC-24") {
    pipe_peer_name(net, "");
    pipe_program started = pipe_program_start("serve", net->path);
    pipe_program_line(&started, line, sizeof line);
    assert_string_equal(line, "ready");
    HANDLE client = pipe_peer_open(net->path);
    assert_ptr_not_equal(client, INVALID_HANDLE_VALUE);
    pipe_program_kill(&started);
    (void)CloseHandle(client);
    serve_once(net, net->path);
  }
}

/* Another server of this process, of another process by weir, and by plain calls. */
static void a_name_that_is_taken_stays_whose_it_is(void **state) {
  net_fixture *net = *state;
  static const char *const others[] = {"serve", "hold"};
  char told[200], line[32];
  for (size_t i = 0; i <= COUNT_OF(others); i++) {
    net_server second;
    pipe_program started = {NULL, NULL};
    pipe_peer_name(net, "");
    if (i < COUNT_OF(others)) {
      started = pipe_program_start(others[i], net->path);
      pipe_program_line(&started, line, sizeof line);
      assert_string_equal(line, "ready");
    } else {
      net_make_server(net, &second);
      weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
      options.path = net->path;
      assert_int_equal(weir_server_listen(second.server, &options, NULL, NULL), WEIR_OK);
    }
    net->server.log.length = 0;
    listen_at(net, net->path);
    net_run_until(net, server_told);
    assert_int_equal(net->server.error, WEIR_EADDRINUSE);
    (void)snprintf(told, sizeof told, "listen EADDRINUSE: address already in use %s", net->path);
    assert_string_equal(net->server.message, told);
    if (started.process != NULL)
      pipe_program_kill(&started);
    else
      weir_server_free(second.server);
  }
}

static void descriptors_are_not_listened_on(void **state) {
  net_fixture *net = *state;
  CLAUSES("LSN-16") {
    weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
    options.fd = 3;
    assert_int_equal(weir_server_listen(net->server.server, &options, NULL, NULL), WEIR_OK);
    net_run_until(net, server_told);
    assert_int_equal(net->server.error, WEIR_ENOTSUP);
    assert_false(weir_server_listening(net->server.server));
  }
}

/* What a completion port has once is nobody else's. */
static void descriptors_stay_where_they_are(void **state) {
  net_fixture *net = *state;
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  weir_socket *socket;
  intptr_t fd;
  pipe_peer_name(net, "");
  listen_at(net, net->path);
  connect_to(net, net->path, &net->client);
  net_run_until(net, both_there);
  options.fd = weir_socket_fd(net->client.socket);
  assert_true(options.fd != -1);
  assert_int_equal(weir_socket_create(net->loop, &options, NULL, NULL, &socket), WEIR_EINVAL);
  assert_int_equal(weir_socket_detach(net->client.socket, &fd), WEIR_ENOTSUP);
  assert_int_equal(weir_socket_write_fd(net->client.socket, options.fd, "x", 1, NULL, NULL),
                   WEIR_ENOTSUP);
  assert_int_equal(net_write(&net->client, 0, 1, "w"), WEIR_OK);
  net_settle(net);
  net_expect("works", &net->peers[0].log, "data(1)");
}

/* What everybody may do to a pipe, by its list of rights. */
static DWORD rights_of_everybody(HANDLE pipe) {
  SID_IDENTIFIER_AUTHORITY world = SECURITY_WORLD_SID_AUTHORITY;
  PSECURITY_DESCRIPTOR descriptor;
  PSID everybody;
  PACL list;
  DWORD rights = 0;
  assert_int_equal(GetSecurityInfo(pipe, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL,
                                   &list, NULL, &descriptor),
                   ERROR_SUCCESS);
  assert_non_null(list); /* None would let everybody do everything. */
  assert_true(
      AllocateAndInitializeSid(&world, 1, SECURITY_WORLD_RID, 0, 0, 0, 0, 0, 0, 0, &everybody));
  for (DWORD i = 0; i < list->AceCount; i++) {
    ACCESS_ALLOWED_ACE *entry;
    assert_true(GetAce(list, i, (void **)&entry));
    if (entry->Header.AceType == ACCESS_ALLOWED_ACE_TYPE && EqualSid(everybody, &entry->SidStart))
      rights |= entry->Mask;
  }
  (void)FreeSid(everybody);
  (void)LocalFree(descriptor);
  return rights;
}

static void everybody_may_do_what_was_asked_for(void **state) {
  net_fixture *net = *state;
  CLAUSES("LSN-31") {
    for (unsigned i = 0; i < 4; i++) {
      weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
      pipe_peer_name(net, "");
      options.path = net->path;
      options.readable_all = (i & 1) != 0;
      options.writable_all = (i & 2) != 0;
      assert_int_equal(weir_server_listen(net->server.server, &options, NULL, NULL), WEIR_OK);
      HANDLE client = CreateFileA(net->path, GENERIC_READ | GENERIC_WRITE | READ_CONTROL, 0, NULL,
                                  OPEN_EXISTING, 0, NULL);
      assert_ptr_not_equal(client, INVALID_HANDLE_VALUE);
      DWORD rights = rights_of_everybody(client);
      assert_int_equal((rights & FILE_READ_DATA) != 0, options.readable_all);
      assert_int_equal((rights & FILE_WRITE_DATA) != 0, options.writable_all);
      /* Who may make an instance may pose as the server. */
      assert_int_equal(rights & FILE_CREATE_PIPE_INSTANCE, 0);
      (void)CloseHandle(client);
      net_stop_listening(net);
      net_settle(net);
    }
  }
}

static weir_err told_at_finish;

static void ask_at_finish(weir_socket *socket, void *user) {
  weir_peer_credentials who = WEIR_PEER_CREDENTIALS_INIT;
  told_at_finish = weir_socket_peer_credentials(socket, &who);
  net_handlers.on_finish(socket, user);
}

static void the_peers_process_is_told(void **state) {
  net_fixture *net = *state;
  weir_peer_credentials who = WEIR_PEER_CREDENTIALS_INIT;
  weir_socket_handlers handlers = net_handlers;
  weir_connect_options options = WEIR_CONNECT_OPTIONS_INIT;
  pipe_peer_name(net, "");
  listen_at(net, net->path);
  options.path = net->path;
  handlers.on_finish = ask_at_finish;
  net->client = (net_end){.net = net};
  assert_int_equal(
      weir_connect(net->loop, NULL, &options, &handlers, &net->client, &net->client.socket),
      WEIR_OK);
  net_run_until(net, both_there);
  assert_int_equal(weir_socket_peer_credentials(net->client.socket, &who), WEIR_OK);
  assert_int_equal(who.process_id, GetCurrentProcessId());
  assert_int_equal(who.user_id, UINT32_MAX);
  assert_int_equal(who.group_id, UINT32_MAX);
  assert_int_equal(weir_socket_peer_credentials(net->peers[0].socket, &who), WEIR_OK);
  assert_int_equal(who.process_id, GetCurrentProcessId());
  /* What ends a pipe has closed it already. */
  told_at_finish = WEIR_OK;
  assert_int_equal(weir_socket_end(net->client.socket, NULL, 0, NULL, NULL), WEIR_OK);
  net_run_until(net, net_client_closed);
  assert_int_equal(told_at_finish, WEIR_ENOTCONN);
}

/* A client that finds all instances taken tries again, until there is one or nobody serves. */
static void a_client_waits_for_an_instance(void **state) {
  net_fixture *net = *state;
  net_end second;
  pipe_peer_name(net, "");
  HANDLE servers[2] = {pipe_peer_create(net->path, 2), NULL};
  HANDLE first = pipe_peer_open(net->path);
  assert_ptr_not_equal(first, INVALID_HANDLE_VALUE);
  connect_to(net, net->path, &net->client);
  net_settle(net);
  net_expect("waits", &net->client.log, "");
  servers[1] = pipe_peer_create(net->path, 2);
  net_run_until(net, client_ready);
  connect_to(net, net->path, &second);
  net_settle(net);
  net_expect("waits", &second.log, "");
  (void)CloseHandle(servers[0]);
  (void)CloseHandle(servers[1]);
  (void)CloseHandle(first);
  net_run(net);
  net_expect("the server is gone", &second.log, "error(ENOENT) close(1)");
  net_expect("the one who was there", &net->client.log, "connect ready end finish close(0)");
}

static void a_client_that_waits_can_be_destroyed(void **state) {
  net_fixture *net = *state;
  pipe_peer_name(net, "");
  HANDLE server = pipe_peer_create(net->path, 1);
  HANDLE first = pipe_peer_open(net->path);
  connect_to(net, net->path, &net->client);
  net_settle(net);
  weir_socket_destroy(net->client.socket, NULL);
  net_run(net);
  net_expect("destroyed", &net->client.log, "close(0)");
  (void)CloseHandle(first);
  (void)CloseHandle(server);
}

static unsigned arrived;

static void on_ready(weir_socket *socket, void *user) {
  (void)user;
  arrived++;
  (void)weir_socket_end(socket, NULL, 0, NULL, NULL);
}

static void on_failed(weir_socket *socket, const weir_error *error, void *user) {
  (void)socket;
  (void)user;
  print_error("A client of many failed: %s\n", weir_err_name(error->code));
}

static const weir_socket_handlers many_handlers = {
    .size = sizeof(weir_socket_handlers), .on_ready = on_ready, .on_error = on_failed};

static void on_one(weir_server *server, weir_socket *socket, void *user) {
  unsigned *taken = user;
  (void)socket;
  if (++*taken == MANY) (void)weir_server_close(server, NULL, NULL);
}

static const weir_server_handlers taking = {.size = sizeof(weir_server_handlers),
                                            .on_connection = on_one};

/* As long as it takes on a machine that has other things to do. */
static void run_patiently(net_fixture *net) {
  weir_timer_start(net->base.watchdog, MANY_MS, 0);
  assert_int_equal(weir_loop_run(net->loop, WEIR_RUN_DEFAULT), WEIR_OK);
  weir_timer_stop(net->base.watchdog);
  assert_false(net->base.timed_out);
}

static void many_clients_come_through_one_instance(void **state) {
  (void)state;
  weir_iocp_options one = WEIR_IOCP_OPTIONS_INIT;
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  weir_listen_options listen = WEIR_LISTEN_OPTIONS_INIT;
  weir_connect_options connect = WEIR_CONNECT_OPTIONS_INIT;
  unsigned taken = 0;
  weir_server *server;
  one.pending_instances = 1;
  options.backend_options = &one;
  net_fixture *net = net_create_with(&options);
  pipe_peer_name(net, "");
  connect.path = listen.path = net->path;
  assert_int_equal(weir_create_server(net->loop, NULL, &taking, &taken, &server), WEIR_OK);
  assert_int_equal(weir_server_listen(server, &listen, NULL, NULL), WEIR_OK);
  arrived = 0;
  for (unsigned i = 0; i < MANY; i++) {
    weir_socket *client;
    assert_int_equal(weir_connect(net->loop, NULL, &connect, &many_handlers, NULL, &client),
                     WEIR_OK);
  }
  run_patiently(net);
  assert_int_equal(taken, MANY);
  assert_int_equal(arrived, MANY);
  weir_server_free(server);
  net_free(net);
}

/* What is queued for a client that goes is lost, and told. */
static void a_client_vanishes_while_bytes_are_queued(void **state) {
  net_fixture *net = *state;
  pipe_peer_name(net, "");
  listen_at(net, net->path);
  HANDLE client = pipe_peer_open(net->path);
  net_run_until(net, peer_there);
  assert_int_equal(net_write(&net->peers[0], 0, BIG, "w1"), WEIR_WAIT_DRAIN);
  assert_int_equal(net_write(&net->peers[0], BIG, BIG, "w2"), WEIR_WAIT_DRAIN);
  net_settle(net);
  net_expect("queued", &net->peers[0].log, "");
  (void)CloseHandle(client);
  net_run_until(net, net_peer_closed);
  assert_true(net_was_told(&net->peers[0].log, "w1:EPIPE"));
  assert_true(net_was_told(&net->peers[0].log, "w2:EPIPE"));
  assert_true(net_was_told(&net->peers[0].log, "error(EPIPE)"));
  assert_true(net_was_told(&net->peers[0].log, "close(1)"));
}

/* Nothing is lost if the reader comes late: the end waits for the bytes, and no thread does. */
static void end_delivers_every_byte(void **state) {
  net_fixture *net = *state;
  static char read[65536];
  size_t total = 0, length;
  pipe_peer_name(net, "");
  listen_at(net, net->path);
  HANDLE client = pipe_peer_open(net->path);
  net_run_until(net, peer_there);
  assert_int_equal(net_write(&net->peers[0], 0, 300000, "w"), WEIR_WAIT_DRAIN);
  assert_int_equal(net_finish(&net->peers[0], "e"), WEIR_OK);
  net_settle(net);
  net_expect("nobody reads", &net->peers[0].log, "");
  while (total < 300000) {
    DWORD there = 0;
    assert_true(PeekNamedPipe(client, NULL, 0, NULL, &there, NULL));
    if (there > 0) {
      length = pipe_peer_read(client, read, sizeof read);
      for (size_t i = 0; i < length; i++) assert_int_equal((uint8_t)read[i], net_byte(total + i));
      total += length;
    }
    assert_int_equal(weir_loop_run(net->loop, WEIR_RUN_NOWAIT), WEIR_OK);
  }
  net_run_until(net, net_peer_closed);
  assert_int_equal(pipe_peer_read(client, read, sizeof read), 0);
  net_expect("all told", &net->peers[0].log, "w e finish end close(0)");
  (void)CloseHandle(client);
}

static void destroy_ends_an_end_that_waits(void **state) {
  net_fixture *net = *state;
  pipe_peer_name(net, "");
  listen_at(net, net->path);
  HANDLE client = pipe_peer_open(net->path);
  net_run_until(net, peer_there);
  assert_int_equal(net_write(&net->peers[0], 0, BIG, "w"), WEIR_WAIT_DRAIN);
  assert_int_equal(net_finish(&net->peers[0], "e"), WEIR_OK);
  net_settle(net);
  weir_socket_destroy(net->peers[0].socket, NULL);
  net_run_until(net, net_peer_closed);
  net_expect("destroyed", &net->peers[0].log, "w:ECANCELED e:ERR_STREAM_DESTROYED close(0)");
  (void)CloseHandle(client);
}

static void answer(net_end *end) {
  (void)net_write(end, 0, 100000, NULL);
  (void)net_finish(end, NULL);
}

static void open_half_closing(net_fixture *net, bool server, bool client) {
  weir_listen_options listen = WEIR_LISTEN_OPTIONS_INIT;
  weir_connect_options connect = WEIR_CONNECT_OPTIONS_INIT;
  weir_server_options both = WEIR_SERVER_OPTIONS_INIT;
  weir_socket_options open = WEIR_SOCKET_OPTIONS_INIT;
  both.allow_half_open = open.allow_half_open = true;
  assert_int_equal(
      weir_create_server(net->loop, &both, &net_server_handlers, &net->server, &net->server.server),
      WEIR_OK);
  pipe_peer_name(net, "");
  listen.path = connect.path = net->path;
  listen.pipe_half_close = server;
  connect.pipe_half_close = client;
  assert_int_equal(weir_server_listen(net->server.server, &listen, NULL, NULL), WEIR_OK);
  assert_int_equal(
      weir_connect(net->loop, &open, &connect, &net_handlers, &net->client, &net->client.socket),
      WEIR_OK);
}

/* An end that leaves the other direction open, by option of both ends. */
static void a_direction_can_end_by_itself(void **state) {
  (void)state;
  net_fixture *net = net_create();
  open_half_closing(net, true, true);
  net_run_until(net, both_there);
  net->peers[0].at = "end";
  net->peers[0].act = answer;
  assert_int_equal(net_write(&net->client, 0, 150000, "w"), WEIR_WAIT_DRAIN);
  assert_int_equal(net_finish(&net->client, "e"), WEIR_OK);
  net_run_until(net, net_both_closed);
  assert_int_equal(net->peers[0].received, 150000);
  assert_int_equal(net->client.received, 100000);
  assert_false(net->client.garbled || net->peers[0].garbled);
  net_expect("client", &net->client.log, "connect ready w e finish data(100000) end close(0)");
  net_free(net);
}

/* Without it an end is the end of both directions, and the other side learns that by its end. */
static void otherwise_both_directions_end(void **state) {
  net_fixture *net = *state;
  pipe_peer_name(net, "");
  listen_at(net, net->path);
  connect_to(net, net->path, &net->client);
  net_run_until(net, both_there);
  assert_int_equal(net_write(&net->client, 0, 10, "w"), WEIR_OK);
  assert_int_equal(net_finish(&net->client, "e"), WEIR_OK);
  net_run_until(net, net_both_closed);
  net_expect("client", &net->client.log, "connect ready w e finish end close(0)");
  assert_true(peer_ended(net));
  assert_int_equal(net->peers[0].received, 10);
}

static void both_ends_must_say_so(void **state) {
  (void)state;
  net_fixture *net = net_create();
  open_half_closing(net, false, true);
  net_run_until(net, net_client_closed);
  net_expect("client", &net->client.log, "error(EPROTOTYPE) close(1)");
  net_free(net);
}

static void options_are_checked(void **state) {
  (void)state;
  static const weir_iocp_options bad[] = {{sizeof(weir_iocp_options), 0, 4},
                                          {sizeof(weir_iocp_options), 257, 4},
                                          {sizeof(weir_iocp_options), 16, 0},
                                          {sizeof(weir_iocp_options), 16, 65}};
  for (size_t i = 0; i < COUNT_OF(bad); i++) {
    weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
    weir_loop *loop;
    options.backend = "iocp";
    options.backend_options = &bad[i];
    assert_int_equal(weir_loop_create(&options, &loop), WEIR_ERR_OUT_OF_RANGE);
  }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, net_setup_server, net_teardown)
  const struct CMUnitTest tests[] = {
      TEST(a_path_is_a_pipes_name),
      TEST(any_characters_make_a_name),
      TEST(a_pipe_goes_with_its_last_handle),
      TEST(a_name_stays_while_connections_live),
      TEST(the_pipes_of_a_process_that_ends_are_gone),
      TEST(a_name_that_is_taken_stays_whose_it_is),
      TEST(descriptors_are_not_listened_on),
      TEST(descriptors_stay_where_they_are),
      TEST(everybody_may_do_what_was_asked_for),
      TEST(the_peers_process_is_told),
      TEST(a_client_waits_for_an_instance),
      TEST(a_client_that_waits_can_be_destroyed),
      cmocka_unit_test(many_clients_come_through_one_instance),
      TEST(a_client_vanishes_while_bytes_are_queued),
      TEST(end_delivers_every_byte),
      TEST(destroy_ends_an_end_that_waits),
      cmocka_unit_test(a_direction_can_end_by_itself),
      TEST(otherwise_both_directions_end),
      cmocka_unit_test(both_ends_must_say_so),
      cmocka_unit_test(options_are_checked),
  };
  return cmocka_run_group_tests_name("named pipes", tests, NULL, NULL);
}
