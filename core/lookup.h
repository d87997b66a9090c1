/**
 * @file
 * @brief Look-ups: a name is asked of the program's resolver or of the system, and somebody waits.
 */
#ifndef WEIRC_LOOKUP_H
#define WEIRC_LOOKUP_H

#include "core/loop.h"
#include "weir/lookup.h"

/**
 * Told the answer, once, and not after weirc_lookup_abandon(). It may come from inside
 * weirc_lookup_start(), or from a call of the program: no handler may run inside.
 * @param error NULL: there are addresses; good until it returns, as they are
 */
typedef void (*weirc_lookup_told)(void *owner, const weir_error *error,
                                  const weir_address *addresses, size_t count);

/** What is asked, whom, and who waits for it. */
typedef struct weirc_question {
  const char *host;              /**< Copied. */
  weir_lookup_options options;   /**< What is wanted. */
  weir_lookup_function function; /**< NULL: the system is asked. */
  void *function_user;           /**< Handed to it. */
  weirc_lookup_told told;        /**< Who waits. */
  void *owner;                   /**< Handed to it. */
} weirc_question;

/**
 * Asks.
 * @param out_lookup set before anybody is told; the owner forgets it when it is told
 * @return WEIR_OK; WEIR_ENOMEM: nobody will be told
 */
weir_err weirc_lookup_start(weir_loop *loop, const weirc_question *question,
                            weir_lookup **out_lookup);

/** Nobody waits any more. NULL does nothing. */
void weirc_lookup_abandon(weir_lookup *lookup);

/** What is looked up; good for as long as the look-up is. */
const char *weirc_lookup_host(const weir_lookup *lookup);

/** True for an address of a family there is. */
bool weirc_lookup_is_usable(const weir_address *address);

/** Why an answer cannot be used, as Node says it. */
typedef struct weirc_unusable {
  weir_error error; /**< Its message may be `text`. */
  char text[512];   /**< Room for it. */
} weirc_unusable;

/** Says why. @param address one that is not usable @param host where it was looked for; stays
 * @param port what was to be there */
void weirc_lookup_refuse(const weir_address *address, const char *host, uint16_t port,
                         weirc_unusable *out_unusable);

/** The system's answer is back. */
void weirc_lookup_resolved(weir_op *op);

/** Frees what a loop that is being freed has left: questions that programs have not answered. */
void weirc_lookup_free_all(weir_loop *loop);

#endif
