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

#ifdef __cplusplus
}
#endif
#endif
