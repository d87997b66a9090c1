/**
 * @file
 * @brief The one source of chance in a simulated world.
 */
#ifndef WEIRB_SIM_RANDOM_H
#define WEIRB_SIM_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/** A generator; its seed is its first state. */
typedef struct weirb_sim_random {
  uint64_t state; /**< Any value is good. */
} weirb_sim_random;

/** The next 64 bits. */
uint64_t weirb_sim_random_next(weirb_sim_random *random);

/** A number from 0 to bound - 1, each as likely as the others; bound is not 0. */
uint64_t weirb_sim_random_below(weirb_sim_random *random, uint64_t bound);

/** True in so many of a thousand cases. */
bool weirb_sim_random_chance(weirb_sim_random *random, unsigned permille);

#endif
