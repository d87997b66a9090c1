/* Runs the scenarios of the golden traces on weir and compares, line by line. Which differences are
 * meant stands in the scenarios. */
#include "conformance/oracle/golden.h"
#include "conformance/oracle/scenarios.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef WEIR_GOLDEN_DIRECTORY
#define WEIR_GOLDEN_DIRECTORY "conformance/golden"
#endif

static const scenario_topic topics[] = {{"02-close.txt", {close_scenarios, NULL}},
                                        {"03-destroy.txt", {destroy_scenarios, NULL}},
                                        {"04-write.txt", {write_scenarios, queue_scenarios}},
                                        {"05-read.txt", {read_scenarios, NULL}},
                                        {"07-state.txt", {state_scenarios, NULL}}};

/* What was asked for, and what has come of it. */
typedef struct report {
  const char *backend;
  const char *directory;
  const char *filter;
  bool print;
  unsigned same;
  unsigned declared;
  unsigned later;
  unsigned system_only;
  unsigned failed;
} report;

static void indent(const char *text) {
  for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1)
    printf("    %.*s\n", (int)(end - text), text);
}

static void fail(report *r, const scenario *x, const char *what, const char *lines) {
  r->failed++;
  printf("FAILED: %s: %s\n", x->name, what);
  if (lines) indent(lines);
}

/* Says what a trace's difference from the golden one comes to. */
static void judge(report *r, const scenario *x, const char *difference) {
  if (!x->declared && difference[0] == '\0') {
    r->same++;
    printf("same: %s\n", x->name);
  } else if (!x->declared) {
    fail(r, x, "differs", difference);
  } else if (strcmp(difference, x->lines) == 0) {
    r->declared++;
    printf("differs (declared: %s): %s\n", x->declared, x->name);
  } else {
    fail(r, x, "does not differ as declared; declared are", x->lines);
    printf("  found are\n");
    indent(difference);
  }
}

static void compare(report *r, const golden *g, const scenario *x) {
  trace_text printed = {0};
  trace_text difference = {0};
  size_t length = 0;
  const char *expected = golden_find(g, x->name, &length);
  bool ran = scene_run(r->backend, x->stages, x->global, &printed);
  const char *text = printed.bytes ? printed.bytes : "";
  if (!expected)
    fail(r, x, "is not in the golden traces", NULL);
  else if (!ran)
    fail(r, x, "could not be run", text);
  else if (!golden_difference(expected, length, text, printed.length, x->global, &difference))
    fail(r, x, "could not be compared", text);
  else
    judge(r, x, difference.bytes ? difference.bytes : "");
  if (r->print) indent(text);
  trace_text_free(&printed);
  trace_text_free(&difference);
}

static void run_scenario(report *r, const golden *g, const scenario *x) {
  if (r->filter && !strstr(x->name, r->filter)) return;
  if (!x->stages) {
    r->later++;
    printf("later: %s: %s\n", x->name, x->later);
  } else if (x->system_only && r->backend && strcmp(r->backend, "sim") == 0) {
    r->system_only++;
    printf("not on sim: %s: %s\n", x->name, x->system_only);
  } else {
    compare(r, g, x);
  }
}

static size_t run_topic(report *r, const scenario_topic *topic) {
  golden g;
  size_t count = 0;
  if (!golden_read(r->directory, topic->golden, &g)) {
    r->failed++;
    printf("FAILED: cannot read %s/%s\n", r->directory, topic->golden);
    golden_free(&g);
    return 0;
  }
  for (size_t i = 0; i < sizeof topic->tables / sizeof *topic->tables; i++)
    for (const scenario *x = topic->tables[i]; x && x->name; x++, count++) run_scenario(r, &g, x);
  if (count != golden_count(&g)) {
    r->failed++;
    printf("FAILED: %s has %zu scenarios, here are %zu\n", topic->golden, golden_count(&g), count);
  }
  golden_free(&g);
  return count;
}

/* False: the arguments make no sense. */
static bool take_arguments(report *r, int count, char **arguments) {
  for (int i = 1; i < count; i++) {
    if (strcmp(arguments[i], "--print") == 0)
      r->print = true;
    else if (strcmp(arguments[i], "--backend") == 0 && i + 1 < count)
      r->backend = arguments[++i];
    else if (strcmp(arguments[i], "--golden") == 0 && i + 1 < count)
      r->directory = arguments[++i];
    else if (arguments[i][0] != '-' && !r->filter)
      r->filter = arguments[i];
    else
      return false;
  }
  return true;
}

int main(int count, char **arguments) {
  report r = {.backend = getenv("WEIR_TEST_BACKEND"), .directory = WEIR_GOLDEN_DIRECTORY};
  size_t scenarios = 0;
  if (!take_arguments(&r, count, arguments)) {
    fprintf(stderr, "usage: %s [--backend NAME] [--golden DIRECTORY] [--print] [filter]\n",
            arguments[0]);
    return 2;
  }
  for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
    scenarios += run_topic(&r, &topics[i]);
  printf("same: %u, declared: %u, later: %u, not on this backend: %u, failed: %u, of %zu\n", r.same,
         r.declared, r.later, r.system_only, r.failed, scenarios);
  printf("%u passed, %u failed, %u skipped\n", r.same + r.declared, r.failed,
         r.later + r.system_only);
  return r.failed == 0 ? 0 : 1;
}
