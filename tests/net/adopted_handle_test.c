/* Sockets and pipes that a Windows program has become weir's: of every kind, and those that cannot.
 * The other end stays with plain calls. */
#include "conformance/clause.h"
#include "platform/win32/system.h"
#include "tests/net/pipe_peer.h"

#include <string.h>

enum { BYTES = 300000, ROUNDS = 20 };

static net_fixture *net;

static int setup(void **state) {
  (void)state;
  net = net_create();
  return 0;
}

static int teardown(void **state) {
  (void)state;
  net_free(net);
  return 0;
}

static weir_socket_options wrapping(HANDLE object) {
  weir_socket_options options = WEIR_SOCKET_OPTIONS_INIT;
  options.fd = (intptr_t)object;
  return options;
}

static weir_err wrap(HANDLE object) {
  weir_socket_options options = wrapping(object);
  net->client = (net_end){.net = net};
  return weir_socket_create(net->loop, &options, &net_handlers, &net->client, &net->client.socket);
}

/* Two ends of a connection: weir is to have the first. */
typedef struct pair {
  HANDLE ours;
  HANDLE theirs;
} pair;

static SOCKET tcp_socket(void) {
  SOCKET made = WSASocketW(AF_INET, SOCK_STREAM, 0, NULL, 0, WSA_FLAG_OVERLAPPED);
  assert_true(made != INVALID_SOCKET);
  return made;
}

static SOCKET tcp_listener(struct sockaddr_in *address) {
  int size = (int)sizeof *address;
  SOCKET listener = tcp_socket();
  memset(address, 0, sizeof *address);
  address->sin_family = AF_INET;
  address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  assert_int_equal(bind(listener, (struct sockaddr *)address, size), 0);
  assert_int_equal(listen(listener, 1), 0);
  assert_int_equal(getsockname(listener, (struct sockaddr *)address, &size), 0);
  return listener;
}

static pair make_tcp(void) {
  struct sockaddr_in address;
  SOCKET listener = tcp_listener(&address);
  SOCKET ours = tcp_socket();
  assert_int_equal(connect(ours, (struct sockaddr *)&address, (int)sizeof address), 0);
  SOCKET theirs = accept(listener, NULL, NULL);
  assert_true(theirs != INVALID_SOCKET);
  (void)closesocket(listener);
  return (pair){(HANDLE)ours, (HANDLE)theirs};
}

static HANDLE made_pipe(DWORD flags) {
  HANDLE made = CreateNamedPipeA(net->path, PIPE_ACCESS_DUPLEX | flags, PIPE_TYPE_BYTE, 1, 4096,
                                 4096, 0, NULL);
  assert_true(made != INVALID_HANDLE_VALUE);
  return made;
}

static HANDLE opened_pipe(DWORD flags) {
  HANDLE opened =
      CreateFileA(net->path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, flags, NULL);
  assert_true(opened != INVALID_HANDLE_VALUE);
  return opened;
}

static pair make_pipe_client(void) {
  pipe_peer_name(net, "");
  HANDLE theirs = made_pipe(0);
  return (pair){opened_pipe(FILE_FLAG_OVERLAPPED), theirs};
}

static pair make_pipe_server(void) {
  pipe_peer_name(net, "");
  HANDLE ours = made_pipe(FILE_FLAG_OVERLAPPED);
  return (pair){ours, opened_pipe(0)};
}

static pair (*const kinds[])(void) = {make_tcp, make_pipe_client, make_pipe_server};
enum { TCP_KIND, KINDS = 3 };

static void put(unsigned kind, HANDLE peer, const char *bytes, size_t length) {
  if (kind == TCP_KIND)
    assert_int_equal(send((SOCKET)peer, bytes, (int)length, 0), length);
  else
    pipe_peer_write(peer, bytes, length);
}

static size_t get(unsigned kind, HANDLE peer, char *bytes, size_t room) {
  if (kind != TCP_KIND) return pipe_peer_read(peer, bytes, room);
  int length = recv((SOCKET)peer, bytes, (int)room, 0);
  assert_true(length >= 0);
  return (size_t)length;
}

static void drop(unsigned kind, HANDLE peer) {
  if (kind == TCP_KIND)
    (void)closesocket((SOCKET)peer);
  else
    (void)CloseHandle(peer);
}

static bool client_has_bytes(const net_fixture *n) {
  return n->client.received >= 3;
}

/* SOC-03: what had come before is read, and what is written arrives. */
static void talk(unsigned kind) {
  const char sent[] = {(char)net_byte(0), (char)net_byte(1), (char)net_byte(2)};
  char room[16];
  DWORD inherited = HANDLE_FLAG_INHERIT;
  pair ends = kinds[kind]();
  put(kind, ends.theirs, sent, sizeof sent);
  assert_int_equal(wrap(ends.ours), WEIR_OK);
  weir_socket *socket = net->client.socket;
  assert_int_equal(weir_socket_ready_state(socket), WEIR_READY_STATE_OPEN);
  assert_true(weir_socket_fd(socket) == (intptr_t)ends.ours);
  assert_true(GetHandleInformation(ends.ours, &inherited));
  assert_int_equal(inherited & HANDLE_FLAG_INHERIT, 0);
  net_run_until(net, client_has_bytes);
  assert_false(net->client.garbled);
  assert_int_equal(net_write(&net->client, 0, 5, "w"), WEIR_OK);
  assert_int_equal(net_finish(&net->client, "e"), WEIR_OK);
  size_t total = 0, got;
  while (total < 5 && (got = get(kind, ends.theirs, room, sizeof room)) > 0) total += got;
  assert_int_equal(total, 5);
  drop(kind, ends.theirs);
  net_run_until(net, net_client_closed);
  assert_true(net_was_told(&net->client.log, "w"));
  assert_true(net_was_told(&net->client.log, "finish"));
}

