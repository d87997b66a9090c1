/* Threads are told apart by where their own copy of a variable lies: the language has that, so the
 * core need not ask a system. */
#include "core/thread.h"

#include "core/atomic.h"

static WEIRC_THREAD_LOCAL char place;

void *weirc_thread_here(void) {
  return &place;
}
