/* RESOLVE as a backend's user sees it: what comes back, when, and that it comes back once. */
#include "platform/resolver.h"
#include "tests/support/counting_allocator.h"
#include "tests/support/host_table.h"
#include "tests/support/loop_fixture.h"
#include "tests/support/random.h"
#include "tests/support/test.h"
#include "weir/backend.h"
#include "weir/lookup.h"

#include <stdlib.h>
#include <string.h>

enum { MANY = 1000, FOUND = 4, THREADS = 4, PATIENCE_MS = 10000 };

/* One operation and what came of it. */
typedef struct look_up {
  weir_resolve_op resolve;
  size_t times;
  weir_err error;
  size_t count;
  weir_address found[FOUND];
} look_up;

/* A backend without a core. */
typedef struct seam {
  const weir_backend_ops *ops;
  weir_backend *backend;
  counting_allocator memory;
  weir_completions done;
  look_up *order[MANY + 8]; /* As they came out. */
  size_t finished;
  size_t others; /* Operations of other kinds that came out. */
  size_t closed; /* Handles that came out. */
} seam;

#define IPV4(last)                                                                                 \
  {                                                                                                \
    WEIR_FAMILY_IPV4, 7, 0, 0, {                                                                   \
      10, 0, 0, last                                                                               \
    }                                                                                              \
  }
#define IPV6(last)                                                                                 \
  {                                                                                                \
    WEIR_FAMILY_IPV6, 7, 0, 0, {                                                                   \
      0xfd, [15] = last                                                                            \
    }                                                                                              \
  }

static const weir_address four[] = {IPV4(4)};
static const weir_address six[] = {IPV6(6)};
static const weir_address both[] = {IPV6(1), IPV4(2), IPV4(2), IPV6(3)};

static const weir_sim_name names[] = {
    {.host = "four", .addresses = four, .count = 1},
    {.host = "six", .addresses = six, .count = 1},
    {.host = "both", .addresses = both, .count = COUNT_OF(both)},
    {.host = "again", .error = WEIR_EAI_AGAIN},
    {.host = "empty"},
    {.host = "hangs", .addresses = four, .count = 1, .delay_ns = WEIR_TIME_NEVER},
    {.host = "1ms", .addresses = four, .count = 1, .delay_ns = 1 * WEIR_TIME_MS},
    {.host = "2ms", .addresses = four, .count = 1, .delay_ns = 2 * WEIR_TIME_MS},
    {.host = "3ms", .addresses = four, .count = 1, .delay_ns = 3 * WEIR_TIME_MS},
};

static bool on_sim(void) {
  return strcmp(loop_fixture_backend_name(), "sim") == 0;
}

static weir_err seam_open(seam *s, const weir_sim_options *world) {
  memset(s, 0, sizeof *s);
  s->done.end = &s->done.first;
  s->done.closed_end = &s->done.closed;
  s->ops = weir_backend_find(loop_fixture_backend_name());
  counting_allocator_init(&s->memory);
  weir_backend_options options = {
      .size = sizeof options, .allocator = &s->memory.allocator, .backend_options = world};
  return s->ops->open(&options, &s->backend);
}

static weir_sim_options usual_world(void) {
  weir_sim_options world = WEIR_SIM_OPTIONS_INIT;
  world.names = names;
  world.name_count = COUNT_OF(names);
  return world;
}

static int setup(void **state) {
  static seam s;
  weir_sim_options world = usual_world();
  host_table_use(names, COUNT_OF(names));
  *state = &s;
  return seam_open(&s, on_sim() ? &world : NULL) == WEIR_OK ? 0 : -1;
}

static int teardown(void **state) {
  seam *s = *state;
  if (s->backend) s->ops->free(s->backend);
  host_table_restore();
  return s->memory.bytes == 0 ? 0 : -1;
}

static void start(seam *s, look_up *l, const char *host, weir_family family, int32_t hints) {
  l->resolve =
      (weir_resolve_op){.op.kind = WEIR_OP_RESOLVE, .host = host, .family = family, .hints = hints};
  s->ops->submit(s->backend, &l->resolve.op);
}

static void keep(seam *s, look_up *l) {
  l->times++;
  l->error = l->resolve.op.error;
  l->count = l->error == WEIR_OK ? l->resolve.count : 0;
  for (size_t i = 0; i < l->count && i < FOUND; i++) l->found[i] = l->resolve.addresses[i];
  if (s->finished < COUNT_OF(s->order)) s->order[s->finished] = l;
  s->finished++;
}

