/* RESOLVEs, which have no handle. Kept apart from other operations so that a RECEIVE, which is
 * taken with each message, does not pay for them. */
#include "backends/ready/resolve.h"

void weirb_ready_resolve_submit(weir_backend *backend, weir_op *op) {
  weir_err err = weirb_resolves_submit(&backend->resolves, op);
  if (err != WEIR_OK) weirb_ready_finish(backend, op, err);
}

void weirb_ready_resolve_cancel(weir_backend *backend, weir_op *op) {
  if (weirb_resolves_cancel(&backend->resolves, op)) {
    weirb_ready_finish(backend, op, WEIR_ECANCELED);
  }
}
