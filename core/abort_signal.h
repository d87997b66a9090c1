/**
 * @file
 * @brief The inside of abort signals: who is to be ended, and how a signal finds its loop.
 */
#ifndef WEIRC_ABORT_SIGNAL_H
#define WEIRC_ABORT_SIGNAL_H

#include "core/loop.h"
#include "weir/abort_signal.h"

/** Something that a signal ends. */
typedef struct weirc_abort_listener {
  weirc_link link;           /**< In the signal's list. */
  weir_abort_signal *signal; /**< Retained. */
  void (*end)(void *owner);  /**< Ends the owner; runs once at most. */
  void *owner;               /**< A socket or a server. */
} weirc_abort_listener;

/** Whether something of a loop may be given a signal. @return WEIR_OK;
 * WEIR_ERR_INVALID_ARG_VALUE: it belongs to another loop */
weir_err weirc_abort_check(const weir_loop *loop, const weir_abort_signal *signal);

/** Has `end` called when the signal is fired after this; NULL: no memory. */
weirc_abort_listener *weirc_abort_listen(weir_loop *loop, weir_abort_signal *signal,
                                         void (*end)(void *owner), void *owner);

/** Ends that, lets go of the signal, and writes NULL; legal for NULL and inside `end`. O(1). */
void weirc_abort_unlisten(weir_loop *loop, weirc_abort_listener **listener);

/** The loop is about to go: no signal reaches it any more when this returns. */
void weirc_abort_signals_end(weir_loop *loop);

#endif
