/* Threads are told apart by numbers that they take when they are first asked: variables of a thread
 * are in the language, so the core need not ask a system. Addresses would do as well, but a new
 * thread may get those of one that has ended. */
#include "core/thread.h"

#include "core/atomic.h"

static weirc_atomic_int last_number;
static WEIRC_THREAD_LOCAL int number;

int weirc_thread_here(void) {
  while (number == 0) number = weirc_atomic_int_fetch_add(&last_number, 1) + 1;
  return number;
}
