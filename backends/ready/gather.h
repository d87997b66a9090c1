/**
 * @file
 * @brief Sending several slices.
 */
#ifndef WEIRB_READY_GATHER_H
#define WEIRB_READY_GATHER_H

#include "weir/backend.h"

/** Sends what can be sent at once. @return as try_send() of the SPI */
ptrdiff_t weirb_ready_gather_try(int fd, const weir_slice *slices, size_t count);

/** What a refused send comes to, by errno. @return as try_send() of the SPI */
ptrdiff_t weirb_ready_gather_refused(void);

/**
 * Sends on behind what is sent.
 * @param fd where to
 * @param slices all of them
 * @param count how many
 * @param sent bytes of them that are sent; grows
 * @param out_more whether something is left
 * @return WEIR_OK; WEIR_EAGAIN: no room; what the system says. With more and WEIR_OK it was enough
 *   for this time.
 */
weir_err weirb_ready_gather_go_on(int fd, const weir_slice *slices, size_t count, size_t *sent,
                                  bool *out_more);

#endif
