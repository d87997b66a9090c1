/**
 * @file
 * @brief Which thread this is, without asking a system.
 */
#ifndef WEIRC_THREAD_H
#define WEIRC_THREAD_H

#include "core/atomic.h"

/** What weirc_thread_here() last said on this thread; 0: it was not asked yet. */
extern WEIRC_THREAD_LOCAL int weirc_thread_number;

/** The number of the calling thread: never 0, and no other thread's, not even of one that has ended
 * (until there have been more threads than an int has values). */
int weirc_thread_here(void);

#endif
