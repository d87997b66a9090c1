/**
 * @file
 * @brief An allocator that counts what it gives out, and can be told to refuse.
 */
#ifndef WEIR_TESTS_COUNTING_ALLOCATOR_H
#define WEIR_TESTS_COUNTING_ALLOCATOR_H

#include "weir/base.h"

/** What an allocator has given out. */
typedef struct counting_allocator {
  weir_allocator allocator; /**< To hand to whoever allocates. */
  size_t bytes;             /**< Given out and not given back. */
  size_t blocks;            /**< In how many pieces. */
  size_t allocations;       /**< Requests for memory so far, the refused ones included. */
  size_t fail_in;           /**< The how manieth request from now is refused; 0: none. */
  size_t fail_count;        /**< How many are refused from that one on. */
  size_t refused;           /**< Requests that were refused. */
} counting_allocator;

/** An allocator that has given out nothing. It must stay where it is. */
void counting_allocator_init(counting_allocator *memory);

#endif
