/* Look-ups that hang in the system: nobody else waits for them, and the loop can be freed. */
#include "platform/resolver.h"
#include "platform/thread.h"
#include "tests/support/net_fixture.h"
#include "tests/support/test.h"

#include "conformance/clause.h"

#include <stdlib.h>

enum { HANGING = 1000 };

static weirp_mutex mutex = WEIRP_MUTEX_INIT;
static weirp_condition may_go = WEIRP_CONDITION_INIT;
static bool released;

static weir_err hang(const char *host, weir_family family, int32_t hints,
                     weir_address **out_addresses, size_t *out_count) {
  (void)host;
  (void)family;
  (void)hints;
  (void)out_addresses;
  (void)out_count;
  weirp_mutex_lock(&mutex);
  while (!released) weirp_condition_wait(&may_go, &mutex);
  weirp_mutex_unlock(&mutex);
  return WEIR_ENOTFOUND;
}

static void release_all(void) {
  weirp_mutex_lock(&mutex);
  released = true;
  weirp_condition_broadcast(&may_go);
  weirp_mutex_unlock(&mutex);
  weirp_resolver_rest();
  weirp_resolver_replace(NULL);
}

/* Nor does a loop that is freed wait for a name to listen on. */
static void a_server_that_waits_for_a_name_holds_no_loop(void **state) {
  (void)state;
  weir_listen_options options = WEIR_LISTEN_OPTIONS_INIT;
  net_fixture *net = net_create();
  released = false;
  weirp_resolver_replace(hang);
  net_make_server(net, &net->server);
  options.port = 0;
  options.host = "hanging.test";
  assert_int_equal(weir_server_listen(net->server.server, &options, NULL, NULL), WEIR_OK);
  net_settle(net);
  net_free(net);
  release_all();
}

static unsigned closed;

static void on_close(weir_socket *socket, bool had_error, void *user) {
  (void)socket;
  (void)user;
  assert_false(had_error);
  closed++;
}

static bool client_is_ready(const net_fixture *net) {
  return net_was_told(&net->client.log, "ready");
}

static void a_thousand_names_hold_nobody_up(void **state) {
  (void)state;
  static const weir_socket_handlers handlers = {.size = sizeof(weir_socket_handlers),
                                                .on_close = on_close};
  net_fixture *net = net_create();
  weirp_resolver_replace(hang);
  net_listen(net, NET_IPV4, NULL);
  weir_connect_options named = net_target(net, NET_IPV4);
  named.host = "hanging.test";
  CLAUSES("CON-16") {
    for (unsigned i = 0; i < HANGING; i++) {
      weir_socket *socket;
      assert_int_equal(weir_connect(net->loop, NULL, &named, &handlers, NULL, &socket), WEIR_OK);
    }
    net_connect(net, NET_IPV4, NULL, &net->client);
    net_run_until(net, client_is_ready);
    assert_int_equal(closed, 0);
  }
  /* Nothing releases them before the loop is freed. */
  net_free(net);
  assert_int_equal(closed, HANGING);
  release_all();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_thousand_names_hold_nobody_up),
      cmocka_unit_test(a_server_that_waits_for_a_name_holds_no_loop),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