/* True: there may be more. */
static bool keep_all(seam *s) {
  bool some = s->done.first || s->done.closed;
  for (weir_op *op = s->done.first, *next; op; op = next) {
    next = op->next;
    if (op->kind == WEIR_OP_RESOLVE) {
      keep(s, (look_up *)(void *)op);
    } else {
      s->others++;
    }
  }
  s->done.first = NULL;
  s->done.end = &s->done.first;
  for (weir_handle *handle = s->done.closed; handle; handle = handle->next) s->closed++;
  s->done.closed = NULL;
  s->done.closed_end = &s->done.closed;
  return some;
}

/* One turn that waits for `ms` at most. */
static weir_err turn(seam *s, unsigned ms) {
  weir_time now = s->ops->now(s->backend);
  weir_err err = s->ops->poll(s->backend, now + ms * WEIR_TIME_MS, &s->done);
  while (err == WEIR_OK && keep_all(s)) err = s->ops->poll(s->backend, WEIR_POLL_REAP, &s->done);
  return err;
}

static void turns_until(seam *s, size_t finished) {
  weir_time end = s->ops->now(s->backend) + PATIENCE_MS * WEIR_TIME_MS;
  while (s->finished < finished && s->ops->now(s->backend) < end) {
    assert_int_equal(turn(s, PATIENCE_MS), WEIR_OK);
  }
  assert_int_equal(s->finished, finished);
}

static look_up asked(seam *s, const char *host, weir_family family, int32_t hints) {
  look_up l = {.times = 0};
  size_t before = s->finished;
  start(s, &l, host, family, hints);
  assert_int_equal(l.times, 0);
  turns_until(s, before + 1);
  assert_int_equal(l.times, 1);
  return l;
}

static void assert_address(const weir_address *address, const weir_address *wanted) {
  assert_int_equal(address->family, wanted->family);
  assert_int_equal(address->port, 0);
  assert_memory_equal(address->bytes, wanted->bytes, 16);
}

static void a_name_has_its_addresses_in_order(void **state) {
  look_up l = asked(*state, "both", WEIR_FAMILY_NONE, 0);
  assert_int_equal(l.error, WEIR_OK);
  assert_int_equal(l.count, COUNT_OF(both));
  for (size_t i = 0; i < COUNT_OF(both); i++) assert_address(&l.found[i], &both[i]);
}

static void what_fails_says_why(void **state) {
  assert_int_equal(asked(*state, "nobody", WEIR_FAMILY_NONE, 0).error, WEIR_ENOTFOUND);
  assert_int_equal(asked(*state, "empty", WEIR_FAMILY_NONE, 0).error, WEIR_ENOTFOUND);
  assert_int_equal(asked(*state, "again", WEIR_FAMILY_NONE, 0).error, WEIR_EAI_AGAIN);
}

static void a_family_is_all_that_comes(void **state) {
  look_up l = asked(*state, "both", WEIR_FAMILY_IPV4, 0);
  assert_int_equal(l.count, 2);
  assert_address(&l.found[0], &both[1]);
  assert_address(&l.found[1], &both[2]);
  l = asked(*state, "both", WEIR_FAMILY_IPV6, 0);
  assert_int_equal(l.count, 2);
  assert_address(&l.found[0], &both[0]);
  assert_address(&l.found[1], &both[3]);
  assert_int_equal(asked(*state, "four", WEIR_FAMILY_IPV6, 0).error, WEIR_ENOTFOUND);
  assert_int_equal(asked(*state, "six", WEIR_FAMILY_IPV4, 0).error, WEIR_ENOTFOUND);
}

static void hints_make_ipv4_into_ipv6(void **state) {
  weir_address mapped = {WEIR_FAMILY_IPV6, 0, 0, 0, {[10] = 0xff, 0xff, 10, 0, 0, 4}};
  look_up l = asked(*state, "four", WEIR_FAMILY_IPV6, WEIR_LOOKUP_V4MAPPED);
  assert_int_equal(l.count, 1);
  assert_address(&l.found[0], &mapped);
  assert_int_equal(asked(*state, "both", WEIR_FAMILY_IPV6, WEIR_LOOKUP_V4MAPPED).count, 2);
  l = asked(*state, "both", WEIR_FAMILY_IPV6, WEIR_LOOKUP_V4MAPPED | WEIR_LOOKUP_ALL);
  assert_int_equal(l.count, 4);
  assert_int_equal(l.found[3].bytes[10], 0xff);
  assert_address(&asked(*state, "four", WEIR_FAMILY_NONE, WEIR_LOOKUP_V4MAPPED).found[0], &four[0]);
}

