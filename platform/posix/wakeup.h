/**
 * @file
 * @brief A descriptor by which other threads end a wait.
 */
#ifndef WEIRP_WAKEUP_H
#define WEIRP_WAKEUP_H

#include "weir/error.h"

/** Both ends; on Linux they are one. */
typedef struct weirp_wakeup {
  int wait_fd;   /**< Readable from weirp_wakeup_signal() to weirp_wakeup_reset(). -1: not open. */
  int signal_fd; /**< What is written to. */
} weirp_wakeup;

/** Makes one. @return WEIR_OK, or what the system says; then nothing is open */
weir_err weirp_wakeup_open(weirp_wakeup *out_wakeup);

/** Closes it, if it is open. */
void weirp_wakeup_close(weirp_wakeup *wakeup);

/** Makes it readable. @thread any */
void weirp_wakeup_signal(const weirp_wakeup *wakeup);

/** Makes it unreadable until the next signal. */
void weirp_wakeup_reset(const weirp_wakeup *wakeup);

#endif
