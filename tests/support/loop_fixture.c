/* A loop for a test, its memory counted. Which backends there are to test is said by who runs the
 * tests. */
#include "tests/support/loop_fixture.h"

#include "weir/backend.h"

#include <stdlib.h>
#include <string.h>

enum { WATCHDOG_MS = 10000, WATCHDOG_SIM_MS = 3600000, HOST_TURNS = 100 };

const char *loop_fixture_backend_name(void) {
  const char *name = getenv("WEIR_TEST_BACKEND");
  return name && *name ? name : weir_backend_name_at(0);
}

static void bark(weir_timer *timer, void *user) {
  loop_fixture *fixture = user;
  (void)timer;
  fixture->timed_out = true;
  weir_loop_stop(fixture->loop);
}

weir_err loop_fixture_open(loop_fixture *fixture, const weir_loop_options *options) {
  weir_loop_options mine = WEIR_LOOP_OPTIONS_INIT;
  if (options) mine = *options;
  *fixture = (loop_fixture){.backend = loop_fixture_backend_name()};
  counting_allocator_init(&fixture->memory);
  mine.allocator = &fixture->memory.allocator;
  if (!mine.backend && !mine.custom_backend) mine.backend = fixture->backend;
  weir_err err = weir_loop_create(&mine, &fixture->loop);
  if (err != WEIR_OK) return err;
  fixture->backend = weir_loop_backend_name(fixture->loop);
  err = weir_timer_create(fixture->loop, bark, fixture, &fixture->watchdog);
  if (err == WEIR_OK) weir_timer_unref(fixture->watchdog);
  return err;
}

weir_err loop_fixture_free(weir_loop *loop) {
  weir_err err = weir_loop_free(loop);
  /* A host's loop has to run until it has let go of everything. */
  for (int i = 0; err == WEIR_EBUSY && i < HOST_TURNS; i++) {
    if (weir_loop_run(loop, WEIR_RUN_ONCE) != WEIR_OK) break;
    err = weir_loop_free(loop);
  }
  return err;
}

bool loop_fixture_close(loop_fixture *fixture) {
  fixture->memory.fail_in = 0;
  weir_err err = loop_fixture_free(fixture->loop);
  fixture->loop = NULL;
  fixture->watchdog = NULL;
  if (err != WEIR_OK) {
    print_error("The loop could not be freed: %s\n", weir_err_name(err));
    return false;
  }
  if (fixture->memory.bytes == 0 && fixture->memory.blocks == 0) return true;
  print_error("The loop kept %zu bytes in %zu blocks\n", fixture->memory.bytes,
              fixture->memory.blocks);
  return false;
}

int loop_fixture_setup(void **state) {
  loop_fixture *fixture = malloc(sizeof *fixture);
  if (!fixture) return -1;
  weir_err err = loop_fixture_open(fixture, NULL);
  if (err != WEIR_OK) {
    print_error("No loop on %s: %s\n", loop_fixture_backend_name(), weir_err_name(err));
    weir_loop_free(fixture->loop);
    free(fixture);
    return -1;
  }
  *state = fixture;
  return 0;
}

int loop_fixture_teardown(void **state) {
  loop_fixture *fixture = *state;
  bool clean = loop_fixture_close(fixture);
  free(fixture);
  return clean ? 0 : -1;
}

bool loop_fixture_is_sim(const loop_fixture *fixture) {
  return strcmp(fixture->backend, "sim") == 0;
}

size_t loop_fixture_bytes(const loop_fixture *fixture) {
  return fixture->memory.bytes;
}

size_t loop_fixture_allocations(const loop_fixture *fixture) {
  return fixture->memory.allocations;
}

void loop_fixture_fail_at(loop_fixture *fixture, size_t n) {
  fixture->memory.fail_in = n;
  fixture->memory.fail_count = 1;
}

void loop_fixture_fail_from(loop_fixture *fixture, size_t n) {
  fixture->memory.fail_in = n;
  fixture->memory.fail_count = SIZE_MAX;
}

void loop_fixture_run(loop_fixture *fixture) {
  weir_timer_start(fixture->watchdog, loop_fixture_is_sim(fixture) ? WATCHDOG_SIM_MS : WATCHDOG_MS,
                   0);
  weir_err err = weir_loop_run(fixture->loop, WEIR_RUN_DEFAULT);
  weir_timer_stop(fixture->watchdog);
  if (err != WEIR_OK) fail_msg("weir_loop_run: %s", weir_err_name(err));
  if (fixture->timed_out) fail_msg("The loop still had something to do when time was up");
}
