/**
 * @file
 * @brief A loop on the backend that WEIR_TEST_BACKEND names, on an allocator that counts.
 *
 * The ordinary way is `cmocka_unit_test_setup_teardown(test, loop_fixture_setup,
 * loop_fixture_teardown)` with `loop_fixture *f = *state` in the test. A test with options of its
 * own uses loop_fixture_open() and loop_fixture_close(). A handler must not fail the test with an
 * assertion, which jumps out of the loop: it notes what it saw and the test asserts afterwards.
 */
#ifndef WEIR_TESTS_LOOP_FIXTURE_H
#define WEIR_TESTS_LOOP_FIXTURE_H

#include "weir/weir.h"

#include "tests/support/counting_allocator.h"
#include "tests/support/test.h"

/** A loop under test. */
typedef struct loop_fixture {
  weir_loop *loop;
  const char *backend; /**< Its name, e.g. "epoll". */
  counting_allocator memory;
  weir_timer *watchdog;
  bool timed_out;
} loop_fixture;

/** The name of the backend under test: WEIR_TEST_BACKEND, or the system's own. */
const char *loop_fixture_backend_name(void);

/** Makes a fixture with a loop of default options, for CMocka. @return 0, or -1 */
int loop_fixture_setup(void **state);

/** Frees the loop and the fixture. @return 0; -1 (and a line that says why) if the loop could not
 * be freed or kept memory */
int loop_fixture_teardown(void **state);

/**
 * Makes the loop of a fixture on the backend under test.
 * @param fixture filled anew
 * @param options taken over but for the allocator, and the backend if none is named; NULL: the
 * defaults
 * @return as weir_loop_create()
 */
weir_err loop_fixture_open(loop_fixture *fixture, const weir_loop_options *options);

/** weir_loop_free(), and on a loop of somebody else that loop runs until it can be. */
weir_err loop_fixture_free(weir_loop *loop);

/** Frees the loop. @return true if every byte came back */
bool loop_fixture_close(loop_fixture *fixture);

/** True if the backend under test is the simulator: time is virtual and exact. */
bool loop_fixture_is_sim(const loop_fixture *fixture);

/** Bytes the loop has in use. */
size_t loop_fixture_bytes(const loop_fixture *fixture);

/** Requests for memory so far. Equal before and after: the heap was not touched. */
size_t loop_fixture_allocations(const loop_fixture *fixture);

/** Makes the n-th request for memory from now fail (1: the next one), once. 0: none fails. */
void loop_fixture_fail_at(loop_fixture *fixture, size_t n);

/** Makes every request for memory fail from the n-th from now on, until loop_fixture_fail_at(f, 0).
 */
void loop_fixture_fail_from(loop_fixture *fixture, size_t n);

/** Runs the loop until nothing is left. Fails the test if that takes more than 10 s (an hour of
 * virtual time) or the loop reports an error. */
void loop_fixture_run(loop_fixture *fixture);

#endif
