/**
 * @file
 * @brief Abort signals: Node's AbortController and AbortSignal in one.
 */
#ifndef WEIR_ABORT_SIGNAL_H
#define WEIR_ABORT_SIGNAL_H

#include "weir/base.h"
#include "weir/loop.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Ends what it was given to, once: weir_socket_options.signal destroys the socket with
 * WEIR_ABORT_ERR, weir_listen_options.signal closes the server.
 *
 * Counted: sockets and servers hold it until they have ended. It belongs to a loop, which it may
 * outlive; sockets and servers of another loop refuse it with WEIR_ERR_INVALID_ARG_VALUE.
 * @source ABT-01, ABT-04, ABT-08
 */
typedef struct weir_abort_signal weir_abort_signal;

/**
 * Makes a signal that has not been fired.
 * @param loop whose
 * @param out_signal a signal with one reference, for weir_abort_signal_release(); NULL on failure
 * @return WEIR_OK; WEIR_ERR_INVALID_ARG_TYPE: NULL; WEIR_ENOMEM; WEIR_ERR_LOOP_CLOSED;
 * WEIR_ERR_WRONG_THREAD
 * @cost one malloc() (never the loop's allocator); for the first signal of a loop two
 */
WEIR_API weir_err weir_abort_signal_create(weir_loop *loop, weir_abort_signal **out_signal);

/** Takes one more reference. @return the signal @thread any */
WEIR_API weir_abort_signal *weir_abort_signal_retain(weir_abort_signal *signal);

/** Gives one reference back; the last one frees the signal. Does nothing for NULL. @thread any */
WEIR_API void weir_abort_signal_release(weir_abort_signal *signal);

/** True from the first weir_abort() on. @thread any */
WEIR_API bool weir_abort_signal_aborted(const weir_abort_signal *signal);

/**
 * Fires a signal: at once on the loop's own thread, as a post from elsewhere. Sockets are destroyed
 * and servers closed in the order in which they were given the signal; their events follow as
 * always. A signal that was fired does so at once to whoever is given it later.
 *
 * The loop's own thread is the one that runs it or, while nobody does, that ran or made it last, or
 * a signal of it. It cannot fail: room for the post was made with the signal. Does nothing for NULL
 * and when the loop is gone.
 * @thread any
 * @cost each socket and server costs as much as destroying it; those that have ended cost nothing
 * @source ABT-01, ABT-03, ABT-04, ABT-06
 */
WEIR_API void weir_abort(weir_abort_signal *signal);

#ifdef __cplusplus
}
#endif
#endif
