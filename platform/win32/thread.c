/* Decides how weir's threads are made of the system's. Does not decide what they do. */
#include "platform/thread.h"

#include <process.h>
#include <stddef.h>

void weirp_mutex_lock(weirp_mutex *mutex) {
  AcquireSRWLockExclusive(&mutex->system);
}

void weirp_mutex_unlock(weirp_mutex *mutex) {
  ReleaseSRWLockExclusive(&mutex->system);
}

void weirp_condition_wait(weirp_condition *condition, weirp_mutex *mutex) {
  (void)SleepConditionVariableSRW(&condition->system, &mutex->system, INFINITE, 0);
}

bool weirp_condition_wait_for(weirp_condition *condition, weirp_mutex *mutex, uint32_t timeout_ms) {
  /* The largest number means for ever. */
  DWORD timeout = timeout_ms < INFINITE ? timeout_ms : INFINITE - 1;
  return SleepConditionVariableSRW(&condition->system, &mutex->system, timeout, 0) != 0;
}

void weirp_condition_signal(weirp_condition *condition) {
  WakeConditionVariable(&condition->system);
}

void weirp_condition_broadcast(weirp_condition *condition) {
  WakeAllConditionVariable(&condition->system);
}

/* Pointers to functions do not go through pointers to void. */
typedef struct call {
  void (*function)(void);
} call;

static BOOL CALLBACK run_once(PINIT_ONCE once, void *parameter, void **context) {
  const call *wanted = parameter;
  (void)once;
  (void)context;
  wanted->function();
  return TRUE;
}

void weirp_once_run(weirp_once *once, void (*function)(void)) {
  call wanted = {function};
  (void)InitOnceExecuteOnce(&once->system, run_once, &wanted, NULL);
}

static unsigned __stdcall run(void *user) {
  const weirp_thread *thread = user;
  thread->function(thread->user);
  return 0;
}

bool weirp_thread_start(weirp_thread *out_thread, void (*function)(void *user), void *user) {
  out_thread->function = function;
  out_thread->user = user;
  /* Not CreateThread(): the C library has memory of its own for each thread. */
  uintptr_t handle = _beginthreadex(NULL, 0, run, out_thread, 0, NULL);
  out_thread->system = (HANDLE)handle;
  return handle != 0;
}

void weirp_thread_detach(weirp_thread *thread) {
  (void)CloseHandle(thread->system);
}

void weirp_thread_join(weirp_thread *thread) {
  (void)WaitForSingleObject(thread->system, INFINITE);
  (void)CloseHandle(thread->system);
}

/* There is no fork. */
void weirp_thread_watch_forks(void (*before)(void), void (*in_parent)(void),
                              void (*in_child)(void)) {
  (void)before;
  (void)in_parent;
  (void)in_child;
}