static void localhost_is_this_machine(void **state) {
  seam *s = *state;
  host_table_restore();
  look_up l = asked(s, "localhost", WEIR_FAMILY_NONE, 0);
  assert_int_equal(l.error, WEIR_OK);
  assert_true(l.count >= 1);
  bool is_ipv4 = l.found[0].family == WEIR_FAMILY_IPV4;
  assert_int_equal(is_ipv4 ? l.found[0].bytes[0] : l.found[0].bytes[15], is_ipv4 ? 127 : 1);
  assert_int_equal(l.found[0].port, 0);
  if (!on_sim()) return;
  assert_int_equal(l.count, 2);
  assert_int_equal(l.found[0].family, WEIR_FAMILY_IPV4);
  assert_int_equal(l.found[1].family, WEIR_FAMILY_IPV6);
  assert_int_equal(asked(s, "LocalHost", WEIR_FAMILY_IPV6, 0).count, 1);
}

static void await_hanging(size_t count) {
  if (!on_sim()) host_table_await_hanging(count);
}

static void cancelled_before_it_begins_it_never_does(void **state) {
  seam *s = *state;
  static look_up hanging[THREADS];
  look_up l = {.times = 0};
  memset(hanging, 0, sizeof hanging);
  for (size_t i = 0; i < THREADS; i++) start(s, &hanging[i], "hangs", WEIR_FAMILY_NONE, 0);
  await_hanging(THREADS);
  start(s, &l, "four", WEIR_FAMILY_NONE, 0);
  s->ops->cancel(s->backend, &l.resolve.op);
  assert_int_equal(l.times, 0);
  assert_int_equal(turn(s, 0), WEIR_OK);
  assert_int_equal(l.times, 1);
  assert_int_equal(l.error, WEIR_ECANCELED);
  for (size_t i = 0; i < THREADS; i++) s->ops->cancel(s->backend, &hanging[i].resolve.op);
  turns_until(s, THREADS + 1);
  if (!on_sim()) assert_int_equal(host_table_begun(), THREADS);
}

static void cancelled_while_it_hangs_it_comes_back_at_once(void **state) {
  seam *s = *state;
  look_up l = {.times = 0};
  start(s, &l, "hangs", WEIR_FAMILY_NONE, 0);
  await_hanging(1);
  assert_int_equal(turn(s, 0), WEIR_OK);
  assert_int_equal(l.times, 0);
  s->ops->cancel(s->backend, &l.resolve.op);
  s->ops->cancel(s->backend, &l.resolve.op);
  assert_int_equal(turn(s, PATIENCE_MS), WEIR_OK);
  assert_int_equal(l.times, 1);
  assert_int_equal(l.error, WEIR_ECANCELED);
  host_table_restore();
  assert_int_equal(turn(s, 0), WEIR_OK);
  assert_int_equal(l.times, 1);
}

static void cancelled_after_the_answer_it_comes_out_once(void **state) {
  seam *s = *state;
  if (on_sim()) {
    print_message("skipped on sim: there is no answer before poll() asks for it\n");
    skip();
  }
  look_up l = {.times = 0};
  start(s, &l, "four", WEIR_FAMILY_NONE, 0);
  weirp_resolver_rest(); /* It is told, and nobody has taken it. */
  s->ops->cancel(s->backend, &l.resolve.op);
  turns_until(s, 1);
  assert_int_equal(turn(s, 0), WEIR_OK);
  assert_int_equal(l.times, 1);
  assert_int_equal(l.error, WEIR_ECANCELED);
  l = asked(s, "four", WEIR_FAMILY_NONE, 0);
  assert_int_equal(l.error, WEIR_OK);
}

typedef union handle_space {
  max_align_t align;
  char bytes[512];
} handle_space;

