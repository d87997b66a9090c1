/**
 * @file
 * @brief RESOLVEs: they go to the threads that all backends share.
 */
#ifndef WEIRB_READY_RESOLVE_H
#define WEIRB_READY_RESOLVE_H

#include "backends/ready/state.h"

/** Takes a RESOLVE. */
void weirb_ready_resolve_submit(weir_backend *backend, weir_op *op);

/** Brings a RESOLVE back at once; does nothing for one that is back already. */
void weirb_ready_resolve_cancel(weir_backend *backend, weir_op *op);

#endif
