/**
 * @file
 * @brief The course of a turn: waiting at the port, and who is next.
 */
#ifndef WEIRB_IOCP_TURN_H
#define WEIRB_IOCP_TURN_H

#include "backends/iocp/state.h"

/** poll() of the SPI. */
weir_err weirb_iocp_poll(weir_backend *backend, weir_time deadline, weir_completions *done);

/** due() of the SPI. */
weir_time weirb_iocp_due(const weir_backend *backend);

/** wake() of the SPI. */
void weirb_iocp_wake(weir_backend *backend);

/** Waits until the system has let go of everything. All handles are closed. */
void weirb_iocp_drain(weir_backend *backend);

#endif
