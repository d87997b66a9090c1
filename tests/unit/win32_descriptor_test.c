/* Sockets of Windows: how they are made and bound, that they lead somewhere, and their options. */
#include "platform/address.h"
#include "platform/error.h"
#include "platform/win32/descriptor.h"
#include "platform/win32/option.h"
#include "tests/support/test.h"

#include <string.h>

/* The times of keep-alive; not every compiler's headers have them. */
enum { KEEP_IDLE = 3, KEEP_COUNT = 16, KEEP_INTERVAL = 17 };

static const weir_address loopback = {WEIR_FAMILY_IPV4, 0, 0, 0, {127, 0, 0, 1}};
static const weir_address any_ipv6 = {WEIR_FAMILY_IPV6, 0, 0, 0, {0}};

static int setup(void **state) {
  (void)state;
  return weirp_descriptor_start() == WEIR_OK ? 0 : -1;
}

static SOCKET socket_of(int domain) {
  SOCKET made = INVALID_SOCKET;
  assert_int_equal(weirp_descriptor_socket(domain, &made), WEIR_OK);
  return made;
}

static SOCKET bound(const weir_address *local, weir_address *out_address) {
  SOCKET made = socket_of(weirp_address_domain((weir_family)local->family));
  assert_int_equal(weirp_descriptor_bind(made, local, 0), WEIR_OK);
  assert_int_equal(weirp_descriptor_local(made, out_address), WEIR_OK);
  assert_int_not_equal(out_address->port, 0);
  return made;
}

/* @return -1: the system does not tell */
static int option_of(SOCKET socket, int level, int name) {
  int value = 0;
  int length = (int)sizeof value;
  return getsockopt(socket, level, name, (char *)&value, &length) == 0 ? value : -1;
}

static void starting_again_is_no_harm(void **state) {
  (void)state;
  assert_int_equal(weirp_descriptor_start(), WEIR_OK);
}

static void a_socket_is_not_inherited(void **state) {
  static const int domains[] = {AF_INET, AF_INET6};
  (void)state;
  for (size_t i = 0; i < COUNT_OF(domains); i++) {
    DWORD flags = HANDLE_FLAG_INHERIT;
    SOCKET made = socket_of(domains[i]);
    assert_true(GetHandleInformation((HANDLE)made, &flags));
    assert_int_equal(flags & HANDLE_FLAG_INHERIT, 0);
    assert_int_equal(option_of(made, SOL_SOCKET, SO_TYPE), SOCK_STREAM);
    weirp_descriptor_close(made);
  }
}

static void a_family_that_there_is_not_is_refused(void **state) {
  SOCKET made = INVALID_SOCKET;
  (void)state;
  assert_int_equal(weirp_descriptor_socket(77, &made), WEIR_EAFNOSUPPORT);
  assert_true(made == INVALID_SOCKET);
}

static void an_address_is_had_by_one(void **state) {
  weir_address taken, everywhere;
  (void)state;
  SOCKET first = bound(&loopback, &taken);
  assert_int_equal(weirp_descriptor_listen(first, 5), WEIR_OK);
  everywhere = taken;
  memset(everywhere.bytes, 0, sizeof everywhere.bytes);
  SOCKET second = socket_of(AF_INET);
  assert_int_equal(weirp_descriptor_bind(second, &taken, 0), WEIR_EADDRINUSE);
  assert_int_equal(weirp_descriptor_bind(second, &everywhere, 0), WEIR_EADDRINUSE);
  weirp_descriptor_close(first);
  assert_int_equal(weirp_descriptor_bind(second, &taken, 0), WEIR_OK);
  weirp_descriptor_close(second);
}

/* To this the system says that access is denied, whether or not anybody listens. */
static void a_port_is_had_by_one_on_all_addresses(void **state) {
  static const weir_address everywhere = {WEIR_FAMILY_IPV4, 0, 0, 0, {0}};
  weir_address taken, special;
  (void)state;
  SOCKET first = bound(&everywhere, &taken);
  SOCKET second = socket_of(AF_INET);
  special = loopback;
  special.port = taken.port;
  for (unsigned listening = 0; listening < 2; listening++) {
    assert_int_equal(weirp_descriptor_bind(second, &taken, 0), WEIR_EADDRINUSE);
    assert_int_equal(weirp_descriptor_bind(second, &special, 0), WEIR_EADDRINUSE);
    assert_int_equal(weirp_descriptor_listen(first, 5), WEIR_OK);
  }
  weirp_descriptor_close(first);
  weirp_descriptor_close(second);
}

