/* Judges runs: what differs must be exactly what is declared. */
#include "conformance/interpreter/verdict.h"

#include "conformance/interpreter/chunk.h"
#include "conformance/interpreter/difference.h"
#include "conformance/interpreter/ground.h"

#include <string.h>

static bool named_before(const scenario *of, const difference_line *d) {
  for (const difference_line *x = of->differences; x != d; x = x->next)
    if (strcmp(x->id, d->id) == 0) return true;
  return false;
}

void verdict_ids(const scenario *of, trace_text *out) {
  for (const difference_line *d = of->differences; d; d = d->next)
    if (!named_before(of, d))
      trace_text_format(out, "%s%s", d == of->differences ? "" : ", ", d->id);
}

/* Takes a difference out of those that were found. */
static bool take(difference **found, char sign, const char *text) {
  for (difference **d = found; *d; d = &(*d)->next)
    if ((*d)->sign == sign && ground_reads_as(text, (*d)->text)) {
      *d = (*d)->next;
      return true;
    }
  return false;
}

/* What is left when the declared differences are taken away, and those that were not there. What
 * differs by how it is cut does not once it is joined. */
static void unmeant(const scenario *of, difference *found, bool pieces, trace_text *out) {
  for (const difference_line *d = of->differences; d; d = d->next)
    if (!take(&found, d->sign, d->text) && !(pieces && chunk_is(d->text)))
      trace_text_format(out, "\n    declared in line %u and not there: %c %s", d->line, d->sign,
                        d->text);
  for (; found; found = found->next)
    trace_text_format(out, "\n    %c %s", found->sign, found->text);
}

static void fail(verdict *v, const char *what) {
  v->kind = VERDICT_FAILED;
  trace_text_format(&v->text, "FAILED:%s%s", *what == '\n' ? "" : " ", what);
}

static void judge(const scenario *of, const char *wrong, verdict *v) {
  trace_text ids = {0};
  verdict_ids(of, &ids);
  if (of->later && *wrong) {
    v->kind = VERDICT_LATER;
    trace_text_format(&v->text, "later");
  } else if (of->later) {
    fail(v, "the mark later can go");
  } else if (*wrong) {
    fail(v, wrong);
  } else if (of->differences) {
    v->kind = VERDICT_DECLARED;
    trace_text_format(&v->text, "differs (declared: %s)", ids.bytes ? ids.bytes : "");
  } else {
    v->kind = VERDICT_SAME;
    trace_text_format(&v->text, "same");
  }
  trace_text_free(&ids);
}

void verdict_find(const scenario *of, const run_result *result, const char *expected, bool pieces,
                  verdict *out_verdict) {
  const char *printed = result->trace.bytes ? result->trace.bytes : "";
  store memory = {0};
  trace_text wrong = {0};
  *out_verdict = (verdict){.text = {0}};
  if (result->untold.length > 0) {
    out_verdict->kind = VERDICT_SKIPPED;
    trace_text_format(&out_verdict->text, "skipped: %s", result->untold.bytes);
    return;
  }
  if (result->problem.length > 0) trace_text_format(&wrong, "%s", result->problem.bytes);
  if (expected)
    unmeant(of, difference_find(&memory, expected, printed, of->global, pieces), pieces, &wrong);
  judge(of, wrong.bytes ? wrong.bytes : "", out_verdict);
  trace_text_free(&wrong);
  store_free(&memory);
}
