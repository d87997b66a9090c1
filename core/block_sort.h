/**
 * @file
 * @brief Ranges into order, those that touch or overlap made one.
 */
#ifndef WEIRC_BLOCK_SORT_H
#define WEIRC_BLOCK_SORT_H

#include "core/block_ip.h"

/**
 * Makes ranges disjoint and sorted.
 * @param ranges in any order; afterwards as many as returned
 * @param count how many
 * @param scratch room for as many
 * @return how many are left
 */
size_t weirc_block_sort_ipv4(weirc_ipv4_range *ranges, size_t count, weirc_ipv4_range *scratch);

/** The same for IPv6. */
size_t weirc_block_sort_ipv6(weirc_ip_range *ranges, size_t count, weirc_ip_range *scratch);

#endif
