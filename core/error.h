/**
 * @file
 * @brief Errors as values: copies of them, and which kind a code is.
 */
#ifndef WEIRC_ERROR_H
#define WEIRC_ERROR_H

#include "weir/error.h"
#include "weir/loop.h"

/** True for codes of the system, which belong to a call. */
static inline bool weirc_is_system(weir_err err) {
  return err > WEIR_WAIT_DRAIN && err < WEIR_ERR_INVALID_ARG_TYPE;
}

/** An error of a code; the system's own belong to a call and, on a loop, have its number. */
weir_error weirc_error_of(const weir_loop *loop, weir_err code, const char *syscall);

/** The error of a connect to an address that a block list has. */
weir_error weirc_error_blocked(const weir_address *address);

/** Node's text for an answer of a family that is none. */
void weirc_error_family_text(unsigned family, const char *host, unsigned port, char *buffer,
                             size_t capacity);

/** A copy in one block, its texts and parts too; NULL: no memory, or an error without size. Parts
 * of parts are left out. */
weir_error *weirc_error_copy(const weir_allocator *allocator, const weir_error *error);

#endif
