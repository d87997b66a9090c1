/**
 * @file
 * @brief How a socket reaches a name: it is looked up, and its addresses are tried one after the
 * other, or overlapping, until one connects.
 *
 * core/race.c has the attempts, core/race_answer.c what is made of a resolver's answer.
 */
#ifndef WEIRC_RACE_H
#define WEIRC_RACE_H

#include "core/attempt.h"
#include "core/lookup.h"
#include "core/socket.h"

/** A race. It stays until the socket is gone or connects again, for what it knows. */
typedef struct weirc_race {
  weir_socket *socket;        /**< Whose. */
  weir_lookup *lookup;        /**< While the answer is waited for. */
  char *host;                 /**< The name. */
  uint16_t port;              /**< Goes into each address. */
  bool selects;               /**< Family selection: every address may be tried. */
  bool overlaps;              /**< A slow attempt goes on when the next one begins. */
  uint32_t timeout_ms;        /**< What an attempt gets before the next one begins. */
  weir_address local_address; /**< To bind to; WEIR_FAMILY_NONE: any. */
  uint16_t local_port;        /**< To bind to; 0: any. */

  bool answered;            /**< The fields below are the answer; a step tells it. */
  weir_error *answer_error; /**< Why there are none; NULL with no addresses: no memory. */
  weir_address *answer;     /**< As they came. Also the memory of the three below. */
  size_t answer_count;      /**< How many. */

  weir_address *targets;    /**< What is to be tried, in order. */
  size_t target_count;      /**< How many. */
  size_t next;              /**< The next to be tried. */
  weir_address *attempted;  /**< What was tried, in order. */
  size_t attempted_count;   /**< How many; 0: no selection. */
  weir_error *errors;       /**< What came of those that failed, in order. */
  const weir_error **parts; /**< Pointers to them, for an aggregate. */
  size_t error_count;       /**< How many. */
  weirc_link attempts;      /**< weirc_attempt, those that run, oldest first. */
  size_t running;           /**< How many. */
  weir_timer *timer;        /**< When the next one begins; made beforehand. */
} weirc_race;

/** A race for options that were checked; NULL: no memory. */
weirc_race *weirc_race_create(weir_socket *socket, const weir_connect_options *options,
                              const weir_address *local_address);

/** Asks for the name. A failure is an answer, too. */
void weirc_race_ask(weirc_race *race, const weir_connect_options *options);

/** Makes of the answer what is to be tried; a step. */
void weirc_race_tell_answer(weirc_race *race);

/** Makes the timer of a race. @return WEIR_OK or WEIR_ENOMEM */
weir_err weirc_race_make_timer(weirc_race *race);

/** Tries the next of the targets, if it is time. */
void weirc_race_run(weirc_race *race);

/** An attempt has ended. */
void weirc_race_attempt_done(weirc_race *race, weirc_attempt *attempt);

/** Gives up what is under way. NULL does nothing. */
void weirc_race_stop(weirc_race *race);

/** Frees a race that was stopped. NULL does nothing. */
void weirc_race_free(weirc_race *race);

/** What to bind to for a target; WEIR_FAMILY_NONE: nothing. */
weir_address weirc_local_for(const weir_address *local_address, uint16_t local_port,
                             const weir_address *remote);

#endif
