/**
 * @file
 * @brief One attempt to reach one address, with a transport of its own until it wins.
 */
#ifndef WEIRC_ATTEMPT_H
#define WEIRC_ATTEMPT_H

#include "core/loop.h"
#include "weir/backend.h"

struct weirc_race;

/** An attempt. Its link is in the race's list while it runs. */
typedef struct weirc_attempt {
  weirc_object object;     /**< Must be first. */
  struct weirc_race *race; /**< Whose; NULL: given up. */
  weir_connect_op connect; /**< The connect operation. */
} weirc_attempt;

/**
 * Makes the transport and begins to connect.
 * @param race whose list it joins
 * @param remote where to
 * @param local what to bind to first; WEIR_FAMILY_NONE: nothing
 * @param out_syscall on failure: the call that failed
 * @return WEIR_OK: weirc_race_attempt_done() follows; what the system or before_connect says;
 * WEIR_ENOMEM
 */
weir_err weirc_attempt_start(struct weirc_race *race, const weir_address *remote,
                             const weir_address *local, const char **out_syscall);

/** Closes the transport of an attempt that nobody waits for any more. */
void weirc_attempt_give_up(weirc_attempt *attempt);

/** Gives the transport of an attempt that has connected to another object; the attempt is gone. */
void weirc_attempt_hand_over(weirc_attempt *attempt, weirc_object *to);

/** The connect operation is back. */
void weirc_attempt_done(weirc_attempt *attempt);

/** The transport is gone. */
void weirc_attempt_closed(weirc_attempt *attempt);

#endif