/* A connection to oneself: operations that have nothing to do with names. */
static void connect_and_accept(seam *s) {
  static handle_space spaces[3];
  weir_handle *handles[3];
  weir_endpoint place = {.transport = WEIR_TRANSPORT_TCP,
                         .address = {WEIR_FAMILY_IPV4, 0, 0, 0, {127, 0, 0, 1}}};
  memset(spaces, 0, sizeof spaces);
  assert_true(s->ops->handle_size <= sizeof *spaces);
  for (size_t i = 0; i < 3; i++) handles[i] = (weir_handle *)(void *)&spaces[i];
  for (size_t i = 0; i < 2; i++)
    assert_int_equal(s->ops->create(s->backend, handles[i], WEIR_TRANSPORT_TCP, WEIR_FAMILY_IPV4),
                     WEIR_OK);
  assert_int_equal(s->ops->bind(s->backend, handles[0], &place, 0), WEIR_OK);
  assert_int_equal(s->ops->listen(s->backend, handles[0], 8), WEIR_OK);
  assert_int_equal(s->ops->address(s->backend, handles[0], WEIR_END_LOCAL, &place.address),
                   WEIR_OK);
  weir_accept_op accept_op = {.op = {.kind = WEIR_OP_ACCEPT, .handle = handles[0]},
                              .accepted = handles[2]};
  weir_connect_op connect_op = {.op = {.kind = WEIR_OP_CONNECT, .handle = handles[1]},
                                .remote = place};
  size_t before = s->others;
  s->ops->submit(s->backend, &accept_op.op);
  s->ops->submit(s->backend, &connect_op.op);
  for (int i = 0; i < 100 && s->others < before + 2; i++)
    assert_int_equal(turn(s, PATIENCE_MS), WEIR_OK);
  assert_int_equal(s->others, before + 2);
  assert_int_equal(connect_op.op.error, WEIR_OK);
  assert_int_equal(accept_op.op.error, WEIR_OK);
  for (size_t i = 0; i < 3; i++) s->ops->close(s->backend, handles[i], WEIR_CLOSE_PLAIN);
  assert_int_equal(turn(s, 0), WEIR_OK);
  assert_int_equal(s->closed, 3);
}

static look_up many[MANY];

static void start_many(seam *s) {
  memset(many, 0, sizeof many);
  for (size_t i = 0; i < MANY; i++) start(s, &many[i], "hangs", WEIR_FAMILY_NONE, 0);
  await_hanging(THREADS);
}

static void a_thousand_hang_and_everything_else_goes_on(void **state) {
  seam *s = *state;
  start_many(s);
  connect_and_accept(s);
  weir_time before = s->ops->now(s->backend);
  assert_int_equal(turn(s, 2), WEIR_OK);
  assert_true(s->ops->now(s->backend) >= before + 2 * WEIR_TIME_MS);
  assert_int_equal(s->finished, 0);
  for (size_t i = 0; i < MANY; i++) s->ops->cancel(s->backend, &many[i].resolve.op);
  assert_int_equal(turn(s, 0), WEIR_OK);
  assert_int_equal(s->finished, MANY);
  for (size_t i = 0; i < MANY; i++) {
    assert_int_equal(many[i].times, 1);
    assert_int_equal(many[i].error, WEIR_ECANCELED);
  }
  /* The threads hang still, and others stand in for them. */
  assert_int_equal(asked(s, "four", WEIR_FAMILY_NONE, 0).error, WEIR_OK);
}

static void freeing_waits_for_none(void **state) {
  seam *s = *state;
  start_many(s);
  s->ops->free(s->backend);
  s->backend = NULL;
  assert_int_equal(s->memory.bytes, 0);
  for (size_t i = 0; i < MANY; i++) assert_int_equal(many[i].times, 0);
  /* Nor has another loop to wait for a thread. */
  weir_sim_options world = usual_world();
  assert_int_equal(seam_open(s, on_sim() ? &world : NULL), WEIR_OK);
  assert_int_equal(asked(s, "four", WEIR_FAMILY_NONE, 0).error, WEIR_OK);
}

static void freeing_with_answers_in_hand_frees_them(void **state) {
  seam *s = *state;
  look_up shown = asked(s, "both", WEIR_FAMILY_NONE, 0);
  assert_int_equal(shown.error, WEIR_OK);
  look_up l = {.times = 0};
  start(s, &l, "both", WEIR_FAMILY_NONE, 0);
  weirp_resolver_rest();
  s->ops->free(s->backend);
  s->backend = NULL;
  assert_int_equal(s->memory.bytes, 0);
  assert_int_equal(l.times, 0);
}

enum { SLOTS = 32, STEPS = 4000 };

static const char *any_host(test_random *random) {
  static const char *const hosts[] = {"four", "both", "nobody", "again", "hangs"};
  return hosts[test_random_below(random, COUNT_OF(hosts))];
}

