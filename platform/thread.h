/**
 * @file
 * @brief Threads of the library's own, and what they share: locks, conditions, what is done once.
 *
 * None of it asks for memory, and locks and conditions live in static variables: there is nobody
 * who would free them.
 */
#ifndef WEIRP_THREAD_H
#define WEIRP_THREAD_H

#include <stdbool.h>
#include <stdint.h>

#ifdef _WIN32

#include "platform/win32/system.h"

/** A lock of a Windows system. */
typedef SRWLOCK weirp_system_mutex;
/** A condition of a Windows system. */
typedef CONDITION_VARIABLE weirp_system_condition;
/** What a Windows system has to do something once. */
typedef INIT_ONCE weirp_system_once;
/** A thread of a Windows system. */
typedef HANDLE weirp_system_thread;

/** The static initialiser of a weirp_mutex. */
#define WEIRP_MUTEX_INIT                                                                           \
  { SRWLOCK_INIT }
/** The static initialiser of a weirp_condition. */
#define WEIRP_CONDITION_INIT                                                                       \
  { CONDITION_VARIABLE_INIT }
/** The static initialiser of a weirp_once. */
#define WEIRP_ONCE_INIT                                                                            \
  { INIT_ONCE_STATIC_INIT }

#else

#include <pthread.h>

/** A lock of a POSIX system. */
typedef pthread_mutex_t weirp_system_mutex;
/** A condition of a POSIX system. */
typedef pthread_cond_t weirp_system_condition;
/** What a POSIX system has to do something once. */
typedef pthread_once_t weirp_system_once;
/** A thread of a POSIX system. */
typedef pthread_t weirp_system_thread;

/** The static initialiser of a weirp_mutex. */
#define WEIRP_MUTEX_INIT                                                                           \
  { PTHREAD_MUTEX_INITIALIZER }
/** The static initialiser of a weirp_condition. */
#define WEIRP_CONDITION_INIT                                                                       \
  { PTHREAD_COND_INITIALIZER }
/** The static initialiser of a weirp_once. */
#define WEIRP_ONCE_INIT                                                                            \
  { PTHREAD_ONCE_INIT }

#endif

/** A lock; whoever has it does not take it again. */
typedef struct weirp_mutex {
  weirp_system_mutex system; /**< Only through the functions below. */
} weirp_mutex;

/** What threads wait for under a lock. */
typedef struct weirp_condition {
  weirp_system_condition system; /**< Only through the functions below. */
} weirp_condition;

/** Something that is done once in a process. */
typedef struct weirp_once {
  weirp_system_once system; /**< Only through weirp_once_run(). */
} weirp_once;

/** A thread. It stays where it is until it is detached or joined. */
typedef struct weirp_thread {
  weirp_system_thread system;   /**< Only through the functions below. */
  void (*function)(void *user); /**< What it runs. */
  void *user;                   /**< Handed to it. */
} weirp_thread;

/** Takes a lock, and waits until nobody else has it. */
void weirp_mutex_lock(weirp_mutex *mutex);

/** Gives a lock back. */
void weirp_mutex_unlock(weirp_mutex *mutex);

/** Gives a lock back, waits for a signal, which may be nobody's, and has the lock again. */
void weirp_condition_wait(weirp_condition *condition, weirp_mutex *mutex);

/**
 * As weirp_condition_wait(), for a limited time.
 * @param timeout_ms may be too long or too short where the system's wall clock jumps
 * @return false: the time is up
 */
bool weirp_condition_wait_for(weirp_condition *condition, weirp_mutex *mutex, uint32_t timeout_ms);

/** Wakes one of those that wait. */
void weirp_condition_signal(weirp_condition *condition);

/** Wakes all that wait. */
void weirp_condition_broadcast(weirp_condition *condition);

/** Calls a function unless that was done; when this returns, the first call of it has. */
void weirp_once_run(weirp_once *once, void (*function)(void));

/**
 * Starts a thread that takes none of the program's signals.
 * @param out_thread not to be read by the new thread before this has returned
 * @return false: the system has none to give
 */
bool weirp_thread_start(weirp_thread *out_thread, void (*function)(void *user), void *user);

/** Nobody will wait for the thread's end. It may do so itself. */
void weirp_thread_detach(weirp_thread *thread);

/** Waits until the thread has ended. */
void weirp_thread_join(weirp_thread *thread);

/**
 * Has functions called when the process forks: before it, and afterwards in both processes. Where
 * processes do not fork nothing is called; where there is no memory for it neither.
 */
void weirp_thread_watch_forks(void (*before)(void), void (*in_parent)(void),
                              void (*in_child)(void));

#endif
