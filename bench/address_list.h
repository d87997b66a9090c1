/**
 * @file
 * @brief The texts that reading and writing addresses is measured with.
 */
#ifndef BENCH_ADDRESS_LIST_H
#define BENCH_ADDRESS_LIST_H

#include <stddef.h>

/** Addresses of one family. */
typedef struct address_list {
  const char *const *texts; /**< The texts, ended by a NUL each. */
  size_t count;             /**< How many; at most BENCH_ADDRESS_LIST_MAX. */
} address_list;

/** No list is longer. */
#define BENCH_ADDRESS_LIST_MAX 64

/** IPv4: all lengths there are, as often. */
extern const address_list bench_ipv4_list;
/** IPv6: all lengths there are, and some that end in IPv4. */
extern const address_list bench_ipv6_list;

#endif
