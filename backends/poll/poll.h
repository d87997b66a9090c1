/**
 * @file
 * @brief The backend for any POSIX system: readiness from poll(), made into operations.
 */
#ifndef WEIRB_POLL_H
#define WEIRB_POLL_H

#include "weir/backend.h"

/** The functions of the "poll" backend. */
extern const weir_backend_ops weirb_poll_ops;

#endif
