/* Decides how weir's threads are made of the system's: they take no signals. Does not decide what
 * they do. */
#include "platform/thread.h"

#include <assert.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>

/* Only somebody who misuses a lock is refused it. */
void weirp_mutex_lock(weirp_mutex *mutex) {
  int result = pthread_mutex_lock(&mutex->system);
  assert(result == 0);
  (void)result;
}

void weirp_mutex_unlock(weirp_mutex *mutex) {
  int result = pthread_mutex_unlock(&mutex->system);
  assert(result == 0);
  (void)result;
}

void weirp_condition_wait(weirp_condition *condition, weirp_mutex *mutex) {
  (void)pthread_cond_wait(&condition->system, &mutex->system);
}

bool weirp_condition_wait_for(weirp_condition *condition, weirp_mutex *mutex, uint32_t timeout_ms) {
  struct timespec until;
  /* The clock of a condition with static initialiser: the one that may jump. */
  (void)clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += (time_t)(timeout_ms / 1000);
  until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
  if (until.tv_nsec >= 1000000000) {
    until.tv_sec++;
    until.tv_nsec -= 1000000000;
  }
  return pthread_cond_timedwait(&condition->system, &mutex->system, &until) == 0;
}

void weirp_condition_signal(weirp_condition *condition) {
  (void)pthread_cond_signal(&condition->system);
}

void weirp_condition_broadcast(weirp_condition *condition) {
  (void)pthread_cond_broadcast(&condition->system);
}

void weirp_once_run(weirp_once *once, void (*function)(void)) {
  (void)pthread_once(&once->system, function);
}

static void *run(void *user) {
  const weirp_thread *thread = user;
  thread->function(thread->user);
  return NULL;
}

bool weirp_thread_start(weirp_thread *out_thread, void (*function)(void *user), void *user) {
  sigset_t all;
  sigset_t before;
  (void)sigfillset(&all);
  /* A thread begins with what whoever starts it has blocked. */
  if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) return false;
  out_thread->function = function;
  out_thread->user = user;
  int result = pthread_create(&out_thread->system, NULL, run, out_thread);
  (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
  return result == 0;
}

void weirp_thread_detach(weirp_thread *thread) {
  (void)pthread_detach(thread->system);
}

void weirp_thread_join(weirp_thread *thread) {
  (void)pthread_join(thread->system, NULL);
}

void weirp_thread_watch_forks(void (*before)(void), void (*in_parent)(void),
                              void (*in_child)(void)) {
  (void)pthread_atfork(before, in_parent, in_child);
}