/* What would let anybody take the connections of a listener elsewhere. */
static void nobody_takes_an_address_away(void **state) {
  weir_address taken;
  struct sockaddr_storage system;
  int yes = 1;
  (void)state;
  SOCKET first = bound(&loopback, &taken);
  assert_int_equal(weirp_descriptor_listen(first, 5), WEIR_OK);
  SOCKET thief = socket_of(AF_INET);
  assert_int_equal(setsockopt(thief, SOL_SOCKET, SO_REUSEADDR, (const char *)&yes, sizeof yes), 0);
  int length = weirp_address_to_system(&taken, &system);
  assert_int_not_equal(bind(thief, (struct sockaddr *)&system, length), 0);
  weirp_descriptor_close(thief);
  weirp_descriptor_close(first);
}

static void a_port_is_not_shared(void **state) {
  (void)state;
  SOCKET made = socket_of(AF_INET);
  assert_int_equal(weirp_descriptor_bind(made, &loopback, WEIR_BIND_REUSE_PORT), WEIR_ENOTSUP);
  assert_int_equal(weirp_descriptor_bind(made, &loopback, 0), WEIR_OK);
  weirp_descriptor_close(made);
}

static void an_address_of_another_machine_is_refused(void **state) {
  static const weir_address elsewhere = {WEIR_FAMILY_IPV4, 0, 0, 0, {203, 0, 113, 9}};
  static const weir_address none = {WEIR_FAMILY_NONE, 0, 0, 0, {0}};
  (void)state;
  SOCKET made = socket_of(AF_INET);
  assert_int_equal(weirp_descriptor_bind(made, &elsewhere, 0), WEIR_EADDRNOTAVAIL);
  assert_int_equal(weirp_descriptor_bind(made, &none, 0), WEIR_EAFNOSUPPORT);
  weirp_descriptor_close(made);
}

static void whether_ipv6_takes_ipv4_is_said_both_ways(void **state) {
  (void)state;
  SOCKET made = socket_of(AF_INET6);
  assert_int_equal(weirp_descriptor_bind(made, &any_ipv6, WEIR_BIND_IPV6_ONLY), WEIR_OK);
  assert_int_equal(option_of(made, IPPROTO_IPV6, IPV6_V6ONLY), 1);
  weirp_descriptor_close(made);
  made = socket_of(AF_INET6);
  assert_int_equal(weirp_descriptor_bind(made, &any_ipv6, 0), WEIR_OK);
  assert_int_equal(option_of(made, IPPROTO_IPV6, IPV6_V6ONLY), 0);
  weirp_descriptor_close(made);
  made = socket_of(AF_INET6);
  assert_int_equal(weirp_descriptor_bind_any(made, AF_INET6), WEIR_OK);
  assert_int_equal(option_of(made, IPPROTO_IPV6, IPV6_V6ONLY), 0);
  weirp_descriptor_close(made);
}

static void a_listener_stays_one(void **state) {
  weir_address local;
  (void)state;
  SOCKET made = bound(&loopback, &local);
  assert_int_equal(weirp_descriptor_listen(made, 5), WEIR_OK);
  assert_int_equal(weirp_descriptor_listen(made, 511), WEIR_OK);
  assert_int_equal(option_of(made, SOL_SOCKET, SO_ACCEPTCONN), 1);
  weirp_descriptor_close(made);
}

static void ends_without_address_say_so(void **state) {
  weir_address address;
  (void)state;
  SOCKET made = socket_of(AF_INET);
  assert_int_equal(weirp_descriptor_local(made, &address), WEIR_EINVAL);
  assert_int_equal(weirp_descriptor_remote(made, &address), WEIR_ENOTCONN);
  weirp_descriptor_close(made);
  assert_int_equal(weirp_descriptor_local(made, &address), WEIR_ENOTSOCK);
}

/* An overlapped call and what it is waited for by. */
typedef struct waited {
  OVERLAPPED overlapped;
  HANDLE event;
} waited;