static void whatever_is_cancelled_each_comes_out_once(void **state) {
  seam *s = *state;
  static look_up slots[SLOTS];
  test_random random = test_random_start();
  size_t started = 0;
  memset(slots, 0, sizeof slots);
  for (size_t step = 0; step < STEPS; step++) {
    look_up *l = &slots[test_random_below(&random, SLOTS)];
    bool is_out = l->resolve.host != NULL && l->times == 0;
    uint64_t what = test_random_below(&random, 8);
    if (!is_out) {
      l->times = 0;
      start(s, l, any_host(&random), WEIR_FAMILY_NONE, 0);
      started++;
    } else if (what < 4) {
      s->ops->cancel(s->backend, &l->resolve.op);
    } else if (what < 6) {
      assert_int_equal(turn(s, 0), WEIR_OK);
    }
    for (size_t i = 0; i < SLOTS; i++) assert_true(slots[i].times <= 1);
  }
  for (size_t i = 0; i < SLOTS; i++) {
    if (slots[i].times == 0 && slots[i].resolve.host)
      s->ops->cancel(s->backend, &slots[i].resolve.op);
  }
  turns_until(s, started);
  host_table_restore();
  assert_int_equal(turn(s, 0), WEIR_OK);
  assert_int_equal(s->finished, started);
}

/* On the simulator. */

static void answers_come_in_the_order_of_time(void **state) {
  seam *s = *state;
  static const char *const hosts[] = {"3ms", "1ms", "2ms", "hangs"};
  static look_up l[4];
  memset(l, 0, sizeof l);
  weir_time before = s->ops->now(s->backend);
  for (size_t i = 0; i < 4; i++) start(s, &l[i], hosts[i], WEIR_FAMILY_NONE, 0);
  for (size_t i = 1; i <= 3; i++) {
    assert_int_equal(turn(s, PATIENCE_MS), WEIR_OK);
    assert_int_equal(s->finished, i);
    assert_true(s->ops->now(s->backend) == before + i * WEIR_TIME_MS);
  }
  assert_ptr_equal(s->order[0], &l[1]);
  assert_ptr_equal(s->order[1], &l[2]);
  assert_ptr_equal(s->order[2], &l[0]);
  assert_int_equal(s->ops->poll(s->backend, WEIR_TIME_NEVER, &s->done), WEIR_EDEADLK);
  assert_int_equal(l[3].times, 0);
}

static void an_unknown_name_takes_the_networks_time(void **state) {
  seam *s = *state;
  weir_time before = s->ops->now(s->backend);
  assert_int_equal(asked(s, "nobody", WEIR_FAMILY_NONE, 0).error, WEIR_ENOTFOUND);
  weir_time took = s->ops->now(s->backend) - before;
  assert_true(took >= 10000 && took <= 100000);
}

/* The order in which eight that are answered at once come out, as a number. */
static unsigned order_of_eight(const weir_sim_options *world) {
  static seam s;
  static look_up l[8];
  unsigned order = 0;
  memset(l, 0, sizeof l);
  assert_int_equal(seam_open(&s, world), WEIR_OK);
  for (size_t i = 0; i < 8; i++) start(&s, &l[i], "1ms", WEIR_FAMILY_NONE, 0);
  turns_until(&s, 8);
  for (size_t i = 0; i < 8; i++) order = order * 8 + (unsigned)(s.order[i] - l);
  s.ops->free(s.backend);
  assert_int_equal(s.memory.bytes, 0);
  return order;
}

static void simultaneous_answers_are_shuffled_by_the_seed(void **state) {
  (void)state;
  enum { IN_ORDER = 01234567 };
  weir_sim_options world = usual_world();
  unsigned shuffled = 0;
  for (uint64_t seed = 1; seed <= 8; seed++) {
    world.seed = seed;
    unsigned order = order_of_eight(&world);
    assert_int_equal(order, order_of_eight(&world));
    if (order != IN_ORDER) shuffled++;
  }
  assert_true(shuffled > 0);
  world.shuffle = false;
  assert_int_equal(order_of_eight(&world), IN_ORDER);
}

