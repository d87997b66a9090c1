/* Decides what numbers a seed gives (splitmix64); knows nothing of what they are used for. */
#include "backends/sim/random.h"

#include <assert.h>

uint64_t weirb_sim_random_next(weirb_sim_random *random) {
  random->state += UINT64_C(0x9E3779B97F4A7C15);
  uint64_t mixed = random->state;
  mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
  return mixed ^ (mixed >> 31);
}

uint64_t weirb_sim_random_below(weirb_sim_random *random, uint64_t bound) {
  assert(bound > 0);
  /* Numbers below 2^64 mod bound are thrown away: they would make small results more likely. */
  uint64_t reject = (UINT64_MAX - bound + 1) % bound;
  uint64_t drawn = weirb_sim_random_next(random);
  while (drawn < reject) drawn = weirb_sim_random_next(random);
  return drawn % bound;
}

bool weirb_sim_random_chance(weirb_sim_random *random, unsigned permille) {
  return permille > 0 && weirb_sim_random_below(random, 1000) < permille;
}