static waited begin_call(void) {
  waited made;
  memset(&made, 0, sizeof made);
  made.event = CreateEventW(NULL, TRUE, FALSE, NULL);
  assert_non_null(made.event);
  made.overlapped.hEvent = made.event;
  return made;
}

/* @return the error number, 0: none */
static int end_call(waited *call, SOCKET socket) {
  DWORD bytes = 0;
  DWORD flags = 0;
  BOOL good = WSAGetOverlappedResult(socket, &call->overlapped, &bytes, TRUE, &flags);
  int error = good ? 0 : WSAGetLastError();
  assert_true(CloseHandle(call->event));
  return error;
}

/* Both ends of a connection, made by the functions that the sockets were asked for. */
typedef struct connection {
  SOCKET listener;
  SOCKET client;
  SOCKET server;
  weir_address address;
  char addresses[2 * (sizeof(struct sockaddr_storage) + 16)];
} connection;

static void connect_both(connection *c) {
  struct sockaddr_storage system;
  weirp_descriptor_extensions extensions;
  DWORD room = sizeof(struct sockaddr_storage) + 16;
  DWORD bytes = 0;
  waited accepting = begin_call();
  waited connecting = begin_call();
  c->listener = bound(&loopback, &c->address);
  c->client = socket_of(AF_INET);
  c->server = socket_of(AF_INET);
  assert_int_equal(weirp_descriptor_listen(c->listener, 5), WEIR_OK);
  assert_int_equal(weirp_descriptor_extensions_of(c->listener, &extensions), WEIR_OK);
  assert_int_equal(weirp_descriptor_bind_any(c->client, AF_INET), WEIR_OK);
  int length = weirp_address_to_system(&c->address, &system);
  BOOL done = extensions.accept(c->listener, c->server, c->addresses, 0, room, room, &bytes,
                                &accepting.overlapped);
  assert_true(done || WSAGetLastError() == ERROR_IO_PENDING);
  done = extensions.connect(c->client, (struct sockaddr *)&system, length, NULL, 0, NULL,
                            &connecting.overlapped);
  assert_true(done || WSAGetLastError() == ERROR_IO_PENDING);
  assert_int_equal(end_call(&connecting, c->client), 0);
  assert_int_equal(end_call(&accepting, c->listener), 0);
  assert_int_equal(setsockopt(c->client, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, NULL, 0), 0);
  assert_int_equal(setsockopt(c->server, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT,
                              (const char *)&c->listener, sizeof c->listener),
                   0);
}

static void both_ends_know_each_other(void **state) {
  connection c;
  weir_address client, server;
  (void)state;
  connect_both(&c);
  assert_int_equal(weirp_descriptor_local(c.client, &client), WEIR_OK);
  assert_int_equal(weirp_descriptor_remote(c.server, &server), WEIR_OK);
  assert_int_equal(weir_address_compare(&client, &server), 0);
  assert_int_equal(client.port, server.port);
  assert_int_equal(weirp_descriptor_remote(c.client, &server), WEIR_OK);
  assert_int_equal(server.port, c.address.port);
  weirp_descriptor_close(c.listener);
  weirp_descriptor_close(c.client);
  weirp_descriptor_close(c.server);
}

static void nothing_waits(void **state) {
  connection c;
  char byte;
  (void)state;
  connect_both(&c);
  assert_int_equal(recv(c.client, &byte, 1, 0), SOCKET_ERROR);
  assert_int_equal(weirp_error_last(), WEIR_EAGAIN);
  assert_int_equal(recv(c.server, &byte, 1, 0), SOCKET_ERROR);
  assert_int_equal(weirp_error_last(), WEIR_EAGAIN);
  weirp_descriptor_close(c.listener);
  weirp_descriptor_close(c.client);
  weirp_descriptor_close(c.server);
}

/* @return what the other end's close does to a receive; WEIR_OK: the stream ends */
static weir_err closed_by_the_peer(bool reset) {
  connection c;
  char byte;
  WSABUF buffer = {1, &byte};
  DWORD flags = 0;
  connect_both(&c);
  waited receiving = begin_call();
  int result = WSARecv(c.client, &buffer, 1, NULL, &flags, &receiving.overlapped, NULL);
  assert_true(result == 0 || WSAGetLastError() == WSA_IO_PENDING);
  if (reset) weirp_descriptor_reset_on_close(c.server);
  weirp_descriptor_close(c.server);
  int error = end_call(&receiving, c.client);
  weirp_descriptor_close(c.client);
  weirp_descriptor_close(c.listener);
  return error == 0 ? WEIR_OK : weirp_error(error);
}

