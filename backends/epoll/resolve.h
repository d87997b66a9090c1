/**
 * @file
 * @brief RESOLVEs: they go to the threads that all backends share.
 */
#ifndef WEIRB_EPOLL_RESOLVE_H
#define WEIRB_EPOLL_RESOLVE_H

#include "backends/epoll/state.h"

/** Takes a RESOLVE. */
void weirb_epoll_resolve_submit(weir_backend *backend, weir_op *op);

/** Brings a RESOLVE back at once; does nothing for one that is back already. */
void weirb_epoll_resolve_cancel(weir_backend *backend, weir_op *op);

#endif