static void what_a_program_has_becomes_a_socket(void **state) {
  (void)state;
  CLAUSES("SOC-03", "SOC-08") {
    for (unsigned kind = 0; kind < KINDS; kind++) talk(kind);
  }
}

static void a_wrapped_socket_knows_its_addresses(void **state) {
  (void)state;
  weir_address address;
  pair ends = make_tcp();
  assert_int_equal(wrap(ends.ours), WEIR_OK);
  assert_int_equal(weir_socket_remote_address(net->client.socket, &address), WEIR_OK);
  assert_int_equal(address.family, WEIR_FAMILY_IPV4);
  assert_int_equal(weir_socket_set_no_delay(net->client.socket, true), WEIR_OK);
  drop(TCP_KIND, ends.theirs);
  net_run_until(net, net_client_closed);
}

/* Refused, and as it was: the program can go on with it. */
static void refuse(HANDLE object, weir_err reason) {
  assert_int_equal(wrap(object), reason);
  assert_null(net->client.socket);
}

static void what_is_no_stream_is_refused(void **state) {
  (void)state;
  struct sockaddr_in address;
  HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
  SOCKET listener = tcp_listener(&address);
  SOCKET datagrams = socket(AF_INET, SOCK_DGRAM, 0);
  HANDLE file = CreateFileA("NUL", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  refuse((HANDLE)(intptr_t)-2, WEIR_ERR_OUT_OF_RANGE);
  refuse((HANDLE)(intptr_t)0x7ffffff0, WEIR_EBADF);
  refuse(file, WEIR_ERR_INVALID_FD_TYPE);
  refuse((HANDLE)listener, WEIR_ERR_INVALID_FD_TYPE);
  refuse((HANDLE)datagrams, WEIR_ERR_INVALID_FD_TYPE);
  assert_int_not_equal(wrap(event), WEIR_OK);
  assert_true(SetEvent(event));
  assert_true(CloseHandle(event) && CloseHandle(file));
  assert_int_equal(closesocket(listener) | closesocket(datagrams), 0);
}

static void a_pipe_whose_calls_wait_is_refused(void **state) {
  (void)state;
  char room[4];
  pipe_peer_name(net, "");
  HANDLE made = made_pipe(0), opened = opened_pipe(0);
  refuse(opened, WEIR_EINVAL);
  pipe_peer_write(made, "abc", 3);
  assert_int_equal(pipe_peer_read(opened, room, sizeof room), 3);
  assert_true(CloseHandle(made) && CloseHandle(opened));
}

static void a_handle_is_one_sockets(void **state) {
  (void)state;
  intptr_t out = -1;
  weir_connect_options target = WEIR_CONNECT_OPTIONS_INIT;
  weir_socket *second = NULL;
  pair ends = make_tcp();
  weir_socket_options options = wrapping(ends.ours);
  target.port = 1;
  assert_int_equal(weir_connect(net->loop, &options, &target, &net_handlers, NULL, &second),
                   WEIR_EISCONN);
  assert_null(second);
  assert_int_equal(wrap(ends.ours), WEIR_OK);
  assert_int_equal(weir_socket_create(net->loop, &options, NULL, NULL, &second), WEIR_EINVAL);
  assert_null(second);
  assert_int_equal(weir_socket_detach(net->client.socket, &out), WEIR_ENOTSUP);
  put(TCP_KIND, ends.theirs, "abc", 3);
  net_run_until(net, client_has_bytes);
  drop(TCP_KIND, ends.theirs);
  net_run_until(net, net_client_closed);
}

static net_end other;

static bool other_closed(const net_fixture *n) {
  return other.socket == NULL && n->client.socket == NULL;
}

/* More than the system takes at once, and an end() behind it. */
static void both_ends_of_a_pipe_are_adopted(void **state) {
  (void)state;
  pipe_peer_name(net, "");
  HANDLE made = made_pipe(FILE_FLAG_OVERLAPPED);
  HANDLE opened = opened_pipe(FILE_FLAG_OVERLAPPED);
  weir_socket_options options = wrapping(opened);
  other = (net_end){.net = net};
  assert_int_equal(weir_socket_create(net->loop, &options, &net_handlers, &other, &other.socket),
                   WEIR_OK);
  assert_int_equal(wrap(made), WEIR_OK);
  (void)net_write(&net->client, 0, BYTES, "w");
  assert_int_equal(net_finish(&net->client, "e"), WEIR_OK);
  net_run_until(net, other_closed);
  assert_int_equal(other.received, BYTES);
  assert_false(other.garbled);
  assert_true(net_was_told(&other.log, "end"));
}

static void no_handle_is_kept(void **state) {
  (void)state;
  for (unsigned kind = 0; kind < KINDS; kind++) talk(kind);
  unsigned before = handle_count();
  for (unsigned i = 0; i < ROUNDS; i++)
    for (unsigned kind = 0; kind < KINDS; kind++) talk(kind);
  assert_int_equal(handle_count(), before);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(what_a_program_has_becomes_a_socket),
      TEST(a_wrapped_socket_knows_its_addresses),
      TEST(what_is_no_stream_is_refused),
      TEST(a_pipe_whose_calls_wait_is_refused),
      TEST(a_handle_is_one_sockets),
      TEST(both_ends_of_a_pipe_are_adopted),
      TEST(no_handle_is_kept),
  };
  return cmocka_run_group_tests_name("adopted handle", tests, NULL, NULL);
}
