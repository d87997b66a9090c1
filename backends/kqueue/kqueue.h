/**
 * @file
 * @brief The backend of macOS and the BSDs: readiness from kqueue, made into operations.
 */
#ifndef WEIRB_KQUEUE_H
#define WEIRB_KQUEUE_H

#include "weir/backend.h"

/** The functions of the "kqueue" backend. */
extern const weir_backend_ops weirb_kqueue_ops;

#endif
