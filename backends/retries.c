/* Decides when a CONNECT is tried again. Does not decide what is tried, nor when it is given up. */
#include "backends/retries.h"

/* The longest pause, in milliseconds; the first is 1, each doubles. */
enum { PAUSE_MAX = 50, PAUSE_BITS = 6, PAUSE_MASK = (1 << PAUSE_BITS) - 1 };

void weirb_retries_init(weirb_retries *retries) {
  retries->first = NULL;
  retries->at = WEIR_TIME_NEVER;
}

void weirb_retries_begin(weir_op *op) {
  op->data = NULL;
  op->length = 0;
}

/* The millisecond when an operation is due, as many of its bits as there is room for, and below it
 * the pause that ends then. */
static uint32_t due_in(weir_time now, uint32_t pause) {
  return ((uint32_t)(now / WEIR_TIME_MS) + pause) << PAUSE_BITS | pause;
}

/* Nothing waits for longer than a pause: what seems to was due long ago, beyond what is kept. */
static uint32_t rest_of(const weir_op *op, weir_time now) {
  uint32_t rest = ((uint32_t)op->length - due_in(now, 0)) >> PAUSE_BITS;
  return rest <= PAUSE_MAX ? rest : 0;
}

static void put(weirb_retries *retries, weir_op *op, weir_time due) {
  op->next = retries->first;
  op->data = &retries->first;
  if (op->next != NULL) op->next->data = &op->next;
  retries->first = op;
  if (due < retries->at) retries->at = due;
}

void weirb_retries_add(weirb_retries *retries, weir_op *op, weir_time now) {
  uint32_t pause = ((uint32_t)op->length & PAUSE_MASK) * 2;
  if (pause == 0) pause = 1;
  if (pause > PAUSE_MAX) pause = PAUSE_MAX;
  op->length = due_in(now, pause);
  put(retries, op, now + pause * WEIR_TIME_MS);
}

bool weirb_retries_remove(weirb_retries *retries, weir_op *op) {
  weir_op **link = op->data;
  if (link == NULL) return false;
  *link = op->next;
  if (op->next != NULL) op->next->data = link;
  op->data = NULL;
  if (retries->first == NULL) retries->at = WEIR_TIME_NEVER;
  return true;
}

weir_op *weirb_retries_take_due(weirb_retries *retries, weir_time now) {
  weir_op *next = retries->first, *due = NULL;
  if (now < retries->at) return NULL;
  weirb_retries_init(retries);
  while (next != NULL) {
    weir_op *op = next;
    uint32_t rest = rest_of(op, now);
    next = op->next;
    if (rest > 0) {
      put(retries, op, now + rest * WEIR_TIME_MS);
    } else {
      op->data = NULL;
      op->next = due;
      due = op;
    }
  }
  return due;
}
