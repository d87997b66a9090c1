/**
 * @file
 * @brief Which thread this is, without asking a system.
 */
#ifndef WEIRC_THREAD_H
#define WEIRC_THREAD_H

/** The calling thread: an address that no other thread gives while this one lives, never NULL. */
void *weirc_thread_here(void);

#endif
