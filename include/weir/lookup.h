/**
 * @file
 * @brief Turning a host name into addresses: what a resolver is asked, and how it answers.
 */
#ifndef WEIR_LOOKUP_H
#define WEIR_LOOKUP_H

#include "weir/address.h"
#include "weir/base.h"
#include "weir/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/** One question to a resolver. It is there until it is answered or its loop is freed. */
typedef struct weir_lookup weir_lookup;

/** For weir_connect_options.hints and weir_lookup_options.hints. @source CON-14 */
typedef enum weir_lookup_hint {
  WEIR_LOOKUP_ADDRCONFIG = 1, /**< Only families this machine has an address of. */
  WEIR_LOOKUP_V4MAPPED = 2,   /**< IPv4 as mapped IPv6 if there is no IPv6. */
  WEIR_LOOKUP_ALL = 4         /**< With V4MAPPED: both. */
} weir_lookup_hint;

/** What a resolver is asked for. Filled by weir; good until the resolver function returns. */
typedef struct weir_lookup_options {
  size_t size;        /**< sizeof this struct in the library. */
  weir_family family; /**< WEIR_FAMILY_NONE: both. @source CON-13 */
  int32_t hints;      /**< weir_lookup_hint, or 0. @source CON-14 */
  bool all;           /**< Every address is wanted, not one. @source HE-02 */
} weir_lookup_options;

/**
 * A resolver: sees to it that weir_lookup_answer() is called once, now or later.
 * @param lookup the question
 * @param host a name, never an address; good until the function returns
 * @param options what is wanted
 * @param user the pointer given with the function
 * @source CON-15, CON-17
 */
typedef void (*weir_lookup_function)(weir_lookup *lookup, const char *host,
                                     const weir_lookup_options *options, void *user);

/** Tells a resolver that nobody waits any more. The answer is still to be given. @source CON-20 */
typedef void (*weir_lookup_cancel)(weir_lookup *lookup, void *user);

/**
 * Answers. Error and addresses are copied; their ports do not count. No handler runs inside.
 * @param lookup the question; it is gone when this returns
 * @param error NULL: there are addresses; otherwise it reaches on_lookup and on_error unchanged
 * @param addresses in the order to try. A family of 0 stands for an answer that is no address and
 * is WEIR_ERR_INVALID_IP_ADDRESS, one that is not 4 or 6 either WEIR_ERR_INVALID_ADDRESS_FAMILY
 * @param count how many; 0 without error is WEIR_ENOTFOUND
 * @return WEIR_OK; WEIR_ECANCELED: nobody waits any more; WEIR_ERR_INVALID_ARG_TYPE: no lookup
 * @thread the loop's
 * @source CON-18, CON-19, CON-20, CON-21, HE-16, HE-18, HE-19
 */
WEIR_API weir_err weir_lookup_answer(weir_lookup *lookup, const weir_error *error,
                                     const weir_address *addresses, size_t count);

/**
 * Has `cancel` called, once at most, when nobody waits for the answer any more: the socket was
 * destroyed, the server closed, or the loop is being freed, which frees the lookup as well.
 * @param lookup the question
 * @param cancel runs inside the call that gives up; it may answer. NULL: none
 * @param user handed to cancel
 * @source CON-20
 */
WEIR_API void weir_lookup_set_cancel(weir_lookup *lookup, weir_lookup_cancel cancel, void *user);

#ifdef __cplusplus
}
#endif
#endif