static void a_close_resets_when_told_to(void **state) {
  (void)state;
  assert_int_equal(closed_by_the_peer(false), WEIR_OK);
  assert_int_equal(closed_by_the_peer(true), WEIR_ECONNRESET);
}

static void small_writes_leave_at_once_when_told_to(void **state) {
  (void)state;
  SOCKET made = socket_of(AF_INET);
  assert_int_equal(weirp_option_no_delay(made, true), WEIR_OK);
  assert_int_equal(option_of(made, IPPROTO_TCP, TCP_NODELAY), 1);
  assert_int_equal(weirp_option_no_delay(made, false), WEIR_OK);
  assert_int_equal(option_of(made, IPPROTO_TCP, TCP_NODELAY), 0);
  weirp_descriptor_close(made);
  assert_int_equal(weirp_option_no_delay(made, true), WEIR_ENOTSOCK);
}

static void an_idle_connection_is_looked_after(void **state) {
  (void)state;
  SOCKET made = socket_of(AF_INET);
  assert_int_equal(weirp_option_keep_alive(made, true, 60, 2, 9), WEIR_OK);
  assert_int_equal(option_of(made, SOL_SOCKET, SO_KEEPALIVE), 1);
  assert_int_equal(weirp_option_keep_alive(made, true, 0, 1, 10), WEIR_OK);
  assert_int_equal(weirp_option_keep_alive(made, false, 0, 0, 0), WEIR_OK);
  assert_int_equal(option_of(made, SOL_SOCKET, SO_KEEPALIVE), 0);
  weirp_descriptor_close(made);
  assert_int_equal(weirp_option_keep_alive(made, true, 1, 1, 10), WEIR_ENOTSOCK);
}

static void the_times_of_looking_are_as_said(void **state) {
  (void)state;
  SOCKET made = socket_of(AF_INET);
  assert_int_equal(weirp_option_keep_alive(made, true, 60, 2, 9), WEIR_OK);
  bool told = option_of(made, IPPROTO_TCP, KEEP_INTERVAL) >= 0;
  if (told) {
    assert_int_equal(option_of(made, IPPROTO_TCP, KEEP_IDLE), 60);
    assert_int_equal(option_of(made, IPPROTO_TCP, KEEP_INTERVAL), 2);
    assert_int_equal(option_of(made, IPPROTO_TCP, KEEP_COUNT), 9);
    assert_int_equal(weirp_option_keep_alive(made, true, 0, 3, 8), WEIR_OK);
    assert_int_equal(option_of(made, IPPROTO_TCP, KEEP_IDLE), 60);
  }
  weirp_descriptor_close(made);
  if (!told) {
    print_message("SKIPPED: the system does not tell the times of keep-alive\n");
    skip();
  }
}

static void there_is_no_type_of_service(void **state) {
  (void)state;
  SOCKET made = socket_of(AF_INET);
  assert_int_equal(weirp_option_type_of_service(made, 16), WEIR_ENOTSUP);
  weirp_descriptor_close(made);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(starting_again_is_no_harm),
      cmocka_unit_test(a_socket_is_not_inherited),
      cmocka_unit_test(a_family_that_there_is_not_is_refused),
      cmocka_unit_test(an_address_is_had_by_one),
      cmocka_unit_test(a_port_is_had_by_one_on_all_addresses),
      cmocka_unit_test(nobody_takes_an_address_away),
      cmocka_unit_test(a_port_is_not_shared),
      cmocka_unit_test(an_address_of_another_machine_is_refused),
      cmocka_unit_test(whether_ipv6_takes_ipv4_is_said_both_ways),
      cmocka_unit_test(a_listener_stays_one),
      cmocka_unit_test(ends_without_address_say_so),
      cmocka_unit_test(both_ends_know_each_other),
      cmocka_unit_test(nothing_waits),
      cmocka_unit_test(a_close_resets_when_told_to),
      cmocka_unit_test(small_writes_leave_at_once_when_told_to),
      cmocka_unit_test(an_idle_connection_is_looked_after),
      cmocka_unit_test(the_times_of_looking_are_as_said),
      cmocka_unit_test(there_is_no_type_of_service),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
