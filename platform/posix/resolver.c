/* Decides on which thread a name is looked up and how many threads there are. Does not decide how
 * a name is looked up, nor who hears of it.
 *
 * One lock guards everything; it is held for a few instructions and never while a name is looked
 * up. All jobs hang in lists that start here, so a process may end at any time and no tool calls
 * them leaked. */
#include "platform/posix/resolver.h"

#include "platform/posix/host.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* How long a thread waits for work before it ends. */
#define IDLE_SECONDS 5

/* A thread that was started and has not been given back to the system. */
typedef struct place {
  pthread_t thread;
  bool taken;
} place;

static const pthread_cond_t fresh_condition = PTHREAD_COND_INITIALIZER;

static struct {
  pthread_mutex_t lock;
  pthread_cond_t work;  /* There is a job to take, or an end to be made. */
  weirc_link waiting;   /* Jobs, the oldest first. */
  weirc_link running;   /* Jobs that a thread is at, abandoned ones included. */
  weirc_link forgotten; /* Jobs whose thread was another process's, to be freed. */
  unsigned jobs;        /* How many wait. */
  unsigned idle;        /* Threads that wait for a job. */
  unsigned active;      /* Threads that are not strays. */
  unsigned strays;      /* Threads at a job that was abandoned. */
  bool resting;         /* Threads end as soon as there is no job. */
  weirp_resolver_function look_up;
  place places[WEIRP_RESOLVER_THREADS_MOST];
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER,
          .work = PTHREAD_COND_INITIALIZER,
          .waiting = {&pool.waiting, &pool.waiting},
          .running = {&pool.running, &pool.running},
          .forgotten = {&pool.forgotten, &pool.forgotten},
          .look_up = weirp_host_look_up};

static pthread_once_t forks_are_watched = PTHREAD_ONCE_INIT;

static void lock(void) {
  int result = pthread_mutex_lock(&pool.lock);
  assert(result == 0);
  (void)result;
}

static void unlock(void) {
  int result = pthread_mutex_unlock(&pool.lock);
  assert(result == 0);
  (void)result;
}

static weirp_resolver_job *first_of(const weirc_link *list) {
  return weirc_container(list->next, weirp_resolver_job, link);
}

/* A forked process: the threads are gone, and what they were at is nobody's. Nothing is freed here,
 * as the memory of a process that had threads is not to be touched in this moment. */
static void lose_jobs(weirc_link *list) {
  while (!weirc_list_empty(list)) {
    weirp_resolver_job *job = first_of(list);
    weirc_list_remove(&job->link);
    if (job->state == WEIRP_RESOLVER_ABANDONED) {
      weirc_list_append(&pool.forgotten, &job->link);
    } else {
      job->state = WEIRP_RESOLVER_LOST;
    }
  }
}

static void start_anew(void) {
  lose_jobs(&pool.waiting);
  lose_jobs(&pool.running);
  pool.work = fresh_condition;
  pool.jobs = pool.idle = pool.active = pool.strays = 0;
  pool.resting = false;
  for (size_t i = 0; i < WEIRP_RESOLVER_THREADS_MOST; i++) pool.places[i].taken = false;
  unlock();
}

static void watch_forks(void) {
  /* Without memory for it a forked process waits for look-ups in vain; nothing else is wrong. */
  (void)pthread_atfork(lock, unlock, start_anew);
}

static void free_forgotten(void) {
  while (!weirc_list_empty(&pool.forgotten)) {
    weirp_resolver_job *job = first_of(&pool.forgotten);
    weirc_list_remove(&job->link);
    weirp_resolver_job_free(job);
  }
}

/* Waits for a job. @return NULL: there was none for long enough */
static weirp_resolver_job *take_job(void) {
  struct timespec until;
  int result = 0;
  /* The wall clock may jump; a thread then ends too early or too late, which is no harm. */
  (void)clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += IDLE_SECONDS;
  while (weirc_list_empty(&pool.waiting)) {
    if (result != 0 || pool.resting) return NULL;
    pool.idle++;
    result = pthread_cond_timedwait(&pool.work, &pool.lock, &until);
    pool.idle--;
  }
  weirp_resolver_job *job = first_of(&pool.waiting);
  weirc_list_remove(&job->link);
  pool.jobs--;
  return job;
}

/* Takes the result of a job to whoever wants it. A stray is an ordinary thread again. */
static void end_job(weirp_resolver_job *job) {
  weirc_list_remove(&job->link);
  if (job->state == WEIRP_RESOLVER_ABANDONED) {
    pool.strays--;
    pool.active++;
    weirp_resolver_job_free(job);
  } else {
    job->state = WEIRP_RESOLVER_TOLD;
    job->told(job);
  }
}

