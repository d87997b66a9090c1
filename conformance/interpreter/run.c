/* The program `run`: its arguments, the files, the counts. What a scenario is and how it is judged
 * is decided elsewhere. */
#include "conformance/clause.h"
#include "conformance/interpreter/ground.h"
#include "conformance/interpreter/verdict.h"
#include "conformance/interpreter/where.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What was asked for, and what has come of it. */
typedef struct request {
  world world;
  const char *golden; /* NULL: beside the file's directory. */
  const char *filter;
  bool print;
  unsigned long schedules; /* 0: one run. */
  const char **files;
  size_t file_count;
  unsigned counts[VERDICTS];
} request;

static void usage(const char *program) {
  fprintf(stderr,
          "usage: %s [--backend NAME] [--golden DIRECTORY] [--print] [--seed N] [--schedules N] "
          "FILE... [--filter TEXT]\n",
          program);
}

static bool take_number(const char *text, unsigned long *out_number) {
  return word_number((word){text, strlen(text)}, out_number);
}

/* An argument that has a value. */
static bool take_pair(request *r, const char *name, const char *given) {
  unsigned long seed;
  if (!given) return false;
  if (strcmp(name, "--backend") == 0) {
    r->world.backend = given;
  } else if (strcmp(name, "--golden") == 0) {
    r->golden = given;
  } else if (strcmp(name, "--filter") == 0) {
    r->filter = given;
  } else if (strcmp(name, "--schedules") == 0) {
    return take_number(given, &r->schedules);
  } else if (strcmp(name, "--seed") == 0 && take_number(given, &seed)) {
    r->world.seed = seed;
    r->world.whims = true;
  } else {
    return false;
  }
  return true;
}

static bool take_arguments(request *r, int count, char **arguments) {
  for (int i = 1; i < count; i++) {
    const char *a = arguments[i];
    if (strcmp(a, "--print") == 0) {
      r->print = true;
    } else if (a[0] == '-') {
      if (!take_pair(r, a, i + 1 < count ? arguments[i + 1] : NULL)) return false;
      i++;
    } else {
      r->files[r->file_count++] = a;
    }
  }
  return r->file_count > 0;
}

/* An unknown backend is told before anything runs; the system's own gets its name. */
static bool backend_is_there(world *w) {
  weir_loop_options options = WEIR_LOOP_OPTIONS_INIT;
  const char *name = w->backend;
  weir_loop *loop;
  weir_error error = WEIR_ERROR_INIT;
  char text[256];
  options.backend = name;
  options.error = &error;
  weir_err err = weir_loop_create(&options, &loop);
  if (err == WEIR_OK) {
    w->backend = weir_loop_backend_name(loop);
    (void)weir_loop_free(loop);
    return true;
  }
  (void)weir_error_message(&error, text, sizeof text);
  fprintf(stderr, "the backend %s: %s\n", name ? name : "of this system", text);
  return false;
}

static void tell(request *r, const scenario *of, verdict *v) {
  r->counts[v->kind]++;
  if (!r->print) printf("%s: %s\n", of->title, v->text.bytes ? v->text.bytes : "");
  trace_text_free(&v->text);
}

/* One run under one schedule. */
static void run_once(const request *r, const tree *t, const scenario *of, const world *w,
                     const char *expected, verdict *out_verdict) {
  run_result result;
  scene_run(of, t->source.path, w, &result);
  verdict_find(of, &result, expected, w->whims && w->pieces, out_verdict);
  if (r->print) {
    printf("# %s\n%s", of->title, result.trace.bytes ? result.trace.bytes : "");
    if (result.problem.length > 0) fprintf(stderr, "%s\n", result.problem.bytes);
    printf("\n");
  }
  trace_text_free(&result.trace);
  trace_text_free(&result.problem);
  trace_text_free(&result.untold);
}

/* The same under every seed; the first that is not says which. */
static void run_schedules(const request *r, const tree *t, const scenario *of, const char *expected,
                          verdict *v) {
  world w = r->world;
  w.pieces = !of->sees_pieces;
  run_once(r, t, of, &w, expected, v);
  if (r->print) return;
  for (unsigned long seed = 1; seed <= r->schedules; seed++) {
    if (v->kind != VERDICT_SAME && v->kind != VERDICT_DECLARED) return;
    trace_text_free(&v->text);
    w.whims = true;
    w.seed = seed;
    run_once(r, t, of, &w, expected, v);
    if (v->kind == VERDICT_FAILED) trace_text_format(&v->text, "\n    under --seed %lu", seed);
  }
}

