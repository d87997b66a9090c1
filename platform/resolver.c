/* Decides on which thread a name is looked up and how many threads there are. Does not decide how
 * a name is looked up, nor who hears of it.
 *
 * One lock guards everything; it is held for a few instructions and never while a name is looked
 * up. All jobs hang in lists that start here, so a process may end at any time and no tool calls
 * them leaked. */
#include "platform/resolver.h"

#include "platform/host.h"
#include "platform/thread.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* How long a thread waits for work before it ends. */
#define IDLE_MS 5000

/* A thread that was started and has not been given back to the system. */
typedef struct place {
  weirp_thread thread;
  bool taken;
} place;

static const weirp_condition fresh_condition = WEIRP_CONDITION_INIT;

static struct {
  weirp_mutex lock;
  weirp_condition work; /* There is a job to take, or an end to be made. */
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
} pool = {.lock = WEIRP_MUTEX_INIT,
          .work = WEIRP_CONDITION_INIT,
          .waiting = {&pool.waiting, &pool.waiting},
          .running = {&pool.running, &pool.running},
          .forgotten = {&pool.forgotten, &pool.forgotten},
          .look_up = weirp_host_look_up};

static weirp_once forks_are_watched = WEIRP_ONCE_INIT;

static void lock(void) {
  weirp_mutex_lock(&pool.lock);
}

static void unlock(void) {
  weirp_mutex_unlock(&pool.lock);
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
  weirp_thread_watch_forks(lock, unlock, start_anew);
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
  bool in_time = true;
  while (weirc_list_empty(&pool.waiting)) {
    if (!in_time || pool.resting) return NULL;
    pool.idle++;
    /* Ending too early or too late is no harm. */
    in_time = weirp_condition_wait_for(&pool.work, &pool.lock, IDLE_MS);
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

static void work(void *user) {
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
    weirp_thread_detach(&mine->thread);
    mine->taken = false;
  }
  unlock();
}

static place *free_place(void) {
  for (size_t i = 0; i < WEIRP_RESOLVER_THREADS_MOST; i++) {
    if (!pool.places[i].taken) return &pool.places[i];
  }
  return NULL;
}

static bool start_thread(void) {
  place *mine = free_place();
  if (mine == NULL) return false;
  mine->taken = weirp_thread_start(&mine->thread, work, mine);
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
  weirp_once_run(&forks_are_watched, watch_forks);
  lock();
  free_forgotten();
  weirc_list_append(&pool.waiting, &job->link);
  pool.jobs++;
  if (needs_thread() && !start_thread() && pool.active == 0) {
    weirc_list_remove(&job->link);
    pool.jobs--;
    err = WEIR_EAI_AGAIN;
  } else {
    weirp_condition_signal(&pool.work);
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
  weirp_condition_broadcast(&pool.work);
  for (size_t i = 0; i < WEIRP_RESOLVER_THREADS_MOST; i++) {
    if (!pool.places[i].taken) continue;
    weirp_thread *thread = &pool.places[i].thread;
    unlock();
    weirp_thread_join(thread);
    lock();
    pool.places[i].taken = false;
  }
  pool.resting = false;
  unlock();
}