static void run_job(weirp_resolver_job *job) {
  weirp_resolver_function look_up = pool.look_up;
  job->state = WEIRP_RESOLVER_RUNNING;
  weirc_list_append(&pool.running, &job->link);
  unlock();
  job->error = look_up(job->host, job->family, job->hints, &job->addresses, &job->count);
  lock();
  end_job(job);
}

static void *work(void *user) {
  place *mine = user;
  lock();
  for (;;) {
    weirp_resolver_job *job = take_job();
    if (job == NULL) break;
    run_job(job);
    /* A stray that has come back while others stood in for it. */
    if (pool.active > WEIRP_RESOLVER_THREADS) break;
  }
  pool.active--;
  if (!pool.resting) {
    (void)pthread_detach(mine->thread);
    mine->taken = false;
  }
  unlock();
  return NULL;
}

static place *free_place(void) {
  for (size_t i = 0; i < WEIRP_RESOLVER_THREADS_MOST; i++) {
    if (!pool.places[i].taken) return &pool.places[i];
  }
  return NULL;
}

/* Starts a thread that is not interrupted by the program's signals. */
static bool start_thread(void) {
  place *mine = free_place();
  sigset_t all;
  sigset_t before;
  (void)sigfillset(&all);
  if (mine == NULL || pthread_sigmask(SIG_SETMASK, &all, &before) != 0) return false;
  mine->taken = pthread_create(&mine->thread, NULL, work, mine) == 0;
  (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (mine->taken) pool.active++;
  return mine->taken;
}

static bool needs_thread(void) {
  return pool.jobs > pool.idle && pool.active < WEIRP_RESOLVER_THREADS &&
         pool.active + pool.strays < WEIRP_RESOLVER_THREADS_MOST;
}

weirp_resolver_job *weirp_resolver_job_create(const char *host, weir_family family, int32_t hints) {
  size_t length = strlen(host) + 1;
  weirp_resolver_job *job = malloc(sizeof *job + length);
  if (job == NULL) return NULL;
  memset(job, 0, sizeof *job);
  memcpy(job->host, host, length);
  weirc_list_init(&job->link);
  weirc_list_init(&job->owned);
  job->family = family;
  job->hints = hints;
  return job;
}

void weirp_resolver_job_free(weirp_resolver_job *job) {
  free(job->addresses);
  free(job);
}

weir_err weirp_resolver_submit(weirp_resolver_job *job) {
  weir_err err = WEIR_OK;
  assert(job->state == WEIRP_RESOLVER_WAITING && job->told != NULL);
  (void)pthread_once(&forks_are_watched, watch_forks);
  lock();
  free_forgotten();
  weirc_list_append(&pool.waiting, &job->link);
  pool.jobs++;
  if (needs_thread() && !start_thread() && pool.active == 0) {
    weirc_list_remove(&job->link);
    pool.jobs--;
    err = WEIR_EAI_AGAIN;
  } else {
    (void)pthread_cond_signal(&pool.work);
  }
  unlock();
  return err;
}

bool weirp_resolver_abandon(weirp_resolver_job *job) {
  lock();
  weirp_resolver_state state = job->state;
  if (state == WEIRP_RESOLVER_WAITING) {
    weirc_list_remove(&job->link);
    pool.jobs--;
  } else if (state == WEIRP_RESOLVER_RUNNING) {
    job->state = WEIRP_RESOLVER_ABANDONED;
    pool.active--;
    pool.strays++;
  }
  unlock();
  if (state == WEIRP_RESOLVER_WAITING || state == WEIRP_RESOLVER_LOST) weirp_resolver_job_free(job);
  return state != WEIRP_RESOLVER_TOLD;
}

void weirp_resolver_settle(void) {
  lock();
  /* If the system starts none, who waits is served when a thread comes back. */
  for (unsigned jobs = pool.jobs; jobs > 0 && needs_thread() && start_thread();) jobs--;
  unlock();
}

void weirp_resolver_replace(weirp_resolver_function function) {
  lock();
  pool.look_up = function != NULL ? function : weirp_host_look_up;
  unlock();
}

void weirp_resolver_rest(void) {
  lock();
  pool.resting = true;
  (void)pthread_cond_broadcast(&pool.work);
  for (size_t i = 0; i < WEIRP_RESOLVER_THREADS_MOST; i++) {
    if (!pool.places[i].taken) continue;
    pthread_t thread = pool.places[i].thread;
    unlock();
    (void)pthread_join(thread, NULL);
    lock();
    pool.places[i].taken = false;
  }
  pool.resting = false;
  unlock();
}
