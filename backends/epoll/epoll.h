/**
 * @file
 * @brief The backend of Linux: readiness from epoll, made into operations.
 */
#ifndef WEIRB_EPOLL_H
#define WEIRB_EPOLL_H

#include "weir/backend.h"

/** The functions of the "epoll" backend. */
extern const weir_backend_ops weirb_epoll_ops;

#endif
