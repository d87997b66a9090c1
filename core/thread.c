/* Threads are told apart by numbers that they take when they are first asked: variables of a thread
 * are in the language, so the core need not ask a system. Addresses would do as well, but a new
 * thread may get those of one that has ended. */
#include "core/thread.h"

static weirc_atomic_int last_number;
WEIRC_THREAD_LOCAL int weirc_thread_number;

int weirc_thread_here(void) {
  while (weirc_thread_number == 0)
    weirc_thread_number = weirc_atomic_int_fetch_add(&last_number, 1) + 1;
  return weirc_thread_number;
}
