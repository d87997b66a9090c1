/**
 * @file
 * @brief Everything a program needs: `#include <weir/weir.h>`.
 *
 * @mainpage weir
 *
 * weir is Node's `net` module for C programs: TCP and Unix domain sockets behind one socket and one
 * server.
 *
 * What holds everywhere and is not said again for each function:
 *
 * - **Thread.** A loop and its objects belong to one thread at a time. While one runs the loop, a
 * call from another does nothing, not even run a callback, and returns WEIR_ERR_WRONG_THREAD, if it
 * returns a weir_err.
 * weir_loop_post() and weir_abort() may be called from any.
 * - **Re-entrancy.** Every function may be called in every handler, unless its text says otherwise.
 * - **Handlers.** They run from weir_loop_run(), weir_loop_dispatch(), weir_step_run() and
 * weir_loop_free(), never from inside another call. The state is final before a handler runs.
 * - **Arguments.** Options and strings are copied before the call returns. NULL where an object is
 * needed is refused with WEIR_ERR_INVALID_ARG_TYPE; functions that return no weir_err do nothing or
 * return zero.
 * - **Options.** Start from the WEIR_..._INIT of the struct: it sets the size and Node's defaults.
 * A zeroed struct is refused, a longer one (from a newer header) is taken if what is unknown in it
 * is zero.
 * - **Errors.** What Node throws is returned; what Node emits arrives in on_error, followed by
 * on_close. An error without handler ends nothing: on_close tells `had_error`.
 * - **Callbacks.** Each runs exactly once, with an error or none, and before on_close.
 */
#ifndef WEIR_WEIR_H
#define WEIR_WEIR_H

#include "weir/abort_signal.h"
#include "weir/activation.h"
#include "weir/address.h"
#include "weir/base.h"
#include "weir/block_list.h"
#include "weir/defaults.h"
#include "weir/encoding.h"
#include "weir/error.h"
#include "weir/lookup.h"
#include "weir/loop.h"
#include "weir/server.h"
#include "weir/sim.h"
#include "weir/socket.h"
#include "weir/socket_option.h"
#include "weir/stream.h"
#include "weir/uv.h"

#endif
