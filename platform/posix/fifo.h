/**
 * @file
 * @brief Writing to pipes.
 */
#ifndef WEIRP_FIFO_H
#define WEIRP_FIFO_H

#include <sys/types.h>
#include <sys/uio.h>

/**
 * writev() that never leaves a SIGPIPE behind: pipes have no MSG_NOSIGNAL.
 * @return as writev(); errno is EPIPE, too, where the descriptor is the reading end
 */
ssize_t weirp_fifo_write(int descriptor, const struct iovec *pieces, int count);

#endif
