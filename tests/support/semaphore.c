/* Counts who may pass; who waits for whom is the test's business. */
#include "tests/support/semaphore.h"

void semaphore_init(semaphore *s) {
  *s = (semaphore){WEIRP_MUTEX_INIT, WEIRP_CONDITION_INIT, 0};
}

void semaphore_post(semaphore *s) {
  weirp_mutex_lock(&s->lock);
  s->count++;
  weirp_condition_signal(&s->raised);
  weirp_mutex_unlock(&s->lock);
}

void semaphore_wait(semaphore *s) {
  weirp_mutex_lock(&s->lock);
  while (s->count == 0) weirp_condition_wait(&s->raised, &s->lock);
  s->count--;
  weirp_mutex_unlock(&s->lock);
}
