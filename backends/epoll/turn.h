/**
 * @file
 * @brief The course of a turn: one wait, rounds over handles that have more to do, and an end.
 */
#ifndef WEIRB_EPOLL_TURN_H
#define WEIRB_EPOLL_TURN_H

#include "backends/epoll/state.h"

/**
 * Begins a turn: waits for events until the deadline, or until something else is to do.
 * @return WEIR_OK, or what the system says
 */
weir_err weirb_epoll_turn_begin(weir_backend *backend, weir_time deadline);

/** When there is something to do though the system has no event: 1, a time, or WEIR_TIME_NEVER. */
weir_time weirb_epoll_turn_due(const weir_backend *backend);

/** Takes the next handle to serve from its list. @return NULL: there is none, or there was enough
 * of it in this turn */
weirb_epoll_handle *weirb_epoll_turn_next(weir_backend *backend);

/** Appends operations that were finished on the spot before the turn began. */
void weirb_epoll_turn_hand_out_earlier(weir_backend *backend, weir_completions *done);

/** Ends the turn: appends what was finished on the spot. */
void weirb_epoll_turn_end(weir_backend *backend, weir_completions *done);

#endif