static void want_of_memory_is_an_answer(void **state) {
  seam *s = *state;
  look_up l[2] = {{.times = 0}, {.times = 0}};
  s->memory.fail_in = 1;
  s->memory.fail_count = 2;
  for (size_t i = 0; i < 2; i++) start(s, &l[i], "four", WEIR_FAMILY_NONE, 0);
  s->ops->cancel(s->backend, &l[1].resolve.op);
  assert_int_equal(turn(s, 0), WEIR_OK);
  for (size_t i = 0; i < 2; i++) {
    assert_int_equal(l[i].times, 1);
    assert_int_equal(l[i].error, WEIR_ENOMEM);
  }
  assert_int_equal(asked(s, "four", WEIR_FAMILY_NONE, 0).error, WEIR_OK);
}

static void want_of_memory_when_it_opens_leaves_nothing(void **state) {
  seam *s = *state;
  weir_sim_options world = usual_world();
  s->ops->free(s->backend);
  s->backend = NULL;
  weir_backend_options options = {
      .size = sizeof options, .allocator = &s->memory.allocator, .backend_options = &world};
  for (size_t n = 1; n <= 3; n++) {
    s->memory.fail_in = n;
    s->memory.fail_count = 1;
    assert_int_equal(s->ops->open(&options, &s->backend), WEIR_ENOMEM);
    assert_int_equal(s->memory.bytes, 0);
  }
  assert_int_equal(s->ops->open(&options, &s->backend), WEIR_OK);
}

static void the_table_is_copied_and_its_first_entry_counts(void **state) {
  (void)state;
  static seam s;
  char host[] = "a";
  weir_address address = IPV4(1);
  weir_sim_name table[] = {
      {.host = host, .addresses = &address, .count = 1},
      {.host = "a", .error = WEIR_EAI_FAIL},
      {.host = "localhost", .error = WEIR_EAI_AGAIN},
  };
  weir_sim_options world = WEIR_SIM_OPTIONS_INIT;
  world.names = table;
  world.name_count = COUNT_OF(table);
  assert_int_equal(seam_open(&s, &world), WEIR_OK);
  memset(table, 0xee, sizeof table);
  host[0] = 'b';
  address.bytes[3] = 2;
  assert_int_equal(asked(&s, "A", WEIR_FAMILY_NONE, 0).found[0].bytes[3], 1);
  assert_int_equal(asked(&s, "b", WEIR_FAMILY_NONE, 0).error, WEIR_ENOTFOUND);
  assert_int_equal(asked(&s, "localhost", WEIR_FAMILY_NONE, 0).error, WEIR_EAI_AGAIN);
  s.ops->free(s.backend);
  assert_int_equal(s.memory.bytes, 0);
}

static void a_table_without_sense_is_refused(void **state) {
  (void)state;
  static seam s;
  static const weir_address nowhere = {0};
  static const weir_sim_name bad[] = {
      {.host = NULL, .addresses = four, .count = 1},
      {.host = "", .addresses = four, .count = 1},
      {.host = "a", .count = 1},
      {.host = "a", .addresses = &nowhere, .count = 1},
  };
  weir_sim_options world = WEIR_SIM_OPTIONS_INIT;
  world.name_count = 1;
  assert_int_equal(seam_open(&s, &world), WEIR_ERR_INVALID_ARG_VALUE);
  for (size_t i = 0; i < COUNT_OF(bad); i++) {
    world.names = &bad[i];
    assert_int_equal(seam_open(&s, &world), WEIR_ERR_INVALID_ARG_VALUE);
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_name_has_its_addresses_in_order),
      TEST(what_fails_says_why),
      TEST(a_family_is_all_that_comes),
      TEST(hints_make_ipv4_into_ipv6),
      TEST(localhost_is_this_machine),
      TEST(cancelled_before_it_begins_it_never_does),
      TEST(cancelled_while_it_hangs_it_comes_back_at_once),
      TEST(cancelled_after_the_answer_it_comes_out_once),
      TEST(a_thousand_hang_and_everything_else_goes_on),
      TEST(freeing_waits_for_none),
      TEST(freeing_with_answers_in_hand_frees_them),
      TEST(whatever_is_cancelled_each_comes_out_once),
  };
  const struct CMUnitTest sim_tests[] = {
      TEST(answers_come_in_the_order_of_time),
      TEST(an_unknown_name_takes_the_networks_time),
      TEST(simultaneous_answers_are_shuffled_by_the_seed),
      TEST(want_of_memory_is_an_answer),
      TEST(want_of_memory_when_it_opens_leaves_nothing),
      TEST(the_table_is_copied_and_its_first_entry_counts),
      TEST(a_table_without_sense_is_refused),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  if (on_sim()) failed += cmocka_run_group_tests(sim_tests, NULL, NULL);
  return failed;
}
