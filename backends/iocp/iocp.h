/**
 * @file
 * @brief The backend on completion ports: TCP and named pipes.
 */
#ifndef WEIRB_IOCP_H
#define WEIRB_IOCP_H

#include "weir/backend.h"

/** The functions of the "iocp" backend. */
extern const weir_backend_ops weirb_iocp_ops;

#endif
