/**
 * @file
 * @brief The backend on a loop of libuv's: its handles and requests, made into operations.
 */
#ifndef WEIRB_UV_H
#define WEIRB_UV_H

#include "weir/backend.h"

/** The functions of the "uv" backend. */
extern const weir_backend_ops weirb_uv_ops;

#endif
