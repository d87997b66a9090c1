/* A queue that grows. It does not know what a step is. */
#include "examples/addon/steps.h"

#include <stdlib.h>
#include <string.h>

enum { SMALLEST = 64 };

static bool make_room(addon_steps *steps) {
  if (steps->first > 0) {
    memmove(steps->all, steps->all + steps->first, steps->count * sizeof *steps->all);
    steps->first = 0;
    return true;
  }
  if (steps->capacity > SIZE_MAX / 2 / sizeof *steps->all) return false;
  size_t capacity = steps->capacity > 0 ? steps->capacity * 2 : SMALLEST;
  weir_step **all = realloc(steps->all, capacity * sizeof *all);
  if (!all) return false;
  steps->all = all;
  steps->capacity = capacity;
  return true;
}

bool addon_steps_add(addon_steps *steps, weir_step *step) {
  if (steps->first + steps->count == steps->capacity && !make_room(steps)) return false;
  steps->all[steps->first + steps->count++] = step;
  return true;
}

weir_step *addon_steps_take(addon_steps *steps) {
  if (steps->count == 0) return NULL;
  weir_step *step = steps->all[steps->first++];
  if (--steps->count == 0) steps->first = 0;
  return step;
}

void addon_steps_clear(addon_steps *steps) {
  steps->first = steps->count = 0;
}

void addon_steps_free(addon_steps *steps) {
  free(steps->all);
  *steps = (addon_steps){NULL, 0, 0, 0};
}
