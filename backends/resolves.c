/* Decides how an answer gets from a thread of the resolver to the loop that asked, and that it does
 * so once. Does not decide how names are looked up.
 *
 * While a RESOLVE is out, its `data` is its job; a job without subject has no operation any more.
 */
#include "backends/resolves.h"

#include "platform/resolver.h"

#include <assert.h>

/* On a thread of the resolver, which holds its lock: an owner that has abandoned its jobs is never
 * met here, so it may be freed. */
static void tell(weirp_resolver_job *job) {
  weirb_resolves *resolves = job->owner;
  void *head = weirc_atomic_ptr_load(&resolves->told);
  do {
    job->next = head;
  } while (!weirc_atomic_ptr_compare_exchange(&resolves->told, &head, job));
  /* Whoever found the stack empty wakes the loop for all that follow. */
  if (head == NULL) resolves->wake(resolves->backend);
}

void weirb_resolves_init(weirb_resolves *resolves, weir_backend *backend,
                         void (*wake)(weir_backend *backend)) {
  resolves->untidy = false;
  resolves->shown = NULL;
  weirc_atomic_ptr_store(&resolves->told, NULL);
  weirc_list_init(&resolves->out);
  resolves->backend = backend;
  resolves->wake = wake;
}

/* Gives up a job; one that was told is freed when it is collected. */
static void abandon(weirb_resolves *resolves, weirp_resolver_job *job) {
  resolves->untidy = true;
  weirc_list_remove(&job->owned);
  if (!weirp_resolver_abandon(job)) job->subject = NULL;
}

static weirp_resolver_job *take_told(weirb_resolves *resolves) {
  weirp_resolver_job *job = weirc_atomic_ptr_exchange(&resolves->told, NULL);
  weirp_resolver_job *turned = NULL;
  while (job != NULL) {
    weirp_resolver_job *next = job->next;
    job->next = turned;
    turned = job;
    job = next;
  }
  return turned;
}

static void free_jobs(weirp_resolver_job *job) {
  while (job != NULL) {
    weirp_resolver_job *next = job->next;
    weirp_resolver_job_free(job);
    job = next;
  }
}

void weirb_resolves_free(weirb_resolves *resolves) {
  while (!weirc_list_empty(&resolves->out)) {
    abandon(resolves, weirc_container(resolves->out.next, weirp_resolver_job, owned));
  }
  free_jobs(take_told(resolves));
  weirb_resolves_turn(resolves);
}

weir_err weirb_resolves_submit(weirb_resolves *resolves, weir_op *op) {
  weir_resolve_op *resolve = (weir_resolve_op *)(void *)op;
  assert(op->kind == WEIR_OP_RESOLVE && op->handle == NULL);
  op->data = NULL;
  weirp_resolver_job *job =
      weirp_resolver_job_create(resolve->host, resolve->family, resolve->hints);
  if (job == NULL) return WEIR_ENOMEM;
  job->owner = resolves;
  job->subject = resolve;
  job->told = tell;
  weir_err err = weirp_resolver_submit(job);
  if (err != WEIR_OK) {
    weirp_resolver_job_free(job);
    return err;
  }
  weirc_list_append(&resolves->out, &job->owned);
  op->data = job;
  return WEIR_OK;
}

bool weirb_resolves_cancel(weirb_resolves *resolves, weir_op *op) {
  weirp_resolver_job *job = op->data;
  if (job == NULL) return false;
  assert(job->owner == resolves && job->subject == op);
  op->data = NULL;
  abandon(resolves, job);
  return true;
}

static void show(weirb_resolves *resolves, weirp_resolver_job *job, weir_completions *done) {
  weir_resolve_op *resolve = job->subject;
  weirc_list_remove(&job->owned);
  resolve->op.data = NULL;
  resolve->op.error = job->error;
  resolve->addresses = job->addresses;
  resolve->count = job->count;
  job->next = resolves->shown;
  resolves->shown = job;
  resolves->untidy = true;
  weir_completions_add(done, &resolve->op);
}

void weirb_resolves_collect(weirb_resolves *resolves, weir_completions *done) {
  weirp_resolver_job *job = take_told(resolves);
  while (job != NULL) {
    weirp_resolver_job *next = job->next;
    if (job->subject != NULL) {
      show(resolves, job, done);
    } else {
      weirp_resolver_job_free(job);
    }
    job = next;
  }
}

void weirb_resolves_tidy(weirb_resolves *resolves) {
  weirp_resolver_job *job = resolves->shown;
  resolves->shown = NULL;
  resolves->untidy = false;
  free_jobs(job);
  weirp_resolver_settle();
}
