/* Decides what of a scenario is for other backends and systems than this one. */
#include "conformance/interpreter/where.h"

#include "conformance/interpreter/ground.h"

#include <string.h>

static bool is_system(const char *name) {
  return strcmp(name, "posix") == 0 || strcmp(name, "windows") == 0 || strcmp(name, "wine") == 0;
}

/* A system is that of every backend but the simulator. */
static bool is_here(const char *where, const char *backend) {
  return strcmp(where, backend) == 0 || (ground_is(where) && strcmp(backend, "sim") != 0);
}

/* A system's line that another one has with the other sign, and that other one. */
static bool is_taken_back(const scenario *of, const difference_line *d) {
  for (const difference_line *x = of->differences; x; x = x->next)
    if (x->sign != d->sign && is_system(x->id) != is_system(d->id) && strcmp(x->text, d->text) == 0)
      return true;
  return false;
}

static void forget(scenario *of, bool (*is_to_go)(const difference_line *d, const char *backend),
                   const char *backend) {
  for (difference_line **d = &of->differences; *d;)
    if (is_to_go(*d, backend))
      *d = (*d)->next;
    else
      d = &(*d)->next;
}

static bool is_elsewhere(const difference_line *d, const char *backend) {
  return is_system(d->id) && !is_here(d->id, backend);
}

static bool was_taken_back(const difference_line *d, const char *backend) {
  (void)backend;
  return d->taken_back;
}

void where_keep(scenario *of, const char *backend) {
  forget(of, is_elsewhere, backend);
  for (difference_line *d = of->differences; d; d = d->next) d->taken_back = is_taken_back(of, d);
  forget(of, was_taken_back, backend);
}

bool where_only_here(const scenario *of) {
  for (const exclusion *x = of->exclusions; x; x = x->next)
    if (strcmp(x->where, "node") == 0) return true;
  return false;
}

const char *where_left_out(const scenario *of, const char *backend) {
  for (const exclusion *x = of->exclusions; x; x = x->next)
    if (is_here(x->where, backend)) return x->reason;
  return NULL;
}
