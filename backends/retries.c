/* Decides when a CONNECT is tried again. Does not decide what is tried, nor when it is given up. */
#include "backends/retries.h"

/* The longest pause, in milliseconds; the first is 1, each doubles. */
enum { PAUSE_MAX = 50 };

void weirb_retries_init(weirb_retries *retries) {
  retries->first = NULL;
  retries->at = WEIR_TIME_NEVER;
}

void weirb_retries_begin(weir_op *op) {
  op->data = NULL;
}

/* 32 bits of milliseconds are enough for differences. */
static uint32_t ms_of(weir_time time) {
  return (uint32_t)(time / WEIR_TIME_MS);
}

static void put(weirb_retries *retries, weir_op *op, weir_time now, uint32_t ms) {
  weir_time due = now + ms * WEIR_TIME_MS;
  op->length = ms_of(now) + ms;
  op->next = retries->first;
  retries->first = op;
  if (due < retries->at) retries->at = due;
}

void weirb_retries_add(weirb_retries *retries, weir_op *op, weir_time now) {
  uintptr_t pause = (uintptr_t)op->data * 2;
  if (pause == 0) pause = 1;
  if (pause > PAUSE_MAX) pause = PAUSE_MAX;
  op->data = (void *)pause;
  put(retries, op, now, (uint32_t)pause);
}

void weirb_retries_remove(weirb_retries *retries, const weir_op *op) {
  weir_op **link = &retries->first;
  while (*link != NULL && *link != op) link = &(*link)->next;
  if (*link != NULL) *link = op->next;
  if (retries->first == NULL) retries->at = WEIR_TIME_NEVER;
}

weir_op *weirb_retries_take_due(weirb_retries *retries, weir_time now) {
  weir_op *next = retries->first, *due = NULL;
  if (now < retries->at) return NULL;
  weirb_retries_init(retries);
  while (next != NULL) {
    weir_op *op = next;
    int32_t rest = (int32_t)((uint32_t)op->length - ms_of(now));
    next = op->next;
    if (rest > 0) {
      put(retries, op, now, (uint32_t)rest);
    } else {
      op->next = due;
      due = op;
    }
  }
  return due;
}