static void run_scenario(request *r, const tree *t, golden *g, const scenario *of) {
  const char *reason = where_left_out(of, r->world.backend);
  const golden_block *block = golden_find(g, of->title);
  verdict v = {VERDICT_SKIPPED, {0}};
  clause_block clauses = {.open = false};
  if (reason) {
    trace_text_format(&v.text, "skipped: %s", reason);
  } else if (!r->print && !block && !where_only_here(of)) {
    v.kind = VERDICT_FAILED;
    trace_text_format(&v.text, "FAILED: it is not in the golden traces");
  } else {
    bool shows = !of->later && of->clauses[0];
    if (shows) clauses = clauses_begin(of->title, t->source.path, of->clauses);
    run_schedules(r, t, of, block && !r->print ? block->lines : NULL, &v);
    if (shows && (v.kind == VERDICT_SAME || v.kind == VERDICT_DECLARED)) clauses_end(&clauses);
  }
  tell(r, of, &v);
}

static const char *last_slash(const char *path) {
  const char *found = NULL;
  for (; *path; path++)
    if (strchr(ground_slashes, *path)) found = path;
  return found;
}

/* golden/NAME.txt beside the directory of the scenario's file, unless another place was given. */
static char *golden_path(const request *r, const char *file, store *memory) {
  const char *name = last_slash(file);
  int directory = name ? (int)(name - file) : 1;
  const char *base = name ? name + 1 : file;
  const char *dot = strrchr(base, '.');
  int length = dot ? (int)(dot - base) : (int)strlen(base);
  if (!r->golden)
    return store_format(memory, "%.*s/../golden/%.*s.txt", directory, name ? file : ".", length,
                        base);
  if (!ground_is_directory(r->golden)) return store_format(memory, "%s", r->golden);
  return store_format(memory, "%s/%.*s.txt", r->golden, length, base);
}

static void report_untaken(request *r, const golden *g, const char *path) {
  for (const golden_block *b = g->blocks; b && !r->filter && !r->print; b = b->next) {
    if (b->taken) continue;
    r->counts[VERDICT_FAILED]++;
    printf("%s: FAILED: %s has it and the scenarios do not\n", b->title, path);
  }
}

static void run_file(request *r, const tree *t) {
  store memory = {0};
  golden g = {.blocks = NULL};
  const char *path = golden_path(r, t->source.path, &memory);
  if (!r->print && !golden_read(&g, path)) {
    r->counts[VERDICT_FAILED]++;
    printf("FAILED: the golden traces %s cannot be read\n", path);
  } else {
    for (scenario *x = t->scenarios; x; x = x->next) {
      where_keep(x, r->world.backend);
      if (!r->filter || strstr(x->title, r->filter)) run_scenario(r, t, &g, x);
    }
    report_untaken(r, &g, path);
  }
  golden_free(&g);
  store_free(&memory);
}

static bool read_files(const request *r, tree *trees) {
  bool right = true;
  for (size_t i = 0; i < r->file_count; i++)
    if (!tree_read(&trees[i], r->files[i])) right = false;
  return right;
}

static void run_all(request *r, const tree *trees) {
  for (size_t i = 0; i < r->file_count; i++) run_file(r, &trees[i]);
  fprintf(r->print ? stderr : stdout, "%u same, %u declared, %u later, %u skipped, %u failed\n",
          r->counts[VERDICT_SAME], r->counts[VERDICT_DECLARED], r->counts[VERDICT_LATER],
          r->counts[VERDICT_SKIPPED], r->counts[VERDICT_FAILED]);
}

int main(int count, char **arguments) {
  store memory = {0};
  request r = {.world = {.backend = getenv("WEIR_TEST_BACKEND"), .pieces = true}};
  tree *trees = store_take(&memory, (size_t)count * sizeof *trees);
  int status = 2;
  ground_prepare();
  r.files = store_take(&memory, (size_t)count * sizeof *r.files);
  if (!take_arguments(&r, count, arguments)) {
    usage(arguments[0]);
  } else if (read_files(&r, trees) && backend_is_there(&r.world)) {
    run_all(&r, trees);
    status = r.counts[VERDICT_FAILED] == 0 ? 0 : 1;
  }
  for (size_t i = 0; i < r.file_count; i++) tree_free(&trees[i]);
  store_free(&memory);
  return status;
}
