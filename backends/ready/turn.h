/**
 * @file
 * @brief The course of a turn: one wait, rounds over handles that have more to do, and an end.
 */
#ifndef WEIRB_READY_TURN_H
#define WEIRB_READY_TURN_H

#include "backends/ready/state.h"

/**
 * Begins a turn: waits for events until the deadline, or until something else is to do.
 * @return WEIR_OK, or what the system says
 */
weir_err weirb_ready_turn_begin(weir_backend *backend, weir_time deadline);

/** When there is something to do though the system has no event: 1, a time, or WEIR_TIME_NEVER. */
weir_time weirb_ready_turn_due(const weir_backend *backend);

/** Goes on with rounds over the handles that have more to do, and ends the turn when nothing comes
 * of them. To be called until it appends nothing. */
void weirb_ready_turn_go_on(weir_backend *backend, weir_completions *done);

#endif
