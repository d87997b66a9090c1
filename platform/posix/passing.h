/**
 * @file
 * @brief Descriptors that go with bytes from process to process over a Unix socket.
 */
#ifndef WEIRP_PASSING_H
#define WEIRP_PASSING_H

#include "weir/base.h"

/** As many as the systems let go with one message. */
#define WEIRP_PASSING_MAX 253

/** Sends bytes, and a descriptor with the first of them. @return as send() */
ptrdiff_t weirp_passing_send(int socket, int descriptor, const void *data, size_t length);

/**
 * Receives bytes, and the descriptors that come with them: non-blocking or not as they were, and
 * not for programs that are started.
 * @param out_descriptors room for WEIRP_PASSING_MAX
 * @param out_count how many came
 * @return as recv()
 */
ptrdiff_t weirp_passing_receive(int socket, void *data, size_t room, int *out_descriptors,
                                size_t *out_count);

/** A second descriptor of the same thing, not for programs that are started. @return WEIR_OK;
 * WEIR_EBADF; WEIR_EMFILE */
weir_err weirp_passing_duplicate(intptr_t descriptor, int *out_descriptor);

#endif
